"""What a changed order does to numbers and reservations: of what it makes, and of what it needs (TL-09, RS-05, RS-12, RS-13)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.people.actor import Actor
from shopfloor.production import rules
from shopfloor.production.components import order_lines
from shopfloor.production.explosion import Explosion
from shopfloor.production.locking import LockedOrder
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.always import reserve_always
from shopfloor.reservations.cancelling import drop_demand
from shopfloor.reservations.changed_lines import ChangedLine, follow_change
from shopfloor.reservations.line_changes import LineName, LineTracked, StillOpen, TrackedQuantity
from shopfloor.reservations.models import ReservationEntry, ReservationSource, ReservationStatus

_record = table(ReservationEntry)
OUTPUT, COMPONENT = ReservationSource.PROD_ORDER_LINE, ReservationSource.PROD_ORDER_COMPONENT


def follow_output(
    session: Session, order: LockedOrder, *, quantity: Decimal, location_code: str, due_date: date | None, confirmed: bool
) -> Decimal:
    """What is reserved of the order: never more than it makes, and never in time when it comes too late. Gives what was released.

    Raises LineReserved, LineTracked (another location), TrackedQuantity, LineReservationFixed, and DateConflict unless confirmed.
    """
    changed = ChangedLine(
        LineName(order.no, rules.MAIN_LINE, order.item_no), StillOpen(ZERO, quantity), order.due_date, due_date,
        other_goods=location_code != order.location_code,
    )
    return follow_change(session, OUTPUT, changed, confirmed=confirmed)


def follow_co_products(
    session: Session, order: LockedOrder, exploded: Explosion, *, location_code: str, due_date: date | None, confirmed: bool
) -> Decimal:
    """D40: the same for the co-products, whose lines are made anew. Raises as `follow_output`; other goods need a free line."""
    there = {line["line_no"]: line for line in exploded.co_products}
    released = ZERO
    for line in order_lines(session, order.no):
        if line.line_no != rules.MAIN_LINE:
            new = there.get(line.line_no)
            other = new is None or (new["item_no"], new["variant_code"]) != (line.item_no, line.variant_code)
            changed = ChangedLine(
                LineName(order.no, line.line_no, line.item_no), StillOpen(ZERO, ZERO if new is None else new["quantity"]), order.due_date,
                due_date, other_goods=other or location_code != order.location_code,
            )
            released += follow_change(session, OUTPUT, changed, confirmed=confirmed)
    return released


def check_component_numbers(session: Session, order_no: str, exploded: Explosion) -> None:
    """TL-09, TL-10: numbers that are assigned to components still fit the lines that are made anew. Raises TrackedQuantity, LineTracked."""
    rows = {row["line_no"]: row for row in exploded.components}
    c = _record.c
    keys = (c.source_sub_line_no, c.item_no, c.variant_code, c.location_code)
    statement = (
        select(*keys, func.sum(-c.quantity_base).label("tracked"))
        .where(
            plant(session, _record), c.source_type == COMPONENT.value, c.source_id == order_no,
            c.reservation_status == ReservationStatus.SURPLUS.value,
        )
        .group_by(*keys)
        .order_by(*keys)
    )
    for line_no, item_no, variant_code, location_code, tracked in session.connection().execute(statement):
        row = rows.get(line_no)
        if row is None or (row["item_no"], row["variant_code"], row["location_code"]) != (item_no, variant_code, location_code):
            raise LineTracked(number=order_no, line_no=line_no, item=item_no, tracked=shown(tracked))
        if tracked > row["expected_quantity"]:
            raise TrackedQuantity(
                number=order_no, line_no=line_no, item=item_no, tracked=shown(tracked), quantity=shown(row["expected_quantity"])
            )


def reserve_again(session: Session, actor: Actor, order: LockedOrder) -> None:
    """RS-05: what *Always* components held went with the old lines; the new ones are reserved as when the order was scheduled."""
    if order.status != rules.CREATED:
        reserve_always(session, actor, COMPONENT.value, order.no)


def release_components(session: Session, actor: Actor, order_no: str) -> None:
    """Before the lines are made anew: what their *Always* items hold is free."""
    drop_demand(session, actor, COMPONENT.value, order_no)
