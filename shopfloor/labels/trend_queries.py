"""IMG-15: how well printed symbols are read over time: the unused error correction of matrix codes that cameras read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, cast, func, select
from sqlalchemy.orm import Session

from shopfloor.clock import now
from shopfloor.db import plant, table
from shopfloor.genealogy.facts import PRODUCT
from shopfloor.genealogy.models import ComponentAssociation, ScanEntry, TrackedProduct
from shopfloor.labels.inputs import PrintQualityFilter
from shopfloor.labels.models import LabelLine, LabelSending, SendingState

_scan, _association, _row = table(ScanEntry), table(ComponentAssociation), table(TrackedProduct)
_label, _sending = table(LabelLine), table(LabelSending)
USUAL_DAYS, MOST_DAYS = 30, 366
"""Looked at where nothing is said, and at the most."""
EARLIEST = date(2000, 1, 1)
"""Nothing was read before."""


@dataclass(frozen=True)
class DayQuality:
    """The readings of one day of labels of one printer."""

    day: date
    """Of UTC."""
    printer: str
    """That the label was sent to before it was read; blank: none, such as labels of suppliers and marks."""
    readings: int
    average: int
    """Percent of the error correction that was left over; 100: a perfect symbol, 0: only just read."""
    least: int


@dataclass(frozen=True)
class PrintQuality:
    """The days of a range, oldest first."""

    from_date: date
    to_date: date
    days: tuple[DayQuality, ...]
    read_at: datetime


def print_quality(session: Session, given: PrintQualityFilter) -> PrintQuality:
    """Readings by day and printer. One statement, whatever the number of readings. A range of more than a year begins later."""
    today = now().date()
    last = max(min(given.to_date or today, today), EARLIEST)
    first = max(given.from_date or last - timedelta(days=USUAL_DAYS - 1), last - timedelta(days=MOST_DAYS - 1))
    each = _each(session, given, first, last).subquery()
    unused = each.c.unused
    statement = (
        select(
            each.c.day, each.c.printer, func.count().label("readings"), func.avg(unused).label("average"), func.min(unused).label("least"),
        )
        .group_by(each.c.day, each.c.printer)
        .order_by(each.c.day, each.c.printer)
    )
    if given.printer_code:
        statement = statement.where(each.c.printer == given.printer_code)
    rows = session.connection().execute(statement).all()
    return PrintQuality(first, last, _days(rows), now())


def _days(rows: Sequence[Any]) -> tuple[DayQuality, ...]:
    return tuple(
        DayQuality(date.fromisoformat(str(row.day)), row.printer, row.readings, round(row.average * 100), round(row.least * 100))
        for row in rows
    )


def _each(session: Session, given: PrintQualityFilter, first: date, last: date) -> Select[Any]:
    """Each reading with its day and the printer of its label."""
    unused = _scan.c.decoded[("reading", "unused_error_correction")].as_float()
    item_no = func.coalesce(_association.c.item_no, _row.c.item_no)
    start, end = (datetime.combine(day, time.min, UTC) for day in (first, last + timedelta(days=1)))
    statement = (
        select(_day(session).label("day"), unused.label("unused"), func.coalesce(_printer(item_no), "").label("printer"))
        .select_from(_scan)
        .outerjoin(_association, and_(_association.c.plant_no == _scan.c.plant_no, _association.c.association_no == _scan.c.association_no))
        .outerjoin(_row, _unit_that_was_scanned())
        .where(
            plant(session, _scan), _scan.c.recorded_at >= start, _scan.c.recorded_at < end, _scan.c.kind == "scan",
            _scan.c.source == "camera", unused.is_not(None),
        )
    )
    if given.item_no:
        statement = statement.where(item_no == given.item_no)
    if given.station_code:
        statement = statement.where(_scan.c.station_code == given.station_code)
    return statement


def _unit_that_was_scanned() -> ColumnElement[bool]:
    """In Component mode, and with a refusal, the entry names the current unit, whose label was not read."""
    return and_(
        _row.c.plant_no == _scan.c.plant_no, _row.c.match_id == _scan.c.match_id, _scan.c.mode == PRODUCT, _scan.c.association_no == 0,
        _scan.c.answer.in_(("accepted", "information")),
    )


def _printer(item_no: ColumnElement[str]) -> ColumnElement[str]:
    """The printer that a label of this number was sent to last before it was read."""
    serial = func.coalesce(_association.c.serial_no, _row.c.serial_no)
    lot = func.coalesce(_association.c.lot_no, _row.c.lot_no)
    number = func.coalesce(func.nullif(serial, ""), lot)
    return (
        select(_sending.c.printer_code)
        .join(_label, and_(_label.c.plant_no == _sending.c.plant_no, _label.c.job_no == _sending.c.job_no))
        .where(
            _sending.c.plant_no == _scan.c.plant_no, _label.c.item_no == item_no, _label.c.number == number,
            _sending.c.state == SendingState.SENT.value, _sending.c.recorded_at <= _scan.c.recorded_at,
        )
        .order_by(_sending.c.entry_no.desc())
        .limit(1)
        .scalar_subquery()
    )


def _day(session: Session) -> ColumnElement[Any]:
    if session.get_bind().dialect.name == "sqlite":
        return func.date(_scan.c.recorded_at)
    return cast(func.timezone("UTC", _scan.c.recorded_at), Date)
