"""Vendors, customers, and orders that are made and released; receipt and shipment are in their own modules and offered here too."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.orders.documents import insert_lines, line_values, lock_order, new_order, set_status
from shopfloor.orders.inputs import (
    NewCustomer,
    NewPurchaseOrder,
    NewPurchaseReturn,
    NewSalesOrder,
    NewSalesReturn,
    NewVendor,
)
from shopfloor.orders.item_journal import post_item_journal
from shopfloor.orders.kinds import PURCHASE_ORDER, PURCHASE_RETURN, SALES_ORDER, SALES_RETURN, SHAPES, OrderKind, Shape
from shopfloor.orders.models import Customer, OrderStatus, Vendor
from shopfloor.orders.parties import CUSTOMER, VENDOR
from shopfloor.orders.receipt import post_receipt, post_return_receipt
from shopfloor.orders.shipment import post_return_shipment, post_shipment
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.answers import Changed, Created
from shopfloor.people.master_commands import create_record
from shopfloor.people.masters import require_unblocked
from shopfloor.reservations.always import reserve_always
from shopfloor.reservations.models import ReservationSource

__all__ = [
    "create_customer",
    "create_purchase_order",
    "create_purchase_return",
    "create_sales_order",
    "create_sales_return",
    "create_vendor",
    "post_item_journal",
    "post_receipt",
    "post_return_receipt",
    "post_return_shipment",
    "post_shipment",
    "release_order",
    "release_purchase_order",
    "release_sales_order",
]


def create_vendor(session: Session, actor: Actor, *, given: NewVendor) -> Created:
    """Add somebody we buy from. Raises NotAllowed, AlreadyExists."""
    return create_record(session, actor, master=VENDOR, given=given)


def create_customer(session: Session, actor: Actor, *, given: NewCustomer) -> Created:
    """Add somebody we sell to. Raises NotAllowed, AlreadyExists."""
    return create_record(session, actor, master=CUSTOMER, given=given)


def create_purchase_order(session: Session, actor: Actor, *, given: NewPurchaseOrder) -> Created:
    """Make an open purchase order (C9). Raises what `_create` raises."""
    return _create(session, actor, PURCHASE_ORDER, given, given.vendor_no)


def create_sales_order(session: Session, actor: Actor, *, given: NewSalesOrder) -> Created:
    """Make an open sales order (C9). What its *Always* items need is reserved at once (RS-05). Raises what `_create` raises."""
    created = _create(session, actor, SALES_ORDER, given, given.customer_no)
    reserve_always(session, actor, ReservationSource.SALES_LINE.value, created.number)
    return created


def create_purchase_return(session: Session, actor: Actor, *, given: NewPurchaseReturn) -> Created:
    """Make an open return order to a vendor (C9). Raises what `_create` raises."""
    return _create(session, actor, PURCHASE_RETURN, given, given.vendor_no)


def create_sales_return(session: Session, actor: Actor, *, given: NewSalesReturn) -> Created:
    """Make an open return order of a customer (C9). Raises what `_create` raises."""
    return _create(session, actor, SALES_RETURN, given, given.customer_no)


def release_purchase_order(session: Session, actor: Actor, *, order_no: str) -> Changed:
    """Let goods come in for an open order. Raises NotAllowed, NotFound, DocumentStatus."""
    return release_order(session, actor, kind=OrderKind.PURCHASE, order_no=order_no)


def release_sales_order(session: Session, actor: Actor, *, order_no: str) -> Changed:
    """Let goods go out for an open order. Raises NotAllowed, NotFound, DocumentStatus."""
    return release_order(session, actor, kind=OrderKind.SALES, order_no=order_no)


def release_order(session: Session, actor: Actor, *, kind: OrderKind, order_no: str) -> Changed:
    """Let goods move for an open order of any kind. Raises NotAllowed, NotFound, DocumentStatus."""
    actor.require(rights.RECEIVE)
    shape = SHAPES[kind]
    lock_order(session, shape, order_no, OrderStatus.OPEN)
    set_status(session, shape, order_no, OrderStatus.RELEASED)
    audit.record(session, f"release {shape.record}", order_no, before={"status": "Open"}, after={"status": "Released"})
    return Changed(record=shape.record.capitalize(), number=order_no)


def _create(session: Session, actor: Actor, shape: Shape, given: NewPurchaseOrder | NewSalesOrder, party_no: str) -> Created:
    """Raises NotAllowed, NotFound, RecordBlocked, AlreadyExists, SetupMissing, LocationInTransit, ItemBlocked, BelowPrecision."""
    actor.require(rights.RECEIVE)
    party: Any = Vendor if shape.party == "vendor_no" else Customer
    require_unblocked(session, party, shape.party.removesuffix("_no"), party_no)
    order_no = new_order(session, shape, given.no, {shape.party: party_no, "order_date": given.order_date or actor.work_date()})
    insert_lines(session, shape, order_no, line_values(session, shape, given.lines, of_many=True))
    audit.record(session, f"create {shape.record}", order_no, after=given.model_dump(mode="json"))
    return Created(record=shape.record.capitalize(), number=order_no)
