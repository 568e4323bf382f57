"""Alembic's environment: runs inside the transaction that `shopfloor.db.migrate` opened."""

from __future__ import annotations

from typing import Any

from alembic import context

from shopfloor.app import import_models
from shopfloor.db.base import Base, QuantityType, UtcDateTime


def render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Migrations name plain types, so that they run without this package's classes (architecture 2.8)."""
    del autogen_context
    if kind == "type" and isinstance(item, QuantityType):
        return "sa.BigInteger()"
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


import_models()
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=render_item,
    transaction_per_migration=False,
)
context.run_migrations()
