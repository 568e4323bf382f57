"""Open an inspection, enter measured values, conclude it, attach a file (C9, EDG-15, ASC-19).

Every command holds the row of the number first and the inspection second, so that two results of one number see each other.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.clock import now
from shopfloor.db import current_plant, plant, table, take_numbers
from shopfloor.errors import InvalidInput, NotFound
from shopfloor.inspections.errors import FileTooLarge, InspectionConcluded, TestUnknown
from shopfloor.inspections.models import Inspection, InspectionAttachment, InspectionValue, Occasion
from shopfloor.inspections.records import Opening, newest_values, open_inspections, refresh_hold
from shopfloor.inspections.rules import FAILED, MAY_FOLLOW, OPEN, PASSED, Limits, Measured, conclusion, outside
from shopfloor.items.hold_projection import locked_number
from shopfloor.items.inputs import NumberKey
from shopfloor.items.models import NumberAction, NumberInformation
from shopfloor.items.number_history import Change, write_history
from shopfloor.items.rules import GoodsNumber
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.quality.answers import FileAttached, InspectionSaved
from shopfloor.quality.inputs import AttachFile, Conclude, EnterResults, MeasuredLine, MeasureNumber, NewInspection
from shopfloor.quality.numbers import known_number
from shopfloor.quality.plans import Plan, plan_of
from shopfloor.quantity import shown

MEGABYTE = 1024 * 1024
LARGEST_FILE = 5 * MEGABYTE
_inspection = table(Inspection)
_value = table(InspectionValue)
_attachment = table(InspectionAttachment)


def create_inspection(session: Session, actor: Actor, *, given: NewInspection) -> InspectionSaved:
    """Open an inspection of one number; with a hold, the number is on quality hold from now on. Raises NotAllowed, NotFound."""
    actor.require(rights.INSPECT)
    number = _goods_number(given)
    known_number(session, number)
    occasion = Occasion.REPORT if given.at_report else Occasion.BY_HAND
    opening = Opening(number, occasion.value, given.holds, note=given.note)
    return _opened(session, actor, opening)


def enter_results(session: Session, actor: Actor, *, inspection_no: int, given: EnterResults) -> InspectionSaved:
    """Measured values. Once every planned test has a value the inspection concludes itself, and as soon as one is outside its limits.

    Measuring again after rework adds values; the newest of each test counts. What a person said to have failed stays failed whatever is
    measured. Raises NotAllowed, NotFound, InspectionConcluded for one that has passed, TestUnknown.
    """
    actor.require(rights.INSPECT)
    row, inspection = _locked(session, inspection_no)
    return _enter(session, actor, row, inspection, given.lines, given.note)


def measure_number(session: Session, actor: Actor, *, given: MeasureNumber) -> InspectionSaved:
    """The same by number, for a program at a station: its newest inspection that has not passed takes the values, else a new one.

    Raises NotAllowed, NotFound, TestUnknown.
    """
    actor.require(rights.INSPECT)
    number = _goods_number(given)
    row = known_number(session, number)
    inspection_no = _unfinished(session, number)
    if not inspection_no:
        plan = plan_of(session, number.item_no)
        occasion = Occasion.REPORT if plan.at_report else Occasion.BY_HAND
        holds = plan_of(session, number.item_no, occasion.value).holds
        inspection_no = open_inspections(session, actor, [Opening(number, occasion.value, holds)])[0]
        session.expire(row)
    row, inspection = _locked(session, inspection_no)
    return _enter(session, actor, row, inspection, given.lines, given.note)


def conclude(session: Session, actor: Actor, *, inspection_no: int, given: Conclude) -> InspectionSaved:
    """A person says the result, whatever was measured, with a reason. Passing lifts the hold that this inspection set, and no other.

    Raises NotAllowed, NotFound, InspectionConcluded.
    """
    actor.require(rights.HOLD)
    row, inspection = _locked(session, inspection_no)
    if given.result not in MAY_FOLLOW[inspection.state]:
        raise InspectionConcluded(inspection_no=inspection_no, number=inspection.number, state=inspection.state.lower())
    if given.result != PASSED:
        inspection.holds = given.holds
    _conclude(session, actor, row, inspection, given.result, given.reason)
    return _saved(inspection)


def attach_file(session: Session, actor: Actor, *, inspection_no: int, given: AttachFile) -> FileAttached:
    """Keep a small file with an inspection, whatever its state. Raises NotAllowed, NotFound, InvalidInput, FileTooLarge."""
    actor.require(rights.INSPECT)
    _, inspection = _locked(session, inspection_no)
    content = _decoded(given)
    entry_no = take_numbers(session, {"inspection_attachment": 1})["inspection_attachment"][0]
    values = {
        "plant_no": current_plant(session), "entry_no": entry_no, "inspection_no": inspection_no, "file_name": given.file_name,
        "size": len(content), "content": content, "operator_no": actor.operator_no, "recorded_at": now(),
    }
    session.connection().execute(insert(_attachment), values)
    after = {"file": given.file_name, "size": len(content)}
    audit.record(session, "attach file", f"inspection {inspection_no} of {inspection.number}", after=after)
    return FileAttached(inspection_no=inspection_no, file_name=given.file_name, entry_no=entry_no)


# --- steps ----------------------------------------------------------------------------------------------------------------


def _opened(session: Session, actor: Actor, opening: Opening) -> InspectionSaved:
    inspection_no = open_inspections(session, actor, [opening])[0]
    number = opening.number
    after = {"holds": opening.holds, "occasion": opening.occasion, "note": opening.note}
    audit.record(session, "open inspection", f"inspection {inspection_no} of {number.item_no} {number.number}", after=after)
    return InspectionSaved(inspection_no=inspection_no, number=number.number, state=OPEN)


def _enter(
    session: Session, actor: Actor, row: NumberInformation, inspection: Inspection, lines: Sequence[MeasuredLine], note: str
) -> InspectionSaved:
    if inspection.state == PASSED:
        raise InspectionConcluded(inspection_no=inspection.inspection_no, number=inspection.number, state="passed")
    plan = plan_of(session, inspection.item_no, inspection.occasion)
    measured = [Measured(_limits(plan, inspection, line), line.value) for line in lines]
    _insert_values(session, actor, inspection, measured)
    if note:
        inspection.note = note
    values = newest_values(session, inspection.inspection_no)
    result = FAILED if _failed_by_a_person(session, inspection) else conclusion(plan.tests, values)
    if result not in (OPEN, inspection.state):
        _conclude(session, actor, row, inspection, result, outside(values) or "every value is within its limits")
    else:
        inspection.version += 1
        refresh_hold(session, actor, row, outside(values))  # its reason names what failed
    after = {value.limits.test: shown(value.value) for value in measured}
    audit.record(session, "measured", f"inspection {inspection.inspection_no} of {inspection.number}", after=after)
    return _saved(inspection, outside(values))


def _failed_by_a_person(session: Session, inspection: Inspection) -> bool:
    """It failed although no value was outside at that moment: somebody saw what values do not say, and only a person takes that back."""
    if inspection.state != FAILED:
        return False
    return not outside(newest_values(session, inspection.inspection_no, until=inspection.concluded_at))


def _limits(plan: Plan, inspection: Inspection, line: MeasuredLine) -> Limits:
    """The planned test. Without a plan every name is a test, and a person decides."""
    limits = plan.limits_of(line.test)
    if limits is None and plan.tests:
        known = ", ".join(one.test for one in plan.tests)
        raise TestUnknown(test=line.test, item=inspection.item_no, known=known)
    return limits or Limits(line.test)


def _insert_values(session: Session, actor: Actor, inspection: Inspection, measured: Sequence[Measured]) -> None:
    numbers = take_numbers(session, {"inspection_value": len(measured)})["inspection_value"]
    common = {
        "plant_no": current_plant(session), "inspection_no": inspection.inspection_no, "operator_no": actor.operator_no,
        "station_code": actor.station_code, "recorded_at": now(),
    }
    rows = [
        common | {
            "entry_no": entry_no, "test": one.limits.test, "value": one.value, "unit": one.limits.unit, "lower_limit": one.limits.lower,
            "upper_limit": one.limits.upper,
        }
        for entry_no, one in zip(numbers, measured, strict=True)
    ]
    session.connection().execute(insert(_value), rows)


def _conclude(
    session: Session, actor: Actor, row: NumberInformation, inspection: Inspection, result: str, why: str
) -> None:
    """The result, its trace in the history of the number, and the hold that follows."""
    before = inspection.state
    inspection.state, inspection.inspector_no, inspection.concluded_at = result, actor.operator_no, now()
    inspection.version += 1
    session.flush()
    number = GoodsNumber(row.item_no, row.variant_code, row.kind, row.number)
    told = f"Inspection {inspection.inspection_no}: {result.lower()}"
    write_history(session, actor, [Change(number, NumberAction.INSPECTED, before, told, why[:200])])
    refresh_hold(session, actor, row, f"{told}, {why}")
    audit.record(
        session, "conclude inspection", f"inspection {inspection.inspection_no} of {inspection.number}", before={"state": before},
        after={"state": result, "holds": inspection.holds}, reason=why[:200],
    )


def _locked(session: Session, inspection_no: int) -> tuple[NumberInformation, Inspection]:
    """The number of an inspection and the inspection itself, held until the end. Raises NotFound."""
    key = (current_plant(session), inspection_no)
    found = session.get(Inspection, key)
    if found is None:
        raise NotFound(record="inspection", number=str(inspection_no))
    row = locked_number(session, GoodsNumber(found.item_no, found.variant_code, found.kind, found.number))
    inspection = session.get(Inspection, key, with_for_update=True, populate_existing=True)
    assert inspection is not None, "inspections are never deleted"
    return row, inspection


def _unfinished(session: Session, number: GoodsNumber) -> int:
    """The newest inspection of a number, unless it has passed; 0: there is none. One statement."""
    c = _inspection.c
    found = session.connection().execute(
        select(c.inspection_no, c.state)
        .where(plant(session, _inspection), *(c[name] == value for name, value in vars(number).items()))
        .order_by(c.inspection_no.desc())
        .limit(1)
    ).one_or_none()
    return 0 if found is None or found.state == PASSED else int(found.inspection_no)


def _saved(inspection: Inspection, failed: str = "") -> InspectionSaved:
    return InspectionSaved(inspection.inspection_no, inspection.number, inspection.state, failed)


def _goods_number(key: NumberKey) -> GoodsNumber:
    return GoodsNumber(key.item_no, key.variant_code, key.kind.value, key.number)


def _decoded(given: AttachFile) -> bytes:
    try:
        content = base64.b64decode(given.content_base64, validate=True)
    except (binascii.Error, ValueError):
        problem = "is not Base64"
        raise InvalidInput(summary=f"content_base64 {problem}", problems={"content_base64": problem}) from None
    if len(content) > LARGEST_FILE:
        size = f"{len(content) / MEGABYTE:.1f}"
        raise FileTooLarge(file_name=given.file_name, size=size, largest=str(LARGEST_FILE // MEGABYTE))
    return content
