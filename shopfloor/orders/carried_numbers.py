"""Numbers of a transfer that are on their way: from the shipment on they stand on the side of the line that arrives (TL-14, RS-04, RS-17).

There they can be reserved by name before they are received. They are Surplus records; a posting that brings them in uses them up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.items.tracking import Tracking
from shopfloor.people.actor import Actor
from shopfloor.posting.journal import ItemJournalLine
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.models import ReservationSource
from shopfloor.reservations.pairs import Pair, inbound_pairs, keep_numbers, release_pairs
from shopfloor.reservations.rules import Demand
from shopfloor.reservations.tracking_records import LineOfGoods, NewRecord, add_records, close_handled, tracking_records

SOURCE = ReservationSource.TRANSFER_LINE.value
ByNumber = dict[tuple[int, Tracking], Decimal]
"""Base quantity by order line and number."""


def carry(
    session: Session, actor: Actor, order_no: str, to_code: str, days: dict[int, date | None], journal: Sequence[ItemJournalLine]
) -> None:
    """After a shipment. `days`: when the goods of each line are expected. Two statements."""
    goods = {line.document_line_no: line for line in journal}
    shipped = by_number((line.document_line_no, line.tracking, line.quantity) for line in journal)
    add_records(
        session, actor,
        [
            (
                LineOfGoods(
                    Demand(SOURCE, order_no, line_no), goods[line_no].item_no, goods[line_no].variant_code, to_code, inbound=True,
                    day=days[line_no],
                ),
                NewRecord(tracking, quantity, quantity),
            )
            for (line_no, tracking), quantity in shipped.items()
            if tracking
        ],
    )


def held_by_number(session: Session, order_no: str) -> ByNumber:
    """What is reserved of numbers on their way. One statement; asked before a receipt moves reservations to the goods (AP-16)."""
    pairs = (pair for pair in inbound_pairs(session, SOURCE, order_no) if pair.supply_tracking)
    return by_number((pair.source_line_no, pair.supply_tracking, pair.quantity) for pair in pairs)


def bring_in(session: Session, order_no: str, journal: Sequence[ItemJournalLine], held: ByNumber) -> None:
    """After a receipt: what arrived is not on its way any more. `held` went with the reservations."""
    posted = by_number((line.document_line_no, line.tracking, line.quantity) for line in journal)
    handled = {(Demand(SOURCE, order_no, key[0]), key[1]): max(quantity - held.get(key, ZERO), ZERO) for key, quantity in posted.items()}
    close_handled(session, handled, {}, inbound=True)


def take_back(session: Session, actor: Actor, order_no: str, undone: ByNumber) -> None:
    """After the undo of a shipment: its numbers do not come. Reservations of them end where too few are left; demands keep theirs."""
    lines = [Demand(SOURCE, order_no, line_no) for line_no, _ in undone]
    loose = by_number(
        (record.line.source_line_no, record.tracking, record.quantity) for record in tracking_records(session, lines, inbound=True)
    )
    too_much = {key: max(quantity - loose.get(key, ZERO), ZERO) for key, quantity in undone.items()}
    close_handled(session, {(Demand(SOURCE, order_no, key[0]), key[1]): quantity for key, quantity in undone.items()}, {}, inbound=True)
    cut: list[Pair] = []
    for pair in reversed(inbound_pairs(session, SOURCE, order_no)):
        key = (pair.source_line_no, pair.supply_tracking)
        part = min(pair.quantity, too_much.get(key, ZERO)) if pair.supply_tracking else ZERO
        if part > ZERO:
            too_much[key] -= part
            cut.append(replace(pair, quantity=part))
    release_pairs(session, cut, {pair.entry_no: pair.quantity for pair in cut})
    keep_numbers(session, actor, cut)
    for pair in cut:
        before = {"reservation": pair.entry_no, "number": pair.supply_tracking.label(), "quantity": shown(pair.quantity)}
        audit.record(session, "drop reservation", pair.demand.source_id, before=before)


def by_number(parts: Iterable[tuple[int, Tracking, Decimal]]) -> ByNumber:
    """Sums by line and number."""
    sums: ByNumber = defaultdict(Decimal)
    for line_no, tracking, quantity in parts:
        sums[line_no, tracking] += quantity
    return sums
