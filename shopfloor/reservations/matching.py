"""Which supply may serve which demand, and in which order: dates, numbers, stock before orders. Pure.

RS-03 to RS-08, and the number coupling of RS-04. Stock that is wanted by name goes through `rules.plan_draw` and late binding.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from shopfloor.items.tracking import NO_TRACKING, Tracking
from shopfloor.quantity import ZERO
from shopfloor.reservations.rules import Demand

Goods = tuple[str, str, str]
"""Item, variant, location."""
Piece = tuple[str, str, int, int, str, str, str]
"""What a record on the supply side points at, and its number."""
STOCK = "Item Ledger Entry"
"""Caption of ReservationSource for stock."""


@dataclass(frozen=True)
class DemandLine:
    """One document line that takes stock."""

    demand: Demand
    item_no: str
    variant_code: str
    location_code: str
    due_date: date | None
    outstanding: Decimal
    """Base units that are still to go."""
    reserved: Decimal = ZERO
    """Held for it, from stock and from orders, by its associations too."""
    reserved_from_stock: Decimal = ZERO
    description: str = ""
    unit_code: str = ""
    precision: Decimal = Decimal(1)
    policy: str = "Optional"
    """RS-05: Never, Optional or Always."""
    priority: int = 0
    """Of the customer; greater comes first."""

    @property
    def goods(self) -> Goods:
        """What has to agree with a supply (RS-03)."""
        return (self.item_no, self.variant_code, self.location_code)

    @property
    def needed(self) -> Decimal:
        """What is not reserved yet; never below 0."""
        return max(self.outstanding - self.reserved, ZERO)

    @property
    def from_stock(self) -> str:
        """RS-19: Full, Partial or None, comparing what is reserved from stock with what is outstanding."""
        if self.outstanding <= ZERO or self.reserved_from_stock <= ZERO:
            return "None"
        return "Full" if self.reserved_from_stock >= self.outstanding else "Partial"


@dataclass(frozen=True)
class Supply:
    """An open item ledger entry, or a document line that brings stock."""

    source_type: str
    source_id: str
    """Document number; the entry number of stock as text."""
    source_line_no: int
    """Order line; the entry number of stock."""
    item_no: str
    variant_code: str
    location_code: str
    quantity: Decimal
    """Remaining, or outstanding; base units."""
    reserved: Decimal
    due_date: date | None = None
    """When it comes; None for stock, or if nobody said."""
    posting_date: date | None = None
    """Stock only."""
    tracking: Tracking = NO_TRACKING
    source_sub_line_no: int = 0
    on_hold: bool = False
    """One of its numbers is on hold: it is not reserved any more (D20)."""

    @property
    def goods(self) -> Goods:
        """Item, variant, location."""
        return (self.item_no, self.variant_code, self.location_code)

    @property
    def is_stock(self) -> bool:
        """An open entry, which is here already."""
        return self.source_type == STOCK

    @property
    def free(self) -> Decimal:
        """RS-02: reservable from it; never below 0."""
        return ZERO if self.on_hold else max(self.quantity - self.reserved, ZERO)

    @property
    def key(self) -> tuple[str, str, int, int]:
        """What a record on the supply side points at."""
        return (self.source_type, self.source_id, self.source_line_no, self.source_sub_line_no)

    @property
    def piece(self) -> Piece:
        """The same with the number: an order line may bring several (RS-04)."""
        return (*self.key, self.tracking.serial_no, self.tracking.lot_no, self.tracking.package_no)

    def in_time(self, needed_on: date | None) -> bool:
        """RS-03: not after the demand. Stock has no date; a demand without one waits for anything; an order without one is no promise."""
        if self.is_stock or needed_on is None:
            return True
        return self.due_date is not None and self.due_date <= needed_on


@dataclass(frozen=True)
class Match:
    """Quantity of a supply for a demand."""

    line: DemandLine
    supply: Supply
    quantity: Decimal


def serves(supply: Supply, line: DemandLine) -> bool:
    """RS-03: same goods at the same place, in time."""
    return supply.goods == line.goods and supply.in_time(line.due_date)


def carries(supply: Supply, number: Tracking) -> bool:
    """RS-04: whether a supply has all of the numbers that are asked for; a blank one is not."""
    found = vars(supply.tracking)
    return all(not one or found[name] == one for name, one in vars(number).items())


def in_order(supplies: Iterable[Supply]) -> list[Supply]:
    """RS-06: stock first, oldest first; then orders, the latest first, so that early goods stay free for early needs."""
    found = list(supplies)
    stock = sorted((s for s in found if s.is_stock), key=lambda s: (s.posting_date or date.min, s.source_line_no))
    orders = sorted((s for s in found if not s.is_stock), key=lambda s: s.piece)
    orders.sort(key=lambda s: s.due_date or date.min, reverse=True)
    return [*stock, *orders]


@dataclass
class Matcher:
    """Gives supplies to demands, one after the other; remembers what is gone."""

    supplies: Sequence[Supply]
    _left: dict[Piece, Decimal] = field(init=False)

    def __post_init__(self) -> None:
        self.supplies = in_order(self.supplies)
        self._left = {supply.piece: supply.free for supply in self.supplies}

    def give(self, line: DemandLine, wanted: Decimal, number: Tracking = NO_TRACKING) -> list[Match]:
        """RS-06, RS-08: as much of `wanted` as there is, from several supplies if need be. Existing reservations stay as they are.

        `number`: only supply that carries it (RS-04).
        """
        matches = []
        for supply in self.supplies:
            fits = serves(supply, line) and carries(supply, number)
            quantity = min(wanted, self._left[supply.piece]) if fits else ZERO
            if quantity > ZERO:
                self._left[supply.piece] -= quantity
                wanted -= quantity
                matches.append(Match(line, supply, quantity))
        return matches


def total(matches: Iterable[Match]) -> Decimal:
    """Base quantity of all matches."""
    return sum((match.quantity for match in matches), ZERO)
