"""Item journal in full, reclassification journal, corrected dates, cards of numbers. Both engines."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event, select

from shopfloor.clock import work_date
from shopfloor.errors import InvalidInput, NotAllowed, NotFound, Outcome, Refusal
from shopfloor.items import commands, number_information
from shopfloor.items.inputs import HoldNumber, NewTrackingCode, NumberDetails
from shopfloor.items.number_history import history_of
from shopfloor.items.queries import number_card
from shopfloor.items.rules import GoodsNumber
from shopfloor.ledger.models import GenealogyEdge, ItemLedgerEntry, OpenItemEntry
from shopfloor.ledger.number_queries import entries_of_one_number, list_numbers, number_figures
from shopfloor.orders.errors import SerialUsedBefore
from shopfloor.orders.expiration_correction import change_expiration_date
from shopfloor.orders.journal_inputs import ExpirationCorrection, PostItemJournal, PostReclassification
from shopfloor.orders.reclassification import post_reclassification
from shopfloor.people.actor import Actor
from shopfloor.people.fields import read_input
from shopfloor.people.rights import RIGHTS, Role
from shopfloor.posting.check import run_all
from shopfloor.posting.errors import PartOfNumber, SerialQuantity
from shopfloor.reservations.errors import NumberOnHold
from tests.factories_items import CELL, LABEL, MODULE, PASTE, make_item, plant_with_masters
from tests.factories_orders import adjust, make_customer, make_sales_order, make_vendor, opening_stock, ship

TODAY = work_date("UTC")
OLD, NEW = TODAY + timedelta(days=90), TODAY + timedelta(days=30)
STOREKEEPER = Actor("E-STORE", "Sam", RIGHTS[Role.STOREKEEPER])
QUALITY = Actor("E-QUAL", "Quinn", RIGHTS[Role.QUALITY])
P1 = GoodsNumber(PASTE, "", "Lot", "P-1")


@pytest.fixture(autouse=True)
def masters(run, session):
    plant_with_masters(run)
    make_vendor(run)
    make_customer(run)
    yield
    session.rollback()
    assert run_all(session) == []


def reclassify(run, *lines, actor=None, reason="relabelled", confirmed=False):
    filled = [{"location_code": "MAIN", **line} for line in lines]
    given = read_input(PostReclassification, {"lines": filled, "reason": reason, "confirmed": confirmed})
    return run(post_reclassification, actor, given=given) if actor else run(post_reclassification, given=given)


def correct(run, day, *, actor=QUALITY, number="P-1", kind="Lot", item_no=PASTE):
    given = ExpirationCorrection(item_no=item_no, kind=kind, number=number, new_expiration_date=day, reason="label was wrong")
    return run(change_expiration_date, actor, given=given)


def stock(session):
    rows = session.execute(select(OpenItemEntry).order_by(OpenItemEntry.entry_no)).scalars().all()
    found = [(r.item_no, r.location_code, r.serial_no or r.lot_no, r.remaining) for r in rows]
    session.rollback()
    return found


def info(session, number, item_no=PASTE, kind="Lot"):
    found = number_card(session, item_no=item_no, kind=kind, number=number)
    session.rollback()
    return found


# --- item journal: rows and columns


@pytest.mark.parametrize(
    ("line", "place", "words"),
    [
        ({"quantity": "-3"}, "lines.1.quantity", "must be more than 0"),
        ({"quantity": "0"}, "lines.1.quantity", "must be more than 0"),
        ({"quantity": "1", "expiration_date": "2026-02-30"}, "lines.1.expiration_date", "there is no such date"),
        ({"quantity": "1", "applies_to_entry": "1"}, "lines.1", "only a negative line takes from an entry"),
        ({"quantity": "1", "applies_from_entry": "-1"}, "lines.1.applies_from_entry", "must be at least 1"),
        ({}, "lines.1", "neither a quantity nor a serial number"),
    ],
)
def test_ap_07_ap_08_what_cannot_be_read_names_row_and_column(line, place, words):
    """Wrong signs, dates outside the calendar, entries on the wrong side."""
    good = {"entry_type": "Positive Adjmt.", "item_no": CELL, "location_code": "MAIN", "quantity": "1", "lot_no": "L-1"}
    bad = {name: value for name, value in good.items() if name != "quantity"} | line
    with pytest.raises(InvalidInput) as caught:
        read_input(PostItemJournal, {"lines": [good, bad], "reason": "x"})
    assert words in caught.value.problems[place]


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        ({"item_no": "NIL", "quantity": "1"}, "NOT_FOUND", "item_no"),
        ({"item_no": CELL, "quantity": "1", "lot_no": "L", "location_code": "NIL"}, "NOT_FOUND", "location_code"),
        ({"item_no": MODULE, "quantity": "2", "serial_no": "M-1"}, "SERIAL_QUANTITY", "quantity"),
        ({"item_no": MODULE, "quantity": "0.5", "serial_no": "M-1"}, "BELOW_PRECISION", "quantity"),
        ({"item_no": CELL, "quantity": "1"}, "NUMBER_REQUIRED", "lot_no"),
        ({"item_no": "PACK", "serial_no": "X"}, "NUMBER_PATTERN", "serial_no"),
        ({"item_no": CELL, "quantity": "9", "lot_no": "L-1", "entry_type": "Negative Adjmt."}, "NOT_AVAILABLE", ""),
        (
            {"item_no": LABEL, "quantity": "1", "entry_type": "Negative Adjmt.", "applies_to_entry": "7"},
            "ENTRY_NOT_OPEN",
            "applies_to_entry",
        ),
    ],
)
def test_ap_03_tl_07_er_05_a_refused_line_names_its_row_and_column(run, session, line, code, column):
    """AP-03, TL-07, ER-03, ER-05: and nothing of the journal is written (CI-01)."""
    with pytest.raises(Refusal) as caught:
        adjust(run, {"item_no": CELL, "quantity": "5", "lot_no": "L-1"}, line)
    assert (caught.value.code, caught.value.row, caught.value.row_column) == (code, 2, column)
    assert stock(session) == []
    again = Outcome.restore(caught.value.code, caught.value.outcome_fields())
    assert (again.text(), again.row, again.row_column) == (caught.value.text(), 2, column)


def test_ap_07_ap_08_ex_07_the_item_journal_names_entries_and_warranty(session, run):
    opening_stock(run, CELL, "5", lot_no="L-1")
    opening_stock(run, CELL, "5", lot_no="L-1")
    lost = {"item_no": CELL, "quantity": "2", "lot_no": "L-1", "entry_type": "Negative Adjmt.", "applies_to_entry": "2"}
    adjust(run, lost | {"warranty_date": NEW})
    assert stock(session) == [(CELL, "MAIN", "L-1", Decimal(5)), (CELL, "MAIN", "L-1", Decimal(3))]
    assert session.scalar(select(ItemLedgerEntry.warranty_date).where(ItemLedgerEntry.entry_no == 3)) == NEW
    session.rollback()
    adjust(run, {"item_no": CELL, "quantity": "1", "lot_no": "L-1", "applies_from_entry": "3"})
    with pytest.raises(Refusal) as caught:
        adjust(run, {"item_no": CELL, "quantity": "2", "lot_no": "L-1", "applies_from_entry": "3"})
    assert (caught.value.code, caught.value.row) == ("MORE_THAN_POSTED", 1)


def test_ex_07_a_shipment_takes_the_warranty_of_the_code(session, run):
    run(commands.create_tracking_code, given=NewTrackingCode(code="W", description="W", serial_specific=True, warranty_formula="2Y"))
    make_item(run, "TOOL", code="W")
    opening_stock(run, "TOOL", serial_no="T-1")
    make_sales_order(run, {"item_no": "TOOL", "quantity": "1"})
    ship(run, "SO-1", {"serial_no": "T-1"}, posting_date=date(2026, 3, 2))
    assert [line.warranty_date for line in entries_of_one_number(session, GoodsNumber("TOOL", "", "Serial", "T-1"))] == [
        date(2028, 3, 2), None,
    ]


# --- reclassification journal


def test_ex_05_dm_12_a_part_of_a_lot_becomes_another_lot_at_another_place(session, run):
    """EX-05: a new lot with its own date; the genealogy leads from the new number to the old one (A17)."""
    opening_stock(run, PASTE, "5", lot_no="P-1", expiration_date=OLD)
    answer = reclassify(
        run,
        {"item_no": PASTE, "quantity": "2", "lot_no": "P-1", "new_lot_no": "P-2", "new_location_code": "SIDE", "new_expiration_date": NEW},
    )
    assert (answer.document_no, answer.line_count) == ("IJ-000002", 1)
    assert stock(session) == [(PASTE, "MAIN", "P-1", Decimal(3)), (PASTE, "SIDE", "P-2", Decimal(2))]
    assert (info(session, "P-1").expiration_date, info(session, "P-2").expiration_date) == (OLD, NEW)
    assert session.scalars(select(GenealogyEdge.quantity)).all() == [Decimal(2)]
    session.rollback()
    types = {(line.entry_type, line.document_type) for line in entries_of_one_number(session, GoodsNumber(PASTE, "", "Lot", "P-2"))}
    assert types == {("Transfer", "Item Journal")}


def test_ap_01_tl_07_a_new_serial_is_one_piece_and_new(session, run):
    """AP-01, TL-07, C14, ER-05, ER-06."""
    opening_stock(run, MODULE, serial_no="M-1")
    opening_stock(run, MODULE, serial_no="M-2")
    with pytest.raises(Refusal) as caught:
        reclassify(run, {"item_no": MODULE, "serial_no": "M-1", "new_serial_no": "M-2"})
    assert (caught.value.code, caught.value.row) == ("SERIAL_IN_STOCK", 1)
    opening_stock(run, CELL, "5", lot_no="L-1")
    with pytest.raises(SerialQuantity, match="not 2"):
        reclassify(run, {"item_no": CELL, "quantity": "2", "lot_no": "L-1", "new_serial_no": "C-1"})
    reclassify(run, {"item_no": MODULE, "serial_no": "M-1", "new_serial_no": "M-9"})
    adjust(run, {"item_no": MODULE, "serial_no": "M-2", "entry_type": "Negative Adjmt."})
    with pytest.raises(SerialUsedBefore):
        reclassify(run, {"item_no": MODULE, "serial_no": "M-9", "new_serial_no": "M-2"})
    reclassify(run, {"item_no": MODULE, "serial_no": "M-9", "new_serial_no": "M-2"}, confirmed=True)
    assert (MODULE, "MAIN", "M-2", Decimal(1)) in stock(session)


def test_ex_05_c15_another_date_in_the_journal_takes_the_right_and_the_whole_lot(session, run):
    opening_stock(run, PASTE, "5", lot_no="P-1", expiration_date=OLD)
    line = {"item_no": PASTE, "lot_no": "P-1", "new_expiration_date": NEW}
    with pytest.raises(NotAllowed):
        reclassify(run, line | {"quantity": "5"}, actor=STOREKEEPER)
    with pytest.raises(PartOfNumber) as caught:
        reclassify(run, line | {"quantity": "4"})
    assert (caught.value.row, caught.value.row_column) == (0, "expiration_date")
    reclassify(run, line | {"quantity": "5"})
    assert info(session, "P-1").expiration_date == NEW
    changed = history_of(session, P1)
    assert [(line.action, line.old_value, line.new_value, line.reason) for line in changed] == [
        ("Expiry changed", OLD.isoformat(), NEW.isoformat(), "relabelled")
    ]
    assert changed[0].register_no == 2


def test_d20_goods_on_hold_take_right_and_reason_and_stay_on_hold(session, run):
    """D20, ER-13."""
    opening_stock(run, CELL, "5", lot_no="L-1")
    run(number_information.hold_number, QUALITY, given=HoldNumber(item_no=CELL, kind="Lot", number="L-1", reason="dented"))
    line = {"item_no": CELL, "quantity": "2", "lot_no": "L-1", "new_lot_no": "L-2"}
    with pytest.raises(NumberOnHold) as caught:
        reclassify(run, line, actor=STOREKEEPER)
    assert caught.value.row == 1
    reclassify(run, line)
    found = info(session, "L-2", CELL)
    assert (found.blocked, found.hold_reason) == (True, "dented")


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        ({"item_no": CELL, "quantity": "1", "lot_no": "L-1"}, InvalidInput),
        ({"item_no": CELL, "quantity": "1", "lot_no": "L-1", "new_lot_no": "L-1"}, InvalidInput),
        ({"item_no": CELL, "quantity": "1", "lot_no": "L-1", "new_location_code": "NIL"}, NotFound),
        ({"item_no": "NIL", "quantity": "1", "lot_no": "L-1", "new_lot_no": "L-2"}, NotFound),
    ],
)
def test_ex_05_reclassifications_that_cannot_be(run, line, refusal):
    with pytest.raises(refusal):
        reclassify(run, line)


def test_a18_a_reclassification_takes_the_same_statements_for_2_and_40_serials(engine, run):
    adjust(run, *({"item_no": MODULE, "serial_no": f"M-{number}"} for number in range(50)))
    seen = []
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, statement, *_rest: seen.append(statement))
    counts = []
    for numbers in (range(2), range(2, 42)):
        seen.clear()
        reclassify(run, *({"item_no": MODULE, "serial_no": f"M-{number}", "new_serial_no": f"N-{number}"} for number in numbers))
        counts.append(len(seen))
    assert counts[0] == counts[1]


# --- C15: the corrected date


def test_c15_ex_05_a_corrected_date_goes_to_all_open_goods_and_the_history_keeps_the_old_one(session, run):
    adjust(
        run,
        {"item_no": PASTE, "quantity": "5", "lot_no": "P-1", "expiration_date": OLD},
        {"item_no": PASTE, "quantity": "2.5", "lot_no": "P-1", "location_code": "SIDE"},
    )
    answer = correct(run, NEW)
    assert answer.text() == f"P-1 expires on {NEW.isoformat()}: 7.5 KG in stock."
    assert stock(session) == [(PASTE, "MAIN", "P-1", Decimal(5)), (PASTE, "SIDE", "P-1", Decimal("2.5"))]
    assert info(session, "P-1").expiration_date == NEW
    dates = {line.expiration_date for line in entries_of_one_number(session, P1) if line.remaining}
    assert dates == {NEW}
    told = history_of(session, P1)[0]
    assert (told.old_value, told.new_value, told.reason, told.register_no) == (
        OLD.isoformat(), NEW.isoformat(), "label was wrong", answer.register_no,
    )
    assert opening_stock(run, PASTE, "1", lot_no="P-1").line_count == 1


def test_c15_goods_that_are_gone_need_no_posting(session, run):
    run(number_information.set_number_information, given=NumberDetails(item_no=PASTE, kind="Lot", number="P-1", expiration_date=OLD))
    assert correct(run, NEW).register_no == 0
    assert info(session, "P-1").expiration_date == NEW
    opening_stock(run, CELL, "1", lot_no="L-1")
    assert correct(run, NEW, item_no=CELL, number="L-1").register_no == 0


def test_c15_corrections_that_cannot_be(run):
    opening_stock(run, PASTE, "5", lot_no="P-1", expiration_date=OLD, package_no="BOX")
    with pytest.raises(NotAllowed):
        correct(run, NEW, actor=STOREKEEPER)
    with pytest.raises(NotFound):
        correct(run, NEW, number="P-9")
    with pytest.raises(InvalidInput, match="is the date that it has"):
        correct(run, OLD)
    with pytest.raises(InvalidInput, match="is that of lot P-1"):
        correct(run, NEW, kind="Package", number="BOX")


# --- DM-41, DM-42: the card


def test_dm_41_dm_42_inventory_and_expired_inventory(session, run):
    """DM-42: entries with a date before the work date count, the day itself and entries without a date do not."""
    adjust(run, {"item_no": PASTE, "quantity": "5", "lot_no": "P-1", "expiration_date": TODAY - timedelta(days=1)})
    adjust(run, {"item_no": PASTE, "quantity": "5", "lot_no": "P-2", "expiration_date": TODAY})
    adjust(run, {"item_no": PASTE, "quantity": "2", "lot_no": "P-1", "entry_type": "Negative Adjmt."})
    opening_stock(run, CELL, "4", lot_no="L-1", location_code="SIDE")
    figures = number_figures(session, P1, TODAY)
    assert (figures.inventory, figures.expired_inventory) == (Decimal(3), Decimal(3))
    assert number_figures(session, GoodsNumber(PASTE, "", "Lot", "P-2"), TODAY).expired_inventory == 0
    assert number_figures(session, GoodsNumber(PASTE, "", "Lot", "P-2"), TODAY + timedelta(days=1)).expired_inventory == 5
    cells = number_figures(session, GoodsNumber(CELL, "", "Lot", "L-1"), TODAY)
    assert [(line.location_code, line.inventory) for line in cells.locations] == [("SIDE", Decimal(4))]
    assert cells.expired_inventory == 0
    session.rollback()


def test_dm_41_c13_the_list_finds_numbers_in_pages(session, run):
    adjust(run, *({"item_no": MODULE, "serial_no": f"M-{number}"} for number in range(1, 8)))
    opening_stock(run, CELL, "4", lot_no="L/1")
    details = NumberDetails(item_no=CELL, kind="Lot", number="L/1", vendor_lot_no="V-77", comments="from the trial")
    run(number_information.set_number_information, given=details)
    first = list_numbers(session, limit=3)
    assert [(row.item_no, row.number, row.inventory) for row in first.rows] == [
        (CELL, "L/1", Decimal(4)), (MODULE, "M-1", Decimal(1)), (MODULE, "M-2", Decimal(1)),
    ]
    second = list_numbers(session, after=first.next_after, limit=30)
    assert [row.number for row in second.rows] == [f"M-{number}" for number in range(3, 8)]
    assert [row.number for row in list_numbers(session, text="v-77").rows] == []
    assert [row.number for row in list_numbers(session, text="V-77").rows] == ["L/1"]
    assert [row.number for row in list_numbers(session, text="m-1", kind="Serial").rows] == ["M-1"]
    assert list_numbers(session, blocked=True, item_no=CELL).rows == ()
    session.rollback()


def test_d20_c13_holds_and_details_leave_a_history(session, run):
    opening_stock(run, CELL, "4", lot_no="L-1")
    number = {"item_no": CELL, "kind": "Lot", "number": "L-1"}
    run(number_information.hold_number, given=HoldNumber(**number, reason="dented"))
    run(number_information.release_number, given=HoldNumber(**number, reason="looked at"))
    run(number_information.set_number_information, given=NumberDetails(**number, vendor_lot_no="V-1", comments="first"))
    run(number_information.set_number_information, given=NumberDetails(**number, vendor_lot_no="V-1", comments="first"))
    run(number_information.set_number_information, given=NumberDetails(**number, vendor_lot_no="V-1", comments="second"))
    told = [(line.action, line.old_value, line.new_value, line.reason) for line in history_of(session, GoodsNumber(CELL, "", "Lot", "L-1"))]
    session.rollback()
    assert told == [
        ("Details changed", "comments: first", "comments: second", ""),
        ("Details changed", "", "vendor lot no: V-1; comments: first", ""),
        ("Released", "dented", "", "looked at"),
        ("Held", "", "dented", "dented"),
    ]
