"""The door to the page: HTTP on this machine only, for pages of one server only.

A page of any other site is refused: every request names its origin, every body is JSON so that the browser asks first (CORS),
and the address it came by must be this machine's own name, so that a foreign name that points here opens nothing.
"""

from __future__ import annotations

import json
import logging
import select
import socket
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from hardware.capture import Clock
from hardware.handover import Handover, Question
from hardware.printing import PrintRoom
from hardware.spool import KeyTaken
from hardware.status_page import status_page

log = logging.getLogger("shopfloor.station")

LARGEST_BODY = 4 * 1024 * 1024
LONGEST_WAIT_SECONDS = 20.0
REMEMBER_SECONDS = 7200
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class Refused(Exception):
    """The request is not answered."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass
class Desk:
    """What the door leads to."""

    server: str
    """Address of Shopfloor, as the browser's origin."""
    handover: Handover
    printing: PrintRoom
    clock: Clock


class Door(ThreadingHTTPServer):
    """Listens on 127.0.0.1 alone. Raises OSError when the port is taken."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, desk: Desk, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.desk = desk
        self.refused: set[str] = set()

    def handle_error(self, *_arguments: object) -> None:
        """A page that goes away in the middle is no error; anything else is ours."""
        error = sys.exc_info()[1]
        if not isinstance(error, ConnectionError | TimeoutError):
            log.error("A page could not be answered: %s", "".join(traceback.format_exception(error)))


class _Handler(BaseHTTPRequestHandler):
    server: Door
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        self._answer(self._post)

    def do_OPTIONS(self) -> None:
        self._answer(lambda: self._send(204, b"", ""))

    def _answer(self, work: Callable[[], None]) -> None:
        try:
            self._check()
            work()
        except Refused as refused:
            self.close_connection = True
            self._send(refused.status, str(refused).encode(), "text/plain; charset=utf-8")
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def _check(self) -> None:
        desk = self.server.desk
        if self.headers.get("Host") not in {f"{name}:{self.server.server_port}" for name in ("127.0.0.1", "localhost")}:
            raise Refused(403, "This door has another name.")
        if self.command == "GET" and self.path == "/":
            return
        origin = self.headers.get("Origin", "")
        if origin != desk.server:
            if origin not in self.server.refused:
                log.warning("A page of %r asked for scans and was refused: `server` in the configuration is %s.", origin[:80], desk.server)
            self.server.refused.add(origin)
            raise Refused(403, f"Only pages of {desk.server} may ask.")

    def _get(self) -> None:
        desk = self.server.desk
        if self.path == "/":
            page = status_page(desk.server, desk.handover.problems(), desk.handover.spool.waiting(), desk.handover.spool.jobs())
            self._send(200, page.encode(), "text/html; charset=utf-8")
        elif self.path == "/printers":
            resolutions = {name: printer.resolution for name, printer in sorted(desk.printing.printers.items())}
            self._json(200, {"printers": list(resolutions), "resolutions": resolutions})
        elif self.path.startswith("/jobs/") and (job := desk.handover.spool.job(self.path.removeprefix("/jobs/"))):
            self._json(200, {"key": job.key, "printer": job.printer, "state": job.state, "detail": job.detail})
        else:
            raise Refused(404, "There is nothing here.")

    def _post(self) -> None:
        asked = self._body()
        match self.path:
            case "/captures":
                self._captures(asked)
            case "/kept":
                self.server.desk.handover.confirm([_text(key, "keys") for key in _list(asked, "keys")])
                self._send(204, b"", "")
            case "/jobs":
                self._print(asked)
            case "/jobs/cancel":
                key = _text(asked.get("key"), "key")
                self._json(200, {"key": key, "cancelled": self.server.desk.handover.spool.cancel_job(key)})
            case _:
                raise Refused(404, "There is nothing here.")

    def _captures(self, asked: dict[str, Any]) -> None:
        shown = tuple(_text(one, "problems") for one in _list(asked, "problems")) if asked.get("problems") is not None else None
        after = asked.get("after", 0)
        if not isinstance(after, int):
            raise Refused(400, "`after` is no number.")
        question = Question(
            _text(asked.get("tab"), "tab"), _text(asked.get("place"), "place"), asked.get("queue") is True, asked.get("claim") is True,
            after, shown,
        )
        self._json(200, self.server.desk.handover.ask(question, LONGEST_WAIT_SECONDS, self._gone))

    def _print(self, asked: dict[str, Any]) -> None:
        key, printer, text = (_text(asked.get(name), name) for name in ("key", "printer", "text"))
        if not key or not text:
            raise Refused(400, "A print job needs a key and a text.")
        try:
            self.server.desk.printing.add(key, printer, text)
        except KeyTaken:
            raise Refused(409, "Another job has this key.") from None
        except KeyError:
            raise Refused(404, f"No printer of this station is called {printer}.") from None
        self._json(202, {"key": key})

    def _gone(self) -> bool:
        """Whether the page hung up while it waited."""
        try:
            return bool(select.select([self.connection], [], [], 0)[0]) and self.connection.recv(1, socket.MSG_PEEK) == b""
        except OSError:
            return True

    def _body(self) -> dict[str, Any]:
        if self.headers.get_content_type() != "application/json":
            raise Refused(415, "Send JSON.")
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or int(length) > LARGEST_BODY:
            raise Refused(413, "Too large, or of unknown length.")
        try:
            asked = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError):
            raise Refused(400, "This is no JSON.") from None
        if not isinstance(asked, dict):
            raise Refused(400, "Send an object.")
        return asked

    def _json(self, status: int, answer: dict[str, Any]) -> None:
        self._send(status, json.dumps(answer).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        headers = {"Content-Length": str(len(body)), "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Vary": "Origin"}
        if kind:
            headers |= {"Content-Type": kind, "Content-Security-Policy": POLICY}
        if self.headers.get("Origin") == self.server.desk.server:
            headers |= {
                "Access-Control-Allow-Origin": self.server.desk.server, "Access-Control-Allow-Methods": "GET, POST",
                "Access-Control-Allow-Headers": "Content-Type", "Access-Control-Max-Age": str(REMEMBER_SECONDS),
                # Asked for by browsers before a page of the network talks to a program of this machine.
                "Access-Control-Allow-Private-Network": "true",
            }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Questions come every few seconds; what happened is logged elsewhere, in words."""


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise Refused(400, f"`{name}` is no text.")
    return value


def _list(asked: dict[str, Any], name: str) -> list[Any]:
    value = asked.get(name, [])
    if not isinstance(value, list):
        raise Refused(400, f"`{name}` is no list.")
    return value
