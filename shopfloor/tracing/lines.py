"""What a trace answers: lines, completeness and its reasons. Frozen values that pages, exports and the API read. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from shopfloor.ledger.entry_types import DocumentType, EntryType
from shopfloor.quantity import ZERO
from shopfloor.tracing.criteria import Criteria, quoted
from shopfloor.tracing.graph import Entry, Registration, Row


class Link(StrEnum):
    """How a line hangs on the line above it."""

    ROOT = "root"
    """Found by the filters themselves."""
    APPLICATION = "application"
    """Goods of one entry went into the other (TR-23)."""
    COMPONENT = "component"
    """Consumed for the output above (TR-32)."""
    OUTPUT = "output"
    """Made from the consumption above (TR-31)."""
    OTHER_COMPONENT = "other component"
    """Went into the same product as the consumption above (TR-31)."""
    RETURN = "return"
    """Takes the struck line above back (C11)."""
    REGISTERED = "registered"
    """Registered on the shop floor, not posted (C5)."""


class State(StrEnum):
    """What has become of a line."""

    POSTED = "posted"
    REGISTERED = "registered"
    PICKED = "picked"
    REVERSED = "reversed"
    """Taken back in full by a later entry: shown struck, not part of the current composition (C11)."""
    REVERSAL = "reversal"
    """Takes an earlier entry back."""
    SCRAPPED = "scrapped"
    """Error quantity: made and scrapped, never stock (C4, TRC-18)."""


class Completeness(StrEnum):
    """C4, C6: what every answer says of itself; the worst that applies."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete: components not registered"
    TRUNCATED = "truncated"


@dataclass(frozen=True, order=True)
class Reason:
    """Why an answer is not complete, and how to go on."""

    code: str
    """NOT_REGISTERED, NOT_SPECIFIC, LINE_LIMIT or ENTRY_LIMIT."""
    item_no: str = ""
    number: str = ""
    order_no: str = ""
    limit: int = 0

    MESSAGES: ClassVar[dict[str, str]] = {
        "NOT_REGISTERED": "No components were registered for {item_no} {number} of order {order_no}. Only what the order used is shown.",
        "NOT_SPECIFIC": "{item_no} {number}: the number is recorded, but goods are not followed by it. Its trace stops here.",
        "LINE_LIMIT": "The trace stopped after {limit} lines. Narrow the filters, or trace on from a line.",
        "ENTRY_LIMIT": "The trace stopped after {limit} entries were read. Narrow the filters, or trace on from a line.",
    }

    @property
    def message(self) -> str:
        """English template with the fields of this reason; translated where it is shown."""
        return self.MESSAGES[self.code]

    def text(self) -> str:
        """The message in English."""
        return self.message.format(item_no=self.item_no, number=self.number, order_no=self.order_no, limit=self.limit)


@dataclass(frozen=True)
class Line:
    """One line of the tree (TR-50, TRC-8), in the order in which it is shown. Quantities in base units."""

    no: int
    """1, 2, 3 ... down the page."""
    parent: int
    """Number of the line above in the tree; 0 for a root."""
    depth: int
    """0 for a root."""
    link: Link
    state: State
    order_level: bool
    """Belongs to the order and not to one unit (D21, TRC-5)."""
    current: bool
    """Whether the tree above still holds: false below an output or component that was taken back (C11)."""
    certain: bool
    """Linked to a root without passing an order-level, order-line or registered link (D21)."""
    already_traced: bool
    """The same entry stands further up with all that lies below it (TR-40, C12)."""
    first_line: int
    """Number of that line (TR-44); 0 when this is not already traced."""
    document_kind: str
    """TR-51: kind of posted document, or the entry type, to be translated."""
    document_no: str
    entry_no: int
    """0 for a registered line."""
    parent_entry_no: int
    """Entry of the line above; 0 for a root or below a registered line."""
    entry_type: str
    """Blank for a registered line."""
    item_no: str
    item_description: str
    variant_code: str
    serial_no: str
    lot_no: str
    package_no: str
    location_code: str
    posting_date: date | None
    quantity: Decimal
    """Signed; for a registered line what is left to post, positive for a product and negative for a component."""
    scrap_quantity: Decimal
    """Signed error quantity of a scrap record."""
    remaining_quantity: Decimal
    unit_code: str
    open: bool
    """Whether anything remains."""
    expiration_date: date | None
    source_type: str
    source_no: str
    source_name: str
    """Vendor or customer (TR-52)."""
    external_document_no: str
    order_no: str
    order_line_no: int
    component_line_no: int
    match_id: int
    association_no: int
    """Of a registered link; 0 for entries."""
    register_no: int
    reason: str
    created_by: str
    station_code: str
    created_at: datetime | None

    @property
    def description(self) -> str:
        """TR-51 in English: kind of document and its number."""
        return f"{self.document_kind} {self.document_no}".rstrip(" ")

    @property
    def number(self) -> str:
        """As people name the goods: serial, else lot, else package."""
        return self.serial_no or self.lot_no or self.package_no

    @property
    def struck(self) -> bool:
        """Whether the line is shown struck through (C11)."""
        return self.state is State.REVERSED


@dataclass(frozen=True)
class OnHand:
    """TRC-3: what is in stock of the numbers asked for."""

    item_no: str
    item_description: str
    unit_code: str
    quantity: Decimal
    """Base units, over all locations; negative remainders counted."""


@dataclass(frozen=True)
class Trace:
    """The answer to one question (TRC-13: a snapshot of its time)."""

    criteria: Criteria
    lines: tuple[Line, ...]
    """In the order of the page; `lines[n - 1].no == n`."""
    completeness: Completeness
    reasons: tuple[Reason, ...]
    registered_left_out: int
    """Registered links that would stand at shown lines, when they are not included (D37); 0 when they are."""
    on_hand: tuple[OnHand, ...]
    read_at: datetime | None = None
    """When the books were read; nothing refreshes itself."""

    @property
    def complete(self) -> bool:
        return self.completeness is Completeness.COMPLETE

    def line(self, number: int) -> Line:
        """The line of that number; asserts that there is one."""
        assert 1 <= number <= len(self.lines)
        return self.lines[number - 1]

    def children(self, number: int) -> tuple[Line, ...]:
        """Lines directly below a line; 0 gives the roots."""
        return tuple(line for line in self.lines if line.parent == number)


def with_line_values(line: Line, criteria: Criteria) -> Criteria:
    """TR-53 *Set filters with line values*: all filters replaced, a blank value must be blank; all else is kept."""
    return replace(
        criteria,
        item_no=quoted(line.item_no),
        variant_code=quoted(line.variant_code),
        serial_no=quoted(line.serial_no),
        lot_no=quoted(line.lot_no),
        package_no=quoted(line.package_no),
        vendor_lot_no="",
    )


def trace_opposite(line: Line, criteria: Criteria) -> Criteria:
    """TR-53 *Trace opposite from line*: the line's values and the other direction; the component choice is kept."""
    return replace(with_line_values(line, criteria), method=criteria.method.flipped())


DOCUMENT_KINDS: dict[tuple[str, bool], tuple[str, ...]] = {
    (EntryType.PURCHASE, True): (DocumentType.PURCHASE_RECEIPT, "Purchase Invoice"),
    (EntryType.PURCHASE, False): ("Purchase Credit Memo", "Return Shipment"),
    (EntryType.SALE, False): (DocumentType.SALES_SHIPMENT, "Sales Invoice"),
    (EntryType.SALE, True): ("Sales Credit Memo", "Return Receipt"),
    (EntryType.TRANSFER, True): ("Transfer Shipment", "Transfer Receipt"),
    (EntryType.TRANSFER, False): ("Transfer Shipment", "Transfer Receipt"),
}
"""TR-51: the posted documents that name a line; anything else is an item ledger entry."""
ITEM_LEDGER_ENTRY = "Item Ledger Entry"
TRACKED_COMPONENTS = "Tracked components"
"""A registered line is no posted document: it names the order it is registered on."""


def document_of(entry: Entry) -> tuple[str, str]:
    """Kind and number that describe an entry (TR-51)."""
    if entry.is_consumption or entry.is_output:
        return entry.entry_type, entry.order_no or entry.document_no
    kinds = DOCUMENT_KINDS.get((entry.entry_type, entry.positive), ())
    return (entry.document_type if entry.document_type in kinds else ITEM_LEDGER_ENTRY), entry.document_no


def placed(
    line_no: int, parent: Line | None, link: Link, state: State, *,
    order_level: bool, current: bool, first_line: int, node: Entry | Registration | Row,
) -> Line:
    """A line for a node at its place in the tree. `certain` is decided when the whole tree is known."""
    entry = node if isinstance(node, Entry) else None
    kind, document_no = document_of(entry) if entry else (TRACKED_COMPONENTS, node.order_no)
    quantity = -node.quantity if isinstance(node, Registration) else node.quantity
    made_at, made_by = (entry.created_at, entry.created_by) if entry else _registered(node)
    return Line(
        no=line_no, parent=parent.no if parent else 0, depth=parent.depth + 1 if parent else 0,
        link=link, state=state, order_level=order_level, current=current, certain=False,
        already_traced=bool(first_line), first_line=first_line,
        document_kind=kind, document_no=document_no,
        entry_no=entry.entry_no if entry else 0, parent_entry_no=parent.entry_no if parent else 0,
        entry_type=entry.entry_type if entry else "",
        item_no=node.item_no, item_description=node.item_description, variant_code=node.variant_code,
        serial_no=node.tracking.serial_no, lot_no=node.tracking.lot_no, package_no=node.tracking.package_no,
        location_code=node.location_code if not isinstance(node, Row) else "",
        posting_date=entry.posting_date if entry else None,
        quantity=quantity, scrap_quantity=entry.scrap_quantity if entry else ZERO,
        remaining_quantity=entry.remaining_quantity if entry else ZERO,
        unit_code=node.unit_code, open=bool(entry and entry.remaining_quantity),
        expiration_date=entry.expiration_date if entry else None,
        source_type=entry.source_type if entry else "", source_no=entry.source_no if entry else "",
        source_name=entry.source_name if entry else "", external_document_no=entry.external_document_no if entry else "",
        order_no=node.order_no, order_line_no=node.order_line_no,
        component_line_no=node.component_line_no if not isinstance(node, Row) else 0,
        match_id=node.match_id, association_no=node.association_no if isinstance(node, Registration) else 0,
        register_no=entry.register_no if entry else 0, reason=entry.reason if entry else "",
        created_by=made_by, station_code=entry.station_code if entry else "", created_at=made_at,
    )


def _registered(node: Entry | Registration | Row) -> tuple[datetime | None, str]:
    assert not isinstance(node, Entry)
    return node.registered_at, node.registered_by


def mark_certain(lines: Iterable[Line], exact: bool) -> tuple[Line, ...]:  # noqa: FBT001
    """Mark the lines that a chain of unit links and applications ties to a root (D21).

    An entry that is reached both ways is certain: its first line may stand below an order-level link, and another line of the
    same entry, already traced, below a unit link. So the closure runs over entries, not over lines.
    """
    shown = tuple(lines)
    reached: dict[int, set[int]] = {}
    for line in shown:
        if line.parent and _certain_link(line, exact):
            reached.setdefault(line.parent_entry_no, set()).add(line.entry_no)
    certain = {line.entry_no for line in shown if not line.parent and line.entry_no and line.current}
    waiting = list(certain)
    while waiting:
        for entry_no in reached.get(waiting.pop(), set()) - certain:
            certain.add(entry_no)
            waiting.append(entry_no)
    return tuple(replace(line, certain=line.current and not line.struck and line.entry_no in certain) for line in shown)


def _certain_link(line: Line, exact: bool) -> bool:  # noqa: FBT001
    if not line.entry_no or not line.parent_entry_no or line.order_level or not line.current:
        return False
    return line.link is Link.APPLICATION or (exact and line.link in {Link.COMPONENT, Link.OUTPUT, Link.OTHER_COMPONENT})
