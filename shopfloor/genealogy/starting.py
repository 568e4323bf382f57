"""Start an order with what is registered on it: less than is registered, and what stays above it (EDG-31, LIF-3, LIF-4, LIF-6)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from shopfloor.genealogy.left_open import propose
from shopfloor.genealogy.maintenance_errors import StartedBelowPicked
from shopfloor.genealogy.open_journal_queries import spoken_for
from shopfloor.genealogy.order_numbers import add_missing_numbers
from shopfloor.genealogy.start_queries import read_start
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.production.answers import OrderStarted
from shopfloor.production.commands import advance, told
from shopfloor.production.inputs import StartOrder
from shopfloor.production.locking import LockedOrder, lock_order
from shopfloor.production.parameters import read_parameters
from shopfloor.production.route_posting import FROM_START, plan_start, post_route, take_back_start
from shopfloor.production.starting import Begun, StartFlush, begin, flush_start
from shopfloor.quantity import ZERO, shown


def start_order(session: Session, actor: Actor, *, given: StartOrder) -> OrderStarted:
    """Start an order, or a part of it, with missing earlier steps (LIF-3); a negative quantity takes started quantity back (LIF-4).

    No less may be started than is picked or reported; rows above it are awaiting start (EDG-31). Rows that waited for this start wait no
    more. Raises NotAllowed, NotFound, OrderStatus, NothingToStart, StartedAboveOrdered, StartedBelowReported, StartedBelowCoProduct,
    StartedBelowPicked, and refusals of the posting door.
    """
    actor.require(rights.ORDERS)
    return told(*start_on(session, actor, lock_order(session, given.order_no), given))


def start_on(session: Session, actor: Actor, order: LockedOrder, given: StartOrder) -> tuple[Begun, StartFlush, int]:
    """The start of a locked order, rights checked: what began, what it consumed, and the picking list that was left open (0: none)."""
    order = advance(session, actor, order, "start")
    add_missing_numbers(session, order)
    parameters = read_parameters(session)
    begun = begin(session, order, given.quantity, parameters)
    if begun.quantity < ZERO:
        _refuse_below(session, begun)
    already = spoken_for(session, order.no)
    flush = flush_start(session, actor, begun=begun, given=given, parameters=parameters, spoken_for=already)
    _route(session, actor, begun, given, flush)
    if not given.leave_open:
        return begun, flush, 0
    journal_no = propose(
        session, actor, order=order, flushes=flush.proposal.lines, posting_date=given.posting_date, end=given.end_picking_list
    )
    return begun, flush, journal_no


def _route(session: Session, actor: Actor, begun: Begun, given: StartOrder, flush: StartFlush) -> None:
    """LIF-6: operations that post by themselves at *Start*, or the way back (LIF-4)."""
    order_no = begun.order.no
    if begun.quantity < ZERO:
        take_back_start(session, actor, order_no, started=begun.started, quantity=-begun.quantity)
        return
    plan = plan_start(session, order_no, begun.started, given)
    post_route(
        session, actor, order_no, plan, source=FROM_START, register_no=flush.register_no, posting_date=given.posting_date
    )


def _refuse_below(session: Session, begun: Begun) -> None:
    """EDG-31: only down to what is picked or reported."""
    least = read_start(session, begun.order.no).least
    if begun.started < least:
        raise StartedBelowPicked(
            order_no=begun.order.no, started=shown(begun.line.started), least=shown(least), quantity=shown(-begun.quantity)
        )
