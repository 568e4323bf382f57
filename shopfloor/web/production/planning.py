"""A new production order with its components before it is made, and changing one that has not started."""

from __future__ import annotations

from functools import partial
from urllib.parse import quote

from flask import Blueprint, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.errors import InvalidInput, Refusal
from shopfloor.genealogy import order_numbers
from shopfloor.items.queries import list_locations
from shopfloor.people.fields import read_input
from shopfloor.production import commands, queries
from shopfloor.production.explosion import Explosion, Need, explode, needs_of
from shopfloor.production.inputs import ChangeProductionOrder, NewProductionOrder, OrderQuestion
from shopfloor.quantity import ZERO, shown
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.forms import FormBuilder, Options, chosen_by_hand
from shopfloor.web.guards import current_actor
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import argument, command_key, form_values, read_form
from shopfloor.web.lists import form_page, found
from shopfloor.web.production.orders import address_of, show
from shopfloor.web.refusals import on_refusal, status_of
from shopfloor.web.tables import Cell, Column, Table, table
from shopfloor.web.texts import message_of

bp = Blueprint("planning", __name__, url_prefix="/production-orders")
NEED_COLUMNS = (
    Column(_l("Line"), "number"),
    Column(_l("Item")),
    Column(_l("Description")),
    Column(_l("Needed"), "quantity"),
    Column(_l("On hand"), "quantity"),
    Column(_l("Reserved"), "quantity"),
    Column(_l("Free"), "quantity"),
    Column(_l("Missing"), "quantity"),
    Column(_l("Status"), "status"),
)
ASKED = ("item_no", "quantity", "location_code", "due_date")


@bp.get("/new")
def new() -> Response:
    """The form of a new order; with an item and a quantity in the address, its components and what is there for them."""
    return _show_new()


@bp.post("")
def create() -> Response:
    """Make an order and show it."""
    on_refusal(_show_new)
    answer = run_command(order_numbers.create_order, key=command_key(), given=read_form(NewProductionOrder))
    return go(address_of(answer.number), answer)


@bp.get("/<order_no>/change")
def change_form(order_no: str) -> Response:
    """The form with quantity, date and location as they are."""
    return _show_change(order_no)


@bp.post("/<order_no>/change")
def change(order_no: str) -> Response:
    """Explode the order anew."""
    on_refusal(partial(_show_change, order_no))
    answer = run_command(commands.change_order, key=command_key(), given=read_form(ChangeProductionOrder, order_no=order_no))
    return go(address_of(order_no), answer)


def _show_new(refusal: Refusal | None = None) -> Response:
    """After a refusal of the form: what was typed. Else what the address asks, with its answer."""
    asked = {name: argument(name) for name in NewProductionOrder.model_fields if name in request.args}
    exploded: Explosion | None = None
    needs: tuple[Need, ...] = ()
    if refusal is None and asked.get("quantity"):
        try:
            exploded, needs = _explode({name: asked[name] for name in ASKED if asked.get(name)})
        except Refusal as problem:
            refusal = problem
    builder = FormBuilder(
        NewProductionOrder,
        action="/production-orders",
        submit=_("Create order"),
        refusal=refusal,
        values=asked,
        options=_options(),
        preview=(_("Show components"), "/production-orders/new"),
    )
    if request.method == "GET":
        builder.typed = dict(asked)
    return respond(
        "pages/new_production_order.html",
        form=builder.form(),
        exploded=exploded,
        needs=_needs_table(needs),
        short=sum(1 for need in needs if need.missing > ZERO),
        status=status_of(refusal) if refusal and request.method == "GET" else 200,
        refusal=message_of(refusal) if refusal else None,
    )


def _explode(asked: dict[str, str]) -> tuple[Explosion, tuple[Need, ...]]:
    given = read_input(OrderQuestion, asked)
    session = request_session()
    day = given.due_date or current_actor().work_date()
    exploded = explode(session, item_no=given.item_no, quantity=given.quantity, location_code=given.location_code, day=day)
    return exploded, needs_of(session, exploded, given.location_code)


def _needs_table(needs: tuple[Need, ...]) -> Table:
    rows = [
        (
            Cell(str(need.line_no)),
            Cell(need.item_no, f"/items/{quote(need.item_no, safe='')}"),
            Cell(need.description),
            Cell(need.expected, unit=need.unit_code),
            Cell(need.on_hand, unit=need.unit_code),
            Cell(need.reserved, unit=need.unit_code),
            Cell(need.free, unit=need.unit_code),
            Cell(need.missing, unit=need.unit_code),
            Cell("Missing" if need.missing > ZERO else "Complete"),
        )
        for need in needs
    ]
    return table(NEED_COLUMNS, rows)


def _show_change(order_no: str, refusal: Refusal | None = None) -> Response:
    if refusal is not None and not (refusal.asks or isinstance(refusal, InvalidInput)):
        return show(order_no, refusal)
    order = found("production order", order_no, queries.order_row(request_session(), order_no))
    due = order.due_date.isoformat() if order.due_date else ""
    form = FormBuilder(
        ChangeProductionOrder,
        action=address_of(order_no) + "/change",
        submit=_("Save and explode anew"),
        refusal=refusal,
        values={"quantity": shown(order.quantity), "location_code": order.location_code, "due_date": due},
        options=_options(),
        without=("order_no", "version"),
        hidden={"version": str(form_values().get("version", "")) if refusal else str(order.version)},
        confirm=_("Yes, change it and cancel the reservation"),
    ).form()
    crumbs = ((_("Production orders"), "/production-orders"), (order_no, address_of(order_no)))
    note = _("Components and operations are copied again from the versions that are valid on the due date.")
    return form_page(_("Change %(record)s", record=order_no), form, crumbs=crumbs, note=note, refusal=refusal)


def _options() -> dict[str, Options]:
    stores = [row for row in list_locations(request_session()) if not (row.blocked or row.in_transit)]
    return {"location_code": chosen_by_hand([(row.code, f"{row.code} {row.name}") for row in stores])}
