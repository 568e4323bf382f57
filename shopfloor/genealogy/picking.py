"""Pick and un-pick: the first of two steps, a part is set aside for its unit before it is consumed (D1, ASC-20, PST-3, PST-22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from shopfloor.genealogy.answers import AssociationsChanged
from shopfloor.genealogy.facts import OPEN, PICKED, Association
from shopfloor.genealogy.inputs import SelectionInput
from shopfloor.genealogy.judging import judge
from shopfloor.genealogy.maintenance_errors import NothingSelected, NotPickable
from shopfloor.genealogy.removal import set_association_picks
from shopfloor.genealogy.row_queries import HeldNumbers, associations_by_no, held_numbers, hold_of
from shopfloor.genealogy.start_queries import numbers_of_rows, read_start, refuse_awaiting
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.production.locking import LockedOrder, lock_order
from shopfloor.production.rules import CONSUMING
from shopfloor.reservations.errors import refusal_of_hold


def pick(session: Session, actor: Actor, *, order_no: str, given: SelectionInput) -> AssociationsChanged:
    """ASC-20: pick open associations; all that can change since the scan is checked again. The item ledger is written at consumption."""
    actor.require(rights.PICK)
    order = lock_order(session, order_no)
    order.require(*CONSUMING)
    found = associations_by_no(session, order_no, _selected(given))
    facts = read_pick(session, order, found)
    good, refused = judge(found, lambda association: check_pick(order, association, facts))
    set_association_picks(session, actor, good, picked=True, reason=given.reason)
    return AssociationsChanged(done_text=f"Picked {len(good)}.", done=[a.tracking.label() for a in good], refused=refused)


@dataclass(frozen=True)
class PickFacts:
    """What a pick is judged by."""

    held: HeldNumbers
    awaiting: frozenset[int]
    """Rows above the started quantity."""
    units: Mapping[int, str]
    """Their numbers."""


def read_pick(session: Session, order: LockedOrder, associations: Sequence[Association]) -> PickFacts:
    """Three statements, whatever the number of associations."""
    awaiting = read_start(session, order.no).awaiting
    return PickFacts(held_numbers(session, associations), awaiting, numbers_of_rows(session, order.no, awaiting))


def check_pick(order: LockedOrder, association: Association, facts: PickFacts) -> None:
    """ASC-20, PST-22, D20. Raises NotPickable, OrderStatus, or the refusal of a hold."""
    number = association.tracking.label()
    if association.state != OPEN:
        raise NotPickable(number=number, state=association.state)
    refuse_awaiting(order, association.match_id, facts.units.get(association.match_id, ""), facts.awaiting)
    hold = hold_of(association, facts.held)
    if hold is not None:
        raise refusal_of_hold(hold, association.item_no, number)


def unpick(session: Session, actor: Actor, *, order_no: str, given: SelectionInput) -> AssociationsChanged:
    """D1, D20: put picked parts back; a hold never stops it."""
    actor.require(rights.PICK)
    lock_order(session, order_no)
    found = associations_by_no(session, order_no, _selected(given))

    def check(association: Association) -> None:
        if association.state != PICKED:
            raise NotPickable(number=association.tracking.label(), state=association.state)

    good, refused = judge(found, check)
    set_association_picks(session, actor, good, picked=False, reason=given.reason)
    return AssociationsChanged(done_text=f"Put back {len(good)}.", done=[a.tracking.label() for a in good], refused=refused)


def _selected(given: SelectionInput) -> list[int]:
    if not given.selected:
        raise NothingSelected
    return list(given.selected)
