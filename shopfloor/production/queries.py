"""What pages show of production orders, bills and routings. Frozen values, nothing is written, every figure says when it was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from sqlalchemy import ColumnElement, Row, Select, Table, and_, case, exists, func, literal, or_, select, tuple_, union_all
from sqlalchemy.orm import Session

from shopfloor.clock import now
from shopfloor.db import plant, table
from shopfloor.items.models import Item
from shopfloor.items.paging import PAGE_SIZE, Page, page_limit, page_of
from shopfloor.people.queries import Found
from shopfloor.production import rules
from shopfloor.production.components import order_components
from shopfloor.production.models import (
    BillOfMaterial,
    ProdOrderLine,
    ProductionOrder,
    Routing,
)
from shopfloor.production.operation_rules import NOT_STARTED
from shopfloor.production.operations import read_progress
from shopfloor.quantity import ZERO

_order = table(ProductionOrder)
_line = table(ProdOrderLine)
_item = table(Item)
_bill = table(BillOfMaterial)
_routing = table(Routing)
NO_DATE = date(9999, 12, 31)
"""Orders without a due date come last."""
SHORTEST_PREFIX = 2
LONGEST_NUMBER = 20


@dataclass(frozen=True)
class OrderRow:
    """One order with its progress. Quantities in base units of the product."""

    no: str
    status: str
    item_no: str
    variant_code: str
    description: str
    due_date: date | None
    location_code: str
    version: int
    """Rises with every change (A4, A23)."""
    unit_code: str
    quantity: Decimal
    """Ordered."""
    started: Decimal
    good: Decimal
    error: Decimal

    @property
    def reported(self) -> Decimal:
        return self.good + self.error

    @property
    def remaining(self) -> Decimal:
        """ASC-16: ordered - good - error, never below zero."""
        return max(self.quantity - self.reported, ZERO)


@dataclass(frozen=True)
class OrderOperation:
    """One step of an order."""

    operation_no: int
    description: str
    resource: str
    status: str = NOT_STARTED
    due: Decimal = ZERO
    """What arrives here: what was started, less the scrap before it."""
    good: Decimal = ZERO
    scrap: Decimal = ZERO
    remaining: Decimal = ZERO
    setup_minutes: Decimal = ZERO
    run_minutes: Decimal = ZERO
    last: bool = False
    flushing: str = "Manual"
    """When it posts by itself (LIF-6)."""


@dataclass(frozen=True)
class CoProduct:
    """D40: a further line of an order. Base units."""

    line_no: int
    item_no: str
    variant_code: str
    description: str
    unit_code: str
    quantity: Decimal
    """That the whole order is to make."""
    started: Decimal
    """QTY-1: in proportion to the product."""
    good: Decimal
    error: Decimal


@dataclass(frozen=True)
class OrderCard:
    """One order in full."""

    order: OrderRow
    fixed_serial_no: str
    fixed_lot_no: str
    created_at: datetime
    components: tuple[rules.Component, ...]
    """With what is expected, consumed and remaining in base units."""
    operations: tuple[OrderOperation, ...]
    actions: tuple[str, ...]
    """What the stage allows, of `rules.MOVES`."""
    read_at: datetime
    bom_version: str = ""
    """The version of the bill that was copied."""
    routing_version: str = ""
    co_products: tuple[CoProduct, ...] = ()
    """What the order makes beside its product (D40)."""


@dataclass(frozen=True)
class ListRow:
    """One bill or routing in a list."""

    no: str
    item_no: str
    description: str


def list_orders(
    session: Session, *, statuses: Sequence[str] = (), text: str = "", item_no: str = "", after: str = "", limit: int = PAGE_SIZE
) -> Page[OrderRow]:
    """Orders by due date and number, those without a date last. One statement.

    `text` is found in order number, item number or description, without regard to case; `after` is the `next_after` of the page before.
    """
    if not all(given.isprintable() for given in (text, item_no, after, *statuses)):
        return Page(())
    limit = page_limit(limit)
    due = func.coalesce(_order.c.due_date, NO_DATE)
    conditions: list[ColumnElement[bool]] = []
    if statuses:
        conditions.append(_order.c.status.in_(list(statuses)))
    if item_no:
        conditions.append(_order.c.item_no == item_no)
    if text:
        conditions.append(_holds(text))
    if after:
        day, _, number = after.partition("~")
        try:
            conditions.append(tuple_(due, _order.c.no) > (date.fromisoformat(day), number))
        except ValueError:
            return Page(())
    statement = _orders(session).where(*conditions).order_by(due, _order.c.no).limit(limit + 1)
    rows = [_row(row) for row in session.connection().execute(statement)]
    return page_of(rows, limit, lambda row: f"{(row.due_date or NO_DATE).isoformat()}~{row.no}")


def order_row(session: Session, order_no: str) -> OrderRow | None:
    """One order with its progress; None when there is none. One statement."""
    if not order_no.isprintable():
        return None
    row = session.connection().execute(_orders(session).where(_order.c.no == order_no)).first()
    return None if row is None else _row(row)


def order_version(session: Session, order_no: str) -> int | None:
    """The order's version: a page that knows it needs nothing new (A4). One statement."""
    if not order_no.isprintable():
        return None
    version: int | None = session.connection().scalar(select(_order.c.version).where(plant(session, _order), _order.c.no == order_no))
    return version


def order_card(session: Session, order_no: str) -> OrderCard | None:
    """One order with components and operations; None when there is none. Three statements, one more where there are co-products."""
    if not order_no.isprintable():
        return None
    further = _line.alias("further")
    made_along = exists().where(
        further.c.plant_no == _order.c.plant_no, further.c.order_no == _order.c.no, further.c.line_no != rules.MAIN_LINE
    )
    statement = _orders(session).add_columns(made_along.label("made_along")).where(_order.c.no == order_no)
    row = session.connection().execute(statement).first()
    if row is None:
        return None
    return OrderCard(
        order=_row(row),
        fixed_serial_no=row.fixed_serial_no,
        fixed_lot_no=row.fixed_lot_no,
        created_at=row.created_at,
        components=tuple(order_components(session, order_no)),
        operations=order_operations(session, order_no),
        actions=tuple(action for action in rules.MOVES if rules.steps(action, row.status) is not None),
        read_at=now(),
        bom_version=row.bom_version,
        routing_version=row.routing_version,
        co_products=co_products(session, order_no) if row.made_along else (),
    )


def co_products(session: Session, order_no: str) -> tuple[CoProduct, ...]:
    """What an order makes beside its product (D40). One statement."""
    columns = (_line.c.line_no, _line.c.item_no, _line.c.variant_code, _item.c.description, _item.c.base_unit_code)
    rows = session.connection().execute(
        select(*columns, _line.c.quantity, _line.c.started_quantity, _line.c.good_quantity, _line.c.error_quantity)
        .join(_item, _item.c.no == _line.c.item_no)
        .where(plant(session, _line), _line.c.order_no == order_no, _line.c.line_no != rules.MAIN_LINE)
        .order_by(_line.c.line_no)
    )
    return tuple(CoProduct(*row) for row in rows)


def order_operations(session: Session, order_no: str) -> tuple[OrderOperation, ...]:
    """The operations of an order with how far they are. One statement."""
    return tuple(
        OrderOperation(
            one.operation.operation_no, one.operation.description, one.operation.resource, one.status, one.due, one.operation.good,
            one.operation.scrap, one.remaining, one.operation.setup_minutes, one.operation.run_minutes, one.last,
            one.operation.flushing,
        )
        for one in read_progress(session, order_no)
    )


def find(session: Session, text: str, *, limit: int = 8) -> list[Found]:
    """UI-1: production orders; the exact number first, then those that begin with the text. One statement."""
    if not text.isprintable() or not 1 <= len(text) <= LONGEST_NUMBER:
        return []
    number = func.lower(_order.c.no)
    fits = number.startswith(text.lower(), autoescape=True) if len(text) >= SHORTEST_PREFIX else number == text.lower()
    return _found(session, text, fits, limit)


def find_part(session: Session, text: str, *, limit: int = 8) -> list[Found]:
    """UI-1: production orders with this somewhere in their number. One statement."""
    if not text.isprintable() or not 1 <= len(text) <= LONGEST_NUMBER:
        return []
    return _found(session, text, func.lower(_order.c.no).contains(text.lower(), autoescape=True), limit)


def _found(session: Session, text: str, fits: ColumnElement[bool], limit: int) -> list[Found]:
    rows = session.connection().execute(
        select(_order.c.no, _order.c.description, _order.c.status)
        .where(plant(session, _order), fits)
        .order_by(case((_order.c.no == text, 0), else_=1), _order.c.no)
        .limit(limit)
    )
    return [
        Found("Production order", no, f"{description} · {status}", f"/production-orders/{quote(no, safe='')}")
        for no, description, status in rows
    ]


def find_structure(session: Session, text: str, *, part: bool = False, limit: int = 8) -> list[Found]:
    """UI-1: bills of material and routings with this number, in any case; with `part` those that hold the text in it. One statement."""
    if not text.isprintable() or not 1 <= len(text) <= LONGEST_NUMBER:
        return []
    kinds = ((_bill, "Bill of material", "/boms/"), (_routing, "Routing", "/routings/"))
    rows = session.connection().execute(
        union_all(*(
            select(literal(kind).label("kind"), literal(place).label("place"), kept.c.no, kept.c.description)
            .where(func.lower(kept.c.no).contains(text.lower(), autoescape=True) if part else func.lower(kept.c.no) == text.lower())
            for kept, kind, place in kinds
        )).order_by("no", "kind").limit(limit)
    )
    return [Found(kind, no, description, place + quote(no, safe="")) for kind, place, no, description in rows]


def list_boms(session: Session, *, after: str = "", limit: int = PAGE_SIZE) -> Page[ListRow]:
    """Bills of material by number."""
    return _list(session, _bill, after, limit)


def list_routings(session: Session, *, after: str = "", limit: int = PAGE_SIZE) -> Page[ListRow]:
    """Routings by number."""
    return _list(session, _routing, after, limit)


def _list(session: Session, listed: Table, after: str, limit: int) -> Page[ListRow]:
    if not after.isprintable():
        return Page(())
    limit = page_limit(limit)
    rows = session.connection().execute(
        select(listed.c.no, listed.c.item_no, listed.c.description).where(listed.c.no > after).order_by(listed.c.no).limit(limit + 1)
    )
    return page_of([ListRow(*row) for row in rows], limit, lambda row: row.no)


def _orders(session: Session) -> Select[Any]:
    """Orders with the progress of their main line; co-products are further lines (D40)."""
    main = and_(_line.c.plant_no == _order.c.plant_no, _line.c.order_no == _order.c.no, _line.c.line_no == rules.MAIN_LINE)
    return (
        select(_order, _line.c.started_quantity, _line.c.good_quantity, _line.c.error_quantity, _item.c.base_unit_code)
        .select_from(_order.join(_line, main).join(_item, _item.c.no == _order.c.item_no))
        .where(plant(session, _order, _line))
    )


def _holds(text: str) -> ColumnElement[bool]:
    wanted = text.lower()
    columns = (_order.c.no, _order.c.item_no, _order.c.description)
    return or_(*(func.lower(column).contains(wanted, autoescape=True) for column in columns))


def _row(row: Row[Any]) -> OrderRow:
    return OrderRow(
        no=row.no,
        status=row.status,
        item_no=row.item_no,
        variant_code=row.variant_code,
        description=row.description,
        due_date=row.due_date,
        location_code=row.location_code,
        version=row.version,
        unit_code=row.base_unit_code,
        quantity=row.quantity,
        started=row.started_quantity,
        good=row.good_quantity,
        error=row.error_quantity,
    )
