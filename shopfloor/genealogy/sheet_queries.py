"""What the barcode sheet of an order asks: numbers of its next units, a part that is used up, lots to trace. Reads only."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.genealogy.models import ComponentAssociation, TrackedProduct
from shopfloor.items.models import Item, NumberInformation, NumberKind

_row = table(TrackedProduct)
_association = table(ComponentAssociation)
_information = table(NumberInformation)
_item = table(Item)
_COUNTED = re.compile(r"(.*?)([0-9]{1,15})", re.ASCII | re.DOTALL)


@dataclass(frozen=True)
class SheetNumber:
    """One number of an item."""

    item_no: str
    description: str
    number: str


def next_serials(session: Session, order_no: str, item_no: str, count: int) -> list[str]:
    """Serials that the order has and that nobody started (DIM-1); else those that follow the highest one of the order, or of the item.

    Only free ones. Empty when there is none to count on from. Three statements.
    """
    waiting = select(_row.c.serial_no).where(
        plant(session, _row), _row.c.order_no == order_no, _row.c.item_no == item_no, _row.c.state == "Pre-allocated",
        _row.c.serial_no != "",
    )
    assigned = list(session.connection().execute(waiting.order_by(_row.c.match_id).limit(count)).scalars())
    if assigned:
        return assigned
    mine = [plant(session, _row), _row.c.item_no == item_no, _row.c.serial_no != ""]
    on_order = func.max(_row.c.serial_no).filter(_row.c.order_no == order_no)
    last = session.connection().execute(select(func.coalesce(on_order, func.max(_row.c.serial_no))).where(*mine)).scalar()
    candidates = following(last or "", 4 * count)
    taken = set(session.connection().execute(select(_row.c.serial_no).where(*mine, _row.c.serial_no.in_(candidates))).scalars())
    return [number for number in candidates if number not in taken][:count]


def following(number: str, count: int) -> list[str]:
    """PK-000122 -> PK-000123, PK-000124 and so on; nothing for a number that does not end in digits."""
    match = _COUNTED.fullmatch(number)
    if match is None:
        return []
    head, digits = match[1], match[2]
    return [f"{head}{int(digits) + step:0{len(digits)}d}" for step in range(1, count + 1)]


def used_part(session: Session, order_no: str) -> SheetNumber | None:
    """A serial that sits in a unit of the order already: the first one that was registered."""
    row = session.connection().execute(
        select(_association.c.item_no, _item.c.description, _association.c.serial_no)
        .join(_item, _item.c.no == _association.c.item_no)
        .where(
            plant(session, _association), _association.c.order_no == order_no, _association.c.serial_no != "",
            _association.c.state != "Removed",
        )
        .order_by(_association.c.association_no).limit(1)
    ).one_or_none()
    return SheetNumber(*row) if row is not None else None


def first_lots(session: Session, limit: int) -> list[SheetNumber]:
    """Lots to trace, the oldest first."""
    rows = session.connection().execute(
        select(_information.c.item_no, _item.c.description, _information.c.number)
        .join(_item, _item.c.no == _information.c.item_no)
        .where(plant(session, _information), _information.c.kind == NumberKind.LOT)
        .order_by(_information.c.created_at, _information.c.item_no, _information.c.number).limit(limit)
    )
    return [SheetNumber(*row) for row in rows]
