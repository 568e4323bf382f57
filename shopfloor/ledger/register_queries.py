"""Item registers: one posting each, with who, when and why, and the way to its entries (PST-17)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, ScalarSelect, Select, case, func, literal, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.items.paging import PAGE_SIZE, Page, entry_place, page_limit, page_of
from shopfloor.ledger.models import ItemLedgerEntry, ItemRegister
from shopfloor.people.models import Operator
from shopfloor.people.queries import Found

_entry = table(ItemLedgerEntry)
_register = table(ItemRegister)
_operator = table(Operator)
SLACK = 10_000
"""How far entry numbers of postings that were written at the same moment may be mixed, generously."""


@dataclass(frozen=True)
class RegisterLine:
    """One posting."""

    register_no: int
    source: str
    """The use case that posted."""
    operator_no: str
    operator_name: str
    station_code: str
    reason: str
    created_at: datetime


def list_registers(
    session: Session, *, source: str = "", operator_no: str = "", after: str = "", limit: int = PAGE_SIZE
) -> Page[RegisterLine]:
    """Postings, newest first. One statement."""
    before = entry_place(after)
    if before is None or not (source + operator_no).isprintable():
        return Page(())
    limit = page_limit(limit)
    statement = select_registers(session).order_by(_register.c.register_no.desc()).limit(limit + 1)
    if before:
        statement = statement.where(_register.c.register_no < before)
    for column, value in ((_register.c.source, source), (_register.c.operator_no, operator_no)):
        if value:
            statement = statement.where(column == value)
    return page_of([_line(row) for row in session.connection().execute(statement)], limit, lambda row: str(row.register_no))


def register_line(session: Session, register_no: int) -> RegisterLine | None:
    """One posting, or None. One statement."""
    row = session.connection().execute(select_registers(session).where(_register.c.register_no == register_no)).one_or_none()
    return None if row is None else _line(row)


def find(session: Session, text: str) -> list[Found]:
    """UI-1: a whole number is an entry, or a posting, or both. One statement."""
    number = entry_place(text) or 0
    if not number:
        return []
    entry = select(_entry.c.entry_no).where(plant(session, _entry), _entry.c.entry_no == number).scalar_subquery()
    register = select(_register.c.source).where(plant(session, _register), _register.c.register_no == number).scalar_subquery()
    entry_no, source = session.connection().execute(select(entry, register)).one()
    found = [Found("Item ledger entry", text, "", f"/ledger-entries/{number}")] if entry_no else []
    return found + ([Found("Item register", text, source, f"/item-registers/{number}")] if source is not None else [])


def window_of_register(session: Session, register_no: int) -> ColumnElement[bool]:
    """Between which entry numbers the entries of a posting lie. One statement."""
    return window_of_registers(session, register_no, register_no)


def window_of_registers(session: Session, first_no: int, last_no: int) -> ColumnElement[bool]:
    """Between which entry numbers the entries of some postings in a row lie. One statement.

    So the planner of the next one knows the figures.
    Registers have no index into the ledger, because every posting would pay for it. Register and entry numbers are taken together in one
    statement (A16), so both rise together: halving finds the place in twenty steps, and the slack covers postings of the same moment.
    """
    ends = select(_first_entry(session, first_no), _first_entry(session, last_no + 1))
    first, behind = session.connection().execute(ends).one()
    return _entry.c.entry_no.between(first - SLACK, behind + SLACK)


def _first_entry(session: Session, register_no: int) -> ScalarSelect[int]:
    """The lowest entry number of this posting or a later one, by halving; behind the last entry when there is none."""
    last = select(_entry.c.entry_no).where(plant(session, _entry)).order_by(_entry.c.entry_no.desc()).limit(1).scalar_subquery()
    start = select(literal(0, BigInteger).label("low"), (func.coalesce(last, 0) + 1).label("high"))
    halves = start.cte(f"halves_{register_no}", recursive=True)
    middle = (halves.c.low + halves.c.high) // 2
    probe = _entry.alias("probe")
    at_middle = (
        select(probe.c.register_no).where(plant(session, probe), probe.c.entry_no >= middle)
        .order_by(probe.c.entry_no).limit(1).correlate(halves).scalar_subquery()
    )
    earlier = at_middle < register_no
    half = select(case((earlier, middle), else_=halves.c.low), case((earlier, halves.c.high), else_=middle))
    found = halves.union_all(half.where(halves.c.high - halves.c.low > 1))
    return select(func.min(found.c.high)).scalar_subquery()


def select_registers(session: Session) -> Select[Any]:
    """Postings of this plant with the name of whoever posted."""
    columns = (*_register.c, func.coalesce(_operator.c.name, "").label("operator_name"))
    return select(*columns).outerjoin_from(_register, _operator, _operator.c.no == _register.c.operator_no).where(plant(session, _register))


def _line(row: Row[Any]) -> RegisterLine:
    return RegisterLine(**{name: getattr(row, name) for name in RegisterLine.__dataclass_fields__})
