"""What is typed in the item tracking summary is pending at once, in Chromium (AV-04)."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.test_number_scans import address, desk  # noqa: F401  # the same plant and person


def test_av_04_typing_lowers_what_is_available(desk: Page, address: str):  # noqa: F811
    desk.goto(f"{address}/item-tracking/sales/SO-A/10000/0/summary")
    row = desk.locator("tr", has_text="CL-1")
    expect(row.locator("[data-available]")).to_have_text("50")
    row.locator("input[name$='.quantity']").fill("3.5")
    expect(row.locator("[data-pending]")).to_have_text("3.5")
    expect(row.locator("[data-available]")).to_have_text("46.5")
    row.locator("input[name$='.quantity']").fill("51")
    expect(row.locator("[data-available]")).to_have_text("−1")
    row.locator("input[name$='.quantity']").fill("")
    expect(row.locator("[data-pending]")).to_have_text("0")
