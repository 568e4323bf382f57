"""GS1-2, GS1-3, GS1-7, GS1-10, GS1-16, D11: prefixes, separators, own identifiers; peers 18, 21 to 30, 33."""

from datetime import date
from decimal import Decimal

import pytest
from biip.gs1_application_identifiers import GS1ApplicationIdentifier

from shopfloor.scanning.errors import Gs1Conflict, Gs1Parse, Gs1UnknownIdentifier, ScanEmpty, ScanRefused
from shopfloor.scanning.gs1.identifiers import TABLE
from shopfloor.scanning.gs1.keyboard import layout_hint
from shopfloor.scanning.gs1.mapping import STANDARD, Field, field_of, kept_mapping, own_mapping
from shopfloor.scanning.gs1.numbers import UNITS
from shopfloor.scanning.gs1.profiles import DEFAULT, WEDGE, ScannerProfile
from shopfloor.scanning.gs1.read import element_text, plain_candidate, read
from shopfloor.scanning.gs1.spellings import GS1_CHARACTERS, can_stand_in_values, prefix_problem, replacement_problem
from shopfloor.scanning.scan import ScanKind, ScanSource

TODAY = date(2026, 11, 21)
GS = "\x1d"
GTIN = "09521234543213"
KEY = "01" + GTIN
VERIFIED = ScannerProfile(gs_verified=True)
OWN = ScannerProfile(gs_verified=True, own_identifiers=(("91", "BatchNumber"), ("92", "Item"), ("93", "Quantity"), ("94", "ExpiryDate")))


def scan(text, profile=VERIFIED, **options):
    return read(text, profile, as_of=TODAY, **options)


def refused(text, profile=VERIFIED, **options):
    with pytest.raises(ScanRefused) as caught:
        scan(text, profile, **options)
    return caught.value


# --- prefixes and separator -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["]C1", "]e0", "]d2", "]Q3", "]J1", "]", "FNC1", "*", "GS1:", "ä"])
@pytest.mark.parametrize("recognition", ["key_first", "prefix"])
def test_gs1_2_any_text_may_announce_gs1(prefix, recognition):
    """GS1-2: the usual symbology identifiers need no set-up; any other text does when it is configured. It is no part of the code."""
    profile = ScannerProfile(gs1_recognition=recognition, gs1_prefixes=(prefix,))
    found = scan(f"{prefix}10AB{GS}21X", profile) if prefix != "]" else scan(f"]d210AB{GS}21X", profile)
    assert (found.kind, found.bracketed()) == (ScanKind.GS1, "(10)AB(21)X")


def test_gs1_2_an_ordinary_code_128_is_no_gs1():
    """GS1-2: `]C0` is an ordinary Code 128, whatever it holds."""
    assert scan(f"]C0{KEY}").kind is ScanKind.PLAIN
    assert scan(f"]C0{KEY}").text == KEY


@pytest.mark.parametrize("replacement", ["~", "#", "<GS>", "§", "{FNC1}"])
def test_gs1_3_raw_code_29_and_the_replacement_are_both_taken(replacement):
    """GS1-3: a scanner may turn code 29 into another character; a mix of both in one code is read as well."""
    profile = ScannerProfile(separators=(*WEDGE.default_separators, replacement))
    texts = {f"]C110AB{one}21X{two}17261231" for one in (GS, replacement) for two in (GS, replacement)}
    assert {scan(text, profile).bracketed() for text in texts} == {"(10)AB(21)X(17)261231"}


def test_gs1_7_where_a_separator_must_and_may_stand():
    """GS1-7: needed after a variable element that is not the last; tolerated after a fixed one and at the end."""
    assert scan(f"]d2{KEY}10AB{GS}21X").bracketed() == f"(01){GTIN}(10)AB(21)X"
    assert scan(f"]d2{KEY}10AB21X").bracketed() == f"(01){GTIN}(10)AB21X", "without it a variable element runs on"
    assert scan(f"]d2{KEY}{GS}17261231{GS}10AB{GS}").bracketed() == f"(01){GTIN}(17)261231(10)AB"
    assert not scan(f"]d2{KEY}{GS}17261231{GS}10AB{GS}").warnings


def test_gs1_16_batch_and_serial_are_1_to_20_characters_with_case():
    """GS1-16: capital and small letters are different numbers; a replaced separator cannot be part of one."""
    assert scan(f"]d2{KEY}10Ab{GS}21aB").lot_no == "Ab"
    assert scan(f"]d2{KEY}10{'x' * 20}").lot_no == "x" * 20
    for length, kind in ((0, "ai_value_empty"), (21, "ai_value_too_long")):
        assert refused(f"]d2{KEY}10{'x' * length}{GS}21A").kind == kind
    assert scan(f"]d2{KEY}10A~21B").bracketed() == f"(01){GTIN}(10)A(21)B"
    assert refused(f"]d2{KEY}10A~B").kind == "unknown_ai"


@pytest.mark.parametrize(("spelling", "cuts"), [("", False), ("~", False), ("#", True), ("/", True), ("§", False), ("<GS>", True)])
def test_gs1_16_the_set_up_warns_of_a_replacement_that_numbers_may_hold(spelling, cuts):
    assert replacement_problem(spelling) == ""
    assert can_stand_in_values(spelling) is cuts


@pytest.mark.parametrize("spelling", ["0", "21", "A", "ABC", " ", "A B", "\x00", GS + "\x02", "x" * 9, "!" * 9])
def test_gs1_1_a_replacement_that_would_break_every_number_is_refused(spelling):
    assert replacement_problem(spelling)


@pytest.mark.parametrize(("prefix", "fits"), [
    ("", True), ("]C1", True), ("!!", True), ("GS1:", True), ("A0", True),
    ("0", False), ("01", False), ("٣", False), ("(", False), ("(01", False),
])
def test_gs1_2_a_prefix_that_codes_begin_with_by_themselves_is_refused(prefix, fits):
    """GS1-2, SCN-2: a prefix is cut off, so one that is digits or an opening bracket would cut every code without a prefix."""
    assert (prefix_problem(prefix) == "") is fits


# --- own identifiers ------------------------------------------------------------------------------------------------------


def test_gs1_10_the_default_mapping():
    """GS1-10: each field with its identifiers; 01 goes before 240, 37 before 30."""
    found = scan(f"]d2{KEY}10L{GS}21S{GS}17261231152612301126010100123456789012345675" + f"3103001250{GS}")
    assert (found.gtin, found.lot_no, found.serial_no, found.sscc) == (GTIN, "L", "S", "123456789012345675")
    assert (found.expiration_date, found.best_before, found.production_date) == (
        date(2026, 12, 31), date(2026, 12, 30), date(2026, 1, 1)
    )
    assert found.measure.quantity == Decimal("1.25")
    assert {ai for patterns in STANDARD.values() for ai in patterns if len(ai) < 4} <= set(TABLE)
    assert field_of("3103", ()) is Field.MEASURE
    assert field_of("8005", ()) is None


def test_gs1_9_d_11_own_identifiers_fill_fields_where_no_standard_one_does():
    found = scan(f"]d291LOT{GS}92WHEEL{GS}9312{GS}94261231", OWN)
    assert (found.lot_no, found.item_reference, found.quantity, found.expiration_date) == ("LOT", "WHEEL", 12, date(2026, 12, 31))
    both = scan(f"]d2{KEY}10L{GS}91OTHER{GS}92WHEEL{GS}17271231{GS}94261231", OWN)
    assert (both.lot_no, both.item_reference, both.gtin, both.expiration_date) == ("L", "", GTIN, date(2027, 12, 31))
    assert scan(f"]d2{KEY}91LOT").lot_no == "", "without a mapping they mean nothing here"


@pytest.mark.parametrize(
    ("text", "kind"),
    [("93x", "invalid_value"), ("93123456789", "invalid_value"), ("94991399", "invalid_date"), ("94261", "invalid_value"),
     ("91" + "x" * 51, "ai_value_too_long")],
)
def test_gs1_17_own_identifiers_must_be_what_their_field_is(text, kind):
    refusal = refused("]d2" + text, OWN)
    assert (refusal.code, refusal.kind, refusal.ai) == ("GS1_PARSE", kind, text[:2])


def test_gs1_9_what_is_kept_is_read_back():
    assert own_mapping(kept_mapping(OWN.own_identifiers)) == OWN.own_identifiers
    assert own_mapping("") == own_mapping("10=Item 91=Colour 91 x=y =") == ()


# --- failure stories ------------------------------------------------------------------------------------------------------


def through(text, scanner, host):
    """What arrives when a scanner types by one layout and its keys are read by another."""
    keys = {}
    for key, typed in WEDGE.layouts[scanner].items():
        for shift in (0, 1):
            if not key.startswith("Numpad"):
                keys.setdefault(typed[shift], (key, shift))
    return "".join(WEDGE.layouts[host][keys[one][0]][keys[one][1]] for one in text)


TYPED = (
    KEY, f"{KEY}10LQ7W", f'{KEY}10A"B', f"(01){GTIN}(10)AZ", f"https://example.com/01/{GTIN}/10/Ab", "CMD:PRODUCT", "BADGE:B-1",
)
GARBLED = [
    (text, scanner, host)
    for text in TYPED
    for layout in ("fr", "de", "gb")
    for scanner, host in ((layout, "us"), ("us", layout))
    if through(text, scanner, host) != text and not (text == f'{KEY}10A"B' and layout == "de")
]
"""German and British scanners type the same key for a quotation mark; the hint then names the first."""


@pytest.mark.parametrize(("text", "scanner", "host"), GARBLED)
def test_peers_18_a_garbled_code_names_the_layout(text, scanner, host):
    """Peers 18: whichever side has the other layout, the hint says which one and what the label says."""
    hint = layout_hint(through(text, scanner, host), DEFAULT, TODAY)
    assert hint is not None
    assert (hint.layout, hint.meant, hint.certain) == (scanner if host == "us" else host, text, True)


def test_peers_18_all_three_layouts_are_in_the_table():
    assert {scanner if host == "us" else host for _, scanner, host in GARBLED} == {"fr", "de", "gb"}


@pytest.mark.parametrize(
    "text", [KEY, f"{KEY}10AB-1", f"]d2{KEY}10A-B{GS}21X", "W-1", "BK-100/2", "LOT;7", "4006381333931", "CMD:PRODUCT", "", GS]
)
def test_peers_18_what_makes_sense_has_no_hint(text):
    assert layout_hint(text, DEFAULT, TODAY) is None


def test_peers_18_characters_alone_are_a_hint_and_no_proof():
    hint = layout_hint("Wß1", DEFAULT, TODAY)
    assert (hint.layout, hint.meant, hint.certain) == ("de", "W-1", False)
    assert layout_hint("轮-1", DEFAULT, TODAY) is None


@pytest.mark.parametrize("lead", ["", GS, "]C1", "]C1" + GS, "]d2" + GS + GS, "\r\n" + GS, GS + "]C1", GS + GS + "]d2" + GS])
def test_peers_21_a_leading_separator_changes_nothing(lead):
    """Peers 21: GS first, identifier first, both, none: one and the same reading."""
    found = scan(f"{lead}{KEY}10AB{GS}21X")
    assert found.bracketed() == f"(01){GTIN}(10)AB(21)X"
    assert found.raw == f"{lead}{KEY}10AB{GS}21X"
    assert [warning.kind for warning in found.warnings] == (["leading_separator"] if GS in lead else [])


def test_r_07_r_06_a_separator_before_the_identifier_hides_neither_carrier_nor_caps_lock():
    assert scan(f"{GS}]D2{KEY}10aB").lot_no == "Ab"
    assert (scan(f"{GS}]C0W-1").kind, scan(f"{GS}]C0W-1").text) == (ScanKind.PLAIN, "W-1")
    assert refused(f"{GS}]XX").kind == "unknown_symbology_identifier"


@pytest.mark.parametrize("text", [f"]C1{KEY}10AB{GS}21X", f"]d2{KEY}10AB", f"{KEY}10AB{GS}21X", "]C0W-1", "W-1"])
def test_peers_22_camera_and_wedge_read_alike(text):
    """Peers 22: the symbology identifier is never part of a value, whichever way it came."""
    wedge, camera = scan(text), scan(text, source=ScanSource.CAMERA)
    assert (wedge.kind, wedge.elements, wedge.symbology, wedge.text) == (camera.kind, camera.elements, camera.symbology, camera.text)
    assert not any("]" in element.value for element in wedge.elements)
    assert "]" not in wedge.text


@pytest.mark.parametrize("spelling", [*WEDGE.default_separators, *WEDGE.optional_separators])
def test_peers_23_every_spelling_of_the_separator(spelling):
    """Peers 23: `Alt029` and its like typed as text; the optional ones only where the company or the scanner check names them."""
    text = f"]C1{KEY}10AB{spelling}21X"
    profile = ScannerProfile(gs_verified=True, separators=(*WEDGE.default_separators, spelling))
    assert scan(text, profile).bracketed() == f"(01){GTIN}(10)AB(21)X"
    if spelling in WEDGE.default_separators:
        assert scan(text).bracketed() == f"(01){GTIN}(10)AB(21)X"


@pytest.mark.parametrize("character", sorted(GS1_CHARACTERS - {"#"}))
def test_peers_25_a_lot_holds_every_character_that_gs1_allows(character):
    """Peers 25: none of them separates; `#` is data where GS1 allows it."""
    lot = f"A{character}1"
    assert scan(f"]d2{KEY}10{lot}{GS}21{lot}").bracketed().count(lot.replace("(", "\\(")) == 2
    assert (scan(f"]d2{KEY}10{lot}").lot_no, scan(f"]d2{KEY}21{lot}").serial_no) == (lot, lot)
    assert plain_candidate(f"LOT{character}1", VERIFIED) == f"LOT{character}1"


def test_peers_25_a_hash_is_data():
    assert scan(f"]d28010ABC#1{GS}").value("8010") == "ABC#1"
    assert scan("LOT#7").text == "LOT#7"


EMPTY = ScannerProfile(separators=(), prefix="", suffix="", gs1_prefixes=("", ""), layout="", own_identifiers=own_mapping(""))


@pytest.mark.parametrize("text", [f"]d2{KEY}10AB{GS}21X", "W-1", "", GS, f"{KEY}10AB~21X"])
def test_peers_26_empty_settings_are_no_settings(text):
    """Peers 26: blank texts in the set-up change nothing and stop nothing."""
    if not text.strip(GS):
        assert refused(text, EMPTY).code == refused(text, DEFAULT).code == "SCAN_EMPTY"
    else:
        assert scan(text, EMPTY) == scan(text, DEFAULT)


@pytest.mark.parametrize(
    "more",
    ["11260101", f"240PART-1{GS}", f"91own{GS}", f"8005012345{GS}", f"3922012599{GS}", f"99{'x' * 90}{GS}", f"70032612311200{GS}"],
)
def test_peers_27_identifiers_that_nobody_needs_do_not_disturb(more):
    """Peers 27: every identifier of the table is understood, wanted or not."""
    found = scan(f"]d2{KEY}{more}10AB")
    assert (found.gtin, found.lot_no) == (GTIN, "AB")
    assert len(found.elements) == 3


def test_peers_27_an_unassigned_identifier_is_refused_or_skipped_as_the_company_says():
    """Peers 27, GS1-8: refused by name and place; skipped, the rest is used and a warning stays."""
    text = f"]d2{KEY}0512345{GS}10AB"
    refusal = refused(text)
    assert isinstance(refusal, Gs1UnknownIdentifier)
    assert (refusal.ai, refusal.position) == ("05", 16)
    skipping = ScannerProfile(gs_verified=True, unknown_ai="skip")
    assert scan(text, skipping).bracketed() == f"(01){GTIN}(10)AB"
    assert [warning.kind for warning in scan(text, skipping).warnings] == ["unknown_ai"]


def test_peers_28_a_swallowed_separator_is_asked_or_said_never_silent():
    """Peers 28: of a scanner that never proved its separators a lot with a date behind is asked; one reading is said to be inferred."""
    ambiguous = refused(f"]d2{KEY}10LOT717261231", DEFAULT)
    assert (ambiguous.kind, len(ambiguous.candidates) > 1) == ("ambiguous_separator", True)
    sure = scan(f"]d2{KEY}3711", DEFAULT)
    assert (sure.quantity, sure.warnings[0].kind) == (11, "ai_mutex"), "there is nothing to swallow"
    inferred = read(f"{KEY}10LOT717261231", DEFAULT, as_of=TODAY, template=("01", "10", "17"))
    assert (inferred.lot_no, inferred.warnings[0].kind) == ("LOT7", "separator_inferred")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"]d2{KEY}17261301", "invalid_date"), (f"]d2{KEY}17261232", "invalid_date"), (f"]d2{KEY}17270229", "invalid_date"),
        (f"]d2{KEY}10{GS}21A", "ai_value_empty"), (f"]d2{KEY}10", "ai_value_empty"), ("]d20109521234543214", "check_digit"),
        ("]d201095212345432", "ai_value_too_short"), (f"]d2{KEY}30X", "invalid_character"),
    ],
)
def test_peers_29_what_is_wrong_has_a_reason(text, kind):
    """Peers 29: month 13, day 32, empty lot, wrong check digit: a kind with its identifier."""
    refusal = refused(text)
    assert isinstance(refusal, Gs1Parse)
    assert (refusal.kind, bool(refusal.ai)) == (kind, True)


def test_peers_29_day_00_is_the_end_of_the_month():
    assert scan(f"]d2{KEY}17280200").expiration_date == date(2028, 2, 29)


def test_peers_29_a_contradiction_names_both_values():
    refusal = refused(f"]d2{KEY}10A{GS}10B")
    assert isinstance(refusal, Gs1Conflict)
    assert (refusal.first_value, refusal.second_value) == ("A", "B")


@pytest.mark.parametrize("white", [GS, "\x1c", "\x1e", "\x1f", "\x0b", "\x0c", "\x85", "\u2028"])
def test_peers_30_what_python_takes_for_a_blank_is_never_trimmed(white):
    """Peers 30: `strip`, `split` and `splitlines` would drop these; here each is a separator or refused by name."""
    if white == GS:
        assert scan(f"{KEY}10A{GS}").bracketed() == f"(01){GTIN}(10)A"
        assert scan(f"{GS}{KEY}{GS}10A{GS}21B{GS}").bracketed() == f"(01){GTIN}(10)A(21)B"
        with pytest.raises(ScanEmpty):
            scan(GS * 3)
        return
    assert refused(f"{KEY}10A{white}").kind == "invalid_character"
    assert refused(f"W-1{white}").code == "SCAN_INVALID"


def test_peers_33_measures_have_the_unit_that_the_standard_names():
    """Peers 33: yards are yards and feet are feet: each family against the words of the generated table."""
    words = {
        "kg": "kilograms", "m": "metres", "m2": "square metres", "l": "litres", "m3": "cubic metres", "lb": "pounds", "in": "inches",
        "ft": "feet", "yd": "yards",
        "in2": "square inches", "ft2": "square feet", "yd2": "square yards", "ozt": "troy ounces", "oz": "ounces",
        "qt": "quarts", "gal": "gallons", "in3": "cubic inches", "ft3": "cubic feet", "yd3": "cubic yards",
    }
    for family, unit in UNITS.items():
        for decimals in range(6):
            source = GS1ApplicationIdentifier.extract(f"{family}{decimals}")
            assert words[unit] in source.description.lower(), (family, unit, source.description)
            found = scan(f"]d2{KEY}{family}{decimals}000012").measure
            assert (found.unit, found.quantity) == (unit, Decimal(12).scaleb(-decimals))


@pytest.mark.parametrize("ai", sorted(TABLE))
def test_peers_33_every_identifier_is_the_one_of_the_dictionary(ai):
    """Peers 33: no row was typed by hand: title, description and length come from the dictionary."""
    source = GS1ApplicationIdentifier.extract(ai)
    assert (TABLE[ai].title, TABLE[ai].description) == (source.data_title, source.description)


def test_gs1_24_positions_count_in_the_element_text():
    assert element_text(f"]d2{KEY}10A{{GS}}21B") == f"{KEY}10A{GS}21B"
    assert element_text("*X*", ScannerProfile(prefix="*", suffix="*")) == "X"
    assert element_text("") == ""
