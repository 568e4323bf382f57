"""The only place that reads the time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def now() -> datetime:
    """This moment in UTC, with its zone."""
    return datetime.now(UTC)


def work_date(time_zone: str) -> date:
    """The calendar date of the plant (A27): expiry and posting dates are judged by it."""
    return datetime.now(ZoneInfo(time_zone)).date()


def end_of_day(day: date, time_zone: str) -> datetime:
    """The last instant of a calendar date of the plant."""
    return datetime.combine(day, time.max, ZoneInfo(time_zone))
