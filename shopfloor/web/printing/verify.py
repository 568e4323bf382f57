"""Print and verify: every printed label is scanned back on this page (failure story 74)."""

from __future__ import annotations

from functools import partial

from flask import Blueprint
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.errors import Outcome, Refusal
from shopfloor.labels.inputs import VerifyLabel
from shopfloor.labels.queries import JobCard, job_card
from shopfloor.labels.verifying import verify_label
from shopfloor.web.commands import new_key, run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.htmx import respond
from shopfloor.web.inputs import command_key, read_form
from shopfloor.web.lists import found
from shopfloor.web.refusals import on_refusal, status_of
from shopfloor.web.tables import Cell, Column, table
from shopfloor.web.texts import message_of

bp = Blueprint("label_verify", __name__, url_prefix="/label-jobs")
OPEN = (Column(_l("Place")), Column(_l("Number"), "number"), Column(_l("Item")), Column(_l("Open"), "quantity"))
SHOWN = 100


@bp.get("/<int:job_no>/verify")
def page(job_no: int) -> Response:
    """Which labels are open, and the field for scans."""
    return _show(job_no)


@bp.post("/<int:job_no>/verify")
def scan(job_no: int) -> Response:
    """One label, scanned back. The answer stands on the page at once: the next scan follows."""
    on_refusal(partial(_show, job_no))
    answer = run_command(verify_label, key=command_key() or new_key(), job_no=job_no, given=read_form(VerifyLabel))
    return _show(job_no, answer)


def _show(job_no: int, told: Outcome | None = None) -> Response:
    card: JobCard = found("label job", str(job_no), job_card(request_session(), job_no))
    job = card.job
    rows = [
        (Cell(line.place), Cell(line.number), Cell(f"{line.item_no} {line.description}"), Cell(job.copies - line.verified))
        for line in card.open_lines[:SHOWN]
    ]
    return respond(
        "pages/label_verify.html",
        status=status_of(told) if isinstance(told, Refusal) else 200,
        job=job,
        wanted=job.label_count * job.copies,
        done=job.label_count * job.copies - job.open_count,
        open_rows=table(OPEN, rows),
        open_count=len(card.open_lines),
        told=message_of(told) if told else None,
        sound=told.sound if told else "",
    )
