"""Return orders and the numbers that stand on their lines, on both databases (TL-04, TL-08, TL-15, WH-21, AV-03)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from shopfloor.item_tracking.commands import save_tracking_lines
from shopfloor.item_tracking.inputs import SaveTrackingLines
from shopfloor.items.tracking import Tracking
from shopfloor.reservations.availability_queries import Place, availability_of
from shopfloor.reservations.models import ReservationEntry
from shopfloor.reservations.tracking_errors import ToHandleDiffers, TrackingDoesNotMatch
from tests.factories_documents import books_are_right, copy_posted, entries_of, make_sales_return, send_back, stock_at, take_back
from tests.factories_items import CELL, PACK, plant_with_masters
from tests.factories_orders import (
    make_customer,
    make_purchase_order,
    make_sales_order,
    make_vendor,
    opening_stock,
    receive,
    ship,
)


@pytest.fixture(autouse=True)
def masters(run):
    plant_with_masters(run)
    make_vendor(run)
    make_customer(run)


def sold(run):
    """Seven cells of lot A went out in two entries; lot B is here as well. Gives the return order of the shipment."""
    opening_stock(run, CELL, "20", lot_no="A")
    opening_stock(run, CELL, "20", lot_no="B")
    make_sales_order(run, {"item_no": CELL, "quantity": "10"})
    return copy_posted(run, "shipment", ship(run, "SO-1", {"quantity": "3", "lot_no": "A"}, {"quantity": "4", "lot_no": "A"}).shipment_no)


def left_on(session, order_no):
    """Numbers that stand on the lines of an order."""
    found = session.scalars(select(ReservationEntry).where(ReservationEntry.source_id == order_no).order_by(ReservationEntry.entry_no))
    numbers = [(entry.lot_no or entry.serial_no, abs(entry.quantity_base)) for entry in found]
    session.rollback()
    return numbers


def assign(run, order_no, *lines):
    run(save_tracking_lines, given=SaveTrackingLines(source_type="Sales Line", order_no=order_no, line_no=10000, lines=lines))


def test_tl_04_a_return_without_a_number_takes_those_that_were_copied(session, run):
    order_no = sold(run)
    with pytest.raises(ToHandleDiffers) as refused:
        take_back(run, order_no, {"quantity": "5"})
    assert (refused.value.to_handle, refused.value.quantity) == ("7", "5")
    answer = take_back(run, order_no, {"quantity": "7"})
    assert [(entry.lot_no, entry.quantity) for entry in entries_of(session, answer.document_no)] == [("A", 3), ("A", 4)]
    assert left_on(session, order_no) == []
    books_are_right(session)


def test_tl_15_wh_21_another_number_than_the_copied_one_does_not_come_back_for_it(session, run):
    order_no = sold(run)
    with pytest.raises(TrackingDoesNotMatch) as refused:
        take_back(run, order_no, {"quantity": "2", "lot_no": "B"})
    assert (refused.value.number, refused.value.untracked) == ("B", "0")
    assert left_on(session, order_no) == [("A", 3), ("A", 4)]
    # Taken off the line they hold it no longer (TL-08).
    assign(run, order_no)
    take_back(run, order_no, {"quantity": "2", "lot_no": "B"})
    books_are_right(session)


def test_tl_08_a_copied_number_is_used_up_also_when_another_entry_is_named(session, run):
    """Two shipments of one lot: the entry that is named is given back, and the line's number does not outlive its order."""
    opening_stock(run, CELL, "20", lot_no="A")
    make_sales_order(run, {"item_no": CELL, "quantity": "10"})
    first = entries_of(session, ship(run, "SO-1", {"quantity": "5", "lot_no": "A"}).shipment_no)[0].entry_no
    second = ship(run, "SO-1", {"quantity": "5", "lot_no": "A"}).shipment_no
    order_no = copy_posted(run, "shipment", second)
    answer = take_back(run, order_no, {"quantity": "5", "lot_no": "A", "applies_from_entry": first})
    assert answer.order_status == "Completed"
    assert left_on(session, order_no) == []
    books_are_right(session)


def test_tl_04_numbers_that_were_assigned_to_a_return_by_hand_are_what_comes_back(session, run):
    opening_stock(run, CELL, "20", lot_no="A")
    make_sales_return(run, {"item_no": CELL, "quantity": "5"})
    assign(run, "SRO-1", {"lot_no": "A", "quantity": "4", "to_handle": "3"})
    with pytest.raises(TrackingDoesNotMatch) as refused:
        take_back(run, "SRO-1", {"quantity": "2", "lot_no": "B"})
    assert refused.value.untracked == "1"
    take_back(run, "SRO-1", {"quantity": "3"})
    assert left_on(session, "SRO-1") == [("A", 1)]
    take_back(run, "SRO-1", {"quantity": "1", "lot_no": "B"}, {"quantity": "1", "lot_no": "A"})
    assert (stock_at(session, CELL), left_on(session, "SRO-1")) == ({("MAIN", "A"): 24, ("MAIN", "B"): 1}, [])
    books_are_right(session)


def test_av_03_what_went_back_to_a_vendor_is_not_requested_for_ever(session, run):
    """Another serial went back for the copied one, whose request outlived the completed order."""
    make_purchase_order(run, {"item_no": PACK, "quantity": "2"})
    order_no = copy_posted(run, "receipt", receive(run, "PO-1", {"serial_no": "P-0001"}).receipt_no)
    receive(run, "PO-1", {"serial_no": "P-0002"})
    with pytest.raises(TrackingDoesNotMatch):
        send_back(run, order_no, {"serial_no": "P-0002"})
    send_back(run, order_no, {"quantity": "1"})
    number = Tracking(serial_no="P-0001")
    found = availability_of(session, Place(PACK, "MAIN"), [number], line=None)[number]
    assert (found.total, found.requested) == (0, 0)
    session.rollback()
    assert (left_on(session, order_no), stock_at(session, PACK)) == ([], {("MAIN", "P-0002"): 1})
    books_are_right(session)
