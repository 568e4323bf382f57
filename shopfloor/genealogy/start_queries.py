"""Reads how the open rows of an order stand to what was started. One statement, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Row as SqlRow
from sqlalchemy import and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from shopfloor.db import current_plant, plant, table
from shopfloor.genealogy.facts import PICKED, REMOVED, Product, Situation
from shopfloor.genealogy.models import ComponentAssociation, ProductState, TrackedProduct
from shopfloor.genealogy.start_rules import OpenRow, StartOfRows, start_of_rows
from shopfloor.people.models import CompanySetting
from shopfloor.production.errors import OrderStatus
from shopfloor.production.locking import LockedOrder
from shopfloor.production.models import ProdOrderLine
from shopfloor.production.parameters import SURPLUS, above
from shopfloor.production.rules import MAIN_LINE
from shopfloor.quantity import ZERO, parse

_row = table(TrackedProduct)
_association = table(ComponentAssociation)
_line = table(ProdOrderLine)
_setting = table(CompanySetting)

# Built once: putting a statement together costs more than running it.
_of_row = and_(_association.c.plant_no == _row.c.plant_no, _association.c.match_id == _row.c.match_id)
_nothing_reported = and_(_row.c.good_quantity == ZERO, _row.c.error_quantity == ZERO)
_SURPLUS = select(_setting.c.value).where(_setting.c.name == SURPLUS)
_OPEN_ROWS = (
    select(
        _row.c.match_id, _row.c.order_line_no, _row.c.serial_no, _row.c.lot_no, _row.c.quantity, _row.c.good_quantity,
        _row.c.error_quantity,
        exists()
        .where(
            _of_row, _association.c.state != REMOVED,
            or_(_association.c.state == PICKED, and_(_association.c.consumed_quantity > ZERO, _nothing_reported)),
        )
        .label("in_work"),
        _line.c.started_quantity, _line.c.good_quantity.label("line_good"), _line.c.error_quantity.label("line_error"),
        _SURPLUS.scalar_subquery().label("surplus"),
    )
    .join(
        _line,
        and_(_line.c.plant_no == _row.c.plant_no, _line.c.order_no == _row.c.order_no, _line.c.line_no == _row.c.order_line_no),
    )
    .where(
        _row.c.plant_no == bindparam("at_plant"), _row.c.order_no == bindparam("at_order"), _row.c.state == ProductState.OPEN.value
    )
    .order_by(_row.c.match_id)
)


def read_start(session: Session, order_no: str) -> StartOfRows:
    """Which rows await their start, and how little of the product may be started. Nothing is reported in full of the rows that count."""
    rows = session.connection().execute(_OPEN_ROWS, {"at_plant": current_plant(session), "at_order": order_no}).all()
    if not rows:
        return StartOfRows()
    lines = {line_no: _start_of_line([r for r in rows if r.order_line_no == line_no]) for line_no in {r.order_line_no for r in rows}}
    awaiting = frozenset[int]().union(*(line.awaiting for line in lines.values()))
    return StartOfRows(awaiting, lines[MAIN_LINE].least if MAIN_LINE in lines else ZERO)


def _start_of_line(rows: Sequence[SqlRow[Any]]) -> StartOfRows:
    """Each order line has its own started base (D40)."""
    first = rows[0]
    return start_of_rows(
        [OpenRow(r.match_id, r.quantity, r.good_quantity + r.error_quantity, bool(r.in_work)) for r in rows],
        base=above(first.started_quantity, parse(first.surplus or "0")), reported=first.line_good + first.line_error,
    )


def awaiting_of(session: Session, *lines: Situation) -> frozenset[int]:
    """The rows of an order that await their start; nothing is read while of no line more is registered than was started."""
    if all(line.registered <= line.product.started for line in lines):
        return frozenset()
    return read_start(session, lines[0].order_no).awaiting


def accepted_base(session: Session, product: Product) -> Decimal:
    """EDG-16: most that may be registered and reported: what was started, with the accepted surplus. One statement."""
    return above(product.started, parse(session.connection().scalar(_SURPLUS) or "0"), product.precision)


def refuse_awaiting(order: LockedOrder, match_id: int, number: str, awaiting: frozenset[int]) -> None:
    """PST-22: a row above the started quantity is neither picked, adjusted nor reported. Raises OrderStatus."""
    if match_id in awaiting:
        raise OrderStatus(order_no=order.no, status=order.status, needed=f"started for {number} as well, which is awaiting start")


def numbers_of_rows(session: Session, order_no: str, match_ids: Mapping[int, object] | frozenset[int]) -> dict[int, str]:
    """Product numbers by match id. One statement, none for no rows."""
    if not match_ids:
        return {}
    c = _row.c
    rows = session.connection().execute(
        select(c.match_id, c.serial_no, c.lot_no).where(plant(session, _row), c.order_no == order_no, c.match_id.in_(sorted(match_ids)))
    )
    return {row.match_id: row.serial_no or row.lot_no for row in rows}
