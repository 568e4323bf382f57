"""The tablet's camera in Chromium: a film instead of a lens, the real worker with its WebAssembly, the real app behind it."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from bench.film import film
from shopfloor.genealogy.models import ScanEntry
from shopfloor.scanning.labels import Symbol, draw_gs1
from tests.browser.conftest import FLAGS, _foreign
from tests.browser.harness.chromium import chromium_path
from tests.browser.test_real_pages import Bench, Quiet, registered
from tests.factories_genealogy import BIKE, FRAME, GTINS, PAINT
from tests.web.bikes import bike_site, make_order

GS = "\x1d"
TODAY = date(2026, 11, 21)
# A browser of its own ends with each test; what the test's server was still sending it is left open, which is no fault of the product.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
CAMERA = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with bike_site("sqlite", tmp_path_factory.mktemp("data")) as made:
        yield made


@pytest.fixture(scope="module")
def address(site):
    server = make_server("127.0.0.1", 0, site.app, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def order(site):
    return make_order(site)


@pytest.fixture
def filmed(browser, tmp_path, complaints):
    """Gives a function: a page of a Chromium whose camera plays these scenes. Whatever asks another host is a complaint."""
    opened = []

    def open_page(*scenes, flags=(), permissions=("camera",), own="http://127.0.0.1"):
        path = film(tmp_path / "film.mjpeg", *scenes) if scenes else None
        played = [*CAMERA, f"--use-file-for-fake-video-capture={path}"] if path else []
        program = chromium_path()
        chromium = browser.browser_type.launch(executable_path=program, args=[*FLAGS, *played, *flags])
        opened.append(chromium)
        context = chromium.new_context(viewport={"width": 1280, "height": 800}, permissions=list(permissions))
        context.set_default_timeout(20_000)
        asked = lambda url, request: None if url.startswith(own) or not _foreign(request) else complaints.append(url)  # noqa: E731
        context.on("request", lambda request: asked(request.url, request))
        context.on("console", lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None)
        return context.new_page()

    yield open_page
    for one in opened:
        one.close()
    assert complaints == []


def label(item_no, *pairs, symbol=Symbol.GS1_DATAMATRIX):
    return draw_gs1(("01", GTINS[item_no]), *pairs, as_of=TODAY, symbol=symbol)


def test_img_7_product_and_parts_by_camera(filmed, address, order):
    """IMG-5, IMG-7, IMG-8, IMG-14, peers 10, 22: identifier and GS arrive as from any scanner, each label counts once."""
    product = label(BIKE, ("21", order.number("BK1")))
    frame = label(FRAME, ("21", order.number("F1")), ("91", "A1"))
    paint = label(PAINT, ("10", order.number("P")), symbol=Symbol.GS1_128)
    page = filmed((None, 0.5), (product, 2.5), (None, 2), (frame, 2.5), (None, 2), (paint, 2.5), (None, 20))
    bench = Bench(page, address, order)
    page.click("[data-camera=open]")
    expect(page.locator("#camera")).to_have_attribute("data-state", "looking", timeout=15_000)
    bench.expect_answer("accepted", "registered")
    expect(page.locator(".log li")).to_have_count(3, timeout=30_000)
    bench.expect_idle()
    assert registered(order) == {"F1", "P"}
    with Session(order.site.engine) as session:
        seen = session.execute(
            select(ScanEntry.raw_text, ScanEntry.source).where(ScanEntry.order_no == order.no).order_by(ScanEntry.entry_no)
        ).all()
        how = session.scalars(select(ScanEntry.decoded).where(ScanEntry.order_no == order.no).order_by(ScanEntry.entry_no)).all()
    number = {name: order.number(name) for name in ("BK1", "F1", "P")}
    assert seen == [
        (f"]d201{GTINS[BIKE]}21{number['BK1']}", "camera"),
        (f"]d201{GTINS[FRAME]}21{number['F1']}{GS}91A1", "camera"),
        (f"]C101{GTINS[PAINT]}10{number['P']}", "camera"),
    ]
    reading = how[1]["reading"]
    assert (reading["engine"], reading["identifier"], reading["content"]) == ("zxing-wasm", "]d2", "gs1")
    assert bytes.fromhex(reading["hex"]).decode() == f"01{GTINS[FRAME]}21{number['F1']}{GS}91A1"
    assert 0 <= reading["unused_error_correction"] <= 1
    assert page.locator("#camera").get_attribute("data-read") == "3"
    page.click("[data-camera=close]")
    expect(page.locator("#camera")).to_be_hidden()
    assert page.evaluate("document.querySelector('#camera video').srcObject") is None
    assert bench.focused == "text"


def test_img_7_decodes_beside_the_page(filmed, address, order):
    """IMG-7: the first read soon after the camera is ready, then several decodes a second; generous here, measured in the bench."""
    page = filmed((label(BIKE, ("21", order.number("BK1"))), 4))
    Bench(page, address, order)
    page.click("[data-camera=open]")
    expect(page.locator("#camera")).to_have_attribute("data-read", "1", timeout=15_000)
    page.wait_for_timeout(2000)
    assert int(page.locator("#camera").get_attribute("data-frames")) >= 6
    assert page.locator("#camera").get_attribute("data-read") == "1"


def test_img_10_camera_errors_in_words(filmed, address, order):
    """Each error says what to do; the page works on."""
    page = filmed(permissions=())
    bench = Bench(page, address, order)
    for name, words in (
        ("NotAllowedError", "not allowed"), ("NotFoundError", "No camera was found"), ("NotReadableError", "Another program"),
        ("TypeError", "did not start"),
    ):
        page.evaluate(
            "(name) => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', name)); }", name
        )
        page.click("[data-camera=open]")
        expect(page.locator("#camera [data-camera-part=words]")).to_contain_text(words)
        page.click("[data-camera=close]")
    bench.scan(order.number("BK1"))
    bench.expect_answer("accepted")


def test_img_9_plain_http_from_elsewhere_says_why_there_is_no_camera(filmed, address, order):
    elsewhere = address.replace("127.0.0.1", "shopfloor.localnet")
    page = filmed(flags=["--host-resolver-rules=MAP shopfloor.localnet 127.0.0.1"], permissions=(), own=elsewhere)
    bench = Bench(page, elsewhere, order)
    page.click("[data-camera=open]")
    expect(page.locator("#camera [data-camera-part=words]")).to_contain_text("only over https")
    bench.scan(order.number("BK1"))
    bench.expect_answer("accepted")


def test_img_10_without_webassembly_the_server_reads(filmed, address, order):
    """IMG-7, IMG-10: an old browser, or WebAssembly switched off."""
    page = filmed((label(BIKE, ("21", order.number("BK1"))), 5))
    page.route("**/zxing-reader-*.wasm", lambda route: route.abort())
    bench = Bench(page, address, order)
    page.click("[data-camera=open]")
    expect(page.locator("#camera")).to_have_attribute("data-read", "1", timeout=30_000)
    assert page.locator("#camera").get_attribute("data-reader") == "server"
    bench.expect_answer("accepted", "registered")
    bench.expect_idle()
    with Session(order.site.engine) as session:
        decoded = session.scalars(select(ScanEntry.decoded).where(ScanEntry.order_no == order.no)).one()
    assert (decoded["reading"]["engine"], decoded["reading"]["symbol"]) == ("zxing-cpp", "Data Matrix")


RULES = """async (frames) => {
  const { Acceptance } = await import("/static/camera_rules.js");
  const acceptance = new Acceptance();
  return frames.map(([at, ...seen]) => {
    const codes = seen.filter((one) => one !== "server");
    const readings = codes.map(([symbology, text]) => ({symbology, text, identifier: "", content: "text"}));
    return Object.keys(acceptance.seen(readings, at, codes.length !== seen.length))[0] ?? "";
  });
}"""


def matrix(text):
    return ["DataMatrix", text]


def retail(text):
    return ["EANUPC", text]


SIGHTS = {
    "a matrix code counts at once, and once": ([[0, matrix("A")], [50, matrix("A")], [100]], ["accepted", "ignored", ""]),
    "a retail code is read twice": ([[0, retail("4006381333931")], [60, retail("4006381333931")]], ["waiting", "accepted"]),
    "the second reading came too late": ([[0, retail("1")], [1500, retail("1")]], ["waiting", "waiting"]),
    "the first reading was wrong": (
        [[0, ["DataBar", "1"]], [60, ["DataBar", "2"]], [120, ["DataBar", "2"]]], ["waiting", "waiting", "accepted"],
    ),
    "two retail codes in one frame": ([[0, retail("1"), retail("2")]], ["refused"]),
    "a shortened ITF": ([[0, ["ITF", "12345670"]], [60, ["ITF", "12345670"]]], ["refused", "refused"]),
    "a whole ITF-14": ([[0, ["ITF", "00012345678905"]], [60, ["ITF", "00012345678905"]]], ["waiting", "accepted"]),
    "an ITF with a wrong check digit": ([[0, ["ITF", "00012345678906"]]], ["refused"]),
    "too short to believe": ([[0, ["Code39", "AB"]], [60, ["Codabar", "A123B"]]], ["refused", "refused"]),
    "peers 10: lost for a moment": (
        [[0, matrix("A")], [100], [300], [600], [1400], [1450, matrix("A")]], ["accepted", "", "", "", "", "ignored"],
    ),
    "peers 10: away and back again": (
        [[0, matrix("A")], [400], [800], [1200], [1600], [1700, matrix("A")]], ["accepted", "", "", "", "", "accepted"],
    ),
    "what only the server reads stays counted while it looks away": (
        [[0, "server", matrix("A")], [500], [1000], [1500], [2000], [2500], [3000, "server", matrix("A")]],
        ["accepted", "", "", "", "", "", "ignored"],
    ),
    "what the server does not see any more is away": (
        [[0, "server", matrix("A")], [3000, "server"], [6000, "server", matrix("A")]], ["accepted", "", "accepted"],
    ),
    "two looks of the server are two readings": (
        [[0, "server", retail("1")], [3000], [3100, "server", retail("1")]], ["waiting", "", "accepted"],
    ),
    "without frames nothing is away": ([[0, matrix("A")], [2000], [2100, matrix("A")]], ["accepted", "", "ignored"]),
    "to another label and back": ([[0, matrix("A")], [50, matrix("B")], [100, matrix("A")]], ["accepted", "accepted", "ignored"]),
}


@pytest.mark.parametrize("name", SIGHTS)
def test_img_6_img_12_which_readings_count(page, harness, plant, name):
    """IMG-3, IMG-6, peers 10: table of frames (milliseconds, codes) against what they lead to."""
    frames, outcome = SIGHTS[name]
    page.goto(f"http://127.0.0.1:{harness.server_port}/desk")
    assert page.evaluate(RULES, frames) == outcome
