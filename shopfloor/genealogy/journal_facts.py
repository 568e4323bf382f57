"""What is registered on an order, as far as journals by hand have to respect it. A constant number of statements."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.genealogy.models import ComponentAssociation, TrackedProduct
from shopfloor.items.tracking import Tracking
from shopfloor.production.rules import MAIN_LINE
from shopfloor.quantity import ZERO

_row = table(TrackedProduct)
_association = table(ComponentAssociation)
Key = tuple[int, int, str, str]
"""Row (0: order), component line, serial, lot."""
Products = dict[tuple[str, str], str]
"""(item, number) of a registered product -> its order."""


@dataclass(frozen=True)
class Registered:
    """The registrations of an order that journal lines could collide with."""

    unposted: dict[int, Decimal]
    """By component line: registered and not consumed yet."""
    keys: frozenset[Key]
    """Every combination that an association has or had: its ledger entries belong to it."""
    serials: dict[tuple[str, str], tuple[str, str]]
    """(item, serial) that is registered anywhere -> the unit and the order that it is registered for."""
    rows: dict[int, tuple[str, str]]
    """Rows of the order that are there: number and state."""
    waiting: Decimal
    """Base units of the product that are registered and not reported yet."""

    def unit_of(self, match_id: int) -> str:
        """The unit as people name it."""
        return self.rows[match_id][0] if match_id in self.rows else "the order"


def registered_on(
    session: Session, order_no: str, component_line_nos: Collection[int], match_ids: Collection[int], serial_nos: Collection[str] = ()
) -> Registered:
    """Associations of the lines and the rows of an order; call it under the order's lock. Four statements at most."""
    a, r = _association.c, _row.c
    of_lines = and_(plant(session, _association), a.order_no == order_no, a.component_line_no.in_(sorted(component_line_nos) or [0]))
    connection = session.connection()
    sums = connection.execute(
        select(a.component_line_no, func.sum(a.quantity - a.consumed_quantity, type_=a.quantity.type))
        .where(of_lines, a.state != "Removed")
        .group_by(a.component_line_no)
    )
    keys = connection.execute(
        select(a.match_id, a.component_line_no, a.serial_no, a.lot_no).where(of_lines, a.match_id.in_(sorted({0, *match_ids})))
    )
    rows = connection.execute(
        select(r.match_id, r.order_line_no, r.serial_no, r.lot_no, r.state, r.quantity, r.good_quantity, r.error_quantity)
        .where(plant(session, _row), r.order_no == order_no, r.state != "Removed")
    ).all()
    return Registered(
        {row.component_line_no: row[1] for row in sums},
        frozenset((key.match_id, key.component_line_no, key.serial_no, key.lot_no) for key in keys),
        _registered_serials(session, serial_nos),
        {row.match_id: (row.serial_no or row.lot_no, row.state) for row in rows},
        sum(
            (r.quantity - r.good_quantity - r.error_quantity for r in rows if r.state == "Open" and r.order_line_no == MAIN_LINE), ZERO
        ),
    )


def _registered_serials(session: Session, serial_nos: Collection[str]) -> dict[tuple[str, str], tuple[str, str]]:
    """OPS-2: a serial is in one place at a time, on whatever order."""
    if not serial_nos:
        return {}
    a, r = _association.c, _row.c
    found = session.connection().execute(
        select(a.item_no, a.serial_no, a.order_no, r.serial_no.label("unit_serial"), r.lot_no.label("unit_lot"))
        .outerjoin(_row, and_(r.plant_no == a.plant_no, r.match_id == a.match_id))
        .where(plant(session, _association), a.state != "Removed", a.serial_no.in_(sorted(serial_nos)))
    )
    return {(f.item_no, f.serial_no): (f.unit_serial or f.unit_lot or "the order", f.order_no) for f in found}


def rows_with_numbers(session: Session, order_no: str, goods: Collection[tuple[str, Tracking]]) -> Products:
    """Numbers of items that are registered products: of serials on any order, of lots on this one. One statement."""
    serials = sorted({t.serial_no for _, t in goods} - {""})
    lots = sorted({t.lot_no for _, t in goods if not t.serial_no} - {""})
    if not serials and not lots:
        return {}
    r = _row.c
    same = or_(r.serial_no.in_(serials), and_(r.order_no == order_no, r.serial_no == "", r.lot_no.in_(lots)))
    rows = session.connection().execute(
        select(r.item_no, r.serial_no, r.lot_no, r.order_no).where(
            plant(session, _row), r.item_no.in_(sorted({item_no for item_no, _ in goods})), r.state != "Removed", same
        )
    )
    return {(row.item_no, row.serial_no or row.lot_no): row.order_no for row in rows}
