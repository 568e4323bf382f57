"""Reads what an order makes beside its product, as registrations and reports judge it (D40). One statement, however many lines."""

from __future__ import annotations

from sqlalchemy import String, bindparam, select
from sqlalchemy.orm import Session

from shopfloor.db import current_plant, table
from shopfloor.errors import NotFound
from shopfloor.genealogy.errors import ProductNotTracked
from shopfloor.genealogy.facts import Situation
from shopfloor.genealogy.scan_queries import PRODUCT_COLUMNS, product_of, product_tables, read_situation
from shopfloor.production.locking import LockedOrder
from shopfloor.production.models import ProdOrderLine
from shopfloor.production.rules import MAIN_LINE

_line = table(ProdOrderLine)

# Built once: putting a statement together costs more than running it.
_CO_PRODUCTS = (
    select(*PRODUCT_COLUMNS)
    .select_from(product_tables())
    .where(
        _line.c.plant_no == bindparam("at_plant"), _line.c.order_no == bindparam("at_order", type_=String), _line.c.line_no != MAIN_LINE
    )
    .order_by(_line.c.line_no)
)


def read_line(session: Session, order: LockedOrder, line_no: int) -> Situation:
    """What a line of an order makes, without a row; 0: its product. Raises NotFound, ProductNotTracked for a co-product without numbers."""
    if line_no in {0, MAIN_LINE}:
        return read_situation(session, order, 0)
    made = read_co_products(session, order).get(line_no)
    if made is None:
        raise NotFound(record="order line", number=f"{order.no} {line_no}")
    if not made.product.takes_part:
        raise ProductNotTracked(item=made.product.description)
    return made


def read_co_products(session: Session, order: LockedOrder) -> dict[int, Situation]:
    """By order line the co-products of an order without a row: they have no component lines, and the fixed number is not theirs."""
    rows = session.connection().execute(_CO_PRODUCTS, {"at_plant": current_plant(session), "at_order": order.no})
    return {
        row.line_no: Situation(
            order_no=order.no, order_status=order.status, location_code=order.location_code, fixed_lot_no="",
            product=product_of(row),  # type: ignore[arg-type]  # the columns above
            row=None, lines=(), registered=row.registered_quantity,
        )
        for row in rows
    }
