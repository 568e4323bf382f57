"""Items: list, and card with units, codes and stock by number. Forms are those of every master."""

from __future__ import annotations

from functools import partial
from urllib.parse import quote

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.clock import now
from shopfloor.errors import Refusal
from shopfloor.genealogy.stock_queries import stock_by_number
from shopfloor.items import commands, queries
from shopfloor.items.inputs import NewGtin, NewItemUnit, NewReference
from shopfloor.people import rights
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import argument, command_key, read_form
from shopfloor.web.inventory.stock import stock_table
from shopfloor.web.lists import found, list_page, text_filter
from shopfloor.web.masters.table import PAGES
from shopfloor.web.masters.views import actions_of, found_record, has_own_card, list_links
from shopfloor.web.navigation import may
from shopfloor.web.refusals import on_refusal
from shopfloor.web.tables import Cell, Column, table
from shopfloor.web.texts import message_of

bp = Blueprint("items", __name__, url_prefix="/items")
COLUMNS = (
    Column(_l("No."), "number"),
    Column(_l("Description")),
    Column(_l("Base unit")),
    Column(_l("Item tracking code")),
    Column(_l("Tracked components policy")),
    Column(_l("Blocked"), "flag"),
)
SHOWN_STOCK = 20


@bp.get("")
def index() -> Response:
    """All items by number."""
    text = argument("text")
    page = queries.list_items(request_session(), after=argument("after"), text=text)
    rows = [
        (
            Cell(row.item_no, address_of(row.item_no)),
            Cell(row.description),
            Cell(row.base_unit_code),
            Cell(row.item_tracking_code),
            Cell(row.tracked_components_policy),
            Cell(row.blocked),
        )
        for row in page.rows
    ]
    return list_page(
        _("Items"),
        table(COLUMNS, rows, page),
        empty=(_("No item fits"), _("An item is anything that is bought, made, used or sold.")),
        actions=list_links("items"),
        filters=(text_filter("text", _("Number or words"), text),),
    )


@bp.get("/<item_no>")
def card(item_no: str) -> Response:
    """One item with its units, codes and stock."""
    return show(item_no)


@bp.post("/<item_no>/units")
def add_unit(item_no: str) -> Response:
    """Another unit of the item, such as a carton of 12."""
    on_refusal(partial(show, item_no))
    answer = run_command(commands.add_item_unit, key=command_key(), given=read_form(NewItemUnit, item_no=item_no))
    return go(address_of(item_no), answer)


@bp.post("/<item_no>/gtins")
def add_gtin(item_no: str) -> Response:
    """A GTIN of the item."""
    on_refusal(partial(show, item_no))
    answer = run_command(commands.add_gtin, key=command_key(), given=read_form(NewGtin, item_no=item_no))
    return go(address_of(item_no), answer)


@bp.post("/<item_no>/references")
def add_reference(item_no: str) -> Response:
    """Another code of the item."""
    on_refusal(partial(show, item_no))
    answer = run_command(commands.add_reference, key=command_key(), given=read_form(NewReference, item_no=item_no))
    return go(address_of(item_no), answer)


def show(item_no: str, refusal: Refusal | None = None) -> Response:
    """The card. Raises NotFound."""
    session = request_session()
    item = found("item", item_no, queries.item_card(session, item_no))
    stock = stock_by_number(session, item_no=item_no, limit=SHOWN_STOCK)
    return respond(
        "pages/item.html",
        card=item,
        stock=stock_table(stock.rows),
        more_stock=bool(stock.next_after),
        read_at=now(),
        may_change=may(rights.MASTERS),
        record=actions_of("items", found_record(PAGES["items"], (item_no,))),
        refusal=message_of(refusal) if refusal else None,
    )


def address_of(item_no: str) -> str:
    """Where the card is."""
    return f"/items/{quote(item_no, safe='')}"


has_own_card("items", show)
