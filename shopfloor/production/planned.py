"""The numbers that were planned for an order's lines leave the plan when they are consumed or made (OT-01). One statement without a plan.

Nothing refuses here: a part that was scanned into a unit is in it, whatever was planned; the plan is cut to what is still needed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from sqlalchemy.orm import Session

from shopfloor.items.tracking import Tracking
from shopfloor.production.rules import Component
from shopfloor.quantity import ZERO
from shopfloor.reservations.models import ReservationSource
from shopfloor.reservations.rules import Demand
from shopfloor.reservations.tracking_records import close_handled


class Used(Protocol):
    """Consumption of one component number."""

    @property
    def order_line_no(self) -> int: ...
    @property
    def component_line_no(self) -> int: ...
    @property
    def tracking(self) -> Tracking: ...
    @property
    def quantity(self) -> Decimal: ...


class Made(Protocol):
    """A report of one product number."""

    @property
    def order_line_no(self) -> int: ...
    @property
    def tracking(self) -> Tracking: ...
    @property
    def good(self) -> Decimal: ...
    @property
    def error(self) -> Decimal: ...


def close_planned(
    session: Session, order_no: str, uses: Sequence[Used], reports: Sequence[Made], components: Sequence[Component] = ()
) -> None:
    """`components` as they were before the posting; without them only the very numbers leave the plan."""
    handled: dict[tuple[Demand, Tracking], Decimal] = defaultdict(Decimal)
    consumed: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for use in uses:
        line = Demand(ReservationSource.PROD_ORDER_COMPONENT.value, order_no, use.order_line_no, use.component_line_no)
        handled[line, use.tracking] += max(use.quantity, ZERO)
        consumed[use.order_line_no, use.component_line_no] += use.quantity
    for report in reports:
        made = Demand(ReservationSource.PROD_ORDER_LINE.value, order_no, report.order_line_no)
        handled[made, report.tracking] += report.good + report.error
    open_after = {
        Demand(ReservationSource.PROD_ORDER_COMPONENT.value, order_no, part.order_line_no, part.line_no): max(
            part.expected - part.consumed - consumed[part.order_line_no, part.line_no], ZERO
        )
        for part in components
        if (part.order_line_no, part.line_no) in consumed
    }
    close_handled(session, handled, open_after)
