"""TR-10 to TR-44 in the order line view: expected trees worked by hand on small ledgers."""

from __future__ import annotations

import pytest

from shopfloor.tracing.criteria import ShowComponents
from shopfloor.tracing.lines import Completeness
from tests.tracing.books import Books, shape

NO, TRACKED, ALL = ShowComponents.NO, ShowComponents.TRACKED, ShowComponents.ALL


def bought_and_sold():
    books = Books()
    books.receive(1, "CELL", 10, lot="L1")
    books.sell(2, "CELL", 4, 1, lot="L1")
    books.receive(3, "CELL", 10, lot="L1")
    return books


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize(
    ("forward", "expected"),
    [
        # TR-11: latest first. TR-12: receipt 1 was reached from the sale; receipt 3, to which nothing is applied, is a root (TR-25).
        (False, ["3", "2", ".1"]),
        (True, ["1", ".2", "3"]),
    ],
)
def test_tr_10_11_12_25_roots_and_order(forward, expected, exact):
    assert shape(bought_and_sold().trace(lot_no="L1", forward=forward, exact=exact)) == expected


def test_tr_10_an_entry_without_a_number_is_never_a_root():
    books = Books()
    books.receive(1, "SCREW", 10)
    assert shape(books.trace(item_no="SCREW", exact=False)) == []


def test_tr_10_a_returned_consumption_is_no_forward_root_but_a_backward_one():
    books = Books()
    books.receive(1, "CELL", 10, lot="L1")
    books.use(2, "CELL", 4, 1, lot="L1")
    books.give_back(3, "Consumption", "CELL", 4, 2, lot="L1", order_no="PO-1", order_line_no=1)
    assert shape(books.trace(lot_no="L1", forward=True, exact=False, components=NO)) == ["1", ".2~", "..3<"]
    assert shape(books.trace(lot_no="L1", exact=False)) == ["3<", ".2~", "..1"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"lot_no": "L1|L2"}, ["4", "2", "3", "1"]),  # by lot, then entry, both descending
        ({"item_no": "A|B"}, ["3", "2", "4", "1"]),  # by item, then entry
    ],
)
def test_tr_11_primary_key_is_the_lot_when_it_is_asked_for(filters, expected):
    books = Books()
    for no, item, lot in ((1, "A", "L1"), (2, "B", "L2"), (3, "B", "L1"), (4, "A", "L2")):
        books.receive(no, item, 1, lot=lot)
    assert shape(books.trace(exact=False, **filters)) == expected


@pytest.mark.parametrize("exact", [False, True])
def test_tr_13_the_receiving_half_of_a_reclassification_is_the_root_even_when_its_number_differs(exact):
    books = Books()
    books.receive(1, "CELL", 10, lot="OLD")
    books.move(2, 3, "CELL", 10, 1, lot="OLD", new_lot="NEW")
    # The candidates are 2 and 1; 3 stands in for 2, and TR-26: a reclassification shows two lines (-, +).
    assert shape(books.trace(lot_no="OLD", exact=exact)) == ["3", ".2", "..1"]
    assert shape(books.trace(lot_no="OLD", forward=True, exact=exact)) == ["1", ".2", "..3"]


def test_tr_26_a_transfer_shows_five_steps_between_receipt_and_sale():
    books = Books()
    books.receive(1, "CELL", 1, lot="L")
    books.move(2, 3, "CELL", 1, 1, lot="L")
    books.move(4, 5, "CELL", 1, 3, lot="L")
    books.sell(6, "CELL", 1, 5, lot="L")
    assert shape(books.trace(lot_no="L", exact=False)) == ["6", ".5", "..4", "...3", "....2", ".....1"]
    assert shape(books.trace(lot_no="L", forward=True, exact=False)) == ["1", ".2", "..3", "...4", "....5", ".....6"]


def test_tr_24_tr_43_two_sources_of_one_usage_are_both_shown_latest_first():
    books = Books()
    books.receive(1, "CELL", 2, lot="L")
    books.receive(2, "CELL", 2, lot="L")
    books.sell(3, "CELL", 4, 1, 2, lot="L")
    assert shape(books.trace(lot_no="L", exact=False)) == ["3", ".2", ".1"]


def test_tr_25_a_return_with_applies_from_links_and_one_without_starts_anew():
    books = Books()
    books.receive(1, "PACK", 1, serial="S")
    books.sell(2, "PACK", 1, 1, serial="S")
    books.give_back(3, "Sale", "PACK", 1, 2, serial="S")
    books.sell(4, "PACK", 1, 3, serial="S")
    assert shape(books.trace(serial_no="S", forward=True, exact=False)) == ["1", ".2", "..3", "...4"]
    assert shape(books.trace(serial_no="S", exact=False)) == ["4", ".3", "..2", "...1"]
    books.receive(5, "PACK", 1, serial="S")  # a return that names nothing
    assert shape(books.trace(serial_no="S", exact=False)) == ["5", "4", ".3", "..2", "...1"]


def pack_order():
    """Two cells lots and untracked screws into two packs on one order line; pack S1 is sold, the other order line is apart."""
    books = Books()
    books.receive(1, "CELL", 5, lot="L1")
    books.receive(2, "CELL", 5, lot="L2")
    books.receive(3, "SCREW", 100)
    books.use(4, "CELL", 1, 1, lot="L1")
    books.use(5, "CELL", 1, 2, lot="L2")
    books.use(6, "SCREW", 4, 3)
    books.make(7, "PACK", 1, serial="S1")
    books.make(8, "PACK", 1, serial="S2")
    books.sell(9, "PACK", 1, 7, serial="S1")
    books.use(10, "CELL", 1, 1, lot="L1", order_line_no=2)
    books.make(11, "PACK", 1, serial="S3", order_line_no=2)
    return books


@pytest.mark.parametrize(
    ("components", "expected"),
    [
        (NO, ["9", ".7"]),
        (TRACKED, ["9", ".7", "..4", "...1", "..5", "...2"]),
        (ALL, ["9", ".7", "..4", "...1", "..5", "...2", "..6"]),
    ],
)
def test_tr_32_34_backward_components_of_the_order_line(components, expected):
    assert shape(pack_order().trace(serial_no="S1", components=components, exact=False)) == expected


@pytest.mark.parametrize(
    ("components", "expected"),
    [
        (NO, ["1", ".4", "..7", "...9", "..8", ".10", "..11"]),
        (TRACKED, ["1", ".4", "..5", "..7", "...9", "..8", ".10", "..11"]),
        (ALL, ["1", ".4", "..5", "..6", "..7", "...9", "..8", ".10", "..11"]),
    ],
)
def test_tr_31_34_forward_other_components_then_outputs(components, expected):
    """TR-30: the other order line's consumption 10 leads to its own output 11 alone."""
    assert shape(pack_order().trace(lot_no="L1", forward=True, components=components, exact=False)) == expected


@pytest.mark.parametrize(("components", "expected"), [(TRACKED, ["1", ".2"]), (ALL, ["1", ".2", "..3"])])
def test_tr_31_untracked_outputs_are_shown_only_with_all(components, expected):
    books = Books()
    books.receive(1, "CELL", 5, lot="L1")
    books.use(2, "CELL", 1, 1, lot="L1")
    books.make(3, "BOARD", 1)
    assert shape(books.trace(lot_no="L1", forward=True, components=components, exact=False)) == expected


def test_tr_32_a_negative_output_has_the_returned_consumption():
    """TR-20: components first, then applications."""
    books = Books()
    books.receive(1, "CELL", 5, lot="L1")
    books.use(2, "CELL", 1, 1, lot="L1")
    books.make(3, "PACK", 1, serial="S1")
    books.give_back(4, "Consumption", "CELL", 1, 2, lot="L1", order_no="PO-1", order_line_no=1)
    books.unmake(5, "PACK", 1, 3, serial="S1")
    # 5 first lists the returned consumption 4 (TR-32) with what it returns, then the output that it takes back with its own.
    assert shape(books.trace(serial_no="S1", exact=False)) == ["5<", ".4<", "..2~", "...1", ".3~", "..2~*"]


def test_tr_33_a_component_listed_by_the_order_is_not_bridged_itself():
    books = Books()
    books.receive(1, "CELL", 5, lot="L1")
    books.receive(2, "GLUE", 5, lot="G1")
    books.use(3, "CELL", 1, 1, lot="L1")
    books.use(4, "GLUE", 1, 2, lot="G1")
    books.make(5, "PACK", 1, serial="S1")
    # 4 is listed below 3; its own outputs are not listed again below it.
    assert shape(books.trace(lot_no="L1", forward=True, exact=False)) == ["1", ".3", "..4", "..5"]


def test_tr_42_a_repeated_consumption_reached_by_application_lists_its_order_once_more():
    books = Books()
    books.receive(1, "CELL", 5, lot="L1")
    books.use(2, "CELL", 1, 1, lot="L1")
    books.use(3, "CELL", 1, 1, lot="L1")
    books.make(4, "PACK", 1, serial="S1")
    books.sell(5, "PACK", 1, 4, serial="S1")
    assert shape(books.trace(lot_no="L1", forward=True, exact=False)) == [
        "1", ".2", "..3", "..4", "...5", ".3*", "..2*", "..4*",
    ]


def test_tr_40_tr_41_tr_43_a_source_of_two_usages_is_shown_below_each_and_walked_once():
    books = Books()
    books.receive(1, "CELL", 5, lot="L1")
    books.move(2, 3, "CELL", 5, 1, lot="L1")
    books.sell(4, "CELL", 1, 3, lot="L1")
    books.sell(5, "CELL", 1, 3, lot="L1")
    trace = books.trace(lot_no="L1", exact=False)
    assert shape(trace) == ["5", ".3", "..2", "...1", "4", ".3*"]
    # TR-44: go to the first line of the same entry.
    assert (trace.line(6).first_line, trace.line(2).first_line) == (2, 0)


def test_tr_41_42_in_a_loop_a_line_below_the_same_entry_at_another_depth_is_not_repeated_at_depth_one():
    books = Books()
    books.receive(2, "CELL", 5, lot="L1")
    books.make(9, "PACK", 1, serial="S1")
    books.use(5, "FRAME", 1, 4, lot="F1")
    books.use(6, "CELL", 1, 2, lot="L1")
    books.make(4, "FRAME", 1, lot="F1", order_no="PO-2")
    books.use(3, "PACK", 1, 9, serial="S1", order_no="PO-2")
    # The repeated 9 lists its components once more; 6 comes up there first, is walked there, and is left out below root 9.
    trace = books.trace(serial_no="S1", exact=False)
    assert shape(trace) == ["9", ".5", "..4", "...3", "....9*", ".....5*", ".....6", "......2"]
    assert trace.complete


@pytest.mark.parametrize("forward", [False, True])
@pytest.mark.parametrize("exact", [False, True])
def test_c_6_cycles_end(forward, exact):
    """C6."""
    books = Books()
    books.entry(1, "Transfer", "CELL", 1, lot="L")
    books.entry(2, "Transfer", "CELL", -1, lot="L")
    books.apply(1, 1, 2, 1)
    books.apply(2, 1, 2, -1)
    trace = books.trace(lot_no="L", forward=forward, exact=exact)
    assert len(trace.lines) < 6


def test_c_6_no_depth_limit():
    """C6, peers 41: no filter of levels that could skip one: every step down to the last is there."""
    books = Books()
    books.receive(1, "CELL", 1, lot="L")
    for step in range(1500):
        books.move(2 + 2 * step, 3 + 2 * step, "CELL", 1, 1 + 2 * step, lot="L")
    trace = books.trace(lot_no="L", exact=False, limit=10_000)
    assert trace.lines[-1].depth == 3000
    assert trace.lines[-1].entry_no == 1
    assert trace.complete


def test_c_6_a_limit_of_lines_is_said():
    trace = pack_order().trace(lot_no="L1", forward=True, exact=False, limit=3)
    assert shape(trace) == ["1", ".4", "..5"]
    assert trace.completeness is Completeness.TRUNCATED
    assert "after 3 lines" in trace.reasons[0].text()


def test_c_6_an_answer_of_exactly_the_limit_is_complete():
    trace = bought_and_sold().trace(lot_no="L1", exact=False, limit=3)
    assert len(trace.lines) == 3
    assert trace.complete


def test_tr_21_d_33_goods_are_not_followed_by_a_number_that_is_only_recorded():
    books = Books()
    books.receive(1, "CAP", 5, serial="", lot="")
    books.use(2, "CAP", 1, 1, serial="X", specific=False)
    books.make(3, "PACK", 1, serial="S1")
    trace = books.trace(serial_no="S1", exact=False)
    assert shape(trace) == ["3", ".2"]
    assert trace.completeness is Completeness.TRUNCATED
    assert trace.reasons[0].text() == "CAP X: the number is recorded, but goods are not followed by it. Its trace stops here."


def test_tr_22_an_origin_is_not_followed_further():
    books = Books()
    books.receive(1, "CELL", 1, lot="L")
    books.sell(2, "CELL", 1, 1, lot="L")
    books.apply(1, 1, 2, 1)  # a record of its own besides its increase
    assert shape(books.trace(lot_no="L", exact=False)) == ["2", ".1"]


def test_tr_1_no_filter_gives_nothing():
    assert shape(Books().trace(exact=False)) == []
