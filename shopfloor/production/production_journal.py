"""Production journal: consumption and output of chosen lines and numbers, posted by hand in one register (PR-02 to PR-06, PR-09).

Callers hold the order and have judged what belongs to tracked rows; see `genealogy.production_journal`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from shopfloor.items.masters import ItemMaster
from shopfloor.people.actor import Actor
from shopfloor.posting.journal import ItemJournalLine
from shopfloor.posting.post import post
from shopfloor.posting.room import make_room_for
from shopfloor.production import journals, reversal, rules
from shopfloor.production.components import order_components, order_lines
from shopfloor.production.counters import count_consumption, count_reports
from shopfloor.production.journals import BY_PRINCIPLE, ComponentUse, Flushing, ProductReport
from shopfloor.production.locking import LockedOrder
from shopfloor.production.planned import close_planned
from shopfloor.quantity import ZERO


@dataclass(frozen=True)
class HandUse:
    """Consumption that somebody typed."""

    row: int
    use: ComponentUse
    applies_to_entry: int = 0
    """The entry to take from (AP-07); 0: own reservations, then the oldest stock."""
    unit_code: str = ""
    quantity_in_unit: Decimal | None = None
    """As typed; None: base units."""


@dataclass(frozen=True)
class HandReturn:
    """A consumption that comes back in part or in full (PR-05)."""

    row: int
    returned: reversal.Return


@dataclass(frozen=True)
class HandReport:
    """Output that somebody typed, at order level."""

    row: int
    report: ProductReport


@dataclass(frozen=True)
class TakenBack:
    """A part of an output entry that is taken back (PR-04)."""

    row: int
    entry: reversal.Entry
    """With the good and error quantity to take back."""


@dataclass(frozen=True)
class Posted:
    """What was posted."""

    register_no: int
    line_count: int
    """With what was flushed."""
    left_open: tuple[rules.FlushLine, ...]
    """PST-21: due by flushing, but a number is demanded."""


def post_by_hand(
    session: Session,
    actor: Actor,
    *,
    order: LockedOrder,
    uses: Sequence[HandUse],
    returns: Sequence[HandReturn],
    reports: Sequence[HandReport],
    taken_back: Sequence[TakenBack],
    posting_date: date,
    reason: str,
    flush_exclude: frozenset[int],
    masters: Mapping[str, ItemMaster],
    flushing: Flushing = BY_PRINCIPLE,
) -> Posted:
    """Post the lines together; *Finish* lines follow the output, and come back with it in the same share (PST-9, PR-06).
    Others' reservations without a number make room for the consumed ones; nothing is ever broken for production (D19).
    Raises OrderStatus unless the order is Started, or Reported as finished for lines without new output (PR-08, ER-30), and every
    refusal of `posting.post`, naming the row.
    """
    order.require(*((rules.STARTED,) if reports else rules.CONSUMING))
    components = order_components(session, order.no)
    lines = {line.line_no: line for line in order_lines(session, order.no)}
    only_uses = [one.use for one in uses]
    flushed = journals.finish_flushing(components, lines, [one.report for one in reports], only_uses, flush_exclude, flushing)
    flush_uses = [journals.flush_use(flush) for flush in flushed.lines]
    back = _flushed_back(session, order, components, taken_back, flush_exclude) if not reports else []
    rows = [
        *((one.row, _use_line(actor, order, one)) for one in uses),
        *((one.row, journals.return_line(actor, order, one.returned)) for one in returns),
        *((0, journals.consumption_line(actor, order, use)) for use in flush_uses),
        *((0, journals.return_line(actor, order, one)) for one in back),
        *((one.row, journals.output_line(actor, order, lines, one.report)) for one in reports),
        *((one.row, journals.reversed_output_line(actor, order, one.entry)) for one in taken_back),
    ]
    journal = [replace(line, posting_date=posting_date, reason=line.reason or reason) for _row, line in rows]
    make_room_for(session, actor, journal[: len(uses)], masters)
    register = post(session, actor, journal, source="Production journal", reason=reason, rows=[row for row, _line in rows])
    made = [one.report for one in reports]
    _count(session, order, [*only_uses, *flush_uses], [*(one.returned for one in returns), *back], made, taken_back)
    if any(line.has_plan for line in lines.values()):
        close_planned(session, order.no, [*only_uses, *flush_uses], made, components, lines)
    first = len(uses) + len(returns) + len(flush_uses) + len(back)
    journals.settle_reservations(session, actor, order, made, register.lines[first : first + len(made)])
    return Posted(register.register_no, len(journal), flushed.left_open)


def _count(
    session: Session, order: LockedOrder, uses: Sequence[ComponentUse], came_back: Sequence[reversal.Return],
    made: Sequence[ProductReport], taken_back: Sequence[TakenBack],
) -> None:
    """What was posted counts on the order's lines and components."""
    reported = [(one.order_line_no, one.good, one.error) for one in made]
    reported += [(one.entry.order_line_no, -one.entry.quantity, -one.entry.scrap_quantity) for one in taken_back]
    if reported:
        count_reports(session, order.no, reported)
    consumed = [(use.order_line_no, use.component_line_no, use.quantity) for use in uses]
    consumed += [(one.entry.order_line_no, one.entry.component_line_no, -one.quantity) for one in came_back]
    count_consumption(session, order.no, consumed)


def standing(entries: Sequence[reversal.Entry]) -> list[reversal.Entry]:
    """Entries that a return or a negative output may name, newest first, each with what was not taken back of it yet."""
    back: dict[int, tuple[Decimal, Decimal]] = {}
    for entry in entries:
        if entry.corrects_entry_no:
            good, error = back.get(entry.corrects_entry_no, (ZERO, ZERO))
            back[entry.corrects_entry_no] = (good + entry.quantity, error + entry.scrap_quantity)
    left = []
    for entry in sorted(entries, key=lambda one: -one.entry_no):
        good, error = back.get(entry.entry_no, (ZERO, ZERO))
        rest = replace(entry, quantity=entry.quantity + good, scrap_quantity=entry.scrap_quantity + error)
        if not entry.corrects_entry_no and rest.reported > ZERO:
            left.append(rest)
    return left


def _use_line(actor: Actor, order: LockedOrder, one: HandUse) -> ItemJournalLine:
    line = journals.consumption_line(actor, order, one.use)
    return replace(line, applies_to_entry=one.applies_to_entry, unit_code=one.unit_code, quantity_in_unit=one.quantity_in_unit)


def _flushed_back(
    session: Session,
    order: LockedOrder,
    components: Sequence[rules.Component],
    taken_back: Sequence[TakenBack],
    exclude: frozenset[int],
) -> list[reversal.Return]:
    """What negative output gives back of *Finish* lines: their share of it, no more than was consumed above what still is due."""
    returns: list[reversal.Return] = []
    for line in order_lines(session, order.no):
        less = sum((one.entry.reported for one in taken_back if one.entry.order_line_no == line.line_no), ZERO)
        own = [c for c in components if c.order_line_no == line.line_no and c.line_no not in exclude]
        wanted = rules.flushed_back(own, before=line.reported, after=line.reported - less, order_quantity=line.quantity) if less else ()
        returns += reversal.order_level_returns(session, order.no, line.line_no, wanted)
    return returns
