"""Tracked components and its associations in Chromium against the real app: key events at scanner speed, taps, the live grids."""

from __future__ import annotations

import itertools

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.genealogy.models import ComponentAssociation, TrackedProduct
from tests.browser.harness.accessibility import violations
from tests.browser.harness.serving import serving
from tests.browser.harness.wedge import KNOWN, Wedge
from tests.conftest import runner
from tests.factories_genealogy import FRAME, GTINS, PAINT, WHEEL, WHEEL_LINE, stock
from tests.web.bikes import bike_site, make_order

_keys = itertools.count(1)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with bike_site("sqlite", tmp_path_factory.mktemp("data")) as made:
        yield made


@pytest.fixture(scope="module")
def address(site):
    with serving(site.app) as address:
        yield address


@pytest.fixture
def order(site):
    return make_order(site)


class Bench:
    """One tab of one signed-in person with a scanner."""

    def __init__(self, page: Page, address: str, order, badge: str = "B-WORK") -> None:
        self.page, self.address, self.order = page, address, order
        page.add_init_script(KNOWN)
        self.sign_in(badge)
        self.open()

    def sign_in(self, badge: str) -> None:
        self.page.goto(f"{self.address}/sign-in")
        self.page.fill("[name=badge]", badge)
        with self.page.expect_navigation():
            self.page.locator("[name=badge]").evaluate("(field) => field.form.requestSubmit()")

    def open(self, query: str = "") -> None:
        self.page.goto(self.address + self.order.page + query)
        self.page.wait_for_selector("html[data-capture=ready][data-queue=ready]", state="attached")
        self.wedge = Wedge(self.page)

    def scan(self, *codes: str) -> None:
        self.wedge.scan(*codes)

    def number(self, name: str) -> str:
        return self.order.number(name)

    def expect_answer(self, result: str, text: str = "") -> None:
        area = self.page.locator(".answer")
        expect(area).to_have_attribute("data-result", result)
        expect(area).to_contain_text(text)

    def expect_idle(self) -> None:
        expect(self.page.locator("#waiting")).to_have_attribute("data-count", "0")

    @property
    def focused(self) -> str:
        return self.page.evaluate("document.activeElement.name || document.activeElement.tagName")


@pytest.fixture
def bench(page, address, order):
    return Bench(page, address, order)


def registered(order):
    with Session(order.site.engine) as session:
        mine = ComponentAssociation.order_no == order.no, ComponentAssociation.state != "Removed"
        rows = session.scalars(select(ComponentAssociation).where(*mine))
        return {(row.serial_no or row.lot_no).removesuffix(f"-{order.tag}") for row in rows}


def test_burst_of_a_whole_unit_at_scanner_speed(bench, order):
    """TCP-7, TCP-9, OPS-5: product and parts in one burst, each in the right mode, the field ready for the next."""
    bench.scan(*(order.number(name) for name in ("BK1", "F1", "W1", "W2", "P")))
    bench.expect_answer("accepted", f"{order.number('BK1')} is complete")
    bench.expect_idle()
    assert registered(order) == {"F1", "W1", "W2", "P"}
    assert bench.focused == "text"
    expect(bench.page.locator("#text")).to_have_value("")
    expect(bench.page.locator(".log li")).to_have_count(5)


def test_refusal_in_the_burst_holds_the_rest_until_continue(bench, order):
    """D16 against the real app."""
    bench.scan(order.number("BK1"))
    bench.expect_answer("accepted")
    bench.scan(order.number("F1"), "NOPE-1", order.number("W1"), order.number("W2"))
    bench.expect_answer("refused", "NOPE-1")
    expect(bench.page.locator("[data-held-count]")).to_have_text("Held, not registered: 2")
    assert registered(order) == {"F1"}
    bench.page.click("[data-held=continue]")
    bench.expect_answer("accepted", order.number("W2"))
    bench.expect_idle()
    assert registered(order) == {"F1", "W1", "W2"}


def test_a4_grids_follow_others_and_leave_field_and_answer_alone(bench, order):
    bench.scan(order.number("BK1"))
    bench.expect_answer("accepted", "registered")
    bench.page.keyboard.type("half a num", delay=150)  # a person; anything faster is a scanner
    colleague = order.station()
    colleague.send("product", bench.page.evaluate("JSON.parse(document.getElementById('main').dataset.station).product"))
    colleague.scan(order.number("W1"))
    expect(bench.page.locator("#work")).to_contain_text(order.number("W1"), timeout=6000)
    expect(bench.page.locator("#text")).to_have_value("half a num")
    assert bench.focused == "text"
    bench.expect_answer("accepted", "registered")
    expect(bench.page.locator(".band")).to_have_attribute("data-mode", "component")


def test_tcp_13_taps_go_through_the_queue(bench, order):
    bench.scan(order.number("BK1"))
    bench.expect_answer("accepted")
    bench.page.click(f"[data-command=line][data-value='{WHEEL_LINE}']")
    expect(bench.page.locator(".parts tr[aria-current]")).to_contain_text("WHEEL")
    bench.page.click("[data-command=mode]")
    expect(bench.page.locator(".band")).to_have_attribute("data-mode", "product")
    bench.page.click("[data-command=product]")
    expect(bench.page.locator(".band")).to_have_attribute("data-mode", "component")
    assert bench.focused == "text"


def test_scn_17_a_tapped_candidate_registers_on_its_line(bench, order):
    shared = f"X-{order.tag}"
    with Session(order.site.engine) as session:
        for item in (WHEEL, FRAME):
            stock(runner(session), item, shared)
    bench.scan(order.number("BK1"), shared)
    bench.expect_answer("question", "Which one?")
    bench.page.click(f"[data-choice='{WHEEL_LINE}']")
    bench.expect_answer("accepted", "WHEEL")
    assert registered(order) == {"X"}


def test_d18_override_wants_reason_and_a_scanned_badge(bench, order):
    weighed = f"]C101{GTINS[PAINT]}310300050010{order.number('P')}"
    bench.scan(order.number("BK1"), order.number("P"), weighed)
    bench.expect_answer("question", "A supervisor can confirm it")
    yes = bench.page.locator("[data-override] button")
    yes.click()
    page = bench.page
    expect(page.locator("[data-override] [name=reason_code]")).to_be_focused()
    page.select_option("[data-override] [name=reason_code]", index=1)
    page.focus("[data-override] [name=badge]")
    bench.scan("B-WORK")
    expect(page.locator("[data-override] [name=badge]")).to_have_value("B-WORK")
    yes.click()
    expect(page.locator(".answer")).to_have_attribute("data-result", "refused")
    expect(page.locator("[data-override] [name=reason_code]")).not_to_have_value("")  # the question stays, for another badge
    page.focus("[data-override] [name=badge]")
    bench.scan("B-SUP")
    expect(page.locator("[data-override] [name=badge]")).to_have_value("B-SUP")
    yes.click()
    expect(page.locator(".answer")).not_to_have_attribute("data-result", "question")
    bench.expect_idle()
    assert bench.focused == "text"


def test_d18_enter_behind_a_typed_badge_confirms_and_does_not_scan_again(bench, order):
    bench.scan(order.number("BK1"), order.number("P"), f"]C101{GTINS[PAINT]}310300050010{order.number('P')}")
    bench.expect_answer("question", "A supervisor can confirm it")
    page = bench.page
    page.select_option("[data-override] [name=reason_code]", index=1)
    page.focus("[data-override] [name=badge]")
    page.keyboard.type("B-SUP", delay=130)
    page.keyboard.press("Enter")
    bench.expect_answer("accepted", "0.5 KG")
    bench.expect_idle()
    assert bench.focused == "text"


def test_scn_20_parts_are_chips_and_escape_or_time_drops_them(bench, order):
    sent = []
    bench.page.on("request", lambda request: sent.append(request.post_data or "") if request.url.endswith("/scan") else None)
    bench.scan(order.number("BK1"), "]C13712")
    expect(bench.page.locator("[data-parts]")).to_contain_text("(37)12")
    bench.page.keyboard.press("Escape")
    expect(bench.page.locator("[data-parts]")).to_have_count(0)
    bench.scan("]C13712")
    expect(bench.page.locator("[data-parts]")).to_contain_text("(37)12")
    bench.scan("NOPE-2")
    bench.expect_answer("refused")
    assert "held=%2837%2912" in sent[-1]
    bench.page.evaluate("() => { const real = Date.now; Date.now = () => real() + 61000; }")
    bench.scan("NOPE-3")
    bench.expect_answer("refused", "NOPE-3")
    assert "held=&" in sent[-1]


def test_ops_7_scans_of_somebody_who_signed_out_wait_for_that_person(bench, order, context):
    bench.scan(order.number("BK1"))
    bench.expect_answer("accepted")
    other = context.new_page()  # the same browser: signing in there changes the session
    other.goto(f"{bench.address}/sign-in")
    other.fill("[name=badge]", "B-WENDY")
    with other.expect_navigation():
        other.locator("[name=badge]").evaluate("(field) => field.form.requestSubmit()")
    other.close()
    bench.scan(order.number("F1"))
    bench.expect_answer("refused", "Will Worker")
    expect(bench.page.locator("[data-held-count]")).to_have_attribute("data-count", "1")
    bench.page.evaluate("document.querySelector('.answer').dataset.before = 'discard'")
    bench.page.click("[data-held=discard]")  # not hers to discard
    # The refusal of the scan looks the same: wait for the answer that took its place, or the next page would send the discard as Will's.
    expect(bench.page.locator(".answer:not([data-before])")).to_have_attribute("data-result", "refused")
    bench.expect_answer("refused", "Will Worker")
    bench.expect_idle()
    expect(bench.page.locator("[data-held-count]")).to_have_attribute("data-count", "1")
    assert registered(order) == set()
    bench.sign_in("B-WORK")
    bench.open(f"?product={product_of(order)}")
    bench.page.click("[data-held=continue]")
    bench.expect_answer("accepted", order.number("F1"))
    assert registered(order) == {"F1"}


def test_d16_a_command_card_reports_the_unit_and_signs_out(bench, order):
    """CMD:REPORT opens the report of the unit when all that was scanned before it is registered; CMD:SIGNOUT ends the session."""
    bench.scan(order.number("BK1"))
    bench.expect_answer("accepted")
    bench.scan(*(order.number(name) for name in ("F1", "W1", "W2", "P")), "CMD:REPORT")
    bench.page.wait_for_url("**/associations?*do=report*")
    expect(bench.page.locator("#panel")).to_contain_text(order.number("BK1"))
    assert registered(order) == {"F1", "W1", "W2", "P"}
    bench.page.wait_for_selector("html[data-capture=ready]", state="attached")
    Wedge(bench.page).scan("CMD:SIGNOUT")
    bench.page.wait_for_url("**/sign-in")
    bench.page.goto(f"{bench.address}/items")
    assert "/sign-in" in bench.page.url


def test_d16_report_without_a_unit_says_so(bench):
    bench.scan("CMD:REPORT")
    expect(bench.page.locator("#announce")).to_contain_text("No unit is chosen")


def product_of(order):
    """Match id of the order's only unit."""
    with Session(order.site.engine) as session:
        return session.scalar(select(TrackedProduct.match_id).where(TrackedProduct.order_no == order.no))


# --- associations ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(page, address, order):
    order.built(parts=("F1", "W1", "W2", "P"))
    made = Bench(page, address, order, "B-ADMIN")
    page.goto(f"{address}{order.associations}?product={product_of(order)}")
    return made


def test_buttons_say_how_many_lines_are_ticked(desk):
    page = desk.page
    pick = page.locator("button[formaction*='components/pick']")
    expect(pick).to_be_disabled()
    boxes = page.locator("table[data-selection=parts] tbody input[type=checkbox]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    expect(pick).to_have_text("Pick 2")
    expect(page.locator("table[data-selection=parts] tr[aria-selected=true]")).to_have_count(2)
    page.locator("table[data-selection=parts] [data-select-all]").check()
    expect(pick).to_have_text("Pick 4")
    pick.click()
    expect(page.locator(".message")).to_contain_text("Picked 4.")
    expect(page.locator("table[data-selection=parts]")).to_contain_text("Picked")


def test_report_by_ticking_and_saying_so(desk, order):
    page = desk.page
    page.locator("table[data-selection=units] tbody input[type=checkbox]").check()
    page.click("button[value=report]")
    page.click("#panel button.main")
    expect(page.locator(".message").first).to_contain_text("Reported 1 as finished")
    expect(page.locator("table[data-selection=units]")).to_contain_text("Reported")


def test_keyboard_alone_edits_a_number(desk, order):
    page = desk.page
    row = page.locator("table[data-selection=parts] tbody tr", has_text=order.number("W1"))
    row.locator("td").nth(2).focus()
    page.keyboard.press("Enter")
    field = page.locator("[form=edit][name=serial_no]")
    expect(field).to_have_value(order.number("W1"))
    field.fill(order.number("W3"))
    page.keyboard.press("Enter")
    expect(page.locator(".message")).to_contain_text("changed")
    assert registered(order) == {"F1", "W2", "W3", "P"}


# --- accessibility --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_violation_of_wcag_22_aa(desk, order, scheme):
    page = desk.page
    page.emulate_media(color_scheme=scheme)
    product = product_of(order)
    for path in (f"{order.associations}?product={product}", f"{order.associations}?product={product}&do=report&selected.0={product}",
                 f"{order.associations}?product={product}&do=create-component", order.page, f"{order.page}?product={product}"):
        page.goto(desk.address + path)
        assert violations(page) == [], path
    desk.open(f"?product={product}")
    desk.scan("NOPE-9")
    desk.expect_answer("refused")
    assert violations(page) == []
