"""Orders of every kind: list, card, new order, release, and goods that come and go with numbers."""

from __future__ import annotations

from functools import partial
from urllib.parse import quote

from flask import Blueprint
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from shopfloor.errors import Refusal
from shopfloor.items.paging import LARGEST_PAGE
from shopfloor.orders import commands, queries
from shopfloor.orders.kinds import SHAPES, OrderKind
from shopfloor.people import rights
from shopfloor.web.commands import run_command
from shopfloor.web.errors import NoSuchPage
from shopfloor.web.extensions import request_session
from shopfloor.web.forms import Form, FormBuilder, Options, chosen_by_hand
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import argument, command_key, read_form
from shopfloor.web.inventory import reservations
from shopfloor.web.inventory.assigning import Assigned, with_new_numbers
from shopfloor.web.lists import form_page, found, list_page, text_filter
from shopfloor.web.navigation import may
from shopfloor.web.refusals import on_refusal
from shopfloor.web.tables import Cell, Column, Table, table
from shopfloor.web.texts import message_of
from shopfloor.web.warehouse.desks import DESKS, PLACES, Desk, Posting
from shopfloor.web.warehouse.documents import CHANGEABLE, OPEN, RELEASED, lines_table, numbers_table, posted_table, posting_rows
from shopfloor.web.warehouse.parties import party_options

bp = Blueprint("orders", __name__)
RESERVABLE = (OrderKind.SALES, OrderKind.TRANSFER)
"""Orders whose lines take stock and may hold some beforehand (RS-15)."""
LIST = f"/<any({PLACES}):place>"
CARD = LIST + "/<order_no>"


@bp.get(LIST)
def index(place: str) -> Response:
    """All orders of one kind by number."""
    desk = DESKS[place]
    status = argument("status")
    page = queries.list_orders(request_session(), desk.kind, after=argument("after"), status=status)
    columns = (
        Column(_("No."), "number"), Column(desk.party), Column(desk.party_name), Column(_("Status"), "status"),
        Column(_("Order date"), "day"),
    )
    rows = [
        (
            Cell(row.no, address_of(desk, row.no)),
            Cell(row.party_no, desk.party_place + quote(row.party_no, safe="") if desk.party_place else ""),
            Cell(row.party_name),
            Cell(row.status),
            Cell(row.order_date),
        )
        for row in page.rows
    ]
    statuses = [("", _("All")), *((one, _(one)) for one in queries.STATUSES)]
    return list_page(
        str(desk.title),
        table(columns, rows, page),
        empty=(str(desk.empty[0]), str(desk.empty[1])),
        actions=((str(desk.new_title), f"{desk.place}/new", "plus"),) if may(rights.RECEIVE) else (),
        filters=(text_filter("status", _("Status"), status, options=statuses),),
    )


@bp.get(LIST + "/new")
def new(place: str) -> Response:
    """The form of a new order."""
    return _show_new(DESKS[place])


@bp.post(LIST)
def create(place: str) -> Response:
    """Make an order and show it."""
    desk = DESKS[place]
    on_refusal(partial(_show_new, desk))
    answer = run_command(desk.create, key=command_key(), given=read_form(desk.model))
    return go(address_of(desk, answer.outcome_fields()["number"]), answer)


@bp.get(CARD)
def card(place: str, order_no: str) -> Response:
    """One order with its lines and what was posted for it."""
    return show(DESKS[place], order_no)


@bp.post(CARD + "/release")
def release(place: str, order_no: str) -> Response:
    """Let goods move for the order."""
    desk = DESKS[place]
    on_refusal(partial(show, desk, order_no))
    return go(address_of(desk, order_no), run_command(commands.release_order, key=command_key(), kind=desk.kind, order_no=order_no))


@bp.post(CARD + "/<movement>")
def post(place: str, order_no: str, movement: str) -> Response:
    """Post goods: all rows, or none."""
    desk = DESKS[place]
    posting = next((one for one in desk.postings if one.address == movement), None)
    if posting is None:
        raise NoSuchPage
    on_refusal(partial(show, desk, order_no, posting=posting))
    more = {"may_break": True} if posting.may_break else {}
    answer = run_command(posting.use_case, key=command_key(), given=read_form(posting.model, order_no=order_no), **more)
    return go(address_of(desk, order_no), answer)


@bp.post(CARD + "/<movement>/numbers")
def numbers(place: str, order_no: str, movement: str) -> Response:
    """Fill the rows of a posting with new numbers; nothing is posted."""
    desk = DESKS[place]
    posting = next((one for one in desk.postings if one.address == movement and one.assigns), None)
    if posting is None:
        raise NoSuchPage
    on_refusal(partial(show, desk, order_no, posting=posting))
    items = {str(line.line_no): line.item_no for line in order_of(desk, order_no).lines}
    assigned = with_new_numbers(lambda row: items.get(str(row.get("line_no")), ""))
    return show(desk, order_no, posting=posting, assigned=assigned)


def show(
    desk: Desk, order_no: str, refusal: Refusal | None = None, *, posting: Posting | None = None, assigned: Assigned | None = None
) -> Response:
    """The card; `posting` is the form that was refused, or whose rows were filled with numbers. Raises NotFound."""
    order = order_of(desk, order_no)
    may_post = may(rights.RECEIVE)
    changeable = may_post and order.order.status in CHANGEABLE
    address = address_of(desk, order_no)
    forms = _forms(desk, order, posting, refusal, assigned) if may_post and order.order.status == RELEASED else []
    return respond(
        "pages/order.html",
        card=order,
        desk=desk,
        lines=lines_table(order, desk, f"{address}/lines" if changeable else ""),
        posted=posted_table(order, may_undo=may_post) if order.posted else None,
        on_the_way=_on_the_way(order),
        address=address,
        forms=forms,
        may_release=may_post and order.order.status == OPEN,
        changeable=changeable,
        has_labels=desk.kind is OrderKind.PURCHASE,
        reserved=reservations.panel(SHAPES[desk.kind].source.value, order_no) if desk.kind in RESERVABLE else None,
        refusal=message_of(refusal or assigned.answer) if refusal or assigned else None,  # type: ignore[union-attr]
    )


def order_of(desk: Desk, order_no: str) -> queries.OrderCard:
    """The card's values. Raises NotFound."""
    order = found(desk.kind.value, order_no, queries.order_card(request_session(), desk.kind, order_no))
    assert isinstance(order, queries.OrderCard)
    return order


def address_of(desk: Desk, order_no: str) -> str:
    """Where the card is."""
    return f"{desk.place}/{quote(order_no, safe='')}"


def location_options() -> dict[str, Options]:
    """Locations by the field that asks for one."""
    stores, in_transit = queries.locations_by_use(request_session())
    kept = chosen_by_hand([(code, code) for code in stores])
    return {"location_code": kept, "from_code": kept, "to_code": kept, "in_transit_code": [(code, code) for code in in_transit]}


def _forms(
    desk: Desk, order: queries.OrderCard, chosen: Posting | None, refusal: Refusal | None, assigned: Assigned | None
) -> list[tuple[Posting, Form]]:
    """A form for each movement that has something to move."""
    forms = []
    for posting in desk.postings:
        rows, options = posting_rows(order, arrives=posting is desk.postings[-1] and bool(desk.completed))
        if not options:
            continue
        address = f"{address_of(desk, order.order.no)}/{posting.address}"
        form = FormBuilder(
            posting.model,
            action=address,
            submit=str(posting.submit),
            refusal=refusal if posting is chosen else None,
            values=assigned.values if assigned and posting is chosen else {"lines": rows},
            more=((f"{address}/numbers", _("Assign serial numbers"), "barcode"),) if posting.assigns else (),
            options={"line_no": options},
            without=("order_no",),
        ).form()
        forms.append((posting, form))
    return forms


def _on_the_way(order: queries.OrderCard) -> Table | None:
    parts = [(p.line_no, p.item_no, p.tracking, p.quantity, p.base_unit_code) for p in order.on_the_way]
    return numbers_table(parts) if parts else None


def _show_new(desk: Desk, refusal: Refusal | None = None) -> Response:
    session = request_session()
    options = location_options()
    if desk.party_place:
        listed = queries.list_vendors if desk.party_place == "/vendors/" else queries.list_customers
        parties = party_options(listed(session, limit=LARGEST_PAGE))
        options |= {"vendor_no": parties, "customer_no": parties}
    form = FormBuilder(desk.model, action=desk.place, submit=_("Create order"), refusal=refusal, options=options).form()
    return form_page(str(desk.new_title), form, crumbs=((str(desk.title), desk.place),), refusal=refusal)
