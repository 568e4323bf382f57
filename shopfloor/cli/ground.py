"""What every verb needs: settings, an open database, the actor of the console, and errors as one sentence."""

from __future__ import annotations

import importlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import click
from sqlalchemy import Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidRequestError
from sqlalchemy.orm import Session

from shopfloor.config import Settings, read_settings
from shopfloor.db import Command, make_engine, unit_of_work
from shopfloor.db.migrate import DatabaseUnusable, explain, is_current
from shopfloor.errors import Answer, DatabaseBusy, Refusal
from shopfloor.people.set_up import console_actor

A = TypeVar("A", bound=Answer)
DESCRIPTIONS = ("shopfloor.orders.open_lines", "shopfloor.production.open_lines")
"""What describes document lines to reservations; the web app imports it with the models. Late, so that `--help` stays quick."""


class Sentences(click.Group):
    """Turns what the world did wrong into one sentence and exit code 1. Our own mistakes still crash."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  # click's own signature
        """Run the verb."""
        try:
            return super().invoke(ctx)
        except (Refusal, DatabaseUnusable, DatabaseBusy, DBAPIError, OSError) as error:
            raise click.ClickException(sentence(error)) from error


def sentence(error: Exception) -> str:
    """What went wrong, for a person at the console."""
    if isinstance(error, Refusal):
        return error.text()
    if isinstance(error, DatabaseUnusable):
        return str(error)
    if isinstance(error, DatabaseBusy):
        return "The database is busy: another program holds it. Nothing was written; try again."
    if isinstance(error, DBAPIError):
        return f"The database refused: {_first_line(error.orig or error)}"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror}."
    return _first_line(error)


def open_settings() -> Settings:
    """Settings from the environment. Raises ClickException."""
    try:
        return read_settings()
    except ValueError:
        raise click.ClickException(
            "The settings cannot be read: SHOPFLOOR_PORT is a whole number from 1 to 65535, SHOPFLOOR_THREADS one from 1 to 256, "
            "SHOPFLOOR_HTTPS is auto, on or off, SHOPFLOOR_TRUST_PORT is a port, SHOPFLOOR_UNPROTECTED is yes or no, "
            "the file secret_key is plain text."
        ) from None
    except OSError as error:
        message = f"The data folder cannot be used: {sentence(error)} Set SHOPFLOOR_DATA to a folder that may be written."
        raise click.ClickException(message) from error


def open_engine(settings: Settings) -> Engine:
    """The engine of the settings' address. Raises ClickException; the address is not repeated, because it may hold a password."""
    try:
        address = make_url(settings.database_url)
        kind = address.get_backend_name()
        if kind not in {"sqlite", "postgresql"} or (kind == "sqlite" and not address.database):
            raise click.ClickException("The database address must name a SQLite file or a PostgreSQL database.")
        return make_engine(settings.database_url)
    except (ArgumentError, InvalidRequestError, ValueError):
        raise click.ClickException(
            "The database address cannot be read; write sqlite:////folder/file.sqlite3 or postgresql://user:password@host/database."
        ) from None
    except ImportError as error:
        message = f"The driver of this database is not installed ({error.name}). Install it, or use SQLite."
        raise click.ClickException(message) from error


@contextmanager
def opened() -> Iterator[Session]:
    """A session on a database with the current schema. Raises ClickException, DatabaseUnusable."""
    for name in DESCRIPTIONS:
        importlib.import_module(name)
    engine = open_engine(open_settings())
    try:
        require_current(engine)
        with Session(engine) as session:
            yield session
    finally:
        engine.dispose()


def require_current(engine: Engine) -> None:
    """Raises ClickException when the schema is not the one of this program, DatabaseUnusable when it cannot be read."""
    try:
        current = is_current(engine)
    except DatabaseUnusable:
        raise
    except (InvalidRequestError, ValueError) as error:
        raise DatabaseUnusable(explain(engine, error)) from error
    if not current:
        where = engine.url.render_as_string(hide_password=True)
        raise click.ClickException(f"The database {where} does not have the schema of this program. Run “shopfloor db upgrade” first.")


def run_command(session: Session, use_case: Callable[..., A], **keywords: Any) -> A:
    """One use case in one unit of work, acted by the console."""
    actor = console_actor(session)
    command = Command(f"console-{secrets.token_urlsafe(16)}", use_case.__name__, actor.operator_no)
    return unit_of_work(session, partial(use_case, actor=actor, **keywords), command=command)


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
