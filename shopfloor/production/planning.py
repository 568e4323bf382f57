"""Making a production order by hand, and changing it while it has not started."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.clock import now
from shopfloor.db import current_plant, plant, table
from shopfloor.errors import StaleRow
from shopfloor.items.masters import ItemMaster
from shopfloor.items.number_series import PRODUCTION, next_number
from shopfloor.items.rules import check_number
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.answers import Changed, Created
from shopfloor.people.errors import AlreadyExists
from shopfloor.people.masters import require_address
from shopfloor.production import rules
from shopfloor.production.explosion import Explosion, explode
from shopfloor.production.following import (
    check_component_numbers,
    follow_co_products,
    follow_output,
    release_components,
    reserve_again,
)
from shopfloor.production.holding import refuse_reserved
from shopfloor.production.inputs import ChangeProductionOrder, NewProductionOrder
from shopfloor.production.locking import lock_order
from shopfloor.production.models import ProdOrderComponent, ProdOrderLine, ProdOrderOperation, ProductionOrder
from shopfloor.quantity import shown

_order = table(ProductionOrder)
_line = table(ProdOrderLine)
_component = table(ProdOrderComponent)
_operation = table(ProdOrderOperation)
NOT_STARTED = (rules.CREATED, rules.ESTIMATED, rules.SCHEDULED, rules.RELEASED)


def create_order(session: Session, actor: Actor, *, given: NewProductionOrder) -> Created:
    """Make an order from the versions of bill and routing that are valid on its due date; it begins as Created (LIF-1).

    Raises NotAllowed, AlreadyExists, SetupMissing for the number series, NumberInvalid or NumberPattern for fixed numbers, and
    what `explode` refuses.
    """
    actor.require(rights.ORDERS)
    require_address("production order", given.no)
    order_no = given.no or next_number(session, PRODUCTION)
    plant_no = current_plant(session)
    if given.no and session.get(ProductionOrder, (plant_no, order_no)) is not None:
        raise AlreadyExists(record="production order", number=order_no)
    exploded = explode(
        session,
        item_no=given.item_no,
        quantity=given.quantity,
        location_code=given.location_code,
        day=given.due_date or actor.work_date(),
    )
    _check_fixed_numbers(given, exploded.product)
    values = given.model_dump(exclude={"no", "description"})
    head = {"plant_no": plant_no, "no": order_no, "status": rules.CREATED, "version": 1, "created_at": now(), **values}
    head |= {"description": given.description or exploded.product.description, **_versions(exploded)}
    session.connection().execute(insert(_order), head)
    product = {"line_no": rules.MAIN_LINE, **{name: values[name] for name in ("item_no", "variant_code", "quantity")}}
    own = {"plant_no": plant_no, "order_no": order_no}
    session.connection().execute(insert(ProdOrderLine), [{**own, **line} for line in (product, *exploded.co_products)])
    _write_needs(session, order_no, exploded)
    audit.record(session, "create production order", order_no, after=given.model_dump(mode="json") | _versions(exploded))
    return Created(record="Production order", number=order_no)


def change_order(session: Session, actor: Actor, *, given: ChangeProductionOrder) -> Changed:
    """Change quantity, due date or location of an order that has not started; its components are exploded anew.

    The version of bill and routing is chosen again for the new due date. What is reserved of the order is cut to what it makes, and
    *Always* components are reserved again. Raises NotAllowed, NotFound, OrderStatus, StaleRow, OrderReserved while parts are set aside
    for it, LineReserved, LineTracked, TrackedQuantity, LineReservationFixed, what `explode` refuses, and DateConflict unless confirmed.
    """
    actor.require(rights.ORDERS)
    order = lock_order(session, given.order_no)
    order.require(*NOT_STARTED)
    if order.version != given.version + 1:
        raise StaleRow(record=f"Production order {order.no}")
    refuse_reserved(session, order.no)
    values = given.model_dump(include={"quantity", "due_date", "location_code"})
    moved: dict[str, Any] = {"location_code": given.location_code, "due_date": given.due_date, "confirmed": given.confirmed}
    released = follow_output(session, order, quantity=given.quantity, **moved)
    exploded = explode(
        session,
        item_no=order.item_no,
        quantity=given.quantity,
        location_code=given.location_code,
        day=given.due_date or actor.work_date(),
    )
    released += follow_co_products(session, order, exploded, **moved)
    check_component_numbers(session, order.no, exploded)
    release_components(session, actor, order.no)
    connection = session.connection()
    connection.execute(update(_order).where(plant(session, _order), _order.c.no == order.no).values(**values, **_versions(exploded)))
    mine = (plant(session, _line), _line.c.order_no == order.no, _line.c.line_no == rules.MAIN_LINE)
    connection.execute(update(_line).where(*mine).values(quantity=given.quantity))
    connection.execute(delete(_line).where(plant(session, _line), _line.c.order_no == order.no, _line.c.line_no != rules.MAIN_LINE))
    if exploded.co_products:
        own_line = {"plant_no": current_plant(session), "order_no": order.no}
        connection.execute(insert(ProdOrderLine), [{**own_line, **line} for line in exploded.co_products])
    for own in (_component, _operation):
        connection.execute(delete(own).where(plant(session, own), own.c.order_no == order.no))
    _write_needs(session, order.no, exploded)
    reserve_again(session, actor, order)
    due = order.due_date.isoformat() if order.due_date else None
    before = {"quantity": shown(order.quantity), "due_date": due, "location_code": order.location_code}
    after = given.model_dump(mode="json", include={"quantity", "due_date", "location_code"}) | _versions(exploded)
    after["released"] = shown(released)
    audit.record(session, "change production order", order.no, before=before, after=after)
    return Changed(record="Production order", number=order.no)


def _versions(exploded: Explosion) -> dict[str, Any]:
    return {"bom_version": exploded.bom_version, "routing_version": exploded.routing_version}


def _write_needs(session: Session, order_no: str, exploded: Explosion) -> None:
    """Components and operations: one executemany each."""
    plant_no = current_plant(session)
    own = {"plant_no": plant_no, "order_no": order_no}
    components = [{**own, "order_line_no": rules.MAIN_LINE, **row} for row in exploded.components]
    if components:
        session.connection().execute(insert(ProdOrderComponent), components)
    if exploded.operations:
        session.connection().execute(insert(ProdOrderOperation), [{**own, **row} for row in exploded.operations])


def _check_fixed_numbers(given: NewProductionOrder, product: ItemMaster) -> None:
    for kind, number in (("Serial", given.fixed_serial_no), ("Lot", given.fixed_lot_no)):
        if number:
            check_number(product, kind, number)
