"""AP-13, D19: room for goods that a document or journal page takes although others have reserved them.

First others' reservations without a number move to other stock, as late binding does (LB-03 c); only what cannot move is asked about,
from people with the right, and then broken. Production postings and the API never come here with `may_break`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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
from shopfloor.reservations.pairs import keep_numbers, pairs_by_no, pairs_of_demand
from shopfloor.reservations.queries import pieces_on, stock_of_numbers
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

    The caller holds its document. Looks at what the needs name first; only when others are in the way are all entries of the goods read
    and locked (A23). Who reserves between the look and the posting is seen by the posting, which refuses. The number of
    statements does not depend on how many needs there are. Gives whose reservations were broken; blank: nobody's. Raises
    ReservedNotInStock, ReservationsWillBreak.
    """
    own = _refuse_not_arrived(session, needs)
    named = _Shelf.of(session, stock_of_numbers(session, [(need.goods, need.specific, need.entry_no) for need in needs]))
    # A line that holds other stock than it ships gives that free, too: all is locked in one order, or two postings wait for each other.
    own_here = named.own_of({need.demand for need in needs if need.demand is not None})
    if named.suffices(needs) and own_here == own:
        return ""
    supplies = stock_supplies(session, {need.goods for need in needs}, lock=True)
    before = {supply.source_line_no: open_entry(supply) for supply in supplies}
    shelf = _Shelf.of(session, before.values())
    shelf.on_hold |= {supply.source_line_no for supply in supplies if supply.on_hold}
    for need in needs:
        short = shelf.short_of(need)
        if short > ZERO:
            short -= _move(shelf, need, short)
        if short > ZERO and may_break and actor.may(rights.BREAK_RESERVATIONS):
            _break(shelf, need, short, confirmed=confirmed)
        shelf.take(need)
    _write(session, actor, shelf, before)
    return ", ".join(dict.fromkeys(piece.demand.label() for piece, _ in shelf.broken))


@dataclass
class _Shelf:
    """Stock and reservations as they change while room is made; earlier needs are seen by later ones."""

    entries: dict[int, OpenEntry]
    pieces: dict[int, list[ReservedPiece]]
    """By open entry."""
    moves: list[Move] = field(default_factory=list)
    broken: list[tuple[ReservedPiece, Decimal]] = field(default_factory=list)
    places: dict[tuple[Goods, str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    """Entries by goods and one of their numbers, and by goods alone, so that no need looks through all of them."""
    free: dict[Goods, dict[int, None]] = field(default_factory=lambda: defaultdict(dict))
    """Entries with something free."""
    on_hold: set[int] = field(default_factory=set)
    """Entries that nothing may be reserved of (D20): no reservation moves there."""

    @staticmethod
    def of(session: Session, entries: Iterable[OpenEntry]) -> _Shelf:
        """The entries, and who holds them. One statement, none when nobody does."""
        stock = {entry.entry_no: entry for entry in entries}
        held = [number for number, entry in stock.items() if entry.reserved > ZERO]
        pieces: dict[int, list[ReservedPiece]] = defaultdict(list)
        for piece in pieces_on(session, held) if held else ():
            pieces[piece.open_entry_no].append(piece)
        shelf = _Shelf(stock, pieces)
        for entry in stock.values():
            for name, number in (("", ""), *vars(entry.tracking).items()):
                if number or not name:
                    shelf.places[_goods(entry), name, number].append(entry.entry_no)
            shelf.change(entry.entry_no)
        return shelf

    def agreeing(self, need: Needed) -> list[OpenEntry]:
        """Entries that the need may be taken from."""
        wanted = [(name, number) for name, number in vars(need.specific).items() if number]
        first = wanted[0] if wanted else ("", "")
        numbers = self.places.get((need.goods, *first), ())
        found = (self.entries[number] for number in numbers if need.entry_no in (0, number))
        return [entry for entry in found if all(getattr(entry.tracking, name) == number for name, number in wanted)]

    def suffices(self, needs: Sequence[Needed]) -> bool:
        """Whether others' reservations are in nobody's way. The shelf is used up by the question."""
        if not any(self.pieces.values()):
            return True
        for need in needs:
            if self.short_of(need) > ZERO:
                return False
            self.take(need)
        return True

    def short_of(self, need: Needed) -> Decimal:
        """What the need lacks after free stock and its own reservations; at most what others hold of it."""
        here = self.agreeing(need)
        own = sum((p.quantity for p in self.held(here) if p.demand == need.demand), ZERO)
        short = need.quantity - own - sum((entry.free for entry in here), ZERO)
        return max(min(short, sum((piece.quantity for piece in self.others(need)), ZERO)), ZERO)

    def own_of(self, demands: set[Demand]) -> Decimal:
        """What these lines hold of the shelf."""
        return sum((piece.quantity for pieces in self.pieces.values() for piece in pieces if piece.demand in demands), ZERO)

    def held(self, entries: Iterable[OpenEntry]) -> list[ReservedPiece]:
        """Who holds these entries."""
        return [piece for entry in entries for piece in self.pieces.get(entry.entry_no, ())]

    def others(self, need: Needed) -> list[ReservedPiece]:
        """Pieces of other lines on entries that the need may be taken from; without a number first, the newest first."""
        found = [piece for piece in self.held(self.agreeing(need)) if piece.demand != need.demand]
        return sorted(found, key=lambda piece: (piece.specific, -piece.entry_no))

    def elsewhere(self, need: Needed, wanted: Decimal) -> list[OpenEntry]:
        """Entries of the same goods that the need may not be taken from, as many as have `wanted` free."""
        here = {entry.entry_no for entry in self.agreeing(need)}
        found: list[OpenEntry] = []
        for number in self.free[need.goods]:
            if wanted <= ZERO:
                break
            if number not in here and number not in self.on_hold:
                found.append(self.entries[number])
                wanted -= self.entries[number].free
        return sorted(found, key=lambda entry: entry.entry_no)

    def change(self, entry_no: int, *, remaining: Decimal = ZERO, reserved: Decimal = ZERO) -> None:
        """Note what became of an entry."""
        entry = self.entries[entry_no]
        after = replace(entry, remaining=entry.remaining + remaining, reserved=entry.reserved + reserved)
        self.entries[entry_no] = after
        if after.free > ZERO:
            self.free[_goods(after)][entry_no] = None
        else:
            self.free[_goods(after)].pop(entry_no, None)

    def drop(self, piece: ReservedPiece, quantity: Decimal) -> None:
        """Note that a piece lost quantity."""
        self.pieces[piece.open_entry_no].remove(piece)
        self.change(piece.open_entry_no, reserved=-quantity)
        if quantity < piece.quantity:
            self.pieces[piece.open_entry_no].append(replace(piece, quantity=piece.quantity - quantity))

    def take(self, need: Needed) -> None:
        """Note what the need itself will take, so that the next one does not count on it."""
        left = need.quantity
        here = self.agreeing(need)
        for piece in [p for p in self.held(here) if p.demand == need.demand]:
            part = min(piece.quantity, left)
            if part > ZERO:
                self.drop(piece, part)
                self.change(piece.open_entry_no, remaining=-part)
                left -= part
        for entry_no in sorted(entry.entry_no for entry in here):
            part = min(self.entries[entry_no].free, left)
            if part > ZERO:
                self.change(entry_no, remaining=-part)
                left -= part


def _goods(entry: OpenEntry) -> Goods:
    return (entry.item_no, entry.variant_code, entry.location_code)


def _move(shelf: _Shelf, need: Needed, short: Decimal) -> Decimal:
    """LB-03 c, LB-08: all of what is short, or nothing. Gives what was moved."""
    mine = need.demand or NOBODY
    candidates = movable([piece for piece in shelf.held(shelf.agreeing(need)) if piece.entry_no], mine)
    if sum((piece.quantity for piece in candidates), ZERO) < short:
        return ZERO
    moves = rebind(candidates, shelf.elsewhere(need, short), short)
    for move in moves or ():
        now_held = next(piece for piece in shelf.pieces[move.piece.open_entry_no] if piece.entry_no == move.piece.entry_no)
        shelf.drop(now_held, move.quantity)
        # The moved pair has no number before it is written, and does not move twice.
        moved = replace(move.piece, entry_no=0, open_entry_no=move.to_open_entry_no, quantity=move.quantity)
        shelf.pieces[move.to_open_entry_no].append(moved)
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
        named = pairs_by_no(session, {piece.entry_no for piece, _ in shelf.broken if piece.specific})
        release(session, list({piece.entry_no: piece for piece, _ in shelf.broken}.values()), lost)
        # The line lost the goods, not the number that somebody gave it (RS-11).
        keep_numbers(session, actor, [replace(pair, quantity=lost[pair.entry_no]) for pair in named])
    for move in shelf.moves:
        after = {"line": move.piece.demand.label(), "to_entry": move.to_open_entry_no, "quantity": shown(move.quantity)}
        audit.record(session, "reservation moved", move.piece.demand.source_id, after=after)
    for piece, quantity in shelf.broken:
        before = {"line": piece.demand.label(), "entry": piece.open_entry_no, "quantity": shown(quantity)}
        audit.record(session, "reservation broken", piece.demand.source_id, before=before)


def _refuse_not_arrived(session: Session, needs: Sequence[Needed]) -> Decimal:
    """ER-08, AP-05: what a line reserved of an order that is not here yet cannot go out from other stock by itself.

    Gives what the lines hold of stock.
    """
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
    return sum((line.reserved_from_stock for line in lines.values()), ZERO)
