"""Report as finished, and its reversal (ASC-9 to ASC-19, PST-6 to PST-17, EDG-30, D2, D5, D20, D23, D25, D27, D29, D41)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.clock import now
from shopfloor.db import ManyRows, table
from shopfloor.errors import NotFound, in_row
from shopfloor.genealogy import report_rules
from shopfloor.genealogy.answers import AssociationsChanged
from shopfloor.genealogy.entries import Event, append
from shopfloor.genealogy.facts import CONSUMED, Association, Product, Row
from shopfloor.genealogy.flushing import flushing_of
from shopfloor.genealogy.inputs import ReportInput, ReportLineInput
from shopfloor.genealogy.judging import judge
from shopfloor.genealogy.left_open import propose
from shopfloor.genealogy.maintenance_errors import ComponentOnHold, JournalOpen, NothingSelected, NotReportable
from shopfloor.genealogy.models import AssociationAction, AssociationState, ComponentAssociation, TrackedProduct
from shopfloor.genealogy.report_rules import Report
from shopfloor.genealogy.route_reports import plan_operations, post_operations
from shopfloor.genealogy.row_queries import HeldNumbers, OrderRows, held_numbers, hold_of, hold_of_goods, open_journal_lines, read_rows
from shopfloor.genealogy.scan_queries import read_situation
from shopfloor.genealogy.start_queries import refuse_awaiting
from shopfloor.inspections.at_report import NOT_INSPECTED, ReportInspection, goods_number, open_after_report, read_inspections
from shopfloor.items.holds import HoldSource
from shopfloor.items.number_information import hold_numbers
from shopfloor.items.rules import GoodsNumber
from shopfloor.items.tracking import Tracking
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.production.commands import advance
from shopfloor.production.components import order_lines
from shopfloor.production.counters import end_components
from shopfloor.production.inputs import ConsumptionChoice
from shopfloor.production.journals import ComponentUse, Flushing, PostedJournal, ProductReport, finish
from shopfloor.production.locking import LockedOrder, lock_order
from shopfloor.production.parameters import Parameters, read_parameters
from shopfloor.production.rules import STARTED
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.errors import refusal_of_hold

_row = table(TrackedProduct)
_association = table(ComponentAssociation)
AS_SETTLED = ConsumptionChoice()

# Built once: putting a statement together costs more than running it.
_reported = ("error_cause", "state", "reported_at", "reported_by")
_WRITE_REPORT = ManyRows(
    lambda given: update(_row)
    .where(_row.c.match_id == given["match_id"])
    .values(
        **{name: given[name] for name in _reported},
        good_quantity=_row.c.good_quantity + given["good"], error_quantity=_row.c.error_quantity + given["error"],
        version=_row.c.version + 1,
    ),
    match_id=_row.c.match_id, good=_row.c.good_quantity, error=_row.c.error_quantity, **{name: _row.c[name] for name in _reported},
)
_consumed = ("consumed_quantity", "state", "prior_state")
_WRITE_CONSUMED = ManyRows(
    lambda given: update(_association)
    .where(_association.c.association_no == given["association_no"])
    .values(**{name: given[name] for name in _consumed}, version=_association.c.version + 1),
    association_no=_association.c.association_no, **{name: _association.c[name] for name in _consumed},
)


@dataclass(frozen=True)
class Use:
    """How much of an association a report consumes."""

    association: Association
    quantity: Decimal


def report_as_finished(session: Session, actor: Actor, *, order_no: str, given: ReportInput) -> AssociationsChanged:
    """Report rows as finished: output, consumption of what was registered, flushing; one journal, one transaction (D2, PST-16).

    Rows that cannot be reported are left out and listed with their reason (D27); a single row raises its refusal. With *End job* the
    order takes no more registrations (ASC-15). Into stock on hold goes what quality reports so, held parts and all (D20).
    """
    actor.require(rights.HOLD if given.on_hold else rights.REPORT)
    if given.accept_error:
        actor.require(rights.REPORT_INCOMPLETE)
    if given.end_job:  # whoever only holds numbers decides nothing about the order
        actor.require(rights.REPORT)
    if not given.lines:
        raise NothingSelected
    order = lock_order(session, order_no)
    order.require(STARTED)
    answer = report_rows(session, actor, order, given)
    if len(given.lines) == 1 and answer.refused:  # more than started: what else is wrong with a single row was raised before
        raise NotReportable(**answer.refused[0]["fields"])
    if given.end_job and answer.done:
        end_reported_job(session, actor, order, accept_error=given.accept_error)
    return answer


def end_reported_job(session: Session, actor: Actor, order: LockedOrder, *, accept_error: bool) -> None:
    """ASC-15, LIF-14: nothing more is made. Raises ReportShort where too much is missing, unless the error is accepted."""
    if not accept_error:
        line, product = order_lines(session, order.no)[0], read_situation(session, order, 0).product
        read_parameters(session).check_shortage(order.no, line, product.base_unit_code)
    advance(session, actor, order, "end job")


def report_rows(
    session: Session, actor: Actor, order: LockedOrder, given: ReportInput, *, choice: ConsumptionChoice = AS_SETTLED,
    whole: bool = False,
) -> AssociationsChanged:
    """The report of a locked order, rights checked; also used by units that report themselves (D25).

    `choice` is what a dialog says about automatic consumption, instead of what the company settled (LIF-7). `whole`: a row that cannot be
    reported refuses all of them, and the refusal names its place in the list.
    """
    rows = read_rows(session, order, [line.match_id for line in given.lines])
    everything = [a for match_id in rows.rows for a in rows.associations(match_id)] + list(rows.order_level)
    made_items = {row.item_no for row, _ in rows.rows.values()} | {order.item_no}
    held, journals = held_numbers(session, everything, *made_items), open_journal_lines(session, order.no)
    times = Counter(line.match_id for line in given.lines)
    inspections = _inspections(session, rows)

    def check(line: ReportLineInput) -> None:
        report = _report(rows, line)
        if times[line.match_id] > 1:  # each is judged by itself: together they would report and consume more than there is
            raise NotReportable(number=report.row.tracking.label(), why="it is listed more than once.")
        _, lines = rows.rows[line.match_id]
        product = rows.of_line(line.match_id).product
        report_rules.check(report, lines, product, accept_error=given.accept_error, reason=given.reason, on_hold=given.on_hold)
        refuse_awaiting(order, line.match_id, report.row.tracking.label(), rows.awaiting)
        _check_parts(rows, report.row, {} if given.on_hold else held, journals)
        if report.good > ZERO:  # what is scrapped waits for no result
            inspections[product.order_line_no].check(product.item_no, product.variant_code, report.row.tracking, product.description)
        _check_product(product, report, held)

    good, refused = judge(given.lines, check, whole=whole)
    reports = [_report(rows, line) for line in good]
    parameters = read_parameters(session)
    refused += _too_many(rows, reports, parameters, whole=whole)
    reports = _within_started(rows, reports, parameters)
    if not reports:
        return AssociationsChanged(done_text="Nothing was reported.", refused=refused)
    _check_maximum(rows, reports, parameters)
    route = plan_operations(session, rows, reports, given, choice, parameters)
    flushing = flushing_of(session, order.no, choice=choice, parameters=parameters)
    posted, uses = _post(session, actor, order, rows, reports, given, flushing, choice)
    _write(session, actor, order, reports, uses, posted.register_no, given)
    post_operations(session, actor, order.no, route, reports, register_no=posted.register_no, choice=choice)
    journal_no = settle_picking_list(session, actor, order, posted, choice)
    _open_inspections(session, actor, order, inspections, reports)
    if given.on_hold:
        hold_numbers(session, actor, _into_stock(reports), reason=given.reason, about=f"order {order.no}")
    return _told(reports, refused, posted, journal_no, on_hold=given.on_hold)


def _told(
    reports: Sequence[Report], refused: list[dict[str, object]], posted: PostedJournal, journal_no: int, *, on_hold: bool
) -> AssociationsChanged:
    numbers = [report.row.tracking.label() for report in reports]
    how = "as finished, on hold" if on_hold else "as finished"
    return AssociationsChanged(
        done_text=f"Reported {len(numbers)} {how}: {', '.join(numbers[:5])}.", done=numbers, refused=refused,
        register_no=posted.register_no, match_id=reports[0].row.match_id,
        left_open=[f"{flush.component.description} {shown(flush.quantity)}" for flush in posted.left_open], journal_no=journal_no,
    )


def settle_picking_list(session: Session, actor: Actor, order: LockedOrder, posted: PostedJournal, choice: ConsumptionChoice) -> int:
    """LIF-7, LIF-9, D26: the picking list of a report stays open, or its lines are ended. Gives the number of an open one."""
    if choice.leave_open:
        return propose(
            session, actor, order=order, flushes=posted.proposed, posting_date=choice.posting_date, end=choice.end_picking_list
        )
    if choice.end_picking_list:
        end_components(session, order.no, [flush.component.key for flush in posted.proposed])
    return 0


def _inspections(session: Session, rows: OrderRows) -> dict[int, ReportInspection]:
    """ASC-19, by order line: no statement for a product that nobody inspects at its report."""
    trackings: dict[int, list[Tracking]] = {}
    for row, _ in rows.rows.values():
        trackings.setdefault(row.order_line_no, []).append(row.tracking)
    products = {row.order_line_no: rows.of_line(row.match_id).product for row, _ in rows.rows.values()}
    return {
        line_no: read_inspections(session, product.item_no, product.variant_code, trackings[line_no]) if rows.inspected else NOT_INSPECTED
        for line_no, product in products.items()
    }


def _open_inspections(
    session: Session, actor: Actor, order: LockedOrder, inspections: Mapping[int, ReportInspection], reports: Sequence[Report]
) -> None:
    for line_no, inspection in inspections.items():
        numbers = [
            (number, row.match_id)
            for row in (report.row for report in reports if report.good > ZERO and report.row.order_line_no == line_no)
            if (number := goods_number(row.item_no, row.variant_code, row.tracking)) is not None
        ]
        open_after_report(session, actor, inspection, order.no, numbers)


def _into_stock(reports: Sequence[Report]) -> list[GoodsNumber]:
    """The numbers of what was made well, each once: scrap is no stock that could be held."""
    made = (goods_number(r.row.item_no, r.row.variant_code, r.row.tracking) for r in reports if r.good > ZERO)
    return list(dict.fromkeys(number for number in made if number is not None))


# --- judging --------------------------------------------------------------------------------------------------------------


def _report(rows: OrderRows, line: ReportLineInput) -> Report:
    if line.match_id not in rows.rows:
        raise NotFound(record="product on this order", number=str(line.match_id))
    row, _ = rows.rows[line.match_id]
    error = line.error if line.error is not None else ZERO
    good = line.good if line.good is not None else row.unreported - error
    return Report(row, good, error, line.error_cause)


def _check_parts(
    rows: OrderRows, row: Row, held: HeldNumbers, journals: dict[int, tuple[int, str, str, Decimal, bool]]
) -> None:
    """D20, D29: no part on hold, also none that is consumed; no open journal. Nothing is asked for a co-product (D40)."""
    number = row.tracking.label()
    for association in () if row.co_product else (*rows.associations(row.match_id), *rows.order_level):
        hold = hold_of(association, held)
        if hold is not None:
            raise ComponentOnHold(number=number, component=association.tracking.label(), reason=hold.told)
        if association.association_no in journals:
            journal_no, _, owner, _, _ = journals[association.association_no]
            raise JournalOpen(number=number, owner=owner, journal_no=journal_no)


def _check_product(product: Product, report: Report, held: HeldNumbers) -> None:
    """D20, D27: a unit that is itself on hold is left out of the report; it must not keep the others back. Only a hold by hand keeps it
    from being scrapped, as the posting door says, too.
    """
    tracking = report.row.tracking
    hold = hold_of_goods(product.item_no, tracking, held)
    if hold is not None and (report.good > ZERO or hold.source == HoldSource.HELD):
        raise refusal_of_hold(hold, product.description, tracking.label())


def _within_started(rows: OrderRows, reports: Sequence[Report], parameters: Parameters) -> list[Report]:
    """ASC-13, EDG-16: reported never exceeds what was started of its order line, with the accepted surplus; later rows are left out."""
    fitting: list[Report] = []
    room: dict[int, Decimal] = {}
    for report in reports:
        product = rows.of_line(report.row.match_id).product
        base = parameters.makeable(product.started, product.precision)
        left = room.get(product.order_line_no, base - product.good - product.error)
        if report.quantity <= left:
            fitting.append(report)
            left -= report.quantity
        room[product.order_line_no] = left
    return fitting


def _check_maximum(rows: OrderRows, reports: Sequence[Report], parameters: Parameters) -> None:
    """What one report may make, of each order line."""
    for line_no in sorted({report.row.order_line_no for report in reports}):
        mine = [report for report in reports if report.row.order_line_no == line_no]
        unit = rows.of_line(mine[0].row.match_id).product.base_unit_code
        parameters.check_maximum(rows.situation.order_no, sum((report.quantity for report in mine), ZERO), unit)


def _too_many(rows: OrderRows, reports: Sequence[Report], parameters: Parameters, *, whole: bool) -> list[dict[str, object]]:
    fitting = {report.row.match_id for report in _within_started(rows, reports, parameters)}
    refusals: list[dict[str, object]] = []
    for place, report in enumerate(reports, 1):
        if report.row.match_id not in fitting:
            refusal = NotReportable(number=report.row.tracking.label(), why="more than started would be reported. Start more first.")
            if whole:
                with in_row(place):
                    raise refusal
            refusals.append({"code": refusal.code, "fields": refusal.outcome_fields()})
    return refusals


# --- posting --------------------------------------------------------------------------------------------------------------


def _post(
    session: Session, actor: Actor, order: LockedOrder, rows: OrderRows, reports: Sequence[Report], given: ReportInput,
    flushing: Flushing, choice: ConsumptionChoice,
) -> tuple[PostedJournal, list[Use]]:
    uses = [use for report in reports for use in _uses(rows, report)]
    if not all(report.row.co_product for report in reports):
        uses += [Use(a, a.unposted) for a in rows.order_level if a.unposted > ZERO]  # D21: in full with the first report
    posted = finish(
        session, actor, order=order,
        reports=[
            ProductReport(r.row.order_line_no, r.row.match_id, r.row.tracking, r.good, r.error, r.cause, r.row.expiration_date)
            for r in reports
        ],
        uses=[_component_use(use, into_held_goods=given.on_hold) for use in uses],
        reason=given.reason,
        flush_exclude=frozenset(line.line_no for line in rows.situation.lines if line.listed),
        components=rows.components,
        flushing=flushing,
        posting_date=choice.posting_date,
    )
    return posted, uses


def _uses(rows: OrderRows, report: Report) -> list[Use]:
    """PST-8, PST-15: the row's associations, in full with the last part, else up to the reported share, oldest first."""
    uses = []
    _, lines = rows.rows[report.row.match_id]
    for line in lines:
        if line.order_level:
            continue
        due = report_rules.due(report, line)
        for association in line.associations:
            quantity = association.unposted if due is None else min(association.unposted, due)
            if quantity > ZERO:
                uses.append(Use(association, quantity))
                due = None if due is None else due - quantity
    return uses


def _component_use(use: Use, *, into_held_goods: bool) -> ComponentUse:
    a = use.association
    return ComponentUse(
        a.order_line_no, a.component_line_no, a.match_id, a.association_no, a.item_no, a.variant_code, a.location_code, a.tracking,
        use.quantity, use_date=a.use_date, into_held_goods=into_held_goods,
    )


def _write(
    session: Session, actor: Actor, order: LockedOrder, reports: Sequence[Report], uses: Sequence[Use], register_no: int,
    given: ReportInput,
) -> None:
    """The projections and the log follow the posting."""
    write_consumed(session, uses)
    common = {"reported_at": now(), "reported_by": actor.operator_no}
    rows = [
        common | {"match_id": r.row.match_id, "good": r.good, "error": r.error, "error_cause": r.cause, "state": r.state_after}
        for r in reports
    ]
    _WRITE_REPORT.execute(session, rows)
    append(
        session, actor,
        [consumed_event(use, AssociationAction.CONSUMED, register_no, given.reason) for use in uses]
        + [_reported_event(order, r, register_no, given.reason) for r in reports],
    )
    after = {r.row.tracking.label(): {"good": shown(r.good), "error": shown(r.error)} for r in reports}
    audit.record(session, "reported as finished", f"order {order.no}", after=after, reason=given.reason)


def write_consumed(session: Session, uses: Sequence[Use], *, sign: int = 1) -> None:
    """Count consumption on associations; one with nothing left to post is Consumed, and remembers what it was before (D23)."""
    rows = [
        {
            "association_no": use.association.association_no,
            "consumed_quantity": use.association.consumed + use.quantity * sign,
            "state": AssociationState.CONSUMED.value if use.association.unposted <= use.quantity else use.association.state,
            "prior_state": use.association.prior_state if use.association.state == CONSUMED else use.association.state,
        }
        for use in uses
    ]
    _WRITE_CONSUMED.execute(session, rows)


def consumed_event(use: Use, action: AssociationAction, register_no: int, reason: str) -> Event:
    """Log entry of a posted or returned part."""
    a = use.association
    return Event(
        action.value, a.order_no, a.match_id, a.item_no, a.tracking, use.quantity, variant_code=a.variant_code,
        association_no=a.association_no, component_line_no=a.component_line_no, register_no=register_no, reason=reason,
    )


def _reported_event(order: LockedOrder, report: Report, register_no: int, reason: str) -> Event:
    return Event(
        AssociationAction.REPORTED.value, order.no, report.row.match_id, report.row.item_no, report.row.tracking, report.good,
        variant_code=report.row.variant_code, error_quantity=report.error, register_no=register_no, reason=reason or report.cause,
    )


