"""Numbers and times as the reader writes them; one place for every page (A31)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from urllib.parse import quote
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal
from flask import Flask, g
from flask_babel import format_date, get_locale

from shopfloor.clock import now
from shopfloor.people.actor import Actor
from shopfloor.quantity import shown


def register(app: Flask) -> None:
    """Make the filters known to the templates."""
    for name, function in (
        ("quantity", quantity),
        ("local_time", local_time),
        ("local_day", local_day),
        ("time_zone", time_zone),
        ("exact", shown),
        ("day", day),
        ("urlencode", in_address),
    ):
        app.add_template_filter(function, name)


def quantity(value: Decimal | int | str) -> str:
    """An exact quantity without trailing zeros, grouped as the language groups; text stays as it is."""
    if isinstance(value, str):
        return value
    return _grouped(Decimal(value), str(get_locale()))


@lru_cache(maxsize=4096)
def _grouped(value: Decimal, language: str) -> str:
    """A page says the same few quantities again and again; to group one takes as long as a small query."""
    return format_decimal(value.normalize() + 0, format="#,##0.#####", locale=language)


def local_time(instant: datetime, seconds: bool = False) -> str:  # noqa: FBT001, FBT002  # a filter's argument has no name in a template
    """Time of day in the plant; with the day when it was not today."""
    local = instant.astimezone(zone())
    clock = local.strftime("%H:%M:%S" if seconds else "%H:%M")
    today = now().astimezone(zone()).date()
    return clock if local.date() == today else f"{format_date(local.date(), 'd MMM yyyy')} {clock}"


def local_day(instant: datetime) -> date:
    """The calendar date of an instant in the plant."""
    return instant.astimezone(zone()).date()


def time_zone(instant: datetime) -> str:
    """The whole instant with its zone, for the hover text."""
    return instant.astimezone(zone()).strftime("%Y-%m-%d %H:%M:%S %Z")


def day(value: date | str | None) -> str:
    """A calendar date, also one that is kept as 2026-12-31, or a blank."""
    found = date.fromisoformat(value) if isinstance(value, str) and value else value
    return str(format_date(found, "d MMM yyyy")) if found else ""


def in_address(value: object) -> str:
    """A number as a part of an address, or behind its question mark: a slash in it is not one between parts."""
    return quote(str(value), safe="")


def zone() -> ZoneInfo:
    """Zone of the plant, known from the signed-in person."""
    actor = g.get("actor")
    return ZoneInfo(actor.time_zone if isinstance(actor, Actor) else "UTC")
