"""Start an order, or a part of it, and take started quantity back (LIF-3, LIF-4, LIF-6, PST-10, PST-13).

Callers hold the order and know what of it is picked or reported; see `genealogy.starting`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, bindparam, select, update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import QuantityType, current_plant, plant, table
from shopfloor.items.units import require_multiple
from shopfloor.ledger.models import ItemLedgerEntry, ItemRegister
from shopfloor.people.actor import Actor
from shopfloor.posting.journal import PostedLine
from shopfloor.posting.post import post
from shopfloor.production import reversal, rules
from shopfloor.production.components import OrderLine, order_components, order_lines
from shopfloor.production.counters import count_consumption, end_components
from shopfloor.production.errors import NothingToStart, StartedAboveOrdered, StartedBelowCoProduct, StartedBelowReported
from shopfloor.production.inputs import ConsumptionChoice
from shopfloor.production.journals import consumption_line, flush_use, return_line, settle_reservations
from shopfloor.production.locking import LockedOrder
from shopfloor.production.models import ProdOrderLine
from shopfloor.production.parameters import Parameters
from shopfloor.quantity import ZERO, shown

_lines = table(ProdOrderLine)
_entry = table(ItemLedgerEntry)
_register = table(ItemRegister)
SOURCE = "Start"
_START = (
    update(_lines)
    .where(
        _lines.c.plant_no == bindparam("at_plant"), _lines.c.order_no == bindparam("at_order"), _lines.c.line_no == bindparam("at_line")
    )
    .values(started_quantity=bindparam("started", type_=QuantityType))
)


@dataclass(frozen=True)
class Begun:
    """An order whose started quantity was changed."""

    order: LockedOrder
    line: OrderLine
    """As it was before."""
    quantity: Decimal
    """What was added; negative: taken back."""
    started: Decimal
    """In all, afterwards."""


@dataclass(frozen=True)
class StartFlush:
    """What a start consumes by itself."""

    proposal: rules.FlushProposal
    posted: tuple[PostedLine, ...] = ()
    """Of each proposed line; empty where the picking list was left open, or nothing was proposed."""
    register_no: int = 0
    """0: nothing was posted."""


def begin(session: Session, order: LockedOrder, quantity: Decimal | None, parameters: Parameters) -> Begun:
    """Add to the started quantity of a started order; a negative quantity takes back.

    Raises BelowPrecision, NothingToStart, StartedAboveOrdered, StartedBelowReported, StartedBelowCoProduct.
    """
    line, *co_products = order_lines(session, order.no)
    added = line.quantity - line.started if quantity is None else quantity
    require_multiple(line.started + added, item=line.item_no, unit=line.unit_code, precision=line.precision)
    started = line.started + added
    if added == ZERO:
        raise NothingToStart(order_no=order.no, ordered=shown(line.quantity), started=shown(line.started), unit=line.unit_code)
    if started > parameters.startable(line.quantity):
        raise StartedAboveOrdered(order_no=order.no, ordered=shown(line.quantity), started=shown(line.started), quantity=shown(added))
    if started < line.reported:
        raise StartedBelowReported(order_no=order.no, started=shown(line.started), reported=shown(line.reported), quantity=shown(-added))
    along = {one: rules.co_product_started(one.quantity, started, line.quantity, one.precision) for one in co_products}
    if added < ZERO:
        _refuse_below_co_products(order.no, started, along, parameters)
    _write_started(session, order.no, {line.line_no: started} | {one.line_no: quantity for one, quantity in along.items()})
    audit.record(session, "start production order", order.no, before={"started": shown(line.started)}, after={"started": shown(started)})
    return Begun(order, line, added, started)


def _refuse_below_co_products(order_no: str, started: Decimal, along: Mapping[OrderLine, Decimal], parameters: Parameters) -> None:
    """D40: the same limit, with the accepted surplus, that stops a report of too much."""
    for line, quantity in along.items():
        most = parameters.makeable(quantity, line.precision)
        if line.reported > most:
            raise StartedBelowCoProduct(
                order_no=order_no, item=line.item_no, reported=shown(line.reported), started=shown(started), least=shown(most)
            )


def _write_started(session: Session, order_no: str, started: Mapping[int, Decimal]) -> None:
    """QTY-1: of each line. D40: co-products start along, in proportion. One statement."""
    session.connection().execute(_START, [
        {"at_plant": current_plant(session), "at_order": order_no, "at_line": line_no, "started": quantity}
        for line_no, quantity in started.items()
    ])


def flush_start(
    session: Session,
    actor: Actor,
    *,
    begun: Begun,
    given: ConsumptionChoice,
    parameters: Parameters,
    spoken_for: Mapping[tuple[int, int], Decimal] | None = None,
) -> StartFlush:
    """Consume what is due at start, or return what is too much of it (LIF-4).

    `spoken_for` is what open picking lists will consume already (PST-12). Lines that demand a number are left to their associations and
    named. A picking list that is left open is only proposed. Raises the refusals of `posting.post`.
    """
    line, automatic = begun.line, given.automatic_consumption or parameters.at_start
    components = [c for c in order_components(session, begun.order.no) if c.order_line_no == line.line_no]
    if begun.quantity < ZERO:
        if automatic != rules.NEVER:
            _give_back(session, actor, begun, components, given)
        return StartFlush(rules.FlushProposal())
    proposal = rules.flush(
        components, principle=rules.START, basis=begun.started, order_quantity=line.quantity, automatic=automatic,
        operations=given.operations, used=spoken_for,
    )
    if given.leave_open:
        return StartFlush(proposal)
    posted: tuple[PostedLine, ...] = ()
    register_no = 0
    if proposal.lines:
        uses = [consumption_line(actor, begun.order, flush_use(flush)) for flush in proposal.lines]
        register = post(session, actor, [replace(use, posting_date=given.posting_date or actor.work_date()) for use in uses], source=SOURCE)
        count_consumption(session, begun.order.no, [(use.order_line_no, use.component_line_no, use.quantity) for use in uses])
        settle_reservations(session, actor, begun.order)
        posted, register_no = register.lines, register.register_no
    if given.end_picking_list:
        end_components(session, begun.order.no, [flush.component.key for flush in proposal.lines])
    return StartFlush(proposal, posted, register_no)


def _give_back(
    session: Session, actor: Actor, begun: Begun, components: Sequence[rules.Component], given: ConsumptionChoice
) -> None:
    """*Start* lines give back what is too much of them; other lines only what a start had consumed of them (LIF-4, LIF-13)."""
    order, line = begun.order, begun.line
    returns: list[reversal.Return] = []
    by_a_start = _entry.c.register_no.in_(registers_by(session, order.no, SOURCE))
    narrowing: dict[bool, list[ColumnElement[bool]]] = {False: [], True: [by_a_start]}
    for others, narrowed in narrowing.items():
        too_much = rules.give_back(components, basis=begun.started, order_quantity=line.quantity, others=others)
        returns += reversal.order_level_returns(session, order.no, line.line_no, too_much, *narrowed)
    if not returns:
        return
    lines = [return_line(actor, order, returned) for returned in returns]
    post(session, actor, [replace(one, posting_date=given.posting_date or actor.work_date()) for one in lines], source=SOURCE)
    count_consumption(session, order.no, [(line.line_no, r.entry.component_line_no, -r.quantity) for r in returns])
    settle_reservations(session, actor, order)


def registers_by(session: Session, order_no: str, source: str) -> Select[tuple[int]]:
    """Registers in which something consumed for this order, such as a start."""
    mine = (_entry.c.order_no == order_no, plant(session, _entry, _register), _register.c.source == source)
    joined = _entry.join(_register, (_register.c.plant_no == _entry.c.plant_no) & (_register.c.register_no == _entry.c.register_no))
    return select(_entry.c.register_no).select_from(joined).where(*mine)
