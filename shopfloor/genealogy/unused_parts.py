"""What nothing will consume any more is free again, so that no report takes it (ASC-22, ASC-23, EDG-43)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from shopfloor.genealogy.facts import Association
from shopfloor.genealogy.quantity_changes import reduce_association
from shopfloor.genealogy.removal import remove_associations
from shopfloor.genealogy.reporting import Use, write_consumed
from shopfloor.people.actor import Actor
from shopfloor.quantity import ZERO


def free_unused(session: Session, actor: Actor, associations: Sequence[Association], *, reason: str) -> None:
    """Leave of each association what was consumed; one that nothing was consumed of is removed."""
    unused = [association for association in associations if association.unposted > ZERO]
    remove_associations(session, actor, [association for association in unused if association.consumed == ZERO], reason=reason)
    for association in unused:
        if association.consumed > ZERO:
            reduce_association(session, actor, association, association.consumed, reason=reason)
            write_consumed(session, [Use(replace(association, quantity=association.consumed), ZERO)])
