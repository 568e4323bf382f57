"""Proof that the counters of orders equal the ledger; part of `shopfloor check`."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.ledger.check import Problem
from shopfloor.ledger.entry_types import EntryType, OrderType
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.production.models import OperationEntry, ProdOrderComponent, ProdOrderLine, ProdOrderOperation
from shopfloor.production.operations import FIGURES, SUMS
from shopfloor.quantity import ZERO, shown

_entry = table(ItemLedgerEntry)
_line = table(ProdOrderLine)
_component = table(ProdOrderComponent)
_operation = table(ProdOrderOperation)
_operation_entry = table(OperationEntry)


def check_counters(session: Session) -> list[Problem]:
    """Quantities of lines, consumed quantity of components, and sums of operations equal their entries. Four statements."""
    return _check_lines(session) + _check_components(session) + _check_operations(session)


def _check_operations(session: Session) -> list[Problem]:
    """C16. An operation that was planned away has entries that were all taken back."""
    entry, operation = _operation_entry.c, _operation.c
    counted = case((entry.corrects_entry_no.is_(None), 1), else_=-1)
    sums = [func.sum(entry[name], type_=entry[name].type) for name in SUMS]
    sums += [func.sum(counted), func.sum(case((entry.ends, counted), else_=0)), func.sum(case((entry.source != "", counted), else_=0))]
    said = {
        (row[0], row[1]): tuple(row[2:])
        for row in session.connection().execute(
            select(entry.order_no, entry.operation_no, *sums)
            .where(plant(session, _operation_entry))
            .group_by(entry.order_no, entry.operation_no)
        )
    }
    kept = {
        (row[0], row[1]): tuple(row[2:])
        for row in session.connection().execute(
            select(operation.order_no, operation.operation_no, *(operation[name] for name in FIGURES)).where(plant(session, _operation))
        )
    }
    nothing = (0,) * len(FIGURES)
    return [
        Problem(f"Production order {key[0]} operation {key[1]}: {figure} is {have}, its entries say {want}.")
        for key in sorted(said | kept)
        for figure, have, want in zip(FIGURES, kept.get(key, nothing), said.get(key, nothing), strict=True)
        if have != want
    ]


def _check_lines(session: Session) -> list[Problem]:
    entries = (
        select(
            _entry.c.order_no,
            _entry.c.order_line_no,
            func.sum(_entry.c.quantity, type_=_entry.c.quantity.type).label("good"),
            func.sum(_entry.c.scrap_quantity, type_=_entry.c.quantity.type).label("error"),
        )
        .where(plant(session, _entry), _entry.c.order_type == OrderType.PRODUCTION, _entry.c.entry_type == EntryType.OUTPUT)
        .group_by(_entry.c.order_no, _entry.c.order_line_no)
        .subquery()
    )
    rows = session.connection().execute(
        select(_line.c.order_no, _line.c.line_no, _line.c.good_quantity, _line.c.error_quantity, entries.c.good, entries.c.error)
        .outerjoin(entries, and_(entries.c.order_no == _line.c.order_no, entries.c.order_line_no == _line.c.line_no))
        .where(plant(session, _line))
        .order_by(_line.c.order_no, _line.c.line_no)
    )
    return [
        problem
        for row in rows
        for problem in (
            *_differs(_place(row.order_no, row.line_no), "good quantity", row.good_quantity, row.good),
            *_differs(_place(row.order_no, row.line_no), "error quantity", row.error_quantity, row.error),
        )
    ]


def _check_components(session: Session) -> list[Problem]:
    entries = (
        select(
            _entry.c.order_no,
            _entry.c.order_line_no,
            _entry.c.component_line_no,
            func.sum(-_entry.c.quantity, type_=_entry.c.quantity.type).label("consumed"),
        )
        .where(plant(session, _entry), _entry.c.order_type == OrderType.PRODUCTION, _entry.c.entry_type == EntryType.CONSUMPTION)
        .group_by(_entry.c.order_no, _entry.c.order_line_no, _entry.c.component_line_no)
        .subquery()
    )
    same_line = and_(
        entries.c.order_no == _component.c.order_no,
        entries.c.order_line_no == _component.c.order_line_no,
        entries.c.component_line_no == _component.c.line_no,
    )
    rows = session.connection().execute(
        select(_component.c.order_no, _component.c.line_no, _component.c.consumed_quantity, entries.c.consumed)
        .outerjoin(entries, same_line)
        .where(plant(session, _component))
        .order_by(_component.c.order_no, _component.c.order_line_no, _component.c.line_no)
    )
    return [
        problem
        for row in rows
        for problem in _differs(_place(row.order_no, row.line_no), "consumed quantity", row.consumed_quantity, row.consumed)
    ]


def _place(order_no: str, line_no: int) -> str:
    return f"{order_no} line {line_no}"


def _differs(place: str, figure: str, kept: Decimal, posted: Decimal | None) -> list[Problem]:
    if kept == (posted or ZERO):
        return []
    return [Problem(f"Production order {place}: {figure} is {shown(kept)}, its entries say {shown(posted or ZERO)}.")]
