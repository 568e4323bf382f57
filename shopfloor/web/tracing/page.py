"""The page Item tracing and its file (TR-01 to TR-55, C4 to C6, C11, C12, D21, D37)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, make_response, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from shopfloor.errors import Refusal
from shopfloor.items.queries import held_numbers
from shopfloor.tracing.criteria import Criteria
from shopfloor.tracing.lines import Completeness, OnHand, Trace
from shopfloor.tracing.queries import trace_criteria
from shopfloor.web.extensions import request_session
from shopfloor.web.guards import current_actor
from shopfloor.web.htmx import respond
from shopfloor.web.inputs import whole_argument
from shopfloor.web.links import find_entries_link
from shopfloor.web.refusals import on_refusal
from shopfloor.web.texts import message_of, message_text
from shopfloor.web.tracing.csv_file import csv_text
from shopfloor.web.tracing.drawing import Drawing, draw
from shopfloor.web.tracing.form import TraceForm, asked_words, form_of
from shopfloor.web.tracing.questions import PATH, address, is_asked, read_question, subject
from shopfloor.web.tracing.scanned import Meant, meanings
from shopfloor.web.tracing.view import ROWS, Reached, Row, reached, rows_of

bp = Blueprint("tracing", __name__)
MOST_REASONS = 5
LAST_LINE = 10_000_000
TEMPLATE = "pages/item_tracing.html"


@dataclass(frozen=True)
class TracePage:
    """A trace as the page shows it."""

    trace: Trace
    rows: tuple[Row, ...]
    first: int
    """Number of the first line of this page of the tree."""
    previous: str
    """Address of the page before; blank: this is the first."""
    next: str
    whole: str
    """Address that shows all lines on one page; blank when they are."""
    drawing: Drawing
    turn: str
    """Address of the same drawing with its groups opened, or closed again; blank where that changes nothing."""
    opened: bool
    reasons: tuple[str, ...]
    more_reasons: int
    reached: tuple[Reached, ...]
    on_hand: tuple[OnHand, ...]
    question: str
    subject: str
    """The number or item that is traced."""
    file: str
    """Address of the CSV file."""
    include: str
    """Address of the same question with registered links (D37)."""
    opposite: str
    """Address of the same question the other way round."""
    now: str
    """Address of this view, to read the books again."""
    entries: str
    """*Find entries* of the number asked for; blank when not exactly one is."""
    asked: tuple[tuple[str, str], ...]
    """The criteria in words, for the printed evidence."""
    by: str

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def state(self) -> str:
        """Caption of the status (C6)."""
        words = {Completeness.COMPLETE: "Complete", Completeness.INCOMPLETE: "Incomplete", Completeness.TRUNCATED: "Truncated"}
        return words[self.trace.completeness]


@bp.get(PATH)
def page() -> Response:
    """A question and its answer; without a question, how to begin. A scanned code becomes a question."""
    on_refusal(_refused)
    asked = read_question(request.args)
    text = request.args.get("scan", "")
    if text:
        return _scanned(text, asked)
    if not is_asked(asked):
        return _show(form_of(asked))
    return _show(form_of(asked), page=_answer(asked))


@bp.get(PATH + ".csv")
def file() -> Response:
    """All lines of the same trace as a file; a refused question is shown on the page."""
    on_refusal(_refused)
    asked = read_question(request.args)
    trace = _trace(asked)
    response = make_response(csv_text(trace).encode("utf-8-sig"))
    response.mimetype = "text/csv"
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", subject(asked))[:60]
    response.headers["Content-Disposition"] = f'attachment; filename="trace-{name}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _trace(asked: Criteria) -> Trace:
    """The trace begins its own transaction, so that all of it is read from one snapshot; signing in has read before."""
    session = request_session()
    session.rollback()
    return trace_criteria(session, asked)


def _answer(asked: Criteria) -> TracePage:
    everything = request.args.get("rows") == "all"
    first = 1 if everything else (whole_argument("from", 1, largest=LAST_LINE) - 1) // ROWS * ROWS + 1
    trace = _trace(asked)
    session = request_session()
    count = len(trace.lines)
    first = min(first, max(count - 1, 0) // ROWS * ROWS + 1)
    last = count if everything else min(first + ROWS - 1, count)
    opened = request.args.get("groups") == "open"
    drawing = draw(session, trace, opened=opened, paged=not everything and count > ROWS)
    opened = opened and not drawing.groups
    reasons = [message_text(reason.message, {"item_no": reason.item_no, "number": reason.number, "order_no": reason.order_no,
                                             "limit": reason.limit}) for reason in trace.reasons]
    return TracePage(
        trace=trace, rows=rows_of(trace, held_numbers(session), first, last), first=first,
        previous=_part(asked, first - ROWS) if first > 1 else "", next=_part(asked, last + 1) if last < count else "",
        whole=address(asked, rows="all") if last - first + 1 < count else "",
        drawing=drawing, turn=address(asked, **{} if opened else {"groups": "open"}) if opened or drawing.can_open else "", opened=opened,
        reasons=tuple(reasons[:MOST_REASONS]), more_reasons=max(len(reasons) - MOST_REASONS, 0),
        reached=reached(trace), on_hand=trace.on_hand, question=_question(asked), subject=subject(asked),
        file=address(asked, PATH + ".csv"), include=address(_with_registered(asked)), opposite=address(_turned(asked)), now=address(asked),
        entries=_entries(trace), asked=tuple(asked_words(asked)), by=current_actor().name,
    )


def _entries(trace: Trace) -> str:
    """All roots carry one number, or the question was about several."""
    numbers = {(line.item_no, line.variant_code, line.serial_no, line.lot_no, line.package_no) for line in trace.children(0)}
    if len(numbers) != 1:
        return ""
    item_no, variant_code, serial_no, lot_no, package_no = numbers.pop()
    return find_entries_link(item_no, variant_code, serial_no=serial_no, lot_no=lot_no, package_no=package_no)


def _part(asked: Criteria, first: int) -> str:
    return address(asked, **{"from": str(first)} if first > 1 else {})


def _with_registered(asked: Criteria) -> Criteria:
    return _changed(asked, include_registered=True)


def _turned(asked: Criteria) -> Criteria:
    return _changed(asked, method=asked.method.flipped())


def _changed(asked: Criteria, **changes: object) -> Criteria:
    return Criteria(**(vars(asked) | changes))


def _question(asked: Criteria) -> str:
    what = subject(asked)
    return str(_("Where does %(what)s come from?", what=what) if asked.backward else _("Where did %(what)s go?", what=what))


def _scanned(text: str, asked: Criteria) -> Response:
    """One meaning is traced at once, several are offered. Raises ScanRefused and NotFound."""
    found = meanings(request_session(), current_actor(), text, asked)
    if len(found) == 1:
        return redirect(address(found[0].criteria), 303)
    return _show(form_of(asked), meant=found)


def _refused(refusal: Refusal) -> Response:
    """The page with what was typed, and what is wrong with it."""
    return _show(form_of(None), refusal=refusal)


def _show(form: TraceForm, *, page: TracePage | None = None, meant: Sequence[Meant] = (), refusal: Refusal | None = None) -> Response:
    offered = [(one, address(one.criteria)) for one in meant]
    return respond(TEMPLATE, form=form, page=page, offered=offered, refusal=message_of(refusal) if refusal else None)
