"""Units of an order as the reports of operations name them. One statement each."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.errors import NotFound
from shopfloor.genealogy.facts import OPEN, REMOVED
from shopfloor.genealogy.models import TrackedProduct
from shopfloor.production.rules import MAIN_LINE
from shopfloor.quantity import ZERO

_row = table(TrackedProduct)


@dataclass(frozen=True)
class NamedUnit:
    """A row of tracked products that a report names."""

    match_id: int = 0
    """0: none is named."""
    serial_no: str = ""
    lot_no: str = ""
    state: str = ""
    quantity: Decimal = ZERO


NO_UNIT = NamedUnit()


def named_unit(session: Session, order_no: str, number: str) -> NamedUnit:
    """The row with this number. Raises NotFound."""
    c = _row.c
    row = session.connection().execute(
        select(c.match_id, c.serial_no, c.lot_no, c.state, c.quantity)
        .where(
            plant(session, _row), c.order_no == order_no, c.order_line_no == MAIN_LINE, c.state.not_in((REMOVED, "Pre-allocated")),
            or_(c.serial_no == number, (c.serial_no == "") & (c.lot_no == number)),
        )
        .order_by(c.match_id)
    ).first()
    if row is None:
        raise NotFound(record="product on this order", number=number)
    return NamedUnit(*row)


def open_numbers(session: Session, order_no: str, *, limit: int = 500) -> list[str]:
    """Numbers of the rows that are not reported in full, the oldest first."""
    c = _row.c
    rows = session.connection().execute(
        select(c.serial_no, c.lot_no)
        .where(plant(session, _row), c.order_no == order_no, c.order_line_no == MAIN_LINE, c.state == OPEN)
        .order_by(c.match_id)
        .limit(limit)
    )
    return [row.serial_no or row.lot_no for row in rows]
