"""The records that carry the numbers of unposted lines: reading, replacing, and closing them when their line is posted (OT-01).

Each function is a constant number of statements. Callers hold the lock of the document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, delete, func, insert, or_, select, tuple_, update
from sqlalchemy.orm import Session

from shopfloor.clock import now
from shopfloor.db import ManyRows, current_plant, plant, table, take_numbers
from shopfloor.items.tracking import Tracking
from shopfloor.people.actor import Actor
from shopfloor.quantity import ZERO
from shopfloor.reservations.models import ReservationEntry, ReservationStatus
from shopfloor.reservations.rules import Demand

_entry = table(ReservationEntry)
_KEY = (_entry.c.source_type, _entry.c.source_id, _entry.c.source_line_no, _entry.c.source_sub_line_no)
# What is left is to be handled next, unless somebody says otherwise (DM-24).
_CHANGE = ManyRows(
    lambda given: update(_entry).where(_entry.c.entry_no == given["entry_no"]).values(quantity_base=given["left"], to_handle_base=None),
    entry_no=_entry.c.entry_no, left=_entry.c.quantity_base,
)
_DELETE = ManyRows(lambda given: delete(_entry).where(_entry.c.entry_no == given["entry_no"]), entry_no=_entry.c.entry_no)


@dataclass(frozen=True)
class TrackingRecord:
    """One number on one unposted line. Quantities are positive base units."""

    entry_no: int
    line: Demand
    """The document line; for a line that brings goods as well."""
    tracking: Tracking
    quantity: Decimal
    to_handle: Decimal
    inbound: bool
    expiration_date: date | None = None
    applies_to_entry: int = 0
    applies_from_entry: int = 0


@dataclass(frozen=True)
class NewRecord:
    """A number to be written on a line."""

    tracking: Tracking
    quantity: Decimal
    to_handle: Decimal
    expiration_date: date | None = None
    applies_to_entry: int = 0
    applies_from_entry: int = 0


@dataclass(frozen=True)
class LineOfGoods:
    """What all records of one line have in common."""

    line: Demand
    item_no: str
    variant_code: str
    location_code: str
    inbound: bool
    day: date | None = None
    """Expected receipt, or shipment."""


def numbered_by_line(session: Session, source_type: str, source_id: str, *, inbound: bool) -> dict[int, Decimal]:
    """Base quantity that carries a number on each line of a document: planned, or held by name. One statement."""
    c = _entry.c
    statement = (
        select(c.source_line_no, func.sum(c.quantity_base).label("quantity"))
        .where(
            plant(session, _entry), c.source_type == source_type, c.source_id == source_id, c.positive.is_(inbound),
            c.reservation_status.in_((ReservationStatus.SURPLUS.value, ReservationStatus.RESERVATION.value)),
            or_(c.serial_no != "", c.lot_no != "", c.package_no != ""),
        )
        .group_by(c.source_line_no)
    )
    return {row.source_line_no: abs(row.quantity) for row in session.connection().execute(statement)}


def tracking_records(session: Session, lines: Iterable[Demand], *, inbound: bool | None = None) -> list[TrackingRecord]:
    """The numbers of unposted lines by line and number, of both sides of transfer lines unless `inbound` says which. One statement."""
    keys = sorted({(line.source_type, line.source_id, line.source_line_no, line.source_sub_line_no) for line in lines})
    if not keys:
        return []
    statement = (
        select(_entry)
        .where(plant(session, _entry), _entry.c.reservation_status == ReservationStatus.SURPLUS.value, tuple_(*_KEY).in_(keys))
        .order_by(*_KEY, _entry.c.lot_no, _entry.c.serial_no, _entry.c.package_no, _entry.c.entry_no)
    )
    if inbound is not None:
        statement = statement.where(_entry.c.positive.is_(inbound))
    return [_record(row) for row in session.connection().execute(statement)]


def replace_records(session: Session, actor: Actor, goods: LineOfGoods, old: Sequence[TrackingRecord], new: Sequence[NewRecord]) -> None:
    """Write what a line carries from now on. Two statements and a block of numbers."""
    _delete(session, [record.entry_no for record in old])
    add_records(session, actor, [(goods, record) for record in new])


def add_records(session: Session, actor: Actor, new: Sequence[tuple[LineOfGoods, NewRecord]]) -> None:
    """Write further numbers, of any lines. One statement and a block of numbers."""
    if not new:
        return
    numbers = take_numbers(session, {"reservation_entry": len(new)})["reservation_entry"]
    rows = [_row(session, actor, goods, entry_no, record) for entry_no, (goods, record) in zip(numbers, new, strict=True)]
    session.connection().execute(insert(_entry), rows)


def close_handled(
    session: Session, handled: Mapping[tuple[Demand, Tracking], Decimal], open_after: Mapping[Demand, Decimal], *,
    inbound: bool | None = None,
) -> None:
    """OT-01: what was posted leaves the records of its line: its own number first.

    `open_after`: what each line has left to post; where other numbers than the planned ones were used, the plan is cut to it.
    """
    lines = {line for line, _ in handled} | set(open_after)
    records = tracking_records(session, lines, inbound=inbound)
    left = {record.entry_no: record.quantity for record in records}
    taken = dict(handled)
    for record in records:
        key = (record.line, record.tracking)
        part = min(left[record.entry_no], taken.get(key, ZERO))
        left[record.entry_no] -= part
        taken[key] = taken.get(key, ZERO) - part
    for line, open_quantity in open_after.items():
        _cut([record for record in records if record.line == line], left, open_quantity)
    _write_left(session, records, left)


def take_off(session: Session, records: Sequence[TrackingRecord], used: Mapping[int, Decimal]) -> None:
    """Quantities by record number that something else carries now, such as a reservation (DM-22). Two statements at most."""
    _write_left(session, records, {record.entry_no: record.quantity - used.get(record.entry_no, ZERO) for record in records})


def _cut(records: Sequence[TrackingRecord], left: dict[int, Decimal], open_quantity: Decimal) -> None:
    """The last numbers go first, as they were the last to be planned."""
    excess = sum((left[record.entry_no] for record in records), ZERO) - open_quantity
    for record in sorted(records, key=lambda one: -one.entry_no):
        part = min(left[record.entry_no], max(excess, ZERO))
        left[record.entry_no] -= part
        excess -= part


def _write_left(session: Session, records: Sequence[TrackingRecord], left: Mapping[int, Decimal]) -> None:
    _delete(session, [record.entry_no for record in records if left[record.entry_no] == ZERO])
    rows = [
        {"entry_no": record.entry_no, "left": left[record.entry_no] * (1 if record.inbound else -1)}
        for record in records
        if ZERO < left[record.entry_no] < record.quantity
    ]
    _CHANGE.execute(session, rows)


def _delete(session: Session, entry_nos: Sequence[int]) -> None:
    _DELETE.execute(session, [{"entry_no": entry_no} for entry_no in entry_nos])


def _row(session: Session, actor: Actor, goods: LineOfGoods, entry_no: int, record: NewRecord) -> dict[str, Any]:
    sign = 1 if goods.inbound else -1
    return {
        "plant_no": current_plant(session),
        "entry_no": entry_no,
        "positive": goods.inbound,
        "reservation_status": ReservationStatus.SURPLUS.value,
        "item_no": goods.item_no,
        "variant_code": goods.variant_code,
        "location_code": goods.location_code,
        "quantity_base": record.quantity * sign,
        "to_handle_base": None if record.to_handle == record.quantity else record.to_handle * sign,
        "source_type": goods.line.source_type,
        "source_id": goods.line.source_id,
        "source_line_no": goods.line.source_line_no,
        "source_sub_line_no": goods.line.source_sub_line_no,
        "serial_no": record.tracking.serial_no,
        "lot_no": record.tracking.lot_no,
        "package_no": record.tracking.package_no,
        "expiration_date": record.expiration_date,
        "applies_to_entry": record.applies_to_entry,
        "applies_from_entry": record.applies_from_entry,
        "shipment_date": None if goods.inbound else goods.day,
        "expected_receipt_date": goods.day if goods.inbound else None,
        "created_at": now(),
        "created_by": actor.operator_no,
    }


def _record(row: Row[Any]) -> TrackingRecord:
    to_handle = row.quantity_base if row.to_handle_base is None else row.to_handle_base
    return TrackingRecord(
        entry_no=row.entry_no,
        line=Demand(row.source_type, row.source_id, row.source_line_no, row.source_sub_line_no),
        tracking=Tracking(row.serial_no, row.lot_no, row.package_no),
        quantity=abs(row.quantity_base),
        to_handle=abs(to_handle),
        inbound=row.positive,
        expiration_date=row.expiration_date,
        applies_to_entry=row.applies_to_entry,
        applies_from_entry=row.applies_from_entry,
    )
