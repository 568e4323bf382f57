"""Journal lines that leave their number blank take those that stand on their order line (PR-02, PR-03, TL-04)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from sqlalchemy.orm import Session

from shopfloor.errors import in_row
from shopfloor.genealogy.journal_inputs import CONSUMPTION, ProductionJournalLine
from shopfloor.items.masters import ItemMaster
from shopfloor.items.tracking import Tracking
from shopfloor.items.units import UnitFactors, measured
from shopfloor.production.components import OrderLine
from shopfloor.production.planned import held_by_number
from shopfloor.production.rules import Component
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.models import ReservationSource
from shopfloor.reservations.queries import reservations_of
from shopfloor.reservations.rules import Demand
from shopfloor.reservations.tracking_errors import ToHandleDiffers
from shopfloor.reservations.tracking_records import tracking_records

Rows = list[tuple[int, ProductionJournalLine]]
"""Lines with the row that was typed, from 1."""
Numbers = dict[Demand, dict[Tracking, Decimal]]
"""Base quantity to handle of each number, by order line."""


def to_handle(session: Session, lines: Iterable[Demand], *, held: bool = True) -> Numbers:
    """Numbers of one order's lines that stand to be handled: planned ones, those that are reserved of what it makes, and with `held`
    those that component lines hold by name. Three statements.
    """
    wanted = list(lines)
    numbers: Numbers = defaultdict(lambda: defaultdict(Decimal))
    components = [line for line in wanted if line.source_type == ReservationSource.PROD_ORDER_COMPONENT.value]
    for piece in reservations_of(session, components) if held and components else ():
        if piece.specific and not piece.demand.association_no:
            numbers[piece.demand][piece.tracking] += piece.quantity
    outputs = {line.source_line_no: line for line in wanted if line.source_type == ReservationSource.PROD_ORDER_LINE.value}
    for (line_no, tracking), quantity in held_by_number(session, wanted[0].source_id).items() if outputs else ():
        if line_no in outputs:
            numbers[outputs[line_no]][tracking] += quantity
    for record in tracking_records(session, wanted):
        if record.to_handle > ZERO:
            numbers[record.line][record.tracking] += record.to_handle
    return numbers


def with_planned_numbers(
    session: Session, order_no: str, lines: Sequence[ProductionJournalLine], components: Mapping[int, Component],
    products: Mapping[int, OrderLine], masters: Mapping[str, ItemMaster], factors: UnitFactors, *, fixed: bool,
) -> Rows:
    """All rows; one that leaves its number blank becomes one for each planned number. `fixed`: the order itself numbers its product.

    Raises ToHandleDiffers for a row whose quantity is not what stands to be handled.
    """
    asking: dict[int, Demand] = {}
    for row, line in enumerate(lines, 1):
        demand = _source(order_no, line, components, products)
        numbered = fixed and line.entry_type != CONSUMPTION
        if demand is not None and not (line.negative() or line.tracking() or line.match_id or line.scrap() or numbered):
            asking[row] = demand
    numbers = to_handle(session, set(asking.values())) if asking else {}
    rows: Rows = []
    for row, line in enumerate(lines, 1):
        planned = numbers.get(asking[row], {}) if row in asking else {}
        if not planned:
            rows.append((row, line))
            continue
        item_no = components[line.line_no].item_no if line.entry_type == CONSUMPTION else products[line.line_no].item_no
        with in_row(row, "quantity"):
            quantity = measured(masters[item_no], factors, line.good(), line.unit_code).base
            total = sum(planned.values(), ZERO)
            if total != quantity:
                raise ToHandleDiffers(
                    document=f"{order_no}, line {line.line_no}", item=item_no, to_handle=shown(total), quantity=shown(quantity),
                    unit=masters[item_no].base_unit_code,
                )
        rows += [(row, line.model_copy(update={**vars(one), "quantity": part, "unit_code": ""})) for one, part in planned.items()]
        numbers.pop(asking[row])
    return rows


def _source(
    order_no: str, line: ProductionJournalLine, components: Mapping[int, Component], products: Mapping[int, OrderLine]
) -> Demand | None:
    """The order line whose numbers a journal line may take; None: there is none."""
    if line.entry_type != CONSUMPTION:
        return Demand(ReservationSource.PROD_ORDER_LINE.value, order_no, line.line_no) if line.line_no in products else None
    component = components.get(line.line_no)
    if component is None:
        return None
    return Demand(ReservationSource.PROD_ORDER_COMPONENT.value, order_no, component.order_line_no, component.line_no)
