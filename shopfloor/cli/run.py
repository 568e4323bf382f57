"""`shopfloor run`: serves pages and API with gunicorn, or with waitress where gunicorn is missing."""

from __future__ import annotations

import errno
import importlib
import os
import socket
import sys
from pathlib import Path
from typing import NoReturn

import click

from shopfloor.cli.ground import open_settings, opened, sentence
from shopfloor.config import LARGEST_PORT, MOST_THREADS, is_loopback, set_up_code
from shopfloor.people.queries import OperatorRow, list_operators
from shopfloor.people.settings import read_settings

APPLICATION = "shopfloor.app"
"""Named and not imported: the application stands above the console."""
BACKLOG = 512


@click.command()
@click.option("--host", help="Address to listen on; this machine only unless told otherwise.")
@click.option("--port", type=click.IntRange(1, LARGEST_PORT), help="TCP port; 8000 unless told otherwise.")
@click.option("--threads", type=click.IntRange(1, MOST_THREADS), help="Worker threads; 16 unless told otherwise.")
def run(host: str | None, port: int | None, threads: int | None) -> None:
    """Serve the pages and the API until Ctrl+C."""
    for name, value in (("SHOPFLOOR_HOST", host), ("SHOPFLOOR_PORT", port), ("SHOPFLOOR_THREADS", threads)):
        if value is not None:
            os.environ[name] = str(value)
    settings = open_settings()
    with opened() as session:
        people = list_operators(session)
        badges = people if read_settings(session)["demo"] == "on" else []
    listener = listen(settings.host, settings.port)
    announce(settings.host, settings.port, badges, code="" if people else set_up_code(settings.secret_key))
    if _has_gunicorn():
        _become_gunicorn(listener, settings.threads)
    _serve_with_waitress(listener, settings.threads)


def listen(host: str, port: int) -> socket.socket:
    """The bound socket, so that a port in use is told before anything starts. Raises ClickException."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except (OSError, OverflowError, UnicodeError) as error:
        raise click.ClickException(_why_not(host, port, error)) from error
    return listener


def announce(host: str, port: int, badges: list[OperatorRow], *, code: str) -> None:
    """Where it is, who can sign in, and what is missing on an open network (A30). `code` is for an empty database, blank else."""
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{'127.0.0.1' if host in {'0.0.0.0', '::'} else shown}:{port}/"  # noqa: S104
    click.echo(f"Shopfloor is at {address} (stop with Ctrl+C)")
    if badges:
        click.echo("Badges of the demo plant:")
        for person in badges:
            click.echo(f"  {person.badge}  {person.name}, {person.role}")
    elif code:
        click.echo(f"The database is empty. Set the plant up at {address}set-up (set-up code for other machines: {code})")
    if not is_loopback(host):
        click.echo(
            "This server is open to the network without https: badges and tokens can be read on the way, and tablets get no camera. "
            "Put it behind a proxy with a certificate.", err=True,
        )


def _why_not(host: str, port: int, error: Exception) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        return f"Port {port} is in use already. Stop the other program, or choose another port with --port."
    if number == errno.EACCES:
        return f"Port {port} needs an administrator's rights. Choose one above 1023 with --port."
    if isinstance(error, socket.gaierror | UnicodeError) or number == errno.EADDRNOTAVAIL:
        return f"This machine has no address {host}. Use 127.0.0.1, or 0.0.0.0 for the whole network."
    return f"Port {port} of {host} cannot be opened: {sentence(error)}"


def _has_gunicorn() -> bool:
    try:
        importlib.import_module("gunicorn")
    except ImportError:
        return False
    return True


def _become_gunicorn(listener: socket.socket, threads: int) -> NoReturn:
    """One process (A5: one writer gate, many threads); it takes the place of this program and its signals."""
    listener.set_inheritable(True)
    memory = ["--worker-tmp-dir", "/dev/shm"] if Path("/dev/shm").is_dir() else []  # noqa: S108  # gunicorn's heartbeat must not wait for a disk
    arguments = [
        sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--workers", "1", "--threads", str(threads),
        "--bind", f"fd://{listener.fileno()}", "--backlog", str(BACKLOG), "--no-control-socket", "--keep-alive", "30",
        "--timeout", "60", "--graceful-timeout", "5", "--log-level", "warning", *memory, f"{APPLICATION}:create_app()",
    ]
    os.execv(sys.executable, arguments)  # noqa: S606


def _serve_with_waitress(listener: socket.socket, threads: int) -> None:
    waitress = importlib.import_module("waitress")
    application = importlib.import_module(APPLICATION).create_app()
    waitress.serve(application, sockets=[listener], threads=threads, ident="shopfloor", _quiet=True)
