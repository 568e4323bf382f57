"""Item registers: one posting each, with who, when, why, and its entries (PST-17)."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.ledger.entry_filter import EntryFilter
from shopfloor.ledger.entry_queries import list_entries
from shopfloor.ledger.register_queries import list_registers, register_line
from shopfloor.web.cards import Section, card_page, fact
from shopfloor.web.extensions import request_session
from shopfloor.web.inputs import argument
from shopfloor.web.inventory.entry_table import entries_table
from shopfloor.web.links import entries_link, register_link
from shopfloor.web.lists import found, list_page, text_filter
from shopfloor.web.tables import Cell, Column, table

bp = Blueprint("item_registers", __name__, url_prefix="/item-registers")
COLUMNS = (
    Column(_l("Posting"), "number"),
    Column(_l("What was done")),
    Column(_l("Posted by")),
    Column(_l("Station"), "number"),
    Column(_l("Reason")),
    Column(_l("Posted at"), "time"),
)
LARGEST_NO = 10**15


@bp.get("")
def index() -> Response:
    """Postings, newest first."""
    source, operator_no = argument("source"), argument("operator_no")
    page = list_registers(request_session(), source=source, operator_no=operator_no, after=argument("after"))
    rows = [
        (
            Cell(row.register_no, register_link(row.register_no)),
            Cell(_(row.source)),
            Cell(row.operator_name or row.operator_no),
            Cell(row.station_code),
            Cell(row.reason),
            Cell(row.created_at),
        )
        for row in page.rows
    ]
    return list_page(
        _("Item registers"),
        table(COLUMNS, rows, page),
        empty=(_("No posting fits"), _("Every receipt, shipment, report and journal is one posting.")),
        filters=(text_filter("source", _("What was done"), source), text_filter("operator_no", _("Operator number"), operator_no)),
    )


@bp.get("/<int:register_no>")
def card(register_no: int) -> Response:
    """One posting with its entries."""
    session = request_session()
    posting = found("item register", str(register_no), register_line(session, register_no) if 0 < register_no < LARGEST_NO else None)
    page = list_entries(session, EntryFilter(register_no=register_no))
    everything = entries_link(register_no=register_no)
    facts = [
        fact(_("What was done"), _(posting.source)),
        fact(_("Posted by"), posting.operator_name or posting.operator_no),
        fact(_("Operator number"), posting.operator_no, f"/item-registers?operator_no={posting.operator_no}", kind="number"),
        fact(_("Station"), posting.station_code, kind="number"),
        fact(_("Posted at"), posting.created_at, kind="time"),
        fact(_("Reason"), posting.reason),
    ]
    entries = Section(
        "entries", _("Entries"), entries_table(page.rows), note=_("newest first"), more=(_("All entries of this posting"), everything)
    )
    return card_page(
        _("Posting %(number)s", number=register_no), crumbs=(_("Item registers"), "/item-registers"), facts=facts, sections=(entries,)
    )
