"""Codes, holds and inspections in one line each."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from shopfloor.errors import Refusal
from shopfloor.inspections.models import Inspection
from shopfloor.items.dispositions import DISPOSITION_CODE, set_disposition
from shopfloor.items.inputs import HoldNumber, NewDispositionCode, SetDisposition
from shopfloor.items.models import NumberInformation
from shopfloor.items.number_history import history_of
from shopfloor.items.number_information import hold_number, release_number
from shopfloor.items.rules import GoodsNumber
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.people.master_commands import create_record
from shopfloor.quality import check as quality_check
from shopfloor.quality.commands import conclude, create_inspection, enter_results, measure_number
from shopfloor.quality.inputs import Conclude, EnterResults, MeasureNumber, NewInspection, NewInspectionTest
from shopfloor.quality.plans import INSPECTION_TEST
from tests.conftest import ADMINISTRATOR
from tests.factories_genealogy import BIKE, PAINT, problems

LOT = {"item_no": PAINT, "kind": "Lot", "number": "P-A"}
UNIT = {"item_no": BIKE, "kind": "Serial", "number": "BK-1"}


def make_code(run, code, **blocks):
    """A disposition code that blocks the named uses."""
    ticked = {f"blocks_{name}": True for name in blocks}
    run(create_record, master=DISPOSITION_CODE, given=NewDispositionCode(code=code, name=code.capitalize(), **ticked))


def give(run, code, *, reason="wet", actor=ADMINISTRATOR, **number):
    """Set the disposition code of a lot."""
    return run(set_disposition, actor, given=SetDisposition(**LOT | number, disposition_code=code, reason=reason))


def hold(run, **number):
    return run(hold_number, given=HoldNumber(**LOT | number, reason="smells"))


def release(run, **number):
    return run(release_number, given=HoldNumber(**LOT | number, reason="fine after all"))


def make_test(run, test="Torque", *, item_no=BIKE, unit="Nm", lower_limit="4", **more):
    """A test of an item's plan."""
    given = NewInspectionTest(item_no=item_no, test=test, unit=unit, lower_limit=lower_limit, **more)
    run(create_record, master=INSPECTION_TEST, given=given)


def inspect(run, actor=ADMINISTRATOR, **more):
    """Open an inspection; its number."""
    return run(create_inspection, actor, given=NewInspection(**UNIT | more)).inspection_no


def enter(run, inspection_no, actor=ADMINISTRATOR, **values):
    """Measured values by test."""
    lines = [{"test": test, "value": value} for test, value in values.items()]
    return run(enter_results, actor, inspection_no=inspection_no, given=EnterResults(lines=lines))


def measure(run, actor=ADMINISTRATOR, *, number=UNIT, **values):
    """Measured values by number, as a station posts them."""
    lines = [{"test": test, "value": value} for test, value in values.items()]
    return run(measure_number, actor, given=MeasureNumber(**number, lines=lines))


def say(run, inspection_no, result, *, actor=ADMINISTRATOR, **more):
    """A person's result."""
    return run(conclude, actor, inspection_no=inspection_no, given=Conclude(result=result, reason="seen", **more))


def information(session, **number):
    """(stops, by, reason) of a number."""
    key = LOT | number
    row = session.execute(
        select(NumberInformation.stops, NumberInformation.stopped_by, NumberInformation.stop_reason).filter_by(**key)
    ).one()
    session.rollback()
    return tuple(row)


def stopped_by(session, **number):
    return information(session, **number)[1]


def reserved(session):
    """How much of lot P-A is reserved."""
    found = session.scalar(select(func.sum(OpenItemEntry.reserved)).where(OpenItemEntry.lot_no == "P-A"))
    session.rollback()
    return found


def inspections(session):
    """(number, state, holds) of all, oldest first."""
    rows = session.execute(select(Inspection.number, Inspection.state, Inspection.holds).order_by(Inspection.inspection_no)).all()
    session.rollback()
    return [tuple(row) for row in rows]


def history(session, **number):
    """What happened to a number, oldest first: (what, before, after)."""
    key = {"variant_code": ""} | LOT | number
    lines = history_of(session, GoodsNumber(key["item_no"], key["variant_code"], key["kind"], key["number"]))
    session.rollback()
    return [(line.action, line.old_value, line.new_value) for line in lines[::-1]]


def refused(code, work, *arguments, **keywords):
    """The refusal with its code."""
    with pytest.raises(Refusal) as caught:
        work(*arguments, **keywords)
    assert caught.value.code == code, caught.value
    return caught.value


def books(session):
    """Everything that any invariant finds wrong."""
    found = problems(session) + [problem.text for problem in quality_check.run_all(session)]
    session.rollback()
    return found
