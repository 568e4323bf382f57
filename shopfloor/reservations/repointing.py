"""AP-16: when an order line delivers, reservations against it follow the goods: from the order line to the new ledger entries.

The rule is pure (`plan_repointing`); the command writes it inside the posting's transaction, whose caller holds the supplying document.
What has not come in stays on the order line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.clock import now
from shopfloor.db import current_plant, plant, table, take_numbers
from shopfloor.items.tracking import NO_TRACKING, Tracking
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.people.actor import Actor
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.cancelling import trim
from shopfloor.reservations.commands import change_reserved, reduce_pairs
from shopfloor.reservations.matching import STOCK
from shopfloor.reservations.models import ReservationEntry, ReservationStatus
from shopfloor.reservations.pairs import Pair, pairs_against_orders, return_numbers
from shopfloor.reservations.supplies import demand_lines, outstanding_of

_open = table(OpenItemEntry)
_entry = table(ReservationEntry)


@dataclass(frozen=True)
class Arrived:
    """Goods of one order line that became a ledger entry."""

    line_no: int
    entry_no: int
    tracking: Tracking = NO_TRACKING
    quantity: Decimal = ZERO
    """What of the entry is open: goods that pay a negative stock are gone already (C10)."""


@dataclass(frozen=True)
class Repointed:
    """Quantity of a pair that now stands on a ledger entry."""

    pair: Pair
    entry: Arrived
    quantity: Decimal


def plan_repointing(pairs: Sequence[Pair], arrived: Sequence[Arrived]) -> list[Repointed]:
    """Quantity by quantity: pairs that name a number first, to that number; then the others, earliest need first.

    A pair's own number is never exchanged for another one (RS-04).
    """
    moves = []
    left = {pair.entry_no: pair.quantity for pair in pairs}
    free = {entry.entry_no: entry.quantity for entry in arrived}
    for pair in sorted(pairs, key=lambda pair: (not _named(pair), not pair.binding, str(pair.shipment_date or "9"), pair.entry_no)):
        for entry in arrived:
            quantity = min(left[pair.entry_no], free[entry.entry_no]) if _fits(pair, entry) else ZERO
            if quantity > ZERO:
                left[pair.entry_no] -= quantity
                free[entry.entry_no] -= quantity
                moves.append(Repointed(pair, entry, quantity))
    return moves


def repoint(
    session: Session, actor: Actor, *, source_type: str, source_id: str, arrived: Sequence[Arrived], demand_type: str = ""
) -> list[Repointed]:
    """Re-point what `arrived` covers, then cut what the lines can no longer bring, and what the document's own demand no longer needs.

    Called after the posting and after the lines counted it. `demand_type`: the kind of the document's own demand lines; blank for none.
    One statement when nothing of the document is reserved.
    """
    pairs = pairs_against_orders(session, source_type, source_id, demand_type)
    if not pairs:
        return []
    supplied = [pair for pair in pairs if (pair.source_type, pair.source_id) == (source_type, source_id)]
    moves: list[Repointed] = []
    if supplied:
        moves = plan_repointing(supplied, _with_open_quantity(session, arrived))
        _write(session, actor, moves)
        moved: dict[int, Decimal] = defaultdict(Decimal)
        for move in moves:
            moved[move.pair.entry_no] += move.quantity
            audit.record(session, "reservation follows the goods", move.pair.demand.source_id, after=_told(move))
        left = [replace(pair, quantity=pair.quantity - moved[pair.entry_no]) for pair in supplied if moved[pair.entry_no] < pair.quantity]
        if left:
            trim(session, actor, left, outstanding_of(session, source_type, source_id))
    held = [pair for pair in pairs if pair.demand.source_type == demand_type and pair.demand.source_id == source_id]
    _trim_own(session, actor, held)
    return moves


def _trim_own(session: Session, actor: Actor, held: Sequence[Pair]) -> None:
    """OT-01: a demand that was served from elsewhere gives back what it had reserved of orders, as far as it needs no more."""
    if not held:
        return
    lines = demand_lines(session, {pair.demand for pair in held})
    too_much = {pair.demand: ZERO for pair in held}
    for demand in too_much:
        line = lines.get(demand)
        inbound = sum((pair.quantity for pair in held if pair.demand == demand), ZERO)
        too_much[demand] = min(inbound, line.reserved - line.outstanding) if line is not None else inbound
    for pair in sorted(held, key=lambda pair: -pair.entry_no):
        part = min(pair.quantity, too_much[pair.demand])
        if part > ZERO:
            too_much[pair.demand] -= part
            reduce_pairs(session, {pair.entry_no: part})
            return_numbers(session, actor, [replace(pair, quantity=part)])
            after = {"reservation": pair.entry_no, "quantity": shown(part)}
            audit.record(session, "drop reservation", pair.demand.source_id, before=after)


def _named(pair: Pair) -> bool:
    return bool(pair.demand_tracking or pair.supply_tracking)


def _fits(pair: Pair, entry: Arrived) -> bool:
    if pair.source_line_no != entry.line_no:
        return False
    wanted, found = vars(pair.demand_tracking or pair.supply_tracking), vars(entry.tracking)
    return all(not number or found[name] == number for name, number in wanted.items())


def _with_open_quantity(session: Session, arrived: Sequence[Arrived]) -> list[Arrived]:
    """What of the new entries can be held. One statement."""
    columns = (_open.c.entry_no, _open.c.remaining, _open.c.reserved, _open.c.serial_no, _open.c.lot_no, _open.c.package_no)
    numbers = sorted({entry.entry_no for entry in arrived})
    rows = session.connection().execute(select(*columns).where(plant(session, _open), _open.c.entry_no.in_(numbers)))
    found = {row.entry_no: row for row in rows}
    return [
        Arrived(entry.line_no, entry.entry_no, Tracking(row.serial_no, row.lot_no, row.package_no), row.remaining - row.reserved)
        for entry in arrived
        if (row := found.get(entry.entry_no)) is not None and row.remaining > row.reserved
    ]


def _write(session: Session, actor: Actor, moves: Sequence[Repointed]) -> None:
    if not moves:
        return
    leaving: dict[int, Decimal] = defaultdict(Decimal)
    holding: dict[int, Decimal] = defaultdict(Decimal)
    numbers = take_numbers(session, {"reservation_entry": len(moves)})["reservation_entry"]
    rows = []
    for entry_no, move in zip(numbers, moves, strict=True):
        leaving[move.pair.entry_no] += move.quantity
        holding[move.entry.entry_no] += move.quantity
        rows += _rows(current_plant(session), entry_no, move, actor)
    reduce_pairs(session, leaving)
    session.connection().execute(insert(_entry), rows)
    change_reserved(session, holding)


def _rows(plant_no: int, entry_no: int, move: Repointed, actor: Actor) -> list[dict[str, object]]:
    """The demand's side stays as it was; the supply's side is the entry, with its numbers."""
    pair, demand = move.pair, move.pair.demand
    common = {
        "plant_no": plant_no, "entry_no": entry_no, "reservation_status": ReservationStatus.RESERVATION.value, "item_no": pair.item_no,
        "variant_code": pair.variant_code, "location_code": pair.location_code, "association_no": demand.association_no,
        "taken_over": pair.taken_over, "picked": pair.picked, "binding": pair.binding, "disallow_cancellation": pair.disallow_cancellation,
        "shipment_date": pair.shipment_date, "created_at": now(), "created_by": actor.operator_no,
    }
    brings = {
        "positive": True, "quantity_base": move.quantity, "source_type": STOCK, "source_id": str(move.entry.entry_no),
        "source_line_no": move.entry.entry_no, "source_sub_line_no": 0, **vars(move.entry.tracking),
    }
    takes = {
        "positive": False, "quantity_base": -move.quantity, "source_type": demand.source_type, "source_id": demand.source_id,
        "source_line_no": demand.source_line_no, "source_sub_line_no": demand.source_sub_line_no,
        **vars(move.entry.tracking if pair.specific else NO_TRACKING),
    }
    return [common | brings, common | takes]


def _told(move: Repointed) -> dict[str, str | int]:
    return {
        "line": move.pair.demand.label(), "from": move.pair.supply_label(), "entry": move.entry.entry_no,
        "number": move.entry.tracking.label(), "quantity": shown(move.quantity),
    }
