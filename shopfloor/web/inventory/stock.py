"""Stock by number: on hand, in units, picked, free on the shelf (D1)."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlencode

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.clock import now
from shopfloor.genealogy.stock_queries import StockRow, stock_by_number
from shopfloor.items.paging import Page
from shopfloor.items.queries import list_locations
from shopfloor.people import rights
from shopfloor.web.extensions import request_session
from shopfloor.web.filters import local_time
from shopfloor.web.inputs import argument
from shopfloor.web.links import entries_link, reservations_link
from shopfloor.web.lists import list_page, text_filter
from shopfloor.web.navigation import may
from shopfloor.web.tables import Cell, Column, Table, table

bp = Blueprint("stock", __name__)
COLUMNS = (
    Column(_l("Item"), "number"),
    Column(_l("Description")),
    Column(_l("Location")),
    Column(_l("Lot number"), "number"),
    Column(_l("Serial number"), "number"),
    Column(_l("Expires"), "day"),
    Column(_l("Status"), "status"),
    Column(_l("On hand"), "quantity"),
    Column(_l("In units"), "quantity"),
    Column(_l("Picked, not in a unit"), "quantity"),
    Column(_l("Free on the shelf"), "quantity"),
    Column(_l("Reserved"), "quantity"),
)


@bp.get("/stock")
def index() -> Response:
    """Availability by number, with filters."""
    session = request_session()
    item_no, location_code, number = argument("item_no"), argument("location_code"), argument("number")
    page = stock_by_number(session, item_no=item_no, location_code=location_code, number=number, after=argument("after"))
    locations = [("", _("All")), *((row.code, f"{row.code} {row.name}") for row in list_locations(session))]
    return list_page(
        _("Stock by number"),
        stock_table(page.rows, page),
        note=_("read %(time)s", time=local_time(now(), True)),
        empty=(_("Nothing on hand"), _("Stock comes in by receipts, reports of production and the item journal.")),
        actions=((_("Item journal"), "/item-journal", "adjust"),) if may(rights.ADJUST_STOCK) else (),
        filters=(
            text_filter("item_no", _("Item"), item_no),
            text_filter("number", _("Serial or lot number"), number),
            text_filter("location_code", _("Location"), location_code, options=locations),
        ),
    )


def stock_table(rows: Sequence[StockRow], page: Page[StockRow] | None = None) -> Table:
    """Stock as a table; numbers lead to their trace, figures to the entries behind them."""
    return table(COLUMNS, [_cells(row) for row in rows], page)


def _cells(row: StockRow) -> tuple[Cell, ...]:
    unit = row.unit_code
    goods = {"item_no": row.item_no, "variant_code": row.variant_code, "serial_no": row.serial_no, "lot_no": row.lot_no}
    return (
        Cell(row.item_no, f"/items/{quote(row.item_no, safe='')}"),
        Cell(row.description),
        Cell(row.location_code),
        Cell(row.lot_no, trace_address(row.item_no, row.variant_code, lot_no=row.lot_no)),
        Cell(row.serial_no, trace_address(row.item_no, row.variant_code, serial_no=row.serial_no)),
        Cell(row.expiration_date),
        Cell("On hold" if row.blocked else ""),
        Cell(row.on_hand, entries_link(**goods, location_code=row.location_code, open_only=1), unit),
        Cell(row.in_units, _registered_link(row) if row.in_units else "", unit),
        Cell(row.picked, reservations_link(**goods, location_code=row.location_code, picked=1) if row.picked else "", unit),
        Cell(row.free, unit=unit),
        Cell(row.reserved, reservations_link(**goods, location_code=row.location_code) if row.reserved else "", unit),
    )


def _registered_link(row: StockRow) -> str:
    """The registered parts behind *in units*."""
    named = {"serial_no": row.serial_no, "lot_no": row.lot_no, "item_no": row.item_no}
    number = {name: value for name, value in named.items() if value}
    return "/find-entries/associations?" + urlencode(number) if row.serial_no or row.lot_no else ""


def trace_address(item_no: str, variant_code: str = "", *, serial_no: str = "", lot_no: str = "") -> str:
    """The trace of a number."""
    named = {"item_no": item_no, "variant": variant_code, "serial_no": serial_no, "lot_no": lot_no}
    return "/tracing?" + urlencode({key: value for key, value in named.items() if value})
