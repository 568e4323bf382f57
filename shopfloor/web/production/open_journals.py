"""Picking list and report journals that stay open: list, form, post, delete, and the way to the scan page (LIF-9, LIF-11, ENT-5, ENT-7)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.errors import Answer, NotFound, Refusal, StaleRow
from shopfloor.genealogy.entry_points import TrackCommand, track_lines
from shopfloor.genealogy.errors import FeatureOff
from shopfloor.genealogy.journal_inputs import JournalLineReturn, OpenJournalInput
from shopfloor.genealogy.journal_returns import fill_journal_line, line_to_open
from shopfloor.genealogy.open_journal_queries import PICKING_LIST, REPORT, OpenLine, journal_version, open_lines
from shopfloor.genealogy.open_journals import delete_open_journal, post_open_journal, save_journal
from shopfloor.items.fingerprint import LENGTH
from shopfloor.people import rights
from shopfloor.production import queries
from shopfloor.production.queries import OrderCard
from shopfloor.production.rules import CONSUMING, MAIN_LINE
from shopfloor.quantity import shown
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.forms import Form, FormBuilder
from shopfloor.web.guards import current_actor
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import command_key, form_values, read_form, whole_argument
from shopfloor.web.lists import found
from shopfloor.web.navigation import may
from shopfloor.web.production.doors import FIELD, PICK_LINE, REPORT_LINE, opened
from shopfloor.web.production.orders import address_of
from shopfloor.web.production.tracked_components import address_of as scan_page
from shopfloor.web.refusals import on_refusal
from shopfloor.web.tables import Cell, Column, table
from shopfloor.web.texts import message_of, outcome_text

bp = Blueprint("open_journals", __name__, url_prefix="/production-orders/<order_no>/journals")
FIRST = (Column(_l("Line"), "number"), Column(_l("Item")), Column(_l("Description")))
COLUMNS = {
    PICKING_LIST: (
        *FIRST, Column(_l("Location")), Column(_l("Number"), "number"), Column(_l("Proposal"), "quantity"),
        Column(_l("Consumption"), "quantity"), Column(_l("Scrap"), "quantity"), Column(_l("End"), "flag"),
    ),
    REPORT: (*FIRST, Column(_l("Number"), "number"), Column(_l("Good quantity"), "quantity"), Column(_l("Error quantity"), "quantity")),
}
LARGEST_NUMBER = 2**53
KINDS = {"picking-list": PICKING_LIST, "report": REPORT}
"""Part of the address -> kind of journal."""


@bp.get("")
def index(order_no: str) -> Response:
    """The open journals of an order with their lines."""
    return _show(order_no)


@bp.get("/new/<any('picking-list', 'report'):kind>")
def new(order_no: str, kind: str) -> Response:
    """An empty journal."""
    return _edit(order_no, 0, KINDS[kind])


@bp.get("/<int:journal_no>")
def edit(order_no: str, journal_no: int) -> Response:
    """The lines of one journal as a form."""
    return _edit(order_no, journal_no)


@bp.post("/new/<any('picking-list', 'report'):kind>")
def make(order_no: str, kind: str) -> Response:
    """Keep a new journal open."""
    on_refusal(partial(_edit, order_no, 0, KINDS[kind]))
    given = read_form(OpenJournalInput, kind=KINDS[kind])
    return go(_address(order_no), run_command(save_journal, key=command_key(), order_no=order_no, given=given))


@bp.post("/<int:journal_no>")
def save(order_no: str, journal_no: int) -> Response:
    """Replace the lines."""
    on_refusal(partial(_show, order_no))  # another window posted or deleted it: the journals that are left
    kind = _lines(order_no, journal_no)[0].kind
    on_refusal(partial(_edit, order_no, journal_no, ""))
    given = read_form(OpenJournalInput, kind=kind)
    answer = run_command(save_journal, key=command_key(), order_no=order_no, given=given, journal_no=journal_no)
    return go(_address(order_no), answer)


@bp.get("/<int:journal_no>/lines/<int:line_no>/track")
def track(order_no: str, journal_no: int, line_no: int) -> Response:
    """ENT-5, ENT-7: *Track components* of one line."""
    session = request_session()
    opened_from = line_to_open(session, order_no, journal_no, line_no)
    line = opened_from.line
    values = {"journal": journal_no, "line": line_no, "source": line.source_line_no, "since": opened_from.since}
    door = opened(order_no, PICK_LINE if line.kind == PICKING_LIST else REPORT_LINE, values)
    command = track_lines(session, order_no, [line])[journal_no, line_no]
    if command.why is not None or not command.shown:
        return go(door.back, command.why or FeatureOff())
    product = {"product": opened_from.match_id} if opened_from.match_id else {}
    return go(f"{scan_page(order_no)}?{urlencode({**product, FIELD: door.told})}")


@bp.post("/<int:journal_no>/lines/<int:line_no>/return")
def come_back(order_no: str, journal_no: int, line_no: int) -> Response:
    """ENT-5, ENT-7: the line gets the number that was registered or chosen; nothing is posted."""
    on_refusal(partial(_show, order_no))
    given = read_form(JournalLineReturn)
    answer: Answer = run_command(
        fill_journal_line, key=command_key(), order_no=order_no, journal_no=journal_no, line_no=line_no, given=given
    )
    return go(_address(order_no), answer)


@bp.post("/<int:journal_no>/post")
def post(order_no: str, journal_no: int) -> Response:
    """Post all lines, or none."""
    on_refusal(partial(_show, order_no))
    reason = str(form_values().get("reason", ""))[:200]
    version = str(form_values().get("version", ""))[:LENGTH]
    answer = run_command(
        post_open_journal, key=command_key(), order_no=order_no, journal_no=journal_no, reason=reason, version=version
    )
    return go(_address(order_no), answer)


@bp.post("/<int:journal_no>/delete")
def delete(order_no: str, journal_no: int) -> Response:
    """Nothing is posted."""
    on_refusal(partial(_show, order_no))
    version = str(form_values().get("version", ""))[:LENGTH]
    answer = run_command(delete_open_journal, key=command_key(), order_no=order_no, journal_no=journal_no, version=version)
    return go(_address(order_no), answer)


def _show(order_no: str, refusal: Refusal | None = None) -> Response:
    card: OrderCard = found("production order", order_no, queries.order_card(request_session(), order_no))
    lines = open_lines(request_session(), order_no)
    tracks = track_lines(request_session(), order_no, lines)
    journals = [
        {
            "no": no, "kind": rows[0].kind, "owner": rows[0].owner, "mine": rows[0].owner_no == current_actor().operator_no,
            "version": journal_version(rows), "date": rows[0].posting_date, "created_at": rows[0].created_at,
            "table": table(COLUMNS[rows[0].kind], [_cells(row) for row in rows]), "tracks": [_track(row, tracks) for row in rows],
        }
        for no, rows in ((no, list(group)) for no, group in groupby(lines, key=lambda line: line.journal_no))
    ]
    return respond(
        "pages/open_journals.html",
        card=card,
        address=address_of(order_no),
        journals=journals,
        deleted=whole_argument("delete", 0, largest=LARGEST_NUMBER),
        reason=str(form_values().get("reason", ""))[:200] if refusal else "",
        may_pick=may(rights.ADJUST) and card.order.status in CONSUMING,
        may_report=may(rights.REPORT) and card.order.status in CONSUMING,
        refusal=message_of(refusal) if refusal else None,
    )


def _track(line: OpenLine, tracks: Mapping[tuple[int, int], TrackCommand]) -> tuple[TrackCommand, str, str]:
    """The command of a line, why it cannot be used, and where it leads."""
    command = tracks[line.journal_no, line.line_no]
    why = outcome_text(command.why) if command.why else ""
    return command, why, f"{_address(line.order_no)}/{line.journal_no}/lines/{line.line_no}/track"


def _cells(line: OpenLine) -> tuple[Cell, ...]:
    first = (Cell(str(line.source_line_no)), Cell(line.item_no, f"/items/{line.item_no}"), Cell(line.description))
    number = Cell(line.tracking.label())
    if line.kind == REPORT:
        return (*first, number, Cell(line.quantity, unit=line.shown_unit), Cell(line.error_quantity))
    return (
        *first, Cell(line.location_code), number, Cell(line.proposal, unit=line.base_unit_code), Cell(line.quantity, unit=line.shown_unit),
        Cell(line.scrap_quantity or "", unit=line.shown_unit if line.scrap_quantity else ""), Cell(line.end_line),
    )


def _edit(order_no: str, journal_no: int, kind: str = "", refusal: Refusal | None = None) -> Response:
    card: OrderCard = found("production order", order_no, queries.order_card(request_session(), order_no))
    lines = _lines(order_no, journal_no) if journal_no else []
    kind = kind or lines[0].kind
    title = _("%(kind)s %(number)s of %(order)s", kind=_(kind), number=journal_no, order=order_no) if journal_no else _(
        "New %(kind)s of %(order)s", kind=_(kind).lower(), order=order_no
    )
    return respond(
        "pages/open_journal.html",
        title=title,
        card=card,
        address=address_of(order_no),
        form=_form(card, journal_no, kind, lines, refusal),
        refusal=message_of(refusal) if refusal else None,
    )


def _form(card: OrderCard, journal_no: int, kind: str, lines: list[OpenLine], refusal: Refusal | None) -> Form:
    picked = kind == PICKING_LIST
    choices = (
        [(str(c.line_no), f"{c.line_no} {c.item_no}") for c in card.components]
        if picked
        else [(str(MAIN_LINE), card.order.item_no), *((str(line.line_no), line.item_no) for line in card.co_products)]
    )
    values: dict[str, Any] = {"lines": [_typed(line) for line in lines]}
    if lines and lines[0].posting_date:
        values["posting_date"] = lines[0].posting_date.isoformat()
    if isinstance(refusal, StaleRow):
        refusal = None  # ASC-7: the newer lines are shown, and not what was typed over older ones
    version = str(form_values().get("version", ""))[:LENGTH] if refusal else journal_version(lines) if lines else ""
    place = str(journal_no) if journal_no else "new/" + next(name for name, word in KINDS.items() if word == kind)
    return FormBuilder(
        OpenJournalInput, action=f"{_address(card.order.no)}/{place}", submit=_("Save"), refusal=refusal, values=values,
        options={"line_no": choices}, without=("kind", "version"), hidden={"version": version},
        without_columns=("error_quantity",) if picked else ("scrap_quantity", "end_line", "unit_code"),
    ).form()


def _typed(line: OpenLine) -> dict[str, str]:
    return {
        "line_no": str(line.source_line_no), "quantity": shown(line.quantity), "error_quantity": shown(line.error_quantity),
        "scrap_quantity": shown(line.scrap_quantity) if line.scrap_quantity else "",
        "unit_code": line.unit_code, "serial_no": line.tracking.serial_no, "lot_no": line.tracking.lot_no,
        "package_no": line.tracking.package_no, "end_line": "1" if line.end_line else "",
    }


def _lines(order_no: str, journal_no: int) -> list[OpenLine]:
    lines = open_lines(request_session(), order_no, journal_no)
    if not lines:
        raise NotFound(record="open journal", number=str(journal_no))
    return lines


def _address(order_no: str) -> str:
    return address_of(order_no) + "/journals"
