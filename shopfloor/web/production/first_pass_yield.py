"""First-pass yield of the newest orders of an item, or of all (C16)."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.genealogy.yield_queries import item_yield
from shopfloor.web.extensions import request_session
from shopfloor.web.inputs import argument
from shopfloor.web.lists import list_page, text_filter
from shopfloor.web.production.orders import address_of
from shopfloor.web.tables import Cell, Column, table

bp = Blueprint("first_pass_yield", __name__)
COLUMNS = (
    Column(_l("Order"), "number"), Column(_l("Item")), Column(_l("Reported"), "quantity"), Column(_l("Good"), "quantity"),
    Column(_l("Good at the first attempt"), "quantity"), Column(_l("First-pass yield"), "quantity"), Column(_l("Created"), "time"),
)


@bp.get("/first-pass-yield")
def index() -> Response:
    """Each order with its figure, and all of them together."""
    item_no = argument("item_no")
    found = item_yield(request_session(), item_no)
    rows = [
        (
            Cell(one.order_no, address_of(one.order_no)), Cell(one.item_no, f"/items/{quote(one.item_no, safe='')}"),
            Cell(one.reported), Cell(one.good), Cell(one.first_pass), Cell(one.percent, unit="%"), Cell(one.created_at),
        )
        for one in found.orders
    ]
    good = sum(one.good for one in found.orders)
    totals = (
        Cell(_("Total")), Cell(""), Cell(found.reported), Cell(good), Cell(found.first_pass), Cell(found.percent, unit="%"), Cell(""),
    )
    return list_page(
        _("First-pass yield"),
        table(COLUMNS, rows, totals=totals if rows else ()),
        note=_("Newest orders. A unit counts that was reported good without replacement, reversal or failed inspection."),
        empty=(_("Nothing is reported yet"), _("Orders appear here with their first report as finished.")),
        filters=(text_filter("item_no", _("Item"), item_no),),
    )
