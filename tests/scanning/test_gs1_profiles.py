"""R-03 to R-06, R-11, R-13, D11: what the scanner's profile changes, and the rules of pairs."""

from datetime import date

import pytest

from shopfloor.scanning.errors import Gs1UnknownIdentifier, ScanEmpty, ScanRefused, ScanTooLong
from shopfloor.scanning.gs1.profiles import DEFAULT, ScannerProfile
from shopfloor.scanning.gs1.read import plain_candidate, read
from shopfloor.scanning.gs1.transport import join_split_scan, without_key_damage
from shopfloor.scanning.scan import ScanKind, ScanSource

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


def test_r_03_prefix_and_suffix_of_the_profile():
    framed = ScannerProfile(prefix="*", suffix="$")
    assert scan(f"*{KEY}$\r", framed).gtin == GTIN
    assert scan(" *A", framed).text == "*A", "blanks are not part of the frame"


@pytest.mark.parametrize(("separator", "kind"), [("#", "gs1"), ("/", "gs1"), ("<GS>", "gs1"), ("Alt029", "gs1")])
def test_r_04_spellings_only_if_the_profile_names_them(separator, kind):
    text = f"]C110AB{separator}21X"
    named = ScannerProfile(separators=(GS, separator))
    assert scan(text, named).bracketed() == "(10)AB(21)X"
    default = scan(text) if separator != "#" else None
    assert default is None or default.lot_no == f"AB{separator}21X"


def test_r_04_longest_spelling_first():
    profile = ScannerProfile(separators=("^", "^]"))
    assert scan("]C110A^]21B", profile).bracketed() == "(10)A(21)B"


@pytest.mark.parametrize("source", [ScanSource.SERIAL, ScanSource.CAMERA])
def test_r_04_devices_that_deliver_bytes_are_believed_only_a_real_gs(source):
    assert scan(f"]C110A{GS}21B", source=source).serial_no == "B"
    assert kind_of(refused("]C110A~21B", source=source)) == "invalid_character"


def test_r_04_never_inside_a_web_address():
    assert scan(f"https://example.com/01/{GTIN}/10/A?note=a|b~c").lot_no == "A"


@pytest.mark.parametrize("aim", ["]D2", "]c1", "]q3", "]j1"])
def test_r_06_caps_lock_is_seen_in_the_identifier(aim):
    found = scan(f"{aim}{KEY}10aB")
    assert (found.lot_no, "caps_inverted" in {one.kind for one in found.warnings}) == ("Ab", True)


def test_r_06_caps_lock_with_plain_carriers_and_databar():
    assert scan("]c0pk-1").text == "PK-1"
    assert scan(f"]e0{KEY}").symbology == "]e0"
    assert scan("pk-1").text == "pk-1"
    assert scan("pk-1", ScannerProfile(caps=True)).text == "PK-1"


@pytest.mark.parametrize(
    ("layout", "typed", "meant"),
    [
        ("fr", 'à&àç(é&é"\'(\'"é&"&àLAèZ', f"{KEY}10LQ7W"),
        ("fr", "$C&à&ç(QAW)!", "]C10195AQZ-/"),
        ("de", "+C10195AQYß-", "]C10195AQZ-/"),
        ("gb", '"@#~', '@"\\|'),
    ],
)
def test_r_06_layout_maps(layout, typed, meant):
    assert without_key_damage(typed, ScannerProfile(layout=layout), ScanSource.WEDGE) == (meant, False)
    assert without_key_damage(typed, ScannerProfile(layout=layout), ScanSource.SERIAL) == (typed, False)


def test_r_06_a_scan_through_the_french_layout():
    assert scan('à&àç(é&é"\'(\'"é&"&àLAèZ', ScannerProfile(layout="fr")).bracketed() == f"(01){GTIN}(10)LQ7W"


def test_r_06_without_the_layout_it_is_plain():
    assert scan('à&àç(é&é"\'(\'"é&"&àLAèZ').kind is ScanKind.PLAIN


@pytest.mark.parametrize(
    ("recognition", "text", "kind"),
    [
        ("prefix", KEY, "plain"),
        ("prefix", f"]C1{KEY}", "gs1"),
        ("prefix", f"GS1:{KEY}", "gs1"),
        ("prefix", f"(01){GTIN}", "gs1"),
        ("prefix", f"{GS}{KEY}", "gs1"),
        ("always", "10D9T", "gs1"),
        ("always", "CMD:NEXT", "command"),
        ("never", KEY, "plain"),
        ("never", f"(01){GTIN}", "plain"),
        ("never", f"]C1{KEY}", "gs1"),
        ("key_first", KEY, "gs1"),
    ],
)
def test_d11_r_11_when_is_a_scan_gs1(recognition, text, kind):
    assert scan(text, ScannerProfile(gs1_recognition=recognition, gs1_prefixes=("GS1:",))).kind == kind


def test_r_14_always_needs_right_brackets():
    assert kind_of(refused("(abc)", ScannerProfile(gs1_recognition="always"))) == "malformed_brackets"


def test_d11_a_known_number_wins_over_what_it_looks_like():
    assert plain_candidate("0109521234543214") == "0109521234543214", "although it fails as GS1"
    assert plain_candidate(" 10LOT~21S1 ") == "10LOT~21S1"
    for text in (f"]C1{KEY}", "CMD:NEXT", "BADGE:7", f"10A{GS}21B", "", "x" * 51, "]", "\ud800"):
        assert plain_candidate(text) == ""


def test_r_05_an_enter_that_splits_a_scan():
    split = ScannerProfile(fnc1_is_enter=True)
    assert join_split_scan(f"]C1{KEY}10AB\r", "21S1\r", split) == f"]C1{KEY}10AB{GS}21S1"
    assert join_split_scan(f"]C1{KEY}10AB", "21S1", DEFAULT) is None
    assert join_split_scan(f"]C1{KEY}17271231", "PK-1", split) is None, "a fixed field needs no separator"
    assert join_split_scan("PK-1", "PK-2", split) is None
    assert join_split_scan("]XX", "21S", split) is None


# --- unknown identifiers, check digits, pairs -------------------------------------------------------------------------------


def test_d11_gs1_8_unknown_identifier_skipped():
    skip = ScannerProfile(unknown_ai="skip")
    found = scan(f"]C1{KEY}18260101{GS}10AB", skip)
    assert (found.bracketed(), "unknown_ai" in {one.kind for one in found.warnings}) == (f"(01){GTIN}(10)AB", True)
    assert scan(f"{KEY}18260101{GS}10AB", skip).lot_no == "AB", "a real GS is enough"
    assert isinstance(refused(f"{KEY}18260101", skip), Gs1UnknownIdentifier)
    assert isinstance(refused(f"{KEY}18260101~10AB", skip), Gs1UnknownIdentifier)
    assert isinstance(refused(f"]C1{KEY}18260101{GS}10AB"), Gs1UnknownIdentifier)


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (f"(01){GTIN}(37)12", "ai_mutex"),
        (f"(01){GTIN}(02){GTIN}(37)1", "ai_mutex"),
        (f"(01){GTIN}(3103)001250(3102)000125", "ai_mutex"),
        ("(21)S", "ai_requisite"),
        ("(8030)abc", "digsig_serial"),
    ],
)
def test_r_13_pairs_warn_and_refuse_under_a_strict_profile(text, warning):
    assert warning in {one.kind for one in scan(text).warnings}
    assert kind_of(refused(text, ScannerProfile(strict=True))) in {warning, "ai_requisite", "ai_mutex"}


def test_r_13_a_complete_label_has_no_warnings():
    assert scan(f"(01){GTIN}(17)271231(10)A(21)B(30)5").warnings == ()
