"""R-23: what the keys of a scanner say about the scanner, as a table of faults that real scanners have."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from shopfloor.scanning.characters import GS
from shopfloor.scanning.gs1.profiles import WEDGE
from shopfloor.scanning.scanner_settings import ScannerSettings
from shopfloor.scanning.station_check import GTIN, LINK, FindingKind, KeyPress, Level, conclude, examine
from shopfloor.scanning.station_check import test_symbols as symbols_of_the_check

ELEMENTS = f"01{GTIN}10Ab{GS}21c1"
CTRL = [KeyPress("ControlLeft"), KeyPress("BracketRight", ctrl=True)]
F8 = [KeyPress("F8")]
ENTER, TAB = [KeyPress("Enter")], [KeyPress("Tab")]


def alt(digits):
    return [KeyPress("AltLeft", alt=True), *(KeyPress(f"Numpad{digit}", alt=True) for digit in digits)]


def typed(text, *, layout="us", separator=CTRL, end=ENTER, gap=8.0, caps=False):
    """Presses of a scanner that types `text` for a host with this layout; keys that the layout lacks are lost."""
    keys = {}
    for code, (plain, shifted) in WEDGE.layouts[layout].items():
        if not code.startswith("Numpad"):
            keys.setdefault(plain, (code, False))
            keys.setdefault(shifted, (code, True))
    presses = []
    for character in text:
        if character == GS:
            presses += separator
        elif character in keys and character:
            code, shift = keys[character]
            presses += [KeyPress("ShiftLeft", shift=True)] * shift
            shown = character.swapcase() if caps else character
            presses.append(KeyPress(code, shown, shift=shift))
    return [KeyPress(p.code, p.key, p.shift, p.ctrl, p.alt, at=place * gap) for place, p in enumerate([*presses, *end])]


def twice(first, second):
    """Two scans half a second apart, which the page records as one."""
    later = first[-1].at + 500
    return first + [replace(press, at=press.at + later) for press in second]


def paused(presses, place, milliseconds):
    """The same keys, one of them late."""
    late = milliseconds - (presses[place].at - presses[place - 1].at)
    return presses[:place] + [replace(press, at=press.at + late) for press in presses[place:]]


def kinds(examined):
    return {finding.kind: finding.detail for finding in examined.findings}


CASES = {
    "as it should be": (
        typed("]d2" + ELEMENTS), {FindingKind.IDENTIFIER: "]d2", FindingKind.SEPARATOR: "Ctrl+]", FindingKind.END: "Enter"},
    ),
    "linear": (typed("]C1" + ELEMENTS), {FindingKind.IDENTIFIER: "]C1", FindingKind.SEPARATOR: "Ctrl+]"}),
    "without identifier": (typed(ELEMENTS), {FindingKind.NO_IDENTIFIER: ""}),
    "F8": (typed("]d2" + ELEMENTS, separator=F8), {FindingKind.SEPARATOR: "F8"}),
    "number pad": (typed("]d2" + ELEMENTS, separator=alt("029")), {FindingKind.SEPARATOR: "Alt+029"}),
    "number pad, four digits": (typed("]d2" + ELEMENTS, separator=alt("0029")), {FindingKind.SEPARATOR: "Alt+0029"}),
    "drops the separator": (typed("]d2" + ELEMENTS, separator=[]), {FindingKind.NO_SEPARATOR: ""}),
    "types a stand-in": (typed("]d2" + ELEMENTS.replace(GS, "~")), {FindingKind.SEPARATOR_IS_TEXT: "~"}),
    "types a name": (typed("]d2" + ELEMENTS.replace(GS, "<GS>")), {FindingKind.SEPARATOR_IS_TEXT: "<GS>"}),
    "Enter for FNC1": (typed("]d2" + ELEMENTS, separator=ENTER), {FindingKind.SEPARATOR_IS_ENTER: "", FindingKind.END: "Enter"}),
    "types French": (typed(ELEMENTS, layout="fr"), {FindingKind.OTHER_LAYOUT: "fr", FindingKind.NO_IDENTIFIER: ""}),
    "types German": (typed(LINK, layout="de"), {FindingKind.OTHER_LAYOUT: "de"}),
    "caps lock": (typed("]d2" + ELEMENTS, caps=True), {FindingKind.CAPS: ""}),
    "turns the case itself": (typed(("]d2" + ELEMENTS).swapcase()), {FindingKind.CASE_TURNED: "", FindingKind.SEPARATOR: "Ctrl+]"}),
    "capitals only": (typed(("]d2" + ELEMENTS).upper()), {FindingKind.CASE_LOST: "", FindingKind.SEPARATOR: "Ctrl+]"}),
    "small letters only": (typed(ELEMENTS.lower()), {FindingKind.CASE_LOST: "", FindingKind.NO_IDENTIFIER: ""}),
    "capitals only, no separator": (typed(ELEMENTS.upper(), separator=[]), {FindingKind.CASE_LOST: "", FindingKind.NO_SEPARATOR: ""}),
    "link in capitals": (typed("]Q1" + LINK.upper()), {FindingKind.CASE_LOST: "", FindingKind.IDENTIFIER: "]Q1"}),
    "two quick scans count as the last": (
        twice(typed("]d2" + ELEMENTS, separator=[]), typed("]C1" + ELEMENTS)),
        {FindingKind.IDENTIFIER: "]C1", FindingKind.SEPARATOR: "Ctrl+]", FindingKind.FRAME: "missing", FindingKind.SPEED: "8"},
    ),
    "one pause among the first keys": (paused(typed("]d2" + ELEMENTS), 2, 60), {FindingKind.SLOW: "60"}),
    "one pause that is none to the browser": (paused(typed("]d2" + ELEMENTS), 12, 90), {FindingKind.SPEED: "8"}),
    "one pause that ends a code": (paused(typed("]d2" + ELEMENTS), 12, 120), {FindingKind.SLOW: "120"}),
    "Tab": (typed("]d2" + ELEMENTS, end=TAB), {FindingKind.END: "Tab"}),
    "no end": (typed("]d2" + ELEMENTS, end=[]), {FindingKind.NO_END: ""}),
    "frame": (typed("*]d2" + ELEMENTS + "#"), {FindingKind.FRAME: "*…#", FindingKind.IDENTIFIER: "]d2"}),
    "slow": (typed("]d2" + ELEMENTS, gap=80), {FindingKind.SLOW: "80"}),
    "quick": (typed("]d2" + ELEMENTS, gap=8), {FindingKind.SPEED: "8"}),
    "link": (typed("]Q1" + LINK), {FindingKind.IDENTIFIER: "]Q1", FindingKind.LAYOUT: "us"}),
    "another code": (typed("4006381333931"), {FindingKind.NOT_A_TEST_SYMBOL: ""}),
    "nothing": ([], {FindingKind.NOT_A_TEST_SYMBOL: ""}),
}


@pytest.mark.parametrize("name", CASES)
def test_r_23_what_is_wrong_with_the_scanner(name):
    presses, expected = CASES[name]
    found = kinds(examine(presses))
    assert {kind: found.get(kind, "missing") for kind in expected} == expected


def test_r_23_a_good_scanner_has_nothing_bad_and_is_verified():
    good = [examine(typed("]d2" + ELEMENTS)), examine(typed("]C1" + ELEMENTS)), examine(typed("]Q1" + LINK))]
    assert {finding.level for one in good for finding in one.findings} == {Level.GOOD}
    assert conclude(good) == ScannerSettings(gs_verified=True)


@pytest.mark.parametrize(
    ("presses", "settings"),
    [
        pytest.param([typed(LINK)], ScannerSettings(), id="the link has no separator to prove"),
        pytest.param([typed("]d2" + ELEMENTS), typed("]C1" + ELEMENTS, separator=[])], ScannerSettings(), id="one symbol lost it"),
        pytest.param(
            [typed(ELEMENTS, layout="fr")] * 2, ScannerSettings(layout="fr", gs_verified=True), id="the browser reads French keys",
        ),
        pytest.param(
            [typed("]C1" + ELEMENTS.replace(GS, "<GS>"))], ScannerSettings(separators=("<GS>",), gs_verified=True), id="a spelling to know",
        ),
        pytest.param([typed("]C1" + ELEMENTS.replace(GS, "~"))], ScannerSettings(gs_verified=True), id="a spelling that is known"),
        pytest.param([typed("]d2" + ELEMENTS)] * 3, ScannerSettings(), id="GS1-128, where scanners drop it, was not scanned"),
        pytest.param([typed("]C1" + ELEMENTS)], ScannerSettings(gs_verified=True), id="a laser reads GS1-128 only"),
        pytest.param([typed(ELEMENTS)], ScannerSettings(), id="one scan that does not say of what"),
        pytest.param([typed(ELEMENTS), typed(ELEMENTS)], ScannerSettings(gs_verified=True), id="two such scans"),
        pytest.param([typed("]d2" + ELEMENTS), typed(ELEMENTS)], ScannerSettings(), id="of what the other was is not known"),
        pytest.param([typed("]d2" + ELEMENTS, separator=ENTER)], ScannerSettings(fnc1_is_enter=True), id="an Enter to join"),
        pytest.param(
            [typed("w" + ELEMENTS), typed("I" + ELEMENTS)], ScannerSettings(gs_verified=True), id="frames that differ cannot be dropped",
        ),
        pytest.param([typed("^" + ELEMENTS + "$")] * 2, ScannerSettings(prefix="^", suffix="$", gs_verified=True), id="a frame to drop"),
        pytest.param([typed("4006381333931")], ScannerSettings(), id="no test symbol"),
    ],
)
def test_r_23_settings_of_a_station(presses, settings):
    assert conclude([examine(one) for one in presses]) == settings


def test_r_23_the_symbols_carry_what_is_looked_for():
    matrix, linear, link = symbols_of_the_check(date(2026, 11, 21))
    assert (matrix.text, linear.text, link.text) == (ELEMENTS, ELEMENTS, LINK)


def test_r_23_a_flood_of_keys_is_cut():
    assert examine([KeyPress("KeyA", "a")] * 100_000).known is False
