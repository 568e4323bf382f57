"""Which plant a session works for, and how it gets into every statement (A15, A25)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, event
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from shopfloor.db.base import PlantLed

FIRST_PLANT = 1


def current_plant(session: Session) -> int:
    """The plant of the station or the user; the only plant of a small factory is 1."""
    number = session.info.get("plant_no", FIRST_PLANT)
    assert isinstance(number, int)
    return number


def plant(session: Session, *tables: Any) -> ColumnElement[bool]:
    """The WHERE clause of Core statements: every named table is held to the session's plant."""
    number = current_plant(session)
    clause: ColumnElement[bool] = tables[0].c.plant_no == number
    for table in tables[1:]:
        clause = clause & (table.c.plant_no == number)
    return clause


@event.listens_for(Session, "do_orm_execute")
def _hold_to_plant(state: ORMExecuteState) -> None:
    """Every ORM statement is held to the plant; nobody has to remember it."""
    if state.is_column_load or state.is_relationship_load:
        return
    number = current_plant(state.session)
    state.statement = state.statement.options(
        with_loader_criteria(PlantLed, lambda model: model.plant_no == number, include_aliases=True)
    )
