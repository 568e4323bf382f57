"""The README's tour in a real browser against the real app and the demo plant, at scanner speed and under bad conditions (A3, D16).

Between the browser and the app stands a network that can be slow, lose a request, or lose an answer after the work was done.
What counts is the database: every scan is there once, answered once, in the order in which it was scanned.
"""

from __future__ import annotations

import contextlib
import re
import socket
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.app import create_app
from shopfloor.db import make_engine
from shopfloor.demo import tour
from shopfloor.demo.load import load
from shopfloor.genealogy.models import ComponentAssociation, ScanEntry, TrackedProduct
from tests.browser.harness.serving import serving
from tests.browser.harness.wedge import Wedge
from tests.databases import fresh_url, settings_for
from tests.factories_genealogy import problems

FIRST, SECOND, THIRD = tour.UNITS


class Network:
    """Everything between the browser and the app."""

    def __init__(self, app: object) -> None:
        self.app = app
        self.delay = 0.0
        self.lose_requests = 0
        self.lose_answers = 0
        self.down = False

    def __call__(self, environ: dict, start_response: object) -> object:
        """Only scans suffer; pages and files pass."""
        if not environ["PATH_INFO"].endswith("/scan"):
            return self.app(environ, start_response)
        time.sleep(self.delay)
        if self.down or self.lose_requests > 0:
            self.lose_requests -= 1
            return self.cut(environ)
        answer = list(self.app(environ, start_response))
        if self.lose_answers > 0:
            self.lose_answers -= 1
            return self.cut(environ)
        return answer

    @staticmethod
    def cut(environ: dict) -> list[bytes]:
        """The connection breaks without a word."""
        with contextlib.suppress(OSError):
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        raise ConnectionAbortedError


class Tour:
    """The demo plant with a browser in front of it."""

    def __init__(self, page: Page, address: str, network: Network, engine: object) -> None:
        self.page, self.address, self.network, self.engine = page, address, network, engine
        self.wedge = Wedge(page, key_ms=8)

    def ready(self) -> None:
        self.page.wait_for_selector("html[data-capture=ready][data-queue=ready]", state="attached")

    def start(self) -> None:
        """Sign in with the badge, and one click from the home page into the scan flow."""
        self.page.goto(f"{self.address}/sign-in")
        self.page.wait_for_selector("html[data-capture=ready]", state="attached")
        self.wedge.scan("BADGE:" + tour.BADGE)
        self.page.get_by_role("link", name="Start scanning").click()
        self.page.wait_for_url(f"**/{tour.ORDER_NO}/tracked-components**")
        self.ready()

    def drained(self, timeout: float = 60) -> None:
        """Nothing waits any more."""
        expect(self.page.locator("#waiting")).to_have_attribute("data-count", "0", timeout=timeout * 1000)

    def scans(self) -> list[tuple[str, str, str]]:
        """Every entry of this browser that reached the server, oldest first: text, answer, code."""
        with Session(self.engine) as session:
            entry = ScanEntry
            newest = session.scalars(select(entry.session_id).order_by(entry.entry_no.desc()).limit(1)).one()
            rows = session.execute(
                select(entry.raw_text, entry.answer, entry.code, entry.command_key)
                .where(entry.session_id == newest)
                .order_by(entry.entry_no)
            ).all()
        assert len({row.command_key for row in rows}) == len(rows), "an entry was answered twice"
        return [(row.raw_text, row.answer, row.code) for row in rows]

    def parts_of(self, product: str) -> list[str]:
        """What is registered in a unit, in the order of registration; nothing, as long as the unit itself still waits in the browser."""
        with Session(self.engine) as session:
            match_id = session.scalars(select(TrackedProduct.match_id).where(TrackedProduct.serial_no == product)).one_or_none()
            found = session.scalars(
                select(ComponentAssociation)
                .where(ComponentAssociation.match_id == match_id, ComponentAssociation.state != "Removed")
                .order_by(ComponentAssociation.association_no)
            )
            return [association.serial_no or association.lot_no for association in found]

    def becomes(self, product: str, parts: list[str], seconds: float = 30) -> None:
        """The unit gets these parts, in this order, within the time."""
        until = time.monotonic() + seconds
        while self.parts_of(product) != parts and time.monotonic() < until:
            time.sleep(0.1)
        assert self.parts_of(product) == parts

    def sound(self) -> bool:
        """All invariants hold."""
        with Session(self.engine) as session:
            return problems(session) == []


@pytest.fixture
def demo(page: Page, tmp_path) -> Iterator[Tour]:
    with fresh_url("sqlite") as url:
        engine = make_engine(url)
        with Session(engine) as session:
            load(session)
        app = create_app(settings_for(url, tmp_path))
        network = Network(app.wsgi_app)
        with serving(network) as address:
            yield Tour(page, address, network, engine)
        engine.dispose()


def test_the_readme_tour_at_scanner_speed_with_a_slow_server(demo: Tour, page: Page) -> None:
    """20 codes in one burst, 8 ms between keys, 250 ms for each answer: nothing lost, order kept, every scan answered once."""
    demo.start()
    demo.network.delay = 0.25
    burst = [FIRST.product, *FIRST.parts, "CMD:PRODUCT", SECOND.product, *SECOND.parts, "CMD:PRODUCT"]
    assert len(burst) == 20
    demo.wedge.scan(*burst)
    demo.drained()
    scans = demo.scans()
    assert [answer for _, answer, _ in scans if answer in {"refused", "question"}] == []
    assert [text for text, _, code in scans if code != "MODE_CHANGED"] == [code for code in burst if not code.startswith("CMD:")]
    assert demo.parts_of(FIRST.product) == list(FIRST.parts)
    assert demo.parts_of(SECOND.product) == list(SECOND.parts)
    expect(page.locator("#main")).to_contain_text("Completed")
    assert demo.sound()


def test_a_refusal_in_the_middle_stops_the_line_until_the_operator_decides(demo: Tour, page: Page) -> None:
    """D16: what was captured before the refusal could be seen is held; Continue sends it in order with new keys."""
    demo.start()
    demo.network.delay = 0.25
    demo.wedge.scan(THIRD.product, THIRD.housing, tour.USED_ELSEWHERE, *THIRD.modules, THIRD.controller)
    expect(page.locator(".answer")).to_have_attribute("data-result", "refused")
    expect(page.locator("#held")).to_be_visible()
    assert demo.parts_of(THIRD.product) == [THIRD.housing]
    page.locator("[data-held=continue]").click()
    demo.becomes(THIRD.product, [THIRD.housing, *THIRD.modules, THIRD.controller])
    expect(page.locator("#held")).to_be_hidden()
    codes = [code for _, _, code in demo.scans()]
    assert codes.count("SERIAL_CONSUMED") + codes.count("SERIAL_IN_USE") == 1
    assert demo.sound()


def test_a_lost_connection_and_a_reload_lose_nothing_and_double_nothing(demo: Tour, page: Page) -> None:
    """A3, A19, OPS-6: requests and answers are lost, the connection is down, the page is reloaded in the middle."""
    demo.start()
    demo.network.delay = 0.1
    demo.network.lose_answers, demo.network.lose_requests = 2, 1
    demo.wedge.scan(FIRST.product, *FIRST.parts[:3])
    demo.drained()
    demo.network.down = True
    demo.wedge.scan(*FIRST.parts[3:6])
    expect(page.locator("#connection")).to_have_attribute("data-state", "offline")
    page.reload()
    demo.ready()
    demo.wedge = Wedge(page, key_ms=8)
    demo.wedge.scan(*FIRST.parts[6:])
    demo.network.down = False
    demo.becomes(FIRST.product, list(FIRST.parts), 90)
    demo.drained()
    assert [text for text, answer, _ in demo.scans() if answer == "accepted"] == [FIRST.product, *FIRST.parts]
    assert demo.sound()


def test_the_bad_lot_leads_to_its_packs_and_customers(demo: Tour, page: Page) -> None:
    """The end of the tour: origin -> usage of the bad cell lot names exactly its packs, and who has them."""
    demo.start()
    page.goto(f"{demo.address}/tracing?lot_no={tour.BAD_LOT}&method=Origin+-%3E+Usage")
    text = page.locator("#main").inner_text()
    assert set(re.findall(r"PK-[0-9]{6}", text)) == set(tour.BAD_PACKS) - {tour.ON_THE_BENCH}
    for customer in ("Alpine Mobility AG", "Nordic Boats A/S"):
        assert customer in text
    page.get_by_role("link", name="Include").click()
    expect(page.locator("#main")).to_contain_text(tour.ON_THE_BENCH)
