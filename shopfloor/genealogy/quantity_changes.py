"""Changing the quantity of an open association, with its reservation (EDG-4, EDG-24)."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import current_plant, table
from shopfloor.genealogy.entries import Event, append
from shopfloor.genealogy.facts import Association
from shopfloor.genealogy.models import AssociationAction, ComponentAssociation
from shopfloor.people.actor import Actor
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.commands import give_back
from shopfloor.reservations.queries import pieces_of_associations

_association = table(ComponentAssociation)


def reduce_association(session: Session, actor: Actor, association: Association, quantity: Decimal, *, reason: str = "") -> None:
    """Lower an association to `quantity`; the stock behind the difference returns to the line or becomes free (D15), newest first."""
    assert ZERO < quantity < association.quantity
    surplus = association.quantity - quantity
    pieces = sorted(pieces_of_associations(session, [association.association_no]), key=lambda piece: -piece.entry_no)
    parts: dict[int, Decimal] = {}
    for piece in pieces:
        part = min(piece.quantity, surplus)
        if part > ZERO:
            parts[piece.entry_no] = part
            surplus -= part
    give_back(session, actor, pieces, parts)
    set_quantity(session, actor, association, quantity, reason=reason)


def set_quantity(session: Session, actor: Actor, association: Association, quantity: Decimal, *, reason: str = "") -> None:
    """Write the new quantity and its log entry; the reservation is the caller's business."""
    session.connection().execute(
        update(_association)
        .where(_association.c.plant_no == current_plant(session), _association.c.association_no == association.association_no)
        .values(quantity=quantity, version=_association.c.version + 1)
    )
    event = Event(
        AssociationAction.CHANGED.value, association.order_no, association.match_id, association.item_no, association.tracking, quantity,
        variant_code=association.variant_code, association_no=association.association_no, component_line_no=association.component_line_no,
        old_tracking=association.tracking, old_quantity=association.quantity, reason=reason,
    )
    append(session, actor, [event])
    audit.record(
        session, "changed", f"association {association.association_no}", before={"quantity": shown(association.quantity)},
        after={"quantity": shown(quantity)}, reason=reason,
    )
