"""The scan log, and units that wait for parts."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.clock import now
from shopfloor.genealogy.home_queries import list_scans, waiting_units
from shopfloor.web.extensions import request_session
from shopfloor.web.inputs import argument
from shopfloor.web.lists import list_page, text_filter
from shopfloor.web.tables import Cell, Column, table

bp = Blueprint("scans", __name__)
LAST_HOUR = "hour"
STATES = {"accepted": "Accepted", "information": "Information", "question": "Question", "refused": "Refused"}
SCAN_COLUMNS = (
    Column(_l("Scan"), "number"),
    Column(_l("Time"), "time"),
    Column(_l("Order")),
    Column(_l("What")),
    Column(_l("Answer"), "status"),
    Column(_l("Message")),
    Column(_l("Operator")),
    Column(_l("Station")),
)
WAITING_COLUMNS = (
    Column(_l("Unit"), "number"),
    Column(_l("Order"), "number"),
    Column(_l("Item")),
    Column(_l("Missing")),
    Column(_l("Registered"), "time"),
    Column(_l("Status"), "status"),
)


@bp.get("/scans")
def index() -> Response:
    """Every scan with its answer, newest first (SCN-22)."""
    answer, code, last, order_no = argument("answer"), argument("code"), argument("last"), argument("order_no")
    since = now() - timedelta(hours=1) if last == LAST_HOUR else None
    page = list_scans(request_session(), code=code, answer=answer, order_no=order_no, since=since, after=argument("after"))
    rows = [
        (
            Cell(_visible(row.raw_text)),
            Cell(row.recorded_at),
            Cell(row.order_no, _order(row.order_no) if row.order_no else ""),
            Cell(row.kind),
            Cell(STATES.get(row.answer, row.answer)),
            Cell(row.message),
            Cell(row.operator_no),
            Cell(row.station_code),
        )
        for row in page.rows
    ]
    answers = [("", _("All")), *((key, _(word)) for key, word in STATES.items())]
    return list_page(
        _("Scan log"),
        table(SCAN_COLUMNS, rows, page),
        empty=(_("No scan fits"), _("Scans of the Tracked components page show here, refused ones too.")),
        filters=(
            text_filter("order_no", _("Order"), order_no),
            text_filter("code", _("Code"), code),
            text_filter("answer", _("Answer"), answer, options=answers),
            text_filter("last", _("Time"), last, options=[("", _("All")), (LAST_HOUR, _("Last hour"))]),
        ),
    )


@bp.get("/waiting-units")
def waiting() -> Response:
    """Registered units that lack a part."""
    rows = [
        (
            Cell(unit.number, f"{_order(unit.order_no)}/associations"),
            Cell(unit.order_no, _order(unit.order_no)),
            Cell(unit.item_no),
            Cell(unit.missing),
            Cell(unit.registered_at),
            Cell("Waits for parts"),
        )
        for unit in waiting_units(request_session(), limit=500)
    ]
    return list_page(
        _("Units waiting for parts"),
        table(WAITING_COLUMNS, rows),
        empty=(_("No unit lacks a part"), _("Units that were begun and miss a component show here.")),
    )


def _order(order_no: str) -> str:
    return f"/production-orders/{quote(order_no, safe='')}"


def _visible(raw: str) -> str:
    """Separators as signs that can be seen; a long text is cut."""
    shown = "".join(character if character.isprintable() else ("␝" if character == "\x1d" else "␣") for character in raw)
    return shown[:80]
