"""What item journal, reclassification journal and the correction of a date are given (A29)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from shopfloor.items.inputs import NumberKey
from shopfloor.orders.inputs import ArrivedLine, NumberedLine
from shopfloor.people.fields import (
    MOST_LINES,
    Code20,
    Day,
    EntryNo,
    InputModel,
    Number,
    Reason,
    RequiredDay,
    Text20,
    Variant,
)


class JournalLine(ArrivedLine):
    """One line of an item journal. A blank unit is the base unit."""

    entry_type: Literal["Positive Adjmt.", "Negative Adjmt."]
    item_no: Code20
    location_code: Code20
    variant_code: Variant = ""
    applies_to_entry: EntryNo = None
    """Negative lines: the entry to take from (AP-07); blank: the oldest stock."""
    applies_from_entry: EntryNo = None
    """Positive lines: the entry that comes back (AP-08)."""
    warranty_date: Day = None
    """Negative lines; blank: by the tracking code's formula (EX-07)."""

    @model_validator(mode="after")
    def _names_fitting_entries(self) -> JournalLine:
        negative = self.entry_type == "Negative Adjmt."
        if negative and self.applies_from_entry:
            raise ValueError("only a positive line gives back what an entry took")
        if not negative and (self.applies_to_entry or self.warranty_date):
            raise ValueError("only a negative line takes from an entry and has a warranty date")
        return self


class PostItemJournal(InputModel):
    """Stock that is found, lost, or there on the first day."""

    lines: tuple[JournalLine, ...] = Field(min_length=1, max_length=MOST_LINES)
    reason: Reason
    posting_date: Day = None
    """Blank: today in the plant."""
    confirmed: bool = False
    """The questions CASE_TWIN, SERIAL_USED_BEFORE and RESERVATIONS_WILL_BREAK were answered with yes."""


class ReclassificationLine(NumberedLine):
    """Goods that get another number, date or location. What is left blank stays as it is; a blank unit is the base unit."""

    item_no: Code20
    location_code: Code20
    variant_code: Variant = ""
    new_location_code: Text20 = ""
    new_serial_no: Number = ""
    new_lot_no: Number = ""
    new_package_no: Number = ""
    new_expiration_date: Day = None
    applies_to_entry: EntryNo = None
    """The entry to take from (AP-07); blank: the oldest stock."""

    @model_validator(mode="after")
    def _changes_something(self) -> ReclassificationLine:
        numbers = (self.new_serial_no, self.serial_no), (self.new_lot_no, self.lot_no), (self.new_package_no, self.package_no)
        renamed = any(new not in ("", old) for new, old in numbers)
        if not (renamed or self.new_expiration_date or self.new_location_code not in ("", self.location_code)):
            raise ValueError("changes nothing: enter a new number, date or location")
        return self


class PostReclassification(InputModel):
    """An item reclassification journal (C9, EX-05)."""

    lines: tuple[ReclassificationLine, ...] = Field(min_length=1, max_length=MOST_LINES)
    reason: Reason
    posting_date: Day = None
    """Blank: today in the plant."""
    confirmed: bool = False
    """The questions CASE_TWIN and SERIAL_USED_BEFORE were answered with yes."""


class ExpirationCorrection(NumberKey):
    """Another expiration date for a number and all that is open of it (C15)."""

    new_expiration_date: RequiredDay
    reason: Reason
