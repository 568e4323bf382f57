"""Tracked components: the page where parts are scanned into products (TCP, screens)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from shopfloor.errors import Answer, NotAllowed, NotFound, Outcome, Refusal
from shopfloor.genealogy.errors import FeatureOff, ProductNotTracked
from shopfloor.genealogy.facts import COMPLETED, COMPONENT, PRODUCT
from shopfloor.genealogy.inputs import LoadBatch, LoadedLine, ScanInput
from shopfloor.genealogy.loading import load_batch, unload_batch
from shopfloor.genealogy.overrides import NOT_CONFIRMED
from shopfloor.genealogy.page_queries import StationRules, TrackedComponentsPage, station_rules, tracked_components_page
from shopfloor.genealogy.unit_queries import order_version
from shopfloor.people import rights
from shopfloor.production.errors import OrderStatus
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.guards import current_actor, session_id
from shopfloor.web.htmx import go, is_fragment, messages, respond, unchanged
from shopfloor.web.inputs import argument, command_key, read_form
from shopfloor.web.production.answers import AnswerView, answer_view, asked_again, last_scans, message_view
from shopfloor.web.production.doors import FIELD, PICK_LINE, Door, door_of
from shopfloor.web.production.reasons import CODE_FIELD
from shopfloor.web.production.scans import StationState, answer_header, read_scan, run_scan, scan_status, state_after
from shopfloor.web.refusals import on_refusal

bp = Blueprint("tracked_components", __name__, url_prefix="/production-orders")
LARGEST_ID = 2**53


@bp.get("/<order_no>/tracked-components")
def page(order_no: str) -> Response:
    """The page. Opened plainly it is in Product mode (TCP-1); the address may restore product and line (TCP-11)."""
    product, line, before = _number("product"), _number("line"), _number("before")
    seen = argument("seen")
    if seen and is_fragment() and seen == str(order_version(request_session(), order_no)):
        return unchanged()
    mode = COMPONENT if product else PRODUCT
    return show(StationState(order_no, mode, product, line, ""), before=before)


@bp.get("/<order_no>/tracked-components/scan")
def scanned(order_no: str) -> Response:
    """Where a browser without script ends when it loads the answer again."""
    return redirect(address_of(order_no), 303)


@bp.post("/<order_no>/tracked-components/scan")
def scan(order_no: str) -> Response:
    """One entry of the queue, or the plain form. Answers 200, 409 or 422 with the answer's header, whatever was sent."""
    station = station_rules(request_session(), current_actor().station_code, session_id())
    given: ScanInput | None = None
    key = ""
    try:
        key, given = read_scan()
        if not is_fragment() and given.kind == "scan" and given.text == "":
            return show(state_after(order_no, given, None), station=station)  # TCP-6: an empty submit does nothing
        outcome: Outcome = run_scan(order_no, key, given, station)
    except Refusal as refusal:
        outcome = refusal
    return show(state_after(order_no, given, outcome), outcome, key=key, station=station, view=_once_more(given, outcome))


def _once_more(given: ScanInput | None, outcome: Outcome) -> AnswerView | None:
    """The question again whose yes did not count; None for every other answer."""
    if given is None or given.kind != "confirm" or not isinstance(outcome, Refusal) or outcome.code not in NOT_CONFIRMED:
        return None
    if isinstance(outcome, NotAllowed) and outcome.right != rights.OVERRIDE:
        return None  # the operator may not do this at all, and no badge helps
    return asked_again(outcome, given.confirms, request.form.get(CODE_FIELD, ""), request.form.get("reason", ""))


@bp.post("/<order_no>/tracked-components/<any(load, unload):what>")
def loading(order_no: str, what: str) -> Response:
    """D24: keep a batch loaded at the station for the next units, or end that."""
    state = StationState(order_no, COMPONENT if _whole("product") else PRODUCT, _whole("product"), _whole("line"), "")
    on_refusal(partial(_refused, state))
    ours = ("product", "line")
    if what == "load":
        answer: Answer = run_command(load_batch, key=command_key(), order_no=order_no, given=read_form(LoadBatch, ours))
    else:
        answer = run_command(unload_batch, key=command_key(), order_no=order_no, given=read_form(LoadedLine, ours))
    return go(address_of(order_no) + _query(product=state.product, line=state.line), answer)


def _refused(state: StationState, refusal: Refusal) -> Response:
    return show(state, refusal)


def _whole(name: str) -> int:
    """A number of the form that says where the station stood."""
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else 0


def show(
    state: StationState, outcome: Outcome | None = None, *, key: str = "", before: int = 0, station: StationRules | None = None,
    view: AnswerView | None = None, codes: Sequence[object] | None = None,
) -> Response:
    """The page as the database is now, with the answer to what was just scanned; `view`: another one, `codes`: what a picture said."""
    session, actor = request_session(), current_actor()
    station = station or station_rules(session, actor.station_code, session_id())
    door = door_of(state.order_no)
    found = _found(state, before, door, must=outcome is None)
    if found is not None and state.mode == COMPONENT and not found.match_id:
        state = StationState(state.order_no)  # the product is gone: a part has nowhere to go
    if found is not None:
        state = _preselected(state, found, door)
        found = replace(found, selected_line=state.line)
    return respond(
        "pages/tracked_components.html",
        status=scan_status(outcome) if outcome is not None else 200,
        answer=answer_header(outcome, state) if outcome is not None else None,
        state=state,
        page=found,
        view=view or _view(outcome, key, found, station),
        codes=codes,
        scans=last_scans(found.answers) if found is not None else [],
        lot_word=station.lot_word,
        operator_no=actor.operator_no,
        base=address_of(state.order_no),
        scan_action=f"{address_of(state.order_no)}/scan",
        associations=_associations(state),
        poll=_address(state, found, before, door) if found is not None else "",
        older=_address(state, None, found.older, door) if found is not None and found.older else "",
        newest=_address(state, None, 0, door) if before else "",
        door=door,
        only_line=_only_line(state, door),
        turned=_turned(state, before, door),
    )


def _preselected(state: StationState, page: TrackedComponentsPage, door: Door) -> StationState:
    """ENT-5: the journal line's component is selected as soon as the mode is Component, unless it is Completed or another one is."""
    wanted = state.mode == COMPONENT and not state.line
    asked = any(line.line_no == door.component and line.status != COMPLETED for line in page.components)
    return replace(state, line=door.component) if wanted and asked else state


def _only_line(state: StationState, door: Door) -> int:
    """ENT-5: the line that the list is limited to; 0: none. Somebody who chose another line sees it among all of them."""
    return door.component if state.line in {0, door.component} else 0


def _turned(state: StationState, before: int, door: Door) -> str:
    """Where the filter is off, or on again; no line is chosen there. Blank: there is no filter."""
    if door.place != PICK_LINE:
        return ""
    filtered = _only_line(state, door) or not door.component
    return _address(replace(state, line=0), None, before, door.turned if filtered else door)


def address_of(order_no: str) -> str:
    """Where the page of an order is."""
    return f"/production-orders/{quote(order_no, safe='')}/tracked-components"


def _found(state: StationState, before: int, door: Door, *, must: bool) -> TrackedComponentsPage | None:
    """The page's facts; an answer to a scan is shown even where there is no such order. Raises NotFound."""
    try:
        return tracked_components_page(
            request_session(), state.order_no, match_id=state.product, line_no=state.line, session_id=session_id(), before=before,
            station_code=current_actor().station_code, starting=door.starting,
            operation_no=door.operation,
        )
    except NotFound:
        if must:
            raise
        return None


def _view(outcome: Outcome | None, key: str, page: TrackedComponentsPage | None, station: StationRules) -> AnswerView | None:
    """The answer to the scan; before the first one, what stands in the way of scanning at all."""
    if outcome is not None:
        return answer_view(outcome, key, page)
    told = messages()
    if told:
        return message_view(told[0])
    if page is None:
        return None
    if not station.rules.feature_on:
        return answer_view(FeatureOff(), "", page)
    if not page.takes_part:
        return answer_view(ProductNotTracked(item=page.description), "", page)
    if not page.can_scan:
        return answer_view(OrderStatus(order_no=page.order_no, status=page.order_status, needed="Started"), "", page)
    return None


def _associations(state: StationState) -> str:
    """TCP-11: the same order with the same product; the way back restores product and line."""
    query = _query(product=state.product, line=state.line)
    return f"/production-orders/{quote(state.order_no, safe='')}/associations{query}"


def _address(state: StationState, seen: TrackedComponentsPage | None, before: int, door: Door) -> str:
    more: dict[str, Any] = {"seen": seen.version} if seen is not None else {}
    if door.place:
        more[FIELD] = door.told
    return address_of(state.order_no) + _query(product=state.product, line=state.line, before=before, **more)


def _query(**values: object) -> str:
    given = urlencode({name: value for name, value in values.items() if value})
    return f"?{given}" if given else ""


def _number(name: str) -> int:
    text = argument(name)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 16 and int(text) <= LARGEST_ID else 0
