"""Refusals and questions of orders and what is posted for them."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import NeedsConfirmation, Refusal


@dataclass(eq=False)
class UndoneTooEarly(Refusal):
    """AP-15: goods cannot be taken back before they came or went."""

    code = "UNDONE_TOO_EARLY"
    message = "{record} {number} was posted with the date {posted_date}; it cannot be undone with the earlier date {undo_date}."
    record: str
    number: str
    posted_date: str
    undo_date: str


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


@dataclass(eq=False)
class SameLocation(Refusal):
    """A transfer order has two ends."""

    code = "SAME_LOCATION"
    message = "The goods leave and arrive at {location}. Choose two locations; within one location goods are moved by a journal."
    location: str


@dataclass(eq=False)
class AlreadyUndone(Refusal):
    """AP-15: what was taken back once is not taken back again."""

    code = "ALREADY_UNDONE"
    message = "{record} {number} is undone already{entries}."
    record: str
    number: str
    entries: str
    """Which entries, as ` (entry 7, entry 8)`; blank: all of it."""


@dataclass(eq=False)
class NotUndoable(Refusal):
    """AP-15: some documents are put right by another document."""

    code = "NOT_UNDOABLE"
    message = "A {record} cannot be undone. Send the goods back with a transfer order of their own."
    record: str


@dataclass(eq=False)
class NothingToReturn(Refusal):
    """TL-15: everything of the document went back or was undone."""

    code = "NOTHING_TO_RETURN"
    message = "Nothing of {record} {number} is left to return."
    record: str
    number: str


@dataclass(eq=False)
class OtherParty(Refusal):
    """Goods go back to where they came from."""

    code = "OTHER_PARTY"
    message = "{number} belongs to {party}, but return order {order_no} to {other}. Make a return order of its own."
    number: str
    party: str
    order_no: str
    other: str


@dataclass(eq=False)
class BelowHandled(Refusal):
    """A quantity never goes below what was posted."""

    code = "BELOW_HANDLED"
    message = "Line {line_no} of {number}: {handled} {unit} of {item} are posted, so {quantity} {unit} are too few."
    number: str
    line_no: int
    item: str
    quantity: str
    handled: str
    unit: str


@dataclass(eq=False)
class LineHandled(Refusal):
    """A line with postings keeps its goods and stays on the order."""

    code = "LINE_HANDLED"
    message = "Line {line_no} of {number}: {handled} {unit} of {item} are posted. Undo the posting first, or reduce the quantity."
    number: str
    line_no: int
    item: str
    handled: str
    unit: str


@dataclass(eq=False)
class LastLine(Refusal):
    """An order without lines says nothing."""

    code = "LAST_LINE"
    message = "Line {line_no} is the last one of {number}. Close the order instead."
    number: str
    line_no: int


@dataclass(eq=False)
class StillOnTheWay(Refusal):
    """AP-09: goods of a closed transfer order could never leave the in-transit location."""

    code = "STILL_ON_THE_WAY"
    message = "{quantity} {unit} of {item} are still on their way with {number}. Receive them, or undo their shipment, before it is closed."
    number: str
    item: str
    quantity: str
    unit: str


@dataclass(eq=False)
class CloseTrackedOrder(NeedsConfirmation):
    """TL-09, RS-12: numbers and reservations go with what is still open."""

    code = "CLOSE_TRACKED_ORDER"
    message = "{number} still has {what}. Close the order with its item tracking and reservations?"
    number: str
    what: str
    """Such as `3 with numbers assigned and 5 reserved`, in base units."""
