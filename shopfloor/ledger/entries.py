"""Writes the ledger: entries, applications, registers and the projections of them. Only the posting door imports this.

Rows go in by executemany and change in one statement for each table, whatever their number (A18). Entries are inserted and never changed;
`open_item_entry`, `tracking_unit` and `genealogy_edge` are projections, changed in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Insert, and_, bindparam, delete, insert, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from shopfloor.db import Base, Given, ManyRows, QuantityType, current_plant, table
from shopfloor.db.races import lost_race
from shopfloor.ledger.models import GenealogyEdge, ItemApplicationEntry, ItemLedgerEntry, ItemRegister, OpenItemEntry, TrackingUnit
from shopfloor.ledger.rules import BalanceChange
from shopfloor.quantity import ZERO

Row = dict[str, Any]

_open = table(OpenItemEntry)
_edge = table(GenealogyEdge)

# Built once: putting a statement together costs more than running it.
_INSERT_REGISTER = insert(table(ItemRegister))
_INSERT_ENTRY = insert(table(ItemLedgerEntry))
_INSERT_APPLICATION = insert(table(ItemApplicationEntry))
_INSERT_OPEN = insert(_open)


def _as_locked(given: Given) -> ColumnElement[bool]:
    """The old balances stand in the WHERE: a row that is not as it was locked is counted as missing."""
    return and_(*(_open.c[name] == given[name] for name in ("entry_no", "remaining", "reserved")))


_balances = {"entry_no": _open.c.entry_no, "remaining": _open.c.remaining, "reserved": _open.c.reserved}
_DELETE_OPEN = ManyRows(lambda given: delete(_open).where(_as_locked(given)), **_balances)
_CHANGE_OPEN = ManyRows(
    lambda given: update(_open).where(_as_locked(given)).values(remaining=given["new_remaining"], reserved=given["new_reserved"]),
    **_balances, new_remaining=_open.c.remaining, new_reserved=_open.c.reserved,
)
_DELETE_EMPTY_EDGE = ManyRows(
    lambda given: delete(_edge).where(
        _edge.c.parent_no == given["parent_no"], _edge.c.child_no == given["child_no"], _edge.c.quantity == ZERO
    ),
    parent_no=_edge.c.parent_no, child_no=_edge.c.child_no,
)

_ADD_TO_EDGE = text(
    "INSERT INTO genealogy_edge (plant_no, parent_no, child_no, quantity) VALUES (:plant_no, :parent_no, :child_no, :quantity) "
    "ON CONFLICT (plant_no, parent_no, child_no) DO UPDATE SET quantity = genealogy_edge.quantity + excluded.quantity"
).bindparams(bindparam("quantity", type_=QuantityType))


def append(session: Session, register: Row, entries: Sequence[Row], applications: Sequence[Row]) -> None:
    """Insert one register with its entries and applications. Three statements."""
    plant_no = current_plant(session)
    connection = session.connection()
    connection.execute(_INSERT_REGISTER, {"plant_no": plant_no} | register)
    connection.execute(_INSERT_ENTRY, [{"plant_no": plant_no} | row for row in entries])
    if applications:
        connection.execute(_INSERT_APPLICATION, [{"plant_no": plant_no} | row for row in applications])


def change_open_entries(session: Session, changes: Sequence[BalanceChange]) -> None:
    """Write new balances of locked entries; an entry with nothing left goes. Two statements at most.

    When a row is not as it was locked, the work runs again.
    """
    finished = [_balance(change) for change in changes if change.remaining == ZERO]
    changed = [
        _balance(change) | {"new_remaining": change.remaining, "new_reserved": change.reserved}
        for change in changes
        if change.remaining != ZERO
    ]
    if _DELETE_OPEN.execute(session, finished) + _CHANGE_OPEN.execute(session, changed) != len(finished) + len(changed):
        raise lost_race("open entries changed while they were locked")


def insert_open_entries(session: Session, rows: Sequence[Row]) -> None:
    """Insert new open entries. One statement."""
    if rows:
        session.connection().execute(_INSERT_OPEN, [{"plant_no": current_plant(session)} | row for row in rows])


def insert_units(session: Session, rows: Sequence[Row]) -> None:
    """Insert nodes of the genealogy that a look did not find. One statement; when somebody else made one meanwhile, the work runs again."""
    if rows and insert_or_skip(session, TrackingUnit, [{"plant_no": current_plant(session)} | row for row in rows]) != len(rows):
        raise lost_race("a tracking unit was made by somebody else")


def add_to_edges(session: Session, edges: Mapping[tuple[int, int], Decimal]) -> None:
    """Add net quantities to edges; an edge at 0 goes. One statement, two when something is taken back."""
    plant_no = current_plant(session)
    net = {key: quantity for key, quantity in sorted(edges.items()) if quantity != ZERO}
    if not net:
        return
    session.connection().execute(
        _ADD_TO_EDGE,
        [{"plant_no": plant_no, "parent_no": key[0], "child_no": key[1], "quantity": quantity} for key, quantity in net.items()],
    )
    taken_back = [{"parent_no": parent, "child_no": child} for (parent, child), quantity in net.items() if quantity < ZERO]
    _DELETE_EMPTY_EDGE.execute(session, taken_back)


def insert_or_skip(session: Session, model: type[Base], rows: Sequence[Row]) -> int:
    """Insert the rows that are not there yet, and say how many that were. One statement."""
    statement = _insert_or_skip(session.get_bind().dialect.name, model)
    # Without the option SQLAlchemy gives no row count for an INSERT.
    return session.connection().execute(statement, rows, execution_options={"preserve_rowcount": True}).rowcount


@cache
def _insert_or_skip(dialect: str, model: type[Base]) -> Insert:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return make(table(model)).on_conflict_do_nothing()


def _balance(change: BalanceChange) -> Row:
    return {"entry_no": change.before.entry_no, "remaining": change.before.remaining, "reserved": change.before.reserved}
