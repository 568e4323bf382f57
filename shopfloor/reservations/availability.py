"""What is left of a number for somebody who wants it (AV-01 to AV-12). Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from shopfloor.items.tracking import NO_TRACKING, Tracking
from shopfloor.quantity import ZERO


@dataclass(frozen=True)
class NumberAvailability:
    """One number combination of an item at one location. Base quantities."""

    tracking: Tracking = NO_TRACKING
    total: Decimal = ZERO
    """AV-02: in stock. What is still to come never counts."""
    requested: Decimal = ZERO
    """AV-03: named by any unposted line, this one included, unless nothing of it is to be handled."""
    pending: Decimal = ZERO
    """AV-04: typed on this page and not saved."""
    counted_twice: Decimal = ZERO
    """AV-05: a journal line and the component line that it serves name the same need."""
    reserved: Decimal = ZERO
    """Held by any reservation, specific or not."""
    reserved_by_line: Decimal = ZERO
    held_without_number: Decimal = ZERO
    """LB-09: part of `reserved` that others hold without naming the number; late binding may move it."""
    expiration_date: date | None = None
    on_hold: bool = False
    first_entry_no: int = 0
    """The oldest open entry of it: the order of the ledger (TL-11)."""

    @property
    def available(self) -> Decimal:
        """AV-01. Below zero: more was asked for than there is."""
        return self.total - self.requested - self.pending + self.counted_twice

    def typed(self, saved: Decimal, wanted: Decimal) -> NumberAvailability:
        """AV-04: as it is once the page holds `wanted` where `saved` was read."""
        return replace(self, pending=wanted - saved)

    def serves(self, *, specific: bool) -> bool:
        """AV-06, AV-07: whether what is asked for is there. Only numbers that are followed exactly are judged."""
        return not specific or self.available >= ZERO

    @property
    def proposed(self) -> Decimal:
        """TL-11: what *Select entries* may offer; stock that others hold without a number stays theirs."""
        return max(self.available - self.held_without_number, ZERO)


def selection(numbers: list[NumberAvailability], wanted: Decimal) -> list[tuple[Tracking, Decimal]]:
    """TL-11: numbers in the order of the ledger until `wanted` is covered. Goods on hold are left out (D20)."""
    chosen = []
    for number in numbers:
        quantity = min(number.proposed, wanted)
        if quantity > ZERO and not number.on_hold:
            chosen.append((number.tracking, quantity))
            wanted -= quantity
    return chosen
