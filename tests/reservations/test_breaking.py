"""AP-12, AP-13, D19: others' reservations move, are asked about on pages, and are broken after a yes. Both databases."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event

from shopfloor.orders.inputs import PostShipment
from shopfloor.orders.item_journal import post_item_journal
from shopfloor.orders.journal_inputs import PostItemJournal
from shopfloor.orders.shipment import post_shipment
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.reservations.errors import MustBeReserved, NotAvailable, ReservationsWillBreak, ReservedElsewhere
from tests.conftest import ADMINISTRATOR, ALL_RIGHTS
from tests.factories_items import CELL, LABEL, MODULE, make_item, plant_with_masters
from tests.factories_orders import adjust, make_customer, make_sales_order, opening_stock, ship
from tests.factories_reservations import (
    STOCK,
    auto,
    books,
    cancel,
    held,
    loose_numbers,
    pair_nos,
    put_number_on_line,
    reserved_by_number,
    sales_line,
)

CLERK = Actor("E-CLERK", "Cleo Clerk", ALL_RIGHTS - {rights.BREAK_RESERVATIONS}, time_zone="UTC")


@pytest.fixture(autouse=True)
def masters(run, session):
    plant_with_masters(run)
    make_customer(run)
    yield
    assert books(session) == []


def sell(run, quantity, *, no="SO-1", item_no=CELL, reserve=False):
    make_sales_order(run, {"item_no": item_no, "quantity": quantity}, no=no)
    if reserve:
        auto(run, line=sales_line(no))


def ship_on_page(run, *lines, actor=ADMINISTRATOR, confirmed=False, order_no="SO-1"):
    given = PostShipment(order_no=order_no, lines=[{"line_no": 10000, **line} for line in lines], confirmed=confirmed)
    return run(post_shipment, actor, given=given, may_break=True)


def test_ap_13_er_12_the_page_asks_names_the_holder_and_breaks_after_a_yes(run, session):
    opening_stock(run, CELL, "5", lot_no="L-1")
    sell(run, "4", no="SO-0", reserve=True)
    sell(run, "3")
    with pytest.raises(ReservationsWillBreak) as asked:
        ship_on_page(run, {"quantity": "3", "lot_no": "L-1"})
    assert (asked.value.quantity, asked.value.holder, asked.value.asks) == ("2", "SO-0 line 10000", True)
    assert held(session, sales_line("SO-0")) == [(STOCK, "L-1", 4, False)]
    answer = ship_on_page(run, {"quantity": "3", "lot_no": "L-1"}, confirmed=True)
    assert (answer.code, answer.broken) == ("SHIPMENT_BROKE_RESERVATIONS", "SO-0 line 10000")
    assert held(session, sales_line("SO-0")) == [(STOCK, "L-1", 2, False)]


def test_ap_13_without_the_right_it_is_refused(run, session):
    opening_stock(run, CELL, "5", lot_no="L-1")
    sell(run, "4", no="SO-0", reserve=True)
    sell(run, "3")
    with pytest.raises(ReservedElsewhere):
        ship_on_page(run, {"quantity": "3", "lot_no": "L-1"}, actor=CLERK, confirmed=True)


def test_d19_the_api_never_breaks_reservations(run, session):
    opening_stock(run, CELL, "5", lot_no="L-1")
    sell(run, "4", no="SO-0", reserve=True)
    sell(run, "3")
    with pytest.raises(ReservedElsewhere) as refused:
        ship(run, "SO-1", {"quantity": "3", "lot_no": "L-1"}, confirmed=True)
    assert refused.value.holder == "SO-0 line 10000"


def test_ap_13_ones_own_reservation_does_not_ask(run, session):
    opening_stock(run, CELL, "5", lot_no="L-1")
    sell(run, "5", reserve=True)
    assert ship_on_page(run, {"quantity": "5", "lot_no": "L-1"}).code == "SHIPMENT_POSTED"


def test_lb_03_d19_a_reservation_without_a_number_moves_instead(run, session):
    """Also over the API: nobody loses anything."""
    opening_stock(run, CELL, "5", lot_no="L-1")
    opening_stock(run, CELL, "5", lot_no="L-2")
    sell(run, "5", no="SO-0", reserve=True)
    sell(run, "3")
    assert ship(run, "SO-1", {"quantity": "3", "lot_no": "L-1"}).code == "SHIPMENT_POSTED"
    assert sorted(held(session, sales_line("SO-0"))) == [(STOCK, "L-1", 2, False), (STOCK, "L-2", 3, False)]
    assert reserved_by_number(session, CELL) == {"L-1": 2, "L-2": 3}


def test_lb_08_two_lines_of_one_shipment_do_not_count_on_the_same_stock(run, session):
    for number in ("SN1", "SN2", "SN3"):
        opening_stock(run, MODULE, serial_no=number)
    sell(run, "2", no="SO-0", item_no=MODULE, reserve=True)
    sell(run, "2", item_no=MODULE)
    with pytest.raises(ReservedElsewhere):
        ship(run, "SO-1", {"serial_no": "SN1"}, {"serial_no": "SN2"})
    assert [number for _, number, _, _ in held(session, sales_line("SO-0"))] == ["SN1", "SN2"]
    ship(run, "SO-1", {"serial_no": "SN1"})
    assert sorted(number for _, number, _, _ in held(session, sales_line("SO-0"))) == ["SN2", "SN3"]


def test_ap_13_a_reservation_by_number_is_broken_only_after_a_yes(run, session):
    opening_stock(run, CELL, "5", lot_no="L-1")
    opening_stock(run, CELL, "5", lot_no="L-2")
    sell(run, "5", no="SO-0")
    put_number_on_line(session, 5, item_no=CELL, lot_no="L-1", line=sales_line("SO-0"))
    auto(run, line=sales_line("SO-0"), lot_no="L-1")
    sell(run, "3")
    with pytest.raises(ReservationsWillBreak):
        ship_on_page(run, {"quantity": "3", "lot_no": "L-1"})
    ship_on_page(run, {"quantity": "3", "lot_no": "L-1"}, confirmed=True)
    assert held(session, sales_line("SO-0")) == [(STOCK, "L-1", 2, True)]


def test_rs_11_ap_13_a_broken_reservation_leaves_its_number_on_the_line(run, session):
    """What was typed on the line stays there: posting it tells that the number is gone."""
    opening_stock(run, CELL, "5", lot_no="L-1")
    sell(run, "5", no="SO-0")
    put_number_on_line(session, 5, item_no=CELL, lot_no="L-1", line=sales_line("SO-0"))
    auto(run, line=sales_line("SO-0"), lot_no="L-1")
    assert loose_numbers(session, sales_line("SO-0")) == {}
    sell(run, "3")
    ship_on_page(run, {"quantity": "3", "lot_no": "L-1"}, confirmed=True)
    assert held(session, sales_line("SO-0")) == [(STOCK, "L-1", 2, True)]
    assert loose_numbers(session, sales_line("SO-0")) == {"L-1": 3}


def test_ap_13_more_than_there_is_stays_refused(run, session):
    opening_stock(run, CELL, "5", lot_no="L-1")
    sell(run, "4", no="SO-0", reserve=True)
    sell(run, "9")
    with pytest.raises(NotAvailable):
        ship_on_page(run, {"quantity": "9", "lot_no": "L-1"}, confirmed=True)
    assert held(session, sales_line("SO-0")) == [(STOCK, "L-1", 4, False)]


def test_ap_13_the_item_journal_asks_too(run, session):
    opening_stock(run, LABEL, "5")
    sell(run, "5", no="SO-0", item_no=LABEL, reserve=True)
    line = {"entry_type": "Negative Adjmt.", "item_no": LABEL, "location_code": "MAIN", "quantity": "1"}

    def write_off(*, confirmed):
        return run(post_item_journal, given=PostItemJournal(lines=[line], reason="torn", confirmed=confirmed), may_break=True)

    with pytest.raises(ReservationsWillBreak):
        write_off(confirmed=False)
    assert write_off(confirmed=True).code == "ITEM_JOURNAL_BROKE_RESERVATIONS"
    assert held(session, sales_line("SO-0")) == [(STOCK, "", 4, False)]


def test_ap_12_er_11_an_always_item_goes_out_only_when_it_is_reserved(run, session):
    make_item(run, "SEAL", reservation_policy="Always")
    sell(run, "5", item_no="SEAL")
    opening_stock(run, "SEAL", "9")
    with pytest.raises(MustBeReserved) as refused:
        ship(run, "SO-1", {"quantity": "2"})
    assert (refused.value.reserved, refused.value.needed) == ("0", "2")
    auto(run)
    ship(run, "SO-1", {"quantity": "2"})
    cancel(run, *pair_nos(session))
    with pytest.raises(MustBeReserved):
        ship(run, "SO-1", {"quantity": "3"})


def test_a18_a_shipment_reads_the_stock_that_it_names_not_all_of_the_item(run, engine):
    """Neither its own reservations nor those of others on other numbers make it read and lock the whole shelf."""
    numbers = [f"SN{number:03d}" for number in range(1, 9)]
    adjust(run, *({"item_no": MODULE, "quantity": "1", "serial_no": number} for number in numbers))
    sell(run, "3", no="SO-0", item_no=MODULE, reserve=True)  # the first three
    sell(run, "4", item_no=MODULE, reserve=True)
    seen = []
    event.listen(engine, "before_cursor_execute", lambda *of: seen.append(of[2]))
    ship(run, "SO-1", *({"serial_no": number} for number in numbers[3:7]))
    stock = [statement for statement in seen if "FROM open_item_entry" in statement and statement.startswith("SELECT")]
    assert stock
    assert all(re.search("(serial_no|entry_no) IN ", statement) for statement in stock), stock


def test_lb_03_many_promises_move_out_of_the_way_together(run, session):
    """Each piece moves once, to the oldest free stock that the shipment does not name itself."""
    adjust(run, *({"item_no": MODULE, "quantity": "1", "serial_no": f"SN{number:03d}"} for number in range(60)))
    sell(run, "20", no="SO-0", item_no=MODULE, reserve=True)
    sell(run, "20", item_no=MODULE)
    ship(run, "SO-1", *({"serial_no": f"SN{number:03d}"} for number in range(20)))
    assert sorted(number for _, number, _, _ in held(session, sales_line("SO-0"))) == [f"SN{number:03d}" for number in range(20, 40)]
