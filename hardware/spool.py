"""The file in which the station keeps what must not be lost: captures that no page has taken yet, and print jobs.

One SQLite file, each change in a transaction of its own that the disk has before it counts (`synchronous = EXTRA`), so that
neither a killed program nor a power cut loses or doubles anything. Text of a capture is wiped when the page has it: badges
are scanned too.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from hardware.capture import Capture, new_key

MOST_CAPTURES = 10_000
DAYS_KEPT = 7
"""Print jobs that are done stay so long, for whoever asks what was printed."""

TABLES = """
CREATE TABLE IF NOT EXISTS spool (id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS capture (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, text TEXT NOT NULL, source TEXT NOT NULL, device TEXT NOT NULL,
    captured_at TEXT NOT NULL, clock_ms INTEGER NOT NULL, clock_id TEXT NOT NULL, place TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS print_job (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, printer TEXT NOT NULL, text TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'printer away', 'sending', 'sent', 'failed')),
    detail TEXT NOT NULL, made_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
"""


NOT_BEGUN = "state IN ('waiting', 'printer away')"


class SpoolFull(Exception):
    """Nobody has taken captures for a very long time."""


class KeyTaken(Exception):
    """Another print job has this key already."""


@dataclass(frozen=True)
class Kept:
    """A capture in the spool."""

    seq: int
    """Grows with every capture and is never used again."""
    capture: Capture
    place: str
    """The page that was open when it was made, in the page's own words; blank: none."""


@dataclass(frozen=True)
class PrintJob:
    """A text for a printer, and how far it got."""

    key: str
    printer: str
    text: str
    state: str
    detail: str
    """In words, blank if there is nothing to say."""
    made_at: str = ""


class Spool:
    """Safe for threads, and for a second process that adds print jobs."""

    def __init__(self, path: Path, *, make: bool = True) -> None:
        """Raises FileNotFoundError if it is not there and shall not be made: who makes it owns it. Raises OSError, sqlite3.Error."""
        if make:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
        elif not path.exists():
            raise FileNotFoundError(f"there is no {path}; the station agent has not run yet")
        self.lock = threading.Lock()
        self.database = sqlite3.connect(path, timeout=10, check_same_thread=False, isolation_level=None)
        for setting in ("journal_mode = DELETE", "synchronous = EXTRA", "secure_delete = ON"):
            self._run(f"PRAGMA {setting}")
        for table in TABLES.split(";\n"):
            self._run(table)
        # Two programs may begin at once; the first row is the name.
        self._run("INSERT INTO spool SELECT ? WHERE NOT EXISTS (SELECT 1 FROM spool)", (new_key(),))
        self.id = str(self._run("SELECT id FROM spool ORDER BY rowid")[0][0])

    def close(self) -> None:
        """Nothing is lost by not calling it."""
        with self.lock:
            self.database.close()

    def keep(self, capture: Capture, place: str) -> None:
        """When this returns, the disk has it. Raises SpoolFull, sqlite3.Error."""
        if self.waiting() >= MOST_CAPTURES:
            raise SpoolFull
        columns = "key, text, source, device, captured_at, clock_ms, clock_id, place"
        self._run(f"INSERT INTO capture ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*astuple(capture), place))  # noqa: S608 - constant

    def waiting(self) -> int:
        """How many captures no page has taken."""
        return int(self._run("SELECT COUNT(*) FROM capture")[0][0])

    def pending(self, after: int = 0, most: int = 100) -> list[Kept]:
        """Captures behind a number, in the order in which they were made."""
        return self._kept("1 = 1", (), after, most)

    def pending_of(self, place: str, after: int = 0, most: int = 100) -> list[Kept]:
        """The same for a page that takes only its own captures and fresh ones: however many others wait, the newest are among these."""
        return self._kept("place = ? OR seq > (SELECT MAX(seq) FROM capture) - 50", (place,), after, most)

    def taken(self, keys: Iterable[str]) -> None:
        """A page has these now. Unknown keys were confirmed before."""
        for key in keys:
            self._run("DELETE FROM capture WHERE key = ?", (key,))

    def add_job(self, key: str, printer: str, text: str) -> None:
        """Keep a print job. The same job again is no second one. Raises KeyTaken."""
        self._run(f"DELETE FROM print_job WHERE state IN ('sent', 'failed') AND made_at < datetime('now', '-{DAYS_KEPT} days')")  # noqa: S608
        values = (key, printer, text)
        columns = "key, printer, text, state, detail"
        self._run(f"INSERT INTO print_job ({columns}) VALUES (?, ?, ?, 'waiting', '') ON CONFLICT DO NOTHING", values)  # noqa: S608
        job = self.job(key)
        if job is None or (job.printer, job.text) != (printer, text):
            raise KeyTaken(key)

    def job(self, key: str) -> PrintJob | None:
        """One job."""
        return next(iter(self._jobs("key = ?", key)), None)

    def jobs(self) -> list[PrintJob]:
        """All that are kept, oldest first."""
        return self._jobs("1 = ?", 1)

    def next_job(self, printer: str) -> PrintJob | None:
        """The oldest job of a printer that is to be printed."""
        return next(iter(self._jobs(f"{NOT_BEGUN} AND printer = ?", printer)), None)

    def begin_job(self, key: str) -> bool:
        """Say that it is being sent from now on. False: it was taken back meanwhile."""
        return bool(self._run(f"UPDATE print_job SET state = 'sending', detail = '' WHERE key = ? AND {NOT_BEGUN} RETURNING key", (key,)))  # noqa: S608

    def cancel_job(self, key: str) -> bool:
        """Take a job back of which nothing was sent. False: there is none, or it was begun."""
        return bool(self._run(f"DELETE FROM print_job WHERE key = ? AND {NOT_BEGUN} RETURNING key", (key,)))  # noqa: S608

    def set_job(self, key: str, state: str, detail: str = "") -> None:
        """Say how far a job got."""
        self._run("UPDATE print_job SET state = ?, detail = ? WHERE key = ?", (state, detail, key))

    def interrupted(self, detail: str) -> int:
        """At start: jobs that were being sent when the program ended may be out. They are never sent by themselves again."""
        return len(self._run("UPDATE print_job SET state = 'failed', detail = ? WHERE state = 'sending' RETURNING key", (detail,)))

    def _kept(self, which: str, values: Sequence[object], after: int, most: int) -> list[Kept]:
        columns = "seq, place, key, text, source, device, captured_at, clock_ms, clock_id"
        statement = f"SELECT {columns} FROM capture WHERE ({which}) AND seq > ? ORDER BY seq LIMIT ?"  # noqa: S608 - constant
        return [Kept(row[0], Capture(*row[2:]), row[1]) for row in self._run(statement, (*values, after, most))]

    def _jobs(self, which: str, value: object) -> list[PrintJob]:
        columns = "key, printer, text, state, detail, made_at"
        return [PrintJob(*row) for row in self._run(f"SELECT {columns} FROM print_job WHERE {which} ORDER BY seq", (value,))]  # noqa: S608

    def _run(self, statement: str, values: Sequence[object] = ()) -> list[Any]:
        """One statement is one transaction."""
        with self.lock, closing(self.database.execute(statement, values)) as cursor:
            return cursor.fetchall()
