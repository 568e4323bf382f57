"""Creating, changing, copying, blocking and deleting a record of master data, whatever its kind.

A change names the version that was read: whoever was slower is told so and loses nothing (`STALE_ROW`). Every change is audited with
what was before and what is after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import Base, table
from shopfloor.errors import NotFound, StaleRow
from shopfloor.people.actor import Actor
from shopfloor.people.answers import Changed, Created, Deleted
from shopfloor.people.errors import InUse, NothingToBlock
from shopfloor.people.fields import InputModel, read_input
from shopfloor.people.master_queries import read_record, uses
from shopfloor.people.masters import Draft, Key, Master, Values, draft, problems_of
from shopfloor.quantity import shown


def create_record(session: Session, actor: Actor, *, master: Master, given: InputModel) -> Created:
    """Add one record. Raises NotAllowed, AlreadyExists, NotFound for what it names, and the refusals of the master's own rules."""
    actor.require(master.right)
    one = draft(master, given)
    raise_first(session, master, one)
    insert_drafts(session, master, [one])
    number = master.number(one.values)
    audit.record(session, f"create {master.record}", number, after=given.model_dump(mode="json"))
    return Created(record=master.title, number=number)


def change_record(session: Session, actor: Actor, *, master: Master, record_key: Sequence[str], given: InputModel) -> Changed:
    """Give a record other values. Raises NotAllowed, NotFound, StaleRow, InUse, and the refusals of the master's own rules."""
    actor.require(master.right)
    before = _required(session, master, tuple(record_key))
    given_values = {name: getattr(given, name) for name in master.changeable}
    one = Draft(0, {name: before[name] for name in master.fields} | given_values)
    master.normal(one.values)
    master.allow(session, master, before, one.values)
    raise_first(session, master, one, new=False)
    _write(session, master, tuple(record_key), _version_of(given), {name: one.values[name] for name in master.changeable})
    master.follow(session, one.values)
    changed = {name: value for name, value in one.values.items() if value != before[name]}
    number = master.number(before)
    audit.record(session, f"change {master.record}", number, before=_json(before, changed), after=_json(changed, changed))
    return Changed(record=master.title, number=number)


def copy_record(session: Session, actor: Actor, *, master: Master, record_key: Sequence[str], new_key: Sequence[str]) -> Created:
    """A new record with the values of another one, not blocked. Raises NotAllowed, NotFound, AlreadyExists, InvalidInput."""
    actor.require(master.right)
    values = _required(session, master, tuple(record_key))
    source = master.number(values)
    given = read_input(master.new, {name: values[name] for name in master.fields} | dict(zip(master.key, new_key, strict=True)))
    one = draft(master, given)
    raise_first(session, master, one)
    insert_drafts(session, master, [one])
    for part in master.copied:
        _copy_part(session, master, part, tuple(record_key), one.values)
    number = master.number(one.values)
    audit.record(session, f"copy {master.record}", number, after={"from": source, **given.model_dump(mode="json")})
    return Created(record=master.title, number=number)


def block_record(
    session: Session, actor: Actor, *, master: Master, record_key: Sequence[str], version: int, blocked: bool, reason: str = ""
) -> Changed:
    """Stop the use of a record in anything new, or allow it again. Raises NotAllowed, NotFound, StaleRow, NothingToBlock."""
    actor.require(master.right)
    if not master.blockable:
        raise NothingToBlock(record=master.record)
    before = _required(session, master, tuple(record_key))
    _write(session, master, tuple(record_key), version, {"blocked": blocked})
    action = f"{'block' if blocked else 'unblock'} {master.record}"
    number = master.number(before)
    audit.record(session, action, number, before={"blocked": before["blocked"]}, after={"blocked": blocked}, reason=reason)
    return Changed(record=master.title, number=number)


def delete_record(session: Session, actor: Actor, *, master: Master, record_key: Sequence[str], version: int) -> Deleted:
    """Take away a record that nothing names. Raises NotAllowed, NotFound, StaleRow, InUse naming what still does."""
    actor.require(master.right)
    before = _required(session, master, tuple(record_key))
    number = master.number(before)
    named = [*uses(session, master, tuple(record_key)), *master.used_by(session, before)]
    if named:
        raise InUse(record=master.title, number=number, uses=", ".join(named))
    _write(session, master, tuple(record_key), version, {})
    for part in master.parts:
        own = table(part)
        session.connection().execute(delete(own).where(own.c[master.owner] == record_key[0]))
    session.connection().execute(delete(master.table).where(master.where(session, tuple(record_key))))
    audit.record(session, f"delete {master.record}", number, before=_json(before, before))
    return Deleted(record=master.title, number=number)


def insert_drafts(session: Session, master: Master, drafts: Sequence[Draft]) -> None:
    """The rows of new records. One executemany, however many."""
    if drafts:
        session.connection().execute(insert(master.model), [master.stored(session, one.values) for one in drafts])


def raise_first(session: Session, master: Master, one: Draft, *, new: bool = True) -> None:
    """The first refusal of a single record."""
    problem = next(problems_of(session, master, [one], new=new), None)
    if problem is not None:
        raise problem.refusal


def raise_version(session: Session, master: Master, key: Key, version: int) -> None:
    """Count a change of the record or of its parts, if nobody was quicker. Raises NotFound, StaleRow."""
    _required(session, master, key)
    _write(session, master, key, version, {})


def _write(session: Session, master: Master, key: Key, version: int, values: Values) -> None:
    """Guarded by the version: of two people who read the same one, the second hears that the first was quicker."""
    own = master.table
    row = {name: value for name, value in master.stored(session, values).items() if name != "plant_no"}
    statement = update(own).where(master.where(session, key), own.c.version == version).values(version=own.c.version + 1, **row)
    if session.connection().execute(statement).rowcount != 1:
        raise StaleRow(record=f"{master.title} {' '.join(part for part in key if part)}")


def _required(session: Session, master: Master, key: Key) -> Values:
    found = read_record(session, master, key)
    if found is None:
        raise NotFound(record=master.record, number=" ".join(part for part in key if part))
    return found


def _version_of(given: InputModel) -> int:
    version = getattr(given, "version")  # noqa: B009  # every `Master.change` has it; the type cannot say so
    assert isinstance(version, int)
    return version


def _copy_part(session: Session, master: Master, part: type[Base], key: Key, values: Mapping[str, Any]) -> None:
    own, owner = table(part), master.owner
    new_key = master.key_of(values)
    rows = session.connection().execute(select(own).where(own.c[owner] == key[0])).mappings().all()
    if rows:
        session.connection().execute(insert(own), [{**row, owner: new_key[0]} for row in rows])


def _json(values: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the audit keeps them: quantities as text."""
    return {name: shown(value) if isinstance(value := values[name], Decimal) else value for name in names}
