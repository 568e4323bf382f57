"""Documents beside the daily receipts and sales: a transfer that is half way, and labels that went back to their vendor."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from shopfloor.demo.floor import Task
from shopfloor.demo.names import BUSBAR, HOUSING_24, LABEL, LOCATION, ON_THE_ROAD, SECOND_LOCATION, STOREKEEPER
from shopfloor.demo.supply import LINE_STEP, METAL
from shopfloor.orders import commands as orders
from shopfloor.orders.inputs import (
    NewOrderLine,
    NewPurchaseReturn,
    NewTransferLine,
    NewTransferOrder,
    OutboundLine,
    PostReturnShipment,
    PostTransfer,
    PostTransferReceipt,
    ReturnShipmentLine,
)
from shopfloor.orders.kinds import OrderKind
from shopfloor.orders.transfers import create_transfer_order, post_transfer_receipt, post_transfer_shipment

TRANSFER, RETURN = "TO-00012", "PRO-00007"


def documents(today: date) -> list[Task]:
    """What a newcomer finds under transfer orders and purchase return orders."""
    return [*_transfer(today), *_return(today)]


def _transfer(today: date) -> list[Task]:
    """Busbars and housings for the other hall: the busbars arrived, the housings are on their way."""
    wanted = ((BUSBAR, "200"), (HOUSING_24, "2"))
    given = NewTransferOrder(
        no=TRANSFER, from_code=LOCATION, to_code=SECOND_LOCATION, in_transit_code=ON_THE_ROAD, order_date=today - timedelta(days=2),
        lines=tuple(NewTransferLine(item_no=item_no, quantity=Decimal(quantity)) for item_no, quantity in wanted),
    )
    busbars = OutboundLine(line_no=LINE_STEP, quantity=Decimal(200))
    housings = tuple(OutboundLine(line_no=2 * LINE_STEP, serial_no=serial_no) for serial_no in ("HT-000509", "HT-000510"))
    shipment = PostTransfer(order_no=TRANSFER, lines=(busbars, *housings), posting_date=today - timedelta(days=1))
    receipt = PostTransferReceipt(order_no=TRANSFER, lines=(busbars,), posting_date=today)
    release = {"kind": OrderKind.TRANSFER, "order_no": TRANSFER}
    return [
        Task(f"transfer-{TRANSFER}", create_transfer_order, {"given": given}, STOREKEEPER),
        Task(f"release-{TRANSFER}", orders.release_order, release, STOREKEEPER),
        Task(f"transfer-shipment-{TRANSFER}", post_transfer_shipment, {"given": shipment}, STOREKEEPER),
        Task(f"transfer-receipt-{TRANSFER}", post_transfer_receipt, {"given": receipt}, STOREKEEPER),
    ]


def _return(today: date) -> list[Task]:
    """Misprinted labels: some went back, the rest is still to go."""
    line = NewOrderLine(item_no=LABEL, quantity=Decimal(500), location_code=LOCATION)
    given = NewPurchaseReturn(vendor_no=METAL, no=RETURN, order_date=today - timedelta(days=3), lines=(line,))
    sent = (ReturnShipmentLine(line_no=LINE_STEP, quantity=Decimal(400)),)
    shipment = PostReturnShipment(order_no=RETURN, lines=sent, posting_date=today - timedelta(days=1), reason="Misprinted")
    release = {"kind": OrderKind.PURCHASE_RETURN, "order_no": RETURN}
    return [
        Task(f"purchase-return-{RETURN}", orders.create_purchase_return, {"given": given}, STOREKEEPER),
        Task(f"release-{RETURN}", orders.release_order, release, STOREKEEPER),
        Task(f"return-shipment-{RETURN}", orders.post_return_shipment, {"given": shipment}, STOREKEEPER),
    ]
