"""Reading the lines and components of an order: what journals, commands and the Tracked components pages share."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Exists, Row, Select, and_, bindparam, exists, func, select
from sqlalchemy.orm import Session

from shopfloor.db import current_plant, table
from shopfloor.items.models import (
    Item,
    ItemTrackingCode,
    ItemTrackingRequirement,
    NumberKind,
    TrackedComponentsPolicy,
    UnitOfMeasure,
)
from shopfloor.production.models import ProdOrderComponent, ProdOrderLine, ProdOrderOperation
from shopfloor.production.rules import FINISH, Component
from shopfloor.reservations.models import ReservationEntry, ReservationSource, ReservationStatus

_line = table(ProdOrderLine)
_component = table(ProdOrderComponent)
_operation = table(ProdOrderOperation)
_item = table(Item)
_code = table(ItemTrackingCode)
_policy = table(TrackedComponentsPolicy)
_unit = table(UnitOfMeasure)
_reserved = table(ReservationEntry)
CONSUMED_BY = "manufacturing outbound"


def operated(plant_no: ColumnElement[int], order_no: ColumnElement[str]) -> Exists:
    """Whether somebody reported an operation of the order (C16), and it stands; a part of statements that are read anyhow."""
    by_hand = _operation.c.entry_count > _operation.c.automatic_count
    return exists().where(_operation.c.plant_no == plant_no, _operation.c.order_no == order_no, by_hand)


def route_flushed(plant_no: ColumnElement[int], order_no: ColumnElement[str]) -> Exists:
    """Whether an operation of the order posts by itself at *Finish* (LIF-7); the same way."""
    return exists().where(_operation.c.plant_no == plant_no, _operation.c.order_no == order_no, _operation.c.flushing == FINISH)


def route_posted(plant_no: ColumnElement[int], order_no: ColumnElement[str]) -> Exists:
    """Whether an operation was posted by a start or a report itself, and it stands; the same way."""
    return exists().where(_operation.c.plant_no == plant_no, _operation.c.order_no == order_no, _operation.c.automatic_count > 0)


_LINES = (
    select(
        _line.c.line_no,
        _line.c.item_no,
        _line.c.variant_code,
        _line.c.quantity,
        _line.c.started_quantity,
        _line.c.good_quantity,
        _line.c.error_quantity,
        exists()
        .where(
            _reserved.c.plant_no == bindparam("at_plant"), _reserved.c.source_id == bindparam("at_order"),
            _reserved.c.source_type.in_([ReservationSource.PROD_ORDER_COMPONENT.value, ReservationSource.PROD_ORDER_LINE.value]),
            _reserved.c.reservation_status == ReservationStatus.SURPLUS.value,
        )
        .label("has_plan"),
        operated(bindparam("at_plant"), bindparam("at_order")).label("operated"),
        route_flushed(bindparam("at_plant"), bindparam("at_order")).label("route_flushed"),
        route_posted(bindparam("at_plant"), bindparam("at_order")).label("route_posted"),
        _item.c.rounding_precision,
        _item.c.base_unit_code,
    )
    .join(_item, _item.c.no == _line.c.item_no)
    .where(_line.c.plant_no == bindparam("at_plant"), _line.c.order_no == bindparam("at_order"))
    .order_by(_line.c.line_no)
)


@dataclass(frozen=True)
class OrderLine:
    """What an order makes, and how far it is. Base units of the product."""

    line_no: int
    item_no: str
    variant_code: str
    quantity: Decimal
    started: Decimal
    """QTY-1: what statuses compare with."""
    good: Decimal
    error: Decimal
    has_plan: bool = False
    """Numbers were assigned to a line of the order beforehand (PR-02)."""
    operated: bool = False
    """Somebody reported an operation of the order (C16)."""
    route_flushed: bool = False
    """An operation posts by itself at *Finish*."""
    route_posted: bool = False
    """An operation was posted by a start or a report itself."""
    precision: Decimal = Decimal(1)
    """The item's rounding precision."""
    unit_code: str = ""

    @property
    def reported(self) -> Decimal:
        """QTY-11, PST-14: error counts, it used material as well."""
        return self.good + self.error

    @property
    def remaining(self) -> Decimal:
        """ASC-16: ordered - good - error, never below zero (QTY-4)."""
        return max(self.quantity - self.reported, Decimal(0))


def order_lines(session: Session, order_no: str) -> list[OrderLine]:
    """The lines of an order. One statement."""
    rows = session.connection().execute(_LINES, {"at_plant": current_plant(session), "at_order": order_no})
    return [OrderLine(*row) for row in rows]


def order_components(session: Session, order_no: str) -> list[Component]:
    """The component lines of an order in their order, with what their items demand. One statement, however many lines."""
    rows = session.connection().execute(_COMPONENTS, {"at_plant": current_plant(session), "at_order": order_no})
    return [_read(row) for row in rows]


def _components() -> Select[Any]:
    demands = {kind: table(ItemTrackingRequirement).alias(kind.value.lower()) for kind in NumberKind}
    joined = (
        _component.join(_item, _item.c.no == _component.c.item_no)
        .join(_unit, _unit.c.code == _item.c.base_unit_code)
        .outerjoin(_code, _code.c.code == _item.c.item_tracking_code)
        .outerjoin(_policy, _policy.c.name == _item.c.tracked_components_policy)
    )
    for kind, demand in demands.items():
        joined = joined.outerjoin(
            demand,
            and_(demand.c.tracking_code == _code.c.code, demand.c.kind == kind.value, demand.c.transaction == CONSUMED_BY),
        )
    return select(
        _component,
        _item.c.description,
        _item.c.base_unit_code,
        _item.c.rounding_precision,
        _code.c.serial_specific,
        _code.c.lot_specific,
        _code.c.package_specific,
        demands[NumberKind.SERIAL].c.kind.label("serial_demand"),
        demands[NumberKind.LOT].c.kind.label("lot_demand"),
        demands[NumberKind.PACKAGE].c.kind.label("package_demand"),
        func.coalesce(_policy.c.use_tracked_components, False).label("use_tracked_components"),
        _code.c.strict_expiration_posting,
        _unit.c.measured,
        _unit.c.gs1_unit,
        func.coalesce(_policy.c.check_preallocation_for_components, False).label("check_preallocation"),
        func.coalesce(_policy.c.serial_number_matching_limit, True).label("matching_limit"),
    ).select_from(joined)


# Built once: putting this together costs more than running it.
_COMPONENTS = (
    _components()
    .where(_component.c.plant_no == bindparam("at_plant"), _component.c.order_no == bindparam("at_order"))
    .order_by(_component.c.order_line_no, _component.c.line_no)
)


def _read(row: Row[Any]) -> Component:
    return Component(
        order_line_no=row.order_line_no,
        line_no=row.line_no,
        item_no=row.item_no,
        variant_code=row.variant_code,
        location_code=row.location_code,
        unit_code=row.unit_code,
        quantity_per_unit=row.quantity_per_unit,
        quantity_per=row.quantity_per,
        constant=row.constant,
        flushing=row.flushing,
        operation_no=row.operation_no,
        expected=row.expected_quantity,
        consumed=row.consumed_quantity,
        precision=row.rounding_precision,
        serial=bool(row.serial_specific) or row.serial_demand is not None,
        lot=bool(row.lot_specific) or row.lot_demand is not None,
        package=bool(row.package_specific) or row.package_demand is not None,
        use_tracked_components=bool(row.use_tracked_components),
        under_tolerance_percent=row.under_tolerance_percent,
        over_tolerance_percent=row.over_tolerance_percent,
        one_scan_is=row.one_scan_is,
        may_be_loaded=row.may_be_loaded,
        added=row.added,
        from_match_id=row.from_match_id,
        until_match_id=row.until_match_id,
        share_quantity=row.share_quantity,
        description=row.description,
        base_unit_code=row.base_unit_code,
        serial_specific=bool(row.serial_specific),
        lot_specific=bool(row.lot_specific),
        strict_expiration=bool(row.strict_expiration_posting),
        measured=row.measured,
        gs1_unit=row.gs1_unit,
        check_preallocation=bool(row.check_preallocation),
        matching_limit=bool(row.matching_limit),
        ended=row.ended,
    )
