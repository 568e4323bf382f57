"""The one shape of master data: what a record is called, what it holds, what it names, and which rules it keeps.

Every master (unit, item, GTIN, vendor, …) is one `Master`, defined in its own package. Creating, changing, copying, blocking and
deleting are written once, in `master_commands`; lists and cards once, in `master_queries`; files of them in `exchange`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import Field, create_model
from sqlalchemy import ColumnElement, Table, and_, select, true, tuple_
from sqlalchemy.orm import Session

from shopfloor.db import Base, PlantLed, current_plant, table
from shopfloor.errors import NotFound, Refusal
from shopfloor.people import rights
from shopfloor.people.errors import AlreadyExists, NumberUnusable, RecordBlocked
from shopfloor.people.fields import InputModel

Key = tuple[str, ...]
Values = dict[str, Any]
AT_ONCE = 5000
"""Values in one IN list; both databases take some more."""


@dataclass
class Draft:
    """One record that somebody wants to have, as it will be stored."""

    place: int
    """Row of a file; 0 for a form."""
    values: Values


@dataclass(frozen=True)
class Problem:
    """Why one record cannot be."""

    place: int
    field: str
    refusal: Refusal


@dataclass(frozen=True)
class Lookup:
    """A field that names a record of another master; blank where the field may be blank."""

    field: str
    model: type[Base]
    record: str
    column: str = "code"
    """Key column over there."""
    never: frozenset[str] = frozenset()
    """Records over there that this field is not for; the master's own check refuses them."""


def _keep(_values: Values) -> None:
    """Nothing to bring into another form."""


def _no_problems(_session: Session, _drafts: Sequence[Draft]) -> Iterator[Problem]:
    return iter(())


def _nobody(_session: Session, _values: Mapping[str, Any]) -> list[str]:
    return []


def _alone(_session: Session, _values: Mapping[str, Any]) -> None:
    """Nothing follows a change."""


def _allow(_session: Session, _master: Master, _before: Mapping[str, Any], _after: Mapping[str, Any]) -> None:
    """Every change is allowed."""


@dataclass(frozen=True)
class Master:
    """One kind of master data."""

    record: str
    """In the words of refusals, such as `vendor`."""
    model: type[Base]
    new: type[InputModel]
    """What it is created with; its fields are columns of the model."""
    key: Key = ("no",)
    """Fields of the primary key, without the plant."""
    right: str = rights.MASTERS
    lookups: tuple[Lookup, ...] = ()
    fixed: tuple[str, ...] = ()
    """Fields beside the key that only creation sets."""
    columns: tuple[str, ...] = ()
    """Fields that the list shows."""
    named_by: tuple[Key, ...] = ()
    """Columns of other tables that name it without a foreign key, one for each part of its key, such as `(location_code,)`."""
    parts: tuple[type[Base], ...] = ()
    """Tables of its own that go with it when it is deleted, the innermost first."""
    owner: str = ""
    """Their column that names it."""
    copied: tuple[type[Base], ...] = ()
    """Those of them that a copy takes along."""
    normal: Callable[[Values], None] = _keep
    """Brings one record into the form in which it is stored; raises a Refusal. Pure."""
    check: Callable[[Session, Sequence[Draft]], Iterator[Problem]] = _no_problems
    """What else has to be true, in a number of statements that does not depend on the number of drafts."""
    used_by: Callable[[Session, Mapping[str, Any]], list[str]] = _nobody
    """What needs it beside the tables that name it."""
    allow: Callable[[Session, Master, Mapping[str, Any], Mapping[str, Any]], None] = _allow
    """Refuses a change from one set of values to another."""
    follow: Callable[[Session, Mapping[str, Any]], None] = _alone
    """Brings what is derived from a record after its change, in the same transaction."""

    def __str__(self) -> str:
        """A command that names a master is the same command after a restart."""
        return self.record

    @property
    def title(self) -> str:
        """In the words of answers: `Vendor`."""
        return self.record[0].upper() + self.record[1:]

    @property
    def table(self) -> Table:
        return table(self.model)

    @property
    def blockable(self) -> bool:
        return "blocked" in self.table.c

    @property
    def plant_led(self) -> bool:
        return issubclass(self.model, PlantLed)

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """What people may read and write of it."""
        return tuple(self.new.model_fields)

    @cached_property
    def changeable(self) -> tuple[str, ...]:
        """What a change may set."""
        return tuple(name for name in self.fields if name not in (*self.key, *self.fixed))

    @cached_property
    def change(self) -> type[InputModel]:
        """What it is changed with: everything but key and fixed fields, and the version that was read."""
        kept: dict[str, Any] = {name: (self.new.model_fields[name].annotation, self.new.model_fields[name]) for name in self.changeable}
        version = (int, Field(ge=1, description="The version that was read; another one by now is refused as STALE_ROW"))
        name = "Change" + self.new.__name__.removeprefix("New")
        return create_model(name, __base__=InputModel, __doc__=f"Other values of a {self.record}.", version=version, **kept)

    def number(self, values: Mapping[str, Any]) -> str:
        """The key as people name it."""
        return " ".join(str(values[name]) for name in self.key if values[name])

    def key_of(self, values: Mapping[str, Any]) -> Key:
        return tuple(str(values[name]) for name in self.key)

    def where(self, session: Session, key: Key) -> ColumnElement[bool]:
        """The WHERE of one record."""
        return and_(self.here(session), *(self.table.c[name] == value for name, value in zip(self.key, key, strict=True)))

    def here(self, session: Session) -> ColumnElement[bool]:
        """The WHERE of all records that this plant has."""
        return self.table.c.plant_no == current_plant(session) if self.plant_led else true()

    def stored(self, session: Session, values: Values) -> Values:
        """A row of the table: a blank that names nothing is NULL where the column allows it."""
        columns = self.table.c
        row = {name: None if value == "" and columns[name].nullable else value for name, value in values.items()}
        return {"plant_no": current_plant(session), **row} if self.plant_led else row


def draft(master: Master, given: InputModel, place: int = 0) -> Draft:
    """A record from input. Raises what `normal` raises."""
    values = {name: getattr(given, name) for name in master.fields}
    master.normal(values)
    return Draft(place, values)


def problems_of(session: Session, master: Master, drafts: Sequence[Draft], *, new: bool = True) -> Iterator[Problem]:
    """Everything that speaks against the drafts, in the order of the checks: key, what they name, the master's own rules."""
    if new:
        yield from _known_keys(session, master, drafts)
    for lookup in master.lookups:
        yield from _missing(session, lookup, drafts)
    yield from master.check(session, drafts)


NO_ADDRESS = frozenset({".", "..", "new"})
"""Browsers drop the dots, and `new` is the form of a new record."""


def require_address(record: str, number: str) -> None:
    """A number under which the page of a new record can be opened. Raises NumberUnusable."""
    if number in NO_ADDRESS:
        raise NumberUnusable(record=record, number=number)


def known_values(session: Session, model: type[Base], columns: Key, wanted: Iterable[Key]) -> set[Key]:
    """Which of the keys there are; one statement for each AT_ONCE keys."""
    listed = sorted(set(wanted))
    own = table(model).c
    names = [own[name] for name in columns]
    known: set[Key] = set()
    for start in range(0, len(listed), AT_ONCE):
        part = listed[start : start + AT_ONCE]
        fits = names[0].in_([key[0] for key in part]) if len(names) == 1 else tuple_(*names).in_(part)
        statement = select(*names).where(fits)
        if issubclass(model, PlantLed):
            statement = statement.where(own.plant_no == current_plant(session))
        known |= {tuple(row) for row in session.connection().execute(statement)}
    return known


def require_unblocked(session: Session, model: type[Base], record: str, number: str, column: str = "no") -> None:
    """A record that a new document names. Raises NotFound, RecordBlocked."""
    own = table(model).c
    statement = select(own.blocked).where(own[column] == number)
    if issubclass(model, PlantLed):
        statement = statement.where(own.plant_no == current_plant(session))
    blocked = session.connection().execute(statement).scalar_one_or_none()
    if blocked is None:
        raise NotFound(record=record, number=number)
    if blocked:
        raise RecordBlocked(record=record, number=number)


def _known_keys(session: Session, master: Master, drafts: Sequence[Draft]) -> Iterator[Problem]:
    keys = [master.key_of(one.values) for one in drafts]
    known = known_values(session, master.model, master.key, keys)
    for one, key in zip(drafts, keys, strict=True):
        if key[0] in NO_ADDRESS:
            yield Problem(one.place, master.key[0], NumberUnusable(record=master.record, number=key[0]))
        if key in known:
            yield Problem(one.place, master.key[0], AlreadyExists(record=master.record, number=master.number(one.values)))
        known.add(key)


def _missing(session: Session, lookup: Lookup, drafts: Sequence[Draft]) -> Iterator[Problem]:
    named = {str(one.values[lookup.field]) for one in drafts if one.values[lookup.field]}
    known = known_values(session, lookup.model, (lookup.column,), [(name,) for name in named])
    for one in drafts:
        name = str(one.values[lookup.field])
        if name and (name,) not in known:
            yield Problem(one.place, lookup.field, NotFound(record=lookup.record, number=name))
