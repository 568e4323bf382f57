"""Component lines as demand and order lines as supply, for reservations (RS-01, RS-15).

A created order is a simulation: it neither needs nor brings anything. After *Reported as finished* nothing more is made; components
may still be consumed until the order is ended.
"""

from __future__ import annotations

from sqlalchemy import and_, literal, type_coerce

from shopfloor.db import QuantityType, table
from shopfloor.production.models import ProdOrderComponent, ProdOrderLine, ProductionOrder, ProductionStatus
from shopfloor.reservations.models import ReservationSource
from shopfloor.reservations.sources import LineSource, register

_order, _line, _component = table(ProductionOrder), table(ProdOrderLine), table(ProdOrderComponent)
NO_DEMAND = (ProductionStatus.CREATED, ProductionStatus.ENDED)
NO_SUPPLY = (*NO_DEMAND, ProductionStatus.REPORTED)
_made = _line.c.good_quantity + _line.c.error_quantity

register(
    LineSource(
        source_type=ReservationSource.PROD_ORDER_COMPONENT,
        supply=False,
        header=_order,
        tables=(_component, _order),
        joined=_component.join(_order, and_(_order.c.plant_no == _component.c.plant_no, _order.c.no == _component.c.order_no)),
        order_no=_component.c.order_no,
        line_no=_component.c.order_line_no,
        sub_line_no=_component.c.line_no,
        item_no=_component.c.item_no,
        variant_code=_component.c.variant_code,
        location_code=_component.c.location_code,
        due_date=_order.c.due_date,
        outstanding=type_coerce(_component.c.expected_quantity - _component.c.consumed_quantity, QuantityType),
        is_open=and_(_order.c.status.not_in(NO_DEMAND), _component.c.consumed_quantity < _component.c.expected_quantity),
        priority=literal(0),
    )
)
register(
    LineSource(
        source_type=ReservationSource.PROD_ORDER_LINE,
        supply=True,
        header=_order,
        tables=(_line, _order),
        joined=_line.join(_order, and_(_order.c.plant_no == _line.c.plant_no, _order.c.no == _line.c.order_no)),
        order_no=_line.c.order_no,
        line_no=_line.c.line_no,
        sub_line_no=literal(0),
        item_no=_line.c.item_no,
        variant_code=_line.c.variant_code,
        location_code=_order.c.location_code,
        due_date=_order.c.due_date,
        outstanding=type_coerce(_line.c.quantity - _made, QuantityType),
        is_open=and_(_order.c.status.not_in(NO_SUPPLY), _made < _line.c.quantity),
        priority=literal(0),
    )
)
