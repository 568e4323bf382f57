"""Refusals of journals that are posted by hand beside tracked components."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import Refusal


@dataclass(eq=False)
class RowConsumesItself(Refusal):
    """D1, D2: the parts of a row are consumed through their registrations, so that the genealogy knows each of them."""

    code = "ROW_CONSUMES_ITSELF"
    row_column = "line_no"
    message = "{item} goes into {unit} by its registration. Use View associations: Adjust consumption posts, corrects or returns it."
    item: str
    unit: str


@dataclass(eq=False)
class PartRegistered(Refusal):
    """D2, D29: a registered part is consumed by its own registration and not a second time by hand."""

    code = "PART_REGISTERED"
    row_column = "serial_no"
    message = "{number} of {item} is registered for {unit} on order {order_no}, which consumes it. Remove that registration, or adjust it."
    number: str
    item: str
    unit: str
    """Number of the product, or `the order` for parts that belong to no single unit (D21)."""
    order_no: str


@dataclass(eq=False)
class ConsumedTwice(Refusal):
    """D2: what is registered will be consumed by the report; by hand only the rest of the need is left."""

    code = "CONSUMED_TWICE"
    row_column = "quantity"
    message = (
        "{item}: {expected} {unit} expected, {consumed} consumed and {registered} registered, "
        "so {quantity} by hand would be consumed twice. Remove registrations first."
    )
    item: str
    expected: str
    consumed: str
    registered: str
    quantity: str
    unit: str


@dataclass(eq=False)
class NumberIsRow(Refusal):
    """D2, PR-04: a registered product is reported, and taken back, as the unit that it is."""

    code = "NUMBER_IS_ROW"
    row_column = "serial_no"
    message = "{number} is registered on order {order_no}. Report it as finished, or reverse its report, in View associations."
    number: str
    order_no: str


@dataclass(eq=False)
class OutputOfRows(Refusal):
    """ASC-13: output by hand may not take the place of registered units."""

    code = "OUTPUT_OF_ROWS"
    row_column = "quantity"
    message = (
        "Order {order_no}: {started} started, {reported} reported and {registered} registered, so {quantity} {unit} more leave the "
        "registered units without place. Report those, or start more."
    )
    order_no: str
    started: str
    reported: str
    registered: str
    quantity: str
    unit: str


@dataclass(eq=False)
class NotPostedHere(Refusal):
    """PR-04, PR-05, PR-07: only what was posted by hand for this line and number comes back."""

    code = "NOT_POSTED_HERE"
    row_column = "quantity"
    message = "{quantity} {unit} of {item} {number} cannot come back: {left} {unit} of it were posted on order {order_no} and still stand."
    item: str
    number: str
    quantity: str
    left: str
    unit: str
    order_no: str


@dataclass(eq=False)
class LineNotScanned(Refusal):
    """ENT-5, ENT-12: the scan page asks for nothing of this line."""

    code = "LINE_NOT_SCANNED"
    message = "Line {line_no}, {item}, is not scanned. Enter its number in the journal if it has one."
    line_no: int
    item: str


@dataclass(eq=False)
class NotYourJournal(Refusal):
    """ASC-25: one person at a time enters lines in one journal."""

    code = "NOT_YOUR_JOURNAL"
    message = "{kind} {journal_no} belongs to {owner}, who changes or posts it. Somebody with the right may delete it."
    kind: str
    journal_no: int
    owner: str
