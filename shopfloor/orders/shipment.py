"""Goods that go out: the shipment of a sales order, and the return shipment of goods that go back to a vendor."""

from __future__ import annotations

from sqlalchemy.orm import Session

from shopfloor.orders.answers import OrderPosted, Shipped, ShippedReserved
from shopfloor.orders.inputs import PostReturnShipment, PostShipment
from shopfloor.orders.kinds import PURCHASE_RETURN, RETURN_SHIPMENT, SALES_ORDER, SHIPMENT
from shopfloor.orders.movements import order_posted, post_movement
from shopfloor.people.actor import Actor


def post_shipment(session: Session, actor: Actor, *, given: PostShipment, may_break: bool = False) -> Shipped:
    """Ship goods of a released sales order (C9). Raises what `post_movement` raises: NotAvailable, NumberOnHold and others.

    `may_break`: a page asks, so goods reserved for others may go out after a yes (AP-13, D19); raises ReservationsWillBreak.
    """
    moved = post_movement(session, actor, SALES_ORDER, SHIPMENT, given, may_break=may_break)
    told = Shipped(
        shipment_no=moved.document_no,
        order_no=given.order_no,
        order_status=moved.order_status,
        line_count=moved.line_count,
        register_no=moved.register_no,
    )
    return ShippedReserved(**vars(told), broken=moved.broken) if moved.broken else told


def post_return_shipment(session: Session, actor: Actor, *, given: PostReturnShipment, may_break: bool = False) -> OrderPosted:
    """Send goods back to a vendor (C9), expired ones too (EX-04); goods on hold with the right and a reason (D20).

    `may_break`: a page asks, so goods reserved for others may go back after a yes, also those of the entry that a line names (AP-13,
    AP-07). Raises what `post_movement` raises, and ReservationsWillBreak.
    """
    moved = post_movement(session, actor, PURCHASE_RETURN, RETURN_SHIPMENT, given, reason=given.reason, may_break=may_break)
    return order_posted(RETURN_SHIPMENT, given.order_no, moved)
