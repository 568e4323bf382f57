"""What SQLite's planner is told of every index, so that it never takes the plant, or an item, for a narrow filter.

Without statistics SQLite guesses that `plant_no = ?` leaves ten rows and may walk a whole plant, or all that an item ever was. A small
factory has one plant and few items, so the truth is the opposite: it is numbers that lead to few rows. `ANALYZE` replaces these figures
by measured ones. PostgreSQL gathers its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

ROWS = 1_000_000
"""Size of the tables that the figures describe."""
LEAVE = {"plant_no": 1, "variant_code": 1, "location_code": 1, "kind": 1, "source_type": 10, "item_no": 100}
"""Into how many parts a column divides what the columns before it left."""
NARROW = 1000
"""The same of every other column: numbers, documents, entries."""
_OURS = f"{ROWS} {ROWS} "
"""How figures begin that were written here; measured ones begin in this way by a rare chance only."""


def describe_indexes(connection: Connection) -> None:
    """Write figures for the indexes of plant-led tables that have no measured ones. SQLite only; the connection may write."""
    if connection.dialect.name != "sqlite":
        return
    connection.exec_driver_sql("ANALYZE sqlite_schema")  # makes the table of figures if it is missing
    connection.exec_driver_sql("DELETE FROM sqlite_stat1 WHERE stat LIKE ?", (_OURS + "%",))
    measured = {row[0] for row in connection.exec_driver_sql("SELECT idx FROM sqlite_stat1 WHERE idx IS NOT NULL")}
    for index in _plant_led_indexes(connection):
        if index.name not in measured:
            figures = (index.table, index.name, _figures(index))
            connection.exec_driver_sql("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", figures)


@dataclass(frozen=True)
class Index:
    """An index as SQLite lists it."""

    table: str
    name: str
    unique: bool
    partial: bool
    """Of chosen rows only."""
    columns: tuple[str, ...]


def _plant_led_indexes(connection: Connection) -> list[Index]:
    rows = connection.exec_driver_sql(
        'SELECT m.name, i.name, i."unique", i.partial, c.name '
        "FROM sqlite_schema AS m, pragma_index_list(m.name) AS i, pragma_index_info(i.name) AS c "
        "WHERE m.type = 'table' ORDER BY m.name, i.name, c.seqno"
    )
    columns: dict[tuple[str, str, bool, bool], list[str]] = {}
    for table, index, unique, partial, column in rows:
        columns.setdefault((table, index, bool(unique), bool(partial)), []).append(column)
    return [Index(*key, tuple(names)) for key, names in columns.items() if names[0] == "plant_no"]


def _figures(index: Index) -> str:
    """Rows of the table, then rows that are left by the first column, the first two, and so on."""
    left = [ROWS]
    for column in index.columns:
        parts = LEAVE.get(column, NARROW)
        left.append(max(left[-1] // (parts * NARROW if index.partial and parts > 1 else parts), 10))
    if index.unique:
        left[-1] = 1
    return " ".join(str(number) for number in left)
