"""What a unit is made of: as it was built, as it is now, or as it was on a date. Three views of one log (A22, D22). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from shopfloor.items.tracking import Tracking
from shopfloor.quantity import ZERO

REGISTERED, CHANGED, REMOVED, CONSUMED, REVERSED = ("registered", "changed", "removed", "consumed", "reversed")
REPORTED, UNREPORTED = ("reported", "unreported")
"""Captions of models."""


@dataclass(frozen=True)
class LogEntry:
    """One line of the log of associations, with the words that people read."""

    entry_no: int
    action: str
    match_id: int
    association_no: int
    """0: the unit itself."""
    component_line_no: int
    item_no: str
    variant_code: str
    item: str
    """Description of the item."""
    tracking: Tracking
    quantity: Decimal
    """Base units: of the association after the event, or of the posting."""
    old_quantity: Decimal
    unit_code: str
    operator: str
    approved_by: str
    station_code: str
    reason: str
    register_no: int
    recorded_at: datetime

    @property
    def of_the_unit(self) -> bool:
        """Whether the unit itself was registered, reported or removed."""
        return self.association_no == 0


@dataclass(frozen=True)
class PartOfUnit:
    """One component number in a unit, with the time it was in."""

    association_no: int
    component_line_no: int
    item_no: str
    variant_code: str
    item: str
    tracking: Tracking
    quantity: Decimal
    """Base units."""
    unit_code: str
    consumed: Decimal
    """Net quantity posted."""
    installed_at: datetime
    installed_by: str
    order_level: bool
    """It belongs to the order and to no single unit (D21)."""
    removed_at: datetime | None = None
    removed_by: str = ""
    reason: str = ""
    """Why it was removed; else why it was registered or changed, if somebody said so."""


def until(entries: Sequence[LogEntry], instant: datetime) -> list[LogEntry]:
    """The log as it stood at an instant, what happened then included."""
    return [entry for entry in entries if entry.recorded_at <= instant]


def as_built(entries: Sequence[LogEntry]) -> list[LogEntry] | None:
    """The log up to the latest report of the unit that still stands; None: it is not reported.

    A report writes its consumption before its own line, so the line ends what was built.
    """
    standing: list[int] = []
    for entry in entries:
        if entry.of_the_unit and entry.action == REPORTED:
            standing.append(entry.entry_no)
        if entry.of_the_unit and entry.action == UNREPORTED and standing:
            standing.pop()
    return [entry for entry in entries if entry.entry_no <= standing[-1]] if standing else None


def parts_of(entries: Sequence[LogEntry], *, removed: bool = False) -> list[PartOfUnit]:
    """The parts after these entries, by component line and time. `removed`: those that were taken out again, too."""
    parts: dict[int, PartOfUnit] = {}
    for entry in sorted(entries, key=lambda entry: entry.entry_no):
        part = parts.get(entry.association_no)
        if entry.action == REGISTERED and not entry.of_the_unit:
            parts[entry.association_no] = _installed(entry)
        elif part is not None:
            parts[entry.association_no] = _after(part, entry)
    found = [part for part in parts.values() if removed or part.removed_at is None]
    return sorted(found, key=lambda part: (part.component_line_no, part.association_no))


def _installed(entry: LogEntry) -> PartOfUnit:
    return PartOfUnit(
        entry.association_no, entry.component_line_no, entry.item_no, entry.variant_code, entry.item, entry.tracking, entry.quantity,
        entry.unit_code, ZERO, entry.recorded_at, entry.operator, order_level=entry.match_id == 0, reason=entry.reason,
    )


def _after(part: PartOfUnit, entry: LogEntry) -> PartOfUnit:
    if entry.action == CHANGED:
        return replace(part, quantity=entry.quantity, tracking=entry.tracking, reason=entry.reason or part.reason)
    if entry.action == REMOVED:
        return replace(part, removed_at=entry.recorded_at, removed_by=entry.operator, reason=entry.reason)
    posted = {CONSUMED: entry.quantity, REVERSED: -entry.quantity}.get(entry.action, ZERO)
    return replace(part, consumed=part.consumed + posted)
