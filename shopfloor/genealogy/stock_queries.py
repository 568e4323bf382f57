"""What is on hand by number, and how much of it is spoken for (D1). Read only, every figure says when it was read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, and_, func, literal, or_, select, tuple_, type_coerce
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.genealogy.models import ComponentAssociation
from shopfloor.items.models import Item, NumberInformation
from shopfloor.items.paging import PAGE_SIZE, Page, page_limit, page_of
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.quantity import ZERO
from shopfloor.reservations.models import ReservationEntry

_open = table(OpenItemEntry)
_association = table(ComponentAssociation)
_reservation = table(ReservationEntry)
_item = table(Item)
_information = table(NumberInformation)
IN_UNIT = ("Open", "Picked")
KEYS = ("item_no", "variant_code", "location_code", "lot_no", "serial_no")


@dataclass(frozen=True)
class StockRow:
    """One number at one location. Base quantities."""

    item_no: str
    variant_code: str
    location_code: str
    lot_no: str
    serial_no: str
    description: str
    unit_code: str
    on_hand: Decimal
    """In the ledger."""
    in_units: Decimal
    """Registered in units that are not reported yet."""
    picked: Decimal
    """Picked for an order, not yet in a unit."""
    reserved: Decimal
    """By reservations of every kind; those of units and picks are among them."""
    expiration_date: date | None
    blocked: bool

    @property
    def free(self) -> Decimal:
        """What a count of the shelf should find: on hand - in units - picked (D1)."""
        return self.on_hand - self.in_units - self.picked

    @property
    def available(self) -> Decimal:
        """What may still be promised: on hand - reserved."""
        return self.on_hand - self.reserved


def stock_by_number(
    session: Session, *, item_no: str = "", location_code: str = "", number: str = "", after: str = "", limit: int = PAGE_SIZE
) -> Page[StockRow]:
    """Stock by item, variant, location, lot and serial. One statement. `after` is the `next_after` of the page before."""
    place = _place(after)
    if not all(text.isprintable() for text in (item_no, location_code, number, after)) or place is None:
        return Page(())
    limit = page_limit(limit)
    keys = [_open.c[name] for name in KEYS]
    conditions: list[ColumnElement[bool]] = [plant(session, _open)]
    conditions += [_open.c[name] == text for name, text in (("item_no", item_no), ("location_code", location_code)) if text]
    if number:
        conditions.append((_open.c.serial_no == number) | (_open.c.lot_no == number))
    if place:
        conditions.append(tuple_(*keys) > tuple_(*(literal(part) for part in place)))
    stock = (
        select(*keys, func.sum(_open.c.remaining).label("on_hand"), func.sum(_open.c.reserved).label("reserved"))
        .where(*conditions)
        .group_by(*keys)
        .order_by(*keys)
        .limit(limit + 1)
        .subquery("stock")
    )
    rows = [_stock_row(row) for row in session.connection().execute(_with_names(session, stock))]
    return page_of(rows, limit, lambda row: json.dumps([getattr(row, name) for name in KEYS]))


def _with_names(session: Session, stock: FromClause) -> Select[Any]:
    """The rows of one page with what is registered, picked and known of their numbers: looked up for these rows only."""
    in_units = (
        # A difference forgets the type of its columns.
        select(type_coerce(func.sum(_association.c.quantity - _association.c.consumed_quantity), _association.c.quantity.type))
        .where(plant(session, _association), *_same(_association, stock), _association.c.state.in_(IN_UNIT))
        .scalar_subquery()
    )
    picked = (
        select(func.sum(_reservation.c.quantity_base))
        .where(
            plant(session, _reservation),
            *_same(_reservation, stock),
            _reservation.c.positive,
            _reservation.c.picked,
            _reservation.c.association_no == 0,
        )
        .scalar_subquery()
    )
    serial, lot = (_information.alias(name) for name in ("serial_information", "lot_information"))
    columns = (
        *(stock.c[name] for name in KEYS),
        _item.c.description,
        _item.c.base_unit_code,
        stock.c.on_hand,
        stock.c.reserved,
        in_units.label("in_units"),
        picked.label("picked"),
        func.coalesce(serial.c.expiration_date, lot.c.expiration_date).label("expiration_date"),
        or_(func.coalesce(serial.c.stops, 0) != 0, func.coalesce(lot.c.stops, 0) != 0).label("blocked"),
    )
    return (
        select(*columns)
        .select_from(
            stock.join(_item, _item.c.no == stock.c.item_no)
            .outerjoin(serial, _known(session, serial, stock, "Serial", "serial_no"))
            .outerjoin(lot, _known(session, lot, stock, "Lot", "lot_no"))
        )
        .order_by(*(stock.c[name] for name in KEYS))
    )


def _same(owner: FromClause, stock: FromClause) -> list[ColumnElement[bool]]:
    return [owner.c[name] == stock.c[name] for name in KEYS]


def _known(session: Session, information: FromClause, stock: FromClause, kind: str, number: str) -> ColumnElement[bool]:
    return and_(
        plant(session, information),
        information.c.kind == kind,
        information.c.item_no == stock.c.item_no,
        information.c.variant_code == stock.c.variant_code,
        information.c.number == stock.c[number],
        stock.c[number] != "",
    )


def _place(after: str) -> list[str] | None:
    """The keys of the last row shown; empty for the first page, None for something that is no place."""
    if not after:
        return []
    try:
        place = json.loads(after)
    except (ValueError, RecursionError):
        return None
    is_place = isinstance(place, list) and len(place) == len(KEYS)
    return place if is_place and all(isinstance(part, str) and part.isprintable() for part in place) else None


def _stock_row(row: Row[Any]) -> StockRow:
    return StockRow(
        item_no=row.item_no,
        variant_code=row.variant_code,
        location_code=row.location_code,
        lot_no=row.lot_no,
        serial_no=row.serial_no,
        description=row.description,
        unit_code=row.base_unit_code,
        on_hand=row.on_hand,
        in_units=row.in_units or ZERO,
        picked=row.picked or ZERO,
        reserved=row.reserved or ZERO,
        expiration_date=row.expiration_date,
        blocked=bool(row.blocked),
    )
