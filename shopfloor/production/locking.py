"""The lock of a production order: everything that changes an order goes through it (A23)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from shopfloor.db import current_plant, table
from shopfloor.errors import NotFound
from shopfloor.production import rules
from shopfloor.production.errors import OrderStatus
from shopfloor.production.models import ProductionOrder

_order = table(ProductionOrder)
_LOCK = (
    update(_order)
    .where(_order.c.plant_no == bindparam("at_plant"), _order.c.no == bindparam("at_order"))
    .values(version=_order.c.version + 1)
    .returning(
        _order.c.no,
        _order.c.status,
        _order.c.item_no,
        _order.c.variant_code,
        _order.c.description,
        _order.c.quantity,
        _order.c.due_date,
        _order.c.location_code,
        _order.c.fixed_serial_no,
        _order.c.fixed_lot_no,
        _order.c.version,
    )
)


@dataclass(frozen=True)
class LockedOrder:
    """A production order that this transaction holds: nobody else changes it, its lines or its components before the end (A23)."""

    no: str
    status: str
    """Caption of models.ProductionStatus."""
    item_no: str
    variant_code: str
    description: str
    quantity: Decimal
    due_date: date | None
    location_code: str
    """Where components are taken and output is put."""
    fixed_serial_no: str
    fixed_lot_no: str
    version: int
    """After this change."""

    def require(self, *stages: str) -> None:
        """Raises OrderStatus (ORDER_STATUS) unless the order is at one of the stages (EDG-33, PR-08, PST-22)."""
        if self.status not in stages:
            raise OrderStatus(order_no=self.no, status=self.status, needed=rules.listed(stages))


def lock_order(session: Session, order_no: str) -> LockedOrder:
    """Lock a production order and raise its version, in one statement (A23); call it before anything of the order is read.

    Every command that changes an order, its registrations, or its lines begins here. Raises NotFound.
    """
    if not order_no.isprintable():
        raise NotFound(record="production order", number="?")
    row = session.connection().execute(_LOCK, {"at_plant": current_plant(session), "at_order": order_no}).one_or_none()
    if row is None:
        raise NotFound(record="production order", number=order_no)
    return LockedOrder(*row)
