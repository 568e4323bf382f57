"""AP-13, D19: room for goods that a document or journal page takes although others have reserved them.

First others' reservations without a number move to other stock, as late binding does (LB-03 c); only what cannot move is asked about,
from people with the right, and then broken. Production postings and the API never come here with `may_break`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.items.tracking import Tracking
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.commands import carry_out_moves, release
from shopfloor.reservations.errors import ReservationsWillBreak, ReservedNotInStock
from shopfloor.reservations.matching import Goods
from shopfloor.reservations.pairs import pairs_of_demand
from shopfloor.reservations.queries import pieces_on
from shopfloor.reservations.rules import Demand, Move, OpenEntry, ReservedPiece, movable, rebind
from shopfloor.reservations.supplies import demand_lines, open_entry, stock_supplies


@dataclass(frozen=True)
class Needed:
    """What one line of a posting takes."""

    demand: Demand | None
    """Whose own reservations it may use; None for a journal line."""
    goods: Goods
    specific: Tracking
    """Numbers that must agree exactly (TC-07)."""
    quantity: Decimal
    unit_code: str = ""
    entry_no: int = 0
    """The one entry that it takes from (AP-07); 0: any."""


NOBODY = Demand("", "", 0)
"""Whose reservations a journal line may use."""


def make_room(session: Session, actor: Actor, needs: Sequence[Needed], *, may_break: bool, confirmed: bool = False) -> str:
    """Move, and after a yes break, others' reservations in the way of a posting. What stays in the way is refused by the posting.

    The caller holds its document. Locks the stock of the goods (A23). The number of statements does not depend on how many needs there
    are. Gives whose reservations were broken; blank: nobody's. Raises ReservedNotInStock, ReservationsWillBreak.
    """
    _refuse_not_arrived(session, needs)
    goods = {need.goods for need in needs}
    entries = {supply.source_line_no: open_entry(supply) for supply in stock_supplies(session, goods, lock=True)}
    held = [number for number, entry in entries.items() if entry.reserved > ZERO]
    if not held:
        return ""
    shelf = _Shelf(dict(entries), pieces_on(session, held))
    for need in needs:
        short = shelf.short_of(need)
        if short > ZERO:
            short -= _move(shelf, need, short)
        if short > ZERO and may_break and actor.may(rights.BREAK_RESERVATIONS):
            _break(shelf, need, short, confirmed=confirmed)
        shelf.take(need)
    _write(session, actor, shelf, entries)
    return ", ".join(dict.fromkeys(piece.demand.label() for piece, _ in shelf.broken))


@dataclass
class _Shelf:
    """Stock and reservations as they change while room is made; earlier needs are seen by later ones."""

    entries: dict[int, OpenEntry]
    pieces: list[ReservedPiece]
    moves: list[Move] = field(default_factory=list)
    broken: list[tuple[ReservedPiece, Decimal]] = field(default_factory=list)

    def agreeing(self, need: Needed) -> list[OpenEntry]:
        """Entries that the need may be taken from."""
        wanted = vars(need.specific)
        return [
            entry
            for entry in self.entries.values()
            if (entry.item_no, entry.variant_code, entry.location_code) == need.goods
            and need.entry_no in (0, entry.entry_no)
            and all(not number or getattr(entry.tracking, name) == number for name, number in wanted.items())
        ]

    def short_of(self, need: Needed) -> Decimal:
        """What the need lacks after free stock and its own reservations; at most what others hold of it."""
        here = self.agreeing(need)
        numbers = {entry.entry_no for entry in here}
        own = sum((p.quantity for p in self.pieces if p.open_entry_no in numbers and p.demand == need.demand), ZERO)
        short = need.quantity - own - sum((entry.free for entry in here), ZERO)
        return max(min(short, sum((piece.quantity for piece in self.others(need)), ZERO)), ZERO)

    def others(self, need: Needed) -> list[ReservedPiece]:
        """Pieces of other lines on entries that the need may be taken from; without a number first, the newest first."""
        numbers = {entry.entry_no for entry in self.agreeing(need)}
        found = [p for p in self.pieces if p.open_entry_no in numbers and p.demand != need.demand]
        return sorted(found, key=lambda piece: (piece.specific, -piece.entry_no))

    def change(self, entry_no: int, *, remaining: Decimal = ZERO, reserved: Decimal = ZERO) -> None:
        """Note what became of an entry."""
        entry = self.entries[entry_no]
        self.entries[entry_no] = replace(entry, remaining=entry.remaining + remaining, reserved=entry.reserved + reserved)

    def drop(self, piece: ReservedPiece, quantity: Decimal) -> None:
        """Note that a piece lost quantity."""
        self.pieces.remove(piece)
        self.change(piece.open_entry_no, reserved=-quantity)
        if quantity < piece.quantity:
            self.pieces.append(replace(piece, quantity=piece.quantity - quantity))

    def take(self, need: Needed) -> None:
        """Note what the need itself will take, so that the next one does not count on it."""
        left = need.quantity
        numbers = {entry.entry_no for entry in self.agreeing(need)}
        for piece in [p for p in self.pieces if p.open_entry_no in numbers and p.demand == need.demand]:
            part = min(piece.quantity, left)
            if part > ZERO:
                self.drop(piece, part)
                self.change(piece.open_entry_no, remaining=-part)
                left -= part
        for entry_no in sorted(numbers):
            part = min(self.entries[entry_no].free, left)
            if part > ZERO:
                self.change(entry_no, remaining=-part)
                left -= part


def _move(shelf: _Shelf, need: Needed, short: Decimal) -> Decimal:
    """LB-03 c, LB-08: all of what is short, or nothing. Gives what was moved."""
    here = {entry.entry_no for entry in shelf.agreeing(need)}
    mine = need.demand or NOBODY
    candidates = movable([piece for piece in shelf.pieces if piece.open_entry_no in here and piece.entry_no], mine)
    elsewhere = [
        entry for number, entry in sorted(shelf.entries.items())
        if number not in here and (entry.item_no, entry.variant_code, entry.location_code) == need.goods
    ]
    if sum((piece.quantity for piece in candidates), ZERO) < short:
        return ZERO
    moves = rebind(candidates, elsewhere, short)
    for move in moves or ():
        now_held = next(piece for piece in shelf.pieces if piece.entry_no == move.piece.entry_no)
        shelf.drop(now_held, move.quantity)
        # The moved pair has no number before it is written, and does not move twice.
        shelf.pieces.append(replace(move.piece, entry_no=0, open_entry_no=move.to_open_entry_no, quantity=move.quantity))
        shelf.change(move.to_open_entry_no, reserved=move.quantity)
        shelf.moves.append(move)
    return short if moves else ZERO


def _break(shelf: _Shelf, need: Needed, short: Decimal, *, confirmed: bool) -> None:
    """AP-13: parts in units and picked goods are never taken away; without a yes, ask."""
    breakable = [piece for piece in shelf.others(need) if not piece.picked and not piece.demand.association_no and piece.entry_no]
    if sum((piece.quantity for piece in breakable), ZERO) < short:
        return
    if not confirmed:
        holders = ", ".join(dict.fromkeys(piece.demand.label() for piece in _first(breakable, short)))
        raise ReservationsWillBreak(
            quantity=shown(short), unit=need.unit_code, item=need.goods[0], number=need.specific.label(), holder=holders
        )
    for piece in _first(breakable, short):
        part = min(piece.quantity, short)
        short -= part
        shelf.drop(piece, part)
        shelf.broken.append((piece, part))


def _first(pieces: Sequence[ReservedPiece], wanted: Decimal) -> list[ReservedPiece]:
    """As many as it takes."""
    found = []
    for piece in pieces:
        if wanted > ZERO:
            found.append(piece)
            wanted -= piece.quantity
    return found


def _write(session: Session, actor: Actor, shelf: _Shelf, entries: Mapping[int, OpenEntry]) -> None:
    carry_out_moves(session, actor, shelf.moves, entries)
    if shelf.broken:
        lost: dict[int, Decimal] = defaultdict(Decimal)
        for piece, quantity in shelf.broken:
            lost[piece.entry_no] += quantity
        release(session, list({piece.entry_no: piece for piece, _ in shelf.broken}.values()), lost)
    for move in shelf.moves:
        after = {"line": move.piece.demand.label(), "to_entry": move.to_open_entry_no, "quantity": shown(move.quantity)}
        audit.record(session, "reservation moved", move.piece.demand.source_id, after=after)
    for piece, quantity in shelf.broken:
        before = {"line": piece.demand.label(), "entry": piece.open_entry_no, "quantity": shown(quantity)}
        audit.record(session, "reservation broken", piece.demand.source_id, before=before)


def _refuse_not_arrived(session: Session, needs: Sequence[Needed]) -> None:
    """ER-08, AP-05: what a line reserved of an order that is not here yet cannot go out from other stock by itself."""
    wanted: dict[Demand, Decimal] = defaultdict(Decimal)
    for need in needs:
        if need.demand is not None:
            wanted[need.demand] += need.quantity
    lines = demand_lines(session, list(wanted))
    for demand, quantity in sorted(wanted.items()):
        line = lines.get(demand)
        inbound = line.reserved - line.reserved_from_stock if line is not None else ZERO
        if line is not None and inbound > ZERO and quantity > line.outstanding - inbound:
            supply = next(pair.supply_label() for pair in pairs_of_demand(session, demand) if not pair.from_stock)
            raise ReservedNotInStock(
                quantity=shown(inbound), unit=line.unit_code, item=line.item_no, line=demand.label(), supply=supply
            )
