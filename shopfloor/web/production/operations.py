"""Operations: the current ones of all orders, and one of an order with its entries and its form (C16, LIF-9, LIF-10, LIF-16)."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.errors import NotFound, Refusal
from shopfloor.genealogy.entry_points import track_commands
from shopfloor.genealogy.errors import FeatureOff
from shopfloor.genealogy.operation_inputs import ReportOperation, TakeBackEntry
from shopfloor.genealogy.operation_queries import open_numbers
from shopfloor.genealogy.operations import report_operation, take_back_entry
from shopfloor.people import rights
from shopfloor.people.queries import list_operators
from shopfloor.people.settings import ONLINE, read_settings
from shopfloor.production import current_operations, queries
from shopfloor.production.current_operations import CurrentOperation
from shopfloor.production.operation_rules import COMPLETED, IN_PROGRESS, JOB_CARD, NOT_STARTED, PROCESS, ROUTE_CARD, SETUP
from shopfloor.production.operations import entries_of_operation
from shopfloor.production.queries import OrderCard, OrderOperation
from shopfloor.production.resources import resource_names
from shopfloor.production.rules import STARTED
from shopfloor.quantity import shown
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.forms import Form, FormBuilder
from shopfloor.web.guards import current_actor
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import argument, command_key, read_form
from shopfloor.web.lists import Chooser, found, list_page, text_filter
from shopfloor.web.navigation import may
from shopfloor.web.production.doors import FIELD, OPERATION, OPERATIONS, opened
from shopfloor.web.production.orders import address_of
from shopfloor.web.production.tracked_components import address_of as scan_page
from shopfloor.web.refusals import on_refusal
from shopfloor.web.tables import Cell, Column, table
from shopfloor.web.texts import message_of, outcome_text

bp = Blueprint("operations", __name__)
COLUMNS = (
    Column(_l("Order"), "number"), Column(_l("Operation")), Column(_l("Resource")), Column(_l("Status"), "status"),
    Column(_l("Progress"), "progress"), Column(_l("Scrap"), "quantity"), Column(_l("Remaining"), "quantity"), Column(_l("Due"), "day"),
    Column(_l("Item")),
)
ONE = "/production-orders/<order_no>/operations/<int:operation_no>"
FILTERS = ("status", "resource", "order_no", "after")


@bp.get("/operations")
def index() -> Response:
    """LIF-16: current operations; those that are completed on demand."""
    status, resource, order_no = argument("status", current_operations.OPEN), argument("resource"), argument("order_no")
    session = request_session()
    page = current_operations.current_operations(
        session, status=status, resource=resource, order_no=order_no, after=argument("after")
    )
    words = (current_operations.OPEN, NOT_STARTED, IN_PROGRESS, COMPLETED, "All")
    statuses = [(word, _(word)) for word in words]
    resources = [("", _("All")), *resource_names(session)]
    return list_page(
        _("Current operations"),
        table(COLUMNS, [_cells(row) for row in page.rows], page),
        choose=_chooser(page.rows),
        empty=(_("No operation fits"), _("Operations of released and started orders appear here; an item's routing says which it has.")),
        filters=(
            text_filter("order_no", _("Order"), order_no),
            text_filter("resource", _("Resource"), resource, options=resources),
            text_filter("status", _("Status"), status, options=statuses),
        ),
    )


@bp.get("/operations/track")
def track_chosen() -> Response:
    """ENT-10: *Track components* of the operation that is chosen in the list; the way back leads to the same place."""
    operation, separator, order_no = argument("no").partition(" ")
    place = {name: argument(name) for name in FILTERS}
    if not separator:
        raise NotFound(record="operation", number=argument("no"))
    return _track(order_no, OPERATIONS, {"operation": operation, **place})


@bp.get(ONE)
def card(order_no: str, operation_no: int) -> Response:
    """One operation: how far it is, what was reported, and a form for more."""
    return _show(order_no, operation_no)


@bp.post(ONE)
def report(order_no: str, operation_no: int) -> Response:
    """Report time and quantity."""
    on_refusal(partial(_show, order_no, operation_no))
    given = read_form(ReportOperation)
    answer = run_command(report_operation, key=command_key(), order_no=order_no, operation_no=operation_no, given=given)
    return go(_address(order_no, operation_no), answer)


@bp.post(ONE + "/entries/<int:entry_no>/take-back")
def take_back(order_no: str, operation_no: int, entry_no: int) -> Response:
    """C16: a correcting entry."""
    on_refusal(partial(_show, order_no, operation_no))
    answer = run_command(take_back_entry, key=command_key(), order_no=order_no, entry_no=entry_no, given=read_form(TakeBackEntry))
    return go(_address(order_no, operation_no), answer)


@bp.get(ONE + "/track")
def track(order_no: str, operation_no: int) -> Response:
    """ENT-6: components of this operation come first."""
    return _track(order_no, OPERATION, {"operation": str(operation_no)})


def _track(order_no: str, place: str, values: dict[str, str]) -> Response:
    door = opened(order_no, place, values)
    command = track_commands(request_session(), [order_no]).get(order_no)
    if command is None:
        raise NotFound(record="production order", number=order_no)
    if command.why is not None or not command.shown:
        return go(door.back, command.why or FeatureOff())
    return go(f"{scan_page(order_no)}?{urlencode({FIELD: door.told})}")


def _cells(row: CurrentOperation) -> tuple[Cell, ...]:
    step = row.operation
    return (
        Cell(row.order_no, address_of(row.order_no)),
        Cell(f"{step.operation_no} {step.description}", _address(row.order_no, step.operation_no)),
        Cell(step.resource), Cell(row.status),
        Cell(step.reported, of=row.due), Cell(step.scrap or "", unit=row.unit_code), Cell(row.remaining, unit=row.unit_code),
        Cell(row.due_date), Cell(row.item_no, f"/items/{quote(row.item_no, safe='')}"),
    )


def _chooser(rows: tuple[CurrentOperation, ...]) -> Chooser | None:
    tracks = track_commands(request_session(), sorted({row.order_no for row in rows}))
    if not rows or not all(track.shown for track in tracks.values()):
        return None
    hidden = tuple((name, argument(name)) for name in FILTERS if argument(name))
    reasons = tuple(outcome_text(why) if (why := tracks[row.order_no].why) else "" for row in rows)
    keys = tuple(f"{row.operation.operation_no} {row.order_no}" for row in rows)
    return Chooser("/operations/track", _("Track components"), "barcode", keys, reasons, hidden)


def _show(order_no: str, operation_no: int, refusal: Refusal | None = None) -> Response:
    session = request_session()
    order: OrderCard = found("production order", order_no, queries.order_card(session, order_no))
    step = next((one for one in order.operations if one.operation_no == operation_no), None)
    step = found("operation", f"{order_no} {operation_no}", step)
    actor = current_actor()
    command = track_commands(session, [order_no])[order_no]
    settled = read_settings(session)[ONLINE]
    lines = entries_of_operation(session, order_no, operation_no)
    return respond(
        "pages/operation.html",
        order=order.order,
        step=step,
        address=address_of(order_no),
        place=_address(order_no, operation_no),
        form=_form(order, step, refusal) if order.order.status == STARTED and may(rights.OPERATIONS) else None,
        lines=lines,
        mine={line.entry_no for line in lines if may(rights.REPORT) or actor.operator_no in {line.operator_no, line.new.worker_no}},
        settled=settled if step.last else "",
        track=command,
        track_why=outcome_text(command.why) if command.why else "",
        refusal=message_of(refusal) if refusal else None,
    )


def _form(order: OrderCard, step: OrderOperation, refusal: Refusal | None) -> Form:
    """Only what this person may say of this operation."""
    session = request_session()
    numbers = open_numbers(session, order.order.no)
    without = [] if numbers else ["number"]
    if not may(rights.REPORT):
        without.append("worker_no")
    if not step.last or not may(rights.REPORT):
        without.append("report_as_finished")
    if not step.last or not may(rights.REPORT_INCOMPLETE):
        without.append("accept_error")
    options: dict[str, Any] = {
        "job": [("", _(ROUTE_CARD)), *((job, f"{_(JOB_CARD)}: {_(job)}") for job in (SETUP, PROCESS))],
        "number": [(number, number) for number in numbers],
        "resource": resource_names(session),
        "worker_no": [(one.no, one.name) for one in list_operators(session) if not one.blocked] if may(rights.REPORT) else [],
    }
    blank = dict.fromkeys(("scrap", "setup_minutes", "run_minutes"), "")
    values = {**blank, "resource": step.resource, "good": shown(step.remaining) if not numbers and step.status != COMPLETED else ""}
    return FormBuilder(
        ReportOperation, action=_address(order.order.no, step.operation_no), submit=_("Report"), refusal=refusal, values=values,
        options=options, without=without,
    ).form()


def _address(order_no: str, operation_no: int) -> str:
    return f"{address_of(order_no)}/operations/{operation_no}"
