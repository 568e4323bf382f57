"""Open picking list and report journals as pages and use cases read them (LIF-9, LIF-11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from shopfloor.db import current_plant, plant, table
from shopfloor.genealogy.models import JournalKind, OpenJournalLine
from shopfloor.items.fingerprint import fingerprint
from shopfloor.items.models import Item, ItemUnitOfMeasure
from shopfloor.items.tracking import Tracking
from shopfloor.people.models import Operator
from shopfloor.production.models import ProdOrderComponent, ProdOrderLine
from shopfloor.quantity import ONE, ZERO, shown

_line = table(OpenJournalLine)
_component, _product = table(ProdOrderComponent), table(ProdOrderLine)
_item, _unit, _operator = table(Item), table(ItemUnitOfMeasure), table(Operator)
PICKING_LIST, REPORT = JournalKind.PICKING_LIST.value, JournalKind.REPORT.value


@dataclass(frozen=True)
class OpenLine:
    """One line of an open journal (LIF-11)."""

    journal_no: int
    line_no: int
    kind: str
    order_no: str
    source_line_no: int
    """Component line; of a report: order line."""
    order_line_no: int
    item_no: str
    description: str
    location_code: str
    """Where it is taken from; blank for a report."""
    tracking: Tracking
    proposal: Decimal
    """Base units; 0: made by hand."""
    quantity: Decimal
    """In `unit_code`."""
    error_quantity: Decimal
    scrap_quantity: Decimal
    """LIF-11: of a picking list, lost beside what goes in; in `unit_code`."""
    unit_code: str
    """Blank: the base unit."""
    base_unit_code: str
    base: Decimal
    """`quantity` in base units."""
    scrap_base: Decimal
    """`scrap_quantity` in base units."""
    end_line: bool
    posting_date: date | None
    owner_no: str
    owner: str
    created_at: datetime

    @property
    def shown_unit(self) -> str:
        """The unit that stands behind the quantity."""
        return self.unit_code or self.base_unit_code


def open_lines(session: Session, order_no: str, journal_no: int = 0) -> list[OpenLine]:
    """Lines of the open journals of an order, or of one of them. One statement."""
    of_component = and_(
        _line.c.kind == PICKING_LIST, _component.c.plant_no == _line.c.plant_no, _component.c.order_no == _line.c.order_no,
        _component.c.line_no == _line.c.source_line_no,
    )
    of_product = and_(
        _line.c.kind == REPORT, _product.c.plant_no == _line.c.plant_no, _product.c.order_no == _line.c.order_no,
        _product.c.line_no == _line.c.source_line_no,
    )
    statement = (
        select(
            _line, _component.c.order_line_no, _component.c.location_code, _product.c.line_no.label("product_line_no"),
            _item.c.no.label("item_no"), _item.c.description, _item.c.base_unit_code, _unit.c.quantity_per_unit, _operator.c.name,
        )
        .outerjoin(_component, of_component)
        .outerjoin(_product, of_product)
        .join(_item, or_(_item.c.no == _component.c.item_no, _item.c.no == _product.c.item_no))
        .outerjoin(_unit, and_(_unit.c.item_no == _item.c.no, _unit.c.unit_code == _line.c.unit_code))
        .outerjoin(_operator, _operator.c.no == _line.c.owner_no)
        .where(plant(session, _line), _line.c.order_no == order_no)
        .order_by(_line.c.journal_no, _line.c.line_no)
    )
    if journal_no:
        statement = statement.where(_line.c.journal_no == journal_no)
    return [
        OpenLine(
            journal_no=r.journal_no, line_no=r.line_no, kind=r.kind, order_no=r.order_no, source_line_no=r.source_line_no,
            order_line_no=r.product_line_no or r.order_line_no, item_no=r.item_no, description=r.description,
            location_code=r.location_code or "", tracking=Tracking(r.serial_no, r.lot_no, r.package_no), proposal=r.proposal,
            quantity=r.quantity, error_quantity=r.error_quantity, scrap_quantity=r.scrap_quantity, unit_code=r.unit_code,
            base_unit_code=r.base_unit_code,
            base=r.quantity * (r.quantity_per_unit or ONE), scrap_base=r.scrap_quantity * (r.quantity_per_unit or ONE),
            end_line=r.end_line, posting_date=r.posting_date, owner_no=r.owner_no,
            owner=r.name or r.owner_no, created_at=r.created_at,
        )
        for r in session.connection().execute(statement)
    ]


def journal_version(lines: Sequence[OpenLine]) -> str:
    """What one open journal holds, as one word: whoever saves or posts it shows it again, and older values are refused."""
    return fingerprint(*(
        [line.source_line_no, line.tracking.serial_no, line.tracking.lot_no, line.tracking.package_no, line.unit_code, shown(line.quantity),
         shown(line.error_quantity), shown(line.scrap_quantity), line.end_line, line.posting_date]
        for line in lines
    ))


# Built once: every report asks it, and putting the statement together costs more than running it.
_SPOKEN_FOR = (
    select(_component.c.order_line_no, _line.c.source_line_no, _line.c.quantity, _unit.c.quantity_per_unit)
    .join(
        _component,
        and_(
            _component.c.plant_no == _line.c.plant_no, _component.c.order_no == _line.c.order_no,
            _component.c.line_no == _line.c.source_line_no,
        ),
    )
    .outerjoin(_unit, and_(_unit.c.item_no == _component.c.item_no, _unit.c.unit_code == _line.c.unit_code))
    .where(
        _line.c.plant_no == bindparam("at_plant"), _line.c.order_no == bindparam("at_order"), _line.c.kind == PICKING_LIST,
        _line.c.journal_no != bindparam("own_journal"), _line.c.quantity > ZERO,
    )
)


def spoken_for(session: Session, order_no: str, *, own_journal: int = 0) -> dict[tuple[int, int], Decimal]:
    """PST-12: what open picking lists will consume, in base units by order line and component line; flushing leaves it to them.

    `own_journal`: an open journal that is being posted speaks for nothing else. One statement.
    """
    asked = {"at_plant": current_plant(session), "at_order": order_no, "own_journal": own_journal}
    sums: dict[tuple[int, int], Decimal] = {}
    for r in session.connection().execute(_SPOKEN_FOR, asked):
        key = (r.order_line_no, r.source_line_no)
        sums[key] = sums.get(key, ZERO) + r.quantity * (r.quantity_per_unit or ONE)
    return sums
