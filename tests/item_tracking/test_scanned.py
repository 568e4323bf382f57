"""What a label means in a number field of the item tracking lines (TL-13, D11, D17, ER-27). Both databases; nothing is written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shopfloor.errors import NotFound
from shopfloor.item_tracking.errors import LabelOfOtherItem, LabelWithoutNumber
from shopfloor.item_tracking.inputs import ScanForLine
from shopfloor.item_tracking.scanned import scanned_number
from shopfloor.items.commands import add_gtin
from shopfloor.items.inputs import NewGtin
from shopfloor.items.tracking import Tracking
from shopfloor.scanning.errors import ScanRefused
from tests.factories_items import CELL, LABEL, MODULE, PASTE, plant_with_masters
from tests.factories_orders import make_purchase_order, make_vendor, opening_stock

CELLS, CARTON, PASTES = "04006381333931", "14006381333938", "09521234543213"


@pytest.fixture(autouse=True)
def order(run):
    plant_with_masters(run)
    make_vendor(run)
    run(add_gtin, given=NewGtin(gtin=PASTES, item_no=PASTE))
    make_purchase_order(run, *({"item_no": item_no, "quantity": "10"} for item_no in (CELL, MODULE, PASTE)))


@pytest.fixture
def scan(session, actor):
    def scan(text, *, line_no=10000, kind="Lot"):
        given = ScanForLine(source_type="Purchase Line", order_no="PO-1", line_no=line_no, text=text, kind=kind)
        found = scanned_number(session, actor, given=given)
        session.rollback()
        return found

    return scan


def test_tl_13_plain_text_is_the_number_of_the_field(scan):
    assert scan("L-77").tracking == Tracking(lot_no="L-77")
    assert scan("M-1", line_no=20000, kind="Serial").tracking == Tracking(serial_no="M-1")


def test_tl_13_a_label_gives_number_pieces_and_date(scan):
    carton = scan(f"]d201{CARTON}10L-7\x1d372")
    assert (carton.tracking, carton.quantity) == (Tracking(lot_no="L-7"), Decimal(24))
    assert scan(f"01{CELLS}10L-8").quantity is None
    dated = scan(f"]d201{PASTES}1731050010P-1", line_no=30000)
    assert (dated.tracking, dated.expiration_date) == (Tracking(lot_no="P-1"), date(2031, 5, 31))
    # A serial on the label of an item that is followed by lot says nothing here.
    assert scan(f"]d201{CELLS}10L-9\x1d21S-9").tracking == Tracking(lot_no="L-9")


def test_er_27_a_label_of_another_item_is_refused(scan):
    with pytest.raises(LabelOfOtherItem) as refused:
        scan(f"]d201{PASTES}10P-1")
    assert (refused.value.found, refused.value.item) == (PASTE, CELL)
    with pytest.raises(LabelOfOtherItem) as refused:
        scan("]d2010952123400000610P-1")
    assert refused.value.found == "09521234000006"


@pytest.mark.parametrize("text", [CELLS, f"01{CELLS}", "4006381333931", LABEL, f"]d201{CELLS}21S-9", "CMD:UNDO"])
def test_d17_what_is_no_number_never_becomes_one(scan, text):
    with pytest.raises(LabelWithoutNumber):
        scan(text)


def test_r_02_a_plain_number_is_itself_whatever_the_scanner_puts_before_it(scan):
    assert scan("]C0L-77").tracking == scan("]d1L-77").tracking == Tracking(lot_no="L-77")
    with pytest.raises(LabelWithoutNumber) as refused:
        scan(f"]C0{LABEL}")
    assert refused.value.scanned == LABEL


def test_d11_a_known_number_is_that_number_whatever_it_looks_like(run, scan):
    opening_stock(run, CELL, "1", lot_no="4006381333931")
    assert scan("4006381333931").tracking == Tracking(lot_no="4006381333931")
    assert scan("]C04006381333931").tracking == Tracking(lot_no="4006381333931")
    with pytest.raises(LabelWithoutNumber):
        scan("4006381333931", line_no=20000, kind="Serial")


def test_r_01_what_cannot_be_read_and_what_is_not_there(scan):
    with pytest.raises(ScanRefused):
        scan("]d20109521234543210")
    with pytest.raises(NotFound):
        scan("L-1", line_no=77)
