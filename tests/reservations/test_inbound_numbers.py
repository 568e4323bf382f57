"""RS-04, OT-03, LB-10, DM-22: numbers that a purchase line names before its receipt are reserved by name. Both databases."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import event, select

from shopfloor.item_tracking.commands import save_tracking_lines
from shopfloor.item_tracking.inputs import SaveTrackingLines, TrackingSource
from shopfloor.item_tracking.queries import tracking_lines_page
from shopfloor.orders.inputs import ChangeLine
from shopfloor.orders.kinds import OrderKind
from shopfloor.orders.line_commands import change_line
from shopfloor.reservations.errors import NothingToReserve
from shopfloor.reservations.line_changes import TrackedQuantity
from shopfloor.reservations.models import ReservationEntry
from shopfloor.reservations.page_queries import reservation_page
from shopfloor.reservations.rules import Demand
from tests.factories_items import CELL, MODULE, PASTE, make_item, plant_with_masters
from tests.factories_orders import make_customer, make_purchase_order, make_sales_order, make_vendor, opening_stock, receive, ship
from tests.factories_reservations import (
    PURCHASE,
    SALES,
    STOCK,
    auto,
    books,
    cancel,
    change,
    held,
    loose_numbers,
    pair_nos,
    put_number_on_line,
    sales_line,
    take_from,
)

COMES, NEEDED = "2030-05-31", "2030-06-30"
SOURCE = {"source_type": PURCHASE, "order_no": "PO-1", "line_no": 10000}


@pytest.fixture(autouse=True)
def masters(run, session):
    plant_with_masters(run)
    make_vendor(run)
    make_customer(run)
    yield
    assert books(session) == []


def buy(run, quantity="10", *numbers, item_no=CELL):
    make_purchase_order(run, {"item_no": item_no, "quantity": quantity, "date": COMES})
    announce(run, *numbers)


def announce(run, *numbers):
    """(lot, quantity) or a whole row of what the purchase line brings."""
    rows = [row if isinstance(row, dict) else {"lot_no": row[0], "quantity": row[1]} for row in numbers]
    return run(save_tracking_lines, given=SaveTrackingLines(**SOURCE, lines=tuple(rows)))


def sell(run, session, quantity="5", *numbers, no="SO-1", item_no=CELL):
    make_sales_order(run, {"item_no": item_no, "quantity": quantity, "date": NEEDED}, no=no)
    for lot_no, part in numbers:
        put_number_on_line(session, part, line=sales_line(no), item_no=item_no, lot_no=lot_no)


def carried(session):
    """What the purchase line carries: number -> (quantity, reserved)."""
    page = tracking_lines_page(session, TrackingSource(**SOURCE))
    session.rollback()
    return {row.tracking.label(): (int(row.quantity), int(row.reserved)) for row in page.numbers}


def test_rs_04_a_demand_with_a_number_is_served_by_the_order_that_names_it(run, session):
    buy(run, "10", ("L-1", "4"), ("L-2", "3"))
    sell(run, session, "5", ("L-2", 5))
    answer = auto(run, lot_no="L-2")
    assert (answer.code, answer.quantity) == ("PARTLY_RESERVED", "3")
    assert held(session) == [("PO-1", "L-2", 3, True)]
    assert (loose_numbers(session), carried(session)) == ({"L-2": 2}, {"L-1": (4, 0), "L-2": (3, 3)})
    # Neither another number of the line nor what has none serves it.
    with pytest.raises(NothingToReserve):
        auto(run, lot_no="L-2")


def test_rs_04_a_demand_without_a_number_takes_what_has_none_first(run, session):
    buy(run, "10", ("L-1", "4"), ("L-2", "3"))
    sell(run, session, "5")
    auto(run)
    assert held(session) == [("PO-1", "", 3, False), ("PO-1", "L-1", 2, False)]
    assert carried(session) == {"L-1": (4, 2), "L-2": (3, 0)}
    sell(run, session, "9", no="SO-2")
    auto(run, line=sales_line("SO-2"))
    assert held(session, sales_line("SO-2")) == [("PO-1", "L-1", 2, False), ("PO-1", "L-2", 3, False)]


def test_rs_08_one_number_of_an_order_line_is_chosen_on_the_page(run, session):
    buy(run, "10", ("L-1", "4"), ("L-2", "3"))
    sell(run, session, "5")
    page = reservation_page(session, Demand(SALES, "SO-1", 10000))
    session.rollback()
    assert [(row.tracking.lot_no, int(row.total), int(row.free)) for row in page.orders] == [("", 3, 3), ("L-1", 4, 4), ("L-2", 3, 3)]
    take_from(run, PURCHASE, "PO-1", 10000, supply_lot_no="L-2")
    assert held(session) == [("PO-1", "L-2", 3, False)]
    page = reservation_page(session, Demand(SALES, "SO-1", 10000))
    session.rollback()
    assert [(row.tracking.lot_no, int(row.by_this_line), int(row.free)) for row in page.orders][-1] == ("L-2", 3, 0)


def test_lb_10_what_the_line_held_of_the_number_becomes_specific(run, session):
    buy(run, "10", ("L-1", "4"))
    sell(run, session, "10")
    auto(run)
    assert held(session) == [("PO-1", "", 6, False), ("PO-1", "L-1", 4, False)]
    put_number_on_line(session, 4, item_no=CELL, lot_no="L-1")
    assert auto(run, lot_no="L-1").quantity == "4"
    assert held(session) == [("PO-1", "", 6, False), ("PO-1", "L-1", 4, True)]


def test_rs_09_stock_of_the_number_comes_before_the_order(run, session):
    opening_stock(run, CELL, "2", lot_no="L-1")
    buy(run, "10", ("L-1", "4"))
    sell(run, session, "5", ("L-1", 5))
    assert auto(run, lot_no="L-1").quantity == "5"
    assert sorted(held(session)) == [(STOCK, "L-1", 2, True), ("PO-1", "L-1", 3, True)]


def test_ot_03_numbers_that_are_entered_split_the_links(run, session):
    buy(run)
    sell(run, session, "8")
    auto(run)
    assert held(session) == [("PO-1", "", 8, False)]
    announce(run, ("L-1", "5"), ("L-2", "3"))
    # Two have no number yet and serve what wants none; the rest is split over the numbers.
    assert sorted(held(session)) == [("PO-1", "", 2, False), ("PO-1", "L-1", 5, False), ("PO-1", "L-2", 1, False)]
    assert carried(session) == {"L-1": (5, 5), "L-2": (3, 1)}
    announce(run)
    assert sum(row[2] for row in held(session)) == 8
    assert {row[1] for row in held(session)} == {""}


def test_ot_03_a_link_to_a_number_that_does_not_come_is_dissolved(run, session):
    buy(run, "10", ("L-1", "4"))
    sell(run, session, "4", ("L-1", 4))
    auto(run, lot_no="L-1")
    announce(run, ("L-1", "3"), ("L-9", "1"))
    assert held(session) == [("PO-1", "L-1", 3, True)]
    # The demand keeps its number (RS-11).
    assert (loose_numbers(session), carried(session)) == ({"L-1": 1}, {"L-1": (3, 3), "L-9": (1, 0)})
    announce(run)
    assert (held(session), loose_numbers(session)) == ([], {"L-1": 4})


def test_ap_16_a_receipt_takes_the_announced_numbers_and_the_links_follow(run, session):
    buy(run, "10", ("L-1", "4"), ("L-2", "6"))
    sell(run, session, "3", ("L-2", 3))
    auto(run, lot_no="L-2")
    receive(run, "PO-1", {"quantity": "10"})
    assert held(session) == [(STOCK, "L-2", 3, True)]
    assert carried(session) == {}
    ship(run, "SO-1", {"quantity": "3"})


def test_tl_14_ex_01_a_reserved_number_keeps_its_date_until_it_is_received(run, session):
    buy(run, "10", {"lot_no": "P-1", "quantity": "10", "expiration_date": "2031-01-31"}, item_no=PASTE)
    sell(run, session, "10", ("P-1", 10), item_no=PASTE)
    auto(run, lot_no="P-1")
    announce(run, {"lot_no": "P-1", "quantity": "10", "expiration_date": "2031-02-28"})
    assert held(session) == [("PO-1", "P-1", 10, True)]
    receive(run, "PO-1", {"quantity": "10"})
    dates = session.scalars(select(ReservationEntry.expiration_date)).all()
    session.rollback()
    assert set(dates) <= {None, date(2031, 2, 28)}
    page = reservation_page(session, Demand(SALES, "SO-1", 10000))
    session.rollback()
    assert [row.tracking.lot_no for row in page.stock] == ["P-1"]


def test_rs_11_a_cancelled_or_reduced_link_gives_the_numbers_back_to_both_lines(run, session):
    buy(run, "10", ("L-1", "4"))
    sell(run, session, "4", ("L-1", 4))
    auto(run, lot_no="L-1")
    change(run, pair_nos(session)[0], "3")
    assert (loose_numbers(session), carried(session)) == ({"L-1": 1}, {"L-1": (4, 3)})
    cancel(run, *pair_nos(session))
    assert (loose_numbers(session), carried(session)) == ({"L-1": 4}, {"L-1": (4, 0)})
    auto(run, lot_no="L-1")
    assert carried(session) == {"L-1": (4, 4)}


def test_rs_12_a_demand_that_needs_less_gives_the_number_back(run, session):
    buy(run, "10", ("L-1", "10"))
    sell(run, session, "8")
    auto(run)
    given = ChangeLine(order_no="SO-1", line_no=10000, item_no=CELL, quantity="5", date=NEEDED)
    assert run(change_line, kind=OrderKind.SALES, given=given).released == "3"
    assert (held(session), carried(session)) == ([("PO-1", "L-1", 5, False)], {"L-1": (10, 5)})
    # TL-09: the numbers of the purchase line, loose and reserved, hold its quantity.
    given = ChangeLine(order_no="PO-1", line_no=10000, item_no=CELL, quantity="9", date=COMES)
    with pytest.raises(TrackedQuantity):
        run(change_line, kind=OrderKind.PURCHASE, given=given)


def test_rs_05_an_always_line_with_a_number_waits_for_the_order_that_names_it(run, session):
    make_item(run, "VALVE", code="LOT", reservation_policy="Always")
    buy(run, "10", ("L-1", "4"), item_no="VALVE")
    sell(run, session, "2", item_no="VALVE")
    put_number_on_line(session, 3, item_no="VALVE", lot_no="L-1")
    given = ChangeLine(order_no="SO-1", line_no=10000, item_no="VALVE", quantity="5", date=NEEDED)
    run(change_line, kind=OrderKind.SALES, given=given)
    assert held(session) == [("PO-1", "", 2, False), ("PO-1", "L-1", 3, True)]


def test_rs_04_serials_of_a_purchase_line_one_by_one_in_a_constant_number_of_statements(run, session, engine):
    serials = [{"serial_no": f"M-{number}", "quantity": "1"} for number in range(1, 9)]
    buy(run, "8", *serials, item_no=MODULE)
    make_sales_order(run, {"item_no": MODULE, "quantity": "2", "date": NEEDED})
    counts = []
    for no, quantity in (("SO-2", "2"), ("SO-5", "5")):
        make_sales_order(run, {"item_no": MODULE, "quantity": quantity, "date": NEEDED}, no=no)
        seen = []
        event.listen(engine, "before_cursor_execute", watch := lambda *_: seen.append(1))  # noqa: B023
        auto(run, line=sales_line(no))
        event.remove(engine, "before_cursor_execute", watch)
        counts.append(len(seen))
    assert counts[0] == counts[1]
    put_number_on_line(session, 1, item_no=MODULE, serial_no="M-8")
    auto(run, serial_no="M-8")
    assert held(session) == [("PO-1", "M-8", 1, True)]
