"""Phantom lines of a bill: the components of their items stand in their place, level after level (EDG-39)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from shopfloor.items.errors import BelowPrecision
from shopfloor.items.queries import item_masters, unit_factors
from shopfloor.production.bill_reader import BillLine, bills_of, lines_of
from shopfloor.quantity import ONE, STEP, rounded, shown

LINE_STEP = 10
"""Distance of the line numbers of an order in which a phantom was replaced."""
MOST_LEVELS = 20
"""Bills have no loops; a chain of phantoms longer than this is a mistake all the same."""


def without_phantoms(session: Session, lines: Sequence[BillLine], day: date) -> list[BillLine]:
    """The same with the components of phantoms in their place, numbered anew if there are any. Five statements for each level.

    Quantities multiply, scrap compounds, and the components belong to the phantom's operation. A constant phantom makes its components
    constant. Raises BomMissing and NoValidVersion for a phantom, BelowPrecision for a part of it, UnitUnknown later.
    """
    found = list(lines)
    for _level in range(MOST_LEVELS):
        phantoms = [line for line in found if line.phantom]
        if not phantoms:
            break
        parts = _parts(session, {line.item_no for line in phantoms}, day)
        factors = _base_units_per(session, phantoms)
        found = [new for line in found for new in (_replaced(line, parts[line.item_no], factors[line]) if line.phantom else [line])]
    if len(found) == len(lines) and not any(line.phantom for line in lines):
        return found
    return [replace(line, line_no=place * LINE_STEP) for place, line in enumerate(found, 1)]


def _replaced(phantom: BillLine, parts: Sequence[BillLine], base_units: Decimal) -> list[BillLine]:
    scrap = ONE + phantom.scrap_percent / 100
    return [
        replace(
            part, quantity_per=_multiplied(part, base_units), constant=part.constant or phantom.constant,
            scrap_percent=rounded((scrap * (ONE + part.scrap_percent / 100) - ONE) * 100, STEP), operation_no=phantom.operation_no,
        )
        for part in parts
    ]


def _multiplied(part: BillLine, base_units: Decimal) -> Decimal:
    """Raises BelowPrecision where nothing would be left of what the bill asks for (D31)."""
    product = part.quantity_per * base_units
    found = rounded(product, STEP)
    if product and not found:
        raise BelowPrecision(item=part.item_no, quantity=f"{product.normalize():f}", unit=part.unit_code, precision=shown(STEP))
    return found


def _parts(session: Session, item_nos: set[str], day: date) -> dict[str, list[BillLine]]:
    """Lines of the bills of these items, of the versions that are valid on the day. Three statements."""
    bills = bills_of(session, sorted(item_nos), day)
    for bill in bills.values():
        bill.require(day)
    return lines_of(session, bills.values())


def _base_units_per(session: Session, phantoms: Sequence[BillLine]) -> dict[BillLine, Decimal]:
    """Base units of the phantom for one base unit of the product."""
    items = {line.item_no for line in phantoms}
    masters, factors = item_masters(session, items), unit_factors(session, items)
    found = {}
    for line in phantoms:
        own = line.unit_code == masters[line.item_no].base_unit_code
        found[line] = line.quantity_per * (ONE if own else factors.get((line.item_no, line.unit_code), ONE))
    return found

