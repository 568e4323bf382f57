"""Signs, and which open entries a quantity is taken from: own reservations first, then first in, first out. Pure.

`Stock` is the working copy of one posting: it holds the open entries as they were locked and remembers what the lines took,
so that two lines of one posting never take the same piece.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from shopfloor.items.tracking import Tracking
from shopfloor.ledger.entry_types import EntryType, OrderType
from shopfloor.quantity import ZERO

ENTERED_POSITIVE_STORED_NEGATIVE = frozenset(
    {EntryType.SALE, EntryType.NEGATIVE_ADJUSTMENT, EntryType.TRANSFER, EntryType.CONSUMPTION, EntryType.ASSEMBLY_CONSUMPTION}
)
TRANSACTION_NAMES = {
    EntryType.PURCHASE: "purchase",
    EntryType.SALE: "sales",
    EntryType.POSITIVE_ADJUSTMENT: "positive adjustment",
    EntryType.NEGATIVE_ADJUSTMENT: "negative adjustment",
    EntryType.CONSUMPTION: "manufacturing",
    EntryType.OUTPUT: "manufacturing",
    EntryType.ASSEMBLY_CONSUMPTION: "assembly",
    EntryType.ASSEMBLY_OUTPUT: "assembly",
}


def signed_quantity(entry_type: EntryType, quantity: Decimal) -> Decimal:
    """DM-04: the sign that is stored for a quantity as it stands in a journal. A negative journal quantity is a return."""
    return -quantity if entry_type in ENTERED_POSITIVE_STORED_NEGATIVE else quantity


def transaction_of(entry_type: EntryType, signed: Decimal) -> str:
    """TC-02: the transaction by which a tracking code says whether a number is demanded."""
    if entry_type == EntryType.TRANSFER:
        return "transfer"
    return f"{TRANSACTION_NAMES[entry_type]} {'inbound' if signed > ZERO else 'outbound'}"


@dataclass(frozen=True)
class OpenStock:
    """One open item ledger entry as it was locked."""

    entry_no: int
    posting_date: date
    item_no: str
    variant_code: str
    location_code: str
    tracking: Tracking
    remaining: Decimal
    """Negative: stock that is owed (C10)."""
    reserved: Decimal
    """Sum of all reservations against it."""
    serial_specific: bool = False
    unit_no: int = 0
    order_type: str = ""
    order_no: str = ""
    """The production order line that made it (AP-10), or the transfer order line that it is on its way with (AP-09)."""
    order_line_no: int = 0

    @property
    def on_its_way(self) -> bool:
        """Shipped with a transfer order and not received (AP-09)."""
        return self.order_type == OrderType.TRANSFER

    def place_in_line(self) -> tuple[date, int]:
        """First in, first out: oldest posting first."""
        return (self.posting_date, self.entry_no)


@dataclass(frozen=True)
class HeldPiece:
    """A reservation of a demand that this posting serves."""

    pair_no: int
    holder: Hashable
    entry_no: int
    quantity: Decimal
    specific: bool = False
    """Held by number, or picked: it never stands for other stock."""


@dataclass(frozen=True)
class Want:
    """What one outbound line has to find."""

    item_no: str
    variant_code: str
    location_code: str
    specific: Tracking
    """The numbers that must agree exactly (TC-07)."""
    quantity: Decimal
    holder: Hashable | None = None
    """Whose reservations it may use (AP-05)."""
    only_entry_no: int = 0
    """Fixed application (AP-07); 0: free."""
    not_made_by: tuple[str, int] | None = None
    """The order line whose own output is out of reach (AP-10)."""
    skipped: frozenset[int] = frozenset()
    """Entries with a number on hold (D20)."""
    from_transit: tuple[str, int] | None = None
    """The transfer order line whose goods on their way are wanted, and nothing else (AP-09); None: ordinary stock."""

    def agrees(self, entry: OpenStock) -> bool:
        """Same goods at the same place, with the same specific numbers."""
        numbers = (
            (self.specific.serial_no, entry.tracking.serial_no),
            (self.specific.lot_no, entry.tracking.lot_no),
            (self.specific.package_no, entry.tracking.package_no),
        )
        return (
            (entry.item_no, entry.variant_code, entry.location_code) == (self.item_no, self.variant_code, self.location_code)
            and all(not wanted or wanted == found for wanted, found in numbers)
            and self.only_entry_no in (0, entry.entry_no)
        )

    def own_output(self, entry: OpenStock) -> bool:
        """AP-10: made by the very order line that asks."""
        return self.not_made_by is not None and not entry.on_its_way and (entry.order_no, entry.order_line_no) == self.not_made_by

    def out_of_reach(self, entry: OpenStock) -> bool:
        """AP-09: goods on their way leave only with their own transfer order, and that order receives nothing else."""
        if self.from_transit is None:
            return entry.on_its_way
        return not entry.on_its_way or (entry.order_no, entry.order_line_no) != self.from_transit


@dataclass(frozen=True)
class Taken:
    """Quantity taken from one open entry."""

    entry: OpenStock
    quantity: Decimal


@dataclass(frozen=True)
class Taking:
    """What a line found, and what stood in its way."""

    taken: tuple[Taken, ...]
    missing: Decimal
    """Quantity that was not found."""
    found: Decimal
    """Quantity that was found."""
    held: tuple[int, ...] = ()
    """Entries that agree but are reserved for others."""
    on_hold: tuple[OpenStock, ...] = ()
    """Entries that agree but were skipped."""
    kept_reserved: Decimal = ZERO
    """Reservations that stay with the goods, because they only change their date."""
    own_output: bool = False
    """Whether the order line's own output would have agreed (AP-10)."""
    on_its_way: tuple[OpenStock, ...] = ()
    """Entries that agree but travel with a transfer order (AP-09)."""
    reserved: Decimal = ZERO
    """What of the want's own reservations it used up (AP-12)."""


@dataclass(frozen=True)
class BalanceChange:
    """New balances of an open entry that the posting touched."""

    before: OpenStock
    remaining: Decimal
    reserved: Decimal


class _Shelf:
    """Where entries and reservations are found without looking at all of them: a posting may have ten thousand of each."""

    def __init__(self, entries: Iterable[OpenStock], pieces: Iterable[HeldPiece]) -> None:
        """Entries in first in, first out order under everything that a line may ask for."""
        self.goods: dict[tuple[str, ...], list[OpenStock]] = defaultdict(list)
        self.serials: dict[tuple[str, ...], list[OpenStock]] = defaultdict(list)
        self.pieces: dict[tuple[Hashable, int], list[HeldPiece]] = defaultdict(list)
        self.unnamed: dict[Hashable, list[HeldPiece]] = defaultdict(list)
        for entry in sorted(entries, key=OpenStock.place_in_line):
            place = (entry.item_no, entry.variant_code, entry.location_code)
            number = entry.tracking
            self.goods[place].append(entry)
            if number.serial_no:
                self.goods[(*place, "Serial", number.serial_no)].append(entry)
                self.serials[entry.item_no, entry.variant_code, number.serial_no].append(entry)
            if number.lot_no:
                self.goods[(*place, "Lot", number.lot_no)].append(entry)
            if number.package_no:
                self.goods[(*place, "Package", number.package_no)].append(entry)
        for piece in pieces:
            self.pieces[piece.holder, piece.entry_no].append(piece)
            if not piece.specific:
                self.unnamed[piece.holder].append(piece)

    def candidates(self, want: Want) -> list[OpenStock]:
        """Entries that may agree, oldest first, found by the narrowest number that is asked for."""
        place = (want.item_no, want.variant_code, want.location_code)
        number = want.specific
        for kind, value in (("Serial", number.serial_no), ("Package", number.package_no), ("Lot", number.lot_no)):
            if value:
                return self.goods.get((*place, kind, value), [])
        return self.goods.get(place, [])


@dataclass
class Stock:
    """The open entries of one posting, and what its lines have taken so far."""

    entries: dict[int, OpenStock]
    pieces: Sequence[HeldPiece] = ()
    remaining: dict[int, Decimal] = field(init=False)
    reserved: dict[int, Decimal] = field(init=False)
    used: dict[int, Decimal] = field(init=False)
    """Quantity used up of each reservation pair."""
    shelf: _Shelf = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.remaining = {number: entry.remaining for number, entry in self.entries.items()}
        self.reserved = {number: entry.reserved for number, entry in self.entries.items()}
        self.used = {}
        self.shelf = _Shelf(self.entries.values(), self.pieces)

    @classmethod
    def of(cls, entries: Iterable[OpenStock], pieces: Sequence[HeldPiece] = ()) -> Stock:
        """A working copy of locked entries."""
        return cls({entry.entry_no: entry for entry in entries}, pieces)

    def take(self, want: Want) -> Taking:
        """AP-05: own reservations first, then oldest first what nobody holds. What is reserved for others is never taken."""
        agreeing = [entry for entry in self.shelf.candidates(want) if self.remaining[entry.entry_no] > ZERO and want.agrees(entry)]
        within = [entry for entry in agreeing if not want.out_of_reach(entry)]
        usable = [entry for entry in within if entry.entry_no not in want.skipped and not want.own_output(entry)]
        quantities: dict[int, Decimal] = {}
        uncovered = self._from_own_reservations(want, usable, quantities)
        missing = self._from_free_stock(usable, uncovered, quantities)
        released = self._release_own(want, uncovered)
        return Taking(
            taken=tuple(Taken(entry, quantities[entry.entry_no]) for entry in usable if entry.entry_no in quantities),
            missing=missing,
            found=want.quantity - missing,
            held=tuple(entry.entry_no for entry in usable if self.reserved[entry.entry_no] > ZERO),
            on_hold=tuple(entry for entry in within if entry.entry_no in want.skipped),
            own_output=any(want.own_output(entry) for entry in within),
            on_its_way=tuple(entry for entry in agreeing if entry.on_its_way and want.out_of_reach(entry)),
            reserved=want.quantity - uncovered + released,
        )

    def take_whole(self, entry_no: int, quantity: Decimal) -> Taking | None:
        """AP-13: an entry in full with its reservations, for goods that stay where they are; None: it does not hold just this quantity."""
        entry = self.entries.get(entry_no)
        if entry is None or self.remaining[entry_no] != quantity:
            return None
        kept = self.reserved[entry_no]
        self.remaining[entry_no] = self.reserved[entry_no] = ZERO
        return Taking((Taken(entry, quantity),), missing=ZERO, found=quantity, kept_reserved=kept)

    def held_by_others(self, taking: Taking) -> Decimal:
        """How much of the agreeing entries is reserved for somebody else."""
        return sum((self.reserved[number] for number in taking.held), ZERO)

    def settle(self, item_no: str, variant_code: str, location_code: str, quantity: Decimal) -> list[Taken]:
        """C10: what comes in first pays, oldest first, what went out below zero. Gives the quantities paid."""
        here = self.shelf.goods.get((item_no, variant_code, location_code), [])
        owed = [entry for entry in here if self.remaining[entry.entry_no] < ZERO]
        paid = []
        for entry in owed:
            part = min(-self.remaining[entry.entry_no], quantity)
            if part > ZERO:
                self.remaining[entry.entry_no] += part
                quantity -= part
                paid.append(Taken(entry, part))
        return paid

    def with_serial(self, item_no: str, variant_code: str, serial_no: str) -> OpenStock | None:
        """AP-01: where this serial is in stock now; None when it is not."""
        here = self.shelf.serials.get((item_no, variant_code, serial_no), [])
        return next((entry for entry in here if self.remaining[entry.entry_no] > ZERO), None)

    def changes(self) -> list[BalanceChange]:
        """Every entry whose balances are no longer what they were, in entry order."""
        return [
            BalanceChange(entry, self.remaining[number], self.reserved[number])
            for number, entry in sorted(self.entries.items())
            if (self.remaining[number], self.reserved[number]) != (entry.remaining, entry.reserved)
        ]

    def _own(self, want: Want, usable: Sequence[OpenStock]) -> list[HeldPiece]:
        """Pieces held by number first: they fit nothing else (OT-01)."""
        own = [piece for entry in usable for piece in self.shelf.pieces.get((want.holder, entry.entry_no), ())]
        return sorted(own, key=self._place_of)

    def _place_of(self, piece: HeldPiece) -> tuple[bool, date, int, int]:
        return (not piece.specific, *self.entries[piece.entry_no].place_in_line(), piece.pair_no)

    def _from_own_reservations(self, want: Want, usable: Sequence[OpenStock], quantities: dict[int, Decimal]) -> Decimal:
        missing = want.quantity
        for piece in self._own(want, usable) if want.holder is not None and self.pieces else ():
            part = min(self._left(piece), missing)
            self._use(piece, part)
            self._draw(piece.entry_no, part, quantities)
            missing -= part
        return missing

    def _from_free_stock(self, usable: Sequence[OpenStock], missing: Decimal, quantities: dict[int, Decimal]) -> Decimal:
        for entry in usable:
            part = min(self.remaining[entry.entry_no] - self.reserved[entry.entry_no], missing)
            self._draw(entry.entry_no, part, quantities)
            missing -= part
        return missing

    def _release_own(self, want: Want, uncovered: Decimal) -> Decimal:
        """OT-01: the demand got its goods elsewhere, so as much of what it held without a number is free again. Gives how much."""
        before = uncovered
        own = self.shelf.unnamed.get(want.holder, ()) if want.holder is not None and uncovered > ZERO else ()
        for piece in sorted(own, key=self._place_of):
            part = min(self._left(piece), uncovered)
            self._use(piece, part)
            uncovered -= part
        return before - uncovered

    def _left(self, piece: HeldPiece) -> Decimal:
        return piece.quantity - self.used.get(piece.pair_no, ZERO)

    def _use(self, piece: HeldPiece, quantity: Decimal) -> None:
        if quantity > ZERO:
            self.used[piece.pair_no] = self.used.get(piece.pair_no, ZERO) + quantity
            self.reserved[piece.entry_no] -= quantity

    def _draw(self, entry_no: int, quantity: Decimal, quantities: dict[int, Decimal]) -> None:
        if quantity > ZERO:
            self.remaining[entry_no] -= quantity
            quantities[entry_no] = quantities.get(entry_no, ZERO) + quantity
