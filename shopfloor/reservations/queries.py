"""Reads reservation pairs and the stock behind them. Each function is one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, or_, select, tuple_
from sqlalchemy.orm import Session

from shopfloor.db import current_plant, plant, table
from shopfloor.items.hold_projection import may_be_reserved
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.quantity import ZERO
from shopfloor.reservations.models import ReservationEntry, ReservationSource, ReservationStatus
from shopfloor.reservations.rules import Demand, OpenEntry, ReservedPiece

_open = table(OpenItemEntry)
_demand = table(ReservationEntry).alias("demand")
_supply = table(ReservationEntry).alias("supply")


def reservations_of(session: Session, demands: Iterable[Demand]) -> list[ReservedPiece]:
    """Pieces of stock that exactly these demands hold, oldest pair first."""
    keys = sorted({(d.source_type, d.source_id, d.source_line_no, d.source_sub_line_no, d.association_no) for d in demands})
    if not keys:
        return []
    return [_piece(row) for row in session.connection().execute(_OF_DEMANDS, {"at_plant": current_plant(session), "keys": keys})]


def pieces_on(session: Session, open_entry_nos: Sequence[int], line: Demand | None = None) -> list[ReservedPiece]:
    """Every piece against these open entries and, if a line is named, all that the line itself holds (D15, D32)."""
    wanted: list[ColumnElement[bool]] = [_supply.c.source_id.in_([str(number) for number in open_entry_nos])]
    if line is not None:
        wanted.append(
            and_(
                _demand.c.source_type == line.source_type,
                _demand.c.source_id == line.source_id,
                _demand.c.source_line_no == line.source_line_no,
                _demand.c.source_sub_line_no == line.source_sub_line_no,
                _demand.c.association_no == 0,
            )
        )
    return _pieces(session, or_(*wanted))


def lock_free_supply(session: Session, item_no: str, variant_code: str, location_code: str) -> list[OpenEntry]:
    """Lock and read every open entry of an item at a location, oldest first: where reservations may go (LB-05, D20)."""
    rows: Iterable[Row[Any]] = session.connection().execute(
        select(_open)
        .where(
            plant(session, _open), _open.c.item_no == item_no, _open.c.variant_code == variant_code,
            _open.c.location_code == location_code, _open.c.remaining > ZERO, may_be_reserved(_open),
        )
        .order_by(_open.c.entry_no)
        .with_for_update(key_share=True)
    )
    return sorted((_open_entry(row) for row in rows), key=lambda entry: (entry.posting_date or date.min, entry.entry_no))


def stock_of_numbers(session: Session, wanted: Iterable[tuple[tuple[str, str, str], Tracking, int]]) -> list[OpenEntry]:
    """Open entries of these goods (item, variant, location) with these numbers, or with this entry number unless it is 0.

    All entries of goods that are asked for without any of it. Oldest first, not locked; perhaps with a few neighbours. One statement,
    whatever else is in stock.
    """
    values: dict[str, set[tuple[str, str | int]]] = defaultdict(set)
    for (item_no, _, location_code), tracking, entry_no in wanted:
        narrow: dict[str, str | int] = {"entry_no": entry_no, **vars(tracking)}
        name, number = next(((name, number) for name, number in narrow.items() if number), ("location_code", location_code))
        values[name].add((item_no, number))
    if not values:
        return []
    parts = []
    for name, pairs in sorted(values.items()):
        items, numbers = (sorted(set(column)) for column in zip(*pairs, strict=True))
        parts.append(and_(_open.c.item_no.in_(items), _open.c[name].in_(numbers)))
    statement = select(_open).where(plant(session, _open), or_(*parts), _open.c.remaining > ZERO).order_by(_open.c.entry_no)
    return [_open_entry(row) for row in session.connection().execute(statement)]


def pieces_of_associations(session: Session, association_nos: Sequence[int]) -> list[ReservedPiece]:
    """Every piece that the associations draw on."""
    return _pieces(session, _demand.c.association_no.in_(association_nos)) if association_nos else []


def _pieces(session: Session, wanted: ColumnElement[bool]) -> list[ReservedPiece]:
    return [_piece(row) for row in session.connection().execute(_select().where(plant(session, _demand, _supply), wanted))]


def _select() -> Select[Any]:
    return (
        select(
            _demand.c.entry_no, _demand.c.source_type, _demand.c.source_id, _demand.c.source_line_no, _demand.c.source_sub_line_no,
            _demand.c.association_no, _supply.c.source_line_no.label("open_entry_no"), _supply.c.quantity_base, _demand.c.picked,
            _demand.c.serial_no.label("demand_serial"), _demand.c.lot_no.label("demand_lot"), _demand.c.package_no.label("demand_package"),
            _supply.c.serial_no, _supply.c.lot_no, _supply.c.package_no, _demand.c.taken_over,
            _supply.c.item_no, _supply.c.variant_code, _supply.c.location_code, _demand.c.binding, _demand.c.shipment_date,
        )
        .join_from(_demand, _supply, and_(_supply.c.plant_no == _demand.c.plant_no, _supply.c.entry_no == _demand.c.entry_no))
        .where(
            _demand.c.positive.is_(False),
            _supply.c.positive.is_(True),
            _demand.c.reservation_status == ReservationStatus.RESERVATION,
            _supply.c.source_type == ReservationSource.ITEM_LEDGER_ENTRY,
        )
        .order_by(_demand.c.entry_no)
    )


_OF_DEMANDS = _select().where(
    _demand.c.plant_no == bindparam("at_plant"),
    _supply.c.plant_no == bindparam("at_plant"),
    tuple_(
        _demand.c.source_type, _demand.c.source_id, _demand.c.source_line_no, _demand.c.source_sub_line_no, _demand.c.association_no
    ).in_(bindparam("keys", expanding=True)),
)
"""Built once: putting a statement together costs more than running it."""


def _piece(r: Row[Any]) -> ReservedPiece:
    return ReservedPiece(
        entry_no=r.entry_no,
        demand=Demand(r.source_type, r.source_id, r.source_line_no, r.source_sub_line_no, r.association_no),
        open_entry_no=r.open_entry_no,
        quantity=r.quantity_base,
        picked=r.picked,
        specific=bool(r.demand_serial or r.demand_lot or r.demand_package),
        tracking=Tracking(r.serial_no, r.lot_no, r.package_no),
        taken_over=r.taken_over,
        item_no=r.item_no,
        variant_code=r.variant_code,
        location_code=r.location_code,
        binding=r.binding,
        shipment_date=r.shipment_date,
    )


def _open_entry(r: Row[Any]) -> OpenEntry:
    return OpenEntry(
        r.entry_no, r.item_no, r.variant_code, r.location_code, Tracking(r.serial_no, r.lot_no, r.package_no), r.remaining, r.reserved,
        r.posting_date,
    )
