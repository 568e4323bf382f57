"""The card of one serial, lot or package number: figures, origin, hold, corrected date, entries and history (DM-41, DM-42, C13, C15)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.clock import now
from shopfloor.errors import Answer, NotFound, Refusal
from shopfloor.items import queries
from shopfloor.items.dispositions import DISPOSITION_CODE, set_disposition
from shopfloor.items.inputs import HoldNumber, NumberDetails, NumberKey, SetDisposition
from shopfloor.items.number_history import HistoryLine, history_of
from shopfloor.items.number_information import release_number, set_number_information
from shopfloor.items.paging import LARGEST_PAGE
from shopfloor.items.rules import GoodsNumber
from shopfloor.ledger.entry_queries import EntryLine
from shopfloor.ledger.number_queries import entries_of_one_number, number_figures
from shopfloor.orders.expiration_correction import change_expiration_date
from shopfloor.orders.journal_inputs import ExpirationCorrection
from shopfloor.people import rights
from shopfloor.people.fields import InputModel, read_input
from shopfloor.people.master_queries import list_records
from shopfloor.quality.holding import hold_number
from shopfloor.quality.queries import inspections_of
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.forms import Form, FormBuilder
from shopfloor.web.guards import current_actor
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import argument, command_key, read_form
from shopfloor.web.inventory.stock import trace_address
from shopfloor.web.links import card_address, inspections_link, labels_link, new_inspection_link
from shopfloor.web.lists import form_page, found
from shopfloor.web.navigation import may
from shopfloor.web.quality.inspections import INSPECTIONS, inspection_cells
from shopfloor.web.refusals import on_refusal
from shopfloor.web.tables import Cell, Column, Table, table
from shopfloor.web.texts import message_of

bp = Blueprint("number_card", __name__, url_prefix="/numbers")
KEY = ("item_no", "variant_code", "kind", "number")
ENTRIES = (
    Column(_l("Entry"), "number"),
    Column(_l("Posting date"), "day"),
    Column(_l("Entry type")),
    Column(_l("Document")),
    Column(_l("Location")),
    Column(_l("Lot number"), "number"),
    Column(_l("Quantity"), "quantity"),
    Column(_l("Remaining"), "quantity"),
    Column(_l("Expires"), "day"),
    Column(_l("Warranty date"), "day"),
)
HISTORY = (
    Column(_l("When"), "time"),
    Column(_l("What")),
    Column(_l("Before")),
    Column(_l("After")),
    Column(_l("Reason")),
    Column(_l("Who")),
)
FEW_INSPECTIONS = 5
STOCK = (Column(_l("Location")), Column(_l("Inventory"), "quantity"), Column(_l("Reserved"), "quantity"))


@bp.get("/new")
def new() -> Response:
    """What is known of a number before its first posting (C13)."""
    return _show_new()


@bp.post("")
def create() -> Response:
    """Write the information of a new number."""
    on_refusal(_show_new)
    given = read_form(NumberDetails)
    answer = run_command(set_number_information, key=command_key(), given=given)
    return go(card_address(given.item_no, given.variant_code, given.kind.value, given.number), answer)


@bp.get("/card")
def card() -> Response:
    """One number: the address names item, kind and number."""
    return show(_key())


@bp.post("/card/details")
def details() -> Response:
    """Other words, dates and vendor's data."""
    return _run(set_number_information, NumberDetails)


@bp.post("/card/hold")
def hold() -> Response:
    """Stop the number."""
    return _run(hold_number, HoldNumber)


@bp.post("/card/release")
def release() -> Response:
    """Let the number go again."""
    return _run(release_number, HoldNumber)


@bp.post("/card/disposition")
def give_disposition() -> Response:
    """Another disposition code for the number (EDG-14)."""
    return _run(set_disposition, SetDisposition)


@bp.post("/card/expiration")
def expiration() -> Response:
    """Another expiration date for the number and all its open goods."""
    return _run(change_expiration_date, ExpirationCorrection)


def show(key: NumberKey, refusal: Refusal | None = None, refused: type[InputModel] | None = None) -> Response:
    """The card. Raises NotFound. `refused` is the form that a refusal belongs to."""
    session = request_session()
    number = GoodsNumber(key.item_no, key.variant_code, key.kind.value, key.number)
    known = found(
        f"{key.kind.lower()} number", key.number,
        queries.number_card(session, item_no=key.item_no, kind=key.kind, number=key.number, variant_code=key.variant_code),
    )
    item = queries.item_master_of(session, key.item_no)
    assert item is not None, "number information without an item"
    figures = number_figures(session, number, current_actor().work_date())
    unit = item.base_unit_code
    stock = [(Cell(s.location_code), Cell(s.inventory, unit=unit), Cell(s.reserved, unit=unit)) for s in figures.locations]
    history = history_of(session, number)
    return respond(
        "pages/number.html",
        card=known,
        item=item,
        figures=figures,
        stock=table(STOCK, stock),
        entries=_entries(entries_of_one_number(session, number), unit),
        history=table(HISTORY, [_history_row(line) for line in history]),
        trace=_trace(number),
        labels=labels_link("Number", **vars(number)),
        inspections=table(INSPECTIONS, [inspection_cells(row) for row in inspections_of(session, number, FEW_INSPECTIONS)]),
        all_inspections=inspections_link(item_no=key.item_no, number=key.number),
        new_inspection=new_inspection_link(*vars(number).values()) if may(rights.INSPECT) else "",
        forms=_forms(known, refusal, refused),
        read_at=now(),
        refusal=message_of(refusal) if refusal else None,
    )


def _run(use_case: Callable[..., Answer], model: type[NumberKey]) -> Response:
    key = read_input(NumberKey, {name: argument(name) for name in KEY})
    on_refusal(partial(show, key, refused=model))
    given = read_form(model, **key.model_dump(mode="json"))
    answer = run_command(use_case, key=command_key(), given=given)
    return go(card_address(key.item_no, key.variant_code, key.kind.value, key.number), answer)


def _key() -> NumberKey:
    if not argument("number"):
        raise NotFound(record="number", number="")
    return read_input(NumberKey, {name: argument(name) for name in KEY})


def _forms(card: queries.NumberCard, refusal: Refusal | None, refused: type[InputModel] | None) -> dict[str, Form]:
    """The forms that the person may use."""
    address = card_address(card.item_no, card.variant_code, card.kind, card.number).removeprefix("/numbers/card")
    hold = "release" if card.blocked else "hold"
    codes = _disposition_codes()
    wanted: list[tuple[str, str, type[NumberKey], str, str]] = [
        ("details", rights.MASTERS, NumberDetails, _("Save"), "details"),
        ("hold", rights.HOLD, HoldNumber, _("Release") if card.blocked else _("Hold"), hold),
        ("disposition", rights.HOLD, SetDisposition, _("Set the code"), "disposition"),
        ("expiration", rights.HOLD, ExpirationCorrection, _("Change the date"), "expiration"),
    ]
    return {
        name: FormBuilder(
            model,
            action=f"/numbers/card/{path}{address}",
            submit=submit,
            refusal=refusal if refused is model else None,
            values={field: value or "" for field, value in vars(card).items()},
            options={"disposition_code": codes},
            without=(*KEY, "expiration_date"),
        ).form()
        for name, right, model, submit, path in wanted
        if may(right)
    }


def _disposition_codes() -> list[tuple[str, str]]:
    """Codes that a number can be given."""
    found = list_records(request_session(), DISPOSITION_CODE, limit=LARGEST_PAGE)
    return [(row.values["code"], f"{row.values['code']} – {row.values['name']}") for row in found.rows if not row.values["blocked"]]


def _entries(lines: list[EntryLine], unit: str) -> Table:
    rows = [
        (
            Cell(str(line.entry_no)),
            Cell(line.posting_date),
            Cell(_(line.entry_type)),
            Cell(line.document_no),
            Cell(line.location_code),
            Cell(line.tracking.lot_no),
            Cell(line.quantity, unit=unit),
            Cell(line.remaining, unit=unit),
            Cell(line.expiration_date),
            Cell(line.warranty_date),
        )
        for line in lines
    ]
    return table(ENTRIES, rows)


def _history_row(line: HistoryLine) -> tuple[Cell, ...]:
    values = (line.recorded_at, _(line.action), line.old_value, line.new_value, line.reason, line.operator)
    return tuple(Cell(value) for value in values)


def _trace(number: GoodsNumber) -> str:
    if number.kind == "Package":
        return ""
    named = {"serial_no" if number.kind == "Serial" else "lot_no": number.number}
    return trace_address(number.item_no, number.variant_code, **named)


def _show_new(refusal: Refusal | None = None) -> Response:
    values = {"item_no": argument("item_no")}
    form = FormBuilder(NumberDetails, action="/numbers", submit=_("Save"), refusal=refusal, values=values).form()
    note = _("A vendor's data and the date of a number can be known before its goods come.")
    return form_page(_("New number information"), form, crumbs=((_("Numbers"), "/numbers"),), note=note, refusal=refusal)
