"""Answers of item tracking lines."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import Answer


@dataclass(frozen=True)
class TrackingLinesSaved(Answer):
    """The line carries these numbers now."""

    code = "TRACKING_LINES_SAVED"
    message = "{document} carries {count} numbers: {tracked} of {open_quantity} {unit}."
    document: str
    count: int
    tracked: str
    open_quantity: str
    unit: str
    reserved: str = "0"
    """LB-10: what the line held without a number and now holds by number."""
