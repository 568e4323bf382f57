"""The API: the same use cases as the pages, as JSON (A12, A29)."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import flask_openapi3_swagger
from flask import Blueprint, current_app, jsonify, request, send_from_directory
from flask_openapi3 import OpenAPI
from werkzeug.wrappers import Response

from shopfloor.web.api.base import PREFIX, Problem
from shopfloor.web.htmx import respond
from shopfloor.web.inputs import check_json
from shopfloor.web.pictures.reading import admit_picture

__all__ = ["DESCRIPTION", "SECURITY", "Problem", "register"]

MODULES = (
    "items", "tracking_codes", "masters", "people", "orders", "documents", "gs1",
    "item_tracking", "production", "operations", "reservations", "genealogy", "ledger", "tracing", "quality", "pictures", "labels", "site",
)
"""A new part of the API: one module with `api`, one word here."""
DESCRIPTION = (
    "Everything that the pages can do. Quantities are text, such as “0.25”; a JSON number is refused. "
    "Every command needs an Idempotency-Key: the same key gives the same answer and nothing is done twice. "
    "Refusals and questions are application/problem+json with a stable code."
)
SECURITY: dict[str, Any] = {
    "token": {"type": "http", "scheme": "bearer", "description": "An access token that an administrator made."},
    "session": {"type": "apiKey", "in": "cookie", "name": "shopfloor_session", "description": "The session of a signed-in browser."},
}
SWAGGER = Path(flask_openapi3_swagger.__file__).parent / "templates" / "swagger"
FILES = {"swagger-ui.css": "css", "swagger-ui-bundle.js": "js"}
PICTURE = "api_pictures.read"
"""The one end-point that takes a form with a file."""
bp = Blueprint("api_docs", __name__, url_prefix=PREFIX)


def register(app: OpenAPI) -> None:
    """Add all parts of the API and its description to the app."""
    app.before_request(_read_body)
    for name in MODULES:
        app.register_api(import_module(f"shopfloor.web.api.{name}").api)
    app.register_blueprint(bp)


@bp.get("/openapi.json")
def description() -> Response:
    """The description of the API, OpenAPI 3.1."""
    app = current_app
    assert isinstance(app, OpenAPI)
    return jsonify(app.api_doc)


@bp.get("/docs")
def docs() -> Response:
    """The description as a page; everything it loads comes from here."""
    return respond("pages/api_docs.html")


@bp.get("/docs/<any('swagger-ui.css', 'swagger-ui-bundle.js'):name>")
def docs_file(name: str) -> Response:
    """The two files of the page, out of the installed package."""
    return send_from_directory(SWAGGER / FILES[name], name, max_age=86400)


def _read_body() -> None:
    if request.method in {"GET", "HEAD", "OPTIONS"} or not request.path.startswith(PREFIX + "/"):
        return
    if request.endpoint == PICTURE:
        admit_picture()
    else:
        check_json()
