"""Refusals and questions of purchase and sales orders."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import NeedsConfirmation, Refusal


@dataclass(eq=False)
class DocumentStatus(Refusal):
    """The order is in another state than the action needs."""

    code = "DOCUMENT_STATUS"
    message = "{record} {number} is {status}. This needs the status {needed}."
    record: str
    number: str
    status: str
    needed: str


@dataclass(eq=False)
class MoreThanOrdered(Refusal):
    """More would come or go than is still open on the line."""

    code = "MORE_THAN_ORDERED"
    message = "Line {line_no} of {number}: {quantity} {unit} of {item} are too many, {open_quantity} {unit} are open."
    number: str
    line_no: int
    item: str
    quantity: str
    """Base units."""
    open_quantity: str
    unit: str


@dataclass(eq=False)
class SerialUsedBefore(NeedsConfirmation):
    """C14: a serial that was consumed, sold or scrapped comes in again."""

    code = "SERIAL_USED_BEFORE"
    message = "{item} {number} left this plant before ({how}). Is it really the same piece coming back?"
    item: str
    number: str
    how: str
    """Caption of the last entry's type, or `Scrap`."""
