"""The real server over https: TLS by name and by address, renewal while it runs, the small door, and who is kept out (IMG-9, A30)."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from shopfloor.certificates.commands import renew
from shopfloor.certificates.files import Places, read_server
from shopfloor.certificates.rules import Names
from shopfloor.clock import now
from tests.cli.test_run import MAIN, environment, free_port, run_once
from tests.databases import fresh_url

NAMES = Names(("localhost", "plant.test"), ("127.0.0.1", "::1"))
PATIENCE = 60
SECRETS = (b"PRIVATE KEY", b"BEGIN EC")


class Server:
    """`shopfloor run` in a process of its own, with a certificate."""

    def __init__(self, folder: Path, port: int, door: int) -> None:
        self.places, self.port, self.door = Places.of(folder), port, door

    def trusting(self, authority: Path | None = None) -> ssl.SSLContext:
        """A device that trusts our authority and nobody else."""
        return ssl.create_default_context(cafile=str(authority or self.places.authority))

    def shake(self, name: str, context: ssl.SSLContext | None = None) -> dict[str, object]:
        """The certificate that the server shows to somebody who asks for this name."""
        with (
            socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as raw,
            (context or self.trusting()).wrap_socket(raw, server_hostname=name) as talk,
        ):
            return {**talk.getpeercert(), "version": talk.version()}

    def get(self, path: str, *, secure: bool = True, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        """The path goes out as it is: no client tidies it up."""
        if secure:
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=PATIENCE, context=self.trusting())
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.door, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.putrequest(method, path, skip_host="Host" in headers)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            answer = connection.getresponse()
            return answer, answer.read()

    def sign_in(self) -> str:
        """The session cookie of an administrator."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=PATIENCE, context=self.trusting())
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://127.0.0.1:{self.port}"}
        with contextlib.closing(connection):
            connection.request("POST", "/sign-in", "badge=9001", headers)
            told = connection.getresponse().headers.get_all("Set-Cookie") or []
        return next(text.partition(";")[0] for text in told if text.startswith("__Host-"))


@pytest.fixture(scope="module")
def administrator(server):
    """Whoever is signed in may see every page there is."""
    cookie = server.sign_in()
    assert server.get("/people", Cookie=cookie)[0].status == 200
    return cookie


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    renew(Places.of(folder), found=NAMES, now=now())
    port, door = free_port(), free_port()
    command = [sys.executable, "-c", MAIN, "run", "--port", str(port), "--trust-port", str(door), "--https", "on", "--threads", "2"]
    person = [sys.executable, "-c", MAIN, "user", "add", "E-1", "Ada", "--badge", "9001", "--role", "Administrator"]
    with fresh_url("sqlite") as url:
        subprocess.run(person, env=environment(url, folder), check=True, capture_output=True)
        process = subprocess.Popen(command, env=environment(url, folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        made = Server(folder, port, door)
        try:
            wait(made, process)
            yield made
        finally:
            process.terminate()
            out, err = process.communicate(timeout=30)
        assert f"https://localhost:{port}/" in out or f"https://127.0.0.1:{port}/" in out
        assert "Traceback" not in err, err


def wait(server, process):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            server.shake("localhost")
            server.get("/trust", secure=False)
            return
        time.sleep(0.1)
    raise AssertionError(process.communicate()[1])


@pytest.mark.parametrize("name", ["localhost", "plant.test", "127.0.0.1", "::1"])
def test_img_9_a_device_that_trusts_the_authority_is_served_by_name_and_by_address(server, name):
    assert server.shake(name)["version"] in {"TLSv1.2", "TLSv1.3"}


@pytest.mark.parametrize("name", ["other.test", "localhost.test", "127.0.0.2", "fd00::1"])
def test_img_9_a_wrong_name_is_refused(server, name):
    with pytest.raises(ssl.SSLCertVerificationError, match=r"mismatch|not valid for"):
        server.shake(name)


def test_img_9_a_device_that_trusts_another_authority_refuses(server, tmp_path):
    other = Places.of(tmp_path)
    renew(other, found=NAMES, now=now())
    with pytest.raises(ssl.SSLCertVerificationError, match="verify failed"):
        server.shake("localhost", server.trusting(other.authority))


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize(("version", "served"), [("TLSv1_1", False), ("TLSv1_2", True), ("TLSv1_3", True)])
def test_img_9_tls_1_2_and_newer(server, version, served):
    context = server.trusting()
    context.set_ciphers("DEFAULT@SECLEVEL=0")  # so that it is the server which refuses
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    if served:
        assert server.shake("localhost", context)["version"] == version.replace("_", ".")
    else:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            server.shake("localhost", context)


def test_img_9_pages_come_over_https_and_no_promise_of_hsts(server):
    answer, body = server.get("/health/ready")
    assert answer.status == 200
    assert b'"state":"good"' in body
    assert answer.headers["Strict-Transport-Security"] is None


def test_img_9_whoever_comes_without_https_is_told_so_in_words(server):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"http://127.0.0.1:{server.port}/", timeout=PATIENCE)
    with refused.value as answer:
        assert answer.status == 400
        assert b"https://" in answer.read()


def test_img_9_a_renewed_certificate_is_shown_by_the_running_server(server):
    """The server is the same process, the authority stays, so no device has to do anything."""
    before = server.shake("localhost")["serialNumber"]
    with pytest.raises(ssl.SSLCertVerificationError):
        server.shake("line-4.test")
    authority = server.places.authority.read_bytes()
    done = renew(server.places, found=NAMES, hosts=["line-4.test"], now=now())
    assert done.reason
    assert server.shake("line-4.test")["serialNumber"] != before
    assert server.places.authority.read_bytes() == authority
    assert server.get("/health/live")[0].status == 200


def test_img_9_a_damaged_certificate_does_not_stop_the_running_server(server):
    kept = server.places.server.read_bytes()
    new = server.places.server.with_name("damaged")
    try:
        new.write_bytes(b"nothing")
        new.replace(server.places.server)
        assert server.shake("localhost")
    finally:
        new.write_bytes(kept)
        new.replace(server.places.server)
    assert server.shake("localhost")


def test_img_9_visitors_who_do_not_finish_the_handshake_hold_nobody_up(server):
    """Two threads, four who connect and say nothing or half a hello."""
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)) for _ in range(4)]
        for one in silent[:2]:
            one.sendall(b"\x16\x03\x01")
        assert server.get("/health/live")[0].status == 200
        started = time.monotonic()
        assert silent[0].recv(1) == b"", "the server ends a handshake that does not go on"
        assert time.monotonic() - started < 40


# --- the small door without https -----------------------------------------------------------------------------------------


def test_img_9_the_door_hands_out_the_authority(server):
    answer, body = server.get("/trust/authority.crt", secure=False)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/x-x509-ca-cert")
    assert ssl.PEM_cert_to_DER_cert(body.decode()) == ssl.PEM_cert_to_DER_cert(server.places.authority.read_text())
    page, text = server.get("/trust", secure=False)
    assert page.status == 200
    assert b"Get the certificate" in text
    assert server.get("/static/base.css", secure=False)[0].status == 200


@pytest.mark.parametrize("path", [
    "/", "/sign-in", "/items?text=a%20b", "/trust/", "/health/ready", "/api/v1/items", "/%0d%0aSet-Cookie:a=b", "//evil.test/a",
])
def test_img_9_everything_else_goes_to_https_under_a_name_of_the_certificate(server, path):
    for host in ("plant.test", "evil.test", "evil.test:80@x", "[", ""):
        answer, _body = server.get(path, secure=False, Host=host)
        shown = "plant.test" if host == "plant.test" else read_server(server.places).names.of_network[0]
        assert answer.status == 307
        assert answer.headers["Location"].startswith(f"https://{shown}:{server.port}/"), host
        assert answer.headers["Set-Cookie"] is None


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "BREW"])
def test_img_9_the_door_takes_no_form(server, method):
    answer, body = server.get("/sign-in", secure=False, method=method, Content_Length="0")
    assert answer.status == 405
    assert b"not encrypted" in body


HOSTILE = [
    "/trust/authority.key", "/trust/server.pem", "/trust/../tls/authority.key", "/trust/%2e%2e/tls/authority.key",
    "/trust/..%2ftls%2fauthority.key", "/trust/authority.crt/../authority.key", "/static/../../tls/authority.key",
    "/static/%2e%2e/%2e%2e/tls/authority.key", "/static//{folder}/authority.key", "/static/..%5c..%5ctls%5cauthority.key",
    "/static/{folder}/authority.key", "/static/%2f{folder}/server.pem", "/tls/authority.key", "//tls/authority.key",
    "/trust/authority.crt%00.key", "/trust/authority.crt?file=authority.key", "/trust/authority.crt;authority.key",
    "/trust?page=../tls/authority.key", "/static/vendor/../../../tls/server.pem", "/.well-known/../tls/authority.key",
    "/static/....//....//tls/authority.key",
]


@pytest.mark.parametrize("secure", [True, False])
@pytest.mark.parametrize("path", HOSTILE)
def test_img_9_the_keys_are_out_of_reach(server, administrator, path, secure):
    """Of strangers at the small door, and of people who may do everything."""
    answer, body = server.get(path.replace("{folder}", str(server.places.folder)), secure=secure, Cookie=administrator)
    keys = [server.places.authority_key, server.places.server]
    lines = [line for key in keys for line in key.read_bytes().split(b"-----END PRIVATE")[0].splitlines()[1:] if line]
    assert [line for line in (*SECRETS, *lines) if line in body] == []
    assert answer.status in {200, 303, 307, 308, 400, 404}


# --- who is not served at all -----------------------------------------------------------------------------------------------


def test_a30_the_network_is_refused_without_a_certificate_and_the_port_stays_closed(tmp_path):
    port = free_port()
    with fresh_url("sqlite") as url:
        result = run_once(url, tmp_path, "--host", "0.0.0.0", "--port", str(port))
    assert result.returncode == 1
    assert "shopfloor tls init" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


@pytest.mark.parametrize(("arguments", "says"), [
    (("--https", "on"), "shopfloor tls init"), (("--trust-port", "8099"), "without https"),
    (("--https", "on", "--unprotected"), "shopfloor tls init"),
])
def test_a30_what_cannot_be_served_as_asked_is_refused_in_one_sentence(tmp_path, arguments, says):
    with fresh_url("sqlite") as url:
        result = run_once(url, tmp_path, "--port", str(free_port()), *arguments)
    assert result.returncode == 1
    assert says in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a30_a_damaged_certificate_is_named_and_stops_nobody_who_does_not_use_it(tmp_path):
    renew(Places.of(tmp_path), found=NAMES, now=now())
    Places.of(tmp_path).server.write_text("nothing")
    with fresh_url("sqlite") as url:
        result = run_once(url, tmp_path, "--https", "on", "--port", str(free_port()))
        assert result.returncode == 1
        assert "server.pem" in result.stderr
        taken = socket.create_server(("127.0.0.1", 0))
        with taken:
            here = run_once(url, tmp_path, "--port", str(taken.getsockname()[1]))
    assert "is in use already" in here.stderr, "it came as far as the port"


def test_a30_told_explicitly_it_serves_and_warns(tmp_path):
    port = free_port()
    command = [sys.executable, "-c", MAIN, "run", "--host", "0.0.0.0", "--port", str(port), "--unprotected", "--threads", "2"]
    with fresh_url("sqlite") as url:
        process = subprocess.Popen(command, env=environment(url, tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            deadline = time.monotonic() + PATIENCE
            while time.monotonic() < deadline:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
                time.sleep(0.1)
        finally:
            time.sleep(1)
            process.terminate()
            _out, err = process.communicate(timeout=30)
    assert "Warning: open to the network with no https" in err
    assert "no camera" in err
