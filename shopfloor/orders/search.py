"""The search by number: orders, what was posted for them, journals, vendors and customers (UI-1). Read only."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from sqlalchemy import ColumnElement, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from shopfloor.db import plant, table
from shopfloor.ledger.entry_types import DocumentType
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.orders.document_queries import SERIES
from shopfloor.orders.kinds import MOVEMENTS, SHAPES
from shopfloor.orders.models import Customer, OrderDocument, Vendor
from shopfloor.people.queries import Found

_entry = table(ItemLedgerEntry)
LONGEST_NUMBER, LONGEST_NAME = 20, 100


def find(session: Session, text: str, *, limit: int = 5) -> list[Found]:
    """UI-1: what has this number, whatever its case. One statement for each kind of order and party, two for posted documents."""
    if not text.isprintable() or not 1 <= len(text) <= LONGEST_NUMBER:
        return []
    return [*_orders(session, text, limit), *_posted(session, text), *_journals(session, text), *_parties(session, text, limit)][:limit]


def find_part(session: Session, text: str, *, limit: int = 5) -> list[Found]:
    """UI-1: orders with this in their number, vendors and customers with this in their name. One statement for each kind."""
    if not text.isprintable() or not 1 <= len(text) <= LONGEST_NAME:
        return []
    return [*_orders(session, text, limit, part=True), *_parties(session, text, limit, part=True)]


def _orders(session: Session, text: str, limit: int, *, part: bool = False) -> list[Found]:
    found = []
    for shape in SHAPES.values():
        header = table(shape.header)
        of_kind = [header.c.document_type == OrderDocument(shape.document).value] if shape.document else []
        statement = select(header.c.no, header.c.status).where(plant(session, header), _fits(header.c.no, text, part=part), *of_kind)
        found += [
            Found(shape.record.capitalize(), number, words, f"/{shape.kind.address}/{quote(number, safe='')}")
            for number, words in session.connection().execute(statement.limit(limit))
        ]
    return found


def _posted(session: Session, text: str) -> list[Found]:
    """Receipts and shipments of every kind, each by its key."""
    parts = []
    for kind, (_, movement) in MOVEMENTS.items():
        document = table(movement.document)
        columns = (literal(kind.value).label("kind"), document.c.no, document.c.order_no)
        parts.append(select(*columns).where(plant(session, document), document.c.no.in_(_ways(text))))
    return [_document(DocumentType(row.kind), row.no, row.order_no) for row in session.connection().execute(union_all(*parts))]


def _journals(session: Session, text: str) -> list[Found]:
    """Documents that only the ledger knows. Its first entry is enough: a production order has many with its number."""
    columns = (_entry.c.document_type, _entry.c.document_no, _entry.c.posting_date)
    row = session.connection().execute(
        select(*columns).where(plant(session, _entry), _entry.c.document_no.in_(_ways(text))).limit(1)
    ).first()
    if row is None or row.document_type not in SERIES:
        return []
    return [_document(DocumentType(row.document_type), row.document_no, row.posting_date.isoformat())]


def _parties(session: Session, text: str, limit: int, *, part: bool = False) -> list[Found]:
    found = []
    parties: tuple[tuple[str, Any, str], ...] = (("Vendor", Vendor, "/vendors/"), ("Customer", Customer, "/customers/"))
    for kind, model, place in parties:
        named = select(model.no, model.name).where(_fits(model.name if part else model.no, text, part=part)).order_by(model.no).limit(limit)
        found += [Found(kind, number, words, place + quote(number, safe="")) for number, words in session.execute(named)]
    return found


def _fits(column: ColumnElement[str] | InstrumentedAttribute[str], text: str, *, part: bool) -> ColumnElement[bool]:
    lowered: ColumnElement[str] = func.lower(column)
    return lowered.contains(text.lower(), autoescape=True) if part else lowered == text.lower()


def _ways(text: str) -> list[str]:
    """As it was typed, and as numbers usually are; both find an index."""
    return sorted({text, text.upper()})


def _document(kind: DocumentType, no: str, label: str) -> Found:
    return Found(kind.value, no, label, f"/documents/{kind.address}/{quote(no, safe='')}")
