"""The whole first set-up of an empty database in one transaction: company, plant, administrator, location, units, number series."""

from __future__ import annotations

from pydantic import Field
from sqlalchemy.orm import Session

from shopfloor.items.dispositions import create_default_codes
from shopfloor.items.inputs import NewLocation, NewUnit
from shopfloor.items.master_table import LOCATION, UNIT
from shopfloor.items.number_series import create_default_series
from shopfloor.people.actor import Actor
from shopfloor.people.answers import Created
from shopfloor.people.commands import set_setting
from shopfloor.people.fields import Code20, Name
from shopfloor.people.inputs import FirstSetUp, SettingValue
from shopfloor.people.master_commands import create_record
from shopfloor.people.set_up import set_up


class PlantSetUp(FirstSetUp):
    """Everything that a plant needs before somebody can work with it."""

    company_name: Name
    location_code: Code20 = "MAIN"
    location_name: Name = "Main warehouse"
    lines: tuple[NewUnit, ...] = Field(min_length=1, max_length=50)
    """Units of measure."""


def set_up_plant(session: Session, actor: Actor, *, given: PlantSetUp) -> Created:
    """Make the plant whole, once. Of two browsers at once the second hears that it is done. Raises AlreadySetUp, AlreadyExists."""
    first = FirstSetUp.model_validate(given.model_dump(include=set(FirstSetUp.model_fields)))
    made = set_up(session, actor, given=first)
    set_setting(session, actor, given=SettingValue(name="company_name", value=given.company_name))
    create_record(session, actor, master=LOCATION, given=NewLocation(code=given.location_code, name=given.location_name))
    for unit in given.lines:
        create_record(session, actor, master=UNIT, given=unit)
    create_default_series(session, actor)
    create_default_codes(session, actor)
    return made
