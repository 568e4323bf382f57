"""Tables of the desk pages: columns and cells that `parts/table.html` draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import request

from shopfloor.items.paging import Page


@dataclass(frozen=True)
class Cell:
    """One value of a row."""

    value: Any
    href: str = ""
    """Blank: no link."""
    unit: str = ""
    """Of a quantity."""
    of: Any = None
    """The whole, for progress."""


@dataclass(frozen=True)
class Column:
    """One column; the first one names the row."""

    label: Any
    """Translated, or lazily translated."""
    kind: str = "text"
    """text, number (a serial, lot or document number), quantity, day, time, status, flag or progress."""

    @property
    def right(self) -> bool:
        return self.kind in {"quantity", "day", "time"}


@dataclass(frozen=True)
class Table:
    """Some rows of a list, with the way to the next ones."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    next: str = ""
    """Address of the next page; blank: this is the last."""
    first: str = ""
    """Address of the first page; blank: this is it."""
    totals: tuple[Cell, ...] = ()
    """Figures of all rows that fit the filter, one for each column; none: no row of totals."""


def table(
    columns: Sequence[Column], rows: Sequence[Sequence[Cell]], page: Page[Any] | None = None, *, totals: Sequence[Cell] = ()
) -> Table:
    """A table of one page of a list; its links keep the filters of the address."""
    after = page.next_after if page else ""
    return Table(
        columns=tuple(columns),
        rows=tuple(tuple(row) for row in rows),
        next=address(after=after) if after else "",
        first=address(after="") if page and request.args.get("after") else "",
        totals=tuple(totals),
    )


def address(**changes: str) -> str:
    """This page's address with other arguments; blank ones go."""
    kept = {name: value for name, value in request.args.items() if name != "seen"} | changes
    query = urlencode({name: value for name, value in kept.items() if value}, errors="replace")
    return request.path + ("?" + query if query else "")
