"""Numbers that an order line names before its goods come in: which part of the line serves which demand (RS-04, OT-03, DM-22). The rule.

A number on such a line is either loose (a Surplus record) or held (the supply side of a reservation carries it), never both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from shopfloor.items.tracking import NO_TRACKING, Tracking
from shopfloor.quantity import ZERO
from shopfloor.reservations.matching import Supply
from shopfloor.reservations.models import ReservationSource

NUMBERED = frozenset(
    {ReservationSource.PURCHASE_LINE.value, ReservationSource.TRANSFER_LINE.value, ReservationSource.PROD_ORDER_LINE.value}
)
"""Lines whose numbers may be reserved by name. Products that are registered get theirs by the scan, and none is named before."""


def pieces_of(supply: Supply, loose: Mapping[Tracking, Decimal], held: Mapping[Tracking, Decimal]) -> list[Supply]:
    """One supply for what has no number yet, and one for each number. Together they are never more free than the line."""
    reserved = sum(held.values(), ZERO)
    if supply.source_type not in NUMBERED or not (loose or set(held) - {NO_TRACKING}):
        return [replace(supply, reserved=reserved)]
    left = max(supply.quantity - reserved, ZERO)
    pieces = []
    for tracking in sorted({*loose, *held} - {NO_TRACKING}, key=lambda one: tuple(vars(one).values())):
        free = min(loose.get(tracking, ZERO), left)
        left -= free
        mine = held.get(tracking, ZERO)
        pieces.append(replace(supply, tracking=tracking, quantity=mine + free, reserved=mine))
    without = held.get(NO_TRACKING, ZERO)
    return [replace(supply, quantity=without + left, reserved=without), *pieces]
