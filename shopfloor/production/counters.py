"""Counters of orders: what was registered and reported of a line and consumed of a component.

They follow the rows and the ledger; `genealogy.check` and `production.check` prove it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import bindparam, tuple_, update
from sqlalchemy.orm import Session

from shopfloor.db import QuantityType, current_plant, table
from shopfloor.production.models import ProdOrderComponent, ProdOrderLine
from shopfloor.quantity import ZERO

_line = table(ProdOrderLine)
_component = table(ProdOrderComponent)

# Built once: putting a statement together costs more than running it.
_THIS_LINE = (
    _line.c.plant_no == bindparam("at_plant"), _line.c.order_no == bindparam("at_order"), _line.c.line_no == bindparam("at_line"),
)
_COUNT_REPORTS = (
    update(_line)
    .where(*_THIS_LINE)
    .values(
        good_quantity=_line.c.good_quantity + bindparam("good", type_=QuantityType),
        error_quantity=_line.c.error_quantity + bindparam("error", type_=QuantityType),
    )
)
_COUNT_REGISTERED = (
    update(_line)
    .where(*_THIS_LINE)
    .values(registered_quantity=_line.c.registered_quantity + bindparam("more", type_=QuantityType))
)
_COUNT_CONSUMPTION = (
    update(_component)
    .where(
        _component.c.plant_no == bindparam("at_plant"),
        _component.c.order_no == bindparam("at_order"),
        _component.c.order_line_no == bindparam("at_order_line"),
        _component.c.line_no == bindparam("at_line"),
    )
    .values(consumed_quantity=_component.c.consumed_quantity + bindparam("quantity", type_=QuantityType))
)


def end_components(session: Session, order_no: str, keys: Sequence[tuple[int, int]], *, ended: bool = True) -> None:
    """D26: flushing proposes nothing more for these component lines, by order line and line. One statement."""
    if keys:
        mine = tuple_(_component.c.order_line_no, _component.c.line_no).in_(sorted(keys))
        of_order = (_component.c.plant_no == current_plant(session), _component.c.order_no == order_no)
        session.connection().execute(update(_component).where(*of_order, mine).values(ended=ended))


def count_registered(session: Session, order_no: str, line_no: int, quantity: Decimal) -> None:
    """A row of an order line came (positive, base units) or went (negative). The order is locked."""
    at = {"at_plant": current_plant(session), "at_order": order_no, "at_line": line_no, "more": quantity}
    assert session.connection().execute(_COUNT_REGISTERED, at).rowcount == 1, "the order line is missing"


def count_reports(session: Session, order_no: str, reported: Sequence[tuple[int, Decimal, Decimal]]) -> None:
    """ASC-16: good and error rise on the order's lines."""
    sums: dict[int, tuple[Decimal, Decimal]] = {}
    for line_no, good, error in reported:
        known_good, known_error = sums.get(line_no, (ZERO, ZERO))
        sums[line_no] = (known_good + good, known_error + error)
    counted = (
        session.connection()
        .execute(
            _COUNT_REPORTS,
            [
                {"at_plant": current_plant(session), "at_order": order_no, "at_line": line_no, "good": good, "error": error}
                for line_no, (good, error) in sorted(sums.items())
            ],
        )
        .rowcount
    )
    assert counted == len(sums), "an order line is missing"


def count_consumption(session: Session, order_no: str, consumed: Sequence[tuple[int, int, Decimal]]) -> None:
    """The projection `consumed_quantity` follows what was posted. Nothing to do for a report without components."""
    sums: dict[tuple[int, int], Decimal] = {}
    for order_line_no, line_no, quantity in consumed:
        sums[(order_line_no, line_no)] = sums.get((order_line_no, line_no), ZERO) + quantity
    if not sums:
        return
    counted = (
        session.connection()
        .execute(
            _COUNT_CONSUMPTION,
            [
                {"at_plant": current_plant(session), "at_order": order_no, "at_order_line": key[0], "at_line": key[1], "quantity": quantity}
                for key, quantity in sorted(sums.items())
            ],
        )
        .rowcount
    )
    assert counted == len(sums), "a component line is missing"
