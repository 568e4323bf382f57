"""Posted documents: lists by kind, the card of each, undo, and the return order that takes goods back (DM-05, DM-06, AP-15, TL-15)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from urllib.parse import urlencode

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.errors import Refusal
from shopfloor.ledger.entry_types import DocumentType
from shopfloor.orders.document_queries import (
    KINDS,
    PLACES,
    DocumentCard,
    DocumentLine,
    DocumentNumber,
    DocumentRow,
    document_card,
    list_documents,
    newest_kind,
)
from shopfloor.orders.inputs import ReturnPosted, UndoPosted
from shopfloor.orders.kinds import MOVEMENTS, RETURN_OF
from shopfloor.orders.returns import return_posted
from shopfloor.orders.undo import undo_posted
from shopfloor.people import rights
from shopfloor.people.fields import read_input
from shopfloor.web.cards import Fact, Section, card_page, fact
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.filters import quantity
from shopfloor.web.forms import Form, FormBuilder
from shopfloor.web.htmx import go
from shopfloor.web.inputs import argument, command_key, form_values, read_form
from shopfloor.web.links import (
    document_link,
    documents_link,
    entries_link,
    entry_link,
    find_entries_link,
    item_link,
    labels_link,
    order_of_document,
    party_of_document,
    register_link,
)
from shopfloor.web.lists import found, list_page, text_filter
from shopfloor.web.navigation import may
from shopfloor.web.refusals import on_refusal
from shopfloor.web.tables import Cell, Column, Table, table
from shopfloor.web.warehouse.desks import DESKS
from shopfloor.web.warehouse.orders import address_of as order_address

bp = Blueprint("posted_documents", __name__, url_prefix="/documents")
CARD = "/<any({}):place>/<no>".format(",".join(f'"{place}"' for place in PLACES))
WITH_EXTERNAL = (DocumentType.PURCHASE_RECEIPT, DocumentType.ITEM_JOURNAL)
"""Kinds that name somebody else's document."""
COLUMNS = {
    "no": Column(_l("No."), "number"),
    "day": Column(_l("Date"), "day"),
    "order": Column(_l("Order"), "number"),
    "party": Column(_l("Vendor or customer"), "number"),
    "name": Column(_l("Name")),
    "external": Column(_l("External document"), "number"),
    "posting": Column(_l("Posting"), "number"),
}
WORDS = (
    _l("Purchase Receipt"), _l("Sales Shipment"), _l("Return Shipment"), _l("Return Receipt"), _l("Transfer Shipment"),
    _l("Transfer Receipt"), _l("Item Journal"), _l("Production Journal"),
)
"""Captions that are looked up by value, for the translator."""


@bp.get("")
def index() -> Response:
    """Documents of one kind, the newest number first; until one is chosen, those of the kind that was posted last."""
    asked = argument("document_type")
    kind = next((one for one in KINDS if one.value == asked), None) or newest_kind(request_session())
    page = list_documents(request_session(), kind, after=argument("after"))
    names = _columns(kind)
    rows = [[cells[name] for name in names] for cells in map(_cells, page.rows)]
    return list_page(
        _("Posted documents"),
        table([COLUMNS[name] for name in names], rows, page),
        empty=(_("No document of this kind"), _("Receipts, shipments and journals show here when they are posted.")),
        filters=(text_filter("document_type", _("Kind"), kind.value, options=[(one.value, _(one.value)) for one in KINDS]),),
    )


@bp.get(CARD)
def card(place: str, no: str) -> Response:
    """One document with its lines, its entries, and where it belongs."""
    return _show(PLACES[place], no)


@bp.post(CARD + "/undo")
def undo(place: str, no: str) -> Response:
    """AP-15: take it back, or the chosen entries."""
    kind = PLACES[place]
    on_refusal(partial(_show, kind, no))
    answer = run_command(undo_posted, key=command_key(), document_type=kind, given=read_form(UndoPosted, document_no=no))
    return go(document_link(kind, no), answer)


@bp.post(CARD + "/return")
def make_return(place: str, no: str) -> Response:
    """TL-15: a new return order with what is left of the document, or of the chosen entries. Shares the form of the undo."""
    kind = PLACES[place]
    on_refusal(partial(_show, kind, no))
    given = read_input(ReturnPosted, {"document_no": no, "entry_nos": form_values().get("entry_nos", ())})
    answer = run_command(return_posted, key=command_key(), document_type=kind, given=given)
    return go(order_address(DESKS[RETURN_OF[kind].kind.address], answer.order_no), answer)


def _show(kind: DocumentType, no: str, refusal: Refusal | None = None) -> Response:
    """The card; after a refusal the chosen entries stay chosen. Raises NotFound."""
    document = found(kind.value, no, document_card(request_session(), kind, no))
    assert isinstance(document, DocumentCard)
    chosen = form_values().get("entry_nos", ()) if refusal else ()
    numbers = [(line, number) for line in document.lines for number in line.numbers]
    some = _("the first %(shown)s of %(all)s", shown=quantity(len(numbers)), all=quantity(document.entries))
    return card_page(
        no,
        template="pages/posted_document.html",
        crumbs=(_("Posted documents"), documents_link(kind)),
        facts=_facts(document),
        sections=(Section("lines", _("Lines"), _lines(document)), Section("postings", _("Postings"), _postings(document))),
        actions=(
            *(((_("Labels"), labels_link("Document", no=no, document_type=kind.value), "print"),) if _gives_birth(kind) else ()),
            (_("Ledger entries"), entries_link(document_no=no, document_type=kind.value), "right"),
            (_("Find entries"), f"/find-entries?{urlencode({'by': 'document', 'document_no': no})}", "search"),
        ),
        is_number=True,
        quiet=_(kind.value),
        status="Undone" if document.gone else "",
        refusal=refusal,
        entries=_entries(document, numbers),
        entries_note=some if len(numbers) < document.entries else "",
        choices=[number.entry_no if number.standing else 0 for _line, number in numbers],
        chosen={str(one) for one in chosen} if isinstance(chosen, (list, tuple)) else set(),
        document=document,
        address=document_link(kind, no),
        form=_form(kind, no, refusal) if may(rights.RECEIVE) and (document.undoable or document.returnable) else None,
    )


def _gives_birth(kind: DocumentType) -> bool:
    """Goods come in with it, so that labels may be wanted."""
    return kind in {DocumentType.PURCHASE_RECEIPT, DocumentType.RETURN_RECEIPT, DocumentType.TRANSFER_RECEIPT, DocumentType.ITEM_JOURNAL}


def _form(kind: DocumentType, no: str, refusal: Refusal | None) -> Form:
    """One form for both ways of taking back."""
    action = f"{document_link(kind, no)}/undo"
    return FormBuilder(UndoPosted, action=action, submit=_("Undo"), refusal=refusal, without=("document_no", "entry_nos")).form()


def _columns(kind: DocumentType) -> list[str]:
    """What a kind knows of itself: only what an order moved has an order, and not every order is with somebody."""
    of_order = kind in MOVEMENTS
    unused = set() if of_order and MOVEMENTS[kind][0].party else {"party", "name"}
    unused |= set() if of_order else {"order"}
    unused |= set() if kind in WITH_EXTERNAL else {"external"}
    return [name for name in COLUMNS if name not in unused]


def _cells(row: DocumentRow) -> dict[str, Cell]:
    return {
        "no": Cell(row.no, document_link(row.document_type, row.no)),
        "day": Cell(row.posting_date),
        "order": Cell(row.order_no, order_of_document(row.document_type, row.order_no)),
        "party": Cell(row.party_no, party_of_document(row.document_type, row.party_no)),
        "name": Cell(row.party_name),
        "external": Cell(row.external_no),
        "posting": Cell(row.register_no, register_link(row.register_no)),
    }


def _facts(card: DocumentCard) -> list[Fact]:
    head = card.document
    return [
        fact(_("Posting date"), head.posting_date, kind="day"),
        fact(_("Order"), head.order_no, order_of_document(head.document_type, head.order_no), kind="number"),
        fact(_("Vendor or customer"), head.party_no, party_of_document(head.document_type, head.party_no), kind="number"),
        fact(_("Name"), head.party_name),
        fact(_("External document"), head.external_no, kind="number"),
        fact(_("Posting"), head.register_no, register_link(head.register_no), kind="number"),
        fact(_("Reason"), card.reason),
    ]


def _lines(document: DocumentCard) -> Table:
    columns = (
        Column(_("Line"), "number"), Column(_("Item"), "number"), Column(_("Description")), Column(_("Location")),
        Column(_("Quantity"), "quantity"), *((Column(_("Undone"), "quantity"),) if document.undone else ()),
        Column(_("Entries"), "quantity"),
    )
    rows = [
        (
            Cell(str(line.line_no) if line.line_no else "–"),
            Cell(line.item_no, item_link(line.item_no)),
            Cell(line.description),
            Cell(line.location_code),
            Cell(line.quantity or line.scrap_quantity, unit=line.unit_code if line.quantity else _("scrapped")),
            *((Cell(line.undone, unit=line.unit_code),) if document.undone else ()),
            Cell(line.entries),
        )
        for line in document.lines
    ]
    return table(columns, rows)


def _entries(document: DocumentCard, numbers: Sequence[tuple[DocumentLine, DocumentNumber]]) -> Table:
    """The entries with their numbers. What no entry has gets no column."""
    packages = any(number.tracking.package_no for _line, number in numbers)
    remain = any(number.remaining for _line, number in numbers)
    columns = (
        Column(_("Entry"), "number"), Column(_("Line"), "number"), Column(_("Item"), "number"), Column(_("Lot number"), "number"),
        Column(_("Serial number"), "number"), *((Column(_("Package number"), "number"),) if packages else ()), Column(_("Location")),
        Column(_("Quantity"), "quantity"), *((Column(_("Remaining"), "quantity"),) if remain else ()),
        *((Column(_("Status"), "status"), Column(_("Undoes entry"), "number")) if document.undone else ()),
    )
    rows = []
    for line, number in numbers:
        goods, unit, tracking = (line.item_no, line.variant_code), line.unit_code, number.tracking
        package = Cell(tracking.package_no, find_entries_link(*goods, package_no=tracking.package_no))
        status = (Cell("Undone" if number.undone else "Posted"), Cell(number.corrects_entry_no, entry_link(number.corrects_entry_no)))
        rows.append((
            Cell(number.entry_no, entry_link(number.entry_no)),
            Cell(str(line.line_no) if line.line_no else "–"),
            Cell(line.item_no, item_link(line.item_no)),
            Cell(tracking.lot_no, find_entries_link(*goods, lot_no=tracking.lot_no)),
            Cell(tracking.serial_no, find_entries_link(*goods, serial_no=tracking.serial_no)),
            *((package,) if packages else ()),
            Cell(line.location_code),
            Cell(number.quantity, unit=unit),
            *((Cell(number.remaining, unit=unit),) if remain else ()),
            *(status if document.undone else ()),
        ))
    return table(columns, rows)


def _postings(document: DocumentCard) -> Table:
    """A document that was undone has several postings; otherwise the facts name its only one."""
    columns = (Column(_("Posting"), "number"), Column(_("What was done")), Column(_("Date"), "day"), Column(_("Reason")))
    rows = [
        (Cell(one.register_no, register_link(one.register_no)), Cell(_(one.source)), Cell(one.posting_date), Cell(one.reason))
        for one in document.postings
    ]
    return table(columns, rows)
