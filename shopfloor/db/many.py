"""One UPDATE or DELETE that many rows share, each row with its own values (A18).

PostgreSQL runs it once, over arrays: row by row it would keep the plan that it made when the table was small, and read the whole table
again for every row. A plan for many rows is not kept either, because a kept one is made for ten. SQLite takes the rows one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Delete, String, Update, bindparam, column, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from shopfloor.db.engine import planned_anew
from shopfloor.db.plant import current_plant

Given = Mapping[str, ColumnElement[Any]]
"""The values of one row, by name."""
FEW = 20
"""Rows up to which planning again costs more than a plan that does not fit."""
Make = Callable[[Given], Update | Delete]


class ManyRows:
    """A statement for many rows of the session's plant. Built once for each database: putting it together costs more than running it."""

    def __init__(self, make: Make, **columns: Column[Any]) -> None:
        """`make` says what happens with one row; `columns` are the names of its values, with a column of the same type for each."""
        self._make = make
        self._types = {name: _whole(alike.type) for name, alike in columns.items()}
        self._statements: dict[str, Update | Delete] = {}

    def execute(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
        """How many rows of the table were hit. One statement, none for no rows; two of `rows` must not be about one row of the table."""
        if not rows:
            return 0
        engine = session.get_bind().engine
        dialect = engine.dialect.name
        if dialect not in self._statements:
            self._statements[dialect] = self._statement(dialect)
        plant_no = current_plant(session)
        values: Any = (
            [{"at_plant": plant_no} | {f"given_{name}": row[name] for name in self._types} for row in rows]
            if dialect == "sqlite"
            else {"at_plant": plant_no} | {f"given_{name}": [row[name] for row in rows] for name in self._types}
        )
        options = planned_anew(engine) if len(rows) > FEW else {}
        return session.connection().execute(self._statements[dialect], values, execution_options=options).rowcount

    def _statement(self, dialect: str) -> Update | Delete:
        made = self._make(_parameters(self._types) if dialect == "sqlite" else _arrays(self._types))
        return made.where(made.table.c.plant_no == bindparam("at_plant"))


def _parameters(types: Mapping[str, TypeEngine[Any]]) -> Given:
    """The names differ from the columns' names, because an UPDATE would take equal ones for new values."""
    return {name: bindparam(f"given_{name}", type_=kind) for name, kind in types.items()}


def _arrays(types: Mapping[str, TypeEngine[Any]]) -> Given:
    arrays = (bindparam(f"given_{name}", type_=ARRAY(kind)) for name, kind in types.items())
    rows = func.unnest(*arrays).table_valued(*(column(name, kind) for name, kind in types.items())).render_derived(name="given")
    return {name: rows.c[name] for name in types}


def _whole(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """A cast to a text with a length would cut it."""
    return String() if isinstance(kind, String) else kind
