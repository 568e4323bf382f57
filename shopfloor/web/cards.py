"""The page of one record: facts on top, then tables of what belongs to it. One template for every card that only reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from shopfloor.errors import Refusal
from shopfloor.web.htmx import respond
from shopfloor.web.lists import Link
from shopfloor.web.tables import Cell, Column, Table
from shopfloor.web.texts import message_of


@dataclass(frozen=True)
class Fact:
    """One value with its name."""

    column: Column
    cell: Cell


@dataclass(frozen=True)
class Section:
    """A table below the facts."""

    key: str
    """Unique on the page; part of the address."""
    title: str
    table: Table
    note: str = ""
    more: tuple[str, str] = ("", "")
    """Words and address of the whole list."""


def fact(label: Any, value: Any, href: str = "", *, kind: str = "text", unit: str = "") -> Fact:
    """One fact; a blank or missing value is left out of the page."""
    return Fact(Column(label, kind), Cell(value, href, unit))


def card_page(
    title: str,
    *,
    crumbs: tuple[str, str],
    facts: Sequence[Fact],
    sections: Sequence[Section] = (),
    actions: Sequence[Link] = (),
    quiet: str = "",
    note: str = "",
    status: str = "",
    is_number: bool = False,
    refusal: Refusal | None = None,
    template: str = "pages/card.html",
    **more: Any,
) -> Response:
    """The page. `crumbs`: words and address of the list it belongs to; `note`: what the facts mean, in a sentence.

    `is_number`: the title is a document number and is set like one. `template`, `more`: a card that adds panels of its own.
    """
    return respond(
        template,
        title=title,
        is_number=is_number,
        quiet=quiet,
        note=note,
        status_word=status,
        crumbs=crumbs,
        facts=[one for one in facts if one.cell.value not in ("", None, 0)],
        sections=[section for section in sections if section.table.rows],
        actions=[action for action in actions if action[1]],
        refusal=message_of(refusal) if refusal else None,
        **more,
    )
