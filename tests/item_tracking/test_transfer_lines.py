"""Item tracking lines of transfer orders: what leaves is what arrives (TL-02, TL-04, TL-14, DM-30, AP-09). Both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from shopfloor.item_tracking.commands import save_tracking_lines
from shopfloor.item_tracking.errors import DocumentClosed
from shopfloor.item_tracking.inputs import SaveTrackingLines, TrackingSource
from shopfloor.item_tracking.queries import select_entries, tracking_lines_page
from shopfloor.orders.errors import MoreThanOrdered
from shopfloor.reservations.errors import NotAvailable, NothingToReserve
from shopfloor.reservations.models import ReservationEntry
from shopfloor.reservations.tracking_errors import ExcessTracking, NumbersNotAvailable, ToHandleDiffers, TrackingDoesNotMatch
from tests.factories_documents import arrive, books_are_right, make_in_transit, make_transfer_order, send_off, stock_at, undo
from tests.factories_items import CELL, MODULE, plant_with_masters
from tests.factories_orders import make_customer, make_sales_order, opening_stock, ship
from tests.factories_reservations import auto, held, loose_numbers, put_number_on_line, sales_line

TRANSFER = {"source_type": "Transfer Line", "source_id": "TO-1", "source_line_no": 10000}
SOURCE = {"source_type": "Transfer Line", "order_no": "TO-1", "line_no": 10000}


@pytest.fixture(autouse=True)
def order(run, session):
    """A transfer of 8 cells from MAIN to SIDE; 5 of L-1 and 6 of L-2 lie at MAIN."""
    plant_with_masters(run)
    make_customer(run)
    make_in_transit(run)
    opening_stock(run, CELL, "5", lot_no="L-1")
    opening_stock(run, CELL, "6", lot_no="L-2")
    make_transfer_order(run, {"item_no": CELL, "quantity": "8"})
    yield
    books_are_right(session)


def save(run, *numbers, **more):
    lines = tuple({"lot_no": lot_no, "quantity": quantity} | more for lot_no, quantity in numbers)
    return run(save_tracking_lines, given=SaveTrackingLines(**SOURCE, lines=lines))


def page(session):
    found = tracking_lines_page(session, TrackingSource(**SOURCE))
    session.rollback()
    return found


def test_tl_01_dm_30_the_page_follows_the_line_through_its_shipments(run, session):
    save(run, ("L-1", "5"), ("L-2", "2"))
    found = page(session)
    assert (found.source.document, found.source.location_code, found.source.open_quantity) == ("Transfer order TO-1, line 10000", "MAIN", 8)
    assert [(row.tracking.lot_no, row.quantity) for row in found.numbers] == [("L-1", 5), ("L-2", 2)]
    send_off(run, "TO-1", {"quantity": "3", "lot_no": "L-1"})
    found = page(session)
    assert [(row.tracking.lot_no, row.quantity) for row in found.numbers] == [("L-1", 2), ("L-2", 2)]
    assert [(tracking.lot_no, quantity) for tracking, quantity in found.handled] == [("L-1", 3)]
    undo(run, "transfer shipment", "TSH-000001")
    assert page(session).handled == ()


def test_tl_14_shipped_numbers_are_carried_to_the_receipt_and_no_others(run, session):
    save(run, ("L-1", "5"), ("L-2", "3"))
    send_off(run, "TO-1", {"quantity": "8"})
    assert stock_at(session, CELL) == {("MAIN", "L-2"): 3, ("TRANSIT", "L-1"): 5, ("TRANSIT", "L-2"): 3}
    for lot_no, quantity in (("L-9", "1"), ("L-1", "6")):
        with pytest.raises((NotAvailable, TrackingDoesNotMatch)):
            arrive(run, "TO-1", {"quantity": quantity, "lot_no": lot_no})
    arrive(run, "TO-1", {"quantity": "2", "lot_no": "L-2"})
    with pytest.raises(MoreThanOrdered):
        arrive(run, "TO-1", {"quantity": "7", "lot_no": "L-1"})
    arrive(run, "TO-1")
    assert stock_at(session, CELL) == {("MAIN", "L-2"): 3, ("SIDE", "L-1"): 5, ("SIDE", "L-2"): 3}
    with pytest.raises(DocumentClosed):
        save(run, ("L-2", "1"))


def test_tl_04_er_02_a_shipment_posts_what_stands_to_be_handled(run, session):
    save(run, ("L-1", "5"), ("L-2", "3"))
    with pytest.raises(ToHandleDiffers) as refused:
        send_off(run, "TO-1", {"quantity": "4"})
    assert (refused.value.to_handle, refused.value.quantity) == ("8", "4")
    save(run, ("L-1", "4"), ("L-2", "3"))
    with pytest.raises(TrackingDoesNotMatch):
        send_off(run, "TO-1", {"quantity": "5", "lot_no": "L-2"})
    # One of the 8 has no number yet, so another lot fits there.
    send_off(run, "TO-1", {"quantity": "4", "lot_no": "L-2"})
    assert [(row.tracking.lot_no, row.quantity) for row in page(session).numbers] == [("L-1", 4)]


def test_tl_02_tl_12_too_many_and_unknown_numbers(run):
    with pytest.raises(ExcessTracking):
        save(run, ("L-1", "5"), ("L-2", "4"))
    with pytest.raises(NumbersNotAvailable):
        save(run, ("L-1", "6"))


def test_tl_11_select_entries_proposes_what_lies_where_the_goods_leave(run, session):
    save(run, ("L-1", "1"))
    proposed = select_entries(session, page(session))
    session.rollback()
    assert [(tracking.lot_no, quantity) for tracking, quantity in proposed] == [("L-2", 6)]


def test_lb_10_a_reserved_transfer_line_gets_its_number_by_name(run, session):
    auto(run, line=TRANSFER)
    assert held(session, TRANSFER) == [("Item Ledger Entry", "L-1", 5, False), ("Item Ledger Entry", "L-2", 3, False)]
    assert save(run, ("L-2", "6")).reserved == "6"
    assert sum(row[2] for row in held(session, TRANSFER) if row[1] == "L-2" and row[3]) == 6
    send_off(run, "TO-1", {"quantity": "6"})
    arrive(run, "TO-1")


def test_tl_07_a_serial_leaves_and_arrives_once(run, session):
    for number in ("M-1", "M-2"):
        opening_stock(run, MODULE, "1", serial_no=number)
    make_transfer_order(run, {"item_no": MODULE, "quantity": "2"}, no="TO-2")
    source = SOURCE | {"order_no": "TO-2"}
    run(save_tracking_lines, given=SaveTrackingLines(**source, lines=({"serial_no": "M-1"}, {"serial_no": "M-2"})))
    send_off(run, "TO-2", {"quantity": "2"})
    arrive(run, "TO-2")
    assert stock_at(session, MODULE) == {("SIDE", "M-1"): 1, ("SIDE", "M-2"): 1}


def sell(run, session, quantity, lot_no, no="SO-1"):
    make_sales_order(run, {"item_no": CELL, "quantity": quantity, "location_code": "SIDE"}, no=no)
    put_number_on_line(session, quantity, line=sales_line(no), item_no=CELL, lot_no=lot_no)


def test_rs_04_tl_14_what_is_on_its_way_is_reserved_by_number(run, session):
    sell(run, session, "4", "L-2")
    with pytest.raises(NothingToReserve):
        auto(run, lot_no="L-2")
    send_off(run, "TO-1", {"quantity": "5", "lot_no": "L-1"}, {"quantity": "3", "lot_no": "L-2"})
    assert auto(run, lot_no="L-2").missing == "1"
    assert held(session) == [("TO-1", "L-2", 3, True)]
    arrive(run, "TO-1", {"quantity": "2", "lot_no": "L-2"})
    assert sorted(held(session)) == [("Item Ledger Entry", "L-2", 2, True), ("TO-1", "L-2", 1, True)]
    arrive(run, "TO-1")
    assert {row[0] for row in held(session)} == {"Item Ledger Entry"}
    ship(run, "SO-1", {"quantity": "3", "lot_no": "L-2"})
    assert surplus(session, "TO-1") == []


def test_tl_14_planned_and_travelling_numbers_of_a_line_are_kept_apart(run, session):
    save(run, ("L-1", "5"), ("L-2", "3"))
    send_off(run, "TO-1", {"quantity": "3", "lot_no": "L-1"})
    assert surplus(session, "TO-1") == [("L-1", -2), ("L-1", 3), ("L-2", -3)]
    assert [(row.tracking.lot_no, row.quantity) for row in page(session).numbers] == [("L-1", 2), ("L-2", 3)]
    arrive(run, "TO-1", {"quantity": "1", "lot_no": "L-1"})
    assert surplus(session, "TO-1") == [("L-1", -2), ("L-1", 2), ("L-2", -3)]
    send_off(run, "TO-1", {"quantity": "5"})
    arrive(run, "TO-1")
    assert surplus(session, "TO-1") == []


def test_ap_15_an_undone_shipment_ends_what_was_reserved_of_it(run, session):
    send_off(run, "TO-1", {"quantity": "5", "lot_no": "L-1"})
    sell(run, session, "4", "L-1")
    auto(run, lot_no="L-1")
    undo(run, "transfer shipment", "TSH-000001")
    assert (held(session), loose_numbers(session), surplus(session, "TO-1")) == ([], {"L-1": 4}, [])
    # What wants no number still counts on the transfer.
    make_sales_order(run, {"item_no": CELL, "quantity": "8", "location_code": "SIDE"}, no="SO-2")
    auto(run, line=sales_line("SO-2"))
    assert held(session, sales_line("SO-2")) == [("TO-1", "", 8, False)]


def surplus(session, order_no):
    """(lot, signed quantity) of the loose numbers of an order."""
    rows = session.scalars(
        select(ReservationEntry).where(ReservationEntry.source_id == order_no, ReservationEntry.reservation_status == "Surplus")
    ).all()
    found = sorted((row.lot_no, int(row.quantity_base)) for row in rows)
    session.rollback()
    return found
