"""Posted documents: receipts, shipments, journals by number, and the card of any document (DM-01, DM-05, DM-06)."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.ledger.entry_types import DocumentType
from shopfloor.orders.document_queries import KINDS, DocumentCard, DocumentLine, DocumentNumber, DocumentRow, document_card, list_documents
from shopfloor.web.cards import Fact, Section, card_page, fact
from shopfloor.web.extensions import request_session
from shopfloor.web.filters import quantity
from shopfloor.web.inputs import argument
from shopfloor.web.links import (
    document_link,
    entries_link,
    entry_link,
    find_entries_link,
    item_link,
    order_of_document,
    party_of_document,
    register_link,
)
from shopfloor.web.lists import found, list_page, text_filter
from shopfloor.web.tables import Cell, Column, Table, table

bp = Blueprint("posted_documents", __name__, url_prefix="/documents")
COLUMNS = (
    Column(_l("No."), "number"),
    Column(_l("Date"), "day"),
    Column(_l("Order"), "number"),
    Column(_l("Vendor or customer"), "number"),
    Column(_l("Name")),
    Column(_l("External document"), "number"),
    Column(_l("Posting"), "number"),
)
LINES = (
    Column(_l("Line"), "number"),
    Column(_l("Item"), "number"),
    Column(_l("Description")),
    Column(_l("Location")),
    Column(_l("Quantity"), "quantity"),
    Column(_l("Numbers"), "quantity"),
)
GOODS = (
    Column(_l("Line"), "number"),
    Column(_l("Item"), "number"),
    Column(_l("Lot number"), "number"),
    Column(_l("Serial number"), "number"),
    Column(_l("Quantity"), "quantity"),
    Column(_l("Entry"), "number"),
)
PACKAGE = Column(_l("Package number"), "number")
WORDS = (
    _l("Purchase Receipt"), _l("Sales Shipment"), _l("Return Shipment"), _l("Return Receipt"), _l("Transfer Shipment"),
    _l("Transfer Receipt"), _l("Item Journal"), _l("Production Journal"),
)
"""Captions that are looked up by value, for the translator."""


@bp.get("")
def index() -> Response:
    """Documents of one kind, the newest number first."""
    asked = argument("document_type")
    kind = next((one for one in KINDS if one.value == asked), KINDS[0])
    page = list_documents(request_session(), kind, after=argument("after"))
    return list_page(
        _("Posted documents"),
        table(COLUMNS, [_cells(row) for row in page.rows], page),
        empty=(_("No document of this kind"), _("Receipts, shipments and journals show here when they are posted.")),
        filters=(text_filter("document_type", _("Kind"), kind.value, options=[(one.value, _(one.value)) for one in KINDS]),),
    )


@bp.get("/<document_no>")
def card(document_no: str) -> Response:
    """One document with its lines, their numbers, and where it belongs."""
    document = found("document", document_no, document_card(request_session(), document_no))
    head = document.headers[0]
    shown = sum(len(line.numbers) for line in document.lines)
    some = _("the first %(shown)s of %(all)s", shown=quantity(shown), all=quantity(document.entries)) if shown < document.entries else ""
    everything = (_("Entries"), entries_link(document_no=document_no))
    sections = (
        Section("lines", _("Lines"), table(LINES, [_line_cells(line) for line in document.lines])),
        Section("goods", _("Numbers"), _goods(document), note=some, more=everything if some else ("", "")),
        Section("postings", _("Postings"), _postings(document)),
    )
    return card_page(
        document_no, crumbs=(_("Posted documents"), f"/documents?document_type={quote(head.document_type)}"),
        facts=_facts(head), sections=sections,
        actions=((*everything, "right"), (_("Find entries"), f"/find-entries?by=document&document_no={quote(document_no)}", "search")),
        is_number=True, quiet=", ".join(dict.fromkeys(_(one.document_type or "Document") for one in document.headers)),
    )


def _cells(row: DocumentRow) -> tuple[Cell, ...]:
    return (
        Cell(row.no, document_link(row.no)),
        Cell(row.posting_date),
        Cell(row.order_no, order_of_document(row.document_type, row.order_no)),
        Cell(row.party_no, party_of_document(row.document_type, row.party_no)),
        Cell(row.party_name),
        Cell(row.external_no),
        Cell(row.register_no, register_link(row.register_no)),
    )


def _facts(head: DocumentRow) -> list[Fact]:
    order_no = head.no if head.document_type == DocumentType.PRODUCTION_JOURNAL else head.order_no
    return [
        fact(_("Posting date"), head.posting_date, kind="day"),
        fact(_("Order"), order_no, order_of_document(head.document_type, order_no), kind="number"),
        fact(_("Vendor or customer"), head.party_no, party_of_document(head.document_type, head.party_no), kind="number"),
        fact(_("Name"), head.party_name),
        fact(_("External document"), head.external_no, kind="number"),
        fact(_("Posting"), head.register_no, register_link(head.register_no), kind="number"),
    ]


def _line_cells(line: DocumentLine) -> tuple[Cell, ...]:
    return (
        Cell(str(line.line_no) if line.line_no else "–"),
        Cell(line.item_no, item_link(line.item_no)),
        Cell(line.description),
        Cell(line.location_code),
        Cell(line.quantity or line.scrap_quantity, unit=line.unit_code if line.quantity else _("scrapped")),
        Cell(line.entries),
    )


def _goods(document: DocumentCard) -> Table:
    """The numbers of the document; packages get a column when there are any."""
    rows = [(line, number) for line in document.lines for number in line.numbers if number.tracking]
    packages = any(number.tracking.package_no for _line, number in rows)
    return table((*GOODS, PACKAGE) if packages else GOODS, [_goods_cells(line, number, packages=packages) for line, number in rows])


def _goods_cells(line: DocumentLine, number: DocumentNumber, *, packages: bool) -> tuple[Cell, ...]:
    goods, numbers = (line.item_no, line.variant_code), number.tracking
    more = (Cell(numbers.package_no, find_entries_link(*goods, package_no=numbers.package_no)),) if packages else ()
    return (
        Cell(str(line.line_no) if line.line_no else "–"),
        Cell(line.item_no, item_link(line.item_no)),
        Cell(numbers.lot_no, find_entries_link(*goods, lot_no=numbers.lot_no)),
        Cell(numbers.serial_no, find_entries_link(*goods, serial_no=numbers.serial_no)),
        Cell(number.quantity, unit=line.unit_code),
        Cell(number.entry_no, entry_link(number.entry_no)),
        *more,
    )


def _postings(document: DocumentCard) -> Table:
    """A document of several postings, as a production order has, names them all; otherwise the facts say it."""
    if len(document.headers) == 1 and not document.more_postings:
        return table((), [])
    rows = [
        (Cell(row.register_no, register_link(row.register_no)), Cell(_(row.document_type or "Document")), Cell(row.posting_date))
        for row in document.headers
    ]
    return table((Column(_("Posting"), "number"), Column(_("Kind")), Column(_("Date"), "day")), rows)
