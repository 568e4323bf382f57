"""Inspection at report as finished: the report waits for the result, or opens an inspection per number (ASC-19)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.inspections.errors import InspectionRequired
from shopfloor.inspections.models import AtReport, Inspection, InspectionTest, Occasion
from shopfloor.inspections.records import Opening, open_inspections
from shopfloor.inspections.rules import OPEN, PASSED
from shopfloor.items.rules import GoodsNumber
from shopfloor.items.tracking import Tracking
from shopfloor.people.actor import Actor

_test = table(InspectionTest)
_inspection = table(Inspection)


@dataclass(frozen=True)
class ReportInspection:
    """What the plan of an item asks for at its report, and what was inspected already."""

    tests: int = 0
    """Tests at the report; 0: nobody inspects it then."""
    before: bool = False
    """The report waits for the result."""
    holds: bool = False
    newest: Mapping[GoodsNumber, tuple[int, str]] = field(default_factory=dict)
    """Number and state of the last inspection at the report of each number."""

    def check(self, item_no: str, variant_code: str, tracking: Tracking, item: str) -> None:
        """ASC-19: with *Before* the number has passed. Raises InspectionRequired."""
        number = goods_number(item_no, variant_code, tracking)
        if not self.before or number is None:
            return
        inspection_no, state = self.newest.get(number, (0, ""))
        if state != PASSED:
            why = f"inspection {inspection_no} {'is open' if state == OPEN else 'failed'}" if state else "was not inspected yet"
            raise InspectionRequired(number=number.number, item=item, why=why)

    def openings(self, numbers: Iterable[tuple[GoodsNumber, int]], order_no: str) -> list[Opening]:
        """Inspections that the report opens: each number once, unless its inspection is open; a serial that passed needs no other one."""
        found: dict[GoodsNumber, int] = {}
        for number, match_id in numbers:
            _, state = self.newest.get(number, (0, ""))
            done = state == OPEN or (state == PASSED and number.kind == "Serial")
            if not (self.before or done):
                found.setdefault(number, match_id)
        return [Opening(number, Occasion.REPORT.value, self.holds, order_no, match_id) for number, match_id in found.items()]


NOT_INSPECTED = ReportInspection()


def goods_number(item_no: str, variant_code: str, tracking: Tracking) -> GoodsNumber | None:
    """The number of a unit that is inspected: its serial, else its lot; None: goods without a number are not."""
    if tracking.serial_no:
        return GoodsNumber(item_no, variant_code, "Serial", tracking.serial_no)
    return GoodsNumber(item_no, variant_code, "Lot", tracking.lot_no) if tracking.lot_no else None


def inspected_at_report(item_no: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether an item has a test at its report, for statements that read its rows anyway."""
    return exists().where(_test.c.item_no == item_no, _test.c.at_report != AtReport.NO.value)


def read_inspections(session: Session, item_no: str, variant_code: str, trackings: Iterable[Tracking]) -> ReportInspection:
    """The plan of an item at its report, and the last inspection of each number. Two statements; one for an item without tests."""
    tests = session.connection().execute(
        select(_test.c.at_report, _test.c.holds).where(_test.c.item_no == item_no, _test.c.at_report != AtReport.NO.value)
    ).all()
    if not tests:
        return NOT_INSPECTED
    numbers = {number for tracking in trackings if (number := goods_number(item_no, variant_code, tracking)) is not None}
    return ReportInspection(
        len(tests), any(test.at_report == AtReport.BEFORE for test in tests), any(test.holds for test in tests), _newest(session, numbers)
    )


def open_after_report(
    session: Session, actor: Actor, inspection: ReportInspection, order_no: str, numbers: Sequence[tuple[GoodsNumber, int]]
) -> list[int]:
    """ASC-19: an inspection for each reported number of an item that is inspected after its report. No statement for other items."""
    return open_inspections(session, actor, inspection.openings(numbers, order_no)) if inspection.tests else []


def _newest(session: Session, numbers: set[GoodsNumber]) -> dict[GoodsNumber, tuple[int, str]]:
    if not numbers:
        return {}
    c = _inspection.c
    last = (
        select(func.max(c.inspection_no).label("inspection_no"))
        .where(
            plant(session, _inspection), c.item_no.in_({number.item_no for number in numbers}),
            c.number.in_(sorted(number.number for number in numbers)), c.occasion == Occasion.REPORT.value,
        )
        .group_by(c.item_no, c.variant_code, c.kind, c.number)
    )
    statement = select(c.item_no, c.variant_code, c.kind, c.number, c.inspection_no, c.state).where(
        plant(session, _inspection), c.inspection_no.in_(last)
    )
    return {GoodsNumber(*row[:4]): (row.inspection_no, row.state) for row in session.connection().execute(statement)}
