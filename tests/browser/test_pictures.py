"""A picture on the scan page in Chromium: taking it sends it, and the code that was read goes through the queue (IMG-10)."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.genealogy.models import ScanEntry
from shopfloor.scanning.pictures.header import check_header
from tests.browser.harness.serving import serving, sign_in
from tests.scanning.pictures import FORMAT, picture, symbol
from tests.web.bikes import bike_site, make_order
from tests.web.pictures import patient_pool


@pytest.fixture(scope="module", autouse=True)
def pool():
    with patient_pool() as made:
        yield made


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with bike_site("sqlite", tmp_path_factory.mktemp("data")) as made:
        yield made


@pytest.fixture(scope="module")
def address(site):
    with serving(site.app) as address:
        yield address


@pytest.fixture
def bench(page, address, site):
    """A signed-in tab on the scan page of an order of its own."""
    order = make_order(site)
    sign_in(page, address, "B-WORK")
    page.goto(address + order.page)
    page.wait_for_selector("html[data-queue=ready]", state="attached")
    return page, order


def take(page, content):
    with page.expect_navigation():
        page.set_input_files("[data-picture]", {"name": "photo.png", "mimeType": "image/png", "buffer": content})
    page.wait_for_selector("html[data-queue=ready]", state="attached")


def label(text):
    return picture(symbol(text, FORMAT.Code128))


def test_img_10_a_picture_is_sent_when_it_is_taken_and_its_code_goes_through_the_queue(bench, site):
    """Product and part, each by a picture: mode and product come from the answers, as for every scan."""
    page, order = bench
    take(page, label(order.number("BK1")))
    expect(page.locator(".answer")).to_contain_text("A code was read. Use it?")
    page.click("[data-reading] button")
    expect(page.locator(".band")).to_have_attribute("data-mode", "component")
    take(page, label(order.number("F1")))
    expect(page.locator(".band")).to_have_attribute("data-mode", "component")
    page.click("[data-reading] button")
    expect(page.locator(".answer")).to_have_attribute("data-result", "accepted")
    expect(page.locator("[data-reading]")).to_have_count(0)
    with Session(site.engine) as session:
        entries = session.scalars(select(ScanEntry).where(ScanEntry.order_no == order.no).order_by(ScanEntry.entry_no)).all()
    assert [(entry.source, entry.code) for entry in entries] == [("camera", "PRODUCT_REGISTERED"), ("camera", "LINE_COMPLETED")]
    assert [entry.decoded["reading"]["engine"] for entry in entries] == ["zxing-cpp", "zxing-cpp"]
    assert all(entry.clock_id for entry in entries)  # the queue sent it, not the form


def test_img_10_a_picture_without_a_code_offers_hard_mark_which_asks_for_a_picture(bench):
    page, _order = bench
    take(page, picture(symbol("WO-1", FORMAT.Code128)[:30]))
    expect(page.locator(".answer")).to_contain_text("No code was found in the picture.")
    with page.expect_file_chooser() as chooser, page.expect_navigation():
        page.click("[data-picture-hard]")
        chooser.value.set_files({"name": "photo.png", "mimeType": "image/png", "buffer": label("WO-1")})
    expect(page.locator("[data-reading]")).to_have_count(1)


@pytest.mark.parametrize(("size", "kind"), [((4128, 3096), "jpeg"), ((6000, 4000), "jpeg"), ((2400, 2400), "png")])
def test_a35_a_larger_picture_is_made_smaller_on_its_way(bench, size, kind):
    """Thirteen and twenty-four megapixels in few bytes, and too many megabytes: more than the server takes, and it never sees them."""
    page, order = bench
    shape = (size[1], size[0], 3)
    noise = kind == "png"  # too many bytes; the others have too many dots in few bytes, as a picture of a plain wall
    dots = np.random.default_rng(1).integers(150, 255, shape, dtype=np.uint8) if noise else np.full(shape, 200, dtype=np.uint8)
    code = np.kron(symbol(order.number("BK1"), FORMAT.Code128), np.ones((3, 3), dtype=np.uint8))
    dots[200 : 200 + code.shape[0], 200 : 200 + code.shape[1]] = code[:, :, None]
    content = picture(dots, kind, **({"quality": 30} if kind == "jpeg" else {"compress_level": 1}))
    with pytest.raises(Exception, match=r"^PICTURE_TOO_"):
        check_header(content)
    take(page, content)
    expect(page.locator("[data-reading]")).to_have_count(1)


def test_img_11_what_is_no_picture_is_sent_as_it_is_and_refused_in_words(bench):
    page, _order = bench
    take(page, b"hello" * 200_000)
    expect(page.locator(".answer")).to_contain_text("This is no picture that can be read here")


def test_img_10_a_typed_number_is_sent_as_before(bench):
    """The file field stands in the scan form and is no part of a scan."""
    page, order = bench
    page.fill("#text", order.number("BK1"))
    page.click("#scan .primary")
    expect(page.locator(".band")).to_have_attribute("data-mode", "component")
