"""Puts the web app together: configuration, extensions, guards, pages and API."""

from __future__ import annotations

from pathlib import Path

from flask import g, request
from flask_babel import Babel
from flask_openapi3 import Info, OpenAPI
from htmx_flask import Htmx
from jinja2 import StrictUndefined

import shopfloor
from shopfloor.config import Settings
from shopfloor.people.actor import Actor
from shopfloor.web import addresses, api, filters, guards, inputs, navigation, pages, refusals, security, texts
from shopfloor.web.commands import new_key
from shopfloor.web.extensions import db
from shopfloor.web.sessions import Sessions

LANGUAGES = ("en", "de", "da", "zh")
FOLDER = Path(shopfloor.__file__).parent


def make_application(settings: Settings) -> OpenAPI:
    """A new app; several may live in one process, each with its own database."""
    app = OpenAPI(
        "shopfloor",
        root_path=str(FOLDER),
        info=Info(title="Shopfloor", version=shopfloor.__version__, description=api.DESCRIPTION),
        security_schemes=api.SECURITY,
        doc_ui=False,
        validation_error_model=api.Problem,
        validation_error_callback=inputs.invalid,
    )
    _configure(app, settings)
    app.session_interface = Sessions()
    db.init_app(app)
    Htmx(app)
    Babel(app, locale_selector=_language)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.globals.update(new_key=new_key, may=navigation.may, agent_address=security.agent_address)
    texts.register(app)
    filters.register(app)
    navigation.register(app)
    refusals.register(app)
    security.register(app)
    app.before_request(guards.check_request)
    pages.register(app)
    api.register(app)
    addresses.register(app)
    return app


def _configure(app: OpenAPI, settings: Settings) -> None:
    app.config.update(
        SHOPFLOOR_SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        MAX_CONTENT_LENGTH=refusals.LIMIT_MEGABYTES * refusals.MEGABYTE,
        MAX_FORM_MEMORY_SIZE=refusals.LIMIT_MEGABYTES * refusals.MEGABYTE,
        MAX_FORM_PARTS=refusals.MOST_FIELDS,
        SESSION_COOKIE_NAME="shopfloor_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SEND_FILE_MAX_AGE_DEFAULT=None,
        BABEL_DEFAULT_LOCALE=LANGUAGES[0],
        BABEL_TRANSLATION_DIRECTORIES=str(FOLDER / "translations"),
    )
    app.json.ensure_ascii = True  # type: ignore[attr-defined]


def _language() -> str:
    """The language follows the badge (operations 5.6); before that, the browser's."""
    actor = g.get("actor")
    if isinstance(actor, Actor) and actor.language in LANGUAGES:
        return actor.language
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]
