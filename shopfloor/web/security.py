"""Headers that every answer carries (R-SE-5)."""

from __future__ import annotations

from flask import Flask, current_app, request
from werkzeug.wrappers import Response

POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; media-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
"""`wasm-unsafe-eval` lets the camera's reader be compiled (scanning.md 5); scripts from text stay forbidden."""
DOCS_POLICY = POLICY + "; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
"""The page that shows the API writes styles into elements; nothing else does."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
}
DOCS = "/api/v1/docs"
# No Strict-Transport-Security: it would hold for every port of the host, so also for the door without https that shows how to trust
# this server, just when a device needs it; a certificate that has ended could not be passed; and browsers ignore it for addresses.
# What it would protect is protected by the names of the cookies (`sessions`) and by a door that takes no form and no cookie.


def register(app: Flask) -> None:
    """Add the headers to every answer, errors and files too."""
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    policy = DOCS_POLICY if request.path == DOCS else f"{POLICY}; connect-src 'self' {agent_address()}"
    response.headers.setdefault("Content-Security-Policy", policy)
    return response


def agent_address() -> str:
    """Where a page finds the scanners of its own terminal; nothing else outside the server may be asked (hardware/)."""
    return f"http://127.0.0.1:{current_app.config['SHOPFLOOR_SETTINGS'].agent_port}"
