"""Exact quantities: decimals with at most five places, never a binary fraction (A27, QTY-9).

A *base quantity* counts in the item's base unit. It is stored in whole hundred-thousandths.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal

from shopfloor.errors import Refusal

PLACES = 5
SCALE = 10**PLACES
STEP = Decimal(1).scaleb(-PLACES)
LARGEST = Decimal(10) ** 12
"""Quantities stay below a million million base units, so that sums of a plant's lifetime fit 64 bits."""
ZERO = Decimal(0)
ONE = Decimal(1)

_TOO_LONG = re.compile(r"[+-]?[0-9]{14,}(\.[0-9]*)?", re.ASCII)
_WRITTEN = re.compile(r"[+-]?[0-9]{1,13}(\.[0-9]{1,5})?", re.ASCII)


@dataclass(eq=False)
class NotAQuantity(Refusal):
    """A text that is not a decimal number with at most five places."""

    code = "NOT_A_QUANTITY"
    message = "“{text_given}” is not a quantity. Write a number such as 12 or 0.25 (at most five decimals)."
    text_given: str


@dataclass(eq=False)
class QuantityTooLarge(NotAQuantity):
    """A number beyond what a plant counts in its lifetime: a barcode in the wrong field."""

    code = "QUANTITY_TOO_LARGE"
    message = "“{text_given}” is too much: a quantity stays below 1,000,000,000,000."


def parse(written: str) -> Decimal:
    """Read a quantity as people and the API write it. Raises NotAQuantity, QuantityTooLarge."""
    if _TOO_LONG.fullmatch(written):
        raise QuantityTooLarge(text_given=written[:40])
    if not _WRITTEN.fullmatch(written):
        raise NotAQuantity(text_given=written[:40])
    value = Decimal(written)
    if abs(value) >= LARGEST:
        raise QuantityTooLarge(text_given=written[:40])
    return value


def exact(value: Decimal) -> Decimal:
    """The same value at five places; asserts that nothing is lost."""
    result = value.quantize(STEP)
    assert result == value, f"{value} has more than {PLACES} decimals"
    return result


def rounded(value: Decimal, precision: Decimal = STEP) -> Decimal:
    """Half-up to a multiple of `precision` (D31)."""
    return ((value / precision).quantize(ONE, ROUND_HALF_UP) * precision).quantize(STEP)


def rounded_up(value: Decimal, precision: Decimal = ONE) -> Decimal:
    """Up to a multiple of `precision`: serial requirements count whole units (QTY-2)."""
    return ((value / precision).quantize(ONE, ROUND_UP) * precision).quantize(STEP)


def to_stored(value: Decimal) -> int:
    """Whole hundred-thousandths."""
    return int(exact(value).scaleb(PLACES))


def from_stored(stored: int) -> Decimal:
    """Whole hundred-thousandths back to a decimal."""
    return Decimal(stored).scaleb(-PLACES)


def shown(value: Decimal) -> str:
    """As people write it: no trailing zeros, never an exponent. `0.250` -> `0.25`, `12.00000` -> `12`."""
    text = format(value.quantize(STEP).normalize(), "f")
    return "0" if text in {"-0", "0"} else text
