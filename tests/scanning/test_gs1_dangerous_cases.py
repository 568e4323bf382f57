"""What a bare parser gets dangerously wrong, run against ours, and the documented Dynamics example (A9, D10, GS1-13)."""

from datetime import date
from decimal import Decimal

import pytest
from biip.gs1_messages import GS1Message

from shopfloor.scanning.errors import ScanRefused
from shopfloor.scanning.gs1.check_digits import check_pair, gtin_14, gtin_check_digit, has_check_digit, with_check_digit
from shopfloor.scanning.gs1.profiles import ScannerProfile
from shopfloor.scanning.gs1.read import read
from shopfloor.scanning.scan import Command, ScanKind

TODAY = date(2026, 11, 20)
GS = "\x1d"
KEY = "0109521234543213"
WARN = ScannerProfile(check_digit="warn")


def scan(text, **options):
    return read(text, as_of=TODAY, **options)


REFUSED = [
    ("lot too long", f"{KEY}10ABCDEFGHIJKLMNOPQRST2142", "ai_value_too_long"),
    ("check digit of a GTIN", "0109521234543214", "check_digit"),
    ("check digit of a GTIN, plain carrier told GS1", "]d20109521234543214", "check_digit"),
    ("check digit of an SSCC", "]C100000000000000000001", "check_digit"),
    ("check digit of a GLN", "]C14149521234543214", "check_digit"),
    ("check digit of 8003", "]C1800301234567890129", "check_digit"),
    ("check digit of 8017", "]C18017952123454321312346", "check_digit"),
    ("check digit of 8018", "]C18018952123454321312346", "check_digit"),
    ("check digit of 253", "]C12539521234543214AB", "check_digit"),
    ("check digit of 255", "]C12559521234543214", "check_digit"),
    ("check digit of 402", "]C140295212345432131234", "check_digit"),
    ("character pair of 8013", "]C180131987654Ad4X4bL5ttr2310c2L", "check_digit"),
    ("IBAN of 8007", "]C18007DE89370400440532013001", "check_digit"),
    ("digits that are not ASCII", f"{KEY[:-1]}٣", "invalid_character"),
    ("same identifier, other value", f"10AB{GS}10AC", "repeated_ai_conflict"),
    ("day 00 in 8008", "]C1800826110014", "invalid_date"),
    ("range that ends before it begins", "]C17007261125261120", "invalid_value"),
    ("piece 3 of 2", "]C18006095212345432130302", "invalid_value"),
    ("bracket", "]", "unknown_symbology_identifier"),
    ("no such identifier", "]Y?", "unknown_symbology_identifier"),
]


@pytest.mark.parametrize(("text", "kind"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a9_dangerous_cases_are_refused(text, kind):
    with pytest.raises(ScanRefused) as caught:
        scan(text)
    assert caught.value.kind == kind


READ = [
    ("bracket inside a value", "(01)09521234543213(10)A(B)C", "(01)09521234543213(10)A\\(B)C"),
    ("Digital Link in a normal QR", "]Q1https://example.com/01/09521234543213", "(01)09521234543213"),
    ("GS1 DotCode", f"]J1{KEY}", "(01)09521234543213"),
    ("harvest range", "]C17007261120261125", "(7007)261120261125"),
    ("right GMN", "]C180131987654Ad4X4bL5ttr2310c2K", "(8013)1987654Ad4X4bL5ttr2310c2K"),
    ("right IBAN", "]C18007DE89370400440532013000", "(8007)DE89370400440532013000"),
    ("right GRAI", "]C1800309521234543213A1", "(8003)09521234543213A1"),
    ("time to the second", "]C18008261120235959", "(8008)261120235959"),
    ("temperature below zero", "]C14330000500-", "(4330)000500-"),
]


@pytest.mark.parametrize(("text", "bracketed"), [case[1:] for case in READ], ids=[case[0] for case in READ])
def test_a9_dangerous_cases_are_read(text, bracketed):
    assert scan(text).bracketed() == bracketed


@pytest.mark.parametrize("text", [f"]d1{KEY}10AB", "10D9T", "240115-003", "9521234543213"])
def test_a9_ordinary_codes_stay_ordinary(text):
    assert scan(text).kind is ScanKind.PLAIN


# --- the documented example -------------------------------------------------------------------------------------------------

EXAMPLE = "]C10100000012345678~3030~10b1~17220215"


def test_gs1_13_gs1_14_d10_the_documented_example_parses_under_warn():
    found = read(EXAMPLE, WARN, as_of=TODAY)
    assert [(element.ai, element.value) for element in found.elements] == [
        ("01", "00000012345678"),
        ("30", "30"),
        ("10", "b1"),
        ("17", "220215"),
    ]
    assert (found.gtin, found.quantity, found.lot_no, found.expiration_date) == ("00000012345678", Decimal(30), "b1", date(2022, 2, 15))
    assert "check_digit" in {one.kind for one in found.warnings}
    assert found.raw == EXAMPLE


def test_d10_the_documented_example_is_refused_by_default():
    with pytest.raises(ScanRefused) as caught:
        scan(EXAMPLE)
    assert (caught.value.code, caught.value.kind, caught.value.ai) == ("GS1_PARSE", "check_digit", "01")


def test_d10_warn_is_for_gtins_only():
    assert "check_digit" in {one.kind for one in read("]E09521234543214", WARN, as_of=TODAY).warnings}
    with pytest.raises(ScanRefused):
        read("]C100000000000000000001", WARN, as_of=TODAY)


# --- check digits for master data --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "digit"), [("0952123454321", "3"), ("952123454321", "3"), ("9501234", "6"), ("950110153100", "0"), ("00000000000000000", "0")]
)
def test_d10_gtin_check_digit(body, digit):
    assert gtin_check_digit(body) == digit
    assert with_check_digit(body) == body + digit
    assert has_check_digit(body + digit)
    assert not has_check_digit(body + str((int(digit) + 1) % 10))


@pytest.mark.parametrize("number", ["95012346", "9521234543213", "09521234543213"])
def test_scn_14_gtin_as_14_digits(number):
    assert gtin_14(number) == number.zfill(14)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("9521234543214", "check_digit"),
        ("952123", "ai_value_bad_length"),
        ("952123454321A", "invalid_character"),
        ("", "invalid_character"),
    ],
)
def test_d10_item_master_data_never_takes_a_wrong_gtin(number, kind):
    with pytest.raises(ScanRefused) as caught:
        gtin_14(number)
    assert caught.value.kind == kind


def test_global_model_number_pair():
    assert check_pair("1987654Ad4X4bL5ttr2310c") == "2K"


# --- biip as a second opinion ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        f"{KEY}10LOT/7-A{GS}21SN0001",
        f"{KEY}17271231310300125010A{GS}3012",
        f"000000000000000000000{KEY[1:]}"[:20] + f"{GS}{KEY}",
        f"02{KEY[2:]}3712{GS}10B",
        f"{KEY}240PART-1{GS}250SECOND{GS}21X",
        f"4149521234543213{GS}254EXT",
        f"8006{KEY[2:]}0102{GS}21S",
    ],
)
def test_a9_biip_agrees_on_good_messages(text):
    theirs = [(element.ai.ai, element.value) for element in GS1Message.parse(text).element_strings]
    ours = [(element.ai, element.value) for element in scan(f"]C1{text}").elements]
    assert ours == theirs


# --- plain codes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", list(Command))
@pytest.mark.parametrize("text", ["CMD:{}", "]C0CMD:{}", "]d1CMD:{}", "CMD:{}\r", " CMD:{} "])
def test_d6_command_codes(command, text):
    found = scan(text.format(command.value))
    assert (found.kind, found.command, found.text) == (ScanKind.COMMAND, command, command.value)


def test_unknown_commands_are_refused_and_never_a_number():
    with pytest.raises(ScanRefused) as caught:
        scan("CMD:EXPLODE")
    assert (caught.value.code, caught.value.command) == ("COMMAND_UNKNOWN", "EXPLODE")


def test_badges():
    found = scan("BADGE:1007")
    assert (found.kind, found.text) == (ScanKind.BADGE, "1007")
    with pytest.raises(ScanRefused) as caught:
        scan("BADGE: ")
    assert caught.value.code == "SCAN_EMPTY"
