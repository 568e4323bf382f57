"""The import page in Chromium: what is chosen is what is checked, and a file that is too large is told (A35)."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.test_number_scans import address, desk  # noqa: F401  # the same plant and person

PARTY = {"name": "list.csv", "mimeType": "text/csv"}


def test_the_kind_that_is_chosen_is_the_kind_that_is_checked(desk: Page, address: str):  # noqa: F811
    """Vendors and customers have the same columns: a file that is read as the other kind would go through."""
    desk.goto(f"{address}/import?kind=vendors")
    desk.locator("select[name=kind]").select_option("customers")
    check = desk.get_by_role("button", name="Check the file: Customers")
    expect(check).to_be_visible()
    assert desk.url == f"{address}/import?kind=customers"
    desk.set_input_files("input[type=file]", {**PARTY, "buffer": b"no,name\nC-9,Nine\n"})
    check.click()
    expect(desk.locator("main")).to_contain_text("1 row of customers checked")


def test_a35_a_file_that_is_too_large_is_told(desk: Page, address: str):  # noqa: F811
    desk.goto(f"{address}/import?kind=vendors")
    desk.set_input_files("input[type=file]", {**PARTY, "buffer": b"a" * 9_000_000})
    desk.get_by_role("button", name="Check the file: Vendors").click()
    expect(desk.locator("main")).to_contain_text("at most 8 MB")
