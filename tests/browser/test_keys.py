"""The keyboard at the desk: tables by arrows, Enter and Esc, the search box by Alt+Q (UI-1, screens)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.harness.server import HarnessServer, Plant


@pytest.fixture
def desk(page: Page, harness: HarnessServer, plant: Plant) -> Page:
    page.goto(f"{harness.url}/desk")
    page.wait_for_selector("html[data-capture=ready]", state="attached")
    return page


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(70)


@pytest.mark.parametrize(
    ("keys", "cell"),
    [
        (["ArrowRight"], "a2"), (["ArrowDown"], "b1"), (["ArrowUp"], "h1"), (["ArrowUp", "ArrowUp"], "h1"), (["ArrowDown", "End"], "b2"),
        (["End", "Home"], "a1"), (["Control+End"], "b2"), (["Control+End", "Control+Home"], "h1"), (["ArrowLeft"], "a1"),
    ],
)
def test_arrows_move_from_cell_to_cell(desk: Page, keys: list[str], cell: str) -> None:
    desk.locator("#a1").focus()
    press(desk, *keys)
    expect(desk.locator(f"#{cell}")).to_be_focused()
    assert desk.locator('table [tabindex="0"]').count() == 1


def test_enter_edits_and_escape_puts_the_old_value_back(desk: Page) -> None:
    desk.locator("#a2").focus()
    press(desk, "Enter", "9", "1")
    expect(desk.locator("#a2 input")).to_have_value("91")
    press(desk, "Escape")
    expect(desk.locator("#a2 input")).to_have_value("5")
    expect(desk.locator("#a2")).to_be_focused()


def test_enter_on_a_cell_without_a_control_opens_the_link_of_the_row(desk: Page) -> None:
    desk.locator("#b2").focus()
    press(desk, "Enter")
    desk.wait_for_url("**#opened")


def test_tab_reaches_one_cell_of_the_table(desk: Page) -> None:
    desk.locator("#button").focus()
    press(desk, "Tab")
    expect(desk.locator("#a1")).to_be_focused()


def test_ui_1_alt_q_goes_to_the_search_box(desk: Page) -> None:
    desk.locator("#b2").focus()
    press(desk, "Alt+KeyQ")
    expect(desk.locator("#search")).to_be_focused()
