"""Lines of *Always* items are reserved by themselves, when they are made and whenever they change (RS-05)."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.items.queries import item_masters
from shopfloor.people.actor import Actor
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.matching import DemandLine, Match, Matcher, total
from shopfloor.reservations.pairs import write_matches
from shopfloor.reservations.rules import Demand
from shopfloor.reservations.supplies import lines_of_document, lock_board
from shopfloor.reservations.tracking_records import TrackingRecord, take_off, tracking_records

ALWAYS = "Always"


def reserve_always(session: Session, actor: Actor, source_type: str, source_id: str, *, line_no: int | None = None) -> Decimal:
    """RS-05: reserve what lines of *Always* items of a document still need, as far as it goes. Gives the base quantity.

    `line_no`: only that line, because only it was made or changed. A line that carries numbers gets free stock of those numbers by name;
    only what it carries none for is reserved without one (RS-04). Called by whoever makes or changes lines, in the same transaction.
    One statement when no such line is open; a constant number whatever the number of lines and numbers.
    """
    found = lines_of_document(session, source_type, source_id, policy=ALWAYS)
    wanting = [line for line in found if line.needed > ZERO and line_no in (None, line.demand.source_line_no)]
    if not wanting:
        return ZERO
    board = lock_board(session, [line.demand for line in wanting])
    numbers = _specific_numbers(session, list(board.lines.values()))
    matcher = Matcher(board.supplies)
    named: list[Match] = []
    free: list[Match] = []
    used: dict[int, Decimal] = {}
    for line in board.lines.values():
        needed, carried = line.needed, numbers[line.demand]
        for record in carried:
            by_name = matcher.give(line, min(record.quantity, needed), record.tracking)
            used[record.entry_no] = total(by_name)
            needed -= used[record.entry_no]
            named += by_name
        # What the line carries a number for waits for that number, and holds nothing else meanwhile.
        free += matcher.give(line, line.needed - sum((record.quantity for record in carried), ZERO))
    write_matches(session, actor, named, specific=True)
    take_off(session, [record for records in numbers.values() for record in records], used)
    write_matches(session, actor, free)
    quantity = total(named) + total(free)
    if quantity > ZERO:
        audit.record(session, "reserve by policy", source_id, after={"quantity": shown(quantity), "pairs": len(named) + len(free)})
    return quantity


def _specific_numbers(session: Session, lines: list[DemandLine]) -> dict[Demand, list[TrackingRecord]]:
    """Numbers on the lines that only stock of that number serves (RS-04, TC-07)."""
    numbers: dict[Demand, list[TrackingRecord]] = defaultdict(list)
    records = [record for record in tracking_records(session, [line.demand for line in lines]) if not record.inbound]
    if records:
        items = {line.demand: line.item_no for line in lines}
        masters = item_masters(session, sorted(set(items.values())))
        for record in records:
            if masters[items[record.line]].rules.specific_part(record.tracking):
                numbers[record.line].append(record)
    return numbers
