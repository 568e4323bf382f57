"""EX-05, C15, D20, EX-07, AP-07, AP-08 at the posting door. Both engines; every invariant holds after each test."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from shopfloor.db import table
from shopfloor.items.errors import DateBeyondCalendar
from shopfloor.items.models import Item, ItemTrackingCode, NumberInformation
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.errors import EntryDoesNotMatch, MoreThanPosted
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.posting.errors import EntryNotOpen, ExpirationDiffers, LineIsReserved, PartOfNumber, WarrantyRequired
from shopfloor.reservations.errors import NumberOnHold, ReservedElsewhere
from shopfloor.reservations.models import ReservationEntry
from shopfloor.reservations.queries import reservations_of
from shopfloor.reservations.rules import Demand
from tests.factories_posting import DAY, bought, found, lost, moved, q, sold, used

OLD, NEW = DAY + timedelta(days=100), DAY + timedelta(days=40)
DEMAND = Demand("Prod. Order Component", "PO-1", 10000, 30, 0)


def information(door):
    rows = door.session.execute(select(table(NumberInformation)).order_by(table(NumberInformation).c.number)).all()
    door.session.rollback()
    return {row.number: (row.expiration_date, row.blocked, row.hold_reason) for row in rows}


def redated(item, quantity, lot, **fields):
    fields = {"new_tracking": Tracking(lot_no=lot), "expiration_date": NEW, "changes_expiration": True} | fields
    return moved(item, quantity, lot=lot, **fields)


# --- another date for the same number


def test_ex_05_c15_all_open_goods_of_a_lot_get_another_date_and_the_old_one_stays_in_the_books(door):
    door(bought("PASTE", 5, lot="P1", expiration_date=OLD), bought("PASTE", 3, lot="P1", location_code="B", expiration_date=OLD))
    door(redated("PASTE", 5, "P1"), redated("PASTE", 3, "P1", location_code="B"))
    assert information(door)["P1"] == (NEW, False, "")
    assert [(row["quantity"], row["expiration_date"]) for row in door.entries()] == [
        (q(5), OLD), (q(3), OLD), (q(-5), OLD), (q(5), NEW), (q(-3), OLD), (q(3), NEW),
    ]
    with pytest.raises(ExpirationDiffers):
        door(bought("PASTE", 1, lot="P1", expiration_date=OLD))


def test_ex_05_er_14_a_part_of_a_lot_keeps_the_lots_date(door):
    door(bought("PASTE", 5, lot="P1", expiration_date=OLD), bought("PASTE", 3, lot="P1", location_code="B", expiration_date=OLD))
    with pytest.raises(PartOfNumber, match="P1 of PASTE Paste: 3 PCS would keep the old date"):
        door(redated("PASTE", 5, "P1"))
    with pytest.raises(PartOfNumber, match="4 PCS would keep"):
        door(redated("PASTE", 1, "P1"), redated("PASTE", 3, "P1", location_code="B"))
    assert information(door)["P1"] == (OLD, False, "")


def test_ex_05_a_package_number_does_not_split_the_date_of_a_lot(door):
    door(bought("PASTE", 5, lot="P1", expiration_date=OLD))
    with pytest.raises(PartOfNumber):
        door(redated("PASTE", 2, "P1", new_tracking=Tracking("", "P1", "BOX-1")))
    door(redated("PASTE", 5, "P1", new_tracking=Tracking("", "P1", "BOX-1")))
    assert information(door)["P1"][0] == NEW


def test_ex_05_a_new_lot_takes_a_part_with_a_date_of_its_own(door):
    door(bought("PASTE", 5, lot="P1", expiration_date=OLD))
    door(redated("PASTE", 2, "P1", new_tracking=Tracking(lot_no="P2")))
    assert information(door) == {"P1": (OLD, False, ""), "P2": (NEW, False, "")}
    assert door.edges() == {("PASTE:P2", "PASTE:P1"): q(2)}


def test_ex_05_joining_a_lot_requires_equal_dates(door):
    door(bought("PASTE", 5, lot="P1", expiration_date=OLD), bought("PASTE", 1, lot="P2", expiration_date=NEW))
    with pytest.raises(ExpirationDiffers):
        door(moved("PASTE", 2, lot="P1", new_tracking=Tracking(lot_no="P2")))
    door(redated("PASTE", 2, "P1", new_tracking=Tracking(lot_no="P2")))
    assert information(door)["P2"][0] == NEW


def test_ap_13_a_corrected_date_leaves_reservations_with_their_goods(door, actor):
    entry = door.entry(bought("PASTE", 5, lot="P1", expiration_date=OLD))
    door.reserve(actor, DEMAND, entry, 2, specific=True)
    door(redated("PASTE", 5, "P1", applies_to_entry=entry))
    assert door.open() == {3: (q(5), q(2))}
    piece = reservations_of(door.session, [DEMAND])[0]
    assert (piece.open_entry_no, piece.quantity) == (3, q(2))
    assert door.session.execute(select(ReservationEntry.source_id).where(ReservationEntry.positive)).scalar_one() == "3"
    door.session.rollback()
    door(used("PASTE", 2, lot="P1", demand=DEMAND))
    assert door.open() == {3: (q(3), q(0))}


def test_ex_05_reserved_goods_that_get_another_number_are_not_taken(door, actor):
    entry = door.entry(bought("CELL", 5, lot="L1"))
    door.reserve(actor, DEMAND, entry, 2, specific=True)
    with pytest.raises(ReservedElsewhere):
        door(moved("CELL", 5, lot="L1", new_tracking=Tracking(lot_no="L2")))


# --- holds


def test_d20_a_new_number_does_not_end_a_hold(door):
    door(bought("CELL", 5, lot="L1"), bought("CELL", 1, lot="FREE"))
    door.hold("CELL", "Lot", "L1")
    with pytest.raises(NumberOnHold):
        door(moved("CELL", 2, lot="L1", new_tracking=Tracking(lot_no="L2")))
    door(moved("CELL", 2, lot="L1", new_tracking=Tracking(lot_no="L2")), reason="split for the laboratory")
    assert information(door)["L2"] == (None, True, "cracked")
    with pytest.raises(NumberOnHold, match="L1"):
        door(moved("CELL", 2, lot="L1", new_tracking=Tracking(lot_no="FREE")), reason="mixed")
    with pytest.raises(NumberOnHold, match="L2"):
        door(sold("CELL", 1, lot="L2"))


# --- warranty


def code(door, item, **values):
    item_code = select(Item.item_tracking_code).where(Item.no == item).scalar_subquery()
    door.session.execute(update(ItemTrackingCode).where(ItemTrackingCode.code == item_code).values(**values))
    door.session.commit()


def warranties(door):
    found_rows = door.session.execute(select(ItemLedgerEntry.quantity, ItemLedgerEntry.warranty_date).order_by(ItemLedgerEntry.entry_no))
    rows = [tuple(row) for row in found_rows]
    door.session.rollback()
    return rows


def test_ex_07_warranty_is_document_date_and_formula_when_goods_go_out(door):
    code(door, "CTRL", warranty_formula="2Y")
    door(bought("CTRL", sn="C1"), bought("CTRL", sn="C2"))
    door(sold("CTRL", sn="C1"), moved("CTRL", sn="C2", new_location_code="B"))
    assert warranties(door)[2:] == [(q(-1), date(2028, 3, 2)), (q(-1), None), (q(1), None)]
    door(sold("CTRL", sn="C2", location_code="B", warranty_date=date(2030, 1, 1)))
    assert warranties(door)[-1] == (q(-1), date(2030, 1, 1))


def test_ex_07_a_missing_warranty_date_is_refused_where_it_is_required(door):
    code(door, "CTRL", warranty_entry_required=True)
    door(bought("CTRL", sn="C1"))
    with pytest.raises(WarrantyRequired, match="C1 of CTRL"):
        door(sold("CTRL", sn="C1"))
    door(sold("CTRL", sn="C1", warranty_date=NEW))
    assert warranties(door)[-1] == (q(-1), NEW)


def test_ex_07_a_date_after_the_calendar_is_refused(door):
    code(door, "CTRL", warranty_formula="1D")
    door(bought("CTRL", sn="C1"))
    with pytest.raises(DateBeyondCalendar):
        door(sold("CTRL", sn="C1", posting_date=date.max))
    with pytest.raises(DateBeyondCalendar):
        door(bought("GLUE", 1, lot="G1", posting_date=date.max))


# --- named entries


def test_ap_07_er_09_a_named_entry_of_other_goods_is_refused(door):
    door(bought("CELL", 5, lot="L1"), bought("CELL", 5, lot="L2"), bought("SCREW", 5, location_code="B"))
    for line, field in (
        (lost("CELL", 1, lot="L2", applies_to_entry=1), "number"),
        (lost("SCREW", 1, applies_to_entry=1), "item"),
        (lost("SCREW", 1, applies_to_entry=3), "location"),
    ):
        with pytest.raises(EntryDoesNotMatch) as caught:
            door(line)
        assert caught.value.field == field
    door(lost("CELL", 5, lot="L1", applies_to_entry=1))
    for gone in (1, 4, 99):
        with pytest.raises(EntryNotOpen, match=f"Entry {gone} has 0 PCS"):
            door(lost("CELL", 1, lot="L1", applies_to_entry=gone))


def test_ap_07_er_09_a_named_entry_that_others_reserved_is_refused_with_their_name(door, actor):
    door(bought("SCREW", 5), bought("SCREW", 5))
    door.reserve(actor, DEMAND, 1, 4)
    with pytest.raises(ReservedElsewhere, match="PO-1"):
        door(lost("SCREW", 2, applies_to_entry=1))
    door(lost("SCREW", 1, applies_to_entry=1))


def test_ap_07_a_reserved_line_names_no_entry(door, actor):
    door(bought("SCREW", 5), bought("SCREW", 5))
    door.reserve(actor, DEMAND, 1, 4)
    with pytest.raises(LineIsReserved):
        door(used("SCREW", 2, applies_to_entry=2, demand=DEMAND))


def test_ap_08_an_adjustment_returns_what_was_sold_and_no_more(door):
    door(bought("CELL", 5, lot="L1"))
    sale = door.entry(sold("CELL", 3, lot="L1"))
    door(found("CELL", 2, lot="L1", applies_from_entry=sale))
    assert door.applications()[-1][1:] == (3, sale, q(2), 0, True)
    with pytest.raises(MoreThanPosted, match="only 1 of entry"):
        door(found("CELL", 2, lot="L1", applies_from_entry=sale))
    with pytest.raises(EntryDoesNotMatch) as caught:
        door(found("CELL", 1, lot="L1", applies_from_entry=1))
    assert caught.value.field == "entry type"


def test_ap_03_a_refusal_names_the_row_where_rows_were_typed(door):
    door(bought("CELL", 5, lot="L1"))
    lines = [lost("CELL", 1, lot="L1"), lost("CELL", 9, lot="L1")]
    with pytest.raises(Exception, match="NOT_AVAILABLE") as caught:
        door(*lines)
    assert caught.value.row == 0
    assert "row" not in caught.value.outcome_fields()
