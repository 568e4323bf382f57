"""`shopfloor doctor`: what this machine has, what it lacks, what still works, and what to do about it (operations 2.3)."""

from __future__ import annotations

import importlib
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from shopfloor.certificates import files, rules
from shopfloor.certificates.errors import CertificateUnreadable
from shopfloor.certificates.files import Places
from shopfloor.certificates.machine import names_of_this_machine
from shopfloor.certificates.rules import State
from shopfloor.cli.ground import open_engine, open_settings, sentence
from shopfloor.clock import now
from shopfloor.config import Settings
from shopfloor.db.engine import transaction_options, writer_gate
from shopfloor.db.migrate import DatabaseUnusable, is_current

SAFE_SQLITE = (3, 51, 3)
"""Older libraries can corrupt a file when one connection checkpoints while another commits (R-DB-8)."""
LEAST_FREE_BYTES = 10**9
NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs"})
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FULL = 2
"""SQLite's number for synchronous=FULL."""


@dataclass(frozen=True)
class Finding:
    """One line."""

    name: str
    state: str
    """`good`, `note` (something optional is missing), or `stop` (the program cannot work)."""
    text: str


@click.command()
def doctor() -> None:
    """Say what this machine has and what it lacks, one line each; exit 1 when the program cannot work."""
    settings = open_settings()
    findings = [*programs(), *machine(settings), *database(settings)]
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        click.echo(f"{finding.state:4}  {finding.name:{width}}  {finding.text}")
    stops = [finding.name for finding in findings if finding.state == "stop"]
    if stops:
        raise click.ClickException(f"Shopfloor cannot work here: {', '.join(stops)}.")


def programs() -> Iterator[Finding]:
    """Packages and programs, with what still works without them."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding("Python", "good", version)
    yield _decoders()
    missing = "pictures of codes: off; scanners and typing work: pip install opencv-python-headless"
    yield _package("OpenCV", "cv2", "pictures of codes: on", missing)
    yield _package("PDF labels", "reportlab", "reportlab", "no PDF sheets: pip install reportlab")
    yield _server()
    yield _package("psycopg", "psycopg", "PostgreSQL can be used", "SQLite only. For PostgreSQL: pip install 'psycopg[binary]'")
    yield _chromium()


def machine(settings: Settings) -> Iterator[Finding]:
    """Folder, disk, network."""
    folder = settings.data_folder
    if os.access(folder, os.W_OK):
        yield Finding("data folder", "good", str(folder))
    else:
        yield Finding("data folder", "stop", f"{folder} may not be written; change its owner or set SHOPFLOOR_DATA")
    free = shutil.disk_usage(folder).free
    shown = f"{free / 10**9:.1f} GB free"
    yield Finding("disk", "good", shown) if free >= LEAST_FREE_BYTES else Finding("disk", "note", f"{shown}; make room for at least 1 GB")
    yield https(settings)


def https(settings: Settings) -> Finding:
    """IMG-9: the certificate of this server, and how many days it has left."""
    places = Places.of(settings.data_folder)
    try:
        found = files.read_server(places)
    except CertificateUnreadable as error:
        return Finding("https", "stop" if settings.wants_https else "note", error.text())
    if found is None:
        return Finding("https", "note", "no certificate: scanners at this machine work; tablets need https: run shopfloor tls init")
    moment = now()
    days, end = found.days_left(moment), f"{found.not_after:%Y-%m-%d}"
    state = rules.state_of(found, moment)
    if state is State.ENDED:
        return Finding("https", "stop" if settings.wants_https else "note", f"the certificate ended on {end}: {found.remedy}")
    if state is State.ENDS_SOON:
        return Finding("https", "note", f"the certificate ends in {days} days, on {end}: {found.remedy}")
    if open_files := files.readable_by_others(places):
        told = " ".join(str(path) for path in open_files)
        return Finding("https", "note", f"others on this machine can read the private key: chmod 600 {told}")
    if found.signed_by_authority and not found.names.covers(names := names_of_this_machine()):
        news = set(names.hosts + names.addresses) - set(found.names.hosts + found.names.addresses)
        told = ", ".join(sorted(news))
        return Finding("https", "note", f"the certificate does not name {told} of this machine: run shopfloor tls init")
    return Finding("https", "good", f"certificate until {end} ({days} days)")


def database(settings: Settings) -> Iterator[Finding]:
    """The database: reachable, current, writable, safe against power cuts."""
    try:
        engine = open_engine(settings)
    except click.ClickException as error:
        yield Finding("database", "stop", error.message)
        return
    try:
        if engine.dialect.name == "sqlite":
            yield sqlite_library(engine.dialect.dbapi.sqlite_version_info)  # type: ignore[union-attr]
            yield _local_disk(engine)
        yield from _inside(engine)
    finally:
        engine.dispose()


def sqlite_library(version: tuple[int, ...]) -> Finding:
    """R-DB-8: the library's version."""
    shown = ".".join(str(part) for part in version)
    if version >= SAFE_SQLITE:
        return Finding("SQLite", "good", shown)
    needed = ".".join(str(part) for part in SAFE_SQLITE)
    text = f"{shown} can corrupt a file under rare conditions; {needed} is safe: pip install pysqlite3, or use PostgreSQL"
    return Finding("SQLite", "note", text)


def _inside(engine: Engine) -> Iterator[Finding]:
    where = engine.url.render_as_string(hide_password=True)
    try:
        current = is_current(engine)
        with writer_gate(engine), engine.connect() as connection:
            connection.execution_options(**transaction_options(engine))
            durable, said = _durability(connection)
            _try_to_write(connection)
    except DatabaseUnusable as error:
        yield Finding("database", "stop", str(error))
        return
    except (DBAPIError, OSError) as error:
        yield Finding("database", "stop", f"{where} may not be written: {sentence(error)} Give this user the right to write it.")
        return
    yield Finding("database", "good", f"{where} can be written")
    yield Finding("schema", "good", "current") if current else Finding("schema", "stop", "not current: shopfloor db upgrade")
    lost = f"{said}: a power cut can lose scans; set it to FULL or on"
    yield Finding("durability", "good", said) if durable else Finding("durability", "stop", lost)


def _durability(connection: Connection) -> tuple[bool, str]:
    """R-DB-6: what is answered is on the disk."""
    if connection.dialect.name == "sqlite":
        level = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
        return int(level) >= FULL, f"synchronous={'FULL' if int(level) >= FULL else level}"
    level = connection.exec_driver_sql("SHOW synchronous_commit").scalar_one()
    return level != "off", f"synchronous_commit={level}"


def _try_to_write(connection: Connection) -> None:
    """Makes a table and takes it back: shows the right to write without leaving anything."""
    connection.exec_driver_sql("CREATE TABLE shopfloor_doctor (number INTEGER)")
    connection.rollback()


def _local_disk(engine: Engine) -> Finding:
    """SQLite on a network share loses its locks, and then data."""
    folder = Path(engine.url.database or ".").absolute().parent
    kind = file_system_of(folder)
    if kind in NETWORK_FILE_SYSTEMS:
        return Finding("file place", "stop", f"{folder} is on a network share ({kind}); SQLite needs a disk of this machine")
    return Finding("file place", "good", f"{folder} ({kind or 'local'})")


def file_system_of(folder: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """Kind of the file system that holds the folder; blank where the system does not tell."""
    if not mounts.exists():
        return ""
    rows = [line.split(" ") for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines()]
    places = [(row[1], row[2]) for row in rows if len(row) > 2 and folder.is_relative_to(row[1])]  # noqa: PLR2004
    return max(places, key=lambda place: len(place[0]), default=("", ""))[1]


def _decoders() -> Finding:
    found = [name for name, module in (("zxing-cpp", "zxingcpp"), ("pyzbar", "pyzbar.pyzbar")) if _loads(module)]
    if len(found) == 2:  # noqa: PLR2004
        return Finding("decoders", "good", " + ".join(found))
    if found == ["zxing-cpp"]:
        alone = "decoder: zxing-cpp alone; EAN, ITF and Code 39 in pictures are confirmed by hand. Second reader: apt-get install libzbar0"
        return Finding("decoders", "note", alone)
    text = "no labels, and the server reads no pictures; wedge scanners and typing work: pip install zxing-cpp"
    return Finding("decoders", "note", f"decoder: {found[0] if found else 'none'}; {text}")


def _chromium() -> Finding:
    found = os.environ.get("SHOPFLOOR_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), "")
    missing = "not needed to run, only by the browser tests: apt-get install chromium"
    return Finding("Chromium", "good" if found else "note", found or missing)


def _server() -> Finding:
    if _loads("gunicorn"):
        return Finding("web server", "good", "gunicorn")
    if _loads("waitress"):
        return Finding("web server", "note", "waitress; on Linux gunicorn is the better choice: pip install gunicorn")
    return Finding("web server", "stop", "none: pip install gunicorn (Linux) or waitress")


def _package(name: str, module: str, there: str, missing: str) -> Finding:
    if _loads(module):
        return Finding(name, "good", there)
    return Finding(name, "note", missing)


def _loads(module: str) -> bool:
    """Whether it can be imported: pyzbar is there and still fails where its system library is missing."""
    try:
        importlib.import_module(module)
    except (ImportError, OSError):
        return False
    return True

