"""Sales lines as demand and purchase lines as supply, for reservations (RS-01, RS-15)."""

from __future__ import annotations

from sqlalchemy import and_, literal, type_coerce

from shopfloor.db import QuantityType, table
from shopfloor.orders.models import Customer, OrderDocument, OrderStatus, PurchaseHeader, PurchaseLine, SalesHeader, SalesLine
from shopfloor.reservations.models import ReservationSource
from shopfloor.reservations.sources import LineSource, register

_sales, _sales_header, _customer = table(SalesLine), table(SalesHeader), table(Customer)
_purchase, _purchase_header = table(PurchaseLine), table(PurchaseHeader)
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
