"""Goods that come in: the receipt of a purchase order, and the return receipt of goods that a customer sent back."""

from __future__ import annotations

from sqlalchemy.orm import Session

from shopfloor.orders.answers import OrderPosted, Received
from shopfloor.orders.inputs import PostReceipt, PostReturnReceipt
from shopfloor.orders.kinds import PURCHASE_ORDER, RECEIPT, RETURN_RECEIPT, SALES_RETURN
from shopfloor.orders.movements import order_posted, post_movement
from shopfloor.people.actor import Actor


def post_receipt(session: Session, actor: Actor, *, given: PostReceipt) -> Received:
    """Receive goods of a released purchase order (C9, C13, D35). Raises what `post_movement` raises."""
    values = {"vendor_shipment_no": given.vendor_shipment_no}
    moved = post_movement(session, actor, PURCHASE_ORDER, RECEIPT, given, values=values)
    return Received(
        receipt_no=moved.document_no,
        order_no=given.order_no,
        order_status=moved.order_status,
        line_count=moved.line_count,
        register_no=moved.register_no,
    )


def post_return_receipt(session: Session, actor: Actor, *, given: PostReturnReceipt) -> OrderPosted:
    """Receive goods that a customer sends back (C9, AP-08). Goods that name no shipped entry start a chain of their own (TR-25).

    Raises what `post_movement` raises; MoreThanPosted when more comes back than went out.
    """
    moved = post_movement(session, actor, SALES_RETURN, RETURN_RECEIPT, given)
    return order_posted(RETURN_RECEIPT, given.order_no, moved)
