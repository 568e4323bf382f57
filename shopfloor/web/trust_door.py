"""The only part that is served without https beside it: how to trust this server. Everything else is sent to https."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from shopfloor.certificates import files
from shopfloor.certificates.errors import CertificateUnreadable
from shopfloor.certificates.files import Places
from shopfloor.certificates.rules import Names

OPEN_PATHS = frozenset({"/trust", "/trust/authority.crt"})
OPEN_FOLDER = "/static/"
"""Style sheets and icons, the same for everybody."""
SAFE_METHODS = frozenset({"GET", "HEAD"})
IDENTITY = ("HTTP_COOKIE", "HTTP_AUTHORIZATION", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_FOR")
"""What says who somebody is has no business on this side; it is not even read."""

Environ = dict[str, Any]
Start = Callable[..., Any]


class TrustDoor:
    """A WSGI application before the real one."""

    def __init__(self, application: Callable[[Environ, Start], Iterable[bytes]], data_folder: Path, https_port: int) -> None:
        self.application = application
        self.places = Places.of(data_folder)
        self.https_port = https_port

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO", ""))
        if environ.get("REQUEST_METHOD") not in SAFE_METHODS:
            text = b"Nothing was done: this address is not encrypted. Open the page with https and try again.\n"
            return _answer(start, "405 Method Not Allowed", text, ("Allow", "GET, HEAD"))
        if path in OPEN_PATHS or path.startswith(OPEN_FOLDER):
            return self.application({name: value for name, value in environ.items() if name not in IDENTITY}, start)
        return _answer(start, "307 Temporary Redirect", b"This page is at its https address.\n", ("Location", self._secure(environ, path)))

    def _secure(self, environ: Environ, path: str) -> str:
        """The same page over https, under a name that the certificate has: nobody is sent where a forged Host header says."""
        query = quote(str(environ.get("QUERY_STRING", "")), safe="!$&'()*+,;=:@/?%-._~")
        target = quote(path.encode("latin-1", "replace"), safe="!$&'()*+,;=:@/-._~")
        host = self._host(str(environ.get("HTTP_HOST", "")))
        return f"https://{host}:{self.https_port}/{target.lstrip('/')}{'?' + query if query else ''}"

    def _host(self, asked: str) -> str:
        try:
            host = (urlsplit(f"//{asked}").hostname or "").lower()
        except ValueError:
            host = ""
        names = self._names()
        known = names.hosts + names.addresses
        chosen = host if host in known else next(iter((*names.of_network, *known)), "localhost")
        return f"[{chosen}]" if ":" in chosen else chosen

    def _names(self) -> Names:
        try:
            found = files.read_server(self.places)
        except CertificateUnreadable:
            return Names()
        return found.names if found else Names()


def _answer(start: Start, status: str, text: bytes, *headers: tuple[str, str]) -> Iterable[bytes]:
    kind, careful = ("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff")
    start(status, [kind, careful, ("Content-Length", str(len(text))), ("Cache-Control", "no-store"), *headers])
    return [text]
