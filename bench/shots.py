"""Pictures of the main pages for the docs: `./dev shots`.

Starts the program with a fresh demo plant on a free port, plays the first steps of the tour in Chromium with a scanner's
keys, and writes docs/pictures. With names as arguments it writes only these pictures.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from shopfloor.demo import tour
from tests.browser.harness.wedge import Wedge

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
LARGEST_BYTES = 200_000
COLOURS = 256
PATIENCE_SECONDS = 90.0
FLAGS = (
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
)
DESK, TABLET = (1280, 800), (800, 1280)
SCAN_PAGE = f"/production-orders/{tour.ORDER_NO}/tracked-components"
UNIT = tour.UNITS[0]


class Visitor:
    """A signed-in person with a scanner, in a browser profile of their own."""

    def __init__(self, browser: Browser, address: str, badge: str, size: tuple[int, int] = DESK, *, scheme: str = "light") -> None:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, reduced_motion="reduce")
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        expect.set_options(timeout=PATIENCE_SECONDS * 1000)
        self.address = address
        self.page: Page = context.new_page()
        self.wedge = Wedge(self.page)
        self.open("/sign-in")
        self.page.select_option("[name=station]", tour.STATION)
        self.page.fill("[name=badge]", badge)
        self.page.click("main form button.primary")
        self.page.wait_for_url(address + "/")

    def open(self, path: str) -> None:
        """Open a page and wait until it listens to the scanner."""
        self.page.goto(self.address + path)
        self.page.wait_for_selector("html[data-capture=ready]", state="attached")

    def scan_page(self) -> None:
        """Open the page Tracked components of the tour's order."""
        self.open(SCAN_PAGE)
        self.page.wait_for_selector("html[data-queue=ready]", state="attached")

    def scan(self, *codes: str) -> None:
        """Scan codes; each one waits for the answer to the one before."""
        for code in codes:
            self.wedge.scan(code)
            expect(self.page.locator(".log li").first).to_contain_text(code)
            expect(self.page.locator("#waiting")).to_have_attribute("data-count", "0")

    def picture(self, path: Path) -> None:
        """What the window shows, small enough for the docs."""
        self.page.wait_for_load_state("networkidle")
        self.page.screenshot(path=path, animations="disabled", caret="hide")
        shrink(path)


def shrink(path: Path) -> None:
    """Fewer colours, best compression. Raises AssertionError when the file is still too large for the docs."""
    with Image.open(path) as picture:
        flat = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    flat.save(path, optimize=True)
    assert path.stat().st_size < LARGEST_BYTES, f"{path} has {path.stat().st_size} bytes"


# --- the pictures, in the order in which the tour comes to them -----------------------------------------------------------

Take = Callable[[Visitor, str], None]


def _worker(browser: Browser, address: str, take: Take) -> None:
    worker = Visitor(browser, address, tour.BADGE)
    take(worker, "home")
    worker.scan_page()
    take(worker, "tracked-components-product")
    worker.scan(UNIT.product, UNIT.housing, *UNIT.modules[:2])
    take(worker, "tracked-components-component")
    worker.scan(tour.USED_ELSEWHERE)
    take(worker, "tracked-components-refused")


def _tablet(browser: Browser, address: str, take: Take) -> None:
    worker = Visitor(browser, address, tour.BADGE, TABLET)
    worker.scan_page()
    worker.scan(UNIT.product, UNIT.modules[2])
    take(worker, "tracked-components-tablet")


def _dark(browser: Browser, address: str, take: Take) -> None:
    worker = Visitor(browser, address, tour.BADGE, scheme="dark")
    worker.scan_page()
    worker.scan(UNIT.product, UNIT.modules[3])
    take(worker, "tracked-components-dark")


def _manager(browser: Browser, address: str, take: Take) -> None:
    manager = Visitor(browser, address, tour.MANAGER_BADGE)
    manager.open(f"/production-orders/{tour.ORDER_NO}/associations")
    manager.page.get_by_role("link", name=UNIT.product).first.click()
    expect(manager.page.get_by_role("heading", name=f"Components of {UNIT.product}")).to_be_visible()
    take(manager, "associations")
    manager.wedge.scan(tour.BAD_LOT)
    manager.page.get_by_role("link", name="The other way round").click()
    expect(manager.page.locator("main")).to_contain_text(next(iter(tour.BAD_SHIPPED)))
    take(manager, "item-tracing")
    manager.open("/barcode-sheet")
    heading = manager.page.get_by_role("heading", name=f"Unit {tour.UNITS[1].product}")
    heading.evaluate("(element) => window.scrollTo({top: element.getBoundingClientRect().top + window.scrollY - 80, behavior: 'instant'})")
    take(manager, "barcode-sheet")


SCENES = (_worker, _tablet, _dark, _manager)
PICTURES = (
    "home",
    "tracked-components-product",
    "tracked-components-component",
    "tracked-components-refused",
    "tracked-components-tablet",
    "tracked-components-dark",
    "associations",
    "item-tracing",
    "barcode-sheet",
)


# --- the program ----------------------------------------------------------------------------------------------------------


@contextmanager
def demo_plant() -> Iterator[str]:
    """Address of a running program with a fresh demo plant."""
    with tempfile.TemporaryDirectory(prefix="shopfloor-shots-", ignore_cleanup_errors=True) as folder:
        port = _free_port()
        address = f"http://127.0.0.1:{port}"
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL" and not name.startswith("SHOPFLOOR_")}
        environment |= {"SHOPFLOOR_DATA": folder, "SHOPFLOOR_PORT": str(port)}
        command = [str(Path(sys.executable).with_name("shopfloor"))]
        for verb in (["db", "upgrade"], ["demo"]):
            subprocess.run([*command, *verb], env=environment, check=True)
        server = subprocess.Popen([*command, "run"], env=environment, stdout=subprocess.DEVNULL)
        try:
            _wait_until_ready(server, address)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_ready(server: subprocess.Popen[bytes], address: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        assert server.poll() is None, "the program ended"
        try:
            with urllib.request.urlopen(f"{address}/health/ready", timeout=PATIENCE_SECONDS):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise AssertionError("the program did not become ready")


def main() -> None:
    """Write the pictures that were asked for, all of them by default."""
    parser = argparse.ArgumentParser(prog="./dev shots", description="Take the pictures of docs/pictures.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these: {', '.join(PICTURES)}")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to write them")
    asked = parser.parse_args()
    unknown = set(asked.names) - set(PICTURES)
    if unknown:
        parser.error(f"no picture is called {', '.join(sorted(unknown))}")
    asked.folder.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("SHOPFLOOR_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    with demo_plant() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        for scene in SCENES:
            scene(browser, address, partial(_take, asked.folder, asked.names or PICTURES))
        browser.close()


def _take(folder: Path, wanted: tuple[str, ...] | list[str], visitor: Visitor, name: str) -> None:
    if name in wanted:
        path = folder / f"{name}.png"
        visitor.picture(path)
        print(f"{path} ({path.stat().st_size // 1024} kB)")


if __name__ == "__main__":
    main()
