"""Writes and reads what happened to a number beside postings: holds, details, corrected dates. Append-only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, insert, select
from sqlalchemy.orm import Session

from shopfloor.clock import now
from shopfloor.db import current_plant, plant, table, take_numbers
from shopfloor.items.models import NumberAction, NumberHistory
from shopfloor.items.rules import GoodsNumber
from shopfloor.people.actor import Actor
from shopfloor.people.models import Operator

_history = table(NumberHistory)
_operator = table(Operator)


@dataclass(frozen=True)
class Change:
    """One change to be written."""

    number: GoodsNumber
    action: NumberAction
    old_value: str = ""
    new_value: str = ""
    reason: str = ""
    register_no: int = 0
    """The posting that carried it; 0: none."""


@dataclass(frozen=True)
class HistoryLine:
    """One change as pages show it."""

    action: str
    old_value: str
    new_value: str
    reason: str
    register_no: int
    operator: str
    recorded_at: datetime


def write_history(session: Session, actor: Actor, changes: Sequence[Change]) -> None:
    """Append changes. Two statements, none without changes."""
    if not changes:
        return
    numbers = take_numbers(session, {"number_history": len(changes)})["number_history"]
    common = {"plant_no": current_plant(session), "operator_no": actor.operator_no, "recorded_at": now()}
    rows = [
        common | {
            "entry_no": entry_no, **vars(change.number), "action": change.action.value, "old_value": change.old_value,
            "new_value": change.new_value, "reason": change.reason, "register_no": change.register_no,
        }
        for entry_no, change in zip(numbers, changes, strict=True)
    ]
    session.connection().execute(insert(_history), rows)


def history_of(session: Session, number: GoodsNumber, limit: int = 100) -> list[HistoryLine]:
    """What happened to a number, newest first."""
    c = _history.c
    statement = (
        select(c.action, c.old_value, c.new_value, c.reason, c.register_no, c.operator_no, _operator.c.name, c.recorded_at)
        .outerjoin(_operator, _operator.c.no == c.operator_no)
        .where(plant(session, _history), and_(*(c[name] == value for name, value in vars(number).items())))
        .order_by(c.entry_no.desc())
        .limit(limit)
    )
    return [
        HistoryLine(r.action, r.old_value, r.new_value, r.reason, r.register_no, r.name or r.operator_no, r.recorded_at)
        for r in session.connection().execute(statement)
    ]
