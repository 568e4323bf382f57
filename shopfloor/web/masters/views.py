"""List, card and forms of every master: the same handlers for all of them, one set of addresses for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import quote

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from shopfloor.errors import NotFound, Refusal, StaleRow
from shopfloor.items.paging import Page
from shopfloor.people.master_commands import block_record, change_record, copy_record, create_record, delete_record
from shopfloor.people.master_queries import Record, list_records, lookup_options, read_record
from shopfloor.people.masters import Key, Values, draft
from shopfloor.quantity import shown
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.forms import FormBuilder, Options
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import argument, command_key, form_values, read_form
from shopfloor.web.labels import LABELS
from shopfloor.web.lists import form_page, list_page, text_filter
from shopfloor.web.masters.inputs import BlockForm, CopyForm, DeleteForm
from shopfloor.web.masters.table import PAGES, MasterPage
from shopfloor.web.navigation import may
from shopfloor.web.refusals import on_refusal
from shopfloor.web.tables import Cell, Column, Table, table
from shopfloor.web.texts import message_of

bp = Blueprint("masters", __name__)
_own_cards: dict[str, Callable[[str, Refusal], Response]] = {}
"""Cards that another module shows, for refusals of the buttons on them."""

LINE_FILES = {"boms": "bom-lines", "routings": "routing-lines"}
"""What comes and goes as a file of its lines."""


@dataclass(frozen=True)
class Actions:
    """What can be done with a record, for the buttons of its card."""

    address: str
    """Of the card; blank: the person may not change it."""
    rest: str
    """Question mark and further parts of the key."""
    version: int
    blockable: bool
    blocked: bool
    copies: bool
    changeable: bool


def actions_of(kind: str, values: Values) -> Actions | None:
    """None for somebody who may not maintain this kind."""
    page = PAGES[kind]
    if not may(page.master.right):
        return None
    address, _mark, rest = page.address(page.master.key_of(values)).partition("?")
    return Actions(
        address=address,
        rest="?" + rest if rest else "",
        version=values["version"],
        blockable=page.master.blockable,
        blocked=bool(values.get("blocked", False)),
        copies=page.copies,
        changeable=bool(page.master.changeable),
    )


def list_links(kind: str) -> tuple[tuple[str, str, str], ...]:
    """What stands above the list: a new one, and the way in and out as files."""
    page = PAGES[kind]
    links = [(str(page.new), f"{page.place}/new", "plus")] if may(page.master.right) else []
    file = LINE_FILES.get(kind, kind)
    if may(page.master.right):
        links.append((_("Import"), f"/import?kind={file}", "up"))
    return (*links, (_("CSV"), f"/{file}.csv", "download"))


def show_list(page: MasterPage) -> Response:
    """The records by key."""
    text = argument("text")
    found = list_records(request_session(), page.master, text=text, after=argument("after"))
    return list_page(
        str(page.title),
        _list_table(page, found.rows, found.next_after),
        empty=(_("Nothing fits") if text else _("None yet"), str(page.empty)),
        actions=list_links(page.kind),
        filters=(text_filter("text", _("Number or words"), text),),
    )


def show_card(page: MasterPage, key: Key, refusal: Refusal | None = None) -> Response:
    """All fields of one record, what belongs to it, and what can be done. Raises NotFound."""
    session = request_session()
    values = found_record(page, key)
    return respond(
        "pages/master.html",
        title=page.master.number(values),
        list_title=str(page.title),
        place=page.place,
        name=str(values.get("name") or values.get("description") or ""),
        facts=[(_label(name), _fact(name, values[name])) for name in page.master.fields],
        links=page.links(key),
        related=page.related(session, key),
        record=actions_of(page.kind, values),
        blocked=bool(values.get("blocked", False)),
        refusal=message_of(refusal) if refusal else None,
    )


def show_new(page: MasterPage, refusal: Refusal | None = None) -> Response:
    """The form of a new record."""
    form = FormBuilder(
        page.master.new, action=page.place, submit=_("Create"), refusal=refusal, options=options_of(page), values=_asked(page)
    ).form()
    return form_page(str(page.new), form, crumbs=((str(page.title), page.place),), refusal=refusal)


def create(page: MasterPage) -> Response:
    """Make a record and show it."""
    on_refusal(partial(show_new, page))
    given = read_form(page.master.new)
    answer = run_command(create_record, key=command_key(), master=page.master, given=given)
    return go(page.address(page.master.key_of(draft(page.master, given).values)), answer)


def show_change(page: MasterPage, key: Key, refusal: Refusal | None = None) -> Response:
    """The form with the values as they are, or as they were typed. Somebody else's change shows on the card instead."""
    if isinstance(refusal, StaleRow):
        return _any_card(page, key, refusal)
    values = found_record(page, key)
    version = str(form_values().get("version", "")) if refusal else str(values["version"])
    form = FormBuilder(
        page.master.change,
        action=page.address(key, "change"),
        submit=_("Save"),
        refusal=refusal,
        options=options_of(page),
        values={name: _typed(values[name]) for name in page.master.changeable},
        without=("version",),
        hidden={"version": version},
    ).form()
    fixed = [f"{_label(name)}: {_fact(name, values[name]) or '–'}" for name in page.master.fixed]
    title = _("Change %(record)s", record=page.master.number(values))
    return form_page(title, form, crumbs=_crumbs(page, key), note=" · ".join(fixed), refusal=refusal)


def change(page: MasterPage, key: Key) -> Response:
    """Save the form."""
    on_refusal(partial(show_change, page, key))
    given = read_form(page.master.change)
    answer = run_command(change_record, key=command_key(), master=page.master, record_key=list(key), given=given)
    return go(page.address(key), answer)


def show_copy(page: MasterPage, key: Key, refusal: Refusal | None = None) -> Response:
    """Which number the copy gets."""
    found_record(page, key)
    form = FormBuilder(CopyForm, action=page.address(key, "copy"), submit=_("Copy"), refusal=refusal).form()
    note = _("The copy has the same values. It is not blocked, and what names the original stays with the original.")
    if page.master.copied:
        note = _("The copy has the same values and units. Codes such as GTINs stay with the original.")
    return form_page(_("Copy %(record)s", record=key[0]), form, crumbs=_crumbs(page, key), note=note, refusal=refusal)


def copy(page: MasterPage, key: Key) -> Response:
    """Make the copy and show it."""
    on_refusal(partial(show_copy, page, key))
    new_key = [read_form(CopyForm).new_no]
    answer = run_command(copy_record, key=command_key(), master=page.master, record_key=list(key), new_key=new_key)
    return go(page.address([answer.number]), answer)


def block(page: MasterPage, key: Key) -> Response:
    """Block, or unblock."""
    on_refusal(partial(_any_card, page, key))
    given = read_form(BlockForm)
    answer = run_command(block_record, key=command_key(), master=page.master, record_key=list(key), **given.model_dump())
    return go(page.address(key), answer)


def show_delete(page: MasterPage, key: Key, refusal: Refusal | None = None) -> Response:
    """Names what goes, and asks once."""
    values = found_record(page, key)
    name = str(values.get("name") or values.get("description") or "")
    form = FormBuilder(
        DeleteForm,
        action=page.address(key, "delete"),
        submit=_("Delete %(record)s", record=page.master.number(values)),
        refusal=refusal,
        without=("version",),
        hidden={"version": str(values["version"])},
        danger=True,
    ).form()
    note = _("It goes for good. It is only deleted while nothing names it.")
    title = _("Delete %(record)s?", record=f"{page.master.number(values)} {name}".strip(" "))
    return form_page(title, form, crumbs=_crumbs(page, key), note=note, refusal=refusal)


def delete(page: MasterPage, key: Key) -> Response:
    """Take the record away."""
    on_refusal(partial(show_delete, page, key))
    given = read_form(DeleteForm)
    answer = run_command(delete_record, key=command_key(), master=page.master, record_key=list(key), version=given.version)
    return go(page.place, answer)


def found_record(page: MasterPage, key: Key) -> Values:
    """Raises NotFound."""
    values = read_record(request_session(), page.master, key)
    if values is None:
        raise NotFound(record=page.master.record, number=" ".join(part for part in key if part))
    return values


def options_of(page: MasterPage) -> dict[str, Options]:
    """Choices of the fields that name another record, where there are few enough to choose from."""
    session = request_session()
    found = {lookup.field: lookup_options(session, lookup) for lookup in page.master.lookups if lookup.record != "item"}
    return {name: [(code, code) for code in codes] for name, codes in found.items() if codes}


def key_of(page: MasterPage, no: str) -> Key:
    """The key of the address."""
    return (no, *(argument(name) for name in page.master.key[1:]))


def has_own_card(kind: str, show: Callable[[str, Refusal], Response]) -> None:
    """Called by the module that shows the card of this kind."""
    _own_cards[kind] = show


def _any_card(page: MasterPage, key: Key, refusal: Refusal) -> Response:
    if page.kind in _own_cards:
        return _own_cards[page.kind](key[0], refusal)
    return show_card(page, key, refusal)


def _crumbs(page: MasterPage, key: Key) -> tuple[tuple[str, str], ...]:
    return ((str(page.title), page.place), (" ".join(part for part in key if part), page.address(key)))


def _asked(page: MasterPage) -> dict[str, str]:
    """What a link filled in, such as the item of a new GTIN."""
    return {name: argument(name) for name in page.master.fields if name in request.args}


def _label(name: str) -> str:
    return str(LABELS.get(name, name.replace("_", " ").capitalize()))


def _typed(value: object) -> object:
    """A stored value as somebody would type it."""
    if isinstance(value, Decimal):
        return shown(value)
    return value.isoformat() if isinstance(value, date) else value


def _fact(name: str, value: object) -> Any:
    """A stored value as a card shows it."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, str) and name in {"reservation_policy", "kind"}:
        return _(value)
    return shown(value) if isinstance(value, Decimal) else ("" if value is None else value)


def _list_table(page: MasterPage, rows: tuple[Record, ...], next_after: str) -> Table:
    names = page.master.columns
    columns = [Column(_label(name), _kind(page, name, place)) for place, name in enumerate(names)]
    if page.master.blockable:
        columns.append(Column(_("Blocked"), "flag"))
    cells = []
    for row in rows:
        line = [_cell(page, row, name) for name in names]
        cells.append([*line, Cell(row.values["blocked"])] if page.master.blockable else line)
    return table(columns, cells, Page(tuple(cells), next_after))


def _kind(page: MasterPage, name: str, place: int) -> str:
    if place == 0:
        return "number"
    value = page.master.new.model_fields[name].annotation
    return {bool: "flag", Decimal: "quantity", Decimal | None: "quantity"}.get(value, "text")  # type: ignore[arg-type]


def _cell(page: MasterPage, row: Record, name: str) -> Cell:
    value = row.values[name]
    if name == page.master.columns[0]:
        return Cell(value, page.address(row.key))
    if name == "item_no":
        return Cell(value, f"/items/{quote(str(value), safe='')}")
    return Cell(_fact(name, value) if not isinstance(value, (bool, Decimal)) else value)


def _register() -> None:
    """One set of addresses for each master; what a module of its own shows is left out."""
    for page in PAGES.values():
        name = page.kind.replace("-", "_")
        if "list" not in page.own:
            bp.add_url_rule(page.place, f"{name}_list", partial(show_list, page))
        if "new" not in page.own:
            bp.add_url_rule(f"{page.place}/new", f"{name}_new", partial(show_new, page))
            bp.add_url_rule(page.place, f"{name}_create", partial(create, page), methods=["POST"])
        if "card" not in page.own:
            bp.add_url_rule(f"{page.place}/<no>", f"{name}_card", _on_key(show_card, page))
        if page.copies:
            bp.add_url_rule(f"{page.place}/<no>/copy", f"{name}_show_copy", _on_key(show_copy, page))
            bp.add_url_rule(f"{page.place}/<no>/copy", f"{name}_copy", _on_key(copy, page), methods=["POST"])
        for action, show, do in (("change", show_change, change), ("delete", show_delete, delete)):
            bp.add_url_rule(f"{page.place}/<no>/{action}", f"{name}_show_{action}", _on_key(show, page))
            bp.add_url_rule(f"{page.place}/<no>/{action}", f"{name}_{action}", _on_key(do, page), methods=["POST"])
        bp.add_url_rule(f"{page.place}/<no>/block", f"{name}_block", _on_key(block, page), methods=["POST"])


def _on_key(view: Any, page: MasterPage) -> Any:
    def handler(no: str) -> Response:
        response = view(page, key_of(page, no))
        assert isinstance(response, Response)
        return response

    return handler


_register()
