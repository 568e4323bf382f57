"""Reads what a posting decides on, each table once, under its lock (A23): open entries first, then tracking units.

Lists in IN are padded to powers of two, so that the text of a statement does not change with every number of lines
and PostgreSQL can keep its plans (performance 7.9).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.items.masters import ItemMaster
from shopfloor.items.models import NumberInformation
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.entry_types import EntryType
from shopfloor.ledger.models import ItemApplicationEntry, ItemLedgerEntry, OpenItemEntry, TrackingUnit
from shopfloor.ledger.queries import open_stock
from shopfloor.ledger.rules import OpenStock
from shopfloor.ledger.units import UnitKey, number_unit
from shopfloor.posting.facts import NamedEntry, NumberFact, NumberKey, Production, SerialKey, numbers_of
from shopfloor.posting.journal import ItemJournalLine
from shopfloor.posting.plan import units_of
from shopfloor.quantity import ZERO

T = TypeVar("T", str, int)

_open = table(OpenItemEntry)
_unit = table(TrackingUnit)
_entry = table(ItemLedgerEntry)
_application = table(ItemApplicationEntry)
_information = table(NumberInformation)


@dataclass
class _Shelves:
    """Which open entries the lines are about."""

    entries: set[int] = field(default_factory=set)
    serials: set[tuple[str, str]] = field(default_factory=set)
    """(item, serial) at any location."""
    lots: set[tuple[str, str, str]] = field(default_factory=set)
    """(item, location, lot)."""
    goods: set[tuple[str, str]] = field(default_factory=set)
    """(item, location) of goods without specific numbers."""
    owed: set[tuple[str, str]] = field(default_factory=set)
    """(item, location) whose negative entries an inbound quantity pays (C10)."""

    def add(self, line: ItemJournalLine, item: ItemMaster) -> None:
        """Note what one line takes, puts, or must not find."""
        specific = item.rules.specific_part(line.tracking)
        if line.entry_type == EntryType.TRANSFER and item.rules.serial_specific:
            self.serials.add((line.item_no, line.received_tracking.serial_no))
        if specific.serial_no:
            self.serials.add((line.item_no, specific.serial_no))
        if line.fixed_entry:
            self.entries.add(line.fixed_entry)
        elif specific.serial_no:
            pass
        elif line.inbound and not specific:
            self.owed.add((line.item_no, line.location_code))
        elif line.outbound and specific.lot_no:
            self.lots.add((line.item_no, line.location_code, specific.lot_no))
        elif line.outbound:
            self.goods.add((line.item_no, line.location_code))

    def clause(self) -> ColumnElement[bool] | None:
        """The WHERE of them all; None when there is nothing to look for."""
        columns = _open.c
        parts: list[ColumnElement[bool]] = []
        if self.entries:
            parts.append(columns.entry_no.in_(padded(self.entries)))
        if self.serials:
            parts.append(_among((columns.item_no, columns.serial_no), self.serials))
        if self.lots:
            parts.append(_among((columns.item_no, columns.location_code, columns.lot_no), self.lots))
        if self.goods:
            parts.append(_among((columns.item_no, columns.location_code), self.goods))
        if self.owed:
            parts.append(and_(_among((columns.item_no, columns.location_code), self.owed), columns.remaining < ZERO))
        return or_(*parts) if parts else None


def padded(values: Iterable[T]) -> list[T]:
    """The values in order, the last one repeated up to the next power of two."""
    ordered = sorted(set(values))
    size = 1
    while size < len(ordered):
        size *= 2
    return ordered + ordered[-1:] * (size - len(ordered))


def lock_stock(session: Session, lines: Sequence[ItemJournalLine], masters: Mapping[str, ItemMaster]) -> list[OpenStock]:
    """Lock and read every open entry that the lines may take from, pay, or collide with, in entry order. One statement."""
    shelves = _Shelves()
    for line in lines:
        if line.item_no in masters:
            shelves.add(line, masters[line.item_no])
    wanted = shelves.clause()
    return [] if wanted is None else _locked(session, wanted)


def lock_entries(session: Session, entry_nos: Iterable[int]) -> list[OpenStock]:
    """Lock and read open entries by number. One statement."""
    return _locked(session, _open.c.entry_no.in_(padded(entry_nos)))


def lock_units(session: Session, lines: Sequence[ItemJournalLine], stock: Sequence[OpenStock]) -> dict[UnitKey, int]:
    """Tracking units that exist, locked so that two postings of one number come one after the other. One statement.

    Units of open entries are known already. For a serial number every combination is read: its identity has no lot (C14).
    """
    known = {number_unit(e.item_no, e.variant_code, e.tracking): e.unit_no for e in stock if e.unit_no}
    wanted = {unit for line in lines for unit in units_of(line)} - known.keys()
    groups = (
        ({u for u in wanted if u.serial_no}, ("item_no", "variant_code", "serial_no")),
        ({u for u in wanted if u.item_no and not u.serial_no}, ("item_no", "variant_code", "serial_no", "lot_no", "package_no")),
        (
            {u for u in wanted if not u.item_no},
            ("item_no", "variant_code", "serial_no", "lot_no", "package_no", "order_no", "order_line_no", "match_id"),
        ),
    )
    parts = [
        _among([_unit.c[name] for name in names], {tuple(getattr(unit, name) for name in names) for unit in units})
        for units, names in groups
        if units
    ]
    if parts:
        statement = select(_unit).where(plant(session, _unit), or_(*parts)).order_by(_unit.c.unit_no).with_for_update(key_share=True)
        for row in session.connection().execute(statement):
            known[_unit_key(row)] = row.unit_no
    return known


def number_information(session: Session, lines: Sequence[ItemJournalLine], stock: Sequence[OpenStock]) -> dict[NumberKey, NumberFact]:
    """What is known of the numbers on the lines and in the stock they may take from. One statement."""
    keys: set[NumberKey] = set()
    for line in lines:
        for tracking in (line.tracking, line.received_tracking):
            keys.update(numbers_of(line.item_no, line.variant_code, tracking))
    keys |= {key for e in stock for key in numbers_of(e.item_no, e.variant_code, e.tracking)}
    if not keys:
        return {}
    c = _information.c
    columns = (c.item_no, c.variant_code, c.kind, c.number)
    statement = select(*columns, c.blocked, c.hold_reason, c.expiration_date).where(plant(session, _information), _among(columns, keys))
    return {
        (row.item_no, row.variant_code, row.kind, row.number): NumberFact(row.blocked, row.hold_reason, row.expiration_date)
        for row in session.connection().execute(statement)
    }


@dataclass(frozen=True)
class History:
    """What the ledger says of entries that lines name, and of serial numbers that they produce."""

    named: Mapping[int, NamedEntry] = field(default_factory=dict)
    taken_back: Mapping[int, Decimal] = field(default_factory=dict)
    produced: Mapping[SerialKey, Production] = field(default_factory=dict)


def history(session: Session, lines: Sequence[ItemJournalLine], units: Mapping[UnitKey, int]) -> History:
    """Two statements at most, none when no line names an entry or makes a number that was here before."""
    named = {entry_no for line in lines for entry_no in (line.corrects_entry_no, line.applies_from_entry) if entry_no}
    scrap = {line.corrects_entry_no for line in lines if line.scrap_quantity < ZERO}
    seen = {(u.item_no, u.variant_code, u.serial_no) for u in units if u.serial_no}
    outputs = {(x.item_no, x.variant_code, x.tracking.serial_no) for x in lines if x.entry_type == EntryType.OUTPUT}
    serials = {key for key in outputs if key in seen}
    if not named and not serials:
        return History()
    rows = _entries(session, named, serials, {line.order_no for line in lines if line.scrap_quantity < ZERO}, scrap)
    taken_back = _returned(session, {line.returns_entry for line in lines} - {0})
    made: dict[SerialKey, Decimal] = defaultdict(Decimal)
    orders: dict[SerialKey, str] = {}
    for row in rows:
        key = (row.item_no, row.variant_code, row.serial_no)
        if row.entry_type == EntryType.OUTPUT and key in serials:
            made[key] += row.quantity + row.scrap_quantity
            orders[key] = row.order_no
        if row.corrects_entry_no in scrap:
            taken_back[row.corrects_entry_no] = taken_back.get(row.corrects_entry_no, ZERO) - row.scrap_quantity
    return History(
        named={row.entry_no: _named(row) for row in rows if row.entry_no in named},
        taken_back=taken_back,
        produced={key: Production(quantity, orders[key]) for key, quantity in made.items()},
    )


def _locked(session: Session, wanted: ColumnElement[bool]) -> list[OpenStock]:
    statement = select(_open).where(plant(session, _open), wanted).order_by(_open.c.entry_no).with_for_update(key_share=True)
    return [open_stock(row) for row in session.connection().execute(statement)]


def _entries(
    session: Session, named: set[int], serials: set[SerialKey], scrap_orders: set[str], scrap: set[int]
) -> list[Row[Any]]:
    c = _entry.c
    parts: list[ColumnElement[bool]] = []
    if named:
        parts.append(c.entry_no.in_(padded(named)))
    if serials:
        parts.append(and_(c.entry_type == EntryType.OUTPUT, _among((c.item_no, c.variant_code, c.serial_no), serials)))
    if scrap:
        parts.append(and_(c.order_no.in_(padded(scrap_orders)), c.corrects_entry_no.in_(padded(scrap))))
    statement = select(
        c.entry_no, c.entry_type, c.item_no, c.variant_code, c.location_code, c.serial_no, c.lot_no, c.package_no, c.quantity,
        c.scrap_quantity, c.order_no, c.order_line_no, c.corrects_entry_no,
    ).where(plant(session, _entry), or_(*parts))
    return list(session.connection().execute(statement.order_by(c.entry_no)))


def _returned(session: Session, entry_nos: set[int]) -> dict[int, Decimal]:
    """AP-08: how much of outbound entries was given back."""
    if not entry_nos:
        return {}
    c = _application.c
    statement = (
        select(c.outbound_item_entry_no, func.sum(c.quantity).label("quantity"))
        .where(plant(session, _application), c.outbound_item_entry_no.in_(padded(entry_nos)), c.cost_application)
        .group_by(c.outbound_item_entry_no)
    )
    return {row.outbound_item_entry_no: row.quantity for row in session.connection().execute(statement)}


def _among(columns: Sequence[ColumnElement[Any]], keys: Iterable[tuple[Any, ...]]) -> ColumnElement[bool]:
    """Each column among its values. Finds all keys and perhaps a few neighbours, which the rules leave alone."""
    return and_(*(column.in_(padded(values)) for column, values in zip(columns, zip(*keys, strict=True), strict=True)))


def _unit_key(row: Row[Any]) -> UnitKey:
    return UnitKey(
        row.item_no, row.variant_code, row.serial_no, row.lot_no, row.package_no, row.order_no, row.order_line_no, row.match_id
    )


def _named(row: Row[Any]) -> NamedEntry:
    return NamedEntry(
        row.entry_no, row.entry_type, row.item_no, row.variant_code, row.location_code,
        Tracking(row.serial_no, row.lot_no, row.package_no), row.quantity, row.scrap_quantity, row.order_no, row.order_line_no,
    )
