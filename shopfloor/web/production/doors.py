"""Where a page was opened from, and the way back with everything that was typed there (ENT-3, ENT-8, ENT-9, ENT-13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import parse_qsl, quote, urlencode

from flask import request
from flask_babel import lazy_gettext as _l

from shopfloor.errors import Refusal
from shopfloor.genealogy.inputs import ReportOrder
from shopfloor.production.inputs import StartOrder
from shopfloor.quantity import ZERO, parse, shown

FIELD = "dialog"
START, REPORT, LIST = "start", "report-as-finished", "list"
OPERATION, OPERATIONS = "operation", "operations"
KEPT = {
    START: frozenset(StartOrder.model_fields) - {"order_no"},
    REPORT: frozenset(ReportOrder.model_fields),
    LIST: frozenset({"status", "text", "item_no", "after"}),
    OPERATION: frozenset({"operation"}),
    OPERATIONS: frozenset({"operation", "status", "resource", "order_no", "after"}),
}
"""Which values of each place go along."""
WORDS = {START: _l("Back to Start"), REPORT: _l("Back to Report as finished"), LIST: _l("Back to the list")} | {
    OPERATION: _l("Back to the operation"), OPERATIONS: _l("Back to the list"),
}
LONGEST = 1000


@dataclass(frozen=True)
class Door:
    """The place that a Tracked components page was opened from."""

    order_no: str
    place: str = ""
    values: tuple[tuple[str, str], ...] = ()

    @property
    def told(self) -> str:
        """As the page keeps it: `start?quantity=3`."""
        return self.place + ("?" + urlencode(self.values) if self.values else "")

    @property
    def back(self) -> str:
        """Address of the place with its values; blank: there is none."""
        if not self.place:
            return ""
        query = "?" + urlencode(self.values) if self.values else ""
        if self.place == OPERATION:
            return f"/production-orders/{quote(self.order_no, safe='')}/operations/{self.operation}"
        if self.place == OPERATIONS:
            kept = urlencode([(name, value) for name, value in self.values if name != "operation"])
            return "/operations" + (f"?{kept}" if kept else "")
        if self.place == LIST:
            return "/production-orders" + query
        return f"/production-orders/{quote(self.order_no, safe='')}/{self.place}{query}"

    @property
    def words(self) -> object:
        """What the way back is called."""
        return WORDS.get(self.place, "")

    @property
    def operation(self) -> int:
        """ENT-6, ENT-10, SCN-17: the operation that the page was opened from; 0: none."""
        text = dict(self.values).get("operation", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0

    @property
    def starting(self) -> Decimal:
        """ENT-8: what the Start dialog says; a quantity that is none counts as nothing yet."""
        try:
            typed = parse(dict(self.values).get("quantity", "") or "0") if self.place == START else ZERO
        except Refusal:
            return ZERO
        return max(typed, ZERO)

    @property
    def starting_text(self) -> str:
        """The same as a scan sends it."""
        return shown(self.starting)


def door_of(order_no: str) -> Door:
    """From the address, or from the form of a scan. What is no known place, or too long, is no door."""
    told = request.values.get(FIELD, "")
    place, _, query = told.partition("?")
    if place not in KEPT or len(told) > LONGEST or not told.isprintable():
        return Door(order_no)
    return opened(order_no, place, dict(parse_qsl(query)))


def opened(order_no: str, place: str, values: Mapping[str, object]) -> Door:
    """A door with the values of its place that something was typed for."""
    kept = tuple((name, str(value)) for name, value in values.items() if name in KEPT[place] and value not in ("", None))
    return Door(order_no, place, kept)
