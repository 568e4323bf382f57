"""Date formulas such as `2Y`, `6M` or `1Y+15D`: how long after a date something ends. Pure.

Terms are a whole number and a unit: D days, W weeks, M months, Q quarters, Y years; `+` joins them, and they count from left to right.
A month that is too short gives its last day: 31 January + `1M` is 28 or 29 February.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from shopfloor.items.errors import DateBeyondCalendar

LONGEST_FORMULA = 20
_TERM = re.compile(r"([1-9][0-9]{0,4})([DWMQY])")
_DAYS = {"D": 1, "W": 7}
_MONTHS = {"M": 1, "Q": 3, "Y": 12}


def is_formula(text: str) -> bool:
    """Whether a text is a date formula; the empty text is none."""
    return len(text) <= LONGEST_FORMULA and all(_TERM.fullmatch(term) for term in text.split("+"))


def end_of(start: date, formula: str) -> date:
    """The date that a formula gives. Raises DateBeyondCalendar after the year 9999."""
    assert is_formula(formula), formula
    end = start
    for term in formula.split("+"):
        count, unit = int(term[:-1]), term[-1]
        end = _months_later(end, count * _MONTHS[unit], start, formula) if unit in _MONTHS else days_later(end, count * _DAYS[unit])
    return end


def days_later(start: date, days: int) -> date:
    """Some days after a date. Raises DateBeyondCalendar after the year 9999."""
    try:
        return start + timedelta(days=days)
    except OverflowError:
        raise DateBeyondCalendar(start_date=start.isoformat(), length=f"{days}D") from None


def _months_later(start: date, months: int, first: date, formula: str) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if year > date.max.year:
        raise DateBeyondCalendar(start_date=first.isoformat(), length=formula)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last))
