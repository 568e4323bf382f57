"""A real Chromium that trusts the plant's authority: https without a warning, a secure context, the camera (IMG-9).

The authority stands in the certificate store of the browser's user, where the trust page tells people to put it; no error is waived.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Error, expect

from shopfloor.app import create_app
from shopfloor.certificates.commands import renew
from shopfloor.certificates.files import Places
from shopfloor.clock import now
from shopfloor.web.extensions import db
from tests.browser.conftest import FLAGS
from tests.browser.harness.chromium import chromium_path
from tests.browser.harness.serving import serving
from tests.cli.test_https import NAMES, Server, wait
from tests.cli.test_run import MAIN, environment, free_port
from tests.databases import fresh_url, settings_for

HINT = "No camera at this address."
CAMERA = "async () => isSecureContext && (await navigator.mediaDevices.getUserMedia({video: true})).getVideoTracks().length"
STORE = Path(__file__).parent / "harness" / "nss.py"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """`shopfloor run` over https."""
    folder = tmp_path_factory.mktemp("data")
    renew(Places.of(folder), found=NAMES, now=now())
    made = Server(folder, free_port(), free_port())
    command = [sys.executable, "-c", MAIN, "run"]
    listening = ["--port", str(made.port), "--trust-port", str(made.door), "--https", "on", "--threads", "4"]
    with fresh_url("sqlite") as url:
        add = [sys.executable, "-c", MAIN, "user", "add", "E-1", "Ada", "--badge", "9001", "--role", "Administrator"]
        subprocess.run(add, env=environment(url, folder), check=True, capture_output=True)
        process = subprocess.Popen([*command, *listening], env=environment(url, folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            wait(made, process)
            yield made
        finally:
            process.terminate()
            process.communicate(timeout=30)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """The port of a server that has no https."""
    with fresh_url("sqlite") as url:
        app = create_app(settings_for(url, tmp_path_factory.mktemp("plain")))
        with serving(app) as address:
            yield int(address.rpartition(":")[2])
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="module")
def at_home(browser, tmp_path_factory):
    """`at_home(authority)`: a tab of a user who trusts this authority, or nobody beside the public ones; with a camera that may be used."""
    opened = []

    def open_tab(authority=None):
        home = tmp_path_factory.mktemp("home")
        if authority is not None:
            subprocess.run([sys.executable, str(STORE), str(home), str(authority)], check=True, capture_output=True)
        path = chromium_path()
        camera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
        flags = [*FLAGS, *camera, "--host-resolver-rules=MAP *.test 127.0.0.1"]
        opened.append(browser.browser_type.launch(executable_path=path, args=flags, env={**os.environ, "HOME": str(home)}))
        return opened[-1].new_context(viewport={"width": 1280, "height": 800}).new_page()

    yield open_tab
    for one in opened:
        one.close()


@pytest.fixture(scope="module")
def trusting(at_home, server):
    """Whoever followed the steps of the trust page."""
    return at_home(server.places.authority).context


@pytest.fixture
def tablet(trusting):
    """A tab of theirs; a refused page would go on in the next test's tab."""
    tab = trusting.new_page()
    yield tab
    tab.close()


@pytest.mark.parametrize("host", ["plant.test", "127.0.0.1", "localhost"])
def test_img_9_with_the_authority_installed_pages_are_secure_and_the_camera_opens(tablet, server, host):
    tablet.goto(f"https://{host}:{server.port}/sign-in")
    expect(tablet.locator("h1")).to_have_text("Scan your badge")
    assert tablet.evaluate(CAMERA) == 1
    expect(tablet.locator(".insecure")).to_have_count(0)


def test_img_9_signing_in_over_https_keeps_the_session(tablet, server):
    """R-SE-4: the browser itself takes the cookie of this name."""
    tablet.goto(f"https://plant.test:{server.port}/sign-in")
    tablet.fill("[name=badge]", "9001")
    tablet.press("[name=badge]", "Enter")
    tablet.wait_for_url(f"https://plant.test:{server.port}/")
    kept = {cookie["name"]: cookie for cookie in tablet.context.cookies()}
    assert kept["__Host-shopfloor_session"]["secure"]
    assert kept["__Host-shopfloor_session"]["httpOnly"]


def test_img_9_a_name_that_the_certificate_does_not_have_is_refused(tablet, server):
    with pytest.raises(Error, match="ERR_CERT_COMMON_NAME_INVALID"):
        tablet.goto(f"https://other.test:{server.port}/sign-in")


def test_img_9_without_the_authority_the_page_is_refused(at_home, server):
    tab = at_home()
    with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
        tab.goto(f"https://plant.test:{server.port}/sign-in")


def test_img_9_a_stranger_is_led_from_the_door_to_https_and_finds_the_steps_there(tablet, server):
    tablet.goto(f"http://plant.test:{server.door}/trust")
    expect(tablet.locator("h1")).to_have_text("Trust this server")
    with tablet.expect_download() as got:
        tablet.get_by_role("link", name="Get the certificate").click()
    assert Path(got.value.path()).read_bytes() == server.places.authority.read_bytes()
    tablet.goto(f"http://plant.test:{server.door}/sign-in?next=/items")
    assert tablet.url == f"https://plant.test:{server.port}/sign-in?next=/items"


def test_img_9_over_plain_http_from_elsewhere_the_page_says_that_there_is_no_camera(tablet, plain):
    tablet.goto(f"http://plant.test:{plain}/help")
    assert tablet.evaluate("[isSecureContext, navigator.mediaDevices === undefined]") == [False, True]
    hint = tablet.locator(".insecure")
    expect(hint).to_be_visible()
    expect(hint).to_contain_text(HINT)
    hint.get_by_role("link").click()
    expect(tablet.locator("h1")).to_have_text("Trust this server")


def test_img_9_at_the_server_itself_there_is_a_camera_and_no_hint(tablet, plain):
    tablet.goto(f"http://localhost:{plain}/trust")
    assert tablet.evaluate(CAMERA) == 1
    expect(tablet.locator(".insecure")).to_have_count(0)


def test_img_9_a_browser_that_was_told_to_trust_the_address_hides_the_hint(browser, plain):
    """The managed policy that lists an insecure address as secure."""
    flags = [*FLAGS, "--host-resolver-rules=MAP *.test 127.0.0.1", f"--unsafely-treat-insecure-origin-as-secure=http://plant.test:{plain}"]
    path = chromium_path()
    told = browser.browser_type.launch(executable_path=path, args=flags)
    try:
        tab = told.new_page()
        tab.goto(f"http://plant.test:{plain}/help")
        assert tab.evaluate("isSecureContext")
        expect(tab.locator(".insecure")).to_be_hidden()
    finally:
        told.close()
