"""Changing an order: its lines one by one, and giving up what is still open."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from shopfloor.errors import Refusal, StaleRow
from shopfloor.orders import line_commands
from shopfloor.orders.inputs import AddLine, ChangeLine, ChosenLine, CloseOrder, DeleteLine
from shopfloor.orders.queries import OrderLineRow
from shopfloor.quantity import shown
from shopfloor.web.commands import run_command
from shopfloor.web.forms import Form, FormBuilder
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import command_key, form_values, read_form
from shopfloor.web.lists import form_page, found
from shopfloor.web.refusals import on_refusal
from shopfloor.web.texts import message_of
from shopfloor.web.warehouse.desks import DESKS, PLACES, Desk
from shopfloor.web.warehouse.orders import address_of, location_options, order_of

bp = Blueprint("order_lines", __name__)
ORDER = f"/<any({PLACES}):place>/<order_no>"
LINE = ORDER + "/lines/<int:line_no>"


@bp.get(ORDER + "/lines/new")
def new(place: str, order_no: str) -> Response:
    """The form of a further line."""
    return _show_new(DESKS[place], order_no)


@bp.post(ORDER + "/lines")
def add(place: str, order_no: str) -> Response:
    """Add a line and show the order."""
    desk = DESKS[place]
    on_refusal(partial(_show_new, desk, order_no))
    given = read_form(AddLine, order_no=order_no)
    return go(address_of(desk, order_no), run_command(line_commands.add_line, key=command_key(), kind=desk.kind, given=given))


@bp.get(LINE)
def line(place: str, order_no: str, line_no: int) -> Response:
    """One line: change it, delete it, cancel its reservations."""
    return _show(DESKS[place], order_no, line_no)


@bp.post(LINE)
def change(place: str, order_no: str, line_no: int) -> Response:
    """Give the line new values."""
    desk = DESKS[place]
    on_refusal(partial(_show, desk, order_no, line_no, "change"))
    given = read_form(ChangeLine, order_no=order_no, line_no=line_no)
    return go(address_of(desk, order_no), run_command(line_commands.change_line, key=command_key(), kind=desk.kind, given=given))


@bp.post(LINE + "/delete")
def delete(place: str, order_no: str, line_no: int) -> Response:
    """The line goes."""
    desk = DESKS[place]
    on_refusal(partial(_show, desk, order_no, line_no, "delete"))
    given = read_form(DeleteLine, order_no=order_no, line_no=line_no)
    return go(address_of(desk, order_no), run_command(line_commands.delete_line, key=command_key(), kind=desk.kind, given=given))


@bp.post(LINE + "/cancel-reservation")
def cancel_reservation(place: str, order_no: str, line_no: int) -> Response:
    """C1: what a change of item or location asks for."""
    desk = DESKS[place]
    on_refusal(partial(_show, desk, order_no, line_no, ""))
    given = read_form(ChosenLine, order_no=order_no, line_no=line_no)
    answer = run_command(line_commands.cancel_line_reservations, key=command_key(), kind=desk.kind, given=given)
    return go(f"{address_of(desk, order_no)}/lines/{line_no}", answer)


@bp.get(ORDER + "/close")
def close_form(place: str, order_no: str) -> Response:
    """Asks for the reason."""
    return _show_close(DESKS[place], order_no)


@bp.post(ORDER + "/close")
def close(place: str, order_no: str) -> Response:
    """Give up what is open."""
    desk = DESKS[place]
    on_refusal(partial(_show_close, desk, order_no))
    given = read_form(CloseOrder, order_no=order_no)
    return go(address_of(desk, order_no), run_command(line_commands.close_order, key=command_key(), kind=desk.kind, given=given))


def _show(desk: Desk, order_no: str, line_no: int, refused: str = "", refusal: Refusal | None = None) -> Response:
    """The line's page; `refused` is the form that was refused. Raises NotFound."""
    row = found("order line", f"{order_no} {line_no}", order_of(desk, order_no).line(line_no))
    address = f"{address_of(desk, order_no)}/lines/{line_no}"
    if isinstance(refusal, StaleRow):
        refused = ""
    hidden = {"version": str(form_values().get("version", "")) if refused and refusal else row.version}
    named = ("order_no", "line_no", "version", *(("location_code",) if desk.completed else ()))
    change = FormBuilder(
        ChangeLine, action=address, submit=_("Save the line"), refusal=refusal if refused == "change" else None, values=_values(row),
        options=location_options(), without=named, hidden=hidden, confirm=_("Yes, change it and cancel the reservation"),
    )
    delete = FormBuilder(
        DeleteLine, action=f"{address}/delete", submit=_("Delete line"), refusal=refusal if refused == "delete" else None, without=named,
        hidden=hidden, confirm=_("Yes, delete it with its numbers and reservations"),
    )
    return respond(
        "pages/order_line.html",
        line=row,
        crumbs=_crumbs(desk, order_no),
        form=change.form(),
        delete_form=delete.form(),
        address=address,
        refusal=message_of(refusal) if refusal else None,
    )


def _show_new(desk: Desk, order_no: str, refusal: Refusal | None = None) -> Response:
    order_of(desk, order_no)
    form = FormBuilder(
        AddLine, action=f"{address_of(desk, order_no)}/lines", submit=_("Add line"), refusal=refusal, options=location_options(),
        without=("order_no", *(("location_code",) if desk.completed else ())),
    ).form()
    return form_page(_("New line"), form, crumbs=_crumbs(desk, order_no), refusal=refusal)


def _show_close(desk: Desk, order_no: str, refusal: Refusal | None = None) -> Response:
    order_of(desk, order_no)
    form: Form = FormBuilder(
        CloseOrder, action=f"{address_of(desk, order_no)}/close", submit=_("Close order"), refusal=refusal, without=("order_no",),
        confirm=_("Yes, close it and cancel the reservations"),
    ).form()
    note = _("What is still open will not come or go any more. What was posted stays.")
    return form_page(_("Close order"), form, crumbs=_crumbs(desk, order_no), note=note, refusal=refusal)


def _values(row: OrderLineRow) -> dict[str, Any]:
    return {
        "item_no": row.item_no, "quantity": shown(row.quantity), "location_code": row.location_code, "unit_code": row.unit_code,
        "variant_code": row.variant_code, "date": row.date or "",
    }


def _crumbs(desk: Desk, order_no: str) -> list[tuple[str, str]]:
    return [(str(desk.title), desk.place), (order_no, address_of(desk, order_no))]
