"""Item application entries: list and card (DM-10 to DM-12)."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.items.paging import Page
from shopfloor.ledger.application_queries import ApplicationKind, ApplicationLine, AppliedEntry, application_line, list_applications
from shopfloor.ledger.entry_queries import entry_card
from shopfloor.web.cards import Section, card_page, fact
from shopfloor.web.extensions import request_session
from shopfloor.web.inputs import argument, whole_argument
from shopfloor.web.inventory.entry_table import entries_table
from shopfloor.web.links import application_link, document_link, entry_link, find_entries_link, item_link
from shopfloor.web.lists import found, list_page, text_filter
from shopfloor.web.tables import Cell, Column, Table, table

bp = Blueprint("item_applications", __name__, url_prefix="/item-applications")
COLUMNS = (
    Column(_l("Application"), "number"),
    Column(_l("Date"), "day"),
    Column(_l("What happened")),
    Column(_l("Item"), "number"),
    Column(_l("Number"), "number"),
    Column(_l("Inbound entry"), "number"),
    Column(_l("Came with"), "number"),
    Column(_l("Outbound entry"), "number"),
    Column(_l("Went with"), "number"),
    Column(_l("Transferred from"), "number"),
    Column(_l("Quantity"), "quantity"),
)
WORDS = {
    ApplicationKind.INCREASE: _l("Came in"),
    ApplicationKind.DECREASE: _l("Taken out"),
    ApplicationKind.TRANSFER: _l("Moved"),
    ApplicationKind.RETURN: _l("Given back"),
}
EXPLAINED = {
    ApplicationKind.INCREASE: _l("Goods came in: what the entry brought is there to be taken from it."),
    ApplicationKind.DECREASE: _l("The outbound entry was taken from the inbound one."),
    ApplicationKind.TRANSFER: _l("The inbound entry received what the outbound one sent from another place or under another number."),
    ApplicationKind.RETURN: _l("The inbound entry gives back what the outbound one took. It opens no stock of the older entry."),
}
LARGEST_NO = 10**15


@bp.get("")
def index() -> Response:
    """Applications, newest first; of one entry if it is named."""
    entry_no = whole_argument("entry_no", 0, largest=LARGEST_NO)
    page = list_applications(request_session(), entry_no=entry_no, after=argument("after"))
    return list_page(
        _("Item application entries"),
        applications_table(page.rows, page=page),
        empty=(_("No application fits"), _("Every posting says from which goods it took, and to which it gave.")),
        filters=(text_filter("entry_no", _("Entry, either end"), argument("entry_no")),),
    )


@bp.get("/<int:application_no>")
def card(application_no: int) -> Response:
    """One application: both ends."""
    session = request_session()
    known = application_line(session, application_no) if application_no < LARGEST_NO else None
    line = found("item application entry", str(application_no), known)
    label = line.tracking.label()
    facts = [
        fact(_("Item"), line.item_no, item_link(line.item_no), kind="number"),
        fact(_("Number"), label, find_entries_link(line.item_no, **vars(line.tracking)), kind="number"),
        fact(_("Quantity"), line.quantity, kind="quantity", unit=line.unit_code),
        fact(_("Posting date"), line.posting_date, kind="day"),
        fact(_("Posted for entry"), line.item_entry_no, entry_link(line.item_entry_no), kind="number"),
        fact(_("Transferred from"), line.transferred_from_entry_no, entry_link(line.transferred_from_entry_no), kind="number"),
    ]
    ends = [entry_card(session, end.entry_no) for end in (line.inbound, line.outbound) if end is not None]
    entries = entries_table([known.entry for known in ends if known is not None])
    return card_page(
        _("Application %(number)s", number=application_no), crumbs=(_("Item application entries"), "/item-applications"), facts=facts,
        sections=(Section("entries", _("Entries"), entries, note=_("inbound, then outbound")),),
        quiet=f"{WORDS[line.kind]} · {line.description}", note=str(EXPLAINED[line.kind]),
    )


def applications_table(rows: Sequence[ApplicationLine], *, entry_no: int = 0, page: Page[ApplicationLine] | None = None) -> Table:
    """Applications as a table. Of `entry_no` the own end is not a link, so that the eye finds the counterpart."""
    return table(COLUMNS, [_cells(row, entry_no) for row in rows], page)


def _cells(row: ApplicationLine, own: int) -> tuple[Cell, ...]:
    return (
        Cell(row.entry_no, application_link(row.entry_no)),
        Cell(row.posting_date),
        Cell(str(WORDS[row.kind])),
        Cell(row.item_no, item_link(row.item_no)),
        Cell(row.tracking.label(), find_entries_link(row.item_no, **vars(row.tracking))),
        *_end_cells(row.inbound, own),
        *_end_cells(row.outbound, own),
        Cell(row.transferred_from_entry_no or "", entry_link(row.transferred_from_entry_no)),
        Cell(row.quantity, unit=row.unit_code),
    )


def _end_cells(end: AppliedEntry | None, own: int) -> tuple[Cell, Cell]:
    if end is None:
        return Cell(""), Cell("")
    return Cell(end.entry_no, entry_link(end.entry_no) if end.entry_no != own else ""), Cell(end.document_no, _document(end))


def _document(end: AppliedEntry) -> str:
    return document_link(end.document_type, end.document_no)
