"""Production orders through their stages: made, estimated, scheduled, released, started, reported and ended (LIF-1 to LIF-8)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from sqlalchemy import update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import plant, table
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.production import journals, rules
from shopfloor.production.answers import OrderMoved, OrderStarted, OrderStartedNumbersOpen
from shopfloor.production.components import OrderLine, order_lines
from shopfloor.production.errors import OrderStatus, StartedAboveOrdered, StartedBelowReported
from shopfloor.production.holding import refuse_registered
from shopfloor.production.inputs import OrderKey, StartOrder
from shopfloor.production.locking import LockedOrder, lock_order
from shopfloor.production.models import ProdOrderLine, ProductionOrder
from shopfloor.production.planning import change_order, create_order
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.always import reserve_always
from shopfloor.reservations.cancelling import drop_demand, drop_inbound
from shopfloor.reservations.models import ReservationSource

__all__ = [
    "advance",
    "change_order",
    "create_order",
    "end_job",
    "end_order",
    "estimate_order",
    "release_order",
    "schedule_order",
    "start_order",
]

_orders = table(ProductionOrder)
_lines = table(ProdOrderLine)


def estimate_order(session: Session, actor: Actor, *, given: OrderKey) -> OrderMoved:
    """Created -> Estimated (LIF-2). Raises NotAllowed, NotFound, OrderStatus."""
    return _move(session, actor, given.order_no, "estimate")


def schedule_order(session: Session, actor: Actor, *, given: OrderKey) -> OrderMoved:
    """-> Scheduled, with the missing earlier step (LIF-3). Raises NotAllowed, NotFound, OrderStatus."""
    return _move(session, actor, given.order_no, "schedule")


def release_order(session: Session, actor: Actor, *, given: OrderKey) -> OrderMoved:
    """-> Released, with missing earlier steps (LIF-3). Raises NotAllowed, NotFound, OrderStatus."""
    return _move(session, actor, given.order_no, "release")


def end_job(session: Session, actor: Actor, *, given: OrderKey) -> OrderMoved:
    """Started -> Reported as finished: nothing more is registered or reported (ASC-15, LIF-8). Raises NotAllowed, NotFound, OrderStatus."""
    return _move(session, actor, given.order_no, "end job")


def end_order(session: Session, actor: Actor, *, given: OrderKey) -> OrderMoved:
    """Reported as finished -> Ended: nothing is posted any more (LIF-2, PR-08).

    Raises NotAllowed, NotFound, OrderStatus, OrderReserved while parts are still set aside for it.
    """
    actor.require(rights.ORDERS)
    order = lock_order(session, given.order_no)
    refuse_registered(session, order.no)
    return _moved(session, actor, order, "end")


def start_order(session: Session, actor: Actor, *, given: StartOrder) -> OrderStarted:
    """Start an order or a part of it, with missing earlier steps (LIF-3, LIF-4), and consume its *Start* lines (PST-10, PST-13).

    A negative quantity takes started quantity back and returns what starting had consumed too much. Raises NotAllowed, NotFound,
    OrderStatus, StartedAboveOrdered, StartedBelowReported, OrderReserved (negative only), and refusals of the posting door.
    """
    actor.require(rights.ORDERS)
    order = lock_order(session, given.order_no)
    order = advance(session, actor, order, "start")
    line = order_lines(session, order.no)[0]
    quantity = line.quantity - line.started if given.quantity is None else given.quantity
    started = line.started + quantity
    _check_start(session, order, line, quantity, started)
    session.connection().execute(
        update(_lines)
        .where(plant(session, _lines), _lines.c.order_no == order.no, _lines.c.line_no == line.line_no)
        .values(started_quantity=started)
    )
    posted = journals.flush_started(session, actor, order=order, line=line, started=started)
    audit.record(session, "start production order", order.no, before={"started": shown(line.started)}, after={"started": shown(started)})
    consumed = [_said(flush) for flush, _line in posted.flushed] if posted else []
    left_open = [_said(flush) for flush in posted.left_open] if posted else []
    told = {
        "order_no": order.no,
        "quantity": shown(quantity),
        "started": shown(started),
        "ordered": shown(line.quantity),
    }
    if left_open:
        items = ", ".join(open_line["item_no"] for open_line in left_open)
        return OrderStartedNumbersOpen(**told, consumed=consumed, left_open=left_open, items=items)
    return OrderStarted(**told, consumed=consumed, left_open=[])


def advance(session: Session, actor: Actor, order: LockedOrder, action: str) -> LockedOrder:
    """Move a locked order by an action of `rules.MOVES`, missing earlier steps included (LIF-3). Raises OrderStatus.

    Report as finished with *End job* uses it in its own transaction.
    """
    passed = rules.steps(action, order.status)
    if passed is None:
        raise OrderStatus(order_no=order.no, status=order.status, needed=rules.listed(rules.MOVES[action][1]))
    if not passed:
        return order
    session.connection().execute(update(_orders).where(plant(session, _orders), _orders.c.no == order.no).values(status=passed[-1]))
    audit.record(session, action, order.no, before={"status": order.status}, after={"status": passed[-1], "through": list(passed)})
    _follow_stage(session, actor, order.no, order.status, passed[-1])
    return replace(order, status=passed[-1])


def _follow_stage(session: Session, actor: Actor, order_no: str, before: str, after: str) -> None:
    """What stages mean for reservations: components begin to be demand, output stops being supply, and an ended order needs nothing."""
    if before == rules.CREATED:
        reserve_always(session, actor, ReservationSource.PROD_ORDER_COMPONENT.value, order_no)
    if after in {rules.REPORTED, rules.ENDED}:
        drop_inbound(session, actor, ReservationSource.PROD_ORDER_LINE.value, order_no)
    if after == rules.ENDED:
        drop_demand(session, actor, ReservationSource.PROD_ORDER_COMPONENT.value, order_no)


def _move(session: Session, actor: Actor, order_no: str, action: str) -> OrderMoved:
    actor.require(rights.ORDERS)
    return _moved(session, actor, lock_order(session, order_no), action)


def _moved(session: Session, actor: Actor, order: LockedOrder, action: str) -> OrderMoved:
    moved = advance(session, actor, order, action)
    return OrderMoved(order_no=moved.no, status=moved.status)


def _check_start(session: Session, order: LockedOrder, line: OrderLine, quantity: Decimal, started: Decimal) -> None:
    if quantity == ZERO or started > line.quantity:
        raise StartedAboveOrdered(order_no=order.no, ordered=shown(line.quantity), started=shown(line.started), quantity=shown(quantity))
    if started < line.reported:
        raise StartedBelowReported(order_no=order.no, started=shown(line.started), reported=shown(line.reported), quantity=shown(-quantity))
    if quantity < ZERO:
        refuse_registered(session, order.no)


def _said(flush: rules.FlushLine) -> dict[str, str]:
    component = flush.component
    return {
        "line_no": str(component.line_no),
        "item_no": component.item_no,
        "quantity": shown(flush.quantity),
        "unit": component.base_unit_code,
    }
