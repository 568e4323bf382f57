"""What the page Item tracing shows of a trace, ready for its template: rows, words, addresses. Decides nothing about goods."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import quote

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from shopfloor.items.queries import NumberCard
from shopfloor.ledger.entry_types import EntryType, SourceType
from shopfloor.quantity import ZERO
from shopfloor.tracing.criteria import Criteria
from shopfloor.tracing.lines import ITEM_LEDGER_ENTRY, Line, Link, State, Trace, trace_opposite, with_line_values
from shopfloor.web.filters import local_day, quantity
from shopfloor.web.links import document_link, entry_link, find_entries_link
from shopfloor.web.tracing.questions import address

ROWS = 500
"""Lines of one page; a longer trace is paged, its file and its drawing are whole."""
DEEPEST_GUIDE = 8
"""Levels that the tree indents; deeper ones say their level."""
MOST_NAMED = 8
"""Items, numbers or names of one heading of the summary."""
STATES = {
    State.REGISTERED: ("Registered", _l("Registered, not posted")),
    State.PICKED: ("Picked", _l("Picked, not posted")),
    State.REVERSED: ("Reversed", _l("Reversed")),
    State.REVERSAL: ("Reversed", _l("Takes back")),
    State.SCRAPPED: ("Error", _l("Scrapped")),
}
"""Look and word of a state that is worth a tag; posted lines have none."""
WORDS = (
    _l("Item Ledger Entry"), _l("Purchase Receipt"), _l("Sales Shipment"), _l("Purchase Credit Memo"), _l("Return Shipment"),
    _l("Sales Credit Memo"), _l("Return Receipt"), _l("Transfer Shipment"), _l("Transfer Receipt"), _l("Tracked components"),
    _l("Consumption"), _l("Output"), _l("Assembly Consumption"), _l("Assembly Output"), _l("Purchase"), _l("Sale"), _l("Transfer"),
    _l("Positive Adjmt."), _l("Negative Adjmt."), _l("Purchase Invoice"), _l("Sales Invoice"),
)
"""Captions that are looked up by value, for the translator."""
PARTIES = {SourceType.VENDOR.value: "/vendors/", SourceType.CUSTOMER.value: "/customers/"}


@dataclass(frozen=True)
class Tag:
    """A word beside the item of a row."""

    look: str
    """Caption that decides shape and colour."""
    word: str


@dataclass(frozen=True)
class Row:
    """One row of the tree."""

    line: Line
    level: int
    """1 for a root, as assistive technology counts."""
    has_children: bool
    tags: tuple[Tag, ...]
    kind: str
    """struck, registered, past (not part of what is current), or blank."""
    document: str
    document_href: str
    party_href: str
    quantity: Decimal
    """Signed; the error quantity of scrapped goods."""
    day: date | None
    """Posting date; for a registered line the day it was registered."""
    filters_href: str
    """*Set filters with line values* (TR-53)."""
    opposite_href: str
    """*Trace opposite from line* (TR-53)."""
    entries_href: str
    """*Find entries* with the numbers of the line (TR-55); blank without a number."""
    first_href: str
    """Where an already traced line leads (TR-44); blank for all others."""

    @property
    def beside(self) -> bool:
        """Another component of the same product: shown as context, not traced."""
        return self.line.link is Link.OTHER_COMPONENT

    @property
    def label(self) -> str:
        """What the buttons of the row call it."""
        return self.line.number or self.line.item_no


@dataclass(frozen=True)
class Named:
    """An item, vendor or customer of the summary with its numbers."""

    name: str
    numbers: tuple[str, ...]
    """All of them, or none if there are too many to read."""
    count: int


@dataclass(frozen=True)
class Reached:
    """One heading of the summary: what the trace came to."""

    heading: str
    names: tuple[Named, ...]
    more: int
    """How many more names there are."""


def rows_of(trace: Trace, held: Collection[NumberCard], first: int, last: int) -> tuple[Row, ...]:
    """Rows `first` to `last` of a trace, counted from 1."""
    on_hold = {(card.item_no, card.variant_code, card.kind, card.number) for card in held}
    parents = {line.parent for line in trace.lines}
    return tuple(
        _row(trace, line, has_children=line.no in parents, on_hold=on_hold, paged=last - first + 1 < len(trace.lines))
        for line in trace.lines[first - 1 : last]
    )


def page_of(line_no: int, criteria: Criteria, *, paged: bool = True) -> str:
    """The address of a line: its page of the same view, and its row there."""
    first = (line_no - 1) // ROWS * ROWS + 1
    return f"{address(criteria, **{'from': str(first)} if first > 1 else {}) if paged else ''}#line-{line_no}"


def _row(trace: Trace, line: Line, *, has_children: bool, on_hold: Collection[tuple[str, str, str, str]], paged: bool) -> Row:
    made = line.created_at if line.posting_date is None else None
    return Row(
        line=line, level=line.depth + 1, has_children=has_children, tags=tuple(_tags(line, on_hold)), kind=_kind(line),
        document=f"{gettext(line.document_kind)} {line.document_no}".rstrip(" "), document_href=_document(line),
        party_href=PARTIES[line.source_type] + quote(line.source_no, safe="") if line.source_type in PARTIES and line.source_no else "",
        quantity=line.quantity or line.scrap_quantity,
        day=line.posting_date or (local_day(made) if made else None),
        filters_href=address(with_line_values(line, trace.criteria)), opposite_href=address(trace_opposite(line, trace.criteria)),
        entries_href=find_entries_link(
            line.item_no, line.variant_code, serial_no=line.serial_no, lot_no=line.lot_no, package_no=line.package_no
        ),
        first_href=page_of(line.first_line, trace.criteria, paged=paged) if line.already_traced else "",
    )


def _kind(line: Line) -> str:
    if line.struck:
        return "struck"
    if line.state in {State.REGISTERED, State.PICKED}:
        return "registered"
    return "" if line.current and line.link is not Link.OTHER_COMPONENT else "past"


def _tags(line: Line, on_hold: Collection[tuple[str, str, str, str]]) -> list[Tag]:
    tags = [Tag(look, str(word)) for look, word in [STATES[line.state]]] if line.state in STATES else []
    if line.order_level:
        tags.append(Tag("Order level", gettext("Order level")))
    if not line.current and line.state in {State.POSTED, State.SCRAPPED}:
        tags.append(Tag("Voided", gettext("Not current")))
    numbers = (("Serial", line.serial_no), ("Lot", line.lot_no), ("Package", line.package_no))
    if any(number and (line.item_no, line.variant_code, kind, number) in on_hold for kind, number in numbers):
        tags.append(Tag("On hold", gettext("On hold")))
    return tags


def _document(line: Line) -> str:
    """*Show document* (TR-55): the production order, the posted document, or the entry itself."""
    if line.order_no:
        return f"/production-orders/{quote(line.order_no, safe='')}"
    if line.document_no and line.document_kind != ITEM_LEDGER_ENTRY:
        return document_link(line.document_kind, line.document_no)
    return entry_link(line.entry_no)


# --- summary --------------------------------------------------------------------------------------------------------------


def reached(trace: Trace) -> tuple[Reached, ...]:
    """What the trace came to, each entry once and nothing that was taken back: vendors and parts, or products, customers and stock.

    D21: what is certain and what is only possible, because a link belongs to the whole order, stand apart.
    """
    entries = {line.entry_no: line for line in reversed(trace.lines) if line.entry_no and line.current and not line.struck}
    current = [entries[number] for number in sorted(entries)]
    certain, possible = [line for line in current if line.certain], [line for line in current if not line.certain]
    waiting = [line for line in trace.lines if line.state in {State.REGISTERED, State.PICKED} and not line.already_traced]
    if trace.criteria.backward:
        found = [
            (gettext("Registered in it, not posted"), _numbered([line for line in waiting if line.association_no], Link.REGISTERED)),
            (gettext("Parts in it"), _numbered(certain, Link.COMPONENT)),
            (gettext("Possibly in it: order level or registered"), _numbered(possible, Link.COMPONENT)),
            (gettext("Vendors, whole receipts"), _partners(current, EntryType.PURCHASE)),
        ]
    else:
        found = [
            (gettext("Products it went into"), _numbered(certain, Link.OUTPUT)),
            (gettext("Possibly: order level or registered"), _numbered(possible, Link.OUTPUT)),
            (gettext("Customers"), _partners(certain, EntryType.SALE)),
            (gettext("Possible customers"), _partners(possible, EntryType.SALE)),
            (gettext("Made from it, in stock"), _in_stock(current)),
            (gettext("On the bench, registered for it"), _numbered([line for line in waiting if not line.association_no], Link.REGISTERED)),
        ]
    return tuple(Reached(heading, tuple(names[:MOST_NAMED]), max(len(names) - MOST_NAMED, 0)) for heading, names in found if names)


def _numbered(lines: Sequence[Line], link: Link) -> list[Named]:
    """Numbers of products or parts by item, scrapped ones too, each number once."""
    numbers: dict[tuple[str, str], dict[str, None]] = {}
    for line in lines:
        if line.link is link and line.number and line.state is not State.REVERSAL:
            numbers.setdefault((line.item_no, line.item_description), {})[line.number] = None
    return [_named(f"{item_no} {description}", list(found)) for (item_no, description), found in numbers.items()]


def _partners(lines: Sequence[Line], entry_type: EntryType) -> list[Named]:
    """Vendors or customers by item with the net quantity: what came back is taken off. An undo counts as little as what it undid."""
    totals: dict[tuple[str, str, str], dict[str, Decimal]] = {}
    for line in lines:
        if line.entry_type == entry_type and line.source_no and line.state is not State.REVERSAL:
            numbers = totals.setdefault((line.source_name or line.source_no, line.item_no, line.unit_code), {})
            numbers[line.number] = numbers.get(line.number, ZERO) + line.quantity
    return [
        _named(f"{name}: {quantity(abs(sum(numbers.values(), ZERO)))} {unit} {item_no}", [number for number, net in numbers.items() if net])
        for (name, item_no, unit), numbers in sorted(totals.items()) if any(numbers.values())
    ]


def _in_stock(lines: Sequence[Line]) -> list[Named]:
    """What remains of products that were reached."""
    totals: dict[tuple[str, str], dict[str, Decimal]] = {}
    for line in lines:
        if line.open and line.quantity > 0 and line.depth:
            numbers = totals.setdefault((line.item_no, line.unit_code), {})
            numbers[line.number] = numbers.get(line.number, ZERO) + line.remaining_quantity
    return [
        _named(f"{quantity(sum(numbers.values(), ZERO))} {unit} {item_no}", list(numbers)) for (item_no, unit), numbers in totals.items()
    ]


def _named(name: str, numbers: Sequence[str]) -> Named:
    return Named(name, tuple(numbers) if len(numbers) <= MOST_NAMED else (), len(numbers))
