"""Master data is made here: units, tracking codes, policies, items with their units and codes, locations."""

from __future__ import annotations

from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import Base
from shopfloor.items import tracking_codes
from shopfloor.items.inputs import (
    NewGtin,
    NewItem,
    NewItemUnit,
    NewLocation,
    NewPolicy,
    NewReference,
    NewTrackingCode,
    NewUnit,
)
from shopfloor.items.master_table import GTIN, ITEM, ITEM_UNIT, LOCATION, REFERENCE, UNIT
from shopfloor.items.models import ItemTrackingCode, TrackedComponentsPolicy
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.answers import Created
from shopfloor.people.errors import AlreadyExists
from shopfloor.people.fields import InputModel
from shopfloor.people.master_commands import create_record
from shopfloor.people.masters import require_address


def create_unit(session: Session, actor: Actor, *, given: NewUnit) -> Created:
    """Add a unit of measure. Raises NotAllowed, AlreadyExists."""
    return create_record(session, actor, master=UNIT, given=given)


def create_tracking_code(session: Session, actor: Actor, *, given: NewTrackingCode) -> Created:
    """Add an item tracking code with what it demands (DM-40, TC-01 to TC-03). Raises NotAllowed, AlreadyExists."""
    actor.require(rights.MASTERS)
    _refuse_known(session, ItemTrackingCode, given.code, "item tracking code")
    tracking_codes.insert_codes(session, [given])
    return _created(session, "Item tracking code", given.code, given)


def create_policy(session: Session, actor: Actor, *, given: NewPolicy) -> Created:
    """Add a Tracked components policy (SET-4). Raises NotAllowed, AlreadyExists."""
    actor.require(rights.MASTERS)
    _refuse_known(session, TrackedComponentsPolicy, given.name, "tracked components policy")
    session.add(TrackedComponentsPolicy(**given.model_dump()))
    return _created(session, "Tracked components policy", given.name, given)


def create_item(session: Session, actor: Actor, *, given: NewItem) -> Created:
    """Add an item. Raises NotAllowed, AlreadyExists, NotFound for unit, code or policy, InvalidInput for serials of a measured item."""
    return create_record(session, actor, master=ITEM, given=given)


def add_item_unit(session: Session, actor: Actor, *, given: NewItemUnit) -> Created:
    """Say how many base units another unit of an item holds. Raises NotAllowed, AlreadyExists, NotFound."""
    return create_record(session, actor, master=ITEM_UNIT, given=given)


def add_gtin(session: Session, actor: Actor, *, given: NewGtin) -> Created:
    """Give an item, or one packing unit of it, a GTIN; kept with 14 digits (SCN-14).

    Raises NotAllowed, Gs1Parse for a wrong check digit (D10: master data never accepts one), NotFound, UnitUnknown, AlreadyExists.
    """
    return create_record(session, actor, master=GTIN, given=given)


def add_reference(session: Session, actor: Actor, *, given: NewReference) -> Created:
    """Give an item another code. Raises NotAllowed, NotFound, UnitUnknown, AlreadyExists."""
    return create_record(session, actor, master=REFERENCE, given=given)


def create_location(session: Session, actor: Actor, *, given: NewLocation) -> Created:
    """Add a warehouse to the plant. Raises NotAllowed, AlreadyExists."""
    return create_record(session, actor, master=LOCATION, given=given)


def _refuse_known(session: Session, model: type[Base], key: object, record: str) -> None:
    require_address(record, str(key))
    if session.get(model, key) is not None:
        raise AlreadyExists(record=record, number=str(key))


def _created(session: Session, record: str, number: str, given: InputModel) -> Created:
    audit.record(session, f"create {record.lower()}", number, after=given.model_dump(mode="json"))
    return Created(record=record, number=number)
