"""R-25: labels are drawn only if they read back as what was meant."""

import re
from datetime import date

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from shopfloor.errors import Refusal
from shopfloor.scanning import labels
from shopfloor.scanning.errors import LabelUnreadable
from shopfloor.scanning.gs1.check_digits import SET_82
from shopfloor.scanning.gs1.read import read
from shopfloor.scanning.labels import Symbol, draw_gs1, draw_plain, element_string, gs1_elements
from shopfloor.scanning.plain import command_text
from shopfloor.scanning.scan import Command, ScanSource

TODAY = date(2026, 11, 20)
GS = "\x1d"
GTIN = "09521234543213"


def from_svg(picture, dots=4):
    """Paint the SVG's rectangles by hand: what is read here is the SVG text, not our module table."""
    width, height = (float(figure) for figure in re.search(r'viewBox="0 0 (\S+) (\S+)"', picture.svg).groups())
    image = Image.new("L", (round(width * dots), round(height * dots)), 255)
    for x, y, w, h in re.findall(r"M(\d+) (\d+)h(\d+)v([\d.]+)", picture.svg):
        left, top = int(x) * dots, int(y) * dots
        image.paste(0, (left, top, left + int(w) * dots, top + round(float(h) * dots)))
    return image


def camera(image):
    (found,) = zxingcpp.read_barcodes(image, text_mode=zxingcpp.TextMode.Plain)
    return found.symbology_identifier, found.bytes.decode()


@pytest.mark.parametrize(("symbol", "aim"), [(Symbol.GS1_DATAMATRIX, "]d2"), (Symbol.GS1_128, "]C1")])
@pytest.mark.parametrize(
    "pairs",
    [
        [("01", GTIN), ("10", "LOT/7-A"), ("21", "SN0001")],
        [("01", GTIN), ("21", "MD-2041")],
        [("01", GTIN), ("10", "A(21)C"), ("21", "x")],
        [("01", GTIN), ("10", "LOT7"), ("17", "271231"), ("3103", "001250")],
        [("00", "000000000000000000")],
    ],
)
def test_r_25_svg_image_and_scan_agree(symbol, aim, pairs):
    picture = draw_gs1(*pairs, as_of=TODAY, symbol=symbol)
    for image in (from_svg(picture), picture.image()):
        assert camera(image) == (aim, picture.text)
    found = read(aim + picture.text, as_of=TODAY, source=ScanSource.CAMERA)
    assert sorted((element.ai, element.value) for element in found.elements) == sorted(pairs)
    assert found.warnings == ()
    assert found.bracketed() == picture.human_readable


def test_r_25_fixed_lengths_first_and_gs_only_where_needed():
    elements = gs1_elements(("21", "S"), ("10", "L"), ("01", GTIN), ("17", "271231"), as_of=TODAY)
    assert element_string(elements) == f"01{GTIN}1727123121S{GS}10L"


@pytest.mark.parametrize(
    ("pairs", "kind"),
    [
        ([("01", "09521234543214")], "check_digit"),
        ([("01", GTIN), ("10", "A#B")], "invalid_character"),
        ([("01", GTIN), ("17", "261331")], "invalid_date"),
        ([("10", "LOT")], "ai_requisite"),
        ([("01", GTIN), ("10", "A" * 21)], "ai_value_too_long"),
        ([("01", GTIN), ("37", "5")], "ai_mutex"),
    ],
)
def test_r_25_wrong_elements_are_never_drawn(pairs, kind):
    with pytest.raises(Refusal) as caught:
        draw_gs1(*pairs, as_of=TODAY)
    assert caught.value.kind == kind


def test_d34_a_number_of_more_than_20_characters_prints_plain():
    long_number = "SN-" + "0123456789" * 4
    for symbol, aim in ((Symbol.DATAMATRIX, "]d1"), (Symbol.QR, "]Q1"), (Symbol.CODE_128, "]C0")):
        assert camera(from_svg(draw_plain(long_number, symbol))) == (aim, long_number)


@pytest.mark.parametrize("command", list(Command))
def test_command_cards_read_back(command):
    aim, text = camera(from_svg(draw_plain(command_text(command))))
    assert read(aim + text, as_of=TODAY).command is command


@pytest.mark.parametrize("text", ["PK-000123", "12345678", "123", "A", "ab 12", "BADGE:7", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"])
def test_a11_plain_code_128(text):
    assert camera(from_svg(draw_plain(text))) == ("]C0", text)


@pytest.mark.parametrize(
    ("text", "code"), [("", "SCAN_EMPTY"), ("x" * 51, "SCAN_TOO_LONG"), ("A\x1dB", "SCAN_INVALID"), ("ä", "LABEL_UNREADABLE")]
)
def test_plain_labels_that_cannot_be(text, code):
    with pytest.raises(Refusal) as caught:
        draw_plain(text)
    assert caught.value.code == code


@pytest.mark.parametrize("symbol", [Symbol.DATAMATRIX, Symbol.QR])
def test_other_scripts_as_matrix(symbol):
    assert draw_plain("Größe 5 日本", symbol).text == "Größe 5 日本"


def test_r_25_a_picture_that_reads_back_as_something_else_is_refused():
    good = draw_plain("PK-000123")
    for broken in (
        labels.Picture(good.symbol, "PK-000124", "PK-000124", good.modules, good.module_mm, good.height_mm),
        labels.Picture(Symbol.GS1_128, good.text, good.text, good.modules, good.module_mm, good.height_mm),
        labels.Picture(good.symbol, good.text, good.text, ("0" * 100,), good.module_mm, good.height_mm),
    ):
        with pytest.raises(LabelUnreadable):
            labels.verify(broken)


def test_svg_text_is_safe_inside_a_page():
    picture = draw_plain('<b>"&')
    assert 'aria-label="&lt;b>&quot;&amp;"' in picture.svg
    assert "<!DOCTYPE" not in picture.svg


@settings(max_examples=60, deadline=None)
@given(lot_no=st.text(SET_82, min_size=1, max_size=20), serial_no=st.text(SET_82, min_size=1, max_size=20))
def test_r_25_every_lot_and_serial_survives(lot_no, serial_no):
    picture = draw_gs1(("01", GTIN), ("10", lot_no), ("21", serial_no), as_of=TODAY)
    found = read("]d2" + picture.text, as_of=TODAY)
    assert (found.lot_no, found.serial_no) == (lot_no, serial_no)
