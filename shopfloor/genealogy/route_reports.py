"""What a report of rows means for the operations of its order: they are waited for (ASC-13), or post by themselves (LIF-7)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from shopfloor.genealogy.inputs import ReportInput
from shopfloor.genealogy.operation_checks import check_operations
from shopfloor.genealogy.report_rules import Report
from shopfloor.genealogy.row_queries import OrderRows
from shopfloor.people.actor import Actor
from shopfloor.production.inputs import ConsumptionChoice
from shopfloor.production.parameters import Parameters
from shopfloor.production.route_posting import FROM_REPORT, Made, RoutePlan, plan_report, post_route
from shopfloor.quantity import ZERO


def plan_operations(
    session: Session, rows: OrderRows, reports: Sequence[Report], given: ReportInput, choice: ConsumptionChoice, parameters: Parameters
) -> RoutePlan:
    """What the operations post with this report, after the check that the others are reported; operations count the product alone.

    Nothing is written. Raises OperationsMissing, OperationQuantityDiffers.
    """
    mine = _of_product(reports)
    if not mine:
        return RoutePlan()
    order_no, product = rows.situation.order_no, rows.situation.product
    good, error = sum((one.good for one in mine), ZERO), sum((one.error for one in mine), ZERO)
    plan = plan_report(
        session, order_no, choice, flushed=rows.route_flushed, good=product.good + good, error=product.error + error,
        most=parameters.makeable(product.started, product.precision),
    )
    if not given.accept_error:
        check_operations(
            session, order_no, parameters, operated=rows.operated, good=good, before=product.good, unit=product.base_unit_code,
            final=given.end_job, foreseen=plan.operations,
        )
    return plan


def post_operations(
    session: Session, actor: Actor, order_no: str, plan: RoutePlan, reports: Sequence[Report], *, register_no: int,
    choice: ConsumptionChoice,
) -> None:
    """The entries of the plan, in the transaction of the report."""
    made = [Made(one.good, one.error, one.cause, one.row.match_id, one.row.tracking) for one in _of_product(reports)]
    post_route(
        session, actor, order_no, plan, source=FROM_REPORT, register_no=register_no, posting_date=choice.posting_date, made=made
    )


def _of_product(reports: Sequence[Report]) -> list[Report]:
    return [report for report in reports if not report.row.co_product]
