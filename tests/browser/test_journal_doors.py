"""ENT-5, ENT-7 in Chromium: from a journal line to the scan page, scans at scanner speed, and back with what was registered or chosen."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from shopfloor.genealogy.journal_inputs import OpenJournalInput
from shopfloor.genealogy.open_journals import save_journal
from tests.browser.harness.accessibility import violations
from tests.browser.harness.wedge import Wedge
from tests.browser.test_real_pages import Bench, address, order, site
from tests.conftest import runner
from tests.factories_genealogy import WHEEL_LINE

__all__ = ["address", "order", "site"]
OUTPUT_LINE = 10_000


@pytest.fixture
def desk(page, address, order):
    return Bench(page, address, order, "B-ADMIN")


def journal(order, kind, line_no):
    """One line of one's own journal, without a number."""
    with Session(order.site.engine) as session:
        given = OpenJournalInput(kind=kind, lines=[{"line_no": line_no, "quantity": "1"}])
        runner(session)(save_journal, order_no=order.no, given=given)


def from_line(desk):
    """Press *Track components* of the line."""
    page = desk.page
    page.goto(f"{desk.address}/production-orders/{desk.order.no}/journals")
    page.get_by_role("link", name="Track components").click()
    page.wait_for_selector("html[data-capture=ready][data-queue=ready]", state="attached")
    desk.wedge = Wedge(page)


def test_ent_5_from_a_picking_list_line_and_back_while_scans_are_on_their_way(desk, order):
    """The way back waits for what was scanned before it, so the line gets the number of a scan that had no answer yet."""
    page = desk.page
    journal(order, "Picking list", WHEEL_LINE)
    from_line(desk)
    expect(page.locator(".band")).to_have_attribute("data-mode", "product")
    desk.scan(order.number("BK1"))
    desk.expect_answer("accepted")
    expect(page.locator(".parts tbody tr")).to_have_count(1)
    expect(page.locator(".parts tr[aria-current]")).to_contain_text("WHEEL")
    desk.scan(order.number("W1"))
    page.get_by_role("button", name="Back to the picking list").click()
    page.wait_for_url("**/journals")
    expect(page.locator(".message")).to_contain_text(f"{order.number('W1')}, 1 PCS")
    expect(page.locator("table.grid tbody tr")).to_contain_text(order.number("W1"))
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator(".message")).to_contain_text("1 of them picks of registered parts")


def test_ent_5_every_component_again(desk, order):
    page = desk.page
    journal(order, "Picking list", WHEEL_LINE)
    from_line(desk)
    desk.scan(order.number("BK1"))
    desk.expect_answer("accepted")
    page.get_by_role("link", name="All components").click()
    expect(page.locator(".parts tbody tr")).to_have_count(3)
    page.wait_for_selector("html[data-capture=ready][data-queue=ready]", state="attached")
    Wedge(page).scan(order.number("F1"))
    desk.expect_answer("accepted", order.number("F1"))
    page.get_by_role("link", name="Only line 20").click()
    expect(page.locator(".parts tbody tr")).to_have_count(1)


def test_ent_7_from_a_report_line_and_back_with_the_chosen_row(desk, order):
    page = desk.page
    order.built()
    journal(order, "Report as finished", OUTPUT_LINE)
    from_line(desk)
    expect(page.locator(".band")).to_have_attribute("data-mode", "product")
    page.click("[data-command=product]")
    expect(page.locator(".band")).to_have_attribute("data-mode", "component")
    page.get_by_role("button", name="Back to the journal").click()
    page.wait_for_url("**/journals")
    expect(page.locator(".message")).to_contain_text(f"{order.number('BK1')}, 1 PCS")
    from_line(desk)
    expect(page.locator(".band")).to_have_attribute("data-mode", "component")
    expect(page.locator(".band h1")).to_contain_text(order.number("BK1"))
    page.get_by_role("button", name="Back to the journal").click()
    page.wait_for_url("**/journals")
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator(".message")).to_contain_text("is posted")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_violation_of_wcag_22_aa(desk, order, scheme):
    page = desk.page
    page.emulate_media(color_scheme=scheme)
    journal(order, "Picking list", WHEEL_LINE)
    page.goto(f"{desk.address}/production-orders/{order.no}/journals")
    assert violations(page) == []
    from_line(desk)
    desk.scan(order.number("BK1"))
    desk.expect_answer("accepted")
    assert violations(page) == []
