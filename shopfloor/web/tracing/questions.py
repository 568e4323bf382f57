"""A question to Item Tracing as a web address, both ways: an address reproduces the view (TR-54, screens.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from shopfloor.tracing.criteria import Criteria, ShowComponents, TraceMethod, View, chosen, quoted

PATH = "/tracing"
FILTERS = {
    "serial_no": "serial_no",
    "lot_no": "lot_no",
    "item_no": "item_no",
    "variant": "variant_code",
    "package_no": "package_no",
    "vendor_lot_no": "vendor_lot_no",
}
"""Name in the address -> field of the criteria."""
YES = frozenset({"1", "true", "on", "yes"})
STANDARD = Criteria()
_EDGES = re.compile(r"^ +| +$")


def read_question(values: Mapping[str, str]) -> Criteria:
    """The question in an address. Blanks around a filter go: nobody sees them, and no number begins with one.

    Raises InvalidInput for a method, choice or view that does not exist. The filters are read by the trace itself.
    """
    filters = {field: _EDGES.sub("", values.get(name, "")) for name, field in FILTERS.items()}
    asked = Criteria(
        method=chosen(TraceMethod, "method", values.get("method") or STANDARD.method),
        show_components=chosen(ShowComponents, "show_components", values.get("show_components") or STANDARD.show_components),
        view=chosen(View, "view", values.get("view") or STANDARD.view),
        include_registered=values.get("include_registered", "") in YES,
    )
    return filtered(asked, **filters)


def filtered(asked: Criteria, **filters: str) -> Criteria:
    """The question with these filters and no others; method and choices stay. `filters` are fields of the criteria."""
    fields: dict[str, Any] = dict.fromkeys(FILTERS.values(), "") | filters
    return replace(asked, **fields)


def is_asked(criteria: Criteria) -> bool:
    """Whether any filter is set; a form without one shows how to begin (TR-01)."""
    return any(getattr(criteria, field) for field in FILTERS.values())


def address(criteria: Criteria, path: str = PATH, **more: str) -> str:
    """The address that asks this question; what is as usual is left out."""
    parts = {name: getattr(criteria, field) for name, field in FILTERS.items()} | choices(criteria) | more
    return path + "?" + urlencode({name: value for name, value in parts.items() if value}, errors="replace")


def choices(criteria: Criteria) -> dict[str, str]:
    """The parts of an address that are no filters, as far as they are not as usual."""
    return {
        "method": "" if criteria.method is STANDARD.method else criteria.method.value,
        "show_components": "" if criteria.show_components is STANDARD.show_components else criteria.show_components.value,
        "view": "" if criteria.view is STANDARD.view else criteria.view.value,
        "include_registered": "1" if criteria.include_registered else "",
    }


def plain(text: str) -> str:
    """A filter as people read it: one quoted value without its quotation marks."""
    inner = text[1:-1].replace("''", "'") if len(text) > 1 and text[0] == text[-1] == "'" else text
    return inner if inner and quoted(inner) == text else text


def typed(text: str) -> str:
    """The same for a field, where it is read again: only a value that means the same without its quotation marks loses them."""
    inner = plain(text)
    return text if "|" in inner or ".." in inner or inner.startswith("'") else inner


def subject(criteria: Criteria) -> str:
    """What is traced, in short: the number if one is given, else the item."""
    for text in (criteria.serial_no, criteria.lot_no, criteria.package_no, criteria.vendor_lot_no, criteria.item_no):
        if text and text != "''":
            return plain(text)
    return ""
