"""Failures of other systems that must not be ours, in real Chromium: keys, focus, lost networks and messages (peers 6 to 19)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.harness.server import HarnessServer, Plant
from tests.browser.harness.serving import serving
from tests.browser.harness.station import PARTS, Station, begin_unit, decided, expect_each_once
from tests.browser.harness.wedge import KNOWN, Wedge
from tests.browser.test_real_pages import Bench, registered
from tests.factories_genealogy import GTINS, PAINT
from tests.web.bikes import bike_site, make_order

WATCH_KEYS_AND_FOCUS = """() => {
    window.noted = [];
    addEventListener('keydown', () => noted.push('key'), true);
    for (const kind of ['focusin', 'focusout']) addEventListener(kind, () => noted.push(kind), true);
}"""


@pytest.mark.parametrize("digits", ["09521234543213", "5" * 40])
def test_peers_6_a_scan_into_a_quantity_is_a_scan(page: Page, harness: HarnessServer, plant: Plant, digits: str) -> None:
    """Peers 6: the digits of a label never become a quantity, though the field has the focus: it keeps its value, the code is searched."""
    asked = []
    page.route("**/find?*", lambda route: (asked.append(route.request.url), route.fulfill(status=204)))  # 204: the page stays
    page.add_init_script(KNOWN)
    page.goto(f"{harness.url}/desk")
    page.wait_for_selector("html[data-capture=ready]", state="attached")
    quantity = page.locator("#a2 input")
    quantity.focus()
    with page.expect_request("**/find?*"):
        Wedge(page).scan(digits)
    expect(quantity).to_have_value("5")
    assert asked == [f"{harness.url}/find?text={digits}"]


@pytest.mark.parametrize("focus", ["[name=text]", "#note", "[data-command=undo]"])
@pytest.mark.parametrize("first", ["PK-000123", "BAD-1"])
def test_peers_7_the_focus_never_moves_inside_a_code(station: Station, plant: Plant, focus: str, first: str) -> None:
    """Peers 7: the answer to one code comes while the next one is typed: nothing calls a screen keyboard or cuts the code in two."""
    plant.faults.refuse.add("BAD-1")
    plant.faults.delay = 0.25
    long = "".join(PARTS)[:110]
    station.page.locator(focus).focus()
    station.scan(first)
    station.page.evaluate(WATCH_KEYS_AND_FOCUS)
    station.scan(long)
    noted = station.page.evaluate("() => noted")
    whole = noted[noted.index("key"):len(noted) - noted[::-1].index("key")]
    assert whole.count("key") > len(long)
    expect(station.page.locator("#announce")).not_to_have_text("")
    assert "focusin" not in whole
    if focus != "[data-command=undo]":  # it goes with the block that the answer replaces
        assert set(whole) == {"key"}
    if first == "BAD-1":
        station.expect_held(1)
    else:
        decided(plant, 2)
        assert [one["text"] for one in plant.decided] == [first, long]
        expect(station.page.locator("#note" if focus == "#note" else "[name=text]")).to_be_focused()


def test_peers_11_the_browser_sends_the_same_code_as_often_as_it_is_scanned(station: Station, plant: Plant) -> None:
    """Peers 11: whether a second one counts is the server's to say; each has a key of its own."""
    begin_unit(station)
    station.scan("A-0001", "A-0001", "A-0001")
    decided(plant, 4)
    assert [one["text"] for one in plant.decided[1:]] == ["A-0001"] * 3
    expect_each_once(plant)


def test_peers_14_what_did_not_reach_the_server_is_never_called_found(station: Station, plant: Plant) -> None:
    """Peers 14: shown as waiting, without the sound or word of success, also after a reload; sent when the network is back."""
    begin_unit(station)
    plant.faults.unplugged = True
    sounds = len(station.sounds)
    station.scan(*PARTS[:3])
    station.expect_waiting(3)
    station.expect_state("waiting")
    assert set(station.sounds[sounds:]) == {"tick"}
    for part in PARTS[:3]:
        expect(station.page.locator("#main")).not_to_contain_text(part)
    station.open()
    station.expect_waiting(3)
    assert plant.of("accepted") == ["PK-000123"]
    plant.faults.unplugged = False
    decided(plant, 4)
    station.expect_waiting(0)
    assert plant.of("accepted") == ["PK-000123", *PARTS[:3]]
    expect_each_once(plant)


# --- against the real app ---------------------------------------------------------------------------------------------------


@pytest.fixture
def bench(page: Page, tmp_path) -> Iterator[Bench]:
    """A worker at an order of bikes."""
    with bike_site("sqlite", tmp_path) as site, serving(site.app) as address:
        yield Bench(page, address, make_order(site))


def test_peers_15_a_queue_of_yesterday_changes_nothing_that_a_colleague_did(bench: Bench, context: BrowserContext) -> None:
    """Peers 15: scanned without network, meanwhile a colleague completed the unit: the first is refused, the rest is held for a person."""
    order = bench.order
    bench.scan(order.number("BK1"))
    bench.expect_answer("accepted")
    context.set_offline(True)
    bench.scan(order.number("F2"), order.number("W3"))
    expect(bench.page.locator("#waiting")).to_have_attribute("data-count", "2")
    order.built(parts=("F1", "W1", "W2", "P"))
    context.set_offline(False)
    bench.expect_answer("refused", "all 1 planned are registered")
    expect(bench.page.locator("[data-held-count]")).to_have_attribute("data-count", "1")
    assert registered(order) == {"F1", "W1", "W2", "P"}


def test_peers_19_a_refusal_stays_until_the_next_scan(bench: Bench) -> None:
    """Peers 19: neither time nor what a colleague does takes it away before it is read; the next scan does."""
    order = bench.order
    bench.scan(order.number("BK1"))
    bench.expect_answer("accepted")
    bench.scan("NOPE-1")
    bench.expect_answer("refused", "NOPE-1")
    colleague = order.station()
    colleague.send("product", bench.page.evaluate("JSON.parse(document.getElementById('main').dataset.station).product"))
    colleague.scan(order.number("W1"))
    expect(bench.page.locator("#work")).to_contain_text(order.number("W1"), timeout=6000)  # the page has refreshed itself
    bench.expect_answer("refused", "NOPE-1")
    bench.scan(order.number("F1"))
    bench.expect_answer("accepted", order.number("F1"))
    expect(bench.page.locator(".answer")).not_to_contain_text("NOPE-1")


def test_peers_28_a_code_without_separators_asks_which_reading_the_label_has(bench: Bench) -> None:
    """Peers 28, R-17: nothing is registered before somebody looked at the label; the choice is a scan of the queue like any other."""
    order = bench.order
    bench.scan(order.number("BK1"))
    bench.expect_answer("accepted")
    bench.scan(f"]C101{GTINS[PAINT]}10{order.number('P')}11260101")
    bench.expect_answer("refused", "several ways")
    assert registered(order) == set()
    bench.page.get_by_role("button", name=f"(10){order.number('P')}(11)260101").click()
    bench.expect_answer("accepted", order.number("P"))
    bench.expect_idle()
    assert registered(order) == {"P"}
