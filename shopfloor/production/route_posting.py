"""Operation entries that a start or a report as finished makes by itself, and takes back (LIF-4 to LIF-7). Callers hold the order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from shopfloor.items.tracking import NO_TRACKING, Tracking
from shopfloor.people.actor import Actor
from shopfloor.posting.post import check_dates
from shopfloor.production.components import OrderLine, order_lines
from shopfloor.production.inputs import ConsumptionChoice
from shopfloor.production.operation_rules import Operation
from shopfloor.production.operations import EntryLine, NewEntry, count_entries, entries_of_order, read_progress, write_entries
from shopfloor.production.route_rules import OperationDue, route_due, route_excess, started_due
from shopfloor.production.rules import ALWAYS, FINISH, MAIN_LINE, NEVER, START
from shopfloor.quantity import STEP, ZERO, rounded

FROM_START, FROM_REPORT = "Start", "Report as finished"
"""Sources of entries; blank: reported by hand."""


@dataclass(frozen=True)
class RoutePlan:
    """What is due on the operations of an order. Empty where none posts by itself."""

    due: tuple[OperationDue, ...] = ()
    operations: tuple[Operation, ...] = ()
    """As they will be; empty where they were not read."""


@dataclass(frozen=True)
class Made:
    """A row that is reported as finished, as its entries name it."""

    good: Decimal
    error: Decimal
    cause: str = ""
    match_id: int = 0
    tracking: Tracking = NO_TRACKING


def plan_start(session: Session, order_no: str, started: Decimal, given: ConsumptionChoice) -> RoutePlan:
    """LIF-6: what is due once `started` is started. One statement, none with *Never*."""
    if given.automatic_route == NEVER:
        return RoutePlan()
    operations = _operations(session, order_no)
    due = started_due(
        operations, started, automatic=given.automatic_route, principle=START, limits=given.operations, ends=given.end_route
    )
    return _planned(operations, due)


def plan_report(
    session: Session, order_no: str, given: ConsumptionChoice, *, flushed: bool, good: Decimal, error: Decimal, most: Decimal
) -> RoutePlan:
    """LIF-7: what is due once `good` and `error` are reported in all. `flushed`: an operation posts by itself at *Finish*.

    One statement, none where nothing can be due.
    """
    if given.automatic_route == NEVER or not (flushed or given.automatic_route == ALWAYS):
        return RoutePlan()
    operations = _operations(session, order_no)
    due = route_due(
        operations, good=good, error=error, most=most, automatic=given.automatic_route, principle=FINISH, limits=given.operations,
        ends=given.end_route,
    )
    return _planned(operations, due)


def post_route(
    session: Session, actor: Actor, order_no: str, plan: RoutePlan, *, source: str, register_no: int, posting_date: date | None,
    made: Sequence[Made] = (),
) -> None:
    """Write what is due. A single row is named, and so is every scrapped one.

    Four statements, none where nothing is due. Raises PostingDateNotAllowed.
    """
    day = posting_date or actor.work_date()
    entries = [
        replace(entry, worker_no=actor.operator_no, posting_date=day, source=source, register_no=register_no)
        for due in plan.due
        for entry in _entries(due, made)
    ]
    if entries:
        if not register_no:  # whatever is posted to the ledger asks itself
            check_dates(session, actor, [day])
        count_entries(session, order_no, entries)
        write_entries(session, actor, order_no, entries)


def take_back_report(
    session: Session, actor: Actor, order_no: str, *, quantity: Decimal, register_no: int = 0, match_id: int = 0, reason: str
) -> None:
    """EDG-30: `quantity` of the product, good and error, is no longer reported; the order's line was counted before.

    Entries of the report that is reversed (`register_no`, `match_id`) go first. One statement where no report posted operations.
    """
    line = next(line for line in order_lines(session, order_no) if line.line_no == MAIN_LINE)
    if line.route_posted:
        _take_back(session, actor, order_no, line, FROM_REPORT, quantity, register_no, match_id, reason)


def take_back_start(session: Session, actor: Actor, order_no: str, *, started: Decimal, quantity: Decimal) -> None:
    """LIF-4: only `started` is started now, after `quantity` was taken back. One statement where no start posted operations."""
    line = next(line for line in order_lines(session, order_no) if line.line_no == MAIN_LINE)
    if line.route_posted:
        scrapped = sum((one.scrap for one in _operations(session, order_no)), ZERO)
        through = replace(line, good=started - scrapped, error=scrapped)
        _take_back(session, actor, order_no, through, FROM_START, quantity, 0, 0, "")


def _take_back(
    session: Session, actor: Actor, order_no: str, line: OrderLine, source: str, quantity: Decimal, register_no: int, match_id: int,
    reason: str,
) -> None:
    standing = [one for one in entries_of_order(session, order_no) if one.stands and one.new.source == source]
    operations = _operations(session, order_no)
    posted: dict[int, tuple[Decimal, Decimal]] = {}
    for one in standing:
        good, scrap = posted.get(one.new.operation_no, (ZERO, ZERO))
        posted[one.new.operation_no] = (good + one.new.good_quantity, scrap + one.new.scrap_quantity)
    excess = route_excess(operations, posted, good=line.good, error=line.error, limit=quantity)
    # The report's own entries first, of them those that name the unit; planned set-up stays as long as it can.
    standing.sort(key=lambda one: (one.new.register_no != register_no, one.new.match_id != match_id, one.new.setup_minutes > 0))
    changed: list[NewEntry] = []
    for operation in operations:
        mine = [one for one in standing if one.new.operation_no == operation.operation_no]
        changed += _changes(mine, excess.get(operation.operation_no, (ZERO, ZERO)), operation, register_no)
    back = [replace(one, posting_date=actor.work_date(), reason=reason) for one in changed]
    if back:
        count_entries(session, order_no, back)
        write_entries(session, actor, order_no, back)


def _changes(
    entries: Sequence[EntryLine], excess: tuple[Decimal, Decimal], operation: Operation, register_no: int
) -> Iterator[NewEntry]:
    """The opposite of entries until the excess is gone, and what of the last one stays; the end mark of the report goes with it.

    An end mark stays as long as the dialog that set it stands; planned set-up goes with the last quantity.
    """
    good, scrap = excess
    left = operation.reported - good - scrap
    for one in entries:
        new = one.new
        of_good, of_scrap = min(good, new.good_quantity), min(scrap, new.scrap_quantity)
        reopens = new.ends and bool(register_no) and new.register_no == register_no
        only_setup = new.setup_minutes > ZERO and not new.good_quantity and not new.scrap_quantity
        if not (of_good or of_scrap or reopens or (only_setup and left <= ZERO)):
            continue
        good, scrap = good - of_good, scrap - of_scrap
        yield new.opposite(one.entry_no, posting_date=new.posting_date, reason=new.reason)
        rest = replace(_rest(new, of_good, of_scrap, keeps_setup=left > ZERO), ends=new.ends and not reopens and left > ZERO)
        if rest.good_quantity or rest.scrap_quantity or rest.setup_minutes or rest.ends:
            yield rest


def _rest(new: NewEntry, of_good: Decimal, of_scrap: Decimal, *, keeps_setup: bool) -> NewEntry:
    whole = new.good_quantity + new.scrap_quantity
    part = whole - of_good - of_scrap
    return replace(
        new, good_quantity=new.good_quantity - of_good, scrap_quantity=new.scrap_quantity - of_scrap,
        setup_minutes=new.setup_minutes if keeps_setup else ZERO,
        run_minutes=rounded(new.run_minutes * part / whole, STEP) if whole else ZERO,
    )


def _operations(session: Session, order_no: str) -> list[Operation]:
    return [one.operation for one in read_progress(session, order_no)]


def _planned(operations: Sequence[Operation], due: tuple[OperationDue, ...]) -> RoutePlan:
    after = {one.operation.operation_no: one.after for one in due}
    return RoutePlan(due, tuple(after.get(one.operation_no, one) for one in operations))


def _entries(due: OperationDue, made: Sequence[Made]) -> Iterator[NewEntry]:
    """Good as one entry, scrap as one for each scrapped row where it is all of theirs. `worker_no` and date are filled in by the caller."""
    operation = due.operation
    blank = NewEntry(operation.operation_no, "", date.min, operation.resource)
    scrapped = [row for row in made if row.error]
    if sum((row.error for row in scrapped), ZERO) != due.scrap:
        scrapped = [replace(row, error=due.scrap, match_id=0, tracking=NO_TRACKING) for row in scrapped[:1] if due.scrap]
    whole = replace(blank, good_quantity=due.good, setup_minutes=due.setup_minutes, ends=due.ends, run_minutes=_share(due, due.good))
    if len(made) == 1:
        whole = _naming(whole, made[0])
    split = [
        _naming(replace(blank, scrap_quantity=row.error, cause=row.cause, run_minutes=_share(due, row.error)), row) for row in scrapped
    ]
    if not due.good and split:  # no entry that says nothing beside the scrap
        split[0] = replace(split[0], setup_minutes=due.setup_minutes, ends=due.ends)
        return iter(split)
    return iter([whole, *split])


def _naming(entry: NewEntry, row: Made) -> NewEntry:
    return replace(entry, match_id=row.match_id, serial_no=row.tracking.serial_no, lot_no=row.tracking.lot_no)


def _share(due: OperationDue, quantity: Decimal) -> Decimal:
    return rounded(due.operation.planned_run_minutes * quantity, STEP)
