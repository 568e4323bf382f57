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

from shopfloor.certificates import files
from shopfloor.certificates.files import Places
from shopfloor.cli.addresses import tell_addresses
from shopfloor.cli.ground import open_settings, opened, sentence
from shopfloor.cli.listening import TRUST_DOOR, decide
from shopfloor.config import HTTPS, LARGEST_PORT, MOST_THREADS, Settings, is_loopback, set_up_code
from shopfloor.people.queries import list_operators
from shopfloor.people.settings import read_settings

APPLICATION = "shopfloor.app"
"""Named and not imported: the application stands above the console."""
HOOKS = "shopfloor.cli.gunicorn_hooks"
BACKLOG = 512
LONGEST_ADDRESS = 8190
"""Bytes of a request line, the most that gunicorn allows: a scan of 4,096 characters (A35) in the address of a search, and more."""


@click.command()
@click.option("--host", help="Address to listen on; this machine only unless told otherwise.")
@click.option("--port", type=click.IntRange(1, LARGEST_PORT), help="TCP port; 8000 unless told otherwise.")
@click.option("--threads", type=click.IntRange(1, MOST_THREADS), help="Worker threads; 16 unless told otherwise.")
@click.option("--https", type=click.Choice(HTTPS), help="auto (the default): for other machines, once `shopfloor tls init` was run.")
@click.option("--trust-port", type=click.IntRange(1, LARGEST_PORT), help="A port without https that only says how to trust this server.")
@click.option("--unprotected", is_flag=True, help="Let other machines in although https or a real sign-in is missing.")
def run(host: str | None, port: int | None, threads: int | None, https: str | None, trust_port: int | None, *, unprotected: bool) -> None:
    """Serve the pages and the API until Ctrl+C."""
    given = {"HOST": host, "PORT": port, "THREADS": threads, "HTTPS": https, "TRUST_PORT": trust_port}
    given["UNPROTECTED"] = "yes" if unprotected else None
    os.environ.update({f"SHOPFLOOR_{name}": str(value) for name, value in given.items() if value is not None})
    settings = open_settings()
    with opened() as session:
        people = list_operators(session)
        demo = read_settings(session)["demo"] == "on"
    listener = bind(settings.host, settings.port)
    loopback = is_loopback(listener.getsockname()[0])
    # A damaged certificate stops nobody who does not use it.
    used = settings.https == "on" or (settings.https == "auto" and not loopback)
    certificate = files.read_server(Places.of(settings.data_folder)) if used else None
    listening = decide(
        loopback=loopback, mode=settings.https, certificate=certificate is not None,
        can_encrypt=_has_gunicorn(), sign_in=not demo, unprotected=settings.unprotected,
    )
    if listening.refused:
        raise click.ClickException(listening.refused)
    door = _bind_door(settings, https=listening.https)
    tell_addresses(settings, listening, certificate, people if demo else [], code="" if people else set_up_code(settings.secret_key))
    listener.listen(BACKLOG)
    if _has_gunicorn():
        _become_gunicorn(listener, settings, door, https=listening.https)
    _serve_with_waitress(listener, settings.threads)


def bind(host: str, port: int) -> socket.socket:
    """The bound socket, so that a port in use is told before anything starts; it does not listen yet. Raises ClickException."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except (OSError, OverflowError, UnicodeError) as error:
        raise click.ClickException(_why_not(host, port, error)) from error
    return listener


def _bind_door(settings: Settings, *, https: bool) -> socket.socket | None:
    """The socket of the door without https; None where nobody asked for it. Raises ClickException."""
    if not settings.trust_port:
        return None
    if not https:
        raise click.ClickException("--trust-port shows how to trust the https address, but this server is started without https.")
    door = bind(settings.host, settings.trust_port)
    door.listen(BACKLOG)
    return door


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


def _become_gunicorn(listener: socket.socket, settings: Settings, door: socket.socket | None, *, https: bool) -> NoReturn:
    """One process (A5: one writer gate, many threads); it takes the place of this program and its signals."""
    listener.set_inheritable(True)
    memory = ["--worker-tmp-dir", "/dev/shm"] if Path("/dev/shm").is_dir() else []  # noqa: S108  # gunicorn's heartbeat must not wait for a disk
    path = str(Places.of(settings.data_folder).server)
    encryption = ["--config", f"python:{HOOKS}", "--certfile", path, "--keyfile", path] if https else []
    os.environ.pop(TRUST_DOOR, None)
    if door is not None:
        door.set_inheritable(True)
        os.environ[TRUST_DOOR] = str(door.fileno())
    arguments = [
        sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--workers", "1", "--threads", str(settings.threads),
        "--bind", f"fd://{listener.fileno()}", "--backlog", str(BACKLOG), "--no-control-socket", "--keep-alive", "30",
        "--limit-request-line", str(LONGEST_ADDRESS),
        "--timeout", "60", "--graceful-timeout", "5", "--log-level", "warning", *memory, *encryption, f"{APPLICATION}:create_app()",
    ]
    os.execv(sys.executable, arguments)  # noqa: S606


def _serve_with_waitress(listener: socket.socket, threads: int) -> None:
    waitress = importlib.import_module("waitress")
    application = importlib.import_module(APPLICATION).create_app()
    waitress.serve(application, sockets=[listener], threads=threads, ident="shopfloor", _quiet=True)
