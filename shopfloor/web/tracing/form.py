"""The filter row of Item tracing, and its criteria in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from shopfloor.tracing.criteria import LONGEST_FILTER, Criteria, ShowComponents, TraceMethod, View
from shopfloor.web.tracing.questions import FILTERS, STANDARD, YES, typed

LABELS = {
    "serial_no": _l("Serial number"),
    "lot_no": _l("Lot number"),
    "item_no": _l("Item"),
    "variant": _l("Variant"),
    "package_no": _l("Package number"),
    "vendor_lot_no": _l("Vendor's lot"),
}
ALWAYS = ("serial_no", "lot_no", "item_no")
"""Filters that are always in sight."""
METHODS = ((TraceMethod.BACKWARD.value, _l("Usage to origin")), (TraceMethod.FORWARD.value, _l("Origin to usage")))
COMPONENTS = (
    (ShowComponents.TRACKED.value, _l("Item-tracked only")), (ShowComponents.NO.value, _l("No")), (ShowComponents.ALL.value, _l("All")),
)
VIEWS = ((View.EXACT.value, _l("Exact")), (View.ORDER_LINE.value, _l("Order line")))


@dataclass(frozen=True)
class TraceForm:
    """What the filter row shows, as typed."""

    filters: tuple[tuple[str, str, str], ...]
    """Name, label, text of the filters in sight."""
    more: tuple[tuple[str, str, str], ...]
    """The seldom ones."""
    method: str
    show_components: str
    view: str
    include_registered: bool
    longest: int = LONGEST_FILTER

    @property
    def opened(self) -> bool:
        """Whether anything seldom is set, so that nothing that narrows the answer is out of sight."""
        unusual = self.view != STANDARD.view.value or self.show_components != STANDARD.show_components.value or self.include_registered
        return unusual or any(text for _name, _label, text in self.more)


def form_of(asked: Criteria | None) -> TraceForm:
    """The form of a question, or of what was typed when the question was refused."""
    values = request.args if asked is None else {name: typed(getattr(asked, field)) for name, field in FILTERS.items()}
    fields = [(name, str(LABELS[name]), _visible(values.get(name, ""))) for name in FILTERS]
    shown = asked or STANDARD
    return TraceForm(
        filters=tuple(field for field in fields if field[0] in ALWAYS), more=tuple(field for field in fields if field[0] not in ALWAYS),
        method=shown.method.value, show_components=shown.show_components.value, view=shown.view.value,
        include_registered=shown.include_registered if asked else request.args.get("include_registered", "") in YES,
    )


def asked_words(asked: Criteria) -> Iterator[tuple[str, str]]:
    """Label and value of everything that was asked, filters as they were read (quoted ones with their marks)."""
    for name, field in FILTERS.items():
        text = getattr(asked, field)
        if text:
            yield str(LABELS[name]), text
    yield gettext("Method"), str(dict(METHODS)[asked.method.value])
    yield gettext("Show components"), str(dict(COMPONENTS)[asked.show_components.value])
    yield gettext("View"), str(dict(VIEWS)[asked.view.value])
    yield gettext("Registered, not posted"), gettext("included") if asked.include_registered else gettext("left out")


def _visible(text: str) -> str:
    return "".join(character if character.isprintable() else "␣" for character in text)[: LONGEST_FILTER * 2]
