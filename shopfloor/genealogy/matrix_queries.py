"""What the associations page shows: units, the associations of one of them, and units by component (ASC-1 to ASC-4, screens)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, type_coerce
from sqlalchemy import Row as SqlRow
from sqlalchemy.orm import Session

from shopfloor.clock import now
from shopfloor.db import current_plant, plant, table
from shopfloor.genealogy.facts import COMPLETED, PREALLOCATED, Association, Line, Product, Situation
from shopfloor.genealogy.models import ComponentAssociation, TrackedProduct
from shopfloor.genealogy.page_queries import ComponentRow, Summary, component_row, number_kind, summary_of
from shopfloor.genealogy.row_queries import HeldNumbers, held_numbers, hold_of, hold_of_goods, open_journal_lines
from shopfloor.genealogy.rules import in_line_unit
from shopfloor.genealogy.scan_queries import ASSOCIATION_COLUMNS, read_association
from shopfloor.genealogy.unit_queries import SummedLine, Unit, Wanted, order_of, product_situation, read_window, situation_of
from shopfloor.items.holds import Hold
from shopfloor.items.models import NumberInformation
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.people.models import Operator
from shopfloor.production.rules import CONSUMING, STARTED
from shopfloor.quantity import ZERO, rounded

_association = table(ComponentAssociation)
_row = table(TrackedProduct)
_open = table(OpenItemEntry)
_information = table(NumberInformation)
_operator = table(Operator)
MOST_SUGGESTIONS = 50
LONGEST_EXPORT = 50_000


@dataclass(frozen=True)
class Journal:
    """An open picking list line (ASC-21 to ASC-25)."""

    journal_no: int
    owner_no: str
    owner: str
    quantity: Decimal
    """Base units; negative: returned."""
    end_line: bool


@dataclass(frozen=True)
class AssociationRow:
    """ASC-4: one component number of the selected unit."""

    association: Association
    line: Line
    """The component line as the unit needs it."""
    quantity: Decimal
    """*Consumption*, in the unit of the bill."""
    consumed: Decimal
    """Posted, in the unit of the bill."""
    available: Decimal
    """What else of the number may be promised at its location, in the unit of the bill."""
    expiration_date: date | None
    journal: Journal | None
    hold_reason: str
    """D20; blank: not on hold."""
    operator: str
    """Who registered it."""
    registered_at: datetime

    @property
    def association_no(self) -> int:
        return self.association.association_no

    @property
    def number(self) -> str:
        return self.association.tracking.label()

    @property
    def shown_state(self) -> str:
        """*On hold* before everything else: somebody has to do something about it."""
        return "On hold" if self.hold_reason else self.association.state


@dataclass(frozen=True)
class Cell:
    """One component line of one unit."""

    kind: str
    """ok, part, hole or none."""
    number: str
    """The number, if there is only one."""
    count: int
    """Numbers registered."""
    done: Decimal
    """Registered, in the unit of the bill."""
    required: Decimal
    missing: Decimal
    line_no: int


@dataclass(frozen=True)
class Column:
    """One component line of the order."""

    line_no: int
    item_no: str
    description: str
    quantity_per: Decimal
    unit_code: str
    serial: bool


@dataclass(frozen=True)
class MatrixRow:
    """One unit with its cells, in the order of the columns."""

    unit: Unit
    cells: tuple[Cell, ...]

    @property
    def holes(self) -> int:
        return sum(1 for cell in self.cells if cell.kind == "hole")


@dataclass(frozen=True)
class Matrix:
    """Units by component: holes at a glance."""

    columns: tuple[Column, ...]
    rows: tuple[MatrixRow, ...]

    @property
    def with_holes(self) -> int:
        """Units that lack something."""
        return sum(1 for row in self.rows if row.holes)


@dataclass(frozen=True)
class AssociationsPage:
    """Everything that the page shows."""

    order_no: str
    order_status: str
    version: int
    item_no: str
    description: str
    kind: str
    """By what the product is registered: Serial or Lot."""
    summary: Summary
    units: tuple[Unit, ...]
    """Newest first."""
    older: int
    """Keyset of the next older page; 0: there is none."""
    match_id: int
    """Selected unit; 0: none."""
    product: str
    co_product: str
    """D40: description of the selected one, if it is a co-product; blank otherwise."""
    components: tuple[ComponentRow, ...]
    """What the selected unit asks for."""
    rows: tuple[AssociationRow, ...]
    """Its associations, and those of the order as a whole (D21)."""
    matrix: Matrix
    can_pick: bool
    """PST-22: the stage takes picks and consumption."""
    can_report: bool
    """LIF-8."""
    read_at: datetime
    held: dict[int, str]
    """D20: why a unit of the list is itself on hold, by match id."""

    def unit(self, match_id: int) -> Unit | None:
        """One of the units shown."""
        return next((unit for unit in self.units if unit.match_id == match_id), None)


@dataclass(frozen=True)
class ExportRow:
    """One association as a file shows it."""

    product: str
    match_id: int
    component_line_no: int
    item_no: str
    serial_no: str
    lot_no: str
    quantity: Decimal
    """Base units."""
    consumed: Decimal
    state: str
    location_code: str
    registered_by: str
    registered_at: datetime


def associations_page(session: Session, order_no: str, *, match_id: int = 0, wanted: Wanted | None = None) -> AssociationsPage:
    """The page of one order. Nine statements, a few more for batch products and full orders. Raises NotFound."""
    order = order_of(session, order_no)
    situation = situation_of(session, order, match_id)
    main = product_situation(session, order, situation)
    window = read_window(session, main, wanted or Wanted())
    row, product = situation.row, main.product
    parts = _parts(session, situation) if row is not None and not row.co_product else []
    held = held_numbers(session, [association for _, association in parts], *{unit.row.item_no for unit in window.units})
    return AssociationsPage(
        order_no=order.no,
        order_status=order.status,
        version=order.version,
        item_no=product.item_no,
        description=product.description,
        kind=number_kind(product),
        summary=summary_of(session, main, window.units),
        units=window.units,
        older=window.older,
        match_id=row.match_id if row is not None else 0,
        product=row.tracking.label() if row is not None else "",
        components=tuple(component_row(line) for line in situation.listed) if row is not None and row.state != PREALLOCATED else (),
        co_product=situation.product.description if situation.product.co_product else "",
        rows=_association_rows(session, situation, parts, held),
        matrix=_matrix(session, main, [unit for unit in window.units if not unit.row.co_product]),
        can_pick=order.status in CONSUMING,
        can_report=order.status == STARTED,
        read_at=now(),
        held={unit.match_id: hold.told for unit in window.units if (hold := hold_of_goods(unit.row.item_no, unit.row.tracking, held))},
    )


def suggested_numbers(session: Session, line: Line) -> list[str]:
    """ASC-5: numbers of the line's item that are at its location and not spoken for. One statement."""
    component = line.component
    number = _open.c.serial_no if component.serial else _open.c.lot_no
    rows = session.connection().execute(
        select(number)
        .where(
            plant(session, _open), _open.c.item_no == component.item_no, _open.c.variant_code == component.variant_code,
            _open.c.location_code == component.location_code, _open.c.remaining > _open.c.reserved, number != "",
        )
        .group_by(number).order_by(func.min(_open.c.entry_no)).limit(MOST_SUGGESTIONS)
    )
    return [row[0] for row in rows]


def line_of_unit(session: Session, order_no: str, match_id: int, line_no: int) -> Line | None:
    """A listed line as a unit needs it; line 0: the first that lacks something. Three statements."""
    situation = situation_of(session, order_of(session, order_no), match_id)
    wanting = [line for line in situation.listed if line.status != COMPLETED]
    return situation.line(line_no) if line_no else next(iter(wanting or situation.listed), None)


def exported(session: Session, order_no: str, units: Sequence[Unit]) -> list[ExportRow]:
    """The associations of some units, for a file. One statement."""
    if not units:
        return []
    product = func.coalesce(func.nullif(_row.c.serial_no, ""), _row.c.lot_no, "").label("product")
    rows = session.connection().execute(
        select(
            product, _association.c.match_id, _association.c.component_line_no, _association.c.item_no, _association.c.serial_no,
            _association.c.lot_no, _association.c.quantity, _association.c.consumed_quantity, _association.c.state,
            _association.c.location_code, _association.c.registered_by, _association.c.registered_at,
        )
        .outerjoin(_row, and_(_row.c.plant_no == _association.c.plant_no, _row.c.match_id == _association.c.match_id))
        .where(plant(session, _association), _association.c.order_no == order_no, _association.c.state != "Removed", _in_range(units))
        .order_by(_association.c.match_id.desc(), _association.c.component_line_no, _association.c.association_no)
        .limit(LONGEST_EXPORT)
    )
    shown = {unit.match_id for unit in units} | {0}
    return [ExportRow(*row) for row in rows if row.match_id in shown]  # type: ignore[call-arg]  # too wide for the stubs


# --- associations of the selected unit ------------------------------------------------------------------------------------


def _parts(session: Session, situation: Situation) -> list[tuple[SqlRow[Any], Association]]:
    """The associations with stock and dates. One statement."""
    assert situation.row is not None
    found = session.connection().execute(_details(session, situation.order_no, situation.row.match_id))
    return [(row, read_association(row)) for row in found]


def _association_rows(
    session: Session, situation: Situation, parts: Sequence[tuple[SqlRow[Any], Association]], held: HeldNumbers
) -> tuple[AssociationRow, ...]:
    """One statement: open journal lines."""
    journals = open_journal_lines(session, situation.order_no) if parts else {}
    lines = {line.line_no: line for line in situation.lines}
    rows = []
    for row, association in parts:
        line, journal = lines.get(association.component_line_no), journals.get(association.association_no)
        if line is not None:
            rows.append(_association_row(row, association, line, Journal(*journal) if journal else None, hold_of(association, held)))
    return tuple(sorted(rows, key=lambda one: (one.line.line_no, one.association_no)))


def _details(session: Session, order_no: str, match_id: int) -> Any:  # noqa: ANN401  # too wide for the stubs
    plant_no = current_plant(session)
    same_number = or_(
        and_(_association.c.serial_no != "", _open.c.serial_no == _association.c.serial_no),
        and_(_association.c.serial_no == "", _open.c.lot_no == _association.c.lot_no),
    )
    available = select(func.sum(_open.c.remaining) - func.sum(_open.c.reserved)).where(
        _open.c.plant_no == plant_no, _open.c.item_no == _association.c.item_no, _open.c.variant_code == _association.c.variant_code,
        _open.c.location_code == _association.c.location_code, same_number, _open.c.remaining > ZERO,
    )
    expiry = select(func.min(_information.c.expiration_date)).where(
        _information.c.plant_no == plant_no, _information.c.item_no == _association.c.item_no,
        _information.c.variant_code == _association.c.variant_code,
        or_(
            and_(_information.c.kind == "Serial", _information.c.number == _association.c.serial_no),
            and_(_information.c.kind == "Lot", _information.c.number == _association.c.lot_no),
        ),
    )
    return (
        select(
            *(_association.c[name] for name in ASSOCIATION_COLUMNS), _association.c.registered_at,
            type_coerce(available.scalar_subquery(), _open.c.remaining.type).label("available"),
            expiry.scalar_subquery().label("expiration_date"),
            func.coalesce(_operator.c.name, _association.c.registered_by).label("operator"),
        )
        .outerjoin(_operator, _operator.c.no == _association.c.registered_by)
        .where(
            plant(session, _association), _association.c.order_no == order_no, _association.c.match_id.in_((match_id, 0)),
            _association.c.state != "Removed",
        )
    )


def _association_row(
    row: SqlRow[Any], association: Association, line: Line, journal: Journal | None, hold: Hold | None
) -> AssociationRow:
    return AssociationRow(
        association=association,
        line=line,
        quantity=in_line_unit(line, association.quantity),
        consumed=in_line_unit(line, association.consumed),
        available=in_line_unit(line, row.available or ZERO),
        expiration_date=row.expiration_date,
        journal=journal,
        hold_reason=hold.told if hold is not None else "",
        operator=row.operator,
        registered_at=row.registered_at,
    )


# --- units by component ---------------------------------------------------------------------------------------------------


def _matrix(session: Session, situation: Situation, units: Sequence[Unit]) -> Matrix:
    """One statement: how many numbers each cell has, and the number where there is only one."""
    columns = tuple(_column(line, situation.product) for line in situation.listed)
    numbers = _numbers(session, situation.order_no, units)
    newest = max((unit.match_id for unit in units if unit.row.state != PREALLOCATED), default=0)
    return Matrix(columns, tuple(_matrix_row(unit, numbers, newest) for unit in units))


def _numbers(session: Session, order_no: str, units: Sequence[Unit]) -> dict[tuple[int, int], tuple[int, str]]:
    if not units:
        return {}
    number = func.min(func.coalesce(func.nullif(_association.c.serial_no, ""), _association.c.lot_no))
    rows = session.connection().execute(
        select(_association.c.match_id, _association.c.component_line_no, func.count(), number)
        .where(plant(session, _association), _association.c.order_no == order_no, _association.c.state != "Removed", _in_range(units))
        .group_by(_association.c.match_id, _association.c.component_line_no)
    )
    return {(match_id, line_no): (count, first) for match_id, line_no, count, first in rows}


def _in_range(units: Sequence[Unit]) -> ColumnElement[bool]:
    first, last = units[-1].match_id, units[0].match_id
    return or_(_association.c.match_id.between(first, last), _association.c.match_id == 0)


def _column(line: Line, product: Product) -> Column:
    component = line.component
    whole = in_line_unit(line, component.expected if line.order_level else component.share)
    per = whole if line.order_level else rounded(whole / product.quantity)
    return Column(component.line_no, component.item_no, component.description, per, component.unit_code, component.serial)


def _matrix_row(unit: Unit, numbers: dict[tuple[int, int], tuple[int, str]], newest: int) -> MatrixRow:
    return MatrixRow(unit, tuple(_cell(unit, line, numbers, newest) for line in unit.lines))


def _cell(unit: Unit, line: SummedLine, numbers: dict[tuple[int, int], tuple[int, str]], newest: int) -> Cell:
    """A hole is what lacks on a unit that work has moved on from: reported, or followed by a newer one."""
    count, number = numbers.get((0 if line.order_level else unit.match_id, line.line_no), (0, ""))
    if unit.row.state == PREALLOCATED:
        kind = "none"
    elif line.status == COMPLETED:
        kind = "ok"
    elif unit.reported or unit.match_id < newest:
        kind = "hole"
    else:
        kind = "part" if line.registered > ZERO else "none"
    return Cell(
        kind=kind, number=number if count == 1 else "", count=count, done=in_line_unit(line, line.registered),
        required=in_line_unit(line, line.required), missing=in_line_unit(line, line.remaining), line_no=line.line_no,
    )
