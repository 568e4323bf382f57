"""What the journals of a production order are given (A29)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from shopfloor.items.tracking import Tracking
from shopfloor.people.fields import MOST_LINES, Day, EntryNo, InputModel, LineNo, Number, Text20, Text200, Version
from shopfloor.production.inputs import SignedQuantity
from shopfloor.quantity import ONE, ZERO

CONSUMPTION, OUTPUT = "Consumption", "Output"


class ProductionJournalLine(InputModel):
    """One quantity of one number of a component, or of what the order makes. Negative: it comes back.

    Without a number it takes those that were planned for its order line, if there are any.
    """

    entry_type: Literal["Consumption", "Output"]
    line_no: LineNo
    """Component line, or order line for output."""
    quantity: SignedQuantity = None
    """Blank for a serial number: one base unit."""
    scrap_quantity: SignedQuantity = None
    """Output only: made and scrapped, never stock (C4)."""
    unit_code: Annotated[Text20, StringConstraints(max_length=10)] = ""
    """Blank: the base unit."""
    serial_no: Number = ""
    lot_no: Number = ""
    package_no: Number = ""
    match_id: EntryNo = None
    """The tracked unit that the quantity belongs to; blank: the order."""
    applies_to_entry: EntryNo = None
    """Consumption: the entry to take from (AP-07). Negative lines: the entry that is taken back (PR-04, PR-05)."""
    expiration_date: Day = None
    """Output only."""

    @model_validator(mode="after")
    def _makes_sense(self) -> ProductionJournalLine:
        scrap = self.scrap_quantity or ZERO
        if self.entry_type == CONSUMPTION and (scrap or self.expiration_date):
            raise ValueError("only output has a scrap quantity and an expiration date")
        if not (self.quantity or scrap or (self.quantity is None and self.serial_no)):
            raise ValueError("says neither a quantity nor a serial number")
        if (self.quantity or ZERO) * scrap < ZERO:
            raise ValueError("quantity and scrap quantity go in one direction")
        return self

    def good(self) -> Decimal:
        """The quantity as typed; one for a serial alone."""
        if self.quantity is None:
            return ZERO if self.scrap_quantity else ONE
        return self.quantity

    def scrap(self) -> Decimal:
        """The scrap quantity as typed."""
        return self.scrap_quantity or ZERO

    def negative(self) -> bool:
        """Whether the line takes something back."""
        return self.good() < ZERO or self.scrap() < ZERO

    def tracking(self) -> Tracking:
        """The numbers of the line."""
        return Tracking(self.serial_no, self.lot_no, self.package_no)


class PostProductionJournal(InputModel):
    """Consumption and output of one order, posted together."""

    lines: tuple[ProductionJournalLine, ...] = Field(min_length=1, max_length=MOST_LINES)
    reason: Text200 = ""
    posting_date: Day = None
    """Blank: today in the plant."""
    confirmed: bool = False
    """The question CASE_TWIN was answered with yes."""

    @model_validator(mode="after")
    def _outputs_in_one_direction(self) -> PostProductionJournal:
        if len({line.negative() for line in self.lines if line.entry_type == OUTPUT}) > 1:
            raise ValueError("post output and negative output one after the other")
        return self


class OpenJournalLineInput(InputModel):
    """One line of an open journal (LIF-11)."""

    line_no: LineNo
    """Component line; of a report: order line."""
    quantity: SignedQuantity = None
    """Consumption, or the good quantity; negative: it comes back."""
    error_quantity: SignedQuantity = None
    """Of a report: made and scrapped."""
    scrap_quantity: SignedQuantity = None
    """LIF-11, of a picking list: lost beside what goes in; written off with the line's number, and in no unit."""
    unit_code: Annotated[Text20, StringConstraints(max_length=10)] = ""
    """Blank: the base unit."""
    serial_no: Number = ""
    lot_no: Number = ""
    package_no: Number = ""
    end_line: bool = False
    """Of a picking list: flushing proposes nothing more for the line (D26)."""


class OpenJournalInput(InputModel):
    """The lines of a picking list or report journal that stays open (LIF-9)."""

    kind: Literal["Picking list", "Report as finished"] = "Picking list"
    lines: tuple[OpenJournalLineInput, ...] = Field(min_length=1, max_length=MOST_LINES)
    posting_date: Day = None
    """Blank: the day of posting."""
    version: Version = ""

    @model_validator(mode="after")
    def _scrap_of_components(self) -> OpenJournalInput:
        if self.kind != "Picking list" and any(line.scrap_quantity for line in self.lines):
            raise ValueError("a report has an error quantity; scrap quantity is of a picking list")
        if any((line.scrap_quantity or ZERO) < ZERO for line in self.lines):
            raise ValueError("scrap quantity must not be below 0; what was not lost is put back with an item journal")
        return self


class JournalLineReturn(InputModel):
    """What comes back from the scan page to the journal line that it was opened from (ENT-5, ENT-7)."""

    source_line_no: LineNo
    """Component line, or order line, that the journal line was about."""
    since: Annotated[int, Field(ge=0, le=2**53)] = 0
    """The newest association when the page was opened."""
    product: Annotated[int, Field(ge=0, le=2**53)] = 0
    """Match id of the product that is chosen; 0: none."""
