"""Rows of the ledger as its rules see them. What pages show is in `entry_queries`, `application_queries` and `register_queries`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from shopfloor.items.tracking import Tracking
from shopfloor.ledger.rules import OpenStock


def open_stock(row: Row[Any]) -> OpenStock:
    """An open entry as the rules see it."""
    return OpenStock(
        row.entry_no, row.posting_date, row.item_no, row.variant_code, row.location_code,
        Tracking(row.serial_no, row.lot_no, row.package_no), row.remaining, row.reserved,
        serial_specific=row.serial_specific, unit_no=row.unit_no,
        order_type=row.order_type, order_no=row.order_no, order_line_no=row.order_line_no,
    )
