"""Writes reservation pairs, and keeps `open_item_entry.reserved` equal to their sum.

Every function works on sets: a constant number of statements whatever the number of pieces. Open entries are locked by the caller
in entry order before anything is decided (A23); the guarded UPDATE is the belt.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Delete, Update, case, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from shopfloor.clock import now
from shopfloor.db import Given, ManyRows, current_plant, table, take_numbers
from shopfloor.db.races import lost_race
from shopfloor.items.tracking import NO_TRACKING, Tracking
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.people.actor import Actor
from shopfloor.quantity import ZERO
from shopfloor.reservations.models import ReservationEntry, ReservationSource, ReservationStatus, TakenOver
from shopfloor.reservations.rules import Demand, Move, OpenEntry, ReservedPiece, Take, UsedReservation

_entry = table(ReservationEntry)
_open = table(OpenItemEntry)
SIDES = 2
"""Rows of a pair: supply and demand."""

# Built once: putting a statement together costs more than running it.
_INSERT = insert(_entry)


def _change_reserved(given: Given) -> Update:
    after = _open.c.reserved + given["change"]
    return update(_open).where(_open.c.entry_no == given["entry_no"], after <= _open.c.remaining).values(reserved=after)


def _delete_used_up(given: Given) -> Delete:
    used_up = or_(_entry.c.quantity_base == given["quantity"], _entry.c.quantity_base == -given["quantity"])
    return delete(_entry).where(_entry.c.entry_no == given["entry_no"], used_up)


def _reduce(given: Given) -> Update:
    """Both sides: the supply's quantity is positive, the demand's negative."""
    c = _entry.c
    left = case((c.positive, c.quantity_base - given["quantity"]), else_=c.quantity_base + given["quantity"])
    return update(_entry).where(c.entry_no == given["entry_no"]).values(quantity_base=left)


def _move_supply(given: Given) -> Update:
    c = _entry.c
    of_entry = (c.source_type == ReservationSource.ITEM_LEDGER_ENTRY) & (c.source_id == given["old_id"])
    return update(_entry).where(c.positive, of_entry).values(source_id=given["new_id"], source_line_no=given["new_no"])


_CHANGE_RESERVED = ManyRows(_change_reserved, entry_no=_open.c.entry_no, change=_open.c.reserved)
_DELETE_USED_UP = ManyRows(_delete_used_up, entry_no=_entry.c.entry_no, quantity=_entry.c.quantity_base)
_REDUCE = ManyRows(_reduce, entry_no=_entry.c.entry_no, quantity=_entry.c.quantity_base)
_MOVE_SUPPLY = ManyRows(_move_supply, old_id=_entry.c.source_id, new_id=_entry.c.source_id, new_no=_entry.c.source_line_no)


@dataclass(frozen=True)
class NewPair:
    """A pair to be written: a demand draws a quantity from an open entry."""

    demand: Demand
    supply: OpenEntry
    quantity: Decimal
    specific: bool
    """Whether the demand side carries the supply's numbers (LB-01)."""
    picked: bool = False
    taken_over: str = TakenOver.NO
    binding: str = ""
    shipment_date: date | None = None
    """When the demand needs it (LB-07: a moved pair keeps it)."""


def insert_pairs(session: Session, actor: Actor, pairs: Sequence[NewPair], numbers: Sequence[int] | None = None) -> None:
    """Write pairs. `numbers` are reservation entry numbers that were taken before; without them they are taken here."""
    if not pairs:
        return
    taken = numbers if numbers is not None else take_numbers(session, {"reservation_entry": len(pairs)})["reservation_entry"]
    rows = []
    for entry_no, pair in zip(taken, pairs, strict=True):
        rows += _both_sides(current_plant(session), entry_no, pair, actor)
    session.connection().execute(_INSERT, rows)


def change_reserved(session: Session, changes: Mapping[int, Decimal]) -> None:
    """Add to `reserved` of open entries; the sums must stay between 0 and what remains. Asserts that every row took it."""
    rows = [{"entry_no": entry_no, "change": change} for entry_no, change in sorted(changes.items()) if change != ZERO]
    changed = _CHANGE_RESERVED.execute(session, rows)
    assert changed == len(rows), f"{len(rows) - changed} open entries could not take a reservation although they were locked"


def close_on_posting(session: Session, used: Sequence[UsedReservation]) -> None:
    """OT-01: a posting used up pieces. `remaining` and `reserved` of the open entries are written by the posting itself."""
    reduce_pairs(session, {piece.entry_no: piece.quantity for piece in used})


def release(session: Session, pieces: Sequence[ReservedPiece], quantities: Mapping[int, Decimal] | None = None) -> None:
    """Give stock free again: whole pieces, or a part of each (`quantities` by pair number)."""
    parts = {piece.entry_no: piece.quantity for piece in pieces} if quantities is None else dict(quantities)
    change: dict[int, Decimal] = defaultdict(Decimal)
    for piece in pieces:
        change[piece.open_entry_no] -= parts.get(piece.entry_no, ZERO)
    reduce_pairs(session, parts)
    change_reserved(session, change)


def give_back(session: Session, actor: Actor, pieces: Sequence[ReservedPiece], quantities: Mapping[int, Decimal] | None = None) -> None:
    """An association is removed: what it had taken over returns to the line as it was, the rest becomes free (D15).

    `quantities` by pair number: only so much of each, because the association is reduced.
    """
    parts = {piece.entry_no: piece.quantity for piece in pieces} if quantities is None else quantities
    kept = [piece for piece in pieces if piece.taken_over and parts.get(piece.entry_no, ZERO) > ZERO]
    free = [piece for piece in pieces if not piece.taken_over]
    release(session, free, {piece.entry_no: parts.get(piece.entry_no, ZERO) for piece in free})
    reduce_pairs(session, {piece.entry_no: parts[piece.entry_no] for piece in kept})
    insert_pairs(session, actor, [_as_before(piece, parts[piece.entry_no]) for piece in kept])


def set_picked(session: Session, association_nos: Sequence[int], *, picked: bool) -> None:
    """D1: a pick sets the pieces of associations aside; un-pick takes that back."""
    if association_nos:
        mark = update(_entry).where(_entry.c.plant_no == current_plant(session), _entry.c.association_no.in_(association_nos))
        session.connection().execute(mark.values(picked=picked))


def put_back_picks(session: Session, source_type: str, source_id: str) -> None:
    """D1, EDG-32: whatever is picked for the lines of a document, in units or not, is reserved only. One statement."""
    mine, plant_no = _entry.alias("mine"), current_plant(session)
    picked = select(mine.c.entry_no).where(
        mine.c.plant_no == plant_no, mine.c.source_type == source_type, mine.c.source_id == source_id, mine.c.picked.is_(True)
    )
    both_sides = update(_entry).where(_entry.c.plant_no == plant_no, _entry.c.entry_no.in_(picked))
    session.connection().execute(both_sides.values(picked=False))


def carry_out_moves(session: Session, actor: Actor, moves: Sequence[Move], targets: Mapping[int, OpenEntry]) -> None:
    """Late binding: the moved demand keeps its source and its total; only the entries behind it change (LB-07)."""
    if not moves:
        return
    leaving: dict[int, Decimal] = defaultdict(Decimal)
    change: dict[int, Decimal] = defaultdict(Decimal)
    for move in moves:
        leaving[move.piece.entry_no] += move.quantity
        change[move.piece.open_entry_no] -= move.quantity
        change[move.to_open_entry_no] += move.quantity
    reduce_pairs(session, leaving)
    change_reserved(session, change)
    insert_pairs(
        session,
        actor,
        [
            NewPair(
                m.piece.demand, targets[m.to_open_entry_no], m.quantity, specific=False, binding=m.piece.binding,
                shipment_date=m.piece.shipment_date,
            )
            for m in moves
        ],
    )


def reserve(
    session: Session, actor: Actor, demand: Demand, takes: Sequence[Take], entries: Mapping[int, OpenEntry], *,
    specific: bool, picked: bool = False,
) -> None:
    """Hold locked free stock for a demand."""
    insert_pairs(
        session, actor, [NewPair(demand, entries[t.open_entry_no], t.quantity, specific=specific, picked=picked) for t in takes]
    )
    change: dict[int, Decimal] = defaultdict(Decimal)
    for take in takes:
        change[take.open_entry_no] += take.quantity
    change_reserved(session, change)


def reduce_pairs(session: Session, quantities: Mapping[int, Decimal]) -> None:
    """Take quantity off both sides of pairs; a pair with nothing left goes. If a pair is not there any more, the work runs again."""
    rows = [{"entry_no": entry_no, "quantity": quantity} for entry_no, quantity in sorted(quantities.items()) if quantity > ZERO]
    # Delete first what is used up completely: the sign check leaves no room for a zero.
    changed = _DELETE_USED_UP.execute(session, rows)
    if changed < len(rows) * SIDES:
        changed += _REDUCE.execute(session, rows)
    if changed != len(rows) * SIDES:
        raise lost_race("a reservation was changed by somebody else")


def move_supply(session: Session, entries: Mapping[int, int]) -> None:
    """Reservations follow goods that only changed their date: old open entry -> the one that they are now (AP-13). One statement.

    The new open entry has been written with what was reserved of the old one.
    """
    rows = [{"old_id": str(old), "new_id": str(new), "new_no": new} for old, new in sorted(entries.items())]
    _MOVE_SUPPLY.execute(session, rows)


def _as_before(piece: ReservedPiece, quantity: Decimal) -> NewPair:
    """The pair as the line held it before an association took it over."""
    line = Demand(piece.demand.source_type, piece.demand.source_id, piece.demand.source_line_no, piece.demand.source_sub_line_no)
    specific = piece.taken_over == TakenOver.SPECIFIC
    return NewPair(
        line, piece.supply(), quantity, specific=specific, picked=piece.picked, binding=piece.binding, shipment_date=piece.shipment_date
    )


def _both_sides(plant_no: int, entry_no: int, pair: NewPair, actor: Actor) -> list[dict[str, object]]:
    common = {
        "plant_no": plant_no,
        "entry_no": entry_no,
        "reservation_status": ReservationStatus.RESERVATION.value,
        "item_no": pair.supply.item_no,
        "variant_code": pair.supply.variant_code,
        "location_code": pair.supply.location_code,
        "association_no": pair.demand.association_no,
        "taken_over": pair.taken_over,
        "picked": pair.picked,
        "binding": pair.binding,
        "shipment_date": pair.shipment_date,
        "created_at": now(),
        "created_by": actor.operator_no,
    }
    supply = {
        "positive": True,
        "quantity_base": pair.quantity,
        "source_type": ReservationSource.ITEM_LEDGER_ENTRY.value,
        "source_id": str(pair.supply.entry_no),
        "source_line_no": pair.supply.entry_no,
        "source_sub_line_no": 0,
        **_numbers(pair.supply.tracking),
    }
    demand = {
        "positive": False,
        "quantity_base": -pair.quantity,
        "source_type": pair.demand.source_type,
        "source_id": pair.demand.source_id,
        "source_line_no": pair.demand.source_line_no,
        "source_sub_line_no": pair.demand.source_sub_line_no,
        **_numbers(pair.supply.tracking if pair.specific else NO_TRACKING),
    }
    return [common | supply, common | demand]


def _numbers(tracking: Tracking) -> dict[str, object]:
    return {"serial_no": tracking.serial_no, "lot_no": tracking.lot_no, "package_no": tracking.package_no}
