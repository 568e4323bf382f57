"""First-pass yield (C16): units reported good without replacement, reversal or failed inspection ÷ units reported. One statement each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, literal, or_, select, type_coerce
from sqlalchemy.orm import Session

from shopfloor.clock import now
from shopfloor.db import QuantityType, plant, table
from shopfloor.genealogy.facts import REMOVED
from shopfloor.genealogy.models import AssociationAction, AssociationEntry, TrackedProduct
from shopfloor.inspections.models import Inspection, InspectionState, InspectionValue
from shopfloor.production.models import ProdOrderLine, ProductionOrder
from shopfloor.production.rules import MAIN_LINE
from shopfloor.quantity import ZERO

_order, _line, _row = table(ProductionOrder), table(ProdOrderLine), table(TrackedProduct)
_log = table(AssociationEntry)
_back, _out = _log.alias("back"), _log.alias("out")
_inspection, _value = table(Inspection), table(InspectionValue)
TENTH, NEARLY_ALL = Decimal("0.1"), Decimal("99.9")
NEWEST = 50
"""Orders that the figure of an item looks at."""


@dataclass(frozen=True)
class OrderYield:
    """How many units of an order came out right at the first attempt. Base units."""

    order_no: str
    item_no: str
    created_at: datetime
    reported: Decimal
    """Good and error."""
    good: Decimal
    first_pass: Decimal

    @property
    def percent(self) -> Decimal | None:
        """To one decimal; None: nothing is reported."""
        return percent(self.first_pass, self.reported)


@dataclass(frozen=True)
class ItemYield:
    """The newest orders of an item, and all of them together."""

    orders: tuple[OrderYield, ...]
    read_at: datetime

    @property
    def reported(self) -> Decimal:
        return sum((one.reported for one in self.orders), ZERO)

    @property
    def first_pass(self) -> Decimal:
        return sum((one.first_pass for one in self.orders), ZERO)

    @property
    def percent(self) -> Decimal | None:
        """To one decimal; None: nothing is reported."""
        return percent(self.first_pass, self.reported)


def percent(part: Decimal, whole: Decimal) -> Decimal | None:
    """To one decimal, half up; but 100 means all of them, so nearly all are 99.9."""
    if whole <= ZERO:
        return None
    figure = (part * 100 / whole).quantize(TENTH, ROUND_HALF_UP)
    return figure if part >= whole else min(figure, NEARLY_ALL)


def order_yield(session: Session, order_no: str) -> OrderYield | None:
    """One order; None: nothing is reported, or there is no such order."""
    row = session.connection().execute(_statement(session).where(_order.c.no == order_no)).first()
    return None if row is None else _read(row)


def item_yield(session: Session, item_no: str = "", *, limit: int = NEWEST) -> ItemYield:
    """The newest orders with a report, of one item or of all."""
    if not item_no.isprintable():
        return ItemYield((), now())
    statement = _statement(session).order_by(_order.c.created_at.desc(), _order.c.no.desc()).limit(limit)
    if item_no:
        statement = statement.where(_order.c.item_no == item_no)
    return ItemYield(tuple(_read(row) for row in session.connection().execute(statement)), now())


def _statement(session: Session) -> Select[Any]:
    """Orders with a report; the units of each are looked at where it is listed. A product without units has its good quantity."""
    units = and_(
        _row.c.plant_no == _order.c.plant_no, _row.c.order_no == _order.c.no, _row.c.order_line_no == MAIN_LINE, _row.c.state != REMOVED,
        _row.c.good_quantity + _row.c.error_quantity > ZERO,
    )
    first = select(func.sum(case((_failed_once(), literal(ZERO, QuantityType)), else_=_row.c.good_quantity))).where(units).scalar_subquery()
    main = and_(_line.c.plant_no == _order.c.plant_no, _line.c.order_no == _order.c.no, _line.c.line_no == MAIN_LINE)
    return (
        select(
            _order.c.no, _order.c.item_no, _order.c.created_at, _line.c.good_quantity, _line.c.error_quantity,
            type_coerce(func.coalesce(first, _line.c.good_quantity), QuantityType).label("first_pass"),
        )
        .join(_line, main)
        .where(plant(session, _order, _line), _line.c.good_quantity + _line.c.error_quantity > ZERO)
    )


def _failed_once() -> ColumnElement[bool]:
    """A report of the unit was reversed, a built-in part was taken out for another one, or an inspection of it failed."""
    reversed_once = exists().where(
        _log.c.plant_no == _row.c.plant_no, _log.c.match_id == _row.c.match_id, _log.c.action == AssociationAction.UNREPORTED.value
    )
    replaced = exists().where(
        _out.c.plant_no == _row.c.plant_no, _out.c.match_id == _row.c.match_id, _out.c.action == AssociationAction.REMOVED.value,
        _out.c.association_no == _back.c.association_no, _back.c.plant_no == _row.c.plant_no, _back.c.match_id == _row.c.match_id,
        _back.c.action == AssociationAction.REVERSED.value,
    )
    outside = exists().where(
        _value.c.plant_no == _inspection.c.plant_no, _value.c.inspection_no == _inspection.c.inspection_no,
        or_(_value.c.value < _value.c.lower_limit, _value.c.value > _value.c.upper_limit),
    )
    number = or_(
        and_(_inspection.c.kind == "Serial", _inspection.c.number == _row.c.serial_no),
        and_(_inspection.c.kind == "Lot", _row.c.serial_no == "", _inspection.c.number == _row.c.lot_no),
    )
    failed = exists().where(
        _inspection.c.plant_no == _row.c.plant_no, _inspection.c.item_no == _row.c.item_no,
        _inspection.c.variant_code == _row.c.variant_code, number,
        or_(_inspection.c.state == InspectionState.FAILED.value, outside),
    )
    return or_(reversed_once, replaced, failed)


def _read(row: Row[Any]) -> OrderYield:
    return OrderYield(
        row.no, row.item_no, row.created_at, row.good_quantity + row.error_quantity, row.good_quantity, row.first_pass
    )
