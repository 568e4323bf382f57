"""Units that report themselves when they are Completed (D25): the one exception of TCP-17."""

from __future__ import annotations

from shopfloor.genealogy.answers import ReportedByItself, WaitsForInspection, WaitsForOperations
from shopfloor.genealogy.inputs import ReportInput, ReportLineInput
from shopfloor.genealogy.reporting import report_rows
from shopfloor.genealogy.scan_job import ScanJob
from shopfloor.genealogy.start_queries import read_start
from shopfloor.inspections.errors import InspectionRequired
from shopfloor.production.errors import OperationQuantityDiffers, OperationsMissing
from shopfloor.production.rules import STARTED


def report_itself(job: ScanJob, match_id: int, number: str) -> None:
    """A completed sub-assembly becomes stock at once, so that the next order can use it; co-products are complete with their scan (D40)."""
    assert job.order is not None
    if job.order.status != STARTED or match_id in read_start(job.session, job.order_no).awaiting:
        return  # D9: scanned over a Start dialog; what is not started yet is no stock
    lines = [ReportLineInput(match_id=match_id)]
    try:
        answer = report_rows(job.session, job.actor, job.order, ReportInput(lines=lines, reason="completed"))
    except InspectionRequired:  # nothing was written yet: the unit is complete, and waits for its result (ASC-19)
        job.note(WaitsForInspection(number=number))
        return
    except (OperationsMissing, OperationQuantityDiffers):  # nothing was written here either (ASC-13)
        job.note(WaitsForOperations(number=number))
        return
    if answer.done:
        job.note(ReportedByItself(number=number))
