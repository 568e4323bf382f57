"""Consumption, output, scrap, their reversal, and the genealogy edges that follow from them. Both engines."""

import pytest

from shopfloor.errors import NotFound
from shopfloor.ledger.errors import EntryDoesNotMatch, MoreThanPosted, NotReversible, OwnOutput, SerialAlreadyProduced, SerialInStock
from shopfloor.posting.errors import NumberRequired
from shopfloor.reservations.errors import NotAvailable, ReservedElsewhere
from shopfloor.reservations.rules import Demand
from tests.factories_posting import bought, made, q, sold, used


@pytest.fixture
def stocked(door):
    """Entries 1 to 4: two controllers, cells, screws."""
    door(bought("CTRL", sn="C1"), bought("CTRL", sn="C2"), bought("CELL", 10, lot="L1"), bought("SCREW", 100))
    return door


def test_a17_a_row_ties_its_components_to_its_product_and_the_order_line(stocked):
    stocked(
        made("PACK", sn="P1", match_id=7), used("CTRL", sn="C1", match_id=7), used("CELL", 2, lot="L1", match_id=7),
        used("CELL", 1, lot="L1"), used("SCREW", 8),
    )
    assert stocked.edges() == {
        ("PACK:P1", "PO-1/10000#7"): q(1),
        ("PO-1/10000#7", "PO-1/10000#0"): q(1),
        ("PO-1/10000#7", "CTRL:C1"): q(1),
        ("PO-1/10000#7", "CELL:L1"): q(2),
        ("PO-1/10000#0", "CELL:L1"): q(1),
    }


def test_a17_two_rows_of_one_order_have_two_places(stocked):
    for number, (pack, control) in enumerate((("P1", "C1"), ("P2", "C2")), start=1):
        stocked(made("PACK", sn=pack, match_id=number), used("CTRL", sn=control, match_id=number))
    parents = {child: parent for parent, child in stocked.edges() if child.startswith("CTRL")}
    assert parents == {"CTRL:C1": "PO-1/10000#1", "CTRL:C2": "PO-1/10000#2"}


def test_a17_goods_without_numbers_make_no_edge(stocked):
    stocked(made("SCREW", 5), used("SCREW", 5))
    assert stocked.edges() == {}


def test_a17_edges_add_up_over_postings(stocked):
    stocked(used("CELL", 2, lot="L1", match_id=7))
    stocked(used("CELL", 1, lot="L1", match_id=7))
    assert stocked.edges() == {("PO-1/10000#7", "CELL:L1"): q(3)}


def test_pr_01_entries_carry_order_line_component_line_and_row(stocked):
    stocked(used("CELL", 2, lot="L1", match_id=7, component_line_no=20000, order="PO-9", order_line=30000))
    row = stocked.entries()[-1]
    kept = (row["order_no"], row["order_line_no"], row["component_line_no"], row["match_id"], row["quantity"])
    assert kept == ("PO-9", 30000, 20000, 7, q(-2))


def test_ap_11_consumption_never_goes_below_zero(door):
    with pytest.raises(NotAvailable):
        door(used("TAPE", 1))


def test_ap_10_an_order_line_cannot_consume_its_own_output(stocked):
    stocked(made("CELL", 5, lot="L9"))
    with pytest.raises(OwnOutput):
        stocked(used("CELL", 1, lot="L9"))
    stocked(used("CELL", 1, lot="L9", order="PO-2"))
    stocked(used("CELL", 1, lot="L9", order_line=20000))


def test_ap_10_free_stock_is_taken_past_own_output(door):
    door(made("SCREW", 5))
    door(bought("SCREW", 5))
    assert door(used("SCREW", 3)).lines[0].applications == ((2, q(3)),)


def test_d33_a_number_captured_only_at_use(door):
    door(bought("LATE", 5))
    with pytest.raises(NumberRequired):
        door(used("LATE", 1))
    door(used("LATE", 1, sn="T-1", match_id=3))
    assert door.edges() == {("PO-1/10000#3", "LATE:T-1"): q(1)}


# --- a serial is produced once


def test_c14_a_serial_is_produced_once_even_after_it_left(stocked):
    stocked(made("PACK", sn="P1"))
    with pytest.raises(SerialAlreadyProduced) as refused:
        stocked(made("PACK", sn="P1", order="PO-2"))
    assert refused.value.order_no == "PO-1"
    stocked(sold("PACK", sn="P1"))
    with pytest.raises(SerialAlreadyProduced):
        stocked(made("PACK", sn="P1", order="PO-2"))


def test_c14_a_serial_may_be_made_again_after_its_reversal(stocked):
    before = sum(stocked.remaining().values())
    entry = stocked.entry(made("PACK", sn="P1"))
    stocked(made("PACK", -1, sn="P1", corrects_entry_no=entry))
    stocked(made("PACK", sn="P1", order="PO-2"))
    assert sum(stocked.remaining().values()) == before + 1


def test_c14_scrap_counts_as_production(stocked):
    entry = stocked.entry(made("PACK", 0, sn="P1", scrap_quantity=q(1)))
    with pytest.raises(SerialAlreadyProduced):
        stocked(made("PACK", sn="P1"))
    stocked(made("PACK", 0, sn="P1", scrap_quantity=q(-1), corrects_entry_no=entry))
    stocked(made("PACK", sn="P1"))


def test_c14_twice_in_one_posting_is_refused(door):
    with pytest.raises(SerialAlreadyProduced):
        door(made("PACK", sn="P1"), made("PACK", 0, sn="P1", scrap_quantity=q(1)))


def test_c14_a_bought_serial_cannot_be_made_while_it_is_here(door):
    door(bought("PACK", sn="P1"))
    with pytest.raises(SerialInStock):
        door(made("PACK", sn="P1"))


def test_c14_with_a_lot_beside_it_the_serial_is_still_one(door):
    door(made("PAIR", sn="S1", lot="A"))
    door(sold("PAIR", sn="S1", lot="A"))
    with pytest.raises(SerialAlreadyProduced):
        door(made("PAIR", sn="S1", lot="B"))


# --- scrap


def test_c4_scrap_is_recorded_with_its_number_but_never_stock(stocked):
    stocked(made("PACK", 0, sn="P1", scrap_quantity=q(1), match_id=7), used("CTRL", sn="C1", match_id=7))
    assert 5 not in stocked.open()
    row = stocked.entries()[4]
    assert (row["quantity"], row["scrap_quantity"], row["serial_no"]) == (q(0), q(1), "P1")
    assert stocked.edges()[("PACK:P1", "PO-1/10000#7")] == q(1)
    assert not [app for app in stocked.applications() if app[0] == 5]


def test_c4_good_and_scrap_in_one_report_and_their_reversal(door):
    entry = door.entry(made("CELL", 8, lot="L5", scrap_quantity=q(2)))
    assert door.remaining() == {entry: q(8)}
    assert door.edges() == {("CELL:L5", "PO-1/10000#0"): q(10)}
    door(made("CELL", -3, lot="L5", scrap_quantity=q(-2), corrects_entry_no=entry))
    assert door.remaining() == {entry: q(5)}
    assert door.edges() == {("CELL:L5", "PO-1/10000#0"): q(5)}
    with pytest.raises(MoreThanPosted):
        door(made("CELL", 0, lot="L5", scrap_quantity=q(-1), corrects_entry_no=entry))


# --- taking back


def test_d23_a_reversed_report_leaves_stock_and_edges_as_they_were(stocked):
    before = (stocked.remaining(), stocked.edges())
    register = stocked(made("PACK", sn="P1", match_id=7), used("CTRL", sn="C1", match_id=7), used("CELL", 2, lot="L1", match_id=7))
    output, control, cells = (line.entry_nos[0] for line in register.lines)
    stocked(
        made("PACK", -1, sn="P1", match_id=7, corrects_entry_no=output),
        used("CTRL", -1, sn="C1", match_id=7, applies_from_entry=control),
        used("CELL", -2, lot="L1", match_id=7, applies_from_entry=cells),
    )
    assert stocked.edges() == before[1] == {}
    assert sum(stocked.remaining().values()) == sum(before[0].values())
    assert stocked.applications()[-3:] == [
        (8, 5, 8, q(-1), 0, False),
        (9, 9, 6, q(1), 0, True),
        (10, 10, 7, q(2), 0, True),
    ]


def test_pr_05_returned_consumption_is_stock_again_and_can_be_used_again(stocked):
    entry = stocked.entry(used("CTRL", sn="C1", match_id=7))
    back = stocked.entry(used("CTRL", -1, sn="C1", match_id=7, applies_from_entry=entry))
    assert stocked.entries()[-1]["quantity"] == q(1)
    assert stocked(used("CTRL", sn="C1", match_id=8)).lines[0].applications == ((back, q(1)),)
    assert stocked.edges() == {("PO-1/10000#8", "CTRL:C1"): q(1)}


def test_ap_08_never_more_is_returned_than_was_taken(stocked):
    entry = stocked.entry(used("CELL", 4, lot="L1"))
    stocked(used("CELL", -3, lot="L1", applies_from_entry=entry))
    with pytest.raises(MoreThanPosted) as refused:
        stocked(used("CELL", -2, lot="L1", applies_from_entry=entry))
    assert (refused.value.left, refused.value.quantity) == ("1", "2")
    with pytest.raises(MoreThanPosted):
        stocked(used("CELL", "-0.6", lot="L1", applies_from_entry=entry), used("CELL", "-0.6", lot="L1", applies_from_entry=entry))
    stocked(used("CELL", -1, lot="L1", applies_from_entry=entry))


def test_d23_a_shipped_consumed_or_reserved_unit_is_not_reversed(stocked, actor):
    shipped, consumed, reserved = (stocked.entry(made("PACK", sn=serial)) for serial in ("P1", "P2", "P3"))
    stocked(sold("PACK", sn="P1"))
    stocked(used("PACK", sn="P2", order="PO-2"))
    stocked.reserve(actor, Demand("Sales Line", "SO-1", 10000), reserved, 1)
    for serial, entry in (("P1", shipped), ("P2", consumed)):
        with pytest.raises(NotReversible):
            stocked(made("PACK", -1, sn=serial, corrects_entry_no=entry))
    with pytest.raises(NotReversible) as refused:
        stocked(made("PACK", -1, sn="P3", corrects_entry_no=reserved))
    assert (refused.value.number, refused.value.left) == ("P3", "0")


def test_pr_04_a_correction_names_an_entry_of_the_same_line_and_number(stocked):
    entry = stocked.entry(made("CELL", 5, lot="L5"))
    wrong = {
        "order": made("CELL", -1, lot="L5", order="PO-2", corrects_entry_no=entry),
        "order line": made("CELL", -1, lot="L5", order_line=20000, corrects_entry_no=entry),
        "number": made("CELL", -1, lot="L1", corrects_entry_no=entry),
        "item": made("SCREW", -1, lot="L5", corrects_entry_no=entry),
        "location": made("CELL", -1, lot="L5", corrects_entry_no=entry, location_code="FAR"),
        "entry type": bought("CELL", -1, lot="L5", corrects_entry_no=entry),
        "direction": made("CELL", 1, lot="L5", corrects_entry_no=entry),
    }
    for field, line in wrong.items():
        with pytest.raises(EntryDoesNotMatch) as refused:
            stocked(line)
        assert refused.value.field == field
    with pytest.raises(NotFound):
        stocked(made("CELL", -1, lot="L5", corrects_entry_no=999))


def test_pr_04_negative_output_without_an_entry_is_our_mistake():
    with pytest.raises(AssertionError, match="names the output entry"):
        made("CELL", -1, lot="L5")


def test_ap_15_an_undone_receipt_applies_to_itself(stocked):
    stocked(bought("CELL", -10, lot="L1", corrects_entry_no=3))
    assert stocked.applications()[-1] == (5, 3, 5, q(-10), 0, False)
    assert 3 not in stocked.open()


def test_ap_15_an_undone_receipt_is_refused_when_part_is_gone(stocked):
    stocked(sold("CELL", 1, lot="L1"))
    with pytest.raises(NotReversible) as refused:
        stocked(bought("CELL", -10, lot="L1", corrects_entry_no=3))
    assert refused.value.left == "9"


def test_ap_15_an_undone_shipment_is_stock_again_once(stocked):
    shipped = stocked.entry(sold("CTRL", sn="C1"))
    stocked(sold("CTRL", -1, sn="C1", corrects_entry_no=shipped))
    with pytest.raises(MoreThanPosted):
        stocked(sold("CTRL", -1, sn="C1", corrects_entry_no=shipped))


def test_ap_15_an_undone_shipment_is_refused_when_the_serial_came_back_otherwise(stocked):
    shipped = stocked.entry(sold("CTRL", sn="C1"))
    stocked(bought("CTRL", sn="C1"))
    with pytest.raises(SerialInStock):
        stocked(sold("CTRL", -1, sn="C1", corrects_entry_no=shipped))


def test_dm_11_d_a_return_by_applies_from_links_to_its_shipment(stocked):
    shipped = stocked.entry(sold("CELL", 4, lot="L1"))
    returned = stocked.entry(sold("CELL", -3, lot="L1", applies_from_entry=shipped, location_code="FAR"))
    assert stocked.applications()[-1] == (returned, returned, shipped, q(3), 0, True)


def test_ap_05_consumption_uses_up_the_reservation_of_its_association(stocked, actor):
    ours = Demand("Prod. Order Component", "PO-1", 10000, 20000, association_no=5)
    stocked.reserve(actor, ours, 3, 2, specific=True, picked=True)
    stocked.reserve(actor, Demand("Prod. Order Component", "PO-1", 10000, 20000, association_no=6), 3, 8, specific=True)
    with pytest.raises(ReservedElsewhere):
        stocked(used("CELL", 3, lot="L1", demand=ours))
    stocked(used("CELL", 2, lot="L1", demand=ours))
    assert stocked.open()[3] == (q(8), q(8))
