"""The records behind a line of Find entries (FN-02): one page of one table, in the order of its keys. Read only."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Row, Select, String, case, func, literal, null, select, tuple_
from sqlalchemy.orm import Session

from shopfloor.db import QuantityType, table
from shopfloor.items.models import Item
from shopfloor.items.paging import PAGE_SIZE, Page, page_limit, page_of
from shopfloor.items.tracking import Tracking
from shopfloor.tracing.find_entries import (
    DOCUMENTS,
    INFORMATION_OF,
    NUMBERS,
    OPEN_LINES,
    Asked,
    FoundTable,
    associations_of,
    entries_of,
    information_of,
    of_production,
    products_of,
    reservations_of,
)

_item = table(Item)
ELSEWHERE = (FoundTable.ENTRIES, FoundTable.RESERVATIONS)
"""Tables that have a list of their own with the same filters."""
LARGEST_NO = 2**63
Key = tuple[ColumnElement[Any], ...]


@dataclass(frozen=True)
class FoundRecord:
    """One record with the numbers; what a table does not know is blank."""

    no: str
    """Document or order; of number information the number."""
    line_no: int
    sub_line_no: int
    item_no: str
    description: str
    tracking: Tracking
    quantity: Decimal | None
    """Base units, signed where the table is."""
    unit_code: str
    state: str
    party_no: str
    """Vendor or customer, or the vendor's lot of a number."""
    day: date | None


def list_records(session: Session, asked: Asked, kind: FoundTable, *, after: str = "", limit: int = PAGE_SIZE) -> Page[FoundRecord]:
    """The records of one table. One statement. Entries and reservations have lists of their own."""
    place = _place(after)
    found = None if not asked.answerable or place is None else _records(session, asked, kind)
    if found is None or place is None:
        return Page(())
    statement, keys = found
    limit = page_limit(limit)
    if place:
        if len(place) != len(keys) or not all(_fits(value, key) for value, key in zip(place, keys, strict=True)):
            return Page(())
        statement = statement.where(tuple_(*keys) > tuple_(*(literal(value, key.type) for value, key in zip(place, keys, strict=True))))
    rows = session.connection().execute(_with_item(statement.order_by(*keys).limit(limit + 1), len(keys))).all()
    page = page_of(rows, limit, lambda row: json.dumps([getattr(row, f"key_{index}") for index in range(len(keys))]))
    return Page(tuple(_record(row) for row in page.rows), page.next_after)


def _place(after: str) -> list[Any] | None:
    """The keys of the last record shown; empty for the first page, None for something that is no place."""
    if not after:
        return []
    try:
        place = json.loads(after)
    except (ValueError, RecursionError):
        return None
    return place if isinstance(place, list) and place else None


def _fits(value: object, key: ColumnElement[Any]) -> bool:
    if isinstance(key.type, Integer):
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST_NO
    return isinstance(value, str) and value.isprintable()


def _with_item(statement: Select[Any], keys: int) -> Select[Any]:
    """The rows of a page with the words of their items."""
    page = statement.subquery("page")
    joined = select(page, _item.c.description, _item.c.base_unit_code).join_from(page, _item, _item.c.no == page.c.item_no)
    return joined.order_by(*(page.c[f"key_{index}"] for index in range(keys)))


def _record(r: Row[Any]) -> FoundRecord:
    return FoundRecord(
        no=r.no, line_no=r.line_no, sub_line_no=r.sub_line_no, item_no=r.item_no, description=r.description,
        tracking=Tracking(r.serial_no, r.lot_no, r.package_no), quantity=r.quantity, unit_code=r.base_unit_code, state=r.state,
        party_no=r.party_no, day=r.day,
    )


def _records(session: Session, asked: Asked, kind: FoundTable) -> tuple[Select[Any], Key] | None:
    if kind in DOCUMENTS:
        return _documents(session, asked, kind)
    if kind in OPEN_LINES:
        return _open_lines(session, asked, kind)
    if kind in INFORMATION_OF:
        return _information(session, asked, kind)
    made: dict[FoundTable, Callable[[Session, Asked], tuple[Select[Any], Key]]] = {
        FoundTable.PRODUCTION_ORDERS: _production_orders, FoundTable.PRODUCTS: _products, FoundTable.ASSOCIATIONS: _associations,
    }
    return made[kind](session, asked) if kind in made else None


def _documents(session: Session, asked: Asked, kind: FoundTable) -> tuple[Select[Any], Key]:
    found = entries_of(session, asked).subquery("found")
    keys = (found.c.document_no, *(found.c[name] for name in NUMBERS))
    statement = _columns(
        keys, no=found.c.document_no, item_no=func.min(found.c.item_no), numbers=keys[1:], quantity=func.sum(found.c.quantity),
        party_no=func.min(found.c.source_no), day=func.min(found.c.posting_date),
    )
    return statement.where(found.c.document_type == kind.value).group_by(*keys), keys


def _production_orders(session: Session, asked: Asked) -> tuple[Select[Any], Key]:
    found = entries_of(session, asked).subquery("found")
    keys = (found.c.order_no, *(found.c[name] for name in NUMBERS))
    statement = _columns(
        keys, no=found.c.order_no, item_no=func.min(found.c.item_no), numbers=keys[1:], quantity=func.sum(found.c.quantity),
        state=func.min(found.c.entry_type), day=func.min(found.c.posting_date),
    )
    return statement.where(of_production(found)).group_by(*keys), keys


def _open_lines(session: Session, asked: Asked, kind: FoundTable) -> tuple[Select[Any], Key]:
    found = reservations_of(session, asked).subquery("found")
    keys = (found.c.source_id, found.c.source_line_no, found.c.source_sub_line_no, *(found.c[name] for name in NUMBERS))
    statement = _columns(
        keys, no=found.c.source_id, line_no=found.c.source_line_no, sub_line_no=found.c.source_sub_line_no,
        item_no=func.min(found.c.item_no), numbers=keys[3:], quantity=func.sum(found.c.quantity_base),
        state=func.min(found.c.reservation_status), day=func.min(func.coalesce(found.c.shipment_date, found.c.expected_receipt_date)),
    )
    return statement.where(found.c.source_type == kind.value).group_by(*keys), keys


def _information(session: Session, asked: Asked, kind: FoundTable) -> tuple[Select[Any], Key] | None:
    cards = information_of(session, asked, INFORMATION_OF[kind])
    if cards is None:
        return None
    found = cards.subquery("found")
    keys = (found.c.item_no, found.c.variant_code)
    blank = literal("", String)
    numbers = tuple(found.c.number if name.startswith(INFORMATION_OF[kind].lower()) else blank for name in NUMBERS)
    state = case((found.c.stops != 0, "On hold"), else_="")
    return _columns(
        keys, no=found.c.number, item_no=found.c.item_no, numbers=numbers, state=state, party_no=found.c.vendor_lot_no,
        day=found.c.expiration_date,
    ), keys


def _products(session: Session, asked: Asked) -> tuple[Select[Any], Key]:
    found = products_of(session, asked).subquery("found")
    keys = (found.c.match_id,)
    numbers = (found.c.serial_no, found.c.lot_no, literal("", String))
    return _columns(
        keys, no=found.c.order_no, line_no=found.c.order_line_no, item_no=found.c.item_no, numbers=numbers, quantity=found.c.quantity,
        state=found.c.state,
    ), keys


def _associations(session: Session, asked: Asked) -> tuple[Select[Any], Key]:
    found = associations_of(session, asked).subquery("found")
    keys = (found.c.association_no,)
    numbers = (found.c.serial_no, found.c.lot_no, literal("", String))
    return _columns(
        keys, no=found.c.order_no, line_no=found.c.order_line_no, sub_line_no=found.c.component_line_no, item_no=found.c.item_no,
        numbers=numbers, quantity=found.c.quantity, state=found.c.state, day=found.c.use_date,
    ), keys


def _columns(
    keys: Key, *, item_no: ColumnElement[str], numbers: tuple[ColumnElement[str], ...], **more: ColumnElement[Any]
) -> Select[Any]:
    """One row shape for all tables; the item's words are looked up for each row shown."""
    usual: dict[str, ColumnElement[Any]] = {
        "no": literal("", String), "line_no": literal(0), "sub_line_no": literal(0),
        "quantity": null().cast(QuantityType), "state": literal("", String),
        "party_no": literal("", String), "day": null().cast(Date),
    }
    return select(
        *(key.label(f"key_{index}") for index, key in enumerate(keys)),
        *(column.label(name) for name, column in (usual | more).items()),
        item_no.label("item_no"),
        *(number.label(name) for name, number in zip(NUMBERS, numbers, strict=True)),
    )
