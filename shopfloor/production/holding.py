"""Parts that are set aside for an order: an order that holds some is neither ended nor exploded anew."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.production.errors import OrderReserved
from shopfloor.reservations.models import ReservationEntry, ReservationSource, ReservationStatus


def refuse_reserved(session: Session, order_no: str) -> None:
    """Registrations belong to a layer above; what production can see of them is that they reserve. Raises OrderReserved."""
    entry = table(ReservationEntry)
    held = session.scalars(
        select(entry.c.item_no)
        .where(
            plant(session, entry),
            entry.c.source_type == ReservationSource.PROD_ORDER_COMPONENT,
            entry.c.source_id == order_no,
            entry.c.reservation_status == ReservationStatus.RESERVATION,
        )
        .group_by(entry.c.item_no)
        .order_by(entry.c.item_no)
        .limit(5)
    ).all()
    if held:
        raise OrderReserved(order_no=order_no, components=", ".join(held))
