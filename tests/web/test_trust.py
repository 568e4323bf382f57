"""The page that hands out the authority's certificate, the hint over plain http, cookies over https (IMG-9, R-SE-4)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import zxingcpp
from PIL import Image

from shopfloor.app import create_app
from shopfloor.certificates import files, making
from shopfloor.certificates.commands import renew
from shopfloor.certificates.files import Places
from shopfloor.certificates.rules import Names
from shopfloor.clock import now
from shopfloor.config import read_settings
from shopfloor.web.extensions import db
from tests.databases import fresh_url

NAMES = Names(("plant", "localhost"), ("192.168.1.20", "127.0.0.1", "::1"))
HINT = "No camera at this address."


@pytest.fixture
def served(tmp_path):
    """`served(**environment)`: a browser at a server on an empty database, with the data folder of this test."""
    with fresh_url("sqlite") as url:
        made = []

        def make(**environment):
            app = create_app(read_settings({"SHOPFLOOR_DATABASE_URL": url, "SHOPFLOOR_DATA": str(tmp_path)} | environment))
            made.append(app)
            return app.test_client()

        yield make
        for app in made:
            with app.app_context():
                db.engine.dispose()


@pytest.fixture
def places(tmp_path):
    """With a certificate."""
    renew(Places.of(tmp_path), found=NAMES, now=now())
    return Places.of(tmp_path)


def read_code(html):
    """What a tablet reads from the page's QR code."""
    size = int(re.search(r'viewBox="0 0 (\d+) \1"', html)[1])
    picture = Image.new("L", (size, size), 255)
    for x, y, wide in re.findall(r"M(\d+) (\d+)h(\d+)v1", html):
        picture.paste(0, (int(x), int(y), int(x) + int(wide), int(y) + 1))
    found = zxingcpp.read_barcodes(picture.resize((size * 6, size * 6), Image.Resampling.NEAREST))
    return found[0].text


def test_img_9_the_page_needs_no_sign_in_and_not_even_a_plant(served, places):
    page = served(SHOPFLOOR_HOST="0.0.0.0").get("/trust")
    assert page.status_code == 200
    fingerprint = making.fingerprint(files.read_authority(places))
    assert fingerprint in re.sub(r"</?span>", "", page.text)
    for device in ("Android", "iPad", "Windows", "Linux", "Firefox"):
        assert device in page.text
    assert "https://192.168.1.20:8000/" in page.text
    assert "without https at the moment" not in page.text


@pytest.mark.parametrize("environment", [{}, {"SHOPFLOOR_HOST": "0.0.0.0", "SHOPFLOOR_HTTPS": "off"}])
def test_img_9_nobody_is_sent_to_an_https_address_that_does_not_answer(served, places, environment):
    page = served(**environment).get("/trust").text
    assert "https://192.168.1.20" not in page
    assert "without https at the moment" in page


def test_img_9_the_certificate_comes_as_devices_want_it_and_nothing_else_with_it(served, places):
    """Even a file with a key pasted into it gives the certificate alone."""
    places.authority.write_bytes(places.authority.read_bytes() + places.authority_key.read_bytes())
    answer = served().get("/trust/authority.crt")
    assert answer.mimetype == "application/x-x509-ca-cert"
    assert answer.data == making.pem(files.read_authority(places))
    assert b"PRIVATE" not in answer.data


@pytest.mark.parametrize(("host", "environment", "shown"), [
    ("192.168.1.20:8000", {}, "http://192.168.1.20:8000/trust"),
    ("plant", {}, "http://plant/trust"),
    ("127.0.0.1:8000", {}, "http://192.168.1.20:8000/trust"),
    ("localhost:8000", {"SHOPFLOOR_TRUST_PORT": "8080"}, "http://192.168.1.20:8080/trust"),
    ("[fd00::5]:8000", {"SHOPFLOOR_TRUST_PORT": "8080"}, "http://[fd00::5]:8080/trust"),
    ("[fd00::5]", {}, "http://[fd00::5]/trust"),
])
def test_img_9_the_code_leads_a_tablet_to_this_page(served, places, host, environment, shown):
    """Opened at the server itself it does not send the tablet to the tablet."""
    page = served(**environment).get("/trust", headers={"Host": host}).text
    assert shown in page
    assert read_code(page) == shown


@pytest.mark.parametrize(("browser", "opened"), [
    ("Mozilla/5.0 (Linux; Android 15; SM-X510) Chrome/140", "Android tablet"),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18 Safari", "iPad or iPhone"),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Edg/140", "Windows, Edge"),
    ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140", "Linux or ChromeOS"),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko Firefox/140", "Firefox"),
    ("", ""),
])
def test_img_9_the_steps_of_the_readers_device_are_open(served, places, browser, opened):
    page = served().get("/trust", headers={"User-Agent": browser}).text
    titles = re.findall(r'<details class="steps panel" open><summary>([^<]*)', page)
    assert [title for title in titles if opened and title.startswith(opened)] or titles == []


def test_img_9_without_a_certificate_the_page_says_how_to_make_one(served):
    client = served()
    assert "shopfloor tls init" in client.get("/trust").text
    assert client.get("/trust/authority.crt").status_code == 404


def test_img_9_with_the_companys_certificate_there_is_nothing_to_install(served, places):
    places.authority.unlink()
    assert "Nothing to install" in served().get("/trust").text


@pytest.mark.parametrize("name", ["authority.crt", "server.pem"])
def test_img_9_a_damaged_file_breaks_no_page(served, places, name):
    (places.folder / name).write_bytes(b"\xff nothing")
    client = served()
    assert client.get("/trust").status_code == 200
    assert client.get("/trust/authority.crt").status_code == (404 if name == "authority.crt" else 200)
    found = client.get("/health/ready").get_json()["certificate"]["state"]
    assert found == ("good" if name == "authority.crt" else "unreadable")


@pytest.mark.parametrize(("host", "secure", "hint"), [
    ("192.168.1.20:8000", False, True), ("plant.example", False, True), ("127.example.com", False, True), ("[fd00::5]:8000", False, True),
    ("192.168.1.20:8000", True, False),
    ("localhost:8000", False, False), ("127.0.0.1", False, False), ("[::1]:8000", False, False), ("[::1]", False, False),
])
def test_img_9_over_plain_http_from_elsewhere_every_page_says_why_there_is_no_camera(site, host, secure, hint):
    client = site.client(badge="")
    base = f"{'https' if secure else 'http'}://{host}"
    client.environ_base["HTTP_ORIGIN"] = base
    sign_in = client.get("/sign-in", base_url=base).text
    client.post("/sign-in", data={"badge": "B-ADMIN", "station": "ST-1"}, base_url=base)
    home = client.get("/", base_url=base).text
    assert [HINT in sign_in, HINT in home] == [hint, hint]
    if hint:
        assert 'href="/trust"' in sign_in
        assert "Scanners that type and uploaded pictures work" in sign_in
    assert HINT not in client.get("/trust", base_url=base).text


def test_img_9_the_page_is_found_under_more_and_by_its_name(client):
    assert 'href="/trust"' in client.get("/more").text
    assert client.get("/find", query_string={"text": "trust this"}).location == "/trust"


def cookies(answer):
    return {text.partition("=")[0]: text for text in answer.headers.getlist("Set-Cookie")}


def test_r_se_4_over_https_cookies_stay_with_https(site):
    client = site.client(badge="")
    client.environ_base["HTTP_ORIGIN"] = "https://plant.test"
    answer = client.post("/sign-in", data={"badge": "B-ADMIN", "station": "ST-1"}, base_url="https://plant.test")
    kept = cookies(answer)
    assert set(kept) == {"__Host-shopfloor_session", "shopfloor_station"}
    for words in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert words in kept["__Host-shopfloor_session"]
    assert "Domain" not in kept["__Host-shopfloor_session"]
    assert "Secure" in kept["shopfloor_station"]
    assert client.get("/", base_url="https://plant.test").status_code == 200


def test_r_se_4_a_cookie_from_http_is_nobody_over_https(site):
    """Whoever can answer on the network for http could slip a session of his own into the browser."""
    stolen = cookies(site.client(badge="").post("/sign-in", data={"badge": "B-ADMIN", "station": "ST-1"}))["shopfloor_session"]
    value = stolen.partition(";")[0]
    client = site.app.test_client(use_cookies=False)
    assert client.get("/", headers={"Cookie": value}).status_code == 200
    assert client.get("/", headers={"Cookie": value}, base_url="https://localhost").status_code == 303
    assert client.get("/", headers={"Cookie": "__Host-" + value}, base_url="https://localhost").status_code == 200


def test_over_http_cookies_work_as_before(site):
    kept = cookies(site.client(badge="").post("/sign-in", data={"badge": "B-ADMIN", "station": "ST-1"}))
    assert "shopfloor_session" in kept
    assert "Secure" not in kept["shopfloor_session"]


def test_no_answer_promises_https_for_good(site):
    """HSTS would shut the door that shows how to trust this server (decisions)."""
    assert "Strict-Transport-Security" not in site.client().get("/", base_url="https://localhost").headers


@pytest.mark.parametrize(("days_ago", "state", "left"), [(0, "good", 395), (350, "ends soon", 45), (400, "ended", -5)])
def test_img_9_the_health_page_tells_the_days_and_stays_ready(site, days_ago, state, left):
    data_folder = site.app.config["SHOPFLOOR_SETTINGS"].data_folder
    renew(Places.of(data_folder), found=NAMES, new_authority=True, now=now() - timedelta(days=days_ago))
    answer = site.client(badge="").get("/health/ready")
    assert answer.status_code == 200
    assert answer.get_json()["certificate"] == {"state": state, "days_left": left}
