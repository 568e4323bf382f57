"""Refusals and answers of orders say what is wrong and count correctly. Both engines."""

from __future__ import annotations

import pytest

from shopfloor.errors import InvalidInput
from shopfloor.exchange.errors import RowsWrong
from shopfloor.item_tracking.commands import create_serials
from shopfloor.item_tracking.errors import NumbersOnLine
from shopfloor.item_tracking.inputs import CreateSerials
from shopfloor.reservations.answers import ReservationsCancelled
from shopfloor.reservations.tracking_errors import NumberTwice
from tests.factories_items import CELL, MODULE, plant_with_masters
from tests.factories_orders import adjust, make_customer, make_purchase_order, make_sales_order, make_vendor, opening_stock, receive, ship


@pytest.fixture(autouse=True)
def masters(run):
    plant_with_masters(run)
    make_vendor(run)
    make_customer(run)


def test_er_04_one_serial_twice_in_a_posting_is_named(run):
    opening_stock(run, MODULE, serial_no="M-1")
    make_sales_order(run, {"item_no": MODULE, "quantity": "3"})
    make_purchase_order(run, {"item_no": MODULE, "quantity": "3"})
    rows = [{"quantity": "1", "serial_no": "M-1"}, {"quantity": "1", "serial_no": "M-1"}]
    with pytest.raises(NumberTwice) as refused:
        ship(run, "SO-1", *rows)
    assert refused.value.text() == "M-1 stands in row 1 and again in row 2. Keep one of them."
    assert (refused.value.row, refused.value.row_column) == (2, "serial_no")
    with pytest.raises(NumberTwice):
        receive(run, "PO-1", *({**row, "serial_no": "M-2"} for row in rows))
    with pytest.raises(NumberTwice):
        adjust(run, *({"item_no": MODULE, "entry_type": "Negative Adjmt.", **row} for row in rows))


def test_tl_13_new_serials_that_stand_on_the_line_are_refused(run):
    make_purchase_order(run, {"item_no": MODULE, "quantity": "9"})
    line = {"source_type": "Purchase Line", "order_no": "PO-1", "line_no": 10000}
    assert run(create_serials, given=CreateSerials(**line, first="M-01", count=3)).count == 3
    with pytest.raises(NumbersOnLine) as refused:
        run(create_serials, given=CreateSerials(**line, first="M-02", count=3))
    assert refused.value.text().startswith("Purchase order PO-1, line 10000 carries M-02 to M-03 (2 numbers) already.")
    assert run(create_serials, given=CreateSerials(**line, first="M-04", count=1)).count == 4


def test_one_is_one_line_and_too_much_names_the_limit(run):
    make_purchase_order(run, {"item_no": CELL, "quantity": "5"})
    assert receive(run, "PO-1", {"quantity": "1", "lot_no": "L-1"}).text().endswith(": 1 line.")
    two = receive(run, "PO-1", {"quantity": "1", "lot_no": "L-1"}, {"quantity": "1", "lot_no": "L-2"})
    assert two.text().endswith(": 2 lines.")


def test_one_of_many_is_said_in_the_singular():
    assert ReservationsCancelled(count=1).text() == "1 reservation was cancelled."
    assert ReservationsCancelled(count=2).text() == "2 reservations were cancelled."
    wrong = {"kind": "items", "line": 2, "column": "no", "words": "must not be blank", "problems": []}
    assert RowsWrong(row_count=1, problem_count=1, **wrong).text().startswith("1 problem in 1 row of items.")
    assert RowsWrong(row_count=3, problem_count=2, **wrong).text().startswith("2 problems in 3 rows of items.")


@pytest.mark.parametrize("written", ["99999999999999", "1000000000000"])
def test_a_27_a_quantity_beyond_the_limit_names_it(written):
    from shopfloor.orders.inputs import NewOrderLine
    from shopfloor.people.fields import read_input

    with pytest.raises(InvalidInput) as refused:
        read_input(NewOrderLine, {"item_no": CELL, "quantity": written, "location_code": "MAIN"})
    assert refused.value.problems == {"quantity": f"“{written}” is too much: a quantity stays below 1,000,000,000,000."}
