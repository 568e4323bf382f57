"""A refusal stops the line, a question is confirmed: what is held, and what may still become of it (D16, D18)."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.harness.server import HarnessServer, Plant
from tests.browser.harness.station import PARTS, Station, begin_unit, decided, expect_each_once

DELIVER = """async (code) => {
    const { capture } = await import("/static/capture.js");
    capture.deliver(code, "camera");
}"""


def test_d16_a_scan_names_its_predecessor_only_if_that_was_unanswered(station: Station, plant: Plant) -> None:
    begin_unit(station)
    station.expect_waiting(0)
    plant.faults.delay = 0.25
    station.scan("A-001", "A-002", "A-003")
    decided(plant, 4)
    first, second, third = plant.decided[1:]
    assert first["after_key"] == ""
    assert second["after_key"] == first["command_key"]
    assert third["after_key"] == second["command_key"]


def test_d16_a_refusal_stops_the_line_and_continue_sends_the_held_ones_again(station: Station, plant: Plant) -> None:
    """D16: a burst of 20 with a refusal in the middle, the server 250 ms away."""
    begin_unit(station)
    plant.faults.delay = 0.25
    plant.faults.refuse.add(PARTS[9])
    plant.faults.silent = True
    station.scan(*PARTS)
    plant.faults.silent = False
    station.expect_held(10)
    station.expect_waiting(0)
    assert [one["text"] for one in plant.requests[1:]] == PARTS[:10]
    assert plant.decided[-1]["answer"] == "refused"
    assert station.selected() == PARTS[9]
    station.page.locator("[data-held=continue]").click()
    decided(plant, 21)
    station.expect_held(0)
    again = plant.decided[11:]
    assert [one["text"] for one in again] == PARTS[10:]
    assert {one["answer"] for one in again} == {"accepted"}
    held_keys = [one["holds"] for one in again]
    assert len(set(held_keys)) == 10
    assert not set(held_keys) & {one["command_key"] for one in plant.decided}
    expect_each_once(plant)


def test_tcp_6_what_is_typed_behind_a_scan_takes_its_place(station: Station, plant: Plant) -> None:
    """TCP-6: the answer is not there yet, so the field still shows the code; a number typed by hand is not joined to it."""
    begin_unit(station)
    plant.faults.silent = True
    station.scan("A-0001")
    expect(station.field).to_have_value("A-0001")
    station.wedge.pause(300)  # no person types within 50 ms of the scanner's Enter: such a key begins the next code
    station.page.keyboard.type("W-7", delay=150)  # a person
    plant.faults.silent = False
    expect(station.field).to_have_value("W-7")
    station.expect_waiting(0)


def test_d16_discarding_is_recorded_for_each_held_scan(station: Station, plant: Plant) -> None:
    begin_unit(station)
    plant.faults.delay = 0.25
    plant.faults.refuse.add("BAD-1")
    station.scan("BAD-1", "H-0001", "H-0002")
    station.expect_held(2)
    station.scan("CMD:DISCARD")
    decided(plant, 4)
    station.expect_held(0)
    discarded = plant.decided[2:]
    assert [(one["kind"], one["text"]) for one in discarded] == [("discard", "H-0001"), ("discard", "H-0002")]
    assert all(one["holds"] for one in discarded)
    assert plant.of("accepted") == ["PK-000123"]


@pytest.mark.parametrize("spelled", ["]C0CMD:{}", "]d1CMD:{}", " CMD:{}", "]C0cmd:{} "])
@pytest.mark.parametrize("source", ["wedge", "camera"])
def test_d16_commands_count_whatever_the_scanner_puts_in_front(station: Station, plant: Plant, spelled: str, source: str) -> None:
    """D16, SCN-3: cameras, and scanners set as the check asks, send the symbology identifier; the page's own commands work all the same."""

    def command(name: str) -> None:
        if source == "wedge":
            station.scan(spelled.format(name))
        else:
            station.page.evaluate(DELIVER, spelled.format(name))

    begin_unit(station)
    plant.faults.delay = 0.1
    plant.faults.refuse.add("BAD-1")
    station.scan("BAD-1", "H-0001")
    station.expect_held(1)
    command("CONTINUE")
    station.expect_held(0)
    station.expect_waiting(0)
    station.scan("BAD-1", "H-0002")
    station.expect_held(1)
    command("PRODUCT")
    station.expect_mode("Product")
    command("DISCARD")
    station.expect_held(0)
    decided(plant, 6)
    station.expect_waiting(0)
    assert [(one["kind"], one["text"]) for one in plant.decided] == [
        ("scan", "PK-000123"), ("scan", "BAD-1"), ("scan", "H-0001"), ("scan", "BAD-1"), ("mode", "Product"), ("discard", "H-0002"),
    ]


def test_d16_after_a_refused_product_scan_the_held_ones_can_only_be_discarded(station: Station, plant: Plant) -> None:
    """D16: parts must never land on the previous unit."""
    begin_unit(station)
    station.scan("CMD:PRODUCT")
    station.expect_mode("Product")
    plant.faults.delay = 0.25
    plant.faults.refuse.add("PK-BAD")
    station.scan("PK-BAD", "H-0001", "H-0002")
    station.expect_held(2)
    expect(station.page.locator("[data-held=continue]")).to_be_hidden()
    page = station.page
    station.scan("CMD:CONTINUE")
    expect(page.locator("#announce")).to_contain_text("Nothing can be continued")
    station.expect_held(2)
    page.locator("[data-held=discard]").click()
    station.expect_held(0)
    decided(plant, 5)
    assert plant.of("accepted") == ["PK-000123"]


def test_d16_a_hold_ends_at_the_next_product_mode_command(station: Station, plant: Plant) -> None:
    """D16: what follows CMD:PRODUCT is another unit; the held part stays held and can no longer go onto any unit."""
    begin_unit(station)
    plant.faults.delay = 0.25
    plant.faults.refuse.add("BAD-1")
    station.scan("BAD-1", "H-0001", "CMD:PRODUCT", "PK-000124", "N-0001")
    decided(plant, 5)
    station.expect_waiting(0)
    assert [one["text"] for one in plant.decided] == ["PK-000123", "BAD-1", "Product", "PK-000124", "N-0001"]
    assert plant.decided[-1]["product"] == "PK-000124"
    station.expect_held(1)
    expect(station.page.locator("[data-held=continue]")).to_be_hidden()


LATE = """async ([before, codes]) => {
    const { capture } = await import("/static/capture.js");
    const at = performance.now() - before;
    codes.forEach((code, number) => capture.deliver(code, "wedge", { at: at + number }));
}"""


@pytest.mark.parametrize("answered", [False, True], ids=["Product mode waits", "Product mode answered"])
def test_d16_late_keys_behind_product_mode_belong_to_the_next_unit(station: Station, plant: Plant, answered: bool) -> None:
    """D16: codes scanned before the refusal, whose keys come in after it, are held; not so what stands behind *Product mode*."""
    begin_unit(station)
    plant.faults.refuse.add("BAD-1")
    station.scan("BAD-1")
    decided(plant, 2)
    station.expect_waiting(0)
    plant.faults.unplugged = not answered
    station.page.evaluate(LATE, [60_000, ["H-0001", "CMD:PRODUCT"]])
    station.expect_held(1)
    if answered:
        decided(plant, 3)
        station.expect_mode("Product")
    station.page.evaluate(LATE, [50_000, ["PK-000124", "N-0001"]])
    if not answered:
        station.expect_waiting(3)
        station.expect_held(1)
        plant.faults.unplugged = False
    decided(plant, 5)
    station.expect_waiting(0)
    station.expect_held(1)
    assert [one["text"] for one in plant.decided] == ["PK-000123", "BAD-1", "Product", "PK-000124", "N-0001"]
    assert plant.decided[-1]["product"] == "PK-000124"
    expect(station.page.locator("[data-held=continue]")).to_be_hidden()


def test_d16_late_keys_behind_product_mode_of_another_order_stay_held(
    station: Station, plant: Plant, harness: HarnessServer, context: BrowserContext
) -> None:
    """D16: only the order's own change of mode ends its hold."""
    begin_unit(station)
    plant.faults.refuse.add("BAD-1")
    station.scan("BAD-1")
    decided(plant, 2)
    station.expect_waiting(0)
    plant.faults.unplugged = True
    other = Station(context.new_page(), harness, order_no="RPO-2")
    other.scan("CMD:PRODUCT")
    other.expect_waiting(1)
    station.page.evaluate(LATE, [60_000, ["H-0001"]])
    station.expect_held(1)
    plant.faults.unplugged = False
    decided(plant, 3)
    station.expect_waiting(0)
    assert [one["text"] for one in plant.decided] == ["PK-000123", "BAD-1", "Product"]


def test_d16_what_is_scanned_after_the_refusal_goes_at_once(station: Station, plant: Plant) -> None:
    """The right part replaces the refused one; then the held ones follow, on the same unit."""
    begin_unit(station)
    plant.faults.delay = 0.25
    plant.faults.refuse.add("BAD-1")
    station.scan("BAD-1", "H-0001")
    station.expect_held(1)
    station.scan("GOOD-1")
    decided(plant, 3)
    assert (plant.decided[-1]["text"], plant.decided[-1]["after_key"]) == ("GOOD-1", "")
    station.expect_waiting(0)
    station.scan("CMD:CONTINUE")
    decided(plant, 4)
    assert plant.of("accepted") == ["PK-000123", "GOOD-1", "H-0001"]


def test_d16_held_scans_survive_a_reload(station: Station, plant: Plant) -> None:
    begin_unit(station)
    plant.faults.delay = 0.25
    plant.faults.refuse.add("BAD-1")
    station.scan("BAD-1", "H-0001", "H-0002")
    station.expect_held(2)
    station.open()
    station.expect_held(2)
    station.page.locator("[data-held=continue]").click()
    decided(plant, 4)
    assert [(one["text"], one["mode"], one["product"]) for one in plant.decided[2:]] == [
        ("H-0001", "Component", "PK-000123"), ("H-0002", "Component", "PK-000123")]


def test_d16_the_servers_own_hold_is_kept_for_the_operator(station: Station, plant: Plant) -> None:
    """HELD_AFTER_REFUSAL: the entry and those behind it are held, and Continue names it."""
    begin_unit(station)
    plant.faults.delay = 0.25
    plant.faults.hold.add("A-0001")
    station.scan("A-0001", "A-0002")
    station.expect_held(2)
    assert plant.decided[-1]["code"] == "HELD_AFTER_REFUSAL"
    station.scan("CMD:CONTINUE")
    decided(plant, 4)
    assert plant.of("accepted") == ["PK-000123", "A-0001", "A-0002"]
    assert plant.decided[2]["holds"] == plant.decided[1]["command_key"]


def test_d16_a_code_under_way_when_the_refusal_comes_is_held(page: Page, harness: HarnessServer, plant: Plant) -> None:
    """Its trigger was pulled before the operator could know, although its Enter comes after the answer."""
    station = Station(page, harness, key_ms=30)
    begin_unit(station)
    plant.faults.delay = 0.15
    plant.faults.refuse.add("BAD-1")
    station.scan("BAD-1", "LONG-CODE-12345")
    station.expect_held(1)
    page.wait_for_timeout(400)
    assert [one["text"] for one in plant.requests[1:]] == ["BAD-1"]
    station.scan("CMD:CONTINUE")
    decided(plant, 3)
    assert plant.of("accepted") == ["PK-000123", "LONG-CODE-12345"]


def test_d18_the_same_code_again_confirms_from_one_second_on(station: Station, plant: Plant) -> None:
    begin_unit(station)
    plant.faults.ask.add("LOT-9")
    station.scan("LOT-9")
    expect(station.page.locator("#announce")).to_have_text("QUESTION LOT-9")
    station.scan("LOT-9")
    decided(plant, 3)
    assert [one["kind"] for one in plant.decided[1:]] == ["scan", "scan"], "a double fire confirms nothing"
    station.page.wait_for_timeout(1200)
    station.scan("LOT-9")
    decided(plant, 4)
    assert (plant.decided[3]["kind"], plant.decided[3]["confirms"]) == ("confirm", plant.decided[2]["command_key"])


@pytest.mark.parametrize("way", ["another code between", "not confirmable", "tap"])
def test_d18_other_ways(station: Station, plant: Plant, way: str) -> None:
    begin_unit(station)
    plant.faults.confirmable = way != "not confirmable"
    plant.faults.ask.add("LOT-9")
    station.scan("LOT-9")
    decided(plant, 2)
    expect(station.page.locator("#announce")).to_have_text("QUESTION LOT-9")
    station.page.wait_for_timeout(1100)
    if way == "another code between":
        station.scan("A-0001")
        decided(plant, 3)
    if way == "tap":
        station.page.locator("[data-command=confirm]").click()
    else:
        station.scan("LOT-9")
    decided(plant, 4 if way == "another code between" else 3)
    last = plant.decided[-1]
    assert (last["kind"], last["confirms"]) == (("confirm", plant.decided[1]["command_key"]) if way == "tap" else ("scan", ""))


def test_d16_a_confirmed_product_question_lets_its_held_parts_go_on(station: Station, plant: Plant) -> None:
    """They were scanned for the unit that the question was about."""
    plant.faults.delay = 0.25
    plant.faults.ask.add("PK-000123")
    station.scan("PK-000123", "A-0001")
    station.expect_held(1)
    expect(station.page.locator("[data-held=continue]")).to_be_hidden()
    station.page.wait_for_timeout(1100)
    station.scan("PK-000123")
    station.expect_mode("Component")
    station.page.locator("[data-held=continue]").click()
    decided(plant, 3)
    assert (plant.decided[2]["text"], plant.decided[2]["product"]) == ("A-0001", "PK-000123")
