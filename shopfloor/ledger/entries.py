"""Writes the ledger: entries, applications, registers and the projections of them. Only the posting door imports this.

Rows go in by executemany, one statement for each table whatever the number of rows (A18). Entries are inserted and never changed;
`open_item_entry`, `tracking_unit` and `genealogy_edge` are projections, changed in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Insert, bindparam, delete, insert, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from shopfloor.db import Base, QuantityType, current_plant, table
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
_as_locked = (
    (_open.c.plant_no == bindparam("b_plant"))
    & (_open.c.entry_no == bindparam("b_entry_no"))
    & (_open.c.remaining == bindparam("b_remaining", type_=QuantityType))
    & (_open.c.reserved == bindparam("b_reserved", type_=QuantityType))
)
_DELETE_OPEN = delete(_open).where(_as_locked)
_CHANGE_OPEN = update(_open).where(_as_locked).values(
    {name: bindparam(f"b_new_{name}", type_=QuantityType) for name in ("remaining", "reserved")}
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

    The old balances stand in the WHERE: a row that is not as it was locked is counted as missing, and the work runs again.
    """
    at_plant: Row = {"b_plant": current_plant(session)}
    finished = [at_plant | _balances(change) for change in changes if change.remaining == ZERO]
    changed = [at_plant | _balances(change) for change in changes if change.remaining != ZERO]
    connection = session.connection()
    done = 0
    if finished:
        done += connection.execute(_DELETE_OPEN, finished).rowcount
    if changed:
        done += connection.execute(_CHANGE_OPEN, changed).rowcount
    if done != len(finished) + len(changed):
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
    connection = session.connection()
    connection.execute(
        _ADD_TO_EDGE,
        [{"plant_no": plant_no, "parent_no": key[0], "child_no": key[1], "quantity": quantity} for key, quantity in net.items()],
    )
    taken_back = [{"b_parent": parent, "b_child": child} for (parent, child), quantity in net.items() if quantity < ZERO]
    if taken_back:
        this = (_edge.c.parent_no == bindparam("b_parent")) & (_edge.c.child_no == bindparam("b_child"))
        connection.execute(delete(_edge).where(_edge.c.plant_no == plant_no, this, _edge.c.quantity == ZERO), taken_back)


def insert_or_skip(session: Session, model: type[Base], rows: Sequence[Row]) -> int:
    """Insert the rows that are not there yet, and say how many that were. One statement."""
    statement = _insert_or_skip(session.get_bind().dialect.name, model)
    # Without the option SQLAlchemy gives no row count for an INSERT.
    return session.connection().execute(statement, rows, execution_options={"preserve_rowcount": True}).rowcount


@cache
def _insert_or_skip(dialect: str, model: type[Base]) -> Insert:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return make(table(model)).on_conflict_do_nothing()


def _balances(change: BalanceChange) -> Row:
    """The names differ from the columns' names, because an UPDATE would take equal ones for new values."""
    row: Row = {
        "b_entry_no": change.before.entry_no,
        "b_remaining": change.before.remaining,
        "b_reserved": change.before.reserved,
    }
    if change.remaining != ZERO:
        row |= {"b_new_remaining": change.remaining, "b_new_reserved": change.reserved}
    return row
