"""Reservation entries: each pair on one line, with filters (DM-20 to DM-26). Read only; people arrange reservations at the line."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.items.paging import Page
from shopfloor.reservations.entry_queries import SOURCES, STATUSES, ReservationFilter, ReservationLine, Source, list_reservations
from shopfloor.web.extensions import request_session
from shopfloor.web.inputs import argument
from shopfloor.web.links import find_entries_link, item_link, source_link
from shopfloor.web.lists import check_filter, list_page, text_filter
from shopfloor.web.tables import Cell, Column, Table, table

bp = Blueprint("reservation_entries", __name__, url_prefix="/reservation-entries")
COLUMNS = (
    Column(_l("Entry"), "number"),
    Column(_l("Item"), "number"),
    Column(_l("Location")),
    Column(_l("Demand"), "number"),
    Column(_l("Demand line")),
    Column(_l("Supply"), "number"),
    Column(_l("Supply line")),
    Column(_l("Number"), "number"),
    Column(_l("Quantity"), "quantity"),
    Column(_l("Kind")),
    Column(_l("Status"), "status"),
    Column(_l("Registered part"), "number"),
)
WORDS = {
    "Prod. Order Component": _l("Component"), "Prod. Order Line": _l("Output"), "Sales Line": _l("Sale"), "Purchase Line": _l("Purchase"),
    "Transfer Line": _l("Transfer"), "Item Journal Line": _l("Item journal"), "Item Ledger Entry": _l("Stock"),
}
SELDOM = (
    ("variant_code", _l("Variant")), ("location_code", _l("Location")), ("serial_no", _l("Serial number")), ("lot_no", _l("Lot number")),
    ("package_no", _l("Package number")),
)


@bp.get("")
def index() -> Response:
    """Reservations and what else is noted of unposted business, newest first."""
    texts = (*(name for name, _label in SELDOM), "reservation_status", "item_no", "number", "source_type", "source_id")
    wanted = ReservationFilter(**{name: argument(name) for name in texts}, picked=bool(argument("picked")))
    page = list_reservations(request_session(), wanted, after=argument("after"))
    statuses = [("", _("All")), *((one, _(one)) for one in STATUSES)]
    sources = [("", _("All")), *((one, str(WORDS.get(one, one))) for one in SOURCES)]
    seldom = [text_filter(name, str(label), getattr(wanted, name)) for name, label in SELDOM if getattr(wanted, name)]
    return list_page(
        _("Reservation entries"),
        reservations_table(page.rows, page),
        empty=(_("No reservation entry fits"), _("Parts that are scanned into a unit are reserved for it until they are posted.")),
        filters=(
            text_filter("item_no", _("Item"), wanted.item_no),
            text_filter("number", _("Serial, lot or package"), wanted.number),
            text_filter("reservation_status", _("Status"), wanted.reservation_status, options=statuses),
            text_filter("source_type", _("Demand or supply"), wanted.source_type, options=sources),
            text_filter("source_id", _("Document or entry"), wanted.source_id),
            *seldom,
            check_filter("picked", _("Picked only"), checked=wanted.picked),
        ),
    )


def reservations_table(rows: Sequence[ReservationLine], page: Page[ReservationLine] | None = None) -> Table:
    """Pairs as a table."""
    return table(COLUMNS, [_cells(row) for row in rows], page)


def _cells(row: ReservationLine) -> tuple[Cell, ...]:
    return (
        Cell(row.entry_no),
        Cell(row.item_no, item_link(row.item_no)),
        Cell(row.location_code),
        *_side(row.demand, supply=False),
        *_side(row.supply, supply=True),
        Cell(row.tracking.label(), find_entries_link(row.item_no, row.variant_code, **vars(row.tracking))),
        Cell(row.quantity, unit=row.unit_code),
        Cell(_kind(row)),
        Cell("Picked" if row.picked else row.reservation_status),
        Cell(row.association_no or "", _unit(row)),
    )


def _side(side: Source | None, *, supply: bool) -> tuple[Cell, Cell]:
    if side is None:
        return Cell(""), Cell("")
    line = side.sub_line_no or side.line_no
    where = str(WORDS.get(side.source_type, side.source_type))
    words = where if side.source_type == "Item Ledger Entry" else f"{where} {line}"
    return Cell(side.source_id, source_link(side.source_type, side.source_id, supply=supply)), Cell(words)


def _kind(row: ReservationLine) -> str:
    """LB-01, RS-16: how firmly the pair is bound."""
    if row.binding:
        return str(_("Order to order"))
    if row.demand is None or row.supply is None:
        return ""
    return str(_("Specific")) if row.specific else str(_("Non-specific"))


def _unit(row: ReservationLine) -> str:
    """The registered part on the page of its order."""
    if not row.association_no or row.demand is None:
        return ""
    return f"{source_link(row.demand.source_type, row.demand.source_id, supply=False)}/associations"
