"""Pages of the ledger in Chromium: keyboard, scans, the file, and accessibility in both themes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.harness.accessibility import violations
from tests.browser.harness.serving import serving, sign_in
from tests.browser.harness.wedge import Wedge
from tests.web.tracing_plant import traced_site

PAGES = (
    "/ledger-entries?item_no=FRAME", "/ledger-entries?item_no=nothing", "/ledger-entries/1", "/item-applications", "/item-applications/1",
    "/item-registers", "/item-registers/1", "/reservation-entries", "/documents", "/documents/sales-shipments/SHP-000001",
    "/find-entries?serial_no=B-1", "/find-entries", "/find-entries?by=document", "/find-entries/associations?lot_no=P-A",
)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with traced_site("sqlite", tmp_path_factory.mktemp("data")) as site, serving(site.app) as address:
        yield address


@pytest.fixture
def desk(page: Page, address: str) -> Page:
    """A signed-in quality engineer."""
    sign_in(page, address, "B-QUAL")
    return page


def test_fn_01_a_scan_anywhere_on_the_page_finds_entries(desk, address):
    desk.goto(f"{address}/find-entries")
    desk.wait_for_selector("html[data-capture=ready]", state="attached")
    desk.locator("h1").click()
    with desk.expect_navigation(url="**/find-entries?serial_no=F-1&item_no=FRAME"):
        Wedge(desk).scan("F-1")
    expect(desk.get_by_role("link", name="Item ledger entries")).to_be_visible()


def test_arrow_keys_move_and_enter_opens_the_entry(desk, address):
    desk.goto(f"{address}/ledger-entries?number=F-1")
    first = desk.locator("table.grid tbody tr").nth(0).locator("th")
    first.focus()
    desk.keyboard.press("ArrowDown")
    second = desk.locator("table.grid tbody tr").nth(1).locator("th")
    expect(second).to_be_focused()
    number = second.inner_text()
    with desk.expect_navigation(url=f"**/ledger-entries/{number}"):
        desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", name=f"Entry {number}")).to_be_visible()


def test_the_file_of_the_list_is_saved(desk, address):
    desk.goto(f"{address}/ledger-entries?number=F-1")
    with desk.expect_download() as download:
        desk.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "item-ledger-entries.csv"
    assert len(Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()) == 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_the_ledger_have_no_accessibility_violation(desk, address, scheme):
    desk.emulate_media(color_scheme=scheme)
    found = {}
    for path in PAGES:
        desk.goto(address + path)
        for size in ({"width": 1280, "height": 800}, {"width": 800, "height": 1280}):
            desk.set_viewport_size(size)
            wide = desk.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
            problems = violations(desk) + (["wider than the window"] if wide else [])
            if problems:
                found[path, size["width"]] = problems
    assert found == {}
