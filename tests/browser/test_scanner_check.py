"""The scanner check with real key events: what a wrongly set scanner types is named, and the station reads it afterwards (R-23)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.harness.serving import serving
from tests.browser.harness.wedge import CONTROL, SHIFT, Wedge
from tests.browser.test_real_pages import Bench, registered
from tests.factories_genealogy import BIKE, FRAME, GTINS
from tests.scanning.test_station_check import ELEMENTS, typed
from tests.web.bikes import bike_site, make_order


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with bike_site("sqlite", tmp_path_factory.mktemp("data")) as made:
        yield made


@pytest.fixture(scope="module")
def address(site):
    with serving(site.app) as address:
        yield address


def keys_of(text, layout):
    """What a scanner with this layout presses, as the wedge sends it."""
    presses = typed(text, layout=layout)
    return [
        (press.code, (SHIFT if press.shift else 0) | (CONTROL if press.ctrl else 0))
        for press in presses
        if press.code not in {"ShiftLeft", "ControlLeft"}
    ]


def test_r_23_r_6_a_scanner_that_types_french_is_named_kept_and_read(page, address, site):
    """R-23, R-6: named in words, kept, and from then on read rightly at this station."""
    order = make_order(site)
    page.goto(f"{address}/sign-in")
    page.fill("#badge", "B-ADMIN")
    page.locator("#badge").evaluate("(field) => field.form.requestSubmit()")
    page.wait_for_url(f"{address}/")
    page.goto(f"{address}/stations/ST-1/scanner")
    page.wait_for_selector("html[data-capture=ready]", state="attached")
    wedge = Wedge(page)
    arrived = page.locator("[data-scanner-check]")
    for scan in ("Scan 1", "Scan 2"):
        wedge.begin()
        wedge.keys(keys_of(ELEMENTS, "fr"))
        expect(arrived).to_contain_text(scan)
    expect(arrived).to_contain_text("The scanner types French")
    expect(arrived).to_contain_text("arrives, as Ctrl+]")
    expect(arrived).to_contain_text("This scanner sends separators.")
    page.get_by_role("button", name="Keep for this station").click()
    expect(page.locator("#main")).to_contain_text("Station ST-1 knows its scanner now")

    bench = Bench(page, address, order, badge="B-ADMIN")
    product, frame = f"01{GTINS[BIKE]}21{order.number('BK1')}", f"01{GTINS[FRAME]}21{order.number('F1')}"
    for code, told in ((product, "registered"), (frame, order.number("F1"))):
        bench.wedge.begin()
        bench.wedge.keys(keys_of(code, "fr"))
        bench.expect_answer("accepted", told)
        bench.expect_idle()
    assert registered(order) == {"F1"}

    page.goto(f"{address}/")
    page.locator("form[action='/sign-out'] button").first.evaluate("(button) => button.form.requestSubmit(button)")
    page.wait_for_url(f"{address}/sign-in*")
    page.wait_for_selector("html[data-capture=ready]", state="attached")
    wedge = Wedge(page)
    wedge.begin()
    wedge.keys(keys_of("B-WORK", "fr"))
    page.wait_for_url(f"{address}/")


def test_r_23_typing_and_short_bursts_are_no_scans(page, address):
    page.goto(f"{address}/sign-in")
    page.fill("#badge", "B-ADMIN")
    page.locator("#badge").evaluate("(field) => field.form.requestSubmit()")
    page.wait_for_url(f"{address}/")
    page.goto(f"{address}/stations/ST-1/scanner")
    page.wait_for_selector("html[data-capture=ready]", state="attached")
    page.keyboard.type("abc", delay=20)
    page.wait_for_timeout(1000)
    expect(page.locator("[data-scanner-check]")).to_contain_text("Nothing scanned yet")
