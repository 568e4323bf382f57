"""Production orders through their stages: made, estimated, scheduled, released, started, reported and ended (LIF-1 to LIF-8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.clock import now
from shopfloor.db import current_plant, plant, table
from shopfloor.errors import InvalidInput, NotFound
from shopfloor.items.errors import BelowPrecision, ItemBlocked, UnitUnknown
from shopfloor.items.masters import ItemMaster
from shopfloor.items.models import ItemUnitOfMeasure, Location
from shopfloor.items.number_series import PRODUCTION, next_number
from shopfloor.items.queries import item_masters
from shopfloor.items.rules import check_number
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.answers import Created
from shopfloor.people.errors import AlreadyExists
from shopfloor.production import journals, rules
from shopfloor.production.answers import OrderMoved, OrderStarted, OrderStartedNumbersOpen
from shopfloor.production.components import OrderLine, order_lines
from shopfloor.production.errors import BomMissing, OrderReserved, OrderStatus, StartedAboveOrdered, StartedBelowReported
from shopfloor.production.inputs import NewProductionOrder, OrderKey, StartOrder
from shopfloor.production.locking import LockedOrder, lock_order
from shopfloor.production.models import (
    BillOfMaterial,
    BomLine,
    ProdOrderComponent,
    ProdOrderLine,
    ProdOrderOperation,
    ProductionOrder,
    Routing,
    RoutingLine,
)
from shopfloor.quantity import ONE, ZERO, shown
from shopfloor.reservations.cancelling import drop_demand, drop_inbound
from shopfloor.reservations.models import ReservationEntry, ReservationSource, ReservationStatus
from shopfloor.reservations.reserving import reserve_always

_orders = table(ProductionOrder)
_lines = table(ProdOrderLine)


def create_order(session: Session, actor: Actor, *, given: NewProductionOrder) -> Created:
    """Make an order from the item's bill of material and routing; it begins as Created (LIF-1).

    Raises NotAllowed, AlreadyExists, NotFound for item or location, ItemBlocked, BomMissing, UnitUnknown, BelowPrecision,
    SetupMissing for the number series, NumberInvalid or NumberPattern for fixed numbers, InvalidInput for a need beyond all bounds.
    """
    actor.require(rights.ORDERS)
    order_no = given.no or next_number(session, PRODUCTION)
    plant_no = current_plant(session)
    if given.no and session.get(ProductionOrder, (plant_no, order_no)) is not None:
        raise AlreadyExists(record="production order", number=order_no)
    bom_lines = session.scalars(
        select(BomLine)
        .join(BillOfMaterial, BillOfMaterial.no == BomLine.bom_no)
        .where(BillOfMaterial.item_no == given.item_no)
        .order_by(BomLine.line_no)
    ).all()
    masters = item_masters(session, [given.item_no, *(line.item_no for line in bom_lines)])
    _check_order(session, given, masters)
    if not bom_lines:
        raise BomMissing(item_no=given.item_no)
    units = _units(session, [line.item_no for line in bom_lines])
    order = ProductionOrder(
        plant_no=plant_no,
        no=order_no,
        status=rules.CREATED,
        created_at=now(),
        **given.model_dump(exclude={"no", "description"}),
        description=given.description or masters[given.item_no].description,
    )
    session.add(order)
    session.flush()
    session.add(
        ProdOrderLine(
            plant_no=plant_no,
            order_no=order_no,
            line_no=rules.MAIN_LINE,
            item_no=given.item_no,
            variant_code=given.variant_code,
            quantity=given.quantity,
        )
    )
    session.flush()
    session.add_all(_component(order, line, masters[line.item_no], units) for line in bom_lines)
    session.add_all(_operations(session, plant_no, order_no, given.item_no))
    audit.record(session, "create production order", order_no, after=given.model_dump(mode="json"))
    return Created(record="Production order", number=order_no)


def estimate_order(session: Session, actor: Actor, *, given: OrderKey) -> OrderMoved:
    """Created -> Estimated (LIF-2). Raises NotAllowed, NotFound, OrderStatus."""
    return _move(session, actor, given.order_no, "estimate")


def schedule_order(session: Session, actor: Actor, *, given: OrderKey) -> OrderMoved:
    """-> Scheduled, with the missing earlier step (LIF-3). Raises NotAllowed, NotFound, OrderStatus."""
    return _move(session, actor, given.order_no, "schedule")


def release_order(session: Session, actor: Actor, *, given: OrderKey) -> OrderMoved:
    """-> Released, with missing earlier steps (LIF-3). Raises NotAllowed, NotFound, OrderStatus."""
    return _move(session, actor, given.order_no, "release")


def end_job(session: Session, actor: Actor, *, given: OrderKey) -> OrderMoved:
    """Started -> Reported as finished: nothing more is registered or reported (ASC-15, LIF-8). Raises NotAllowed, NotFound, OrderStatus."""
    return _move(session, actor, given.order_no, "end job")


def end_order(session: Session, actor: Actor, *, given: OrderKey) -> OrderMoved:
    """Reported as finished -> Ended: nothing is posted any more (LIF-2, PR-08).

    Raises NotAllowed, NotFound, OrderStatus, OrderReserved while parts are still set aside for it.
    """
    actor.require(rights.ORDERS)
    order = lock_order(session, given.order_no)
    _refuse_reserved(session, order)
    return _moved(session, actor, order, "end")


def start_order(session: Session, actor: Actor, *, given: StartOrder) -> OrderStarted:
    """Start an order or a part of it, with missing earlier steps (LIF-3, LIF-4), and consume its *Start* lines (PST-10, PST-13).

    A negative quantity takes started quantity back and returns what starting had consumed too much. Raises NotAllowed, NotFound,
    OrderStatus, StartedAboveOrdered, StartedBelowReported, OrderReserved (negative only), and refusals of the posting door.
    """
    actor.require(rights.ORDERS)
    order = lock_order(session, given.order_no)
    order = advance(session, actor, order, "start")
    line = order_lines(session, order.no)[0]
    quantity = line.quantity - line.started if given.quantity is None else given.quantity
    started = line.started + quantity
    _check_start(session, order, line, quantity, started)
    session.connection().execute(
        update(_lines)
        .where(plant(session, _lines), _lines.c.order_no == order.no, _lines.c.line_no == line.line_no)
        .values(started_quantity=started)
    )
    posted = journals.flush_started(session, actor, order=order, line=line, started=started)
    audit.record(session, "start production order", order.no, before={"started": shown(line.started)}, after={"started": shown(started)})
    consumed = [_said(flush) for flush, _line in posted.flushed] if posted else []
    left_open = [_said(flush) for flush in posted.left_open] if posted else []
    told = {
        "order_no": order.no,
        "quantity": shown(quantity),
        "started": shown(started),
        "ordered": shown(line.quantity),
    }
    if left_open:
        items = ", ".join(open_line["item_no"] for open_line in left_open)
        return OrderStartedNumbersOpen(**told, consumed=consumed, left_open=left_open, items=items)
    return OrderStarted(**told, consumed=consumed, left_open=[])


def advance(session: Session, actor: Actor, order: LockedOrder, action: str) -> LockedOrder:
    """Move a locked order by an action of `rules.MOVES`, missing earlier steps included (LIF-3). Raises OrderStatus.

    Report as finished with *End job* uses it in its own transaction.
    """
    passed = rules.steps(action, order.status)
    if passed is None:
        raise OrderStatus(order_no=order.no, status=order.status, needed=rules.listed(rules.MOVES[action][1]))
    if not passed:
        return order
    session.connection().execute(update(_orders).where(plant(session, _orders), _orders.c.no == order.no).values(status=passed[-1]))
    audit.record(session, action, order.no, before={"status": order.status}, after={"status": passed[-1], "through": list(passed)})
    _follow_stage(session, actor, order.no, order.status, passed[-1])
    return replace(order, status=passed[-1])


def _follow_stage(session: Session, actor: Actor, order_no: str, before: str, after: str) -> None:
    """What stages mean for reservations: components begin to be demand, output stops being supply, and an ended order needs nothing."""
    if before == rules.CREATED:
        reserve_always(session, actor, ReservationSource.PROD_ORDER_COMPONENT.value, order_no)
    if after in {rules.REPORTED, rules.ENDED}:
        drop_inbound(session, actor, ReservationSource.PROD_ORDER_LINE.value, order_no)
    if after == rules.ENDED:
        drop_demand(session, ReservationSource.PROD_ORDER_COMPONENT.value, order_no)


def _move(session: Session, actor: Actor, order_no: str, action: str) -> OrderMoved:
    actor.require(rights.ORDERS)
    return _moved(session, actor, lock_order(session, order_no), action)


def _moved(session: Session, actor: Actor, order: LockedOrder, action: str) -> OrderMoved:
    moved = advance(session, actor, order, action)
    return OrderMoved(order_no=moved.no, status=moved.status)


def _check_order(session: Session, given: NewProductionOrder, masters: Mapping[str, ItemMaster]) -> None:
    product = masters.get(given.item_no)
    if product is None:
        raise NotFound(record="item", number=given.item_no)
    blocked = next((master for master in masters.values() if master.blocked), None)
    if blocked is not None:
        raise ItemBlocked(item=blocked.item_no)
    if session.get(Location, (current_plant(session), given.location_code)) is None:
        raise NotFound(record="location", number=given.location_code)
    if given.quantity % product.rounding_precision != ZERO:
        raise BelowPrecision(
            item=given.item_no, quantity=shown(given.quantity), unit=product.base_unit_code, precision=shown(product.rounding_precision)
        )
    for kind, number in (("Serial", given.fixed_serial_no), ("Lot", given.fixed_lot_no)):
        if number:
            check_number(product, kind, number)


def _units(session: Session, item_nos: list[str]) -> dict[tuple[str, str], Decimal]:
    """Base units in each other unit of the items."""
    unit = ItemUnitOfMeasure
    rows = session.execute(select(unit.item_no, unit.unit_code, unit.quantity_per_unit).where(unit.item_no.in_(sorted(set(item_nos)))))
    return {(row.item_no, row.unit_code): row.quantity_per_unit for row in rows}


def _component(order: ProductionOrder, line: BomLine, master: ItemMaster, units: Mapping[tuple[str, str], Decimal]) -> ProdOrderComponent:
    """The order's own copy of a bill line, with what the whole order needs of it (QTY-2, D31)."""
    per_unit = ONE if line.unit_code == master.base_unit_code else units.get((line.item_no, line.unit_code))
    if per_unit is None:
        raise UnitUnknown(item=line.item_no, unit=line.unit_code)
    expected = rules.expected_quantity(
        quantity_per=line.quantity_per,
        quantity_per_unit=per_unit,
        order_quantity=order.quantity,
        constant=line.constant,
        scrap_percent=line.scrap_percent,
        precision=master.rounding_precision,
        serial=master.serial_controlled,
    )
    if expected is None:
        told = f"an order of this size would need too much of {line.item_no}"
        raise InvalidInput(summary=told, problems={"quantity": told})
    return ProdOrderComponent(
        plant_no=order.plant_no,
        order_no=order.no,
        order_line_no=rules.MAIN_LINE,
        line_no=line.line_no,
        item_no=line.item_no,
        variant_code=line.variant_code,
        location_code=order.location_code,
        unit_code=line.unit_code,
        quantity_per_unit=per_unit,
        quantity_per=line.quantity_per,
        constant=line.constant,
        scrap_percent=line.scrap_percent,
        flushing=line.flushing,
        operation_no=line.operation_no,
        under_tolerance_percent=line.under_tolerance_percent,
        over_tolerance_percent=line.over_tolerance_percent,
        one_scan_is=line.one_scan_is,
        expected_quantity=expected,
    )


def _operations(session: Session, plant_no: int, order_no: str, item_no: str) -> list[ProdOrderOperation]:
    steps = session.scalars(
        select(RoutingLine)
        .join(Routing, Routing.no == RoutingLine.routing_no)
        .where(Routing.item_no == item_no)
        .order_by(RoutingLine.operation_no)
    )
    return [
        ProdOrderOperation(
            plant_no=plant_no, order_no=order_no, operation_no=step.operation_no, description=step.description, resource=step.resource
        )
        for step in steps
    ]


def _check_start(session: Session, order: LockedOrder, line: OrderLine, quantity: Decimal, started: Decimal) -> None:
    if quantity == ZERO or started > line.quantity:
        raise StartedAboveOrdered(order_no=order.no, ordered=shown(line.quantity), started=shown(line.started), quantity=shown(quantity))
    if started < line.reported:
        raise StartedBelowReported(order_no=order.no, started=shown(line.started), reported=shown(line.reported), quantity=shown(-quantity))
    if quantity < ZERO:
        _refuse_reserved(session, order)


def _refuse_reserved(session: Session, order: LockedOrder) -> None:
    """Registrations belong to a layer above; what production can see of them is that they reserve, or are picked.

    What the component lines themselves hold stands in nobody's way: it becomes free when the order is ended.
    """
    entry = table(ReservationEntry)
    held = session.scalars(
        select(entry.c.item_no)
        .where(
            plant(session, entry),
            entry.c.source_type == ReservationSource.PROD_ORDER_COMPONENT,
            entry.c.source_id == order.no,
            entry.c.reservation_status == ReservationStatus.RESERVATION,
            (entry.c.association_no != 0) | entry.c.picked,
        )
        .group_by(entry.c.item_no)
        .order_by(entry.c.item_no)
        .limit(5)
    ).all()
    if held:
        raise OrderReserved(order_no=order.no, components=", ".join(held))


def _said(flush: rules.FlushLine) -> dict[str, str]:
    component = flush.component
    return {
        "line_no": str(component.line_no),
        "item_no": component.item_no,
        "quantity": shown(flush.quantity),
        "unit": component.base_unit_code,
    }
