"""Reservations: the page of one demand line with its actions, and the list of all reservations."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import quote

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.errors import Refusal
from shopfloor.items.paging import LARGEST_PAGE, Page
from shopfloor.items.tracking import Tracking
from shopfloor.orders.inputs import BuyForLine
from shopfloor.orders.order_to_order import make_purchase_order
from shopfloor.orders.queries import list_vendors
from shopfloor.people import rights
from shopfloor.people.fields import read_input
from shopfloor.production.order_to_order import make_production_order
from shopfloor.reservations import page_queries
from shopfloor.reservations.cancelling import cancel_reservations, change_reservation
from shopfloor.reservations.inputs import (
    KINDS,
    CancelReservations,
    ChangeReservation,
    DemandInput,
    LinePlace,
    Reserve,
    ReserveFromSupply,
)
from shopfloor.reservations.pairs import Pair
from shopfloor.reservations.reserving import auto_reserve, reserve_from_supply
from shopfloor.reservations.rules import Demand
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import argument, command_key, form_values, read_form
from shopfloor.web.lists import found, list_page, text_filter
from shopfloor.web.navigation import may
from shopfloor.web.refusals import on_refusal
from shopfloor.web.tables import Cell, Column, table
from shopfloor.web.texts import message_of
from shopfloor.web.warehouse.parties import party_options

bp = Blueprint("reservations", __name__, url_prefix="/reservations")
LINE = "/<any(sales, component, transfer):kind>/<order_no>/<int:line_no>/<int:sub_line_no>"
COLUMNS = (
    Column(_l("Reservation"), "number"),
    Column(_l("Item")),
    Column(_l("Reserved for")),
    Column(_l("Needed on"), "day"),
    Column(_l("From")),
    Column(_l("Number"), "number"),
    Column(_l("Quantity"), "quantity"),
    Column(_l("By number"), "flag"),
    Column(_l("Picked"), "flag"),
    Column(_l("Made for it"), "flag"),
    Column(_l("By")),
)
ORDER_PAGES = {"Sales Line": "/sales-orders/", "Purchase Line": "/purchase-orders/", "Prod. Order Component": "/production-orders/",
               "Prod. Order Line": "/production-orders/", "Transfer Line": "/transfer-orders/"}


@bp.get("")
def index() -> Response:
    """All reservations, or those of an item or an order, which may demand or supply."""
    item_no, order_no = argument("item_no"), argument("order_no")
    page = page_queries.list_reservations(request_session(), item_no=item_no, order_no=order_no, after=argument("after"))
    return list_page(
        _("Reservations"),
        table(COLUMNS, [_list_row(pair) for pair in page.rows], page),
        empty=(_("Nothing is reserved"), _("Open a sales order or a production order and choose Reserve at one of its lines.")),
        actions=((_("Allocate stock"), "/allocation", "adjust"),) if may(rights.RESERVE) else (),
        filters=(text_filter("item_no", _("Item"), item_no), text_filter("order_no", _("Order"), order_no)),
    )


@bp.get(LINE)
def line(kind: str, order_no: str, line_no: int, sub_line_no: int) -> Response:
    """The reservation page of one line."""
    return show(_place(kind, order_no, line_no, sub_line_no))


@bp.post(LINE + "/auto")
def auto(kind: str, order_no: str, line_no: int, sub_line_no: int) -> Response:
    """Auto reserve."""
    place = _place(kind, order_no, line_no, sub_line_no)
    on_refusal(partial(show, place))
    answer = run_command(auto_reserve, key=command_key(), given=read_form(Reserve, **place.source()))
    return go(address_of(place), answer)


@bp.post(LINE + "/from-supply")
def from_supply(kind: str, order_no: str, line_no: int, sub_line_no: int) -> Response:
    """Reserve from the current line."""
    place = _place(kind, order_no, line_no, sub_line_no)
    on_refusal(partial(show, place))
    answer = run_command(reserve_from_supply, key=command_key(), given=read_form(ReserveFromSupply, **place.source()))
    return go(address_of(place), answer)


@bp.post(LINE + "/cancel")
def cancel(kind: str, order_no: str, line_no: int, sub_line_no: int) -> Response:
    """Cancel one reservation, or all that the form names."""
    place = _place(kind, order_no, line_no, sub_line_no)
    on_refusal(partial(show, place))
    numbers = str(form_values().get("entry_nos", "")).split(" ")
    confirmed = form_values().get("confirmed", "") == "1"
    given = read_input(CancelReservations, {"entry_nos": [_whole(number) for number in numbers if number], "confirmed": confirmed})
    return go(address_of(place), run_command(cancel_reservations, key=command_key(), given=given))


@bp.post(LINE + "/change")
def change(kind: str, order_no: str, line_no: int, sub_line_no: int) -> Response:
    """Reduce one reservation."""
    place = _place(kind, order_no, line_no, sub_line_no)
    on_refusal(partial(show, place))
    return go(address_of(place), run_command(change_reservation, key=command_key(), given=read_form(ChangeReservation)))


@bp.post(LINE + "/make")
def make(kind: str, order_no: str, line_no: int, sub_line_no: int) -> Response:
    """A production order for what the line needs."""
    place = _place(kind, order_no, line_no, sub_line_no)
    on_refusal(partial(show, place))
    return go(address_of(place), run_command(make_production_order, key=command_key(), given=read_form(DemandInput, **place.source())))


@bp.post(LINE + "/buy")
def buy(kind: str, order_no: str, line_no: int, sub_line_no: int) -> Response:
    """A purchase order for what the line needs."""
    place = _place(kind, order_no, line_no, sub_line_no)
    on_refusal(partial(show, place))
    return go(address_of(place), run_command(make_purchase_order, key=command_key(), given=read_form(BuyForLine, **place.source())))


def show(place: LinePlace, refusal: Refusal | None = None) -> Response:
    """The page of a line. Raises NotFound."""
    session = request_session()
    chosen = Tracking(*(argument(name) for name in ("serial_no", "lot_no", "package_no")))
    demand = DemandInput(**place.source()).demand()  # type: ignore[arg-type]
    card = found("open order line", demand.label(), page_queries.reservation_page(session, demand, chosen))
    may_buy = may(rights.RESERVE) and may(rights.RECEIVE)
    vendors = list_vendors(session, limit=LARGEST_PAGE) if may_buy else Page(())
    return respond(
        "pages/reservation.html",
        card=card,
        address=address_of(place),
        order_address=order_address(KINDS[place.kind], place.order_no),
        order_address_of=order_address,
        may_reserve=may(rights.RESERVE),
        may_make=may(rights.RESERVE) and may(rights.ORDERS),
        may_buy=bool(vendors.rows),
        vendors=party_options(vendors),
        number=vars(chosen),
        from_stock_words=from_stock_words(),
        asks=_asked(refusal),
        refusal=message_of(refusal) if refusal else None,
    )


def address_of(place: LinePlace) -> str:
    """Where the page of a line is."""
    return f"/reservations/{place.kind}/{quote(place.order_no, safe='')}/{place.line_no}/{place.sub_line_no}"


def address_of_demand(demand: Demand) -> str:
    """Where the page of a demand is; blank for a kind that has none."""
    kind = next((kind for kind, source_type in KINDS.items() if source_type == demand.source_type), "")
    if not kind:
        return ""
    return f"/reservations/{kind}/{quote(demand.source_id, safe='')}/{demand.source_line_no}/{demand.source_sub_line_no}"


def order_address(source_type: str, order_no: str) -> str:
    """Where an order's card is; blank for stock."""
    place = ORDER_PAGES.get(source_type, "")
    return place + quote(order_no, safe="") if place else ""


def panel(source_type: str, order_no: str) -> dict[str, Any]:
    """RS-19, for the card of an order: its open lines with what is reserved for them, and the way to each line's page."""
    lines = page_queries.lines_with_status(request_session(), source_type, order_no)
    return {
        "lines": [(line, address_of_demand(line.demand)) for line in lines],
        "status": page_queries.status_of(lines),
        "component": source_type == KINDS["component"],
        "words": from_stock_words(),
        "all": "/reservations?order_no=" + quote(order_no, safe=""),
    }


def from_stock_words() -> dict[str, tuple[str, str]]:
    """RS-19: the look and the words of each state."""
    return {
        "Full": ("Completed", _("Reserved from stock")),
        "Partial": ("Partly", _("Partly from stock")),
        "None": ("Not started", _("Not from stock")),
    }


def _place(kind: str, order_no: str, line_no: int, sub_line_no: int) -> LinePlace:
    return read_input(LinePlace, {"kind": kind, "order_no": order_no, "line_no": line_no, "sub_line_no": sub_line_no})


def _asked(refusal: Refusal | None) -> dict[str, str]:
    """What the button *Yes* sends again."""
    return {"entry_nos": str(form_values().get("entry_nos", "")), "confirmed": "1"} if refusal is not None and refusal.asks else {}


def _whole(text: str) -> int | str:
    """A whole number; anything else is left to the model to refuse."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 17 else text


def _list_row(pair: Pair) -> tuple[Cell, ...]:
    supply = order_address(pair.source_type, pair.source_id)
    number = pair.supply_tracking.label()
    return (
        Cell(str(pair.entry_no), address_of_demand(pair.demand)),
        Cell(pair.item_no, f"/items/{quote(pair.item_no, safe='')}"),
        Cell(pair.demand.label(), order_address(pair.demand.source_type, pair.demand.source_id)),
        Cell(pair.shipment_date),
        Cell(_("Stock") if pair.from_stock else pair.supply_label(), supply),
        Cell(number, f"/find?text={quote(number, safe='')}" if number else ""),
        Cell(pair.quantity),
        Cell(pair.specific),
        Cell(pair.picked),
        Cell(bool(pair.binding)),
        Cell(pair.created_by),
    )
