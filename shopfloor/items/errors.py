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
    row_column = "unit_code"
    message = "Item {item} has no unit {unit}. Add the unit to the item, or use one that it has."
    item: str
    unit: str


@dataclass(eq=False)
class BelowPrecision(Refusal):
    """D31, QTY-9: the quantity is not a multiple of the item's rounding precision."""

    code = "BELOW_PRECISION"
    row_column = "quantity"
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


@dataclass(eq=False)
class DateBeyondCalendar(Refusal):
    """EX-03, EX-07: a date plus a length that no calendar holds."""

    code = "DATE_BEYOND_CALENDAR"
    message = "{start_date} and {length} later is after the year 9999. Correct the date."
    start_date: str
    length: str


@dataclass(eq=False)
class TrackingCodeInUse(Refusal):
    """TC-04, TC-05, ER-28: what was posted under a tracking code stays readable only while its meaning stays."""

    code = "TRACKING_CODE_IN_USE"
    message = "{what} of {subject} cannot change any more: {item} {used}. Make another code for new items instead."
    what: str
    """What would change, such as `Specific serial tracking`."""
    subject: str
    """The tracking code, or the item whose code would be exchanged."""
    item: str
    used: str
    """What stands in the way."""


@dataclass(eq=False)
class TrackingCodeHasItems(Refusal):
    """TC-04, ER-28: a tracking code in use is not deleted."""

    code = "TRACKING_CODE_HAS_ITEMS"
    message = "Item tracking code {tracking_code} is in use by {items}. Give the items another code first."
    tracking_code: str
    items: str


@dataclass(eq=False)
class SeriesOfDocuments(Refusal):
    """SET-3: a number of the plant's documents does not become the number of goods as well."""

    code = "SERIES_OF_DOCUMENTS"
    message = "Number series {series} is for documents. Choose one that is made for the numbers of goods."
    series: str


@dataclass(eq=False)
class NothingToAssign(Refusal):
    """TL-13: every line has the numbers that its item asks for."""

    code = "NOTHING_TO_ASSIGN"
    message = "Nothing is missing: the lines have their numbers already."


@dataclass(eq=False)
class SeriesMissing(Refusal):
    """TL-13: an item whose new numbers should come from a series has none."""

    code = "SERIES_MISSING"
    message = "{item} has no number series for new {kind} numbers. Make one, enter it on the item, or type the numbers."
    item: str
    kind: str


@dataclass(eq=False)
class LocationInTransit(Refusal):
    """AP-09: nothing but goods on their way is at an in-transit location."""

    code = "LOCATION_IN_TRANSIT"
    message = "{location} is for goods on their way only. Choose a location where goods are kept."
    location: str


@dataclass(eq=False)
class LocationKeepsGoods(Refusal):
    """AP-09: goods on their way do not mix with others."""

    code = "LOCATION_KEEPS_GOODS"
    message = "{location} is not an in-transit location, so goods of a transfer order cannot travel there. Choose one that is."
    location: str
