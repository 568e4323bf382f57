"""What purchase and sales orders have in common: numbers, lines as entered, locks, and what is still open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.orm import Session

from shopfloor.db import QuantityType, current_plant, plant
from shopfloor.errors import NotFound
from shopfloor.items.errors import ItemBlocked
from shopfloor.items.masters import ItemMaster
from shopfloor.items.number_series import next_number
from shopfloor.items.queries import item_masters, require_locations, unit_factors
from shopfloor.items.tracking import Tracking
from shopfloor.items.units import Measured, UnitFactors, measured
from shopfloor.orders.errors import DocumentStatus, MoreThanOrdered
from shopfloor.orders.inputs import NewOrderLine, NumberedLine
from shopfloor.orders.models import OrderStatus, PurchaseHeader, PurchaseLine, SalesHeader, SalesLine
from shopfloor.quantity import ONE, ZERO, shown

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
    unit_code: str
    ordered: Decimal
    """Base units."""
    handled: Decimal
    """Base units that were received or shipped before."""


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


def new_number(session: Session, header: type[PurchaseHeader | SalesHeader], series: str) -> str:
    """The next number of the series that nobody used by hand. Raises SetupMissing."""
    number = next_number(session, series)
    while session.get(header, (current_plant(session), number)) is not None:
        number = next_number(session, series)
    return number


def line_values(session: Session, order_no: str, lines: Sequence[NewOrderLine], date_column: str) -> list[dict[str, Any]]:
    """Rows of order lines. Raises NotFound for item or location, ItemBlocked, UnitUnknown, BelowPrecision."""
    goods = goods_of(session, (line.item_no for line in lines))
    require_locations(session, (line.location_code for line in lines))
    return [_line_row(session, order_no, index, line, goods, date_column) for index, line in enumerate(lines, 1)]


def _line_row(session: Session, order_no: str, index: int, line: NewOrderLine, goods: Goods, date_column: str) -> dict[str, Any]:
    master = goods.masters[line.item_no]
    if master.blocked:
        raise ItemBlocked(item=line.item_no)
    amount = measured(master, goods.factors, line.quantity, line.unit_code)
    return {
        "plant_no": current_plant(session),
        "order_no": order_no,
        "line_no": index * LINE_STEP,
        "item_no": line.item_no,
        "variant_code": line.variant_code,
        "location_code": line.location_code,
        "unit_code": amount.unit_code,
        "quantity": amount.quantity,
        "quantity_per_unit": amount.quantity_per_unit,
        "quantity_base": amount.base,
        date_column: line.date,
    }


def lock_order(session: Session, header: type[PurchaseHeader | SalesHeader], record: str, order_no: str, needed: OrderStatus) -> Row[Any]:
    """Lock an order before its lines are read (A23). Raises NotFound, DocumentStatus."""
    statement = (
        update(header)
        .where(header.plant_no == current_plant(session), header.no == order_no)
        .values(version=header.version + 1)
        .returning(*header.__table__.c)
    )
    row: Row[Any] | None = session.connection().execute(statement).one_or_none()
    if row is None:
        raise NotFound(record=record, number=order_no)
    if row.status != needed:
        raise DocumentStatus(record=record, number=order_no, status=row.status, needed=needed.value)
    return row


def order_lines(session: Session, model: type[PurchaseLine | SalesLine], order_no: str) -> dict[int, OrderLine]:
    """The lines of a locked order, by line number."""
    table = model.__table__
    handled = table.c.received_base if model is PurchaseLine else table.c.shipped_base
    columns = (
        table.c.line_no,
        table.c.item_no,
        table.c.variant_code,
        table.c.location_code,
        table.c.unit_code,
        table.c.quantity_base,
        handled,
    )
    rows = session.connection().execute(select(*columns).where(plant(session, table), table.c.order_no == order_no))
    return {row.line_no: OrderLine(*row) for row in rows}


def check_open(order_no: str, lines: Mapping[int, OrderLine], moved: Mapping[int, Decimal], goods: Goods) -> None:
    """No line takes more than was ordered. Raises MoreThanOrdered."""
    for line_no, quantity in sorted(moved.items()):
        line = lines[line_no]
        left = line.ordered - line.handled
        if quantity > left:
            unit = goods.masters[line.item_no].base_unit_code
            raise MoreThanOrdered(
                number=order_no, line_no=line_no, item=line.item_no, quantity=shown(quantity), open_quantity=shown(left), unit=unit
            )


def require_lines(lines: Mapping[int, OrderLine], wanted: Iterable[int], order_no: str) -> None:
    """Raises NotFound for the first line that the order does not have."""
    for line_no in sorted(set(wanted)):
        if line_no not in lines:
            raise NotFound(record="order line", number=f"{order_no} {line_no}")


def write_handled(session: Session, model: type[PurchaseLine | SalesLine], order_no: str, moved: Mapping[int, Decimal]) -> None:
    """Count what came or went on the lines: one executemany, guarded by the CHECK of the table."""
    column = "received_base" if model is PurchaseLine else "shipped_base"
    table = model.__table__
    statement = (
        update(model)
        .where(plant(session, table), table.c.order_no == order_no, table.c.line_no == bindparam("key_line"))
        .values({column: table.c[column] + bindparam("more", type_=QuantityType)})
    )
    rows = [{"key_line": line_no, "more": quantity} for line_no, quantity in sorted(moved.items())]
    result = session.connection().execute(statement, rows)
    assert result.rowcount == len(rows), "a locked order lost a line"


def close_when_done(
    session: Session,
    header: type[PurchaseHeader | SalesHeader],
    order_no: str,
    lines: Mapping[int, OrderLine],
    moved: Mapping[int, Decimal],
) -> str:
    """Complete the order when nothing is open any more. Gives its status."""
    if any(line.handled + moved.get(line_no, ZERO) < line.ordered for line_no, line in lines.items()):
        return OrderStatus.RELEASED.value
    statement = update(header).where(header.plant_no == current_plant(session), header.no == order_no)
    session.connection().execute(statement.values(status=OrderStatus.COMPLETED.value))
    return OrderStatus.COMPLETED.value


def sums_by_line(lines: Iterable[tuple[int, Decimal]]) -> dict[int, Decimal]:
    """Base quantity for each order line."""
    sums: dict[int, Decimal] = {}
    for line_no, quantity in lines:
        sums[line_no] = sums.get(line_no, ZERO) + quantity
    return sums
