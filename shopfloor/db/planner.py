"""What SQLite's planner is told of every index, so that it never takes the plant for a narrow filter.

Without statistics SQLite guesses that `plant_no = ?` leaves ten rows and may walk a whole plant. A small factory has one plant, so the
truth is the opposite: the first column of every plant-led index leaves everything. `ANALYZE` replaces these figures by measured ones.
PostgreSQL gathers its own.
"""

from __future__ import annotations

from sqlalchemy import Connection

ROWS = 1_000_000
"""Size of the tables that the figures describe."""


def describe_indexes(connection: Connection) -> None:
    """Write figures for the indexes of plant-led tables that have none yet. SQLite only; the connection may write."""
    if connection.dialect.name != "sqlite":
        return
    connection.exec_driver_sql("ANALYZE sqlite_schema")  # makes the table of figures if it is missing
    known = {row[0] for row in connection.exec_driver_sql("SELECT idx FROM sqlite_stat1 WHERE idx IS NOT NULL")}
    for table, index, unique, columns in _plant_led_indexes(connection):
        if index not in known:
            figures = (table, index, _figures(columns, unique=unique))
            connection.exec_driver_sql("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", figures)


def _plant_led_indexes(connection: Connection) -> list[tuple[str, str, bool, int]]:
    rows = connection.exec_driver_sql(
        'SELECT m.name, i.name, i."unique", count(*) '
        "FROM sqlite_schema AS m, pragma_index_list(m.name) AS i, pragma_index_info(i.name) AS c "
        "WHERE m.type = 'table' GROUP BY m.name, i.name, i.\"unique\" "
        "HAVING min(CASE WHEN c.seqno = 0 THEN c.name END) = 'plant_no'"
    )
    return [(table, index, bool(unique), columns) for table, index, unique, columns in rows]


def _figures(columns: int, *, unique: bool) -> str:
    """Rows of the table, then rows that are left by the first column, the first two, and so on: all of them, then ever fewer."""
    left = [ROWS, *(max(10, ROWS // 1000**place) for place in range(1, columns))]
    if unique:
        left[-1] = 1
    return " ".join(str(number) for number in (ROWS, *left))
