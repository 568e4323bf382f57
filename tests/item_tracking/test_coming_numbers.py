"""OT-03, RS-04, LB-10: numbers of a demand line that are reserved of goods still to come stand on its item tracking lines."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from shopfloor.item_tracking.commands import add_tracking_lines, save_tracking_lines
from shopfloor.item_tracking.inputs import AddTrackingLines, SaveTrackingLines, TrackingSource
from shopfloor.item_tracking.queries import tracking_lines_page
from shopfloor.orders.commands import release_purchase_order
from shopfloor.orders.inputs import BuyForLine, ChangeLine
from shopfloor.orders.kinds import OrderKind
from shopfloor.orders.line_commands import change_line
from shopfloor.orders.order_to_order import make_purchase_order as make_purchase_order_for
from shopfloor.reservations.errors import ReservedElsewhere
from shopfloor.reservations.pairs import own_pairs
from shopfloor.reservations.rules import Demand
from shopfloor.reservations.tracking_errors import ExcessTracking
from tests.factories_items import CELL, MODULE, PACK, plant_with_masters
from tests.factories_orders import make_customer, make_purchase_order, make_sales_order, make_vendor, opening_stock, receive, ship
from tests.factories_reservations import PURCHASE, SALES, STOCK, auto, books, held, loose_numbers, take_from

COMES, NEEDED = "2030-05-31", "2030-06-30"
OURS = {"source_type": SALES, "order_no": "SO-1", "line_no": 10000}
THEIRS = {"source_type": PURCHASE, "order_no": "PO-1", "line_no": 10000}


@pytest.fixture(autouse=True)
def masters(run, session):
    plant_with_masters(run)
    make_vendor(run)
    make_customer(run)
    yield
    assert books(session) == []


def number(*lots, line=OURS, confirmed=True):
    rows = tuple({"lot_no": lot, "quantity": quantity} for lot, quantity in lots)
    return SaveTrackingLines(**line, lines=rows, confirmed=confirmed)


def promised(run, quantity="5", *lots):
    """Ten cells are on their way, as lots L-1 (4) and L-2 (3) and three without a number; a customer wants some."""
    make_purchase_order(run, {"item_no": CELL, "quantity": "10", "date": COMES})
    run(save_tracking_lines, given=number(("L-1", "4"), ("L-2", "3"), line=THEIRS))
    make_sales_order(run, {"item_no": CELL, "quantity": quantity, "date": NEEDED})
    if lots:
        run(save_tracking_lines, given=number(*lots))


def carried(session, line=OURS):
    """number -> (quantity, reserved by name), and what has no number yet."""
    page = tracking_lines_page(session, TrackingSource(**line))
    session.rollback()
    return {row.tracking.label(): (int(row.quantity), int(row.reserved)) for row in page.numbers}, int(page.matrix.undefined)


def test_rs_04_a_number_that_is_reserved_of_an_order_stays_on_the_page_of_its_line(run, session):
    promised(run, "5", ("L-2", "3"))
    auto(run, lot_no="L-2")
    assert held(session) == [("PO-1", "L-2", 3, True)]
    assert carried(session) == ({"L-2": (3, 3)}, 2)


def test_tl_02_what_is_reserved_of_an_order_counts_against_the_line(run, session):
    promised(run, "5", ("L-2", "3"))
    auto(run, lot_no="L-2")
    opening_stock(run, CELL, "9", lot_no="L-8")
    with pytest.raises(ExcessTracking):
        run(add_tracking_lines, given=AddTrackingLines(**OURS, lines=({"lot_no": "L-8", "quantity": "3"},), confirmed=True))
    run(add_tracking_lines, given=AddTrackingLines(**OURS, lines=({"lot_no": "L-8", "quantity": "2"},), confirmed=True))
    assert carried(session) == ({"L-2": (3, 3), "L-8": (2, 0)}, 0)
    assert (held(session), loose_numbers(session)) == ([("PO-1", "L-2", 3, True)], {"L-8": 2})


def test_tl_12_saving_again_what_stands_there_changes_nothing(run, session):
    promised(run, "5", ("L-2", "3"))
    auto(run, lot_no="L-2")
    run(save_tracking_lines, given=number(("L-2", "3")))
    assert (held(session), loose_numbers(session)) == ([("PO-1", "L-2", 3, True)], {})


def test_lb_10_a_number_that_is_taken_off_leaves_the_goods_reserved_without_it(run, session):
    promised(run, "5", ("L-2", "3"))
    auto(run, lot_no="L-2")
    run(save_tracking_lines, given=number(("L-2", "1")))
    assert sorted(held(session)) == [("PO-1", "L-2", 1, True), ("PO-1", "L-2", 2, False)]
    run(save_tracking_lines, given=number())
    assert sorted((number, quantity, named) for _, number, quantity, named in held(session)) == [("L-2", 1, False), ("L-2", 2, False)]
    assert (carried(session), loose_numbers(session)) == (({}, 5), {})


def test_lb_10_a_number_of_what_the_line_holds_already_is_held_by_name(run, session):
    promised(run)
    take_from(run, PURCHASE, "PO-1", 10000, supply_lot_no="L-2")
    answer = run(save_tracking_lines, given=number(("L-2", "2")))
    assert answer.reserved == "2"
    assert sorted(held(session)) == [("PO-1", "L-2", 1, False), ("PO-1", "L-2", 2, True)]
    assert loose_numbers(session) == {}


def test_ot_03_links_for_which_the_line_has_no_room_any_more_are_dissolved(run, session):
    """RS-04: all five pieces are to be of other numbers now, so nothing of the order serves them."""
    promised(run, "5", ("L-2", "3"))
    auto(run, lot_no="L-2")
    opening_stock(run, CELL, "9", lot_no="L-8")
    run(save_tracking_lines, given=number(("L-8", "4")))
    assert held(session) == [("PO-1", "L-2", 1, False)]
    # What the order brings by number is free for others again.
    assert carried(session, THEIRS)[0] == {"L-1": (4, 0), "L-2": (3, 1)}
    run(save_tracking_lines, given=number(("L-8", "5")))
    assert (held(session), carried(session)) == ([], ({"L-8": (5, 0)}, 0))
    ship(run, "SO-1", {"lot_no": "L-8", "quantity": "5"})


def test_ot_03_stock_that_the_line_holds_stays_and_only_links_to_orders_give_way(run, session):
    opening_stock(run, CELL, "2", lot_no="L-8")
    promised(run)
    auto(run)
    assert sorted(held(session)) == [(STOCK, "L-8", 2, False), ("PO-1", "", 3, False)]
    run(save_tracking_lines, given=number(("L-8", "2"), ("L-1", "1")))
    assert sorted(held(session)) == [(STOCK, "L-8", 2, True), ("PO-1", "", 2, False)]
    assert loose_numbers(session) == {"L-1": 1}


def test_ap_16_the_receipt_takes_the_named_number_along(run, session):
    promised(run, "5", ("L-2", "3"))
    auto(run, lot_no="L-2")
    receive(run, "PO-1", {"lot_no": "L-2", "quantity": "3"})
    assert (held(session), carried(session)) == ([(STOCK, "L-2", 3, True)], ({"L-2": (3, 3)}, 2))
    ship(run, "SO-1", {"lot_no": "L-2", "quantity": "3"})
    assert carried(session) == ({}, 2)


def test_ots_the_number_of_statements_does_not_depend_on_the_numbers(run, session, engine):
    counts = []
    seen = []
    event.listen(engine, "before_cursor_execute", lambda *arguments: seen.append(arguments[2]))
    for item_no, no, size in ((MODULE, "1", 3), (PACK, "2", 60)):
        make_purchase_order(run, {"item_no": item_no, "quantity": str(size), "date": COMES}, no=f"PO-{no}")
        make_sales_order(run, {"item_no": item_no, "quantity": str(size), "date": NEEDED}, no=f"SO-{no}")
        ours, theirs = OURS | {"order_no": f"SO-{no}"}, THEIRS | {"order_no": f"PO-{no}"}
        rows = tuple({"serial_no": f"P-{no}{one:03}"} for one in range(size))
        run(save_tracking_lines, given=SaveTrackingLines(**theirs, lines=rows))
        auto(run, line={"source_type": SALES, "source_id": f"SO-{no}", "source_line_no": 10000})
        seen.clear()
        for lines in (rows, rows[1:], ({"serial_no": f"P-{no}999"}, *rows[1:])):
            run(save_tracking_lines, given=SaveTrackingLines(**ours, lines=lines, confirmed=True))
        counts.append(len(seen))
    assert counts[0] == counts[1], counts


# --- goods that came for the line


def bound(session):
    """What the line holds: number, quantity, whether by number, bound to the line, needed on."""
    found = own_pairs(session, Demand(SALES, "SO-1", 10000))
    session.rollback()
    return sorted(
        (one.supply_tracking.label(), int(one.quantity), one.specific, bool(one.binding), str(one.shipment_date)) for one in found
    )


def test_rs_16_lb_07_goods_that_came_for_a_line_stay_bound_to_it_while_their_number_is_entered_and_taken_off(run, session):
    make_sales_order(run, {"item_no": CELL, "quantity": "5", "date": NEEDED})
    answer = run(make_purchase_order_for, given=BuyForLine(source_type=SALES, source_id="SO-1", source_line_no=10000, vendor_no="V1"))
    run(release_purchase_order, order_no=answer.number)
    receive(run, answer.number, {"quantity": "5", "lot_no": "L-1"})
    assert bound(session) == [("L-1", 5, False, True, NEEDED)]
    run(save_tracking_lines, given=number(("L-1", "3")))
    assert bound(session) == [("L-1", 2, False, True, NEEDED), ("L-1", 3, True, True, NEEDED)]
    run(save_tracking_lines, given=number())
    assert bound(session) == [("L-1", 2, False, True, NEEDED), ("L-1", 3, False, True, NEEDED)]
    # Nobody's late binding takes them, although other stock is free.
    opening_stock(run, CELL, "5", lot_no="L-2")
    make_sales_order(run, {"item_no": CELL, "quantity": "5", "date": NEEDED}, no="SO-2")
    with pytest.raises(ReservedElsewhere):
        ship(run, "SO-2", {"quantity": "5", "lot_no": "L-1"})
    ship(run, "SO-2", {"quantity": "5", "lot_no": "L-2"})


def test_rs_16_another_number_is_taken_from_what_nobody_ordered_for_the_line_first(run, session):
    make_sales_order(run, {"item_no": CELL, "quantity": "5", "date": NEEDED})
    answer = run(make_purchase_order_for, given=BuyForLine(source_type=SALES, source_id="SO-1", source_line_no=10000, vendor_no="V1"))
    run(release_purchase_order, order_no=answer.number)
    receive(run, answer.number, {"quantity": "5", "lot_no": "L-1"})
    run(change_line, kind=OrderKind.SALES, given=ChangeLine(order_no="SO-1", line_no=10000, item_no=CELL, quantity="8", date=NEEDED))
    opening_stock(run, CELL, "3", lot_no="L-2")
    auto(run)
    opening_stock(run, CELL, "4", lot_no="L-3")
    run(save_tracking_lines, given=number(("L-3", "4")))
    assert bound(session) == [("L-1", 4, False, True, NEEDED), ("L-3", 1, True, False, NEEDED), ("L-3", 3, True, False, NEEDED)]
