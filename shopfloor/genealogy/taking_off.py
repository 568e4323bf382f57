"""An added component line is taken off its order again, as long as nothing stands on it (D36). What the bill gave stays."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import current_plant, plant, table
from shopfloor.errors import NotFound
from shopfloor.genealogy.added_components import quantity_before
from shopfloor.genealogy.answers import ComponentTakenOff, SubstituteTakenOff
from shopfloor.genealogy.inputs import TakeOffComponent
from shopfloor.genealogy.loading import unload_line
from shopfloor.genealogy.maintenance_errors import LineNotRemovable
from shopfloor.genealogy.models import ComponentAssociation, JournalKind, OpenJournalLine
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.production import rules
from shopfloor.production.components import order_components, order_lines
from shopfloor.production.locking import LockedOrder, lock_order
from shopfloor.production.models import ProdOrderComponent
from shopfloor.production.rules import Component
from shopfloor.quantity import shown
from shopfloor.reservations.always import reserve_always
from shopfloor.reservations.cancelling import trim_demand
from shopfloor.reservations.models import ReservationSource
from shopfloor.reservations.pairs import pairs_of_demand
from shopfloor.reservations.rules import Demand
from shopfloor.reservations.tracking_records import take_off, tracking_records

_component = table(ProdOrderComponent)
_association = table(ComponentAssociation)
_journal = table(OpenJournalLine)
_entry = table(ItemLedgerEntry)


def take_off_component(
    session: Session, actor: Actor, *, order_no: str, line_no: int, given: TakeOffComponent
) -> ComponentTakenOff | SubstituteTakenOff:
    """Take an added component line off a started order, with its reservations; a line that it replaced is needed by all units again.

    Raises NotAllowed, NotFound, OrderStatus unless Started, LineNotRemovable for a line of the bill and where something is registered,
    posted, picked or listed on it, or another line replaces it.
    """
    actor.require(rights.CHANGE_COMPONENTS)
    order = lock_order(session, order_no)
    order.require(rules.STARTED)
    components = {component.line_no: component for component in order_components(session, order.no)}
    line = components.get(line_no)
    if line is None:
        raise NotFound(record="component line on this order", number=str(line_no))
    demand = Demand(ReservationSource.PROD_ORDER_COMPONENT.value, order.no, line.order_line_no, line_no)
    why = _why_not(session, order, line, demand)
    if why:
        raise LineNotRemovable(order_no=order.no, line_no=line_no, item=line.description, why=why)
    replaced = components.get(_replaced_by(session, order, line_no))
    unload_line(session, order.no, line_no)
    session.connection().execute(
        delete(_component).where(plant(session, _component), _component.c.order_no == order.no, _component.c.line_no == line_no)
    )
    _release(session, actor, demand)
    before = {"item": line.item_no, "quantity_per": shown(line.quantity_per), "replaces": replaced.line_no if replaced else 0}
    audit.record(session, "component taken off", f"order {order.no} line {line_no}", before=before, reason=given.reason)
    if replaced is None:
        return ComponentTakenOff(order_no=order.no, line_no=line_no, item=line.description)
    _need_again(session, actor, order, replaced)
    return SubstituteTakenOff(
        order_no=order.no, line_no=line_no, item=line.description, replaced_line_no=replaced.line_no, replaced=replaced.description
    )


def _why_not(session: Session, order: LockedOrder, line: Component, demand: Demand) -> str:
    """What stands on the line, in words; blank: nothing. Two statements."""
    if not line.added:
        return "it was not added to the order; it comes from the bill."
    if line.until_match_id:
        return "another component replaces it. Take that one off first."
    registered, listed, posted = _stands(session, order.no, line.line_no)
    if posted:  # also what was returned since: posted records name their line
        return "material was posted for it."
    if registered:
        return f"{registered} numbers are registered on it. Remove them first."
    if listed:
        return "an open picking list has it. Post or delete that first."
    if any(pair.picked for pair in pairs_of_demand(session, demand)):
        return "goods are picked for it. Put them back first."
    return ""


def _stands(session: Session, order_no: str, line_no: int) -> tuple[int, bool, bool]:
    a, j, e = _association.c, _journal.c, _entry.c
    registered = select(func.count()).where(
        plant(session, _association), a.order_no == order_no, a.component_line_no == line_no, a.state != "Removed"
    )
    listed = exists().where(
        plant(session, _journal), j.order_no == order_no, j.kind == JournalKind.PICKING_LIST.value, j.source_line_no == line_no
    )
    posted = exists().where(plant(session, _entry), e.order_no == order_no, e.component_line_no == line_no)
    row = session.connection().execute(select(registered.scalar_subquery(), listed, posted)).one()
    return row[0], bool(row[1]), bool(row[2])


def _replaced_by(session: Session, order: LockedOrder, line_no: int) -> int:
    wanted = select(_component.c.replaces_line_no).where(
        plant(session, _component), _component.c.order_no == order.no, _component.c.line_no == line_no
    )
    return int(session.connection().execute(wanted).scalar_one() or 0)


def _release(session: Session, actor: Actor, demand: Demand) -> None:
    """Reservations and numbers of the line go with it."""
    trim_demand(session, actor, demand)
    records = tracking_records(session, [demand])
    take_off(session, records, {record.entry_no: record.quantity for record in records})


def _need_again(session: Session, actor: Actor, order: LockedOrder, replaced: Component) -> None:
    """The line serves every unit again that it served before it was replaced; *Always* items are reserved again (D32)."""
    line = order_lines(session, order.no)[0]
    units = line.quantity - quantity_before(session, order.no, replaced.from_match_id)
    needed: Decimal = max(rules.share_of(replaced, units, line.quantity), replaced.consumed)
    session.connection().execute(
        update(_component)
        .where(
            _component.c.plant_no == current_plant(session), _component.c.order_no == order.no, _component.c.line_no == replaced.line_no
        )
        .values(expected_quantity=needed, until_match_id=0, ended=False)
    )
    reserve_always(session, actor, ReservationSource.PROD_ORDER_COMPONENT.value, order.no)
