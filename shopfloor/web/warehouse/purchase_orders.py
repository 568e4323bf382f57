"""Purchase orders: list, card, new order, release, and receipts with numbers."""

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
from shopfloor.orders.inputs import NewPurchaseOrder, PostReceipt
from shopfloor.orders.receipt import post_receipt
from shopfloor.people import rights
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.forms import Form, FormBuilder, Options
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import argument, command_key, read_form
from shopfloor.web.inventory.assigning import Assigned, with_new_numbers
from shopfloor.web.lists import form_page, found, list_page, text_filter
from shopfloor.web.navigation import may
from shopfloor.web.refusals import on_refusal
from shopfloor.web.tables import Cell, Column, table
from shopfloor.web.texts import message_of
from shopfloor.web.warehouse.documents import OPEN, RELEASED, STATUSES, lines_table, posting_rows

bp = Blueprint("purchase_orders", __name__, url_prefix="/purchase-orders")
COLUMNS = (
    Column(_l("No."), "number"),
    Column(_l("Vendor")),
    Column(_l("Name")),
    Column(_l("Status"), "status"),
    Column(_l("Order date"), "day"),
)


@bp.get("")
def index() -> Response:
    """All purchase orders by number."""
    status = argument("status")
    page = queries.list_purchase_orders(request_session(), after=argument("after"), status=status)
    rows = [
        (
            Cell(row.no, address_of(row.no)),
            Cell(row.party_no, f"/vendors/{quote(row.party_no, safe='')}"),
            Cell(row.party_name),
            Cell(row.status),
            Cell(row.order_date),
        )
        for row in page.rows
    ]
    statuses = [("", _("All")), *((one, _(one)) for one in STATUSES)]
    return list_page(
        _("Purchase orders"),
        table(COLUMNS, rows, page),
        empty=(_("No purchase order fits"), _("Goods of a released order come in by a receipt.")),
        actions=((_("New purchase order"), "/purchase-orders/new", "plus"),) if may(rights.RECEIVE) else (),
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
    answer = run_command(commands.create_purchase_order, key=command_key(), given=read_form(NewPurchaseOrder))
    return go(address_of(answer.number), answer)


@bp.get("/<order_no>")
def card(order_no: str) -> Response:
    """One order with its lines and what was posted for it."""
    return show(order_no)


@bp.post("/<order_no>/release")
def release(order_no: str) -> Response:
    """Let goods move for the order."""
    on_refusal(partial(show, order_no))
    answer = run_command(commands.release_purchase_order, key=command_key(), order_no=order_no)
    return go(address_of(order_no), answer)


@bp.post("/<order_no>/receipts")
def post(order_no: str) -> Response:
    """Post a receipt: all its rows, or none."""
    on_refusal(partial(show, order_no))
    answer = run_command(post_receipt, key=command_key(), given=read_form(PostReceipt, order_no=order_no))
    return go(address_of(order_no), answer)


@bp.post("/<order_no>/numbers")
def numbers(order_no: str) -> Response:
    """Fill the rows of the receipt with new numbers; nothing is posted."""
    on_refusal(partial(show, order_no))
    order = found("purchase order", order_no, queries.purchase_order(request_session(), order_no))
    items = {str(line.line_no): line.item_no for line in order.lines}
    return show(order_no, assigned=with_new_numbers(lambda row: items.get(str(row.get("line_no")), "")))


def show(order_no: str, refusal: Refusal | None = None, assigned: Assigned | None = None) -> Response:
    """The card. Raises NotFound."""
    order = found("purchase order", order_no, queries.purchase_order(request_session(), order_no))
    may_post = may(rights.RECEIVE)
    return respond(
        "pages/purchase_order.html",
        card=order,
        lines=lines_table(order.lines, _("Received")),
        address=address_of(order_no),
        form=_receipt_form(order, refusal, assigned) if may_post and order.order.status == RELEASED else None,
        may_release=may_post and order.order.status == OPEN,
        refusal=message_of(refusal or assigned.answer) if refusal or assigned else None,  # type: ignore[union-attr]
    )


def address_of(order_no: str) -> str:
    """Where the card is."""
    return f"/purchase-orders/{quote(order_no, safe='')}"


def _receipt_form(order: queries.OrderCard, refusal: Refusal | None, assigned: Assigned | None) -> Form:
    rows, options = posting_rows(order.lines)
    return FormBuilder(
        PostReceipt,
        action=address_of(order.order.no) + "/receipts",
        submit=_("Post the receipt"),
        refusal=refusal,
        values=assigned.values if assigned else {"lines": rows},
        options={"line_no": options},
        without=("order_no",),
        more=((address_of(order.order.no) + "/numbers", _("Assign serial numbers"), "barcode"),),
    ).form()


def _show_new(refusal: Refusal | None = None) -> Response:
    session = request_session()
    parties = queries.list_vendors(session, limit=LARGEST_PAGE).rows
    options: dict[str, Options] = {
        "vendor_no": [(row.no, f"{row.no} {row.name}") for row in parties],
        "location_code": [(row.code, row.code) for row in list_locations(session)],
    }
    form = FormBuilder(NewPurchaseOrder, action="/purchase-orders", submit=_("Create order"), refusal=refusal, options=options).form()
    return form_page(_("New purchase order"), form, crumbs=((_("Purchase orders"), "/purchase-orders"),), refusal=refusal)
