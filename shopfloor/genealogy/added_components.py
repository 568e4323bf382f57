"""A component or a substitute that is added to a started order, from one unit on (D36, EDG-5). The bill stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import current_plant, plant, table
from shopfloor.errors import InvalidInput, NotFound
from shopfloor.genealogy.answers import ComponentAdded
from shopfloor.genealogy.facts import PREALLOCATED, REMOVED
from shopfloor.genealogy.inputs import AddComponent
from shopfloor.genealogy.models import AssociationEntry, TrackedProduct
from shopfloor.items.errors import ItemBlocked
from shopfloor.items.masters import ItemMaster
from shopfloor.items.models import FlushingPrinciple
from shopfloor.items.queries import item_masters, unit_factors
from shopfloor.items.units import measured
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.production import rules
from shopfloor.production.components import OrderLine, order_components, order_lines
from shopfloor.production.errors import AlreadyReplaced
from shopfloor.production.locking import LockedOrder, lock_order
from shopfloor.production.models import ProdOrderComponent
from shopfloor.production.operations import read_progress
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.cancelling import trim_demand
from shopfloor.reservations.models import ReservationSource
from shopfloor.reservations.rules import Demand

_component = table(ProdOrderComponent)
_row = table(TrackedProduct)
_log = table(AssociationEntry)
LINE_STEP = 10


def add_component(session: Session, actor: Actor, *, order_no: str, given: AddComponent) -> ComponentAdded:
    """Add a component line to a started order; units before the named one do not need it. It can be scanned at once.

    A line that it replaces is needed by the units before only: its demand falls, and reservations beyond it are released. What units
    have registered already stays. Raises NotAllowed, NotFound, OrderStatus unless Started, ItemBlocked, UnitUnknown, BelowPrecision,
    AlreadyReplaced, InvalidInput.
    """
    actor.require(rights.CHANGE_COMPONENTS)
    order = lock_order(session, order_no)
    order.require(rules.STARTED)
    line = order_lines(session, order.no)[0]
    components = order_components(session, order.no)
    _check_operation(session, order, given.operation_no)
    master, per_unit = _goods(session, given)
    from_match_id = _first_unit(session, order.no, given)
    before = quantity_before(session, order.no, from_match_id)
    expected = _expected(master, given, per_unit, line.quantity)
    needed = _expected(master, given, per_unit, line.quantity - before)
    line_no = _next_line_no(session, order.no, components)
    if given.replaces_line_no:
        _end_replaced(session, actor, order, line, components, given, from_match_id, before)
    values = {
        "plant_no": current_plant(session), "order_no": order.no, "order_line_no": line.line_no, "line_no": line_no,
        "item_no": given.item_no, "variant_code": given.variant_code, "location_code": order.location_code,
        "unit_code": given.unit_code or master.base_unit_code, "quantity_per_unit": per_unit, "quantity_per": given.quantity_per,
        "flushing": FlushingPrinciple.MANUAL.value, "operation_no": given.operation_no, "expected_quantity": needed,
        "share_quantity": expected, "added": True, "replaces_line_no": given.replaces_line_no, "from_match_id": from_match_id,
    }
    session.connection().execute(insert(_component), values)
    after = {"item": given.item_no, "quantity_per": shown(given.quantity_per), "replaces": given.replaces_line_no, "from": from_match_id}
    audit.record(session, "component added", f"order {order.no} line {line_no}", after=after, reason=given.reason)
    return ComponentAdded(order_no=order.no, line_no=line_no, item=master.description, quantity=shown(needed), unit=master.base_unit_code)


def _next_line_no(session: Session, order_no: str, components: Sequence[rules.Component]) -> int:
    """Behind every line, also behind lines that were taken off: what the log says of those must not be read as this one's."""
    logged = select(func.max(_log.c.component_line_no)).where(plant(session, _log), _log.c.order_no == order_no)
    last = max((component.line_no for component in components), default=0)
    return max(last, session.connection().execute(logged).scalar_one() or 0) // LINE_STEP * LINE_STEP + LINE_STEP


def _goods(session: Session, given: AddComponent) -> tuple[ItemMaster, Decimal]:
    masters, factors = item_masters(session, [given.item_no]), unit_factors(session, [given.item_no])
    if given.item_no not in masters:
        raise NotFound(record="item", number=given.item_no)
    master = masters[given.item_no]
    if master.blocked:
        raise ItemBlocked(item=given.item_no)
    return master, measured(master, factors, Decimal(1), given.unit_code).quantity_per_unit


def _check_operation(session: Session, order: LockedOrder, operation_no: int) -> None:
    if operation_no and all(step.operation.operation_no != operation_no for step in read_progress(session, order.no)):
        raise NotFound(record="operation", number=f"{order.no} {operation_no}")


def _first_unit(session: Session, order_no: str, given: AddComponent) -> int:
    """The match id from which on units need the line: 0 for all of them, one behind the last registered one for new units only.

    A number that was assigned in advance has its id before it is scanned: one that is not started must not count as an earlier unit.
    """
    assigned = _row.c.state == PREALLOCATED
    ids = session.connection().execute(
        select(
            func.max(_row.c.match_id).filter(~assigned).label("last"),
            func.min(_row.c.match_id).filter(assigned).label("not_started"),
            func.count().filter(_row.c.match_id == given.from_match_id).label("named"),
        ).where(plant(session, _row), _row.c.order_no == order_no, _row.c.order_line_no == rules.MAIN_LINE, _row.c.state != REMOVED)
    ).one()
    if given.from_match_id and not given.new_units_only and not ids.named:
        raise NotFound(record="product on this order", number=str(given.from_match_id))
    first = (ids.last or 0) + 1 if given.new_units_only else given.from_match_id
    if ids.not_started is not None and ids.not_started < first:
        told = "numbers that were assigned before that unit are not started yet; choose every unit, or start them first"
        raise InvalidInput(summary=told, problems={"from_match_id": told})
    return first


def quantity_before(session: Session, order_no: str, from_match_id: int) -> Decimal:
    """Base quantity of the registered units before one of them."""
    before = select(func.sum(_row.c.quantity)).where(
        plant(session, _row), _row.c.order_no == order_no, _row.c.order_line_no == rules.MAIN_LINE, _row.c.state.in_(("Open", "Reported")),
        _row.c.match_id < from_match_id,
    )
    return session.connection().execute(before).scalar_one() or ZERO


def _expected(master: ItemMaster, given: AddComponent, per_unit: Decimal, quantity: Decimal) -> Decimal:
    expected = rules.expected_quantity(
        quantity_per=given.quantity_per, quantity_per_unit=per_unit, order_quantity=quantity, constant=False, scrap_percent=ZERO,
        precision=master.rounding_precision, serial=master.serial_controlled,
    )
    if expected is None:
        told = "is more than an order can need"
        raise InvalidInput(summary=f"quantity_per {told}", problems={"quantity_per": told})
    return expected


def _end_replaced(
    session: Session, actor: Actor, order: LockedOrder, line: OrderLine, components: Sequence[rules.Component], given: AddComponent,
    from_match_id: int, before: Decimal,
) -> None:
    """The replaced line serves the units before; what it demands falls to their share, but not below what was consumed."""
    replaced = next((component for component in components if component.line_no == given.replaces_line_no), None)
    if replaced is None:
        raise NotFound(record="component line on this order", number=str(given.replaces_line_no))
    if replaced.until_match_id or rules.order_level(replaced, line.quantity):
        raise AlreadyReplaced(order_no=order.no, line_no=replaced.line_no, item=replaced.description)
    needed = max(rules.share_of(replaced, before, line.quantity), replaced.consumed)
    session.connection().execute(
        update(_component)
        .where(plant(session, _component), _component.c.order_no == order.no, _component.c.line_no == replaced.line_no)
        .values(share_quantity=replaced.share, expected_quantity=needed, until_match_id=from_match_id or 1, ended=True)
    )
    trim_demand(session, actor, Demand(ReservationSource.PROD_ORDER_COMPONENT.value, order.no, line.line_no, replaced.line_no))
