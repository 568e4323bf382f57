"""Sharing stock out among many demands (RS-18). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal

from shopfloor.quantity import ONE, ZERO
from shopfloor.reservations.matching import DemandLine
from shopfloor.reservations.rules import Demand

BASIC, EQUALLY, BY_PRIORITY = METHODS = ("Basic", "Equally", "By customer priority")


def allocate(method: str, lines: Sequence[DemandLine], available: Decimal) -> dict[Demand, Decimal]:
    """How much each demand of one item, variant and location gets of what is available; those that get nothing are left out.

    Basic: all demands completely, or none. Equally: the same for each, capped by its need; what one does not need goes to the others,
    and what cannot be shared evenly to the earliest. By customer priority: the greater priority first, then the earlier date.
    """
    open_lines = [line for line in lines if line.needed > ZERO]
    if method == BASIC:
        needed = sum((line.needed for line in open_lines), ZERO)
        return {line.demand: line.needed for line in open_lines} if needed <= available else {}
    if method == BY_PRIORITY:
        return _in_turn(sorted(open_lines, key=lambda line: (-line.priority, *_earliest(line))), available)
    assert method == EQUALLY, method
    return _equally(sorted(open_lines, key=_earliest), available)


def _earliest(line: DemandLine) -> tuple[bool, str, Demand]:
    return (line.due_date is None, str(line.due_date), line.demand)


def _in_turn(lines: Sequence[DemandLine], available: Decimal) -> dict[Demand, Decimal]:
    given = {}
    for line in lines:
        quantity = min(line.needed, available)
        if quantity > ZERO:
            given[line.demand] = quantity
            available -= quantity
    return given


def _equally(lines: Sequence[DemandLine], available: Decimal) -> dict[Demand, Decimal]:
    """Rounds of equal shares in whole multiples of the item's precision, so that nothing odd is left anywhere (RS-14)."""
    given = {line.demand: ZERO for line in lines}
    hungry = list(lines)
    while hungry:
        precision = hungry[0].precision
        share = (available / len(hungry) / precision).quantize(ONE, ROUND_DOWN) * precision
        if share <= ZERO:
            break
        for line in hungry:
            quantity = min(share, line.needed - given[line.demand])
            given[line.demand] += quantity
            available -= quantity
        hungry = [line for line in hungry if given[line.demand] < line.needed]
    for line in hungry:
        quantity = min(line.precision, line.needed - given[line.demand], available)
        given[line.demand] += quantity
        available -= quantity
    return {demand: quantity for demand, quantity in given.items() if quantity > ZERO}
