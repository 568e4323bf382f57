"""R-17, R-18, R-20 to R-22: what elements mean, dropped separators, and ISO/IEC 15434 envelopes."""

from datetime import date
from decimal import Decimal

import pytest

from shopfloor.scanning.errors import ScanEmpty, ScanRefused, ScanTooLong
from shopfloor.scanning.gs1.numbers import amount
from shopfloor.scanning.gs1.profiles import DEFAULT, ScannerProfile
from shopfloor.scanning.gs1.read import read
from shopfloor.scanning.scan import Element, ScanKind

TODAY = date(2026, 11, 20)
GS = "\x1d"
GTIN = "09521234543213"
KEY = "01" + GTIN
VERIFIED = ScannerProfile(gs_verified=True)


def scan(text, profile=DEFAULT, **options):
    return read(text, profile, as_of=TODAY, **options)


def refused(text, profile=DEFAULT, **options):
    with pytest.raises(ScanRefused) as caught:
        scan(text, profile, **options)
    return caught.value


def kind_of(refusal):
    if isinstance(refusal, ScanEmpty):
        return "empty_input"
    if isinstance(refusal, ScanTooLong):
        return "input_too_long"
    return refusal.kind


# --- dates, numbers, identity -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("digits", "year", "expected"),
    [
        ("260200", 2026, date(2026, 2, 28)),
        ("280200", 2026, date(2028, 2, 29)),
        ("761231", 2026, date(2076, 12, 31)),
        ("770101", 2026, date(1977, 1, 1)),
        ("000101", 1960, date(2000, 1, 1)),
        ("990101", 2001, date(1999, 1, 1)),
        ("490101", 2099, date(2149, 1, 1)),
        ("500101", 2099, date(2050, 1, 1)),
    ],
)
def test_r_20_gs1_11_two_digit_years(digits, year, expected):
    found = read(f"]C1{KEY}17{digits}", as_of=date(year, 6, 1))
    assert found.expiration_date == expected
    assert found.value("17") == digits, "the six digits stay beside the date"


def test_r_20_gs1_10_which_date_is_which():
    found = scan(f"]C1{KEY}112601011526020217260303")
    assert (found.production_date, found.best_before, found.expiration_date) == (date(2026, 1, 1), date(2026, 2, 2), date(2026, 3, 3))


@pytest.mark.parametrize(
    ("text", "quantity", "measure"),
    [
        ("3103001250", None, ("1.250", "kg")),
        ("3103000250", None, ("0.250", "kg")),
        ("3100000007", None, ("7", "kg")),
        ("3205123456", None, ("1.23456", "lb")),
        ("3111000015", None, ("1.5", "m")),
        ("3142000015", None, ("0.15", "m2")),
        ("3150000002", None, ("2", "l")),
        ("3160000002", None, ("2", "m3")),
        ("3303001250", None, None),
        ("30012", "12", None),
        ("3712", "12", None),
    ],
)
def test_r_21_gs1_12_gs1_20_decimals_and_units(text, quantity, measure):
    found = scan(f"]C1{KEY}{text}", VERIFIED)
    assert found.quantity == (Decimal(quantity) if quantity else None)
    assert (found.measure and (found.measure.quantity, found.measure.unit)) == (measure and (Decimal(measure[0]), measure[1]))


def test_r_21_amounts():
    assert amount(Element("3932", "978012599")) == (Decimal("125.99"), "EUR")
    assert amount(Element("3902", "012599")) == (Decimal("125.99"), "")
    assert amount(Element("3910", "9991")) == (Decimal(1), "999")
    assert amount(Element("3942", "1250")) == (Decimal("12.50"), "%")
    assert amount(Element("3953", "001250")) == (Decimal("1.250"), "")
    assert amount(Element("10", "A")) is None


def test_r_22_identity_is_exact_text():
    found = scan(f"]d2{KEY}10aB0{GS}21007{GS}240PART-1{GS}00{'0' * 17}0")
    assert (found.gtin, found.lot_no, found.serial_no, found.item_reference, found.sscc) == (GTIN, "aB0", "007", "PART-1", "0" * 18)
    assert scan(f"(02){GTIN}(37)5").gtin == GTIN


# --- dropped separators ---------------------------------------------------------------------------------------------------

DROPPED = f"{KEY}10LOT717261231"


def test_r_17_a_template_decides():
    found = scan(DROPPED, template=("01", "10", "17"))
    assert (found.bracketed(), "separator_inferred" in {one.kind for one in found.warnings}) == (f"(01){GTIN}(10)LOT7(17)261231", True)
    assert scan(f"{KEY}10LOT73103001250", template=("01", "10", "310n")).lot_no == "LOT7"


def test_r_17_without_a_template_several_readings_ask():
    refusal = refused(DROPPED)
    assert kind_of(refusal) == "ambiguous_separator"
    assert set(refusal.candidates) == {f"(01){GTIN}(10)LOT7(17)261231", f"(01){GTIN}(10)LOT717261231"}
    for candidate in refusal.candidates:
        assert scan(candidate).gtin == GTIN, "a candidate can be scanned as it stands"


def test_r_17_a_verified_scanner_is_believed():
    found = scan(DROPPED, VERIFIED)
    assert (found.lot_no, found.warnings) == ("LOT717261231", ())


def test_r_17_one_reading_needs_no_question():
    found = scan(f"{KEY}10LOT-ABCDEFGHIJKLM-17261231")
    assert found.bracketed() == f"(01){GTIN}(10)LOT-ABCDEFGHIJKLM-(17)261231"
    assert "separator_inferred" in {one.kind for one in found.warnings}


def test_r_17_a_text_with_gs_is_not_searched():
    assert scan(f"{KEY}10LOT717261231{GS}21X").lot_no == "LOT717261231"


def test_r_17_dates_out_of_reach_are_no_reading():
    assert scan(f"{KEY}10LOT717991231").lot_no == "LOT717991231"


def test_r_17_hostile_text_ends():
    hostile = KEY + "21" + "10" * 60 + "30" * 60
    assert kind_of(refused(hostile)) in {"ambiguous_separator", "ai_value_too_long"}


# --- envelopes ------------------------------------------------------------------------------------------------------------

REEL = "[)>\x1e06\x1dPR-1K\x1d1PERJ-3\x1dQ5000\x1d1TLOT9\x1d9D2631\x1d4LCN\x1e\x04"


@pytest.mark.parametrize("aim", ["", "]d1", "]L2"])
def test_r_18_a_reel_of_components(aim):
    found = scan(aim + REEL)
    assert found.kind is ScanKind.ISO15434
    assert (found.item_reference, found.lot_no, found.quantity, found.serial_no) == ("R-1K", "LOT9", Decimal(5000), "")
    assert [element.ai for element in found.elements] == ["P", "1P", "Q", "1T", "9D", "4L"]


def test_r_18_format_05_holds_gs1():
    assert scan(f"[)>\x1e05\x1d{KEY}10AB\x1e\x04").bracketed() == f"(01){GTIN}(10)AB"


@pytest.mark.parametrize(
    "text",
    [
        "[)>",
        "[)>\x1e06\x1dP1",
        "[)>\x1e07\x1dP1\x1e\x04",
        "[)>\x1e06\x1d\x1e\x04",
        "[)>\x1e06\x1dp1\x1e\x04",
        "[)>\x1e06\x1dP1\x1e06\x1e\x04",
    ],
)
def test_r_18_damaged_envelopes(text):
    assert kind_of(refused(text)) == "malformed_envelope"


def test_r_18_a_quantity_is_a_number():
    assert kind_of(refused("[)>\x1e06\x1dQ5X\x1e\x04")) == "invalid_value"


def reel(*fields):
    return "[)>\x1e06\x1d" + "\x1d".join(fields) + "\x1e\x04"


@pytest.mark.parametrize(("first", "second"), [("PA", "PB"), ("1PA", "1PB"), ("S1", "S2"), ("1TA", "1TB"), ("TA", "TB"), ("Q1", "Q2")])
def test_r_12_r_18_an_envelope_that_contradicts_itself(first, second):
    """R-12 counts for data identifiers too: nobody may guess which of two serial numbers is meant."""
    refusal = refused(reel(first, "4LCN", second))
    assert (refusal.code, refusal.first_value, refusal.second_value) == ("GS1_CONFLICT", first[-1], second[-1])


def test_r_12_r_18_the_same_value_twice_and_other_identifiers_twice_are_harmless():
    found = scan(reel("PA", "S1", "PA", "4LCN", "4LDE"))
    assert (found.item_reference, found.serial_no) == ("A", "1")


@pytest.mark.parametrize("identifier", ["P", "1P", "S", "1T", "T"])
def test_d_34_d_35_numbers_of_an_envelope_are_numbers(identifier):
    """D34: at most 50 characters. D35: without blanks at the edges, which nobody sees; the field itself stays as it is."""
    assert kind_of(refused(reel(identifier + "X" * 51))) == "ai_value_too_long"
    assert kind_of(refused(reel(identifier + "  "))) == "ai_value_empty"
    found = scan(reel(identifier + " A B "))
    assert {found.item_reference, found.serial_no, found.lot_no} == {"A B", ""}
    assert found.elements[0].value == " A B "
    scan(reel(identifier + "X" * 50))
