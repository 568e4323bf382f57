"""EX-03, EX-07: date formulas."""

from __future__ import annotations

from datetime import date

import pytest

from shopfloor.items.date_formula import days_later, end_of, is_formula
from shopfloor.items.errors import DateBeyondCalendar
from shopfloor.items.inputs import NewTrackingCode
from shopfloor.people.fields import read_input


@pytest.mark.parametrize(
    ("start", "formula", "end"),
    [
        (date(2026, 3, 2), "2Y", date(2028, 3, 2)),
        (date(2026, 3, 2), "6M", date(2026, 9, 2)),
        (date(2026, 3, 2), "1Q", date(2026, 6, 2)),
        (date(2026, 3, 2), "2W", date(2026, 3, 16)),
        (date(2026, 3, 2), "90D", date(2026, 5, 31)),
        (date(2026, 1, 31), "1M", date(2026, 2, 28)),
        (date(2024, 2, 29), "1Y", date(2025, 2, 28)),
        (date(2026, 11, 30), "3M", date(2027, 2, 28)),
        (date(2026, 3, 2), "1Y+15D", date(2027, 3, 17)),
        (date(2026, 12, 31), "12M", date(2027, 12, 31)),
    ],
)
def test_ex_07_a_formula_counts_from_a_date(start, formula, end):
    assert end_of(start, formula) == end


@pytest.mark.parametrize("text", ["", "2", "Y", "2Y6M", "0D", "-1D", "2X", "1.5Y", "100000D", "2y", "1Y+", "+1Y", " 2Y"])
def test_ex_07_what_is_no_formula(text):
    assert not is_formula(text)


@pytest.mark.parametrize("formula", ["8000Y", "99999M", "99999W+99999W+9999Y"])
def test_ex_07_no_date_after_the_calendar(formula):
    with pytest.raises(DateBeyondCalendar) as caught:
        end_of(date(2026, 3, 2), formula)
    assert caught.value.start_date.startswith(("2026", "5"))


def test_ex_03_days_after_the_last_day_are_refused():
    with pytest.raises(DateBeyondCalendar, match="9999-12-31 and 1D later"):
        days_later(date.max, 1)


def test_ex_07_a_code_keeps_its_formula_in_capitals():
    given = read_input(NewTrackingCode, {"code": "W", "description": "W", "warranty_formula": "2y"})
    assert given.warranty_formula == "2Y"
