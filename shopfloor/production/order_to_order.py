"""A production order that makes what a document line needs, bound to that line (RS-16)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.production import rules
from shopfloor.production.commands import advance, create_order
from shopfloor.production.inputs import NewProductionOrder
from shopfloor.production.locking import lock_order
from shopfloor.quantity import shown
from shopfloor.reservations.answers import MadeToOrder
from shopfloor.reservations.binding import bind, line_to_serve
from shopfloor.reservations.inputs import DemandInput
from shopfloor.reservations.models import ReservationSource


def make_production_order(session: Session, actor: Actor, *, given: DemandInput) -> MadeToOrder:
    """Make and schedule an order over all that the line still needs, due when the line needs it, and bind it to the line.

    Raises NotAllowed, NotFound for the line, ItemNotReservable, FullyReserved, and what `commands.create_order` raises.
    """
    actor.require(rights.ORDERS)
    actor.require(rights.RESERVE)
    line = line_to_serve(session, given.demand())
    wanted = NewProductionOrder(
        item_no=line.item_no, variant_code=line.variant_code, quantity=line.needed, location_code=line.location_code,
        due_date=line.due_date, description="",
    )
    order_no = create_order(session, actor, given=wanted).number
    session.flush()
    advance(session, actor, lock_order(session, order_no), "schedule")
    bind(session, actor, line, ReservationSource.PROD_ORDER_LINE.value, order_no, rules.MAIN_LINE)
    audit.record(session, "make production order for line", order_no, after={"line": line.demand.label(), "quantity": shown(line.needed)})
    return MadeToOrder(
        record="Production order", number=order_no, quantity=shown(line.needed), unit=line.unit_code, item=line.item_no,
        line=line.demand.label(),
    )
