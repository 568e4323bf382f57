"""Lines that bring goods and become less, later or nothing, while demands count on them; numbers above the new quantity. Both databases.

RS-12, RS-13, OT-02, TL-09, TL-10, CI-03, for purchase orders and for what transfer orders bring.
"""

from __future__ import annotations

import pytest

from shopfloor.item_tracking.commands import save_tracking_lines
from shopfloor.item_tracking.inputs import SaveTrackingLines
from shopfloor.orders.errors import CloseTrackedOrder
from shopfloor.orders.inputs import ChangeLine, ChosenLine, CloseOrder, DeleteLine
from shopfloor.orders.kinds import OrderKind
from shopfloor.orders.line_commands import cancel_line_reservations, change_line, close_order, delete_line
from shopfloor.reservations.line_changes import (
    DateConflict,
    DeleteTrackedLine,
    LineReserved,
    LineTracked,
    TrackedQuantity,
)
from tests.factories_documents import arrive, books_are_right, make_in_transit, make_transfer_order, send_off
from tests.factories_items import CELL, LABEL, plant_with_masters
from tests.factories_orders import make_customer, make_purchase_order, make_sales_order, make_vendor, opening_stock, receive
from tests.factories_reservations import auto, held, sales_line

COMES, NEEDED, LATER = "2030-05-31", "2030-06-30", "2030-07-31"
LINE = {"item_no": CELL, "date": COMES}


@pytest.fixture(autouse=True)
def masters(run, session):
    plant_with_masters(run)
    make_vendor(run)
    make_customer(run)
    make_in_transit(run)
    yield
    books_are_right(session)


@pytest.fixture(params=[OrderKind.PURCHASE, OrderKind.TRANSFER])
def supply(request, run):
    """A kind of order with 10 and 4 cells for SIDE, of which two sales orders hold 6 and 3."""
    lines = [LINE | {"quantity": "10"}, LINE | {"quantity": "4"}]
    if request.param is OrderKind.PURCHASE:
        make_purchase_order(run, *(line | {"location_code": "SIDE"} for line in lines), no="IN-1")
    else:
        make_transfer_order(run, *lines, no="IN-1")
    for no, quantity in (("SO-1", "6"), ("SO-2", "3")):
        make_sales_order(run, {"item_no": CELL, "quantity": quantity, "date": NEEDED, "location_code": "SIDE"}, no=no)
    auto(run)
    auto(run, line=sales_line("SO-2"))
    return request.param


def change(run, kind, quantity="10", *, line_no=10000, **values):
    given = ChangeLine(order_no="IN-1", line_no=line_no, quantity=quantity, **{**LINE, **values})
    return run(change_line, kind=kind, given=given)


def all_held(session):
    return {no: sum(row[2] for row in held(session, sales_line(no))) for no in ("SO-1", "SO-2")}


def test_rs_12_less_supply_releases_the_newest_reservations_first(run, session, supply):
    assert all_held(session) == {"SO-1": 6, "SO-2": 3}
    assert change(run, supply, "9").released == "0"
    assert change(run, supply, "7").released == "2"
    assert all_held(session) == {"SO-1": 6, "SO-2": 1}
    assert change(run, supply, "2").released == "5"
    assert all_held(session) == {"SO-1": 2, "SO-2": 0}


def test_rs_13_er_19_supply_that_comes_too_late_asks(run, session, supply):
    with pytest.raises(DateConflict):
        change(run, supply, date=LATER)
    assert all_held(session) == {"SO-1": 6, "SO-2": 3}
    assert change(run, supply, date=LATER, confirmed=True).released == "9"
    assert all_held(session) == {"SO-1": 0, "SO-2": 0}


def test_rs_12_c1_other_goods_are_refused_until_the_reservation_is_cancelled(run, session, supply):
    with pytest.raises(LineReserved):
        change(run, supply, item_no=LABEL)
    with pytest.raises(LineReserved):
        change(run, supply, date=None)
    assert run(cancel_line_reservations, kind=supply, given=ChosenLine(order_no="IN-1", line_no=10000)).released == "9"
    change(run, supply, item_no=LABEL)
    assert all_held(session) == {"SO-1": 0, "SO-2": 0}


def test_ot_02_a_deleted_line_and_a_closed_order_ask_and_free_their_demands(run, session, supply):
    gone = DeleteLine(order_no="IN-1", line_no=10000)
    with pytest.raises(DeleteTrackedLine) as asked:
        run(delete_line, kind=supply, given=gone)
    assert asked.value.reserved == "9"
    run(delete_line, kind=supply, given=gone.model_copy(update={"confirmed": True}))
    assert all_held(session) == {"SO-1": 0, "SO-2": 0}
    auto(run)
    assert all_held(session) == {"SO-1": 4, "SO-2": 0}
    closed = CloseOrder(order_no="IN-1", reason="not needed")
    with pytest.raises(CloseTrackedOrder):
        run(close_order, kind=supply, given=closed)
    run(close_order, kind=supply, given=closed.model_copy(update={"confirmed": True}))
    assert all_held(session) == {"SO-1": 0, "SO-2": 0}


def test_rs_12_what_was_received_does_not_count_any_more(run, session):
    make_purchase_order(run, LINE | {"quantity": "10"})
    make_sales_order(run, {"item_no": CELL, "quantity": "10", "date": NEEDED})
    auto(run)
    receive(run, "PO-1", {"quantity": "4", "lot_no": "L-1"})
    given = ChangeLine(order_no="PO-1", line_no=10000, quantity="7", **LINE)
    assert run(change_line, kind=OrderKind.PURCHASE, given=given).released == "3"
    assert sorted(held(session)) == [("Item Ledger Entry", "L-1", 4, False), ("PO-1", "", 3, False)]


def test_rs_12_what_is_on_its_way_stays_reserved(run, session):
    opening_stock(run, CELL, "10", lot_no="L-1")
    make_transfer_order(run, LINE | {"quantity": "10"}, no="IN-1")
    make_sales_order(run, {"item_no": CELL, "quantity": "10", "date": NEEDED, "location_code": "SIDE"})
    auto(run)
    send_off(run, "IN-1", {"quantity": "6", "lot_no": "L-1"})
    arrive(run, "IN-1", {"quantity": "2", "lot_no": "L-1"})
    assert change(run, OrderKind.TRANSFER, "6").released == "4"
    assert sorted(held(session)) == [("IN-1", "", 4, False), ("Item Ledger Entry", "L-1", 2, False)]


def test_tl_09_tl_10_numbers_of_a_purchase_line_hold_its_quantity_item_and_place(run, session):
    make_purchase_order(run, LINE | {"quantity": "10"}, no="IN-1")
    source = {"source_type": "Purchase Line", "order_no": "IN-1", "line_no": 10000}
    numbers = ({"lot_no": "L-1", "quantity": "6"}, {"lot_no": "L-2", "quantity": "2"})
    run(save_tracking_lines, given=SaveTrackingLines(**source, lines=numbers))
    with pytest.raises(TrackedQuantity) as refused:
        change(run, OrderKind.PURCHASE, "7")
    assert (refused.value.tracked, refused.value.quantity) == ("8", "7")
    for other in ({"item_no": LABEL}, {"location_code": "SIDE"}):
        with pytest.raises(LineTracked):
            change(run, OrderKind.PURCHASE, **other)
    receive(run, "IN-1", {"quantity": "6", "lot_no": "L-1"})
    # 6 are here, 2 are announced by number.
    with pytest.raises(TrackedQuantity):
        change(run, OrderKind.PURCHASE, "7")
    change(run, OrderKind.PURCHASE, "8")
    run(save_tracking_lines, given=SaveTrackingLines(**source, lines=()))
    change(run, OrderKind.PURCHASE, "6")
