"""Posted documents: what came, went or was adjusted with one document number (DM-01, DM-05, DM-06, AP-15, TL-15). Read only.

The quantities of a document are its ledger entries. What an order moved has a header table of its own (`MOVEMENTS`); item journals are
listed from the ledger by their number series. The document of a production journal is its order, which has a page of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, String, Subquery, and_, false, func, literal, or_, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.items import number_series
from shopfloor.items.models import Item, NumberSeries
from shopfloor.items.paging import PAGE_SIZE, Page, page_limit, page_of
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.entry_types import DocumentType, EntryType
from shopfloor.ledger.models import ItemLedgerEntry, ItemRegister, OpenItemEntry
from shopfloor.orders.kinds import MOVEMENTS, RETURN_OF, TRANSFER_RECEIPT, TRANSFER_SHIPMENT
from shopfloor.orders.models import Customer, Vendor
from shopfloor.quantity import ZERO

_entry = table(ItemLedgerEntry)
_open = table(OpenItemEntry)
_register = table(ItemRegister)
_series = table(NumberSeries)
_item = table(Item)
SERIES: dict[DocumentType, str] = {DocumentType.ITEM_JOURNAL: number_series.JOURNAL}
"""Kinds without a header table -> the number series of their documents."""
KINDS: tuple[DocumentType, ...] = (*MOVEMENTS, *SERIES)
"""Kinds that have a list and cards."""
PLACES = {kind.address: kind for kind in KINDS}
"""The kind in an address -> kind."""
PARTIES: dict[str, Any] = {"vendor_no": Vendor, "customer_no": Customer}
MOST_POSTINGS = 50
"""Postings that a card names; only a document that was undone piece by piece has more than two."""
MOST_NUMBERS = 500
"""Entries that a card shows; a longer document leads to its entries."""


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
    remaining: Decimal
    """Of what came in: still here."""
    undone: bool
    """Whether another entry took it back."""
    corrects_entry_no: int
    """The entry that this one takes back; 0: it stands for itself."""
    standing: bool
    """Whether it can still be taken back; of a transfer what arrived (DM-12)."""


@dataclass(frozen=True)
class DocumentLine:
    """One line of a document: the entries of one order line, item and place together."""

    line_no: int
    item_no: str
    variant_code: str
    location_code: str
    description: str
    unit_code: str
    quantity: Decimal
    """As posted. Signed, base units."""
    undone: Decimal
    """What of it was taken back, with the same sign."""
    scrap_quantity: Decimal
    entries: int
    numbers: tuple[DocumentNumber, ...]
    """Of the first `MOST_NUMBERS` entries of the document."""


@dataclass(frozen=True)
class DocumentPosting:
    """One posting with the document's number."""

    register_no: int
    source: str
    """What was done, such as `Undo receipt`."""
    posting_date: date
    reason: str


@dataclass(frozen=True)
class DocumentCard:
    """Everything that was posted with one document number."""

    document: DocumentRow
    reason: str
    lines: tuple[DocumentLine, ...]
    entries: int
    """How many ledger entries it has."""
    postings: tuple[DocumentPosting, ...]
    """The newest `MOST_POSTINGS`, newest first; none when there is only that of the document itself."""
    undoable: bool
    """Whether something of it may be undone (AP-15)."""
    returnable: bool
    """Whether a return order can be made of it (TL-15)."""

    @property
    def undone(self) -> bool:
        """Whether something of it was taken back."""
        return any(line.undone for line in self.lines)

    @property
    def gone(self) -> bool:
        """Whether all of it was taken back."""
        return self.undone and all(line.undone == line.quantity for line in self.lines)


def newest_kind(session: Session) -> DocumentType:
    """The kind of the document that was posted last; of a plant that posted none, the first. One statement."""
    kinds = [kind.value for kind in KINDS]
    statement = (
        select(_entry.c.document_type).where(plant(session, _entry), _entry.c.document_type.in_(kinds)).order_by(_entry.c.entry_no.desc())
    )
    found = session.connection().execute(statement.limit(1)).scalar_one_or_none()
    return DocumentType(found) if found else KINDS[0]


def list_documents(session: Session, kind: DocumentType, *, after: str = "", limit: int = PAGE_SIZE) -> Page[DocumentRow]:
    """Documents of one kind by number, highest first. Two statements at most."""
    if not after.isprintable() or kind not in KINDS:
        return Page(())
    limit = page_limit(limit)
    if kind in SERIES:
        return _from_ledger(session, kind, after, limit)
    no = table(MOVEMENTS[kind][1].document).c.no
    statement = _headers(session, kind).order_by(no.desc()).limit(limit + 1)
    if after:
        statement = statement.where(no < after)
    rows = [DocumentRow(document_type=kind.value, **row) for row in session.connection().execute(statement).mappings()]
    return page_of(rows, limit, lambda row: row.no)


def document_card(session: Session, kind: DocumentType, no: str) -> DocumentCard | None:
    """One posted document, or None. Three statements, and one more when something of it was undone."""
    if not no or not no.isprintable() or kind not in KINDS:
        return None
    head = _head(session, kind, no)
    if head is None:
        return None
    document, reason = head
    numbers: dict[tuple[Any, ...], list[DocumentNumber]] = defaultdict(list)
    for row in session.connection().execute(_numbered(session, kind, no)):
        numbers[_key(row)].append(_number(row))
    groups = session.connection().execute(_groups(session, kind, no)).all()
    lines = tuple(_line(row, numbers[_key(row)]) for row in groups)
    standing = any(row.standing for row in groups)
    return DocumentCard(
        document=document,
        reason=reason,
        lines=lines,
        entries=sum(line.entries for line in lines),
        postings=_postings(session, kind, no) if any(line.undone for line in lines) else (),
        undoable=standing and kind in MOVEMENTS and not _has_arrived(kind, lines),
        returnable=standing and kind in RETURN_OF,
    )


def _has_arrived(kind: DocumentType, lines: Sequence[DocumentLine]) -> bool:
    """AP-15: a transfer receipt is not undone, nor a transfer shipment of which nothing is on its way any more."""
    if kind is not TRANSFER_SHIPMENT.document_type:
        return kind is TRANSFER_RECEIPT.document_type
    return not any(number.remaining > ZERO for line in lines for number in line.numbers)


# --- headers --------------------------------------------------------------------------------------------------------------


def _headers(session: Session, kind: DocumentType) -> Select[Any]:
    shape, movement = MOVEMENTS[kind]
    document = table(movement.document)
    c = document.c
    external = c.vendor_shipment_no if "vendor_shipment_no" in c else literal("", String)
    columns = (c.no, c.posting_date, c.register_no, c.order_no, external.label("external_no"))
    if not shape.party:
        return select(*columns).where(plant(session, document))
    party = table(PARTIES[shape.party])
    named = select(*columns, party.c.no.label("party_no"), party.c.name.label("party_name"))
    return named.join_from(document, party, party.c.no == c[shape.party]).where(plant(session, document))


def _head(session: Session, kind: DocumentType, no: str) -> tuple[DocumentRow, str] | None:
    """The header, and the reason of its posting. Of a kind without a header table from its first entry."""
    if kind in MOVEMENTS:
        document = _headers(session, kind).where(table(MOVEMENTS[kind][1].document).c.no == no).subquery("document")
    else:
        columns = (_entry.c.document_no.label("no"), _entry.c.posting_date, _entry.c.register_no)
        first = select(*columns, _entry.c.external_document_no.label("external_no")).where(*_of_document(session, kind, no))
        document = first.order_by(_entry.c.entry_no + 0).limit(1).subquery("document")
    same = and_(plant(session, _register), _register.c.register_no == document.c.register_no)
    row = session.connection().execute(select(document, _register.c.reason).join_from(document, _register, same)).mappings().one_or_none()
    if row is None:
        return None
    values = dict(row)
    reason = values.pop("reason")
    return DocumentRow(document_type=kind.value, **values), reason


def _postings(session: Session, kind: DocumentType, no: str) -> tuple[DocumentPosting, ...]:
    posted = select(_entry.c.register_no, func.min(_entry.c.posting_date).label("posting_date")).where(*_of_document(session, kind, no))
    newest = posted.group_by(_entry.c.register_no).order_by(_entry.c.register_no.desc()).limit(MOST_POSTINGS).subquery("newest")
    same = and_(plant(session, _register), _register.c.register_no == newest.c.register_no)
    columns = (newest.c.register_no, _register.c.source, newest.c.posting_date, _register.c.reason)
    statement = select(*columns).join_from(newest, _register, same).order_by(newest.c.register_no.desc())
    return tuple(DocumentPosting(*row) for row in session.connection().execute(statement))


def _of_document(session: Session, kind: DocumentType, no: str) -> list[ColumnElement[bool]]:
    return [plant(session, _entry), _entry.c.document_no == no, _entry.c.document_type == kind.value]


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


# --- lines and entries ----------------------------------------------------------------------------------------------------

LINE = tuple(_entry.c[name] for name in ("document_line_no", "item_no", "variant_code", "location_code"))


def _corrected(session: Session, kind: DocumentType, no: str) -> Subquery:
    """Entries of the document that were taken back: corrections carry its number."""
    corrections = select(_entry.c.corrects_entry_no).where(*_of_document(session, kind, no), _entry.c.corrects_entry_no != 0)
    return corrections.distinct().subquery("corrected")


def _stands(corrected: Subquery) -> ColumnElement[bool]:
    """The same as `PostedEntries.standing`, for the database."""
    c = _entry.c
    arrived = or_(c.entry_type != EntryType.TRANSFER.value, c.quantity > ZERO)
    return and_(c.corrects_entry_no == 0, corrected.c.corrects_entry_no.is_(None), arrived)


def _groups(session: Session, kind: DocumentType, no: str) -> Select[Any]:
    corrected = _corrected(session, kind, no)
    quantity, original = func.sum(_entry.c.quantity), _entry.c.corrects_entry_no == 0
    sums = (
        quantity.filter(original).label("quantity"), quantity.filter(~original).label("corrections"),
        func.sum(_entry.c.scrap_quantity).label("scrap_quantity"), func.count().filter(_stands(corrected)).label("standing"),
    )
    return (
        select(*LINE, _item.c.description, _item.c.base_unit_code, *sums, func.count().label("entries"))
        .join_from(_entry, _item, _item.c.no == _entry.c.item_no)
        .outerjoin(corrected, corrected.c.corrects_entry_no == _entry.c.entry_no)
        .where(*_of_document(session, kind, no))
        .group_by(*LINE, _item.c.description, _item.c.base_unit_code)
        .order_by(*LINE)
    )


def _numbered(session: Session, kind: DocumentType, no: str) -> Select[Any]:
    names = ("entry_no", "serial_no", "lot_no", "package_no", "quantity", "corrects_entry_no")
    corrected = _corrected(session, kind, no)
    taken_back = func.coalesce(corrected.c.corrects_entry_no > 0, false()).label("undone")
    statement = (
        select(*LINE, *(_entry.c[name] for name in names), _open.c.remaining, taken_back, _stands(corrected).label("standing"))
        .outerjoin_from(_entry, _open, and_(_open.c.plant_no == _entry.c.plant_no, _open.c.entry_no == _entry.c.entry_no))
        .outerjoin(corrected, corrected.c.corrects_entry_no == _entry.c.entry_no)
        .where(*_of_document(session, kind, no))
    )
    return statement.order_by(_entry.c.entry_no + 0).limit(MOST_NUMBERS)


def _line(r: Row[Any], numbers: list[DocumentNumber]) -> DocumentLine:
    return DocumentLine(
        line_no=r.document_line_no, item_no=r.item_no, variant_code=r.variant_code, location_code=r.location_code,
        description=r.description, unit_code=r.base_unit_code, quantity=r.quantity or ZERO, undone=-(r.corrections or ZERO),
        scrap_quantity=r.scrap_quantity, entries=r.entries, numbers=tuple(numbers),
    )


def _number(r: Row[Any]) -> DocumentNumber:
    return DocumentNumber(
        entry_no=r.entry_no, tracking=Tracking(r.serial_no, r.lot_no, r.package_no), quantity=r.quantity, remaining=r.remaining or ZERO,
        undone=bool(r.undone), corrects_entry_no=r.corrects_entry_no, standing=bool(r.standing),
    )


def _key(row: Row[Any]) -> tuple[Any, ...]:
    return tuple(getattr(row, column.name) for column in LINE)
