"""Reserving by hand and by policy on both databases, in the words of the manual (RS-01 to RS-11, LB-01 to LB-10)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select, update

from shopfloor.db import plant, table
from shopfloor.errors import NotAllowed, NotFound
from shopfloor.items import number_information
from shopfloor.items.errors import BelowPrecision
from shopfloor.items.inputs import HoldNumber
from shopfloor.people.actor import Actor
from shopfloor.reservations.errors import (
    FullyReserved,
    ItemNotReservable,
    NothingToReserve,
    NumberNotOnLine,
    OrderBinding,
    ReservationFixed,
    ReservationNotReduced,
    ReservedElsewhere,
    SupplyTooLate,
)
from shopfloor.reservations.models import ReservationEntry
from shopfloor.reservations.supplies import lines_of_document, projected_available
from tests.factories_items import CELL, LABEL, MODULE, make_item, plant_with_masters
from tests.factories_orders import make_customer, make_purchase_order, make_sales_order, make_vendor, opening_stock, ship
from tests.factories_production import make_order, schedule
from tests.factories_reservations import (
    PURCHASE,
    SALES,
    STOCK,
    auto,
    books,
    cancel,
    change,
    component_line,
    held,
    loose_numbers,
    pair_nos,
    put_number_on_line,
    reserved_by_number,
    sales_line,
    take_from,
)


@pytest.fixture(autouse=True)
def masters(run, session):
    plant_with_masters(run)
    make_vendor(run)
    make_customer(run)
    yield
    assert books(session) == []


def sell(run, quantity="10", *, no="SO-1", item_no=CELL, date="2030-06-30"):
    return make_sales_order(run, {"item_no": item_no, "quantity": quantity, "date": date}, no=no)


def buy(run, quantity="10", *, no="PO-1", item_no=CELL, date="2030-05-31"):
    return make_purchase_order(run, {"item_no": item_no, "quantity": quantity, "date": date}, no=no)


# --- auto reserve ----------------------------------------------------------------------------------------------------------


def test_rs_06_stock_first_oldest_first_then_the_latest_order_in_time(run, session):
    opening_stock(run, CELL, "3", lot_no="L-1")
    opening_stock(run, CELL, "2", lot_no="L-2")
    buy(run, "10", no="PO-EARLY", date="2030-01-31")
    buy(run, "4", no="PO-LATE", date="2030-06-30")
    buy(run, "10", no="PO-TOO-LATE", date="2030-07-01")
    sell(run, "12")
    answer = auto(run)
    assert (answer.code, answer.quantity) == ("RESERVED", "12")
    assert held(session) == [(STOCK, "L-1", 3, False), (STOCK, "L-2", 2, False), ("PO-LATE", "", 4, False), ("PO-EARLY", "", 3, False)]
    assert reserved_by_number(session, CELL) == {"L-1": 3, "L-2": 2}


def test_rs_07_er_16_partly_fully_and_nothing(run):
    opening_stock(run, CELL, "3", lot_no="L-1")
    sell(run, "5")
    answer = auto(run)
    assert (answer.code, answer.quantity, answer.missing) == ("PARTLY_RESERVED", "3", "2")
    with pytest.raises(NothingToReserve) as nothing:
        auto(run)
    assert (nothing.value.needed, nothing.value.line) == ("2", "SO-1 line 10000")
    opening_stock(run, CELL, "9", lot_no="L-2")
    assert auto(run).code == "RESERVED"
    with pytest.raises(FullyReserved):
        auto(run)


def test_rs_03_only_the_same_goods_at_the_same_place(run):
    opening_stock(run, CELL, "5", lot_no="L-1", location_code="SIDE")
    sell(run)
    with pytest.raises(NothingToReserve):
        auto(run)


def test_rs_03_an_order_without_a_date_is_no_promise_but_a_demand_without_one_waits(run, session):
    make_purchase_order(run, {"item_no": CELL, "quantity": "5"}, no="PO-1")
    sell(run, "5")
    with pytest.raises(NothingToReserve):
        auto(run)
    make_sales_order(run, {"item_no": CELL, "quantity": "5"}, no="SO-2")
    auto(run, line=sales_line("SO-2"))
    assert held(session, sales_line("SO-2")) == [("PO-1", "", 5, False)]


def test_rs_05_never_is_never_reserved(run):
    make_item(run, "BOLT", reservation_policy="Never")
    opening_stock(run, "BOLT", "5")
    sell(run, item_no="BOLT")
    with pytest.raises(ItemNotReservable):
        auto(run)


def test_d20_what_is_on_hold_is_not_reserved(run, session):
    opening_stock(run, CELL, "5", lot_no="L-1")
    opening_stock(run, CELL, "5", lot_no="L-2")
    run(number_information.hold_number, given=HoldNumber(item_no=CELL, kind="Lot", number="L-1", reason="dented"))
    sell(run, "5")
    auto(run)
    assert held(session) == [(STOCK, "L-2", 5, False)]


def test_a30_reserving_needs_the_right_and_a_line(run):
    sell(run)
    with pytest.raises(NotAllowed):
        auto(run, Actor("E-1", "Will", frozenset()))
    with pytest.raises(NotFound):
        auto(run, line=sales_line(line_no=77))


def test_rs_01_available_to_promise_counts_stock_orders_and_demand(run, session):
    opening_stock(run, CELL, "20", lot_no="L-1")
    buy(run, "30")
    sell(run, "12")
    assert projected_available(session, (CELL, "", "MAIN")) == Decimal(38)
    ship(run, "SO-1", {"quantity": "2", "lot_no": "L-1"})
    assert projected_available(session, (CELL, "", "MAIN")) == Decimal(38)


def test_rs_15_a_component_is_demand_from_its_first_stage_on_and_output_is_supply(run, session):
    """A created order is a simulation."""
    make_item(run, "KIT", code="SN")
    run_pack(run)
    opening_stock(run, LABEL, "5")
    make_order(run, "2", no="RPO-1", item_no="KIT", due_date="2030-05-01")
    with pytest.raises(NotFound):
        auto(run, line=component_line("RPO-1"))
    schedule(run, "RPO-1")
    auto(run, line=component_line("RPO-1"))
    assert held(session, component_line("RPO-1")) == [(STOCK, "", 4, False)]
    sell(run, "2", item_no="KIT")
    auto(run)
    assert held(session) == [("RPO-1", "", 2, False)]


def run_pack(run):
    from shopfloor.production import bills
    from shopfloor.production.inputs import NewBom, NewBomLine

    run(bills.create_bom, given=NewBom(item_no="KIT", lines=(NewBomLine(item_no=LABEL, quantity_per="2"),)))


# --- reserve from the current line -----------------------------------------------------------------------------------------


def test_rs_08_takes_what_both_sides_allow_and_leaves_others_alone(run, session):
    opening_stock(run, CELL, "4", lot_no="L-1")
    opening_stock(run, CELL, "9", lot_no="L-2")
    buy(run, "3")
    sell(run, "2", no="SO-0")
    auto(run, line=sales_line("SO-0"))
    sell(run, "10")
    assert take_from(run, supply_lot_no="L-1").quantity == "2"
    assert take_from(run, PURCHASE, "PO-1", 10000).quantity == "3"
    assert held(session) == [(STOCK, "L-1", 2, False), ("PO-1", "", 3, False)]
    assert held(session, sales_line("SO-0")) == [(STOCK, "L-1", 2, False)]
    with pytest.raises(NothingToReserve):
        take_from(run, supply_lot_no="L-1")
    assert take_from(run, supply_lot_no="L-2").code == "RESERVED"


def test_er_19_supply_that_comes_too_late_is_refused(run):
    buy(run, date="2030-07-01")
    sell(run)
    with pytest.raises(SupplyTooLate) as late:
        take_from(run, PURCHASE, "PO-1", 10000)
    assert (late.value.expected, late.value.needed_on) == ("2030-07-01", "2030-06-30")


# --- by number -------------------------------------------------------------------------------------------------------------


def test_rs_09_lb_01_the_example_of_the_manual(run, session):
    """SN1 is entered on the line, then reserved by name: only supply with it, and both sides carry it."""
    for number in ("SN1", "SN2"):
        opening_stock(run, MODULE, serial_no=number)
    sell(run, "2", item_no=MODULE)
    with pytest.raises(NumberNotOnLine):
        auto(run, serial_no="SN1")
    put_number_on_line(session, 1, item_no=MODULE, serial_no="SN2")
    assert auto(run, serial_no="SN2").quantity == "1"
    assert held(session) == [(STOCK, "SN2", 1, True)]
    assert loose_numbers(session) == {}


def test_lb_03_another_lines_reservation_without_a_number_moves(run, session):
    """LB-07: the moved line keeps its total, its date and its status."""
    for number in ("SN1", "SN2"):
        opening_stock(run, MODULE, serial_no=number)
    sell(run, "1", item_no=MODULE, no="SO-0")
    auto(run, line=sales_line("SO-0"))
    assert held(session, sales_line("SO-0")) == [(STOCK, "SN1", 1, False)]
    sell(run, "1", item_no=MODULE)
    put_number_on_line(session, 1, item_no=MODULE, serial_no="SN1")
    assert auto(run, serial_no="SN1").moved == "SO-0 line 10000"
    assert held(session) == [(STOCK, "SN1", 1, True)]
    assert held(session, sales_line("SO-0")) == [(STOCK, "SN2", 1, False)]


def test_lb_08_c2_without_other_stock_nothing_moves(run, session):
    opening_stock(run, MODULE, serial_no="SN1")
    sell(run, "1", item_no=MODULE, no="SO-0")
    auto(run, line=sales_line("SO-0"))
    sell(run, "1", item_no=MODULE)
    put_number_on_line(session, 1, item_no=MODULE, serial_no="SN1")
    with pytest.raises(ReservedElsewhere) as refused:
        auto(run, serial_no="SN1")
    assert refused.value.holder == "SO-0 line 10000"
    assert held(session, sales_line("SO-0")) == [(STOCK, "SN1", 1, False)]


def test_lb_06_a_reservation_by_number_never_moves(run, session):
    for number in ("SN1", "SN2"):
        opening_stock(run, MODULE, serial_no=number)
    for no in ("SO-0", "SO-1"):
        sell(run, "1", item_no=MODULE, no=no)
        put_number_on_line(session, 1, item_no=MODULE, serial_no="SN1", line=sales_line(no))
    auto(run, line=sales_line("SO-0"), serial_no="SN1")
    with pytest.raises(ReservedElsewhere):
        auto(run, serial_no="SN1")


def test_lb_10_the_lines_own_reservation_becomes_one_by_number(run, session):
    """The total stays: 5 without a number become 2 of L-2 by name and 3 without."""
    opening_stock(run, CELL, "5", lot_no="L-1")
    opening_stock(run, CELL, "5", lot_no="L-2")
    sell(run, "5")
    auto(run)
    put_number_on_line(session, 2, item_no=CELL, lot_no="L-2")
    assert auto(run, lot_no="L-2").quantity == "2"
    assert held(session) == [(STOCK, "L-1", 3, False), (STOCK, "L-2", 2, True)]
    assert reserved_by_number(session, CELL) == {"L-1": 3, "L-2": 2}


def test_d32_stock_by_number_replaces_what_was_reserved_of_orders(run, session):
    buy(run, "5")
    sell(run, "5")
    auto(run)
    opening_stock(run, CELL, "2", lot_no="L-1")
    put_number_on_line(session, 2, item_no=CELL, lot_no="L-1")
    auto(run, lot_no="L-1")
    assert held(session) == [("PO-1", "", 3, False), (STOCK, "L-1", 2, True)]


def test_rs_09_only_the_quantity_that_stands_on_the_line(run, session):
    opening_stock(run, CELL, "5", lot_no="L-1")
    sell(run, "5")
    put_number_on_line(session, 3, item_no=CELL, lot_no="L-1")
    assert auto(run, lot_no="L-1").quantity == "3"
    with pytest.raises(NumberNotOnLine):
        auto(run, lot_no="L-1")


# --- change and cancel -----------------------------------------------------------------------------------------------------


def test_rs_10_er_17_a_reservation_only_becomes_less(run, session):
    opening_stock(run, CELL, "5", lot_no="L-1")
    sell(run, "5")
    auto(run)
    (entry_no,) = pair_nos(session)
    for quantity in ("5", "6", "0", "-1"):
        with pytest.raises(ReservationNotReduced):
            change(run, entry_no, quantity)
    with pytest.raises(BelowPrecision):
        change(run, entry_no, "1.5")
    assert change(run, entry_no, "2").quantity == "2"
    assert held(session) == [(STOCK, "L-1", 2, False)]
    assert reserved_by_number(session, CELL) == {"L-1": 2}


def test_rs_11_cancelling_frees_stock_and_orders(run, session):
    opening_stock(run, CELL, "2", lot_no="L-1")
    buy(run, "3")
    sell(run, "5")
    auto(run)
    assert cancel(run, *pair_nos(session)).count == 2
    assert held(session) == []
    assert reserved_by_number(session, CELL) == {"L-1": 0}
    assert auto(run).quantity == "5"


def test_rs_11_the_number_stays_on_the_line(run, session):
    opening_stock(run, CELL, "5", lot_no="L-1")
    sell(run, "5")
    put_number_on_line(session, 3, item_no=CELL, lot_no="L-1")
    auto(run, lot_no="L-1")
    (entry_no,) = pair_nos(session)
    change(run, entry_no, "2")
    assert loose_numbers(session) == {"L-1": 1}
    cancel(run, entry_no)
    assert loose_numbers(session) == {"L-1": 3}


def test_d1_rs_11_picked_goods_and_fixed_links_are_not_cancelled(run, session):
    opening_stock(run, CELL, "5", lot_no="L-1")
    sell(run, "5")
    auto(run)
    (entry_no,) = pair_nos(session)
    for mark in ("picked", "disallow_cancellation"):
        session.execute(update(table(ReservationEntry)).where(table(ReservationEntry).c.plant_no == 1).values({mark: True}))
        session.commit()
        with pytest.raises(ReservationFixed):
            cancel(run, entry_no)
        with pytest.raises(ReservationFixed):
            change(run, entry_no, "2")
        session.execute(update(table(ReservationEntry)).where(table(ReservationEntry).c.plant_no == 1).values({mark: False}))
        session.commit()
    with pytest.raises(NotFound):
        cancel(run, entry_no, 999_999)
    assert len(held(session)) == 1


# --- order to order --------------------------------------------------------------------------------------------------------


def test_rs_16_er_25_an_order_made_for_a_line_is_bound_to_it(run, session):
    from shopfloor.orders.inputs import BuyForLine
    from shopfloor.orders.order_to_order import make_purchase_order as buy_for

    sell(run, "5")
    answer = run(buy_for, given=BuyForLine(**sales_line(), vendor_no="V1"))
    assert (answer.quantity, answer.line) == ("5", "SO-1 line 10000")
    assert held(session) == [(answer.number, "", 5, False)]
    with pytest.raises(OrderBinding) as asked:
        cancel(run, *pair_nos(session))
    assert asked.value.asks
    with pytest.raises(FullyReserved):
        run(buy_for, given=BuyForLine(**sales_line(), vendor_no="V1"))
    cancel(run, *pair_nos(session), confirmed=True)
    assert held(session) == []


def test_rs_16_a_production_order_for_a_sales_line(run, session):
    from shopfloor.production.order_to_order import make_production_order
    from shopfloor.reservations.inputs import DemandInput

    make_item(run, "KIT", code="SN")
    run_pack(run)
    sell(run, "2", item_no="KIT")
    answer = run(make_production_order, given=DemandInput(**sales_line()))
    assert held(session) == [(answer.number, "", 2, False)]


# --- policy Always and status ----------------------------------------------------------------------------------------------


def test_rs_05_always_reserves_when_the_order_is_made(run, session):
    make_item(run, "SEAL", reservation_policy="Always")
    opening_stock(run, "SEAL", "3")
    buy(run, "9", item_no="SEAL")
    sell(run, "5", item_no="SEAL")
    assert held(session) == [(STOCK, "", 3, False), ("PO-1", "", 2, False)]


def test_rs_19_reserved_from_stock(run, session):
    opening_stock(run, CELL, "3", lot_no="L-1")
    buy(run, "9")
    make_sales_order(run, *({"item_no": CELL, "quantity": quantity, "date": "2030-06-30"} for quantity in ("2", "2", "2")))
    auto(run)
    auto(run, line=sales_line(line_no=20000))
    found = {line.demand.source_line_no: line.from_stock for line in lines_of_document(session, SALES, "SO-1")}
    session.rollback()
    assert found == {10000: "Full", 20000: "Partial", 30000: "None"}




# --- the records -----------------------------------------------------------------------------------------------------------


def records(session):
    entry = table(ReservationEntry)
    rows = session.execute(select(entry).where(plant(session, entry)).order_by(entry.c.entry_no, entry.c.positive)).all()
    session.rollback()
    return rows


def test_dm_20_dm_21_dm_22_dm_24_dm_25_dm_26_the_two_records_of_a_pair(run, session):
    """The negative one points at the demand with its date, the positive one at the supply with its own; stock by its entry number."""
    opening_stock(run, CELL, "3", lot_no="L-1")
    buy(run, "2")
    sell(run, "5")
    auto(run)
    demand, stock, wanted, order = records(session)
    assert demand.entry_no == stock.entry_no != wanted.entry_no == order.entry_no
    assert {row.reservation_status for row in records(session)} == {"Reservation"}
    assert [int(row.quantity_base) for row in (demand, stock, wanted, order)] == [-3, 3, -2, 2]
    assert (demand.source_type, demand.source_id, demand.source_line_no, str(demand.shipment_date)) == (SALES, "SO-1", 10000, "2030-06-30")
    assert (stock.source_type, stock.source_id, stock.lot_no, demand.lot_no) == (STOCK, str(stock.source_line_no), "L-1", "")
    assert (order.source_type, order.source_id, str(order.expected_receipt_date)) == (PURCHASE, "PO-1", "2030-05-31")


def test_lb_02_what_is_reserved_of_an_order_is_never_reshuffled(run, session):
    buy(run, "5")
    sell(run, "5", no="SO-0")
    auto(run, line=sales_line("SO-0"))
    opening_stock(run, CELL, "9", lot_no="L-1")
    sell(run, "5")
    put_number_on_line(session, 5, item_no=CELL, lot_no="L-1")
    assert auto(run, lot_no="L-1").moved == ""
    ship(run, "SO-1", {"quantity": "5", "lot_no": "L-1"})
    assert held(session, sales_line("SO-0")) == [("PO-1", "", 5, False)]


def test_lb_05_free_supply_is_what_nobody_else_holds_of_other_numbers(run, session):
    """L-2 has 3, of which 2 are held: one piece could move there, and that is not enough, so nothing moves."""
    opening_stock(run, CELL, "4", lot_no="L-1")
    for no, quantity in (("SO-A", "4"), ("SO-B", "2")):
        sell(run, quantity, no=no)
        if no == "SO-B":
            opening_stock(run, CELL, "3", lot_no="L-2")
        auto(run, line=sales_line(no))
    sell(run, "4")
    put_number_on_line(session, 4, item_no=CELL, lot_no="L-1")
    with pytest.raises(ReservedElsewhere):
        auto(run, lot_no="L-1")
    assert held(session, sales_line("SO-A")) == [(STOCK, "L-1", 4, False)]
    opening_stock(run, CELL, "3", lot_no="L-3")
    assert auto(run, lot_no="L-1").moved == "SO-A line 10000"
    assert sorted(held(session, sales_line("SO-A"))) == [(STOCK, "L-2", 1, False), (STOCK, "L-3", 3, False)]
