"""The exact view (C4, C11, C12, D21) and registered links (C5, D37): expected trees worked by hand."""

from __future__ import annotations

import pytest

from shopfloor.tracing.criteria import ShowComponents
from shopfloor.tracing.lines import Completeness
from tests.tracing.books import ORDER, Books, path, shape


def three_units(sold=False):
    """Standing rule 1: three serial parts (1-3) are consumed (11-13) for three serial packs (21-23) of one order."""
    books = Books()
    for unit in (1, 2, 3):
        books.receive(unit, "CTRL", 1, serial=f"C{unit}")
    for unit in (1, 2, 3):
        books.use(10 + unit, "CTRL", 1, unit, serial=f"C{unit}", match=unit)
        books.make(20 + unit, "PACK", 1, serial=f"S{unit}", match=unit)
        if sold:
            books.sell(30 + unit, "PACK", 1, 20 + unit, serial=f"S{unit}")
    return books


@pytest.mark.parametrize("unit", [1, 2, 3])
def test_rule_1_c_4_trc_4_three_units_three_disjoint_trees(unit):
    books = three_units()
    assert shape(books.trace(serial_no=f"S{unit}")) == [f"{20 + unit}", f".{10 + unit}", f"..{unit}"]
    assert shape(books.trace(serial_no=f"C{unit}", forward=True)) == [f"{unit}", f".{10 + unit}", f"..{20 + unit}"]


def test_rule_1_all_three_at_once_share_no_entry():
    trace = three_units().trace(item_no="PACK")
    assert shape(trace) == ["23", ".13", "..3", "22", ".12", "..2", "21", ".11", "..1"]
    trees = [{line.entry_no for line in trace.lines if path(trace, line.no)[0] == root} for root in trace.children(0)]
    assert sum(len(tree) for tree in trees) == len(set.union(*trees)) == 9
    assert all(line.certain for line in trace.lines)
    assert trace.completeness is Completeness.COMPLETE


def test_tr_34_the_order_line_view_shows_every_part_below_every_unit():
    books = three_units()
    assert shape(books.trace(serial_no="S1", exact=False)) == ["21", ".11", "..1", ".12", "..2", ".13", "..3"]
    forward = books.trace(serial_no="C1", forward=True, exact=False)
    assert {line.serial_no for line in forward.lines if line.item_no == "PACK"} == {"S1", "S2", "S3"}
    assert not any(line.certain for line in forward.lines if line.item_no == "PACK")


def order_level():
    """Unit part C1 in S1 (row 1), and a lot of glue (2, 12) that belongs to the order: packs 21 (row 1) and 22 (row 2)."""
    books = three_units()
    books.receive(4, "GLUE", 5, lot="G1")
    books.use(14, "GLUE", 1, 4, lot="G1")
    return books


def test_d_21_trc_5_order_level_components_stand_below_every_unit_and_are_marked():
    trace = order_level().trace(serial_no="S1")
    assert shape(trace) == ["21", ".11", "..1", ".14?", "..4"]
    assert [line.certain for line in trace.lines] == [True, True, True, False, False]


def test_d_21_c_4_order_level_consumption_leads_to_all_outputs_as_possible():
    trace = order_level().trace(lot_no="G1", forward=True)
    assert shape(trace) == ["4", ".14", "..21?", "..22?", "..23?"]
    assert [line.certain for line in trace.lines] == [True, True, False, False, False]


def test_c_11_forward_siblings_are_the_row_and_the_order_level_and_are_not_walked():
    books = order_level()
    assert shape(books.trace(serial_no="C1", forward=True)) == ["1", ".11", "..14?", "..21"]
    # In the order line view the other units' parts stand there, too.
    assert shape(books.trace(serial_no="C1", forward=True, exact=False)) == ["1", ".11", "..12", "..13", "..14", "..21", "..22", "..23"]


def test_d_21_what_is_reached_both_ways_is_certain():
    books = Books()
    books.receive(1, "CELL", 5, lot="L1")
    books.use(2, "CELL", 1, 1, lot="L1")  # order level
    books.use(3, "CELL", 1, 1, lot="L1", match=1)
    books.make(4, "PACK", 1, serial="S1", match=1)
    books.make(5, "PACK", 1, serial="S2", match=2)
    trace = books.trace(lot_no="L1", forward=True, components=ShowComponents.NO)
    assert shape(trace) == ["1", ".2", "..4?", "..5?", ".3", "..4*"]
    assert [line.certain for line in trace.lines] == [True, True, True, False, True, True]


def test_c_4_an_order_without_associations_follows_the_order_line_and_marks_it():
    books = Books()
    books.receive(1, "CELL", 5, lot="L1")
    books.use(2, "CELL", 2, 1, lot="L1")
    books.make(3, "PACK", 1, serial="S1", match=7)  # the row was scanned, nothing was registered in it
    books.make(4, "PACK", 1, serial="S2")
    backward = books.trace(serial_no="S1")
    assert shape(backward) == ["3", ".2?", "..1"]
    assert backward.completeness is Completeness.COMPLETE
    assert shape(books.trace(lot_no="L1", forward=True)) == ["1", ".2", "..3?", "..4?"]


def test_c_4_an_output_without_associations_in_an_order_with_some_is_incomplete():
    books = order_level()
    books.make(24, "PACK", 1, serial="S4")
    trace = books.trace(serial_no="S4")
    assert shape(trace) == ["24", ".14?", "..4"]
    assert trace.completeness is Completeness.INCOMPLETE
    assert trace.completeness.value == "incomplete: components not registered"
    assert trace.reasons[0].text().startswith("No components were registered for PACK S4 of order PO-1.")
    assert books.trace(serial_no="S1").complete
    # Forward, the output is reached from order-level consumption.
    assert books.trace(lot_no="G1", forward=True).completeness is Completeness.INCOMPLETE
    # Who asks for no components misses none.
    assert books.trace(serial_no="S4", components=ShowComponents.NO).complete


def replaced():
    """D22 before Ended: C1 (11) is taken back (15) from S1 and C4 (16) is built in; C1 goes into another order's pack."""
    books = Books()
    books.receive(1, "CTRL", 1, serial="C1")
    books.receive(2, "CTRL", 1, serial="C4")
    books.use(11, "CTRL", 1, 1, serial="C1", match=1)
    books.make(21, "PACK", 1, serial="S1", match=1)
    books.give_back(15, "Consumption", "CTRL", 1, 11, serial="C1", match_id=1, **ORDER)
    books.use(16, "CTRL", 1, 2, serial="C4", match=1)
    books.use(17, "CTRL", 1, 15, serial="C1", match=9, order_no="PO-2")
    books.make(27, "PACK", 1, serial="S9", match=9, order_no="PO-2")
    return books


def test_c_11_a_reversed_consumption_is_struck_with_its_return_and_not_walked():
    trace = replaced().trace(serial_no="S1")
    assert shape(trace) == ["21", ".16", "..2", ".11~-", "..15<-"]
    assert [line.certain for line in trace.lines] == [True, True, True, False, False]
    assert trace.lines[3].struck


def test_c_11_the_returned_goods_are_followed_from_the_supplier_to_their_later_use():
    books = replaced()
    # The pack it was taken out of stays in the history, not current; the pack it went into later is certain.
    forward = books.trace(serial_no="C1", forward=True)
    assert shape(forward) == ["1", ".11~", "..21-", "..15<", "...17", "....27"]
    assert {line.serial_no for line in forward.lines if line.item_no == "PACK" and line.certain} == {"S9"}
    # A struck line above does not hide the way back: 17 took what 15 had returned.
    assert shape(books.trace(serial_no="S9")) == ["27", ".17", "..15<", "...11~", "....1"]


def test_c_11_a_struck_line_does_not_make_its_entry_already_traced():
    trace = replaced().trace(item_no="PACK")
    assert shape(trace) == [
        "27", ".17", "..15<", "...11~", "....1", "21", ".16", "..2", ".11~-*",
    ]


def rereported():
    """D23: S1 with C1 is reported (21), reversed (25 takes output back, 15 the part), and reported again (22) with C2."""
    books = Books()
    books.receive(1, "CTRL", 1, serial="C1")
    books.receive(2, "CTRL", 1, serial="C2")
    books.use(11, "CTRL", 1, 1, serial="C1", match=1)
    books.make(21, "PACK", 1, serial="S1", match=1)
    books.unmake(25, "PACK", 1, 21, serial="S1", match=1)
    books.give_back(26, "Consumption", "CTRL", 1, 11, serial="C1", match_id=1, **ORDER)
    books.use(31, "CTRL", 1, 2, serial="C2", match=1)
    books.make(32, "PACK", 1, serial="S1", match=1)
    return books


def test_d_23_c_11_backward_after_a_reversed_report():
    trace = rereported().trace(serial_no="S1")
    assert shape(trace) == ["32", ".31", "..2", ".11~-", "..26<-", "25<", ".21~", "..11~-", "...26<-"]


def test_d_23_c_11_forward_after_a_reversed_report():
    books = rereported()
    # C1 is in no pack now; both reports of its row are history.
    trace = books.trace(serial_no="C1", forward=True)
    assert shape(trace) == ["1", ".11~", "..32-", "..21~-", "...25<-", "..26<"]
    assert not any(line.certain for line in trace.lines if line.item_no == "PACK")
    forward = books.trace(serial_no="C2", forward=True)
    assert shape(forward) == ["2", ".31", "..11~-", "...26<-", "..32", "..21~-", "...25<-"]
    assert [line.entry_no for line in forward.lines if line.item_no == "PACK" and line.certain] == [32]


def test_c_11_a_partial_return_leaves_the_rest_in_the_product():
    books = Books()
    books.receive(1, "CELL", 10, lot="L1")
    books.use(2, "CELL", 5, 1, lot="L1", match=1)
    books.make(3, "PACK", 1, serial="S1", match=1)
    books.give_back(4, "Consumption", "CELL", 2, 2, lot="L1", match_id=1, **ORDER)
    assert shape(books.trace(serial_no="S1")) == ["3", ".2", "..1"]
    assert shape(books.trace(lot_no="L1", forward=True)) == ["1", ".2", "..3", "..4<"]


def test_c_12_nothing_is_listed_below_an_already_traced_line():
    books = Books()
    books.receive(1, "CELL", 5, lot="L1")
    books.use(2, "CELL", 1, 1, lot="L1", match=1)
    books.use(3, "CELL", 1, 1, lot="L1", match=1)
    books.make(4, "PACK", 1, serial="S1", match=1)
    books.sell(5, "PACK", 1, 4, serial="S1")
    trace = books.trace(lot_no="L1", forward=True)
    assert shape(trace) == ["1", ".2", "..3", "..4", "...5", ".3", "..2*", "..4*"]
    assert trace.line(8).first_line == 4
    assert [line.entry_no for line in trace.lines if trace.line(4) in path(trace, line.no)] == [4, 5]
    assert [line.entry_no for line in path(trace, 5)] == [1, 2, 4, 5]


def test_c_4_trc_18_a_scrapped_unit_shows_its_components_and_ends_there():
    books = Books()
    books.receive(1, "CTRL", 1, serial="C1")
    books.use(2, "CTRL", 1, 1, serial="C1", match=1)
    books.scrap(3, "PACK", 1, serial="S1", match=1)
    assert shape(books.trace(serial_no="S1")) == ["3!", ".2", "..1"]
    assert shape(books.trace(serial_no="C1", forward=True)) == ["1", ".2", "..3!"]
    # Taken back: the unit did not end after all.
    books.scrap(4, "PACK", -1, serial="S1", match=1, corrects_entry_no=3)
    assert shape(books.trace(serial_no="S1")) == ["4<", "3~"]
    assert shape(books.trace(serial_no="C1", forward=True)) == ["1", ".2", "..3~-", "...4<-"]


def test_peers_39_several_lots_of_one_item_are_all_listed():
    books = Books()
    for lot in (1, 2, 3, 4):
        books.receive(lot, "CELL", 5, lot=f"L{lot}")
        books.use(10 + lot, "CELL", lot, lot, lot=f"L{lot}", match=1)
    books.make(20, "PACK", 1, serial="S1", match=1)
    trace = books.trace(serial_no="S1")
    assert [(line.lot_no, line.quantity) for line in trace.children(1)] == [("L1", -1), ("L2", -2), ("L3", -3), ("L4", -4)]


def test_peers_42_five_levels_to_the_customer():
    books = Books()
    books.receive(1, "I1", 1, serial="N1")
    for level in (1, 2, 3, 4, 5):
        books.use(10 * level, f"I{level}", 1, 10 * level - 9, serial=f"N{level}", match=level, order_no=f"PO-{level}")
        books.make(10 * level + 1, f"I{level + 1}", 1, serial=f"N{level + 1}", match=level, order_no=f"PO-{level}")
    books.sell(99, "I6", 1, 51, serial="N6", source_type="Customer", source_no="C-1", source_name="Anna")
    forward = books.trace(serial_no="N1", forward=True)
    assert [line.entry_no for line in forward.lines] == [1, 10, 11, 20, 21, 30, 31, 40, 41, 50, 51, 99]
    assert (forward.lines[-1].source_name, forward.lines[-1].certain) == ("Anna", True)
    assert [line.entry_no for line in books.trace(serial_no="N6").lines] == [99, 51, 50, 41, 40, 31, 30, 21, 20, 11, 10, 1]


# --- registered links -------------------------------------------------------------------------------------------------


def on_the_bench():
    """S2 is on the bench: C2 (entry 2) is registered in it, lot L1 (entry 3) was consumed for it already (12). S1 is reported."""
    books = Books()
    books.receive(1, "CTRL", 1, serial="C1")
    books.receive(2, "CTRL", 1, serial="C2")
    books.receive(3, "CELL", 9, lot="L1")
    books.use(11, "CTRL", 1, 1, serial="C1", match=1)
    books.make(21, "PACK", 1, serial="S1", match=1)
    books.use(12, "CELL", 4, 3, lot="L1", match=2)
    books.row(1, "PACK", 0, serial="S1", state="Reported")
    books.bench = books.row(2, "PACK", 1, serial="S2")
    books.register(8, 2, "CTRL", 1, 2, serial="C2")
    return books


def test_c_5_d_37_registered_links_are_left_out_and_counted():
    books = on_the_bench()
    forward = books.trace(serial_no="C2", forward=True)
    assert shape(forward) == ["2"]
    assert forward.registered_left_out == 1
    backward = books.trace(serial_no="S2", roots_registered=[books.bench])
    assert shape(backward) == []
    assert backward.registered_left_out == 2  # the registered part, and the product that waits with posted consumption
    assert books.trace(serial_no="C1", forward=True).registered_left_out == 0


def test_c_5_trc_9_registered_links_are_drawn_apart():
    books = on_the_bench()
    forward = books.trace(serial_no="C2", forward=True, registered=True)
    assert shape(forward) == ["2", ".a8", "..r2"]
    assert [line.state.value for line in forward.lines] == ["posted", "registered", "registered"]
    assert [line.certain for line in forward.lines] == [True, False, False]
    assert forward.registered_left_out == 0
    assert forward.lines[1].description == "Tracked components PO-1"
    assert (forward.lines[1].quantity, forward.lines[2].quantity, forward.lines[2].serial_no) == (-1, 1, "S2")
    # Consumed, but the product is not reported: posted up to the consumption, registered from there.
    assert shape(books.trace(lot_no="L1", forward=True, registered=True)) == ["3", ".12", "..r2"]
    assert shape(books.trace(serial_no="S2", registered=True, roots_registered=[books.bench])) == ["r2", ".12", "..3", ".a8", "..2"]


def test_c_5_picked_parts_say_so():
    books = Books()
    books.receive(2, "CTRL", 1, serial="C2")
    books.row(2, "PACK", 1, serial="S2")
    books.register(8, 2, "CTRL", 1, 2, serial="C2", state="Picked")
    assert books.trace(serial_no="C2", forward=True, registered=True).lines[1].state.value == "picked"


def test_trc_9_what_the_order_consumed_leads_to_its_products_on_the_bench():
    """Glue without a row may be in the pack on the bench as well as in the reported one, and the bench leads back to it."""
    books = on_the_bench()
    books.receive(4, "GLUE", 1, lot="G")
    books.use(14, "GLUE", 1, 4, lot="G")
    assert shape(books.trace(lot_no="G", forward=True, registered=True)) == ["4", ".14", "..21?", "..r2?"]
    assert shape(books.trace(serial_no="S2", registered=True, roots_registered=[books.bench])) == [
        "r2", ".12", "..3", ".14?", "..4", ".a8", "..2",
    ]
    assert not books.trace(lot_no="G", forward=True, registered=True).lines[-1].certain


def test_c_5_an_order_with_only_registered_associations_counts_as_associated():
    books = on_the_bench()
    books.receive(4, "GLUE", 1, lot="G")
    books.use(14, "GLUE", 1, 4, lot="G")
    # Lot G belongs to the order; the reported unit S1 shows it as order-level and nothing of S2.
    assert shape(books.trace(serial_no="S1")) == ["21", ".11", "..1", ".14?", "..4"]
