"""Posted documents as pages show them, and the search by number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.items.models import Item
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.models import ItemRegister
from shopfloor.orders.kinds import RETURN_OF, SHAPES, TRANSFER_RECEIPT, OrderKind
from shopfloor.orders.models import Customer, OrderDocument, Vendor
from shopfloor.orders.posted import MOVEMENTS, entries_of
from shopfloor.people.queries import Found


@dataclass(frozen=True)
class PostedEntryRow:
    """One entry of a posted document."""

    entry_no: int
    line_no: int
    item_no: str
    description: str
    tracking: Tracking
    location_code: str
    quantity: Decimal
    """Signed, base units."""
    unit_code: str
    remaining: Decimal
    """Of what came in: still here."""
    undone: bool
    corrects_entry_no: int
    """The entry that this one takes back; 0: it stands for itself."""


@dataclass(frozen=True)
class PostedCard:
    """A posted document."""

    record: str
    no: str
    kind: OrderKind
    """Of its order."""
    order_no: str
    party_no: str
    """Vendor or customer; blank for a transfer."""
    posting_date: date
    register_no: int
    reason: str
    entries: tuple[PostedEntryRow, ...]
    standing: tuple[int, ...]
    """Numbers of entries that were not undone; of a transfer what arrived."""
    undoable: bool
    """Whether they may be undone."""
    returnable: bool
    """Whether a return order can be made of it."""

def posted_card(session: Session, record: str, no: str) -> PostedCard | None:
    """One posted document, or None. Three statements."""
    if record not in MOVEMENTS or not no.isprintable():
        return None
    shape, movement = MOVEMENTS[record]
    document, register = table(movement.document), table(ItemRegister)
    same = (register.c.plant_no == document.c.plant_no) & (register.c.register_no == document.c.register_no)
    statement = select(document, register.c.reason).join_from(document, register, same)
    head = session.connection().execute(statement.where(plant(session, document), document.c.no == no)).one_or_none()
    if head is None:
        return None
    posted = entries_of(session, movement, no)
    items = _items(session, {entry.item_no for entry in posted.entries})
    standing = tuple(entry.entry_no for entry in posted.standing)
    return PostedCard(
        record=record,
        no=no,
        kind=shape.kind,
        order_no=head.order_no,
        party_no=getattr(head, shape.party) if shape.party else "",
        posting_date=head.posting_date,
        register_no=head.register_no,
        reason=head.reason,
        entries=tuple(
            PostedEntryRow(
                e.entry_no, e.document_line_no, e.item_no, items[e.item_no][0], e.tracking, e.location_code, e.quantity,
                items[e.item_no][1], e.remaining, e.entry_no in posted.undone, e.corrects_entry_no,
            )
            for e in posted.entries
        ),
        standing=standing,
        undoable=bool(standing) and movement is not TRANSFER_RECEIPT,
        returnable=movement.document_type in RETURN_OF and bool(standing),
    )


def find(session: Session, text: str, *, limit: int = 5) -> list[Found]:
    """UI-1: orders, what was posted for them, vendors and customers, by number. One statement for each kind."""
    if not text.isprintable() or not text:
        return []
    found = []
    for shape in SHAPES.values():
        header = table(shape.header)
        of_kind = [header.c.document_type == OrderDocument(shape.document).value] if shape.document else []
        statement = select(header.c.no, header.c.status).where(plant(session, header), func.lower(header.c.no) == text.lower(), *of_kind)
        found += [
            Found(shape.record.capitalize(), number, words, f"/{shape.kind.address}/{quote(number, safe='')}")
            for number, words in session.connection().execute(statement.limit(limit))
        ]
    for record, (_, movement) in MOVEMENTS.items():
        document = table(movement.document)
        statement = select(document.c.no, document.c.order_no).where(plant(session, document), func.lower(document.c.no) == text.lower())
        found += [
            Found(record.capitalize(), number, words, f"/{movement.address}/{quote(number, safe='')}")
            for number, words in session.connection().execute(statement.limit(limit))
        ]
    parties: tuple[tuple[str, Any, str], ...] = (("Vendor", Vendor, "/vendors/"), ("Customer", Customer, "/customers/"))
    for kind, model, place in parties:
        named = select(model.no, model.name).where(func.lower(model.no) == text.lower()).limit(limit)
        found += [Found(kind, number, words, place + quote(number, safe="")) for number, words in session.execute(named)]
    return found[:limit]


def _items(session: Session, item_nos: set[str]) -> dict[str, tuple[str, str]]:
    """Description and base unit."""
    item = table(Item)
    statement = select(item.c.no, item.c.description, item.c.base_unit_code).where(item.c.no.in_(sorted(item_nos)))
    return {row.no: (row.description, row.base_unit_code) for row in session.connection().execute(statement)}
