"""What item journals and reclassification journals have in common: goods and places of their rows, with the row in every refusal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy.orm import Session

from shopfloor.errors import NotFound, in_row
from shopfloor.items.locations import location_problems
from shopfloor.items.queries import item_masters, unit_factors
from shopfloor.items.units import Measured
from shopfloor.orders.documents import Goods
from shopfloor.orders.inputs import NumberedLine


class JournalRow(Protocol):
    """A row that names an item and a location."""

    @property
    def item_no(self) -> str: ...

    @property
    def location_code(self) -> str: ...


def goods_of_rows(session: Session, rows: Sequence[JournalRow]) -> Goods:
    """Masters and units of the rows' items. Three statements. Raises NotFound for item or location,
    RecordBlocked and LocationInTransit, naming the row.
    """
    wanted = {row.item_no for row in rows}
    masters = item_masters(session, wanted)
    problems = location_problems(session, {row.location_code for row in rows})
    for number, row in enumerate(rows, 1):
        if row.item_no not in masters:
            with in_row(number, "item_no"):
                raise NotFound(record="item", number=row.item_no)
        if row.location_code in problems:
            with in_row(number, "location_code"):
                raise problems[row.location_code]
    return Goods(masters, unit_factors(session, wanted))


def amount_of_row(goods: Goods, number: int, item_no: str, line: NumberedLine) -> Measured:
    """What a row moves. Raises UnitUnknown, BelowPrecision, naming the row."""
    with in_row(number, "quantity"):
        return goods.amount(item_no, line)


