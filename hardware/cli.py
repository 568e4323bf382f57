"""The commands: `python -m hardware run`, `doctor`, `print`, `jobs`, `again`, `sheet`."""

from __future__ import annotations

import errno
import io
import logging
import signal
import sqlite3
import sys
import threading
from pathlib import Path
from typing import TextIO

import click

from hardware.capture import new_key
from hardware.config import Configuration, ConfigurationWrong, find, read
from hardware.doctor import examine, plugged_in
from hardware.sheet import set_up_sheet
from hardware.simulated import SimulatedScanner
from hardware.spool import Spool
from hardware.station import Station

log = logging.getLogger("shopfloor.station")

WHERE = "The file; else station.toml or /etc/shopfloor/station.toml."
Settings = click.option("--configuration", "-c", type=click.Path(path_type=Path), help=WHERE)


@click.group()
def main() -> None:
    """Scanners and label printers of a Shopfloor station."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)


@main.command()
@Settings
@click.option("--simulate", type=click.File(encoding="utf-8"), help="Play a scanner: each line of this file (-: typed) is a code.")
@click.option("--pause", type=float, default=0.5, show_default=True, help="Seconds between two simulated codes.")
def run(configuration: Path | None, simulate: TextIO | None, pause: float) -> None:
    """Serve this station until it is stopped."""
    read_file = _configuration(configuration)
    more = [SimulatedScanner("simulated scanner", simulate, pause)] if simulate else []
    try:
        station = Station(read_file, *more)
    except (OSError, sqlite3.Error) as error:
        if getattr(error, "errno", 0) == errno.EADDRINUSE:
            raise click.ClickException(f"Port {read_file.port} of this machine is in use. Does the station agent run already?") from error
        raise click.ClickException(f"The station agent cannot start: {error}") from error
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    station.start()
    stopping.wait()
    log.info("Stopping.")
    station.stop()


@main.command()
@Settings
def doctor(configuration: Path | None) -> None:
    """Say what this station has and what it lacks; exit with 1 if something that is configured does not work."""
    try:
        findings = examine(read(find(configuration)))
    except ConfigurationWrong as error:
        click.echo(f"LACKS  {error}")
        findings = []
        good = False
    else:
        good = all(finding.good for finding in findings)
    for finding in findings:
        click.echo(f"{'ok   ' if finding.good else 'LACKS'}  {finding.what}{' ' + finding.remedy if finding.remedy else ''}")
    click.echo("Plugged in:")
    for line in list(plugged_in()) or ["nothing that looks like a scanner or a printer"]:
        click.echo(f"       {line}")
    sys.exit(0 if good else 1)


@main.command(name="print")
@Settings
@click.argument("printer")
@click.argument("file", type=click.File(encoding="utf-8"))
def print_file(configuration: Path | None, printer: str, file: TextIO) -> None:
    """Hand a label, as ZPL text, to a printer; the running program prints it."""
    settings = _configuration(configuration)
    if printer not in {one.name for one in settings.printers}:
        raise click.ClickException(f"No printer of this station is called {printer}.")
    _add(settings, printer, file.read())


@main.command()
@Settings
def jobs(configuration: Path | None) -> None:
    """List the print jobs of the last week."""
    for job in _spool(_configuration(configuration)).jobs():
        click.echo(f"{job.key}  {job.made_at}  {job.printer}  {job.state}  {job.detail}")


@main.command()
@Settings
@click.argument("key")
def again(configuration: Path | None, key: str) -> None:
    """Print a job once more, after somebody looked at the printer."""
    settings = _configuration(configuration)
    job = _spool(settings).job(key)
    if job is None or job.state not in {"failed", "sent"}:
        raise click.ClickException("There is no such job that ended.")
    _add(settings, job.printer, job.text)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
def sheet(file: Path) -> None:
    """Write the page that tells how to set up a scanner, to be printed from a browser."""
    file.write_text(set_up_sheet(), encoding="utf-8")
    click.echo(f"Open {file} in a browser and print it.")


def _add(settings: Configuration, printer: str, text: str) -> None:
    key = new_key()
    _spool(settings).add_job(key, printer, text)
    click.echo(f"{key}  waits for {printer}. `python -m hardware jobs` tells how far it got.")


def _spool(settings: Configuration) -> Spool:
    try:
        return Spool(settings.spool, make=False)
    except (OSError, sqlite3.Error) as error:
        raise click.ClickException(f"The spool cannot be used: {error}") from error


def _configuration(path: Path | None) -> Configuration:
    try:
        return read(find(path))
    except ConfigurationWrong as error:
        raise click.ClickException(str(error)) from error
