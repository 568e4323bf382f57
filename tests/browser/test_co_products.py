"""Co-products in Chromium: scanned at the bench between units, then reported on the associations page (D40, SCN-6)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from shopfloor.genealogy.starting import start_order
from shopfloor.items import commands as items
from shopfloor.items.inputs import NewGtin
from shopfloor.production import bills, commands
from shopfloor.production.inputs import NewBom, NewBomLine, NewProductionOrder, StartOrder
from tests.browser.test_real_pages import Bench, address, site
from tests.conftest import runner
from tests.factories_genealogy import FRAME, stock
from tests.factories_items import make_item
from tests.web.bikes import Order

__all__ = ["address", "site"]
OFFCUT_GTIN = "04012345678901"


@pytest.fixture
def order(site):  # the fixture
    """Two frames are cut from a tube, and each leaves an offcut with a serial number of its own."""
    with Session(site.engine) as session:
        run = runner(session)
        make_item(run, "TUBE", code="SN", policy="STRICT")
        make_item(run, "OFFCUT", code="SN", policy="STRICT")
        run(items.add_gtin, given=NewGtin(gtin=OFFCUT_GTIN, item_no="OFFCUT"))
        run(bills.create_bom, given=NewBom(item_no="TUBE", lines=(
            NewBomLine(item_no=FRAME, quantity_per="1", flushing="Manual"),
            NewBomLine(item_no="OFFCUT", quantity_per="1", co_product=True))))
        run(commands.create_order, given=NewProductionOrder(no="CUT-1", item_no="TUBE", quantity="2", location_code="MAIN"))
        run(start_order, given=StartOrder(order_no="CUT-1"))
        stock(run, FRAME, "F1-cut", "F2-cut")
    return Order(site, "CUT-1", "cut")


def test_d40_co_products_between_units_and_their_report(page, address, order):
    """A burst of label, unit and part; a part after a co-product lands nowhere; good and error by its own row."""
    bench = Bench(page, address, order, "B-ADMIN")
    bench.scan(f"]C101{OFFCUT_GTIN}21OC1", "TUBE-1", "F1-cut")
    bench.expect_answer("accepted", "TUBE-1 is complete")
    bench.expect_idle()
    units = page.locator("table.units tbody tr")
    expect(units).to_have_count(2)
    expect(units.nth(1)).to_contain_text(re.compile("OC1.*Completed.*OFFCUT of the test"))
    page.get_by_role("button", name="OC1", exact=True).click()
    expect(page.locator("#parts-title")).to_contain_text("OC1")
    expect(page.locator("#work")).to_contain_text("A co-product has no parts")
    bench.scan("F2-cut")
    bench.expect_answer("refused", "OC1 is co-product OFFCUT of the test; components belong to the main product")
    page.locator("[data-associations]").click()
    page.wait_for_url("**/associations**")
    expect(page.locator("table.matrix tbody tr")).to_have_count(1)
    page.get_by_role("checkbox", name="Select OC1").check()
    page.get_by_role("button", name="Report 1 as finished").click()
    expect(page.locator("#panel")).to_contain_text("co-product OFFCUT of the test")
    with page.expect_navigation():
        page.locator("#panel").get_by_role("button", name="Report 1 as finished").click()
    expect(page.locator("section[aria-labelledby=units-title] tbody tr", has_text="OC1")).to_contain_text("Reported")
    page.get_by_role("link", name="Create", exact=True).first.click()
    page.get_by_role("link", name="OFFCUT of the test").click()
    page.fill("[name=serial_no]", "OC2")
    with page.expect_navigation():
        page.locator("#panel").get_by_role("button", name="Create").click()
    expect(page.locator("section[aria-labelledby=units-title] tbody tr", has_text="OC2")).to_contain_text("Completed")
    page.goto(f"{bench.address}/production-orders/CUT-1/products/1")
    expect(page.locator("main")).to_contain_text("A co-product has no parts")
