"""The barcode sheet: every symbol reads back as the text that is printed under it, and everything of the tour is on it."""

from __future__ import annotations

import re
from contextlib import contextmanager
from html.parser import HTMLParser

import pytest
import zxingcpp
from PIL import Image
from sqlalchemy.orm import Session

from shopfloor.app import create_app
from shopfloor.demo import names, tour
from shopfloor.genealogy.sheet_queries import following
from shopfloor.people.commands import set_setting
from shopfloor.people.inputs import SettingValue
from shopfloor.scanning.labels import Symbol
from shopfloor.scanning.scan import Command
from shopfloor.web.extensions import db, request_session
from shopfloor.web.production.barcode_sheet import barcode_sheet
from tests.conftest import runner
from tests.databases import settings_for

RECTANGLE = re.compile(r"M(\d+) (\d+)h(\d+)v([0-9.]+)h-\d+z")
DOTS = 4


@contextmanager
def client_of(engine, folder):
    app = create_app(settings_for(engine.url.render_as_string(hide_password=False), folder))
    yield app.test_client()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def client(plant_engine, tmp_path):
    with client_of(plant_engine, tmp_path) as made:
        yield made


def sheet_of(client, **query):
    with client.application.test_request_context("/barcode-sheet"):
        return barcode_sheet(request_session(), query.pop("order", ""), demo=True, **query)


def drawn(svg):
    """The picture, drawn again from the rectangles of the SVG, as a printer would."""
    width, height = (round(float(part)) for part in re.search(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)"', svg).groups())
    image = Image.new("L", (width * DOTS, height * DOTS), 255)
    for x, y, across, down in RECTANGLE.findall(svg):
        box = (int(x) * DOTS, int(y) * DOTS, (int(x) + int(across)) * DOTS, (int(y) + round(float(down))) * DOTS)
        image.paste(0, box)
    return image


def test_every_symbol_reads_back_as_the_text_under_it(client):
    """R-25: read with zxing-cpp, whose HRI text is the bracketed form of GS1."""
    cells = [cell for group in sheet_of(client).groups for cell in group.cells]
    assert len(cells) > 45
    assert {cell.symbol for cell in cells} == {Symbol.GS1_DATAMATRIX, Symbol.GS1_128, Symbol.CODE_128}
    for cell in cells:
        found = zxingcpp.read_barcodes(drawn(cell.svg), text_mode=zxingcpp.TextMode.HRI)
        assert [result.text for result in found] == [cell.human_readable]


def test_linear_symbols_read_back_with_a_second_reader(client):
    """A10: pyzbar, where its system library is there."""
    try:
        from pyzbar import pyzbar
    except ImportError:
        pytest.skip("pyzbar has no libzbar0 here")
    cells = [cell for group in sheet_of(client).groups for cell in group.cells if cell.symbol == Symbol.CODE_128]
    assert len(cells) > 20
    for cell in cells:
        picture = drawn(cell.svg)
        assert [found.data.decode() for found in pyzbar.decode(picture, symbols=[pyzbar.ZBarSymbol.CODE128])] == [cell.text]


def test_everything_of_the_tour_is_on_the_sheet(client):
    sheet = sheet_of(client)
    assert sheet.order.no == tour.ORDER_NO
    groups = {group.title: [cell.human_readable for cell in group.cells] for group in sheet.groups}
    assert {f"BADGE:{badge}" for badge in (tour.BADGE, tour.SUPERVISOR_BADGE, tour.MANAGER_BADGE)} <= set(groups["Badges"])
    assert groups["Commands"] == [f"CMD:{command}" for command in Command]
    for unit in tour.UNITS:
        numbers = [re.split(r"\(21\)|\(10\)", text)[-1] for text in groups[f"Unit {unit.product}"]]
        assert numbers == [unit.product, *unit.parts]
    surprises = groups["Try what happens"]
    assert surprises[0] == tour.USED_ELSEWHERE
    assert surprises[1].endswith(f"(10){tour.EXPIRED_LOT}")
    assert surprises[2].endswith(f"(10){tour.SCREW_LOT}(30)100")
    assert tour.BAD_LOT in groups["Lots"]


def test_a_unit_without_all_of_its_parts_says_what_is_missing(client):
    """The demo plant has modules for three packs and a half; the sheet never calls a part of a pack all of it."""
    units = [group for group in sheet_of(client, units=6).groups if group.title.startswith("Unit ")]
    assert {group.hint for group in units[:3]} == {"The product, then every part that goes into it."}
    assert units[3].hint == "The product, then the parts that are in stock. Not in stock: 2 × Cell module 12S."
    assert "4 × Cell module 12S" in units[4].hint


def test_labels_carry_the_gtin_and_the_stored_expiry(client):
    """C15: the printed date is the number's own."""
    unit = next(group for group in sheet_of(client).groups if group.title == f"Unit {tour.UNITS[0].product}")
    assert unit.cells[0].human_readable == f"(01){names.gtin(names.PACK)}(21){tour.UNITS[0].product}"
    paste = next(cell for cell in unit.cells if cell.title == "Thermal paste TC5")
    assert re.fullmatch(rf"\(01\){names.gtin(names.PASTE)}\(17\)\d{{6}}\(10\){tour.PASTE_LOT}", paste.human_readable)


def test_the_printed_badges_sign_in(client):
    """A30: the sheet prints the badge's number with the prefix that tells a scan from typing."""
    badges = next(group.cells for group in sheet_of(client).groups if group.title == "Badges")
    assert len(badges) == 7
    for cell in badges:
        answer = client.post("/sign-in", data={"badge": cell.text, "station": tour.STATION}, headers={"Origin": "http://localhost"})
        assert answer.status_code == 303, cell.text


class Styles(HTMLParser):
    found = ()

    def handle_starttag(self, tag, attrs):
        if tag == "style" or any(name == "style" or name.startswith("on") for name, _ in attrs):
            self.found = (*self.found, tag)


def test_the_page_needs_no_inline_style_and_stays_small(client):
    """R-SE-5: the policy forbids inline styles, so symbols are drawn with attributes alone."""
    answer = client.get("/barcode-sheet")
    assert answer.status_code == 200
    parser = Styles()
    parser.feed(answer.text)
    assert parser.found == ()
    assert answer.text.count("<figure") == answer.text.count("<svg xmlns") > 45
    assert len(answer.data) < 150_000


@pytest.mark.parametrize(
    "query", ["?order=NOPE", "?order=%00", "?order=" + "x" * 500, "?units=99999999999", "?units=-1", "?units=²", "?order=RPO-1048"]
)
def test_bad_input_is_answered(client, query):
    answer = client.get("/barcode-sheet" + query)
    assert answer.status_code in {200, 404, 422}


def test_an_order_without_units_counts_on_from_the_item(client):
    """The first unit of an order follows the highest serial of its item."""
    titles = [group.title for group in sheet_of(client, order=tour.NOTHING_REGISTERED, units=2).groups]
    assert f"Unit {tour.UNITS[0].product}" in titles


@pytest.mark.parametrize(("number", "expected"), [
    ("PK-000122", ["PK-000123", "PK-000124"]), ("A9", ["A10", "A11"]), ("007", ["008", "009"]), ("X-99", ["X-100", "X-101"]),
    ("PK", []), ("", []),
])
def test_following_numbers(number, expected):
    assert following(number, 2) == expected


def test_a_real_plant_shows_no_badges_and_asks_who_is_there(own_engine, tmp_path):
    """A30: only the demo plant shows its sheet to everybody."""
    with Session(own_engine) as session:
        runner(session)(set_setting, given=SettingValue(name="demo", value="off"))
    with client_of(own_engine, tmp_path) as client:
        assert client.get("/barcode-sheet").status_code in {302, 303, 401}
        with client.session_transaction() as cookie:
            cookie["operator_no"] = names.WORKER
        answer = client.get("/barcode-sheet")
    assert answer.status_code == 200
    assert "BADGE:" not in answer.text
    assert "CMD:PRODUCT" in answer.text
