"""Inspections: the list, one inspection with its values, results and files, and a new one (C9, EDG-15, ASC-19)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from io import BytesIO

from flask import Blueprint, request, send_file
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.errors import InvalidInput, Refusal
from shopfloor.inspections.rules import OPEN, PASSED, STATES
from shopfloor.people import rights
from shopfloor.people.fields import read_input
from shopfloor.quality.commands import attach_file, conclude, create_inspection, enter_results
from shopfloor.quality.inputs import AttachFile, Conclude, EnterResults, NewInspection
from shopfloor.quality.queries import (
    FileLine,
    InspectionCard,
    InspectionRow,
    ValueLine,
    attached_file,
    inspection_card,
    list_inspections,
)
from shopfloor.quantity import shown
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.forms import Form, FormBuilder
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import argument, command_key, form_values, read_form
from shopfloor.web.links import card_address
from shopfloor.web.lists import form_page, found, list_page, text_filter
from shopfloor.web.navigation import may
from shopfloor.web.refusals import on_refusal
from shopfloor.web.tables import Cell, Column, table
from shopfloor.web.texts import message_of

bp = Blueprint("inspections", __name__, url_prefix="/inspections")
ALL = "All"
KILOBYTE = 1024
FREE_ROWS = 3
"""Rows for tests of an item without a plan."""
INSPECTIONS = (
    Column(_l("Inspection"), "number"),
    Column(_l("Number"), "number"),
    Column(_l("Item")),
    Column(_l("Occasion")),
    Column(_l("Status"), "status"),
    Column(_l("Holds the number"), "flag"),
    Column(_l("Opened"), "time"),
    Column(_l("Opened by")),
    Column(_l("Concluded"), "time"),
    Column(_l("Concluded by")),
)
VALUES = (
    Column(_l("Test")),
    Column(_l("Value"), "quantity"),
    Column(_l("Limits")),
    Column(_l("Result"), "status"),
    Column(_l("Measured"), "time"),
    Column(_l("Who")),
    Column(_l("Station")),
)
FILES = (Column(_l("File")), Column(_l("Size")), Column(_l("Added"), "time"), Column(_l("Who")))


@dataclass(frozen=True)
class ResultRow:
    """One row of the form for measured values."""

    test: str
    """Blank: the person names it."""
    limits: str
    measured: str
    """What was measured last, with its unit; blank: nothing yet."""
    good: bool
    typed: str
    error: str


@bp.get("")
def index() -> Response:
    """Inspections, the open ones unless another state is asked for."""
    state, item_no, number = argument("state", OPEN), argument("item_no"), argument("number")
    page = list_inspections(
        request_session(), state="" if state == ALL else state, item_no=item_no, number=number, after=argument("after")
    )
    states = [(ALL, _("All")), *((one, _(one)) for one in STATES)]
    return list_page(
        _("Inspections"),
        table(INSPECTIONS, [inspection_cells(row) for row in page.rows], page),
        empty=(_("No inspection fits"), _("Inspections are opened here, by a report as finished, or by a program at a station.")),
        actions=((_("New inspection"), "/inspections/new", "plus"),) if may(rights.INSPECT) else (),
        filters=(
            text_filter("state", _("Status"), state, options=states),
            text_filter("number", _("Number"), number),
            text_filter("item_no", _("Item"), item_no),
        ),
    )


@bp.get("/new")
def new() -> Response:
    """What number is inspected."""
    return _show_new()


@bp.post("")
def create() -> Response:
    """Open an inspection."""
    on_refusal(_show_new)
    answer = run_command(create_inspection, key=command_key(), given=read_form(NewInspection))
    return go(f"/inspections/{answer.inspection_no}", answer)


@bp.get("/<int:inspection_no>")
def card(inspection_no: int) -> Response:
    """One inspection."""
    return show(inspection_no)


@bp.post("/<int:inspection_no>/results")
def results(inspection_no: int) -> Response:
    """Measured values; rows without one are left out."""
    on_refusal(partial(show, inspection_no))
    given = read_input(EnterResults, {"lines": _measured_rows(), "note": request.form.get("note", "")})
    answer = run_command(enter_results, key=command_key(), inspection_no=inspection_no, given=given)
    return go(f"/inspections/{inspection_no}", answer)


@bp.post("/<int:inspection_no>/conclude")
def finish(inspection_no: int) -> Response:
    """Passed or failed, by a person."""
    on_refusal(partial(show, inspection_no))
    answer = run_command(conclude, key=command_key(), inspection_no=inspection_no, given=read_form(Conclude))
    return go(f"/inspections/{inspection_no}", answer)


@bp.post("/<int:inspection_no>/files")
def attach(inspection_no: int) -> Response:
    """Add a file."""
    on_refusal(partial(show, inspection_no))
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        problem = _("choose a file")
        raise InvalidInput(summary=f"file: {problem}", problems={"file": problem})
    content = base64.b64encode(sent.stream.read()).decode("ascii")
    if not content:
        problem = _("the file is empty")
        raise InvalidInput(summary=f"file: {problem}", problems={"file": problem})
    given = read_input(AttachFile, {"file_name": sent.filename[-100:], "content_base64": content})
    answer = run_command(attach_file, key=command_key(), inspection_no=inspection_no, given=given)
    return go(f"/inspections/{inspection_no}", answer)


@bp.get("/<int:inspection_no>/files/<int:entry_no>")
def download(inspection_no: int, entry_no: int) -> Response:
    """A file, never shown as part of our pages."""
    name, content = found("file", str(entry_no), attached_file(request_session(), inspection_no, entry_no))
    return send_file(BytesIO(content), mimetype="application/octet-stream", as_attachment=True, download_name=name)


def show(inspection_no: int, refusal: Refusal | None = None) -> Response:
    """The card. Raises NotFound."""
    card: InspectionCard = found("inspection", str(inspection_no), inspection_card(request_session(), inspection_no))
    row = card.inspection
    return respond(
        "pages/inspection.html",
        card=card,
        row=row,
        number_address=card_address(row.item_no, row.variant_code, row.kind, row.number),
        rows=_result_rows(card, refusal) if row.state != PASSED and may(rights.INSPECT) else (),
        conclusion=_conclusion(card, refusal) if row.state != PASSED and may(rights.HOLD) else None,
        may_attach=may(rights.INSPECT),
        values=table(VALUES, [_value_cells(line) for line in card.values]),
        files=table(FILES, [_file_cells(inspection_no, line) for line in card.files]),
        refusal=message_of(refusal) if refusal else None,
        problems=refusal.problems if isinstance(refusal, InvalidInput) else {},
    )


def inspection_cells(row: InspectionRow) -> tuple[Cell, ...]:
    """One row of a list of inspections."""
    return (
        Cell(str(row.inspection_no), f"/inspections/{row.inspection_no}"),
        Cell(row.number, card_address(row.item_no, row.variant_code, row.kind, row.number)),
        Cell(f"{row.item_no} {row.description}"),
        Cell(_(row.occasion)),
        Cell(row.state),
        Cell(row.held),
        Cell(row.created_at),
        Cell(row.created_by),
        Cell(row.concluded_at),
        Cell(row.inspector),
    )


def _show_new(refusal: Refusal | None = None) -> Response:
    asked = {name: argument(name) for name in ("item_no", "variant_code", "kind", "number")}
    values = asked | {"holds": True}
    form = FormBuilder(NewInspection, action="/inspections", submit=_("Open inspection"), refusal=refusal, values=values).form()
    note = _("The number is on quality hold until it has passed, unless the box is cleared.")
    return form_page(_("New inspection"), form, crumbs=((_("Inspections"), "/inspections"),), note=note, refusal=refusal)


def _measured_rows() -> list[Mapping[str, object]]:
    lines = form_values().get("lines", [])
    return [row for row in lines if isinstance(row, Mapping) and row.get("value")] if isinstance(lines, list) else []


def _result_rows(card: InspectionCard, refusal: Refusal | None) -> tuple[ResultRow, ...]:
    """The planned tests, or blank rows; what was typed comes back with what is wrong at it."""
    typed = {str(row.get("test", "")): str(row.get("value", "")) for row in _measured_rows()} if refusal is not None else {}
    problems = refusal.problems if isinstance(refusal, InvalidInput) else {}
    wrong = {test: problems.get(f"lines.{place}.value", "") for place, test in enumerate(typed)}
    planned = [
        ResultRow(
            one.test, one.limits, f"{shown(one.value)} {one.unit}".rstrip() if one.value is not None else "", one.good,
            typed.get(one.test, ""), wrong.get(one.test, ""),
        )
        for one in card.tests
    ]
    if planned:
        return tuple(planned)
    again = [ResultRow(test, "", "", good=True, typed=value, error=wrong[test]) for test, value in typed.items()]
    return (*again, *(ResultRow("", "", "", good=True, typed="", error="") for _row in range(FREE_ROWS - len(again))))


def _conclusion(card: InspectionCard, refusal: Refusal | None) -> Form:
    action = f"/inspections/{card.inspection.inspection_no}/conclude"
    own = refusal if request.path == action else None
    return FormBuilder(Conclude, action=action, submit=_("Conclude"), refusal=own).form()


def _value_cells(line: ValueLine) -> tuple[Cell, ...]:
    word = ("Within" if line.good else "Outside") if line.counts else "Replaced"
    return (
        Cell(line.test), Cell(line.value, unit=line.unit), Cell(line.limits), Cell(word), Cell(line.recorded_at), Cell(line.operator),
        Cell(line.station_code),
    )


def _file_cells(inspection_no: int, line: FileLine) -> tuple[Cell, ...]:
    size = _("%(size)s kB", size=-(-line.size // KILOBYTE))
    return (
        Cell(line.file_name, f"/inspections/{inspection_no}/files/{line.entry_no}"), Cell(size), Cell(line.recorded_at),
        Cell(line.operator),
    )
