"""The ordered queue in real Chromium: nothing lost, order kept, every scan answered once (A3, OPS-4 to OPS-6, F9, T11)."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.harness.server import HarnessServer, Plant, wait_until
from tests.browser.harness.station import PARTS, Station, begin_unit, decided, expect_each_once

WITHOUT_LOCKS = "Object.defineProperty(navigator, 'locks', { value: undefined })"


def test_tcp_7_a_product_scan_changes_the_mode_of_the_code_behind_it(station: Station, plant: Plant) -> None:
    """OPS-5, peers 8, 9: 20 parts scanned before the product was answered are still component scans of that product."""
    plant.faults.delay = 0.25
    station.scan("PK-000123", *PARTS)
    decided(plant, 21)
    assert [one["text"] for one in plant.decided] == ["PK-000123", *PARTS]
    assert [one["mode"] for one in plant.decided] == ["Product"] + ["Component"] * 20
    assert {one["product"] for one in plant.decided[1:]} == {"PK-000123"}
    assert {one["csrf_token"] for one in plant.decided} == {"token-1"}
    clocks = [int(one["clock_ms"]) for one in plant.decided]
    assert clocks == sorted(clocks)
    assert len({one["clock_id"] for one in plant.decided}) == 1
    expect_each_once(plant)
    station.expect_waiting(0)


def test_ops_6_a_cut_connection_loses_nothing_and_says_so(station: Station, plant: Plant) -> None:
    """OPS-6, T10, peers 9: waiting after 1 s, offline after 3 s; then all goes, in order, each with the key it had."""
    begin_unit(station)
    plant.faults.unplugged = True
    station.scan(*PARTS[:8])
    station.expect_waiting(8)
    station.expect_state("waiting")
    station.expect_state("offline")
    assert plant.of("accepted") == ["PK-000123"]
    plant.faults.unplugged = False
    decided(plant, 9)
    station.expect_waiting(0)
    station.expect_state("online")
    assert [one["text"] for one in plant.decided[1:]] == PARTS[:8]
    assert len({one["command_key"] for one in plant.requests if one["text"] == PARTS[0]}) == 1
    expect_each_once(plant)


def test_ops_6_a_browser_that_is_offline_keeps_every_scan(station: Station, plant: Plant, context: BrowserContext) -> None:
    """T11: the browser itself says that there is no network; on its return the queue goes at once."""
    begin_unit(station)
    context.set_offline(True)
    station.scan(*PARTS[:5])
    station.expect_state("offline")
    context.set_offline(False)
    decided(plant, 6)
    assert [one["text"] for one in plant.decided[1:]] == PARTS[:5]
    expect_each_once(plant)


def test_ops_4_a_lost_answer_is_not_booked_twice(station: Station, plant: Plant) -> None:
    """F9: the command was done, the answer was cut off; the same key brings the same answer."""
    begin_unit(station)
    plant.faults.cut_answers = 3
    station.scan(*PARTS[:6])
    decided(plant, 7)
    station.expect_waiting(0)
    assert [one["text"] for one in plant.decided[1:]] == PARTS[:6]
    assert len(plant.requests) > len(plant.decided)
    expect_each_once(plant)


def test_a3_a_reload_in_the_middle_changes_nothing(station: Station, plant: Plant) -> None:
    """A3: after the reload the page says Product mode, the queue goes on in Component mode."""
    begin_unit(station)
    plant.faults.delay = 0.25
    station.scan(*PARTS[:10])
    wait_until(lambda: len(plant.decided) >= 4, "some answers")
    station.open()
    decided(plant, 11)
    station.expect_waiting(0)
    assert [one["text"] for one in plant.decided[1:]] == PARTS[:10]
    assert {(one["mode"], one["product"]) for one in plant.decided[1:]} == {("Component", "PK-000123")}
    expect_each_once(plant)


def test_a3_a_page_that_ends_while_it_keeps_a_scan_leaves_it_to_the_next_one(station: Station, plant: Plant) -> None:
    """A3: the disk has not answered yet when the page goes away; the scan comes through once, behind those before it."""
    begin_unit(station)
    plant.faults.unplugged = True
    station.scan(*PARTS[:3])
    station.expect_waiting(3)
    # A disk that has not answered yet: nothing is written, and nobody is told so.
    station.page.evaluate("() => { IDBObjectStore.prototype.add = () => ({}); }")
    station.scan(*PARTS[3:5])
    station.open()
    station.expect_waiting(5)
    station.open()
    station.expect_waiting(5)
    plant.faults.unplugged = False
    decided(plant, 6)
    station.expect_waiting(0)
    assert [one["text"] for one in plant.decided[1:]] == PARTS[:5]
    assert {(one["mode"], one["product"]) for one in plant.decided[1:]} == {("Component", "PK-000123")}
    expect_each_once(plant)


def test_done_when_burst_refusal_cut_and_reload_together(station: Station, plant: Plant) -> None:
    """Burst of 20 at scanner speed, server 250 ms away, refusal in the middle, connection cut and restored, page reloaded."""
    plant.faults.delay = 0.25
    plant.faults.refuse.add(PARTS[9])
    station.scan("PK-000123", *PARTS)
    wait_until(lambda: len(plant.decided) >= 4, "some answers")
    plant.faults.cut_answers = 1
    plant.faults.unplugged = True
    station.page.wait_for_timeout(1500)
    station.open()
    plant.faults.unplugged = False
    station.expect_held(10)
    station.open()
    station.expect_held(10)
    station.page.locator("[data-held=continue]").click()
    decided(plant, 21)
    station.expect_waiting(0)
    assert plant.of("accepted") == ["PK-000123", *PARTS[:9], *PARTS[10:]]
    assert plant.of("refused") == [PARTS[9]]
    assert {one["product"] for one in plant.decided[1:]} == {"PK-000123"}
    expect_each_once(plant)


def test_busy_keeps_the_scan_and_sends_it_again_with_its_key(station: Station, plant: Plant) -> None:
    begin_unit(station)
    plant.faults.busy = 3
    station.scan("A-0001", "A-0002")
    expect(station.page.locator("#connection")).to_contain_text("Busy. Your scan is kept and will be sent again.")
    decided(plant, 3)
    assert [one["text"] for one in plant.requests[1:]] == ["A-0001"] * 4 + ["A-0002"]
    assert len({one["command_key"] for one in plant.requests[1:5]}) == 1
    station.expect_state("online")


@pytest.mark.parametrize(("fault", "state"), [("broken", "failed"), ("signed_out", "signed-out")])
def test_an_error_or_a_lost_sign_in_stops_the_queue_until_the_operator_retries(
    station: Station, plant: Plant, fault: str, state: str,
) -> None:
    begin_unit(station)
    setattr(plant.faults, fault, True)
    station.scan("A-0001", "A-0002")
    station.expect_state(state)
    station.page.wait_for_timeout(1500)
    assert len(plant.requests) == 2
    setattr(plant.faults, fault, False)
    station.page.locator("[data-connection=retry]").click()
    decided(plant, 3)
    station.expect_state("online")
    assert [one["text"] for one in plant.decided[1:]] == ["A-0001", "A-0002"]
    expect(station.page.locator("[data-connection=retry]")).to_be_hidden()


@pytest.mark.parametrize("locks", [True, False], ids=["web locks", "lease"])
def test_a3_two_tabs_do_not_send_twice(context: BrowserContext, harness: HarnessServer, plant: Plant, locks: bool) -> None:
    """A3, T11: two tabs of one station share one queue; without Web Locks the lease row decides."""
    if not locks:
        context.add_init_script(WITHOUT_LOCKS)
    first = Station(context.new_page(), harness)
    begin_unit(first)
    second = Station(context.new_page(), harness)
    assert second.page.evaluate("() => Boolean(navigator.locks)") is locks
    plant.faults.delay = 0.1
    second.scan("CMD:PRODUCT", "PK-000124")
    second.expect_mode("Component")
    first.page.bring_to_front()
    first.scan(*PARTS[:5])
    second.page.bring_to_front()
    second.scan(*PARTS[5:10])
    decided(plant, 13)
    assert [one["text"] for one in plant.decided] == ["PK-000123", "Product", "PK-000124", *PARTS[:10]]
    assert {one["product"] for one in plant.decided[3:]} == {"PK-000124"}
    expect_each_once(plant)
    for station in (first, second):
        station.expect_waiting(0)
        expect(station.page.locator("#main")).to_contain_text(f"ACCEPTED {PARTS[9]}")


@pytest.mark.parametrize("locks", [True, False], ids=["web locks", "lease"])
def test_a3_a_closed_tab_hands_the_queue_over(context: BrowserContext, harness: HarnessServer, plant: Plant, locks: bool) -> None:
    if not locks:
        context.add_init_script(WITHOUT_LOCKS)
    first = Station(context.new_page(), harness)
    begin_unit(first)
    second = Station(context.new_page(), harness)
    plant.faults.delay = 0.25
    second.scan(*PARTS[:6])
    decided(plant, 3)
    first.page.close()
    decided(plant, 7)
    assert [one["text"] for one in plant.decided[1:]] == PARTS[:6]
    assert len({one["command_key"] for one in plant.decided}) == 7


def test_a3_a_tab_that_missed_the_answers_does_not_turn_the_station_back(
    context: BrowserContext, harness: HarnessServer, plant: Plant,
) -> None:
    """While the queue has entries, the stored station is that of the last answer, whatever another tab still believes."""
    first = Station(context.new_page(), harness)
    deaf = context.new_page()
    deaf.add_init_script("BroadcastChannel = class { postMessage() {} }")
    second = Station(deaf, harness)
    first.page.bring_to_front()
    begin_unit(first)
    plant.faults.delay = 0.25
    plant.faults.refuse.add("BAD-1")
    first.scan("BAD-1", "H-0001")
    first.expect_held(1)
    second.page.bring_to_front()
    second.scan("A-0001")
    second.expect_waiting(1)
    first.page.bring_to_front()
    first.page.locator("[data-held=continue]").click()
    decided(plant, 4)
    assert [(one["text"], one["mode"], one["product"]) for one in plant.decided[2:]] == [
        ("A-0001", "Component", "PK-000123"), ("H-0001", "Component", "PK-000123")]


def test_a_queue_of_another_order_does_not_touch_this_page(station: Station, plant: Plant, harness: HarnessServer) -> None:
    """Entries go to the order they were scanned for, with that order's mode and product; this page stays as it is."""
    begin_unit(station)
    plant.faults.unplugged = True
    station.scan("A-0001", "A-0002")
    station.expect_waiting(2)
    other = Station(station.page, harness, order_no="RPO-2")
    plant.faults.unplugged = False
    other.scan("PK-000900")
    decided(plant, 4)
    assert [(one["order_no"], one["mode"], one["product"]) for one in plant.decided[1:]] == [
        ("RPO-1", "Component", "PK-000123"), ("RPO-1", "Component", "PK-000123"), ("RPO-2", "Product", "")]
    other.expect_mode("Component")
    expect(other.page.locator("#main")).to_contain_text("ACCEPTED PK-000900")


def test_a3_taps_and_command_codes_are_entries_of_the_same_queue(station: Station, plant: Plant) -> None:
    begin_unit(station)
    plant.faults.delay = 0.1
    page = station.page
    station.scan("A-0001")
    page.locator("[data-command=line]").click()
    station.scan("CMD:UNDO", "CMD:COMPONENT", "CMD:PRODUCT", "CMD:CONTINUE", "CMD:DISCARD")
    page.locator("[data-command=product]").click()
    decided(plant, 9)
    assert [(one["kind"], one["text"], one["mode"], one["product"], one["line"]) for one in plant.decided[1:]] == [
        ("scan", "A-0001", "Component", "PK-000123", ""), ("line", "20", "Component", "PK-000123", "20"),
        ("undo", "CMD:UNDO", "Component", "PK-000123", "20"), ("mode", "Component", "Component", "PK-000123", "20"),
        ("mode", "Product", "Product", "PK-000123", "20"), ("continue", "CMD:CONTINUE", "Product", "", ""),
        ("discard", "CMD:DISCARD", "Product", "", ""),
        ("product", "P-77", "Product", "P-77", ""),
    ]
    expect(station.field).to_be_focused()


def test_tcp_9_the_field_is_emptied_after_success_and_selected_after_a_refusal(station: Station, plant: Plant) -> None:
    plant.faults.refuse.add("wrong")
    station.field.fill("wrong")
    station.page.locator("button[form=scan]").click()
    expect(station.page.locator("#announce")).to_have_text("REFUSED wrong")
    assert station.selected() == "wrong"
    station.page.keyboard.type("right", delay=80)
    station.page.keyboard.press("Enter")
    station.expect_mode("Component")
    expect(station.field).to_have_value("")
    expect(station.field).to_be_focused()
    assert [one["source"] for one in plant.decided] == ["typed", "typed"]
    assert [one["text"] for one in plant.decided] == ["wrong", "right"]
    assert [one["confirms"] for one in plant.decided] == ["", ""]


def test_ops_5_what_a_person_types_meanwhile_is_left_alone(station: Station, plant: Plant) -> None:
    plant.faults.delay = 0.6
    station.scan("PK-000123")
    station.field.fill("next")
    station.expect_mode("Component")
    expect(station.field).to_have_value("next")
    station.page.locator("#note").focus()
    station.scan("A-0001")
    decided(plant, 2)
    station.expect_waiting(0)
    expect(station.page.locator("#note")).to_be_focused()


def test_tcp_6_an_empty_submit_does_nothing(station: Station, plant: Plant) -> None:
    station.field.press("Enter")
    station.page.wait_for_timeout(300)
    assert plant.requests == []


def test_tcp_10_sounds_tell_only_what_the_server_answered(station: Station, plant: Plant) -> None:
    """The tick comes at once and is neutral; success is never heard before its answer."""
    plant.faults.delay = 0.5
    plant.faults.refuse.add("BAD-1")
    plant.faults.ask.add("ASK-1")
    station.scan("PK-000123")
    station.expect_waiting(1)
    assert station.sounds == ["tick"]
    station.expect_mode("Component")
    for code in ("BAD-1", "ASK-1"):
        station.scan(code)
        station.expect_waiting(1)
        station.expect_waiting(0)
    assert station.sounds == ["tick", "accepted", "tick", "refused", "tick", "attention"]


def test_r_sc_1_a_scan_that_cannot_be_kept_is_said_aloud(page: Page, harness: HarnessServer, plant: Plant) -> None:
    """Never silence: without IndexedDB the operator hears that the scan is lost."""
    page.add_init_script("IDBFactory.prototype.open = () => { throw new DOMException('no storage', 'SecurityError'); }")
    page.goto(f"{harness.url}/production-orders/RPO-1/tracked-components")
    expect(page.locator("#announce")).to_contain_text("could not keep your scan")


def test_r_sc_7_five_thousand_scans_wait_without_getting_slow(station: Station, plant: Plant) -> None:
    """R-SC-7: with 5 000 entries waiting, a scan (typed in 35 ms) is kept and counted in far less than the second it takes to scan."""
    plant.faults.unplugged = True
    station.scan("PK-000123")
    station.expect_waiting(1)
    station.page.evaluate("""async () => {
        const database = await new Promise((resolve) => {
            const request = indexedDB.open("shopfloor"); request.onsuccess = () => resolve(request.result); });
        const transaction = database.transaction("queue", "readwrite");
        const queue = transaction.objectStore("queue");
        const template = await new Promise((resolve) => {
            const request = queue.openCursor(); request.onsuccess = () => resolve(request.result.value); });
        for (let number = 0; number < 5000; number += 1) queue.add({ ...template, id: 1000 + number, key: `filler-${number}` });
        await new Promise((resolve) => { transaction.oncomplete = resolve; });
    }""")
    began = time.monotonic()
    station.scan("A-0001")
    station.expect_waiting(5002)
    assert time.monotonic() - began < 1.0
