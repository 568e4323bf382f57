"""The line's own reservations and the numbers that are entered on it (LB-03, LB-10)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from shopfloor.item_tracking.coming import follow_coming, lock_coming, without_coming
from shopfloor.item_tracking.errors import NumbersOnLine
from shopfloor.item_tracking.linking import pairs_of_line
from shopfloor.item_tracking.naming import Naming, plan_naming
from shopfloor.item_tracking.rules import Assigned
from shopfloor.item_tracking.sources import SourceLine
from shopfloor.items.fingerprint import fingerprint
from shopfloor.items.tracking import Tracking
from shopfloor.people.actor import Actor
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.commands import NewPair, carry_out_moves, change_reserved, close_on_posting, insert_pairs
from shopfloor.reservations.pairs import Pair, own_pairs
from shopfloor.reservations.queries import lock_free_supply, pieces_on, reservations_of
from shopfloor.reservations.rules import OpenEntry, UsedReservation
from shopfloor.reservations.tracking_records import TrackingRecord, tracking_records


def held_by_number(session: Session, source: SourceLine) -> dict[Tracking, Decimal]:
    """What the line holds of each number by name, in stock or still to come. One statement.

    Of a line that brings goods: what is reserved of each number.
    """
    held: dict[Tracking, Decimal] = defaultdict(Decimal)
    for pair in pairs_of_line(session, source) if source.inbound else own_pairs(session, source.line):
        if pair.supply_tracking and (source.inbound or pair.specific):
            held[pair.supply_tracking] += pair.quantity
    return dict(held)


def dates_of_held(session: Session, source: SourceLine) -> dict[Tracking, date | None]:
    """Expiration dates that were noted with reserved numbers of a line that brings goods. One statement."""
    return {pair.supply_tracking: pair.expiration_date for pair in pairs_of_line(session, source) if pair.supply_tracking}


def version_of(records: Sequence[TrackingRecord], held: Mapping[Tracking, Decimal]) -> str:
    """What the page of a line was opened with: its numbers, and which of them it holds by name."""
    planned = [
        [*_words(r.tracking), shown(r.quantity), shown(r.to_handle), r.expiration_date, r.applies_to_entry, r.applies_from_entry]
        for r in records
    ]
    named = [[*_words(tracking), shown(quantity)] for tracking, quantity in held.items()]
    return fingerprint(sorted(planned, key=str), sorted(named))


def _words(tracking: Tracking) -> tuple[str, str, str]:
    return tracking.lot_no, tracking.serial_no, tracking.package_no


def refuse_known(session: Session, source: SourceLine, serials: Sequence[str]) -> None:
    """New serial numbers that the locked line carries already would be added to themselves. Two statements. Raises NumbersOnLine."""
    there = {record.tracking.serial_no for record in tracking_records(session, [source.line], inbound=source.inbound)}
    there |= {tracking.serial_no for tracking in held_by_number(session, source)}
    known = [number for number in serials if number in there]
    if known:
        words = known[0] if len(known) == 1 else f"{known[0]} to {known[-1]} ({len(known)} numbers)"
        raise NumbersOnLine(document=source.document, numbers=words)


def reserve_by_number(session: Session, actor: Actor, source: SourceLine, rows: Sequence[Assigned]) -> Decimal:
    """Let the line's reservations follow the numbers. Gives what is held by number and was not before.

    Orders that serve the line are locked first, then stock, if it holds any, and what is decided on is read after the lock (A23).
    """
    wanted = {row.tracking: row.quantity for row in rows}
    coming = lock_coming(session, source.line)
    named = _of_stock(session, actor, source, wanted, coming)
    if coming:
        named += follow_coming(session, actor, source, wanted, reservations_of(session, [source.line]))
    return named


def _of_stock(
    session: Session, actor: Actor, source: SourceLine, wanted: Mapping[Tracking, Decimal], coming: Sequence[Pair]
) -> Decimal:
    """Numbers that orders are to bring ask for no stock."""
    if not reservations_of(session, [source.line]):
        return ZERO
    supply = lock_free_supply(session, source.master.item_no, source.variant_code, source.location_code)
    own = reservations_of(session, [source.line])
    others = pieces_on(session, [entry.entry_no for entry in supply])
    naming = plan_naming(source.line, without_coming(wanted, own, coming), own, supply, others)
    _carry_out(session, actor, source, naming, {entry.entry_no: entry for entry in supply})
    return naming.named


def _carry_out(session: Session, actor: Actor, source: SourceLine, naming: Naming, supply: dict[int, OpenEntry]) -> None:
    """What leaves an entry goes first, so that no entry holds more than it has at any moment."""
    close_on_posting(session, [UsedReservation(entry_no, quantity) for entry_no, quantity in sorted(naming.reduced.items())])
    change_reserved(session, {entry_no: change for entry_no, change in naming.reserved.items() if change < ZERO})
    carry_out_moves(session, actor, naming.moves, supply)
    change_reserved(session, {entry_no: change for entry_no, change in naming.reserved.items() if change > ZERO})
    insert_pairs(
        session, actor,
        [
            NewPair(
                source.line, supply[piece.open_entry_no], piece.quantity, specific=piece.specific, binding=piece.binding,
                shipment_date=piece.shipment_date,
            )
            for piece in naming.pieces
        ],
    )
