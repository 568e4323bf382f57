"""What the company settled about starting and reporting orders (LIF-13, LIF-14)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal, localcontext

from sqlalchemy.orm import Session

from shopfloor.people.settings import (
    AT_OPERATIONS,
    AT_REPORT,
    AT_START,
    NO,
    ONLINE,
    QUANTITY,
    STATUS,
    STATUS_AND_QUANTITY,
    WAITS,
    WHEN_REPORTED,
    read_settings,
)
from shopfloor.production.components import OrderLine
from shopfloor.production.errors import ReportAboveMaximum, ReportShort
from shopfloor.production.rules import AUTOMATIC, BY_PRINCIPLE
from shopfloor.quantity import STEP, ZERO, parse, shown

SURPLUS = "report_surplus_percent"


@dataclass(frozen=True)
class Parameters:
    """Company settings as production reads them."""

    at_start: str = BY_PRINCIPLE
    """One of rules.AUTOMATIC: what starting consumes by itself."""
    at_report: str = BY_PRINCIPLE
    """The same for reporting as finished."""
    at_operations: str = BY_PRINCIPLE
    """The same for feedback at an operation."""
    maximum_report: Decimal | None = None
    """Most that one report may make, good and error, in base units; None: no limit."""
    start_deviation_percent: Decimal = ZERO
    surplus_percent: Decimal = ZERO
    shortage_percent: Decimal | None = None
    """None: a job may end at any quantity."""
    online: str = NO
    """PST-19: one of people.settings.FEEDBACK."""
    waits: str = WHEN_REPORTED
    """ASC-13: one of people.settings.WAITING."""

    @property
    def online_quantity(self) -> bool:
        """Feedback at the last operation reports the product as finished."""
        return self.online in {QUANTITY, STATUS_AND_QUANTITY}

    @property
    def online_status(self) -> bool:
        """The end of the last operation ends the job."""
        return self.online in {STATUS, STATUS_AND_QUANTITY}

    def check_maximum(self, order_no: str, quantity: Decimal, unit: str) -> None:
        """Raises ReportAboveMaximum for a report of too much at once."""
        if self.maximum_report is not None and quantity > self.maximum_report:
            maximum = shown(self.maximum_report)
            raise ReportAboveMaximum(order_no=order_no, quantity=shown(quantity), maximum=maximum, unit=unit)

    def check_shortage(self, order_no: str, line: OrderLine, unit: str) -> None:
        """Raises ReportShort where a job would end with more missing than is accepted."""
        if self.shortage_percent is None:
            return
        if line.reported * 100 < line.quantity * (100 - self.shortage_percent):
            percent = shown(self.shortage_percent)
            raise ReportShort(
                order_no=order_no, reported=shown(line.reported), ordered=shown(line.quantity), percent=percent, unit=unit
            )

    def startable(self, ordered: Decimal, precision: Decimal = STEP) -> Decimal:
        """Most that may be started of an ordered quantity."""
        return above(ordered, self.start_deviation_percent, precision)

    def makeable(self, started: Decimal, precision: Decimal = STEP) -> Decimal:
        """EDG-16: most that may be registered and reported of a started quantity."""
        return above(started, self.surplus_percent, precision)


def above(quantity: Decimal, percent: Decimal, precision: Decimal = STEP) -> Decimal:
    """A quantity with its accepted surplus, never above it: rounded down to the item's precision."""
    with localcontext() as context:
        context.prec = 80
        steps = (quantity * (100 + percent) / 100 / precision).quantize(Decimal(1), ROUND_DOWN)
        return max((steps * precision).quantize(STEP), quantity) if percent else quantity


def read_parameters(session: Session) -> Parameters:
    """One statement. Text that is no figure any more counts as not set, so that nothing stands still for it."""
    values = read_settings(session)
    return Parameters(
        at_start=_one_of(values[AT_START]),
        at_report=_one_of(values[AT_REPORT]),
        at_operations=_one_of(values[AT_OPERATIONS]),
        maximum_report=parse(values["maximum_report_quantity"]) if values["maximum_report_quantity"] else None,
        start_deviation_percent=parse(values["start_deviation_percent"]),
        surplus_percent=parse(values[SURPLUS]),
        shortage_percent=parse(values["report_shortage_percent"]) if values["report_shortage_percent"] else None,
        online=values[ONLINE],
        waits=values[WAITS],
    )


def _one_of(value: str) -> str:
    return value if value in AUTOMATIC else BY_PRINCIPLE
