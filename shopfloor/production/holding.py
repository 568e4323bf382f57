"""Parts that are set aside for an order: an order that holds some is neither ended nor exploded anew."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.production.errors import OrderReserved
from shopfloor.reservations.models import ReservationEntry, ReservationSource, ReservationStatus

_entry = table(ReservationEntry)


def refuse_registered(session: Session, order_no: str) -> None:
    """Registrations belong to a layer above; what production can see of them is that they reserve, or are picked. Raises OrderReserved.

    What the component lines themselves hold stands in nobody's way: it becomes free when the order is ended.
    """
    _refuse(session, order_no, (_entry.c.association_no != 0) | _entry.c.picked)


def refuse_reserved(session: Session, order_no: str) -> None:
    """Whatever holds parts for the order: lines that are exploded anew would lose it. Raises OrderReserved."""
    _refuse(session, order_no, true())


def _refuse(session: Session, order_no: str, which: ColumnElement[bool]) -> None:
    entry = _entry
    held = session.scalars(
        select(entry.c.item_no)
        .where(
            plant(session, entry),
            entry.c.source_type == ReservationSource.PROD_ORDER_COMPONENT,
            entry.c.source_id == order_no,
            entry.c.reservation_status == ReservationStatus.RESERVATION,
            which,
        )
        .group_by(entry.c.item_no)
        .order_by(entry.c.item_no)
        .limit(5)
    ).all()
    if held:
        raise OrderReserved(order_no=order_no, components=", ".join(held))
