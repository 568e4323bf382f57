"""Taking registrations back: associations and rows (EDG-27 to EDG-29, D15, D20, D39)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import current_plant, table
from shopfloor.genealogy.entries import Event, append
from shopfloor.genealogy.facts import CONSUMED, PICKED, PREALLOCATED, Association, Row, Situation
from shopfloor.genealogy.maintenance_errors import HasPicks, NotYours, RowLocked
from shopfloor.genealogy.models import (
    AssociationAction,
    AssociationState,
    ComponentAssociation,
    PickingListLine,
    ProductState,
    TrackedProduct,
)
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.production.counters import count_registered
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.always import reserve_always
from shopfloor.reservations.commands import give_back, set_picked
from shopfloor.reservations.models import ReservationSource
from shopfloor.reservations.queries import pieces_of_associations

_row = table(TrackedProduct)
_association = table(ComponentAssociation)
_journal = table(PickingListLine)


def check_removable(actor: Actor, association: Association, *, confirmed: bool) -> None:
    """EDG-28, EDG-29, D37: posted ones are locked, picked ones ask, workers keep to their own. Raises RowLocked, HasPicks, NotYours."""
    number = association.tracking.label()
    if association.state == CONSUMED or association.consumed > ZERO:
        raise RowLocked(number=number)
    check_own(actor, association.registered_by, number)
    if association.state == PICKED and not confirmed:
        raise HasPicks(number=number, quantity=shown(association.quantity))


def check_own(actor: Actor, registered_by: str, number: str) -> None:
    """D37: with only the workers' right, one's own registrations."""
    if actor.may(rights.MAINTAIN):
        return
    actor.require(rights.MAINTAIN_OWN)
    if registered_by != actor.operator_no:
        raise NotYours(number=number, operator=registered_by)


def remove_associations(session: Session, actor: Actor, associations: Sequence[Association], *, reason: str = "") -> None:
    """Remove checked associations: reservations go back to the line or become free, picks are undone.

    Lines of *Always* items are reserved again (D32). A constant number of statements.
    """
    if not associations:
        return
    picked = [a for a in associations if a.state == PICKED]
    pieces = pieces_of_associations(session, [a.association_no for a in associations])
    give_back(session, actor, pieces)
    _set_state(session, associations, AssociationState.REMOVED)
    _drop_journal_lines(session, associations)
    events = [_event(AssociationAction.UNPICKED, a, reason) for a in picked]
    append(session, actor, events + [_event(AssociationAction.REMOVED, a, reason) for a in associations])
    for order_no in sorted({association.order_no for association in associations}):
        reserve_always(session, actor, ReservationSource.PROD_ORDER_COMPONENT.value, order_no)
    for association in associations:
        subject = f"association {association.association_no} ({association.tracking.label()})"
        audit.record(session, "removed", subject, before={"quantity": shown(association.quantity)}, reason=reason)


def remove_row(session: Session, actor: Actor, situation: Situation, row: Row, *, reason: str = "") -> None:
    """Remove a row whose associations are gone; a pre-assigned number returns to *Not started*, others are voided (EDG-27, D39).

    A pre-assigned number that was not started is deleted from the list (DIM-3). Lines that were ended for it (D26) are needed again by
    whatever is built under the number later.
    """
    back = row.preallocated and row.state != PREALLOCATED
    state = ProductState.PREALLOCATED if back else ProductState.REMOVED
    session.connection().execute(
        update(_row)
        .where(_row.c.plant_no == current_plant(session), _row.c.match_id == row.match_id)
        .values(state=state.value, closed_lines=[], version=_row.c.version + 1)
    )
    if row.state != PREALLOCATED:
        count_registered(session, situation.order_no, row.order_line_no, -row.quantity)
    event = Event(
        AssociationAction.REMOVED.value, situation.order_no, row.match_id, situation.product.item_no, row.tracking, ZERO,
        variant_code=situation.product.variant_code, old_quantity=row.quantity, reason=reason,
    )
    append(session, actor, [event])
    audit.record(session, "removed", f"product {row.tracking.label()}", before={"order": situation.order_no}, reason=reason)


def set_association_picks(session: Session, actor: Actor, associations: Sequence[Association], *, picked: bool, reason: str = "") -> None:
    """D1: mark checked associations and their reservations as picked, or take that back."""
    if not associations:
        return
    set_picked(session, [a.association_no for a in associations], picked=picked)
    _set_state(session, associations, AssociationState.PICKED if picked else AssociationState.OPEN)
    action = AssociationAction.PICKED if picked else AssociationAction.UNPICKED
    append(session, actor, [_event(action, a, reason) for a in associations])
    audit.record(
        session, action.value, f"order {associations[0].order_no}", after={"numbers": [a.tracking.label() for a in associations]},
        reason=reason,
    )


def _drop_journal_lines(session: Session, associations: Sequence[Association]) -> None:
    """An open picking list line of a part that is gone has nothing to post."""
    numbers = [a.association_no for a in associations]
    session.connection().execute(
        delete(_journal).where(_journal.c.plant_no == current_plant(session), _journal.c.association_no.in_(numbers))
    )


def _set_state(session: Session, associations: Sequence[Association], state: AssociationState) -> None:
    session.connection().execute(
        update(_association)
        .where(
            _association.c.plant_no == current_plant(session),
            _association.c.association_no.in_([a.association_no for a in associations]),
        )
        .values(state=state.value, version=_association.c.version + 1)
    )


def _event(action: AssociationAction, association: Association, reason: str) -> Event:
    removed = action is AssociationAction.REMOVED
    return Event(
        action.value, association.order_no, association.match_id, association.item_no, association.tracking,
        ZERO if removed else association.quantity, variant_code=association.variant_code, association_no=association.association_no,
        component_line_no=association.component_line_no, old_quantity=association.quantity, reason=reason,
    )
