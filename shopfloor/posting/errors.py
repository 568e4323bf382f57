"""Refusals of the posting door. Each names the item, the number and the figures."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import Refusal


@dataclass(eq=False)
class TooManyLines(Refusal):
    """One posting is one transaction; a longer list goes in parts."""

    code = "TOO_MANY_LINES"
    message = "{count} lines are too many for one posting. Post at most {limit} lines at a time."
    count: int
    limit: int


@dataclass(eq=False)
class PostingDateNotAllowed(Refusal):
    """The books of that day are closed, or the date is a slip of the finger."""

    code = "POSTING_DATE_NOT_ALLOWED"
    row_column = "posting_date"
    message = "Nothing may be posted with the date {posting_date}: postings are allowed from {first_date} to {last_date}."
    posting_date: str
    first_date: str
    last_date: str


@dataclass(eq=False)
class NumberRequired(Refusal):
    """AP-03, ER-03: the item's tracking code demands a number for this transaction."""

    code = "NUMBER_REQUIRED"
    message = "{item} needs a {kinds} number for this posting ({transaction}). Scan or enter it."
    item: str
    kinds: str
    """One or more of serial, lot and package, joined by `and`."""
    transaction: str

    def __post_init__(self) -> None:
        """The first number that is missing."""
        self.row_column = f"{self.kinds.split()[0]}_no"


@dataclass(eq=False)
class SerialQuantity(Refusal):
    """AP-02, TL-07, ER-05: one serial number is one piece."""

    code = "SERIAL_QUANTITY"
    row_column = "quantity"
    message = "Serial number {serial_no} of {item} stands for exactly 1 {unit}, not {quantity}. Enter one line for each serial number."
    serial_no: str
    item: str
    quantity: str
    unit: str


@dataclass(eq=False)
class InformationMissing(Refusal):
    """TC-08: the tracking code wants the number's information to exist before it is posted."""

    code = "INFORMATION_MISSING"
    message = "{number} of {item} has no number information yet, and the item's tracking code asks for it. Create it first."
    item: str
    number: str


@dataclass(eq=False)
class ExpirationRequired(Refusal):
    """EX-03, ER-14: the tracking code demands an expiration date."""

    code = "EXPIRATION_REQUIRED"
    row_column = "expiration_date"
    message = "{number} of {item} needs an expiration date. Enter the date from the label."
    item: str
    number: str


@dataclass(eq=False)
class ExpirationDiffers(Refusal):
    """EX-02, C15: one number has one date."""

    code = "EXPIRATION_DIFFERS"
    row_column = "expiration_date"
    dates = frozenset({"known", "given"})
    message = "{number} of {item} expires on {known}, not on {given}. Check the label; a wrong date is corrected on the number's card."
    item: str
    number: str
    known: str
    given: str


@dataclass(eq=False)
class Expired(Refusal):
    """EX-04, D8: strict items are not used after their date. The day itself is usable."""

    code = "EXPIRED"
    message = "{number} of {item} expired on {expiration_date} and cannot be used on {use_date}. Put it aside and scan another one."
    item: str
    number: str
    expiration_date: str
    use_date: str


@dataclass(eq=False)
class WarrantyRequired(Refusal):
    """EX-07: the tracking code demands a warranty date on what goes out."""

    code = "WARRANTY_REQUIRED"
    row_column = "warranty_date"
    message = "{number} of {item} needs a warranty date when it goes out. Enter the date, or give the tracking code a formula."
    item: str
    number: str


@dataclass(eq=False)
class PartOfNumber(Refusal):
    """EX-05, C15: one number has one date, so a part of its goods cannot get another one."""

    code = "PART_OF_NUMBER"
    row_column = "expiration_date"
    message = (
        "{number} of {item}: {left} {unit} would keep the old date. Reclassify all that is open of the number, "
        "or give this part a new number."
    )
    item: str
    number: str
    left: str
    unit: str


@dataclass(eq=False)
class EntryNotOpen(Refusal):
    """AP-07, ER-09: the entry that a line names does not hold what the line takes."""

    code = "ENTRY_NOT_OPEN"
    row_column = "applies_to_entry"
    message = "Entry {entry_no} has {left} {unit} of {item} open and free, {needed} are needed. Name another entry, or none."
    entry_no: int
    item: str
    left: str
    needed: str
    unit: str


@dataclass(eq=False)
class LineIsReserved(Refusal):
    """AP-07: reserved goods are taken from their reservations, so such a line names no entry."""

    code = "LINE_IS_RESERVED"
    row_column = "applies_to_entry"
    message = (
        "This line of {item} holds reserved goods, so it cannot name entry {entry_no}. "
        "Cancel its reservation, or leave the entry blank."
    )
    item: str
    entry_no: int
