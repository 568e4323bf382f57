"""IMG-3, IMG-6: which readings are believed, as tables."""

import json
from dataclasses import replace
from importlib import resources

import pytest
import zxingcpp

from shopfloor.scanning.pictures.acceptance import ACCEPTANCE_FILE, REASONS, TABLES, AcceptanceRules, acceptance_rules, judge, sighting
from shopfloor.scanning.pictures.readers import readable_formats
from shopfloor.scanning.pictures.readings import Engine, Reading, Symbol

EAN, OTHER_EAN = "4006381333931", "9521234543213"
ITF = "09521234543213"
RULES = AcceptanceRules()


def reading(symbol, text, engine=Engine.ZXING, identifier=""):
    return Reading(symbol, text, text.encode().hex(), identifier, "", engine, "test")


def verdicts(*readings, rules=RULES, before=frozenset()):
    return {one.reading.text: (one.verdict.value, one.reason) for one in judge(readings, rules, before)}


@pytest.mark.parametrize("symbol", [Symbol.DATA_MATRIX, Symbol.QR, Symbol.MICRO_QR, Symbol.AZTEC, Symbol.PDF417, Symbol.CODE_128])
def test_img_3_error_correction_and_code_128_are_accepted_at_once(symbol):
    assert verdicts(reading(symbol, "ABC")) == {"ABC": ("accepted", "")}


@pytest.mark.parametrize(
    ("symbol", "text"),
    [
        (Symbol.EAN_13, EAN), (Symbol.EAN_8, "96385074"), (Symbol.UPC_E, "0012345000065"), (Symbol.ITF, ITF), (Symbol.CODE_39, "OP1"),
        (Symbol.CODE_93, "ABC"), (Symbol.CODABAR, "A12345B"), (Symbol.DATABAR, f"01{ITF}"), (Symbol.DATABAR_EXPANDED, f"01{ITF}10A"),
        (Symbol.DATABAR_LIMITED, f"01{ITF}"),
    ],
)
def test_img_3_img_6_the_other_linear_codes_need_a_second_equal_reading(symbol, text):
    """By the other engine, or in the frame before; the same engine in another stage is no second opinion."""
    once = reading(symbol, text)
    assert verdicts(once) == {text: ("held", "second_reading")}
    assert verdicts(once, once) == {text: ("held", "second_reading")}
    assert verdicts(once, reading(symbol, text, Engine.ZBAR)) == {text: ("accepted", "")}
    assert verdicts(once, before=frozenset({sighting(once)})) == {text: ("accepted", "")}
    assert verdicts(once, before=frozenset({(sighting(once)[0], text + "1")})) == {text: ("held", "second_reading")}
    (judged,) = judge([once, reading(symbol, text, Engine.ZBAR)], RULES)
    assert judged.seconded_by == "zbar"


@pytest.mark.parametrize(
    ("symbol", "text", "reason"),
    [
        (Symbol.ITF, "123456", "itf_length"),
        (Symbol.ITF, "0952123454", "itf_length"),
        (Symbol.ITF, "09521234543214", "check_digit"),
        (Symbol.CODE_39, "AB", "too_short"),
        (Symbol.CODABAR, "A123B", "too_short"),
    ],
)
def test_img_3_img_6_what_no_second_reading_can_heal_is_refused_with_its_reason(symbol, text, reason):
    """A shortened ITF is read by both engines alike."""
    both = (reading(symbol, text), reading(symbol, text, Engine.ZBAR))
    assert verdicts(*both) == {text: ("refused", reason)}
    assert reason in REASONS


def test_img_6_a_station_asks_for_its_lengths_and_symbols():
    short = (reading(Symbol.ITF, "123456"), reading(Symbol.ITF, "123456", Engine.ZBAR))
    assert verdicts(*short, rules=AcceptanceRules(itf_lengths=frozenset({6}))) == {"123456": ("accepted", "")}
    only = AcceptanceRules(symbols=frozenset({Symbol.DATA_MATRIX}))
    assert verdicts(reading(Symbol.CODE_128, "WO-1"), reading(Symbol.DATA_MATRIX, "X"), rules=only) == {
        "WO-1": ("refused", "not_allowed"), "X": ("accepted", ""),
    }


def test_img_3_two_ean_values_that_nobody_seconds_are_both_dropped():
    assert verdicts(reading(Symbol.EAN_13, EAN), reading(Symbol.EAN_13, OTHER_EAN)) == {
        EAN: ("refused", "contradiction"), OTHER_EAN: ("refused", "contradiction"),
    }
    seconded = reading(Symbol.EAN_13, EAN, Engine.ZBAR)
    assert verdicts(reading(Symbol.EAN_13, EAN), seconded, reading(Symbol.EAN_8, "96385074")) == {
        EAN: ("accepted", ""), "96385074": ("refused", "contradiction"),
    }
    two = (reading(Symbol.EAN_13, text, engine) for text in (EAN, OTHER_EAN) for engine in Engine)
    assert verdicts(*two) == {EAN: ("accepted", ""), OTHER_EAN: ("accepted", "")}


def test_img_5_of_equal_readings_the_one_with_an_identifier_counts():
    blank, told = reading(Symbol.CODE_128, "WO-1", Engine.ZBAR), reading(Symbol.CODE_128, "WO-1", identifier="]C0")
    (judged,) = judge([blank, told], RULES)
    assert (judged.reading.identifier, judged.seconded_by) == ("]C0", "zbar")


@pytest.mark.parametrize("more", [{"content": "binary"}, {"text": ""}])
def test_img_6_a_code_without_text_is_refused(more):
    (judged,) = judge([replace(reading(Symbol.QR, "abc"), **more)], RULES)
    assert (judged.verdict.value, judged.reason) == ("refused", "no_text")


# --- acceptance.json ------------------------------------------------------------------------------------------------------


def test_r_24_the_shared_file_holds_the_tables_and_nothing_else():
    """A name that is misspelled would silently make a symbol easier to believe, or harder."""
    document = json.loads(resources.files("shopfloor.scanning.pictures").joinpath(ACCEPTANCE_FILE).read_text(encoding="utf-8"))
    assert set(document) == {*TABLES.__dataclass_fields__, "browser_names"}
    assert set(TABLES.families.values()) >= TABLES.one_in_a_picture
    assert {symbol for symbol in Symbol if symbol not in TABLES.at_once} == {
        Symbol.CODE_39, Symbol.CODE_93, Symbol.CODABAR, Symbol.ITF, Symbol.EAN_13, Symbol.EAN_8, Symbol.UPC_E, Symbol.DATABAR,
        Symbol.DATABAR_EXPANDED, Symbol.DATABAR_LIMITED,
    }


def test_r_24_what_the_tablets_reader_calls_a_symbol_is_named_as_here():
    """Both are builds of one library: its names of formats in Python are those in the browser."""
    document = json.loads(resources.files("shopfloor.scanning.pictures").joinpath(ACCEPTANCE_FILE).read_text(encoding="utf-8"))
    names = document["browser_names"]
    assert set(names.values()) == {symbol.value for symbol in Symbol}
    assert set(names) - {"EANUPC"} <= set(dir(zxingcpp.BarcodeFormat))
    for symbol, forms in readable_formats().items():
        for form in forms:
            assert names[form.name] == symbol.value, form


def test_img_6_a_station_that_says_nothing_takes_the_usual():
    assert acceptance_rules("", "") == AcceptanceRules()
    assert acceptance_rules(" Code 128,ITF", "6, 14") == AcceptanceRules(frozenset({Symbol.CODE_128, Symbol.ITF}), frozenset({6, 14}))
