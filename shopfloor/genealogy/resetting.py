"""Reset a production order by one stage, with what is registered on it (LIF-5, EDG-32).

From Started everything that was posted is posted back in one register and one transaction: reports, consumption, flushing, picks and the
started quantity. Scans are facts: rows and associations stay, open, and hold their stock as before. What left stock cannot come back;
then nothing changes at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import current_plant, plant, table
from shopfloor.genealogy.entries import Event, append
from shopfloor.genealogy.facts import OPEN, PICKED, Association
from shopfloor.genealogy.maintenance_errors import JournalOpen, ResetTakesBack
from shopfloor.genealogy.models import AssociationAction, AssociationEntry, ComponentAssociation, ProductState, TrackedProduct
from shopfloor.genealogy.open_journal_queries import open_lines
from shopfloor.genealogy.reporting import Use, consumed_event
from shopfloor.genealogy.reversing import restore_associations
from shopfloor.genealogy.row_queries import associations_of_order, open_journal_lines
from shopfloor.items.tracking import Tracking
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.production.answers import OrderMoved
from shopfloor.production.inputs import ResetOrder
from shopfloor.production.locking import LockedOrder, lock_order
from shopfloor.production.operations import read_progress, take_back_entries
from shopfloor.production.resetting import Standing, TakenBackOrder, set_back, stage_before, standing_of, take_back
from shopfloor.production.rules import STARTED
from shopfloor.quantity import ZERO, shown

_row = table(TrackedProduct)
_association = table(ComponentAssociation)
_log = table(AssociationEntry)
Key = tuple[int, int, int, str, str, str]
"""Register, row, component line, item, serial, lot: what a consumption was posted for."""


def reset_order(session: Session, actor: Actor, *, given: ResetOrder) -> OrderMoved:
    """One stage back (LIF-5). From Started it needs the right to reverse, and asks before it takes anything back.

    Raises NotAllowed, NotFound, OrderStatus, OrderReserved (a created order holds nothing), JournalOpen while somebody's picking list
    line waits, ResetTakesBack unless confirmed, NotReversible for a product that is no longer free stock, NotAdjustable where a lot was
    registered a second time since.
    """
    actor.require(rights.ORDERS)
    order = lock_order(session, given.order_no)
    stage = stage_before(order)
    if order.status == STARTED:
        actor.require(rights.REVERSE)
        _take_back(session, actor, order, stage, given)
    moved = set_back(session, actor, order=order, reason=given.reason)
    return OrderMoved(order_no=moved.no, status=moved.status)


def _take_back(session: Session, actor: Actor, order: LockedOrder, stage: str, given: ResetOrder) -> None:
    waiting = open_journal_lines(session, order.no)
    if waiting:
        journal_no, _, owner, _, _ = next(iter(waiting.values()))
        raise JournalOpen(number=f"Production order {order.no}", owner=owner, journal_no=journal_no)
    for line in open_lines(session, order.no):
        raise JournalOpen(number=f"Production order {order.no}", owner=line.owner, journal_no=line.journal_no)
    found, associations = standing_of(session, order.no), associations_of_order(session, order.no)
    picked = [one for one in associations if one.state == PICKED]
    progress = read_progress(session, order.no)
    operations = sum(one.operation.entries for one in progress)
    if (found or picked or operations) and not given.confirmed:
        raise _question(order, stage, found, len(picked), operations)
    if operations:
        take_back_entries(session, actor, order.no, reason=given.reason)
    done = take_back(session, actor, order=order, found=found, reason=given.reason)
    back = _matched(session, order.no, associations, done)
    restore_associations(session, actor, back)
    _open_again(session, order.no)
    events = [consumed_event(use, AssociationAction.REVERSED, done.register_no, given.reason) for use, _ in back]
    append(session, actor, [*(_unpicked(one, given.reason) for one in picked), *events, *_unreport(session, order, done, given.reason)])
    after = {
        "register": done.register_no, "outputs": len(done.outputs), "consumption": len(done.returned), "picks": len(picked),
        "operations": operations,
    }
    audit.record(session, "reset taken back", f"order {order.no}", after=after, reason=given.reason)


def _question(order: LockedOrder, stage: str, found: Standing, picked: int, operations: int) -> ResetTakesBack:
    reported = sum((entry.reported for entry in found.outputs), ZERO)
    return ResetTakesBack(
        order_no=order.no, stage=stage, reported=shown(reported), consumed=len(found.consumption), picked=picked, operations=operations
    )


def _matched(
    session: Session, order_no: str, associations: Sequence[Association], done: TakenBackOrder
) -> list[tuple[Use, list[tuple[int, Decimal]]]]:
    """Which association each returned consumption belongs to; the log knows which posting consumed which one. One statement."""
    if not done.returned:
        return []
    by_no = {
        one.association_no: replace(one, prior_state="", state=OPEN if one.state == PICKED else one.state) for one in associations
    }
    posted_for: dict[Key, list[Association]] = defaultdict(list)
    for row in session.connection().execute(
        select(_log.c.register_no, _log.c.association_no)
        .where(plant(session, _log), _log.c.order_no == order_no, _log.c.action == AssociationAction.CONSUMED.value)
        .order_by(_log.c.entry_no)
    ):
        one = by_no.get(row.association_no)
        if one is not None:
            posted_for[_key(row.register_no, one.match_id, one.component_line_no, one.item_no, one.tracking)].append(one)
    left = {one.association_no: one.consumed for one in associations}
    back: dict[int, list[tuple[int, Decimal]]] = defaultdict(list)
    for entry, posted in done.returned:
        key = _key(entry.register_no, entry.match_id, entry.component_line_no, entry.item_no, entry.tracking)
        mine = next((one for one in posted_for.get(key, ()) if left[one.association_no] >= entry.quantity), None)
        if mine is not None:
            left[mine.association_no] -= entry.quantity
            back[mine.association_no].append((posted.entry_nos[0], entry.quantity))
    return [(Use(by_no[no], sum((quantity for _, quantity in entries), ZERO)), entries) for no, entries in back.items()]


def _key(register_no: int, match_id: int, line_no: int, item_no: str, tracking: Tracking) -> Key:
    return (register_no, match_id, line_no, item_no, tracking.serial_no, tracking.lot_no)


def _open_again(session: Session, order_no: str) -> None:
    """EDG-32: associations stay, and every one is open: nothing is picked any more. One statement."""
    session.connection().execute(
        update(_association)
        .where(_association.c.plant_no == current_plant(session), _association.c.order_no == order_no, _association.c.state == PICKED)
        .values(state=OPEN, version=_association.c.version + 1)
    )


def _unpicked(one: Association, reason: str) -> Event:
    return Event(
        AssociationAction.UNPICKED.value, one.order_no, one.match_id, one.item_no, one.tracking, one.quantity,
        variant_code=one.variant_code, association_no=one.association_no, component_line_no=one.component_line_no, reason=reason,
    )


def _unreport(session: Session, order: LockedOrder, done: TakenBackOrder, reason: str) -> list[Event]:
    """Rows are open again, whatever was reported of them. Two statements."""
    reported = (
        plant(session, _row), _row.c.order_no == order.no, _row.c.state != ProductState.REMOVED.value,
        or_(_row.c.good_quantity != ZERO, _row.c.error_quantity != ZERO),
    )
    rows = session.connection().execute(select(_row).where(*reported).order_by(_row.c.match_id)).all()
    if not rows:
        return []
    session.connection().execute(
        update(_row)
        .where(*reported)
        .values(good_quantity=ZERO, error_quantity=ZERO, state=ProductState.OPEN.value, version=_row.c.version + 1)
    )
    return [
        Event(
            AssociationAction.UNREPORTED.value, order.no, row.match_id, row.item_no, Tracking(row.serial_no, row.lot_no),
            row.good_quantity, variant_code=row.variant_code, error_quantity=row.error_quantity, register_no=done.register_no,
            reason=reason,
        )
        for row in rows
    ]
