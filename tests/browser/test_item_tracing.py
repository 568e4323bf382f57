"""Item tracing in Chromium: opening and closing lines, going to lines and boxes, the history of a tab, scans, and accessibility."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.harness.accessibility import violations
from tests.browser.harness.serving import serving, sign_in
from tests.browser.harness.wedge import Wedge
from tests.web.tracing_plant import traced_site

FORWARD = "method=Origin+-%3E+Usage"
SHOWN = "table.tree tbody tr:visible"
SELECTED = 'table.tree tr[aria-selected="true"]'


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with traced_site("sqlite", tmp_path_factory.mktemp("data")) as site, serving(site.app) as address:
        yield address


@pytest.fixture
def desk(page: Page, address: str) -> Page:
    """A signed-in quality engineer."""
    sign_in(page, address, "B-QUAL")
    return page


def test_tr_55_lines_open_and_close_one_by_one_and_together(desk, address):
    desk.goto(f"{address}/tracing?lot_no=P-A&item_no=PAINT&{FORWARD}")
    everything = desk.locator("table.tree tbody tr").count()
    expect(desk.locator(SHOWN)).to_have_count(everything)
    desk.get_by_role("button", name="Collapse all").click()
    expect(desk.locator(SHOWN)).to_have_count(1)
    desk.get_by_role("button", name="Expand P-A").click()
    expect(desk.locator(SHOWN)).to_have_count(3)
    expect(desk.locator("#line-1")).to_have_attribute("aria-expanded", "true")
    desk.get_by_role("button", name="Expand all").click()
    expect(desk.locator(SHOWN)).to_have_count(everything)


def test_c_12_go_to_already_traced_selects_the_first_line_and_opens_what_is_below(desk, address):
    desk.goto(f"{address}/tracing?lot_no=P-A&item_no=PAINT")
    link = desk.locator("[data-goto]").first
    target = link.get_attribute("href")
    desk.locator(f"{target} .twist").or_(desk.locator("#line-1 .twist")).first.click()
    link.evaluate("(one) => one.click()")
    expect(desk.locator(SELECTED)).to_have_count(1)
    expect(desk.locator(target)).to_have_attribute("aria-selected", "true")
    expect(desk.locator(target)).to_be_visible()
    desk.goto(f"{address}/tracing?lot_no=P-A&item_no=PAINT{target}")
    expect(desk.locator(target)).to_have_attribute("aria-selected", "true")


def test_a_13_a_box_selects_its_rows_and_a_row_its_box(desk, address):
    desk.goto(f"{address}/tracing?item_no=FRAME&{FORWARD}")
    desk.get_by_role("button", name="Collapse all").click()
    many = desk.locator("[data-lines]", has=desk.locator(".many")).first
    lines = many.get_attribute("data-lines").split(" ")
    many.click()
    expect(desk.locator(SELECTED)).to_have_count(len(lines))
    expect(desk.locator("[data-lines].chosen")).to_have_count(1)
    desk.locator("#line-1 td").nth(4).click()
    expect(desk.locator(SELECTED)).to_have_count(1)
    expect(desk.locator("[data-lines].chosen")).to_have_count(1)


def test_tr_54_previous_and_next_and_a_new_question_cuts_off_what_lay_ahead(desk, address):
    back, ahead = desk.locator("[data-history-previous]"), desk.locator("[data-history-next]")
    desk.goto(f"{address}/tracing?serial_no=B-1")
    desk.goto(f"{address}/tracing?serial_no=B-2")
    expect(back).to_have_attribute("href", "/tracing?serial_no=B-1")
    expect(ahead).not_to_have_attribute("href", "/tracing?serial_no=B-2")
    back.click()
    expect(desk).to_have_url(f"{address}/tracing?serial_no=B-1")
    expect(ahead).to_have_attribute("href", "/tracing?serial_no=B-2")
    ahead.click()
    expect(desk).to_have_url(f"{address}/tracing?serial_no=B-2")
    expect(back).to_have_attribute("href", "/tracing?serial_no=B-1")
    back.click()
    expect(desk).to_have_url(f"{address}/tracing?serial_no=B-1")
    expect(ahead).to_have_attribute("href", "/tracing?serial_no=B-2")  # the page has noted where it stands
    desk.goto(f"{address}/tracing?serial_no=B-3")
    expect(back).to_have_attribute("href", "/tracing?serial_no=B-1")
    expect(ahead).to_have_attribute("aria-disabled", "true")


def test_ui_1_a_scan_anywhere_on_the_page_is_traced(desk, address):
    desk.goto(f"{address}/tracing")
    desk.wait_for_selector("html[data-capture=ready]", state="attached")
    desk.locator("h1").click()
    Wedge(desk).scan("]d2010400638133393121B-1\x1d")
    expect(desk).to_have_url(f"{address}/tracing?serial_no={quote(chr(39) + 'B-1' + chr(39))}&item_no={quote(chr(39) + 'BIKE' + chr(39))}")
    expect(desk.locator("table.tree tbody tr").first).to_contain_text("B-1")


def test_without_script_the_tree_is_open_and_links_lead_to_rows(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.fill("[name=badge]", "B-QUAL")
    page.press("[name=badge]", "Enter")
    page.goto(f"{address}/tracing?lot_no=P-A&item_no=PAINT")
    assert page.locator(SHOWN).count() == page.locator("table.tree tbody tr").count() > 3
    assert not page.get_by_role("button", name="Expand all").is_visible()
    page.locator("[data-goto]").first.click()
    assert "#line-" in page.url
    context.close()


@pytest.mark.parametrize("path", [
    "", "?lot_no=P-A&item_no=PAINT", "?serial_no=F-3&method=Origin+-%3E+Usage", "?serial_no=B-4&include_registered=1", "?serial_no=NO-SUCH",
    "?scan=NO-SUCH", "?serial_no=B-1&show_components=All",
])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_wcag_2_2_aa(desk, address, path, scheme):
    desk.emulate_media(color_scheme=scheme)
    desk.goto(f"{address}/tracing{path}")
    assert violations(desk) == []


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080), (800, 1280)])
def test_the_page_is_never_wider_than_the_screen(desk, address, size):
    desk.set_viewport_size({"width": size[0], "height": size[1]})
    desk.goto(f"{address}/tracing?item_no=FRAME&{FORWARD}")
    assert desk.evaluate("document.documentElement.scrollWidth") <= size[0]
