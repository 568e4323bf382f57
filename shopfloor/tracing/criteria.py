"""What a user asks a trace for: filters, method, choice of components, view; and the history of such questions. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from shopfloor.errors import InvalidInput
from shopfloor.tracing.errors import FilterNotReadable, VariantWithoutItem

BLANK = "''"
"""Filter that demands an empty value (TR-53)."""
LONGEST_FILTER = 500
_QUOTED = r"'(?:[^']|'')*'(?=\.\.|\||$)"
_PART = re.compile(rf"(?P<low>{_QUOTED}|(?:(?!\.\.)[^|])*)(?P<dots>\.\.)?(?P<high>{_QUOTED}|[^|]*)")
"""One alternative. It always ends at a bar or at the end of the text, so any text can be read."""


class TraceMethod(StrEnum):
    """TR-02. *Usage → origin* is also called backward, *origin → usage* forward."""

    BACKWARD = "Usage -> Origin"
    FORWARD = "Origin -> Usage"

    def flipped(self) -> TraceMethod:
        """The other direction."""
        return TraceMethod.FORWARD if self is TraceMethod.BACKWARD else TraceMethod.BACKWARD


class ShowComponents(StrEnum):
    """TR-02: which components of an order are listed."""

    NO = "No"
    TRACKED = "Item-tracked Only"
    ALL = "All"


class View(StrEnum):
    """C4: by registered unit, or by order line as Business Central shows it (TR-34)."""

    EXACT = "Exact"
    ORDER_LINE = "Order line"


@dataclass(frozen=True)
class Filter:
    """A filter as read: a value passes when it is one of `values` or lies in one of `ranges`."""

    values: tuple[str, ...] = ()
    ranges: tuple[tuple[str, str], ...] = ()
    """Inclusive, in the order of character codes; an empty end is open."""

    def __bool__(self) -> bool:
        """Whether anything is asked at all."""
        return bool(self.values or self.ranges)

    def passes(self, value: str) -> bool:
        """Whether a value satisfies the filter; an empty filter lets everything pass."""
        within = any(value and low <= value and (not high or value <= high) for low, high in self.ranges)
        return not self or value in self.values or within


@dataclass(frozen=True)
class Criteria:
    """One question to Item Tracing (TR-01, TR-02).

    The filters are texts as users write them: `A`, a list `A|B`, a range `A..B`, exactly `'A'`, blank `''`; empty asks nothing.
    """

    item_no: str = ""
    variant_code: str = ""
    serial_no: str = ""
    lot_no: str = ""
    package_no: str = ""
    vendor_lot_no: str = ""
    """The supplier's own lot number, found through the number information (C13)."""
    method: TraceMethod = TraceMethod.BACKWARD
    show_components: ShowComponents = ShowComponents.TRACKED
    view: View = View.EXACT
    include_registered: bool = False
    """Whether registered, unposted associations are drawn (C5)."""

    @property
    def backward(self) -> bool:
        return self.method is TraceMethod.BACKWARD

    @property
    def exact(self) -> bool:
        return self.view is View.EXACT


@dataclass(frozen=True)
class Filters:
    """The filters of a criteria, read."""

    item_no: Filter
    variant_code: Filter
    serial_no: Filter
    lot_no: Filter
    package_no: Filter
    vendor_lot_no: Filter

    def __bool__(self) -> bool:
        """TR-01: no filter at all gives an empty result."""
        return any((self.item_no, self.serial_no, self.lot_no, self.package_no, self.vendor_lot_no))


def read_filters(criteria: Criteria) -> Filters:
    """Read the six filter texts. Raises VariantWithoutItem (TR-01) and FilterNotReadable."""
    if criteria.variant_code and not criteria.item_no:
        raise VariantWithoutItem(variant_code=criteria.variant_code[:50])
    return Filters(
        item_no=read_filter("item no.", criteria.item_no),
        variant_code=read_filter("variant code", criteria.variant_code),
        serial_no=read_filter("serial no.", criteria.serial_no),
        lot_no=read_filter("lot no.", criteria.lot_no),
        package_no=read_filter("package no.", criteria.package_no),
        vendor_lot_no=read_filter("vendor lot no.", criteria.vendor_lot_no),
    )


def read_filter(field_name: str, text: str) -> Filter:
    """Read one filter text. Raises FilterNotReadable.

    A text with `|` or `..` outside quotation marks also stands for itself: a scanned lot named `A..B` is always found.
    """
    if not text:
        return Filter()
    if len(text) > LONGEST_FILTER or not text.isprintable():
        raise FilterNotReadable(field_name=field_name, filter_text=text[:50].encode("ascii", "backslashreplace").decode())
    values: list[str] = [] if re.match(_QUOTED, text) else [text]
    ranges: list[tuple[str, str]] = []
    position = 0
    while position <= len(text):
        part = _PART.match(text, position)
        assert part is not None
        low, high = part["low"], part["high"]
        if part["dots"]:
            ranges.append((_unquoted(low), _unquoted(high)))
        elif low or high:
            values.append(_unquoted(low) if not high else low + high)
        position = part.end() + 1
    return Filter(tuple(dict.fromkeys(values)), tuple(ranges))


Choice = TypeVar("Choice", bound=StrEnum)


def chosen(kind: type[Choice], field_name: str, text: str) -> Choice:
    """The member with that caption. Raises InvalidInput."""
    try:
        return kind(text)
    except ValueError:
        summary = f"{field_name} is one of {', '.join(kind)}"
        raise InvalidInput(summary=summary, problems={field_name: summary}) from None


def quoted(value: str) -> str:
    """The filter text that means exactly this value; a blank value becomes *must be blank* (TR-53)."""
    return "'" + value.replace("'", "''") + "'"


def _unquoted(text: str) -> str:
    return text[1:-1].replace("''", "'") if re.fullmatch(_QUOTED, text) else text
