"""RS-05, RS-15: lines of *Always* items that are added or raised later are reserved as when the order was made. Both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from shopfloor.orders.inputs import AddLine, ChangeLine, ChosenLine
from shopfloor.orders.kinds import OrderKind
from shopfloor.orders.line_commands import add_line, cancel_line_reservations, change_line
from tests.factories_documents import (
    arrive,
    books_are_right,
    make_in_transit,
    make_purchase_return,
    make_transfer_order,
    send_back,
    send_off,
)
from tests.factories_items import make_item, plant_with_masters
from tests.factories_orders import make_customer, make_purchase_order, make_sales_order, make_vendor, opening_stock, receive, ship
from tests.factories_reservations import (
    STOCK,
    auto,
    held,
    loose_numbers,
    put_number_on_line,
    reserved_by_number,
    sales_line,
    take_from,
)

SEAL, VALVE = "SEAL", "VALVE"
TRANSFER = "Transfer Line"


@pytest.fixture(autouse=True)
def masters(run, session):
    plant_with_masters(run)
    make_vendor(run)
    make_customer(run)
    make_in_transit(run)
    make_item(run, SEAL, reservation_policy="Always")
    make_item(run, VALVE, code="LOT", reservation_policy="Always")
    yield
    books_are_right(session)


def change(run, quantity, *, kind=OrderKind.SALES, order_no="SO-1", line_no=10000, item_no=SEAL, **values):
    given = ChangeLine(order_no=order_no, line_no=line_no, item_no=item_no, quantity=quantity, **values)
    return run(change_line, kind=kind, given=given)


def transfer_line(order_no="TO-1", line_no=10000):
    return {"source_type": TRANSFER, "source_id": order_no, "source_line_no": line_no}


def test_rs_05_a_line_that_is_raised_on_a_released_order_is_reserved_again(run, session):
    opening_stock(run, SEAL, "9")
    make_sales_order(run, {"item_no": SEAL, "quantity": "4"})
    assert held(session) == [(STOCK, "", 4, False)]
    change(run, "7")
    assert held(session) == [(STOCK, "", 4, False), (STOCK, "", 3, False)]
    change(run, "5")
    assert sum(row[2] for row in held(session)) == 5
    # More than there is: as far as it goes.
    change(run, "12")
    assert sum(row[2] for row in held(session)) == 9


def test_rs_05_a_line_that_is_added_is_reserved_from_stock_and_orders(run, session):
    opening_stock(run, SEAL, "3")
    make_purchase_order(run, {"item_no": SEAL, "quantity": "9", "date": "2030-05-31"})
    make_sales_order(run, {"item_no": "LABEL", "quantity": "1"})
    answer = run(add_line, kind=OrderKind.SALES, given=AddLine(order_no="SO-1", item_no=SEAL, quantity="5", date="2030-06-30"))
    assert held(session, sales_line(line_no=answer.line_no)) == [(STOCK, "", 3, False), ("PO-1", "", 2, False)]


def test_rs_05_only_the_line_that_changed_is_reserved(run, session):
    opening_stock(run, SEAL, "20")
    make_sales_order(run, {"item_no": SEAL, "quantity": "4"}, {"item_no": SEAL, "quantity": "4"})
    run(cancel_line_reservations, kind=OrderKind.SALES, given=ChosenLine(order_no="SO-1", line_no=10000))
    change(run, "6", line_no=20000)
    assert held(session) == []
    assert sum(row[2] for row in held(session, sales_line(line_no=20000))) == 6
    # Changing the line itself reserves it again.
    change(run, "4")
    assert held(session) == [(STOCK, "", 4, False)]


def test_rs_05_rs_04_a_line_with_numbers_gets_those_numbers(run, session):
    opening_stock(run, VALVE, "5", lot_no="L-1")
    make_sales_order(run, {"item_no": VALVE, "quantity": "2"})
    assert held(session) == [(STOCK, "L-1", 2, False)]
    opening_stock(run, VALVE, "5", lot_no="L-2")
    put_number_on_line(session, 3, item_no=VALVE, lot_no="L-2")
    put_number_on_line(session, 2, item_no=VALVE, lot_no="L-9")
    change(run, "8", item_no=VALVE)
    # 3 by name, 1 without a number; 2 of the line wait for a lot that is not here.
    assert held(session) == [(STOCK, "L-1", 2, False), (STOCK, "L-2", 3, True), (STOCK, "L-1", 1, False)]
    assert loose_numbers(session) == {"L-9": 2}
    assert reserved_by_number(session, VALVE) == {"L-1": 3, "L-2": 3}


def test_rs_05_rs_15_transfer_lines_are_reserved_where_the_goods_leave(run, session):
    opening_stock(run, SEAL, "9")
    make_transfer_order(run, {"item_no": SEAL, "quantity": "4"})
    assert held(session, transfer_line()) == [(STOCK, "", 4, False)]
    change(run, "6", kind=OrderKind.TRANSFER, order_no="TO-1")
    assert sum(row[2] for row in held(session, transfer_line())) == 6
    send_off(run, "TO-1", {"quantity": "6"})
    assert held(session, transfer_line()) == []
    arrive(run, "TO-1")


def test_rs_15_ap_16_goods_of_a_transfer_are_reserved_before_they_arrive(run, session):
    opening_stock(run, VALVE, "5", lot_no="L-1")
    opening_stock(run, VALVE, "5", lot_no="L-2")
    make_transfer_order(run, {"item_no": VALVE, "quantity": "8", "date": "2030-05-31"})
    make_sales_order(run, {"item_no": VALVE, "quantity": "8", "date": "2030-06-30", "location_code": "SIDE"})
    assert held(session) == [("TO-1", "", 8, False)]
    send_off(run, "TO-1", {"quantity": "5", "lot_no": "L-1"}, {"quantity": "3", "lot_no": "L-2"})
    assert held(session) == [("TO-1", "", 8, False)]
    arrive(run, "TO-1", {"quantity": "4", "lot_no": "L-1"})
    assert held(session) == [("TO-1", "", 4, False), (STOCK, "L-1", 4, False)]
    arrive(run, "TO-1")
    assert sorted(held(session)) == [(STOCK, "L-1", 1, False), (STOCK, "L-1", 4, False), (STOCK, "L-2", 3, False)]
    ship(run, "SO-1", {"quantity": "5", "lot_no": "L-1"}, {"quantity": "3", "lot_no": "L-2"})


def test_rs_15_a_transfer_is_reserved_by_hand_like_a_sale(run, session):
    opening_stock(run, "CELL", "5", lot_no="L-1")
    make_transfer_order(run, {"item_no": "CELL", "quantity": "4", "date": "2030-05-31"})
    auto(run, line=transfer_line())
    assert held(session, transfer_line()) == [(STOCK, "L-1", 4, False)]
    # What comes with it may be reserved where it arrives, by a later need.
    make_sales_order(run, {"item_no": "CELL", "quantity": "3", "date": "2030-06-30", "location_code": "SIDE"}, no="SO-2")
    take_from(run, TRANSFER, "TO-1", 10000, line=sales_line("SO-2"))
    assert held(session, sales_line("SO-2")) == [("TO-1", "", 3, False)]


def test_ap_12_a_return_to_the_vendor_needs_no_reservation(run):
    make_purchase_order(run, {"item_no": SEAL, "quantity": "4"})
    receive(run, "PO-1", {"quantity": "4"})
    make_purchase_return(run, {"item_no": SEAL, "quantity": "1"})
    assert send_back(run, "PRO-1", {"quantity": "1"}).line_count == 1


def test_rs_05_the_number_of_statements_does_not_depend_on_the_numbers_of_a_line(run, session, engine):
    counts = []
    for many in (2, 6):
        order_no = f"SO-{many}"
        make_sales_order(run, {"item_no": VALVE, "quantity": "1"}, no=order_no)
        for index in range(many):
            opening_stock(run, VALVE, "1", lot_no=f"L-{many}-{index}")
            put_number_on_line(session, 1, line=sales_line(order_no), item_no=VALVE, lot_no=f"L-{many}-{index}")
        seen = []
        event.listen(engine, "before_cursor_execute", watch := lambda *_: seen.append(1))  # noqa: B023
        change(run, str(many + 1), order_no=order_no, item_no=VALVE)
        event.remove(engine, "before_cursor_execute", watch)
        assert sum(1 for row in held(session, sales_line(order_no)) if row[3]) == many
        counts.append(len(seen))
    assert counts[0] == counts[1]
