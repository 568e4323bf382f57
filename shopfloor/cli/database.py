"""`shopfloor db`: the schema."""

from __future__ import annotations

import click

from shopfloor.cli.ground import open_engine, open_settings
from shopfloor.db.migrate import upgrade


@click.group()
def db() -> None:
    """Keep the database's schema."""


@db.command("upgrade")
def upgrade_database() -> None:
    """Bring the database to the newest schema; does nothing when it is there."""
    engine = open_engine(open_settings())
    try:
        upgrade(engine)
    finally:
        engine.dispose()
