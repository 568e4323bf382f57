"""Entry numbers: small, increasing, taken in blocks before the rows are built (A16). Gaps are fine."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from sqlalchemy import BigInteger, String, TextClause, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from shopfloor.db.base import Base

COUNTERS = (
    "item_ledger_entry",
    "item_application_entry",
    "item_register",
    "reservation_entry",
    "association_entry",
    "association",
    "match_id",
    "scan_entry",
    "tracking_unit",
    "picking_list",
    "document",
    "number_history",
    "operation_entry",
    "inspection",
    "inspection_value",
    "inspection_attachment",
    "label_job",
    "label_sending",
)
"""Every kind of entry that has a number of its own. The migration makes a counter row and a sequence for each."""


class EntryCounter(Base):
    """SQLite's counters, safe behind the writer gate. PostgreSQL uses sequences of the same names."""

    __tablename__ = "entry_counter"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    last_no: Mapped[int] = mapped_column(BigInteger)


def take_numbers(session: Session, wanted: Mapping[str, int]) -> dict[str, list[int]]:
    """Take blocks of numbers in one statement: `{"item_ledger_entry": 3}` -> `{"item_ledger_entry": [41, 42, 43]}`."""
    needed = {name: count for name, count in wanted.items() if count}
    assert all(name in COUNTERS for name in needed), f"unknown counter in {sorted(needed)}"
    if not needed:
        return {name: [] for name in wanted}
    taken = _from_counters(session, needed) if session.get_bind().dialect.name == "sqlite" else _from_sequences(session, needed)
    return {name: taken.get(name, []) for name in wanted}


def _from_counters(session: Session, needed: Mapping[str, int]) -> dict[str, list[int]]:
    rows = session.connection().execute(_counters_statement(tuple(needed)), dict(needed)).all()
    return {name: list(range(last - needed[name] + 1, last + 1)) for name, last in rows}


def _from_sequences(session: Session, needed: Mapping[str, int]) -> dict[str, list[int]]:
    taken: dict[str, list[int]] = {name: [] for name in needed}
    for name, number in session.connection().execute(_sequences_statement(tuple(needed)), dict(needed)):
        taken[name].append(number)
    return {name: sorted(numbers) for name, numbers in taken.items()}


@cache
def _counters_statement(names: tuple[str, ...]) -> TextClause:
    """The names come from COUNTERS, never from input."""
    cases = " ".join(f"WHEN '{name}' THEN :{name}" for name in names)
    listed = ", ".join(f"'{name}'" for name in names)
    return text(f"UPDATE entry_counter SET last_no = last_no + CASE name {cases} END WHERE name IN ({listed}) RETURNING name, last_no")  # noqa: S608


@cache
def _sequences_statement(names: tuple[str, ...]) -> TextClause:
    """The names come from COUNTERS, never from input."""
    parts = (f"SELECT '{name}', nextval('{name}_no') FROM generate_series(1, :{name})" for name in names)  # noqa: S608
    return text(" UNION ALL ".join(parts))
