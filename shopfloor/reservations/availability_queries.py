"""Reads the availability of numbers (AV-01 to AV-03, AV-09 to AV-12). Four statements for a page of numbers, whatever the history.

All of it comes from open entries and reservation entries, which stay as many as there are open things; the ledger is not touched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, and_, case, func, or_, select, true
from sqlalchemy.orm import Session

from shopfloor.db import current_plant, plant, table
from shopfloor.items.holds import Use
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.quantity import ZERO
from shopfloor.reservations import availability_statements as statements
from shopfloor.reservations.availability import NumberAvailability
from shopfloor.reservations.availability_statements import Asked
from shopfloor.reservations.models import ReservationEntry, ReservationSource
from shopfloor.reservations.rules import Demand

_open = table(OpenItemEntry)
_entry = table(ReservationEntry)
PAGE_SIZE = 200
MOST_ASKED = 10_000


@dataclass(frozen=True)
class Place:
    """Goods of one kind at one location."""

    item_no: str
    location_code: str
    variant_code: str = ""

    def of(self, source: FromClause) -> ColumnElement[bool]:
        """The WHERE clause of a table with these columns."""
        c = source.c
        return and_(c.item_no == self.item_no, c.variant_code == self.variant_code, c.location_code == self.location_code)


@dataclass(frozen=True)
class NumbersPage:
    """Numbers of an item, by lot and serial."""

    numbers: tuple[NumberAvailability, ...]
    after: Tracking | None = None
    """Where the next page begins; None: there is none."""


@dataclass(frozen=True)
class LotAvailability:
    """AV-11: one lot at one location until a date. Base quantities."""

    lot_no: str
    inventory: Decimal
    receipts: Decimal
    """Still to come under this lot number."""
    requirements: Decimal
    """Asked for under this lot number."""

    @property
    def available(self) -> Decimal:
        """AV-11."""
        return self.inventory + self.receipts - self.requirements


def numbers_in_stock(
    session: Session, place: Place, *, line: Demand | None = None, by_lot: bool = False, after: Tracking | None = None,
    holding: str = "", limit: int = PAGE_SIZE,
) -> NumbersPage:
    """The Item Tracking Summary: every number that is in stock, by lot and serial. `by_lot`: serials of one lot together (AV-09).

    `line` tells whose reservations are its own. `holding`: part of a number.
    """
    columns = _number_columns(by_lot=by_lot)
    statement: Select[Any] = (
        _stock(session, place, columns(_open))
        .where(_behind(_open, after, by_lot=by_lot))
        .order_by(*columns(_open))
        .limit(limit + 1)
    )
    if holding:
        statement = statement.where(or_(*(c.contains(holding, autoescape=True) for c in (_open.c.serial_no, _open.c.lot_no))))
    rows: Sequence[Row[Any]] = session.connection().execute(statement).all()
    found = [_in_stock(row, by_lot=by_lot) for row in rows[:limit]]
    after_last = found[-1].tracking if len(rows) > limit else None
    return NumbersPage(tuple(_completed(session, place, found, line)), after_last)


def numbers_by_age(session: Session, place: Place, *, line: Demand, after_entry_no: int, limit: int) -> list[NumberAvailability]:
    """TL-11: numbers in stock in the order of the ledger, behind the one whose oldest entry is given. Four statements."""
    oldest = func.min(_open.c.entry_no)
    statement = _stock(session, place, _number_columns(by_lot=False)(_open)).having(oldest > after_entry_no).order_by(oldest).limit(limit)
    found = [_in_stock(row, by_lot=False) for row in session.connection().execute(statement)]
    return _completed(session, place, found, line)


def availability_of(
    session: Session, place: Place, numbers: Iterable[Tracking], *, line: Demand | None = None, same_need: Demand | None = None
) -> dict[Tracking, NumberAvailability]:
    """AV-01 for chosen numbers, known or not. `same_need`: AV-05, the component line whose need a journal line is (core 4)."""
    wanted = sorted(set(numbers))
    assert len(wanted) <= MOST_ASKED, len(wanted)
    if not wanted:
        return {}
    asked = _asked(session, place, wanted)
    rows = _read(session, statements.in_stock(asked.shape), asked.values)
    found = [
        NumberAvailability(one, total=rows.matching(one, 0), reserved=rows.matching(one, 1)) for one in wanted
    ]
    found = _completed(session, place, found, line)
    if same_need is not None:
        own = _read(session, statements.of_need(asked.shape), asked.values | statements.of_line(same_need))
        found = [replace(one, counted_twice=own.matching(one.tracking, 0)) for one in found]
    return {one.tracking: one for one in found}


def availability_by_lot(session: Session, place: Place, *, until: date | None = None) -> list[LotAvailability]:
    """AV-11: inventory has no date; what comes and goes counts until the date. Two statements."""
    stock = select(_open.c.lot_no, func.sum(_open.c.remaining).label("inventory")).where(
        plant(session, _open), place.of(_open), _open.c.remaining > ZERO, _open.c.lot_no != ""
    )
    inventory = {row.lot_no: row.inventory for row in session.connection().execute(stock.group_by(_open.c.lot_no))}
    day = func.coalesce(_entry.c.expected_receipt_date, _entry.c.shipment_date)
    planned = select(
        _entry.c.lot_no,
        func.sum(case((_entry.c.positive, _entry.c.quantity_base), else_=ZERO)).label("receipts"),
        func.sum(case((~_entry.c.positive, -_entry.c.quantity_base), else_=ZERO)).label("requirements"),
    ).where(
        plant(session, _entry), place.of(_entry), _entry.c.lot_no != "",
        _entry.c.source_type != ReservationSource.ITEM_LEDGER_ENTRY.value,
        or_(day.is_(None), day <= until) if until is not None else true(),
    )
    rows = {row.lot_no: row for row in session.connection().execute(planned.group_by(_entry.c.lot_no))}
    return [
        LotAvailability(
            lot_no, inventory.get(lot_no, ZERO), _exact(rows[lot_no].receipts) if lot_no in rows else ZERO,
            _exact(rows[lot_no].requirements) if lot_no in rows else ZERO,
        )
        for lot_no in sorted({*inventory, *rows})
    ]


def _stock(session: Session, place: Place, columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
    """AV-02: what is in stock of each number, and where it began."""
    sums = (
        func.sum(_open.c.remaining).label("total"), func.sum(_open.c.reserved).label("reserved"),
        func.min(_open.c.entry_no).label("first_entry_no"),
    )
    here = (plant(session, _open), place.of(_open), _open.c.remaining > ZERO, _carries_number(_open))
    return select(*columns, *sums).where(*here).group_by(*columns)


def _in_stock(row: Row[Any], *, by_lot: bool) -> NumberAvailability:
    return NumberAvailability(_tracking(row, by_lot=by_lot), total=row.total, reserved=row.reserved, first_entry_no=row.first_entry_no)


# --- what a page of numbers is completed with ----------------------------------------------------------------------------


def _completed(
    session: Session, place: Place, found: Sequence[NumberAvailability], line: Demand | None
) -> list[NumberAvailability]:
    """AV-03, AV-12: three statements, for the numbers that were found only."""
    if not found:
        return []
    wanted = [one.tracking for one in found]
    asked = _asked(session, place, wanted)
    requested = _read(session, statements.requested(asked.shape), asked.values)
    own = statements.of_line(line) if line is not None else {}
    held = _read(session, statements.held(asked.shape, with_own=line is not None), asked.values | own)
    facts = _facts(session, asked, wanted)
    return [
        replace(
            one,
            requested=requested.matching(one.tracking, 0),
            held_without_number=held.matching(one.tracking, 0),
            reserved_by_line=held.matching(one.tracking, 1),
            expiration_date=_date(facts, one.tracking),
            on_hold=any(facts[key].stops & Use.RESERVE for key in _keys(one.tracking) if key in facts),
        )
        for one in found
    ]


def _asked(session: Session, place: Place, wanted: Sequence[Tracking]) -> Asked:
    return Asked.of(current_plant(session), place.item_no, place.variant_code, place.location_code, wanted)


def _read(session: Session, statement: Select[Any], values: Mapping[str, Any]) -> _Found:
    return _Found({
        Tracking(row.serial_no, row.lot_no, row.package_no): (_exact(row.first), _exact(row.second))
        for row in session.connection().execute(statement, values)
    })


def _facts(session: Session, asked: Asked, wanted: Sequence[Tracking]) -> dict[tuple[str, str], Row[Any]]:
    numbers = sorted({number for one in wanted for _, number in _keys(one)})
    rows: Iterable[Row[Any]] = session.connection().execute(statements.facts(), asked.values | {"at_numbers": numbers})
    return {(row.kind, row.number): row for row in rows}


def _date(facts: Mapping[tuple[str, str], Row[Any]], tracking: Tracking) -> date | None:
    """EX-02: the lot's date; without a lot the serial's."""
    found = facts.get(("Lot", tracking.lot_no)) or facts.get(("Serial", tracking.serial_no)) or facts.get(("Package", tracking.package_no))
    known: date | None = found.expiration_date if found is not None else None
    return known


def _keys(tracking: Tracking) -> list[tuple[str, str]]:
    pairs = (("Serial", tracking.serial_no), ("Lot", tracking.lot_no), ("Package", tracking.package_no))
    return [pair for pair in pairs if pair[1]]


# --- numbers in statements ------------------------------------------------------------------------------------------------


class _Found:
    """Two sums for each number combination that was found, by each of its numbers: thousands are asked for at once."""

    def __init__(self, sums: Mapping[Tracking, tuple[Decimal, ...]]) -> None:
        self._sums = sums
        self._by_number: dict[tuple[str, str], list[Tracking]] = defaultdict(list)
        for found in sums:
            for pair in _keys(found):
                self._by_number[pair].append(found)

    def matching(self, wanted: Tracking, place: int) -> Decimal:
        """AV-09: a lot without a serial stands for all serials of it."""
        if wanted in self._sums and wanted.serial_no:
            return self._sums[wanted][place]
        asked = _keys(wanted)
        near = self._by_number.get(asked[0], ()) if asked else self._sums
        return sum((self._sums[found][place] for found in near if set(asked) <= set(_keys(found))), ZERO)


def _carries_number(source: FromClause) -> ColumnElement[bool]:
    return or_(source.c.lot_no != "", source.c.serial_no != "", source.c.package_no != "")


def _number_columns(*, by_lot: bool) -> Callable[[FromClause], tuple[ColumnElement[Any], ...]]:
    names = ("lot_no",) if by_lot else ("lot_no", "serial_no", "package_no")
    return lambda source: tuple(source.c[name] for name in names)


def _tracking(row: Row[Any], *, by_lot: bool) -> Tracking:
    return Tracking(lot_no=row.lot_no) if by_lot else Tracking(row.serial_no, row.lot_no, row.package_no)


def _behind(source: FromClause, after: Tracking | None, *, by_lot: bool) -> ColumnElement[bool]:
    """Keyset: numbers behind the last one of the page before."""
    if after is None:
        return true()
    pairs = [(source.c.lot_no, after.lot_no)]
    if not by_lot:
        pairs += [(source.c.serial_no, after.serial_no), (source.c.package_no, after.package_no)]
    steps: list[ColumnElement[bool]] = []
    for place, (column, value) in enumerate(pairs):
        steps.append(and_(*(earlier == known for earlier, known in pairs[:place]), column > value))
    return or_(*steps)


def _exact(value: object) -> Decimal:
    """A sum over no rows, or a CASE without a quantity, comes back as a plain 0."""
    return value if isinstance(value, Decimal) else ZERO + (value if isinstance(value, int) else 0)


