"""What is reported on an operation (A29, C16)."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from shopfloor.people.fields import Day, InputModel, Number, Text50, Text100, Text200
from shopfloor.production.inputs import ZeroOrMore
from shopfloor.production.operation_rules import PROCESS, SETUP
from shopfloor.quantity import ZERO

MOST_MINUTES = 366 * 24 * 60
"""Of one entry; more is a slip of the finger."""


class ReportOperation(InputModel):
    """LIF-9: a line of a route card or a job card."""

    job: Literal["", "Setup", "Process"] = ""
    """Blank: a route card, for the whole operation; else a job card for one job of it."""
    number: Number = ""
    """Serial or batch number of the product on this order; blank: no unit is named."""
    good: ZeroOrMore = ZERO
    """Base units of the product."""
    scrap: ZeroOrMore = ZERO
    """Needs a cause; of a serial product, its unit."""
    cause: Text100 = ""
    setup_minutes: ZeroOrMore = ZERO
    run_minutes: ZeroOrMore = ZERO
    resource: Text50 = ""
    """Blank: the operation's."""
    worker_no: Text50 = ""
    """Blank: whoever reports."""
    posting_date: Day = None
    """Blank: today in the plant."""
    end_operation: bool = False
    """The operation is done, whatever its quantity."""
    report_as_finished: bool = False
    """LIF-10: at the last operation, the product as well, whatever the company settled about feedback."""
    accept_error: bool = False
    """ASC-13: report as finished although something is missing; needs a right and a reason."""
    reason: Text200 = ""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.good or self.scrap or self.setup_minutes or self.run_minutes or self.end_operation):
            raise ValueError("give a quantity or a time, or end the operation")
        if max(self.setup_minutes, self.run_minutes) > MOST_MINUTES:
            raise ValueError("no entry has more minutes than a year")
        if self.scrap and not self.cause:
            raise ValueError("scrap needs a cause")
        if self.job == SETUP and (self.good or self.scrap or self.run_minutes):
            raise ValueError("a setup job has setup time only")
        if self.job == PROCESS and self.setup_minutes:
            raise ValueError("a process job has no setup time")
        if self.accept_error and not self.reason:
            raise ValueError("accepting the error needs a reason")
        return self


class TakeBackEntry(InputModel):
    """Why an entry is taken back."""

    reason: Text200 = ""
