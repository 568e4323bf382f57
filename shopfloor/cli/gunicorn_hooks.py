"""gunicorn's configuration when pages come over https: our TLS settings, and the small door without it.

gunicorn takes every name of this module that is a name of its settings; only the two hooks at the end are.
"""

from __future__ import annotations

import errno
import importlib
import logging
import os
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from flask import Flask

from shopfloor.cli.listening import TRUST_DOOR

HANDSHAKE_SECONDS = 15.0
"""A tablet that walks out of the radio in the middle of a handshake must not keep a worker thread for good."""
DOOR_CONNECTIONS = 100
TLS_BEGINS = b"\x16"
TEXT = b"This server speaks https here. Write https:// in front of the address.\n"
NOT_TLS = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(TEXT) + TEXT
log = logging.getLogger(__name__)


class WithCertificate(Protocol):
    """What is asked of gunicorn's configuration."""

    certfile: str


class WithApplication(Protocol):
    """What is asked of gunicorn's worker."""

    wsgi: Flask


class Context(ssl.SSLContext):
    """Shakes hands at once and within a time; what fails is a connection that ended, and no mistake of ours.

    Whoever comes without https is told so in words, instead of an empty page.
    """

    def wrap_socket(self, sock: socket.socket, *arguments: Any, **keywords: Any) -> ssl.SSLSocket:
        """Called in a thread of the worker. Raises ConnectionResetError, SSLError."""
        sock.settimeout(HANDSHAKE_SECONDS)
        try:
            if sock.recv(1, socket.MSG_PEEK) not in {b"", TLS_BEGINS}:
                sock.sendall(NOT_TLS)
                raise ConnectionResetError(errno.ECONNRESET, "this is no TLS")
            wrapped = super().wrap_socket(sock, *arguments, **keywords | {"do_handshake_on_connect": True})
        except TimeoutError as error:
            raise ConnectionResetError(errno.ECONNRESET, "the handshake took too long") from error
        wrapped.settimeout(None)
        return wrapped


class KeptContext:
    """One context for all connections, so that sessions are resumed; a renewed certificate is taken with the next connection."""

    def __init__(self) -> None:
        self.read: tuple[str, int, int] | None = None
        self.context: ssl.SSLContext | None = None
        self.lock = threading.Lock()

    def of(self, path: str) -> ssl.SSLContext:
        """The context of this file as it is now. Raises OSError when it never could be read."""
        with self.lock:
            try:
                found = Path(path).stat()
                wanted = (path, found.st_mtime_ns, found.st_ino)
                if self.context is None or wanted != self.read:
                    self.context, self.read = make_context(path), wanted
            except OSError as error:  # SSLError is one
                if self.context is None:
                    raise
                # The certificate that was read before still serves.
                log.warning("The certificate %s cannot be read: %s", path, error)
            return self.context


KEPT = KeptContext()


def make_context(path: str) -> ssl.SSLContext:
    """TLS 1.2 or newer, with Python's choice of ciphers. Raises OSError, SSLError."""
    context = Context(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(path)
    return context


def serve_trust_door(listener: socket.socket, application: Flask) -> None:
    """In a thread beside the worker's own. waitress serves it: it cannot encrypt, which is the point, and slow visitors cost it nothing."""
    waitress = importlib.import_module("waitress")
    # It tells of every request that waits a moment.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    settings = application.config["SHOPFLOOR_SETTINGS"]
    door = importlib.import_module("shopfloor.web.trust_door").TrustDoor(application, settings.data_folder, settings.port)
    server = waitress.create_server(
        door, sockets=[listener], threads=4, connection_limit=DOOR_CONNECTIONS, channel_timeout=30, ident="shopfloor",
        max_request_body_size=1024,
    )
    threading.Thread(target=server.run, name="trust door", daemon=True).start()


def ssl_context(config: WithCertificate, _default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """The hook that gunicorn calls for every connection."""
    return KEPT.of(config.certfile)


def post_worker_init(worker: WithApplication) -> None:
    """The hook that gunicorn calls when a worker has its application."""
    number = os.environ.get(TRUST_DOOR)
    if number:
        serve_trust_door(socket.socket(fileno=os.dup(int(number))), worker.wsgi)
