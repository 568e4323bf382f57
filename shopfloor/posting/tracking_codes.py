"""Changing and deleting item tracking codes: what was posted under a code keeps its meaning (TC-04, ER-28).

Codes are shared by all plants, so history is looked for in every plant.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import table
from shopfloor.errors import InvalidInput, NotFound
from shopfloor.items import tracking_codes
from shopfloor.items.errors import TrackingCodeHasItems, TrackingCodeInUse
from shopfloor.items.inputs import TrackingCodeChange
from shopfloor.items.models import Item, ItemTrackingCode, ItemTrackingRequirement
from shopfloor.items.tracking_codes import SPECIFIC, changed_settings
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.answers import Changed, Deleted
from shopfloor.people.models import Plant
from shopfloor.quantity import ONE

_code = table(ItemTrackingCode)
_item = table(Item)
_entry = table(ItemLedgerEntry)
_plant = table(Plant)


def update_tracking_code(session: Session, actor: Actor, *, given: TrackingCodeChange) -> Changed:
    """Give a code other settings (DM-40, TC-01 to TC-04). Postings that are on their way finish first.

    Specific tracking stays once an item of the code has entries; everything else may change at any time. Raises NotAllowed, NotFound,
    TrackingCodeInUse, InvalidInput for serial tracking of items that are not counted in whole units.
    """
    actor.require(rights.MASTERS)
    tracking_codes.keep_postings_out(session)
    before = tracking_codes.settings_of(session, given.code)
    if before is None:
        raise NotFound(record="item tracking code", number=given.code)
    after = tracking_codes.columns(given)
    changed = changed_settings(before, after, SPECIFIC)
    if changed:
        item_no = posted_item(session, _item.c.item_tracking_code == given.code)
        if item_no:
            raise TrackingCodeInUse(what=" and ".join(changed), subject=given.code, item=item_no, used="has ledger entries")
    if after["serial_specific"]:
        require_whole_units(session, _item.c.item_tracking_code == given.code)
    session.connection().execute(update(_code).where(_code.c.code == given.code).values(after))
    tracking_codes.write_requirements(session, given)
    told = {name: before[name] for name in after}
    audit.record(session, "change item tracking code", given.code, before=told, after=given.model_dump(mode="json"))
    return Changed(record="Item tracking code", number=given.code)


def delete_tracking_code(session: Session, actor: Actor, *, code: str) -> Deleted:
    """Delete a code that no item uses (TC-04, ER-28). Raises NotAllowed, NotFound, TrackingCodeHasItems."""
    actor.require(rights.MASTERS)
    tracking_codes.keep_postings_out(session)
    before = tracking_codes.settings_of(session, code) if code else None
    if before is None:
        raise NotFound(record="item tracking code", number=code)
    items = tracking_codes.items_of(session, code)
    if items:
        raise TrackingCodeHasItems(tracking_code=code, items=", ".join(items))
    requirement = table(ItemTrackingRequirement)
    session.connection().execute(delete(requirement).where(requirement.c.tracking_code == code))
    session.connection().execute(delete(_code).where(_code.c.code == code))
    audit.record(session, "delete item tracking code", code, before=before)
    return Deleted(record="Item tracking code", number=code)


def posted_item(session: Session, wanted: ColumnElement[bool]) -> str:
    """An item of the wanted ones that has ledger entries in any plant; blank: none has. One statement."""
    of_item = and_(_entry.c.plant_no == _plant.c.plant_no, _entry.c.item_no == _item.c.no)
    posted = select(1).select_from(_plant.join(_entry, of_item)).correlate(_item).exists()
    found = session.connection().scalar(select(_item.c.no).where(wanted, posted).order_by(_item.c.no).limit(1))
    return found or ""


def require_whole_units(session: Session, wanted: ColumnElement[bool]) -> None:
    """Serial numbers count whole units (D31). Raises InvalidInput naming the first item that is not counted so."""
    found = session.connection().scalar(select(_item.c.no).where(wanted, _item.c.rounding_precision != ONE).order_by(_item.c.no).limit(1))
    if found:
        problem = f"needs items with rounding precision 1; {found} has another one"
        raise InvalidInput(summary=f"serial_specific {problem}", problems={"serial_specific": problem})
