"""Reads and locks demand lines and the supply that may serve them (RS-01 to RS-03, RS-15).

Lock order (A23): documents of the demand, then documents of the supply, then open entries; each group sorted. A demand is always
locked before what supplies it, and the product above its parts, so that two people never wait for each other.
What is decided on is read after its lock; on SQLite the writer gate has locked everything already.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal, select, tuple_, union_all
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.items.hold_projection import stopped
from shopfloor.items.holds import Use
from shopfloor.items.models import Item, NumberInformation
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.quantity import ZERO
from shopfloor.reservations.inbound_numbers import pieces_of
from shopfloor.reservations.matching import STOCK, DemandLine, Goods, Supply
from shopfloor.reservations.models import ReservationEntry, ReservationStatus
from shopfloor.reservations.rules import Demand, OpenEntry
from shopfloor.reservations.sources import LineSource, demand_sources, lock_documents, source_of, supply_sources

_item = table(Item)
_open = table(OpenItemEntry)
_information = table(NumberInformation)
_demand = table(ReservationEntry).alias("demand")
_supply = table(ReservationEntry).alias("supply")
_is_pair = and_(
    _supply.c.plant_no == _demand.c.plant_no,
    _supply.c.entry_no == _demand.c.entry_no,
    _demand.c.positive.is_(False),
    _supply.c.positive.is_(True),
    _demand.c.reservation_status == ReservationStatus.RESERVATION,
)


@dataclass(frozen=True)
class Board:
    """Demand lines and their possible supply, as they were locked."""

    lines: dict[Demand, DemandLine]
    supplies: list[Supply]

    def entries(self) -> dict[int, OpenEntry]:
        """The stock among the supplies, as the rules of numbers see it; what is on hold is left out (D20)."""
        return {supply.source_line_no: open_entry(supply) for supply in self.supplies if supply.is_stock and not supply.on_hold}


def open_entry(supply: Supply) -> OpenEntry:
    """Stock as the rules of numbers see it."""
    return OpenEntry(
        supply.source_line_no, supply.item_no, supply.variant_code, supply.location_code, supply.tracking, supply.quantity,
        supply.reserved, supply.posting_date,
    )


def lock_board(session: Session, demands: Sequence[Demand], *, inbound: bool = True) -> Board:
    """Lock demand lines and everything that could serve them, and read them. The number of statements does not depend on how many.

    Lines that are not there or want nothing are left out. `inbound`: purchase and production orders too, not only stock.
    """
    _lock_documents(session, [(demand.source_type, demand.source_id) for demand in demands])
    lines = demand_lines(session, demands)
    goods = {line.goods for line in lines.values()}
    orders: list[Supply] = []
    if inbound and goods:
        found = _order_supplies(session, goods)
        _lock_documents(session, [(supply.source_type, supply.source_id) for supply in found])
        known = {(supply.source_type, supply.source_id) for supply in found}
        orders = [supply for supply in _order_supplies(session, goods) if (supply.source_type, supply.source_id) in known] if found else []
    return Board(lines, [*stock_supplies(session, goods, lock=True), *orders])


def lock_pairs(session: Session, documents: Collection[tuple[str, str]], entry_nos: Collection[int]) -> None:
    """Lock documents of both sides and open entries of pairs that are to change."""
    _lock_documents(session, documents)
    if entry_nos:
        statement = select(_open.c.entry_no).where(plant(session, _open), _open.c.entry_no.in_(sorted(entry_nos)))
        session.connection().execute(statement.order_by(_open.c.entry_no).with_for_update(key_share=True)).all()


def demand_lines(session: Session, demands: Collection[Demand]) -> dict[Demand, DemandLine]:
    """Open lines of these demands with what they hold. One statement for each kind of line, and one."""
    wanted: dict[str, set[tuple[str, int, int]]] = defaultdict(set)
    for demand in demands:
        wanted[demand.source_type].add((demand.source_id, demand.source_line_no, demand.source_sub_line_no))
    found = []
    for source_type, keys in sorted(wanted.items()):
        source = source_of(source_type, supply=False)
        if source is not None:
            among = tuple_(source.order_no, source.line_no, source.sub_line_no).in_(sorted(keys))
            found += _read_demand(session, source, among)
    return {line.demand: line for line in _with_reserved(session, found)}


def lines_of_document(session: Session, source_type: str, source_id: str, *, policy: str = "") -> list[DemandLine]:
    """Open demand lines of one document, by line; optionally only those of items with one reservation policy (RS-05)."""
    source = source_of(source_type, supply=False)
    if source is None:
        return []
    wanted = [source.order_no == source_id, *([_item.c.reservation_policy == policy] if policy else [])]
    found = _with_reserved(session, _read_demand(session, source, *wanted))
    return sorted(found, key=lambda line: line.demand)


def open_demands(session: Session, *, item_no: str = "", location_code: str = "") -> list[DemandLine]:
    """Open demand lines of all documents by item, variant, location and date, optionally of one item or location."""
    found: list[DemandLine] = []
    for source in demand_sources():
        wanted = [column == value for column, value in ((source.item_no, item_no), (source.location_code, location_code)) if value]
        found += _read_demand(session, source, *wanted)
    found.sort(key=lambda line: (line.goods, line.due_date is None, line.due_date, line.demand))
    return _with_reserved(session, found)


def all_supplies(session: Session, goods: Collection[Goods]) -> list[Supply]:
    """Stock and orders that bring these goods, without a lock; for pages."""
    return [*stock_supplies(session, goods), *_order_supplies(session, goods)]


def stock_supplies(session: Session, goods: Collection[Goods], *, lock: bool = False) -> list[Supply]:
    """Open positive entries of these goods in entry order, with what is on hold. Two statements."""
    if not goods:
        return []
    statement = select(_open).where(plant(session, _open), _among(goods), _open.c.remaining > ZERO).order_by(_open.c.entry_no)
    rows = session.connection().execute(statement.with_for_update(key_share=True) if lock else statement).all()
    tracked = {row.item_no for row in rows if row.serial_no or row.lot_no or row.package_no}
    held = _numbers_on_hold(session, tracked) if tracked else set()
    return [_stock(row, held) for row in rows if (row.item_no, row.variant_code, row.location_code) in goods]


def projected_available(session: Session, goods: Goods) -> Decimal:
    """RS-01: inventory + scheduled receipts - gross requirements, whatever is reserved. Five statements."""
    item_no, variant_code, location_code = goods
    inventory = session.connection().execute(
        select(func.sum(_open.c.remaining)).where(plant(session, _open), _among([goods]))
    ).scalar_one_or_none()
    sums = inventory or ZERO
    for source in (*demand_sources(), *supply_sources()):
        same = and_(source.item_no == item_no, source.variant_code == variant_code, source.location_code == location_code)
        statement = select(func.sum(source.outstanding)).select_from(source.joined)
        statement = statement.where(plant(session, *source.tables), source.is_open, same)
        moved = session.connection().execute(statement).scalar_one_or_none() or ZERO
        sums += moved if source.supply else -moved
    return sums


def outstanding_of(session: Session, source_type: str, source_id: str) -> dict[tuple[int, int], Decimal]:
    """Open base quantity of a document's lines by line and sub-line. One statement."""
    source = source_of(source_type, supply=True)
    assert source is not None, source_type
    statement = (
        select(source.line_no.label("line_no"), source.sub_line_no.label("sub_line_no"), source.outstanding.label("outstanding"))
        .select_from(source.joined)
        .where(plant(session, *source.tables), source.is_open, source.order_no == source_id)
    )
    return {(row.line_no, row.sub_line_no): row.outstanding for row in session.connection().execute(statement)}


# --- statements ------------------------------------------------------------------------------------------------------------


def _lock_documents(session: Session, documents: Iterable[tuple[str, str]]) -> None:
    by_type: dict[str, set[str]] = defaultdict(set)
    for source_type, source_id in documents:
        by_type[source_type].add(source_id)
    for source_type, order_nos in sorted(by_type.items()):
        lock_documents(session, source_type, order_nos)


def _read_demand(session: Session, source: LineSource, *wanted: ColumnElement[bool]) -> list[DemandLine]:
    item = _item.c
    statement: Select[Any] = (
        select(
            source.order_no.label("source_id"), source.line_no.label("line_no"), source.sub_line_no.label("sub_line_no"),
            source.item_no.label("item_no"), source.variant_code.label("variant_code"), source.location_code.label("location_code"),
            source.due_date.label("due_date"), source.outstanding.label("outstanding"), source.priority.label("priority"),
            item.description, item.base_unit_code, item.rounding_precision, item.reservation_policy,
        )
        .select_from(source.joined.join(_item, item.no == source.item_no))
        .where(plant(session, *source.tables), source.is_open, *wanted)
        .order_by(source.item_no, source.due_date, source.order_no, source.line_no, source.sub_line_no)
    )
    rows = session.connection().execute(statement)
    return [
        DemandLine(
            Demand(source.source_type.value, row.source_id, row.line_no, row.sub_line_no), row.item_no, row.variant_code,
            row.location_code, row.due_date, row.outstanding, description=row.description, unit_code=row.base_unit_code,
            precision=row.rounding_precision, policy=row.reservation_policy, priority=row.priority,
        )
        for row in rows
    ]


def _with_reserved(session: Session, lines: Sequence[DemandLine]) -> list[DemandLine]:
    if not lines:
        return []
    d = _demand.c
    key = (d.source_type, d.source_id, d.source_line_no, d.source_sub_line_no)
    from_stock = case((_supply.c.source_type == STOCK, _supply.c.quantity_base), else_=literal(ZERO, _supply.c.quantity_base.type))
    statement = (
        select(*key, func.sum(_supply.c.quantity_base).label("reserved"), func.sum(from_stock).label("from_stock"))
        .join_from(_demand, _supply, _is_pair)
        .where(plant(session, _demand, _supply), d.source_type.in_(sorted({line.demand.source_type for line in lines})))
        .where(d.source_id.in_(sorted({line.demand.source_id for line in lines})))
        .group_by(*key)
    )
    held = {tuple(row[:4]): (row.reserved, row.from_stock) for row in session.connection().execute(statement)}
    found = []
    for line in lines:
        demand = line.demand
        reserved, stock = held.get(
            (demand.source_type, demand.source_id, demand.source_line_no, demand.source_sub_line_no), (ZERO, ZERO)
        )
        found.append(replace(line, reserved=reserved, reserved_from_stock=stock))
    return found


def _order_supplies(session: Session, goods: Collection[Goods]) -> list[Supply]:
    """Open lines of orders that bring these goods, by number where they have some (RS-04), with what is reserved. Two statements."""
    items = sorted({item for item, _, _ in goods})
    parts = [
        select(
            literal(source.source_type.value).label("source_type"), source.order_no.label("source_id"), source.line_no.label("line_no"),
            source.sub_line_no.label("sub_line_no"), source.item_no.label("item_no"), source.variant_code.label("variant_code"),
            source.location_code.label("location_code"), source.due_date.label("due_date"), source.outstanding.label("outstanding"),
        )
        .select_from(source.joined)
        .where(plant(session, *source.tables), source.is_open, source.item_no.in_(items))
        for source in supply_sources()
    ]
    if not parts:
        return []
    rows = [
        row for row in session.connection().execute(union_all(*parts)) if (row.item_no, row.variant_code, row.location_code) in goods
    ]
    held, loose = _numbers_of_orders(session, rows)
    found = []
    for row in rows:
        key = (row.source_type, row.source_id, row.line_no, row.sub_line_no)
        supply = Supply(
            row.source_type, row.source_id, row.line_no, row.item_no, row.variant_code, row.location_code, row.outstanding, ZERO,
            due_date=row.due_date, source_sub_line_no=row.sub_line_no,
        )
        found += pieces_of(supply, loose[key], held[key])
    return found


Numbers = dict[tuple[str, str, int, int], dict[Tracking, Decimal]]


def _numbers_of_orders(session: Session, rows: Sequence[Row[Any]]) -> tuple[Numbers, Numbers]:
    """What is reserved of each line by number, and what numbers are loose on it. One statement."""
    held: Numbers = defaultdict(dict)
    loose: Numbers = defaultdict(dict)
    if not rows:
        return held, loose
    s = _supply.c
    key = (s.source_type, s.source_id, s.source_line_no, s.source_sub_line_no)
    numbers = (s.serial_no, s.lot_no, s.package_no)
    statement = (
        select(*key, *numbers, s.reservation_status, func.sum(s.quantity_base).label("quantity"))
        .where(
            plant(session, _supply), s.positive,
            s.reservation_status.in_([ReservationStatus.RESERVATION.value, ReservationStatus.SURPLUS.value]),
            s.source_type.in_(sorted({row.source_type for row in rows})), s.source_id.in_(sorted({row.source_id for row in rows})),
        )
        .group_by(*key, *numbers, s.reservation_status)
    )
    for row in session.connection().execute(statement):
        into = held if row.reservation_status == ReservationStatus.RESERVATION else loose
        into[tuple(row[:4])][Tracking(*row[4:7])] = row.quantity
    return held, loose


def _among(goods: Collection[Goods]) -> ColumnElement[bool]:
    """Each column among its values; a few neighbours are found too and left out by the reader."""
    items, variants, locations = (sorted(set(values)) for values in zip(*goods, strict=True))
    return and_(_open.c.item_no.in_(items), _open.c.variant_code.in_(variants), _open.c.location_code.in_(locations))


def _numbers_on_hold(session: Session, items: Collection[str]) -> set[tuple[str, str, str, str]]:
    """Numbers that must not be reserved (D20, EDG-14)."""
    i = _information.c
    statement = select(i.item_no, i.variant_code, i.kind, i.number).where(
        plant(session, _information), i.item_no.in_(sorted(items)), stopped(_information), i.stops.bitwise_and(int(Use.RESERVE)) != 0
    )
    return {tuple(row) for row in session.connection().execute(statement)}


def _stock(row: Row[Any], held: Collection[tuple[str, str, str, str]]) -> Supply:
    kinds = (("Serial", row.serial_no), ("Lot", row.lot_no), ("Package", row.package_no))
    return Supply(
        STOCK, str(row.entry_no), row.entry_no, row.item_no, row.variant_code, row.location_code, row.remaining, row.reserved,
        posting_date=row.posting_date, tracking=Tracking(row.serial_no, row.lot_no, row.package_no),
        on_hold=any(number and (row.item_no, row.variant_code, kind, number) in held for kind, number in kinds),
    )
