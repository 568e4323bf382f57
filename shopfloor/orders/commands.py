"""Vendors, customers, purchase and sales orders; receipt and shipment are in their own modules and offered here too."""

from __future__ import annotations

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import current_plant
from shopfloor.errors import NotFound
from shopfloor.items import number_series
from shopfloor.orders.documents import line_values, lock_order, new_number
from shopfloor.orders.inputs import NewCustomer, NewPurchaseOrder, NewSalesOrder, NewVendor
from shopfloor.orders.item_journal import post_item_journal
from shopfloor.orders.models import (
    Customer,
    OrderStatus,
    PurchaseHeader,
    PurchaseLine,
    SalesHeader,
    SalesLine,
    Vendor,
)
from shopfloor.orders.receipt import post_receipt
from shopfloor.orders.shipment import post_shipment
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.answers import Changed, Created
from shopfloor.people.errors import AlreadyExists
from shopfloor.reservations.models import ReservationSource
from shopfloor.reservations.reserving import reserve_always

__all__ = [
    "create_customer",
    "create_purchase_order",
    "create_sales_order",
    "create_vendor",
    "post_item_journal",
    "post_receipt",
    "post_shipment",
    "release_purchase_order",
    "release_sales_order",
]


def create_vendor(session: Session, actor: Actor, *, given: NewVendor) -> Created:
    """Add somebody we buy from. Raises NotAllowed, AlreadyExists."""
    actor.require(rights.MASTERS)
    if session.get(Vendor, given.no) is not None:
        raise AlreadyExists(record="vendor", number=given.no)
    session.add(Vendor(**given.model_dump()))
    audit.record(session, "create vendor", given.no, after=given.model_dump(mode="json"))
    return Created(record="Vendor", number=given.no)


def create_customer(session: Session, actor: Actor, *, given: NewCustomer) -> Created:
    """Add somebody we sell to. Raises NotAllowed, AlreadyExists."""
    actor.require(rights.MASTERS)
    if session.get(Customer, given.no) is not None:
        raise AlreadyExists(record="customer", number=given.no)
    session.add(Customer(**given.model_dump()))
    audit.record(session, "create customer", given.no, after=given.model_dump(mode="json"))
    return Created(record="Customer", number=given.no)


def create_purchase_order(session: Session, actor: Actor, *, given: NewPurchaseOrder) -> Created:
    """Make an open purchase order (C9).

    Raises NotAllowed, NotFound, AlreadyExists, SetupMissing, ItemBlocked, UnitUnknown, BelowPrecision.
    """
    actor.require(rights.RECEIVE)
    if session.get(Vendor, given.vendor_no) is None:
        raise NotFound(record="vendor", number=given.vendor_no)
    order_no = _free_number(session, PurchaseHeader, given.no, number_series.PURCHASE, "purchase order")
    rows = line_values(session, order_no, given.lines, "expected_receipt_date")
    header = {"vendor_no": given.vendor_no, "order_date": given.order_date or actor.work_date()}
    _insert_header(session, PurchaseHeader, order_no, header)
    session.connection().execute(insert(PurchaseLine), rows)
    audit.record(session, "create purchase order", order_no, after=given.model_dump(mode="json"))
    return Created(record="Purchase order", number=order_no)


def create_sales_order(session: Session, actor: Actor, *, given: NewSalesOrder) -> Created:
    """Make an open sales order (C9). What its *Always* items need is reserved at once (RS-05).

    Raises NotAllowed, NotFound, AlreadyExists, SetupMissing, ItemBlocked, UnitUnknown, BelowPrecision.
    """
    actor.require(rights.RECEIVE)
    if session.get(Customer, given.customer_no) is None:
        raise NotFound(record="customer", number=given.customer_no)
    order_no = _free_number(session, SalesHeader, given.no, number_series.SALES, "sales order")
    rows = line_values(session, order_no, given.lines, "shipment_date")
    header = {"customer_no": given.customer_no, "order_date": given.order_date or actor.work_date()}
    _insert_header(session, SalesHeader, order_no, header)
    session.connection().execute(insert(SalesLine), rows)
    reserve_always(session, actor, ReservationSource.SALES_LINE.value, order_no)
    audit.record(session, "create sales order", order_no, after=given.model_dump(mode="json"))
    return Created(record="Sales order", number=order_no)


def release_purchase_order(session: Session, actor: Actor, *, order_no: str) -> Changed:
    """Let goods come in for an open order. Raises NotAllowed, NotFound, DocumentStatus."""
    return _release(session, actor, PurchaseHeader, "purchase order", order_no)


def release_sales_order(session: Session, actor: Actor, *, order_no: str) -> Changed:
    """Let goods go out for an open order. Raises NotAllowed, NotFound, DocumentStatus."""
    return _release(session, actor, SalesHeader, "sales order", order_no)


def _release(session: Session, actor: Actor, header: type[PurchaseHeader | SalesHeader], record: str, order_no: str) -> Changed:
    actor.require(rights.RECEIVE)
    lock_order(session, header, record, order_no, OrderStatus.OPEN)
    where = update(header).where(header.plant_no == current_plant(session), header.no == order_no)
    session.connection().execute(where.values(status=OrderStatus.RELEASED.value))
    audit.record(session, f"release {record}", order_no, before={"status": "Open"}, after={"status": "Released"})
    return Changed(record=record.capitalize(), number=order_no)


def _free_number(session: Session, header: type[PurchaseHeader | SalesHeader], wanted: str, series: str, record: str) -> str:
    if not wanted:
        return new_number(session, header, series)
    if session.get(header, (current_plant(session), wanted)) is not None:
        raise AlreadyExists(record=record, number=wanted)
    return wanted


def _insert_header(session: Session, header: type[PurchaseHeader | SalesHeader], order_no: str, values: dict[str, object]) -> None:
    row = {"plant_no": current_plant(session), "no": order_no, "status": OrderStatus.OPEN.value, "version": 1, **values}
    session.connection().execute(insert(header), row)
