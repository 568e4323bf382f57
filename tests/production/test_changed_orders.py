"""A production order that changes although others count on it or its parts are spoken for (RS-05, RS-12, RS-13, TL-09). Both databases."""

from __future__ import annotations

import pytest

from shopfloor.item_tracking.commands import save_tracking_lines
from shopfloor.item_tracking.inputs import SaveTrackingLines
from shopfloor.production import bills, commands, queries
from shopfloor.production.errors import OrderReserved
from shopfloor.production.inputs import ChangeProductionOrder, NewBom, NewBomLine
from shopfloor.reservations.line_changes import DateConflict, LineReserved, LineTracked, TrackedQuantity
from tests.factories_documents import books_are_right
from tests.factories_items import CELL, make_item, plant_with_masters
from tests.factories_orders import make_customer, make_sales_order, opening_stock
from tests.factories_production import make_order, schedule
from tests.factories_reservations import STOCK, auto, component_line, held

KIT, SEAL = "KIT", "SEAL"
DUE, LATER, NEEDED = "2030-05-01", "2030-07-01", "2030-06-01"


@pytest.fixture(autouse=True)
def kits(run, session):
    """A kit of 2 seals, which are always reserved, and 3 cells."""
    plant_with_masters(run)
    make_customer(run)
    make_item(run, SEAL, reservation_policy="Always")
    make_item(run, KIT, code="LOT")
    lines = (NewBomLine(item_no=SEAL, quantity_per="2"), NewBomLine(item_no=CELL, quantity_per="3"))
    run(bills.create_bom, given=NewBom(item_no=KIT, lines=lines))
    make_order(run, "5", no="RPO-1", item_no=KIT, due_date=DUE)
    yield
    books_are_right(session)


def change(run, session, quantity="5", due_date=DUE, location_code="MAIN", **more):
    version = queries.order_row(session, "RPO-1").version
    session.rollback()
    given = ChangeProductionOrder(
        order_no="RPO-1", version=version, quantity=quantity, due_date=due_date, location_code=location_code, **more
    )
    return run(commands.change_order, given=given)


def sell(run, quantity="5", date=NEEDED):
    make_sales_order(run, {"item_no": KIT, "quantity": quantity, "date": date})
    auto(run)


def put_numbers(run, source_type, *lines, component_line_no=0):
    given = SaveTrackingLines(
        source_type=source_type, order_no="RPO-1", line_no=10000, component_line_no=component_line_no, lines=lines, confirmed=True
    )
    return run(save_tracking_lines, given=given)


def test_rs_05_components_of_a_raised_order_are_reserved_as_when_it_was_scheduled(run, session):
    opening_stock(run, SEAL, "30")
    schedule(run, "RPO-1")
    assert held(session, component_line("RPO-1")) == [(STOCK, "", 10, False)]
    change(run, session, "8")
    assert held(session, component_line("RPO-1")) == [(STOCK, "", 16, False)]
    change(run, session, "3")
    assert held(session, component_line("RPO-1")) == [(STOCK, "", 6, False)]


def test_rs_05_a_created_order_is_a_simulation_and_reserves_nothing(run, session):
    opening_stock(run, SEAL, "30")
    change(run, session, "8")
    assert held(session, component_line("RPO-1")) == []


def test_what_somebody_reserved_by_hand_still_refuses(run, session):
    opening_stock(run, CELL, "30", lot_no="L-1")
    schedule(run, "RPO-1")
    auto(run, line=component_line("RPO-1", 20))
    with pytest.raises(OrderReserved, match=CELL):
        change(run, session, "8")


def test_rs_12_an_order_that_makes_less_releases_what_was_reserved_of_it(run, session):
    schedule(run, "RPO-1")
    sell(run)
    assert held(session) == [("RPO-1", "", 5, False)]
    change(run, session, "3")
    assert held(session) == [("RPO-1", "", 3, False)]


def test_rs_13_an_order_that_comes_too_late_asks_and_a_yes_cancels(run, session):
    schedule(run, "RPO-1")
    sell(run)
    with pytest.raises(DateConflict) as asked:
        change(run, session, due_date=LATER)
    assert (asked.value.counterpart, asked.value.counterpart_date) == ("SO-1 line 10000", NEEDED)
    change(run, session, due_date=NEEDED)
    assert held(session) == [("RPO-1", "", 5, False)]
    change(run, session, due_date=LATER, confirmed=True)
    assert held(session) == []


def test_rs_12_c1_an_order_whose_output_is_reserved_stays_where_it_is(run, session):
    schedule(run, "RPO-1")
    sell(run)
    with pytest.raises(LineReserved):
        change(run, session, location_code="SIDE")
    with pytest.raises(LineReserved):
        change(run, session, due_date=None)


def test_tl_09_tl_10_planned_numbers_of_the_product_hold_quantity_and_place(run, session):
    schedule(run, "RPO-1")
    put_numbers(run, "Prod. Order Line", {"lot_no": "K-1", "quantity": "4"})
    with pytest.raises(TrackedQuantity) as refused:
        change(run, session, "3")
    assert (refused.value.tracked, refused.value.quantity) == ("4", "3")
    with pytest.raises(LineTracked):
        change(run, session, location_code="SIDE")
    change(run, session, "4")


def test_tl_09_tl_10_numbers_of_components_hold_their_lines(run, session):
    opening_stock(run, CELL, "30", lot_no="L-1")
    schedule(run, "RPO-1")
    put_numbers(run, "Prod. Order Component", {"lot_no": "L-1", "quantity": "12"}, component_line_no=20)
    with pytest.raises(TrackedQuantity) as refused:
        change(run, session, "3")
    assert (refused.value.line_no, refused.value.item, refused.value.tracked, refused.value.quantity) == (20, CELL, "12", "9")
    with pytest.raises(LineTracked):
        change(run, session, location_code="SIDE")
    change(run, session, "4")
