"""Find entries: one line for each table that holds a number, with its count, and the records behind it (FN-01 to FN-08)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.clock import now
from shopfloor.errors import InvalidInput, Refusal
from shopfloor.items.identification import items_of_code
from shopfloor.items.tracking import Tracking
from shopfloor.quantity import ZERO
from shopfloor.tracing.criteria import Criteria
from shopfloor.tracing.find_entries import DOCUMENTS, INFORMATION_OF, Asked, Count, FoundTable, find_document, find_entries
from shopfloor.tracing.found_records import FoundRecord, list_records
from shopfloor.web.extensions import request_session
from shopfloor.web.filters import local_time
from shopfloor.web.forms import FormField
from shopfloor.web.guards import current_actor
from shopfloor.web.htmx import respond
from shopfloor.web.inputs import argument
from shopfloor.web.links import document_link, entries_link, item_link, order_link, reservations_link, source_link, trace_link
from shopfloor.web.lists import found, list_page
from shopfloor.web.refusals import on_refusal
from shopfloor.web.tables import Cell, Column, table
from shopfloor.web.texts import message_of
from shopfloor.web.tracing.questions import plain
from shopfloor.web.tracing.scanned import Meant, meanings

bp = Blueprint("find_entries", __name__, url_prefix="/find-entries")
REFERENCE, DOCUMENT = "item-reference", "document"
BY = ((REFERENCE, _l("Item reference")), (DOCUMENT, _l("Document")))
"""FN-08: the menu *Find by*."""
FIELDS = (
    ("serial_no", _l("Serial number")), ("lot_no", _l("Lot number")), ("package_no", _l("Package number")),
    ("item_no", _l("Item, GTIN or reference")), ("variant_code", _l("Variant")),
)
NAMES = {
    FoundTable.ENTRIES: _l("Item ledger entries"), FoundTable.RESERVATIONS: _l("Reservation entries"),
    FoundTable.SERIAL_INFORMATION: _l("Serial number information"), FoundTable.LOT_INFORMATION: _l("Lot number information"),
    FoundTable.PACKAGE_INFORMATION: _l("Package number information"), FoundTable.PRODUCTS: _l("Tracked products"),
    FoundTable.ASSOCIATIONS: _l("Component associations"), FoundTable.PURCHASE_RECEIPTS: _l("Purchase receipts"),
    FoundTable.RETURN_SHIPMENTS: _l("Return shipments"), FoundTable.SALES_SHIPMENTS: _l("Sales shipments"),
    FoundTable.RETURN_RECEIPTS: _l("Return receipts"), FoundTable.TRANSFER_SHIPMENTS: _l("Transfer shipments"),
    FoundTable.TRANSFER_RECEIPTS: _l("Transfer receipts"), FoundTable.PRODUCTION_ORDERS: _l("Production orders"),
    FoundTable.PRODUCTION_COMPONENTS: _l("Production order components"), FoundTable.PRODUCTION_LINES: _l("Production order lines"),
    FoundTable.SALES_LINES: _l("Sales lines"), FoundTable.PURCHASE_LINES: _l("Purchase lines"),
    FoundTable.TRANSFER_LINES: _l("Transfer lines"), FoundTable.JOURNAL_LINES: _l("Item journal lines"),
}
SLUG_OF = {kind: kind.name.lower().replace("_", "-") for kind in FoundTable}
SLUGS = {slug: kind for kind, slug in SLUG_OF.items()}
"""Last part of the address -> table."""
POSTED = frozenset({FoundTable.ENTRIES, FoundTable.PRODUCTION_ORDERS, *DOCUMENTS})
RECORDS = (
    Column(_l("No."), "number"),
    Column(_l("Line")),
    Column(_l("Item"), "number"),
    Column(_l("Description")),
    Column(_l("Number"), "number"),
    Column(_l("Quantity"), "quantity"),
    Column(_l("Status"), "status"),
    Column(_l("Vendor or customer"), "number"),
    Column(_l("Date"), "day"),
)


@bp.get("")
def index() -> Response:
    """What holds a number, or what was posted with a document. A scanned code becomes a question."""
    on_refusal(_refused)
    text = request.args.get("scan", "")
    if text:
        return _scanned(text)
    by = argument("by") or REFERENCE
    if by not in {REFERENCE, DOCUMENT}:
        raise InvalidInput(summary="by is item-reference or document", problems={"by": "choose item-reference or document"})
    if by == DOCUMENT:
        number = argument("document_no")
        fields: tuple[FormField, ...] = (FormField("document_no", _("Document or order number"), "number", number),)
        counts = find_document(request_session(), number)
        return _show(by, fields, counts, lambda count: _documents_of(count, number), asked=bool(number), subject=number)
    typed, asked = _typed(), _asked()
    fields = _fields(typed)
    counts = find_entries(request_session(), asked)
    subject = Tracking(asked.serial_no, asked.lot_no, asked.package_no)
    traces = (
        (_("Where it comes from"), trace_link(asked.item_no, asked.variant_code, subject), "trace"),
        (_("Where it went"), trace_link(asked.item_no, asked.variant_code, subject, forward=True), "trace"),
    )
    return _show(
        by, fields, counts, lambda count: address_of(count.table, asked), asked=bool(subject), subject=subject.label(),
        actions=traces if counts and subject else (), item_no=asked.item_no if asked.item_no != typed["item_no"] else "",
    )


def _scanned(text: str) -> Response:
    """One meaning is looked for at once, several are offered. Raises ScanRefused and NotFound."""
    found_meanings = meanings(request_session(), current_actor(), text, Criteria())
    offered = [(one, _place_of_meaning(one)) for one in found_meanings]
    if len(offered) == 1:
        return redirect(offered[0][1], 303)
    return _show(REFERENCE, _fields(dict.fromkeys(dict(FIELDS), "")), (), str, asked=False, subject="", offered=offered)


def _place_of_meaning(meant: Meant) -> str:
    texts = {name: plain(getattr(meant.criteria, name)) for name, _label in FIELDS}
    return "/find-entries?" + urlencode({name: value for name, value in texts.items() if value})


def _refused(refusal: Refusal) -> Response:
    """The page, and what is wrong with what was asked."""
    return _show(REFERENCE, _fields(dict.fromkeys(dict(FIELDS), "")), (), str, asked=False, subject="", refusal=refusal)


@bp.get("/<kind>")
def records(kind: str) -> Response:
    """The records of one table. Raises NotFound."""
    asked, of = _asked(), found("table", kind, SLUGS.get(kind))
    page = list_records(request_session(), asked, of, after=argument("after"))
    subject = Tracking(asked.serial_no, asked.lot_no, asked.package_no).label()
    back = "/find-entries?" + urlencode({name: value for name, value in vars(asked).items() if value})
    return list_page(
        f"{NAMES[of]}: {subject}" if subject else str(NAMES[of]),
        table(RECORDS, [_cells(row, of) for row in page.rows], page),
        empty=(_("Nothing is found"), _("Find entries asks for a serial, lot or package number.")),
        actions=((_("Find entries"), back, "search"),),
    )


def address_of(kind: FoundTable, asked: Asked) -> str:
    """The list behind a count."""
    given = {name: value for name, value in vars(asked).items() if value}
    if kind is FoundTable.ENTRIES:
        return entries_link(**given)
    if kind is FoundTable.RESERVATIONS:
        return reservations_link(**given)
    return f"/find-entries/{SLUG_OF[kind]}?{urlencode(given)}"


def _documents_of(count: Count, number: str) -> str:
    """One document has its page; several belong to an order, whose card lists them."""
    if count.table is FoundTable.PRODUCTION_ORDERS:
        return order_link("Production", number)
    if count.table in DOCUMENTS:
        return document_link(count.table.value, count.no) if count.no else order_link("Transfer", number)
    return entries_link(document_no=count.no) if count.no else entries_link(order_no=number)


def _fields(typed: Mapping[str, str]) -> tuple[FormField, ...]:
    return tuple(FormField(name, str(label), "number", typed[name]) for name, label in FIELDS)


def _typed() -> dict[str, str]:
    return {name: argument(name) for name, _label in FIELDS}


def _asked() -> Asked:
    """The question; another code of an item, such as its GTIN or a vendor's, becomes the item."""
    typed = _typed()
    items = items_of_code(request_session(), typed["item_no"]) if typed["item_no"] else []
    if items:
        typed |= {"item_no": items[0].item_no, "variant_code": typed["variant_code"] or items[0].variant_code}
    return Asked(**typed)


def _show(
    by: str, fields: Sequence[FormField], counts: Sequence[Count], place: Callable[[Count], str], *, asked: bool, subject: str,
    actions: Sequence[tuple[str, str, str]] = (), item_no: str = "", offered: Sequence[tuple[Meant, str]] = (),
    refusal: Refusal | None = None,
) -> Response:
    rows = [
        (Cell(str(NAMES[count.table]), place(count)), Cell(count.records, place(count)), Cell(_state(count.table)))
        for count in counts
    ]
    columns = (Column(_("Table")), Column(_("Records"), "quantity"), Column(_("Kind"), "status"))
    return respond(
        "pages/find_entries.html", by=by, choices=[(key, str(word)) for key, word in BY], fields=fields, table=table(columns, rows),
        asked=asked, subject=subject, actions=actions, item_no=item_no, read=local_time(now(), True), offered=offered,
        refusal=message_of(refusal) if refusal else None,
    )


def _state(kind: FoundTable) -> str:
    """Number information is neither posted nor open; registered units and parts may be either."""
    if kind in POSTED:
        return "Posted"
    if kind in {FoundTable.PRODUCTS, FoundTable.ASSOCIATIONS}:
        return "Registered"
    return "" if kind in INFORMATION_OF else "Open"


def _cells(row: FoundRecord, kind: FoundTable) -> tuple[Cell, ...]:
    line = f"{row.line_no} / {row.sub_line_no}" if row.sub_line_no else str(row.line_no or "")
    return (
        Cell(row.no, _place_of(row, kind)),
        Cell(line),
        Cell(row.item_no, item_link(row.item_no)),
        Cell(row.description),
        Cell(row.tracking.label(), trace_link(row.item_no, "", row.tracking)),
        Cell(row.quantity if row.quantity is not None else "", unit=row.unit_code if row.quantity is not None else ""),
        Cell(row.state),
        Cell(row.party_no),
        Cell(row.day),
    )


def _place_of(row: FoundRecord, kind: FoundTable) -> str:
    if kind in DOCUMENTS:
        return document_link(kind.value, row.no)
    if kind in INFORMATION_OF:
        return trace_link(row.item_no, "", row.tracking)
    if kind in {FoundTable.PRODUCTS, FoundTable.ASSOCIATIONS}:
        return f"{order_link('Production', row.no)}/associations?{urlencode({'text': row.tracking.label()})}"
    if kind is FoundTable.PRODUCTION_ORDERS:
        return order_link("Production", row.no)
    return source_link(kind.value, row.no, supply=row.quantity is not None and row.quantity > ZERO)
