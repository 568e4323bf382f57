"""Vendors, customers, purchase and sales orders, receipts, shipments, item journal."""

from __future__ import annotations

from pydantic import Field
from werkzeug.wrappers import Response

from shopfloor.orders import commands, queries
from shopfloor.orders.expiration_correction import change_expiration_date
from shopfloor.orders.inputs import NewCustomer, NewPurchaseOrder, NewSalesOrder, NewVendor, PostReceipt, PostShipment
from shopfloor.orders.item_journal import post_item_journal
from shopfloor.orders.journal_inputs import ExpirationCorrection, PostItemJournal, PostReclassification
from shopfloor.orders.receipt import post_receipt
from shopfloor.orders.reclassification import post_reclassification
from shopfloor.orders.shipment import post_shipment
from shopfloor.web.api.base import READS, WRITES, OrderPath, PageQuery, WriteHeaders, blueprint, command, page, show
from shopfloor.web.extensions import request_session
from shopfloor.web.lists import found

api = blueprint("orders", "Purchase, sales and item journal")


class OrdersQuery(PageQuery):
    """Orders of one status."""

    status: str = Field(default="", max_length=20)


@api.get("/vendors", summary="Vendors", responses=READS)
def vendors(query: PageQuery) -> Response:
    """A page of vendors."""
    return page(queries.list_vendors(request_session(), after=query.after, limit=query.limit))


@api.get("/customers", summary="Customers", responses=READS)
def customers(query: PageQuery) -> Response:
    """A page of customers."""
    return page(queries.list_customers(request_session(), after=query.after, limit=query.limit))


@api.get("/purchase-orders", summary="Purchase orders", responses=READS)
def purchase_orders(query: OrdersQuery) -> Response:
    """A page of purchase orders."""
    return page(queries.list_purchase_orders(request_session(), **query.model_dump()))


@api.get("/purchase-orders/<order_no>", summary="One purchase order with lines and receipts", responses=READS)
def purchase_order(path: OrderPath) -> Response:
    """One purchase order."""
    return show(found("purchase order", path.order_no, queries.purchase_order(request_session(), path.order_no)))


@api.get("/sales-orders", summary="Sales orders", responses=READS)
def sales_orders(query: OrdersQuery) -> Response:
    """A page of sales orders."""
    return page(queries.list_sales_orders(request_session(), **query.model_dump()))


@api.get("/sales-orders/<order_no>", summary="One sales order with lines and shipments", responses=READS)
def sales_order(path: OrderPath) -> Response:
    """One sales order."""
    return show(found("sales order", path.order_no, queries.sales_order(request_session(), path.order_no)))


@api.post("/vendors", summary="Add a vendor", responses=WRITES)
def create_vendor(header: WriteHeaders, body: NewVendor) -> Response:
    """Somebody we buy from."""
    return command(commands.create_vendor, header, given=body)


@api.post("/customers", summary="Add a customer", responses=WRITES)
def create_customer(header: WriteHeaders, body: NewCustomer) -> Response:
    """Somebody we sell to."""
    return command(commands.create_customer, header, given=body)


@api.post("/purchase-orders", summary="Create a purchase order", responses=WRITES)
def create_purchase_order(header: WriteHeaders, body: NewPurchaseOrder) -> Response:
    """An open purchase order."""
    return command(commands.create_purchase_order, header, given=body)


@api.post("/purchase-orders/<order_no>/release", summary="Release a purchase order", responses=WRITES)
def release_purchase_order(path: OrderPath, header: WriteHeaders) -> Response:
    """Goods may come in."""
    return command(commands.release_purchase_order, header, order_no=path.order_no)


@api.post("/sales-orders", summary="Create a sales order", responses=WRITES)
def create_sales_order(header: WriteHeaders, body: NewSalesOrder) -> Response:
    """An open sales order."""
    return command(commands.create_sales_order, header, given=body)


@api.post("/sales-orders/<order_no>/release", summary="Release a sales order", responses=WRITES)
def release_sales_order(path: OrderPath, header: WriteHeaders) -> Response:
    """Goods may go out."""
    return command(commands.release_sales_order, header, order_no=path.order_no)


@api.post("/receipts", summary="Post a receipt", responses=WRITES)
def receipts(header: WriteHeaders, body: PostReceipt) -> Response:
    """Goods that came in for a purchase order: all lines or none."""
    return command(post_receipt, header, given=body)


@api.post("/shipments", summary="Post a shipment", responses=WRITES)
def shipments(header: WriteHeaders, body: PostShipment) -> Response:
    """Goods that go out for a sales order: all lines or none."""
    return command(post_shipment, header, given=body)


@api.post("/item-journals", summary="Post an item journal", responses=WRITES)
def item_journals(header: WriteHeaders, body: PostItemJournal) -> Response:
    """Positive and negative adjustments: all lines or none."""
    return command(post_item_journal, header, given=body)


@api.post("/reclassification-journals", summary="Post an item reclassification journal", responses=WRITES)
def reclassification_journals(header: WriteHeaders, body: PostReclassification) -> Response:
    """Another number, date or place for goods: all lines or none."""
    return command(post_reclassification, header, given=body)


@api.post("/numbers/expiration", summary="Correct the expiration date of a number", responses=WRITES)
def correct_expiration(header: WriteHeaders, body: ExpirationCorrection) -> Response:
    """All that is open of the number is reclassified; the history keeps the old date."""
    return command(change_expiration_date, header, given=body)
