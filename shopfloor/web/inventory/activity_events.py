"""Activity events of production as programs read them, newest first (OPS-10)."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.ledger.activity_queries import Transaction, newest_events
from shopfloor.ledger.entry_types import OrderType
from shopfloor.quantity import ZERO, shown
from shopfloor.web.extensions import request_session
from shopfloor.web.inputs import argument
from shopfloor.web.links import order_link, register_link
from shopfloor.web.lists import list_page
from shopfloor.web.tables import Cell, Column, table

bp = Blueprint("activity_events", __name__, url_prefix="/activity-events")
COLUMNS = (
    Column(_l("Event"), "number"),
    Column(_l("Code")),
    Column(_l("Time"), "time"),
    Column(_l("Operator")),
    Column(_l("Order"), "number"),
    Column(_l("Made")),
    Column(_l("Consumed")),
)
TOLD = 3
"""Transactions that a line names; the posting has them all."""


@bp.get("")
def index() -> Response:
    """One line for each posting of production."""
    page = newest_events(request_session(), after=argument("after"))
    rows = [
        (
            Cell(event.event_id, register_link(event.event_id)),
            Cell(event.code),
            Cell(event.time),
            Cell(event.operator_name or event.operator_no),
            _order((*event.products, *event.consumption)),
            Cell(_told(event.products)),
            Cell(_told(event.consumption)),
        )
        for event in page.rows
    ]
    return list_page(
        _("Activity events"),
        table(COLUMNS, rows, page),
        empty=(_("No event among these postings"), _("Every report and every picking list of a production order is one event.")),
        note=_("Programs read the same events from /api/v1/activity-events; the event is the number of its posting."),
    )


def _order(transactions: Sequence[Transaction]) -> Cell:
    """A posting of production is of one order."""
    order_no = transactions[0].order_no
    return Cell(order_no, order_link(OrderType.PRODUCTION.value, order_no))


def _told(transactions: Sequence[Transaction]) -> str:
    told = ", ".join(_one(one) for one in transactions[:TOLD])
    more = len(transactions) - TOLD
    return told + (" " + _("and %(count)s more", count=more) if more > 0 else "")


def _one(one: Transaction) -> str:
    """Quantity and number, or item; what was made and scrapped at once says so."""
    scrap = " " + _("error %(quantity)s", quantity=shown(one.error_quantity)) if one.error_quantity != ZERO else ""
    return f"{shown(one.quantity)} {one.unit_code} {one.serial_no or one.lot_no or one.description}{scrap}"
