"""Which posted entry a returned quantity takes back: the one that is given, else those of the line's copied numbers. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from shopfloor.items.tracking import Tracking
from shopfloor.orders.line_numbers import LineNumber
from shopfloor.quantity import ZERO


@dataclass(frozen=True)
class Part:
    """One quantity of one number combination of an order line that is posted."""

    line_no: int
    tracking: Tracking
    quantity: Decimal
    """Base units, positive."""
    unit_code: str = ""
    quantity_in_unit: Decimal | None = None
    """As entered, in `unit_code`; None: base units."""
    applies_entry: int = 0
    """AP-07, AP-08; 0: none, a chain of its own (TR-25)."""
    expiration_date: date | None = None
    warranty_date: date | None = None
    """EX-07; None: by the tracking code's formula."""
    record_no: int = 0
    """The copied number that it uses up; 0: none."""


def split_by_applies(parts: Iterable[Part], numbers: Sequence[LineNumber]) -> list[Part]:
    """TL-15: a quantity of a copied number goes back to the entries that were copied, oldest first; the rest to none.

    An entry that is named goes before a copied one, and the copied number is used up all the same.
    """
    left = {number.entry_no: number.quantity for number in numbers}
    copied: dict[tuple[int, Tracking], list[LineNumber]] = defaultdict(list)
    for number in numbers:
        copied[number.line_no, number.tracking].append(number)
    split = []
    for part in parts:
        rest = part.quantity
        for number in sorted(copied[part.line_no, part.tracking], key=lambda number: number.applies_entry != part.applies_entry):
            quantity = min(left[number.entry_no], rest)
            if quantity > ZERO:
                left[number.entry_no] -= quantity
                rest -= quantity
                split.append(_piece(part, quantity, number))
        if rest > ZERO:
            split.append(part if rest == part.quantity else replace(part, quantity=rest, unit_code="", quantity_in_unit=None))
    return split


def _piece(part: Part, quantity: Decimal, number: LineNumber) -> Part:
    """A whole line keeps the unit it was entered in; a piece of it counts in base units."""
    piece = replace(part, applies_entry=part.applies_entry or number.applies_entry, record_no=number.entry_no)
    return piece if quantity == part.quantity else replace(piece, quantity=quantity, unit_code="", quantity_in_unit=None)
