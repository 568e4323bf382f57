"""Report a production order as finished from its dialog (LIF-7, ENT-9, ASC-14, ASC-15).

Registered products are reported unit by unit, one line for each; a product without registrations as a quantity of the order. Missing
earlier steps are performed first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.errors import InvalidInput
from shopfloor.genealogy.answers import AssociationsChanged
from shopfloor.genealogy.facts import Product
from shopfloor.genealogy.flushing import flushing_of
from shopfloor.genealogy.inputs import ReportInput, ReportLineInput, ReportOrder
from shopfloor.genealogy.maintenance_errors import NotEnoughCompleted, NotEnoughRegistered
from shopfloor.genealogy.operation_checks import check_operations
from shopfloor.genealogy.reporting import end_reported_job, report_rows, settle_picking_list
from shopfloor.genealogy.scan_queries import read_situation
from shopfloor.genealogy.starting import start_on
from shopfloor.genealogy.unit_queries import Unit, open_units
from shopfloor.items.tracking import Tracking
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.production.components import OrderLine, order_components, order_lines
from shopfloor.production.errors import ReportAboveStarted
from shopfloor.production.inputs import StartOrder
from shopfloor.production.journals import ProductReport, finish
from shopfloor.production.locking import LockedOrder, lock_order
from shopfloor.production.parameters import read_parameters
from shopfloor.production.route_posting import FROM_REPORT, Made, plan_report, post_route
from shopfloor.production.rules import STARTED
from shopfloor.quantity import ZERO, shown


def report_order(session: Session, actor: Actor, *, order_no: str, given: ReportOrder) -> AssociationsChanged:
    """Report good and error quantity of an order, with automatic consumption, and end the job if asked.

    Raises NotAllowed, NotFound, OrderStatus, InvalidInput, BelowPrecision, NotEnoughCompleted or NotEnoughRegistered for registered
    products, ReportAboveStarted, ReportAboveMaximum, ReportShort, refusals of a report of rows, and those of the posting door; then
    nothing is written.
    """
    actor.require(rights.REPORT)
    if given.accept_error:
        actor.require(rights.REPORT_INCOMPLETE)
    return report_locked(session, actor, lock_order(session, order_no), given)


def report_locked(session: Session, actor: Actor, order: LockedOrder, given: ReportOrder) -> AssociationsChanged:
    """The report of a locked order, rights checked; the last operation uses it, too (PST-19)."""
    _check(given)
    situation = read_situation(session, order, 0)
    product, line = situation.product, order_lines(session, order.no)[0]
    units = open_units(session, situation) if product.takes_part else ()
    good, error = _quantities(given, product, line, units, order)
    order, line = _started(session, actor, order, line, max(good + error + line.reported, situation.registered))
    if product.takes_part:
        lines = _rows(units, good, error, given, product)
        rows = ReportInput(lines=lines, accept_error=given.accept_error, reason=given.reason, end_job=given.end_job)
        answer = report_rows(session, actor, order, rows, choice=given)
    else:
        answer = _report(session, actor, order, line, product, good, error, given)
    if given.end_job and answer.done:
        end_reported_job(session, actor, order, accept_error=given.accept_error)
    return answer


def _check(given: ReportOrder) -> None:
    problems = {}
    for name in ("good", "error"):
        if (getattr(given, name) or ZERO) < ZERO:
            problems[name] = "must not be below 0; reverse a report instead"
    if given.error and not given.error_cause:
        problems["error_cause"] = "an error quantity needs a cause"
    if given.accept_error and not given.reason:
        problems["reason"] = "accepting the error needs a reason"
    if problems:
        raise InvalidInput(summary="; ".join(f"{name} {problem}" for name, problem in problems.items()), problems=problems)


def _quantities(
    given: ReportOrder, product: Product, line: OrderLine, units: Sequence[Unit], order: LockedOrder
) -> tuple[Decimal, Decimal]:
    """ENT-9: untouched, Good is the sum of the completed rows; of a product without rows all that is left (LIF-7)."""
    error = given.error or ZERO
    good = given.good
    if good is None and product.takes_part:
        good = sum((unit.row.unreported for unit in units if unit.complete), ZERO) - error
    elif good is None:
        left = line.started if order.status == STARTED else line.quantity
        good = max(left - line.reported - error, ZERO)
    if good + error <= ZERO:
        problem = "there is nothing to report"
        raise InvalidInput(summary=problem, problems={"good": problem})
    product.require_multiples(good, error)
    return good, error


def _started(
    session: Session, actor: Actor, order: LockedOrder, line: OrderLine, quantity: Decimal
) -> tuple[LockedOrder, OrderLine]:
    """ASC-14, LIF-3: an order that was never started is started as far as it is reported or registered, with all the steps before."""
    if order.status == STARTED:
        return order, line
    actor.require(rights.ORDERS)
    missing = quantity - line.started
    begun, _flush, _journal = start_on(session, actor, order, StartOrder(order_no=order.no, quantity=missing))
    return begun.order, replace(line, started=begun.started)


def _rows(
    units: Sequence[Unit], good: Decimal, error: Decimal, given: ReportOrder, product: Product
) -> list[ReportLineInput]:
    """ENT-9: one line for each completed row, the oldest first, then with *Accept error* for rows in progress (D5).

    An error quantity belongs to one unit, so it must be plain which one: the only completed one, or the only one at all.
    """
    completed = [unit for unit in units if unit.complete]
    ready = units if given.accept_error else completed
    if error and len(completed or ready) > 1:
        problem = "say in View associations which unit is scrap: several could be meant"
        raise InvalidInput(summary=f"error {problem}", problems={"error": problem})
    lines: list[ReportLineInput] = []
    left = good
    for unit in ready:
        scrap = ZERO if lines else error
        part = max(min(unit.row.unreported - scrap, left), ZERO)
        if part > ZERO or scrap:
            lines.append(ReportLineInput(match_id=unit.match_id, good=part, error=scrap, error_cause=given.error_cause if scrap else ""))
            left -= part
    if left > ZERO or not lines:
        there = shown(sum((unit.row.unreported for unit in ready), ZERO))
        if given.accept_error:
            raise NotEnoughRegistered(quantity=shown(good + error), registered=there, unit=product.base_unit_code)
        raise NotEnoughCompleted(quantity=shown(good + error), completed=there, unit=product.base_unit_code)
    return lines


def _report(
    session: Session, actor: Actor, order: LockedOrder, line: OrderLine, product: Product, good: Decimal, error: Decimal,
    given: ReportOrder,
) -> AssociationsChanged:
    """A product without registrations: one line at order level, under the order's own number if it has one."""
    parameters = read_parameters(session)
    if not given.accept_error and line.reported + good + error > parameters.makeable(line.started, product.precision):
        raise ReportAboveStarted(
            order_no=order.no, started=shown(line.started), reported=shown(line.reported), quantity=shown(good + error),
            unit=product.base_unit_code,
        )
    parameters.check_maximum(order.no, good + error, product.base_unit_code)
    route = plan_report(
        session, order.no, given, flushed=line.route_flushed, good=line.good + good, error=line.error + error,
        most=parameters.makeable(line.started, product.precision),
    )
    if not given.accept_error:
        check_operations(
            session, order.no, parameters, operated=line.operated, good=good, before=line.good, unit=product.base_unit_code,
            final=given.end_job, foreseen=route.operations,
        )
    components = order_components(session, order.no)
    tracking = Tracking(order.fixed_serial_no, order.fixed_lot_no)
    posted = finish(
        session, actor, order=order, uses=(), reason=given.reason, components=components, posting_date=given.posting_date,
        reports=[ProductReport(line.line_no, 0, tracking, good, error, given.error_cause)],
        flush_exclude=frozenset(component.line_no for component in components if component.takes_part),
        flushing=flushing_of(session, order.no, choice=given, parameters=parameters),
    )
    post_route(
        session, actor, order.no, route, source=FROM_REPORT, register_no=posted.register_no, posting_date=given.posting_date,
        made=[Made(good, error, given.error_cause, tracking=tracking)],
    )
    journal_no = settle_picking_list(session, actor, order, posted, given)
    after = {"good": shown(good), "error": shown(error), "register": posted.register_no}
    audit.record(session, "reported as finished", f"order {order.no}", after=after, reason=given.reason)
    return AssociationsChanged(
        done_text=f"Reported {shown(good + error)} {product.base_unit_code} of {order.no} as finished.", done=[order.no],
        register_no=posted.register_no, journal_no=journal_no,
        left_open=[f"{flush.component.description} {shown(flush.quantity)}" for flush in posted.left_open],
    )
