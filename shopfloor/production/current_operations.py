"""LIF-16: the operations of running orders, over all orders. One statement for each page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal, not_, or_, select, tuple_, type_coerce
from sqlalchemy.orm import Session

from shopfloor.db import QuantityType, plant, table
from shopfloor.items.models import Item
from shopfloor.items.paging import PAGE_SIZE, Page, page_limit, page_of
from shopfloor.production.models import ProdOrderLine, ProdOrderOperation, ProductionOrder
from shopfloor.production.operation_rules import COMPLETED, IN_PROGRESS, NOT_STARTED, Operation, Progress
from shopfloor.production.operations import FIGURES, PLANNED, read_operation
from shopfloor.production.queries import NO_DATE
from shopfloor.production.rules import MAIN_LINE, RELEASED, STARTED
from shopfloor.quantity import ZERO

_order, _line, _operation, _item = table(ProductionOrder), table(ProdOrderLine), table(ProdOrderOperation), table(Item)
_earlier = _operation.alias("earlier")
RUNNING = (RELEASED, STARTED)
OPEN = "Open"
"""Not started and In progress."""


@dataclass(frozen=True)
class CurrentOperation:
    """One operation with its order. Base units of the product."""

    order_no: str
    order_status: str
    item_no: str
    description: str
    """Of the order."""
    due_date: date | None
    unit_code: str
    operation: Operation
    due: Decimal
    """What arrives here."""
    remaining: Decimal
    status: str


def current_operations(
    session: Session, *, status: str = OPEN, resource: str = "", order_no: str = "", after: str = "", limit: int = PAGE_SIZE
) -> Page[CurrentOperation]:
    """Operations of released and started orders by due date, order and operation; `status` blank: completed ones as well."""
    if not all(given.isprintable() for given in (status, resource, order_no, after)):
        return Page(())
    limit = page_limit(limit)
    place = (func.coalesce(_order.c.due_date, NO_DATE), _order.c.no, _operation.c.operation_no)
    conditions = _filters(status, resource, order_no)
    if after:
        seen = _seen(after)
        if seen is None:
            return Page(())
        conditions.append(tuple_(*place) > seen)
    rows = session.connection().execute(_statement(session).where(*conditions).order_by(*place).limit(limit + 1))
    return page_of([_read(row) for row in rows], limit, _place)


def _due() -> ColumnElement[Any]:
    """As operation_rules.progress_of: what was started, less what operations before it scrapped."""
    scrapped = (
        select(func.sum(_earlier.c.scrap_quantity))
        .where(
            _earlier.c.plant_no == _operation.c.plant_no, _earlier.c.order_no == _operation.c.order_no,
            _earlier.c.operation_no < _operation.c.operation_no,
        )
        .scalar_subquery()
    )
    return type_coerce(_line.c.started_quantity - func.coalesce(scrapped, literal(ZERO, QuantityType)), QuantityType)


def _filters(status: str, resource: str, order_no: str) -> list[ColumnElement[bool]]:
    c, due = _operation.c, _due()
    completed = or_(c.end_count > 0, and_(due > ZERO, c.good_quantity + c.scrap_quantity >= due))
    wanted: dict[str, list[ColumnElement[bool]]] = {
        OPEN: [not_(completed)], NOT_STARTED: [not_(completed), c.entry_count == 0], IN_PROGRESS: [not_(completed), c.entry_count > 0],
        COMPLETED: [completed],
    }
    conditions = list(wanted.get(status, []))
    if resource:
        conditions.append(c.resource == resource)
    if order_no:
        conditions.append(_order.c.no == order_no)
    return conditions


def _statement(session: Session) -> Select[Any]:
    main = and_(_line.c.plant_no == _operation.c.plant_no, _line.c.order_no == _operation.c.order_no, _line.c.line_no == MAIN_LINE)
    of_order = and_(_order.c.plant_no == _operation.c.plant_no, _order.c.no == _operation.c.order_no)
    return (
        select(
            _operation.c.operation_no, _operation.c.description, _operation.c.resource,
            *(_operation.c[name] for name in (*FIGURES, *PLANNED)),
            _order.c.no, _order.c.status, _order.c.item_no, _order.c.description.label("order_description"), _order.c.due_date,
            _item.c.base_unit_code, _due().label("due"),
        )
        .select_from(_operation.join(_order, of_order).join(_line, main).join(_item, _item.c.no == _order.c.item_no))
        .where(plant(session, _operation, _order, _line), _order.c.status.in_(RUNNING))
    )


def _read(row: Row[Any]) -> CurrentOperation:
    progress = Progress(read_operation(row), max(row.due, ZERO), last=False)
    return CurrentOperation(
        row.no, row.status, row.item_no, row.order_description, row.due_date, row.base_unit_code, progress.operation, progress.due,
        progress.remaining, progress.status,
    )


def _place(row: CurrentOperation) -> str:
    return f"{(row.due_date or NO_DATE).isoformat()}~{row.operation.operation_no}~{row.order_no}"


def _seen(after: str) -> tuple[date, str, int] | None:
    day, _, rest = after.partition("~")
    operation, _, order_no = rest.partition("~")
    try:
        return date.fromisoformat(day), order_no, min(int(operation), 2**31 - 1)
    except ValueError:
        return None
