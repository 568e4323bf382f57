"""From what a device sends to a code: bytes, keys, reports. Pure; no device is opened."""

from __future__ import annotations

from datetime import date

import pytest

from hardware.capture import Code, Cut
from hardware.event_device import EV_SYN, INPUT_EVENT, SYN_DROPPED, keys_of
from hardware.framing import LONGEST, Frame, Framer
from hardware.hid_pos import Reports, is_hid_pos
from hardware.keyboard import Key, KeyReader
from shopfloor.scanning.gs1.profiles import DEFAULT
from shopfloor.scanning.gs1.read import read
from shopfloor.scanning.scan import ScanSource
from tests.hardware.keys import DOWN, GS, REPEAT, SEPARATORS, chord, recorded, report, tap, typed

DAY = date(2026, 11, 20)
LABEL = f"]d2010952123454321310Ab{GS}21c1"


def texts(found) -> list[str]:
    return [code.text for code in found if isinstance(code, Code)]


def cuts(found) -> int:
    return sum(isinstance(code, Cut) for code in found)


def play(keys, **options) -> list[Code | Cut]:
    """Keys three milliseconds apart, then silence."""
    reader = KeyReader(**options)
    found = [code for number, (name, value) in enumerate(keys) for code in reader.feed(Key(name, value, 3 * number))]
    return found + reader.idle(3 * len(keys) + 10_000)


# --- bytes ---


@pytest.mark.parametrize(
    ("frame", "data", "expected"),
    [
        (Frame(), LABEL.encode() + b"\r", [LABEL]),
        (Frame(), b"A\r\nB\r\n\r\nC\n", ["A", "B", "C"]),
        (Frame(), b" A \r", [" A "]),
        (Frame(frozenset(b"\t")), b"A\rB\t", ["A\rB"]),
        (Frame(prefix=b"\x02", suffix=b"\x03"), b"\x02A\x03\r", ["A"]),
        (Frame(frozenset(b"\x03"), prefix=b"\x02"), b"\x02A\x03\x02B\x03", ["A", "B"]),
        (Frame(prefix=b"*"), b"**A\r", ["*A"]),
        (Frame(), "Größe\r".encode(), ["Größe"]),
        (Frame(), "Größe\r".encode("latin-1"), ["Größe"]),
    ],
)
def test_r_03_bytes_become_codes_and_nothing_else_is_dropped(frame, data, expected) -> None:
    whole = Framer(frame)
    assert texts(whole.feed(data, 0)) == expected
    single = Framer(frame)
    assert texts(code for byte in data for code in single.feed(bytes((byte,)), 0)) == expected


def test_a_code_that_lost_its_end_is_never_taken() -> None:
    framer = Framer(Frame())
    assert framer.feed(b"095212", 0) == []
    assert framer.idle(1400) == []
    assert cuts(framer.idle(1500)) == 1
    assert texts(framer.feed(b"A\r", 1600)) == ["A"]


def test_a_scanner_without_end_characters_ends_by_silence() -> None:
    framer = Framer(Frame(frozenset()))
    assert framer.feed(b"A\r", 0) == []
    assert framer.idle(99) == []
    assert framer.idle(100) == [Code("A\r", 0)]


def test_r_19_endless_bytes_are_dropped_whole() -> None:
    framer = Framer(Frame())
    found = framer.feed(b"1" * (LONGEST + 1) + b"\r" + b"A\r", 0)
    assert cuts(found) == 1
    assert texts(found) == ["A"]
    assert texts(framer.feed(b"1" * LONGEST + b"\r", 0)) == ["1" * LONGEST]


def test_r_19_endless_bytes_that_fall_silent_do_not_cost_the_next_code() -> None:
    framer = Framer(Frame())
    assert framer.feed(b"1" * (LONGEST + 1), 0) == []
    assert cuts(framer.idle(1500)) == 1
    assert texts(framer.feed(b"A\r", 1600)) == ["A"]


# --- keys ---


@pytest.mark.parametrize("layout", ["us", "gb", "de", "fr"])
def test_r_05_text_comes_back_through_the_scanners_own_layout(layout) -> None:
    text = "0109521234543213-AZQWMYaz/_:,;+"
    assert texts(play(typed(text, layout=layout, end="Enter"), layout=layout)) == [text]


@pytest.mark.parametrize("host", ["us", "de", "fr"])
@pytest.mark.parametrize("spelling", sorted(SEPARATORS))
def test_r_05_every_key_spelling_of_the_separator_on_every_host(host, spelling) -> None:
    """A window would show what the host's layout makes of the keys; the keys themselves are the same on each host."""
    keys = list(keys_of(recorded(typed(LABEL, separator=spelling)), 0))
    shown, scanner = KeyReader(host), KeyReader()
    assert (texts(code for key in keys for code in shown.feed(key)) == [LABEL]) is (host == "us")
    assert texts(code for key in keys for code in scanner.feed(key)) == [LABEL]
    scan = read(LABEL, DEFAULT, as_of=DAY, source=ScanSource.WEDGE)
    assert (scan.lot_no, scan.serial_no) == ("Ab", "c1")


@pytest.mark.parametrize("spelling", ["|", "~", "{GS}", "^]", "[GS]"])
def test_r_04_printable_stand_ins_stay_for_the_server_to_read(spelling) -> None:
    text = LABEL.replace(GS, spelling)
    assert texts(play(typed(text))) == [text]
    scan = read(text, DEFAULT, as_of=DAY, source=ScanSource.WEDGE)
    assert (scan.lot_no, scan.serial_no) == ("Ab", "c1")


def test_r_05_caps_lock_changes_nothing() -> None:
    """The host's caps lock is a state of the host. A scanner that presses the key itself is told by the identifier (R-06)."""
    assert texts(play([*tap("CapsLock"), *typed(LABEL), *tap("CapsLock")])) == [LABEL]
    swapped = LABEL.swapcase()
    assert texts(play([*tap("CapsLock"), *typed(swapped)])) == [swapped]
    scan = read(swapped, DEFAULT, as_of=DAY, source=ScanSource.WEDGE)
    assert (scan.lot_no, scan.serial_no) == ("Ab", "c1")
    assert "caps_inverted" in {warning.kind for warning in scan.warnings}


def test_r_05_an_enter_in_the_place_of_fnc1_joins_the_halves() -> None:
    head, tail = LABEL.split(GS)
    keys = typed(head) + typed(tail)
    assert texts(play(keys)) == [head, tail]
    assert texts(play(keys, fnc1_is_enter=True)) == [LABEL]
    assert texts(play(typed("WO-12") + typed("WO-13"), fnc1_is_enter=True)) == ["WO-12", "WO-13"]


def test_r_05_after_the_waiting_time_an_enter_was_the_end() -> None:
    reader = KeyReader(fnc1_is_enter=True)
    head = LABEL.split(GS, maxsplit=1)[0]
    for name, value in typed(head):
        assert reader.feed(Key(name, value, 0)) == []
    assert reader.idle(200) == []
    assert texts(reader.feed(Key("KeyA", DOWN, 300))) == [head]


@pytest.mark.parametrize("end", ["Enter", "NumpadEnter", "Tab"])
def test_r_05_ends(end) -> None:
    assert texts(play(typed("AB12", end=end) * 2)) == ["AB12", "AB12"]


def test_r_05_silence_ends_a_code_of_a_scanner_that_sends_no_enter() -> None:
    assert texts(play(typed("AB12", end=None))) == ["AB12"]


def test_a_scanner_that_sent_enter_before_lost_the_rest() -> None:
    found = play(typed("AB12") + typed("CD", end=None))
    assert texts(found) == ["AB12"]
    assert cuts(found) == 1


def test_repeated_keys_and_unknown_keys_give_nothing() -> None:
    assert texts(play([("KeyA", DOWN), ("KeyA", REPEAT), ("KeyA", 0), *tap("ArrowDown"), *tap(""), *typed("B")])) == ["aB"]


def test_control_characters_come_as_ctrl_and_a_letter() -> None:
    keys = [*typed("A", end=None), *chord("ControlLeft", "KeyD"), *chord("ControlLeft", "KeyM")]
    assert texts(play(keys)) == ["A\x04"]


@pytest.mark.parametrize(("name", "character"), [("Digit6", "\x1e"), ("Minus", "\x1f")])
def test_r_18_separators_of_an_envelope_come_as_ctrl_and_a_digit_or_sign(name, character) -> None:
    assert texts(play(typed("AB", end=None) + chord("ControlLeft", name) + typed("06"))) == [f"AB{character}06"]


def test_alt_codes_that_are_no_separator_are_characters() -> None:
    assert texts(play([*chord("AltLeft", "Numpad0", "Numpad6", "Numpad5"), *typed("B")])) == ["AB"]


def test_lost_keys_break_the_code() -> None:
    dropped = INPUT_EVENT.pack(0, 0, EV_SYN, SYN_DROPPED, 0)
    stream = recorded(typed("AB", end=None)) + dropped + recorded(typed("C"))
    reader = KeyReader()
    found = []
    for key in keys_of(stream, 0):
        found += reader.feed(key) if key else reader.broken("lost")
    assert cuts(found) == 1
    assert texts(found) == ["C"]


# --- reports ---


@pytest.mark.parametrize("later", [0, 1])
def test_img_14_hid_pos_gives_identifier_and_bytes(later) -> None:
    data = LABEL.removeprefix("]d2").encode()
    assert texts(Reports().feed(report(data, later=later), 0)) == [LABEL]


def test_hid_pos_continues_in_the_next_reports() -> None:
    data = b"0123456" * 8
    reports = Reports()
    assert reports.feed(report(data, more=True), 0) == []
    assert reports.feed(report(data, more=True), 0) == []
    assert texts(reports.feed(report(b"END\r"), 0)) == ["]d2" + (data * 2).decode() + "END"]
    assert texts(reports.feed(report(b"A", identifier=b"]C1"), 0)) == ["]C1A"]


def test_hid_pos_without_an_identifier() -> None:
    assert texts(Reports().feed(report(b"ABC", identifier=b"\0\0\0"), 0)) == ["ABC"]


def test_hid_pos_that_makes_no_sense_is_cut() -> None:
    assert cuts(Reports().feed(bytes((2, 5)) + b"hello" + bytes(57), 0)) == 1
    assert Reports().feed(bytes((1, *bytes(63))), 0) == []
    assert Reports().feed(b"\2short", 0) == []
    reports = Reports()
    reports.feed(report(b"A" * 56, more=True), 0)
    assert reports.idle(1000) == []
    assert cuts(reports.idle(1500)) == 1
    assert texts(reports.feed(report(b"B"), 2000)) == ["]d2B"]


def test_a_device_says_that_it_is_a_bar_code_scanner() -> None:
    assert is_hid_pos(bytes.fromhex("058c0902a1018502"))
    assert not is_hid_pos(bytes.fromhex("05010906a101"))


