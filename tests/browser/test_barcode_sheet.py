"""The barcode sheet in a real browser: every symbol is read from the screen, dot by dot, and from the printed page."""

from __future__ import annotations

import io

import pytest
import zxingcpp
from PIL import Image

from shopfloor.app import create_app
from shopfloor.web.extensions import db
from tests.browser.harness.serving import serving
from tests.databases import settings_for
from tests.demo_plant import copied

A4_INSIDE_MARGINS = 703


@pytest.fixture
def address(templates, tmp_path):
    with copied(templates("sqlite")) as engine:
        app = create_app(settings_for(engine.url.render_as_string(hide_password=False), tmp_path))
        with serving(app) as address:
            yield address
        with app.app_context():
            db.engine.dispose()


@pytest.mark.parametrize(
    ("media", "width", "dots"), [("screen", 1280, 1), ("screen", 1920, 1), ("screen", 800, 1), ("print", A4_INSIDE_MARGINS, 3)]
)
def test_every_symbol_is_read_from_the_page(browser, address, media, width, dots):
    """Delivery 4: a phone reads the sheet from a desk screen or a tablet, and a scanner from A4 paper at 300 dots per inch."""
    page = browser.new_page(viewport={"width": width, "height": 1000}, device_scale_factor=dots)
    problems = []
    page.on("console", lambda message: problems.append(message.text))
    page.emulate_media(media=media)
    page.goto(address + "/barcode-sheet")
    figures = page.locator("figure.label")
    assert figures.count() > 45
    for figure in figures.all():
        picture = Image.open(io.BytesIO(figure.screenshot())).convert("L")
        found = zxingcpp.read_barcodes(picture, text_mode=zxingcpp.TextMode.HRI)
        assert [result.text for result in found] == [figure.locator("span.no").inner_text()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert problems == []
