"""The scan collector with real key events in Chromium (A3, R-05, R-24, TCP-6, test T28)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from shopfloor.scanning.gs1.profiles import DEFAULT
from shopfloor.scanning.gs1.read import read
from tests.browser.harness.server import HarnessServer, Plant, wait_until
from tests.browser.harness.station import Station
from tests.browser.harness.wedge import CONTROL, KEYS, PROFILE, SHIFT, Wedge

CODES = [f"]d20109521234543213\x1d21Md-{number:04}/7" for number in range(20)]


def texts(plant: Plant) -> list[str]:
    return [one["text"] for one in plant.decided]


def expect_texts(plant: Plant, expected: list[str]) -> None:
    wait_until(lambda: len(plant.decided) >= len(expected), f"{len(expected)} scans, got {texts(plant)!r}")
    assert texts(plant) == expected


@pytest.mark.parametrize("key_ms", [0, 5, 10])
def test_t28_twenty_codes_back_to_back_arrive_whole_and_in_order(page: Page, harness: HarnessServer, plant: Plant, key_ms: int) -> None:
    """R-05: also at 5 ms between keys and with nothing between Enter and the next code."""
    station = Station(page, harness, key_ms=key_ms)
    station.scan(*CODES)
    expect_texts(plant, CODES)
    assert {one["source"] for one in plant.decided} == {"wedge"}
    assert {one["hx"] for one in plant.decided} == {"true"}


@pytest.mark.parametrize("focus", ["#note", "#choice", "[name=text]", "[data-command=undo]", "body"])
def test_r_05_focus_does_not_matter_and_no_key_leaks(page: Page, harness: HarnessServer, plant: Plant, focus: str) -> None:
    """T28, peers 5: whatever has the focus, codes arrive whole; fields keep what was in them, buttons are not pressed."""
    plant.faults.delay = 0.3
    station = Station(page, harness)
    page.locator("#note").fill("half a no")
    if focus == "body":
        page.evaluate("() => document.activeElement.blur()")
    else:
        page.locator(focus).focus()
    station.scan("BEE-123", "Bx 4711")
    assert page.locator("#note").input_value() == "half a no"
    assert page.locator("#choice").input_value() == "A"
    expect_texts(plant, ["BEE-123", "Bx 4711"])
    assert {one["kind"] for one in plant.decided} == {"scan"}


@pytest.mark.parametrize("separator", ["Ctrl+]", "F8", "Alt+029", "Alt+0029"])
def test_r_05_every_keyboard_form_of_the_separator_is_kept(page: Page, harness: HarnessServer, plant: Plant, separator: str) -> None:
    """gs1.md 2.2: a text field loses each of them without a trace."""
    station = Station(page, harness)
    station.wedge.begin()
    station.wedge.keys([KEYS[character] for character in "10AB"])
    if separator == "Ctrl+]":
        station.wedge.keys([("BracketRight", CONTROL)])
    elif separator == "F8":
        station.wedge.keys([("F8", 0)])
    else:
        station.wedge.alt_code(separator.removeprefix("Alt+"))
    station.wedge.keys([KEYS[character] for character in "21S1\n"])
    expect_texts(plant, ["10AB\x1d21S1"])


def test_r_05_host_layout_and_caps_lock_change_nothing(page: Page, harness: HarnessServer, plant: Plant) -> None:
    """Peers 18: text comes from event.code: a French host says "q" for KeyA and "à" for Digit0."""
    station = Station(page, harness)
    wrong_key = {"KeyA": "q", "Digit0": "à", "Digit1": "&", "KeyZ": "W"}
    station.wedge.begin()
    for code, modifiers in (KEYS[character] for character in "01AZ01aZ"):
        station.wedge._send("keyDown", code, modifiers, key=wrong_key[code], text=wrong_key[code])
        station.wedge._send("keyUp", code, modifiers, key=wrong_key[code])
        station.wedge.pause(5)
    station.wedge.keys([KEYS["\n"]])
    expect_texts(plant, ["01AZ01aZ"])


SPELLINGS = ["Ctrl+]", "F8", "Alt+029", "Alt+0029", "~", "|", "{GS}", "[GS]", "^]"]
"""Of the separator: as keys, and as printable stand-ins, which the server replaces (R-04)."""


def type_as_host(station: Station, text: str, host: str, *, caps: bool) -> None:
    """The keys of a US scanner at a host that makes its own characters of them."""
    for code, modifiers in (KEYS[character] for character in text):
        shown = PROFILE["layouts"][host].get(code, ["", ""])[1 if modifiers & SHIFT else 0]
        shown = shown.swapcase() if caps and len(shown) == 1 else shown
        station.wedge._send("keyDown", code, modifiers, key=shown or "Dead", text=shown)
        station.wedge._send("keyUp", code, modifiers, key=shown or "Dead")
        station.wedge.pause(5)


@pytest.mark.parametrize("caps", [False, True], ids=["caps off", "caps on"])
@pytest.mark.parametrize("host", ["us", "de", "fr"])
def test_r_04_r_05_r_06_every_spelling_on_every_host(page: Page, harness: HarnessServer, plant: Plant, host: str, caps: bool) -> None:
    """A whole label with each spelling of the separator, on US, German and French hosts, with caps lock off and on; peers 18, 23."""
    station = Station(page, harness)
    head, tail = "]d2010952123454321310Ab", "21c1"
    for spelling in SPELLINGS:
        station.wedge.begin()
        type_as_host(station, head, host, caps=caps)
        if spelling == "Ctrl+]":
            station.wedge.keys([("BracketRight", CONTROL)])
        elif spelling == "F8":
            station.wedge.keys([("F8", 0)])
        elif spelling.startswith("Alt+"):
            station.wedge.alt_code(spelling.removeprefix("Alt+"))
        else:
            type_as_host(station, spelling, host, caps=caps)
        type_as_host(station, tail, host, caps=caps)
        station.wedge.keys([KEYS["\n"]])
    by_key = [f"{head}\x1d{tail}"] * 4
    expect_texts(plant, by_key + [f"{head}{spelling}{tail}" for spelling in SPELLINGS[4:]])
    for text in texts(plant):
        scan = read(text, DEFAULT, as_of=date(2026, 11, 21))
        assert [(element.ai, element.value) for element in scan.elements] == [("01", "09521234543213"), ("10", "Ab"), ("21", "c1")]
    assert page.evaluate("visualViewport.scale") == 1


def test_r_05_control_characters_stay_text_and_do_not_reach_the_browser(page: Page, harness: HarnessServer, plant: Plant) -> None:
    """A code may hold Ctrl+B or Ctrl+P; every key of a burst is swallowed."""
    station = Station(page, harness)
    page.evaluate("() => { window.seen = []; addEventListener('keydown', (event) => seen.push(event.code)); }")
    station.wedge.begin()
    station.wedge.keys([KEYS[character] for character in "ABCD"])
    station.wedge.keys([("KeyB", CONTROL), ("KeyP", CONTROL), ("ArrowDown", 0), *[KEYS[character] for character in "EF\n"]])
    expect_texts(plant, ["ABCD\x02\x10EF"])
    assert page.evaluate("() => seen.filter((code) => !code.startsWith('Shift'))") == ["KeyA", "KeyB", "KeyC"]


@pytest.mark.parametrize("end", ["\n", "\t", "\n\n", ""])
def test_tcp_6_enter_tab_crlf_and_silence_end_a_scan(page: Page, harness: HarnessServer, plant: Plant, end: str) -> None:
    """TCP-6: whatever the scanner sends after the code submits it once, and the focus stays in the scan field."""
    station = Station(page, harness, known=end != "")
    station.wedge.scan("PK-000123", end=end)
    expect_texts(plant, ["PK-000123"])
    page.wait_for_timeout(700)
    assert texts(plant) == ["PK-000123"]
    expect(station.field).to_be_focused()
    expect(station.field).to_have_value("")


def test_r_05_a_person_types_in_peace(page: Page, harness: HarnessServer, plant: Plant) -> None:
    """Keys 70 ms apart are typing: they stay in the field, and Enter in the scan field submits them as typed."""
    station = Station(page, harness, key_ms=70)
    page.locator("#note").focus()
    station.wedge.scan("slow note")
    assert page.locator("#note").input_value() == "slow note"
    station.field.focus()
    station.wedge.scan("pk-1")
    expect_texts(plant, ["pk-1"])
    assert plant.decided[0]["source"] == "typed"


def test_r_05_three_quick_keys_are_no_scan(page: Page, harness: HarnessServer, plant: Plant) -> None:
    """Fewer than four keys are a person rolling over the keys: they stay where they were typed."""
    station = Station(page, harness)
    page.locator("#note").focus()
    station.wedge.scan("abc", end="")
    page.wait_for_timeout(700)
    assert page.locator("#note").input_value() == "abc"
    assert plant.requests == []


def test_r_05_a_held_key_is_no_scan(page: Page, harness: HarnessServer, plant: Plant) -> None:
    """Auto-repeat comes at scanner speed, but from a finger."""
    Station(page, harness)
    page.locator("#note").focus()
    for _ in range(12):
        page.keyboard.down("x")
    page.keyboard.up("x")
    page.wait_for_timeout(700)
    assert page.locator("#note").input_value() == "x" * 12
    assert plant.requests == []


def test_tcp_6_tab_submits_what_was_typed_but_not_what_was_answered(page: Page, harness: HarnessServer, plant: Plant) -> None:
    station = Station(page, harness, key_ms=70)
    plant.faults.refuse.add("bad-1")
    station.wedge.scan("bad-1", end="\t")
    expect(page.locator("#announce")).to_have_text("REFUSED bad-1")
    expect(station.field).to_be_focused()
    station.wedge.scan("", end="\t")
    expect(station.field).not_to_be_focused()
    assert texts(plant) == ["bad-1"]


def test_ui_1_a_scan_on_any_other_page_opens_find(page: Page, harness: HarnessServer, plant: Plant) -> None:
    """UI-1: percent-encoded, the separator included."""
    page.goto(f"{harness.url}/desk")
    page.wait_for_selector("html[data-capture=ready]", state="attached")
    page.locator("#button").focus()
    Wedge(page).scan("10A/B&c%\x1d21ü".replace("ü", "+"))
    page.wait_for_url("**/find?text=10A%2FB%26c%25%1D21%2B")
    assert plant.found == ["10A/B&c%\x1d21+"]


def test_a_page_may_take_the_scan_into_a_field_of_its_own(page: Page, harness: HarnessServer, plant: Plant) -> None:
    """The sign-in page: the badge goes into its form, never into an address."""
    page.goto(f"{harness.url}/desk")
    page.wait_for_selector("html[data-capture=ready]", state="attached")
    page.evaluate("""() => {
        const form = document.createElement("form");
        form.innerHTML = '<input data-takes-scan name="badge">';
        form.addEventListener("submit", (event) => { event.preventDefault(); form.dataset.sent = form.badge.value; });
        document.body.append(form);
    }""")
    Wedge(page).scan("BADGE:0815")
    expect(page.locator("form[data-sent]")).to_have_attribute("data-sent", "BADGE:0815")
    assert plant.found == []


def collected(
    page: Page, harness: HarnessServer, keys: list[tuple[float, str]], *, attached_at: float = 0, scanner: Any = None, expected: int = 0
) -> Any:
    """What the collector makes of unshifted keys at given times."""
    page.goto(f"{harness.url}/desk")
    return page.evaluate("""async ([keys, attachedAt, scanner, expected]) => {
        const { Collector } = await import("/static/capture.js");
        const profile = await (await fetch("/static/wedge.json")).json();
        const found = [];
        const collector = new Collector(profile, {
            scan: ({ text }) => found.push(text), cut: ({ text }) => found.push(["cut", text]), scanner, now: () => attachedAt });
        for (const [timeStamp, code] of keys) collector.keydown({
            timeStamp, code, key: "", shiftKey: false, ctrlKey: code === "BracketRight", altKey: false,
            preventDefault() {}, stopImmediatePropagation() {} });
        // Timers are late on a busy machine: wait for as much as is expected, and then for what should not come.
        const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
        await wait(400);
        for (let more = 0; found.length < expected && more < 100; more += 1) await wait(50);
        return found;
    }""", [keys, attached_at, scanner or {}, expected])


def spelled(text: str, start: float, gap: float = 5) -> list[tuple[float, str]]:
    return [(start + number * gap, "Enter" if character == "\n" else KEYS[character][0]) for number, character in enumerate(text)]


@pytest.mark.parametrize(
    ("keys", "attached_at", "scanner", "expected"),
    [
        pytest.param(spelled("12345\n", 1000), 995, {}, [["cut", "12345"]], id="began before the page listened"),
        pytest.param(spelled("12345\n", 1000), 900, {}, ["12345"], id="began after"),
        pytest.param(spelled("12345\n", 1000) + spelled("67\n", 1100), 0, {}, ["12345"], id="short code 75 ms later is typing"),
        pytest.param(spelled("12345\n", 1000) + spelled("6\n", 1030), 0, {}, ["12345", "6"], id="short code at once is a scan"),
        pytest.param(spelled("12", 1000) + spelled("3456\n", 1090), 0, {}, [["cut", "3456"]], id="pause before it is known"),
        pytest.param(spelled("1", 1000) + spelled("2", 1080) + spelled("3456\n", 1160), 0, {}, [["cut", "3456"]], id="two such pauses"),
        pytest.param(spelled("12", 1000) + spelled("3456\n", 1110), 0, {}, ["3456"], id="what came long before is a person's"),
        pytest.param(spelled("12\n", 1000) + spelled("3456\n", 1090), 0, {}, ["3456"], id="what came before was whole"),
        pytest.param(spelled("12345", 1000) + spelled("678\n", 1100), 0, {}, ["12345678"], id="hiccup of 80 ms inside"),
        pytest.param(spelled("12345", 1000) + spelled("67890\n", 1200), 0, {}, ["12345", "67890"], id="silence"),
        pytest.param(
            spelled("11111\n", 1000) + spelled("22222", 2000) + spelled("33333\n", 3000), 0, {}, ["11111", ["cut", "22222"], "33333"],
            id="a scanner that sends Enter always sends it",
        ),
        pytest.param(spelled("10ab\n21s1\n", 1000), 0, {"fnc1_is_enter": True}, ["10ab\x1d21s1"], id="Enter for FNC1, variable"),
        pytest.param(spelled("10ab\n21s1\n", 1000), 0, {}, ["10ab", "21s1"], id="Enter without the setting"),
        pytest.param(
            spelled("0109521234543213\n10ab\n", 1000), 0, {"fnc1_is_enter": True}, ["0109521234543213", "10ab"],
            id="Enter for FNC1, fixed"),
        pytest.param(
            spelled("0109521234543213", 1000) + spelled("10ab\n21s1\n", 1080), 0, {"fnc1_is_enter": True}, ["010952123454321310ab\x1d21s1"],
            id="Enter for FNC1, fixed then variable"),
        pytest.param(spelled("z-y1\n", 1000), 0, {"layout": "de"}, ["yßz1"], id="the scanner's own layout"),
    ],
)
def test_r_05_timing_table(
    page: Page, harness: HarnessServer, keys: list[tuple[float, str]], attached_at: float, scanner: Any, expected: list[Any],
) -> None:
    """R-05: 50 ms between keys, 100 ms of silence, at least 4 keys, the joined Enter."""
    assert collected(page, harness, keys, attached_at=attached_at, scanner=scanner, expected=len(expected)) == expected


@pytest.mark.parametrize(
    ("text", "scanner", "expected"),
    [
        ("CMD:UNDO", {}, "CMD:UNDO"), ("]C0CMD:UNDO", {}, "CMD:UNDO"), ("]d1cmd:undo", {}, "CMD:UNDO"), (" CMD:NEXT ", {}, "CMD:NEXT"),
        ("]D1cmd:UNDO", {}, "CMD:UNDO"), ("*]C0CMD:UNDO$", {"prefix": "*", "suffix": "$"}, "CMD:UNDO"), ("*CMD:UNDO", {}, "*CMD:UNDO"),
        ("\rCMD:UNDO\n", {}, "CMD:UNDO"), ("]C0A-1", {}, "]C0A-1"), ("]d2 CMD", {}, "]d2 CMD"), (" A ", {}, " A "),
        ("XCMD:UNDO", {}, "XCMD:UNDO"),
        ("*A*", {"prefix": "*", "suffix": "*"}, "*A*"), ("CMD:UNDO\x1d", {}, "CMD:UNDO\x1d"), ("CMD:<b>", {}, "CMD:<b>"),
    ],
)
def test_scn_3_r_03_a_command_is_known_in_every_dress(page: Page, harness: HarnessServer, text: str, scanner: Any, expected: str) -> None:
    page.goto(f"{harness.url}/desk")
    told = page.evaluate("async (given) => (await import('/static/commands.js')).commandText(...given)", [text, scanner])
    assert told == expected


def test_ui_1_a_code_too_long_for_an_address_is_searched_in_part(page: Page, harness: HarnessServer, plant: Plant) -> None:
    """SCN-1: the search says in words that it is too long; the whole code would not even reach it."""
    page.route("**/find?*", lambda route: route.fulfill(status=204))
    page.goto(f"{harness.url}/desk")
    page.wait_for_selector("html[data-capture=ready]", state="attached")
    with page.expect_request("**/find?*") as asked:
        page.evaluate("async (code) => void (await import('/static/capture.js')).capture.deliver(code, 'camera')", "€" * 4000)
    assert asked.value.url == f"{harness.url}/find?text={'%E2%82%AC' * 330}"


def test_r_05_the_rest_of_a_code_that_was_given_up_too_early_is_no_code(page: Page, harness: HarnessServer, plant: Plant) -> None:
    """The keys were held back longer than any silence, but their own times say that they are one code: the rest is cut, not searched."""
    page.goto(f"{harness.url}/desk")
    found = page.evaluate("""async () => {
        const { Collector } = await import("/static/capture.js");
        const profile = await (await fetch("/static/wedge.json")).json();
        const found = [];
        const collector = new Collector(profile, {
            scan: ({ text }) => found.push(text), cut: ({ text }) => found.push(["cut", text]), now: () => 0 });
        const press = (code, timeStamp) => collector.keydown({
            timeStamp, code, key: "", shiftKey: false, ctrlKey: false, altKey: false, preventDefault() {}, stopImmediatePropagation() {} });
        for (let number = 0; number < 10; number += 1) press("Digit5", 1000 + 5 * number);
        for (let waited = 0; found.length < 1 && waited < 200; waited += 1) await new Promise((resolve) => setTimeout(resolve, 50));
        for (let number = 10; number < 20; number += 1) press("Digit5", 1000 + 5 * number);
        press("Enter", 1100);
        return found;
    }""")
    assert found == ["5" * 10, ["cut", "5" * 10]]


def test_r_05_a_scanner_that_ended_its_codes_is_waited_for_on_every_page(page: Page, harness: HarnessServer, plant: Plant) -> None:
    """Keys that a busy machine delivers late do not cut the first code of a page in two; a scanner without Enter is found out again."""
    page.route("**/find?*", lambda route: route.fulfill(status=204))

    def opened() -> Wedge:
        page.goto(f"{harness.url}/desk")
        page.wait_for_selector("html[data-capture=ready]", state="attached")
        return Wedge(page)

    with page.expect_request("**/find?*") as asked:
        opened().scan("PK-1")
    assert asked.value.url.endswith("text=PK-1")
    wedge = opened()
    wedge.begin()
    wedge.keys([KEYS[digit] for digit in "55555"])
    page.wait_for_timeout(800)  # longer than a scanner without Enter is waited for; the times of the keys go on without it
    with page.expect_request("**/find?*") as asked:
        wedge.keys([KEYS[digit] for digit in "66666\n"])
    assert asked.value.url.endswith("text=5555566666")
    wedge = opened()
    with page.expect_request("**/find?*"):
        wedge.scan("NO-END", end="")
    assert page.evaluate("() => sessionStorage.getItem('shopfloor.scanner.ends')") == ""


@pytest.mark.parametrize(("key", "character"), [(("Digit6", CONTROL), "\x1e"), (("Minus", CONTROL), "\x1f"), (("KeyD", CONTROL), "\x04")])
def test_r_05_r_18_control_characters_of_an_envelope_arrive(
    page: Page, harness: HarnessServer, plant: Plant, key: tuple[str, int], character: str
) -> None:
    """ISO/IEC 15434 labels need RS and EOT; scanners send them as Ctrl+6 and Ctrl+D."""
    station = Station(page, harness)
    station.wedge.begin()
    station.wedge.keys([KEYS[one] for one in "[)>"] + [key] + [KEYS[one] for one in "06\n"])
    expect_texts(plant, [f"[)>{character}06"])


def test_r_24_the_profile_of_the_server_is_the_profile_of_the_page(page: Page, harness: HarnessServer, plant: Plant) -> None:
    """Every printable character of the scanner's layout arrives as itself."""
    station = Station(page, harness)
    printable = "".join(character for character, (_, modifiers) in KEYS.items() if character.isprintable() and modifiers in {0, SHIFT})
    station.scan(printable)
    expect_texts(plant, [printable])


def test_a3_the_page_listens_as_soon_as_the_radio_is_back(page: Page, harness: HarnessServer, plant: Plant) -> None:
    """The profile file could not be read when the page opened: it is asked for until it comes, and nothing complains."""
    lost = {"left": 2}

    def away(route: Route) -> None:
        lost["left"] -= 1
        route.abort() if lost["left"] >= 0 else route.continue_()

    page.route("**/wedge.json", away)
    station = Station(page, harness)
    assert lost["left"] < 0
    station.scan(*CODES[:2])
    expect_texts(plant, CODES[:2])


@pytest.mark.parametrize("key", ["Escape", "ArrowDown", "F2"])
def test_r_05_a_key_without_a_character_is_no_beginning_of_a_code(page: Page, harness: HarnessServer, plant: Plant, key: str) -> None:
    """Somebody drops what waits with Escape and scans at once: the code is whole, though the key was close before it."""
    station = Station(page, harness)
    for place, pause_ms in enumerate((52, 60, 70, 80, 90)):
        page.keyboard.press(key)
        page.wait_for_timeout(pause_ms)
        station.scan(CODES[place])
        expect_texts(plant, CODES[: place + 1])
