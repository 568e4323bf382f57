"""Refusals and questions about the numbers of unposted lines."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import NeedsConfirmation, Refusal


@dataclass(eq=False)
class ExcessTracking(Refusal):
    """TL-02, ER-01: more is tracked than the line has left."""

    code = "EXCESS_TRACKING"
    message = "The numbers of {document} come to {tracked} {unit} of {item}, but only {open_quantity} are open. Take {excess} off."
    document: str
    item: str
    tracked: str
    open_quantity: str
    excess: str
    unit: str


@dataclass(eq=False)
class NumberTwice(Refusal):
    """TL-05, ER-04: one line names a number once."""

    code = "NUMBER_TWICE"
    message = "{number} stands in row {first} and again in row {second}. Keep one of them."
    number: str
    first: int
    second: int


@dataclass(eq=False)
class LotDatesDiffer(Refusal):
    """EX-02: all rows of one lot share one date."""

    code = "LOT_DATES_DIFFER"
    message = "Lot {lot_no} has the date {first_date} in row {first} and {second_date} in row {second}. One lot has one expiration date."
    lot_no: str
    first: int
    first_date: str
    second: int
    second_date: str


@dataclass(eq=False)
class MoreThanTracked(Refusal):
    """TL-01: of a number at most what is tracked is handled."""

    code = "MORE_THAN_TRACKED"
    message = "{number}: {to_handle} to handle is more than the {quantity} that are tracked."
    number: str
    to_handle: str
    quantity: str


@dataclass(eq=False)
class NumberFixed(Refusal):
    """TL-08: the number is fixed by the posted entry that the line gives back."""

    code = "NUMBER_FIXED"
    message = (
        "{number} belongs to entry {entry_no}, which this line gives back, and stays as it is. "
        "Take all numbers off, or delete the line."
    )
    number: str
    entry_no: int


@dataclass(eq=False)
class NoTrackingCode(Refusal):
    """TC-02: an item without a tracking code carries no numbers."""

    code = "NO_TRACKING_CODE"
    message = "{item} has no item tracking code, so its lines carry no numbers."
    item: str


@dataclass(eq=False)
class ToHandleDiffers(Refusal):
    """TL-04, ER-02: the numbers to handle are the quantity that is posted."""

    code = "TO_HANDLE_DIFFERS"
    message = "{document}: the numbers to handle come to {to_handle} {unit} of {item}, but {quantity} are posted. Make them agree."
    document: str
    item: str
    to_handle: str
    quantity: str
    unit: str


@dataclass(eq=False)
class TrackingDoesNotMatch(Refusal):
    """WH-21, ER-22: the line's quantity is promised to other numbers."""

    code = "TRACKING_DOES_NOT_MATCH"
    message = (
        "{number} of {item} is not among the numbers of {document}, and only {untracked} {unit} of it are free of numbers. "
        "Change its item tracking lines, or use the numbers that stand there."
    )
    document: str
    item: str
    number: str
    untracked: str
    unit: str


@dataclass(eq=False)
class NumbersNotAvailable(NeedsConfirmation):
    """TL-12, AV-06, ER-33: a warning only; posting refuses what is still missing then."""

    code = "NUMBERS_NOT_AVAILABLE"
    message = "Not available in full: {numbers}. Save them all the same? They cannot be posted until they are in stock and free."
    numbers: str
