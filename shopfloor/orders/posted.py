"""Entries of posted documents: what stands of them, what was undone, what went back. Reads, and locks what a return is decided on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.errors import NotFound
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.entry_types import DocumentType, EntryType
from shopfloor.ledger.models import ItemApplicationEntry, ItemLedgerEntry, OpenItemEntry
from shopfloor.orders.kinds import MOVEMENTS, Movement
from shopfloor.quantity import ZERO

_entry = table(ItemLedgerEntry)
_application = table(ItemApplicationEntry)
_open = table(OpenItemEntry)


@dataclass(frozen=True)
class DocumentEntry:
    """One item ledger entry of a posted document."""

    entry_no: int
    entry_type: str
    document_line_no: int
    item_no: str
    variant_code: str
    location_code: str
    tracking: Tracking
    quantity: Decimal
    """Signed, base units."""
    unit_code: str
    quantity_in_unit: Decimal
    expiration_date: date | None
    source_type: str
    source_no: str
    external_document_no: str
    order_type: str
    order_no: str
    order_line_no: int
    corrects_entry_no: int
    remaining: Decimal
    """Of what came in: still here. Base units."""


@dataclass(frozen=True)
class PostedEntries:
    """The entries of one posted document, oldest first."""

    entries: tuple[DocumentEntry, ...]

    @property
    def undone(self) -> frozenset[int]:
        """Numbers of entries that were taken back."""
        return frozenset(entry.corrects_entry_no for entry in self.entries if entry.corrects_entry_no)

    @property
    def originals(self) -> tuple[DocumentEntry, ...]:
        """What the document posted at first. Of a transfer what arrived: it is the half that can be taken back (DM-12)."""
        return tuple(
            entry
            for entry in self.entries
            if not entry.corrects_entry_no and (entry.entry_type != EntryType.TRANSFER or entry.quantity > ZERO)
        )

    @property
    def standing(self) -> tuple[DocumentEntry, ...]:
        """Originals that nobody took back."""
        return tuple(entry for entry in self.originals if entry.entry_no not in self.undone)


def posted_document(session: Session, movement: Movement, no: str, *, lock: bool = False) -> Row[Any]:
    """The header of a posted document. `lock`: until the transaction ends, after its order (A23). Raises NotFound."""
    document = table(movement.document)
    statement = select(document).where(plant(session, document), document.c.no == no)
    row: Row[Any] | None = session.connection().execute(statement.with_for_update() if lock else statement).one_or_none()
    if row is None:
        raise NotFound(record=movement.record, number=no)
    return row


def entries_of(session: Session, movement: Movement, no: str) -> PostedEntries:
    """All entries with the number of a posted document, its corrections among them. One statement."""
    same_open = (_open.c.plant_no == _entry.c.plant_no) & (_open.c.entry_no == _entry.c.entry_no)
    statement = (
        select(_entry, _open.c.remaining)
        .outerjoin_from(_entry, _open, same_open)
        .where(plant(session, _entry), _entry.c.document_no == no, _entry.c.document_type == movement.document_type.value)
        .order_by(_entry.c.entry_no)
    )
    return PostedEntries(tuple(_document_entry(row) for row in session.connection().execute(statement)))


def lock_sources(session: Session, entry_nos: Collection[int]) -> None:
    """AP-08: two returns of one shipped entry come one after the other, and so do a return and an undo.

    The shipped entry itself is never changed, so its document is locked, in the order of numbers (A23).
    """
    wanted = sorted(set(entry_nos) - {0})
    if not wanted:
        return
    named = select(_entry.c.document_type, _entry.c.document_no).where(plant(session, _entry), _entry.c.entry_no.in_(wanted)).distinct()
    documents: dict[DocumentType, set[str]] = {}
    for row in session.connection().execute(named):
        documents.setdefault(DocumentType(row.document_type), set()).add(row.document_no)
    for document_type in sorted(documents.keys() & MOVEMENTS.keys()):
        document = table(MOVEMENTS[document_type][1].document)
        these = select(document.c.no).where(plant(session, document), document.c.no.in_(sorted(documents[document_type])))
        session.connection().execute(these.order_by(document.c.no).with_for_update()).all()


def given_back(session: Session, entry_nos: Collection[int]) -> dict[int, Decimal]:
    """AP-08: how much of shipped entries came back, less what of it was undone. Two statements at most."""
    if not entry_nos:
        return {}
    a = _application.c
    came = select(a.outbound_item_entry_no, a.item_entry_no, a.quantity).where(
        plant(session, _application), a.outbound_item_entry_no.in_(sorted(entry_nos)), a.cost_application
    )
    rows = session.connection().execute(came).all()
    undone = _undone(session, {row.item_entry_no for row in rows})
    back: dict[int, Decimal] = {}
    for row in rows:
        if row.item_entry_no not in undone:
            back[row.outbound_item_entry_no] = back.get(row.outbound_item_entry_no, ZERO) + row.quantity
    return back


def takes_back(session: Session, entry_nos: Collection[int]) -> dict[int, int]:
    """The shipped entry that each returned entry gives back (applies-from). One statement."""
    a = _application.c
    statement = select(a.item_entry_no, a.outbound_item_entry_no).where(
        plant(session, _application), a.inbound_item_entry_no.in_(sorted(entry_nos)), a.cost_application
    )
    return {row.item_entry_no: row.outbound_item_entry_no for row in session.connection().execute(statement)}


def _undone(session: Session, entry_nos: Collection[int]) -> set[int]:
    """Entries that an undo took back. Found through the applications of the undo, which are indexed."""
    if not entry_nos:
        return set()
    a = _application.c
    statement = (
        select(_entry.c.corrects_entry_no)
        .join_from(_application, _entry, (_entry.c.plant_no == a.plant_no) & (_entry.c.entry_no == a.item_entry_no))
        .where(plant(session, _application, _entry), a.inbound_item_entry_no.in_(sorted(entry_nos)), a.quantity < ZERO)
        .where(_entry.c.corrects_entry_no == a.inbound_item_entry_no)
    )
    return set(session.connection().scalars(statement))


def _document_entry(row: Row[Any]) -> DocumentEntry:
    names = (name for name in DocumentEntry.__dataclass_fields__ if name not in {"tracking", "remaining"})
    return DocumentEntry(
        **{name: getattr(row, name) for name in names},
        tracking=Tracking(row.serial_no, row.lot_no, row.package_no),
        remaining=row.remaining if row.remaining is not None else ZERO,
    )
