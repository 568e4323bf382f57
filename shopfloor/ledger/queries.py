"""Rows of the ledger as its rules see them. What pages show is in `entry_queries`, `application_queries` and `register_queries`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.ledger.rules import OpenStock

_open = table(OpenItemEntry)


def open_entries(session: Session, *, item_no: str, variant_code: str, location_code: str, tracking: Tracking) -> list[OpenStock]:
    """What is open of one number combination at one location, oldest first. One statement."""
    statement = (
        select(_open)
        .where(plant(session, _open))
        .filter_by(item_no=item_no, variant_code=variant_code, location_code=location_code, **vars(tracking))
        .order_by(_open.c.posting_date, _open.c.entry_no)
    )
    return [open_stock(row) for row in session.connection().execute(statement)]


def open_stock(row: Row[Any]) -> OpenStock:
    """An open entry as the rules see it."""
    return OpenStock(
        row.entry_no, row.posting_date, row.item_no, row.variant_code, row.location_code,
        Tracking(row.serial_no, row.lot_no, row.package_no), row.remaining, row.reserved,
        serial_specific=row.serial_specific, unit_no=row.unit_no,
        order_type=row.order_type, order_no=row.order_no, order_line_no=row.order_line_no,
    )
