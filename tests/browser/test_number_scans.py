"""A wedge scanner on the Item tracking lines in Chromium: rows fill by themselves, at scanner speed (TL-13, R-05, ER-27)."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from shopfloor.app import create_app
from shopfloor.web.extensions import db
from tests.browser.harness.serving import serving, sign_in
from tests.browser.harness.wedge import Wedge
from tests.conftest import runner
from tests.databases import fresh_url, settings_for
from tests.factories_items import CELL, MODULE
from tests.factories_orders import make_purchase_order
from tests.web.conftest import furnish

CELLS, CARTON = "04006381333931", "14006381333938"
LOTS, SERIALS = "/item-tracking/purchase/PO-SCAN/10000/0", "/item-tracking/purchase/PO-SCAN/20000/0"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with fresh_url("sqlite") as url:
        app = create_app(settings_for(url, tmp_path_factory.mktemp("data")))
        with app.app_context():
            engine = db.engine
            with Session(engine) as session:
                furnish(runner(session))
                lines = ({"item_no": item_no, "quantity": "100"} for item_no in (CELL, MODULE))
                make_purchase_order(runner(session), *lines, no="PO-SCAN")
        with serving(app) as address:
            yield address
        engine.dispose()


@pytest.fixture
def desk(page: Page, address: str) -> Page:
    """The administrator, signed in."""
    sign_in(page, address)
    return page


def opened(desk: Page, address: str, place: str, field: str) -> None:
    desk.goto(address + place)
    desk.wait_for_selector("html[data-capture=ready]", state="attached")
    desk.locator(f"[name='{field}']").focus()


def values(desk: Page, name: str) -> list[str]:
    return [field.input_value() for field in desk.locator(f"[name$='.{name}']").all() if field.input_value()]


def test_tl_13_a_burst_of_serials_fills_a_row_each_and_makes_more(desk, address):
    opened(desk, address, SERIALS, "lines.0.serial_no")
    numbers = [f"MB-{number:03}" for number in range(1, 8)]
    Wedge(desk).scan(*numbers, gap_ms=40)
    expect(desk.locator("[name='lines.6.serial_no']")).to_have_value("MB-007")
    assert values(desk, "serial_no") == numbers
    expect(desk.locator("[name='lines.7.serial_no']")).to_be_focused()
    expect(desk.locator("[name='lines.7.serial_no']")).to_have_attribute("aria-label", re.compile("row 8$"))
    expect(desk.locator("[data-matrix=sum]")).to_have_text("7")
    assert desk.url.endswith(SERIALS)
    with desk.expect_navigation():
        desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.locator("table").nth(1)).to_contain_text("MB-007")


def test_tl_13_labels_fill_lot_pieces_and_go_on(desk, address):
    opened(desk, address, LOTS, "lines.0.lot_no")
    Wedge(desk).scan(f"]d201{CARTON}10L-7\x1d372", "L-8")
    expect(desk.locator("[name='lines.1.lot_no']")).to_have_value("L-8")
    expect(desk.locator("[name='lines.0.lot_no']")).to_have_value("L-7")
    expect(desk.locator("[name='lines.0.quantity']")).to_have_value("24")
    expect(desk.locator("[data-matrix=sum]")).to_have_text("24")


def test_tl_05_the_same_number_twice_says_where_it_stands(desk, address):
    opened(desk, address, LOTS, "lines.0.lot_no")
    Wedge(desk).scan("L-1", "L-2", "L-1")
    expect(desk.locator("[data-number-scan-answer]")).to_have_text("L-1 stands in row 1 already.")
    assert values(desk, "lot_no") == ["L-1", "L-2"]


def test_er_27_a_label_of_something_else_leaves_the_row_alone(desk, address):
    opened(desk, address, LOTS, "lines.2.lot_no")
    Wedge(desk).scan("]d2010952123400000610P-1", "L-3")
    expect(desk.locator("[name='lines.2.lot_no']")).to_have_value("L-3")
    assert values(desk, "lot_no") == ["L-3"]
    # The burst goes on, and what was not taken can still be read.
    expect(desk.locator("[data-number-scan-answer]")).to_contain_text("is about CELL")
    Wedge(desk).scan(CELLS)
    expect(desk.locator("[data-number-scan-answer]")).to_contain_text("names no serial or lot number")


def test_typing_is_left_alone_and_a_filled_row_is_not_overwritten(desk, address):
    opened(desk, address, LOTS, "lines.0.lot_no")
    desk.keyboard.type("L-MINE", delay=120)
    Wedge(desk).scan("L-4")
    expect(desk.locator("[name='lines.1.lot_no']")).to_have_value("L-4")
    expect(desk.locator("[name='lines.0.lot_no']")).to_have_value("L-MINE")


def test_ui_1_a_scan_outside_the_rows_is_searched_as_everywhere(desk, address):
    opened(desk, address, LOTS, "lines.0.lot_no")
    desk.locator("h1").click()
    time.sleep(0.1)
    with desk.expect_navigation(url=re.compile("/find|/items/|/item")):
        Wedge(desk).scan(CELL)


def test_a_scan_into_a_field_of_a_form_stays_in_that_form(desk, address):
    """What was typed beside it is not lost; of a label the field gets the part that it asks for."""
    opened(desk, address, "/inspections/new", "note")
    desk.locator("[name=note]").fill("lid is bent")
    for name, label, part in (
        ("number", "MB-001", "MB-001"), ("number", "]A0MB-002", "MB-002"), ("number", f"]d201{CARTON}10L-7\x1d372", "L-7"),
        ("item_no", f"]d201{CELLS}10L-8", CELL),
    ):
        desk.locator(f"[name={name}]").focus()
        Wedge(desk).scan(label)
        expect(desk.locator(f"[name={name}]")).to_have_value(part)
    expect(desk.locator("[name=note]")).to_have_value("lid is bent")
    assert desk.url == address + "/inspections/new"


def test_ui_1_a_scan_into_the_search_box_is_searched(desk, address):
    opened(desk, address, "/inspections/new", "text")
    with desk.expect_navigation(url=re.compile("/item")):
        Wedge(desk).scan(CELL)


@pytest.mark.parametrize("code", ["4006381333931", "]E04006381333931", f"]C0{CELL}", CELL, f"]d201{CELLS}10L-7"])
def test_scn_11_a_code_of_an_item_is_the_item_in_every_form(desk, address, code):
    """With and without symbology identifiers, as scanners are set up."""
    opened(desk, address, "/item-journal", "lines.0.item_no")
    Wedge(desk).scan(code)
    expect(desk.locator("[name='lines.0.item_no']")).to_have_value(CELL)
    desk.locator("[name='lines.0.lot_no']").focus()
    Wedge(desk).scan("]C0L-7")
    expect(desk.locator("[name='lines.0.lot_no']")).to_have_value("L-7")
