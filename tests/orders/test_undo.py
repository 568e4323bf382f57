"""Undo of receipts and shipments, on both databases (AP-15, AP-01, D20)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import event

from shopfloor.errors import InvalidInput, NotAllowed, NotFound
from shopfloor.items import number_information
from shopfloor.items.inputs import HoldNumber
from shopfloor.ledger.entry_types import DocumentType
from shopfloor.ledger.errors import NotReversible, SerialInStock
from shopfloor.orders import queries
from shopfloor.orders.errors import AlreadyUndone
from shopfloor.orders.inputs import UndoPosted
from shopfloor.orders.undo import undo_posted
from shopfloor.people.actor import Actor
from shopfloor.people.fields import read_input
from shopfloor.reservations.rules import Demand
from shopfloor.tracing.queries import trace
from tests.factories_documents import books_are_right, entries_of, stock_at, undo
from tests.factories_items import CELL, MODULE, PACK, PASTE, plant_with_masters
from tests.factories_orders import (
    adjust,
    make_customer,
    make_purchase_order,
    make_sales_order,
    make_vendor,
    opening_stock,
    receive,
    ship,
)
from tests.factories_posting import Door


@pytest.fixture(autouse=True)
def masters(run):
    plant_with_masters(run)
    make_vendor(run)
    make_customer(run)


def test_ap_15_undo_of_a_receipt_takes_the_goods_out_again_and_the_order_waits(session, run):
    # 1. Two boxes of L-1 and 3 pieces of L-2 are received; the order is complete.
    make_purchase_order(run, {"item_no": CELL, "quantity": "27"})
    receipt = receive(run, "PO-1", {"quantity": "2", "unit_code": "BOX", "lot_no": "L-1"}, {"quantity": "3", "lot_no": "L-2"})
    assert receipt.order_status == "Completed"
    # 2. It was the wrong pallet: the whole receipt is undone.
    answer = undo(run, "receipt", receipt.receipt_no)
    assert (answer.order_no, answer.order_status, answer.line_count) == ("PO-1", "Released", 2)
    # 3. Correcting entries carry the same numbers, dates and unit, and name the originals; nothing is in stock.
    first, second, back, other = entries_of(session, receipt.receipt_no)
    assert (back.corrects_entry_no, other.corrects_entry_no) == (first.entry_no, second.entry_no)
    assert (back.entry_type, back.quantity, back.unit_code, back.quantity_in_unit) == ("Purchase", -24, "BOX", -2)
    assert (back.lot_no, back.source_no, back.document_line_no, back.reason) == ("L-1", "V1", 10000, "wrong pallet")
    assert stock_at(session, CELL) == {}
    # 4. The line waits for its goods again, and can be received anew.
    card = queries.purchase_order(session, "PO-1")
    assert (card.lines[0].handled_base, card.order.status) == (0, "Released")
    session.rollback()
    assert receive(run, "PO-1", {"quantity": "27", "lot_no": "L-1"}).order_status == "Completed"
    books_are_right(session)


def test_ap_15_chosen_entries_of_a_receipt_and_twice_is_refused(session, run):
    make_purchase_order(run, {"item_no": MODULE, "quantity": "3"})
    receipt_no = receive(run, "PO-1", *({"serial_no": f"M{n}"} for n in (1, 2, 3))).receipt_no
    numbers = [entry.entry_no for entry in entries_of(session, receipt_no)]
    undo(run, "receipt", receipt_no, numbers[1])
    assert stock_at(session, MODULE) == {("MAIN", "M1"): 1, ("MAIN", "M3"): 1}
    with pytest.raises(AlreadyUndone) as refused:
        undo(run, "receipt", receipt_no, numbers[1])
    assert str(numbers[1]) in refused.value.text()
    # The rest goes; then nothing is left to undo.
    assert undo(run, "receipt", receipt_no).line_count == 2
    with pytest.raises(AlreadyUndone):
        undo(run, "receipt", receipt_no)
    with pytest.raises(NotFound):
        undo(run, "receipt", receipt_no, 999_999)
    assert stock_at(session, MODULE) == {}
    books_are_right(session)


def test_ap_15_a_receipt_whose_goods_are_gone_or_reserved_stays(session, run, actor):
    make_purchase_order(run, {"item_no": CELL, "quantity": "10"})
    receipt_no = receive(run, "PO-1", {"quantity": "10", "lot_no": "L-1"}).receipt_no
    entry_no = entries_of(session, receipt_no)[0].entry_no
    # Reserved for somebody: refused.
    Door(run, session).reserve(actor, Demand("Sales Line", "SO-9", 10000), entry_no, 1)
    with pytest.raises(NotReversible) as refused:
        undo(run, "receipt", receipt_no)
    assert (refused.value.quantity, refused.value.left) == ("10", "9")
    # Shipped: refused.
    make_sales_order(run, {"item_no": CELL, "quantity": "4"})
    ship(run, "SO-1", {"quantity": "4", "lot_no": "L-1"})
    with pytest.raises(NotReversible):
        undo(run, "receipt", receipt_no)
    card = queries.purchase_order(session, "PO-1")
    assert (card.lines[0].handled_base, card.order.status) == (10, "Completed")
    session.rollback()
    books_are_right(session)


def test_ap_15_undo_of_a_shipment_brings_the_goods_back_with_their_dates(session, run):
    opening_stock(run, PASTE, "5", lot_no="D-1", expiration_date="2027-01-31")
    make_sales_order(run, {"item_no": PASTE, "quantity": "2"})
    shipment_no = ship(run, "SO-1", {"quantity": "2", "lot_no": "D-1"}).shipment_no
    answer = undo(run, "shipment", shipment_no)
    assert answer.order_status == "Released"
    went, came = entries_of(session, shipment_no)
    assert (came.quantity, came.corrects_entry_no, came.lot_no) == (2, went.entry_no, "D-1")
    assert came.expiration_date == went.expiration_date
    assert came.expiration_date is not None
    assert stock_at(session, PASTE) == {("MAIN", "D-1"): 5}
    assert queries.sales_order(session, "SO-1").lines[0].handled_base == 0
    session.rollback()
    with pytest.raises(AlreadyUndone):
        undo(run, "shipment", shipment_no)
    books_are_right(session)


def test_ap_01_a_shipment_is_not_undone_once_the_serial_is_in_stock_again(session, run):
    opening_stock(run, PACK, serial_no="P-0001")
    make_sales_order(run, {"item_no": PACK, "quantity": "1"})
    shipment_no = ship(run, "SO-1", {"serial_no": "P-0001"}).shipment_no
    adjust(run, {"item_no": PACK, "serial_no": "P-0001"}, confirmed=True)
    with pytest.raises(SerialInStock) as refused:
        undo(run, "shipment", shipment_no)
    assert refused.value.serial_no == "P-0001"
    assert stock_at(session, PACK) == {("MAIN", "P-0001"): 1}
    books_are_right(session)


@pytest.mark.parametrize("record", ["receipt", "shipment"])
def test_d20_a_hold_never_stops_an_undo(session, run, record):
    make_purchase_order(run, {"item_no": CELL, "quantity": "5"})
    document_no = receive(run, "PO-1", {"quantity": "5", "lot_no": "L-1"}).receipt_no
    if record == "shipment":
        make_sales_order(run, {"item_no": CELL, "quantity": "5"})
        document_no = ship(run, "SO-1", {"quantity": "5", "lot_no": "L-1"}).shipment_no
    run(number_information.hold_number, given=HoldNumber(item_no=CELL, kind="Lot", number="L-1", reason="bad weld"))
    undo(run, record, document_no)
    assert sum(stock_at(session, CELL).values()) == (0 if record == "receipt" else 5)
    books_are_right(session)


def test_ap_15_undo_needs_the_right_and_a_reason(run):
    make_purchase_order(run, {"item_no": CELL, "quantity": "5"})
    receipt_no = receive(run, "PO-1", {"quantity": "5", "lot_no": "L-1"}).receipt_no
    given = UndoPosted(document_no=receipt_no, reason="x")
    with pytest.raises(NotAllowed):
        run(undo_posted, Actor("E", "Eve", frozenset()), document_type=DocumentType.PURCHASE_RECEIPT, given=given)
    with pytest.raises(InvalidInput) as refused:
        read_input(UndoPosted, {"document_no": receipt_no, "reason": " "})
    assert list(refused.value.problems) == ["reason"]
    for record in ("receipt", "pallet"):
        with pytest.raises(NotFound):
            undo(run, record, "RCP-999")


def test_undo_takes_the_same_number_of_statements_for_2_and_300_serials(session, run, engine):
    seen, counts = [], []
    event.listen(engine, "before_cursor_execute", lambda *arguments: seen.append(arguments[2]))
    for order_no, size in (("PO-1", 2), ("PO-2", 300)):
        make_purchase_order(run, {"item_no": MODULE, "quantity": str(size)}, no=order_no)
        receipt_no = receive(run, order_no, *({"serial_no": f"{order_no}-{number:04d}"} for number in range(size))).receipt_no
        seen.clear()
        undo(run, "receipt", receipt_no)
        counts.append(len(seen))
    assert counts[0] == counts[1], counts
    assert stock_at(session, MODULE) == {}


def test_c10_undo_of_a_shipment_below_zero_pays_what_was_owed(session, run):
    from tests.factories_items import make_item

    make_item(run, "TAPE", negative_stock_allowed=True)
    make_sales_order(run, {"item_no": "TAPE", "quantity": "4"})
    shipment_no = ship(run, "SO-1", {"quantity": "4"}).shipment_no
    assert stock_at(session, "TAPE") == {("MAIN", ""): Decimal(-4)}
    undo(run, "shipment", shipment_no)
    assert stock_at(session, "TAPE") == {}
    books_are_right(session)


def test_c11_an_undone_shipment_is_struck_in_the_trace_and_its_customer_did_not_get_the_goods(session, run):
    make_customer(run, "C2", "Boats Ltd")
    opening_stock(run, PACK, serial_no="P-0001")
    make_sales_order(run, {"item_no": PACK, "quantity": "1"})
    undo(run, "shipment", ship(run, "SO-1", {"serial_no": "P-0001"}).shipment_no)
    make_sales_order(run, {"item_no": PACK, "quantity": "1"}, no="SO-2", customer_no="C2")
    ship(run, "SO-2", {"serial_no": "P-0001"})
    lines = trace(session, serial_no="P-0001", method="Origin -> Usage").lines
    assert [(line.state.value, line.struck, line.source_name) for line in lines] == [
        ("posted", False, ""), ("reversed", True, "Bikes Ltd"), ("reversal", False, "Bikes Ltd"), ("posted", False, "Boats Ltd")
    ]
    assert [line.certain for line in lines] == [True, False, True, True]
    session.rollback()
