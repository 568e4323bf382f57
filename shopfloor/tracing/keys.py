"""Keys as a table to join with: one JSON parameter, so that a statement's text does not depend on how many there are (A18).

Expanding IN lists would make a new statement text for each length, and both databases limit the number of parameters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, FromClause, Join, String, Subquery, cast, column, func, literal, select, type_coerce
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

Key = tuple[Any, ...]


def listed(session: Session, name: str, rows: Collection[Key], **columns: type[BigInteger | String]) -> Subquery:
    """A table made of keys, to join with."""
    text = literal(json.dumps([list(row) for row in rows]), String)
    if session.get_bind().dialect.name == "sqlite":
        each: FromClause = func.json_each(text).table_valued("value", name=f"{name}_keys")
        parts = [
            type_coerce(func.json_extract(each.c.value, f"$[{place}]"), kind()).label(key)
            for place, (key, kind) in enumerate(columns.items())
        ]
    else:
        each = func.jsonb_array_elements(cast(text, JSONB)).table_valued(column("value", JSONB), name=f"{name}_keys")
        parts = [
            cast(each.c.value.op("->>")(literal(place)), kind).label(key) for place, (key, kind) in enumerate(columns.items())
        ]
    return select(*parts).select_from(each).subquery(name)


class KeysFirst(Join):
    """A join that begins with the keys.

    Without gathered statistics SQLite takes a plant for ten rows, and would read the whole plant and try every key on every row.
    There a CROSS JOIN keeps the order of the tables as written; PostgreSQL knows by itself.
    """

    inherit_cache = True


@compiles(KeysFirst, "sqlite")
def _keys_first(join: KeysFirst, compiler: SQLCompiler, **options: Any) -> str:
    text: str = compiler.visit_join(join, **options)  # type: ignore[no-untyped-call]
    return re.sub(r"(?<!CROSS) JOIN ", " CROSS JOIN ", text, count=1)
