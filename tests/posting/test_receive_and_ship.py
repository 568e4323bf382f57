"""What comes in and what goes out: first in first out, numbers, reservations, negative stock. Both engines."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from shopfloor.errors import NotFound, Refusal
from shopfloor.items.errors import ItemBlocked
from shopfloor.items.models import Item
from shopfloor.ledger.entry_types import SourceType
from shopfloor.ledger.errors import SerialInStock
from shopfloor.posting.errors import EntryNotOpen, NumberRequired, SerialQuantity, TooManyLines
from shopfloor.posting.journal import LINE_LIMIT
from shopfloor.reservations.errors import NotAvailable, ReservedElsewhere
from shopfloor.reservations.models import ReservationEntry
from shopfloor.reservations.rules import Demand
from tests.factories_posting import DAY, bought, found, lost, moved, q, sold, used

OURS = Demand("Sales Line", "SO-1", 10000)
THEIRS = Demand("Sales Line", "SO-2", 10000)


def test_dm_11_a_receipt_opens_its_entry_and_records_the_increase(door):
    register = door(bought("CELL", 10, lot="L1"), bought("SCREW", "2.5"))
    assert [line.entry_nos for line in register.lines] == [(1,), (2,)]
    assert door.open() == {1: (q(10), 0), 2: (q("2.5"), 0)}
    assert door.applications() == [(1, 1, 0, q(10), 0, False), (2, 2, 0, q("2.5"), 0, False)]


def test_dm_04_shipment_is_stored_negative_and_names_its_source(door):
    door(bought("CELL", 10, lot="L1"))
    register = door(sold("CELL", 4, lot="L1"))
    assert register.lines[0].applications == ((1, q(4)),)
    assert door.entries()[1]["quantity"] == q(-4)
    assert door.applications()[1] == (2, 1, 2, q(-4), 0, False)
    assert door.remaining() == {1: q(6)}


def test_a20_an_entry_with_nothing_left_is_not_open(door):
    door(bought("CELL", 10, lot="L1"))
    door(sold("CELL", 10, lot="L1"))
    assert door.open() == {}


def test_fifo_takes_the_oldest_posting_first_then_the_lower_entry(door):
    """AP-05, C7."""
    door(bought("SCREW", 5), bought("SCREW", 5), bought("SCREW", 5, posting_date=DAY - timedelta(days=1)))
    assert door(sold("SCREW", 12)).lines[0].applications == ((3, q(5)), (1, q(5)), (2, q(2)))
    assert door.remaining() == {2: q(3)}


def test_fifo_two_lines_of_one_posting_never_take_the_same_piece(door):
    door(bought("SCREW", 5), bought("SCREW", 5))
    lines = door(sold("SCREW", 4), sold("SCREW", 4)).lines
    assert [line.applications for line in lines] == [((1, q(4)),), ((1, q(1)), (2, q(3)))]


def test_ap_04_a_lot_is_taken_from_its_own_entries_only(door):
    door(bought("CELL", 5, lot="L1"), bought("CELL", 5, lot="L2"))
    assert door(sold("CELL", 3, lot="L2")).lines[0].applications == ((2, q(3)),)


def test_ap_04_a_lot_at_another_location_does_not_count(door):
    door(bought("CELL", 5, lot="L1", location_code="FAR"), bought("CELL", 1, lot="L1"))
    with pytest.raises(NotAvailable) as refused:
        door(sold("CELL", 2, lot="L1"))
    assert (refused.value.available, refused.value.needed, refused.value.location) == ("1", "2", "MAIN")
    assert refused.value.text().startswith("L1 of CELL Cell: 1 ")


def test_ci_01_a_refusal_writes_nothing(door):
    door(bought("CELL", 5, lot="L1"))
    with pytest.raises(NotAvailable):
        door(bought("SCREW", 10), sold("CELL", 6, lot="L1"))
    assert [row["entry_no"] for row in door.entries()] == [1]
    assert door.remaining() == {1: q(5)}


def test_tc_07_without_specific_tracking_the_number_is_recorded_and_any_stock_taken(door):
    door(bought("FREE", 5, lot="F1"))
    assert door(sold("FREE", 2, lot="F9")).lines[0].applications == ((1, q(2)),)
    assert door.entries()[1]["lot_no"] == "F9"


@pytest.mark.parametrize(
    ("made_up", "refusal"),
    [
        (bought("CELL", 1), NumberRequired),
        (sold("CELL", 1), NumberRequired),
        (bought("PAIR", 1, sn="S1"), NumberRequired),
        (bought("CTRL", 2, sn="S1"), SerialQuantity),
        (bought("CTRL", "0.5", sn="S1"), SerialQuantity),
        (bought("NOBODY", 1), NotFound),
        (sold("SCREW", 1), NotAvailable),
    ],
)
def test_refusals_of_one_line(door, made_up, refusal):
    """AP-02, AP-03, ER-03, ER-05, ER-10."""
    with pytest.raises(refusal):
        door(made_up)
    assert door.entries() == []


def test_ap_03_the_refusal_names_the_kinds_and_the_transaction(door):
    with pytest.raises(NumberRequired) as refused:
        door(bought("PAIR", 1))
    assert refused.value.text() == "PAIR Pair needs a serial and lot number for this posting (purchase inbound). Scan or enter it."
    assert refused.value.row_column == "serial_no"
    with pytest.raises(NumberRequired) as refused:
        door(bought("CELL", 1))
    assert (refused.value.kinds, refused.value.row_column) == ("lot", "lot_no")


@pytest.mark.parametrize(
    ("made_up", "code", "told"),
    [
        (sold("CTRL"), "NUMBER_REQUIRED", "CTRL Ctrl needs a serial number for this posting (sales outbound). Scan or enter it."),
        (bought("CTRL", sn="C1"), "SERIAL_IN_STOCK", "Serial number C1 of CTRL Ctrl is already in stock at MAIN (entry 1)"),
        (sold("CTRL", sn="C2"), "NOT_AVAILABLE", "C2 of CTRL Ctrl: 0 of 1 PCS available at MAIN."),
        (sold("CELL", 6, lot="L1"), "NOT_AVAILABLE", "L1 of CELL Cell: 5 of 6 PCS available at MAIN."),
        (used("SCREW", 8), "NOT_AVAILABLE", "Stock of SCREW Screw: 7.5 of 8 PCS available at MAIN."),
        (moved("SCREW", 8, new_location_code="FAR"), "NOT_AVAILABLE", "Stock of SCREW Screw: 7.5 of 8 PCS available at MAIN."),
    ],
)
def test_er_03_er_06_er_07_er_10_ap_04_ap_11_a_refusal_names_the_goods_and_both_figures(door, made_up, code, told):
    """CI-01: and the line beside it, which would be right, is not posted either."""
    door(bought("CTRL", sn="C1"), bought("CELL", 5, lot="L1"), bought("SCREW", "7.5"))
    before = door.entries()
    with pytest.raises(Refusal) as refused:
        door(sold("SCREW", "0.25"), made_up) if code != "NOT_AVAILABLE" else door(made_up)
    assert (refused.value.code, refused.value.text()[: len(told)]) == (code, told)
    assert door.entries() == before


def test_ap_01_a_serial_in_stock_is_refused_at_any_location(door):
    door(bought("CTRL", sn="C1", location_code="FAR"))
    with pytest.raises(SerialInStock) as refused:
        door(bought("CTRL", sn="C1"))
    assert (refused.value.location, refused.value.entry_no) == ("FAR", 1)


def test_ap_01_the_same_serial_twice_in_one_posting_is_refused(door):
    with pytest.raises(SerialInStock):
        door(bought("CTRL", sn="C1"), bought("CTRL", sn="C1"))


def test_ap_01_another_item_may_use_the_same_text_and_a_shipped_serial_may_come_again(door):
    door(bought("CTRL", sn="S1"), bought("PACK", sn="S1"))
    door(sold("CTRL", sn="S1"))
    door(bought("CTRL", sn="S1"))
    assert door.remaining() == {2: q(1), 4: q(1)}


def test_ap_05_own_reservations_first_and_they_are_used_up(door, actor):
    door(bought("SCREW", 5), bought("SCREW", 5))
    door.reserve(actor, OURS, 2, 3)
    assert door(sold("SCREW", 4, demand=OURS)).lines[0].applications == ((1, q(1)), (2, q(3)))
    assert door.open() == {1: (q(4), 0), 2: (q(2), 0)}
    assert door.rows(ReservationEntry) == []


def test_ap_05_a_reservation_is_used_up_in_parts(door, actor):
    door(bought("SCREW", 5))
    door.reserve(actor, OURS, 1, 3)
    door(sold("SCREW", 2, demand=OURS))
    assert door.open() == {1: (q(3), q(1))}
    assert sorted(row["quantity_base"] for row in door.rows(ReservationEntry)) == [q(-1), q(1)]


def test_ap_05_what_is_reserved_for_others_is_never_taken(door, actor):
    door(bought("SCREW", 5), bought("SCREW", 5))
    door.reserve(actor, THEIRS, 1, 4)
    assert door(sold("SCREW", 6)).lines[0].applications == ((1, q(1)), (2, q(5)))
    with pytest.raises(ReservedElsewhere) as refused:
        door(sold("SCREW", 1))
    assert refused.value.holder == "SO-2 line 10000"


def test_ap_05_one_reserved_serial_names_its_holder(door, actor):
    door(bought("CTRL", sn="C1"))
    door.reserve(actor, THEIRS, 1, 1, specific=True)
    with pytest.raises(ReservedElsewhere) as refused:
        door(sold("CTRL", sn="C1", demand=OURS))
    assert refused.value.text().startswith("C1 of CTRL Ctrl is reserved for SO-2 line 10000.")
    door(sold("CTRL", sn="C1", demand=THEIRS))


def test_ap_05_not_enough_for_anybody_is_not_available(door, actor):
    door(bought("SCREW", 5))
    door.reserve(actor, THEIRS, 1, 4)
    with pytest.raises(NotAvailable) as refused:
        door(sold("SCREW", 6))
    assert refused.value.available == "1"


def test_ot_01_stock_posted_by_number_frees_what_was_held_without_one(door, actor):
    door(bought("CELL", 5, lot="L1"), bought("CELL", 5, lot="L2"))
    door.reserve(actor, OURS, 1, 3)
    door(sold("CELL", 2, lot="L2", demand=OURS))
    assert door.open() == {1: (q(5), q(1)), 2: (q(3), 0)}


def test_ot_01_what_is_held_by_number_or_picked_stays(door, actor):
    door(bought("CELL", 5, lot="L1"), bought("CELL", 5, lot="L2"))
    door.reserve(actor, OURS, 1, 2, specific=True)
    door.reserve(actor, OURS, 1, 1, picked=True)
    door(sold("CELL", 2, lot="L2", demand=OURS))
    assert door.open() == {1: (q(5), q(3)), 2: (q(3), 0)}


def test_ap_07_a_fixed_entry_is_taken_or_refused(door):
    door(bought("SCREW", 5), bought("SCREW", 2))
    assert door(sold("SCREW", 1, applies_to_entry=2)).lines[0].applications == ((2, q(1)),)
    with pytest.raises(EntryNotOpen, match="Entry 2 has 1 PCS of SCREW Screw open and free, 2 are needed"):
        door(sold("SCREW", 2, applies_to_entry=2))


def test_c10_negative_stock_only_where_the_item_allows_it(door):
    with pytest.raises(NotAvailable):
        door(lost("SCREW", 1))
    door(bought("TAPE", 2))
    door(lost("TAPE", 5), sold("TAPE", 1))
    assert door.remaining() == {2: q(-3), 3: q(-1)}


def test_c10_what_comes_in_pays_what_is_owed_oldest_first(door):
    door(lost("TAPE", 3))
    door(sold("TAPE", 2))
    door(bought("TAPE", 4))
    assert door.remaining() == {2: q(-1)}
    # The record belongs to the outbound entry, so that its trace finds the receipt (TR-23).
    assert door.applications()[-2:] == [(1, 3, 1, q(-3), 0, False), (2, 3, 2, q(-1), 0, False)]
    door(found("TAPE", 3))
    assert door.remaining() == {4: q(2)}


def test_c10_negative_stock_never_takes_the_place_of_reserved_stock(door, actor):
    door(bought("TAPE", 2))
    door.reserve(actor, THEIRS, 1, 2)
    with pytest.raises(ReservedElsewhere):
        door(sold("TAPE", 1))


def test_quantity_as_entered_is_kept_with_its_unit(door):
    """A27."""
    door(bought("SCREW", 200, unit_code="BOX", quantity_in_unit=Decimal(2)))
    door(sold("SCREW", 100, unit_code="BOX", quantity_in_unit=Decimal(1)))
    kept = [(row["unit_code"], row["quantity_in_unit"], row["quantity"]) for row in door.entries()]
    assert kept == [("BOX", q(2), q(200)), ("BOX", q(-1), q(-100))]


def test_c13_a_receipt_makes_number_information_with_its_vendor(door, session):
    door(bought("PAIR", sn="S1", lot="Los-1", source_type=SourceType.VENDOR, source_no="V10"))
    rows = session.execute(
        text("SELECT kind, number, number_folded, vendor_no FROM number_information WHERE plant_no = 1 ORDER BY kind")
    ).all()
    assert [tuple(row) for row in rows] == [("Lot", "Los-1", "los-1", "V10"), ("Serial", "S1", "s1", "V10")]


def test_a_blocked_item_is_not_posted(door, session):
    door(bought("SCREW", 5))
    session.get(Item, "SCREW").blocked = True
    session.commit()
    with pytest.raises(ItemBlocked):
        door(bought("SCREW", 5))
    door(bought("SCREW", -2, corrects_entry_no=1))
    assert door.remaining() == {1: q(3)}


def test_too_many_lines_are_refused(door):
    with pytest.raises(TooManyLines):
        door(*[bought("SCREW", 1)] * (LINE_LIMIT + 1))
