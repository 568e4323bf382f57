"""One error handler: what went wrong -> status, page or problem+json, in the reader's language (A29, architecture 2.10)."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from flask import Flask, g, jsonify, redirect, request
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge
from werkzeug.exceptions import NotFound as NoRoute
from werkzeug.wrappers import Response

from shopfloor.errors import DatabaseBusy, InvalidInput, NotFound, Refusal
from shopfloor.people.errors import TokenUnknown
from shopfloor.scanning.pictures.errors import PicturesBusy
from shopfloor.web import guards
from shopfloor.web.addresses import page_of
from shopfloor.web.errors import (
    Busy,
    DiskUnusable,
    ForeignOrigin,
    InputTooLarge,
    NoSuchPage,
    NotSetUp,
    NotSignedIn,
    RequestInvalid,
    ServerMistake,
)
from shopfloor.web.extensions import db
from shopfloor.web.htmx import is_fragment, respond
from shopfloor.web.texts import message_of, outcome_text

PROBLEM = "application/problem+json"
SET_UP = "/set-up"
MEGABYTE = 1024 * 1024
BUSY_SQLITE = frozenset({5, 6})
DISK_SQLITE = frozenset({10, 13})
"""SQLITE_IOERR, SQLITE_FULL."""
DISK_POSTGRES = frozenset({"53100", "58030"})
"""disk_full, io_error."""
BUSY_POSTGRES = frozenset({"40001", "40P01", "55P03", "57014"})
STATUS: tuple[tuple[type[Refusal], int], ...] = (
    (NotSignedIn, 401),
    (NotSetUp, 503),
    (TokenUnknown, 401),
    (ForeignOrigin, 403),
    (NotFound, 404),
    (NoSuchPage, 404),
    (InputTooLarge, 413),
    (Busy, 503),
    (PicturesBusy, 503),
    (DiskUnusable, 503),
    (ServerMistake, 500),
)
"""What is not here is 422, and 409 when it asks."""

Show = Callable[[Refusal], Response]
log = logging.getLogger(__name__)


def on_refusal(show: Show) -> None:
    """How to show a refusal of this request: usually the page that the form is on, with what was typed."""
    g.show_refusal = show


def status_of(refusal: Refusal) -> int:
    """The one table of statuses (A29)."""
    for kind, status in STATUS:
        if isinstance(refusal, kind):
            return status
    return 409 if refusal.asks else 422


def register(app: Flask) -> None:
    """Every error of the app ends here."""
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(DatabaseBusy, lambda _error: refused(Busy()))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _mistake)


def refused(refusal: Refusal, status: int = 0) -> Response:
    """The answer to a refusal: problem+json for the API, else the page it belongs to."""
    status = status or status_of(refusal)
    if guards.is_api():
        return problem(refusal, status)
    if isinstance(refusal, NotSignedIn):
        return _to_sign_in()
    if isinstance(refusal, NotSetUp):
        return redirect(SET_UP, 303)
    show: Show | None = g.pop("show_refusal", None)
    if show is not None and status not in {401, 403, 413, 500}:
        try:
            response = show(refusal)
        except Refusal as second:  # the page itself is not there any more
            return _error_page(second, status_of(second))
        # The page is there, and what it was asked to deal with is gone; of these htmx shows 422 (A2).
        response.status_code = 422 if status == 404 and is_fragment() else status
        return response
    return _error_page(refusal, status)


def problem(refusal: Refusal, status: int) -> Response:
    """RFC 9457, with our stable code and the fields that the message names."""
    fields = refusal.outcome_fields()
    body = {
        "type": "about:blank",
        "status": status,
        "code": refusal.code,
        "message": outcome_text(refusal),
        "fields": fields,
        "asks": refusal.asks,
    }
    response = jsonify(body | {"title": body["message"]})
    response.status_code = status
    response.mimetype = PROBLEM
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _error_page(refusal: Refusal, status: int) -> Response:
    problems = refusal.problems if isinstance(refusal, InvalidInput) else {}
    return respond("pages/error.html", status=status, message=message_of(refusal), error_status=status, problems=problems)


def _to_sign_in() -> Response:
    """A page leads to the sign-in page; a fragment or a station's queue is told 401, and htmx where to go."""
    address = guards.sign_in_address()
    if not is_fragment():
        return redirect(address, 303)
    response = _error_page(NotSignedIn(), 401)
    response.headers["HX-Redirect"] = address
    return response


def _http_error(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return error.get_response()  # a redirect of the router
    if isinstance(error, NoRoute):
        return refused(NoSuchPage())
    if isinstance(error, RequestEntityTooLarge):
        return refused(InputTooLarge(megabytes=LIMIT_MEGABYTES, fields=MOST_FIELDS))
    if isinstance(error, MethodNotAllowed) and request.method in {"GET", "HEAD"} and not guards.is_api():
        rest = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
        return redirect(page_of() + rest, 303)
    if error.code >= 500:
        return _mistake(error)
    return refused(RequestInvalid(problem=error.name), error.code)


LIMIT_MEGABYTES = 8
MOST_FIELDS = 60_000


def _mistake(error: Exception) -> Response:
    """Ours: an apology with a number that finds the traceback in the log, and nothing else."""
    if isinstance(error, DBAPIError) and _is_busy(error):
        return refused(Busy())
    if isinstance(error, DBAPIError) and _is_of_disk(error):
        log.error("the database cannot use its disk", exc_info=error)
        db.session.rollback()
        # The page that the form is on reads the same disk.
        g.pop("show_refusal", None)
        return refused(DiskUnusable())
    error_id = secrets.token_hex(4)
    log.error("server mistake %s", error_id, exc_info=error)
    db.session.rollback()
    return refused(ServerMistake(error_id=error_id))


def _is_busy(error: DBAPIError) -> bool:
    return error.connection_invalidated or _says(error, BUSY_SQLITE, BUSY_POSTGRES)


def _is_of_disk(error: DBAPIError) -> bool:
    return _says(error, DISK_SQLITE, DISK_POSTGRES)


def _says(error: DBAPIError, sqlite: frozenset[int], postgres: frozenset[str]) -> bool:
    """Whether the driver gave one of these codes; SQLite's extended ones count as their kind."""
    number = getattr(error.orig, "sqlite_errorcode", None)
    return getattr(error.orig, "sqlstate", None) in postgres or (number is not None and (number & 0xFF) in sqlite)
