"""Master data is made here: units, tracking codes, policies, items with their units and codes, locations."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import Base, current_plant
from shopfloor.errors import InvalidInput, NotFound
from shopfloor.items import tracking_codes
from shopfloor.items.errors import UnitUnknown
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
from shopfloor.items.models import (
    Gtin,
    Item,
    ItemReference,
    ItemTrackingCode,
    ItemUnitOfMeasure,
    Location,
    NumberSeries,
    TrackedComponentsPolicy,
    UnitOfMeasure,
)
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.answers import Created
from shopfloor.people.errors import AlreadyExists
from shopfloor.people.fields import InputModel
from shopfloor.quantity import shown
from shopfloor.scanning.gs1.check_digits import gtin_14


def create_unit(session: Session, actor: Actor, *, given: NewUnit) -> Created:
    """Add a unit of measure. Raises NotAllowed, AlreadyExists."""
    actor.require(rights.MASTERS)
    _refuse_known(session, UnitOfMeasure, given.code, "unit of measure")
    session.add(UnitOfMeasure(**given.model_dump()))
    return _created(session, "Unit of measure", given.code, given)


def create_tracking_code(session: Session, actor: Actor, *, given: NewTrackingCode) -> Created:
    """Add an item tracking code with what it demands (DM-40, TC-01 to TC-03). Raises NotAllowed, AlreadyExists."""
    actor.require(rights.MASTERS)
    _refuse_known(session, ItemTrackingCode, given.code, "item tracking code")
    session.add(ItemTrackingCode(code=given.code, **tracking_codes.columns(given)))
    session.flush()
    tracking_codes.write_requirements(session, given)
    return _created(session, "Item tracking code", given.code, given)


def create_policy(session: Session, actor: Actor, *, given: NewPolicy) -> Created:
    """Add a Tracked components policy (SET-4). Raises NotAllowed, AlreadyExists."""
    actor.require(rights.MASTERS)
    _refuse_known(session, TrackedComponentsPolicy, given.name, "tracked components policy")
    session.add(TrackedComponentsPolicy(**given.model_dump()))
    return _created(session, "Tracked components policy", given.name, given)


def create_item(session: Session, actor: Actor, *, given: NewItem) -> Created:
    """Add an item. Raises NotAllowed, AlreadyExists, NotFound for unit, code or policy, InvalidInput for serials of a measured item."""
    actor.require(rights.MASTERS)
    _refuse_known(session, Item, given.no, "item")
    _require(session, UnitOfMeasure, given.base_unit_code, "unit of measure")
    if given.tracked_components_policy:
        _require(session, TrackedComponentsPolicy, given.tracked_components_policy, "tracked components policy")
    if given.item_tracking_code:
        code = _require(session, ItemTrackingCode, given.item_tracking_code, "item tracking code")
        if code.serial_specific and given.rounding_precision != 1:
            problem = "must be 1 for items with serial numbers"
            raise InvalidInput(summary=f"rounding_precision {problem}", problems={"rounding_precision": problem})
    for series in {given.serial_nos, given.lot_nos} - {""}:
        _require(session, NumberSeries, (current_plant(session), series), "number series", series)
    values = given.model_dump(exclude={"item_tracking_code", "tracked_components_policy"})
    tracking_code, policy = given.item_tracking_code or None, given.tracked_components_policy or None
    session.add(Item(**values, item_tracking_code=tracking_code, tracked_components_policy=policy, blocked=False))
    return _created(session, "Item", given.no, given)


def add_item_unit(session: Session, actor: Actor, *, given: NewItemUnit) -> Created:
    """Say how many base units another unit of an item holds. Raises NotAllowed, AlreadyExists, NotFound."""
    actor.require(rights.MASTERS)
    item = _require(session, Item, given.item_no, "item")
    _require(session, UnitOfMeasure, given.unit_code, "unit of measure")
    if given.unit_code == item.base_unit_code:
        raise AlreadyExists(record="base unit", number=given.unit_code)
    _refuse_known(session, ItemUnitOfMeasure, (given.item_no, given.unit_code), "unit", f"{given.item_no} {given.unit_code}")
    session.add(ItemUnitOfMeasure(**given.model_dump()))
    return _created(session, "Item unit of measure", f"{given.item_no} {given.unit_code} = {shown(given.quantity_per_unit)}", given)


def add_gtin(session: Session, actor: Actor, *, given: NewGtin) -> Created:
    """Give an item, or one packing unit of it, a GTIN; kept with 14 digits (SCN-14).

    Raises NotAllowed, Gs1Parse for a wrong check digit (D10: master data never accepts one), NotFound, UnitUnknown, AlreadyExists.
    """
    actor.require(rights.MASTERS)
    gtin = gtin_14(given.gtin)
    item = _require(session, Item, given.item_no, "item")
    unit_code = _unit_of(session, item, given.unit_code)
    _refuse_known(session, Gtin, gtin, "GTIN")
    session.add(Gtin(gtin=gtin, item_no=item.no, variant_code=given.variant_code, unit_code=unit_code))
    return _created(session, "GTIN", gtin, given)


def add_reference(session: Session, actor: Actor, *, given: NewReference) -> Created:
    """Give an item another code. Raises NotAllowed, NotFound, UnitUnknown, AlreadyExists."""
    actor.require(rights.MASTERS)
    item = _require(session, Item, given.item_no, "item")
    unit_code = _unit_of(session, item, given.unit_code)
    _refuse_known(session, ItemReference, (given.reference_no, given.source_no), "item reference", given.reference_no)
    session.add(ItemReference(**given.model_dump(exclude={"unit_code"}), unit_code=unit_code))
    return _created(session, "Item reference", given.reference_no, given)


def create_location(session: Session, actor: Actor, *, given: NewLocation) -> Created:
    """Add a warehouse to the plant. Raises NotAllowed, AlreadyExists."""
    actor.require(rights.MASTERS)
    plant_no = current_plant(session)
    _refuse_known(session, Location, (plant_no, given.code), "location", given.code)
    session.add(Location(plant_no=plant_no, **given.model_dump()))
    return _created(session, "Location", given.code, given)


R = TypeVar("R", bound=Base)


def _unit_of(session: Session, item: Item, unit_code: str) -> str:
    """A code on a label counts in a unit that the item has, else its quantity is not known."""
    if not unit_code or unit_code == item.base_unit_code:
        return item.base_unit_code
    known = select(ItemUnitOfMeasure.unit_code).where(ItemUnitOfMeasure.item_no == item.no, ItemUnitOfMeasure.unit_code == unit_code)
    if session.scalar(known) is None:
        raise UnitUnknown(item=item.no, unit=unit_code)
    return unit_code


def _refuse_known(session: Session, model: type[Base], key: object, record: str, number: str = "") -> None:
    if session.get(model, key) is not None:
        raise AlreadyExists(record=record, number=number or str(key))


def _require(session: Session, model: type[R], key: object, record: str, number: str = "") -> R:
    row = session.get(model, key)
    if row is None:
        raise NotFound(record=record, number=number or str(key))
    return row


def _created(session: Session, record: str, number: str, given: InputModel) -> Created:
    audit.record(session, f"create {record.lower()}", number, after=given.model_dump(mode="json"))
    return Created(record=record, number=number)
