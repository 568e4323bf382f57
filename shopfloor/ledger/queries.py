"""Reads the ledger. Frozen values, one statement each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.models import ItemLedgerEntry, ItemRegister, OpenItemEntry
from shopfloor.ledger.rules import OpenStock
from shopfloor.quantity import ZERO

_entry = table(ItemLedgerEntry)
_open = table(OpenItemEntry)
_register = table(ItemRegister)


@dataclass(frozen=True)
class EntryLine:
    """One item ledger entry as pages show it."""

    entry_no: int
    register_no: int
    entry_type: str
    document_type: str
    document_no: str
    posting_date: date
    item_no: str
    variant_code: str
    location_code: str
    tracking: Tracking
    quantity: Decimal
    """Signed, base units."""
    scrap_quantity: Decimal
    remaining: Decimal
    """0: closed."""
    unit_code: str
    quantity_in_unit: Decimal
    expiration_date: date | None
    warranty_date: date | None
    source_type: str
    source_no: str
    order_no: str
    order_line_no: int
    component_line_no: int
    match_id: int
    corrects_entry_no: int
    reason: str
    operator_no: str
    created_at: datetime


@dataclass(frozen=True)
class NumberStock:
    """What is in stock of one number combination at one location."""

    item_no: str
    variant_code: str
    location_code: str
    tracking: Tracking
    remaining: Decimal
    reserved: Decimal


def inventory(
    session: Session, item_no: str, *, variant_code: str | None = None, location_code: str | None = None, tracking: Tracking | None = None
) -> Decimal:
    """DM-07: base quantity in stock, from open entries (equal to the sum of entries; `check` proves it). None: all of them."""
    statement = select(func.coalesce(func.sum(_open.c.remaining), 0)).where(
        plant(session, _open), _open.c.item_no == item_no, *_filters(variant_code, location_code, tracking)
    )
    found = session.connection().execute(statement).scalar_one()
    return found if isinstance(found, Decimal) else ZERO


def open_entries(
    session: Session, item_no: str, *, variant_code: str | None = None, location_code: str | None = None, tracking: Tracking | None = None
) -> list[OpenStock]:
    """Open entries of an item, oldest first."""
    statement = (
        select(_open)
        .where(plant(session, _open), _open.c.item_no == item_no, *_filters(variant_code, location_code, tracking))
        .order_by(_open.c.posting_date, _open.c.entry_no)
    )
    return [open_stock(row) for row in session.connection().execute(statement)]


def numbers_of_item(session: Session, item_no: str, *, limit: int = 200) -> list[NumberStock]:
    """What is in stock of an item by location and number."""
    c = _open.c
    keys = (c.item_no, c.variant_code, c.location_code, c.serial_no, c.lot_no, c.package_no)
    statement = (
        select(*keys, func.sum(c.remaining).label("remaining"), func.sum(c.reserved).label("reserved"))
        .where(plant(session, _open), c.item_no == item_no)
        .group_by(*keys)
        .order_by(*keys)
        .limit(limit)
    )
    return [
        NumberStock(r.item_no, r.variant_code, r.location_code, Tracking(r.serial_no, r.lot_no, r.package_no), r.remaining, r.reserved)
        for r in session.connection().execute(statement)
    ]


def entries_of_document(session: Session, document_no: str) -> list[EntryLine]:
    """Entries of a posted document, oldest first."""
    return _lines(session, _entry.c.document_no == document_no)


def entries_of_order(session: Session, order_no: str) -> list[EntryLine]:
    """Entries of a production order, oldest first."""
    return _lines(session, _entry.c.order_no == order_no)


def entries_of_registers(session: Session, register_nos: Iterable[int]) -> list[EntryLine]:
    """Entries of postings, oldest first."""
    return _lines(session, _entry.c.register_no.in_(list(register_nos)))


def entries_of_number(session: Session, *, serial_no: str = "", lot_no: str = "", item_no: str = "", limit: int = 500) -> list[EntryLine]:
    """Entries of a serial number or a lot, oldest first. At least one of the two is given."""
    assert serial_no or lot_no, "a number is needed"
    given = {"serial_no": serial_no, "lot_no": lot_no, "item_no": item_no}
    return _lines(session, and_(*(_entry.c[name] == value for name, value in given.items() if value)), limit)


def entries_of_item(session: Session, item_no: str, *, before_entry_no: int = 0, limit: int = 50) -> list[EntryLine]:
    """One page of an item's entries, newest first; the next page begins before the last entry shown."""
    wanted = _entry.c.item_no == item_no
    if before_entry_no:
        wanted &= _entry.c.entry_no < before_entry_no
    statement = _select().where(plant(session, _entry), wanted).order_by(_entry.c.entry_no.desc()).limit(limit)
    return [_line(row) for row in session.connection().execute(statement)]


def entries_where(session: Session, wanted: ColumnElement[bool], *, limit: int) -> list[EntryLine]:
    """The newest entries that fit, newest first."""
    statement = _select().where(plant(session, _entry), wanted).order_by(_entry.c.entry_no.desc()).limit(limit)
    return [_line(row) for row in session.connection().execute(statement)]


def open_stock(row: Row[Any]) -> OpenStock:
    """An open entry as the rules see it."""
    return OpenStock(
        row.entry_no, row.posting_date, row.item_no, row.variant_code, row.location_code,
        Tracking(row.serial_no, row.lot_no, row.package_no), row.remaining, row.reserved,
        serial_specific=row.serial_specific, unit_no=row.unit_no, order_no=row.order_no, order_line_no=row.order_line_no,
    )


def _filters(variant_code: str | None, location_code: str | None, tracking: Tracking | None) -> list[ColumnElement[bool]]:
    """A blank number in `tracking` is not asked for."""
    numbers = vars(tracking) if tracking is not None else {}
    given = {"variant_code": variant_code, "location_code": location_code} | {name: value or None for name, value in numbers.items()}
    return [_open.c[name] == value for name, value in given.items() if value is not None]


def _select() -> Select[Any]:
    same_open = and_(_open.c.plant_no == _entry.c.plant_no, _open.c.entry_no == _entry.c.entry_no)
    same_register = and_(_register.c.plant_no == _entry.c.plant_no, _register.c.register_no == _entry.c.register_no)
    return (
        select(_entry, _open.c.remaining, _register.c.operator_no, _register.c.created_at)
        .join_from(_entry, _register, same_register)
        .outerjoin(_open, same_open)
    )


def _lines(session: Session, wanted: ColumnElement[bool], limit: int = 5000) -> list[EntryLine]:
    statement = _select().where(plant(session, _entry), wanted).order_by(_entry.c.entry_no).limit(limit)
    return [_line(row) for row in session.connection().execute(statement)]


def _line(r: Row[Any]) -> EntryLine:
    copied = {name: getattr(r, name) for name in EntryLine.__dataclass_fields__ if name not in {"tracking", "remaining"}}
    return EntryLine(tracking=Tracking(r.serial_no, r.lot_no, r.package_no), remaining=r.remaining or ZERO, **copied)
