"""Numbers in addresses, and addresses that only take forms.

A number may hold a slash, such as the item M8/20. Links write it as `%2F`; servers decode that before anybody routes, and the number
would fall apart. So the slash inside a number travels as a mark through the routing and is a slash again before a page sees it.

Somebody who opens the address of a button (after an error it stands in the browser's bar) is led to the page that the button is on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

MARK = "\ue02f"
"""From the range that no text uses; it never leaves this module."""
_SLASH = re.compile("%2f", re.IGNORECASE)
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def register(app: Flask) -> None:
    """For every route there is, pages and API alike."""
    app.wsgi_app = _keep_slashes(app.wsgi_app)  # type: ignore[assignment, method-assign]
    app.url_value_preprocessor(_restore_slashes)


def page_of() -> str:
    """The nearest page above the address of this request, at last the first one."""
    adapter = current_app.create_url_adapter(request)
    path = request.path
    while adapter is not None and path.count("/") > 1:
        path = path.rpartition("/")[0]
        try:
            adapter.match(path, "GET")
        except (RequestRedirect, HTTPException):
            continue
        return _as_address(path)
    return "/"


def _keep_slashes(application: Application) -> Application:
    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        # gunicorn, waitress and the test client tell the address as it was sent, each under one of these names.
        raw = str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or "").partition("?")[0]
        root = str(environ.get("SCRIPT_NAME", ""))
        if _SLASH.search(raw) and raw.startswith(root or "/"):
            marked = _SLASH.sub("".join(f"%{byte:02X}" for byte in MARK.encode()), raw.removeprefix(root))
            environ["PATH_INFO"] = unquote_to_bytes(marked).decode("latin-1")
        return application(environ, start_response)

    return wrapped


def _restore_slashes(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    for name, value in (values or {}).items():
        if isinstance(value, str):
            values[name] = value.replace(MARK, "/")  # type: ignore[index]


def _as_address(path: str) -> str:
    return quote(path).replace(quote(MARK), "%2F")
