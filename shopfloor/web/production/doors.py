"""Where a page was opened from, and the way back with everything that was typed there (ENT-3, ENT-5, ENT-7 to ENT-9, ENT-13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
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
PICK_LINE, REPORT_LINE = "picking-list-line", "report-line"
KEPT = {
    START: frozenset(StartOrder.model_fields) - {"order_no"},
    REPORT: frozenset(ReportOrder.model_fields),
    LIST: frozenset({"status", "text", "item_no", "after"}),
    OPERATION: frozenset({"operation"}),
    OPERATIONS: frozenset({"operation", "status", "resource", "order_no", "after"}),
    PICK_LINE: frozenset({"journal", "line", "source", "since", "all"}),
    REPORT_LINE: frozenset({"journal", "line", "source"}),
}
"""Which values of each place go along."""
WORDS = {START: _l("Back to Start"), REPORT: _l("Back to Report as finished"), LIST: _l("Back to the list")} | {
    OPERATION: _l("Back to the operation"), OPERATIONS: _l("Back to the list"),
    PICK_LINE: _l("Back to the picking list"), REPORT_LINE: _l("Back to the journal"),
}
LONGEST = 1000
LONGEST_NUMBER = 15
LARGEST_OPERATION = 10**9


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
        if self.place in {PICK_LINE, REPORT_LINE}:
            return f"/production-orders/{quote(self.order_no, safe='')}/journals"
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
        number = self._whole("operation")
        return number if number < LARGEST_OPERATION else 0

    @property
    def returns(self) -> str:
        """ENT-5, ENT-7: where the way back of a journal line takes along what was registered or chosen; blank: the way is a link."""
        journal, line = self._whole("journal"), self._whole("line")
        return f"{self.back}/{journal}/lines/{line}/return" if self.place in {PICK_LINE, REPORT_LINE} and journal and line else ""

    @property
    def source(self) -> int:
        """Component line, or order line, of the journal line that the page was opened from."""
        return self._whole("source")

    @property
    def since(self) -> int:
        """The newest association when the page was opened (ENT-5)."""
        return self._whole("since")

    @property
    def component(self) -> int:
        """ENT-5: the component line that is preselected and filtered on; 0: none, or every line is wanted."""
        return self.source if self.place == PICK_LINE and not self.all_lines else 0

    @property
    def all_lines(self) -> bool:
        """ENT-5: the filter was taken off."""
        return bool(dict(self.values).get("all"))

    @property
    def turned(self) -> Door:
        """The same with the filter of ENT-5 off, or on again."""
        kept = tuple((name, value) for name, value in self.values if name != "all")
        return replace(self, values=kept if self.all_lines else (*kept, ("all", "1")))

    def _whole(self, name: str) -> int:
        text = dict(self.values).get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else 0

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
