"""What is typed in the item tracking summary is pending at once, in Chromium (AV-04)."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.test_number_scans import address, desk  # noqa: F401  # the same plant and person

LINE = "/item-tracking/sales/SO-A/10000/0"


def test_av_04_typing_lowers_what_is_available(desk: Page, address: str):  # noqa: F811
    desk.goto(f"{address}/item-tracking/sales/SO-A/10000/0/summary")
    row = desk.locator("tr", has_text="CL-1")
    free = int(row.locator("[data-available]").inner_text())  # 50, less what another test of this plant saved
    row.locator("input[name$='.quantity']").fill("3.5")
    expect(row.locator("[data-pending]")).to_have_text("3.5")
    expect(row.locator("[data-available]")).to_have_text(f"{free - 4}.5")
    row.locator("input[name$='.quantity']").fill(f"{free + 1}")
    expect(row.locator("[data-available]")).to_have_text("−1")
    row.locator("input[name$='.quantity']").fill("")
    expect(row.locator("[data-pending]")).to_have_text("0")


def test_av_04_the_rows_of_a_line_show_what_is_typed_and_not_saved(desk: Page, address: str):  # noqa: F811
    desk.goto(address + LINE)
    desk.locator("[name='lines.0.lot_no']").fill("CL-1")
    desk.locator("[name='lines.0.quantity']").fill("2")
    desk.get_by_role("button", name="Save", exact=True).click()
    row = desk.locator("tr[data-saved]", has_text="CL-1")
    expect(row.locator("[data-pending]")).to_have_text("0")
    expect(row.locator("[data-available]")).to_have_text("48")
    desk.locator("[name='lines.0.quantity']").fill("2.5")
    expect(row.locator("[data-pending]")).to_have_text("0.5")
    expect(row.locator("[data-available]")).to_have_text("47.5")
    desk.locator("[name='lines.0.lot_no']").fill("CL-2")
    expect(row.locator("[data-pending]")).to_have_text("−2")
    expect(row.locator("[data-available]")).to_have_text("50")
    desk.locator("[name='lines.0.lot_no']").fill("CL-1")
    desk.locator("[name='lines.1.lot_no']").fill("CL-1")
    desk.locator("[name='lines.1.quantity']").fill("60")
    expect(row.locator("[data-available]")).to_have_text("−12.5")
    # Refused, and shown again with what was typed.
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.locator("[role=alert]").first).to_be_visible()
    expect(desk.locator("tr[data-saved] [data-pending]").first).to_have_text("60.5")
