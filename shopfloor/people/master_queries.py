"""Lists and cards of master data, whatever its kind, and what names a record. Read only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, String, Table, and_, exists, func, literal, or_, select, true, tuple_
from sqlalchemy.orm import Session

from shopfloor.db import Base, current_plant, table
from shopfloor.people.masters import AT_ONCE, Key, Lookup, Master, Values

LARGEST_LIST = 500


@dataclass(frozen=True)
class Record:
    """One record as lists and cards show it."""

    key: Key
    values: Values
    """By field, in the words of the input model; `blocked` and `version` besides."""


@dataclass(frozen=True)
class RecordList:
    """Some records of a list."""

    rows: tuple[Record, ...]
    next_after: str = ""
    """Key to ask the next page with; blank: this is the last one."""


def read_record(session: Session, master: Master, key: Key) -> Values | None:
    """All fields of one record, with its version; None when there is none. One statement."""
    if len(key) != len(master.key) or not all(part.isprintable() for part in key):
        return None
    row = session.connection().execute(select(*_columns(master)).where(master.where(session, key))).mappings().one_or_none()
    return None if row is None else _values(row)


def list_records(session: Session, master: Master, *, text: str = "", after: str = "", limit: int = 50) -> RecordList:
    """Records by key, optionally those of which a text field holds `text`, without regard to case. One statement."""
    place = _place(master, after)
    if not text.isprintable() or place is None:
        return RecordList(())
    limit = max(1, min(limit, LARGEST_LIST))
    keys = [master.table.c[name] for name in master.key]
    statement = select(*_columns(master)).where(master.here(session)).order_by(*keys).limit(limit + 1)
    if place:
        statement = statement.where(tuple_(*keys) > tuple_(*(literal(part) for part in place)))
    if text:
        statement = statement.where(_holds(master, text))
    rows = [_record(master, row) for row in session.connection().execute(statement).mappings()]
    more = len(rows) > limit
    return RecordList(tuple(rows[:limit]), json.dumps(rows[limit - 1].key, ensure_ascii=False) if more else "")


def all_records(session: Session, master: Master) -> Iterator[Values]:
    """Every record of the plant by key, for files; read in portions, so that memory stays flat."""
    keys = [master.table.c[name] for name in master.key]
    statement = select(*_columns(master)).where(master.here(session)).order_by(*keys).limit(AT_ONCE)
    after: Key = ()
    while True:
        portion = statement.where(tuple_(*keys) > tuple_(*(literal(part) for part in after))) if after else statement
        rows = [_values(row) for row in session.connection().execute(portion).mappings()]
        yield from rows
        if len(rows) < AT_ONCE:
            return
        after = master.key_of(rows[-1])


def lookup_options(session: Session, lookup: Lookup, most: int = 200) -> list[str]:
    """Keys that a field can name; none when there are too many to choose from. One statement."""
    own = table(lookup.model)
    statement = select(own.c[lookup.column]).order_by(own.c[lookup.column]).limit(most + 1)
    if "plant_no" in own.c:
        statement = statement.where(own.c.plant_no == current_plant(session))
    if lookup.never:
        statement = statement.where(own.c[lookup.column].not_in(sorted(lookup.never)))
    found = list(session.connection().scalars(statement))
    return found if len(found) <= most else []


def uses(session: Session, master: Master, key: Key, *, parts: bool = False) -> list[str]:
    """Names of the tables in which something names the record, own parts only if asked for. One statement.

    Tables are found by their foreign keys and by the columns that the master says: a new kind of document needs no line here.
    """
    own = {part.__tablename__ for part in master.parts}
    places = [place for place in _places(session, master, key) if parts or place[0].name not in own]
    if not places:
        return []
    found = session.connection().execute(select(*(exists().where(fits).label(own.name) for own, fits in places))).mappings().one()
    return sorted({name.replace("_", " ") for name, used in found.items() if used})


def _places(session: Session, master: Master, key: Key) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """(table, condition) of everything that could name the record; a table that names it in several columns comes once."""
    plant_no = current_plant(session)
    names = dict(zip(master.key, key, strict=True)) | ({"plant_no": str(plant_no)} if master.plant_led else {})
    for own in Base.metadata.sorted_tables:
        if own is master.table:
            continue
        fits: list[ColumnElement[bool]] = []
        for constraint in own.foreign_key_constraints:
            if constraint.referred_table is master.table:
                pairs = [(element.parent, names[element.column.name]) for element in constraint.elements]
                fits.append(and_(*(column == (plant_no if column.name == "plant_no" else value) for column, value in pairs)))
        for columns in master.named_by:
            if all(name in own.c for name in columns):
                here = own.c.plant_no == plant_no if master.plant_led and "plant_no" in own.c else true()
                fits.append(and_(here, *(own.c[name] == value for name, value in zip(columns, key, strict=True))))
        if fits:
            yield own, or_(*fits)


def _columns(master: Master) -> list[Any]:
    own = master.table.c
    more = ("blocked", "version") if master.blockable else ("version",)
    return [func.coalesce(own[name], "").label(name) if _may_be_null(own[name]) else own[name] for name in (*master.fields, *more)]


def _may_be_null(column: Any) -> bool:  # noqa: ANN401  # a column of any type
    return bool(column.nullable) and isinstance(column.type, String)


def _values(row: RowMapping) -> Values:
    return dict(row)


def _record(master: Master, row: RowMapping) -> Record:
    values = _values(row)
    return Record(master.key_of(values), values)


def _holds(master: Master, text: str) -> ColumnElement[bool]:
    wanted = text.lower()
    searched = [master.table.c[name] for name in master.columns or master.fields if isinstance(master.table.c[name].type, String)]
    return or_(*(func.lower(column).contains(wanted, autoescape=True) for column in searched))


def _place(master: Master, after: str) -> Sequence[str] | None:
    """The key of the last record shown; empty for the first page, None for something that is no key."""
    if not after:
        return []
    try:
        place = json.loads(after)
    except (ValueError, RecursionError):
        return None
    fits = isinstance(place, list) and len(place) == len(master.key)
    return place if fits and all(isinstance(part, str) and part.isprintable() for part in place) else None
