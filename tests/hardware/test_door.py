"""The door on this machine: who may ask, what is answered, and a program that is killed in the middle."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass

import pytest

from hardware.config import Configuration
from hardware.printing import FilePrinter
from hardware.station import Station
from tests.hardware.benches import ROOT, Program

SERVER = "https://shopfloor.example"
ASK = {"tab": "1", "place": "queue E-1 /a", "queue": True, "claim": True, "after": 0, "problems": []}


@dataclass
class Answer:
    status: int
    text: str
    headers: dict[str, str]


class Browser:
    """A page, as far as the door can tell."""

    def __init__(self, port: int, origin: str = SERVER) -> None:
        self.port, self.origin = port, origin

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        given = {"Origin": self.origin, "Content-Type": "application/json"}
        given |= {name.replace("_", "-"): text for name, text in headers.items()}
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as line:
            line.request(method, path, data, {name: text for name, text in given.items() if text})
            answer = line.getresponse()
            return Answer(answer.status, answer.read().decode(), dict(answer.getheaders()))

    def captures(self, **changes: object) -> list[dict[str, object]]:
        return json.loads(self.ask("POST", "/captures", ASK | changes).text)["captures"]


@pytest.fixture
def station(tmp_path):
    printer = FilePrinter("labels", str(tmp_path / "lp0"))
    made = Station(Configuration(SERVER, 0, tmp_path / "spool.sqlite3", (), (printer,)))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def page(station):
    return Browser(station.door.server_port)


@pytest.mark.parametrize("origin", ["", "null", "http://shopfloor.example", SERVER + ":8443", SERVER + ".evil.example"])
def test_pages_of_other_sites_get_nothing(station, origin) -> None:
    asked = [("POST", "/captures"), ("POST", "/kept"), ("POST", "/jobs"), ("OPTIONS", "/captures"), ("GET", "/jobs/k")]
    for method, path in asked:
        answer = Browser(station.door.server_port, origin).ask(method, path, ASK)
        assert answer.status == 403
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_foreign_name_that_points_here_opens_nothing(page) -> None:
    assert page.ask("POST", "/captures", ASK, Host="evil.example:8711").status == 403
    assert page.ask("GET", "/", Host="evil.example").status == 403


def test_the_browser_is_told_that_the_page_may(page) -> None:
    answer = page.ask("OPTIONS", "/captures", Access_Control_Request_Method="POST")
    assert answer.status == 204
    assert answer.headers.get("Access-Control-Allow-Origin") == SERVER
    assert answer.headers.get("Access-Control-Allow-Private-Network") == "true"
    assert answer.headers.get("Vary") == "Origin"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/captures", b"{", 400),
        ("/captures", b"[" * 100_000, 400),
        ("/captures", [], 400),
        ("/captures", ASK | {"tab": 1}, 400),
        ("/captures", ASK | {"after": "x"}, 400),
        ("/captures", ASK | {"problems": "x"}, 400),
        ("/kept", {"keys": [1]}, 400),
        ("/jobs", {"key": "k", "printer": "labels"}, 400),
        ("/jobs", {"key": "", "printer": "labels", "text": "x"}, 400),
        ("/jobs", {"key": "k", "printer": "no such", "text": "x"}, 404),
        ("/nothing", {}, 404),
    ],
)
def test_nonsense_is_refused(page, path, body, status) -> None:
    assert page.ask("POST", path, body).status == status


def test_forms_and_floods_are_refused(page) -> None:
    assert page.ask("POST", "/kept", b"keys=1", Content_Type="application/x-www-form-urlencoded").status == 415
    assert page.ask("POST", "/kept", b"{}", Content_Length=str(2**40)).status == 413


def test_a_label_goes_through_the_door_once(page, station, tmp_path) -> None:
    (tmp_path / "lp0").touch()
    assert json.loads(page.ask("GET", "/printers").text) == {"printers": ["labels"], "resolutions": {"labels": 203}}
    for _ in range(2):
        assert page.ask("POST", "/jobs", {"key": "k1", "printer": "labels", "text": "^XA^XZ"}).status == 202
    assert page.ask("POST", "/jobs", {"key": "k1", "printer": "labels", "text": "other"}).status == 409
    end = time.monotonic() + 5
    while (state := json.loads(page.ask("GET", "/jobs/k1").text))["state"] != "sent":
        assert time.monotonic() < end, state
    assert (tmp_path / "lp0").read_bytes() == b"^XA^XZ"
    assert page.ask("GET", "/jobs/k2").status == 404


def test_a_label_that_waits_is_taken_back_through_the_door(page, station, tmp_path) -> None:
    """The printer is away: nothing was sent, so nothing is printed later. What was sent stays sent."""
    assert page.ask("POST", "/jobs", {"key": "k1", "printer": "labels", "text": "^XA^XZ"}).status == 202
    end = time.monotonic() + 10
    while not json.loads((answer := page.ask("POST", "/jobs/cancel", {"key": "k1"})).text)["cancelled"]:
        assert time.monotonic() < end, answer.text
    assert page.ask("GET", "/jobs/k1").status == 404
    (tmp_path / "lp0").touch()
    assert page.ask("POST", "/jobs", {"key": "k2", "printer": "labels", "text": "^XA2^XZ"}).status == 202
    while json.loads(page.ask("GET", "/jobs/k2").text)["state"] != "sent":
        assert time.monotonic() < end + 10
    assert json.loads(page.ask("POST", "/jobs/cancel", {"key": "k2"}).text) == {"key": "k2", "cancelled": False}
    assert (tmp_path / "lp0").read_bytes() == b"^XA2^XZ"
    assert page.ask("POST", "/jobs/cancel", {"key": 1}).status == 400


def test_the_agents_own_page_leads_to_shopfloor_and_shows_no_code(page, station) -> None:
    station.handover.state("bench <1>", "the scanner is not connected")
    text = page.ask("GET", "/", Origin="").text
    assert f'href="{SERVER}/#station-agent=on"' in text
    assert "bench &lt;1&gt;" in text


# --- the real program ---


@pytest.fixture
def program(tmp_path):
    made = Program(tmp_path, SERVER)
    yield made
    made.kill()
    made.line.unplug()


def test_a_program_that_is_killed_keeps_what_it_captured(program) -> None:
    program.scan(*(f"MD-{number:04}" for number in range(20)))
    program.told("was captured", 20)
    program.kill()
    program.start("--simulate", "/dev/null")
    page = Browser(program.port)
    kept = page.captures()
    assert [one["text"] for one in kept] == [f"MD-{number:04}" for number in range(20)]
    assert len({one["key"] for one in kept}) == 20
    page.ask("POST", "/kept", {"keys": [one["key"] for one in kept[:5]]})
    program.kill()
    program.start()
    assert [one["key"] for one in page.captures()] == [one["key"] for one in kept[5:]]


def test_the_program_stops_when_it_is_asked_to(program) -> None:
    program.process.send_signal(signal.SIGTERM)
    assert program.process.wait(10) == 0
    assert "Stopping." in program.log.read_text(encoding="utf-8")


def test_a_second_program_says_that_the_first_one_runs(program) -> None:
    command = [sys.executable, "-m", "hardware", "run", "-c", str(program.file)]
    second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=20)
    assert second.returncode == 1
    assert "Does the station agent run already?" in second.stderr
