"""Dialogs of a production order: Start, Report as finished, Reset (LIF-5 to LIF-7, ENT-8, ENT-9, ENT-13, D42)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from shopfloor.errors import Refusal
from shopfloor.genealogy.entry_points import track_commands
from shopfloor.genealogy.inputs import ReportOrder
from shopfloor.genealogy.report_dialog import report_order
from shopfloor.genealogy.resetting import reset_order
from shopfloor.genealogy.starting import start_order
from shopfloor.genealogy.unit_queries import Unit, open_units, order_of, situation_of
from shopfloor.people import rights
from shopfloor.people.fields import InputModel
from shopfloor.people.settings import AT_REPORT, AT_START, read_settings
from shopfloor.production import commands, queries, rules
from shopfloor.production.inputs import ComponentFlushing, OrderKey, ResetOrder, StartOrder
from shopfloor.production.queries import OrderCard
from shopfloor.quantity import ZERO, shown
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.filters import quantity
from shopfloor.web.forms import Form, FormBuilder
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import argument, command_key, form_values, read_form
from shopfloor.web.lists import form_page, found
from shopfloor.web.navigation import may
from shopfloor.web.production.doors import FIELD, REPORT, START, opened
from shopfloor.web.production.orders import address_of
from shopfloor.web.production.tracked_components import address_of as scan_page
from shopfloor.web.refusals import on_refusal
from shopfloor.web.texts import message_of, outcome_text

bp = Blueprint("order_dialogs", __name__, url_prefix="/production-orders/<order_no>")
MOST_NAMED = 20
"""Units that a dialog names; of more it says how many."""


@bp.get("/start")
def start_form(order_no: str) -> Response:
    """The Start dialog, with the values of the address where somebody comes back to it."""
    return _show_start(order_no)


@bp.post("/start")
def start(order_no: str) -> Response:
    """Start the order, or a part of it."""
    on_refusal(partial(_show_start, order_no))
    answer = run_command(start_order, key=command_key(), given=read_form(StartOrder, order_no=order_no))
    return go(address_of(order_no), answer)


@bp.post("/start/release")
def release(order_no: str) -> Response:
    """D42: the dialog offers *Release*; what was typed stays."""
    on_refusal(partial(_show_start, order_no))
    answer = run_command(commands.release_order, key=command_key(), given=OrderKey(order_no=order_no))
    return go(opened(order_no, START, form_values()).back, answer)


@bp.get("/<any('start', 'report-as-finished'):place>/track")
def track(order_no: str, place: str) -> Response:
    """ENT-8, ENT-9, ENT-13: the Tracked components page over the open dialog."""
    values = {name: argument(name) for name in request.args}
    if place == REPORT and values.get("good") == argument("proposed"):  # nobody touched it: proposed anew on the way back
        values.pop("good", None)
    if place == START and not values.get("quantity"):  # a blank means all that is not started yet
        card: OrderCard = found("production order", order_no, queries.order_card(request_session(), order_no))
        values["quantity"] = shown(max(card.order.quantity - card.order.started, ZERO))
    door = opened(order_no, place, values)
    return go(f"{scan_page(order_no)}?{urlencode({FIELD: door.told})}")


@bp.get("/report-as-finished")
def report_form(order_no: str) -> Response:
    """The Report as finished dialog."""
    return _show_report(order_no)


@bp.post("/report-as-finished")
def report(order_no: str) -> Response:
    """Report, and end the job if asked."""
    on_refusal(partial(_show_report, order_no))
    answer = run_command(report_order, key=command_key(), order_no=order_no, given=read_form(ReportOrder))
    return go(address_of(order_no), answer)


@bp.get("/reset")
def reset_form(order_no: str) -> Response:
    """What a reset does, and why it is done."""
    return _show_reset(order_no)


@bp.post("/reset")
def reset(order_no: str) -> Response:
    """One stage back."""
    on_refusal(partial(_show_reset, order_no))
    answer = run_command(reset_order, key=command_key(), given=read_form(ResetOrder, order_no=order_no))
    return go(address_of(order_no), answer)


@bp.get("/components/<int:line_no>/flushing")
def flushing_form(order_no: str, line_no: int) -> Response:
    """Another flushing principle for one line (LIF-12)."""
    return _show_flushing(order_no, line_no)


@bp.post("/components/<int:line_no>/flushing")
def set_flushing(order_no: str, line_no: int) -> Response:
    """It holds for what is consumed from now on."""
    on_refusal(partial(_show_flushing, order_no, line_no))
    given = read_form(ComponentFlushing, order_no=order_no, line_no=line_no)
    return go(address_of(order_no), run_command(commands.set_component_flushing, key=command_key(), given=given))


def _show_flushing(order_no: str, line_no: int, refusal: Refusal | None = None) -> Response:
    card: OrderCard = found("production order", order_no, queries.order_card(request_session(), order_no))
    line = found("component line", f"{order_no} {line_no}", next((c for c in card.components if c.line_no == line_no), None))
    form = FormBuilder(
        ComponentFlushing, action=f"{address_of(order_no)}/components/{line_no}/flushing", submit=_("Save"), refusal=refusal,
        values={"flushing": line.flushing}, without=("order_no", "line_no"),
    ).form()
    crumbs = ((_("Production orders"), "/production-orders"), (order_no, address_of(order_no)))
    note = _("It holds for what is consumed from now on.")
    title = _("Flushing of line %(line)s, %(item)s", line=line_no, item=line.item_no)
    return form_page(title, form, crumbs=crumbs, note=note, refusal=refusal)


def _show_start(order_no: str, refusal: Refusal | None = None) -> Response:
    card: OrderCard = found("production order", order_no, queries.order_card(request_session(), order_no))
    form = _form(card, StartOrder, START, _("Start"), refusal)
    facts = (
        (_("Ordered"), card.order.quantity), (_("Started"), card.order.started), (_("Reported"), card.order.reported),
    )
    early = card.order.status in {rules.CREATED, rules.ESTIMATED, rules.SCHEDULED} and may(rights.ORDERS)
    return _respond(card, _("Start %(order)s", order=order_no), form, START, facts, refusal, early=early)


def _show_report(order_no: str, refusal: Refusal | None = None) -> Response:
    session = request_session()
    card: OrderCard = found("production order", order_no, queries.order_card(session, order_no))
    situation = situation_of(session, order_of(session, order_no), 0)
    units = open_units(session, situation) if situation.product.takes_part else ()
    values: dict[str, Any] = {}
    if situation.product.takes_part:
        values["good"] = shown(sum((unit.row.unreported for unit in units if unit.complete), ZERO))
        note = _units_note(units)
    else:
        left = card.order.started - card.order.reported if card.order.status == rules.STARTED else card.order.remaining
        values["good"], note = shown(max(left, ZERO)), ""
    form = _form(card, ReportOrder, REPORT, _("Report as finished"), refusal, values)
    facts = (
        (_("Ordered"), card.order.quantity), (_("Started"), card.order.started), (_("Good"), card.order.good),
        (_("Error"), card.order.error), (_("Remaining"), card.order.remaining),
    )
    title = _("Report %(order)s as finished", order=order_no)
    return _respond(card, title, form, REPORT, facts, refusal, note=note, proposed=values["good"])


def _units_note(units: Sequence[Unit]) -> str:
    """ENT-9, D5: what the proposed quantity counts, and what only *Accept error* would add."""
    completed, others = ([unit.number for unit in units if unit.complete is wanted] for wanted in (True, False))
    note = _("Completed and not reported: %(numbers)s.", numbers=_first(completed) or _("none"))
    if not others:
        return str(note)
    return f"{note} {_('In progress, reported only with Accept error: %(numbers)s.', numbers=_first(others))}"


def _first(numbers: Sequence[str]) -> str:
    more = len(numbers) - MOST_NAMED
    return ", ".join(numbers[:MOST_NAMED]) + (" " + _("and %(count)s more", count=more) if more > 0 else "")


def _show_reset(order_no: str, refusal: Refusal | None = None) -> Response:
    card: OrderCard = found("production order", order_no, queries.order_card(request_session(), order_no))
    stage = rules.BACK.get(card.order.status, "")
    form = FormBuilder(
        ResetOrder, action=address_of(order_no) + "/reset", submit=_("Reset to %(stage)s", stage=_(stage)) if stage else _("Reset"),
        refusal=refusal, without=("order_no",), confirm=_("Yes, take it back"), danger=True, icon="left",
    ).form()
    crumbs = ((_("Production orders"), "/production-orders"), (order_no, address_of(order_no)))
    return form_page(_("Reset %(order)s", order=order_no), form, crumbs=crumbs, note=_note(card.order.status), refusal=refusal)


def _note(status: str) -> str:
    """LIF-5 in words."""
    notes: dict[str, str] = {
        rules.ESTIMATED: _("The order becomes a simulation again: its demand, its supply and its reservations go."),
        rules.SCHEDULED: _("The order is estimated again."),
        rules.RELEASED: _("The order is scheduled again. Nothing else changes."),
        rules.STARTED: _("Reports, consumption, picks and the started quantity are taken back. Registrations stay, with what they hold."),
    }
    return str(notes.get(status, _("This order cannot be reset.")))


def _form(
    card: OrderCard, model: type[InputModel], place: str, submit: str, refusal: Refusal | None,
    values: Mapping[str, Any] | None = None,
) -> Form:
    """The fields of a dialog; operations only where the order has some."""
    choices = [("", _("As settled")), *((word, _(word)) for word in rules.AUTOMATIC)]
    route = [(word, _(word)) for word in rules.AUTOMATIC]
    operations = [("0", ""), *((str(step.operation_no), f"{step.operation_no} {step.description}") for step in card.operations)]
    without = ["order_no"] if "order_no" in model.model_fields else []
    if not card.operations:
        without += ["from_operation_no", "to_operation_no", "automatic_route", "end_route"]
    if place == REPORT and not may(rights.REPORT_INCOMPLETE):
        without.append("accept_error")
    back = {name: argument(name) for name in model.model_fields if name in request.args}
    builder = FormBuilder(
        model, action=f"{address_of(card.order.no)}/{place}", submit=submit, refusal=refusal, values={**(values or {}), **back},
        options={
            "automatic_consumption": choices, "automatic_route": route, "from_operation_no": operations, "to_operation_no": operations,
        },
        without=without,
    )
    return _in_order(builder.form())


ORDER = (
    *("quantity", "good", "error", "error_cause", "posting_date", "from_operation_no", "to_operation_no", "automatic_consumption"),
    *("automatic_route", "leave_open", "end_picking_list", "end_route", "end_job", "accept_error", "reason"),
)
"""What is done first, then what it consumes, then how it ends."""


def _in_order(form: Form) -> Form:
    return replace(form, fields=tuple(sorted(form.fields, key=lambda field: ORDER.index(field.name))))


def _respond(
    card: OrderCard, title: str, form: Form, place: str, facts: Sequence[tuple[str, Any]], refusal: Refusal | None, *, note: str = "",
    early: bool = False, proposed: str = "",
) -> Response:
    order_no = card.order.no
    settled = read_settings(request_session())[AT_START if place == START else AT_REPORT]
    command = track_commands(request_session(), [order_no], from_start=place == START)[order_no]
    return respond(
        "pages/order_dialog.html",
        title=title,
        card=card,
        form=form,
        facts=[*((label, f"{quantity(value)} {card.order.unit_code}") for label, value in facts), (_("Settled consumption"), _(settled))],
        note=note,
        address=address_of(order_no),
        place=place,
        track=command,
        track_why=outcome_text(command.why) if command.why else "",
        early=early,
        proposed=proposed,
        refusal=message_of(refusal) if refusal else None,
    )
