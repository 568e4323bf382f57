"""What the use cases of operations answer."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import Answer


@dataclass(frozen=True)
class OperationReported(Answer):
    """C16: time and quantity of an operation are kept."""

    code = "OPERATION_REPORTED"
    message = "Operation {operation_no} of {order_no}: {good} good and {scrap} scrap reported. {remaining} {unit} to go."
    order_no: str
    operation_no: int
    entry_no: int
    good: str
    """Base units, of this entry."""
    scrap: str
    remaining: str
    """At this operation, afterwards."""
    unit: str


@dataclass(frozen=True)
class OperationReportedFinished(OperationReported):
    """LIF-10, PST-19, C16: the product was reported with it."""

    code = "OPERATION_REPORTED_FINISHED"
    message = "Operation {operation_no} of {order_no}: {good} good and {scrap} scrap reported. {remaining} {unit} to go. {finished}"
    finished: str = ""
    """What was reported of the product."""
    register_no: int = 0


@dataclass(frozen=True)
class OperationEntryReversed(Answer):
    """C16: another entry takes it back; both stay."""

    code = "OPERATION_ENTRY_REVERSED"
    message = "Entry {corrected} of {order_no} is taken back by entry {entry_no}."
    order_no: str
    corrected: int
    entry_no: int
