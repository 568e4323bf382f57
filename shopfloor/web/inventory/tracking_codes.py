"""Item tracking codes: list, card with the matrix of what is demanded, and another code for an item (DM-40, TC-01 to TC-05)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from flask import Blueprint, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.errors import InvalidInput, Refusal
from shopfloor.genealogy.tracking_codes import change_tracking_code
from shopfloor.items import commands, tracking_code_queries
from shopfloor.items import queries as item_queries
from shopfloor.items.inputs import NewTrackingCode, TrackingCodeChange, TrackingCodeExchange
from shopfloor.items.tracking import TRANSACTIONS
from shopfloor.items.tracking_code_queries import TrackingCodeCard
from shopfloor.people import rights
from shopfloor.posting.tracking_codes import delete_tracking_code, update_tracking_code
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.forms import Form, FormBuilder
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import argument, command_key, form_values, read_form
from shopfloor.web.lists import form_page, found, list_page
from shopfloor.web.navigation import may
from shopfloor.web.refusals import on_refusal
from shopfloor.web.tables import Cell, Column, table
from shopfloor.web.texts import message_of

bp = Blueprint("tracking_codes", __name__)
KINDS = ("Serial", "Lot", "Package")
COLUMNS = (
    Column(_l("Code"), "number"),
    Column(_l("Description")),
    Column(_l("Specific tracking")),
    Column(_l("Expiration dates"), "flag"),
    Column(_l("Warranty formula")),
    Column(_l("Items"), "quantity"),
)
MATRIX = tuple(f"{kind.lower()}_{what}" for what in ("specific", "warehouse") for kind in KINDS)
"""Fields that the matrix draws; the form draws the others."""
DEMAND = "demand."
"""Name of a box of the matrix: `demand.Serial.2`, the number of its transaction."""


@bp.get("/tracking-codes")
def index() -> Response:
    """All codes."""
    rows = [
        (
            Cell(row.code, address_of(row.code)),
            Cell(row.description),
            Cell(", ".join(_(kind) for kind in row.specific)),
            Cell(row.use_expiration_dates),
            Cell(row.warranty_formula),
            Cell(row.item_count),
        )
        for row in tracking_code_queries.list_codes(request_session())
    ]
    return list_page(
        _("Item tracking codes"),
        table(COLUMNS, rows),
        empty=(_("No item tracking code yet"), _("A code says which numbers goods carry, and where they are demanded.")),
        actions=(*_doors(), (_("CSV"), "/tracking-codes.csv", "download")),
    )


@bp.get("/tracking-codes/new")
def new() -> Response:
    """The form of a new code; `copy` names one whose settings it starts with."""
    return _show_new()


@bp.post("/tracking-codes")
def create() -> Response:
    """Make a code and show it."""
    on_refusal(_show_new)
    answer = run_command(commands.create_tracking_code, key=command_key(), given=_read(NewTrackingCode))
    return go(address_of(answer.number), answer)


@bp.get("/tracking-codes/<code>")
def card(code: str) -> Response:
    """One code with its matrix."""
    return show(code)


@bp.post("/tracking-codes/<code>")
def change(code: str) -> Response:
    """Other settings."""
    on_refusal(partial(show, code))
    answer = run_command(update_tracking_code, key=command_key(), given=_read(TrackingCodeChange, code=code))
    return go(address_of(code), answer)


@bp.post("/tracking-codes/<code>/delete")
def delete(code: str) -> Response:
    """A code that no item uses."""
    on_refusal(partial(show, code))
    answer = run_command(delete_tracking_code, key=command_key(), code=code)
    return go("/tracking-codes", answer)


@bp.get("/items/<item_no>/tracking-code")
def exchange_form(item_no: str) -> Response:
    """Which code the item has, and which it could have."""
    return _show_exchange(item_no)


@bp.post("/items/<item_no>/tracking-code")
def exchange(item_no: str) -> Response:
    """Another code for the item."""
    on_refusal(partial(_show_exchange, item_no))
    answer = run_command(change_tracking_code, key=command_key(), given=read_form(TrackingCodeExchange, item_no=item_no))
    return go(f"/items/{quote(item_no, safe='')}", answer)


def show(code: str, refusal: Refusal | None = None) -> Response:
    """The card. Raises NotFound."""
    found_card: TrackingCodeCard = found("item tracking code", code, tracking_code_queries.code_card(request_session(), code))
    values = _typed() if refusal is not None else vars(found_card)
    return _respond(found_card, values, refusal, TrackingCodeChange, address_of(code))


def address_of(code: str) -> str:
    """Where the card is."""
    return f"/tracking-codes/{quote(code, safe='')}"


def _show_new(refusal: Refusal | None = None) -> Response:
    values = _typed() if refusal is not None else _first_settings()
    return _respond(None, values, refusal, NewTrackingCode, "/tracking-codes")


def _doors() -> tuple[tuple[str, str, str], ...]:
    if not may(rights.MASTERS):
        return ()
    return (_("New item tracking code"), "/tracking-codes/new", "plus"), (_("Import"), "/import?kind=tracking-codes", "up")


def _first_settings() -> dict[str, Any]:
    name = argument("copy")
    if not name:
        return {"requirements": (), "create_information_on_posting": True}
    copied: TrackingCodeCard = found("item tracking code", name, tracking_code_queries.code_card(request_session(), name))
    return vars(copied) | {"code": ""}


def _respond(
    found_card: TrackingCodeCard | None, values: Mapping[str, Any], refusal: Refusal | None, model: type[NewTrackingCode], address: str
) -> Response:
    without = (*MATRIX, "requirements", *(("code",) if found_card else ()))
    submit = _("Save") if found_card else _("Create code")
    form: Form = FormBuilder(model, action=address, submit=submit, refusal=refusal, values=values, without=without).form()
    return respond(
        "pages/tracking_code.html",
        card=found_card,
        form=form,
        kinds=KINDS,
        transactions=list(enumerate(TRANSACTIONS)),
        ticked={(kind, TRANSACTIONS.index(name)) for kind, name in values["requirements"]},
        specific={kind: bool(values.get(f"{kind.lower()}_specific")) for kind in KINDS},
        warehouse={kind: bool(values.get(f"{kind.lower()}_warehouse")) for kind in KINDS},
        problem=refusal.problems.get("serial_specific", "") if isinstance(refusal, InvalidInput) else "",
        address=address,
        may_change=may(rights.MASTERS),
        refusal=message_of(refusal) if refusal else None,
    )


def _read(model: type[NewTrackingCode], **given: str) -> Any:
    """The form with its matrix. Boxes of a specific kind are locked, so the browser does not send them; they count all the same (TC-01)."""
    demanded = [{"kind": kind, "transaction": name} for kind, name in _demanded()]
    return read_form(model, ("demand",), requirements=demanded, **given)


def _demanded() -> list[tuple[str, str]]:
    ticked = []
    for name in request.form:
        kind, _dot, place = name.removeprefix(DEMAND).partition(".")
        if name.startswith(DEMAND) and kind in KINDS and place.isascii() and place.isdigit() and int(place) < len(TRANSACTIONS):
            ticked.append((kind, TRANSACTIONS[int(place)]))
    return ticked


def _typed() -> dict[str, Any]:
    return form_values() | {"requirements": _demanded()}


def _show_exchange(item_no: str, refusal: Refusal | None = None) -> Response:
    session = request_session()
    item = found("item", item_no, item_queries.item_master_of(session, item_no) if item_no.isprintable() else None)
    codes = [(code, code) for code in item_queries.list_tracking_codes(session)]
    form = FormBuilder(
        TrackingCodeExchange,
        action=f"/items/{quote(item_no, safe='')}/tracking-code",
        submit=_("Change the code"),
        refusal=refusal,
        values={"item_tracking_code": item.item_tracking_code},
        options={"item_tracking_code": codes},
        without=("item_no",),
    ).form()
    note = _("A code with other specific tracking is taken only before the first posting and without numbers on open lines.")
    crumbs = ((_("Items"), "/items"), (item_no, f"/items/{quote(item_no, safe='')}"))
    return form_page(_("Tracking code of %(item)s", item=item_no), form, crumbs=crumbs, note=note, refusal=refusal)
