"""Which rows of an order are awaiting start, and how little may be started (EDG-31, ENT-8, D9). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from shopfloor.quantity import ZERO


@dataclass(frozen=True)
class OpenRow:
    """A row that is not reported in full. Base units of the product."""

    match_id: int
    quantity: Decimal
    reported: Decimal
    """Good and error so far."""
    in_work: bool
    """Parts of it are picked, or were consumed by hand: it cannot be less than started."""

    @property
    def rest(self) -> Decimal:
        """What is still to be reported."""
        return self.quantity - self.reported


@dataclass(frozen=True)
class StartOfRows:
    """How rows stand to the started quantity."""

    awaiting: frozenset[int] = frozenset()
    """Match ids above the started quantity: neither picked nor reported."""
    least: Decimal = ZERO
    """What is reported or picked: no less may be started."""


def start_of_rows(rows: Sequence[OpenRow], *, base: Decimal, reported: Decimal) -> StartOfRows:
    """Rows take the started `base` in the order of their registration, those in work before the others; `reported` is the whole order's.

    A batch row that only begins within the base is not awaiting: as much of it as was started may be reported.
    """
    room, awaiting = base - reported, set()
    for row in sorted(rows, key=lambda one: (not one.in_work, one.match_id)):
        if room <= ZERO:
            awaiting.add(row.match_id)
        room -= row.rest
    return StartOfRows(frozenset(awaiting), reported + sum((row.rest for row in rows if row.in_work), ZERO))
