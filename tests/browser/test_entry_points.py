"""Every entry point to the scan page, two people on one order, and a correction after a report, in Chromium (ENT-4 to ENT-10).

The doors of journal lines (ENT-5, ENT-7) are in test_journal_doors.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from shopfloor.production import bills, commands
from shopfloor.production.inputs import NewProductionOrder, NewRouting, NewRoutingLine, OrderKey
from tests.browser.harness.wedge import Wedge
from tests.browser.test_real_pages import Bench, product_of, registered
from tests.browser.test_real_pages import address as served
from tests.conftest import runner
from tests.factories_genealogy import GTINS, WHEEL
from tests.web.bikes import Order, bike_site, make_order

address = served


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Bikes with two operations; wheels are fitted at the second one."""
    with bike_site("sqlite", tmp_path_factory.mktemp("data")) as made:
        with Session(made.engine) as session:
            lines = (NewRoutingLine(operation_no=10, description="Weld"), NewRoutingLine(operation_no=20, description="Fit"))
            runner(session)(bills.create_routing, given=NewRouting(item_no="BIKE", lines=lines))
        yield made


@pytest.fixture
def order(site):
    return make_order(site)


@pytest.fixture
def desk(page, address, order):
    return Bench(page, address, order, "B-ADMIN")


def arrived(desk):
    """On the scan page, ready for the scanner, in Product mode."""
    desk.page.wait_for_selector("html[data-capture=ready][data-queue=ready]", state="attached")
    expect(desk.page.locator(".band")).to_have_attribute("data-mode", "product")
    desk.wedge = Wedge(desk.page)


def back(desk, words):
    desk.page.get_by_role("link", name=words).click()


def test_ent_4_from_the_list_and_back_to_its_place(desk, order):
    page = desk.page
    page.goto(f"{desk.address}/production-orders?text={order.no}")
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Track components").click()
    arrived(desk)
    desk.scan(order.number("BK1"), order.number("F1"))
    desk.expect_answer("accepted", order.number("F1"))
    back(desk, "Back to the list")
    page.wait_for_url(f"**/production-orders?*text={order.no}*")
    page.goto(f"{desk.address}/production-orders/{order.no}")
    page.get_by_role("link", name="Track components").click()
    arrived(desk)


def test_ent_6_from_an_operation_and_back(desk, order):
    page = desk.page
    page.goto(f"{desk.address}/production-orders/{order.no}/operations/20")
    page.get_by_role("link", name="Track components").click()
    arrived(desk)
    desk.scan(order.number("BK1"), f"]d201{GTINS[WHEEL]}21{order.number('W1')}")
    desk.expect_answer("accepted", order.number("W1"))
    back(desk, "Back to the operation")
    page.wait_for_url(f"**/production-orders/{order.no}/operations/20")


def test_ent_10_from_current_operations_and_back(desk, order):
    page = desk.page
    page.goto(f"{desk.address}/operations?order_no={order.no}")
    page.get_by_role("radio").nth(1).check()
    page.get_by_role("button", name="Track components").click()
    arrived(desk)
    desk.scan(order.number("BK1"))
    desk.expect_answer("accepted", order.number("BK1"))
    back(desk, "Back to the list")
    page.wait_for_url(f"**/operations?*order_no={order.no}*")


def test_ent_8_over_the_open_start_dialog(desk, order):
    """The quantity that is typed counts as started; the unit waits until OK, and the dialog keeps what was typed."""
    page = desk.page
    with Session(order.site.engine) as session:
        run = runner(session)
        made = Order(order.site, f"S{order.no}", order.tag)
        run(commands.create_order, given=NewProductionOrder(no=made.no, item_no="BIKE", quantity="2", location_code="MAIN"))
        run(commands.release_order, given=OrderKey(order_no=made.no))
    page.goto(f"{desk.address}/production-orders/{made.no}/start")
    page.fill("[name=quantity]", "1")
    page.get_by_role("button", name="Track components").click()
    arrived(desk)
    desk.scan(*(order.number(name) for name in ("BK1", "F1")))
    desk.expect_answer("accepted", order.number("F1"))
    expect(page.locator("table.units")).to_contain_text("Awaiting start")
    back(desk, "Back to Start")
    page.wait_for_url("**/start?*")
    expect(page.locator("[name=quantity]")).to_have_value("1")
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url(f"**/production-orders/{made.no}")
    page.goto(desk.address + made.page)
    expect(page.locator("table.units")).to_contain_text("In progress")


def test_ent_9_over_the_report_dialog(desk, order):
    """Good was not touched: what was completed on the scan page is proposed, and OK reports it."""
    page = desk.page
    page.goto(f"{desk.address}/production-orders/{order.no}/report-as-finished")
    page.get_by_role("button", name="Track components").click()
    arrived(desk)
    desk.scan(*(order.number(name) for name in ("BK1", "F1", "W1", "W2", "P")))
    desk.expect_answer("accepted", "is complete")
    back(desk, "Back to Report as finished")
    page.wait_for_url("**/report-as-finished*")
    expect(page.locator("[name=good]")).to_have_value("1")
    page.get_by_role("button", name="Report as finished").click()
    page.wait_for_url(f"**/production-orders/{order.no}")
    page.goto(desk.address + order.page)
    expect(page.locator("table.units")).to_contain_text("Reported")


def test_ops_1_ops_2_two_people_on_one_order(browser, address, order):
    """Two browsers: own unit and own mode each; the loser of a serial hears who has it, and each sees what the other does."""
    contexts = [browser.new_context(viewport={"width": 1280, "height": 800}) for _ in range(2)]
    try:
        will, wendy = (
            Bench(context.new_page(), address, order, badge) for context, badge in zip(contexts, ("B-WORK", "B-WENDY"), strict=True)
        )
        will.scan(order.number("BK1"))
        wendy.scan(order.number("BK2"))
        will.scan(order.number("F1"), order.number("W1"))
        wendy.scan(order.number("F2"))
        will.expect_answer("accepted", order.number("W1"))
        wendy.expect_answer("accepted", order.number("F2"))
        wendy.scan(order.number("W1"))
        wendy.expect_answer("refused", f"{order.number('BK1')} (order {order.no}, Will Worker")
        assert registered(order) == {"F1", "W1", "F2"}
        for bench, mine in ((will, "BK1"), (wendy, "BK2")):
            expect(bench.page.locator("table.units tbody tr")).to_have_count(2, timeout=5000)
            expect(bench.page.locator("table.units tr[aria-current]")).to_contain_text(order.number(mine))
    finally:
        for context in contexts:
            context.close()


def test_edg_30_a_report_is_reversed_corrected_and_made_again(desk, order):
    """D23: with the keyboard: the panels ask with the focus in their first field; the unit then holds the other wheel."""
    order.built()
    page = desk.page
    units = page.locator("table[data-selection=units]")
    page.goto(f"{desk.address}{order.associations}?product={product_of(order)}")
    units.locator("tbody input[type=checkbox]").check()
    page.click("button[value=report]")
    expect(page.locator("[name='lines.0.good']")).to_be_focused()
    page.keyboard.press("Enter")
    expect(units.locator("tbody")).to_contain_text("Reported")
    units.locator("tbody input[type=checkbox]").check()
    page.click("button[value=reverse]")
    expect(page.locator("#panel [name=reason]")).to_be_focused()
    page.keyboard.type("wrong wheel", delay=80)  # a person, not a scanner
    page.keyboard.press("Enter")
    expect(page.locator(".message").first).to_contain_text("Report reversed")
    page.get_by_role("link", name=order.number("W1")).first.click()
    page.locator("[form=edit][name=serial_no]").fill(order.number("W3"))
    page.keyboard.press("Enter")
    expect(page.locator(".message").first).to_contain_text("changed")
    units.locator("tbody input[type=checkbox]").check()
    page.click("button[value=report]")
    page.click("#panel button.main")
    expect(page.locator(".message").first).to_contain_text("Reported 1 as finished")
    assert registered(order) == {"F1", "W2", "W3", "P"}


def test_edg_27_remove_opens_with_the_focus_in_its_reason(desk, order):
    order.built(parts=("F1",))
    page = desk.page
    page.goto(f"{desk.address}{order.associations}?product={product_of(order)}")
    for table, button in (("parts", "remove-components"), ("units", "remove-products")):
        page.locator(f"table[data-selection={table}] tbody input[type=checkbox]").check()
        page.click(f"button[value={button}]")
        expect(page.locator("#panel [name=reason]")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(".message").first).to_contain_text("Removed")
    assert registered(order) == set()


def test_asc_21_to_asc_23_a_picking_list_line_is_opened_cancelled_and_posted(desk, order):
    """ASC-22: cancelled, the part is as it was; posted, it is consumed as the line says."""
    order.built()
    page = desk.page
    page.goto(f"{desk.address}{order.associations}?product={product_of(order)}")
    parts = page.locator("table[data-selection=parts]")
    paint = parts.locator("tbody tr", has_text=order.number("P"))
    for press in ("Cancel", "Post"):
        paint.locator("input[type=checkbox]").first.check()
        page.get_by_role("button", name="Adjust 1").click()
        expect(paint.get_by_role("button", name="Post")).to_be_visible()
        if press == "Post":
            paint.locator("input[name=quantity]").fill("0.2")
        paint.get_by_role("button", name=press).click()
        expect(page.locator(".message").first).to_contain_text({"Cancel": "Cancelled 1 line", "Post": "Posted 1 line"}[press])
        expect(paint.get_by_role("button", name="Post")).to_have_count(0)
    expect(paint).to_contain_text("Consumed")
    expect(paint).to_contain_text("0.2 KG")
