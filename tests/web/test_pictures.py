"""Pictures that are sent to the server: the end-point, the scan page, the limits, and that nothing is kept."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from shopfloor.genealogy.models import ComponentAssociation, ScanEntry, TrackedProduct
from shopfloor.people.inputs import PICTURE_SYMBOLS
from shopfloor.scanning.pictures import readers, wire
from shopfloor.scanning.pictures.errors import LARGEST_BYTES
from shopfloor.scanning.pictures.process import MEMORY_BYTES
from shopfloor.scanning.pictures.readings import Symbol
from shopfloor.web.pictures import decoders as decoders_module
from shopfloor.web.pictures.decoders import Decoders
from tests.databases import ENGINES
from tests.scanning.pictures import FORMAT, LABEL, LABEL_TEXT, data_matrix, film, gs1_128, picture, png_claiming, symbol
from tests.web.bikes import bike_site, count, make_order
from tests.web.pictures import READ, patient_pool, send

OTHERS = (ScanEntry, TrackedProduct, ComponentAssociation)


@pytest.fixture(scope="module", autouse=True)
def pool():
    with patient_pool() as made:
        yield made


@pytest.fixture(scope="module", params=ENGINES[:1])
def site(request, tmp_path_factory):
    with bike_site(request.param, tmp_path_factory.mktemp("data")) as made:
        yield made


@pytest.fixture
def client(site):
    return site.client()


# --- the end-point ---------------------------------------------------------------------------------------------------------


def test_img_5_the_end_point_tells_everything_that_a_scan_has_to_keep(client):
    answer = send(client, data_matrix())
    assert answer.status_code == 200, answer.text
    (code,) = answer.json["codes"]
    assert (code["verdict"], code["text"], code["kind"]) == ("accepted", "]d2" + LABEL_TEXT, "gs1")
    assert code["shown"] == LABEL
    reading = code["reading"]
    assert (reading["identifier"], reading["content"], reading["engine"], reading["stage"]) == ("]d2", "gs1", "zxing-cpp", "first")
    assert bytes.fromhex(reading["hex"]).decode() == LABEL_TEXT
    assert reading["unused_error_correction"] == 1.0
    assert answer.json["stages"] == ["first"]


@pytest.mark.parametrize("mode", ["live", "still", "hard_mark"])
def test_img_4_every_mode_reads(client, mode):
    assert [code["text"] for code in send(client, gs1_128("jpeg"), mode=mode).json["codes"]] == ["]C1" + LABEL_TEXT]


def test_img_3_a_held_code_is_accepted_in_the_next_frame(client, monkeypatch):
    """Codabar is read by one engine only."""
    content = picture(symbol("A1234567B", FORMAT.Codabar))
    (held,) = send(client, content, mode="live").json["codes"]
    assert (held["verdict"], held["reason"]) == ("held", "second_reading")
    (code,) = send(client, content, mode="live", before=[held["sighting"], "EAN:1"]).json["codes"]
    assert (code["verdict"], code["seconded_by"]) == ("accepted", "frame before")


def test_img_6_a_code_that_was_read_and_not_understood_says_why(client):
    (code,) = send(client, picture(symbol("(01)09521234543214(10)A", FORMAT.DataMatrix, gs1=True, force_square=True))).json["codes"]
    assert (code["verdict"], code["kind"], code["code"]) == ("accepted", "", "GS1_PARSE")
    assert "check digit" in code["message"]


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "'; DROP TABLE item; --", "A\x00B\x1b[31m", "\u202eabc", "x" * 2000])
def test_img_11_hostile_text_in_a_code_is_only_text(site, client, text):
    before = [count(site, model) for model in OTHERS]
    answer = send(client, picture(symbol(text, FORMAT.QRCode)))
    (code,) = answer.json["codes"]
    assert bytes.fromhex(code["reading"]["hex"]).decode() == text
    assert code["code"] in {"", "SCAN_INVALID", "SCAN_TOO_LONG"}
    assert code["shown"].isprintable()
    order = make_order(site)
    page = send(client, picture(symbol(text, FORMAT.QRCode)), path=f"{order.page}/picture")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert [count(site, model) for model in OTHERS] == before


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "PICTURE_UNKNOWN"),
        (b"hello", 422, "PICTURE_UNKNOWN"),
        (b"GIF89a" + bytes(40), 422, "PICTURE_UNKNOWN"),
        (data_matrix("jpeg")[:700], 422, "PICTURE_DAMAGED"),
        (data_matrix()[:300], 422, "PICTURE_DAMAGED"),
        (png_claiming(10_000, 10_000), 422, "PICTURE_TOO_MANY_PIXELS"),
        (film("webp"), 422, "PICTURE_ANIMATED"),
        (bytes(LARGEST_BYTES + 1), 422, "PICTURE_TOO_LARGE"),
        (bytes(LARGEST_BYTES + 200_000), 422, "PICTURE_TOO_LARGE"),
    ],
)
def test_img_11_bad_pictures_are_refused_by_code_at_both_doors_and_nothing_is_stored(site, client, content, status, code):
    before = [count(site, model) for model in OTHERS]
    answer = send(client, content)
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text
    order = make_order(site)
    page = send(client, content, path=f"{order.page}/picture")
    assert page.status_code == status
    assert ('data-result="refused"' in page.text) == (len(content) <= LARGEST_BYTES + 1)  # a form this large is not even read
    assert not code.endswith("LARGE") or "more than 8 MB" in page.text
    assert [count(site, model) for model in OTHERS] == before


def test_img_11_the_content_counts_and_not_what_it_is_called(client):
    assert send(client, data_matrix("webp"), "notes.txt", "text/plain").json["codes"] != []
    assert send(client, b"hello", "photo.png", "image/png").json["code"] == "PICTURE_UNKNOWN"


def test_img_11_a35_a_picture_may_have_all_of_eight_megabytes(client):
    """Beside it the form has its own parts."""
    content = data_matrix("jpeg")
    content += bytes(LARGEST_BYTES - len(content))
    assert len(content) == 8 * 2**20
    assert len(send(client, content, mode="live").json["codes"]) == 1


def test_bad_requests_of_the_end_point_are_refused(client, site):
    for form in ({}, {"mode": "wild", "picture": (io.BytesIO(data_matrix()), "a.png")}, {"picture": "text"}, {"other": "x"}):
        answer = client.post(READ, data=form, content_type="multipart/form-data")
        assert (answer.status_code, answer.json["code"]) == (422, "INVALID_INPUT"), form
    assert client.post(READ, data=b"\x00\x01", content_type="multipart/form-data; boundary=x").status_code == 422
    assert client.post(READ, json={"picture": "x"}).status_code == 422
    assert send(site.app.test_client(), data_matrix()).status_code in {401, 403}


# --- the pool --------------------------------------------------------------------------------------------------------------


def test_img_11_one_picture_at_a_time_for_a_session_and_a_short_queue(pool, client):
    with pool.turn("somebody"), pytest.raises(Exception, match=r"^PICTURES_BUSY"), pool.turn("somebody"):
        pass
    with pool.turn("one"), pool.turn("two"):
        answer = send(client, data_matrix())
        assert (answer.status_code, answer.json["code"]) == (503, "PICTURES_BUSY")
    assert send(client, data_matrix()).status_code == 200


def test_img_11_many_senders_at_once_are_answered_or_refused_and_the_queue_is_empty_again(site, pool):
    codes = []

    def reader():
        answer = send(site.client(), gs1_128())
        codes.append(answer.json.get("code", "read"))

    threads = [threading.Thread(target=reader) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(codes) <= {"read", "PICTURES_BUSY"}
    assert "read" in codes
    assert pool._sessions == set()
    assert len(pool._idle) == 1


def test_img_11_a_reader_that_dies_is_a_refusal_and_the_next_picture_is_read(pool, client):
    """Stopped before it gets the picture, so that it is killed in the middle of it."""
    assert send(client, data_matrix()).status_code == 200
    (decoder,) = pool._idle
    os.kill(decoder._process.pid, signal.SIGSTOP)
    answers = []
    sender = threading.Thread(target=lambda: answers.append(send(client, data_matrix())))
    sender.start()
    while decoder.usable:
        time.sleep(0.01)
    decoder._process.kill()
    sender.join()
    assert answers[0].json["code"] == "PICTURE_READER_FAILED"
    assert not Path(f"/proc/{decoder._process.pid}").exists()
    assert send(client, data_matrix()).status_code == 200


def test_img_11_a_reader_that_died_while_it_waited_costs_nobody_a_picture(pool, client):
    """The system ends it when memory is short."""
    assert send(client, data_matrix()).status_code == 200
    (decoder,) = pool._idle
    decoder._process.kill()
    decoder._process.wait()
    assert send(client, data_matrix()).status_code == 200
    assert not Path(f"/proc/{decoder._process.pid}").exists()


def test_img_4_a_picture_that_takes_too_long_is_stopped_and_the_next_is_read():
    """The largest picture that is allowed, and a twentieth of a second."""
    slow = Decoders(processes=1, seconds=0.05)
    content = picture(np.random.default_rng(1).integers(0, 255, (3000, 4000), dtype=np.uint8), "jpeg", quality=60)
    began = time.monotonic()
    with slow.turn("a"), pytest.raises(Exception, match=r"^PICTURE_TOO_SLOW"):
        slow.read(wire.Job(content, "still"))
    assert time.monotonic() - began < decoders_module.START_SECONDS
    slow._seconds = 60
    with slow.turn("a"):
        assert slow.read(wire.Job(data_matrix(), "still")).accepted[0].text == LABEL_TEXT
    slow.close()


def test_img_11_a_program_that_does_not_start_is_a_refusal():
    broken = Decoders(processes=1, module="shopfloor.scanning.pictures.nothing_here")
    with broken.turn("a"), pytest.raises(Exception, match=r"^PICTURE_READER_FAILED"):
        broken.read(wire.Job(data_matrix(), "still"))


def test_img_10_the_health_page_says_which_engines_read_pictures(site, monkeypatch):
    client = site.client("")
    assert client.get("/health/ready").json["pictures"] == {"zxing-cpp": True, "zbar": readers.has_second_engine()}
    monkeypatch.setattr("shopfloor.web.health.picture_engines", lambda: {"zxing-cpp": True, "zbar": False})
    answer = client.get("/health/ready")
    assert answer.json["pictures"]["zbar"] is False
    assert answer.json["checks"] == {"database": True, "disk": True}


# --- what a station takes --------------------------------------------------------------------------------------------------


def test_img_6_a_station_says_which_symbols_and_lengths_it_takes(site):
    """By its card; without a word everything is read, and ITF codes of fourteen digits."""
    client = site.client()
    body = {"name": "Press", "picture_symbols": "Code 128, Data Matrix,ITF", "itf_lengths": "6, 14"}
    headers = {"Idempotency-Key": "station-press"}
    assert client.post("/api/v1/stations", json={"code": "ST-PRESS", **body}, headers=headers).status_code == 200
    press = site.client("")
    assert press.post("/sign-in", data={"badge": "B-ADMIN", "station": "ST-PRESS", "next": "/"}).status_code == 303
    for content, here, there in (
        (picture(symbol("4006381333931", FORMAT.EAN13)), ("refused", "not_allowed"), "accepted"),
        (data_matrix(), ("accepted", ""), "accepted"),
    ):
        (code,) = send(press, content).json["codes"]
        assert (code["verdict"], code["reason"]) == here
        (code,) = send(client, content).json["codes"]
        assert code["verdict"] == (there if readers.has_second_engine() or here[0] == "accepted" else "held")
    (code,) = send(press, picture(symbol("123456", FORMAT.ITF))).json["codes"]
    assert code["verdict"] == ("accepted" if readers.has_second_engine() else "held")


MISSPELLED = (("picture_symbols", "Code128"), ("picture_symbols", "QR"), ("itf_lengths", "six"), ("itf_lengths", "٦"))


@pytest.mark.parametrize(("field", "value"), MISSPELLED)
def test_img_6_a_misspelled_rule_is_refused(client, field, value):
    body = {"code": "ST-X", "name": "X", field: value}
    answer = client.post("/api/v1/stations", json=body, headers={"Idempotency-Key": f"wrong-{field}-{len(value)}"})
    assert (answer.status_code, answer.json["code"]) == (422, "INVALID_INPUT")
    assert field in answer.json["fields"]["problems"]


def test_img_6_the_names_of_symbols_are_those_of_the_readers():
    assert set(PICTURE_SYMBOLS) == {symbol.value for symbol in Symbol}


def test_the_server_itself_never_loads_opencv():
    """Pictures are unpacked and read in other processes; what is not loaded cannot be attacked."""
    program = (
        "import sys; from shopfloor.app import create_app; import shopfloor.web.application; import shopfloor.web.api.pictures;"
        "import shopfloor.web.production.pictures; sys.exit('cv2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_img_11_a_reader_has_a_limit_of_memory_and_gives_way_to_the_server(pool, client):
    """Linux says what a process may have."""
    assert send(client, data_matrix()).status_code == 200
    (decoder,) = pool._idle
    limits = Path(f"/proc/{decoder._process.pid}/limits").read_text(encoding="ascii")
    (line,) = (line for line in limits.splitlines() if line.startswith("Max address space"))
    assert int(line.split()[3]) == MEMORY_BYTES
    assert os.getpriority(os.PRIO_PROCESS, decoder._process.pid) >= 10


def test_img_11_the_largest_picture_that_is_allowed_fits_into_the_memory_of_a_reader(client):
    """The most dots in the formats that take most."""
    for content in (
        picture(np.full((3072, 4096, 3), 255), "webp", quality=10, method=0),
        picture(np.full((3072, 4096, 4), 255), "png", compress_level=1),
    ):
        answer = send(client, content, mode="live")
        assert answer.json["codes"] == []
