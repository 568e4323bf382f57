"""Brings a database to the newest schema, and says in one sentence why it cannot."""

from __future__ import annotations

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from shopfloor.db.engine import transaction_options, writer_gate
from shopfloor.db.planner import describe_indexes


class DatabaseUnusable(Exception):
    """The database cannot be opened, migrated or written; the text says what to do."""


def upgrade(engine: Engine) -> None:
    """Migrate to the newest schema; does nothing when it is there. Raises DatabaseUnusable."""
    try:
        with writer_gate(engine), engine.connect() as connection:
            _check_not_newer(connection)
            connection.rollback()
            _without_foreign_keys(connection)
    except (DBAPIError, OSError) as error:
        raise DatabaseUnusable(explain(engine, error)) from error


def is_current(engine: Engine) -> bool:
    """Whether the schema is the newest. Raises DatabaseUnusable when the database cannot be read."""
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision() == _scripts().get_current_head()
    except (DBAPIError, OSError) as error:
        raise DatabaseUnusable(explain(engine, error)) from error


def explain(engine: Engine, error: Exception) -> str:
    """One sentence for people: which database, and what it said."""
    cause = str(getattr(error, "orig", None) or error)
    first_line = next(iter(cause.splitlines()), "no reason given")
    where = engine.url.render_as_string(hide_password=True)
    return f"The database {where} cannot be used: {first_line}. Check that it exists, runs, and may be written."


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("shopfloor") / "migrations"))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _check_not_newer(connection: Connection) -> None:
    """A newer schema than this program knows must not be touched (operations 4.4)."""
    current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in _scripts().walk_revisions()}
    if current is not None and current not in known:
        message = f"The database has schema {current}, which is newer than this program. Install the newer version of Shopfloor."
        raise DatabaseUnusable(message)


def _without_foreign_keys(connection: Connection) -> None:
    """SQLite rebuilds tables in batch changes: with foreign keys on that loses rows or fails (operations F11)."""
    sqlite = connection.dialect.name == "sqlite"
    raw = connection.connection.driver_connection
    if sqlite:
        raw.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
    try:
        with connection.execution_options(**transaction_options(connection.engine)).begin():
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            describe_indexes(connection)
            if sqlite:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                assert not broken, f"foreign keys broken by the migration: {broken[:5]}"
    finally:
        if sqlite:
            raw.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]
