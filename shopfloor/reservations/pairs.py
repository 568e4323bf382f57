"""Reads and writes reservation pairs against any kind of supply, and the numbers that stand on a demand line (DM-20 to DM-24)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Delete, FromClause, Row, Select, Update, and_, bindparam, delete, insert, select, union_all, update
from sqlalchemy.orm import Session

from shopfloor.clock import now
from shopfloor.db import Given, ManyRows, current_plant, plant, table, take_numbers
from shopfloor.db.races import lost_race
from shopfloor.items.tracking import NO_TRACKING, Tracking
from shopfloor.people.actor import Actor
from shopfloor.quantity import ZERO
from shopfloor.reservations.commands import change_reserved, reduce_pairs
from shopfloor.reservations.matching import STOCK, Match, Supply
from shopfloor.reservations.models import ReservationEntry, ReservationSource, ReservationStatus
from shopfloor.reservations.rules import Demand
from shopfloor.reservations.tracking_records import take_off, tracking_records

_entry = table(ReservationEntry)
_demand = _entry.alias("demand")
_supply = _entry.alias("supply")


def _remove_number(given: Given) -> Delete:
    c = _entry.c
    return delete(_entry).where(c.entry_no == given["entry_no"], c.positive.is_(False), c.quantity_base == -given["quantity"])


def _reduce_number(given: Given) -> Update:
    c = _entry.c
    left = c.quantity_base + given["quantity"]
    return update(_entry).where(c.entry_no == given["entry_no"], c.positive.is_(False)).values(quantity_base=left, to_handle_base=None)


_REMOVE_NUMBER = ManyRows(_remove_number, entry_no=_entry.c.entry_no, quantity=_entry.c.quantity_base)
_REDUCE_NUMBER = ManyRows(_reduce_number, entry_no=_entry.c.entry_no, quantity=_entry.c.quantity_base)


@dataclass(frozen=True)
class Pair:
    """One reservation with both its sides."""

    entry_no: int
    demand: Demand
    demand_tracking: Tracking
    source_type: str
    source_id: str
    source_line_no: int
    source_sub_line_no: int
    supply_tracking: Tracking
    item_no: str
    variant_code: str
    location_code: str
    quantity: Decimal
    """Positive, base units."""
    picked: bool
    taken_over: str
    binding: str
    disallow_cancellation: bool
    shipment_date: date | None
    expected_receipt_date: date | None
    created_at: datetime
    created_by: str
    expiration_date: date | None = None
    """Noted with the number that an order line brings."""

    @property
    def from_stock(self) -> bool:
        """Against an open item ledger entry."""
        return self.source_type == STOCK

    @property
    def specific(self) -> bool:
        """LB-01: both sides carry the number."""
        return bool(self.demand_tracking)

    @property
    def documents(self) -> set[tuple[str, str]]:
        """Documents of both sides."""
        supply = set() if self.from_stock else {(self.source_type, self.source_id)}
        return {(self.demand.source_type, self.demand.source_id)} | supply

    def supply_label(self) -> str:
        """As people name the supply."""
        return f"entry {self.source_id}" if self.from_stock else f"{self.source_id} line {self.source_line_no}"


# --- reading ---------------------------------------------------------------------------------------------------------------


def pairs_by_no(session: Session, entry_nos: Collection[int]) -> list[Pair]:
    """Pairs by number."""
    return _read(session, _demand.c.entry_no.in_(sorted(entry_nos))) if entry_nos else []


def pairs_of_demand(session: Session, demand: Demand) -> list[Pair]:
    """Everything that a document line holds, its associations' too."""
    return _read(session, _is_line(demand))


def own_pairs(session: Session, line: Demand) -> list[Pair]:
    """What a document line holds itself, without its associations."""
    return _read(session, and_(_is_line(line), _demand.c.association_no == 0))


def pairs_of_document(session: Session, source_id: str, source_types: Collection[str]) -> list[Pair]:
    """Pairs in which a document demands or supplies."""
    return _read(session, _demand.c.entry_no.in_(_entries_of(session, source_id, _entry.c.source_type.in_(sorted(source_types)))))


def list_pairs(session: Session, *, item_no: str = "", order_no: str = "", after: int = 0, limit: int = 200) -> list[Pair]:
    """Pairs by number, behind one; optionally of an item, or of an order on either side. Stock is no order."""
    wanted = _demand.c.entry_no > after
    if item_no:
        wanted &= _demand.c.item_no == item_no
    if order_no:
        kinds = [kind.value for kind in ReservationSource if kind != ReservationSource.ITEM_LEDGER_ENTRY]
        wanted &= _demand.c.entry_no.in_(_entries_of(session, order_no, _entry.c.source_type.in_(kinds)))
    return _read(session, wanted, limit=limit)


def inbound_pairs(session: Session, source_type: str, source_id: str) -> list[Pair]:
    """Pairs that a document's lines are to supply."""
    return _read(session, and_(_supply.c.source_type == source_type, _supply.c.source_id == source_id))


def pairs_against_orders(session: Session, source_type: str, source_id: str, demand_type: str) -> list[Pair]:
    """Pairs that a document's lines are to supply, and pairs against orders that its own lines of `demand_type` hold. One statement."""
    values = {"at_plant": current_plant(session), "supply_type": source_type, "document": source_id, "demand_type": demand_type}
    found = {row.entry_no: _pair(row) for row in session.connection().execute(_AGAINST_ORDERS, values)}
    return [found[number] for number in sorted(found)]


def numbers_of_line(session: Session, demand: Demand) -> dict[Tracking, Decimal]:
    """Numbers on a demand line that are tied to nothing yet, with their base quantity (Surplus, DM-23)."""
    found: dict[Tracking, Decimal] = defaultdict(Decimal)
    for row in _number_rows(session, demand):
        found[_tracking(row)] += -row.quantity_base
    return dict(found)


# --- writing ---------------------------------------------------------------------------------------------------------------


def write_matches(session: Session, actor: Actor, matches: Sequence[Match], *, specific: bool = False, binding: str = "") -> list[int]:
    """Write pairs, and count stock as reserved. Gives the numbers of the pairs.

    A number that an order line brings leaves the line's loose numbers (DM-22). Three statements, six with such numbers.
    """
    if not matches:
        return []
    dates = _take_inbound_numbers(session, matches)
    numbers = take_numbers(session, {"reservation_entry": len(matches)})["reservation_entry"]
    rows = []
    reserved: dict[int, Decimal] = defaultdict(Decimal)
    for entry_no, match in zip(numbers, matches, strict=True):
        rows += _rows(current_plant(session), entry_no, match, actor, specific=specific, binding=binding, dates=dates)
        if match.supply.is_stock:
            reserved[match.supply.source_line_no] += match.quantity
    session.connection().execute(insert(_entry), rows)
    change_reserved(session, reserved)
    return numbers


def release_pairs(session: Session, pairs: Sequence[Pair], quantities: Mapping[int, Decimal] | None = None) -> None:
    """Give supply free again: whole pairs, or a part of each (`quantities` by pair number)."""
    parts = {pair.entry_no: pair.quantity for pair in pairs} if quantities is None else dict(quantities)
    reduce_pairs(session, parts)
    change: dict[int, Decimal] = defaultdict(Decimal)
    for pair in pairs:
        if pair.from_stock:
            change[pair.source_line_no] -= parts.get(pair.entry_no, ZERO)
    change_reserved(session, change)


def keep_numbers(session: Session, actor: Actor, pairs: Sequence[Pair]) -> None:
    """RS-11: what a cancelled pair's demand carried stays on the line as Surplus. An open entry keeps its own number anyway."""
    _write_surplus(session, actor, [pair for pair in pairs if pair.specific], _surplus)


def return_numbers(session: Session, actor: Actor, pairs: Sequence[Pair]) -> None:
    """RS-11, OT-02: what an order line was to bring by number is loose on that line again. Two statements."""
    _write_surplus(session, actor, [pair for pair in pairs if pair.supply_tracking and not pair.from_stock], _loose)


def _write_surplus(session: Session, actor: Actor, kept: Sequence[Pair], row: Callable[[int, int, Pair, Actor], dict[str, object]]) -> None:
    if kept:
        numbers = take_numbers(session, {"reservation_entry": len(kept)})["reservation_entry"]
        rows = [row(current_plant(session), number, pair, actor) for number, pair in zip(numbers, kept, strict=True)]
        session.connection().execute(insert(_entry), rows)


def use_numbers(session: Session, demand: Demand, tracking: Tracking, quantity: Decimal) -> None:
    """Take quantity off the line's loose numbers, because a reservation carries them now (DM-22)."""
    gone: list[dict[str, Any]] = []
    less: list[dict[str, Any]] = []
    for row in _number_rows(session, demand):
        part = min(-row.quantity_base, quantity) if _tracking(row) == tracking else ZERO
        if part > ZERO:
            quantity -= part
            (gone if part == -row.quantity_base else less).append({"entry_no": row.entry_no, "quantity": part})
    for statement, rows in ((_REMOVE_NUMBER, gone), (_REDUCE_NUMBER, less)):
        if statement.execute(session, rows) != len(rows):
            raise lost_race("a number on the line was changed by somebody else")


# --- statements and rows ---------------------------------------------------------------------------------------------------


def _read(session: Session, wanted: ColumnElement[bool], *, limit: int = 0) -> list[Pair]:
    statement = _PAIRS.where(wanted).order_by(_demand.c.entry_no)
    rows = session.connection().execute(statement.limit(limit) if limit else statement, {"at_plant": current_plant(session)})
    return [_pair(row) for row in rows]


_OF_SUPPLY = (
    "source_type", "source_id", "source_line_no", "source_sub_line_no", "serial_no", "lot_no", "package_no",
    "expected_receipt_date", "expiration_date",
)
_PAIRS = (
    select(_demand, *(_supply.c[name].label(f"s_{name}") for name in _OF_SUPPLY))
    .join_from(_demand, _supply, and_(_supply.c.plant_no == _demand.c.plant_no, _supply.c.entry_no == _demand.c.entry_no))
    .where(
        _demand.c.plant_no == bindparam("at_plant"), _supply.c.plant_no == bindparam("at_plant"),
        _demand.c.positive.is_(False), _supply.c.positive.is_(True), _demand.c.reservation_status == ReservationStatus.RESERVATION,
    )
)
# Each half is led by an index of its own side; a report asks this, and an order has many records of registered parts.
_AGAINST_ORDERS = union_all(
    _PAIRS.where(_supply.c.source_type == bindparam("supply_type"), _supply.c.source_id == bindparam("document")),
    _PAIRS.where(
        _demand.c.source_type == bindparam("demand_type"), _demand.c.source_id == bindparam("document"), _demand.c.association_no == 0,
        _supply.c.source_type != STOCK,
    ),
)


def _entries_of(session: Session, source_id: str, *wanted: ColumnElement[bool]) -> Select[tuple[int]]:
    """Numbers of the records of a document. A condition on either side of a pair would find no index."""
    return select(_entry.c.entry_no).where(plant(session, _entry), _entry.c.source_id == source_id, *wanted)


def _is_line(demand: Demand, side: FromClause = _demand) -> ColumnElement[bool]:
    columns = side.c
    return and_(
        columns.source_type == demand.source_type, columns.source_id == demand.source_id, columns.source_line_no == demand.source_line_no,
        columns.source_sub_line_no == demand.source_sub_line_no,
    )


def _number_rows(session: Session, demand: Demand) -> list[Row[Any]]:
    c = _entry.c
    statement = select(c.entry_no, c.quantity_base, c.serial_no, c.lot_no, c.package_no).where(
        plant(session, _entry), _is_line(demand, _entry), c.positive.is_(False), c.reservation_status == ReservationStatus.SURPLUS
    )
    return list(session.connection().execute(statement.order_by(c.entry_no)))


def _tracking(row: Row[Any]) -> Tracking:
    return Tracking(row.serial_no, row.lot_no, row.package_no)


def _pair(r: Row[Any]) -> Pair:
    return Pair(
        entry_no=r.entry_no,
        demand=Demand(r.source_type, r.source_id, r.source_line_no, r.source_sub_line_no, r.association_no),
        demand_tracking=_tracking(r),
        source_type=r.s_source_type,
        source_id=r.s_source_id,
        source_line_no=r.s_source_line_no,
        source_sub_line_no=r.s_source_sub_line_no,
        supply_tracking=Tracking(r.s_serial_no, r.s_lot_no, r.s_package_no),
        item_no=r.item_no,
        variant_code=r.variant_code,
        location_code=r.location_code,
        quantity=-r.quantity_base,
        picked=r.picked,
        taken_over=r.taken_over,
        binding=r.binding,
        disallow_cancellation=r.disallow_cancellation,
        shipment_date=r.shipment_date,
        expected_receipt_date=r.s_expected_receipt_date,
        created_at=r.created_at,
        created_by=r.created_by,
        expiration_date=r.s_expiration_date,
    )


def _common(plant_no: int, entry_no: int, status: ReservationStatus, actor: Actor, binding: str = "") -> dict[str, object]:
    return {
        "plant_no": plant_no,
        "entry_no": entry_no,
        "reservation_status": status.value,
        "association_no": 0,
        "taken_over": "",
        "picked": False,
        "binding": binding,
        "created_at": now(),
        "created_by": actor.operator_no,
    }


def _take_inbound_numbers(session: Session, matches: Sequence[Match]) -> dict[tuple[Demand, Tracking], date | None]:
    """The numbers that order lines give to these matches are not loose any more. Gives the dates that were noted with them."""
    wanted: dict[tuple[Demand, Tracking], Decimal] = defaultdict(Decimal)
    for match in matches:
        if match.supply.tracking and not match.supply.is_stock:
            wanted[_line_of(match.supply), match.supply.tracking] += match.quantity
    if not wanted:
        return {}
    records = [record for record in tracking_records(session, [line for line, _ in wanted]) if record.inbound]
    dates = {(record.line, record.tracking): record.expiration_date for record in records}
    used: dict[int, Decimal] = {}
    for record in records:
        used[record.entry_no] = min(record.quantity, wanted.get((record.line, record.tracking), ZERO))
        wanted[record.line, record.tracking] -= used[record.entry_no]
    if any(quantity > ZERO for quantity in wanted.values()):
        raise lost_race("a number on an order line was taken by somebody else")
    take_off(session, records, used)
    return dates


def _line_of(supply: Supply) -> Demand:
    return Demand(supply.source_type, supply.source_id, supply.source_line_no, supply.source_sub_line_no)


def _rows(
    plant_no: int, entry_no: int, match: Match, actor: Actor, *, specific: bool, binding: str,
    dates: Mapping[tuple[Demand, Tracking], date | None],
) -> list[dict[str, object]]:
    line, supply = match.line, match.supply
    common = _common(plant_no, entry_no, ReservationStatus.RESERVATION, actor, binding) | {
        "item_no": line.item_no, "variant_code": line.variant_code, "location_code": line.location_code,
        "shipment_date": line.due_date, "expected_receipt_date": supply.due_date,
    }
    brings = {
        "positive": True, "quantity_base": match.quantity, "source_type": supply.source_type, "source_id": supply.source_id,
        "source_line_no": supply.source_line_no, "source_sub_line_no": supply.source_sub_line_no, **vars(supply.tracking),
        "expiration_date": dates.get((_line_of(supply), supply.tracking)),
    }
    takes = {
        "positive": False, "expiration_date": None, "quantity_base": -match.quantity, **_points_at(line.demand),
        **vars(supply.tracking if specific else NO_TRACKING),
    }
    return [common | brings, common | takes]


def _surplus(plant_no: int, entry_no: int, pair: Pair, actor: Actor) -> dict[str, object]:
    return _common(plant_no, entry_no, ReservationStatus.SURPLUS, actor) | {
        "item_no": pair.item_no, "variant_code": pair.variant_code, "location_code": pair.location_code,
        "shipment_date": pair.shipment_date, "expected_receipt_date": None, "positive": False, "quantity_base": -pair.quantity,
        **_points_at(pair.demand), **vars(pair.demand_tracking),
    }


def _loose(plant_no: int, entry_no: int, pair: Pair, actor: Actor) -> dict[str, object]:
    return _common(plant_no, entry_no, ReservationStatus.SURPLUS, actor) | {
        "item_no": pair.item_no, "variant_code": pair.variant_code, "location_code": pair.location_code, "shipment_date": None,
        "expected_receipt_date": pair.expected_receipt_date, "expiration_date": pair.expiration_date, "positive": True,
        "quantity_base": pair.quantity, "source_type": pair.source_type, "source_id": pair.source_id,
        "source_line_no": pair.source_line_no, "source_sub_line_no": pair.source_sub_line_no, **vars(pair.supply_tracking),
    }


def _points_at(demand: Demand) -> dict[str, object]:
    return {
        "source_type": demand.source_type, "source_id": demand.source_id, "source_line_no": demand.source_line_no,
        "source_sub_line_no": demand.source_sub_line_no,
    }
