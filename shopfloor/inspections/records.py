"""Writes inspections and the quality holds that follow from them: sets of rows, in a constant number of statements.

The hold of a number is a projection of its inspections. Whoever changes one inspection holds the number's row first
(`items.hold_projection.locked_number`), so that two results at once see each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Update, and_, case, insert, select, update
from sqlalchemy.orm import Session

from shopfloor.clock import now
from shopfloor.db import Given, ManyRows, current_plant, plant, table, take_numbers
from shopfloor.inspections.models import Inspection, InspectionState, InspectionValue
from shopfloor.inspections.rules import FAILED, OPEN, Limits, Measured, hold_reason, newest, outside
from shopfloor.items.hold_projection import project
from shopfloor.items.holds import EVERY_USE, HoldSource
from shopfloor.items.models import NumberAction, NumberInformation
from shopfloor.items.number_history import Change, write_history
from shopfloor.items.rules import GoodsNumber
from shopfloor.people.actor import Actor

_inspection = table(Inspection)
_value = table(InspectionValue)
_information = table(NumberInformation)
_KEY = ("item_no", "variant_code", "kind", "number")


@dataclass(frozen=True)
class Opening:
    """One inspection to be opened."""

    number: GoodsNumber
    occasion: str
    """Caption of models.Occasion."""
    holds: bool
    order_no: str = ""
    match_id: int = 0
    note: str = ""


def open_inspections(session: Session, actor: Actor, openings: Sequence[Opening]) -> list[int]:
    """Open inspections of numbers that are known, and hold those numbers that are to be held. Five statements at most, none for none.

    No number comes twice.
    """
    if not openings:
        return []
    numbers = take_numbers(session, {"inspection": len(openings)})["inspection"]
    common = {
        "plant_no": current_plant(session), "state": InspectionState.OPEN.value, "created_by": actor.operator_no, "created_at": now(),
        "inspector_no": "", "concluded_at": None, "version": 1,
    }
    rows = [
        common | {
            "inspection_no": inspection_no, **vars(opening.number), "occasion": opening.occasion, "holds": opening.holds,
            "order_no": opening.order_no, "match_id": opening.match_id, "note": opening.note,
        }
        for inspection_no, opening in zip(numbers, openings, strict=True)
    ]
    session.connection().execute(insert(_inspection), rows)
    held = [(no, opening.number) for no, opening in zip(numbers, openings, strict=True) if opening.holds]
    _hold(session, actor, held)
    return numbers


def refresh_hold(session: Session, actor: Actor, row: NumberInformation, reason: str) -> None:
    """Make the quality hold of a locked number anew from its inspections. Passing lifts only what that inspection set: another one that
    is open or failed keeps the number held (C9).
    """
    standing = _standing(session, row)
    before = (row.quality_hold, row.quality_reason)
    row.quality_hold, row.quality_reason = bool(standing), standing
    project(session, row)
    session.flush()
    if before == (row.quality_hold, row.quality_reason):
        return
    number = GoodsNumber(row.item_no, row.variant_code, row.kind, row.number)
    action = NumberAction.QUALITY_HELD if row.quality_hold else NumberAction.QUALITY_RELEASED
    write_history(session, actor, [Change(number, action, before[1], row.quality_reason, reason[:200])])


def newest_values(session: Session, inspection_no: int, *, until: datetime | None = None) -> dict[str, Measured]:
    """The value that counts of each test, now or at an instant. One statement."""
    c = _value.c
    statement = (
        select(c.test, c.unit, c.lower_limit, c.upper_limit, c.value)
        .where(plant(session, _value), c.inspection_no == inspection_no)
        .order_by(c.entry_no)
    )
    if until is not None:
        statement = statement.where(c.recorded_at <= until)
    rows = session.connection().execute(statement)
    return newest(Measured(Limits(r.test, r.unit, r.lower_limit, r.upper_limit), r.value) for r in rows)


def _standing(session: Session, row: NumberInformation) -> str:
    """Why the number is on quality hold: its oldest inspection that holds it; blank: none does."""
    c = _inspection.c
    found = session.connection().execute(
        select(c.inspection_no, c.state)
        .where(
            plant(session, _inspection), *(c[name] == getattr(row, name) for name in _KEY), c.holds.is_(True), c.state.in_((OPEN, FAILED)),
        )
        .order_by(c.inspection_no)
        .limit(1)
    ).one_or_none()
    if found is None:
        return ""
    why = outside(newest_values(session, found.inspection_no)) if found.state == FAILED else ""
    return hold_reason(found.inspection_no, found.state, why)


def _hold(session: Session, actor: Actor, held: Sequence[tuple[int, GoodsNumber]]) -> None:
    """Quality holds of many numbers at once; one that is held already keeps its older reason."""
    rows = [vars(number) | {"reason": hold_reason(inspection_no, OPEN, "")} for inspection_no, number in held]
    _HOLD.execute(session, sorted(rows, key=lambda row: [str(row[name]) for name in _KEY]))
    changes = [Change(number, NumberAction.QUALITY_HELD, "", hold_reason(no, OPEN, "")) for no, number in held]
    write_history(session, actor, changes)


def _hold_update(given: Given) -> Update:
    """A hold by hand is as strict and stays the answer."""
    c = _information.c
    return (
        update(_information)
        .where(and_(*(c[name] == given[name] for name in _KEY)), c.quality_hold.is_(False))
        .values(
            quality_hold=True, quality_reason=given["reason"], stops=int(EVERY_USE),
            stopped_by=case((c.blocked, c.stopped_by), else_=HoldSource.QUALITY.value),
            stop_reason=case((c.blocked, c.stop_reason), else_=given["reason"]),
        )
    )


_HOLD = ManyRows(_hold_update, **{name: _information.c[name] for name in _KEY}, reason=_information.c.quality_reason)
