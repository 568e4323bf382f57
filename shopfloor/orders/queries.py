"""Lists and cards of vendors, customers, purchase and sales orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from shopfloor.items.models import Item
from shopfloor.items.paging import PAGE_SIZE, Page, page_limit, page_of
from shopfloor.orders.models import (
    Customer,
    PurchaseHeader,
    PurchaseLine,
    PurchaseReceipt,
    SalesHeader,
    SalesLine,
    SalesShipment,
    Vendor,
)
from shopfloor.people.queries import Found


@dataclass(frozen=True)
class PartyRow:
    """A vendor or customer."""

    no: str
    name: str
    city: str
    country: str


@dataclass(frozen=True)
class OrderRow:
    """One purchase or sales order in a list."""

    no: str
    party_no: str
    party_name: str
    status: str
    order_date: date
    version: int


@dataclass(frozen=True)
class OrderLineRow:
    """One line of a purchase or sales order."""

    line_no: int
    item_no: str
    description: str
    variant_code: str
    location_code: str
    unit_code: str
    quantity: Decimal
    """As entered, in `unit_code`."""
    quantity_base: Decimal
    handled_base: Decimal
    """Received or shipped, base units."""
    base_unit_code: str
    date: date | None
    """Expected receipt, or shipment."""

    @property
    def open_base(self) -> Decimal:
        """Still to come or to go, base units."""
        return self.quantity_base - self.handled_base


@dataclass(frozen=True)
class PostedDocument:
    """A posted receipt or shipment."""

    no: str
    posting_date: date
    register_no: int
    external_no: str = ""
    """The vendor's delivery note."""


@dataclass(frozen=True)
class OrderCard:
    """One order with its lines and what was posted for it."""

    order: OrderRow
    lines: tuple[OrderLineRow, ...]
    posted: tuple[PostedDocument, ...]


def list_vendors(session: Session, *, after: str = "", limit: int = PAGE_SIZE) -> Page[PartyRow]:
    """Vendors by number."""
    return _parties(session, Vendor, after, limit)


def list_customers(session: Session, *, after: str = "", limit: int = PAGE_SIZE) -> Page[PartyRow]:
    """Customers by number."""
    return _parties(session, Customer, after, limit)


def list_purchase_orders(session: Session, *, after: str = "", limit: int = PAGE_SIZE, status: str = "") -> Page[OrderRow]:
    """Purchase orders by number, optionally of one status."""
    return _orders(session, _purchase_orders(), PurchaseHeader, after, limit, status)


def list_sales_orders(session: Session, *, after: str = "", limit: int = PAGE_SIZE, status: str = "") -> Page[OrderRow]:
    """Sales orders by number, optionally of one status."""
    return _orders(session, _sales_orders(), SalesHeader, after, limit, status)


def purchase_order(session: Session, order_no: str) -> OrderCard | None:
    """One purchase order, or None. Three statements."""
    if not order_no.isprintable():
        return None
    head = session.execute(_purchase_orders().where(PurchaseHeader.no == order_no)).one_or_none()
    if head is None:
        return None
    receipt = PurchaseReceipt
    posted = select(receipt.no, receipt.posting_date, receipt.register_no, receipt.vendor_shipment_no).where(receipt.order_no == order_no)
    return OrderCard(
        order=OrderRow(*head),
        lines=_lines(session, PurchaseLine, order_no),
        posted=tuple(PostedDocument(*row) for row in session.execute(posted.order_by(receipt.no))),
    )


def sales_order(session: Session, order_no: str) -> OrderCard | None:
    """One sales order, or None. Three statements."""
    if not order_no.isprintable():
        return None
    head = session.execute(_sales_orders().where(SalesHeader.no == order_no)).one_or_none()
    if head is None:
        return None
    shipment = SalesShipment
    posted = select(shipment.no, shipment.posting_date, shipment.register_no).where(shipment.order_no == order_no)
    return OrderCard(
        order=OrderRow(*head),
        lines=_lines(session, SalesLine, order_no),
        posted=tuple(PostedDocument(*row) for row in session.execute(posted.order_by(shipment.no))),
    )


def find(session: Session, text: str, *, limit: int = 5) -> list[Found]:
    """UI-1: purchase and sales orders, vendors and customers, by number. Posted documents have a finder of their own."""
    if not text.isprintable() or not text:
        return []
    kinds: tuple[tuple[str, Any, Any, str], ...] = (
        ("Purchase order", PurchaseHeader, PurchaseHeader.status, "/purchase-orders/"),
        ("Sales order", SalesHeader, SalesHeader.status, "/sales-orders/"),
        ("Vendor", Vendor, Vendor.name, "/vendors/"),
        ("Customer", Customer, Customer.name, "/customers/"),
    )
    found = []
    for kind, model, label, place in kinds:
        for number, words in session.execute(select(model.no, label).where(func.lower(model.no) == text.lower()).limit(limit)):
            found.append(Found(kind, number, words, place + quote(number, safe="")))
    return found[:limit]


def _parties(session: Session, party: type[Vendor | Customer], after: str, limit: int) -> Page[PartyRow]:
    if not after.isprintable():
        return Page(())
    limit = page_limit(limit)
    statement = select(party.no, party.name, party.city, party.country).where(party.no > after).order_by(party.no).limit(limit + 1)
    return page_of([PartyRow(*row) for row in session.execute(statement)], limit, lambda row: row.no)


def _purchase_orders() -> Select[*tuple[Any, ...]]:
    header = PurchaseHeader
    columns = (header.no, header.vendor_no, Vendor.name, header.status, header.order_date, header.version)
    return select(*columns).join(Vendor, Vendor.no == header.vendor_no)


def _sales_orders() -> Select[*tuple[Any, ...]]:
    header = SalesHeader
    columns = (header.no, header.customer_no, Customer.name, header.status, header.order_date, header.version)
    return select(*columns).join(Customer, Customer.no == header.customer_no)


def _orders(
    session: Session, statement: Select[*tuple[Any, ...]], header: type[PurchaseHeader | SalesHeader], after: str, limit: int, status: str
) -> Page[OrderRow]:
    if not (after + status).isprintable():
        return Page(())
    limit = page_limit(limit)
    statement = statement.where(header.no > after).order_by(header.no).limit(limit + 1)
    if status:
        statement = statement.where(header.status == status)
    return page_of([OrderRow(*row) for row in session.execute(statement)], limit, lambda row: row.no)


def _lines(session: Session, line: type[PurchaseLine | SalesLine], order_no: str) -> tuple[OrderLineRow, ...]:
    table: Any = line
    handled, day = (table.received_base, table.expected_receipt_date) if line is PurchaseLine else (table.shipped_base, table.shipment_date)
    columns = (
        *(line.line_no, line.item_no, Item.description, line.variant_code, line.location_code, line.unit_code),
        *(line.quantity, line.quantity_base, handled, Item.base_unit_code, day),
    )
    statement: Select[*tuple[Any, ...]] = select(*columns).join(Item, Item.no == line.item_no).where(line.order_no == order_no)
    return tuple(OrderLineRow(*row) for row in session.execute(statement.order_by(line.line_no)))
