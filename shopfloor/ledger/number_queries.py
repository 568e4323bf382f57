"""Numbers with their stock for pages and programs: the list, and the figures of one card (DM-41, DM-42)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote, unquote

from sqlalchemy import ColumnElement, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from shopfloor.db import plant, table
from shopfloor.items.hold_projection import stopped
from shopfloor.items.models import Item, NumberInformation
from shopfloor.items.paging import PAGE_SIZE, Page, page_limit, page_of
from shopfloor.items.rules import GoodsNumber, folded
from shopfloor.ledger.entry_filter import EntryFilter
from shopfloor.ledger.entry_queries import EntryLine, list_entries
from shopfloor.ledger.models import ItemLedgerEntry, OpenItemEntry
from shopfloor.quantity import ZERO

_information = table(NumberInformation)
_entry = table(ItemLedgerEntry)
_open = table(OpenItemEntry)
_item = table(Item)
KEY = ("item_no", "variant_code", "kind", "number")
COLUMNS = {"Serial": "serial_no", "Lot": "lot_no", "Package": "package_no"}
Columns = ReadOnlyColumnCollection[str, Any]


@dataclass(frozen=True)
class NumberRow:
    """One number in the list."""

    item_no: str
    variant_code: str
    kind: str
    number: str
    description: str
    """Of the item."""
    blocked: bool
    expiration_date: date | None
    vendor_no: str
    vendor_lot_no: str
    inventory: Decimal
    """Base units, at all locations."""
    unit_code: str


@dataclass(frozen=True)
class NumberStockLine:
    """What is in stock of a number at one location."""

    location_code: str
    inventory: Decimal
    reserved: Decimal


@dataclass(frozen=True)
class NumberFigures:
    """The sums of one number (DM-41, DM-42)."""

    inventory: Decimal
    expired_inventory: Decimal
    """Sum of the entries with a date before the work date; entries without a date never count."""
    locations: tuple[NumberStockLine, ...]


def list_numbers(
    session: Session, *, item_no: str = "", kind: str = "", text: str = "", blocked: bool = False, after: str = "", limit: int = PAGE_SIZE
) -> Page[NumberRow]:
    """Numbers by item, kind and number. `text`: the beginning of a number in whatever case, or the whole of a vendor's lot.

    Two statements, whatever the number of rows.
    """
    limit = page_limit(limit)
    c = _information.c
    wanted: list[ColumnElement[bool]] = [plant(session, _information)]
    if not (item_no + kind + text).isprintable():
        return Page(())
    wanted += [column == value for column, value in ((c.item_no, item_no), (c.kind, kind)) if value]
    wanted += [stopped(_information)] if blocked else []
    if text:
        wanted.append(or_(c.number_folded.startswith(folded(text), autoescape=True), c.vendor_lot_no == text))
    key = tuple(c[name] for name in KEY)
    place = [unquote(part) for part in after.split("/")]
    if after and len(place) == len(KEY):
        wanted.append(tuple_(*key) > tuple_(*place))
    statement = (
        select(
            *key, _item.c.description, (c.stops != 0).label("blocked"), c.expiration_date, c.vendor_no, c.vendor_lot_no,
            _item.c.base_unit_code,
        )
        .join(_item, _item.c.no == c.item_no)
        .where(*wanted)
        .order_by(*key)
        .limit(limit + 1)
    )
    found = session.connection().execute(statement).all()
    stock = _inventories(session, [GoodsNumber(*row[:4]) for row in found])
    rows = [NumberRow(*row[:9], stock.get(GoodsNumber(*row[:4]), ZERO), row.base_unit_code) for row in found]
    return page_of(rows, limit, lambda row: "/".join(quote(getattr(row, name), safe="") for name in KEY))


def number_figures(session: Session, number: GoodsNumber, today: date) -> NumberFigures:
    """Inventory, expired inventory, and what is where. Two statements."""
    expired = case((_entry.c.expiration_date < today, _entry.c.quantity), else_=0)
    sums = (
        session.connection()
        .execute(
            select(
                func.coalesce(func.sum(_entry.c.quantity, type_=_entry.c.quantity.type), ZERO).label("inventory"),
                func.coalesce(func.sum(expired, type_=_entry.c.quantity.type), ZERO).label("expired"),
            ).where(plant(session, _entry), _of(_entry.c, number))
        )
        .one()
    )
    c = _open.c
    rows = session.connection().execute(
        select(c.location_code, func.sum(c.remaining, type_=c.remaining.type), func.sum(c.reserved, type_=c.reserved.type))
        .where(plant(session, _open), _of(c, number))
        .group_by(c.location_code)
        .order_by(c.location_code)
    )
    return NumberFigures(sums.inventory, sums.expired, tuple(NumberStockLine(*row) for row in rows))


def entries_of_one_number(session: Session, number: GoodsNumber, limit: int = 100) -> list[EntryLine]:
    """The ledger entries of one number of one item, newest first."""
    texts = {name: number.number if kind == number.kind else "" for kind, name in COLUMNS.items()}
    wanted = EntryFilter(
        item_no=number.item_no, variant_code=number.variant_code,
        serial_no=texts["serial_no"], lot_no=texts["lot_no"], package_no=texts["package_no"],
    )
    lines = list_entries(session, wanted, limit=limit).rows
    return [line for line in lines if line.variant_code == number.variant_code]


def _of(columns: Columns, number: GoodsNumber) -> ColumnElement[bool]:
    named = (("item_no", number.item_no), ("variant_code", number.variant_code), (COLUMNS[number.kind], number.number))
    return and_(*(columns[name] == value for name, value in named))


def _inventories(session: Session, numbers: list[GoodsNumber]) -> dict[GoodsNumber, Decimal]:
    """What is open of numbers. One statement."""
    if not numbers:
        return {}
    c = _open.c
    items = sorted({number.item_no for number in numbers})
    texts = {kind: sorted({n.number for n in numbers if n.kind == kind}) for kind in COLUMNS}
    among = [c[column].in_(texts[kind]) for kind, column in COLUMNS.items() if texts[kind]]
    rows = session.connection().execute(
        select(c.item_no, c.variant_code, c.serial_no, c.lot_no, c.package_no, func.sum(c.remaining, type_=c.remaining.type).label("sum"))
        .where(plant(session, _open), c.item_no.in_(items), or_(*among))
        .group_by(c.item_no, c.variant_code, c.serial_no, c.lot_no, c.package_no)
    )
    stock: dict[GoodsNumber, Decimal] = {}
    for row in rows:
        for kind, column in COLUMNS.items():
            number = GoodsNumber(row.item_no, row.variant_code, kind, getattr(row, column))
            stock[number] = stock.get(number, ZERO) + row.sum
    return stock
