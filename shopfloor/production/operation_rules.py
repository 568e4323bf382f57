"""How far an operation is, and whether a report as finished may overtake the operations (C16, LIF-16, ASC-13). Pure.

Quantities are base units of the product, times are minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from shopfloor.quantity import ZERO

NOT_STARTED, IN_PROGRESS, COMPLETED = STATUSES = ("Not started", "In progress", "Completed")
ROUTE_CARD, JOB_CARD = "Route card", "Job card"
SETUP, PROCESS = JOBS = ("Setup", "Process")
"""LIF-9: the jobs of an operation; only *Process* brings a quantity."""


@dataclass(frozen=True)
class Operation:
    """One operation of an order with the sums of its entries."""

    operation_no: int
    description: str = ""
    resource: str = ""
    good: Decimal = ZERO
    scrap: Decimal = ZERO
    setup_minutes: Decimal = ZERO
    run_minutes: Decimal = ZERO
    entries: int = 0
    """That stand."""
    ends: int = 0
    """Of them those that say that the operation is done."""
    automatic: int = 0
    """Of them those that a start or a report made by itself."""
    flushing: str = "Manual"
    """When it posts by itself, as a component is consumed: Manual, Start or Finish."""
    planned_setup_minutes: Decimal = ZERO
    planned_run_minutes: Decimal = ZERO
    """For one base unit of the product."""

    @property
    def reported(self) -> Decimal:
        """Good and scrap: both passed through the operation."""
        return self.good + self.scrap


@dataclass(frozen=True)
class Progress:
    """An operation in the row of its order."""

    operation: Operation
    due: Decimal
    """What arrives here: what was started, less what operations before it scrapped."""
    last: bool

    @property
    def status(self) -> str:
        """Completed when somebody said so, or nothing more arrives; a further start opens it again."""
        if self.operation.ends or ZERO < self.due <= self.operation.reported:
            return COMPLETED
        return IN_PROGRESS if self.operation.entries else NOT_STARTED

    @property
    def remaining(self) -> Decimal:
        """Not reported yet, never below zero."""
        return max(self.due - self.operation.reported, ZERO)


def card_of(job: str) -> str:
    """LIF-9: an entry about a job is a line of a job card, any other one of a route card."""
    return JOB_CARD if job else ROUTE_CARD


def progress_of(operations: Sequence[Operation], started: Decimal) -> tuple[Progress, ...]:
    """Each operation of an order, given in their order."""
    found, due = [], started
    for place, operation in enumerate(operations, 1):
        found.append(Progress(operation, max(due, ZERO), place == len(operations)))
        due -= operation.scrap
    return tuple(found)


def unreported(operations: Sequence[Operation], good: Decimal) -> tuple[Operation, ...]:
    """ASC-13, *all operations reported*: those before the last that were reported for less than `good` units and were not ended."""
    return tuple(one for one in operations[:-1] if one.good < good and not one.ends)


def differs_from_last(operations: Sequence[Operation], good: Decimal, *, final: bool) -> bool:
    """ASC-13, *reported quantity equals that of the last operation*: parts of an order never overtake it, the final report equals it.

    What the last operation posted by itself was reported by nobody, so nobody has to explain that it made more than came out well.
    """
    last = operations[-1]
    return good != last.good if final and last.entries > last.automatic else good > last.good
