"""Exchanging an item's tracking code (TC-05): here, because numbers that are only registered count as open tracked lines."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, and_, or_, select, update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import table
from shopfloor.errors import NotFound
from shopfloor.genealogy.models import TrackedProduct
from shopfloor.items import tracking_codes
from shopfloor.items.errors import TrackingCodeInUse
from shopfloor.items.inputs import TrackingCodeExchange
from shopfloor.items.models import Item
from shopfloor.items.tracking_codes import SPECIFIC, changed_settings
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.answers import Changed
from shopfloor.people.models import Plant
from shopfloor.posting.tracking_codes import posted_item, require_whole_units
from shopfloor.production.models import ProductionOrder
from shopfloor.production.rules import ENDED
from shopfloor.reservations.models import ReservationEntry

_item = table(Item)
_plant = table(Plant)
_row = table(TrackedProduct)
_order = table(ProductionOrder)
_reserved = table(ReservationEntry)


def change_tracking_code(session: Session, actor: Actor, *, given: TrackingCodeExchange) -> Changed:
    """Exchange the tracking code of an item (TC-05). Postings and scans that are on their way finish first.

    A code with the same specific tracking is taken at any time; another one only while the item has neither ledger entries nor open
    lines with numbers, in any plant. Raises NotAllowed, NotFound, TrackingCodeInUse, InvalidInput as `update_tracking_code`.
    """
    actor.require(rights.MASTERS)
    tracking_codes.keep_postings_out(session)
    row = session.connection().execute(select(_item.c.item_tracking_code).where(_item.c.no == given.item_no)).one_or_none()
    if row is None:
        raise NotFound(record="item", number=given.item_no)
    old = row.item_tracking_code or ""
    before, after = tracking_codes.settings_of(session, old), tracking_codes.settings_of(session, given.item_tracking_code)
    assert before is not None, "an item with a code that is not there"
    if after is None:
        raise NotFound(record="item tracking code", number=given.item_tracking_code)
    changed = changed_settings(before, after, SPECIFIC)
    if changed:
        _refuse_history(session, given.item_no, " and ".join(changed))
    if after["serial_specific"]:
        require_whole_units(session, _item.c.no == given.item_no)
    session.connection().execute(
        update(_item).where(_item.c.no == given.item_no).values(item_tracking_code=given.item_tracking_code or None)
    )
    audit.record(
        session, "change tracking code of item", given.item_no, before={"code": old}, after={"code": given.item_tracking_code}
    )
    return Changed(record="Item", number=given.item_no)


def _refuse_history(session: Session, item_no: str, what: str) -> None:
    used = "has ledger entries" if posted_item(session, _item.c.no == item_no) else _open_tracked_line(session, item_no)
    if used:
        raise TrackingCodeInUse(what=what, subject=item_no, item=item_no, used=used)


def _open_tracked_line(session: Session, item_no: str) -> str:
    """Numbers that something unposted names: document lines and reservations, registered products, fixed numbers of orders."""
    c = _reserved.c
    if _exists(session, _reserved, c.item_no == item_no, or_(c.serial_no != "", c.lot_no != "", c.package_no != "")):
        return "has numbers on open lines"
    if _exists(session, _row, _row.c.item_no == item_no, _row.c.state.in_(("Pre-allocated", "Open"))):
        return "has numbers that are registered and not reported"
    fixed = or_(_order.c.fixed_serial_no != "", _order.c.fixed_lot_no != "")
    if _exists(session, _order, _order.c.item_no == item_no, _order.c.status != ENDED, fixed):
        return "has fixed numbers on open production orders"
    return ""


def _exists(session: Session, of: Table, *wanted: ColumnElement[bool]) -> bool:
    """In any plant, because codes and items are shared by all."""
    joined = _plant.join(of, and_(of.c.plant_no == _plant.c.plant_no, *wanted))
    return session.connection().execute(select(1).select_from(joined).limit(1)).first() is not None
