"""The part of the books that a trace looks at: entries, applications, registrations. Pure values and their indexes.

Quantities are in base units of the item.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from shopfloor.items.tracking import NO_TRACKING, Tracking
from shopfloor.ledger.entry_types import REPAIRS, EntryType
from shopfloor.production.rules import MAIN_LINE
from shopfloor.quantity import ZERO

CONSUMPTION = frozenset({EntryType.CONSUMPTION.value, EntryType.ASSEMBLY_CONSUMPTION.value})
REPAIR = frozenset(kind.value for kind in REPAIRS)
"""Consumption and its return by another name, once the order has ended (D22)."""
OUTPUT = frozenset({EntryType.OUTPUT.value, EntryType.ASSEMBLY_OUTPUT.value})
OrderLine = tuple[str, int]
"""Order number and line number: where consumption and output meet (TR-30, PR-01)."""


@dataclass(frozen=True)
class Entry:
    """An item ledger entry with what a traced line shows of it (TR-50)."""

    entry_no: int
    entry_type: str
    item_no: str
    quantity: Decimal
    """Signed; 0 for a scrap record."""
    tracking: Tracking = NO_TRACKING
    scrap_quantity: Decimal = ZERO
    """Error quantity that was reported and never was stock (C4); signed."""
    order_no: str = ""
    """Production order; blank for everything else."""
    order_line_no: int = 0
    component_line_no: int = 0
    match_id: int = 0
    """Row of tracked components; 0: order level."""
    corrects_entry_no: int = 0
    specific: bool = True
    """Whether the item's tracking code follows a kind of number that this entry carries exactly (TR-21)."""
    item_description: str = ""
    variant_code: str = ""
    location_code: str = ""
    unit_code: str = ""
    """The item's base unit."""
    remaining_quantity: Decimal = ZERO
    document_type: str = ""
    document_no: str = ""
    external_document_no: str = ""
    posting_date: date = date.min
    expiration_date: date | None = None
    source_type: str = ""
    source_no: str = ""
    source_name: str = ""
    """Name of the vendor or customer (TR-52)."""
    register_no: int = 0
    reason: str = ""
    created_by: str = ""
    station_code: str = ""
    created_at: datetime | None = None

    @property
    def positive(self) -> bool:
        """DM-03; a scrap record counts by its scrap quantity."""
        return self.quantity > 0 or (self.quantity == 0 and self.scrap_quantity > 0)

    @property
    def is_consumption(self) -> bool:
        return self.entry_type in CONSUMPTION or (bool(self.order_no) and self.entry_type in REPAIR)

    @property
    def is_output(self) -> bool:
        return self.entry_type in OUTPUT

    @property
    def is_scrap(self) -> bool:
        return self.quantity == 0

    @property
    def co_product(self) -> bool:
        """D40: output of a further line of an order; everything that the order consumed may be in it."""
        return self.is_output and self.order_line_no > MAIN_LINE

    @property
    def order_line(self) -> OrderLine:
        """Where it met the rest: a co-product has no components of its own and meets those of the order's product."""
        return (self.order_no, min(self.order_line_no, MAIN_LINE))


@dataclass(frozen=True)
class Application:
    """An item application entry (DM-10, DM-11)."""

    entry_no: int
    item_entry_no: int
    """The entry whose posting made the record."""
    inbound: int
    outbound: int
    quantity: Decimal
    """With the sign of its entry."""
    transferred_from: int = 0
    cost_application: bool = False


@dataclass(frozen=True)
class Registration:
    """An association, or the part of it, that is registered and not posted (C5)."""

    association_no: int
    match_id: int
    order_no: str
    order_line_no: int
    component_line_no: int
    item_no: str
    tracking: Tracking
    quantity: Decimal
    """What is left to post."""
    state: str
    """Open or Picked."""
    item_description: str = ""
    variant_code: str = ""
    unit_code: str = ""
    location_code: str = ""
    registered_at: datetime | None = None
    registered_by: str = ""
    supply: tuple[int, ...] = ()
    """Entries that are reserved for it; empty for a number that is captured only at use (D33)."""


@dataclass(frozen=True)
class Row:
    """A registered product number, or the part of it, that is not reported."""

    match_id: int
    order_no: str
    order_line_no: int
    item_no: str
    tracking: Tracking
    quantity: Decimal
    """What is left to report; 0 for a row that only ties associations to their order."""
    state: str
    """Pre-allocated, Open, Reported or Removed."""
    item_description: str = ""
    variant_code: str = ""
    unit_code: str = ""
    registered_at: datetime | None = None
    registered_by: str = ""

    @property
    def co_product(self) -> bool:
        """D40: of a further line of its order."""
        return self.order_line_no > MAIN_LINE

    @property
    def order_line(self) -> OrderLine:
        """Where its parts were consumed."""
        return (self.order_no, min(self.order_line_no, MAIN_LINE))


def _lists() -> defaultdict[int, list[int]]:
    return defaultdict(list)


@dataclass
class Graph:
    """Everything loaded so far, with the indexes that the walk asks. Filled by `add_*`, never emptied."""

    entries: dict[int, Entry] = field(default_factory=dict)
    registrations: dict[int, Registration] = field(default_factory=dict)
    rows: dict[int, Row] = field(default_factory=dict)
    associated: set[OrderLine] = field(default_factory=set)
    """Order lines with at least one association, posted or registered (C4)."""
    composed_rows: set[int] = field(default_factory=set)
    """Match ids of rows with at least one association, posted or registered. Never 0: that is the order level."""
    _applications: dict[int, Application] = field(default_factory=dict)
    _inbound: defaultdict[int, list[int]] = field(default_factory=_lists)
    _outbound: defaultdict[int, list[int]] = field(default_factory=_lists)
    _order_lines: defaultdict[OrderLine, list[int]] = field(default_factory=lambda: defaultdict(list))
    _rows: defaultdict[tuple[str, int, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    _corrections: defaultdict[int, list[int]] = field(default_factory=_lists)
    _registered_in: defaultdict[int, list[int]] = field(default_factory=_lists)
    _registered_from: defaultdict[int, list[int]] = field(default_factory=_lists)
    _links_of: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _rows_of: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add_entries(self, entries: Iterable[Entry]) -> list[Entry]:
        """Add entries; gives those that were new."""
        new = [entry for entry in entries if entry.entry_no not in self.entries]
        for entry in new:
            if entry.entry_no in self.entries:
                continue
            self.entries[entry.entry_no] = entry
            if entry.order_no:
                self._order_lines[entry.order_line].append(entry.entry_no)
                self._rows[(*entry.order_line, entry.match_id)].append(entry.entry_no)
            if entry.corrects_entry_no:
                self._corrections[entry.corrects_entry_no].append(entry.entry_no)
        return new

    def add_applications(self, applications: Iterable[Application]) -> None:
        """Add application records; known ones are ignored."""
        for application in applications:
            if application.entry_no not in self._applications:
                self._applications[application.entry_no] = application
                self._inbound[application.inbound].append(application.entry_no)
                self._outbound[application.outbound].append(application.entry_no)

    def add_registrations(self, registrations: Iterable[Registration]) -> list[Registration]:
        """Add registered links; gives those that were new."""
        new = [registration for registration in registrations if registration.association_no not in self.registrations]
        for registration in new:
            self.registrations[registration.association_no] = registration
            self._registered_in[registration.match_id].append(registration.association_no)
            self._links_of[registration.order_no].append(registration.association_no)
            for supply in registration.supply:
                self._registered_from[supply].append(registration.association_no)
        return new

    def add_rows(self, rows: Iterable[Row]) -> None:
        """Add product rows."""
        for row in rows:
            if row.match_id not in self.rows:
                self.rows[row.match_id] = row
                self._rows_of[row.order_no].append(row.match_id)

    def into(self, entry_no: int) -> list[Application]:
        """Records whose inbound entry this is, in the order they were made."""
        return [self._applications[number] for number in sorted(self._inbound.get(entry_no, ()))]

    def out_of(self, entry_no: int) -> list[Application]:
        """Records whose outbound entry this is, in the order they were made."""
        return [self._applications[number] for number in sorted(self._outbound.get(entry_no, ()))]

    def of_order_line(self, order_line: OrderLine) -> list[Entry]:
        """Loaded entries of an order line, in entry order."""
        return [self.entries[number] for number in sorted(self._order_lines.get(order_line, ()))]

    def of_row(self, order_line: OrderLine, match_id: int) -> list[Entry]:
        """Loaded entries of one row of an order line, in entry order; row 0 is the order level."""
        return [self.entries[number] for number in sorted(self._rows.get((*order_line, match_id), ()))]

    def co_products_of(self, order_no: str) -> list[Entry]:
        """Loaded output of the further lines of an order, in entry order (D40)."""
        return [entry for entry in self.of_order_line((order_no, MAIN_LINE)) if entry.co_product and entry.positive]

    def waiting_in(self, order_no: str) -> list[Row]:
        """Loaded rows of an order that are registered and not reported, in the order in which they were registered."""
        rows = (self.rows[number] for number in sorted(self._rows_of.get(order_no, ())))
        return [row for row in rows if row.quantity > 0]

    def links_of(self, order_no: str) -> list[Registration]:
        """Loaded registered links of an order."""
        return [self.registrations[number] for number in sorted(self._links_of.get(order_no, ()))]

    def corrections_of(self, entry_no: int) -> list[Entry]:
        """Entries that name this one as what they take back."""
        return [self.entries[number] for number in sorted(self._corrections.get(entry_no, ()))]

    def registered_in(self, match_id: int) -> list[Registration]:
        """Registered links of a row."""
        return [self.registrations[number] for number in sorted(self._registered_in.get(match_id, ()))]

    def registered_from(self, entry_no: int) -> list[Registration]:
        """Registered links that draw on an entry."""
        return [self.registrations[number] for number in sorted(self._registered_from.get(entry_no, ()))]

    def returned(self, entry: Entry) -> Decimal:
        """How much of an entry was taken back later, as a positive figure (C11, PR-04, PR-05, AP-15).

        A return of sold goods takes nothing back: the customer had them. Of an undone transfer the half that left counts.
        """
        if entry.is_consumption and not entry.positive:
            return sum((record.quantity for record in self.out_of(entry.entry_no) if record.cost_application), ZERO)
        if entry.is_output and entry.positive:
            return -sum((other.quantity + other.scrap_quantity for other in self.corrections_of(entry.entry_no)), ZERO)
        if entry.is_consumption or entry.is_output:
            return ZERO
        undone = (other.quantity for other in self.corrections_of(entry.entry_no) if other.positive != entry.positive)
        return abs(sum(undone, ZERO))

    def reversed(self, entry: Entry) -> bool:
        """Whether nothing of the entry is left in the current composition (C11)."""
        return 0 < abs(entry.quantity + entry.scrap_quantity) <= self.returned(entry)
