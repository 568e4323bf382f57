"""IMG-6: at a station that says so, a code that a camera or a picture gave counts only if what it names is known."""

from __future__ import annotations

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.genealogy.maintenance_errors import PictureCodeUnknown
from shopfloor.genealogy.models import TrackedProduct
from shopfloor.genealogy.scan_job import ScanJob
from shopfloor.items.models import Item, NumberInformation
from shopfloor.items.rules import folded
from shopfloor.scanning.scan import ScanKind, ScanSource

_information, _item, _row = table(NumberInformation), table(Item), table(TrackedProduct)


def refuse_unknown_picture(job: ScanJob) -> None:
    """At most one statement, and none for what a scanner sent or a person typed. Raises PictureCodeUnknown.

    Known is a GTIN or reference of an item, or else a number: of an item, of a serial, lot or package, or of a unit of the order.
    """
    if not job.actor.picture_lookup or job.scan.kind != "scan" or job.scan.source != ScanSource.CAMERA.value:
        return
    code = job.code
    if code is not None and code.kind in {ScanKind.COMMAND, ScanKind.BADGE}:
        return
    if job.situation.gtin_item is not None:
        return
    named = (code.gtin or code.item_reference or code.serial_no or code.lot_no or code.sscc) if code is not None else ""
    number = named or job.plain_text
    # A GTIN or reference that is nobody's is not saved by a number beside it: that number is of another item.
    foreign = code is not None and bool(code.gtin or code.item_reference)
    if number and (foreign or not _is_known(job.session, job.order_no, number)):
        raise PictureCodeUnknown(number=number[:60], station=job.actor.station_code)


def _is_known(session: Session, order_no: str, number: str) -> bool:
    information = exists().where(
        plant(session, _information), _information.c.number_folded == folded(number), _information.c.number == number
    )
    unit = exists().where(
        plant(session, _row), _row.c.order_no == order_no, or_(_row.c.serial_no == number, _row.c.lot_no == number)
    )
    statement = select(or_(exists().where(_item.c.no == number), information, unit))
    return bool(session.connection().execute(statement).scalar_one())
