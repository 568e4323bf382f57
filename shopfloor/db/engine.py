"""The one place that makes engines (A5), and the gate that lets one SQLite writer in at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

try:  # SQLite of Debian 12 has the WAL-reset bug; this wheel carries a newer one (operations F4).
    from pysqlite3 import dbapi2 as sqlite_module
except ImportError:  # other platforms: `shopfloor doctor` says so
    sqlite_module = sqlite3

POOL = 20
SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "recursive_triggers=ON",
    "busy_timeout=10000",
    "trusted_schema=OFF",
    "cache_size=-65536",
)
POSTGRES_OPTIONS = "-c lock_timeout=5000 -c statement_timeout=15000 -c idle_in_transaction_session_timeout=30000 -c timezone=UTC -c jit=off"


def make_engine(url: str, *, pool_size: int = POOL) -> Engine:
    """Engine for a database address. Transactions begin deferred; only the unit of work asks for IMMEDIATE."""
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite_engine(url, pool_size)
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=2,
        pool_pre_ping=True,
        pool_use_lifo=True,  # the connection used last has its statements prepared
        # Reading needs no transaction at READ COMMITTED: each statement sees what is committed either way. It must not end with a
        # ROLLBACK, because the driver then forgets its prepared statements. The unit of work asks for a transaction.
        isolation_level="AUTOCOMMIT",
        connect_args={"options": POSTGRES_OPTIONS, "prepare_threshold": 2},
    )
    event.listen(engine, "do_execute", _execute)
    return engine


def transaction_options(engine: Engine) -> dict[str, Any]:
    """Execution options of a writing transaction: IMMEDIATE on SQLite, READ COMMITTED on PostgreSQL (A5)."""
    return {"writes": True} if engine.dialect.name == "sqlite" else {"isolation_level": "READ COMMITTED"}


def take_time(session: Session) -> None:
    """For the open connection of a session: statements may take as long as they need, because no person waits for them.

    PostgreSQL also takes fresh figures of its tables: a plant that was filled in one go outruns its own upkeep by a minute.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql("SET statement_timeout = 0")
        session.connection().exec_driver_sql("ANALYZE")


def planned_anew(engine: Engine) -> dict[str, Any]:
    """Execution options of a statement that PostgreSQL plans for the values that it gets, instead of using the plan that it kept."""
    return {} if engine.dialect.name == "sqlite" else {"planned_anew": True}


def _execute(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
    """Runs a statement without the driver's prepared statements where that was asked for. Else SQLAlchemy goes on by itself."""
    if not context.execution_options.get("planned_anew"):
        return False
    cursor.execute(statement, parameters, prepare=False)
    return True


def _sqlite_engine(url: str, pool_size: int) -> Engine:
    engine = create_engine(url, module=sqlite_module, pool_size=pool_size, max_overflow=2, connect_args={"timeout": 10})
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "engine_disposed", _close_gate)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    """Pragmas only work outside a transaction; the driver must not open any of its own."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    """A page that only reads must not hold the write lock (architecture 2.7)."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


class WriterGate:
    """Lets one writer in at a time: a lock between threads and a file lock between processes (operations F3)."""

    def __init__(self, path: str) -> None:
        """`path` is the database file; the lock lies beside it."""
        self._path = path + ".writer"
        self._mutex = threading.Lock()
        self._handle: tuple[int, int] | None = None

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Hold the gate for one transaction."""
        with self._mutex:
            handle = self._open()
            fcntl.flock(handle, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(handle, fcntl.LOCK_UN)

    def _open(self) -> int:
        """A file lock belongs to the process that opened the file, so a forked worker opens its own."""
        process = os.getpid()
        if self._handle is None or self._handle[0] != process:
            self._handle = (process, os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        return self._handle[1]

    def close(self) -> None:
        """Give the file back; whoever writes next opens it again."""
        with self._mutex:
            if self._handle is not None:
                os.close(self._handle[1])
            self._handle = None


_gates: dict[str, WriterGate] = {}
_gates_mutex = threading.Lock()


def writer_gate(engine: Engine) -> contextlib.AbstractContextManager[None]:
    """The gate of an engine's database; PostgreSQL needs none."""
    if engine.dialect.name != "sqlite":
        return contextlib.nullcontext()
    return _gate_of(engine).hold()


def _gate_of(engine: Engine) -> WriterGate:
    path = os.path.realpath(engine.url.database or "")
    with _gates_mutex:
        return _gates.setdefault(path, WriterGate(path))


def _close_gate(engine: Engine) -> None:
    """Who makes many engines one after the other must not run out of files."""
    _gate_of(engine).close()
