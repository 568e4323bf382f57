"""A serial scanner through the real station agent into the queue of the real page: kept, in order, exactly once (A3, D14, D16)."""

from __future__ import annotations

import dataclasses
import itertools
import time

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from hardware.capture import Clock, Code
from hardware.spool import Spool
from shopfloor.genealogy.models import ComponentAssociation, ScanEntry
from tests.browser.harness.server import wait_until
from tests.browser.harness.serving import serving
from tests.hardware.benches import Program
from tests.web.bikes import bike_site, make_order

TURN_ON = "#station-agent=on"
SCANS = "**/tracked-components/scan"


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


@pytest.fixture
def agent(tmp_path, address, site):
    made = Program(tmp_path, address)
    settings = site.app.config["SHOPFLOOR_SETTINGS"]
    site.app.config["SHOPFLOOR_SETTINGS"] = dataclasses.replace(settings, agent_port=made.port)
    yield made
    made.kill()
    made.line.unplug()


class Terminal:
    """A browser at the station, signed in, that uses the agent."""

    def __init__(self, page: Page, address: str, order, agent: Program) -> None:
        self.page, self.address, self.order, self.agent = page, address, order, agent
        page.goto(f"{address}/sign-in{TURN_ON}")
        self.ready()
        agent.scan("B-WORK")
        page.wait_for_url(f"{address}/")

    def ready(self) -> None:
        self.page.wait_for_selector("html[data-agent=ready]", state="attached")

    def open(self) -> None:
        self.page.goto(self.address + self.order.page)
        self.page.wait_for_selector("html[data-queue=ready][data-agent=ready]", state="attached")

    def scan(self, *names: str) -> None:
        """Parts of this order by their short names; other codes as they are."""
        self.agent.scan(*(name if name.startswith(("CMD:", "NOPE")) else self.order.number(name) for name in names))

    def expect_answer(self, result: str, text: str = "") -> None:
        area = self.page.locator(".answer")
        expect(area).to_contain_text(text)
        expect(area).to_have_attribute("data-result", result)

    def expect_waiting(self, number: int) -> None:
        expect(self.page.locator("#waiting")).to_have_attribute("data-count", str(number))

    def expect_held(self, number: int) -> None:
        expect(self.page.locator("[data-held-count]")).to_have_attribute("data-count", str(number))


@pytest.fixture
def terminal(page, address, order, agent):
    return Terminal(page, address, order, agent)


def registered(order) -> list[str]:
    with Session(order.site.engine) as session:
        mine = ComponentAssociation.order_no == order.no, ComponentAssociation.state != "Removed"
        rows = session.scalars(select(ComponentAssociation).where(*mine).order_by(ComponentAssociation.association_no))
        return [(row.serial_no or row.lot_no).removesuffix(f"-{order.tag}") for row in rows]


def logged(order, kind: str = "scan") -> list[ScanEntry]:
    with Session(order.site.engine) as session:
        mine = ScanEntry.order_no == order.no, ScanEntry.kind == kind
        return list(session.scalars(select(ScanEntry).where(*mine).order_by(ScanEntry.entry_no)))


def test_a3_a_badge_an_order_and_a_whole_unit_by_a_serial_scanner(terminal, order):
    """Sign-in by badge (the fixture), the order on the home page, then product and parts: one queue, live answers."""
    terminal.ready()
    terminal.agent.scan(order.no)
    terminal.page.wait_for_url("**/production-orders/**")
    terminal.open()
    terminal.scan("BK1", "F1", "W1", "W2", "P")
    terminal.expect_answer("accepted", f"{order.number('BK1')} is complete")
    terminal.expect_waiting(0)
    assert registered(order) == ["F1", "W1", "W2", "P"]
    entries = logged(order)
    assert {one.source for one in entries} == {"serial"}
    assert len({one.clock_id for one in entries}) == 1
    clocks = [one.clock_ms for one in entries]
    assert clocks == sorted(clocks)
    expect(terminal.page.locator("#text")).to_have_value("")


def test_d16_a_refusal_stops_the_line_until_the_operator_has_seen_it(terminal, order):
    terminal.open()
    terminal.scan("BK1")
    terminal.expect_answer("accepted")
    terminal.scan("F1", "NOPE-1", "W1", "W2")
    terminal.expect_answer("refused", "NOPE-1")
    terminal.expect_held(2)
    assert registered(order) == ["F1"]
    terminal.scan("CMD:CONTINUE")
    terminal.expect_answer("accepted", order.number("W2"))
    terminal.expect_waiting(0)
    assert registered(order) == ["F1", "W1", "W2"]


def test_ops_4_server_away_agent_killed_page_reloaded_and_every_scan_is_booked_once(terminal, order, agent):
    """T11: the page keeps what it has, the agent what the page has not; the keys are those of the capture."""
    terminal.open()
    terminal.scan("BK1")
    terminal.expect_answer("accepted")
    terminal.page.route(SCANS, lambda route: route.abort())
    terminal.scan("F1", "W1")
    terminal.expect_waiting(2)
    agent.kill()
    agent.start()
    terminal.scan("W2")
    terminal.expect_waiting(3)
    terminal.page.reload()
    terminal.page.wait_for_selector("html[data-queue=ready][data-agent=ready]", state="attached")
    terminal.scan("P")
    terminal.expect_waiting(4)
    terminal.page.unroute(SCANS)
    terminal.expect_waiting(0)
    terminal.expect_answer("accepted", f"{order.number('BK1')} is complete")
    assert registered(order) == ["F1", "W1", "W2", "P"]
    assert len({one.command_key for one in logged(order)}) == len(logged(order)) == 5


def test_t11_a_shift_of_scans_with_a_slow_server_lost_answers_and_a_killed_agent(terminal, order, agent):
    """Three units at scanner speed; answers come late and every fourth is lost; the agent dies with codes in hand, twice."""
    units = [["CMD:PRODUCT", f"BK{n}", f"F{n}", f"W{2 * n - 1}", f"W{2 * n}"] for n in (1, 2, 3)]
    numbers = itertools.count(1)

    def late(route):
        answer = route.fetch()
        time.sleep(0.1)
        if next(numbers) % 4 == 0:
            route.abort()
        else:
            route.fulfill(response=answer)

    terminal.open()
    terminal.page.route(SCANS, late)
    for unit in units:
        before = agent.log.read_text(encoding="utf-8").count("was captured")
        terminal.scan(*unit)
        agent.told("was captured", before + len(unit))
        agent.kill()
        agent.start()
        # What is scanned while no page listens waits, and is held after five seconds: another test's matter.
        agent.told("takes the codes")
    end = time.monotonic() + 150
    while len(logged(order)) < 12:
        assert time.monotonic() < end, [one.raw_text for one in logged(order)]
        terminal.page.wait_for_timeout(50)  # which lets the answers through
    terminal.expect_waiting(0)
    assert registered(order) == ["F1", "W1", "W2", "F2", "W3", "W4", "F3", "W5", "W6"]
    assert [one.raw_text for one in logged(order)] == [order.number(name) for unit in units for name in unit[1:]]
    assert {one.answer for one in logged(order)} == {"accepted"}
    assert next(numbers) > len(logged(order)) + 3


def test_a_capture_that_the_agent_offers_again_is_not_stored_again(terminal, order):
    """The page stored it, and died before it could say so."""
    terminal.open()
    terminal.scan("BK1")
    terminal.expect_answer("accepted")
    terminal.page.route("**/kept", lambda route: route.abort())
    terminal.scan("F1", "W1")
    wait_until(lambda: registered(order) == ["F1", "W1"], "both parts are registered")
    terminal.page.unroute("**/kept")
    terminal.open()
    terminal.scan("BK1", "W2")
    wait_until(lambda: registered(order) == ["F1", "W1", "W2"], "the third part is registered")
    terminal.expect_waiting(0)
    assert [one.raw_text for one in logged(order)] == [order.number(name) for name in ("BK1", "F1", "W1", "BK1", "W2")]
    terminal.expect_held(0)


def test_d16_what_was_captured_while_no_page_was_open_is_held(terminal, order, agent):
    """Nobody saw what it would meet: it is neither lost nor booked by itself, and discarding it is recorded."""
    terminal.ready()
    terminal.page.goto("about:blank")
    time.sleep(0.6)
    terminal.scan("F1", "W1", "CMD:DISCARD")
    agent.told("no page is open", 3)
    time.sleep(5.2)  # longer ago than a page change takes
    terminal.open()
    terminal.expect_held(2)
    assert registered(order) == []
    terminal.page.click("[data-held=discard]")
    terminal.expect_held(0)
    terminal.expect_waiting(0)
    assert [one.raw_text for one in logged(order, "discard")] == [order.number("F1"), order.number("W1")]
    terminal.scan("BK1", "F1")
    wait_until(lambda: registered(order) == ["F1"], "scanned again, it is registered")


def test_d16_parts_of_one_order_do_not_land_on_another(terminal, order, agent, site):
    """Captured a moment ago on the page of one order, and offered first on the page of another, or to another person."""
    clock, spool = Clock(), Spool(agent.spool)
    terminal.open()
    terminal.scan("BK1")
    terminal.expect_answer("accepted")
    for place in ("queue E-WORK /production-orders/ANOTHER/tracked-components", f"queue E-WENDY {order.page}"):
        spool.keep(clock.capture(Code(order.number("F1"), clock.now_ms()), source="serial", device="bench"), place)
    spool.keep(clock.capture(Code(order.number("W1"), clock.now_ms()), source="serial", device="bench"), f"queue E-WORK {order.page}")
    terminal.expect_held(2)
    terminal.expect_answer("accepted", order.number("W1"))
    assert registered(order) == ["W1"]
    terminal.page.click("[data-held=continue]")
    terminal.expect_answer("information", order.number("F1"))
    assert registered(order) == ["W1", "F1"]


def test_the_window_in_front_gets_the_scans(terminal, order, context):
    terminal.open()
    second = context.new_page()
    second.goto(f"{terminal.address}/")
    second.wait_for_selector("html[data-agent=ready]", state="attached")
    terminal.page.bring_to_front()
    terminal.page.locator("#text").click()
    time.sleep(0.5)
    terminal.scan("BK1")
    terminal.expect_answer("accepted", order.number("BK1"))
    assert second.url == f"{terminal.address}/"


def test_what_is_wrong_with_a_scanner_is_shown(terminal, agent):
    terminal.open()
    line = terminal.page.locator("#agent-problems")
    expect(line).to_be_hidden()
    agent.line.unplug()
    expect(line).to_have_text("bench: the scanner is not connected.")
    agent.line.plug()
    expect(line).to_be_hidden()
    agent.kill()
    expect(line).to_contain_text("The scanners of this station do not answer.")
    agent.start()
    expect(line).to_be_hidden()


def test_a_browser_that_was_not_told_asks_nobody(page, address, agent):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/sign-in")
    page.wait_for_selector("html[data-capture=ready]", state="attached")
    page.wait_for_timeout(500)
    assert [url for url in asked if f":{agent.port}" in url] == []
