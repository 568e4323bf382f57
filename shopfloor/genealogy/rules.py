"""Statuses, which line a scan means, and how much of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shopfloor.genealogy.errors import (
    AmbiguousComponent,
    BatchExpired,
    ComponentComplete,
    NotAComponent,
    OverQuantity,
    SerialLimit,
    SwitchToProduct,
)
from shopfloor.genealogy.facts import (
    COMPLETED,
    IN_PROGRESS,
    NOT_STARTED,
    PREALLOCATED,
    Association,
    Line,
    NumberStock,
    Product,
    Row,
    Situation,
)
from shopfloor.production import rules as production_rules
from shopfloor.production.rules import Component
from shopfloor.quantity import ONE, ZERO, rounded, rounded_up, shown

# --- statuses -------------------------------------------------------------------------------------------------------------


def lines_of(
    components: Sequence[Component], product: Product, row: Row | None, associations: Sequence[Association]
) -> tuple[Line, ...]:
    """The component lines as one row needs them. Without a row nothing is required of lines that belong to rows."""
    return tuple(
        _line(component, product, row, associations)
        for component in components
        if component.expected >= ZERO and component.order_line_no == product.order_line_no  # D40: a co-product has none
    )


def _line(component: Component, product: Product, row: Row | None, associations: Sequence[Association]) -> Line:
    shared = production_rules.order_level(component, product.quantity)
    match_id = 0 if shared or row is None else row.match_id
    own = tuple(a for a in associations if a.component_line_no == component.line_no and a.match_id == match_id)
    return Line(
        component=component,
        required=component.expected if shared else row_requirement(component, product, row),
        associations=own if shared or row is not None else (),
        closed=row is not None and (component.line_no in row.closed_lines or component.left_out(row.match_id)),
        order_level=shared,
    )


def row_requirement(component: Component, product: Product, row: Row | None) -> Decimal:
    """QTY-2, D31: what a row needs; serial components in whole units (EDG-18)."""
    if row is None:
        return ZERO
    needed = production_rules.requirement(component, row.quantity, product.quantity, row.earlier)
    return rounded_up(needed) if component.serial else needed


def row_status(row: Row, lines: Sequence[Line]) -> str:
    """QTY-6 for one product number."""
    if row.state == PREALLOCATED:
        return NOT_STARTED
    return COMPLETED if complete(lines) else IN_PROGRESS


def complete(lines: Sequence[Line]) -> bool:
    """Whether nothing listed is missing."""
    return all(line.status == COMPLETED for line in lines if line.listed)


def summary_status(registered: Decimal, started: Decimal, *, all_complete: bool) -> str:
    """QTY-6 for the order's output; what is registered after the start was taken back awaits its start and completes nothing."""
    if registered == ZERO:
        return NOT_STARTED
    return COMPLETED if started > ZERO and registered >= started and all_complete else IN_PROGRESS


# --- which line -----------------------------------------------------------------------------------------------------------


def choose_line(situation: Situation, item_no: str, variant_code: str, *, selected: int, operation_no: int = 0) -> Line:
    """SCN-15 to SCN-17: the line of an item that was named by a code. One scan never spreads over two lines."""
    candidates = [line for line in situation.listed if line.component.item_no == item_no and line.component.variant_code == variant_code]
    if not candidates:
        raise _no_line(situation, item_no)
    wanting = [line for line in candidates if line.remaining > ZERO]
    for line in wanting or candidates:
        if line.line_no == selected:
            return line
    at_operation = [line for line in wanting if operation_no and line.component.operation_no == operation_no]
    if len(at_operation) == 1:
        return at_operation[0]
    if len(wanting) > 1:
        raise AmbiguousComponent(number=item_no, candidates=describe(wanting))
    return (wanting or candidates)[0]


class NoScanNeeded(Exception):
    """SCN-15: the item is on the bill and not tracked. The scan is answered, not refused."""

    def __init__(self, line: Line) -> None:
        super().__init__(line.component.item_no)
        self.line = line


def _no_line(situation: Situation, item_no: str) -> Exception:
    if item_no == situation.product.item_no:
        return SwitchToProduct(number=item_no, item=situation.product.description)
    for line in situation.lines:
        if line.component.item_no == item_no:
            return NoScanNeeded(line)
    return NotAComponent(item_no=item_no, order_no=situation.order_no)


def choose_by_number(situation: Situation, number: str, found: Sequence[NumberStock], *, selected: int) -> Line | None:
    """SCN-11, SCN-12, EDG-35: the line of a plain number. None: nothing on the order knows it.

    A selected line is the only one that counts. Without one exactly one open line must fit.
    """
    chosen = situation.line(selected)
    items = {(stock.entry.item_no, stock.entry.variant_code) for stock in found}
    if chosen is not None:
        return chosen if (chosen.component.item_no, chosen.component.variant_code) in items else None
    fitting = [line for line in situation.listed if (line.component.item_no, line.component.variant_code) in items]
    wanting = [line for line in fitting if line.remaining > ZERO]
    if len(wanting) > 1:
        raise AmbiguousComponent(number=number, candidates=describe(wanting))
    return next(iter(wanting or fitting), None)


def describe(lines: Sequence[Line]) -> list[dict[str, str]]:
    """Candidates as buttons show them (SCN-17)."""
    return [
        {
            "line": str(line.line_no),
            "item": line.component.description,
            "operation": str(line.component.operation_no),
            "remaining": f"{shown(in_line_unit(line, line.remaining))} {line.component.unit_code}",
        }
        for line in lines
    ]


def in_line_unit(line: Line, base: Decimal) -> Decimal:
    """A base quantity in the unit of the bill, as screens show it."""
    return rounded(base / line.component.quantity_per_unit)


def next_line(situation: Situation, after: int) -> int:
    """TCP-14: the next line in the order that is not Completed, from the one after `after` and round; 0 when none is left."""
    lines = situation.listed
    later = [line for line in lines if line.line_no > after] + [line for line in lines if line.line_no <= after]
    return next((line.line_no for line in later if line.status != COMPLETED), 0)


# --- how much -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """How much a scan registers, and whether the label or the scale said so exactly."""

    quantity: Decimal
    exact: bool
    """Weighed or typed: taken as it is, or refused (D7, GS1-19)."""


def wanted_quantity(line: Line, *, count: Decimal | None, measure: Decimal | None, one_piece: bool = False) -> Wanted:
    """SCN-19, D7: base quantity that a scan of this line asks for.

    `count` is what a carton label says, capped at what remains (GS1-18); `measure` is exact (GS1-19); neither: all that remains, or one.
    Serials are one each.
    """
    if line.component.serial:
        return Wanted(ONE, exact=True)
    if measure is not None:
        return Wanted(measure, exact=True)
    if count is not None:
        return Wanted(min(count, line.remaining), exact=False)
    return Wanted(min(ONE, line.remaining) if one_piece else line.remaining, exact=False)


def check_room(line: Line, wanted: Wanted, *, product_limit: bool, confirmed: frozenset[str]) -> None:
    """EDG-4, EDG-17, EDG-18, SET-10, D30, D38: whether the line has room. Raises SerialLimit, ComponentComplete or OverQuantity."""
    component = line.component
    if component.serial:
        limited = component.matching_limit or product_limit
        if line.remaining == ZERO and (limited or SerialLimit.code not in confirmed):
            planned = shown(line.required)
            raise SerialLimit(item=component.description, planned=planned, overridable=not limited)
        return
    if not wanted.exact:
        if line.remaining == ZERO:
            registered = shown(in_line_unit(line, line.registered))
            raise ComponentComplete(item=component.description, registered=registered, unit=component.unit_code)
        return
    allowed = line.required * (ONE + component.over_tolerance_percent / 100)
    if line.registered + wanted.quantity > allowed and OverQuantity.code not in confirmed:
        raise OverQuantity(
            item=component.description,
            given=shown(in_line_unit(line, wanted.quantity)),
            remaining=shown(in_line_unit(line, line.remaining)),
            unit=component.unit_code,
        )


def check_expiry(
    line: Line, number: str, stored: date | None, label: date | None, used_on: date, *, confirmed: frozenset[str]
) -> None:
    """EDG-13, D8, GS1-23: expired on the date of use; the same day is usable. A label date already past asks as well."""
    expiry = stored or label
    past = expiry is not None and expiry < used_on
    label_past = label is not None and label < used_on
    if not past and not label_past:
        return
    if BatchExpired.code in confirmed and not line.component.strict_expiration:
        return
    day = min(d for d in (expiry, label) if d is not None)
    raise BatchExpired(
        item=line.component.description, number=number, expiration_date=day.isoformat(), overridable=not line.component.strict_expiration
    )
