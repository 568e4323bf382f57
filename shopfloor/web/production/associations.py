"""Tracked components associations: review, correct, pick, adjust, report and reverse (ASC, PST)."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from flask import Blueprint, flash, make_response, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from shopfloor.errors import Outcome, Refusal, StaleRow
from shopfloor.exchange.csv_text import cell
from shopfloor.genealogy import added_components, adjusting, corrections, picking, replacing, reporting, reversing, row_changes
from shopfloor.genealogy.answers import AssociationsChanged
from shopfloor.genealogy.facts import PREALLOCATED
from shopfloor.genealogy.inputs import (
    AddComponent,
    ChangeInput,
    ComponentInput,
    JournalLineInput,
    PreallocationInput,
    ProductChange,
    ProductInput,
    ReplaceInput,
    ReportInput,
    SelectionInput,
    TakeOffComponent,
)
from shopfloor.genealogy.matrix_queries import AssociationsPage, associations_page, exported
from shopfloor.genealogy.overrides import NEED_RIGHT, NOT_CONFIRMED, PLAIN
from shopfloor.genealogy.page_queries import station_rules
from shopfloor.genealogy.preallocation import preallocate
from shopfloor.genealogy.taking_off import take_off_component
from shopfloor.genealogy.unit_queries import Wanted, order_version
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.fields import InputModel, read_input
from shopfloor.quantity import shown
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.guards import current_actor
from shopfloor.web.htmx import LONGEST_NOTE, go, messages, respond, unchanged
from shopfloor.web.inputs import argument, command_key, form_values
from shopfloor.web.navigation import may
from shopfloor.web.production.panels import Panel, build_panel
from shopfloor.web.production.reasons import coded, reason_choices
from shopfloor.web.production.tracked_components import address_of as scan_page
from shopfloor.web.refusals import on_refusal
from shopfloor.web.texts import message_of, message_text

bp = Blueprint("associations", __name__, url_prefix="/production-orders")
M = TypeVar("M", bound=InputModel)
LARGEST_ID = 2**53
QUESTIONS = NEED_RIGHT | PLAIN
TOLD_REFUSALS = 8
LONGEST_TYPED = 200
SELECTIONS: dict[str, Callable[..., AssociationsChanged]] = {
    "products/remove": corrections.remove_products,
    "components/remove": corrections.remove_components,
    "components/pick": picking.pick,
    "components/unpick": picking.unpick,
    "components/journal": adjusting.open_journal,
    "journal/post": adjusting.post_journal,
    "journal/cancel": adjusting.cancel_journal,
    "reverse": reversing.reverse_report,
}
"""What is done to a selection: last parts of the address -> use case."""
RIGHTS = {
    "maintain": (rights.MAINTAIN, rights.MAINTAIN_OWN), "end_line": (rights.MAINTAIN,), "assign": (rights.MAINTAIN,),
    "replace": (rights.REPLACE,), "add": (rights.CHANGE_COMPONENTS,),
    "pick": (rights.PICK,), "adjust": (rights.ADJUST,),
    "report": (rights.REPORT, rights.HOLD), "accept_error": (rights.REPORT_INCOMPLETE,),
    "report_free": (rights.REPORT,), "on_hold": (rights.HOLD,), "reverse": (rights.REVERSE,),
}
STATES = ("Open", "Reported", PREALLOCATED)
VIEW = ("product", "line", "text", "state", "holes", "before")
"""Arguments that every address of the page keeps."""
PAGE_FIELDS = {*VIEW, "do", "edit", "association"}


@bp.get("/<order_no>/associations")
def page(order_no: str) -> Response:
    """The two tables and the matrix; `do` opens a panel for the selection."""
    return show(order_no)


@bp.get("/<order_no>/associations/newer")
def newer(order_no: str) -> Response:
    """A4: nothing, or the offer to see what somebody else changed meanwhile. What is ticked or typed on the page stays."""
    if _whole(argument("seen")) == order_version(request_session(), order_no):
        return unchanged()
    return respond("parts/newer.html", address=_link(order_no))


@bp.get("/<order_no>/associations.csv")
def as_csv(order_no: str) -> Response:
    """The associations of the units that are shown."""
    found = _read(order_no)
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(["order", "product", "match_id", "component_line", "item", "serial_no", "lot_no", "quantity", "consumed", "state",
                     "location", "registered_by", "registered_at"])
    for row in exported(request_session(), order_no, found.units):
        writer.writerow(_safe((order_no, row.product, row.match_id, row.component_line_no, row.item_no, row.serial_no, row.lot_no,
                               shown(row.quantity), shown(row.consumed), row.state, row.location_code, row.registered_by,
                               row.registered_at.isoformat())))
    response = make_response(lines.getvalue())
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''associations-{quote(order_no, safe='')}.csv"
    return response


def selection(order_no: str, action: str) -> Response:
    """ASC-6: what is done to the ticked lines; refused ones are listed, the others are done."""
    on_refusal(partial(show, order_no, do=action))
    answer = run_command(SELECTIONS[action], key=command_key(), order_no=order_no, given=_given(SelectionInput))
    return _done(order_no, answer)


for _action in SELECTIONS:
    _rule = f"/<order_no>/associations/{_action}"
    bp.add_url_rule(_rule, endpoint=_action.replace("/", "_"), view_func=selection, defaults={"action": _action}, methods=["POST"])


@bp.post("/<order_no>/associations/report")
def report(order_no: str) -> Response:
    """ASC-9 to ASC-17: each ticked unit with its good and error quantity."""
    on_refusal(partial(show, order_no, do="report"))
    answer = run_command(reporting.report_as_finished, key=command_key(), order_no=order_no, given=_given(ReportInput))
    return _done(order_no, answer)


@bp.post("/<order_no>/associations/products")
def create_product(order_no: str) -> Response:
    """ASC-5: a missing finished product."""
    on_refusal(partial(show, order_no, do="create-product"))
    answer = run_command(corrections.create_product, key=command_key(), order_no=order_no, given=_given(ProductInput))
    return _done(order_no, answer)


@bp.post("/<order_no>/associations/products/<int:match_id>")
def change_product(order_no: str, match_id: int) -> Response:
    """EDG-43: another quantity for a batch row."""
    on_refusal(partial(show, order_no, do="change-product"))
    given = _given(ProductChange)
    return _done(order_no, run_command(row_changes.change_product, key=command_key(), order_no=order_no, match_id=match_id, given=given))


@bp.post("/<order_no>/associations/products/assign")
def assign(order_no: str) -> Response:
    """SET-8, TCP-4: numbers that belong to the order before anybody scans them, one in a line."""
    on_refusal(partial(show, order_no, do="assign"))
    numbers = [line for line in re.split(r"[\r\n]+", request.form.get("numbers", "")) if line]
    line_no = request.form.get("order_line_no", "") or "0"
    given = read_input(PreallocationInput, {"serial_nos": numbers, "order_line_no": line_no})
    return _done(order_no, run_command(preallocate, key=command_key(), order_no=order_no, given=given))


@bp.post("/<order_no>/associations/components")
def create_component(order_no: str) -> Response:
    """ASC-5: a missing component number."""
    on_refusal(partial(show, order_no, do="create-component"))
    given = _given(ComponentInput)
    answer = run_command(corrections.create_component, key=command_key(), order_no=order_no, given=given)
    return _done(order_no, answer)


@bp.post("/<order_no>/associations/components/<int:association_no>")
def change_component(order_no: str, association_no: int) -> Response:
    """ASC-3: another number or quantity."""
    on_refusal(partial(show, order_no, edit=association_no))
    given = _given(ChangeInput)
    answer = run_command(corrections.change_component, key=command_key(), order_no=order_no, association_no=association_no, given=given)
    return _done(order_no, answer)


@bp.post("/<order_no>/associations/components/<int:association_no>/replace")
def replace_component(order_no: str, association_no: int) -> Response:
    """D22: another part for one that is built in."""
    on_refusal(partial(show, order_no, do="replace"))
    given = _given(ReplaceInput)
    return _done(order_no, run_command(
        replacing.replace_component, key=command_key(), order_no=order_no, association_no=association_no, given=given
    ))


@bp.post("/<order_no>/associations/components/add")
def add_component(order_no: str) -> Response:
    """D36: a component or a substitute that the bill does not have."""
    on_refusal(partial(show, order_no, do="add-component"))
    answer = run_command(added_components.add_component, key=command_key(), order_no=order_no, given=_given(AddComponent))
    return go(address_of(order_no, **_view()), answer)


@bp.post("/<order_no>/associations/added/<int:line_no>/take-off")
def take_off(order_no: str, line_no: int) -> Response:
    """D36: an added component line goes again."""
    on_refusal(partial(show, order_no, do="take-off"))
    given = read_input(TakeOffComponent, {"reason": request.form.get("reason", "")})
    answer = run_command(take_off_component, key=command_key(), order_no=order_no, line_no=line_no, given=given)
    return go(address_of(order_no, **_view() | {"line": ""}), answer)


@bp.post("/<order_no>/associations/components/<int:association_no>/move")
def move_component(order_no: str, association_no: int) -> Response:
    """EDG-7: from another unit to this one, also straight from the scan page."""
    on_refusal(partial(show, order_no))
    to_match_id = _whole(request.form.get("to_match_id", ""))
    answer = run_command(
        corrections.move_component, key=command_key(), order_no=order_no, association_no=association_no, to_match_id=to_match_id,
        reason=_reason(),
    )
    if request.form.get("next") == "scan":
        return go(f"{scan_page(order_no)}?product={to_match_id}", answer)
    return _done(order_no, answer)


@bp.post("/<order_no>/associations/journal/<int:association_no>")
def post_line(order_no: str, association_no: int) -> Response:
    """ASC-22: post one open picking list line with the quantity that was typed."""
    on_refusal(partial(show, order_no))
    given = _given(JournalLineInput)
    return _done(order_no, run_command(post_adjusted, key=command_key(), order_no=order_no, association_no=association_no, given=given))


@bp.post("/<order_no>/associations/lines/<int:line_no>/<any(end, open):what>")
def end_line(order_no: str, line_no: int, what: str) -> Response:
    """D26: close a component line for one unit, or open it again."""
    on_refusal(partial(show, order_no, do="end-line"))
    answer = run_command(
        corrections.end_line, key=command_key(), order_no=order_no, match_id=_whole(request.form.get("match_id", "")),
        component_line_no=line_no, reason=_reason(), ended=what == "end",
    )
    return _done(order_no, answer)


def post_adjusted(session: Any, actor: Actor, *, order_no: str, association_no: int, given: JournalLineInput) -> AssociationsChanged:
    """One press, one unit of work: the typed quantity goes into the line, and the line is posted."""
    adjusting.change_journal_line(session, actor, order_no=order_no, association_no=association_no, given=given)
    return adjusting.post_journal(session, actor, order_no=order_no, given=SelectionInput(selected=[association_no]))


def show(order_no: str, refusal: Refusal | None = None, *, do: str = "", edit: int = 0) -> Response:
    """The page; after a refusal with its message and the panel as it was typed."""
    found = _read(order_no)
    do = do or argument("do")
    asked = form_values() if refusal is not None else _arguments()
    lot_word = station_rules(request_session(), current_actor().station_code, "").lot_word
    panel = build_panel(request_session(), found, do, asked)
    confirmed = _confirmed(refusal) if refusal is not None else []
    return respond(
        "pages/associations.html",
        page=found,
        panel=panel,
        edit=edit or _whole(argument("edit")),
        typed=_typed(asked) if refusal is not None and refusal.code != StaleRow.code else {},
        confirmed=confirmed,
        reasons=reason_choices() if NEED_RIGHT.intersection(confirmed) else None,
        address=address_of(order_no),
        base=_base(order_no),
        view=_view(),
        link=partial(_link, order_no),
        scan_address=scan_page(order_no) + (f"?product={found.match_id}" if found.match_id else ""),
        refusal=message_of(refusal) if refusal is not None else None,
        messages=messages(),
        lot_word=lot_word,
        operator_no=current_actor().operator_no,
        allowed={name: any(map(may, wanted)) for name, wanted in RIGHTS.items()},
        states=STATES,
        selected_in_panel=_ticked(panel),
    )


def _typed(asked: dict[str, Any]) -> dict[str, str]:
    """What stays in the fields of a line after a refusal; after STALE_ROW the newer values are shown (ASC-7)."""
    return {name: value[:LONGEST_TYPED] for name, value in asked.items() if isinstance(value, str)}


def _confirmed(question: Refusal) -> list[str]:
    """D18: the questions that the next yes answers: this one, and those that led to it; or those whose yes was nobody's to give."""
    before = [value for name, value in request.form.items() if name.startswith("confirmed.") and value in QUESTIONS]
    if not question.asks:
        return before if question.code in NOT_CONFIRMED else []
    return list(dict.fromkeys([*before, question.code]))


def address_of(order_no: str, **query: object) -> str:
    """Where the page of an order is."""
    given = urlencode({name: value for name, value in query.items() if value}, errors="replace")
    return _base(order_no) + (f"?{given}" if given else "")


def _base(order_no: str) -> str:
    return f"/production-orders/{quote(order_no, safe='')}/associations"


def _read(order_no: str) -> AssociationsPage:
    view = _view()
    state = view["state"] if view["state"] in STATES else ""
    wanted = Wanted(before=_whole(view["before"]), text=view["text"], state=state, incomplete=bool(view["holes"]))
    return associations_page(request_session(), order_no, match_id=_whole(view["product"]), wanted=wanted)


def _view() -> dict[str, str]:
    """Product and filters, from the address; forms carry them in their own."""
    return {name: argument(name) for name in VIEW}


def _given(model: type[M]) -> M:
    """The form as the input of a use case; the page's own fields stay out. Raises InvalidInput."""
    values = {name: value for name, value in form_values().items() if name not in PAGE_FIELDS and value != ""}
    return read_input(model, coded(values))


def _reason() -> str:
    """The reason that the form gives. Raises InvalidInput."""
    return read_input(SelectionInput, {"reason": request.form.get("reason", "")}).reason


def _arguments() -> dict[str, Any]:
    """`selected.0` and the like, as ticked in a table."""
    ticked = [value for name, value in request.args.items() if name.partition(".")[0] == "selected"]
    return {"selected": ticked, **{name: argument(name) for name in ("line", "association")}}


def _link(order_no: str, **changes: object) -> str:
    """This page with another product, filter or panel; the rest of the view stays."""
    return address_of(order_no, **(_view() | changes))


def _done(order_no: str, answer: AssociationsChanged) -> Response:
    """ASC-6, D27: what was done, and each line that was left out with its reason."""
    for one in answer.refused[:TOLD_REFUSALS]:
        _tell("refused", message_text(Outcome.registry[one["code"]].message, one["fields"]), one["code"])
    if len(answer.refused) > TOLD_REFUSALS:
        _tell("refused", _("%(count)s more were left out.", count=len(answer.refused) - TOLD_REFUSALS), "")
    if answer.left_open:
        _tell("information", _("Not flushed, because their number is unknown: %(lines)s", lines=", ".join(answer.left_open)), "LEFT_OPEN")
    view = _view()
    if answer.match_id:
        view["product"] = str(answer.match_id)
    return go(address_of(order_no, **view), answer)


def _tell(result: str, text: str, code: str) -> None:
    flash(json.dumps([result, text[:LONGEST_NOTE], code]))


def _ticked(panel: Panel | None) -> frozenset[int]:
    return frozenset(panel.selected) if panel is not None else frozenset()


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 16 and int(text) <= LARGEST_ID else 0


def _safe(cells: Iterable[object]) -> list[str]:
    """A spreadsheet must not take a number for a formula."""
    return [cell(str(one)) for one in cells]
