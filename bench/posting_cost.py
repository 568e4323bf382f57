"""What a serial number costs when 1, 100 or 10,000 of them are posted at once: receipt, shipment and output."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bench import history, plant, service
from bench.databases import Database
from shopfloor.genealogy.journal_inputs import PostProductionJournal
from shopfloor.genealogy.production_journal import post_production_journal
from shopfloor.genealogy.starting import start_order
from shopfloor.items import commands as items
from shopfloor.items.inputs import NewItem
from shopfloor.orders import commands as orders
from shopfloor.orders.inputs import NewPurchaseOrder, NewSalesOrder, PostReceipt, PostShipment
from shopfloor.orders.receipt import post_receipt
from shopfloor.orders.shipment import post_shipment
from shopfloor.production import commands as production
from shopfloor.production.bills import create_bom
from shopfloor.production.inputs import NewBom, NewBomLine, NewProductionOrder, StartOrder

SIZES = (1, 100, 10_000)
"""Serial numbers in one posting."""
TIMES = {1: 15, 100: 8, 10_000: 3}
"""Postings of each size; the first is not counted."""
ITEM = plant.PARTS[0].item_no
MADE, SCREW = "MADE", "SCREW"


@dataclass(frozen=True)
class Cost:
    """Of the postings of one use case with one number of serials."""

    use_case: str
    serials: int
    wall: float
    """Milliseconds for each serial; the median posting."""
    cpu: float
    """The same of this process and the database server; the mean."""
    statements: int


def measure(database: Database, engine: Engine) -> list[Cost]:
    """Buy, ship and make serial numbers, the smallest postings first. The item and its orders have no history of their own."""
    costs = []
    with Session(engine) as session:
        run = plant.runner(session)
        _masters(run)
        make = [(name, partial(work, run)) for name, work in USE_CASES.items()]
        for size in SIZES:
            plant.settle(engine)
            for name, prepared in make:
                jobs = deque(prepared(f"{size}-{turn}", size) for turn in range(TIMES[size]))
                figures = service.timed(database, engine, [lambda jobs=jobs: jobs.popleft()() for _ in range(TIMES[size])])  # type: ignore[misc]
                costs.append(Cost(name, size, median(figures.wall) / size, figures.cpu / size, figures.statements))
    return costs


def _masters(run: Callable[..., Any]) -> None:
    common = {"base_unit_code": "PCS"}
    run(items.create_item, given=NewItem.model_validate({"no": SCREW, "description": "Screw", **common}))
    run(items.create_item, given=NewItem.model_validate({"no": MADE, "description": "Made", "item_tracking_code": "SN", **common}))
    run(create_bom, given=NewBom(item_no=MADE, lines=(NewBomLine(item_no=SCREW, quantity_per="1", flushing="Manual"),)))


def _receipt(run: Callable[..., Any], name: str, size: int) -> Callable[[], object]:
    line = {"item_no": ITEM, "quantity": str(size), "location_code": "MAIN"}
    given = NewPurchaseOrder.model_validate({"no": f"PO-{name}", "vendor_no": history.VENDOR, "lines": [line]})
    run(orders.create_purchase_order, given=given)
    run(orders.release_purchase_order, order_no=given.no)
    numbers = [{"line_no": 10000, "serial_no": number} for number in _numbers(name, size)]
    return partial(run, post_receipt, given=PostReceipt.model_validate({"order_no": given.no, "lines": numbers}))


def _shipment(run: Callable[..., Any], name: str, size: int) -> Callable[[], object]:
    line = {"item_no": ITEM, "quantity": str(size), "location_code": "MAIN"}
    given = NewSalesOrder.model_validate({"no": f"SO-{name}", "customer_no": history.CUSTOMER, "lines": [line]})
    run(orders.create_sales_order, given=given)
    run(orders.release_sales_order, order_no=given.no)
    numbers = [{"line_no": 10000, "serial_no": number} for number in _numbers(name, size)]
    return partial(run, post_shipment, given=PostShipment.model_validate({"order_no": given.no, "lines": numbers}))


def _output(run: Callable[..., Any], name: str, size: int) -> Callable[[], object]:
    order_no = f"MO-{name}"
    run(production.create_order, given=NewProductionOrder(no=order_no, item_no=MADE, quantity=str(size), location_code="MAIN"))
    run(start_order, given=StartOrder(order_no=order_no, quantity=str(size)))
    lines = [{"entry_type": "Output", "line_no": 10000, "serial_no": f"M-{number}"} for number in _numbers(name, size)]
    return partial(run, post_production_journal, order_no=order_no, given=PostProductionJournal.model_validate({"lines": lines}))


def _numbers(name: str, size: int) -> list[str]:
    """What one turn receives, the same turn ships."""
    return [f"K-{name}-{number:05d}" for number in range(size)]


USE_CASES = {"receipt": _receipt, "shipment": _shipment, "output": _output}
