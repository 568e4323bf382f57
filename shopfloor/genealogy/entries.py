"""Appends to the log of associations and to the scan log; both are never changed afterwards (A22, SCN-22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from shopfloor.clock import now
from shopfloor.db import current_plant, table, take_numbers
from shopfloor.genealogy.models import AssociationEntry, ScanEntry
from shopfloor.items.tracking import NO_TRACKING, Tracking
from shopfloor.people.actor import Actor
from shopfloor.people.reasons import reason_parts
from shopfloor.quantity import ZERO

_APPEND = insert(table(AssociationEntry))
_APPEND_SCAN = insert(table(ScanEntry))


@dataclass(frozen=True)
class Event:
    """One thing that happened to a row (association_no 0) or to an association."""

    action: str
    order_no: str
    match_id: int
    item_no: str
    tracking: Tracking
    quantity: Decimal
    variant_code: str = ""
    association_no: int = 0
    component_line_no: int = 0
    old_tracking: Tracking = NO_TRACKING
    old_quantity: Decimal = ZERO
    error_quantity: Decimal = ZERO
    register_no: int = 0
    corrects_entry_no: int = 0
    approved_by: str = ""
    reason: str = ""


@dataclass
class Numbers:
    """Entry numbers that were taken in one statement for everything a registration writes (A16)."""

    taken: dict[str, list[int]] = field(default_factory=dict)

    @classmethod
    def take(cls, session: Session, wanted: Mapping[str, int]) -> Numbers:
        """Take the blocks."""
        return cls(take_numbers(session, wanted))

    def next(self, name: str) -> int:
        """The next number of a block."""
        return self.taken[name].pop(0)


def append(session: Session, actor: Actor, events: Sequence[Event], numbers: Sequence[int] | None = None) -> None:
    """Write events in one statement. `numbers` were taken before; without them they are taken here."""
    if not events:
        return
    taken = numbers if numbers is not None else take_numbers(session, {"association_entry": len(events)})["association_entry"]
    moment, key = now(), session.info.get("command_key", "")
    common = {
        "plant_no": current_plant(session), "operator_no": actor.operator_no, "station_code": actor.station_code, "recorded_at": moment,
        "command_key": key,
    }
    rows = [common | {"entry_no": number} | _columns(event) for number, event in zip(taken, events, strict=True)]
    session.connection().execute(_APPEND, rows)


def append_scan(session: Session, values: Mapping[str, Any], entry_no: int | None) -> None:
    """Write one line of the scan log; takes a number if none was taken for it."""
    number = entry_no if entry_no is not None else take_numbers(session, {"scan_entry": 1})["scan_entry"][0]
    row = {"plant_no": current_plant(session), "entry_no": number, "recorded_at": now(), **values}
    session.connection().execute(_APPEND_SCAN, row)


def _columns(event: Event) -> dict[str, object]:
    return {
        "action": event.action,
        "order_no": event.order_no,
        "match_id": event.match_id,
        "association_no": event.association_no,
        "component_line_no": event.component_line_no,
        "item_no": event.item_no,
        "variant_code": event.variant_code,
        "serial_no": event.tracking.serial_no,
        "lot_no": event.tracking.lot_no,
        "old_serial_no": event.old_tracking.serial_no,
        "old_lot_no": event.old_tracking.lot_no,
        "quantity": event.quantity,
        "old_quantity": event.old_quantity,
        "error_quantity": event.error_quantity,
        "approved_by": event.approved_by,
        "reason": event.reason,
        "reason_code": reason_parts(event.reason)[0] if event.approved_by else "",
        "register_no": event.register_no,
        "corrects_entry_no": event.corrects_entry_no,
    }
