"""A scan never takes along what somebody typed: the page stays, and the look-up is one tap away (UI-1, peers 6)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.harness.accessibility import violations
from tests.browser.harness.wedge import Wedge
from tests.browser.test_number_scans import address, desk

__all__ = ["address", "desk"]
QUANTITY, ITEM, CHOICE = "[name='lines.0.quantity']", "[name='lines.0.item_no']", "main form[method=post] select"
KEPT = "#main > [data-scan-kept]"


def opened(desk: Page, address: str, place: str, field: str) -> None:
    desk.goto(address + place)
    desk.wait_for_selector("html[data-capture=ready]", state="attached")
    desk.locator(field).first.focus()


def test_ui_1_what_was_typed_stays_and_the_code_is_one_tap_away(desk, address):
    opened(desk, address, "/purchase-orders/new", QUANTITY)
    desk.fill(QUANTITY, "12")
    Wedge(desk).scan("CL-1")
    expect(desk.locator(KEPT)).to_contain_text("What you typed is still here")
    assert desk.input_value(QUANTITY) == "12"
    Wedge(desk).scan("CL-2")
    expect(desk.locator(KEPT)).to_have_count(1)
    expect(desk.locator(f"{KEPT} [data-code]")).to_have_text("CL-2")
    assert violations(desk) == []
    desk.focus(ITEM)
    Wedge(desk).scan("CELL")
    expect(desk.locator(ITEM)).to_have_value("CELL")
    desk.click(f"{KEPT} a")
    desk.wait_for_url("**/find?text=CL-2")


def test_ui_1_what_was_refused_stays_as_well(desk, address):
    opened(desk, address, "/purchase-orders/new", QUANTITY)
    desk.fill(QUANTITY, "0")
    with desk.expect_navigation():
        desk.locator("main form[method=post] button.primary").first.click()
    desk.wait_for_selector("html[data-capture=ready]", state="attached")
    desk.focus(QUANTITY)
    Wedge(desk).scan("CL-1")
    expect(desk.locator(KEPT)).to_be_visible()


def test_ui_1_what_was_asked_about_or_filled_further_stays_as_well(desk, address):
    opened(desk, address, "/item-journal", "[name='lines.0.item_no']")
    desk.fill("[name='lines.0.item_no']", "CELL")
    desk.fill("[name='lines.0.quantity']", "3")
    with desk.expect_navigation():
        desk.locator("button[formaction]").first.click()
    desk.wait_for_selector("html[data-capture=ready]", state="attached")
    desk.focus("[name='lines.0.quantity']")
    Wedge(desk).scan("CL-1")
    expect(desk.locator(KEPT)).to_be_visible()


def test_ui_1_what_scripts_choose_and_ticks_that_stand_keep_nobody(desk, address):
    """A list without choices, a box that is not ticked, and the first keys of the scan itself are nothing that somebody typed."""
    opened(desk, address, "/items", "main a")
    desk.evaluate("""() => {
        const form = document.createElement('form');
        form.method = 'post';
        form.innerHTML = `<select name="printer"></select><input type="checkbox" name="tick" value="1">
            <input name="quantity" inputmode="decimal" value="5">`;
        document.getElementById('main').append(form);
        form.elements.quantity.focus();
    }""")
    Wedge(desk).scan("CL-1")
    desk.wait_for_url(lambda url: "CL-1" in url)


def test_ui_1_a_list_that_was_chosen_from_is_typed_as_well(desk, address):
    opened(desk, address, "/items/new", CHOICE)
    desk.locator(CHOICE).first.select_option(index=1)
    desk.locator(CHOICE).first.focus()
    Wedge(desk).scan("CL-1")
    expect(desk.locator(KEPT)).to_be_visible()


@pytest.mark.parametrize(("place", "field"), [("/purchase-orders/new", QUANTITY), ("/items/new", CHOICE), ("/items", "main a")], ids=str)
def test_ui_1_where_nothing_was_typed_the_code_is_looked_up(desk, address, place, field):
    opened(desk, address, place, field)
    Wedge(desk).scan("CL-1")
    desk.wait_for_url(lambda url: place not in url or "find" in url)
    expect(desk.locator("main")).to_contain_text("CL-1")
