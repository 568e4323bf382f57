"""Whose numbers get labels: goods of a posted document, units of an order, what a purchase order shall bring, or one number.

Each in its own order (failure story 73).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.errors import NotFound
from shopfloor.genealogy.models import TrackedProduct
from shopfloor.items.models import Gtin, Item, NumberInformation
from shopfloor.labels.inputs import LabelSource
from shopfloor.labels.models import SourceKind
from shopfloor.labels.rules import Goods, LabelText, Pairs, dates_of, elements_of
from shopfloor.ledger.entry_types import EntryType
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.orders.models import PurchaseHeader
from shopfloor.production.models import ProductionOrder
from shopfloor.quantity import ZERO
from shopfloor.reservations.models import ReservationEntry, ReservationSource

_entry = table(ItemLedgerEntry)
_row = table(TrackedProduct)
_gtin = table(Gtin)
_item = table(Item)
_information = table(NumberInformation)
_order = table(ProductionOrder)
_purchase = table(PurchaseHeader)
_assigned = table(ReservationEntry)
AT_ONCE = 5000
"""Values in one IN list."""


@dataclass(frozen=True)
class LabelTexts:
    """Everything of one source."""

    title: str
    """As people name the source."""
    texts: tuple[LabelText, ...]
    """Some of the goods, from `first` on."""
    total: int
    """How many goods the source has."""


def label_texts(session: Session, source: LabelSource, *, first: int = 1, limit: int) -> LabelTexts:
    """What the labels of a source say. Five statements at most, however many labels. Raises NotFound."""
    goods = _READERS[source.source](session, source)
    wanted = goods[first - 1 : first - 1 + limit]
    return LabelTexts(title_of(source), tuple(_texts(session, wanted)), len(goods))


def title_of(source: LabelSource) -> str:
    """`R-0001`, `RPO-1042`, `RPO-1042 PK-1` or the number."""
    return " ".join(part for part in (source.no, source.number) if part)[:60]


def _of_document(session: Session, source: LabelSource) -> list[Goods]:
    c = _entry.c
    here = (plant(session, _entry), c.document_no == source.no, c.document_type == source.document_type)
    rows = session.connection().execute(
        select(c.entry_no, c.corrects_entry_no, c.item_no, c.variant_code, c.serial_no, c.lot_no, c.package_no, c.quantity)
        .where(*here).order_by(c.entry_no)
    ).all()
    if not rows:
        raise NotFound(record="posted document", number=source.no)
    undone = {row.corrects_entry_no for row in rows}
    return _numbered(row for row in rows if row.quantity > ZERO and not row.corrects_entry_no and row.entry_no not in undone)


def _of_order(session: Session, source: LabelSource) -> list[Goods]:
    """Numbers of the order's units as they were assigned or registered; without any, what was posted as its output."""
    order = session.connection().execute(select(_order.c.no).where(plant(session, _order), _order.c.no == source.no)).one_or_none()
    if order is None:
        raise NotFound(record="production order", number=source.no)
    c = _row.c
    rows = session.connection().execute(
        select(c.item_no, c.variant_code, c.serial_no, c.lot_no)
        .where(plant(session, _row), c.order_no == source.no, c.state != "Removed").order_by(c.match_id)
    ).all()
    goods = _numbered(rows) or _output_of(session, source.no)
    named = [one for one in goods if source.number in {"", one.number}]
    if source.number and not named:
        raise NotFound(record=f"unit of {source.no}", number=source.number)
    return named


def _of_purchase(session: Session, source: LabelSource) -> list[Goods]:
    """Numbers that were assigned to the lines of an order and are not received, in the order of its lines."""
    order = session.connection().execute(select(_purchase.c.no).where(plant(session, _purchase), _purchase.c.no == source.no)).one_or_none()
    if order is None:
        raise NotFound(record="purchase order", number=source.no)
    c = _assigned.c
    rows = session.connection().execute(
        select(c.item_no, c.variant_code, c.serial_no, c.lot_no, c.package_no, c.expiration_date)
        .where(
            plant(session, _assigned), c.source_type == ReservationSource.PURCHASE_LINE.value, c.source_id == source.no,
            c.positive.is_(True),
        )
        .order_by(c.source_line_no, c.entry_no)
    )
    # A number of which a part is promised to somebody stands in two records.
    return list(dict.fromkeys(_numbered(rows)))


def _output_of(session: Session, order_no: str) -> list[Goods]:
    c = _entry.c
    rows = session.connection().execute(
        select(c.entry_no, c.corrects_entry_no, c.item_no, c.variant_code, c.serial_no, c.lot_no, c.package_no, c.quantity)
        .where(plant(session, _entry), c.order_no == order_no, c.entry_type == EntryType.OUTPUT.value).order_by(c.entry_no)
    ).all()
    undone = {row.corrects_entry_no for row in rows}
    return _numbered(row for row in rows if row.quantity > ZERO and not row.corrects_entry_no and row.entry_no not in undone)


def _of_number(session: Session, source: LabelSource) -> list[Goods]:
    """A number that is known, with the lot that its newest entry names."""
    c, wanted = _information.c, Goods(source.item_no, source.variant_code, source.kind, source.number)
    known = session.connection().execute(
        select(c.number).where(
            plant(session, _information), c.item_no == wanted.item_no, c.variant_code == wanted.variant_code, c.kind == wanted.kind,
            c.number == wanted.number,
        )
    ).one_or_none()
    if known is None:
        raise NotFound(record=f"{source.kind.lower()} number", number=source.number)
    if source.kind != "Serial":
        return [wanted]
    e = _entry.c
    lot = session.connection().execute(
        select(e.lot_no).where(plant(session, _entry), e.item_no == wanted.item_no, e.serial_no == wanted.number)
        .order_by(e.entry_no.desc()).limit(1)
    ).scalar_one_or_none()
    return [Goods(wanted.item_no, wanted.variant_code, wanted.kind, wanted.number, lot or "")]


_READERS = {
    SourceKind.DOCUMENT: _of_document, SourceKind.ORDER: _of_order, SourceKind.PURCHASE: _of_purchase, SourceKind.NUMBER: _of_number,
}


def _numbered(rows: Iterable[Any]) -> list[Goods]:
    """One label for each row with a number: the serial, else the lot, else the package."""
    found = []
    for row in rows:
        package = getattr(row, "package_no", "")
        kind, number = next(
            ((kind, number) for kind, number in (("Serial", row.serial_no), ("Lot", row.lot_no), ("Package", package)) if number), ("", "")
        )
        if number:
            lot_no = row.lot_no if kind == "Serial" else ""
            found.append(Goods(row.item_no, row.variant_code, kind, number, lot_no, getattr(row, "expiration_date", None)))
    return found


# --- what stands on them --------------------------------------------------------------------------------------------------


def _texts(session: Session, goods: Sequence[Goods]) -> Iterable[LabelText]:
    if not goods:
        return []
    items = sorted({one.item_no for one in goods})
    gtins, words, expiry = _gtins(session, items), _descriptions(session, items), _expiry(session, goods)
    found = []
    for one in goods:
        expires = one.expires or expiry.get((one.item_no, one.variant_code, one.kind, one.number))
        if expires is None and one.lot_no:
            expires = expiry.get((one.item_no, one.variant_code, "Lot", one.lot_no))
        gtin = gtins.get((one.item_no, one.variant_code), "")
        elements: Pairs = elements_of(one, gtin, expires)
        found.append(LabelText(one, elements, words[one.item_no], dates_of(expires)))
    return found


def _gtins(session: Session, items: Sequence[str]) -> dict[tuple[str, str], str]:
    """The GTIN of one base unit by item and variant; of several the first."""
    rows = session.connection().execute(
        select(_gtin.c.item_no, _gtin.c.variant_code, _gtin.c.gtin)
        .join(_item, (_item.c.no == _gtin.c.item_no) & (_item.c.base_unit_code == _gtin.c.unit_code))
        .where(_gtin.c.item_no.in_(items)).order_by(_gtin.c.gtin.desc())
    )
    return {(row.item_no, row.variant_code): row.gtin for row in rows}


def _descriptions(session: Session, items: Sequence[str]) -> dict[str, str]:
    rows = session.connection().execute(select(_item.c.no, _item.c.description).where(_item.c.no.in_(items)))
    return {row.no: row.description for row in rows}


def _expiry(session: Session, goods: Sequence[Goods]) -> dict[tuple[str, str, str, str], date]:
    """Stored expiration dates of numbers and lots (C15)."""
    numbers = sorted({one.number for one in goods} | {one.lot_no for one in goods if one.lot_no})
    assert len(numbers) <= AT_ONCE, "a job is smaller"
    c = _information.c
    rows = session.connection().execute(
        select(c.item_no, c.variant_code, c.kind, c.number, c.expiration_date).where(
            plant(session, _information), c.item_no.in_(sorted({one.item_no for one in goods})), c.number.in_(numbers),
            c.expiration_date.is_not(None),
        )
    )
    return {(row.item_no, row.variant_code, row.kind, row.number): row.expiration_date for row in rows}
