"""Purchase and sales return orders on both databases (C9, AP-08, TL-15, EX-04, D20, TR-25)."""

from __future__ import annotations

import threading
import time
from decimal import Decimal

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from shopfloor.db.unit_of_work import Command, unit_of_work
from shopfloor.errors import NotFound, Refusal
from shopfloor.items import number_information
from shopfloor.items.inputs import HoldNumber
from shopfloor.ledger.entry_types import DocumentType
from shopfloor.ledger.errors import EntryDoesNotMatch, MoreThanPosted
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.orders import queries
from shopfloor.orders.commands import post_return_receipt
from shopfloor.orders.errors import DocumentStatus, MoreThanOrdered, NothingToReturn, OtherParty, SerialUsedBefore
from shopfloor.orders.inputs import PostReturnReceipt, UndoPosted
from shopfloor.orders.kinds import OrderKind
from shopfloor.orders.undo import undo_posted
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.posting.errors import EntryNotOpen
from shopfloor.reservations.errors import NumberOnHold, ReservedElsewhere
from shopfloor.reservations.models import ReservationEntry
from shopfloor.reservations.rules import Demand
from shopfloor.tracing.queries import trace
from tests.conftest import ADMINISTRATOR
from tests.factories_documents import (
    books_are_right,
    copy_posted,
    entries_of,
    make_purchase_return,
    make_sales_return,
    send_back,
    stock_at,
    take_back,
    undo,
)
from tests.factories_items import CELL, LABEL, MODULE, PACK, PASTE, plant_with_masters
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


def sold_cells(run, quantity="10"):
    """Lot L-1 went to customer C1; gives the shipment's number."""
    opening_stock(run, CELL, "20", lot_no="L-1")
    make_sales_order(run, {"item_no": CELL, "quantity": quantity})
    return ship(run, "SO-1", {"quantity": quantity, "lot_no": "L-1"}).shipment_no


def test_tl_15_posted_lines_to_reverse_bring_number_quantity_and_link(session, run):
    # 1. A pack is sold. 2. "Get posted lines to reverse" on the shipment makes a return order with it.
    opening_stock(run, PACK, serial_no="P-0001")
    make_sales_order(run, {"item_no": PACK, "quantity": "1"})
    shipment_no = ship(run, "SO-1", {"serial_no": "P-0001"}).shipment_no
    sale = entries_of(session, shipment_no)[0]
    order_no = copy_posted(run, "shipment", shipment_no)
    card = queries.order_card(session, OrderKind.SALES_RETURN, order_no)
    assert (order_no, card.order.party_no, card.lines[0].item_no, card.lines[0].quantity_base) == ("SRO-00001", "C1", PACK, 1)
    assert [(n.tracking.serial_no, n.quantity, n.applies_entry) for n in card.numbers] == [("P-0001", 1, sale.entry_no)]
    session.rollback()
    # 3. Receiving the number takes the sale back: nobody asks whether it is the same piece, and the link is there.
    answer = take_back(run, order_no, {"serial_no": "P-0001"})
    assert (answer.record, answer.document_no, answer.order_status) == ("Return receipt", "RRC-000001", "Completed")
    back = entries_of(session, answer.document_no)[0]
    assert (back.entry_type, back.quantity, back.document_type, back.source_no) == ("Sale", 1, "Return Receipt", "C1")
    assert stock_at(session, PACK) == {("MAIN", "P-0001"): 1}
    card = queries.order_card(session, OrderKind.SALES_RETURN, order_no)
    assert (card.numbers, [document.no for document in card.posted]) == ((), ["RRC-000001"])
    session.rollback()
    # 4. TR-25: forward the trace goes sale -> return -> next sale.
    make_sales_order(run, {"item_no": PACK, "quantity": "1"}, no="SO-2")
    ship(run, "SO-2", {"serial_no": "P-0001"})
    lines = trace(session, serial_no="P-0001", method="Origin -> Usage").lines
    assert [line.description for line in lines] == [
        "Item Ledger Entry IJ-000001", "Sales Shipment SHP-000001", "Return Receipt RRC-000001", "Sales Shipment SHP-000002"
    ]
    assert [line.depth for line in lines] == [0, 1, 2, 3]
    session.rollback()
    books_are_right(session)


def test_ap_08_no_more_comes_back_than_went_out(session, run):
    shipment_no = sold_cells(run)
    sale = entries_of(session, shipment_no)[0].entry_no
    first = copy_posted(run, "shipment", shipment_no)
    take_back(run, first, {"quantity": "4", "lot_no": "L-1"})
    # What came back is not offered again.
    second = copy_posted(run, "shipment", shipment_no)
    assert queries.order_card(session, OrderKind.SALES_RETURN, second).lines[0].quantity_base == 6
    session.rollback()
    take_back(run, second, {"quantity": "6", "lot_no": "L-1"})
    with pytest.raises(MoreThanPosted) as refused:
        take_back(run, first, {"quantity": "1", "lot_no": "L-1"})
    assert (refused.value.quantity, refused.value.left, refused.value.entry_no) == ("1", "0", sale)
    with pytest.raises(NothingToReturn):
        copy_posted(run, "shipment", shipment_no)
    assert stock_at(session, CELL) == {("MAIN", "L-1"): 20}
    books_are_right(session)


def test_ap_08_a_named_entry_must_be_a_sale_of_that_item_and_number(session, run):
    shipment_no = sold_cells(run)
    sale = entries_of(session, shipment_no)[0].entry_no
    make_sales_return(run, {"item_no": CELL, "quantity": "5"})
    with pytest.raises(EntryDoesNotMatch) as refused:
        take_back(run, "SRO-1", {"quantity": "5", "lot_no": "L-2", "applies_from_entry": sale})
    assert (refused.value.field, refused.value.found, refused.value.wanted) == ("number", "L-1", "L-2")
    with pytest.raises(EntryDoesNotMatch):
        take_back(run, "SRO-1", {"quantity": "5", "lot_no": "L-1", "applies_from_entry": sale - 1})
    with pytest.raises(NotFound):
        take_back(run, "SRO-1", {"quantity": "5", "lot_no": "L-1", "applies_from_entry": 999_999})
    take_back(run, "SRO-1", {"quantity": "5", "lot_no": "L-1", "applies_from_entry": sale})
    books_are_right(session)


def test_tr_25_a_return_without_applies_from_starts_a_chain_of_its_own(session, run):
    opening_stock(run, PACK, serial_no="P-0001")
    make_sales_order(run, {"item_no": PACK, "quantity": "1"})
    ship(run, "SO-1", {"serial_no": "P-0001"})
    make_sales_return(run, {"item_no": PACK, "quantity": "1"})
    take_back(run, "SRO-1", {"serial_no": "P-0001"})
    lines = trace(session, serial_no="P-0001", method="Origin -> Usage").lines
    assert [(line.depth, line.description) for line in lines] == [
        (0, "Item Ledger Entry IJ-000001"), (1, "Sales Shipment SHP-000001"), (0, "Return Receipt RRC-000001")
    ]
    session.rollback()
    books_are_right(session)


def test_peers_69_a_serial_that_was_sold_comes_back_without_a_false_warning(session, run):
    """Failure story 69: the sale leaves nothing at the customer that a return could collide with, nor an entry below zero."""
    opening_stock(run, PACK, serial_no="P-0001")
    for number in (1, 2):
        make_sales_order(run, {"item_no": PACK, "quantity": "1"}, no=f"SO-{number}")
        ship(run, f"SO-{number}", {"serial_no": "P-0001"})
        make_sales_return(run, {"item_no": PACK, "quantity": "1"}, no=f"SRO-{number}")
        take_back(run, f"SRO-{number}", {"serial_no": "P-0001"})
    assert stock_at(session, PACK) == {("MAIN", "P-0001"): 1}
    books_are_right(session)
    # The question is kept for a serial that left in another way (C14).
    adjust(run, {"item_no": PACK, "entry_type": "Negative Adjmt.", "serial_no": "P-0001"})
    make_sales_return(run, {"item_no": PACK, "quantity": "1"}, no="SRO-3")
    with pytest.raises(SerialUsedBefore):
        take_back(run, "SRO-3", {"serial_no": "P-0001"})


def test_peers_38_ship_return_ship_leaves_the_tree_unchanged(session, run):
    """Failure story 38: a return and another delivery do not lose where the goods came from."""
    make_purchase_order(run, {"item_no": PACK, "quantity": "1"})
    receive(run, "PO-1", {"serial_no": "P-0001"})
    make_sales_order(run, {"item_no": PACK, "quantity": "1"})
    shipment_no = ship(run, "SO-1", {"serial_no": "P-0001"}).shipment_no
    take_back(run, copy_posted(run, "shipment", shipment_no), {"serial_no": "P-0001"})
    make_sales_order(run, {"item_no": PACK, "quantity": "1"}, no="SO-2")
    ship(run, "SO-2", {"serial_no": "P-0001"})
    lines = trace(session, serial_no="P-0001").lines
    assert [line.description for line in lines] == [
        "Sales Shipment SHP-000002", "Return Receipt RRC-000001", "Sales Shipment SHP-000001", "Purchase Receipt RCP-000001"
    ]
    assert lines[-1].source_name == "Cells & Co"
    session.rollback()


def test_tl_15_one_lot_from_two_shipped_entries_goes_back_to_both(session, run):
    opening_stock(run, CELL, "20", lot_no="L-1")
    make_sales_order(run, {"item_no": CELL, "quantity": "10"})
    shipment_no = ship(run, "SO-1", {"quantity": "4", "lot_no": "L-1"}, {"quantity": "6", "lot_no": "L-1"}).shipment_no
    four, six = (entry.entry_no for entry in entries_of(session, shipment_no))
    order_no = copy_posted(run, "shipment", shipment_no)
    answer = take_back(run, order_no, {"quantity": "7", "lot_no": "L-1"})
    assert [entry.quantity for entry in entries_of(session, answer.document_no)] == [4, 3]
    card = queries.order_card(session, OrderKind.SALES_RETURN, order_no)
    assert [(n.applies_entry, n.quantity) for n in card.numbers] == [(six, 3)]
    assert four
    session.rollback()
    books_are_right(session)


def test_c9_goods_go_back_to_the_vendor_from_the_receipt_they_came_with(session, run):
    make_purchase_order(run, {"item_no": CELL, "quantity": "20"})
    old = receive(run, "PO-1", {"quantity": "10", "lot_no": "L-1"}).receipt_no
    new = receive(run, "PO-1", {"quantity": "10", "lot_no": "L-1"}).receipt_no
    order_no = copy_posted(run, "receipt", new)
    answer = send_back(run, order_no, {"quantity": "8", "lot_no": "L-1"})
    assert (order_no, answer.document_no, answer.order_status) == ("PRO-00001", "RSH-000001", "Released")
    went = entries_of(session, answer.document_no)[0]
    assert (went.entry_type, went.quantity, went.document_type, went.source_no) == ("Purchase", -8, "Return Shipment", "V1")
    # Not first in, first out: the entry of the receipt that was copied (AP-07).
    numbers = [entries_of(session, document_no)[0].entry_no for document_no in (old, new)]
    assert {number: session.get(OpenItemEntry, (1, number)).remaining for number in numbers} == {numbers[0]: 10, numbers[1]: 2}
    session.rollback()
    assert queries.order_card(session, OrderKind.PURCHASE_RETURN, order_no).numbers[0].quantity == 2
    session.rollback()
    with pytest.raises(EntryNotOpen):
        send_back(run, make_purchase_return(run, {"item_no": CELL, "quantity": "5"}), {
            "quantity": "5", "lot_no": "L-1", "applies_to_entry": entries_of(session, new)[0].entry_no
        })
    send_back(run, "PRO-1", {"quantity": "5", "lot_no": "L-1", "applies_to_entry": entries_of(session, old)[0].entry_no})
    lines = trace(session, lot_no="L-1").lines
    assert {line.document_kind for line in lines} == {"Return Shipment", "Purchase Receipt"}
    session.rollback()
    books_are_right(session)


def test_ap_07_er_09_the_named_receipt_must_have_enough_that_is_not_kept_for_others(session, run, actor):
    make_purchase_order(run, {"item_no": CELL, "quantity": "20"})
    first, other = (receive(run, "PO-1", {"quantity": "10", "lot_no": "L-1"}).receipt_no for _ in range(2))
    entry_no = entries_of(session, first)[0].entry_no
    # By number, so that it does not move to the other receipt (D19).
    Door(run, session).reserve(actor, Demand("Sales Line", "SO-9", 10000), entry_no, 4, specific=True)
    make_purchase_return(run, {"item_no": CELL, "quantity": "20"})
    named = {"lot_no": "L-1", "applies_to_entry": entry_no}
    with pytest.raises(ReservedElsewhere) as refused:
        send_back(run, "PRO-1", {"quantity": "7", **named})
    assert "SO-9" in refused.value.holder
    with pytest.raises(EntryNotOpen):
        send_back(run, "PRO-1", {"quantity": "11", **named})
    send_back(run, "PRO-1", {"quantity": "6", **named})
    # Without a named entry the other receipt would have served.
    send_back(run, "PRO-1", {"quantity": "10", "lot_no": "L-1"})
    assert (stock_at(session, CELL), bool(other)) == ({("MAIN", "L-1"): 4}, True)
    books_are_right(session)


def test_ex_04_expired_goods_may_go_back_to_the_vendor(session, run):
    opening_stock(run, PASTE, "5", lot_no="D-1", expiration_date="2020-01-31")
    make_purchase_return(run, {"item_no": PASTE, "quantity": "5"})
    send_back(run, "PRO-1", {"quantity": "5", "lot_no": "D-1"})
    assert stock_at(session, PASTE) == {}


def test_d20_goods_on_hold_go_back_with_the_right_and_a_reason(session, run):
    opening_stock(run, CELL, "5", lot_no="L-1")
    run(number_information.hold_number, given=HoldNumber(item_no=CELL, kind="Lot", number="L-1", reason="bad weld"))
    make_purchase_return(run, {"item_no": CELL, "quantity": "5"})
    storekeeper = Actor("E-STORE", "Stan", frozenset({rights.RECEIVE}))
    with pytest.raises(NumberOnHold):
        send_back(run, "PRO-1", {"quantity": "5", "lot_no": "L-1"}, reason="complaint 7", actor=storekeeper)
    with pytest.raises(NumberOnHold):
        send_back(run, "PRO-1", {"quantity": "5", "lot_no": "L-1"})
    send_back(run, "PRO-1", {"quantity": "5", "lot_no": "L-1"}, reason="complaint 7")
    assert stock_at(session, CELL) == {}
    # What a customer returns comes in although it is on hold.
    make_sales_return(run, {"item_no": CELL, "quantity": "2"})
    take_back(run, "SRO-1", {"quantity": "2", "lot_no": "L-1"})
    assert stock_at(session, CELL) == {("MAIN", "L-1"): 2}


def test_ap_15_a_return_is_undone_and_can_be_made_again(session, run):
    shipment_no = sold_cells(run)
    order_no = copy_posted(run, "shipment", shipment_no)
    receipt_no = take_back(run, order_no, {"quantity": "10", "lot_no": "L-1"}).document_no
    answer = undo(run, "return receipt", receipt_no)
    assert (answer.order_no, answer.order_status) == (order_no, "Released")
    assert stock_at(session, CELL) == {("MAIN", "L-1"): 10}
    # The number stands on the line again, and the shipment counts as not returned (AP-08).
    assert [n.quantity for n in queries.order_card(session, OrderKind.SALES_RETURN, order_no).numbers] == [10]
    session.rollback()
    take_back(run, order_no, {"quantity": "10", "lot_no": "L-1"})
    with pytest.raises(Refusal):
        undo(run, "shipment", shipment_no)
    books_are_right(session)


def test_ap_15_a_return_shipment_is_undone(session, run):
    opening_stock(run, CELL, "5", lot_no="L-1")
    make_purchase_return(run, {"item_no": CELL, "quantity": "5"})
    document_no = send_back(run, "PRO-1", {"quantity": "5", "lot_no": "L-1"}).document_no
    undo(run, "return shipment", document_no)
    assert stock_at(session, CELL) == {("MAIN", "L-1"): 5}
    books_are_right(session)


def test_ap_15_an_undone_return_to_the_vendor_asks_for_the_number_anew(session, run):
    """The goods are a new entry; the copied one is used up."""
    make_purchase_order(run, {"item_no": CELL, "quantity": "5"})
    order_no = copy_posted(run, "receipt", receive(run, "PO-1", {"quantity": "5", "lot_no": "L-1"}).receipt_no)
    undo(run, "return shipment", send_back(run, order_no, {"quantity": "5"}).document_no)
    assert queries.order_card(session, OrderKind.PURCHASE_RETURN, order_no).numbers == ()
    session.rollback()
    assert send_back(run, order_no, {"quantity": "5", "lot_no": "L-1"}).order_status == "Completed"
    books_are_right(session)


def test_lines_are_added_to_a_return_order_of_the_same_party_only(session, run):
    shipment_no = sold_cells(run)
    make_customer(run, "C2", "Boats Ltd")
    make_sales_return(run, {"item_no": CELL, "quantity": "1"}, no="SRO-2", customer_no="C2")
    make_sales_return(run, {"item_no": CELL, "quantity": "1"}, no="SRO-1")
    with pytest.raises(OtherParty):
        copy_posted(run, "shipment", shipment_no, order_no="SRO-2")
    copy_posted(run, "shipment", shipment_no, order_no="SRO-1")
    assert [line.line_no for line in queries.order_card(session, OrderKind.SALES_RETURN, "SRO-1").lines] == [10000, 20000]
    session.rollback()
    with pytest.raises(NotFound):
        copy_posted(run, "return receipt", "RRC-1")
    with pytest.raises(NotFound):
        copy_posted(run, "shipment", shipment_no, 999_999)


def test_a_return_order_is_no_order_and_the_other_way_round(session, run):
    make_sales_return(run, {"item_no": CELL, "quantity": "1"})
    make_sales_order(run, {"item_no": CELL, "quantity": "1"})
    assert queries.sales_order(session, "SRO-1") is None
    assert [row.no for row in queries.list_sales_orders(session).rows] == ["SO-1"]
    assert [row.no for row in queries.list_orders(session, OrderKind.SALES_RETURN).rows] == ["SRO-1"]
    session.rollback()
    with pytest.raises(NotFound):
        ship(run, "SRO-1", {"quantity": "1", "lot_no": "L-1"})
    with pytest.raises(NotFound):
        take_back(run, "SO-1", {"quantity": "1", "lot_no": "L-1"})
    with pytest.raises(MoreThanOrdered):
        take_back(run, "SRO-1", {"quantity": "2", "lot_no": "L-1"})
    take_back(run, "SRO-1", {"quantity": "1", "lot_no": "L-1"})
    with pytest.raises(DocumentStatus):
        take_back(run, "SRO-1", {"quantity": "1", "lot_no": "L-1"})


def test_av_03_what_goes_back_to_a_vendor_is_requested_and_what_comes_back_is_not(session, run):
    make_purchase_order(run, {"item_no": CELL, "quantity": "5"})
    copy_posted(run, "receipt", receive(run, "PO-1", {"quantity": "5", "lot_no": "L-1"}).receipt_no)
    make_sales_order(run, {"item_no": CELL, "quantity": "2"})
    copied = session.scalars(select(ReservationEntry.quantity_base)).all()
    session.rollback()
    assert copied == [-5]
    copy_posted(run, "shipment", ship(run, "SO-1", {"quantity": "2", "lot_no": "L-1"}).shipment_no)
    copied = session.scalars(select(ReservationEntry.quantity_base).order_by(ReservationEntry.entry_no)).all()
    session.rollback()
    assert copied == [-5, 2]


def test_returns_take_the_same_number_of_statements_for_2_and_300_serials(session, run, engine):
    seen, counts = [], []
    event.listen(engine, "before_cursor_execute", lambda *arguments: seen.append(arguments[2]))
    for order_no, size in (("SO-1", 2), ("SO-2", 300)):
        numbers = [{"item_no": MODULE, "serial_no": f"{order_no}-{number:04d}"} for number in range(size)]
        adjust(run, *numbers)
        serials = [{"serial_no": line["serial_no"]} for line in numbers]
        make_sales_order(run, {"item_no": MODULE, "quantity": str(size)}, no=order_no)
        shipment_no = ship(run, order_no, *serials).shipment_no
        seen.clear()
        return_no = copy_posted(run, "shipment", shipment_no)
        take_back(run, return_no, *serials)
        counts.append(len(seen))
    assert counts[0] == counts[1], counts
    assert len(stock_at(session, MODULE)) == 302


def test_ap_08_a_return_and_an_undo_of_one_untracked_sale_do_not_both_succeed(session, run, engine):
    """Nothing of a sale is open, so its posted document is what the two wait for: without that lock both would bring the goods back."""
    opening_stock(run, LABEL, "10")
    make_sales_order(run, {"item_no": LABEL, "quantity": "10"})
    shipment_no = ship(run, "SO-1", {"quantity": "10"}).shipment_no
    sale = entries_of(session, shipment_no)[0].entry_no
    make_sales_return(run, {"item_no": LABEL, "quantity": "3"})
    returned, outcomes = threading.Event(), []

    def slow_return(opened):
        line = {"line_no": 10000, "quantity": "3", "applies_from_entry": sale}
        answer = post_return_receipt(opened, ADMINISTRATOR, given=PostReturnReceipt(order_no="SRO-1", lines=[line]))
        returned.set()
        time.sleep(0.5)  # the undo reads meanwhile, before this is committed
        return answer

    def undo_at_once(opened):
        returned.wait(30)
        given = UndoPosted(document_no=shipment_no, reason="wrong")
        return undo_posted(opened, ADMINISTRATOR, document_type=DocumentType.SALES_SHIPMENT, given=given)

    def one(work):
        with Session(engine) as own:
            try:
                unit_of_work(own, work, command=Command(f"race-{work.__name__}", work.__name__, "E-ADMIN", "ST-1"))
                outcomes.append(work.__name__)
            except MoreThanPosted as refused:
                outcomes.append(refused.left)

    threads = [threading.Thread(target=one, args=(work,)) for work in (slow_return, undo_at_once)]
    for thread in threads:
        thread.start()
        returned.wait(30)
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes) == ["7", "slow_return"]
    assert stock_at(session, LABEL) == {("MAIN", ""): Decimal(3)}
    books_are_right(session)
