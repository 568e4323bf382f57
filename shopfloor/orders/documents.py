"""What all orders have in common: numbers, lines as entered, locks, and what is still open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Row, Table, Update, insert, literal, select, update
from sqlalchemy.orm import Session

from shopfloor.clock import now
from shopfloor.db import Given, ManyRows, current_plant, plant, table
from shopfloor.errors import NotFound, Refusal, in_row
from shopfloor.items.errors import ItemBlocked
from shopfloor.items.fingerprint import fingerprint
from shopfloor.items.locations import location_problems
from shopfloor.items.masters import ItemMaster
from shopfloor.items.number_series import next_number
from shopfloor.items.queries import item_masters, unit_factors
from shopfloor.items.tracking import Tracking
from shopfloor.items.units import Measured, UnitFactors, measured
from shopfloor.orders.errors import DocumentStatus, MoreThanOrdered
from shopfloor.orders.inputs import NewLine, NumberedLine
from shopfloor.orders.kinds import Movement, Shape
from shopfloor.orders.models import OrderStatus
from shopfloor.people.errors import AlreadyExists
from shopfloor.people.masters import require_address
from shopfloor.quantity import ONE, ZERO, shown
from shopfloor.reservations.tracking_errors import NumberTwice

LINE_STEP = 10000
"""Distance of line numbers, as in Business Central."""


@dataclass(frozen=True)
class Goods:
    """The items of a command, looked up once."""

    masters: Mapping[str, ItemMaster]
    factors: UnitFactors

    def amount(self, item_no: str, line: NumberedLine, unit_code: str = "") -> Measured:
        """What a line moves. A blank unit is `unit_code`; with a serial number it is the base unit, and a blank quantity is one."""
        default = "" if line.serial_no else unit_code
        return measured(self.masters[item_no], self.factors, line.quantity or ONE, line.unit_code or default)


@dataclass(frozen=True)
class OrderLine:
    """One line of a locked order."""

    line_no: int
    item_no: str
    variant_code: str
    location_code: str
    """Blank on a transfer order: its header says where the goods leave and arrive."""
    unit_code: str
    ordered: Decimal
    """Base units."""
    handled: Decimal
    """Base units that were received or shipped before."""
    completed: Decimal
    """Base units that went through the last movement; of a transfer order: received."""
    date: date | None = None

    @property
    def version(self) -> str:
        """Of what the line asks for, whatever came or went meanwhile."""
        return line_version(self.item_no, self.variant_code, self.location_code, self.unit_code, self.ordered, self.date)

    @property
    def left(self) -> Decimal:
        """Base units that are still to come or go."""
        return self.ordered - self.handled


def line_version(item_no: str, variant_code: str, location_code: str, unit_code: str, quantity_base: Decimal, day: date | None) -> str:
    """What the form of a line was opened with, so that nobody overwrites what somebody else changed meanwhile."""
    return fingerprint(item_no, variant_code, location_code, unit_code, shown(quantity_base), day)


def tracking_of(line: NumberedLine) -> Tracking:
    """The numbers of a line."""
    return Tracking(line.serial_no, line.lot_no, line.package_no)


def goods_of(session: Session, item_nos: Iterable[str]) -> Goods:
    """Masters and units of the items, in two statements. Raises NotFound for the first that is not there."""
    wanted = sorted(set(item_nos))
    masters = item_masters(session, wanted)
    for item_no in wanted:
        if item_no not in masters:
            raise NotFound(record="item", number=item_no)
    return Goods(masters, unit_factors(session, wanted))


def new_order(session: Session, shape: Shape, wanted: str, values: Mapping[str, object]) -> str:
    """Insert an open header under the wanted number, or the next one of its series. Raises NumberUnusable, AlreadyExists, SetupMissing."""
    require_address(shape.record, wanted)
    plant_no = current_plant(session)
    if wanted and session.get(shape.header, (plant_no, wanted)) is not None:
        raise AlreadyExists(record=shape.record, number=wanted)
    order_no = wanted or next_number(session, shape.series)
    while not wanted and session.get(shape.header, (plant_no, order_no)) is not None:
        order_no = next_number(session, shape.series)
    row = {"plant_no": plant_no, "no": order_no, "status": OrderStatus.OPEN.value, "version": 1, **values}
    if shape.document is not None:
        row["document_type"] = shape.document.value
    session.connection().execute(insert(shape.header), row)
    return order_no


def line_values(
    session: Session, shape: Shape, lines: Sequence[NewLine], after_line_no: int = 0, *, of_many: bool = False
) -> list[dict[str, Any]]:
    """Rows of order lines without the order's number. `of_many`: a refusal names the row and the field. Raises NotFound for item or
    location, RecordBlocked, LocationInTransit, ItemBlocked, UnitUnknown, BelowPrecision.
    """
    item_nos = {line.item_no for line in lines}
    goods = Goods(item_masters(session, item_nos), unit_factors(session, item_nos))
    places = location_problems(session, {line.location_code for line in lines if line.location_code})
    rows = []
    for number, line in enumerate(lines, 1):
        with in_row(number) if of_many else nullcontext():
            _check_line(line, goods, places)
            rows.append(_line_row(session, shape, after_line_no + number * LINE_STEP, line, goods))
    return rows


def _check_line(line: NewLine, goods: Goods, places: Mapping[str, Refusal]) -> None:
    """Raises NotFound, ItemBlocked, and what is wrong with the location."""
    problem = places.get(line.location_code)
    if line.item_no not in goods.masters:
        problem = NotFound(record="item", number=line.item_no)
    elif goods.masters[line.item_no].blocked:
        problem = ItemBlocked(item=line.item_no)
    elif problem is not None:
        problem.row_column = "location_code"
    if problem is not None:
        problem.row_column = problem.row_column or "item_no"
        raise problem


def _line_row(session: Session, shape: Shape, line_no: int, line: NewLine, goods: Goods) -> dict[str, Any]:
    amount = measured(goods.masters[line.item_no], goods.factors, line.quantity, line.unit_code)
    row = {
        "plant_no": current_plant(session),
        "line_no": line_no,
        "item_no": line.item_no,
        "variant_code": line.variant_code,
        "unit_code": amount.unit_code,
        "quantity": amount.quantity,
        "quantity_per_unit": amount.quantity_per_unit,
        "quantity_base": amount.base,
        shape.date: line.date,
    }
    # The lines of a transfer order have no location of their own.
    return row | ({"location_code": line.location_code} if line.location_code else {})


def insert_lines(session: Session, shape: Shape, order_no: str, rows: Sequence[dict[str, Any]]) -> None:
    """One statement."""
    session.connection().execute(insert(shape.line), [{"order_no": order_no, **row} for row in rows])


def lock_order(session: Session, shape: Shape, order_no: str, *needed: OrderStatus) -> Row[Any]:
    """Lock an order before its lines are read (A23); `needed` are the states that allow the action. Raises NotFound, DocumentStatus."""
    header = table(shape.header)
    of_kind = [header.c.document_type == shape.document.value] if shape.document is not None else []
    statement = (
        update(header)
        .where(plant(session, header), header.c.no == order_no, *of_kind)
        .values(version=header.c.version + 1)
        .returning(*header.c)
    )
    row: Row[Any] | None = session.connection().execute(statement).one_or_none()
    if row is None:
        raise NotFound(record=shape.record, number=order_no)
    if row.status not in needed:
        raise DocumentStatus(record=shape.record, number=order_no, status=row.status, needed=" or ".join(status.value for status in needed))
    return row


def order_lines(session: Session, shape: Shape, order_no: str) -> dict[int, OrderLine]:
    """The lines of a locked order, by line number."""
    line = table(shape.line)
    c = line.c
    location = c.location_code if "location_code" in c else literal("")
    columns = (
        *(c.line_no, c.item_no, c.variant_code, location.label("location_code"), c.unit_code, c.quantity_base),
        *(c[shape.movements[0].handled].label("handled"), c[shape.movements[-1].handled].label("completed"), c[shape.date].label("date")),
    )
    rows = session.connection().execute(select(*columns).where(plant(session, line), c.order_no == order_no))
    return {row.line_no: OrderLine(*row) for row in rows}


def check_serials_once(rows: Iterable[tuple[object, str]]) -> None:
    """Rows as goods and serial number: one piece does not go twice. Raises NumberTwice, naming the second row."""
    first: dict[tuple[object, str], int] = {}
    for row, key in enumerate(rows, 1):
        if key[1] and first.setdefault(key, row) != row:
            with in_row(row, "serial_no"):
                raise NumberTwice(number=key[1], first=first[key], second=row)


def check_open(
    order_no: str, lines: Mapping[int, OrderLine], moved: Mapping[int, Decimal], goods: Goods, left: Mapping[int, Decimal]
) -> None:
    """No line takes more than what is `left` of it. Raises MoreThanOrdered."""
    for line_no, quantity in sorted(moved.items()):
        if quantity > left[line_no]:
            line = lines[line_no]
            unit = goods.masters[line.item_no].base_unit_code
            raise MoreThanOrdered(
                number=order_no, line_no=line_no, item=line.item_no, quantity=shown(quantity), open_quantity=shown(left[line_no]), unit=unit
            )


def require_lines(lines: Mapping[int, OrderLine], wanted: Iterable[int], order_no: str) -> None:
    """Raises NotFound for the first line that the order does not have."""
    for line_no in sorted(set(wanted)):
        if line_no not in lines:
            raise NotFound(record="order line", number=f"{order_no} {line_no}")


def write_handled(session: Session, shape: Shape, movement: Movement, order_no: str, moved: Mapping[int, Decimal]) -> None:
    """Count what came or went on the lines: one statement, guarded by the CHECK of the table. Less than 0: it was undone."""
    rows = [{"order_no": order_no, "line_no": line_no, "more": quantity} for line_no, quantity in sorted(moved.items())]
    counted = _count(table(shape.line), movement.handled).execute(session, rows)
    assert counted == len(rows), "a locked order lost a line"


@cache
def _count(line: Table, handled: str) -> ManyRows:
    def count(given: Given) -> Update:
        here = (line.c.order_no == given["order_no"]) & (line.c.line_no == given["line_no"])
        return update(line).where(here).values({handled: line.c[handled] + given["more"]})

    return ManyRows(count, order_no=line.c.order_no, line_no=line.c.line_no, more=line.c[handled])


def close_when_done(
    session: Session, shape: Shape, order_no: str, lines: Mapping[int, OrderLine], moved: Mapping[int, Decimal]
) -> str:
    """Complete the order when nothing is open any more. `moved` went through the last movement. Gives its status."""
    if any(line.completed + moved.get(line_no, ZERO) < line.ordered for line_no, line in lines.items()):
        return OrderStatus.RELEASED.value
    return set_status(session, shape, order_no, OrderStatus.COMPLETED)


def set_status(session: Session, shape: Shape, order_no: str, status: OrderStatus) -> str:
    """Of a locked order. Gives the status."""
    header = table(shape.header)
    statement = update(header).where(plant(session, header), header.c.no == order_no)
    session.connection().execute(statement.values(status=status.value))
    return status.value


def insert_posted(
    session: Session, movement: Movement, no: str, order_no: str, posting_date: date, register_no: int, values: Mapping[str, object]
) -> None:
    """The header of a posted document. One statement."""
    row = {
        "plant_no": current_plant(session), "no": no, "order_no": order_no, "posting_date": posting_date, "register_no": register_no,
        "posted_at": now(), **values,
    }
    session.connection().execute(insert(movement.document), row)


def sums_by_line(lines: Iterable[tuple[int, Decimal]]) -> dict[int, Decimal]:
    """Base quantity for each order line."""
    sums: dict[int, Decimal] = {}
    for line_no, quantity in lines:
        sums[line_no] = sums.get(line_no, ZERO) + quantity
    return sums
