"""The units of an order as pages list them: a window of rows with their status. A constant number of statements (OPS-9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy import Row as SqlRow
from sqlalchemy.orm import Session

from shopfloor.db import current_plant, plant, table
from shopfloor.errors import NotFound
from shopfloor.genealogy.co_products import read_co_products
from shopfloor.genealogy.facts import (
    AWAITING_START,
    COMPLETED,
    IN_PROGRESS,
    NOT_STARTED,
    OPEN,
    PREALLOCATED,
    REPORTED,
    Line,
    Product,
    Row,
    Situation,
)
from shopfloor.genealogy.models import ComponentAssociation, TrackedProduct
from shopfloor.genealogy.row_queries import read_row
from shopfloor.genealogy.rules import row_requirement
from shopfloor.genealogy.scan_queries import ACTIVE, completing_row, read_situation
from shopfloor.genealogy.start_queries import awaiting_of
from shopfloor.production.locking import LockedOrder
from shopfloor.production.models import ProductionOrder
from shopfloor.production.rules import MAIN_LINE, STARTED
from shopfloor.quantity import ZERO

_order = table(ProductionOrder)
_row = table(TrackedProduct)
_association = table(ComponentAssociation)
WINDOW = 20
"""Units on one page: it stays under 150 kB however many the order has."""
ORDER_COLUMNS = (
    "no", "status", "item_no", "variant_code", "description", "quantity", "due_date", "location_code", "fixed_serial_no", "fixed_lot_no",
    "version",
)

# Built once: putting a statement together costs more than running it.
_ORDER = select(*(_order.c[name] for name in ORDER_COLUMNS)).where(
    _order.c.plant_no == bindparam("at_plant"), _order.c.no == bindparam("at_order")
)
_SUMS = (
    select(_association.c.match_id, _association.c.component_line_no, func.sum(_association.c.quantity).label("total"))
    .where(
        _association.c.plant_no == bindparam("at_plant"), _association.c.order_no == bindparam("at_order"),
        _association.c.state != "Removed",
        or_(_association.c.match_id.between(bindparam("first"), bindparam("last")), _association.c.match_id == 0),
    )
    .group_by(_association.c.match_id, _association.c.component_line_no)
)
_NEWEST = (
    select(_row)
    .where(_row.c.plant_no == bindparam("at_plant"), _row.c.order_no == bindparam("at_order"), _row.c.state != "Removed")
    .order_by(_row.c.match_id.desc())
    .limit(bindparam("at_most"))
)
Sums = Mapping[tuple[int, int], Decimal]
"""Consumption by match id and component line, in base units."""


@dataclass(frozen=True)
class SummedLine(Line):
    """A component line of which only the sum of its associations was read."""

    total: Decimal = ZERO
    """QTY-3: *Consumption*."""

    @property
    def registered(self) -> Decimal:
        return self.total


@dataclass(frozen=True)
class Unit:
    """One finished product as lists show it."""

    row: Row
    number: str
    status: str
    """Not started, In progress or Completed (QTY-6); always derived."""
    done: int
    """Component lines that need nothing more."""
    asked: int
    """Component lines that are asked for (SET-7)."""
    lines: tuple[SummedLine, ...] = ()
    """The listed lines as this unit needs them."""
    error_cause: str = ""
    reported_at: datetime | None = None
    reported_by: str = ""
    co_product: str = ""
    """D40: description of the co-product that it is; blank: the order's product."""
    awaiting: bool = False
    """EDG-31, D9: above the started quantity; neither picked nor reported before it is started."""

    @property
    def match_id(self) -> int:
        """SET-3."""
        return self.row.match_id

    @property
    def reported(self) -> bool:
        """Whether nothing is left to report."""
        return self.row.state == REPORTED

    @property
    def quantity_changes(self) -> bool:
        """EDG-1, EDG-43: whether it is a batch whose quantity may still be changed."""
        return not self.row.tracking.serial_no and self.row.state not in {REPORTED, PREALLOCATED}

    @property
    def complete(self) -> bool:
        """Whether it lacks nothing."""
        return self.status == COMPLETED

    @property
    def shown_state(self) -> str:
        """What the list says: *Reported* once it is, *Awaiting start* while it must wait, else the status."""
        return REPORTED if self.reported else AWAITING_START if self.awaiting else self.status


@dataclass(frozen=True)
class Wanted:
    """Which units of an order a list shows."""

    before: int = 0
    """Keyset: only units registered before this match id; 0: from the newest on."""
    text: str = ""
    """Part of a serial or batch number."""
    state: str = ""
    """Open, Reported or Pre-allocated; blank: all."""
    incomplete: bool = False
    """Only units that lack a part."""


@dataclass(frozen=True)
class Window:
    """Some units of an order, newest first."""

    units: tuple[Unit, ...]
    older: int
    """Keyset of the next older page; 0: there is none."""


@dataclass
class _Requirements:
    """What rows need of each line. Serial rows are all alike but for the one that completes the order (D31), so it is worked out once."""

    situation: Situation
    known: dict[tuple[int, Decimal, tuple[Decimal, ...]], Decimal] = field(default_factory=dict)
    lines: dict[tuple[int, Decimal, Decimal, bool], tuple[SummedLine, bool]] = field(default_factory=dict)
    """Lines that look alike are one value, with whether they are complete: most units of a page differ in their number only."""

    def of(self, line: Line, row: Row) -> Decimal:
        if line.order_level:
            return line.component.expected
        key = (line.line_no, row.quantity, row.earlier)
        if key not in self.known:
            self.known[key] = row_requirement(line.component, self.situation.product, row)
        return self.known[key]

    def line(self, line: Line, row: Row, sums: Sums) -> tuple[SummedLine, bool]:
        """The line with its sum, and whether it is complete."""
        total = sums.get((0 if line.order_level else row.match_id, line.line_no), ZERO)
        required = self.of(line, row)
        closed = line.line_no in row.closed_lines or line.component.left_out(row.match_id)
        key = (line.line_no, required, total, closed)
        if key not in self.lines:
            made = SummedLine(component=line.component, required=required, closed=closed, order_level=line.order_level, total=total)
            self.lines[key] = (made, made.status == COMPLETED)
        return self.lines[key]


def order_of(session: Session, order_no: str) -> LockedOrder:
    """The order as pages show it: read, not locked. One statement. Raises NotFound."""
    found = None
    if order_no.isprintable():
        found = session.connection().execute(_ORDER, {"at_plant": current_plant(session), "at_order": order_no}).one_or_none()
    if found is None:
        raise NotFound(record="production order", number=order_no if order_no.isprintable() else "?")
    return LockedOrder(*found)


def order_version(session: Session, order_no: str) -> int:
    """A4: what a live page compares; 0 where there is no such order. One statement."""
    if not order_no.isprintable():
        return 0
    statement = select(_order.c.version).where(plant(session, _order), _order.c.no == order_no)
    return int(session.connection().execute(statement).scalar_one_or_none() or 0)


def situation_of(session: Session, order: LockedOrder, match_id: int) -> Situation:
    """Order, lines and one row for display. Two statements (three for batch products and co-products)."""
    return read_situation(session, order, match_id)


def product_situation(session: Session, order: LockedOrder, situation: Situation) -> Situation:
    """The order's product, also while a row of a co-product is the current one (D40). Two statements then, else none."""
    return read_situation(session, order, 0) if situation.product.co_product else situation


def made_lines(session: Session, order_no: str) -> tuple[Product, ...]:
    """The product of an order, then those of its co-products that are registered by number. Raises NotFound."""
    order = order_of(session, order_no)
    further = (made.product for made in read_co_products(session, order).values())
    return (read_situation(session, order, 0).product, *(product for product in further if product.takes_part))


def read_window(session: Session, situation: Situation, wanted: Wanted, *, limit: int = WINDOW) -> Window:
    """Units of an order, newest first. Two statements, and one more once the order's quantity is registered."""
    clauses = [_row.c.order_no == situation.order_no, _row.c.state != "Removed"]
    if wanted.before:
        clauses.append(_row.c.match_id < wanted.before)
    if wanted.text:
        clauses.append(_contains(wanted.text))
    if wanted.state:
        clauses.append(_row.c.state == wanted.state)
    if wanted.incomplete:
        return _incomplete_window(session, situation, clauses, limit)
    found = _newest(session, situation.order_no, limit + 1) if wanted == Wanted() else _rows(session, clauses, limit + 1)
    rows = found[:limit]
    sums = _sums(session, situation.order_no, rows[-1].match_id, rows[0].match_id) if rows else {}
    units = _units(session, situation, rows, sums)
    return Window(tuple(units), rows[-1].match_id if len(found) > limit else 0)


def all_complete(session: Session, situation: Situation) -> bool:
    """QTY-6: whether no registered unit lacks a part. Three statements; asked only when all are registered."""
    return not _incomplete(session, situation, [_row.c.order_no == situation.order_no, _row.c.state.in_(ACTIVE)])


def open_units(session: Session, situation: Situation) -> tuple[Unit, ...]:
    """ENT-9: open rows, the completed ones first, then the oldest; what awaits its start is left to the start. Four statements at most."""
    rows = _rows(session, [_row.c.order_no == situation.order_no, _row.c.order_line_no == MAIN_LINE, _row.c.state == OPEN], None)
    sums = _sums(session, situation.order_no, rows[-1].match_id, rows[0].match_id) if rows else {}
    units = [unit for unit in _units(session, situation, rows, sums) if not (unit.awaiting and situation.order_status == STARTED)]
    return tuple(sorted(units, key=lambda unit: (not unit.complete, unit.match_id)))


def _incomplete_window(session: Session, situation: Situation, clauses: Sequence[ColumnElement[bool]], limit: int) -> Window:
    units = _incomplete(session, situation, clauses)
    return Window(tuple(units[:limit]), units[limit - 1].match_id if len(units) > limit else 0)


def _incomplete(session: Session, situation: Situation, clauses: Sequence[ColumnElement[bool]]) -> list[Unit]:
    rows = _rows(session, clauses, None)
    sums = _sums(session, situation.order_no, rows[-1].match_id, rows[0].match_id) if rows else {}
    return [unit for unit in _units(session, situation, rows, sums) if unit.row.state in ACTIVE and unit.status != COMPLETED]


def _newest(session: Session, order_no: str, limit: int) -> Sequence[SqlRow[Any]]:
    """What `_rows` gives for the plain page, which follows every scan."""
    values = {"at_plant": current_plant(session), "at_order": order_no, "at_most": limit}
    return session.connection().execute(_NEWEST, values).all()


def _rows(session: Session, clauses: Sequence[ColumnElement[bool]], limit: int | None) -> Sequence[SqlRow[Any]]:
    statement = select(_row).where(plant(session, _row), *clauses).order_by(_row.c.match_id.desc()).limit(limit)
    return session.connection().execute(statement).all()


def _sums(session: Session, order_no: str, first: int, last: int) -> Sums:
    """A range of match ids and not a list of them: one statement text for every page."""
    values = {"at_plant": current_plant(session), "at_order": order_no, "first": first, "last": last}
    rows = session.connection().execute(_SUMS, values)
    return {(row.match_id, row.component_line_no): row.total for row in rows}


def _units(session: Session, situation: Situation, rows: Sequence[SqlRow[Any]], sums: Sums) -> list[Unit]:
    last, earlier = _completing(session, situation) if rows else (0, ())
    further = any(found.order_line_no != MAIN_LINE for found in rows)
    co_products = read_co_products(session, order_of(session, situation.order_no)) if further else {}
    awaiting = awaiting_of(session, situation, *co_products.values()) if rows else frozenset()
    requirements = _Requirements(situation)
    return [
        replace(
            _unit(situation, requirements, read_row(found, earlier if found.match_id == last else ()), found, sums),
            awaiting=found.match_id in awaiting,
            co_product=co_products[found.order_line_no].product.description if found.order_line_no in co_products else "",
        )
        for found in rows
    ]


def _completing(session: Session, situation: Situation) -> tuple[int, tuple[Decimal, ...]]:
    """The row that completes the order's quantity and takes the rest (D31), with the quantities before it; 0 while there is none.

    Every other row has its plain share, so nothing before it matters. Serial rows are one each, so they need not be read.
    """
    product = situation.product
    if situation.registered < product.quantity:
        return 0, ()
    if product.serial:
        return completing_row(session, situation.order_no, product, situation.registered)
    active = (
        select(_row.c.match_id, _row.c.quantity)
        .where(
            plant(session, _row), _row.c.order_no == situation.order_no, _row.c.order_line_no == MAIN_LINE, _row.c.state.in_(ACTIVE)
        )
        .order_by(_row.c.match_id)
    )
    earlier: list[Decimal] = []
    for row in session.connection().execute(active):
        if sum(earlier, row.quantity) >= product.quantity:
            return row.match_id, tuple(earlier)
        earlier.append(row.quantity)
    return 0, ()


def _unit(situation: Situation, requirements: _Requirements, row: Row, found: SqlRow[Any], sums: Sums) -> Unit:
    judged = [] if row.co_product else [requirements.line(line, row, sums) for line in situation.listed]
    done = sum(completed for _, completed in judged)
    return Unit(
        row=row,
        number=row.tracking.label(),
        status=NOT_STARTED if row.state == PREALLOCATED else COMPLETED if done == len(judged) else IN_PROGRESS,
        done=done,
        asked=len(judged),
        lines=tuple(line for line, _ in judged),
        error_cause=found.error_cause,
        reported_at=found.reported_at,
        reported_by=found.reported_by,
    )


def _contains(text: str) -> ColumnElement[bool]:
    serial, lot = (column.contains(text, autoescape=True) for column in (_row.c.serial_no, _row.c.lot_no))
    return or_(serial, and_(_row.c.serial_no == "", lot))
