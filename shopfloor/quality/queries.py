"""Inspections for pages and programs: lists, cards, files. Read only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.inspections.models import Inspection, InspectionAttachment, InspectionValue
from shopfloor.inspections.rules import PASSED, Limits, Measured, newest
from shopfloor.items.models import Item, NumberInformation
from shopfloor.items.paging import PAGE_SIZE, Page, page_limit, page_of
from shopfloor.items.rules import GoodsNumber
from shopfloor.people.models import Operator
from shopfloor.quality.plans import plan_of

LONGEST_NUMBER = 18
"""Digits of the greatest entry number that a column holds, about."""
_inspection = table(Inspection)
_value = table(InspectionValue)
_attachment = table(InspectionAttachment)
_item = table(Item)
_information = table(NumberInformation)
_creator = table(Operator).alias("creator")
_inspector = table(Operator).alias("inspector")
_operator = table(Operator)


@dataclass(frozen=True)
class InspectionRow:
    """One inspection in a list."""

    inspection_no: int
    item_no: str
    variant_code: str
    kind: str
    number: str
    occasion: str
    state: str
    holds: bool
    order_no: str
    note: str
    created_at: datetime
    concluded_at: datetime | None
    description: str
    """Of the item."""
    created_by: str
    inspector: str
    """Who concluded it; blank while it is open."""

    @property
    def held(self) -> bool:
        """It keeps its number on quality hold now."""
        return self.holds and self.state != PASSED


@dataclass(frozen=True)
class ValueLine:
    """One measured value."""

    test: str
    value: Decimal
    unit: str
    limits: str
    """In words; blank: none."""
    good: bool
    counts: bool
    """No newer value of the test."""
    operator: str
    station_code: str
    recorded_at: datetime


@dataclass(frozen=True)
class FileLine:
    """One file."""

    entry_no: int
    file_name: str
    size: int
    operator: str
    recorded_at: datetime


@dataclass(frozen=True)
class PlannedTest:
    """A test of the inspection's plan with the value that counts."""

    test: str
    unit: str
    limits: str
    value: Decimal | None
    """None: not measured yet."""
    good: bool


@dataclass(frozen=True)
class InspectionCard:
    """One inspection in full."""

    inspection: InspectionRow
    version: int
    match_id: int
    tests: tuple[PlannedTest, ...]
    values: tuple[ValueLine, ...]
    """Newest first."""
    files: tuple[FileLine, ...]
    stopped_by: str
    """What stops the number now; blank: nothing."""
    stop_reason: str


def list_inspections(
    session: Session, *, state: str = "", item_no: str = "", number: str = "", kind: str = "", after: str = "", limit: int = PAGE_SIZE
) -> Page[InspectionRow]:
    """Inspections, newest first; blank filters filter nothing. One statement."""
    limit = page_limit(limit)
    c = _inspection.c
    given = {"state": state, "item_no": item_no, "number": number, "kind": kind}
    if not all(text.isprintable() for text in given.values()):
        return Page(())
    wanted = [c[name] == text for name, text in given.items() if text]
    if after.isascii() and after.isdigit() and len(after) <= LONGEST_NUMBER:
        wanted.append(c.inspection_no < int(after))
    rows = _rows(session, wanted, limit + 1)
    return page_of(rows, limit, lambda row: str(row.inspection_no))


def inspections_of(session: Session, number: GoodsNumber, limit: int = 20) -> list[InspectionRow]:
    """The inspections of one number, newest first. One statement."""
    return _rows(session, [_inspection.c[name] == value for name, value in vars(number).items()], limit)


def inspection_card(session: Session, inspection_no: int) -> InspectionCard | None:
    """One inspection with its plan, values and files; None: there is none. Five statements."""
    c = _inspection.c
    found = _rows(session, [c.inspection_no == inspection_no], 1)
    if not found:
        return None
    row, n = found[0], _information.c
    rest = session.connection().execute(
        select(c.version, c.match_id, n.stopped_by, n.stop_reason)
        .join(_information, (n.plant_no == c.plant_no) & (n.item_no == c.item_no) & (n.variant_code == c.variant_code)
              & (n.kind == c.kind) & (n.number == c.number))
        .where(plant(session, _inspection), c.inspection_no == inspection_no)
    ).one()
    values = _values(session, inspection_no)
    counting = {line.test: line for line in values if line.counts}
    plan = plan_of(session, row.item_no, row.occasion)
    tests = tuple(_planned(limits, counting.get(limits.test)) for limits in plan.tests)
    files = _files(session, inspection_no)
    return InspectionCard(row, rest.version, rest.match_id, tests, tuple(values), tuple(files), rest.stopped_by, rest.stop_reason)


def open_inspections(session: Session) -> int:
    """How many wait for a result."""
    statement = select(func.count()).select_from(_inspection).where(plant(session, _inspection), _inspection.c.state == "Open")
    return session.connection().execute(statement).scalar_one()


def attached_file(session: Session, inspection_no: int, entry_no: int) -> tuple[str, bytes] | None:
    """Name and bytes of a file; None: there is none."""
    c = _attachment.c
    statement = select(c.file_name, c.content).where(
        plant(session, _attachment), c.inspection_no == inspection_no, c.entry_no == entry_no
    )
    row = session.connection().execute(statement).one_or_none()
    return (row.file_name, bytes(row.content)) if row is not None else None


def _rows(session: Session, wanted: list[ColumnElement[bool]], limit: int) -> list[InspectionRow]:
    c = _inspection.c
    statement = (
        select(
            c.inspection_no, c.item_no, c.variant_code, c.kind, c.number, c.occasion, c.state, c.holds, c.order_no, c.note, c.created_at,
            c.concluded_at, _item.c.description, func.coalesce(_creator.c.name, c.created_by),
            func.coalesce(_inspector.c.name, c.inspector_no),
        )
        .join(_item, _item.c.no == c.item_no)
        .outerjoin(_creator, _creator.c.no == c.created_by)
        .outerjoin(_inspector, _inspector.c.no == c.inspector_no)
        .where(plant(session, _inspection), *wanted)
        .order_by(c.inspection_no.desc())
        .limit(limit)
    )
    return [InspectionRow(*tuple(row)) for row in session.connection().execute(statement)]


def _values(session: Session, inspection_no: int) -> list[ValueLine]:
    c = _value.c
    rows = session.connection().execute(
        select(c.test, c.value, c.unit, c.lower_limit, c.upper_limit, _operator.c.name, c.operator_no, c.station_code, c.recorded_at)
        .outerjoin(_operator, _operator.c.no == c.operator_no)
        .where(plant(session, _value), c.inspection_no == inspection_no)
        .order_by(c.entry_no)
    ).all()
    measured = [Measured(Limits(r.test, r.unit, r.lower_limit, r.upper_limit), r.value) for r in rows]
    counting = {id(one) for one in newest(measured).values()}
    lines = [
        ValueLine(
            r.test, r.value, r.unit, one.limits.told, one.good, id(one) in counting, r.name or r.operator_no, r.station_code, r.recorded_at
        )
        for r, one in zip(rows, measured, strict=True)
    ]
    return lines[::-1]


def _files(session: Session, inspection_no: int) -> list[FileLine]:
    c = _attachment.c
    rows = session.connection().execute(
        select(c.entry_no, c.file_name, c.size, func.coalesce(_operator.c.name, c.operator_no), c.recorded_at)
        .outerjoin(_operator, _operator.c.no == c.operator_no)
        .where(plant(session, _attachment), c.inspection_no == inspection_no)
        .order_by(c.entry_no)
    )
    return [FileLine(*row) for row in rows]


def _planned(limits: Limits, line: ValueLine | None) -> PlannedTest:
    value = line.value if line is not None else None
    return PlannedTest(limits.test, limits.unit, limits.told, value, value is not None and limits.within(value))
