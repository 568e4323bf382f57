"""The station check (R-23): what the scans of the test symbols showed becomes what the station knows of its scanner."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints
from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.clock import now
from shopfloor.db import plant, table
from shopfloor.errors import Answer, NotFound
from shopfloor.genealogy.maintenance_errors import NoTestSymbol
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.fields import InputModel
from shopfloor.people.models import Station
from shopfloor.scanning.scanner_settings import ScannerSettings
from shopfloor.scanning.station_check import MOST_PRESSES, Examined, KeyPress, conclude, examine

_station = table(Station)
MOST_SCANS = 12
"""Of one check: three symbols, each a few times."""
KeyName = Annotated[str, StringConstraints(max_length=30)]


class PressGiven(InputModel):
    """One keydown event, as browsers tell it."""

    code: KeyName = ""
    key: KeyName = ""
    shift: bool = False
    ctrl: bool = False
    alt: bool = False
    at: Annotated[float, Field(ge=0, le=1e15)] = 0.0
    """Milliseconds on any clock."""


class StationCheck(InputModel):
    """The scans of one check, each as its keys, oldest first."""

    scans: Annotated[list[Annotated[list[PressGiven], Field(max_length=MOST_PRESSES)]], Field(min_length=1, max_length=MOST_SCANS)]


@dataclass(frozen=True)
class ScannerKept(Answer):
    """The station knows its scanner."""

    code = "SCANNER_KEPT"
    message = "Station {station} knows its scanner now. It is proved that it sends separators."
    station: str


@dataclass(frozen=True)
class ScannerKeptUnproved(Answer):
    """The station knows its scanner, and codes without separators are still asked about (R-17)."""

    code = "SCANNER_KEPT_UNPROVED"
    message = (
        "Station {station} knows its scanner now. It is not proved that it sends separators; codes that can be read in several ways are "
        "asked about."
    )
    sound = "attention"
    station: str


@dataclass(frozen=True)
class KnownScanner:
    """What a station knows, and since when."""

    station_code: str
    name: str
    settings: ScannerSettings
    checked_at: str
    """UTC, ISO 8601; blank: never checked."""
    checked_by: str


def examine_scans(given: StationCheck) -> list[Examined]:
    """What each scan shows. Writes nothing, asks nothing."""
    return [examine([KeyPress(p.code, p.key, p.shift, p.ctrl, p.alt, p.at) for p in presses]) for presses in given.scans]


def keep_scanner(session: Session, actor: Actor, *, station_code: str, given: StationCheck) -> ScannerKept | ScannerKeptUnproved:
    """Keep what the check showed as the station's scanner. Raises NotAllowed, NotFound, NoTestSymbol."""
    actor.require(rights.SETTINGS)
    examined = examine_scans(given)
    if not any(one.known for one in examined):
        raise NoTestSymbol
    before = scanner_of_station(session, station_code)
    settings = conclude(examined)
    kept = {**settings.kept(), "checked_at": now().isoformat(), "checked_by": actor.operator_no}
    session.connection().execute(
        update(_station)
        .where(plant(session, _station), _station.c.code == station_code)
        .values(scanner=json.dumps(kept), version=_station.c.version + 1)
    )
    audit.record(session, "check scanner", f"station {station_code}", before=before.settings.kept(), after=kept)
    return ScannerKept(station=station_code) if settings.gs_verified else ScannerKeptUnproved(station=station_code)


def note_missing_separators(session: Session, station_code: str, *, captured_at: datetime | None = None) -> None:
    """R-23: from now on the scanner of the station is read as one that may drop separators, until it is checked again.

    Changes nothing where that is known already, where it was never proved, where the code was scanned before the last check (it waited in
    a queue), and where somebody keeps a check at this moment. Belongs to
    the writing of the scan log, whose entry of the scan, refused or not, tells who, when and what.
    """
    known = _station_row(session, station_code)
    if known is None or not ScannerSettings.restored(known.scanner).sends_separators:
        return
    checked_at = json.loads(known.scanner).get("checked_at", "")
    if captured_at is not None and checked_at and captured_at < datetime.fromisoformat(checked_at):
        return
    after = {**json.loads(known.scanner), "gs_missing_since": now().isoformat()}
    session.connection().execute(
        update(_station)
        .where(plant(session, _station), _station.c.code == station_code, _station.c.scanner == known.scanner)
        .values(scanner=json.dumps(after), version=_station.c.version + 1)
    )


def scanner_of_station(session: Session, station_code: str) -> KnownScanner:
    """What a station knows of its scanner. One statement. Raises NotFound."""
    row = _station_row(session, station_code)
    if row is None:
        raise NotFound(record="station", number=station_code)
    stored = json.loads(row.scanner or "{}")
    return KnownScanner(
        row.code, row.name, ScannerSettings.restored(row.scanner), stored.get("checked_at", ""), stored.get("checked_by", "")
    )


def _station_row(session: Session, station_code: str) -> Row[*tuple[Any, ...]] | None:
    return session.connection().execute(
        select(_station.c.code, _station.c.name, _station.c.scanner).where(plant(session, _station), _station.c.code == station_code)
    ).one_or_none()
