"""Real Chromium for the browser tests. No page may raise an error, break the content policy or ask another host."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from tests.browser.harness.chromium import light_path
from tests.browser.harness.server import HarnessServer, Plant
from tests.browser.harness.station import Station
from tests.demo_plant import templates

__all__ = ["templates"]
FLAGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
# A slow machine is no defect; what must be quick is measured in bench/.
EXPECT_MS, WAIT_MS = 30_000, 60_000
expect.set_options(timeout=EXPECT_MS)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium, one for the whole run."""
    path = light_path()
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the pages complained about. A test that provokes an error on purpose clears the list."""
    return []


@pytest.fixture
def context(browser: Browser, complaints: list[str]) -> Iterator[BrowserContext]:
    """A fresh profile: own IndexedDB, own locks, own cookies."""
    opened = browser.new_context(viewport={"width": 1280, "height": 800})
    opened.set_default_timeout(WAIT_MS)
    opened.on("weberror", lambda error: complaints.append(str(error.error)))
    opened.on("console", lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None)
    opened.on("request", lambda request: complaints.append(request.url) if _foreign(request) else None)
    yield opened
    opened.close()
    assert complaints == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """One tab."""
    return context.new_page()


@pytest.fixture(scope="session")
def harness() -> Iterator[HarnessServer]:
    """The protocol server, without the application."""
    server = HarnessServer()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def plant(harness: HarnessServer) -> Plant:
    """A fresh plant with no faults."""
    harness.plant = Plant()
    return harness.plant


@pytest.fixture
def station(page: Page, harness: HarnessServer, plant: Plant) -> Station:
    """The Tracked components page of order RPO-1 with its scanner."""
    return Station(page, harness)


def _foreign(request: Request) -> bool:
    return not request.url.startswith(("http://127.0.0.1", "http://localhost", "https://localhost", "data:", "blob:", "about:"))
