"""Measured values against their limits, and what they conclude (C9)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopfloor.inspections.models import InspectionState
from shopfloor.inspections.rules import MAY_FOLLOW, STATES, Limits, Measured, conclusion, hold_reason, newest, outside

VOLTAGE = Limits("Voltage", "V", Decimal("47.5"), Decimal("54.6"))
TORQUE = Limits("Torque", "Nm", Decimal(4))
LEAK = Limits("Leak", "mbar", upper=Decimal("0.5"))
LOOK = Limits("Look")
PLAN = (VOLTAGE, TORQUE)


def measured(limits, *values):
    return [Measured(limits, Decimal(value)) for value in values]


@pytest.mark.parametrize(("limits", "value", "good"), [
    (VOLTAGE, "47.5", True), (VOLTAGE, "54.6", True), (VOLTAGE, "47.49999", False), (VOLTAGE, "54.60001", False),
    (TORQUE, "4", True), (TORQUE, "400", True), (TORQUE, "3.9", False),
    (LEAK, "0.5", True), (LEAK, "-3", True), (LEAK, "0.6", False),
    (LOOK, "0", True),
])
def test_c9_the_limits_themselves_are_good(limits, value, good):
    assert limits.within(Decimal(value)) is good


@pytest.mark.parametrize(("plan", "values", "expected"), [
    (PLAN, [], "Open"),
    (PLAN, measured(VOLTAGE, 50), "Open"),
    (PLAN, measured(VOLTAGE, 50) + measured(TORQUE, 5), "Passed"),
    (PLAN, measured(TORQUE, 3), "Failed"),
    (PLAN, measured(VOLTAGE, 50) + measured(TORQUE, 3), "Failed"),
    (PLAN, measured(VOLTAGE, 50) + measured(TORQUE, 3, 5), "Passed"),
    (PLAN, measured(VOLTAGE, 50) + measured(TORQUE, 5, 3), "Failed"),
    ((), measured(LOOK, 1), "Open"),
    ((), [], "Open"),
])
def test_c9_the_newest_value_of_each_test_counts(plan, values, expected):
    """An inspection without a plan is concluded by a person."""
    assert conclusion(plan, newest(values)) == expected


@pytest.mark.parametrize(("limits", "told"), [
    (VOLTAGE, "47.5 to 54.6 V"), (TORQUE, "at least 4 Nm"), (LEAK, "at most 0.5 mbar"), (LOOK, ""),
])
def test_limits_in_words(limits, told):
    assert limits.told == told


def test_edg_15_the_reason_names_value_and_limits():
    failed = outside(newest(measured(TORQUE, "3.10") + measured(VOLTAGE, 50)))
    assert failed == "Torque 3.1 Nm (at least 4 Nm)"
    assert hold_reason(12, "Failed", failed) == "Inspection 12 failed: Torque 3.1 Nm (at least 4 Nm)"
    assert hold_reason(12, "Open", "") == "Inspection 12 is open"
    assert len(hold_reason(12, "Failed", "x" * 400)) == 200


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_which_state_may_follow_which(before, after):
    """Cell by cell: open ends either way, a failed one may pass after rework, what passed stays so."""
    allowed = {("Open", "Passed"), ("Open", "Failed"), ("Failed", "Passed")}
    assert (after in MAY_FOLLOW[before]) is ((before, after) in allowed)


def test_the_captions_are_those_of_the_table():
    assert list(STATES) == [state.value for state in InspectionState]
