"""Label jobs: the list, one job with its labels and ways out, printed, sent, printed again."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.wrappers import Response

from shopfloor.errors import Refusal
from shopfloor.labels.commands import mark_printed, reprint_labels
from shopfloor.labels.inputs import PrintedLabels, ReprintLabels, SendLabels
from shopfloor.labels.queries import JobCard, LineRow, SendingRow, draw_job, job_card, list_formats, list_jobs, list_printers
from shopfloor.labels.rules import MAY_FOLLOW
from shopfloor.people import rights
from shopfloor.people.fields import read_input
from shopfloor.scanning.printing.formats import GRIDS
from shopfloor.scanning.printing.pictures import svg
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import argument, command_key, form_values, read_form
from shopfloor.web.links import card_address
from shopfloor.web.lists import found, list_page, text_filter
from shopfloor.web.navigation import may
from shopfloor.web.printing.sending import send_labels
from shopfloor.web.printing.tables import JOBS, job_cells
from shopfloor.web.refusals import on_refusal
from shopfloor.web.tables import Cell, Column, Table, table
from shopfloor.web.texts import message_of

bp = Blueprint("label_jobs", __name__, url_prefix="/label-jobs")
FEW = 8
"""Labels that the card draws."""
LINES = (
    Column(_l("Place")),
    Column(_l("Number"), "number"),
    Column(_l("Item")),
    Column(_l("Status"), "status"),
    Column(_l("Scanned back"), "time"),
    Column(_l("Who")),
    Column(_l("PNG")),
    Column(_l("SVG")),
)
SENDINGS = (Column(_l("Sent"), "time"), Column(_l("Printer")), Column(_l("Status"), "status"), Column(_l("Problem")), Column(_l("Who")))
WORDS = (
    _l("Document"), _l("Station printer"), _l("Production order"), _l("Made"), _l("Printed"),
    _l("Verified"), _l("Sent"), _l("Sending"), _l("Waiting"),
)
"""Captions that are looked up by value, for the translator."""


@bp.get("")
def index() -> Response:
    """Jobs, newest first."""
    state, source_no = argument("state"), argument("source_no")
    page = list_jobs(request_session(), state=state, source_no=source_no, after=argument("after"))
    return list_page(
        _("Label jobs"),
        table(JOBS, [job_cells(row) for row in page.rows], page),
        empty=(_("No label job"), _("Labels are made on the page of a receipt, an order, a unit or a number.")),
        actions=((_("Label formats"), "/label-formats", "edit"), (_("Printers"), "/printers", "print")),
        filters=(
            text_filter("source_no", _("Document, order or number"), source_no),
            text_filter("state", _("Status"), state, options=[("", _("All")), *((one, _(one)) for one in MAY_FOLLOW)]),
        ),
    )


@bp.get("/<int:job_no>")
def card(job_no: int) -> Response:
    """One job."""
    return show(job_no)


@bp.post("/<int:job_no>/printed")
def printed(job_no: int) -> Response:
    """The labels came out."""
    on_refusal(partial(show, job_no))
    answer = run_command(mark_printed, key=command_key(), job_no=job_no, given=read_form(PrintedLabels))
    return go(f"/label-jobs/{job_no}", answer)


@bp.post("/<int:job_no>/send")
def send(job_no: int) -> Response:
    """To a printer of ours."""
    on_refusal(partial(show, job_no))
    return go(f"/label-jobs/{job_no}", send_labels(job_no, read_form(SendLabels), command_key()))


@bp.post("/<int:job_no>/reprint")
def reprint(job_no: int) -> Response:
    """The ticked labels once more, or those that are open."""
    on_refusal(partial(show, job_no))
    typed = form_values()
    ticked = [int(one) for one in request.form.getlist("place") if one.isascii() and one.isdigit() and len(one) <= 9]
    given = {"reason": typed.get("reason", ""), "label_format": typed.get("label_format", ""), "places": ticked}
    answer = run_command(reprint_labels, key=command_key(), job_no=job_no, given=read_input(ReprintLabels, given))
    return go(f"/label-jobs/{answer.job_no}", answer)


def show(job_no: int, refusal: Refusal | None = None) -> Response:
    """The card. Raises NotFound."""
    session = request_session()
    card: JobCard = found("label job", str(job_no), job_card(session, job_no))
    drawn = draw_job(session, card, FEW)
    told = refusal or drawn.problem
    return respond(
        "pages/label_job.html",
        card=card,
        job=card.job,
        form=drawn.form,
        cells=GRIDS[drawn.form.sheet].count if drawn.form.sheet in GRIDS else 0,
        pictures=[Markup(svg(layout)) for layout in drawn.layouts],  # noqa: S704  # digits and escaped text, see scanning.printing
        rows=_lines(card),
        places=[line.place for line in card.lines],
        sendings=table(SENDINGS, [_sending_cells(line) for line in card.sendings]),
        printers=[one for one in list_printers(session) if one.resolution == drawn.form.dpi],
        formats=list_formats(session),
        may_print=may(rights.PRINT_LABELS),
        may_set=may(rights.SETTINGS),
        refusal=message_of(told) if told else None,
    )


def _lines(card: JobCard) -> Table:
    return table(LINES, [_line_cells(card, line) for line in card.lines])


def _line_cells(card: JobCard, line: LineRow) -> tuple[Cell, ...]:
    address = f"/label-jobs/{card.job.job_no}/labels/{line.place}"
    done = line.verified >= card.job.copies
    return (
        Cell(line.place), Cell(line.number, card_address(line.item_no, line.variant_code, line.kind, line.number)),
        Cell(f"{line.item_no} {line.description}"), Cell("Verified" if done else "Open"), Cell(line.verified_at), Cell(line.verified_by),
        Cell(_("PNG"), f"{address}.png"), Cell(_("SVG"), f"{address}.svg"),
    )


def _sending_cells(line: SendingRow) -> tuple[Cell, ...]:
    return (Cell(line.recorded_at), Cell(line.printer_code), Cell(line.state), Cell(line.problem), Cell(line.operator))
