"""R-15 and R-16: GS1 Digital Links."""

from datetime import date

import pytest

from shopfloor.scanning.errors import ScanRefused
from shopfloor.scanning.gs1.profiles import ScannerProfile
from shopfloor.scanning.gs1.read import read
from shopfloor.scanning.scan import ScanKind

TODAY = date(2026, 11, 20)
GTIN = "09521234543213"
SITE = "https://example.com"


def scan(text, **options):
    return read(text, as_of=TODAY, **options)


@pytest.mark.parametrize(
    ("text", "bracketed"),
    [
        (f"{SITE}/some/01/{GTIN}/21/A%2FB?17=261231&linkType=x", f"(01){GTIN}(21)A/B(17)261231"),
        (f"{SITE}/01/{GTIN}/22/V/10/L/21/S", f"(01){GTIN}(22)V(10)L(21)S"),
        (f"{SITE}/01/{GTIN}/10/L", f"(01){GTIN}(10)L"),
        (f"{SITE}/01/{GTIN}/235/TPX", f"(01){GTIN}(235)TPX"),
        (f"HTTPS://EXAMPLE.COM/01/{GTIN}", f"(01){GTIN}"),
        (f"http://example.com:8080/a/b/c/01/{GTIN}#part", f"(01){GTIN}"),
        (f"{SITE}/414/9521234543213/254/X", "(414)9521234543213(254)X"),
        (f"{SITE}/8010/ABC/8011/7", "(8010)ABC(8011)7"),
        (f"{SITE}/00/000000000000000000", "(00)000000000000000000"),
        (f"{SITE}/01/{GTIN}?3103=001250&15=261231", f"(01){GTIN}(3103)001250(15)261231"),
        (f"{SITE}/01/00000095012346/01/{GTIN}", f"(01){GTIN}"),
        (f"{SITE}/01/{GTIN}?20261121&17=261231&5", f"(01){GTIN}(17)261231"),
        (f"{SITE}/01/{GTIN}/10/A+B", f"(01){GTIN}(10)A+B"),
        (f"{SITE}/01/{GTIN}/10/A%28B", f"(01){GTIN}(10)A\\(B"),
    ],
)
def test_r_15_digital_links(text, bracketed):
    found = scan(text)
    assert (found.kind, found.bracketed()) == (ScanKind.DIGITAL_LINK, bracketed)
    assert found.raw == text


@pytest.mark.parametrize("aim", ["]Q1", "]d1", "]Q3", "]d2"])
def test_r_15_whatever_the_carrier(aim):
    assert scan(f"{aim}{SITE}/01/{GTIN}").gtin == GTIN


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"{SITE}/01/{GTIN}/21/S/10/AB", "dl_sequence"),
        (f"{SITE}/01/{GTIN}?10=AB", "dl_sequence"),
        (f"{SITE}/01/{GTIN}?00=000000000000000000", "dl_sequence"),
        (f"{SITE}/01/{GTIN}/17/261231", "dl_sequence"),
        (f"{SITE}/01/{GTIN}?8110=1", "dl_sequence"),
        (f"{SITE}/01/{GTIN}/10", "dl_malformed"),
        (f"{SITE}/01/{GTIN}/foo/bar", "dl_malformed"),
        (f"{SITE}/01/{GTIN}?17=261231&17=261231", "dl_malformed"),
        (f"{SITE}/01/{GTIN}/10/A%2", "dl_malformed"),
        (f"{SITE}/01/{GTIN}/10/A%ZZ", "dl_malformed"),
        (f"]Q3{SITE}/shop", "dl_malformed"),
        (f"{SITE}/01/{GTIN}/10/", "ai_value_empty"),
        (f"{SITE}/01/{GTIN}/10/A%00", "invalid_character"),
        (f"{SITE}/01/{GTIN}/10/A%C3%A4", "invalid_character"),
        (f"{SITE}/01/{GTIN}?90=A+B", "invalid_character"),
        (f"{SITE}/01/{GTIN}?18=1", "unknown_ai"),
        (f"{SITE}/01/09521234543214", "check_digit"),
        (f"{SITE}/01/952123", "ai_value_too_short"),
    ],
)
def test_r_15_refused(text, kind):
    with pytest.raises(ScanRefused) as caught:
        scan(text)
    assert caught.value.kind == kind


@pytest.mark.parametrize("short", ["95012346", "952123454320", "9521234543213"])
def test_r_16_a_short_gtin_is_padded_and_that_is_said(short):
    short = short if short != "952123454320" else "614141123452"
    found = scan(f"{SITE}/01/{short}")
    assert (found.gtin, "gtin_zero_padded" in {one.kind for one in found.warnings}) == (short.rjust(14, "0"), True)
    with pytest.raises(ScanRefused) as caught:
        read(f"{SITE}/01/{short}", ScannerProfile(strict=True), as_of=TODAY)
    assert caught.value.kind == "ai_value_too_short"


@pytest.mark.parametrize("text", [f"{SITE}/manual", "https://", "http://x", f"{SITE}/a/01"])
def test_r_15_other_web_addresses_are_plain(text):
    assert scan(text).kind is ScanKind.PLAIN
