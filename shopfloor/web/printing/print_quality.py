"""IMG-15: the trend of the unused error correction by printer, as a chart with its figures under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.labels.inputs import PrintQualityFilter
from shopfloor.labels.trend_queries import DayQuality, PrintQuality, print_quality
from shopfloor.people.fields import read_input
from shopfloor.web.extensions import request_session
from shopfloor.web.filters import day
from shopfloor.web.htmx import respond
from shopfloor.web.inputs import argument
from shopfloor.web.lists import day_filter, text_filter
from shopfloor.web.tables import Cell, Column, table

bp = Blueprint("print_quality", __name__)
COLUMNS = (
    Column(_l("Printer")), Column(_l("Day"), "day"), Column(_l("Readings"), "quantity"),
    Column(_l("Unused on average"), "quantity"), Column(_l("Worst reading"), "quantity"),
)
FILTERS = ("from_date", "to_date", "printer_code", "item_no", "station_code")
LOOKS = 4
"""Kinds of lines that can be told from each other without colour."""
LEFT, TOP, WIDTH, HEIGHT = 44, 12, 800, 200
"""Of the field in which lines are drawn, in dots."""


@dataclass(frozen=True)
class Line:
    """One printer in the chart."""

    name: str
    look: int
    points: tuple[tuple[float, float, str], ...]
    """Place of each day, and its figures in words."""

    @property
    def path(self) -> str:
        return " ".join(f"{x},{y}" for x, y, _title in self.points)


@bp.get("/print-quality")
def index() -> Response:
    """The days of a range, by printer."""
    given = read_input(PrintQualityFilter, {name: argument(name) for name in FILTERS})
    found = print_quality(request_session(), given)
    return respond(
        "pages/print_quality.html",
        lines=lines_of(found),
        marks=[(percent, _height(percent)) for percent in (0, 25, 50, 75, 100)],
        found=found,
        table=table(COLUMNS, [_row(day) for day in reversed(found.days)]),
        filters=(
            day_filter("from_date", _("From"), found.from_date.isoformat()), day_filter("to_date", _("To"), found.to_date.isoformat()),
            text_filter("printer_code", _("Printer"), given.printer_code), text_filter("item_no", _("Item"), given.item_no),
            text_filter("station_code", _("Station"), given.station_code),
        ),
    )


def lines_of(found: PrintQuality) -> list[Line]:
    """Printers by name, each day where the range has it."""
    printers = sorted({one.printer for one in found.days})
    return [
        Line(name_of(printer), place % LOOKS, _points([one for one in found.days if one.printer == printer], found))
        for place, printer in enumerate(printers)
    ]


def name_of(printer: str) -> str:
    """Labels of suppliers, marks, and labels that no printer of the plant was sent."""
    return printer or str(_("Other symbols"))


def _points(days: Sequence[DayQuality], found: PrintQuality) -> tuple[tuple[float, float, str], ...]:
    return tuple((_place(one.day, found), _height(one.average), _title(one)) for one in days)


def _place(day: date, found: PrintQuality) -> float:
    """A range of one day stands in the middle."""
    days = (found.to_date - found.from_date).days
    return round(LEFT + WIDTH * ((day - found.from_date).days / days if days else 0.5), 1)


def _height(percent: int) -> float:
    return round(TOP + HEIGHT * (100 - percent) / 100, 1)


def _title(one: DayQuality) -> str:
    figures = {"day": day(one.day), "average": one.average, "least": one.least, "readings": one.readings}
    return str(_("%(day)s: %(average)s %% on average, worst %(least)s %%, %(readings)s readings", **figures))


def _row(one: DayQuality) -> tuple[Cell, ...]:
    return (Cell(name_of(one.printer)), Cell(one.day), Cell(one.readings), Cell(one.average, unit="%"), Cell(one.least, unit="%"))
