"""What hundreds of tests begin with is built once in each process, by its use cases, and put back from memory for the next test.

    @remembered
    def bike_plant(run): ...

Only where no command ran but those of remembered functions; else it is built as ever. Rows that a test wrote without a command are
not noticed: they stay in tables that the function only adds to, and what it builds must not depend on them.
Rows are kept as the engine gives them, so what is put back is what was built.
"""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from shopfloor.clock import now

Build = Callable[..., Any]
Chain = tuple[str, ...]
Rows = dict[str, Any]
"""Contents by table, and of PostgreSQL's sequences; what can be compared."""


@dataclass
class _Begun:
    """What was made in one database by remembered functions alone."""

    chain: Chain = ()
    commands: int = 0
    """Entries of the command log by then. With more, somebody else wrote."""


@dataclass
class _Memory:
    rows: Rows
    """What was added, and all of a table in which something was changed."""
    commands: int
    answer: Any
    emptied: list[str] = field(default_factory=list)
    """The tables in which something was changed."""


_begun: WeakKeyDictionary[Engine, _Begun] = WeakKeyDictionary()
_memories: dict[tuple[str, Chain], _Memory] = {}


def remembered(build: Build) -> Build:
    """`build(run, ...)`, from memory where it was built before on the same ground. It answers with something plain, or with nothing."""

    @functools.wraps(build)
    def built(run: Any, *arguments: Any, **keywords: Any) -> Any:
        session: Session | None = getattr(run, "session", None)
        if session is None:
            return build(run, *arguments, **keywords)
        engine = session.get_bind().engine
        begun = _begun.setdefault(engine, _Begun())
        session.rollback()
        if begun.commands != _commands(engine):
            return build(run, *arguments, **keywords)
        # Documents are posted today: what was built yesterday is another thing.
        chain = (*begun.chain, repr((build.__module__, build.__name__, arguments, keywords, now().date())))
        memory = _memories.get((engine.dialect.name, chain))
        if memory is None:
            before = _contents(engine)
            answer = build(run, *arguments, **keywords)
            session.rollback()
            memory = _difference(before, _contents(engine), _commands(engine), answer)
            _memories[engine.dialect.name, chain] = memory
        else:
            _put_back(engine, memory)
        _begun[engine] = _Begun(chain, memory.commands)
        return memory.answer

    return built


def _difference(before: Rows, after: Rows, commands: int, answer: Any) -> _Memory:
    """Where rows were only added, what was there stays: some tables take nothing else."""
    memory = _Memory({}, commands, answer)
    for name, rows in after.items():
        was = before[name]
        if rows == was:
            continue
        if isinstance(rows, int) or rows[: len(was)] != was:
            memory.emptied.append(name)
            memory.rows[name] = rows
        else:
            memory.rows[name] = rows[len(was) :]
    return memory


def _commands(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM command_entry").scalar_one())


def _contents(engine: Engine) -> Rows:
    """Every table and sequence with all that is in it."""
    contents = _sqlite_contents if engine.dialect.name == "sqlite" else _postgresql_contents
    with closing(engine.raw_connection()) as taken:
        return contents(taken.driver_connection)


def _put_back(engine: Engine, memory: _Memory) -> None:
    put_back = _sqlite_put_back if engine.dialect.name == "sqlite" else _postgresql_put_back
    with closing(engine.raw_connection()) as taken:
        put_back(taken.driver_connection, memory)


def _sqlite_contents(connection: sqlite3.Connection) -> Rows:
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid")]
    return {table: connection.execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall() for table in tables}


def _sqlite_put_back(connection: sqlite3.Connection, memory: _Memory) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("PRAGMA defer_foreign_keys = ON")
    for table in memory.emptied:
        connection.execute(f"DELETE FROM {table}")
    for table, rows in memory.rows.items():
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
    connection.execute("COMMIT")


_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY oid"
_SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"
_SEQUENCE = "sequence "


def _postgresql_contents(connection: psycopg.Connection) -> Rows:
    found: Rows = {}
    for (table,) in connection.execute(_TABLES).fetchall():
        with connection.cursor().copy(f"COPY {table} TO STDOUT".encode()) as copy:
            found[table] = b"".join(bytes(part) for part in copy)
    found |= {_SEQUENCE + name: last for name, last in connection.execute(_SEQUENCES).fetchall()}
    return found


def _postgresql_put_back(connection: psycopg.Connection, memory: _Memory) -> None:
    """Guards and foreign keys rest meanwhile: it is what they let through before."""
    tables = {name: rows for name, rows in memory.rows.items() if not name.startswith(_SEQUENCE)}
    last = {name.removeprefix(_SEQUENCE): value for name, value in memory.rows.items() if name.startswith(_SEQUENCE)}
    emptied = [f"DELETE FROM {table}" for table in memory.emptied if table in tables]
    begun = [f"SELECT setval('{sequence}', {value})" for sequence, value in last.items()]
    with connection.transaction():
        connection.execute("; ".join(["SET LOCAL session_replication_role = replica", *emptied, *begun]).encode())
        for table, rows in tables.items():
            with connection.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copy:
                copy.write(rows)
