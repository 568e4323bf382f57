"""What is in stock, as a file of opening stock: to move to another plant, and to see what such a file holds."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, func, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.exchange.opening_stock import COLUMNS
from shopfloor.items.models import Item, Location, NumberInformation
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.quantity import ZERO

KIND = "opening-stock"
TOLD = ("expiration_date", "best_before_date", "production_date", "vendor_lot_no")
"""What is known of a lot, or of a serial number without one."""
_open, _item, _location = table(OpenItemEntry), table(Item), table(Location)
_lot, _serial = table(NumberInformation).alias("lot"), table(NumberInformation).alias("serial")


def export_rows(session: Session) -> Iterable[Iterable[object]]:
    """Stock by item, place and number, in base units. What is on its way stays out: it is at no location. One statement."""
    c = _open.c
    goods = (c.item_no, c.location_code, c.variant_code, c.serial_no, c.lot_no, c.package_no)
    # One number has one date; the aggregates only keep both databases from asking for more groups.
    told = [func.coalesce(func.max(_lot.c[name]), func.max(_serial.c[name])).label(name) for name in TOLD]
    statement = (
        select(*goods, func.sum(c.remaining).label("quantity"), func.max(_item.c.base_unit_code).label("unit_code"), *told)
        .join_from(_open, _item, _item.c.no == c.item_no)
        .join(_location, and_(_location.c.plant_no == c.plant_no, _location.c.code == c.location_code))
        .outerjoin(_lot, _information(_lot, "Lot", c.lot_no))
        .outerjoin(_serial, _information(_serial, "Serial", c.serial_no))
        .where(plant(session, _open, _location), c.remaining > ZERO, _location.c.in_transit.is_(False))
        .group_by(*goods)
        .order_by(*goods)
    )
    for row in session.connection().execute(statement).mappings():
        values: dict[str, Any] = {**row, "quantity": _exact(row["quantity"])}
        yield ["" if values.get(name) is None else values[name] for name in COLUMNS]


def _information(known: FromClause, kind: str, number: ColumnElement[str]) -> ColumnElement[bool]:
    c = _open.c
    return and_(
        known.c.plant_no == c.plant_no, known.c.item_no == c.item_no, known.c.variant_code == c.variant_code, known.c.kind == kind,
        known.c.number == number,
    )


def _exact(value: object) -> Decimal:
    return value if isinstance(value, Decimal) else ZERO
