"""Sales lines as demand, purchase lines as supply, and transfer lines as both, for reservations (RS-01, RS-15)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, type_coerce

from shopfloor.db import QuantityType, table
from shopfloor.orders.models import (
    Customer,
    OrderDocument,
    OrderStatus,
    PurchaseHeader,
    PurchaseLine,
    SalesHeader,
    SalesLine,
    TransferHeader,
    TransferLine,
)
from shopfloor.reservations.models import ReservationSource
from shopfloor.reservations.sources import LineSource, register

_sales, _sales_header, _customer = table(SalesLine), table(SalesHeader), table(Customer)
_purchase, _purchase_header = table(PurchaseLine), table(PurchaseHeader)
_transfer, _transfer_header = table(TransferLine), table(TransferHeader)
NO_SUB_LINE = literal(0)
WAITING = (OrderStatus.OPEN.value, OrderStatus.RELEASED.value)
"""What a completed or closed order had open is given up; return orders reserve nothing."""

register(
    LineSource(
        source_type=ReservationSource.SALES_LINE,
        supply=False,
        header=_sales_header,
        tables=(_sales, _sales_header),
        joined=_sales.join(
            _sales_header, and_(_sales_header.c.plant_no == _sales.c.plant_no, _sales_header.c.no == _sales.c.order_no)
        ).join(_customer, _customer.c.no == _sales_header.c.customer_no),
        order_no=_sales.c.order_no,
        line_no=_sales.c.line_no,
        sub_line_no=NO_SUB_LINE,
        item_no=_sales.c.item_no,
        variant_code=_sales.c.variant_code,
        location_code=_sales.c.location_code,
        due_date=_sales.c.shipment_date,
        outstanding=type_coerce(_sales.c.quantity_base - _sales.c.shipped_base, QuantityType),
        is_open=and_(
            _sales_header.c.document_type == OrderDocument.ORDER.value, _sales_header.c.status.in_(WAITING),
            _sales.c.shipped_base < _sales.c.quantity_base,
        ),
        priority=_customer.c.priority,
    )
)
register(
    LineSource(
        source_type=ReservationSource.PURCHASE_LINE,
        supply=True,
        header=_purchase_header,
        tables=(_purchase, _purchase_header),
        joined=_purchase.join(
            _purchase_header, and_(_purchase_header.c.plant_no == _purchase.c.plant_no, _purchase_header.c.no == _purchase.c.order_no)
        ),
        order_no=_purchase.c.order_no,
        line_no=_purchase.c.line_no,
        sub_line_no=NO_SUB_LINE,
        item_no=_purchase.c.item_no,
        variant_code=_purchase.c.variant_code,
        location_code=_purchase.c.location_code,
        due_date=_purchase.c.expected_receipt_date,
        outstanding=type_coerce(_purchase.c.quantity_base - _purchase.c.received_base, QuantityType),
        is_open=and_(
            _purchase_header.c.document_type == OrderDocument.ORDER.value, _purchase_header.c.status.in_(WAITING),
            _purchase.c.received_base < _purchase.c.quantity_base,
        ),
        priority=literal(0),
    )
)


def _transfer_lines(
    *, supply: bool, location_code: ColumnElement[str], due_date: ColumnElement[Any], moved: ColumnElement[Any]
) -> LineSource:
    """One side of transfer lines; `moved` counts what went through it."""
    of_order = and_(_transfer_header.c.plant_no == _transfer.c.plant_no, _transfer_header.c.no == _transfer.c.order_no)
    return LineSource(
        source_type=ReservationSource.TRANSFER_LINE,
        supply=supply,
        header=_transfer_header,
        tables=(_transfer, _transfer_header),
        joined=_transfer.join(_transfer_header, of_order),
        order_no=_transfer.c.order_no,
        line_no=_transfer.c.line_no,
        sub_line_no=NO_SUB_LINE,
        item_no=_transfer.c.item_no,
        variant_code=_transfer.c.variant_code,
        location_code=location_code,
        due_date=due_date,
        outstanding=type_coerce(_transfer.c.quantity_base - moved, QuantityType),
        is_open=and_(_transfer_header.c.status.in_(WAITING), moved < _transfer.c.quantity_base),
        priority=literal(0),
    )


register(
    _transfer_lines(
        supply=False, location_code=_transfer_header.c.from_code, due_date=_transfer.c.shipment_date, moved=_transfer.c.shipped_base
    )
)
register(
    _transfer_lines(
        supply=True, location_code=_transfer_header.c.to_code, moved=_transfer.c.received_base,
        due_date=func.coalesce(_transfer.c.receipt_date, _transfer.c.shipment_date),
    )
)
