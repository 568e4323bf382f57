"""Reverse report: un-report a row (EDG-30, D23). Posted history stays; the reversal is posted beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import ManyRows, current_plant, plant, table
from shopfloor.genealogy.answers import AssociationsChanged
from shopfloor.genealogy.entries import Event, append
from shopfloor.genealogy.facts import CONSUMED, OPEN, PICKED, Association, Row
from shopfloor.genealogy.inputs import SelectionInput
from shopfloor.genealogy.judging import judge
from shopfloor.genealogy.maintenance_errors import NotAdjustable, NothingSelected, NotReportable
from shopfloor.genealogy.models import (
    AssociationAction,
    AssociationEntry,
    AssociationState,
    ComponentAssociation,
    ProductState,
    TrackedProduct,
)
from shopfloor.genealogy.reporting import Use, consumed_event
from shopfloor.genealogy.row_queries import OrderRows, read_rows
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.production.journals import ReversedReport
from shopfloor.production.journals import reverse_report as post_reversal
from shopfloor.production.locking import LockedOrder, lock_order
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.commands import NewPair, change_reserved, insert_pairs
from shopfloor.reservations.models import ReservationSource
from shopfloor.reservations.rules import Demand, OpenEntry

_row = table(TrackedProduct)
_association = table(ComponentAssociation)
_log = table(AssociationEntry)
_restored = ("consumed_quantity", "state")
_RESTORE = ManyRows(
    lambda given: update(_association)
    .where(_association.c.association_no == given["association_no"])
    .values(**{name: given[name] for name in _restored}, version=_association.c.version + 1),
    association_no=_association.c.association_no, **{name: _association.c[name] for name in _restored},
)


def reverse_report(session: Session, actor: Actor, *, order_no: str, given: SelectionInput) -> AssociationsChanged:
    """Take back the latest report of each selected row; each association regains its prior state and its reservation (D23).

    Refused (NOT_REVERSIBLE and other posting refusals) when a unit is no longer free stock. All selected rows or none.
    """
    actor.require(rights.REVERSE)
    if not given.selected:
        raise NothingSelected
    order = lock_order(session, order_no)
    rows = read_rows(session, order, given.selected)

    def check(row: Row) -> None:
        if row.good + row.error == ZERO:
            raise NotReportable(number=row.tracking.label(), why="nothing of it is reported.")

    good, refused = judge([row for row, _ in rows.rows.values()], check)
    for row in good:
        reversed_report = post_reversal(session, actor, order=order, match_id=row.match_id, reason=given.reason)
        _restore(session, actor, order, rows, row, reversed_report, given.reason)
    numbers = [row.tracking.label() for row in good]
    text = f"Report reversed: {', '.join(numbers[:5])}." if numbers else "Nothing was reversed."
    return AssociationsChanged(done_text=text, done=numbers, refused=refused, match_id=good[0].match_id if good else 0)


def _restore(
    session: Session, actor: Actor, order: LockedOrder, rows: OrderRows, row: Row, done: ReversedReport, reason: str
) -> None:
    """The projections follow: the row is open again, its parts are what they were before, their stock is held for them again."""
    uses = _returned(session, rows, row, done)
    restore_associations(session, actor, uses)
    session.connection().execute(
        update(_row)
        .where(_row.c.plant_no == current_plant(session), _row.c.match_id == row.match_id)
        .values(
            good_quantity=row.good - done.good, error_quantity=row.error - done.error, state=ProductState.OPEN.value,
            version=_row.c.version + 1,
        )
    )
    event = Event(
        AssociationAction.UNREPORTED.value, order.no, row.match_id, row.item_no, row.tracking, done.good,
        variant_code=row.variant_code, error_quantity=done.error, register_no=done.register_no, reason=reason,
    )
    events = [consumed_event(Use(u.association, u.quantity), AssociationAction.REVERSED, done.register_no, reason) for u, _ in uses]
    append(session, actor, [*events, event])
    audit.record(
        session, "report reversed", f"product {row.tracking.label()}", before={"good": shown(row.good), "error": shown(row.error)},
        reason=reason,
    )


def _returned(session: Session, rows: OrderRows, row: Row, done: ReversedReport) -> list[tuple[Use, list[tuple[int, Decimal]]]]:
    """Which association each returned consumption belongs to, and the open entries that it came back as. One statement.

    A lot may be in the row twice, consumed by hand before and by the report: the log knows which one a posting consumed.
    """
    registers = {returned.entry.register_no for returned, _ in done.returned}
    consumed = set(
        session.connection().scalars(
            select(_log.c.association_no).where(
                plant(session, _log), _log.c.order_no == rows.situation.order_no, _log.c.register_no.in_(registers),
                _log.c.action == AssociationAction.CONSUMED.value,
            )
        )
    )
    candidates = [a for a in (*rows.associations(row.match_id), *rows.order_level) if a.association_no in consumed]
    back: dict[int, tuple[Association, Decimal, list[tuple[int, Decimal]]]] = {}
    for returned, posted in done.returned:
        entry = returned.entry
        for association in candidates:
            same_line = association.component_line_no == entry.component_line_no and association.match_id == entry.match_id
            numbers = (association.tracking.serial_no, association.tracking.lot_no)
            if same_line and association.item_no == entry.item_no and numbers == (entry.tracking.serial_no, entry.tracking.lot_no):
                known = back.get(association.association_no, (association, ZERO, []))
                entries = [*known[2], *((entry_no, returned.quantity) for entry_no in posted.entry_nos)]
                back[association.association_no] = (association, known[1] + returned.quantity, entries)
                break
    return [(Use(association, quantity), entries) for association, quantity, entries in back.values()]


def restore_associations(session: Session, actor: Actor, uses: Sequence[tuple[Use, list[tuple[int, Decimal]]]]) -> None:
    """D23: each association regains its prior state and a specific reservation of the stock that came back."""
    if not uses:
        return
    _refuse_registered_again(session, [use.association for use, _ in uses])
    pairs: list[NewPair] = []
    reserved: dict[int, Decimal] = defaultdict(Decimal)
    for use, entries in uses:
        a = use.association
        demand = Demand(
            ReservationSource.PROD_ORDER_COMPONENT.value, a.order_no, a.order_line_no, a.component_line_no, a.association_no
        )
        for entry_no, quantity in entries:
            supply = OpenEntry(entry_no, a.item_no, a.variant_code, a.location_code, a.tracking, quantity, ZERO)
            pairs.append(NewPair(demand, supply, quantity, specific=True, picked=_prior(a) == PICKED))
            reserved[entry_no] += quantity
    change_reserved(session, reserved)
    insert_pairs(session, actor, pairs)
    rows = [
        {
            "association_no": use.association.association_no,
            "consumed_quantity": use.association.consumed - use.quantity,
            "state": _prior(use.association),
        }
        for use, _ in uses
    ]
    _RESTORE.execute(session, rows)


def _refuse_registered_again(session: Session, associations: Sequence[Association]) -> None:
    """EDG-4: a lot is open once in a row. Raises NotAdjustable where it was registered again after what comes back was consumed."""
    lots = [(a.match_id, a.component_line_no, a.tracking.lot_no) for a in associations if not a.tracking.serial_no]
    if not lots:
        return
    twice = next((key[2] for key in lots if lots.count(key) > 1), "")
    if twice:
        raise NotAdjustable(number=twice, why="it was registered here twice. Return one at a time.")
    open_ones = session.connection().execute(
        select(_association.c.match_id, _association.c.component_line_no, _association.c.lot_no).where(
            plant(session, _association), _association.c.order_no == associations[0].order_no, _association.c.serial_no == "",
            _association.c.match_id.in_({a.match_id for a in associations}), _association.c.state.in_((OPEN, PICKED)),
            _association.c.association_no.not_in([a.association_no for a in associations]),
        )
    )
    for row in open_ones:
        if tuple(row) in lots:
            raise NotAdjustable(number=row.lot_no, why="it is registered here once more. Remove or post that registration first.")


def _prior(association: Association) -> str:
    """What was consumed in part kept its own state, and may have been picked or put back since; the rest joins it."""
    if association.state != CONSUMED:
        return association.state
    return association.prior_state or AssociationState.OPEN.value
