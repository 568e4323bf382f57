"""Parts that are set aside for an order: an order that holds some is neither ended nor exploded anew."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.items.models import Item
from shopfloor.production.errors import OrderReserved
from shopfloor.reservations.always import ALWAYS
from shopfloor.reservations.models import ReservationEntry, ReservationSource, ReservationStatus

_entry = table(ReservationEntry)
_item = table(Item)


def refuse_registered(session: Session, order_no: str) -> None:
    """Registrations belong to a layer above; what production can see of them is that they reserve, or are picked. Raises OrderReserved.

    What the component lines themselves hold stands in nobody's way: it becomes free when the order is ended.
    """
    _refuse(session, order_no, (_entry.c.association_no != 0) | _entry.c.picked)


def refuse_reserved(session: Session, order_no: str) -> None:
    """Whatever somebody reserved for the order: lines that are exploded anew would lose it. Raises OrderReserved.

    What *Always* items reserve by themselves is reserved again for the new lines (RS-05).
    """
    e = _entry.c
    numbered = (column != "" for column in (e.serial_no, e.lot_no, e.package_no))
    by_hand = (e.association_no != 0, e.picked, e.binding != "", e.disallow_cancellation, *numbered)
    always = select(_item.c.no).where(_item.c.reservation_policy == ALWAYS)
    _refuse(session, order_no, or_(*by_hand, e.item_no.not_in(always)))


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
