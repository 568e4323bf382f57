"""Calculate consumption: what a production journal proposes (PR-07). Reads only."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy.orm import Session

from shopfloor.errors import NotFound
from shopfloor.genealogy.journal_facts import Registered, registered_on
from shopfloor.genealogy.planned_numbers import Numbers, to_handle
from shopfloor.items.tracking import NO_TRACKING, Tracking
from shopfloor.production.components import order_components
from shopfloor.production.posted_entries import consumption_entries
from shopfloor.production.production_journal import standing
from shopfloor.production.reversal import Entry
from shopfloor.production.rules import MANUAL, Component
from shopfloor.quantity import ZERO
from shopfloor.reservations.models import ReservationSource
from shopfloor.reservations.queries import reservations_of
from shopfloor.reservations.rules import Demand


@dataclass(frozen=True)
class ProposedLine:
    """One line that *Calculate consumption* proposes."""

    line_no: int
    item_no: str
    quantity: Decimal
    """Base units; negative: too much was consumed."""
    tracking: Tracking


def calculate_consumption(session: Session, order_no: str) -> list[ProposedLine]:
    """Expected less consumed, of lines that nothing else consumes: those that are flushed follow the output, registered parts their
    report. What was consumed too much comes back under the numbers that are still consumed net (PR-07). Raises NotFound.
    """
    components = order_components(session, order_no)
    if not components:
        raise NotFound(record="production order", number=order_no)
    registered = registered_on(session, order_no, {c.line_no for c in components}, ())
    over = {c.line_no for c in components if c.consumed > c.expected}
    net = standing(consumption_entries(session, order_no, over, {0}))
    held = _numbers(session, order_no, components)
    proposed: list[ProposedLine] = []
    for component in components:
        rest = component.expected - component.consumed
        if rest < ZERO:
            proposed += _too_much(component, -rest, net, registered)
        elif _by_hand(component, registered):
            proposed += _still_needed(order_no, component, rest - registered.unposted.get(component.line_no, ZERO), held)
    return proposed


def _by_hand(component: Component, registered: Registered) -> bool:
    """Nothing but a journal consumes the line: it is not flushed, and no rows wait to register its parts."""
    flushed = component.flushing != MANUAL and not component.numbers_demanded
    return not flushed and not (component.takes_part and registered.rows)


def _numbers(session: Session, order_no: str, components: list[Component]) -> Numbers:
    """Numbers that were reserved for or picked to the component lines themselves, then those that were planned for them (PR-02)."""
    demands = [Demand(ReservationSource.PROD_ORDER_COMPONENT.value, order_no, c.order_line_no, c.line_no) for c in components]
    numbers: Numbers = defaultdict(lambda: defaultdict(Decimal))
    for piece in reservations_of(session, demands):
        if piece.specific or piece.picked:
            numbers[replace(piece.demand, association_no=0)][piece.tracking] += piece.quantity
    for line, planned in to_handle(session, demands, held=False).items():
        for tracking, quantity in planned.items():
            numbers[line][tracking] += quantity
    return numbers


def _still_needed(order_no: str, component: Component, rest: Decimal, numbers: Numbers) -> list[ProposedLine]:
    """The line's own numbers first, then one line without a number. A line of nothing gets none."""
    lines = []
    line = Demand(ReservationSource.PROD_ORDER_COMPONENT.value, order_no, component.order_line_no, component.line_no)
    for tracking, quantity in numbers.get(line, {}).items():
        part = min(quantity, rest)
        if part > ZERO:
            lines.append(ProposedLine(component.line_no, component.item_no, part, tracking))
            rest -= part
    return [*lines, ProposedLine(component.line_no, component.item_no, rest, NO_TRACKING)] if rest > ZERO else lines


def _too_much(component: Component, over: Decimal, net: list[Entry], registered: Registered) -> list[ProposedLine]:
    """Negative lines, newest consumption first; a number that came back in full gets nothing, one that is registered neither."""
    by_number: dict[Tracking, Decimal] = {}
    for entry in net:
        key = (0, component.line_no, entry.tracking.serial_no, entry.tracking.lot_no)
        if entry.component_line_no == component.line_no and not (entry.tracking and key in registered.keys):
            by_number[entry.tracking] = by_number.get(entry.tracking, ZERO) + entry.quantity
    lines = []
    for tracking, quantity in by_number.items():
        part = min(quantity, over)
        if part > ZERO:
            lines.append(ProposedLine(component.line_no, component.item_no, -part, tracking))
            over -= part
    return lines


def units_of_order(session: Session, order_no: str, limit: int = 200) -> list[tuple[int, str]]:
    """Registered products of an order for a choice: match id and number, newest first."""
    rows = registered_on(session, order_no, (), ()).rows
    return [(match_id, number) for match_id, (number, state) in sorted(rows.items(), reverse=True) if state != "Pre-allocated"][:limit]
