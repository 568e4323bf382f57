"""Nodes of the genealogy: number combinations of items, and places where things come together (A17). Pure."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.items.tracking import Tracking


@dataclass(frozen=True, order=True)
class UnitKey:
    """What a tracking unit stands for. Numbers leave the order fields blank, places leave the others blank."""

    item_no: str = ""
    variant_code: str = ""
    serial_no: str = ""
    lot_no: str = ""
    package_no: str = ""
    order_no: str = ""
    order_line_no: int = 0
    match_id: int = 0


def number_unit(item_no: str, variant_code: str, tracking: Tracking) -> UnitKey:
    """A number combination of an item."""
    return UnitKey(item_no, variant_code, tracking.serial_no, tracking.lot_no, tracking.package_no)


def place(order_no: str, order_line_no: int, match_id: int = 0) -> UnitKey:
    """An order line, or one row of it."""
    return UnitKey(order_no=order_no, order_line_no=order_line_no, match_id=match_id)
