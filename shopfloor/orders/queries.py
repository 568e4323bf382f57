"""Lists and cards of vendors, customers, and orders of every kind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.items.models import Item, Location
from shopfloor.items.paging import PAGE_SIZE, Page, page_limit, page_of
from shopfloor.orders.documents import line_version
from shopfloor.orders.kinds import PURCHASE_ORDER, SALES_ORDER, SHAPES, TRANSFER_ORDER, Movement, OrderKind, Shape
from shopfloor.orders.line_numbers import LineNumber, read_numbers
from shopfloor.orders.models import Customer, OrderStatus, Vendor
from shopfloor.orders.transfers import OnTheWay, on_the_way
from shopfloor.quantity import ZERO
from shopfloor.reservations.tracking_records import numbered_by_line

STATUSES = tuple(status.value for status in OrderStatus)


@dataclass(frozen=True)
class PartyRow:
    """A vendor or customer."""

    no: str
    name: str
    city: str
    country: str


@dataclass(frozen=True)
class OrderRow:
    """One order in a list."""

    no: str
    party_no: str
    """Vendor or customer; of a transfer order the location that the goods leave."""
    party_name: str
    """Of a transfer order the location where they arrive."""
    status: str
    order_date: date
    version: int


@dataclass(frozen=True)
class OrderLineRow:
    """One line of an order."""

    line_no: int
    item_no: str
    description: str
    variant_code: str
    location_code: str
    """Blank on a transfer order."""
    unit_code: str
    quantity: Decimal
    """As entered, in `unit_code`."""
    quantity_base: Decimal
    handled_base: Decimal
    """Received or shipped, base units."""
    completed_base: Decimal
    """The same; of a transfer order what arrived."""
    base_unit_code: str
    date: date | None
    """Expected receipt, or shipment."""
    version: str = ""
    """Of what the line asks for; a form that is saved names it."""
    numbered_base: Decimal = Decimal(0)
    """Part of what is open whose serial, lot or package numbers are saved on the line. Base units."""

    @property
    def open_base(self) -> Decimal:
        """Still to come or to go, base units."""
        return self.quantity_base - self.handled_base


@dataclass(frozen=True)
class PostedDocument:
    """A posted receipt or shipment."""

    document_type: str
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
    numbers: tuple[LineNumber, ...] = ()
    """Of a return order: numbers that were copied from a posted document (TL-15)."""
    on_the_way: tuple[OnTheWay, ...] = ()
    """Of a transfer order: what left and did not arrive."""
    in_transit_code: str = ""
    """Of a transfer order: where goods on their way are."""

    def line(self, line_no: int) -> OrderLineRow | None:
        """One line, or None."""
        return next((line for line in self.lines if line.line_no == line_no), None)


def list_vendors(session: Session, *, after: str = "", limit: int = PAGE_SIZE) -> Page[PartyRow]:
    """Vendors by number."""
    return _parties(session, Vendor, after, limit)


def list_customers(session: Session, *, after: str = "", limit: int = PAGE_SIZE) -> Page[PartyRow]:
    """Customers by number."""
    return _parties(session, Customer, after, limit)


def list_purchase_orders(session: Session, *, after: str = "", limit: int = PAGE_SIZE, status: str = "") -> Page[OrderRow]:
    """Purchase orders by number, optionally of one status."""
    return list_orders(session, PURCHASE_ORDER.kind, after=after, limit=limit, status=status)


def list_sales_orders(session: Session, *, after: str = "", limit: int = PAGE_SIZE, status: str = "") -> Page[OrderRow]:
    """Sales orders by number, optionally of one status."""
    return list_orders(session, SALES_ORDER.kind, after=after, limit=limit, status=status)


def purchase_order(session: Session, order_no: str) -> OrderCard | None:
    """One purchase order, or None. Four statements."""
    return order_card(session, PURCHASE_ORDER.kind, order_no)


def sales_order(session: Session, order_no: str) -> OrderCard | None:
    """One sales order, or None. Four statements."""
    return order_card(session, SALES_ORDER.kind, order_no)


def locations_by_use(session: Session) -> tuple[list[str], list[str]]:
    """Codes of locations that keep goods, and of those for goods on their way (AP-09). One statement."""
    location = table(Location)
    statement = select(location.c.code, location.c.in_transit).where(plant(session, location)).order_by(location.c.code)
    rows = session.connection().execute(statement).all()
    return [row.code for row in rows if not row.in_transit], [row.code for row in rows if row.in_transit]


def list_orders(session: Session, kind: OrderKind, *, after: str = "", limit: int = PAGE_SIZE, status: str = "") -> Page[OrderRow]:
    """Orders of one kind by number, optionally of one status."""
    if not (after + status).isprintable():
        return Page(())
    limit = page_limit(limit)
    no = table(SHAPES[kind].header).c.no
    statement = _headers(session, SHAPES[kind]).where(no > after).order_by(no).limit(limit + 1)
    if status:
        statement = statement.where(table(SHAPES[kind].header).c.status == status)
    rows = session.connection().execute(statement)
    return page_of([OrderRow(*row) for row in rows], limit, lambda row: row.no)


def order_card(session: Session, kind: OrderKind, order_no: str) -> OrderCard | None:
    """One order, or None. Four statements, and one more for a return, two for a transfer order."""
    if not order_no.isprintable():
        return None
    shape = SHAPES[kind]
    header = table(shape.header)
    head = session.connection().execute(_headers(session, shape).where(header.c.no == order_no)).one_or_none()
    if head is None:
        return None
    transfer = shape is TRANSFER_ORDER
    return OrderCard(
        order=OrderRow(*head),
        lines=_lines(session, shape, order_no),
        posted=tuple(document for movement in shape.movements for document in _posted(session, movement, order_no)),
        numbers=tuple(read_numbers(session, shape, order_no)) if shape.returns else (),
        on_the_way=tuple(on_the_way(session, order_no)) if transfer else (),
        in_transit_code=_in_transit_code(session, order_no) if transfer else "",
    )


def _parties(session: Session, party: type[Vendor | Customer], after: str, limit: int) -> Page[PartyRow]:
    if not after.isprintable():
        return Page(())
    limit = page_limit(limit)
    statement = select(party.no, party.name, party.city, party.country).where(party.no > after).order_by(party.no).limit(limit + 1)
    return page_of([PartyRow(*row) for row in session.execute(statement)], limit, lambda row: row.no)


def _headers(session: Session, shape: Shape) -> Select[*tuple[Any, ...]]:
    header = table(shape.header)
    c = header.c
    if not shape.party:
        return select(c.no, c.from_code, c.to_code, c.status, c.order_date, c.version).where(plant(session, header))
    party = table(Vendor if shape.party == "vendor_no" else Customer)
    assert shape.document is not None
    return (
        select(c.no, c[shape.party], party.c.name, c.status, c.order_date, c.version)
        .join_from(header, party, party.c.no == c[shape.party])
        .where(plant(session, header), c.document_type == shape.document.value)
    )


def _lines(session: Session, shape: Shape, order_no: str) -> tuple[OrderLineRow, ...]:
    line, item = table(shape.line), table(Item)
    c = line.c
    location: ColumnElement[str] = c.location_code if "location_code" in c else literal("")
    handled, completed = c[shape.movements[0].handled], c[shape.movements[-1].handled].label("completed")
    columns = (
        *(c.line_no, c.item_no, item.c.description, c.variant_code, location, c.unit_code, c.quantity, c.quantity_base),
        *(handled, completed, item.c.base_unit_code, c[shape.date]),
    )
    statement = select(*columns).join_from(line, item, item.c.no == c.item_no).where(plant(session, line), c.order_no == order_no)
    rows = (OrderLineRow(*row) for row in session.connection().execute(statement.order_by(c.line_no)))
    numbered = numbered_by_line(session, shape.source.value, order_no, inbound=shape.inbound)
    return tuple(replace(row, version=_version(row), numbered_base=numbered.get(row.line_no, ZERO)) for row in rows)


def _version(row: OrderLineRow) -> str:
    return line_version(row.item_no, row.variant_code, row.location_code, row.unit_code, row.quantity_base, row.date)


def _posted(session: Session, movement: Movement, order_no: str) -> list[PostedDocument]:
    document = table(movement.document)
    c = document.c
    external: ColumnElement[str] = c.vendor_shipment_no if "vendor_shipment_no" in c else literal("")
    statement = select(c.no, c.posting_date, c.register_no, external).where(plant(session, document), c.order_no == order_no)
    return [PostedDocument(movement.document_type.value, *row) for row in session.connection().execute(statement.order_by(c.no))]


def _in_transit_code(session: Session, order_no: str) -> str:
    header = table(TRANSFER_ORDER.header)
    found = session.connection().scalar(select(header.c.in_transit_code).where(plant(session, header), header.c.no == order_no))
    return str(found)
