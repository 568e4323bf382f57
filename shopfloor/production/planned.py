"""The numbers that were planned for an order's lines leave the plan when they are consumed or made (OT-01). One statement without a plan.

Nothing refuses here: a part that was scanned into a unit is in it, whatever was planned; the plan is cut to what is still needed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Protocol

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import plant, table
from shopfloor.items.tracking import Tracking
from shopfloor.production.components import OrderLine
from shopfloor.production.rules import Component
from shopfloor.quantity import ZERO
from shopfloor.reservations.models import ReservationEntry, ReservationSource, ReservationStatus
from shopfloor.reservations.pairs import inbound_pairs
from shopfloor.reservations.rules import Demand
from shopfloor.reservations.tracking_records import close_handled

_entry = table(ReservationEntry)


class Used(Protocol):
    """Consumption of one component number."""

    @property
    def order_line_no(self) -> int: ...
    @property
    def component_line_no(self) -> int: ...
    @property
    def tracking(self) -> Tracking: ...
    @property
    def quantity(self) -> Decimal: ...


class Made(Protocol):
    """A report of one product number."""

    @property
    def order_line_no(self) -> int: ...
    @property
    def tracking(self) -> Tracking: ...
    @property
    def good(self) -> Decimal: ...
    @property
    def error(self) -> Decimal: ...


def close_planned(
    session: Session, order_no: str, uses: Sequence[Used], reports: Sequence[Made], components: Sequence[Component] = (),
    lines: Mapping[int, OrderLine] = MappingProxyType({}),
) -> None:
    """`components` and `lines` as they were before the posting; without them only the very numbers leave the plan."""
    handled: dict[tuple[Demand, Tracking], Decimal] = defaultdict(Decimal)
    consumed: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for use in uses:
        line = Demand(ReservationSource.PROD_ORDER_COMPONENT.value, order_no, use.order_line_no, use.component_line_no)
        handled[line, use.tracking] += max(use.quantity, ZERO)
        consumed[use.order_line_no, use.component_line_no] += use.quantity
    still_held = take_held(held_by_number(session, order_no) if reports else {}, reports, handled, order_no)
    open_after = {
        Demand(ReservationSource.PROD_ORDER_COMPONENT.value, order_no, part.order_line_no, part.line_no): max(
            part.expected - part.consumed - consumed[part.order_line_no, part.line_no], ZERO
        )
        for part in components
        if (part.order_line_no, part.line_no) in consumed
    }
    for line_no, ordered in lines.items():
        made = sum((one.good + one.error for one in reports if one.order_line_no == line_no), ZERO)
        if made:
            still = ordered.quantity - ordered.reported - made - still_held.get(line_no, ZERO)
            open_after[Demand(ReservationSource.PROD_ORDER_LINE.value, order_no, line_no)] = max(still, ZERO)
    close_handled(session, handled, open_after)


def held_by_number(session: Session, order_no: str) -> dict[tuple[int, Tracking], Decimal]:
    """What is reserved of each number that the order's lines name, by line (RS-04). One statement."""
    held: dict[tuple[int, Tracking], Decimal] = defaultdict(Decimal)
    for pair in inbound_pairs(session, ReservationSource.PROD_ORDER_LINE.value, order_no):
        if pair.supply_tracking:
            held[pair.source_line_no, pair.supply_tracking] += pair.quantity
    return held


def take_held(
    held: Mapping[tuple[int, Tracking], Decimal], reports: Sequence[Made], handled: dict[tuple[Demand, Tracking], Decimal], order_no: str
) -> dict[int, Decimal]:
    """Reservations by number take the goods first (AP-16); the rest is `handled`. Gives what is still held by number, by line."""
    left = dict(held)
    for report in reports:
        key, quantity = (report.order_line_no, report.tracking), report.good + report.error
        part = min(left.get(key, ZERO), report.good)
        left[key] = left.get(key, ZERO) - part
        handled[Demand(ReservationSource.PROD_ORDER_LINE.value, order_no, report.order_line_no), report.tracking] += quantity - part
    by_line: dict[int, Decimal] = defaultdict(Decimal)
    for (line_no, _tracking), quantity in left.items():
        by_line[line_no] += quantity
    return by_line


def drop_planned(session: Session, order_no: str) -> None:
    """PR-08: an ended order posts nothing any more, so that the numbers of its lines are asked for no longer. The audit keeps them."""
    c = _entry.c
    of_order = (
        plant(session, _entry), c.source_id == order_no, c.reservation_status == ReservationStatus.SURPLUS.value,
        c.source_type.in_([ReservationSource.PROD_ORDER_COMPONENT.value, ReservationSource.PROD_ORDER_LINE.value]),
    )
    columns = (c.source_line_no, c.source_sub_line_no, c.item_no, c.serial_no, c.lot_no, c.package_no)
    rows = session.connection().execute(select(*columns).where(*of_order).order_by(c.entry_no)).all()
    if rows:
        session.connection().execute(delete(_entry).where(*of_order))
        numbers = [f"{row.item_no} {Tracking(row.serial_no, row.lot_no, row.package_no).label()}" for row in rows]
        audit.record(session, "drop numbers of an ended order", order_no, before={"numbers": numbers})
