"""Numbers that an unposted return line carries: copied from a posted document, with the entry that goes back (TL-15, DM-23).

They are Surplus records of the reservation table. A posting that takes a number uses its record up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Delete, Row, Update, case, delete, insert, select, update
from sqlalchemy.orm import Session

from shopfloor.clock import now
from shopfloor.db import Given, ManyRows, current_plant, plant, table, take_numbers
from shopfloor.items.tracking import Tracking
from shopfloor.orders.kinds import Shape
from shopfloor.people.actor import Actor
from shopfloor.quantity import ZERO
from shopfloor.reservations.models import ReservationEntry, ReservationStatus

_record = table(ReservationEntry)


@dataclass(frozen=True)
class LineNumber:
    """One number combination of a line, and the posted entry that it takes back."""

    line_no: int
    item_no: str
    variant_code: str
    location_code: str
    tracking: Tracking
    quantity: Decimal
    """Base units, positive."""
    applies_entry: int = 0
    """Applies-from of a sales return, applies-to of a purchase return; 0: none."""
    entry_no: int = 0
    """Of the record; 0: not written yet."""


def write_numbers(session: Session, actor: Actor, shape: Shape, order_no: str, numbers: Sequence[LineNumber]) -> None:
    """Two statements whatever the number of numbers."""
    taken = take_numbers(session, {"reservation_entry": len(numbers)})["reservation_entry"]
    common = {
        "plant_no": current_plant(session), "positive": shape.inbound, "reservation_status": ReservationStatus.SURPLUS.value,
        "source_type": shape.source.value, "source_id": order_no, "source_sub_line_no": 0, "association_no": 0, "taken_over": "",
        "picked": False, "created_at": now(), "created_by": actor.operator_no,
    }
    sign = 1 if shape.inbound else -1
    rows = [
        common | vars(number.tracking) | {
            "entry_no": entry_no, "item_no": number.item_no, "variant_code": number.variant_code, "location_code": number.location_code,
            "quantity_base": sign * number.quantity, "source_line_no": number.line_no, _applies(shape): number.applies_entry,
        }
        for entry_no, number in zip(taken, numbers, strict=True)
    ]
    session.connection().execute(insert(_record), rows)


def read_numbers(session: Session, shape: Shape, order_no: str) -> list[LineNumber]:
    """The numbers of an order's lines, oldest first. One statement."""
    c = _record.c
    statement = select(_record).where(*_of_order(session, shape, order_no)).order_by(c.source_line_no, c.entry_no)
    return [_number(row, shape) for row in session.connection().execute(statement)]


def use_numbers(session: Session, numbers: Iterable[LineNumber], posted: Mapping[int, Decimal]) -> None:
    """Take what was posted off the records, by entry number. At most two statements."""
    left = {number.entry_no: number.quantity - posted.get(number.entry_no, ZERO) for number in numbers if number.entry_no in posted}
    _DELETE.execute(session, [{"entry_no": entry_no} for entry_no, quantity in sorted(left.items()) if quantity <= ZERO])
    less = [{"entry_no": entry_no, "quantity": posted[entry_no]} for entry_no, quantity in sorted(left.items()) if quantity > ZERO]
    _REDUCE.execute(session, less)


def _delete(given: Given) -> Delete:
    return delete(_record).where(_record.c.entry_no == given["entry_no"], _record.c.reservation_status == ReservationStatus.SURPLUS)


def _reduce(given: Given) -> Update:
    c = _record.c
    left = case((c.positive, c.quantity_base - given["quantity"]), else_=c.quantity_base + given["quantity"])
    return update(_record).where(c.entry_no == given["entry_no"]).values(quantity_base=left)


_DELETE = ManyRows(_delete, entry_no=_record.c.entry_no)
_REDUCE = ManyRows(_reduce, entry_no=_record.c.entry_no, quantity=_record.c.quantity_base)


def _of_order(session: Session, shape: Shape, order_no: str) -> list[Any]:
    c = _record.c
    return [
        plant(session, _record), c.source_type == shape.source.value, c.source_id == order_no, c.positive.is_(shape.inbound),
        c.reservation_status == ReservationStatus.SURPLUS.value,
    ]


def _applies(shape: Shape) -> str:
    return "applies_from_entry" if shape.inbound else "applies_to_entry"


def _number(row: Row[Any], shape: Shape) -> LineNumber:
    return LineNumber(
        row.source_line_no, row.item_no, row.variant_code, row.location_code, Tracking(row.serial_no, row.lot_no, row.package_no),
        abs(row.quantity_base), getattr(row, _applies(shape)), row.entry_no,
    )
