"""Refusals of the ledger: what the books themselves forbid."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import Refusal


@dataclass(eq=False)
class SerialInStock(Refusal):
    """AP-01, ER-06: a serial number is in stock at most once, at any location."""

    code = "SERIAL_IN_STOCK"
    message = (
        "Serial number {serial_no} of {item} is already in stock at {location} (entry {entry_no}). "
        "Check the label, or ship or move that one first."
    )
    serial_no: str
    item: str
    location: str
    entry_no: int


@dataclass(eq=False)
class SerialAlreadyProduced(Refusal):
    """C14: a serial number is produced once, unless its report was reversed."""

    code = "SERIAL_ALREADY_PRODUCED"
    message = (
        "Serial number {serial_no} of {item} was already produced on order {order_no}. "
        "Use a new number, or reverse that report first."
    )
    serial_no: str
    item: str
    order_no: str


@dataclass(eq=False)
class NotReversible(Refusal):
    """AP-15, D23: what came in was shipped, consumed or reserved meanwhile."""

    code = "NOT_REVERSIBLE"
    message = (
        "{quantity} of {number} ({item}) cannot be taken back: only {left} of entry {entry_no} is still here and free. "
        "Reverse what was shipped, consumed or reserved since then first."
    )
    item: str
    number: str
    entry_no: int
    quantity: str
    left: str


@dataclass(eq=False)
class MoreThanPosted(Refusal):
    """AP-08: a return or a reversal takes back at most what its entry still has."""

    code = "MORE_THAN_POSTED"
    message = "{quantity} of {number} ({item}) cannot be taken back: only {left} of entry {entry_no} was not yet taken back."
    item: str
    number: str
    entry_no: int
    quantity: str
    left: str


@dataclass(eq=False)
class EntryDoesNotMatch(Refusal):
    """PR-04, AP-08: a correction names an entry of the same kind, goods, number and order line."""

    code = "ENTRY_DOES_NOT_MATCH"
    message = "Entry {entry_no} does not fit this line: its {field} is “{found}”, not “{wanted}”."
    entry_no: int
    field: str
    found: str
    wanted: str


@dataclass(eq=False)
class OwnOutput(Refusal):
    """AP-10: an order line cannot consume what it made itself."""

    code = "OWN_OUTPUT"
    message = "{number} of {item} was made by order {order_no} itself, so that order cannot use it. Scan another one."
    item: str
    number: str
    order_no: str


@dataclass(eq=False)
class InTransit(Refusal):
    """AP-09: goods on their way leave the in-transit location only by receiving their transfer order."""

    code = "IN_TRANSIT"
    message = "{number} of {item} is on its way with transfer order {order_no}. It leaves {location} only when that order is received."
    item: str
    number: str
    location: str
    order_no: str
