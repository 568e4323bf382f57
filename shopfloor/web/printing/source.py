"""The page *Labels*: the numbers that an event gave birth to, in order, with a preview; one button makes the job."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.wrappers import Response

from shopfloor.errors import Refusal
from shopfloor.labels.commands import make_labels
from shopfloor.labels.inputs import MOST_COPIES, MOST_LABELS, LabelSource, NewLabelJob
from shopfloor.labels.queries import Preview, check_source, list_formats, list_jobs, preview
from shopfloor.labels.sources import title_of
from shopfloor.ledger.entry_types import DocumentType
from shopfloor.people import rights
from shopfloor.people.fields import read_input
from shopfloor.scanning.printing.pictures import svg
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import argument, command_key, read_form, whole_argument
from shopfloor.web.links import card_address, document_link, order_link
from shopfloor.web.navigation import may
from shopfloor.web.printing.tables import JOBS, job_cells
from shopfloor.web.refusals import on_refusal
from shopfloor.web.tables import Cell, Column, Table, table
from shopfloor.web.texts import message_of

bp = Blueprint("label_source", __name__)
FEW = 6
"""Labels that the page draws."""
SHOWN = 100
"""Rows of the list; the job has all of them."""
LABELS = (Column(_l("Place")), Column(_l("Number"), "number"), Column(_l("Item")), Column(_l("Says")))


@dataclass(frozen=True)
class Asked:
    """What the address says."""

    source: LabelSource
    label_format: str
    copies: int
    first: int


@bp.get("/labels")
def page() -> Response:
    """What would be printed. The address names the source; without one, the jobs that were made."""
    return _show() if request.args else redirect("/label-jobs", 303)


@bp.post("/labels")
def create() -> Response:
    """Make the job. The labels are drawn and read back before the transaction begins, so that scans of others are not held up."""
    on_refusal(_show)
    given = read_form(NewLabelJob, **_named())
    check_source(request_session(), given)
    answer = run_command(make_labels, key=command_key(), given=given)
    return go(f"/label-jobs/{answer.job_no}", answer)


def _show(refusal: Refusal | None = None) -> Response:
    asked = _asked()
    found = preview(request_session(), asked.source, label_format=asked.label_format, first=asked.first, few=FEW)
    told = refusal or found.problem
    named = {name: value for name, value in _named().items() if value}
    last = asked.first + len(found.found.texts) - 1
    return respond(
        "pages/labels.html",
        title=title_of(asked.source),
        back=_back(asked.source),
        asked=asked,
        hidden=named,
        address="/labels?" + urlencode(named),
        found=found.found,
        last=last,
        more=last + 1 if last < found.found.total else 0,
        form=found.form,
        formats=list_formats(request_session()),
        pictures=drawn(found),
        rows=_rows(found, asked.first),
        shown=min(SHOWN, len(found.found.texts)),
        jobs=table(JOBS, [job_cells(row) for row in list_jobs(request_session(), source_no=title_of(asked.source), limit=10).rows]),
        may_print=may(rights.PRINT_LABELS),
        most=MOST_LABELS,
        most_copies=MOST_COPIES,
        refusal=message_of(told) if told else None,
    )


def drawn(found: Preview) -> list[Markup]:
    """The drawings; made of digits and escaped text by scanning.printing."""
    return [Markup(svg(layout)) for layout in found.layouts]  # noqa: S704


def _rows(found: Preview, first: int) -> Table:
    rows = []
    for place, text in enumerate(found.found.texts[:SHOWN], start=first):
        goods = text.goods
        says = "".join(f"({ai}){value}" for ai, value in text.elements) or goods.number
        card = card_address(goods.item_no, goods.variant_code, goods.kind, goods.number)
        rows.append((Cell(place), Cell(goods.number, card), Cell(f"{goods.item_no} {text.description}"), Cell(says)))
    return table(LABELS, rows)


def _named() -> dict[str, str]:
    return {name: argument(name) for name in LabelSource.model_fields}


def _asked() -> Asked:
    source = read_input(LabelSource, {name: value for name, value in _named().items() if value})
    return Asked(
        source, argument("label_format"), whole_argument("copies", 1, largest=MOST_COPIES), whole_argument("first", 1, largest=2**31 - 1)
    )


def _back(source: LabelSource) -> str:
    """Where the labels came from."""
    if source.number and source.item_no:
        return card_address(source.item_no, source.variant_code, source.kind, source.number)
    if source.document_type and source.document_type in {one.value for one in DocumentType}:
        return document_link(source.document_type, source.no)
    return order_link(source.order_type, source.no)


