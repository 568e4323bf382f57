"""Posted documents: what came, went or was adjusted with one document number (DM-01, DM-05, DM-06). Read only.

The quantities of a document are its ledger entries. Kinds that have a header table of their own stand in HEADERS; any other kind of
`DocumentType` is listed from the ledger by its number series, and every kind has a card.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, String, func, literal, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.items import number_series
from shopfloor.items.models import Item, NumberSeries
from shopfloor.items.paging import PAGE_SIZE, Page, page_limit, page_of
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.entry_types import DocumentType
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.orders.models import Customer, PurchaseReceipt, SalesShipment, Vendor
from shopfloor.orders.posted import MOVEMENTS
from shopfloor.people.queries import Found

_entry = table(ItemLedgerEntry)
_series = table(NumberSeries)
_item = table(Item)
HEADERS: dict[DocumentType, tuple[Any, Any, Any]] = {
    DocumentType.PURCHASE_RECEIPT: (PurchaseReceipt, Vendor, PurchaseReceipt.vendor_no),
    DocumentType.SALES_SHIPMENT: (SalesShipment, Customer, SalesShipment.customer_no),
}
"""Kind -> its header table, who it is from or to, and the column that says so. A header knows its order."""
SERIES: dict[DocumentType, str] = {DocumentType.ITEM_JOURNAL: number_series.JOURNAL}
"""Kinds without a header table -> the number series of their documents."""
KINDS: tuple[DocumentType, ...] = (*HEADERS, *SERIES)
"""Kinds that can be listed."""
MOST_POSTINGS = 50
LONGEST_NUMBER = 20
MOST_NUMBERS = 500
"""Entries whose numbers a card shows; a longer document leads to its entries."""


@dataclass(frozen=True)
class DocumentRow:
    """One posted document in a list."""

    no: str
    document_type: str
    posting_date: date
    register_no: int
    order_no: str = ""
    party_no: str = ""
    party_name: str = ""
    external_no: str = ""
    """The vendor's delivery note, or what the document names besides."""


@dataclass(frozen=True)
class DocumentNumber:
    """Goods of one entry of a document."""

    entry_no: int
    tracking: Tracking
    quantity: Decimal
    """Signed, base units."""


@dataclass(frozen=True)
class DocumentLine:
    """One line of a document: the entries of one order line, item and place together."""

    document_type: str
    line_no: int
    item_no: str
    variant_code: str
    location_code: str
    description: str
    unit_code: str
    quantity: Decimal
    """Signed, base units."""
    scrap_quantity: Decimal
    entries: int
    numbers: tuple[DocumentNumber, ...]
    """Of the first `MOST_NUMBERS` entries of the document."""


@dataclass(frozen=True)
class DocumentCard:
    """Everything that was posted with one document number."""

    headers: tuple[DocumentRow, ...]
    """One for each kind and posting; nearly always one."""
    lines: tuple[DocumentLine, ...]
    entries: int
    """How many ledger entries it has."""
    more_postings: bool
    """Whether there are older postings than those that are named; a production order may have many."""


def list_documents(session: Session, kind: DocumentType, *, after: str = "", limit: int = PAGE_SIZE) -> Page[DocumentRow]:
    """Documents of one kind by number, highest first. Two statements at most."""
    if not after.isprintable() or kind not in KINDS:
        return Page(())
    if kind in SERIES:
        return _from_ledger(session, kind, after, page_limit(limit))
    limit = page_limit(limit)
    model = HEADERS[kind][0]
    statement = _header(kind).order_by(model.no.desc()).limit(limit + 1)
    if after:
        statement = statement.where(model.no < after)
    rows = [DocumentRow(document_type=kind.value, **row) for row in session.execute(statement).mappings()]
    return page_of(rows, limit, lambda row: row.no)


def document_card(session: Session, no: str) -> DocumentCard | None:
    """What was posted with this document number, or None. Three statements, and one for each kind of header that it has."""
    if not no or not no.isprintable():
        return None
    groups = session.connection().execute(_groups(session, no)).all()
    if not groups:
        return None
    numbers: dict[tuple[Any, ...], list[DocumentNumber]] = defaultdict(list)
    for row in session.connection().execute(_numbered(session, no)):
        numbers[_key(row)].append(DocumentNumber(row.entry_no, Tracking(row.serial_no, row.lot_no, row.package_no), row.quantity))
    headers = _postings(session, no)
    known = _known_headers(session, no, {header.document_type for header in headers})
    lines = tuple(
        DocumentLine(
            document_type=r.document_type, line_no=r.document_line_no, item_no=r.item_no, variant_code=r.variant_code,
            location_code=r.location_code, description=r.description, unit_code=r.base_unit_code, quantity=r.quantity,
            scrap_quantity=r.scrap_quantity, entries=r.entries, numbers=tuple(numbers[_key(r)]),
        )
        for r in groups
    )
    return DocumentCard(
        headers=tuple(known.get((header.document_type, header.register_no), header) for header in headers[:MOST_POSTINGS]),
        lines=lines, entries=sum(line.entries for line in lines), more_postings=len(headers) > MOST_POSTINGS,
    )


FOUND_ELSEWHERE = {DocumentType.PRODUCTION_JOURNAL.value, *(movement.document_type.value for _, movement in MOVEMENTS.values())}
"""The document of a production journal is its order; documents of orders are found with their orders."""


def find(session: Session, text: str) -> list[Found]:
    """UI-1: a posted journal by its number, whatever its case. One statement."""
    if not text.isprintable() or not 1 <= len(text) <= LONGEST_NUMBER:
        return []
    columns = (_entry.c.document_type, _entry.c.document_no, _entry.c.posting_date)
    named = _entry.c.document_no.in_(sorted({text, text.upper()}))
    row = session.connection().execute(select(*columns).where(plant(session, _entry), named).limit(1)).first()
    if row is None or row.document_type in FOUND_ELSEWHERE:
        return []
    path = f"/documents/{quote(row.document_no, safe='')}"
    return [Found(row.document_type or "Document", row.document_no, row.posting_date.isoformat(), path)]


# --- headers --------------------------------------------------------------------------------------------------------------


def _header(kind: DocumentType) -> Select[Any]:
    model, party, party_no = HEADERS[kind]
    external = getattr(model, "vendor_shipment_no", literal("", String))
    columns = (model.no, model.posting_date, model.register_no, model.order_no, party_no.label("party_no"), party.name.label("party_name"))
    return select(*columns, external.label("external_no")).join(party, party.no == party_no)


def _known_headers(session: Session, no: str, types: set[str]) -> dict[tuple[str, int], DocumentRow]:
    found: dict[tuple[str, int], DocumentRow] = {}
    for kind in HEADERS:
        if kind.value in types:
            for row in session.execute(_header(kind).where(HEADERS[kind][0].no == no)).mappings():
                found[kind.value, row["register_no"]] = DocumentRow(document_type=kind.value, **row)
    return found


def _postings(session: Session, no: str) -> list[DocumentRow]:
    """Newest first."""
    columns = (_entry.c.document_no, _entry.c.document_type, _entry.c.posting_date, _entry.c.register_no)
    external = func.max(_entry.c.external_document_no)
    statement = select(*columns, external.label("external")).where(plant(session, _entry), _entry.c.document_no == no).group_by(*columns)
    rows = session.connection().execute(statement.order_by(_entry.c.register_no.desc(), _entry.c.document_type).limit(MOST_POSTINGS + 1))
    return [DocumentRow(r.document_no, r.document_type, r.posting_date, r.register_no, external_no=r.external) for r in rows]


# --- kinds without a header table -----------------------------------------------------------------------------------------


def _from_ledger(session: Session, kind: DocumentType, after: str, limit: int) -> Page[DocumentRow]:
    """Numbers downwards from the last one of the series: each is one look into the index, however many entries a document has."""
    series = session.connection().execute(select(_series).where(plant(session, _series), _series.c.code == SERIES[kind])).one_or_none()
    if series is None:
        return Page(())
    start = after or f"{series.prefix}{series.last_no:0{series.digits}d}"
    rows = session.connection().execute(_downwards(session, start, limit + 1, strictly=bool(after))).all()
    mine = [r for r in rows[:limit] if r.document_type == kind.value]
    found = tuple(DocumentRow(r.document_no, kind.value, r.posting_date, r.register_no, external_no=r.external_document_no) for r in mine)
    goes_on = len(rows) > limit and any(r.document_no.startswith(series.prefix) for r in rows[:limit])
    return Page(found, rows[limit - 1].document_no if goes_on else "")


def _downwards(session: Session, start: str, count: int, *, strictly: bool) -> Select[Any]:
    """Document numbers from `start` down, each with its first entry."""
    first = _below(session, literal(start, String), strictly=strictly).label("document_no")
    steps = select(first, literal(1).label("step")).cte("steps", recursive=True)
    further = select(_below(session, steps.c.document_no, strictly=True), steps.c.step + 1)
    steps = steps.union_all(further.where(steps.c.step < count, steps.c.document_no.is_not(None)))
    found = _entry.alias("found")
    entry_no = (
        select(func.min(found.c.entry_no + 0)).where(plant(session, found), found.c.document_no == steps.c.document_no)
        .correlate(steps).scalar_subquery()
    )
    columns = (_entry.c.document_no, _entry.c.document_type, _entry.c.posting_date, _entry.c.register_no, _entry.c.external_document_no)
    return select(*columns).join_from(steps, _entry, _entry.c.entry_no == entry_no).where(plant(session, _entry)).order_by(steps.c.step)


def _below(session: Session, number: ColumnElement[str], *, strictly: bool) -> ScalarSelect[str]:
    found = _entry.alias("below")
    fits = found.c.document_no < number if strictly else found.c.document_no <= number
    statement = select(found.c.document_no).where(plant(session, found), fits, found.c.document_no > "")
    return statement.order_by(found.c.document_no.desc()).limit(1).scalar_subquery()


# --- lines ----------------------------------------------------------------------------------------------------------------

LINE = tuple(_entry.c[name] for name in ("document_type", "document_line_no", "item_no", "variant_code", "location_code"))


def _groups(session: Session, no: str) -> Select[Any]:
    sums = (func.sum(_entry.c.quantity).label("quantity"), func.sum(_entry.c.scrap_quantity).label("scrap_quantity"))
    return (
        select(*LINE, _item.c.description, _item.c.base_unit_code, *sums, func.count().label("entries"))
        .join_from(_entry, _item, _item.c.no == _entry.c.item_no)
        .where(plant(session, _entry), _entry.c.document_no == no)
        .group_by(*LINE, _item.c.description, _item.c.base_unit_code)
        .order_by(*LINE)
    )


def _numbered(session: Session, no: str) -> Select[Any]:
    columns = (_entry.c.entry_no, _entry.c.serial_no, _entry.c.lot_no, _entry.c.package_no, _entry.c.quantity)
    statement = select(*LINE, *columns).where(plant(session, _entry), _entry.c.document_no == no)
    return statement.order_by(_entry.c.entry_no + 0).limit(MOST_NUMBERS)


def _key(row: Row[Any]) -> tuple[Any, ...]:
    return tuple(getattr(row, column.name) for column in LINE)
