"""Sales orders: list, card, new order, release, and shipments with numbers."""

from __future__ import annotations

from functools import partial
from urllib.parse import quote

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.errors import Refusal
from shopfloor.items.paging import LARGEST_PAGE
from shopfloor.items.queries import list_locations
from shopfloor.orders import commands, queries
from shopfloor.orders.inputs import NewSalesOrder, PostShipment
from shopfloor.orders.shipment import post_shipment
from shopfloor.people import rights
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.forms import Form, FormBuilder, Options
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import argument, command_key, read_form
from shopfloor.web.inventory import reservations
from shopfloor.web.lists import form_page, found, list_page, text_filter
from shopfloor.web.navigation import may
from shopfloor.web.refusals import on_refusal
from shopfloor.web.tables import Cell, Column, table
from shopfloor.web.texts import message_of
from shopfloor.web.warehouse.documents import OPEN, RELEASED, STATUSES, lines_table, posting_rows

bp = Blueprint("sales_orders", __name__, url_prefix="/sales-orders")
COLUMNS = (
    Column(_l("No."), "number"),
    Column(_l("Customer")),
    Column(_l("Name")),
    Column(_l("Status"), "status"),
    Column(_l("Order date"), "day"),
)


@bp.get("")
def index() -> Response:
    """All sales orders by number."""
    status = argument("status")
    page = queries.list_sales_orders(request_session(), after=argument("after"), status=status)
    rows = [
        (
            Cell(row.no, address_of(row.no)),
            Cell(row.party_no, f"/customers/{quote(row.party_no, safe='')}"),
            Cell(row.party_name),
            Cell(row.status),
            Cell(row.order_date),
        )
        for row in page.rows
    ]
    statuses = [("", _("All")), *((one, _(one)) for one in STATUSES)]
    return list_page(
        _("Sales orders"),
        table(COLUMNS, rows, page),
        empty=(_("No sales order fits"), _("Goods of a released order go out by a shipment.")),
        actions=((_("New sales order"), "/sales-orders/new", "plus"),) if may(rights.RECEIVE) else (),
        filters=(text_filter("status", _("Status"), status, options=statuses),),
    )


@bp.get("/new")
def new() -> Response:
    """The form of a new order."""
    return _show_new()


@bp.post("")
def create() -> Response:
    """Make an order and show it."""
    on_refusal(_show_new)
    answer = run_command(commands.create_sales_order, key=command_key(), given=read_form(NewSalesOrder))
    return go(address_of(answer.number), answer)


@bp.get("/<order_no>")
def card(order_no: str) -> Response:
    """One order with its lines and what was posted for it."""
    return show(order_no)


@bp.post("/<order_no>/release")
def release(order_no: str) -> Response:
    """Let goods move for the order."""
    on_refusal(partial(show, order_no))
    answer = run_command(commands.release_sales_order, key=command_key(), order_no=order_no)
    return go(address_of(order_no), answer)


@bp.post("/<order_no>/shipments")
def post(order_no: str) -> Response:
    """Post a shipment: all its rows, or none."""
    on_refusal(partial(show, order_no))
    answer = run_command(post_shipment, key=command_key(), given=read_form(PostShipment, order_no=order_no), may_break=True)
    return go(address_of(order_no), answer)


def show(order_no: str, refusal: Refusal | None = None) -> Response:
    """The card. Raises NotFound."""
    order = found("sales order", order_no, queries.sales_order(request_session(), order_no))
    may_post = may(rights.RECEIVE)
    return respond(
        "pages/sales_order.html",
        card=order,
        lines=lines_table(order.lines, _("Shipped")),
        address=address_of(order_no),
        form=_shipment_form(order, refusal) if may_post and order.order.status == RELEASED else None,
        reserved=reservations.panel("Sales Line", order_no),
        may_release=may_post and order.order.status == OPEN,
        refusal=message_of(refusal) if refusal else None,
    )


def address_of(order_no: str) -> str:
    """Where the card is."""
    return f"/sales-orders/{quote(order_no, safe='')}"


def _shipment_form(order: queries.OrderCard, refusal: Refusal | None) -> Form:
    rows, options = posting_rows(order.lines)
    return FormBuilder(
        PostShipment,
        action=address_of(order.order.no) + "/shipments",
        submit=_("Post the shipment"),
        refusal=refusal,
        values={"lines": rows},
        options={"line_no": options},
        without=("order_no",),
    ).form()


def _show_new(refusal: Refusal | None = None) -> Response:
    session = request_session()
    parties = queries.list_customers(session, limit=LARGEST_PAGE).rows
    options: dict[str, Options] = {
        "customer_no": [(row.no, f"{row.no} {row.name}") for row in parties],
        "location_code": [(row.code, row.code) for row in list_locations(session)],
    }
    form = FormBuilder(NewSalesOrder, action="/sales-orders", submit=_("Create order"), refusal=refusal, options=options).form()
    return form_page(_("New sales order"), form, crumbs=((_("Sales orders"), "/sales-orders"),), refusal=refusal)
