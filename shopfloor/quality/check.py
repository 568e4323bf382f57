"""Invariants of holds; `shopfloor check` and tests run them."""

from __future__ import annotations

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.inspections.models import Inspection
from shopfloor.inspections.rules import FAILED, OPEN
from shopfloor.items.hold_projection import stopped
from shopfloor.items.holds import Disposition, Hold, Use, standing
from shopfloor.items.models import DispositionCode, NumberInformation
from shopfloor.ledger.check import Problem

_inspection = table(Inspection)
_information = table(NumberInformation)
_code = table(DispositionCode)
_KEY = ("item_no", "variant_code", "kind", "number")


def run_all(session: Session) -> list[Problem]:
    """Every invariant of this package."""
    return [problem for check in (holds_follow_inspections, answers_follow_holds) for problem in check(session)]


def holds_follow_inspections(session: Session) -> list[Problem]:
    """EDG-15, C9: a number is on quality hold exactly while an inspection with a hold is open or failed."""
    i, n = _inspection.c, _information.c
    holding = exists().where(
        i.plant_no == n.plant_no, *(i[name] == n[name] for name in _KEY), i.holds.is_(True), i.state.in_((OPEN, FAILED))
    )
    rows = session.connection().execute(
        select(n.item_no, n.number, n.quality_hold).where(plant(session, _information), n.quality_hold != holding)
    )
    told = {True: "is on quality hold without an inspection that holds it", False: "has an inspection that holds it and is not on hold"}
    problems = [Problem(f"Number {row.number} of {row.item_no} {told[row.quality_hold]}.") for row in rows]
    unknown = session.connection().execute(
        select(i.inspection_no, i.number)
        .outerjoin(_information, and_(n.plant_no == i.plant_no, *(n[name] == i[name] for name in _KEY)))
        .where(plant(session, _inspection), n.number.is_(None))
    )
    return problems + [Problem(f"Inspection {row.inspection_no} is of number {row.number}, which nobody knows.") for row in unknown]


def answers_follow_holds(session: Session) -> list[Problem]:
    """D20: the one answer of a number is the strictest of hold, quality hold and disposition code."""
    n, c = _information.c, _code.c
    marked = or_(n.blocked.is_(True), n.quality_hold.is_(True), n.disposition_code != "", stopped(_information))
    rows = session.connection().execute(
        select(
            n.item_no, n.number, n.blocked, n.hold_reason, n.quality_hold, n.quality_reason, n.disposition_code, n.disposition_reason,
            n.stops, n.stopped_by, n.stop_reason, c.code, c.name, c.blocks_reservation, c.blocks_production, c.blocks_sales,
            c.blocks_transfer,
        )
        .outerjoin(_code, and_(c.plant_no == n.plant_no, c.code == n.disposition_code))
        .where(plant(session, _information), marked)
    )
    problems = []
    for row in rows:
        code = None if row.code is None else Disposition(*row[11:17])
        wanted = standing(
            blocked=row.blocked, hold_reason=row.hold_reason, quality_hold=row.quality_hold, quality_reason=row.quality_reason,
            disposition=code, disposition_reason=row.disposition_reason,
        )
        found = Hold(Use(row.stops), row.stopped_by, row.stop_reason)
        if found != wanted:
            problems.append(Problem(
                f"Number {row.number} of {row.item_no} answers “{found.source or 'free'}” ({found.stops:d}) instead of "
                f"“{wanted.source or 'free'}” ({wanted.stops:d})."
            ))
        if row.disposition_code and code is None:
            problems.append(Problem(f"Number {row.number} of {row.item_no} carries the unknown disposition code {row.disposition_code}."))
    return problems
