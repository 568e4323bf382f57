"""Works orders and sales of the demo plant through: made, started, scanned, reported, ended, shipped."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from shopfloor.demo.floor import Floor
from shopfloor.demo.names import LOCATION, MANAGER, PACK_STATION, STOREKEEPER, SUPERVISOR
from shopfloor.demo.story import Order, Sale, Unit
from shopfloor.demo.supply import LINE_STEP, due_date
from shopfloor.genealogy.inputs import ReadingInput, ReportInput, ReportLineInput, ScanInput, ScanRules, scan_rules
from shopfloor.genealogy.registration import register_scan, scan_log
from shopfloor.genealogy.reporting import report_as_finished
from shopfloor.genealogy.starting import start_order
from shopfloor.orders import commands as orders
from shopfloor.orders.inputs import NewOrderLine, NewSalesOrder, PostShipment, ShipmentLine
from shopfloor.people.settings import read_settings
from shopfloor.production import commands as production
from shopfloor.production.inputs import NewProductionOrder, OrderKey, StartOrder
from shopfloor.scanning.scanner_settings import ScannerSettings

MOVES = {
    "Estimated": (production.estimate_order,),
    "Scheduled": (production.schedule_order,),
    "Released": (production.release_order,),
}
CLOSING = {
    "Reported as finished": (production.end_job,),
    "Ended": (production.end_job, production.end_order),
}


def work_order(floor: Floor, order: Order, today: date) -> None:
    """From Created to the status that the story gives the order, with all its units."""
    given = NewProductionOrder(
        item_no=order.item_no, quantity=Decimal(order.quantity), location_code=LOCATION, due_date=due_date(today, order.due), no=order.no
    )
    floor.do(f"order-{order.no}", production.create_order, who=MANAGER, given=given)
    for move in MOVES.get(order.status, ()):
        floor.do(f"{move.__name__}-{order.no}", move, who=MANAGER, given=OrderKey(order_no=order.no))
    if order.started:
        start = StartOrder(order_no=order.no, quantity=Decimal(order.started))
        floor.do(f"start-{order.no}", start_order, who=MANAGER, given=start)
    floor.tick()
    rules = scan_rules(read_settings(floor.session), scanner=ScannerSettings(gs_verified=True), session_id=f"demo-{order.no}")
    for unit in order.units:
        build(floor, order, unit, rules)
        floor.tick()
    for close in CLOSING.get(order.status, ()):
        floor.do(f"{close.__name__}-{order.no}", close, who=MANAGER, given=OrderKey(order_no=order.no))


def build(floor: Floor, order: Order, unit: Unit, rules: ScanRules) -> None:
    """Scan a product and its parts as a worker does, and report it where the story says so."""
    match_id = 0
    for place, text in enumerate(unit.scans):
        scan = ScanInput(mode="Component" if match_id else "Product", product=match_id, **_arrived(order, text))
        actor = floor.actor(order.worker, order.station)
        answer = floor.do(
            f"scan-{unit.number}-{place}", register_scan, who=order.worker, station=order.station,
            log=scan_log(actor, order.no, scan, rules), order_no=order.no, scan=scan, rules=rules,
        )
        match_id = match_id or answer.match_id
    if unit.report:
        given = ReportInput(lines=[ReportLineInput(match_id=match_id)])
        done = floor.do(f"report-{unit.number}", report_as_finished, who=SUPERVISOR, station=order.station, order_no=order.no, given=given)
        assert done.done == [unit.number], done


def _arrived(order: Order, text: str) -> dict[str, Any]:
    """The pack bench reads matrix codes with a tablet's camera, which tells how good the print is (IMG-15); the others have scanners."""
    if order.station != PACK_STATION or not text.startswith("]d2"):
        return {"text": text, "source": "wedge"}
    unused = (70 + sum(map(ord, text)) % 25) / 100
    reading = ReadingInput(symbol="Data Matrix", identifier="]d2", unused_error_correction=unused)
    return {"text": text, "source": "camera", "reading": reading}


def sell(floor: Floor, sale: Sale, today: date) -> None:
    """A released sales order, and the shipment of the numbers that went."""
    line = NewOrderLine(item_no=sale.item_no, quantity=Decimal(sale.quantity), location_code=LOCATION, date=due_date(today, sale.due))
    given = NewSalesOrder(customer_no=sale.customer_no, no=sale.no, order_date=due_date(today, sale.due - 14), lines=(line,))
    floor.do(f"sale-{sale.no}", orders.create_sales_order, who=STOREKEEPER, given=given)
    floor.do(f"release-{sale.no}", orders.release_sales_order, who=STOREKEEPER, order_no=sale.no)
    if sale.shipped:
        lines = tuple(ShipmentLine(line_no=LINE_STEP, serial_no=number) for number in sale.shipped)
        floor.do(f"shipment-{sale.no}", orders.post_shipment, who=STOREKEEPER, given=PostShipment(order_no=sale.no, lines=lines))
    floor.tick()
