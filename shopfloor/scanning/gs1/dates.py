"""Dates in GS1 values (R-20, GS1-11)."""

from __future__ import annotations

import calendar
from datetime import date


def full_year(two_digits: int, as_of: date) -> int:
    """The year nearest to the present: 49 years back to 50 ahead."""
    difference = two_digits - as_of.year % 100
    century = as_of.year - as_of.year % 100
    if difference >= 51:
        century -= 100
    elif difference <= -50:
        century += 100
    return century + two_digits


def six_digit_date(digits: str, as_of: date, *, month_only: bool = True) -> date | None:
    """YYMMDD as a date, or None if there is none. Day 00 is the last day of the month where `month_only` allows it."""
    return _date(full_year(int(digits[:2]), as_of), digits[2:4], digits[4:6], month_only=month_only)


def eight_digit_date(digits: str) -> date | None:
    """YYYYMMDD as a date, or None if there is none."""
    return _date(int(digits[:4]), digits[4:6], digits[6:8], month_only=False)


def _date(year: int, month_digits: str, day_digits: str, *, month_only: bool) -> date | None:
    month, day = int(month_digits), int(day_digits)
    if not 1 <= year <= 9999 or not 1 <= month <= 12:
        return None
    last = calendar.monthrange(year, month)[1]
    if day == 0 and month_only:
        day = last
    return date(year, month, day) if 1 <= day <= last else None
