"""Which of a line's reservations get or lose a number when numbers are entered on the line (LB-03, LB-10). Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from shopfloor.items.tracking import Tracking
from shopfloor.quantity import ZERO
from shopfloor.reservations.rules import Demand, Move, OpenEntry, ReservedPiece, movable, rebind


@dataclass(frozen=True)
class NewPiece:
    """A piece of the line's reservation as it is from now on."""

    open_entry_no: int
    quantity: Decimal
    specific: bool
    shipment_date: date | None = None
    """When the line needs it; it stays with the piece (LB-07)."""
    binding: str = ""
    """RS-16: what came for this very line; it stays while the goods stay."""


@dataclass
class Naming:
    """What changes. The line's total reserved quantity stays the same (LB-10)."""

    reduced: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    """Quantity that leaves each pair of the line."""
    pieces: list[NewPiece] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    """Other lines' reservations that make room (LB-05 to LB-07)."""
    reserved: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    """Change of `reserved` of open entries, without the moves."""
    named: Decimal = ZERO
    """What the line holds by number from now on and did not before."""


def plan_naming(
    line: Demand, wanted: Mapping[Tracking, Decimal], own: Sequence[ReservedPiece], supply: Sequence[OpenEntry],
    others: Sequence[ReservedPiece],
) -> Naming:
    """`own`: the line's pieces; `supply`: open entries of the goods, oldest first; `others`: everybody's pieces on them.

    A number that is entered takes over what the line holds of it without a number; then stock of it that is free, or that others
    hold without a number and can hold elsewhere. What cannot be had stays as it was: posting tells (LB-08).
    """
    draft = _Draft(line, supply, own)
    for piece in own:
        if piece.specific and not piece.picked:
            draft.unname(piece, wanted.get(piece.tracking, ZERO))
    missing = {tracking: quantity - draft.kept[tracking] for tracking, quantity in wanted.items()}
    for tracking, quantity in missing.items():
        missing[tracking] = quantity - draft.name_own(tracking, quantity)
    for tracking, quantity in missing.items():
        draft.swap(tracking, quantity, others)
    return draft.naming


class _Draft:
    """The plan in the making; what one number took is gone for the next."""

    def __init__(self, line: Demand, supply: Sequence[OpenEntry], own: Sequence[ReservedPiece]) -> None:
        """Nothing changes yet."""
        self.line = line
        self.supply = supply
        self.naming = Naming()
        self.kept: dict[Tracking, Decimal] = defaultdict(Decimal)
        self.free = {entry.entry_no: entry.free for entry in supply}
        self.unnamed = {p.entry_no: p.quantity for p in own if not (p.specific or p.picked)}
        self.own = own
        self.moved: dict[int, Decimal] = defaultdict(Decimal)

    def unname(self, piece: ReservedPiece, wanted: Decimal) -> None:
        """A number that was taken off the line: the stock stays reserved, without a number."""
        keep = min(piece.quantity, max(wanted - self.kept[piece.tracking], ZERO))
        self.kept[piece.tracking] += keep
        rest = piece.quantity - keep
        if rest > ZERO:
            self.naming.reduced[piece.entry_no] += rest
            self.naming.pieces.append(_piece(piece, piece.open_entry_no, rest, specific=False))

    def name_own(self, tracking: Tracking, wanted: Decimal) -> Decimal:
        """The line's unnamed pieces on this very number. Gives the quantity named."""
        named = ZERO
        for piece in self.own:
            part = min(self.unnamed.get(piece.entry_no, ZERO), wanted - named)
            if part > ZERO and piece.tracking == tracking:
                named += self._rename(piece, piece.open_entry_no, part)
        return named

    def swap(self, tracking: Tracking, wanted: Decimal, others: Sequence[ReservedPiece]) -> None:
        """Unnamed pieces on other numbers go over to this one, as far as its stock is or becomes free; what came for the line last."""
        here = [entry for entry in self.supply if entry.tracking == tracking]
        for piece in sorted(self.own, key=lambda piece: bool(piece.binding)):
            part = min(self.unnamed.get(piece.entry_no, ZERO), wanted)
            if part <= ZERO or piece.tracking == tracking:
                continue
            self._make_room(here, part, others)
            for entry in here:
                quantity = min(self.free[entry.entry_no], part)
                if quantity > ZERO:
                    self._rename(piece, entry.entry_no, quantity)
                    part -= quantity
                    wanted -= quantity

    def _rename(self, piece: ReservedPiece, open_entry_no: int, quantity: Decimal) -> Decimal:
        self.unnamed[piece.entry_no] -= quantity
        self.naming.reduced[piece.entry_no] += quantity
        self.naming.pieces.append(_piece(piece, open_entry_no, quantity, specific=True))
        self.naming.named += quantity
        if open_entry_no != piece.open_entry_no:
            self.naming.reserved[piece.open_entry_no] -= quantity
            self.naming.reserved[open_entry_no] += quantity
            self.free[piece.open_entry_no] = self.free.get(piece.open_entry_no, ZERO) + quantity
            self.free[open_entry_no] -= quantity
        return quantity

    def _make_room(self, here: Sequence[OpenEntry], wanted: Decimal, others: Sequence[ReservedPiece]) -> None:
        """Late binding: all or nothing (C2)."""
        numbers = {entry.entry_no for entry in here}
        short = wanted - sum((self.free[number] for number in numbers), ZERO)
        candidates = [
            piece for piece in movable(others, self.line)
            if piece.open_entry_no in numbers and not self.moved[piece.entry_no]
        ]
        if short <= ZERO or sum((piece.quantity for piece in candidates), ZERO) < short:
            return
        elsewhere = [self._now(entry) for entry in self.supply if entry.entry_no not in numbers]
        for move in rebind(candidates, elsewhere, short) or ():
            self.naming.moves.append(move)
            self.moved[move.piece.entry_no] += move.quantity
            self.free[move.piece.open_entry_no] += move.quantity
            self.free[move.to_open_entry_no] -= move.quantity

    def _now(self, entry: OpenEntry) -> OpenEntry:
        """As it is after what was planned so far."""
        return OpenEntry(
            entry.entry_no, entry.item_no, entry.variant_code, entry.location_code, entry.tracking, entry.remaining,
            entry.remaining - self.free[entry.entry_no], entry.posting_date,
        )


def _piece(before: ReservedPiece, open_entry_no: int, quantity: Decimal, *, specific: bool) -> NewPiece:
    """A part of a piece, on its own entry or on another one."""
    binding = before.binding if open_entry_no == before.open_entry_no else ""
    return NewPiece(open_entry_no, quantity, specific, before.shipment_date, binding)
