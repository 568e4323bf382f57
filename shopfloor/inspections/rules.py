"""Values against their limits, what they conclude, and which state may follow which. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from shopfloor.quantity import shown

OPEN, PASSED, FAILED = STATES = ("Open", "Passed", "Failed")
"""Captions of models.InspectionState."""
MAY_FOLLOW = {OPEN: frozenset({PASSED, FAILED}), FAILED: frozenset({PASSED}), PASSED: frozenset()}
"""A failed unit may pass after rework. What passed stays so: a doubt that comes later is an inspection of its own."""


@dataclass(frozen=True)
class Limits:
    """What a value has to lie in; the limits themselves are good."""

    test: str
    unit: str = ""
    lower: Decimal | None = None
    upper: Decimal | None = None

    def within(self, value: Decimal) -> bool:
        """Whether a value is good."""
        return (self.lower is None or value >= self.lower) and (self.upper is None or value <= self.upper)

    @property
    def told(self) -> str:
        """The limits as people write them; blank: there are none."""
        if self.lower is not None and self.upper is not None:
            return f"{shown(self.lower)} to {shown(self.upper)} {self.unit}".rstrip()
        if self.lower is not None:
            return f"at least {shown(self.lower)} {self.unit}".rstrip()
        return f"at most {shown(self.upper)} {self.unit}".rstrip() if self.upper is not None else ""


@dataclass(frozen=True)
class Measured:
    """One value with the limits that it was judged by."""

    limits: Limits
    value: Decimal

    @property
    def good(self) -> bool:
        """Within its limits."""
        return self.limits.within(self.value)

    @property
    def told(self) -> str:
        """As reasons of holds say it: `torque 3.1 Nm (at least 4 Nm)`."""
        limits = f" ({self.limits.told})" if self.limits.told else ""
        return f"{self.limits.test} {shown(self.value)} {self.limits.unit}".rstrip() + limits


def newest(values: Iterable[Measured]) -> dict[str, Measured]:
    """The value that counts of each test: the last one, of values in the order in which they were recorded."""
    return {value.limits.test: value for value in values}


def conclusion(plan: Sequence[Limits], values: Mapping[str, Measured]) -> str:
    """What the newest values say: Failed as soon as one is outside its limits, Passed once every planned test is measured and good.

    An inspection without a plan says nothing by itself: a person decides.
    """
    if any(not value.good for value in values.values()):
        return FAILED
    return PASSED if plan and all(limits.test in values for limits in plan) else OPEN


def outside(values: Mapping[str, Measured]) -> str:
    """The values that failed, in words."""
    return ", ".join(value.told for value in values.values() if not value.good)


def hold_reason(inspection_no: int, state: str, why: str) -> str:
    """Why a number is on quality hold, as a station reads it."""
    return f"Inspection {inspection_no} {'is open' if state == OPEN else 'failed'}{': ' + why if why else ''}"[:200]
