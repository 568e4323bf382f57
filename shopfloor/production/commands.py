"""Production orders through their stages: made, estimated, scheduled, released, started, reported and ended (LIF-1 to LIF-8)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import plant, table
from shopfloor.errors import NotFound
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.answers import Changed
from shopfloor.production import rules
from shopfloor.production.answers import OrderMoved, OrderStarted, OrderStartedNumbersOpen
from shopfloor.production.components import order_components
from shopfloor.production.errors import OrderStatus
from shopfloor.production.holding import refuse_registered
from shopfloor.production.inputs import ComponentFlushing, OrderKey
from shopfloor.production.locking import LockedOrder, lock_order
from shopfloor.production.models import ProdOrderComponent, ProductionOrder
from shopfloor.production.planned import drop_planned
from shopfloor.production.planning import change_order, create_order
from shopfloor.production.starting import Begun, StartFlush
from shopfloor.quantity import shown
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
    "set_component_flushing",
    "told",
]

_orders = table(ProductionOrder)
_components = table(ProdOrderComponent)


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


def told(begun: Begun, flush: StartFlush, journal_no: int = 0) -> OrderStarted:
    """The answer to a start; it names what waits for its numbers (PST-13)."""
    proposal = flush.proposal
    fields: dict[str, Any] = {
        "order_no": begun.order.no,
        "quantity": shown(begun.quantity),
        "started": shown(begun.started),
        "ordered": shown(begun.line.quantity),
        "consumed": [_said(line) for line in proposal.lines] if flush.posted else [],
        "left_open": [_said(line) for line in proposal.left_open],
        "journal_no": journal_no,
    }
    if proposal.left_open:
        return OrderStartedNumbersOpen(**fields, items=", ".join(line.component.item_no for line in proposal.left_open))
    return OrderStarted(**fields)


def set_component_flushing(session: Session, actor: Actor, *, given: ComponentFlushing) -> Changed:
    """LIF-12: another flushing principle for one line of an order; what was consumed stays and counts (PST-12).

    Raises NotAllowed, NotFound, OrderStatus for an order that is reported as finished or ended.
    """
    actor.require(rights.ORDERS)
    order = lock_order(session, given.order_no)
    order.require(*rules.STAGES[: rules.STAGES.index(rules.REPORTED)])
    before = next((c for c in order_components(session, order.no) if c.line_no == given.line_no), None)
    if before is None:
        raise NotFound(record="component line", number=f"{order.no} {given.line_no}")
    mine = (plant(session, _components), _components.c.order_no == order.no, _components.c.line_no == given.line_no)
    session.connection().execute(update(_components).where(*mine).values(flushing=given.flushing.value))
    after = {"flushing": given.flushing.value}
    audit.record(session, "set flushing", f"{order.no} line {given.line_no}", before={"flushing": before.flushing}, after=after)
    return Changed(record="Production order", number=order.no)


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
        drop_planned(session, order_no)


def _move(session: Session, actor: Actor, order_no: str, action: str) -> OrderMoved:
    actor.require(rights.ORDERS)
    return _moved(session, actor, lock_order(session, order_no), action)


def _moved(session: Session, actor: Actor, order: LockedOrder, action: str) -> OrderMoved:
    moved = advance(session, actor, order, action)
    return OrderMoved(order_no=moved.no, status=moved.status)


def _said(flush: rules.FlushLine) -> dict[str, str]:
    component = flush.component
    return {
        "line_no": str(component.line_no),
        "item_no": component.item_no,
        "quantity": shown(flush.quantity),
        "unit": component.base_unit_code,
    }
