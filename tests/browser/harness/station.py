"""The Tracked components page of the harness, in words that the tests read well with."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.harness.server import HarnessServer, Plant, wait_until
from tests.browser.harness.wedge import KNOWN, Wedge

PARTS = [f"MD-{number:04}" for number in range(1, 21)]


class Station:
    """One tab with its scanner."""

    def __init__(self, page: Page, server: HarnessServer, *, order_no: str = "RPO-1", key_ms: float = 5.0, known: bool = True) -> None:
        self.page = page
        self.url = f"{server.url}/production-orders/{order_no}/tracked-components"
        self.key_ms = key_ms
        if known:
            page.add_init_script(KNOWN)
        self.open()

    def open(self) -> None:
        """Open or reload the page and wait until it listens."""
        self.page.goto(self.url)
        self.page.wait_for_selector("html[data-capture=ready][data-queue=ready]", state="attached")
        self.wedge = Wedge(self.page, key_ms=self.key_ms)
        self.page.evaluate(
            "() => { window.sounds = []; document.addEventListener('shopfloor:sound', (event) => sounds.push(event.detail)); }")

    def scan(self, *codes: str, gap_ms: float = 0.0) -> None:
        """Scan codes with the wedge."""
        self.wedge.scan(*codes, gap_ms=gap_ms)

    @property
    def field(self) -> Locator:
        """The visible scan field."""
        return self.page.locator("[name=text]")

    @property
    def sounds(self) -> list[str]:
        """Names of the sounds since the page was opened."""
        return self.page.evaluate("() => window.sounds")

    def expect_waiting(self, number: int) -> None:
        """Wait until so many entries wait for their answer."""
        expect(self.page.locator("#waiting")).to_have_attribute("data-count", str(number))

    def expect_held(self, number: int) -> None:
        """Wait until so many entries are held."""
        expect(self.page.locator("[data-held-count]")).to_have_attribute("data-count", str(number))

    def expect_state(self, state: str) -> None:
        """Wait for a state of the connection."""
        expect(self.page.locator("#connection")).to_have_attribute("data-state", state)

    def expect_mode(self, mode: str) -> None:
        """Wait for the mode that the page shows."""
        expect(self.page.locator("[data-mode]")).to_have_text(mode)

    def selected(self) -> str:
        """The selected part of the scan field, if it has the focus."""
        return self.page.evaluate("""() => {
            const field = document.activeElement;
            return field.name === "text" ? field.value.slice(field.selectionStart, field.selectionEnd) : null;
        }""")


def begin_unit(station: Station) -> None:
    """A product scan, answered: the station is in Component mode."""
    station.scan("PK-000123")
    station.expect_mode("Component")


def decided(plant: Plant, number: int) -> None:
    """Wait until the server has decided on so many commands."""
    wait_until(lambda: len(plant.decided) >= number, f"{number} commands, got {[one['text'] for one in plant.decided]}")


def expect_each_once(plant: Plant) -> None:
    """One request at a time, one decision for each key."""
    keys = [one["command_key"] for one in plant.decided]
    assert len(keys) == len(set(keys))
    assert all(len(key) == 32 and int(key, 16) >= 0 for key in keys)
    assert plant.most_running <= 1
