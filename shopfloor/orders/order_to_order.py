"""A purchase order that buys what a document line needs, bound to that line (RS-16)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.orders.commands import create_purchase_order
from shopfloor.orders.documents import LINE_STEP
from shopfloor.orders.inputs import BuyForLine, NewOrderLine, NewPurchaseOrder
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.quantity import shown
from shopfloor.reservations.answers import MadeToOrder
from shopfloor.reservations.binding import bind, line_to_serve
from shopfloor.reservations.models import ReservationSource


def make_purchase_order(session: Session, actor: Actor, *, given: BuyForLine) -> MadeToOrder:
    """Order all that the line still needs from a vendor, expected when the line needs it, and bind it to the line.

    Raises NotAllowed, NotFound for line or vendor, ItemNotReservable, FullyReserved, and what `commands.create_purchase_order` raises.
    """
    actor.require(rights.RECEIVE)
    actor.require(rights.RESERVE)
    line = line_to_serve(session, given.demand())
    wanted = NewOrderLine(
        item_no=line.item_no, quantity=line.needed, location_code=line.location_code, variant_code=line.variant_code, date=line.due_date
    )
    order_no = create_purchase_order(session, actor, given=NewPurchaseOrder(vendor_no=given.vendor_no, lines=(wanted,))).number
    session.flush()
    bind(session, actor, line, ReservationSource.PURCHASE_LINE.value, order_no, LINE_STEP)
    audit.record(session, "make purchase order for line", order_no, after={"line": line.demand.label(), "quantity": shown(line.needed)})
    return MadeToOrder(
        record="Purchase order", number=order_no, quantity=shown(line.needed), unit=line.unit_code, item=line.item_no,
        line=line.demand.label(),
    )
