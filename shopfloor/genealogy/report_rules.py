"""What may be reported of a row, and how much of each part a report consumes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from shopfloor.genealogy.facts import COMPLETED, OPEN, REPORTED, Line, Product, Row
from shopfloor.genealogy.maintenance_errors import ComponentsMissing, NotReportable
from shopfloor.genealogy.rules import in_line_unit
from shopfloor.quantity import ONE, ZERO, rounded, rounded_up, shown


@dataclass(frozen=True)
class Report:
    """A report of one row, or of a part of a batch row. Base units of the product."""

    row: Row
    good: Decimal
    error: Decimal
    cause: str

    @property
    def quantity(self) -> Decimal:
        """Good and error: both used material (PST-14)."""
        return self.good + self.error

    @property
    def last(self) -> bool:
        """ASC-12: whether nothing of the row is left afterwards."""
        return self.row.unreported == self.quantity

    @property
    def state_after(self) -> str:
        """A batch row stays Open until all of it is reported."""
        return REPORTED if self.last else OPEN


def check(
    report: Report, lines: Sequence[Line], product: Product, *, accept_error: bool, reason: str, on_hold: bool = False
) -> None:
    """ASC-9 to ASC-13, D5, D41, in fixed order. Raises NotReportable, BelowPrecision or ComponentsMissing."""
    number = report.row.tracking.label()
    if report.row.state != OPEN:
        raise NotReportable(number=number, why=f"it is {report.row.state}.")
    if report.good < ZERO or report.error < ZERO or report.quantity <= ZERO:
        raise NotReportable(number=number, why="good and error quantity must not be negative, and not both zero.")
    if report.quantity > report.row.unreported:
        raise NotReportable(number=number, why=f"only {shown(report.row.unreported)} {product.base_unit_code} are left to report.")
    if product.serial and (report.good, report.error) not in {(ONE, ZERO), (ZERO, ONE)}:
        raise NotReportable(number=number, why="a serial number is good 1 or error 1.")
    product.require_multiples(report.good, report.error)
    if report.error > ZERO and not report.cause:
        raise NotReportable(number=number, why="an error quantity needs a cause.")
    if accept_error and not reason:
        raise NotReportable(number=number, why="accepting the error needs a reason.")
    if on_hold and not reason:
        raise NotReportable(number=number, why="reporting it into stock on hold needs a reason.")
    if not accept_error:
        _check_components(report, lines)


def _check_components(report: Report, lines: Sequence[Line]) -> None:
    """D5; D41: a part of a batch row needs its share, the last part needs Completed. Completed within its tolerance (D30) serves both."""
    missing = []
    for line in lines:
        if not line.listed:
            continue
        needed = share(report, line)
        complete = line.status == COMPLETED or (not report.last and (line.closed or line.registered >= needed))
        if not complete:
            rest = in_line_unit(line, line.remaining if report.last else needed - line.registered)
            missing.append(f"{shown(rest)} {line.component.unit_code} {line.component.description}")
    if missing:
        raise ComponentsMissing(number=report.row.tracking.label(), missing=", ".join(missing))


def share(report: Report, line: Line) -> Decimal:
    """PST-15, D41: requirement x (reported so far + this report) / row quantity; serials in whole units."""
    if line.order_level:
        return line.required
    reported = report.row.good + report.row.error + report.quantity
    needed = line.required * reported / report.row.quantity
    return rounded_up(needed) if line.component.serial else rounded(needed, line.component.precision)


def due(report: Report, line: Line) -> Decimal | None:
    """How much of a line this report still consumes; None: all that is registered (the last part takes the rest)."""
    if report.last:
        return None
    consumed = sum((association.consumed for association in line.associations), ZERO)
    return max(share(report, line) - consumed, ZERO)
