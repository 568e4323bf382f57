"""Refusals and questions about items and their numbers."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import NeedsConfirmation, Refusal


@dataclass(eq=False)
class SetupMissing(Refusal):
    """SET-3: something that has to be set up once is not."""

    code = "SETUP_MISSING"
    message = "The {record} {number} is not set up. Ask an administrator to create it."
    record: str
    number: str


@dataclass(eq=False)
class NumberInvalid(Refusal):
    """D34: 1 to 50 visible characters."""

    code = "NUMBER_INVALID"
    message = "A {kind} number of {item} has 1 to {limit} visible characters, without a blank at its ends. This one has {length}."
    item: str
    kind: str
    length: int
    limit: int


@dataclass(eq=False)
class NumberPattern(Refusal):
    """D17: the number does not look like the numbers of this item."""

    code = "NUMBER_PATTERN"
    message = "{number} does not look like a {kind} number of {item} (pattern {pattern}). Check the label."
    item: str
    kind: str
    number: str
    pattern: str


@dataclass(eq=False)
class CaseTwin(NeedsConfirmation):
    """D35: a number that differs from a known one by case only would be new."""

    code = "CASE_TWIN"
    message = "{kind} {number} of {item} is new, but {existing} is known and differs only in capital letters. Is it really another one?"
    item: str
    kind: str
    number: str
    existing: str


@dataclass(eq=False)
class UnitUnknown(Refusal):
    """SCN-14: the item has no such unit, so its quantity is not known in base units."""

    code = "NO_UNIT_CONVERSION"
    message = "Item {item} has no unit {unit}. Add the unit to the item, or use one that it has."
    item: str
    unit: str


@dataclass(eq=False)
class BelowPrecision(Refusal):
    """D31, QTY-9: the quantity is not a multiple of the item's rounding precision."""

    code = "BELOW_PRECISION"
    message = "{quantity} {unit} of {item} is not a multiple of {precision}."
    item: str
    quantity: str
    unit: str
    precision: str


@dataclass(eq=False)
class ItemBlocked(Refusal):
    """A blocked item is neither ordered, made nor posted; what takes back an earlier posting is."""

    code = "ITEM_BLOCKED"
    message = "{item} is blocked and cannot be posted. Ask whoever maintains items."
    item: str
