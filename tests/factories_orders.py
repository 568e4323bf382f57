"""Purchase and sales for tests, made by the real commands."""

from __future__ import annotations

from shopfloor.orders import commands
from shopfloor.orders.inputs import NewCustomer, NewPurchaseOrder, NewSalesOrder, NewVendor, PostReceipt, PostShipment
from shopfloor.orders.journal_inputs import PostItemJournal


def make_vendor(run, no="V1", name="Cells & Co"):
    run(commands.create_vendor, given=NewVendor(no=no, name=name, city="Aarhus", country="DK"))
    return no


def make_customer(run, no="C1", name="Bikes Ltd"):
    run(commands.create_customer, given=NewCustomer(no=no, name=name, city="Leeds", country="GB"))
    return no


def make_purchase_order(run, *lines, no="PO-1", vendor_no="V1", release=True):
    """Lines are dictionaries of NewOrderLine; the location is MAIN unless they say another."""
    given = NewPurchaseOrder(no=no, vendor_no=vendor_no, lines=[{"location_code": "MAIN", **line} for line in lines])
    number = run(commands.create_purchase_order, given=given).number
    if release:
        run(commands.release_purchase_order, order_no=number)
    return number


def make_sales_order(run, *lines, no="SO-1", customer_no="C1", release=True):
    given = NewSalesOrder(no=no, customer_no=customer_no, lines=[{"location_code": "MAIN", **line} for line in lines])
    number = run(commands.create_sales_order, given=given).number
    if release:
        run(commands.release_sales_order, order_no=number)
    return number


def receive(run, order_no, *lines, **more):
    """Lines are dictionaries of ReceiptLine; line 10000 unless they say another."""
    return run(commands.post_receipt, given=PostReceipt(order_no=order_no, lines=[{"line_no": 10000, **line} for line in lines], **more))


def ship(run, order_no, *lines, **more):
    return run(commands.post_shipment, given=PostShipment(order_no=order_no, lines=[{"line_no": 10000, **line} for line in lines], **more))


def adjust(run, *lines, confirmed=False, reason="opening stock"):
    """Lines are dictionaries of JournalLine; positive at MAIN unless they say otherwise."""
    filled = [{"entry_type": "Positive Adjmt.", "location_code": "MAIN", **line} for line in lines]
    return run(commands.post_item_journal, given=PostItemJournal(lines=filled, reason=reason, confirmed=confirmed))


def opening_stock(run, item_no, quantity="1", **more):
    """Stock of one item and number, such as `opening_stock(run, "CELL", "100", lot_no="L-1")`."""
    return adjust(run, {"item_no": item_no, "quantity": quantity, **more})
