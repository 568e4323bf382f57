"""R-19 and R-28: any text gives a Scan or a refusal, quickly; what we write we read."""

import random
import statistics
import time
from dataclasses import FrozenInstanceError
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopfloor.scanning.errors import ScanRefused
from shopfloor.scanning.gs1.check_digits import SET_82, with_check_digit
from shopfloor.scanning.gs1.decoder import value_problem
from shopfloor.scanning.gs1.identifiers import TABLE
from shopfloor.scanning.gs1.profiles import DEFAULT, ScannerProfile
from shopfloor.scanning.gs1.read import plain_candidate, read
from shopfloor.scanning.labels import element_string
from shopfloor.scanning.scan import Element, Scan, ScanSource

TODAY = date(2026, 11, 20)
GS = "\x1d"
GTIN = "09521234543213"

PIECES = [
    *("]C1", "]d2", "]E0", "]E3", "]Q1", "]", "]d", "]e0", "|]e0", GS, "~", "|", "^]", "{GS}", "(", ")", "\\(", " "),
    *("\r", "\n", "\x00", "\x1e", "\x04", "[)>\x1e06\x1d", "[)>\x1e05\x1d", "\x1e\x04"),
    *("https://", "http://a/01/", "/10/", "?17=", "%2F", "%", "&", "+", "#", "CMD:", "cmd:PRODUCT", "BADGE:"),
    *("٣", "０", "\u200b", "\ud800", "🏭", "ß", "ſ", "ı", "10", "21", "17271231", "3103001250", f"01{GTIN}"),
    *TABLE,
]
PROFILES = [
    DEFAULT,
    *(ScannerProfile(gs1_recognition=mode, gs1_prefixes=("X",)) for mode in ("prefix", "always", "never")),
    ScannerProfile(strict=True, unknown_ai="skip", check_digit="warn", gs_verified=True),
    ScannerProfile(unknown_ai="skip", check_digit="warn", layout="fr", prefix="*", suffix="\r", caps=True),
    ScannerProfile(layout="de", fnc1_is_enter=True, separators=("#",)),
]
TEMPLATES = [None, ("01", "10", "17"), ("01", "21"), ("01", "310n", "10")]
STRINGS = 100_000


def try_read(text, profile, template, source):
    try:
        found = read(text, profile, as_of=TODAY, template=template, source=source)
    except ScanRefused as caught:
        refusal = caught
    else:
        assert found.raw == text
        assert "\x00" not in text, "what is accepted can be stored everywhere"
        return found
    assert refusal.code
    assert refusal.text()
    return None


def test_r_19_random_strings_never_raise_anything_else():
    seed = random.randrange(2**32)
    dice = random.Random(seed)
    alphabet = [chr(code) for code in (*range(128), 0x660, 0xA0, 0x2194, 0x241D, 0xD800, 0x1F3ED)]
    read_well = 0
    for number in range(STRINGS):
        source = PIECES if number % 2 else alphabet
        text = "".join(dice.choice(source) for _ in range(dice.randrange(1, 24)))
        try:
            found = try_read(text, dice.choice(PROFILES), dice.choice(TEMPLATES), dice.choice(list(ScanSource)))
        except Exception as problem:
            raise AssertionError(f"seed {seed}: {text!r}") from problem
        read_well += found is not None
    assert 0 < read_well < STRINGS


@settings(max_examples=300, deadline=None)
@given(
    text=st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=12).map("".join)),
    profile=st.sampled_from(PROFILES),
    template=st.sampled_from(TEMPLATES),
    source=st.sampled_from(list(ScanSource)),
)
def test_r_19_any_text_any_profile(text, profile, template, source):
    try_read(text, profile, template, source)
    assert isinstance(plain_candidate(text, profile, source=source), str)


VARIABLE = [ai for ai in ("10", "21", "240", "241", "250", "251", "22", "90", "99") if not TABLE[ai].checks]


@settings(max_examples=300, deadline=None)
@given(values=st.dictionaries(st.sampled_from(VARIABLE), st.text(SET_82, min_size=1, max_size=20), max_size=6), key=st.booleans())
def test_r_01_written_elements_are_read_back_unchanged(values, key):
    elements = tuple(Element(ai, value) for ai, value in ({"01": GTIN} if key else {}).items()) + tuple(
        Element(ai, value) for ai, value in values.items()
    )
    if not elements:
        return
    verified = ScannerProfile(gs_verified=True)
    assert read("]C1" + element_string(elements), verified, as_of=TODAY).elements == elements
    bracketed = read("]C1" + element_string(elements), verified, as_of=TODAY).bracketed()
    assert read(bracketed, as_of=TODAY).elements == elements


def test_r_09_r_10_every_identifier_refuses_nothing_and_other_scripts():
    for ai, identifier in TABLE.items():
        assert value_problem(identifier, "", TODAY).kind == "ai_value_empty", ai
        assert value_problem(identifier, "0" * (identifier.maximum + 1), TODAY).kind == "ai_value_too_long", ai
        assert value_problem(identifier, "٣" * identifier.maximum, TODAY).kind == "invalid_character", ai


LABEL = f"]d201{GTIN}17271231310300125010LOT/7-A{GS}21SN0001{GS}3012"
HOSTILE = [
    LABEL,
    "A" * 4096,
    "]C1" + "90A\x1d" * 1000,
    "(" * 4096,
    "(10)" * 1000,
    "(10)" + "\\(" * 2000,
    "https://a/" + "01/" * 1300,
    "https://a/01/" + "%" * 4000,
    "]C1" + "\x1d" * 4000,
    "~" * 4096,
    " " * 4096,
    "01" + GTIN + "10" * 190,
    "01" + GTIN + "21" + "10A30" * 70,
    "]C17256" + "%41" * 1300,
    "[)>\x1e06\x1d" + "P1\x1d" * 1000 + "\x1e\x04",
    "00" + "1" * 390,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_r_28_reading_is_quick(text):
    """A sanity check with a wide margin, not a measurement: the target for labels is 1 ms, and nothing grows out of hand."""
    times = []
    for _ in range(15):
        begun = time.perf_counter()
        try_read(text, DEFAULT, None, ScanSource.WEDGE)
        times.append(time.perf_counter() - begun)
    assert statistics.median(times) < (0.001 if text == LABEL else 0.05)


def test_house_style_a_scan_is_frozen():
    found = read(with_check_digit("952123454321"), as_of=TODAY)
    assert isinstance(found, Scan)
    with pytest.raises(FrozenInstanceError):
        found.text = "other"
