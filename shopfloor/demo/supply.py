"""Vendors and customers, and what was received from them or lay in the store on the first day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from shopfloor.demo import tour
from shopfloor.demo.floor import Task
from shopfloor.demo.names import BUSBAR, CELL, CONTROLLER, HOUSING, HOUSING_24, LABEL, LOCATION, PASTE, SCREW, STOREKEEPER
from shopfloor.orders import commands as orders
from shopfloor.orders.inputs import NewCustomer, NewOrderLine, NewPurchaseOrder, NewVendor, PostReceipt, ReceiptLine
from shopfloor.orders.journal_inputs import JournalLine, PostItemJournal

LINE_STEP = 10_000
CELLS, MORE_CELLS, BOARDS, CHEMICALS, METAL = "V-10100", "V-10200", "V-20100", "V-30100", "V-40100"
BOATS, MOBILITY, STORAGE = "C-10100", "C-10200", "C-10300"

Part = tuple[str, tuple[ReceiptLine, ...]]
"""An item, and the numbers of it that came; `line_no` is filled in by `received`."""


def serials(prefix: str, first: int, last: int) -> tuple[ReceiptLine, ...]:
    """Pieces with serial numbers that follow each other."""
    return tuple(ReceiptLine(line_no=1, serial_no=f"{prefix}-{number:06d}") for number in range(first, last + 1))


def lot(lot_no: str, quantity: str, *, vendor_lot_no: str = "", expires: date | None = None, made: date | None = None) -> ReceiptLine:
    """One lot."""
    return ReceiptLine(
        line_no=1, lot_no=lot_no, quantity=Decimal(quantity), vendor_lot_no=vendor_lot_no, expiration_date=expires, production_date=made
    )


def due_date(today: date, days: int) -> date:
    """The date that is so many days away."""
    return today + timedelta(days=days)


def partners() -> list[Task]:
    """Who we buy from and sell to."""
    vendors = [
        NewVendor(no=CELLS, name="Fjord Cells AS", city="Trondheim", country="NO"),
        NewVendor(no=MORE_CELLS, name="Volta Zellen GmbH", city="Dresden", country="DE"),
        NewVendor(no=BOARDS, name="Brightboard Oy", city="Tampere", country="FI"),
        NewVendor(no=CHEMICALS, name="Thermalink BV", city="Eindhoven", country="NL"),
        NewVendor(no=METAL, name="Alu Form ApS", city="Odense", country="DK"),
    ]
    customers = [
        NewCustomer(no=BOATS, name="Nordic Boats A/S", city="Aarhus", country="DK", email="quality@nordic-boats.example"),
        NewCustomer(no=MOBILITY, name="Alpine Mobility AG", city="Chur", country="CH", email="recall@alpine-mobility.example"),
        NewCustomer(no=STORAGE, name="Sunhouse Storage Ltd", city="Bristol", country="GB", email="service@sunhouse.example"),
    ]
    return [
        *(Task(f"vendor-{vendor.no}", orders.create_vendor, {"given": vendor}) for vendor in vendors),
        *(Task(f"customer-{customer.no}", orders.create_customer, {"given": customer}) for customer in customers),
    ]


def receipts(today: date) -> list[Task]:
    """What came in during the last weeks, and one order that is still under way."""
    ago = [today - timedelta(days=days) for days in range(60)]
    expires = today + timedelta(days=240)
    return [
        *received("PO-00081", CELLS, ago[42], [(CELL, (lot("CL-2608-A", "360", vendor_lot_no="FC-88120", made=ago[58]),))]),
        *received("PO-00084", METAL, ago[40], [
            (HOUSING, serials("HS", 301, 307)), (HOUSING_24, serials("HT", 501, 503)), (SCREW, (lot(tour.SCREW_LOT, "4000"),)),
        ]),
        *received("PO-00086", CHEMICALS, ago[38], [(PASTE, (
            lot(tour.PASTE_LOT, "18.5", vendor_lot_no="TC5-2611", expires=expires),
            lot(tour.EXPIRED_LOT, "0.8", vendor_lot_no="TC5-2603", expires=ago[12]),
        ))]),
        *received("PO-00088", BOARDS, ago[36], [
            (CONTROLLER, (*serials("BM", 401, 407), *serials("BM", 418, 421), *serials("BM", 423, 460))),
        ]),
        *received("PO-00089", MORE_CELLS, ago[33], [(CELL, (lot(tour.BAD_LOT, "144", vendor_lot_no="VZ-0917-2", made=ago[50]),))]),
        *received("PO-00091", CELLS, ago[26], [(CELL, (lot("CL-2609-A", "300", vendor_lot_no="FC-88341", made=ago[45]),))]),
        *received("PO-00093", METAL, ago[20], [(HOUSING, serials("HS", 318, 340)), (HOUSING_24, serials("HT", 504, 510))]),
        *received("PO-00096", CELLS, ago[9], [(CELL, (
            lot("CL-2610-A", "600", vendor_lot_no="FC-88502", made=ago[30]),
            lot("CL-2610-B", "480", vendor_lot_no="FC-88503", made=ago[29]),
        ))]),
        *ordered("PO-00100", MORE_CELLS, ago[3], [(CELL, "720"), (SCREW, "2000")]),
    ]


def opening_stock(today: date) -> list[Task]:
    """Untracked goods that lay there when the plant began."""
    lines = tuple(
        JournalLine(entry_type="Positive Adjmt.", item_no=item_no, location_code=LOCATION, quantity=Decimal(quantity))
        for item_no, quantity in ((BUSBAR, "2000"), (LABEL, "5000"))
    )
    given = PostItemJournal(lines=lines, reason="Opening stock", posting_date=today - timedelta(days=59))
    return [Task("opening-stock", orders.post_item_journal, {"given": given}, STOREKEEPER)]


def ordered(order_no: str, vendor_no: str, day: date, wanted: Iterable[tuple[str, str]]) -> list[Task]:
    """A released purchase order."""
    lines = tuple(NewOrderLine(item_no=item_no, quantity=Decimal(quantity), location_code=LOCATION) for item_no, quantity in wanted)
    given = NewPurchaseOrder(vendor_no=vendor_no, no=order_no, order_date=day, lines=lines)
    return [
        Task(f"purchase-{order_no}", orders.create_purchase_order, {"given": given}, STOREKEEPER),
        Task(f"release-{order_no}", orders.release_purchase_order, {"order_no": order_no}, STOREKEEPER),
    ]


def received(order_no: str, vendor_no: str, day: date, parts: Sequence[Part]) -> list[Task]:
    """A purchase order that came in whole, in one receipt."""
    wanted = [(item_no, _total(numbers)) for item_no, numbers in parts]
    lines = tuple(
        number.model_copy(update={"line_no": place * LINE_STEP}) for place, (_item, numbers) in enumerate(parts, 1) for number in numbers
    )
    given = PostReceipt(order_no=order_no, lines=lines, posting_date=day, vendor_shipment_no=f"DN-{order_no[3:]}")
    receipt = Task(f"receipt-{order_no}", orders.post_receipt, {"given": given}, STOREKEEPER)
    return [*ordered(order_no, vendor_no, day - timedelta(days=10), wanted), receipt]


def _total(numbers: tuple[ReceiptLine, ...]) -> str:
    return str(sum(1 if number.quantity is None else number.quantity for number in numbers))
