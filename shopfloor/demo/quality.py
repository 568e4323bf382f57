"""What quality did in the demo plant: codes, the inspection plan of the pack, measured packs, one that waits for its second value."""

from __future__ import annotations

from decimal import Decimal

from shopfloor.demo import tour
from shopfloor.demo.floor import Task
from shopfloor.demo.names import CELL, PACK, QUALITY, WORKER
from shopfloor.inspections.models import AtReport
from shopfloor.items.dispositions import DEFAULT_CODES, DISPOSITION_CODE, set_disposition
from shopfloor.items.inputs import SetDisposition
from shopfloor.items.models import NumberKind
from shopfloor.people.master_commands import create_record
from shopfloor.quality.commands import measure_number
from shopfloor.quality.inputs import MeasuredLine, MeasureNumber, NewInspectionTest
from shopfloor.quality.plans import INSPECTION_TEST

VOLTAGE, TORQUE = "Voltage", "Torque of the lid"
WAITING_PACK = "PK-000107"
"""Only its voltage was measured: open, and on quality hold."""
WAITING_CELLS = "CL-2610-B"
"""Its incoming inspection is not done: neither used nor sold."""


def tasks() -> list[Task]:
    """After the story: plans, values and a code."""
    first, second, reworked = tour.REPORTED
    return [
        *(Task(f"disposition-{code.code}", create_record, {"master": DISPOSITION_CODE, "given": code}, QUALITY) for code in DEFAULT_CODES),
        _test(VOLTAGE, "V", "47.5", "54.6"),
        _test(TORQUE, "Nm", "4", "6"),
        _measured(first, "1", {VOLTAGE: "50.4", TORQUE: "5.1"}),
        _measured(second, "1", {VOLTAGE: "50.2", TORQUE: "4.8"}),
        _measured(reworked, "1", {VOLTAGE: "50.3", TORQUE: "3.1"}),
        _measured(reworked, "2", {TORQUE: "4.9"}),
        _measured(WAITING_PACK, "1", {VOLTAGE: "50.6"}),
        Task("cells-to-inspect", set_disposition, {"given": _waits()}, QUALITY),
    ]


def _test(test: str, unit: str, lower: str, upper: str) -> Task:
    given = NewInspectionTest(
        item_no=PACK, test=test, unit=unit, lower_limit=Decimal(lower), upper_limit=Decimal(upper), at_report=AtReport.AFTER
    )
    key = test.split(maxsplit=1)[0].lower()
    return Task(f"test-{key}", create_record, {"master": INSPECTION_TEST, "given": given}, QUALITY)


def _measured(serial_no: str, time: str, values: dict[str, str]) -> Task:
    lines = tuple(MeasuredLine(test=test, value=Decimal(value)) for test, value in values.items())
    given = MeasureNumber(item_no=PACK, kind=NumberKind.SERIAL, number=serial_no, lines=lines)
    return Task(f"measure-{serial_no}-{time}", measure_number, {"given": given}, WORKER)


def _waits() -> SetDisposition:
    return SetDisposition(
        item_no=CELL, kind=NumberKind.LOT, number=WAITING_CELLS, disposition_code="INSPECT", reason="incoming inspection"
    )
