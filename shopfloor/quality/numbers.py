"""Which numbers can be inspected: those that were ever posted or described, and units that are still being built."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from shopfloor.clock import now
from shopfloor.db import current_plant, plant, table
from shopfloor.errors import NotFound
from shopfloor.genealogy.models import TrackedProduct
from shopfloor.items.hold_projection import locked_number
from shopfloor.items.models import NumberInformation
from shopfloor.items.rules import GoodsNumber, folded

_row = table(TrackedProduct)


def known_number(session: Session, number: GoodsNumber) -> NumberInformation:
    """The row of a number, held until the end; a unit that is not reported yet gets one. Raises NotFound for a slip of the pen."""
    try:
        return locked_number(session, number)
    except NotFound:
        if not _is_built(session, number):
            raise
    row = NumberInformation(
        plant_no=current_plant(session), **vars(number), number_folded=folded(number.number), blocked=False, created_at=now()
    )
    session.add(row)
    session.flush()
    return row


def _is_built(session: Session, number: GoodsNumber) -> bool:
    c = _row.c
    column = {"Serial": c.serial_no, "Lot": c.lot_no}.get(number.kind)
    if column is None:
        return False
    found = session.connection().execute(
        select(c.match_id)
        .where(
            plant(session, _row), c.item_no == number.item_no, c.variant_code == number.variant_code, column == number.number,
            or_(c.state == "Open", c.state == "Reported"),
        )
        .limit(1)
    )
    return found.first() is not None
