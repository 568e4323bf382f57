"""Reads what a posting decides on, each table once, under its lock (A23): open entries first, then tracking units.

Lists in IN are padded to powers of two, so that the text of a statement does not change with every number of lines
and PostgreSQL can keep its plans (performance 7.9).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, Table, and_, bindparam, func, or_, select, union_all
from sqlalchemy.orm import Session

from shopfloor.db import current_plant, plant, table
from shopfloor.items.holds import FREE, Hold, Use
from shopfloor.items.masters import ItemMaster
from shopfloor.items.models import NumberInformation
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.entry_types import EntryType
from shopfloor.ledger.models import ItemApplicationEntry, ItemLedgerEntry, OpenItemEntry, TrackingUnit
from shopfloor.ledger.queries import open_stock
from shopfloor.ledger.rules import OpenStock
from shopfloor.ledger.units import UnitKey, number_unit
from shopfloor.posting.edges import units_of
from shopfloor.posting.facts import NamedEntry, NumberFact, NumberKey, Production, SerialKey, dated_number, numbers_of
from shopfloor.posting.journal import ItemJournalLine
from shopfloor.quantity import ZERO

T = TypeVar("T", str, int)
Keys = Collection[tuple[Any, ...]]

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
    numbers: set[tuple[str, str]] = field(default_factory=set)
    """(item, lot) at any location: goods whose date is corrected are moved in full (EX-05)."""
    packages: set[tuple[str, str]] = field(default_factory=set)
    """The same by package, where goods have no other number."""
    owed: set[tuple[str, str]] = field(default_factory=set)
    """(item, location) whose negative entries an inbound quantity pays (C10)."""

    def add(self, line: ItemJournalLine, item: ItemMaster) -> None:
        """Note what one line takes, puts, or must not find."""
        specific = item.rules.specific_part(line.tracking)
        if line.entry_type == EntryType.TRANSFER and item.rules.serial_specific:
            self.serials.add((line.item_no, line.received_tracking.serial_no))
        if specific.serial_no:
            self.serials.add((line.item_no, specific.serial_no))
        if line.changes_expiration:
            self._add_whole_number(line)
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

    def _add_whole_number(self, line: ItemJournalLine) -> None:
        """EX-05: everything that shares the date of the line's number."""
        kind, number = dated_number(line.item_no, line.variant_code, line.tracking)[2:]
        {"Serial": self.serials, "Lot": self.numbers, "Package": self.packages}[kind].add((line.item_no, number))

    def groups(self) -> dict[str, Keys]:
        """What there is to look for, by the name of its columns in _STOCK_COLUMNS."""
        found: dict[str, Keys] = {
            "entries": [(entry_no,) for entry_no in self.entries], "serials": self.serials, "lots": self.lots, "goods": self.goods,
            "numbers": self.numbers, "packages": self.packages, "owed": self.owed,
        }
        return {name: keys for name, keys in found.items() if keys}


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
    groups = shelves.groups()
    return _locked(session, groups) if groups else []


def lock_entries(session: Session, entry_nos: Iterable[int]) -> list[OpenStock]:
    """Lock and read open entries by number. One statement."""
    return _locked(session, {"entries": [(entry_no,) for entry_no in entry_nos]})


def lock_units(session: Session, lines: Sequence[ItemJournalLine], stock: Sequence[OpenStock]) -> dict[UnitKey, int]:
    """Tracking units that exist, locked so that two postings of one number come one after the other. One statement.

    Units of open entries are known already. For a serial number every combination is read: its identity has no lot (C14).
    """
    known = {number_unit(e.item_no, e.variant_code, e.tracking): e.unit_no for e in stock if e.unit_no}
    wanted = {unit for line in lines for unit in units_of(line)} - known.keys()
    units: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
    for unit in wanted:
        group = "serials" if unit.serial_no else "numbers" if unit.item_no else "places"
        units[group].add(tuple(getattr(unit, name) for name in _UNIT_COLUMNS[group]))
    if units:
        statement = _lock_units_statement(tuple(sorted(units)))
        for row in session.connection().execute(statement, _values(session, units)):
            known[_unit_key(row)] = row.unit_no
    return known


def number_information(session: Session, lines: Sequence[ItemJournalLine], stock: Sequence[OpenStock]) -> dict[NumberKey, NumberFact]:
    """What is known of the numbers on the lines and in the stock they may take from. One statement.

    The rows are held as weakly as can be (FOR KEY SHARE): postings do not wait for each other, but whoever is setting a hold
    (`items.hold_projection.locked_number`) is waited for, and waits for those that have read the number as free (D20).
    """
    keys: set[NumberKey] = set()
    for line in lines:
        for tracking in (line.tracking, line.received_tracking):
            keys.update(numbers_of(line.item_no, line.variant_code, tracking))
    keys |= {key for e in stock for key in numbers_of(e.item_no, e.variant_code, e.tracking)}
    if not keys:
        return {}
    rows = session.connection().execute(_INFORMATION, _values(session, {"numbers": keys}))
    return {
        (row.item_no, row.variant_code, row.kind, row.number): _number_fact(row) for row in rows
    }


def _number_fact(row: Row[Any]) -> NumberFact:
    hold = Hold(Use(row.stops), row.stopped_by, row.stop_reason) if row.stops else FREE
    return NumberFact(hold, row.expiration_date, row.disposition_code, row.disposition_reason)


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


def _locked(session: Session, groups: Mapping[str, Keys]) -> list[OpenStock]:
    rows = session.connection().execute(_lock_stock_statement(tuple(sorted(groups))), _values(session, groups))
    return [open_stock(row) for row in rows]


# Statements are built once for each combination of groups: putting one together costs more than running it.


@cache
def _lock_stock_statement(groups: tuple[str, ...]) -> Select[Any]:
    parts = [_among_values(group, [_open.c[name] for name in _STOCK_COLUMNS[group]]) for group in groups if group != "owed"]
    if "owed" in groups:
        parts.append(and_(_among_values("owed", [_open.c[name] for name in _STOCK_COLUMNS["owed"]]), _open.c.remaining < ZERO))
    return select(_open).where(_at_plant(_open), or_(*parts)).order_by(_open.c.entry_no).with_for_update(key_share=True)


@cache
def _lock_units_statement(groups: tuple[str, ...]) -> Select[Any]:
    parts = [_among_values(group, [_unit.c[name] for name in _UNIT_COLUMNS[group]]) for group in groups]
    return select(_unit).where(_at_plant(_unit), or_(*parts)).order_by(_unit.c.unit_no).with_for_update(key_share=True)


def _among_values(group: str, columns: Sequence[ColumnElement[Any]]) -> ColumnElement[bool]:
    """As `_among`, with the values to come from `_values`."""
    return and_(*(column.in_(bindparam(f"{group}_{place}", type_=column.type, expanding=True)) for place, column in enumerate(columns)))


def _values(session: Session, groups: Mapping[str, Keys]) -> dict[str, Any]:
    values = {
        f"{group}_{place}": padded(column) for group, keys in groups.items() for place, column in enumerate(zip(*keys, strict=True))
    }
    return values | {"at_plant": current_plant(session)}


def _at_plant(of: Table) -> ColumnElement[bool]:
    at_plant: ColumnElement[bool] = of.c.plant_no == bindparam("at_plant")
    return at_plant


_STOCK_COLUMNS = {
    "entries": ("entry_no",),
    "serials": ("item_no", "serial_no"),
    "lots": ("item_no", "location_code", "lot_no"),
    "goods": ("item_no", "location_code"),
    "numbers": ("item_no", "lot_no"),
    "packages": ("item_no", "package_no"),
    "owed": ("item_no", "location_code"),
}
_UNIT_COLUMNS = {
    "serials": ("item_no", "variant_code", "serial_no"),
    "numbers": ("item_no", "variant_code", "serial_no", "lot_no", "package_no"),
    "places": ("item_no", "variant_code", "serial_no", "lot_no", "package_no", "order_no", "order_line_no", "match_id"),
}
_information_key = (_information.c.item_no, _information.c.variant_code, _information.c.kind, _information.c.number)
_known = ("stops", "stopped_by", "stop_reason", "expiration_date", "disposition_code", "disposition_reason")
_INFORMATION = (
    select(*_information_key, *(_information.c[name] for name in _known))
    .where(_at_plant(_information), _among_values("numbers", _information_key))
    .order_by(*_information_key)
    .with_for_update(read=True, key_share=True)
)


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
    """AP-08: how much of outbound entries was given back, less returns that were undone since (AP-15). One statement."""
    if not entry_nos:
        return {}
    c = _application.c
    came = (
        select(c.outbound_item_entry_no.label("entry_no"), c.item_entry_no, c.quantity)
        .where(plant(session, _application), c.outbound_item_entry_no.in_(padded(entry_nos)), c.cost_application)
        .subquery("came")
    )
    # The entry that undoes a return takes from it: its application is found by the return.
    taken = _application.alias("taken")
    undo = and_(_entry.c.plant_no == taken.c.plant_no, _entry.c.entry_no == taken.c.item_entry_no)
    undone = (
        select(came.c.entry_no, taken.c.quantity)
        .join_from(came, taken, taken.c.inbound_item_entry_no == came.c.item_entry_no)
        .join(_entry, undo)
        .where(plant(session, taken, _entry), taken.c.quantity < ZERO, _entry.c.corrects_entry_no == came.c.item_entry_no)
    )
    both = union_all(select(came.c.entry_no, came.c.quantity), undone).subquery("both")
    statement = select(both.c.entry_no, func.sum(both.c.quantity).label("quantity")).group_by(both.c.entry_no)
    return {row.entry_no: row.quantity for row in session.connection().execute(statement)}


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
