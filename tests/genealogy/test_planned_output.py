"""RS-04, OT-03, LB-10, AP-16: numbers that a production line names before they are made are reserved by name. Both engines."""

from __future__ import annotations

import pytest

from shopfloor.genealogy.journal_inputs import PostProductionJournal
from shopfloor.genealogy.production_journal import post_production_journal
from shopfloor.genealogy.starting import start_order
from shopfloor.item_tracking import queries
from shopfloor.item_tracking.commands import save_tracking_lines
from shopfloor.item_tracking.inputs import SaveTrackingLines, TrackingSource
from shopfloor.people.fields import read_input
from shopfloor.production import bills
from shopfloor.production import commands as production
from shopfloor.production.inputs import ChangeProductionOrder, NewBom, NewBomLine, NewProductionOrder, OrderKey, StartOrder
from shopfloor.production.queries import order_row
from shopfloor.reservations.errors import NothingToReserve
from shopfloor.reservations.line_changes import TrackedQuantity
from tests.factories_items import LABEL, make_item, plant_with_masters
from tests.factories_orders import make_customer, make_sales_order, opening_stock, ship
from tests.factories_reservations import PRODUCTION, STOCK, auto, books, held, loose_numbers, put_number_on_line, sales_line, take_from

SAUCE, ORDER, LINE = "SAUCE", "CO-1", 10000
SOURCE = {"source_type": PRODUCTION, "order_no": ORDER, "line_no": LINE}


@pytest.fixture(autouse=True)
def plant(run, session):
    """An order of ten pieces of a lot-tracked item that nobody scans."""
    plant_with_masters(run)
    make_customer(run)
    make_item(run, SAUCE, code="LOT")
    opening_stock(run, LABEL, "50")
    lines = (NewBomLine(item_no=LABEL, quantity_per="1"),)
    run(bills.create_bom, given=NewBom(item_no=SAUCE, lines=lines))
    given = NewProductionOrder(no=ORDER, item_no=SAUCE, quantity="10", location_code="MAIN", due_date="2030-05-31")
    run(production.create_order, given=given)
    run(production.release_order, given=OrderKey(order_no=ORDER))
    yield
    assert books(session) == []


def plan(run, *numbers):
    rows = tuple({"lot_no": lot_no, "quantity": quantity} for lot_no, quantity in numbers)
    return run(save_tracking_lines, given=SaveTrackingLines(**SOURCE, lines=rows))


def carried(session):
    """What the production line carries: number -> (quantity, reserved)."""
    page = queries.tracking_lines_page(session, TrackingSource(**SOURCE))
    session.rollback()
    return {row.tracking.label(): (int(row.quantity), int(row.reserved)) for row in page.numbers}


def sell(run, session, quantity, *numbers, no="SO-1"):
    make_sales_order(run, {"item_no": SAUCE, "quantity": quantity, "date": "2030-06-30"}, no=no)
    for lot_no, part in numbers:
        put_number_on_line(session, part, line=sales_line(no), item_no=SAUCE, lot_no=lot_no)


def make(run, *lines):
    rows = [{"entry_type": "Output", "line_no": LINE, **line} for line in lines]
    run(post_production_journal, order_no=ORDER, given=read_input(PostProductionJournal, {"lines": rows}))


def test_rs_04_a_demand_with_a_number_is_served_by_the_line_that_names_it(run, session):
    plan(run, ("L-1", "4"), ("L-2", "3"))
    sell(run, session, "5", ("L-2", 5))
    assert auto(run, lot_no="L-2").quantity == "3"
    assert held(session) == [(ORDER, "L-2", 3, True)]
    assert (loose_numbers(session), carried(session)) == ({"L-2": 2}, {"L-1": (4, 0), "L-2": (3, 3)})
    with pytest.raises(NothingToReserve):
        auto(run, lot_no="L-2")


def test_rs_04_rs_08_a_demand_without_a_number_takes_what_has_none_first_or_a_chosen_one(run, session):
    plan(run, ("L-1", "4"), ("L-2", "3"))
    sell(run, session, "5")
    auto(run)
    assert held(session) == [(ORDER, "", 3, False), (ORDER, "L-1", 2, False)]
    sell(run, session, "2", no="SO-2")
    take_from(run, PRODUCTION, ORDER, LINE, line=sales_line("SO-2"), supply_lot_no="L-2")
    assert held(session, sales_line("SO-2")) == [(ORDER, "L-2", 2, False)]


def test_ot_03_numbers_that_are_entered_split_the_links_and_dissolve_impossible_ones(run, session):
    sell(run, session, "8")
    auto(run)
    plan(run, ("L-1", "5"), ("L-2", "3"))
    assert sorted(held(session)) == [(ORDER, "", 2, False), (ORDER, "L-1", 5, False), (ORDER, "L-2", 1, False)]
    sell(run, session, "2", ("L-2", 2), no="SO-2")
    auto(run, line=sales_line("SO-2"), lot_no="L-2")
    plan(run, ("L-1", "5"))
    assert (held(session, sales_line("SO-2")), loose_numbers(session, sales_line("SO-2"))) == ([], {"L-2": 2})
    assert sum(row[2] for row in held(session)) == 8


def test_ap_16_ot_01_what_is_made_goes_to_those_who_wait_for_its_number(run, session):
    plan(run, ("L-1", "6"), ("L-2", "4"))
    sell(run, session, "4", ("L-1", 4))
    auto(run, lot_no="L-1")
    run(start_order, given=StartOrder(order_no=ORDER))
    make(run, {"lot_no": "L-2", "quantity": "1"}, {"lot_no": "L-1", "quantity": "5"})
    assert held(session) == [(STOCK, "L-1", 4, True)]
    assert carried(session) == {"L-1": (1, 0), "L-2": (3, 0)}
    ship(run, "SO-1", {"quantity": "4"})
    # A line without a number takes what is left, held or not (TL-04).
    sell(run, session, "2", ("L-2", 2), no="SO-2")
    auto(run, line=sales_line("SO-2"), lot_no="L-2")
    make(run, {"quantity": "4"})
    assert (held(session, sales_line("SO-2")), carried(session)) == ([(STOCK, "L-2", 1, True)] * 2, {})


def test_ot_01_another_number_than_the_planned_one_cuts_the_plan_and_then_the_links(run, session):
    plan(run, ("L-1", "6"), ("L-2", "4"))
    sell(run, session, "4", ("L-1", 4))
    auto(run, lot_no="L-1")
    run(start_order, given=StartOrder(order_no=ORDER))
    make(run, {"lot_no": "L-9", "quantity": "5"})
    assert carried(session) == {"L-1": (5, 4)}
    assert held(session) == [(ORDER, "L-1", 4, True)]
    make(run, {"lot_no": "L-9", "quantity": "4"})
    assert (held(session), carried(session)) == ([(ORDER, "L-1", 1, True)], {"L-1": (1, 1)})
    assert loose_numbers(session) == {"L-1": 3}


def test_tl_09_a_number_that_is_reserved_holds_the_quantity_of_the_order(run, session):
    plan(run, ("L-1", "6"))
    sell(run, session, "4", ("L-1", 4))
    auto(run, lot_no="L-1")
    version = order_row(session, ORDER).version
    session.rollback()
    given = {"order_no": ORDER, "version": version, "location_code": "MAIN", "due_date": "2030-05-31"}
    with pytest.raises(TrackedQuantity):
        run(production.change_order, given=ChangeProductionOrder(**given, quantity="5"))
    assert held(session) == [(ORDER, "L-1", 4, True)]


def test_pr_08_an_order_that_ends_frees_who_waited_for_its_numbers(run, session):
    plan(run, ("L-1", "6"))
    sell(run, session, "4", ("L-1", 4))
    auto(run, lot_no="L-1")
    run(start_order, given=StartOrder(order_no=ORDER))
    run(production.end_job, given=OrderKey(order_no=ORDER))
    assert (held(session), loose_numbers(session)) == ([], {"L-1": 4})
    run(production.end_order, given=OrderKey(order_no=ORDER))
    assert carried(session) == {}
