"""Numbers that are entered on a line whose goods are reserved already: the links split per number (OT-03, RS-04). Rule and command."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.orm import Session

from shopfloor.db import ManyRows, plant, table, take_numbers
from shopfloor.item_tracking.rules import Assigned
from shopfloor.item_tracking.sources import SourceLine
from shopfloor.items.tracking import NO_TRACKING, Tracking
from shopfloor.people.actor import Actor
from shopfloor.quantity import ZERO
from shopfloor.reservations.commands import reduce_pairs
from shopfloor.reservations.inbound_numbers import NUMBERED
from shopfloor.reservations.models import ReservationEntry
from shopfloor.reservations.pairs import Pair, inbound_pairs, keep_numbers

_entry = table(ReservationEntry)
_OF_NUMBER = ("item_no", "serial_no", "lot_no", "package_no", "source_type", "source_id", "source_line_no")
_DATES = ManyRows(
    lambda given: update(_entry)
    .where(_entry.c.positive, *(_entry.c[name] == given[name] for name in _OF_NUMBER))
    .values(expiration_date=given["expiration_date"]),
    **{name: _entry.c[name] for name in (*_OF_NUMBER, "expiration_date")},
)


@dataclass(frozen=True)
class Relinked:
    """What becomes of one reservation of the line's goods. Base quantities."""

    pair: Pair
    parts: tuple[tuple[Tracking, Decimal], ...]
    """From now on, by the number that the line brings, or asks for; blank: none."""
    dissolved: Decimal
    """RS-04: the demand wants a number that the line does not bring any more, or the line has room for its numbers only."""

    @property
    def gone(self) -> Pair:
        """The part that is dissolved."""
        return replace(self.pair, quantity=self.dissolved)


def plan_links(pairs: Sequence[Pair], wanted: Mapping[Tracking, Decimal], open_quantity: Decimal) -> list[Relinked]:
    """Pure. `wanted`: the numbers of the line from now on, of `open_quantity` that it still brings.

    A reservation keeps its number while the line names it. One that wants no number takes what has none first, then numbers nobody wants.
    """
    left = dict(wanted)
    without = open_quantity - sum(wanted.values(), ZERO)
    parts: dict[int, dict[Tracking, Decimal]] = {pair.entry_no: {} for pair in pairs}
    free = {pair.entry_no: pair.quantity for pair in pairs}

    def give(pair: Pair, tracking: Tracking, quantity: Decimal) -> None:
        if quantity > ZERO:
            parts[pair.entry_no][tracking] = parts[pair.entry_no].get(tracking, ZERO) + quantity
            free[pair.entry_no] -= quantity

    named = [pair for pair in pairs if pair.supply_tracking]
    for pair in sorted(named, key=lambda pair: (not pair.specific, pair.entry_no)):
        quantity = min(free[pair.entry_no], left.get(pair.supply_tracking, ZERO))
        left[pair.supply_tracking] = left.get(pair.supply_tracking, ZERO) - quantity
        give(pair, pair.supply_tracking, quantity)
    for pair in (pair for pair in pairs if not pair.specific):
        quantity = min(free[pair.entry_no], without)
        without -= max(quantity, ZERO)
        give(pair, NO_TRACKING, quantity)
        for tracking in wanted:
            quantity = min(free[pair.entry_no], left[tracking])
            left[tracking] -= max(quantity, ZERO)
            give(pair, tracking, quantity)
    return [Relinked(pair, tuple(parts[pair.entry_no].items()), free[pair.entry_no]) for pair in pairs]


def relink(session: Session, actor: Actor, source: SourceLine, rows: Sequence[Assigned]) -> dict[Tracking, Decimal]:
    """Let reservations of a locked line's goods follow its numbers. Gives what is held by number now. At most seven statements."""
    pairs = pairs_of_line(session, source)
    if not pairs:
        return {}
    plan = plan_links(pairs, {row.tracking: row.quantity for row in rows}, source.open_quantity)
    changed = [one for one in plan if one.dissolved > ZERO or one.parts != ((one.pair.supply_tracking, one.pair.quantity),)]
    if changed:
        rewrite(session, changed, positive=True)
        keep_numbers(session, actor, [one.gone for one in changed if one.dissolved > ZERO])
    _write_dates(session, source, {row.tracking: row.expiration_date for row in rows})
    held: dict[Tracking, Decimal] = {}
    for one in plan:
        for tracking, quantity in one.parts:
            held[tracking] = held.get(tracking, ZERO) + quantity
    held.pop(NO_TRACKING, None)
    return held


def pairs_of_line(session: Session, source: SourceLine) -> list[Pair]:
    """Reservations of what a line brings; none for kinds whose numbers are not reserved by name. One statement."""
    line = source.line
    if line.source_type not in NUMBERED or not source.inbound:
        return []
    return [pair for pair in inbound_pairs(session, line.source_type, line.source_id) if pair.source_line_no == line.source_line_no]


def rewrite(session: Session, changed: Sequence[Relinked], *, positive: bool) -> None:
    """Both sides are copied for each part, so that nothing else changes but the number of the side that brings, or that asks.

    Three statements and a block of numbers.
    """
    connection = session.connection()
    numbers = [one.pair.entry_no for one in changed]
    sides: dict[int, list[RowMapping]] = defaultdict(list)
    for side in connection.execute(select(_entry).where(plant(session, _entry), _entry.c.entry_no.in_(numbers))).mappings():
        sides[side["entry_no"]].append(side)
    taken = iter(take_numbers(session, {"reservation_entry": sum(len(one.parts) for one in changed)})["reservation_entry"])
    rows = []
    for one in changed:
        for tracking, quantity in one.parts:
            entry_no = next(taken)
            for side in sides[one.pair.entry_no]:
                row = dict(side) | {"entry_no": entry_no, "quantity_base": quantity if side["positive"] else -quantity}
                rows.append(row | vars(tracking) if side["positive"] == positive else row)
    reduce_pairs(session, {one.pair.entry_no: one.pair.quantity for one in changed})
    if rows:
        connection.execute(insert(_entry), rows)


def _write_dates(session: Session, source: SourceLine, dates: Mapping[Tracking, date | None]) -> None:
    """The dates of numbers that reservations hold."""
    line = source.line
    own = {
        "item_no": source.master.item_no, "source_type": line.source_type, "source_id": line.source_id,
        "source_line_no": line.source_line_no,
    }
    _DATES.execute(session, [own | vars(one) | {"expiration_date": day} for one, day in dates.items()])
