"""What the plant of the web tests holds: bills, orders, stock."""

from __future__ import annotations

from shopfloor.genealogy.starting import start_order
from shopfloor.orders import commands as orders
from shopfloor.orders.inputs import NewCustomer, NewPurchaseOrder, NewSalesOrder, NewVendor
from shopfloor.orders.item_journal import post_item_journal
from shopfloor.orders.journal_inputs import PostItemJournal
from shopfloor.production import commands as production
from shopfloor.production.bills import create_bom
from shopfloor.production.inputs import NewBom, NewProductionOrder, OrderKey, StartOrder


def work(run) -> None:
    """Orders RPO-A (created), RPO-B (released), RPO-C (started), PO-A, SO-A, stock of CELL lots and MODULE serials."""
    run(
        create_bom,
        given=NewBom(item_no="PACK", lines=({"item_no": "MODULE", "quantity_per": "2"}, {"item_no": "CELL", "quantity_per": "4"})),
    )
    for no in ("RPO-A", "RPO-B", "RPO-C"):
        run(
            production.create_order,
            given=NewProductionOrder(no=no, item_no="PACK", quantity="5", location_code="MAIN", due_date="2030-01-31"),
        )
    run(production.release_order, given=OrderKey(order_no="RPO-B"))
    run(start_order, given=StartOrder(order_no="RPO-C"))
    run(orders.create_vendor, given=NewVendor(no="V1", name="Cell works", city="Kiel", country="DE"))
    run(orders.create_customer, given=NewCustomer(no="C1", name="Boat yard", city="Aarhus", country="DK"))
    line = {"item_no": "CELL", "quantity": "100", "location_code": "MAIN"}
    run(orders.create_purchase_order, given=NewPurchaseOrder(no="PO-A", vendor_no="V1", lines=(line,)))
    run(orders.release_purchase_order, order_no="PO-A")
    run(orders.create_sales_order, given=NewSalesOrder(no="SO-A", customer_no="C1", lines=({**line, "quantity": "7"},)))
    run(orders.release_sales_order, order_no="SO-A")
    stock = [{"entry_type": "Positive Adjmt.", "item_no": "CELL", "location_code": "MAIN", "lot_no": "CL-1", "quantity": "50"}]
    stock += [
        {"entry_type": "Positive Adjmt.", "item_no": "MODULE", "location_code": "MAIN", "serial_no": f"MD-{number}"}
        for number in range(1, 6)
    ]
    run(post_item_journal, given=PostItemJournal(lines=tuple(stock), reason="opening"))
