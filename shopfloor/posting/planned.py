"""What a decided posting writes: entries, applications, balances, numbers, edges. Pure values.

Entries get their numbers later, in one block. Until then a new entry is named by a negative reference: -1 is the first, -2 the second.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from shopfloor.items.tracking import Tracking
from shopfloor.ledger.entry_types import EntryType
from shopfloor.ledger.rules import BalanceChange
from shopfloor.ledger.units import UnitKey
from shopfloor.posting.facts import NumberFact, NumberKey
from shopfloor.posting.journal import ItemJournalLine
from shopfloor.quantity import ZERO


@dataclass(frozen=True)
class PlannedEntry:
    """An item ledger entry to be."""

    line: ItemJournalLine
    quantity: Decimal
    """Signed, base units."""
    scrap_quantity: Decimal
    location_code: str
    tracking: Tracking
    expiration_date: date | None
    remaining: Decimal
    """What opens; 0: nothing."""
    reserved: Decimal
    """Reservations that the goods keep: those of the entry that they come from."""
    warranty_date: date | None
    quantity_in_unit: Decimal
    unit_code: str

    @property
    def order(self) -> tuple[str, str, int]:
        """Type, number and line of the order that the open entry stays tied to: made by it (AP-10), or on its way with it (AP-09)."""
        line = self.line
        tied = line.entry_type == EntryType.OUTPUT or (line.sends_off and self.quantity > ZERO)
        return (line.order_type.value, line.order_no, line.order_line_no) if tied else ("", "", 0)


@dataclass(frozen=True)
class PlannedApplication:
    """An item application entry to be (DM-11). References as in the module's docstring."""

    item_entry: int
    inbound: int
    outbound: int
    quantity: Decimal
    transferred_from: int = 0
    cost_application: bool = False


@dataclass
class Plan:
    """Everything that one posting writes."""

    entries: list[PlannedEntry] = field(default_factory=list)
    applications: list[PlannedApplication] = field(default_factory=list)
    lines: list[tuple[list[int], list[tuple[int, Decimal]]]] = field(default_factory=list)
    """For each journal line: references of its entries, and what it took from which entry."""
    changes: list[BalanceChange] = field(default_factory=list)
    used: dict[int, Decimal] = field(default_factory=dict)
    edges: dict[tuple[UnitKey, UnitKey], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    information: dict[NumberKey, date | None] = field(default_factory=dict)
    """Number information to create, with its date."""
    new_dates: dict[NumberKey, date] = field(default_factory=dict)
    """Dates for number information that exists without one."""
    redated: dict[NumberKey, date] = field(default_factory=dict)
    """Corrected dates of numbers that keep their name (EX-05, C15)."""
    held: dict[NumberKey, NumberFact] = field(default_factory=dict)
    """Numbers to create with what stopped the goods before: reclassified goods do not lose their hold (D20)."""
    moved_entries: dict[int, int] = field(default_factory=dict)
    """Open entries that live on with their reservations: old entry -> reference of the new one (AP-13)."""
