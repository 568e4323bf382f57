"""Quantities in the units of an item, and the same in base units (A27, D31). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from shopfloor.items.errors import BelowPrecision, UnitUnknown
from shopfloor.items.masters import ItemMaster
from shopfloor.quantity import LARGEST, ONE, NotAQuantity, rounded, shown

UnitFactors = Mapping[tuple[str, str], Decimal]
"""Base units in one unit, by item and unit; base units themselves are left out."""


@dataclass(frozen=True)
class Measured:
    """A quantity as entered and in base units; both are kept (D31)."""

    unit_code: str
    quantity: Decimal
    """As entered, in `unit_code`."""
    quantity_per_unit: Decimal
    base: Decimal
    """Base units, a multiple of the item's rounding precision."""


def measured(master: ItemMaster, factors: UnitFactors, quantity: Decimal, unit_code: str = "") -> Measured:
    """A positive quantity in base units: half-up to the item's precision (D31). A blank unit is the base unit.

    Raises UnitUnknown, NotAQuantity when it is too large, BelowPrecision when nothing is left of it, or when a quantity in base
    units is no multiple of the precision: half a serial is a slip of the finger, not a half.
    """
    unit_code = unit_code or master.base_unit_code
    factor = ONE if unit_code == master.base_unit_code else factors.get((master.item_no, unit_code))
    if factor is None:
        raise UnitUnknown(item=master.item_no, unit=unit_code)
    if quantity * factor >= LARGEST:
        raise NotAQuantity(text_given=shown(quantity))
    base = rounded(quantity * factor, master.rounding_precision)
    if base <= 0 or (factor == ONE and base != quantity):
        precision = shown(master.rounding_precision)
        raise BelowPrecision(item=master.item_no, quantity=shown(quantity), unit=unit_code, precision=precision)
    return Measured(unit_code, quantity, factor, base)


def require_multiple(quantity: Decimal, *, item: str, unit: str, precision: Decimal) -> None:
    """D31, QTY-9: a base quantity is a multiple of the item's rounding precision: no half pieces. Raises BelowPrecision."""
    if quantity % precision:
        raise BelowPrecision(item=item, quantity=shown(quantity), unit=unit, precision=shown(precision))
