"""One writing request, one transaction (A5, A19).

Order of work: writer gate, begin, look the command key up, run the use case in a savepoint, keep its answer with the key, commit.
A refusal rolls back to the savepoint: nothing of the use case stays, but the command and its answer do.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import JSON, Row, String, bindparam, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from shopfloor.clock import now
from shopfloor.db.base import Base, PlantLed, UtcDateTime, table
from shopfloor.db.engine import transaction_options, writer_gate
from shopfloor.db.plant import current_plant
from shopfloor.errors import Answer, DatabaseBusy, HeldAfterRefusal, InvalidInput, KeyReused, Outcome, Refusal

ATTEMPTS = 10
LONGEST_SECONDS = 3.0
POSTGRES_RETRY = {"40001", "40P01", "55P03"}
SQLITE_BUSY = {5, 6}
KEY_LENGTH = 64


class CommandEntry(PlantLed, Base):
    """What was asked and what was answered, once for each command key, for good."""

    __tablename__ = "command_entry"
    command_key: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    command_name: Mapped[str] = mapped_column(String(60))
    request_hash: Mapped[str] = mapped_column(String(64))
    refused: Mapped[bool]
    outcome_code: Mapped[str] = mapped_column(String(60))
    outcome_fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    audit: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    operator_no: Mapped[str] = mapped_column(String(50))
    station_code: Mapped[str] = mapped_column(String(50))
    captured_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


_entries = table(CommandEntry)
# Built once: putting a statement together costs more than running it.
_STORED = select(
    _entries.c.command_key, _entries.c.request_hash, _entries.c.refused, _entries.c.outcome_code, _entries.c.outcome_fields
).where(_entries.c.plant_no == bindparam("at_plant"), _entries.c.command_key.in_([bindparam("key"), bindparam("after_key")]))
_STORE = insert(_entries)


@dataclass(frozen=True)
class Command:
    """One command as the client sent it."""

    key: str
    """Made by the client, 1 to 64 visible characters: same key, same answer."""
    name: str
    """The use case, for people and for the hash."""
    operator_no: str
    station_code: str = ""
    request: Mapping[str, object] = field(default_factory=dict)
    """What was asked, as JSON can keep it. Another request under a known key is refused."""
    captured_at: datetime | None = None
    """The device's time of the capture, if it tells."""
    after_key: str = ""
    """Key of the command before it at the same station, if that one's answer was not seen yet at the capture (D16)."""

    def request_hash(self) -> str:
        """Fingerprint of name and request."""
        asked = json.dumps([self.name, dict(self.request)], sort_keys=True, default=str, ensure_ascii=True)
        return hashlib.sha256(asked.encode("ascii")).hexdigest()


A = TypeVar("A", bound=Answer)
Log = Callable[[Session, Outcome], None]


def unit_of_work(session: Session, work: Callable[[Session], A], *, command: Command, log: Log | None = None) -> A:
    """Run `work` once for each command key and give its answer; a known key gives the stored answer again.

    `work` may run more than once and has no effect outside the database. `log` writes what must stay even after a refusal
    (the scan log). Raises the use case's Refusal, KeyReused, or DatabaseBusy (nothing written; send the same key again).
    """
    _check_key(command.key)
    started = time.monotonic()
    integrity_failures = 0
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with writer_gate(session.get_bind().engine):
                return _run_once(session, work, command, log)
        except IntegrityError:
            # The look of the second run finds the winner of the race (A26); a second failure is a bug.
            integrity_failures += 1
            if integrity_failures > 1:
                raise
        except DBAPIError as error:
            if not _retryable(error):
                raise
            if attempt == ATTEMPTS or time.monotonic() - started > LONGEST_SECONDS:
                raise DatabaseBusy from error
        time.sleep(random.uniform(0, min(0.5, 0.005 * 2**attempt)))  # noqa: S311
    raise DatabaseBusy


def _run_once(session: Session, work: Callable[[Session], A], command: Command, log: Log | None) -> A:
    session.rollback()
    try:
        session.connection(execution_options=transaction_options(session.get_bind().engine))
        stored = _stored_entries(session, command)
        outcome = _known_outcome(stored, command)
        if outcome is None:
            outcome = _first_outcome(session, _unless_held(work, stored, command), command, log)
            session.commit()
    except BaseException:
        session.rollback()
        raise
    session.rollback()
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome  # type: ignore[return-value]


def _stored_entries(session: Session, command: Command) -> dict[str, Row[Any]]:
    """What is kept under the command's key and under its predecessor's. One statement."""
    rows: Iterable[Row[Any]] = session.connection().execute(
        _STORED, {"at_plant": current_plant(session), "key": command.key, "after_key": command.after_key or command.key}
    )
    return {row.command_key: row for row in rows}


def _known_outcome(stored: Mapping[str, Row[Any]], command: Command) -> Outcome | None:
    known = stored.get(command.key)
    if known is None:
        return None
    if known.request_hash != command.request_hash():
        return KeyReused(command_key=command.key)
    return Outcome.restore(known.outcome_code, known.outcome_fields)


def _unless_held(work: Callable[[Session], A], stored: Mapping[str, Row[Any]], command: Command) -> Callable[[Session], A]:
    """D16: what follows a refused command unseen is not carried out."""
    predecessor = stored.get(command.after_key)
    if predecessor is None or not predecessor.refused:
        return work

    def held(_session: Session) -> A:
        raise HeldAfterRefusal(after_key=command.after_key)

    return held


def _first_outcome(session: Session, work: Callable[[Session], A], command: Command, log: Log | None) -> Outcome:
    session.info.update(audit=[], command_key=command.key, scan_entry_no=None, read_once={})
    try:
        with session.begin_nested():
            outcome: Outcome = work(session)
            session.flush()
    except Refusal as refusal:
        session.info.update(audit=[], scan_entry_no=None)
        outcome = refusal.with_traceback(None)
    finally:
        session.info.pop("read_once", None)
    session.connection().execute(_STORE, _entry(session, command, outcome))
    if log is not None:
        log(session, outcome)
    return outcome


def _entry(session: Session, command: Command, outcome: Outcome) -> dict[str, object]:
    return {
        "plant_no": current_plant(session),
        "command_key": command.key,
        "command_name": command.name,
        "request_hash": command.request_hash(),
        "refused": isinstance(outcome, Refusal),
        "outcome_code": outcome.code,
        "outcome_fields": outcome.outcome_fields(),
        "audit": session.info.pop("audit", []),
        "operator_no": command.operator_no,
        "station_code": command.station_code,
        "captured_at": command.captured_at,
        "recorded_at": now(),
    }


def _check_key(key: str) -> None:
    if not (1 <= len(key) <= KEY_LENGTH and key.isascii() and key.isprintable() and " " not in key):
        summary = f"a command key has 1 to {KEY_LENGTH} visible characters"
        raise InvalidInput(summary=summary, problems={"command_key": summary})


def _retryable(error: DBAPIError) -> bool:
    """Every command has a key, so a lost connection may be tried again although its outcome is unknown (operations 4.2)."""
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state in POSTGRES_RETRY
    number = getattr(error.orig, "sqlite_errorcode", None)
    if number is not None:
        return (number & 0xFF) in SQLITE_BUSY
    return isinstance(error, OperationalError)
