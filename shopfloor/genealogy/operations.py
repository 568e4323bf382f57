"""Report what was done on an operation, and take it back (C16, LIF-9, LIF-10, PST-19, PST-20).

One transaction writes the entry, the operation's sums, and what follows for the product: at the last operation it is reported as finished
where the company or the person says so, and a scrapped serial unit is reported as error at whatever operation it happened.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.errors import InvalidInput, NotFound
from shopfloor.genealogy.answers import AssociationsChanged
from shopfloor.genealogy.facts import OPEN, Product
from shopfloor.genealogy.inputs import ReportInput, ReportLineInput, ReportOrder
from shopfloor.genealogy.maintenance_errors import OperationReportRefused, ScrapUnitMissing, UnitReportedThere
from shopfloor.genealogy.open_journal_queries import spoken_for
from shopfloor.genealogy.operation_answers import OperationEntryReversed, OperationReported, OperationReportedFinished
from shopfloor.genealogy.operation_inputs import ReportOperation, TakeBackEntry
from shopfloor.genealogy.operation_queries import NO_UNIT, NamedUnit, named_unit, open_numbers
from shopfloor.genealogy.report_dialog import report_locked
from shopfloor.genealogy.reporting import end_reported_job, report_rows
from shopfloor.genealogy.scan_queries import read_situation
from shopfloor.items.units import require_multiple
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.queries import require_operator
from shopfloor.posting.post import check_dates
from shopfloor.production.components import order_lines
from shopfloor.production.errors import OperationAboveDue, OperationEntryPosted, OperationEntryTakenBack
from shopfloor.production.inputs import ConsumptionChoice
from shopfloor.production.locking import LockedOrder, lock_order
from shopfloor.production.operation_flushing import components_of, flush_operation, give_back
from shopfloor.production.operation_rules import Progress
from shopfloor.production.operations import (
    NewEntry,
    count_entries,
    entries_of_order,
    read_progress,
    unit_at_operation,
    write_entries,
)
from shopfloor.production.parameters import Parameters, read_parameters
from shopfloor.production.resetting import standing_of
from shopfloor.production.resources import require_resources
from shopfloor.production.rules import CONSUMING, MAIN_LINE, NEVER, STARTED
from shopfloor.quantity import ONE, ZERO, shown


@dataclass(frozen=True)
class Job:
    """A report that is being made: everything that its parts ask for."""

    order: LockedOrder
    step: Progress
    product: Product
    unit: NamedUnit
    parameters: Parameters
    given: ReportOperation

    @property
    def serial(self) -> bool:
        """Units have rows of their own (SET-5)."""
        return self.product.takes_part and self.product.serial


def report_operation(
    session: Session, actor: Actor, *, order_no: str, operation_no: int, given: ReportOperation
) -> OperationReported:
    """Report time, good and scrap of one operation of a started order, as a line of a route card or a job card.

    Raises NotAllowed, NotFound, OrderStatus, InvalidInput, BelowPrecision, RecordBlocked, ScrapUnitMissing, UnitReportedThere,
    OperationAboveDue, PostingDateNotAllowed; where the product is reported along, everything that its report refuses, and
    then nothing is kept.
    """
    _require(actor, given)
    order = lock_order(session, order_no)
    order.require(STARTED)
    step = next((one for one in read_progress(session, order.no) if one.operation.operation_no == operation_no), None)
    if step is None:
        raise NotFound(record="operation", number=f"{order.no} {operation_no}")
    product = read_situation(session, order, 0).product
    unit = named_unit(session, order.no, given.number) if given.number else NO_UNIT
    job = Job(order, step, product, unit, read_parameters(session), given)
    _check(session, job)
    check_dates(session, actor, [given.posting_date or actor.work_date()])
    entry = _entry(session, actor, job)
    count_entries(session, order.no, [entry])
    _consume(session, actor, job, entry)
    finished = _finish(session, actor, job)
    register_no = finished.register_no if finished else 0
    [entry_no] = write_entries(session, actor, order.no, [replace(entry, register_no=register_no)])
    if step.last and given.end_operation and job.parameters.online_status:
        end_reported_job(session, actor, order, accept_error=given.accept_error)
    after = {"entry": entry_no, "good": shown(given.good), "scrap": shown(given.scrap), "register": register_no}
    audit.record(session, "report operation", f"order {order.no} operation {operation_no}", after=after, reason=given.reason or given.cause)
    return _told(job, entry_no, finished)


def take_back_entry(session: Session, actor: Actor, *, order_no: str, entry_no: int, given: TakeBackEntry) -> OperationEntryReversed:
    """Take an entry back by another one that names it; both stay. One's own, or with the right to report also those of others.

    Raises NotAllowed, NotFound, OrderStatus, OperationEntryTakenBack, OperationEntryPosted while what it reported as finished still stands.
    """
    actor.require(rights.OPERATIONS)
    order = lock_order(session, order_no)
    order.require(*CONSUMING)
    line = next(iter(entries_of_order(session, order.no, entry_no)), None)
    if line is None:
        raise NotFound(record="operation entry", number=f"{order.no} {entry_no}")
    if actor.operator_no not in {line.operator_no, line.new.worker_no}:
        actor.require(rights.REPORT)
    if not line.stands:
        raise OperationEntryTakenBack(order_no=order.no, entry_no=entry_no)
    register_no = line.new.register_no
    if register_no and any(entry.register_no == register_no for entry in standing_of(session, order.no).outputs):
        raise OperationEntryPosted(order_no=order.no, entry_no=entry_no, register_no=register_no)
    back = line.new.opposite(entry_no, posting_date=actor.work_date(), reason=given.reason)
    count_entries(session, order.no, [back])
    _give_back(session, actor, order, line.new)
    [correction] = write_entries(session, actor, order.no, [back])
    after = {"entry": correction}
    audit.record(session, "take operation entry back", f"order {order.no} entry {entry_no}", after=after, reason=given.reason)
    return OperationEntryReversed(order_no=order.no, corrected=entry_no, entry_no=correction)


def _require(actor: Actor, given: ReportOperation) -> None:
    actor.require(rights.OPERATIONS)
    if given.worker_no and given.worker_no != actor.operator_no:
        actor.require(rights.REPORT)
    if given.report_as_finished:
        actor.require(rights.REPORT)
    if given.accept_error:
        actor.require(rights.REPORT_INCOMPLETE)


# --- judging --------------------------------------------------------------------------------------------------------------


def _check(session: Session, job: Job) -> None:
    """In fixed order: what was typed, the unit, the quantity."""
    given, step = job.given, job.step
    if given.report_as_finished and not step.last:
        _invalid("report_as_finished", "only the last operation can report the product as finished")
    quantity = given.good + given.scrap
    for part in (given.good, given.scrap):
        require_multiple(part, item=job.product.item_no, unit=job.product.base_unit_code, precision=job.product.precision)
    if job.serial and given.scrap and not job.unit.match_id:
        raise ScrapUnitMissing(order_no=job.order.no, numbers=", ".join(open_numbers(session, job.order.no)[:20]) or "none")
    if job.unit.match_id and quantity:
        _check_unit(session, job)
    due = job.parameters.makeable(step.due, job.product.precision)
    if quantity and step.operation.reported + quantity > due:
        raise OperationAboveDue(
            order_no=job.order.no, operation_no=step.operation.operation_no, due=shown(step.due), reported=shown(step.operation.reported),
            quantity=shown(quantity), unit=job.product.base_unit_code,
        )


def _check_unit(session: Session, job: Job) -> None:
    """A unit passes each operation once, a batch with its quantity."""
    given, unit = job.given, job.unit
    quantity = given.good + given.scrap
    if job.serial and quantity != ONE:
        _invalid("good", "a serial number is good 1 or scrap 1")
    if given.scrap and job.serial and unit.state != OPEN:
        _invalid("number", f"{given.number} is {unit.state} and cannot be scrapped any more")
    good, scrap = unit_at_operation(session, job.order.no, job.step.operation.operation_no, unit.match_id)
    if job.serial and given.scrap and good and not scrap:
        problem = f"{given.number} is reported good here; take that entry back first"
        _invalid("number", problem)
    if good + scrap + quantity > unit.quantity:
        raise UnitReportedThere(number=given.number, operation_no=job.step.operation.operation_no)


def _invalid(field: str, problem: str) -> None:
    raise InvalidInput(summary=f"{field} {problem}", problems={field: problem})


def _entry(session: Session, actor: Actor, job: Job) -> NewEntry:
    given, step, unit = job.given, job.step, job.unit
    if given.resource and given.resource != step.operation.resource:
        require_resources(session, [given.resource])
    if given.worker_no and given.worker_no != actor.operator_no:
        require_operator(session, given.worker_no)
    return NewEntry(
        step.operation.operation_no, given.worker_no or actor.operator_no, given.posting_date or actor.work_date(),
        given.resource or step.operation.resource, given.job, given.setup_minutes, given.run_minutes, given.good, given.scrap, given.cause,
        unit.match_id, unit.serial_no, unit.lot_no, given.end_operation, reason=given.reason,
    )


# --- the parts (LIF-13) ---------------------------------------------------------------------------------------------------


def _consume(session: Session, actor: Actor, job: Job, entry: NewEntry) -> None:
    """Parts of this operation, for everything that was reported on it. One statement where it has none, or nothing is settled."""
    quantity = entry.good_quantity + entry.scrap_quantity
    if not quantity or job.parameters.at_operations == NEVER:
        return
    components = components_of(session, job.order.no, MAIN_LINE, entry.operation_no)
    if not components:
        return
    flush_operation(
        session, actor, order=job.order, line=order_lines(session, job.order.no)[0], components=components,
        basis=job.step.operation.reported + quantity, automatic=job.parameters.at_operations,
        spoken_for=spoken_for(session, job.order.no), posting_date=entry.posting_date,
    )


def _give_back(session: Session, actor: Actor, order: LockedOrder, taken: NewEntry) -> None:
    """What the operation consumed for an entry comes back, unless the product was reported with it by now."""
    components = components_of(session, order.no, MAIN_LINE, taken.operation_no) if taken.good_quantity + taken.scrap_quantity else []
    if not components:
        return
    line = order_lines(session, order.no)[0]
    reported = next(
        (one.operation.reported for one in read_progress(session, order.no) if one.operation.operation_no == taken.operation_no), ZERO
    )
    give_back(session, actor, order=order, line=line, components=components, basis=max(reported, line.reported))


# --- the product ----------------------------------------------------------------------------------------------------------


def _finish(session: Session, actor: Actor, job: Job) -> AssociationsChanged | None:
    """What follows for the product; None: nothing (PST-20)."""
    given = job.given
    if job.serial and given.scrap:
        return _scrap_unit(session, actor, job)
    if not job.step.last or not (given.good or given.scrap):
        return None
    if not (given.report_as_finished or job.parameters.online_quantity):
        return None
    if job.unit.match_id:
        line = ReportLineInput(match_id=job.unit.match_id, good=given.good, error=given.scrap, error_cause=given.cause)
        rows = ReportInput(lines=[line], accept_error=given.accept_error, reason=given.reason)
        answer = report_rows(session, actor, job.order, rows, choice=ConsumptionChoice(posting_date=given.posting_date))
    else:
        dialog = ReportOrder(
            good=given.good, error=given.scrap, error_cause=given.cause, accept_error=given.accept_error, reason=given.reason,
            posting_date=given.posting_date,
        )
        answer = report_locked(session, actor, job.order, dialog)
    return _all_or_none(job, answer)


def _scrap_unit(session: Session, actor: Actor, job: Job) -> AssociationsChanged:
    """C16: its row is error at once, with what was built in; parts that it lacks are not asked for any more."""
    line = ReportLineInput(match_id=job.unit.match_id, good=ZERO, error=ONE, error_cause=job.given.cause)
    scrapped = ReportInput(lines=[line], accept_error=True, reason=job.given.reason or job.given.cause)
    on_that_day = ConsumptionChoice(posting_date=job.given.posting_date)
    return _all_or_none(job, report_rows(session, actor, job.order, scrapped, choice=on_that_day))


def _all_or_none(job: Job, answer: AssociationsChanged) -> AssociationsChanged:
    """An entry never says more than was reported: where a unit is left out (D27), nothing is kept."""
    if answer.refused or not answer.done:
        codes = sorted({str(one["code"]) for one in answer.refused})
        raise OperationReportRefused(
            order_no=job.order.no, operation_no=job.step.operation.operation_no, codes=", ".join(codes), count=len(answer.refused)
        )
    return answer


def _told(job: Job, entry_no: int, finished: AssociationsChanged | None) -> OperationReported:
    given, step = job.given, job.step
    left = max(step.remaining - given.good - given.scrap, ZERO)
    common: dict[str, Any] = {
        "order_no": job.order.no, "operation_no": step.operation.operation_no, "entry_no": entry_no, "good": shown(given.good),
        "scrap": shown(given.scrap), "remaining": shown(left), "unit": job.product.base_unit_code,
    }
    if finished is None:
        return OperationReported(**common)
    return OperationReportedFinished(**common, finished=finished.done_text, register_no=finished.register_no)
