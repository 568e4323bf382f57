"""`shopfloor run`: the real server in a process of its own, with gunicorn and with waitress."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from shopfloor.cli.addresses import tell_addresses
from shopfloor.cli.listening import IN_THE_CLEAR, Listening
from shopfloor.config import read_settings
from shopfloor.people.queries import OperatorRow
from tests.databases import ENGINES, fresh_url

MAIN = "from shopfloor.app import main; main()"
WITHOUT_GUNICORN = "import sys; sys.modules['gunicorn'] = None; " + MAIN


def environment(url, folder):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SHOPFLOOR_") and name != "DATABASE_URL"}
    return {**clean, "SHOPFLOOR_DATABASE_URL": url, "SHOPFLOOR_DATA": str(folder), "PYTHONUNBUFFERED": "1"}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@contextlib.contextmanager
def served(url, folder, program=MAIN):
    port = free_port()
    command = [sys.executable, "-c", program, "run", "--port", str(port), "--threads", "4"]
    server = subprocess.Popen(command, env=environment(url, folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield server, f"http://127.0.0.1:{port}"
    finally:
        if server.poll() is None:
            server.kill()
        server.communicate()


def get(address):
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:
                return answer.status
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@pytest.mark.parametrize("kind", ENGINES)
def test_the_server_serves_and_stops(kind, tmp_path):
    """A33, R-OP-7: gunicorn answers, says where it is, and stops by itself when it is told to."""
    with fresh_url(kind) as url, served(url, tmp_path) as (server, address):
        assert get(address + "/health/ready") == 200
        assert get(address + "/sign-in") == 200
        # A scan of 4,096 characters (A35) fits into the address of a search, so that its answer is ours and not the web server's.
        assert get(f"{address}/sign-in?next={'x' * 4096}") == 200
        server.terminate()
        out, err = server.communicate(timeout=30)  # it drains for at most five seconds; the rest is room for a busy machine
    assert server.returncode == 0
    assert f"{address}/" in out
    assert "/set-up" in out
    assert "Traceback" not in err


def test_waitress_serves_where_gunicorn_is_missing(tmp_path):
    """A33."""
    with fresh_url("sqlite") as url, served(url, tmp_path, WITHOUT_GUNICORN) as (_server, address):
        assert get(address + "/health/ready") == 200


def test_what_the_server_says_of_itself(capsys, tmp_path):
    """A30: the demo's badges are shown; an open network is warned of, this machine is not."""
    settings = read_settings({"SHOPFLOOR_DATA": str(tmp_path)})
    tell_addresses(settings, Listening(), None, [OperatorRow("E-101", "Ann Berg", "1001", "Worker", "en", blocked=False)], code="")
    told = capsys.readouterr()
    assert "http://127.0.0.1:8000/" in told.out
    assert "1001  Ann Berg, Worker" in told.out
    assert told.err == ""
    everywhere = read_settings({"SHOPFLOOR_DATA": str(tmp_path), "SHOPFLOOR_HOST": "0.0.0.0"})
    tell_addresses(everywhere, Listening(missing=(IN_THE_CLEAR,)), None, [], code="")
    told = capsys.readouterr()
    assert "http://127.0.0.1:8000/" in told.out
    assert "Badges" not in told.out
    assert "Warning: open to the network with no https" in told.err
    assert "no camera" in told.err


def test_an_empty_database_is_told_with_the_place_and_the_code_of_its_set_up(capsys, tmp_path):
    settings = read_settings({"SHOPFLOOR_DATA": str(tmp_path), "SHOPFLOOR_HOST": "192.168.0.7"})
    tell_addresses(settings, Listening(), None, [], code="ABCDE-FGHIJ")
    told = capsys.readouterr().out
    assert "Set the plant up at http://192.168.0.7:8000/set-up" in told
    assert "ABCDE-FGHIJ" in told


def run_once(url, folder, *arguments):
    command = [sys.executable, "-c", MAIN, "run", *arguments]
    return subprocess.run(command, env=environment(url, folder), capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("host", "says"), [("192.0.2.1", "no address 192.0.2.1"), ("no.such.host.invalid", "no address no.such"), ("x" * 300, "no address")]
)
def test_an_address_that_this_machine_does_not_have(host, says, tmp_path):
    with fresh_url("sqlite") as url:
        result = run_once(url, tmp_path, "--host", host)
    assert result.returncode == 1
    assert says in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_port_in_use_gives_one_sentence(tmp_path):
    with fresh_url("sqlite") as url, socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run_once(url, tmp_path, "--port", port)
    assert result.returncode == 1
    assert result.stderr == f"Error: Port {port} is in use already. Stop the other program, or choose another port with --port.\n"


@pytest.mark.parametrize("port", ["0", "70000", "http"])
def test_a_port_that_is_none(port, tmp_path):
    result = run_once(f"sqlite:///{tmp_path / 'a.sqlite3'}", tmp_path, "--port", port)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
