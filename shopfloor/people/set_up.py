"""The first set-up of an empty database: plant 1, its administrator and its reason codes."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import current_plant
from shopfloor.people.actor import Actor
from shopfloor.people.answers import Created
from shopfloor.people.errors import AlreadyExists, AlreadySetUp
from shopfloor.people.inputs import FirstSetUp
from shopfloor.people.models import Operator, Plant, Role
from shopfloor.people.reasons import create_default_reasons
from shopfloor.people.rights import RIGHTS

CONSOLE = Actor("console", "Console", RIGHTS[Role.ADMINISTRATOR])
"""Who acts when a command is typed at the server itself: whoever may do that could write to the database anyway."""


def console_actor(session: Session) -> Actor:
    """The console with the time zone of the plant."""
    zone = session.scalar(select(Plant.time_zone).where(Plant.plant_no == current_plant(session)))
    return Actor(CONSOLE.operator_no, CONSOLE.name, CONSOLE.rights, time_zone=zone or "UTC")


def set_up(session: Session, actor: Actor, *, given: FirstSetUp) -> Created:
    """Make the plant and its first administrator. Raises AlreadySetUp when the plant is there, AlreadyExists for number or badge."""
    plant_no = current_plant(session)
    there = session.get(Plant, plant_no)
    if there is not None:
        raise AlreadySetUp(plant=there.name)
    if session.get(Operator, given.administrator_no) is not None:
        raise AlreadyExists(record="operator", number=given.administrator_no)
    if session.scalar(select(Operator.no).where(Operator.badge == given.badge)) is not None:
        raise AlreadyExists(record="badge", number=given.badge)
    session.add(Plant(plant_no=plant_no, name=given.plant_name, time_zone=given.time_zone))
    session.add(
        Operator(
            no=given.administrator_no,
            name=given.administrator_name,
            badge=given.badge,
            role=Role.ADMINISTRATOR,
            language=given.language,
        )
    )
    session.flush()
    create_default_reasons(session, actor)
    audit.record(session, "set up", given.plant_name, after=given.model_dump(mode="json") | {"by": actor.operator_no})
    return Created(record="Plant", number=given.plant_name)
