"""Transfers, reclassifications, expiration dates and holds. Both engines."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from shopfloor.clock import now
from shopfloor.db import table
from shopfloor.items.models import NumberInformation
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.errors import SerialInStock
from shopfloor.posting.errors import ExpirationDiffers, ExpirationRequired, Expired, SerialQuantity
from shopfloor.reservations.errors import NotAvailable, NumberOnHold
from tests.conftest import ADMINISTRATOR
from tests.factories_posting import DAY, bought, found, lost, made, moved, q, sold, used

LATER = DAY + timedelta(days=10)


def dates(door):
    rows = door.session.execute(select(table(NumberInformation)).order_by(table(NumberInformation).c.number)).all()
    door.session.rollback()
    return {row.number: row.expiration_date for row in rows}


# --- transfers


def test_dm_12_a_transfer_makes_one_receiving_entry_for_each_source(door):
    door(bought("SCREW", 5), bought("SCREW", 5))
    line = door(moved("SCREW", 8, new_location_code="LINE")).lines[0]
    assert line.entry_nos == (3, 4, 5)
    assert [(row["quantity"], row["location_code"]) for row in door.entries()[2:]] == [(q(-8), "MAIN"), (q(5), "LINE"), (q(3), "LINE")]
    assert door.applications()[2:] == [
        (3, 1, 3, q(-5), 0, False),
        (3, 2, 3, q(-3), 0, False),
        (4, 4, 3, q(5), 1, False),
        (5, 5, 3, q(3), 2, False),
    ]


def test_ap_11_a_transfer_never_goes_below_zero(door):
    door(bought("TAPE", 1))
    with pytest.raises(NotAvailable):
        door(moved("TAPE", 2, new_location_code="LINE"))


def test_a_serial_moves_and_stays_single(door):
    door(bought("CTRL", sn="C1"))
    door(moved("CTRL", sn="C1", new_location_code="LINE"))
    assert door.remaining() == {3: q(1)}
    with pytest.raises(NotAvailable):
        door(sold("CTRL", sn="C1"))
    assert door.edges() == {}


def test_a17_a_renamed_lot_leads_to_its_old_name(door):
    door(bought("CELL", 5, lot="L1"))
    door(moved("CELL", 3, lot="L1", new_tracking=Tracking("", "L1-A")))
    assert door.edges() == {("CELL:L1-A", "CELL:L1"): q(3)}
    door(sold("CELL", 3, lot="L1-A"))


def test_a17_a_renaming_that_is_taken_back_leaves_no_edge(door):
    door(bought("CELL", 5, lot="L1"))
    came = door(moved("CELL", 3, lot="L1", new_tracking=Tracking("", "L2"))).lines[0].entry_nos[1]
    door(moved("CELL", 3, lot="L2", new_tracking=Tracking("", "L1"), corrects_entry_no=came))
    assert door.edges() == {}


def test_ap_01_reclassification_checks_the_new_serial(door):
    door(bought("CTRL", sn="C1"), bought("CTRL", sn="C2"))
    with pytest.raises(SerialInStock):
        door(moved("CTRL", sn="C1", new_tracking=Tracking("C2")))
    door(moved("CTRL", sn="C1", new_tracking=Tracking("C3")))
    with pytest.raises(SerialQuantity):
        door(moved("FREE", 2, new_tracking=Tracking("X1")))


# --- expiration


def test_c15_er_14_the_first_registration_sets_the_date_and_the_rest_copy_it(door):
    """EX-01, EX-02."""
    door(bought("PASTE", 5, lot="P1", expiration_date=LATER))
    door(bought("PASTE", 5, lot="P1"), sold("PASTE", 2, lot="P1"))
    assert dates(door) == {"P1": LATER}
    assert [row["expiration_date"] for row in door.entries()] == [LATER] * 3
    with pytest.raises(ExpirationDiffers) as refused:
        door(bought("PASTE", 5, lot="P1", expiration_date=LATER + timedelta(days=1)))
    assert refused.value.known == LATER.isoformat()


def test_ex_02_er_14_two_lines_of_one_posting_agree(door):
    with pytest.raises(ExpirationDiffers):
        door(bought("PASTE", 5, lot="P1", expiration_date=LATER), bought("PASTE", 5, lot="P1", expiration_date=DAY))


def test_ex_03_er_14_a_date_is_required_or_calculated(door):
    with pytest.raises(ExpirationRequired):
        door(bought("PASTE", 5, lot="P1"))
    door(made("GLUE", 5, lot="G1"))
    assert dates(door) == {"G1": DAY + timedelta(days=30)}


def test_ex_03_counting_and_returning_need_no_date(door):
    door(bought("PASTE", 5, lot="P1", expiration_date=LATER))
    door(found("PASTE", 1, lot="P1"))
    shipped = door.entry(sold("PASTE", 2, lot="P1"))
    door(sold("PASTE", -2, lot="P1", applies_from_entry=shipped))
    assert {row["expiration_date"] for row in door.entries()} == {LATER}


def test_ex_03_scrap_needs_no_date(door):
    door(made("PASTE", 0, lot="P1", scrap_quantity=q(2)))
    assert dates(door) == {"P1": None}


def test_ex_05_a_renamed_lot_keeps_its_date_and_joins_only_an_equal_one(door):
    door(bought("PASTE", 5, lot="P1", expiration_date=LATER), bought("PASTE", 5, lot="P2", expiration_date=DAY))
    door(moved("PASTE", 1, lot="P1", new_tracking=Tracking("", "P3")))
    assert dates(door)["P3"] == LATER
    with pytest.raises(ExpirationDiffers):
        door(moved("PASTE", 1, lot="P1", new_tracking=Tracking("", "P2")))


def test_a_date_without_expiration_tracking_is_no_date(door):
    door(bought("CELL", 5, lot="L1", expiration_date=DAY))
    assert door.entries()[0]["expiration_date"] is None


@pytest.mark.parametrize(
    ("line", "goes"),
    [
        (used("PASTE", 1, lot="P1", posting_date=DAY), True),
        (used("PASTE", 1, lot="P1", posting_date=DAY + timedelta(days=1)), False),
        (sold("PASTE", 1, lot="P1", posting_date=DAY + timedelta(days=1)), False),
        (used("PASTE", 1, lot="P1", posting_date=DAY + timedelta(days=5), use_date=DAY), True),
        (used("PASTE", 1, lot="P1", posting_date=DAY, use_date=DAY + timedelta(days=1)), False),
        (used("PASTE", 1, lot="P1", posting_date=DAY + timedelta(days=1), passes_holds=True), True),
        (lost("PASTE", 1, lot="P1", posting_date=DAY + timedelta(days=1)), True),
        (moved("PASTE", 1, lot="P1", posting_date=DAY + timedelta(days=1), new_location_code="SCRAP"), True),
        (bought("PASTE", -1, lot="P1", posting_date=DAY + timedelta(days=1)), True),
    ],
)
def test_ex_04_er_15_d8_strict_expiry_on_the_date_of_use(door, line, goes):
    """Usable on its last day; write-off, moves and sending back are not use."""
    door(bought("PASTE", 5, lot="P1", expiration_date=DAY))
    if goes:
        door(line)
    else:
        with pytest.raises(Expired):
            door(line)


# --- holds


def test_ap_14_er_13_d20_a_hold_stops_use_sale_and_moving_out(door):
    door(bought("CELL", 5, lot="L1"))
    door.hold("CELL", "Lot", "L1")
    for line in (used("CELL", 1, lot="L1"), sold("CELL", 1, lot="L1"), moved("CELL", 1, lot="L1", new_location_code="LINE")):
        with pytest.raises(NumberOnHold) as refused:
            door(line)
        assert refused.value.reason == "cracked"
    door(bought("CELL", 5, lot="L1"))


def test_d20_a_hold_never_stops_returns_and_reversals(door):
    door(bought("CELL", 5, lot="L1"))
    entry = door.entry(used("CELL", 2, lot="L1"))
    output = door.entry(made("PACK", sn="P1"))
    door.hold("CELL", "Lot", "L1")
    door.hold("PACK", "Serial", "P1")
    door(used("CELL", -2, lot="L1", applies_from_entry=entry), made("PACK", -1, sn="P1", corrects_entry_no=output))
    assert sum(door.remaining().values()) == 5  # all cells are back, and no pack is left


def test_d20_write_off_movement_and_sending_back_need_a_right_and_a_reason(door):
    door(bought("CELL", 5, lot="L1"))
    door.hold("CELL", "Lot", "L1")
    nobody = replace(ADMINISTRATOR, rights=frozenset())
    allowed = (lost("CELL", 1, lot="L1"), moved("CELL", 1, lot="L1", new_tracking=Tracking("", "L2")), bought("CELL", -1, lot="L1"))
    for line in allowed:
        with pytest.raises(NumberOnHold):
            door(line)
        with pytest.raises(NumberOnHold):
            door(line, actor=nobody, reason="cracked")
        door(line, reason="cracked")


def test_d20_output_of_a_held_serial_is_refused(door):
    door.entry(made("PACK", sn="P1"))
    door(made("PACK", -1, sn="P1", corrects_entry_no=1))
    door.hold("PACK", "Serial", "P1")
    for line in (made("PACK", sn="P1"), made("PACK", 0, sn="P1", scrap_quantity=q(1))):
        with pytest.raises(NumberOnHold):
            door(line)


def test_d20_without_specific_tracking_held_stock_is_passed_over(door):
    door(bought("FREE", 5, lot="F1"), bought("FREE", 2, lot="F2"))
    door.hold("FREE", "Lot", "F1")
    assert door(sold("FREE", 2)).lines[0].applications == ((2, q(2)),)
    with pytest.raises(NumberOnHold):
        door(sold("FREE", 1))


def test_a26_expiry_of_known_information_without_a_date_is_filled_in(door):
    """A hold or a vendor's data may come before the goods do."""
    door.session.execute(
        table(NumberInformation).insert().values(
            plant_no=1, item_no="PASTE", variant_code="", kind="Lot", number="P1", number_folded="p1", description="", blocked=False,
            hold_reason="", vendor_no="", vendor_lot_no="", created_at=now(),
        )
    )
    door.session.commit()
    door(bought("PASTE", 5, lot="P1", expiration_date=date(2027, 1, 1)))
    assert dates(door) == {"P1": date(2027, 1, 1)}
