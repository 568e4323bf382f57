"""Writes and reads what was reported on operations (C16). Append-only; the sums on the operations follow in the same transaction.

Callers hold the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, exists, insert, select, update
from sqlalchemy.orm import Session

from shopfloor.clock import now
from shopfloor.db import QuantityType, current_plant, plant, table, take_numbers
from shopfloor.people.actor import Actor
from shopfloor.people.models import Operator
from shopfloor.production.models import OperationEntry, ProdOrderLine, ProdOrderOperation
from shopfloor.production.operation_rules import Operation, Progress, card_of, progress_of
from shopfloor.production.rules import MAIN_LINE
from shopfloor.quantity import ZERO

_operation = table(ProdOrderOperation)
_entry = table(OperationEntry)
_line = table(ProdOrderLine)
_operator = table(Operator)
SUMS = ("good_quantity", "scrap_quantity", "setup_minutes", "run_minutes")
COUNTS = ("entry_count", "end_count", "automatic_count")
FIGURES = (*SUMS, *COUNTS)
PLANNED = ("flushing", "planned_setup_minutes", "planned_run_minutes")

# Built once: putting a statement together costs more than running it.
_main = and_(_line.c.plant_no == _operation.c.plant_no, _line.c.order_no == _operation.c.order_no, _line.c.line_no == MAIN_LINE)
_OPERATIONS: Select[Any] = (
    select(
        _operation.c.operation_no, _operation.c.description, _operation.c.resource, *(_operation.c[name] for name in (*FIGURES, *PLANNED)),
        _line.c.started_quantity,
    )
    .join(_line, _main)
    .where(_operation.c.plant_no == bindparam("at_plant"), _operation.c.order_no == bindparam("at_order"))
    .order_by(_operation.c.operation_no)
)
_COUNT = (
    update(_operation)
    .where(
        _operation.c.plant_no == bindparam("at_plant"), _operation.c.order_no == bindparam("at_order"),
        _operation.c.operation_no == bindparam("at_operation"),
    )
    .values({
        **{_operation.c[name]: _operation.c[name] + bindparam(f"more_{name}", type_=QuantityType) for name in SUMS},
        **{_operation.c[name]: _operation.c[name] + bindparam(f"more_{name}") for name in COUNTS},
    })
)
_correction = _entry.alias("correction")
_taken_back = exists().where(_correction.c.plant_no == _entry.c.plant_no, _correction.c.corrects_entry_no == _entry.c.entry_no)


@dataclass(frozen=True)
class NewEntry:
    """What is reported on one operation."""

    operation_no: int
    worker_no: str
    posting_date: date
    resource: str = ""
    job: str = ""
    setup_minutes: Decimal = ZERO
    run_minutes: Decimal = ZERO
    good_quantity: Decimal = ZERO
    scrap_quantity: Decimal = ZERO
    cause: str = ""
    match_id: int = 0
    serial_no: str = ""
    lot_no: str = ""
    ends: bool = False
    corrects_entry_no: int | None = None
    register_no: int = 0
    reason: str = ""
    source: str = ""
    """Start or Report as finished, where these made it by themselves; blank: reported by hand."""

    def opposite(self, corrects_entry_no: int, *, posting_date: date, reason: str) -> NewEntry:
        """The entry that takes this one back; `ends` stays, and counts the other way."""
        negated = {name: -getattr(self, name) for name in SUMS}
        return replace(
            self, **negated, corrects_entry_no=corrects_entry_no, posting_date=posting_date, reason=reason, register_no=0, cause=self.cause
        )


@dataclass(frozen=True)
class EntryLine:
    """One entry as pages show it."""

    entry_no: int
    new: NewEntry
    card: str
    """Route card or Job card (LIF-9)."""
    worker: str
    taken_back: bool
    """Another entry took it back."""
    recorded_at: datetime
    operator_no: str

    @property
    def stands(self) -> bool:
        """Neither taken back nor itself a correction."""
        return not self.taken_back and self.new.corrects_entry_no is None

    @property
    def number(self) -> str:
        """The unit that was named; blank: none."""
        return self.new.serial_no or self.new.lot_no


def read_progress(session: Session, order_no: str) -> tuple[Progress, ...]:
    """The operations of an order with their sums and status. One statement."""
    rows = session.connection().execute(_OPERATIONS, {"at_plant": current_plant(session), "at_order": order_no}).all()
    return progress_of([read_operation(row) for row in rows], rows[0].started_quantity) if rows else ()


def read_operation(row: Row[Any]) -> Operation:
    """An operation of a statement that has its columns."""
    return Operation(
        row.operation_no, row.description, row.resource, row.good_quantity, row.scrap_quantity, row.setup_minutes, row.run_minutes,
        row.entry_count, row.end_count, row.automatic_count, row.flushing, row.planned_setup_minutes, row.planned_run_minutes,
    )


def count_entries(session: Session, order_no: str, entries: Sequence[NewEntry]) -> None:
    """The sums follow the entries. One statement."""
    session.connection().execute(_COUNT, [_counted(session, order_no, entry) for entry in entries])


def write_entries(session: Session, actor: Actor, order_no: str, entries: Sequence[NewEntry]) -> list[int]:
    """Append entries, and give their numbers; `count_entries` belongs to the same transaction. Two statements."""
    numbers = take_numbers(session, {"operation_entry": len(entries)})["operation_entry"]
    common = {
        "plant_no": current_plant(session), "order_no": order_no, "operator_no": actor.operator_no, "station_code": actor.station_code,
        "recorded_at": now(),
    }
    rows = [common | vars(entry) | {"entry_no": no} for no, entry in zip(numbers, entries, strict=True)]
    session.connection().execute(insert(_entry), rows)
    return numbers


def entries_of_operation(session: Session, order_no: str, operation_no: int, *, limit: int = 200) -> list[EntryLine]:
    """The newest entries of one operation. One statement."""
    return _entries(session, order_no, _entry.c.operation_no == operation_no, limit=limit)


def entries_of_order(session: Session, order_no: str, entry_no: int = 0) -> list[EntryLine]:
    """Every entry of an order, or one of it. One statement."""
    return _entries(session, order_no, *([_entry.c.entry_no == entry_no] if entry_no else []))


def take_back_entries(session: Session, actor: Actor, order_no: str, *, reason: str) -> int:
    """LIF-5: every entry that stands on an order is taken back. Gives their number. Four statements, one where there is none."""
    standing = [one for one in entries_of_order(session, order_no) if one.stands]
    if not standing:
        return 0
    today = actor.work_date()
    back = [one.new.opposite(one.entry_no, posting_date=today, reason=reason) for one in standing]
    count_entries(session, order_no, back)
    write_entries(session, actor, order_no, back)
    return len(back)


def unit_at_operation(session: Session, order_no: str, operation_no: int, match_id: int) -> tuple[Decimal, Decimal]:
    """Good and scrap that stand of one unit at one operation. One statement."""
    c = _entry.c
    rows = session.connection().execute(
        select(c.good_quantity, c.scrap_quantity).where(
            plant(session, _entry), c.order_no == order_no, c.operation_no == operation_no, c.match_id == match_id
        )
    ).all()
    return sum((row.good_quantity for row in rows), ZERO), sum((row.scrap_quantity for row in rows), ZERO)


def _entries(session: Session, order_no: str, *narrowed: ColumnElement[bool], limit: int | None = None) -> list[EntryLine]:
    """Entries of an order, newest first. One statement."""
    statement = (
        select(_entry, _operator.c.name, _taken_back.label("taken_back"))
        .outerjoin(_operator, _operator.c.no == _entry.c.worker_no)
        .where(plant(session, _entry), _entry.c.order_no == order_no, *narrowed)
        .order_by(_entry.c.entry_no.desc())
        .limit(limit)
    )
    return [_read(row) for row in session.connection().execute(statement)]


def _counted(session: Session, order_no: str, entry: NewEntry) -> dict[str, object]:
    sign = 1 if entry.corrects_entry_no is None else -1
    return {
        "at_plant": current_plant(session), "at_order": order_no, "at_operation": entry.operation_no,
        **{f"more_{name}": getattr(entry, name) for name in SUMS}, "more_entry_count": sign, "more_end_count": sign if entry.ends else 0,
        "more_automatic_count": sign if entry.source else 0,
    }


def _read(row: Row[Any]) -> EntryLine:
    new = NewEntry(**{name: getattr(row, name) for name in NewEntry.__dataclass_fields__})
    return EntryLine(
        row.entry_no, new, card_of(row.job), row.name or row.worker_no, bool(row.taken_back), row.recorded_at, row.operator_no
    )
