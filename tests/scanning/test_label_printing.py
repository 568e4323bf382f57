"""R-25, IMG-13, D34, failure story 74: labels on whole dots, in four ways out, each read back."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from shopfloor.errors import Refusal
from shopfloor.scanning.errors import Gs1Parse, LabelUnreadable
from shopfloor.scanning.gs1.check_digits import SET_82
from shopfloor.scanning.gs1.read import read
from shopfloor.scanning.labels import draw_digital_link
from shopfloor.scanning.printing import pictures, sheets, zpl
from shopfloor.scanning.printing.errors import LabelMisleads, LabelTextUnprintable, LabelTooSmall
from shopfloor.scanning.printing.formats import BUILT_IN, GRIDS, RESOLUTIONS, LabelSymbol, Sheet
from shopfloor.scanning.printing.layout import MARGIN_MM, Label, lay_out
from shopfloor.scanning.printing.text import width_of

GTIN = "09521234543213"
TODAY = date(2026, 11, 21)
DOMAIN = "https://id.gs1.org"
PAIRS = (("01", GTIN), ("10", "LOT/7-A"), ("21", "SN_0001"))
LABEL = Label("SN_0001", PAIRS, "Battery pack 48V with a description that is too long for it", "PACK-48", "2027-01-31", "3 of 12")
WIDE = replace(BUILT_IN, code="WIDE", width_mm=Decimal(100), height_mm=Decimal(50))


def placed(label=LABEL, form=BUILT_IN):
    return lay_out(label, form, as_of=TODAY, domain=DOMAIN)


def texts(layout):
    return [line.text for line in layout.lines]


def scanned(image):
    """Symbology identifier and text of the only symbol in a picture."""
    (found,) = zxingcpp.read_barcodes(image.convert("L"), text_mode=zxingcpp.TextMode.Plain)
    return found.symbology_identifier, found.text


IDENTIFIERS = {
    LabelSymbol.GS1_DATAMATRIX: "]d2", LabelSymbol.GS1_128: "]C1", LabelSymbol.DIGITAL_LINK: "]Q1", LabelSymbol.CODE_128: "]C0",
}


@pytest.mark.parametrize("dpi", RESOLUTIONS)
@pytest.mark.parametrize("symbol", LabelSymbol)
def test_img_13_every_symbol_prints_on_whole_dots_and_reads_back_at_every_resolution(symbol, dpi):
    form = replace(WIDE, symbol=symbol, dpi=dpi)
    layout = placed(form=form)
    file = Image.open(BytesIO(pictures.png(layout)))
    assert file.size == (form.width, form.height)
    assert round(file.info["dpi"][0]) == dpi
    identifier, text = scanned(file)
    assert identifier == IDENTIFIERS[symbol]
    found = read(identifier + text, as_of=TODAY)
    if symbol is LabelSymbol.CODE_128:
        assert found.text == "SN_0001"
    else:
        assert (found.gtin, found.lot_no, found.serial_no) == (GTIN, "LOT/7-A", "SN_0001")
    assert layout.symbol_width % layout.module == 0
    assert layout.module == {203: 4, 300: 6, 600: 12}[dpi] // (2 if symbol.linear else 1)


def test_img_13_runs_of_bars_are_multiples_of_the_module():
    layout = placed(form=replace(WIDE, symbol=LabelSymbol.GS1_128))
    row = pictures.symbol_image(layout).crop((0, 0, layout.symbol_width, 1)).tobytes()
    bits = "".join(f"{byte:08b}" for byte in row)[: layout.symbol_width]
    assert {len(run.group()) % layout.module for run in re.finditer(r"0+|1+", bits)} == {0}


@pytest.mark.parametrize("dpi", RESOLUTIONS)
@pytest.mark.parametrize(("number", "symbol", "identifier"), [
    ("N" * 21, LabelSymbol.GS1_DATAMATRIX, "]d1"),
    ("N" * 21, LabelSymbol.GS1_128, "]d1"),
    ("N" * 50, LabelSymbol.CODE_128, "]d1"),
    ("N" * 50, LabelSymbol.DIGITAL_LINK, "]Q1"),
    ("Nr. 7", LabelSymbol.GS1_DATAMATRIX, "]d1"),
    ("A^B~C", LabelSymbol.GS1_128, "]C0"),
])
def test_d34_what_gs1_cannot_carry_is_plain_and_never_ai_10_or_21(number, symbol, identifier, dpi):
    label = replace(LABEL, number=number, pairs=(("01", GTIN), ("21", number)))
    layout = placed(label, replace(WIDE, symbol=symbol, dpi=dpi))
    assert scanned(pictures.image(layout)) == (identifier, number)
    assert number in "".join(texts(layout))


@pytest.mark.parametrize("dpi", RESOLUTIONS)
@pytest.mark.parametrize("letter", "WNMi0x")
@pytest.mark.parametrize("form", [BUILT_IN, WIDE, replace(WIDE, symbol=LabelSymbol.GS1_128)], ids=["small", "wide", "bars"])
def test_img_13_no_letter_is_cut_off_at_the_edge(form, letter, dpi):
    """Letters are drawn without grey, which makes some of them wider."""
    form = replace(form, dpi=dpi)
    for number in (letter * 50, letter * 20):
        layout = placed(Label(number, description=letter * 60), form)
        ink = pictures.image(layout).convert("L").point(lambda dot: 255 - dot).getbbox()
        assert form.width - ink[2] >= form.dots(MARGIN_MM) - 1, number


def test_goods_without_gtin_get_their_plain_number():
    assert scanned(pictures.image(placed(Label("PK-1")))) == ("]d1", "PK-1")


def test_r_25_a_wrong_label_is_refused_before_it_is_drawn():
    with pytest.raises(Gs1Parse) as caught:
        placed(replace(LABEL, pairs=(("01", "09521234543214"), ("21", "S"))))
    assert caught.value.kind == "check_digit"
    with pytest.raises(Gs1Parse):
        placed(replace(LABEL, pairs=(("01", GTIN), ("17", "261345"), ("10", "L"))))


@pytest.mark.parametrize("number", ["BADGE:B-ADMIN", "cmd:undo"])
def test_r_25_a_number_that_scans_as_a_badge_or_command_is_refused(number):
    with pytest.raises(LabelMisleads):
        placed(Label(number))


def test_r_25_a_number_that_scans_as_the_link_of_an_item_is_refused_and_another_web_address_is_a_number():
    """R-15: a Digital Link in a plain symbol is read as one, so goods with such a number would become those of its GTIN."""
    with pytest.raises(LabelMisleads):
        placed(Label(f"https://id.example.com/01/{GTIN}"))
    for number in ("https://a.de/A(1)", "http://a", "N://"):
        for symbol in (LabelSymbol.DIGITAL_LINK, LabelSymbol.CODE_128):
            layout = placed(Label(number), replace(WIDE, symbol=symbol))
            assert scanned(pictures.image(layout)) == (IDENTIFIERS[symbol], number)
            assert number in "".join(texts(layout))
            assert zpl.zpl([layout], commands=True)


def test_r_25_a_damaged_picture_is_refused():
    layout = placed()
    rows = layout.picture.modules
    broken = replace(layout.picture, modules=tuple("0" * len(row) if 6 < place < 22 else row for place, row in enumerate(rows)))
    with pytest.raises(LabelUnreadable):
        pictures.png(replace(layout, picture=broken))
    with pytest.raises(LabelUnreadable):
        zpl.zpl([replace(layout, picture=broken)], commands=True)


def test_r_15_a_digital_link_is_read_strictly_before_it_is_drawn():
    pairs = (("21", "A/B%"), ("01", GTIN), ("17", "271231"))
    picture = draw_digital_link(*pairs, as_of=TODAY, domain="https://example.com/p")
    assert picture.text == f"https://example.com/p/01/{GTIN}/21/A%2FB%25?17=271231"
    assert read(picture.text, as_of=TODAY).serial_no == "A/B%"
    with pytest.raises(Refusal):
        draw_digital_link(("01", GTIN), as_of=TODAY, domain="no address")


# --- text


def test_peers_74_the_sequence_number_is_never_squeezed_out():
    """Failure story 74: labels out of order or blank are seen, because each says its place."""
    for size in ("25", "30", "50"):
        small = replace(BUILT_IN, width_mm=Decimal(size), height_mm=Decimal(25), code="SMALL")
        assert texts(placed(form=small))[-1] == "3 of 12"


def test_the_number_is_printed_whole_and_the_description_is_cut():
    layout = placed()
    assert "".join(texts(layout)[2:4]) == layout.picture.human_readable
    assert texts(layout)[0].endswith("…")
    for line in layout.lines:
        assert line.x + width_of(line.text, line.size) <= layout.format.width
        assert line.y + line.size <= layout.format.height
        assert not (line.x < layout.x + layout.symbol_width and layout.y <= line.y < layout.y + layout.symbol_height)


def test_a_label_that_is_too_small_says_what_it_needs():
    with pytest.raises(LabelTooSmall) as caught:
        placed(form=replace(BUILT_IN, symbol=LabelSymbol.GS1_128, code="NARROW"))
    assert caught.value.text() == (
        "The label of (01)09521234543213(10)LOT/7-A(21)SN_0001 needs 88.1 × 12.6 mm, and format NARROW has 50 × 25 mm."
        " Choose a larger format or another symbol."
    )


def test_letters_that_the_font_lacks_are_refused_in_numbers_and_replaced_in_words():
    assert texts(placed(replace(LABEL, description="Größe 电池")))[0] == "Größe ??"
    with pytest.raises(LabelTextUnprintable):
        placed(Label("批次7"))


# --- SVG, PDF


def test_an_svg_holds_no_markup_of_its_text():
    drawing = pictures.svg(placed(replace(LABEL, description='<b>&"x"')))
    assert "<b>" not in drawing
    assert "&lt;b&gt;&amp;&quot;x&quot;" in drawing
    assert "style=" not in drawing


@pytest.mark.parametrize("sheet", GRIDS)
def test_a_sheet_holds_its_grid_inside_its_page(sheet):
    grid = GRIDS[sheet]
    left, top = grid.place(grid.count - 1)
    assert left + grid.width <= grid.page_width
    assert top + grid.height <= grid.page_height
    size = f"{grid.columns} × {grid.rows} of {grid.width} × {grid.height} mm"
    assert size in sheet.value


def test_a_sheet_starts_at_the_first_free_label_and_a_roll_has_one_a_page():
    layouts = [placed(form=replace(BUILT_IN, sheet=Sheet.A4_3X8))] * 30
    assert page_count(sheets.pdf(layouts)) == sheets.pages(30, layouts[0].format) == 2
    assert page_count(sheets.pdf(layouts, first_cell=20)) == sheets.pages(30, layouts[0].format, 20) == 3
    assert page_count(sheets.pdf([placed()] * 3)) == 3
    assert sheets.pdf(layouts) == sheets.pdf(layouts)
    with pytest.raises(LabelTooSmall):
        sheets.pdf([placed(form=replace(WIDE, sheet=Sheet.A4_3X8))])


def page_count(content):
    return len(re.findall(rb"/Type /Page\b(?!s)", content))


def test_img_13_the_symbol_of_a_pdf_has_its_exact_size():
    """The marks of the page are rectangles in dots of the label, scaled by 72/dpi; painted again, they read back."""
    layout = placed()
    content = sheets.pdf([layout])
    parts = re.findall(rb"/ASCII85Decode[^>]*>>\s*stream\r?\n(.*?)~>", content, re.DOTALL)
    streams = [zlib.decompress(base64.a85decode(part, adobe=False)) for part in parts]
    drawing = next(text for text in streams if b" re" in text).decode("latin-1")
    page = Image.new("1", (layout.format.width, layout.format.height), 1)
    for x, y, width, height in re.findall(r"([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re", drawing):
        box = [int(float(value)) for value in (x, y, width, height)]
        page.paste(0, (box[0], box[1], box[0] + box[2], box[1] + box[3]))
    assert scanned(page) == ("]d2", layout.picture.text)
    assert ".35468" in drawing  # 72 / 203


# --- ZPL


def painted(text):
    """What a printer makes of the pictures of one label: dots at their places."""
    width, height = (int(re.search(rf"\^{name}(\d+)", text)[1]) for name in ("PW", "LL"))
    page = Image.new("L", (width, height), 255)
    for x, y, total, used, row, packed, crc in re.findall(r"\^FO(\d+),(\d+)\^GFA,(\d+),(\d+),(\d+),:Z64:([^:]+):([0-9A-F]{4})\^FS", text):
        assert int(crc, 16) == binascii.crc_hqx(packed.encode(), 0)
        data = zlib.decompress(base64.b64decode(packed))
        assert len(data) == int(total) == int(used)
        rows = len(data) // int(row)
        dots = Image.frombytes("1", (int(row) * 8, rows), data)
        page.paste(0, (int(x), int(y)), dots.convert("L"))
    return page


@pytest.mark.parametrize("dpi", RESOLUTIONS)
@pytest.mark.parametrize("symbol", LabelSymbol)
def test_r_25_the_picture_in_zpl_reads_back(symbol, dpi):
    layout = placed(form=replace(WIDE, symbol=symbol, dpi=dpi))
    assert scanned(painted(zpl.zpl([layout]))) == (IDENTIFIERS[symbol], layout.picture.text)


@pytest.mark.parametrize(("symbol", "pairs", "number", "command"), [
    (LabelSymbol.GS1_DATAMATRIX, PAIRS, "", "^BXN,4,200,,,,_^FH\\^FD_1010952123454321310LOT/7-A_121SN__0001^FS"),
    (LabelSymbol.GS1_DATAMATRIX, (("01", GTIN), ("21", 'A"B&C')), "", "^BXN,4,200,,,,_^FH\\^FD_1010952123454321321A\\22B\\26C^FS"),
    (LabelSymbol.GS1_DATAMATRIX, (), "A_^~\\B", "^BXN,4,200,,,,_^FH\\^FDA__\\5E\\7E\\5CB^FS"),
    (LabelSymbol.GS1_128, PAIRS, "", "N,N,N,D^FH\\^FD(01)09521234543213(10)LOT/7-A>8(21)SN\\5F0001^FS"),
    (LabelSymbol.GS1_128, (("01", GTIN), ("17", "271231"), ("21", "S1")), "", "N,N,N,D^FH\\^FD(01)09521234543213(17)271231(21)S1^FS"),
    (LabelSymbol.GS1_128, (("01", GTIN), ("21", "A(B)C")), "", "^GFA,"),
    (LabelSymbol.GS1_128, (("01", GTIN), ("21", "A>B")), "", "^GFA,"),
    (LabelSymbol.CODE_128, (), "SN_1", "N,N,N,A^FH\\^FDSN\\5F1^FS"),
    (LabelSymbol.CODE_128, (), "A^B", "^GFA,"),
    (LabelSymbol.GS1_DATAMATRIX, (), "Größe7", "^GFA,"),
    (LabelSymbol.DIGITAL_LINK, PAIRS, "", "^GFA,"),
])
def test_zpl_symbols_as_commands_where_they_are_certain_else_as_a_picture(symbol, pairs, number, command):
    layout = placed(Label(number or "SN", pairs), replace(WIDE, symbol=symbol))
    text = zpl.zpl([layout], commands=True)
    assert command in text
    assert ("^GFA" in text) == (command == "^GFA,")


@settings(max_examples=100, deadline=None)
@given(words=st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=40))
def test_no_description_injects_a_command_into_zpl(words):
    layout = placed(replace(LABEL, description="^XZ~JA^FS" + words, item="\\5E_7E^FD"), WIDE)
    text = zpl.zpl([layout], commands=True)
    assert text.isascii()
    assert "~" not in text
    assert set(re.findall(r"\^([A-Z]\w)", text)) <= {"XA", "CI", "LH", "PW", "LL", "FO", "BX", "PQ", "FH", "FD", "FS", "A0", "XZ"}
    assert text.count("^FD") == text.count("^FS") == text.count("^FO")
    assert (text.count("^XA"), text.count("^XZ")) == (1, 1)


@settings(max_examples=60, deadline=None)
@given(lot_no=st.text(SET_82, min_size=1, max_size=20), serial_no=st.text(SET_82, min_size=1, max_size=20))
def test_r_25_every_gs1_number_survives_the_picture_and_the_command(lot_no, serial_no):
    layout = placed(Label(serial_no, (("01", GTIN), ("10", lot_no), ("21", serial_no))), WIDE)
    assert scanned(painted(zpl.zpl([layout]))) == ("]d2", layout.picture.text)
    sent = re.search(r"_\^FH\\\^FD(.*?)\^FS", zpl.zpl([layout], commands=True))[1]
    meant = re.sub(r"\\([0-9A-F]{2})", lambda code: chr(int(code[1], 16)), sent)
    assert meant.replace("__", "\0").replace("_1", "\x1d").replace("\0", "_") == "\x1d" + layout.picture.text
