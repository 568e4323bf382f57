"""Inspection plans: the tests of an item with their limits, and when they are asked for (ASC-19)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.db import table
from shopfloor.errors import InvalidInput
from shopfloor.inspections.models import AtReport, InspectionTest, Occasion
from shopfloor.inspections.rules import Limits
from shopfloor.items.master_table import ITEM_LOOKUP
from shopfloor.people import rights
from shopfloor.people.masters import Draft, Master, Problem
from shopfloor.quality.inputs import NewInspectionTest

_test = table(InspectionTest)


@dataclass(frozen=True)
class Plan:
    """What one inspection measures."""

    tests: tuple[Limits, ...] = ()
    holds: bool = False
    """One of them holds the number until it has passed."""
    at_report: bool = False
    """The item is inspected when it is reported."""

    def limits_of(self, test: str) -> Limits | None:
        """The planned test of that name; None: there is none."""
        return next((limits for limits in self.tests if limits.test == test), None)


def _limits_in_order(_session: Session, drafts: Sequence[Draft]) -> Iterator[Problem]:
    problem = "must not be above the upper limit"
    for one in drafts:
        lower, upper = one.values["lower_limit"], one.values["upper_limit"]
        if lower is not None and upper is not None and lower > upper:
            yield Problem(one.place, "lower_limit", InvalidInput(summary=f"lower_limit {problem}", problems={"lower_limit": problem}))


INSPECTION_TEST = Master(
    "inspection test",
    InspectionTest,
    NewInspectionTest,
    key=("item_no", "test"),
    right=rights.HOLD,
    lookups=(ITEM_LOOKUP,),
    columns=("item_no", "test", "unit", "lower_limit", "upper_limit", "at_report", "holds"),
    check=_limits_in_order,
)


def plan_of(session: Session, item_no: str, occasion: str = "") -> Plan:
    """The tests of an item, by name: at the report only those that belong there, else all. One statement."""
    c = _test.c
    rows = session.connection().execute(
        select(c.test, c.unit, c.lower_limit, c.upper_limit, c.at_report, c.holds).where(c.item_no == item_no).order_by(c.test)
    ).all()
    at_report = [row for row in rows if row.at_report != AtReport.NO]
    wanted = at_report if occasion == Occasion.REPORT else rows
    tests = tuple(Limits(row.test, row.unit, row.lower_limit, row.upper_limit) for row in wanted)
    return Plan(tests, any(row.holds for row in wanted), bool(at_report))
