"""Reserve a number by name for a document line, with late binding of what others hold without one (RS-09, LB-02 to LB-10, D32)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from shopfloor.items.tracking import Tracking
from shopfloor.people.actor import Actor
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.coming import give_up, may_become_specific, orders_that_bring, reserve_coming
from shopfloor.reservations.commands import NewPair, carry_out_moves, change_reserved, insert_pairs, reduce_pairs, release
from shopfloor.reservations.errors import NothingToReserve, NumberNotOnLine, ReservedElsewhere
from shopfloor.reservations.matching import DemandLine, Supply, carries, total
from shopfloor.reservations.pairs import Pair, numbers_of_line, pairs_of_demand, use_numbers
from shopfloor.reservations.queries import pieces_on
from shopfloor.reservations.rules import Draw, Move, OpenEntry, ReservedPiece, Take, movable, plan_draw, rebind
from shopfloor.reservations.supplies import Board, open_entry


@dataclass(frozen=True)
class Done:
    """What was reserved by name."""

    wanted: Decimal
    quantity: Decimal


def reserve_by_number(
    session: Session, actor: Actor, line: DemandLine, board: Board, supplies: Sequence[Supply], tracking: Tracking
) -> tuple[Done, str]:
    """Reserve stock of one number for the line: its own reservations without a number become specific first (LB-10), then free stock,
    then what others hold without a number and can take elsewhere (LB-03, all or nothing), then orders that bring this very number (RS-04).
    Gives what was done, and whose moved. Raises NumberNotOnLine, NothingToReserve, ReservedElsewhere.
    """
    loose = numbers_of_line(session, line.demand).get(tracking, ZERO)
    if loose <= ZERO:
        raise NumberNotOnLine(number=tracking.label(), item=line.item_no, line=line.demand.label())
    own = [pair for pair in pairs_of_demand(session, line.demand) if may_become_specific(pair)]
    wanted = min(loose, line.needed + sum((pair.quantity for pair in own), ZERO))
    entries = [open_entry(supply) for supply in supplies if _carries(supply, line, tracking)]
    pieces = _pieces(session, line, entries, own)
    draw, moves = _plan(line, board, entries, pieces, wanted)
    coming = orders_that_bring(line, supplies, own, tracking, wanted - draw.quantity)
    if draw.quantity == ZERO and not coming:
        raise _nothing(line, tracking, entries, pieces, wanted)
    carry_out_moves(session, actor, moves, board.entries())
    _write(session, actor, line, {entry.entry_no: entry for entry in entries}, draw)
    replace_inbound(session, actor, own, draw)
    reserve_coming(session, actor, line, coming)
    quantity = draw.quantity + total(coming)
    use_numbers(session, line.demand, tracking, quantity)
    return Done(wanted, quantity), ", ".join(dict.fromkeys(move.piece.demand.label() for move in moves))


def _carries(supply: Supply, line: DemandLine, tracking: Tracking) -> bool:
    return supply.is_stock and not supply.on_hold and supply.goods == line.goods and carries(supply, tracking)


def _pieces(session: Session, line: DemandLine, entries: Sequence[OpenEntry], own: Sequence[Pair]) -> list[ReservedPiece]:
    """Pieces on the number, and the line's own elsewhere; of the own ones only those that may become specific."""
    may_change = {pair.entry_no for pair in own}
    found = pieces_on(session, [entry.entry_no for entry in entries], line.demand)
    return [piece for piece in found if piece.demand != line.demand or piece.entry_no in may_change]


def _plan(
    line: DemandLine, board: Board, entries: Sequence[OpenEntry], pieces: Sequence[ReservedPiece], wanted: Decimal
) -> tuple[Draw, list[Move]]:
    ordered = sorted(entries, key=lambda entry: (str(entry.posting_date), entry.entry_no))
    draw = plan_draw(ordered, pieces, line.demand, wanted)
    if draw.short == ZERO:
        return draw, []
    here = {entry.entry_no for entry in entries}
    candidates = [piece for piece in movable(pieces, line.demand) if piece.open_entry_no in here]
    elsewhere = [
        entry for number, entry in sorted(board.entries().items())
        if number not in here and (entry.item_no, entry.variant_code, entry.location_code) == line.goods
    ]
    requirement = min(draw.short, sum((piece.quantity for piece in candidates), ZERO))
    moves = (rebind(candidates, elsewhere, requirement) or []) if requirement > ZERO else []
    if moves:
        draw = plan_draw(ordered, pieces, line.demand, wanted, freed=[Take(move.piece.open_entry_no, move.quantity) for move in moves])
    return draw, moves


def _write(session: Session, actor: Actor, line: DemandLine, entries: dict[int, OpenEntry], draw: Draw) -> None:
    change: dict[int, Decimal] = defaultdict(Decimal)
    pairs = [
        NewPair(line.demand, entries[piece.open_entry_no], quantity, specific=True, shipment_date=line.due_date)
        for piece, quantity in draw.taken_over
    ]
    for take in draw.takes:
        change[take.open_entry_no] += take.quantity
        pairs.append(NewPair(line.demand, entries[take.open_entry_no], take.quantity, specific=True, shipment_date=line.due_date))
    if draw.replaced:
        release(session, [piece for piece, _ in draw.replaced], {piece.entry_no: quantity for piece, quantity in draw.replaced})
    # The line's pair shrinks; `reserved` of the entry stays, because the line holds the same stock by name now.
    reduce_pairs(session, {piece.entry_no: quantity for piece, quantity in draw.taken_over})
    change_reserved(session, change)
    insert_pairs(session, actor, pairs)


def replace_inbound(session: Session, actor: Actor, own: Sequence[Pair], draw: Draw) -> None:
    """D32: stock by name replaces what the line held without one: stock first, which the draw did, then orders, the latest first."""
    own = [pair for pair in own if may_become_specific(pair)]
    left = sum((take.quantity for take in draw.takes), ZERO) - sum((quantity for _, quantity in draw.replaced), ZERO)
    inbound = sorted((pair for pair in own if not pair.from_stock), key=lambda pair: (str(pair.expected_receipt_date), pair.entry_no))
    quantities = {}
    for pair in reversed(inbound):
        part = min(pair.quantity, left)
        if part > ZERO:
            quantities[pair.entry_no] = part
            left -= part
    give_up(session, actor, [pair for pair in inbound if pair.entry_no in quantities], quantities)


def _nothing(
    line: DemandLine, tracking: Tracking, entries: Sequence[OpenEntry], pieces: Sequence[ReservedPiece], wanted: Decimal
) -> NothingToReserve | ReservedElsewhere:
    here = {entry.entry_no for entry in entries}
    others = [piece for piece in pieces if piece.open_entry_no in here and not piece.demand.same_line(line.demand)]
    if others:
        holders = ", ".join(dict.fromkeys(piece.demand.label() for piece in others))
        return ReservedElsewhere(item=line.item_no, number=tracking.label(), holder=holders)
    return NothingToReserve(
        item=f"{line.item_no} {tracking.label()}", location=line.location_code, line=line.demand.label(), needed=shown(wanted),
        unit=line.unit_code, until="",
    )
