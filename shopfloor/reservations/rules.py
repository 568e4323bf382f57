"""Who reserves, what is reserved, and which pieces move when a number is wanted by name. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shopfloor.items.tracking import NO_TRACKING, Tracking
from shopfloor.quantity import ZERO


@dataclass(frozen=True, order=True)
class Demand:
    """What takes the stock: a document line, or one association of a component line (D15)."""

    source_type: str
    """Caption of ReservationSource, such as `Prod. Order Component`."""
    source_id: str
    """Document number."""
    source_line_no: int
    source_sub_line_no: int = 0
    """Component line."""
    association_no: int = 0
    """0: the line's own reservation."""

    def same_line(self, other: Demand) -> bool:
        """Whether both belong to one document line; reservations belong to the line, associations draw on them (D15)."""
        return self._line() == other._line()

    def _line(self) -> tuple[str, str, int, int]:
        return (self.source_type, self.source_id, self.source_line_no, self.source_sub_line_no)

    def label(self) -> str:
        """As people name it."""
        return f"{self.source_id} line {self.source_sub_line_no or self.source_line_no}"


@dataclass(frozen=True)
class OpenEntry:
    """Supply in stock: one open item ledger entry."""

    entry_no: int
    item_no: str
    variant_code: str
    location_code: str
    tracking: Tracking
    remaining: Decimal
    """Base quantity left of the entry."""
    reserved: Decimal
    """Part of it that is held by reservations."""
    posting_date: date | None = None

    @property
    def free(self) -> Decimal:
        """What nobody holds."""
        return self.remaining - self.reserved


@dataclass(frozen=True)
class ReservedPiece:
    """One reservation pair between a demand and an open entry."""

    entry_no: int
    """Number of the pair."""
    demand: Demand
    open_entry_no: int
    quantity: Decimal
    """Positive, base units."""
    picked: bool
    specific: bool
    """Whether the demand side carries the number too (LB-01)."""
    tracking: Tracking = NO_TRACKING
    """The numbers of the supply side."""
    taken_over: str = ""
    """How the line held it before an association drew on it (D15)."""
    item_no: str = ""
    variant_code: str = ""
    location_code: str = ""
    binding: str = ""
    """RS-16: the supply was made for this very demand."""
    shipment_date: date | None = None

    def supply(self) -> OpenEntry:
        """The supply side, as far as a pair needs it."""
        return OpenEntry(
            self.open_entry_no, self.item_no, self.variant_code, self.location_code, self.tracking, self.quantity, self.quantity
        )


@dataclass(frozen=True)
class UsedReservation:
    """How much of a pair a posting used up."""

    entry_no: int
    quantity: Decimal


@dataclass(frozen=True)
class Take:
    """Quantity to take from one open entry."""

    open_entry_no: int
    quantity: Decimal


@dataclass(frozen=True)
class Move:
    """Late binding: quantity of a non-specific pair that moves to another open entry (LB-07)."""

    piece: ReservedPiece
    to_open_entry_no: int
    quantity: Decimal


def take_free(entries: Sequence[OpenEntry], wanted: Decimal) -> tuple[list[Take], Decimal]:
    """Take from entries in the given order what nobody holds. Gives the takes and what is still missing."""
    takes = []
    for entry in entries:
        quantity = min(entry.free, wanted)
        if quantity > ZERO:
            takes.append(Take(entry.entry_no, quantity))
            wanted -= quantity
    return takes, wanted


def movable(pieces: Sequence[ReservedPiece], demand: Demand) -> list[ReservedPiece]:
    """LB-06, D1, D19: non-specific pieces of other lines that no pick or binding has fixed; the newest moves first (RS-16, WH-27)."""
    return sorted(
        (p for p in pieces if not (p.specific or p.picked or p.binding) and not p.demand.same_line(demand)), key=lambda p: -p.entry_no
    )


def rebind(pieces: Sequence[ReservedPiece], free_elsewhere: Sequence[OpenEntry], wanted: Decimal) -> list[Move] | None:
    """Move `wanted` of the pieces to free supply elsewhere; None when it does not suffice: all or nothing (C2, LB-04 to LB-08)."""
    left = {entry.entry_no: entry.free for entry in free_elsewhere if entry.free > ZERO}
    moves = []
    for piece in pieces:
        from_piece = min(piece.quantity, wanted)
        for entry_no, free in left.items():
            quantity = min(from_piece, free)
            if quantity > ZERO:
                moves.append(Move(piece, entry_no, quantity))
                left[entry_no] -= quantity
                from_piece -= quantity
                wanted -= quantity
    return moves if wanted <= ZERO else None


@dataclass(frozen=True)
class Draw:
    """How an association gets its quantity from the open entries of one number (D15)."""

    taken_over: tuple[tuple[ReservedPiece, Decimal], ...]
    """Pieces that the line held already, and how much of each."""
    takes: tuple[Take, ...]
    """Free stock."""
    short: Decimal
    """What is still missing; late binding may free some of it."""
    replaced: tuple[tuple[ReservedPiece, Decimal], ...]
    """D32: the line's own non-specific pieces on other stock that the new ones replace."""

    @property
    def quantity(self) -> Decimal:
        """What the draw gives."""
        return sum((q for _, q in self.taken_over), ZERO) + sum((t.quantity for t in self.takes), ZERO)

    @property
    def picked(self) -> bool:
        """Whether all of it had been picked for the line: then the association is born picked (D15)."""
        return bool(self.taken_over) and not self.takes and all(piece.picked for piece, _ in self.taken_over)


def plan_draw(
    entries: Sequence[OpenEntry], pieces: Sequence[ReservedPiece], line: Demand, wanted: Decimal, *, only_held: bool = False,
    freed: Sequence[Take] = (),
) -> Draw:
    """D15, D32: first what is held for the line of this number (picked, then specific), then free stock.

    `only_held`: nothing but what was reserved for or picked to the line (SET-9). `freed`: stock that late binding has just made free.
    """
    numbers = {entry.entry_no for entry in entries}
    own = [piece for piece in pieces if piece.demand == line]
    here = sorted((p for p in own if p.open_entry_no in numbers), key=lambda p: (not p.picked, not p.specific, p.entry_no))
    taken_over, rest = _take_pieces(here, wanted)
    takes, rest = ([], rest) if only_held else take_free(entries, rest)
    for take in freed:
        quantity = min(take.quantity, rest)
        if quantity > ZERO:
            takes.append(Take(take.open_entry_no, quantity))
            rest -= quantity
    used = {piece.entry_no: quantity for piece, quantity in taken_over}
    elsewhere = sorted((p for p in own if not p.specific and not p.picked and p.entry_no not in used), key=lambda p: -p.entry_no)
    replaced, _ = _take_pieces(elsewhere, sum((take.quantity for take in takes), ZERO))
    return Draw(tuple(taken_over), tuple(takes), rest, tuple(replaced))


def _take_pieces(pieces: Sequence[ReservedPiece], wanted: Decimal) -> tuple[list[tuple[ReservedPiece, Decimal]], Decimal]:
    taken = []
    for piece in pieces:
        quantity = min(piece.quantity, wanted)
        if quantity > ZERO:
            taken.append((piece, quantity))
            wanted -= quantity
    return taken, wanted
