"""The page of a list and the page of a form: what every one of them needs, in one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from shopfloor.errors import NotFound, Outcome, Refusal
from shopfloor.web.forms import Form, FormField
from shopfloor.web.htmx import respond
from shopfloor.web.tables import Table
from shopfloor.web.texts import message_of

Link = tuple[str, str, str]
"""Words, address, icon."""


@dataclass(frozen=True)
class Chooser:
    """One row of a list is chosen, and something is done with it."""

    action: str
    """Where the choice goes, as `no` in the address."""
    words: str
    icon: str
    keys: tuple[str, ...]
    """Of each row."""
    reasons: tuple[str, ...]
    """Why a row cannot be chosen; blank: it can."""
    hidden: tuple[tuple[str, str], ...] = ()
    """What the page knows, such as its filters."""


def list_page(
    title: str,
    table: Table,
    *,
    empty: tuple[str, str],
    actions: Sequence[Link] = (),
    filters: Sequence[FormField] = (),
    note: str = "",
    refusal: Refusal | None = None,
    csv: str = "",
    choose: Chooser | None = None,
) -> Response:
    """A list with its filters. `empty` says that there is nothing and how to get the first row; `csv` is the address of its file."""
    return respond(
        "pages/list.html",
        title=title,
        table=table,
        actions=actions,
        filters=filters,
        note=note,
        csv=csv,
        path=request.path,
        choose=choose,
        empty_title=empty[0],
        empty_text=empty[1],
        refusal=message_of(refusal) if refusal else None,
    )


def form_page(
    title: str,
    form: Form,
    *,
    crumbs: Sequence[tuple[str, str]] = (),
    note: str = "",
    refusal: Refusal | None = None,
    answer: Outcome | None = None,
) -> Response:
    """One form on a page of its own; a refusal stands on top, and at the field that it is about. `answer`: to what filled the form."""
    told = refusal or answer
    return respond("pages/form.html", title=title, form=form, crumbs=crumbs, note=note, refusal=message_of(told) if told else None)


def found(record: str, number: str, card: Any) -> Any:
    """The card, or NotFound."""
    if card is None:
        raise NotFound(record=record, number=number)
    return card


def text_filter(name: str, label: str, value: str, *, options: Sequence[tuple[str, str]] = ()) -> FormField:
    """One field of a list's filter row."""
    return FormField(name=name, label=label, kind="select" if options else "text", value=value, options=tuple(options))


def day_filter(name: str, label: str, value: str) -> FormField:
    """A calendar date of a list's filter row."""
    return FormField(name=name, label=label, kind="day", value=value)


def check_filter(name: str, label: str, *, checked: bool) -> FormField:
    """A box of a list's filter row."""
    return FormField(name=name, label=label, kind="check", value="1" if checked else "")
