"""R-01 to R-22 and SCN-1 to SCN-3 as tables: text and profile in, elements or an error kind out."""

from datetime import date

import pytest

from shopfloor.scanning.errors import Gs1Conflict, Gs1Parse, ScanEmpty, ScanInvalid, ScanRefused, ScanTooLong
from shopfloor.scanning.gs1.profiles import DEFAULT, ScannerProfile
from shopfloor.scanning.gs1.read import read
from shopfloor.scanning.scan import ScanKind

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


ACCEPTED = [
    # what the symbology identifier says
    *[(f"R-02 {aim} is GS1", f"{aim}{KEY}", "gs1", f"(01){GTIN}") for aim in ("]C1", "]e0", "]e1", "]e2", "]d2", "]Q3", "]J1")],
    *[(f"R-02 {aim} unusual", f"{aim}{KEY}", "gs1", f"(01){GTIN}") for aim in ("]d5", "]d8", "]Q4", "]z1", "]z4")],
    ("R-02 EAN-13", "]E09521234543213", "ean", f"(01){GTIN}"),
    ("R-02 EAN-8", "]E495012346", "ean", "(01)00000095012346"),
    ("R-02 EAN-13 with add-on of 5", "]E3952123454321312345", "ean", f"(01){GTIN}"),
    ("R-02 EAN-13 with add-on of 2", "]E3952123454321312", "ean", f"(01){GTIN}"),
    ("R-02 ITF-14", f"]I1{GTIN}", "ean", f"(01){GTIN}"),
    ("R-02 EAN with composite", f"]E02112345678900|]e099COMPOSITE{GS}98XYZ", "ean", "(01)02112345678900(99)COMPOSITE(98)XYZ"),
    # the frame
    ("R-03 line end", f"]C1{KEY}\r\n", "gs1", f"(01){GTIN}"),
    ("R-03 tab", f"\t]C1{KEY}\t", "gs1", f"(01){GTIN}"),
    # R-11, D35: blanks in front are no way around the rules
    ("R-11 blank in front of a key", f" {KEY}10AB", "gs1", f"(01){GTIN}(10)AB"),
    ("R-11 blanks in front of an identifier", f"  ]d2{KEY}10AB{GS}21X", "gs1", f"(01){GTIN}(10)AB(21)X"),
    ("R-11 blank in front of a Digital Link", f" https://example.com/01/{GTIN}/10/AB", "dl", f"(01){GTIN}(10)AB"),
    ("R-11 blank between line end and key", f"\n {KEY}\r\n", "gs1", f"(01){GTIN}"),
    # spellings of the separator
    *[
        (f"R-04 {sep!r}", f"]C1{KEY}10AB{sep}21X", "gs1", f"(01){GTIN}(10)AB(21)X")
        for sep in (GS, "␝", "{GS}", "[GS]", "^]", "|", "~", "↔", "{F8}")
    ],
    ("R-04 without identifier, parses", "10LOT1~21S1", "gs1", "(10)LOT1(21)S1"),
    # where separators may stand
    ("R-07 after a fixed element", f"]C1{KEY}{GS}10AB", "gs1", f"(01){GTIN}(10)AB"),
    ("R-07 at the end", f"]C1{KEY}10AB{GS}", "gs1", f"(01){GTIN}(10)AB"),
    ("R-07 leading", f"]C1{GS}{KEY}", "gs1", f"(01){GTIN}"),
    ("R-07 run", f"]C1{KEY}10AB{GS}{GS}21S", "gs1", f"(01){GTIN}(10)AB(21)S"),
    ("R-08 twenty characters", f"]C110{'A' * 20}", "gs1", f"(10){'A' * 20}"),
    # every character of set 82
    ("R-10 set 82", "]C110!\"%&'()*+,-./019:;<=", "gs1", "(10)!\"%&'\\()*+,-./019:;<="),
    ("R-10 set 82, rest", "]C110>?AMZ_amz", "gs1", "(10)>?AMZ_amz"),
    ("R-10 set 39 of 8010", f"]C18010A#-/9{GS}8011123", "gs1", "(8010)A#-/9(8011)123"),
    # no identifier
    ("R-11 key first", f"{KEY}17271231", "gs1", f"(01){GTIN}(17)271231"),
    ("R-11 real GS", f"10LOT1{GS}21S1", "gs1", "(10)LOT1(21)S1"),
    ("SCN-2 leading GS counts as FNC1", f"{GS}10LOT1", "gs1", "(10)LOT1"),
    # R-12 and GS1-15
    ("R-12 same value twice", f"]C110AB{GS}10AB", "gs1", "(10)AB"),
    # brackets
    ("R-14 blanks and a bracket in a value", f"(01) {GTIN} (10) A(B)C", "gs1", f"(01){GTIN}(10)A\\(B)C"),
    ("R-14 escaped", "(10)A\\(21)C", "gs1", "(10)A\\(21)C"),
    ("R-14 blanks in front", f" (01){GTIN}", "gs1", f"(01){GTIN}"),
    # dates
    ("R-20 last day of the month", f"]C1{KEY}17260200", "gs1", f"(01){GTIN}(17)260200"),
]


@pytest.mark.parametrize(("text", "kind", "bracketed"), [case[1:] for case in ACCEPTED], ids=[case[0] for case in ACCEPTED])
def test_r_02_to_r_20_accepted(text, kind, bracketed):
    found = scan(text, VERIFIED)
    assert (found.kind, found.bracketed()) == (kind, bracketed)
    assert found.raw == text


PLAIN = [
    ("R-02 Data Matrix without FNC1", f"]d1{KEY}", KEY),
    ("R-02 Code 128", "]C0F-001", "F-001"),
    ("SCN-3 symbology identifier is removed", "]A0F-001", "F-001"),
    ("SCN-3 symbology identifier behind a blank", " ]A0F-001", "F-001"),
    ("R-02 QR", "]Q1ABC", "ABC"),
    ("R-02 PDF417", "]L2ABC", "ABC"),
    ("R-04 never inside a plain carrier", "]C0A|B~C", "A|B~C"),
    ("R-04 fails as GS1, so it stays unchanged", "WO~12|3", "WO~12|3"),
    ("R-11 lot with ten in front", "10D9T", "10D9T"),
    ("R-11 date and number", "240115-003", "240115-003"),
    ("R-11 bare EAN-13", "9521234543213", "9521234543213"),
    ("R-11 incomplete key", "0109521", "0109521"),
    ("R-14 brackets around letters", "(A)12", "(A)12"),
    ("D35 edge blanks go", "  AB 12  ", "AB 12"),
    ("SCN-1 leading zeros stay", "000123", "000123"),
    ("a web address that is no Digital Link", "https://example.com/manual", "https://example.com/manual"),
    ("D34 fifty characters", "x" * 50, "x" * 50),
]


@pytest.mark.parametrize(("text", "number"), [case[1:] for case in PLAIN], ids=[case[0] for case in PLAIN])
def test_r_11_plain(text, number):
    found = scan(text)
    assert (found.kind, found.text, found.elements) == (ScanKind.PLAIN, number, ())
    assert found.raw == text


REFUSED = [
    ("R-02 no such identifier", "]XX", "unknown_symbology_identifier"),
    ("R-02 EAN-13 with a letter", "]E0952123454321A", "invalid_character"),
    ("R-02 EAN-13 too short", "]E095212345432", "ai_value_bad_length"),
    ("R-02 EAN-13 check digit", "]E09521234543214", "check_digit"),
    ("R-07 only separators", f"{GS}{GS}", "empty_input"),
    ("R-07 nothing after the identifier", "]C1", "empty_input"),
    ("R-03 nothing but the frame", "\r\n", "empty_input"),
    ("D35 nothing but blanks", "   ", "empty_input"),
    ("R-08 lot of 24", f"{KEY}10ABCDEFGHIJKLMNOPQRST2142", "ai_value_too_long"),
    ("R-08 lot of 24 with identifier", f"]C1{KEY}10ABCDEFGHIJKLMNOPQRST2142", "ai_value_too_long"),
    ("R-08 no identifier 3106", "]C13106001250", "unknown_ai"),
    ("R-08 no identifier 18", "]C118260101", "unknown_ai"),
    ("GS1-17 truncated fixed element", "]C10109521234", "ai_value_too_short"),
    ("R-09 empty", f"10{GS}21S1", "ai_value_empty"),
    ("R-09 empty in brackets", "(10)(21)S", "ai_value_empty"),
    ("R-09 empty at the end", "]C110", "ai_value_empty"),
    ("R-10 Arabic digit", f"]C1{KEY[:-1]}٣", "invalid_character"),
    ("R-10 Arabic digit without identifier", f"{KEY[:-1]}٣", "invalid_character"),
    ("R-10 full-width digits", f"]C101{'０' * 14}", "invalid_character"),
    ("R-10 a key in full-width digits", "".join(chr(ord(digit) + 0xFEE0) for digit in KEY), "unknown_ai"),
    ("R-10 a key that opens in full-width digits", f"０１{GTIN}", "unknown_ai"),
    ("R-11 a wrong key behind a blank", " 0109521234543214", "check_digit"),
    ("R-11 a blank behind a key", f"{KEY} ", "unknown_ai"),
    *[
        (f"R-10 U+{ord(c):04X}", f"]C110AB{c}C", "invalid_character")
        for c in ("\u00a0", "\u200b", "\x00", "#", " ", "@", "$", "[", "\\", "{", "ä")
    ],
    ("R-10 8010 has no lower case", "]C18010abc", "invalid_character"),
    ("R-11 opens with a key, so never a local code", "0109521234543214", "check_digit"),
    ("R-12 other value", f"10AB{GS}10AC", "repeated_ai_conflict"),
    ("R-14 unknown identifier", "(18)1", "unknown_ai"),
    ("R-19 too many elements", "]C1" + GS.join(f"90{'A' * (n % 9 + 1)}" for n in range(2)) + GS + f"91A{GS}" * 70, "repeated_ai_conflict"),
    ("R-19 the same element 65 times", "]C1" + f"91A{GS}" * 65, "too_many_ais"),
    ("A35 door", "A" * 4097, "input_too_long"),
    ("D34 fifty-one characters", "x" * 51, "input_too_long"),
    ("R-20 no such date", f"]C1{KEY}17270229", "invalid_date"),
    ("R-20 month 13", f"]C1{KEY}17261301", "invalid_date"),
    ("R-20 7003 hour", "]C170032601012460", "invalid_time"),
    ("R-20 4326 has no day 00", "]C14326260200", "invalid_date"),
    ("GS1-17 digits wanted", "]C13712A", "invalid_character"),
]


@pytest.mark.parametrize(("text", "kind"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_r_02_to_r_20_refused(text, kind):
    assert kind_of(refused(text)) == kind


@pytest.mark.parametrize(
    ("text", "code", "ai", "position"),
    [
        (f"]C1{KEY}10A{GS}21B#C", "GS1_PARSE", "21", 23),
        (f"]C1{KEY}18260101", "GS1_UNKNOWN_AI", "18", 16),
        (f"10AB{GS}10AC", "GS1_CONFLICT", "10", 7),
        (f"]C1{KEY}17270229", "GS1_PARSE", "17", 18),
        ("(10)AB(21) A#", "GS1_PARSE", "21", 12),
    ],
)
def test_gs1_17_errors_name_identifier_and_position(text, code, ai, position):
    refusal = refused(text)
    assert (refusal.code, refusal.ai, refusal.position) == (code, ai, position)
    assert ai in refusal.text()


def test_scn_1_control_characters_in_plain_text():
    refusal = refused("AB\x07C")
    assert isinstance(refusal, ScanInvalid)
    assert (refusal.character, refusal.position) == ("U+0007", 3)


@pytest.mark.parametrize("text", ["AB\u200bC", "AB\u00a0C", "\ud800", "A\nB", "]C0A\x1dB"])
def test_scn_1_characters_that_nobody_sees(text):
    assert refused(text).code == "SCAN_INVALID"


def test_refusals_keep_their_types():
    assert isinstance(refused("]C110"), Gs1Parse)
    assert isinstance(refused(f"10AB{GS}10AC"), Gs1Conflict)
