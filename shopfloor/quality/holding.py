"""Holds by hand, also of a unit that is still being built (D20)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from shopfloor.items.inputs import HoldNumber
from shopfloor.items.number_information import put_on_hold
from shopfloor.items.rules import GoodsNumber
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.answers import Changed
from shopfloor.quality.numbers import known_number


def hold_number(session: Session, actor: Actor, *, given: HoldNumber) -> Changed:
    """The number is neither reserved, used, sold nor reported until it is released. Raises NotAllowed, NotFound for a slip of the pen."""
    actor.require(rights.HOLD)
    known_number(session, GoodsNumber(given.item_no, given.variant_code, str(given.kind), given.number))
    return put_on_hold(session, actor, given=given)
