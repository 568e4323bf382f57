"""Real device files: pseudo-terminals for serial lines, pipes with recorded streams for keyboards and HID POS; unplug and plug again."""

from __future__ import annotations

import fcntl
import io
import logging
import os
import threading
import time
from contextlib import contextmanager

import pytest

from hardware import watch as watching
from hardware.capture import Clock, Code
from hardware.event_device import EVIOCGRAB, KeyboardScanner
from hardware.handover import Handover
from hardware.hid_pos import HID_IOC_SET_FEATURE_2, WAKE_REPORT, HidPosScanner
from hardware.serial_line import SerialScanner
from hardware.simulated import SimulatedScanner
from hardware.spool import Spool
from hardware.watch import Watch
from tests.hardware.benches import Line
from tests.hardware.keys import GS, recorded, report, typed

LABEL = f"]d2010952123454321310Ab{GS}21c1"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(watching, "RETRY_SECONDS", 0.02)


@pytest.fixture
def spool(tmp_path):
    made = Spool(tmp_path / "spool.sqlite3")
    yield made
    made.close()


@pytest.fixture
def handover(spool):
    return Handover(spool, Clock())


@contextmanager
def watched(scanner, handover):
    stopping = threading.Event()
    thread = Watch(scanner, handover, stopping)
    thread.start()
    try:
        yield thread
    finally:
        stopping.set()
        thread.join(5)
        assert not thread.is_alive()


def until(condition, what: str, seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.01)


def texts(spool) -> list[str]:
    return [kept.capture.text for kept in spool.pending()]


@pytest.fixture
def line(tmp_path):
    made = Line(tmp_path / "scanner")
    yield made
    made.unplug()


def connected(handover) -> bool:
    return handover.states.get("bench") == ""


def test_serial_bytes_arrive_with_their_separator(line, handover, spool) -> None:
    with watched(SerialScanner("bench", str(line.path)), handover):
        until(lambda: connected(handover), "connected")
        os.write(line.ours, LABEL.encode() + b"\r")
        os.write(line.ours, b"PK-000")
        os.write(line.ours, b"123\r\n")
        until(lambda: len(texts(spool)) == 2, "two codes")
    assert texts(spool) == [LABEL, "PK-000123"]
    first, second = (kept.capture for kept in spool.pending())
    assert (first.source, first.device, len(first.key)) == ("serial", "bench", 32)
    assert first.key != second.key
    assert first.clock_ms <= second.clock_ms
    assert first.clock_id == second.clock_id


def test_a_serial_scanner_that_is_unplugged_and_plugged_again_goes_on(line, handover, spool, caplog) -> None:
    caplog.set_level(logging.INFO)
    with watched(SerialScanner("bench", str(line.path)), handover):
        until(lambda: connected(handover), "connected")
        os.write(line.ours, b"A\rHALF")
        until(lambda: texts(spool) == ["A"], "the first code")
        line.unplug()
        until(lambda: handover.problems() == ("bench: the scanner is not connected.",), "a problem is told")
        line.plug()
        until(lambda: connected(handover), "connected again")
        os.write(line.ours, b"B\r")
        until(lambda: texts(spool) == ["A", "B"], "the second code, without the half one")
        assert handover.problems() == ()
    told = [record.getMessage() for record in caplog.records]
    assert told.count("bench: connected.") == 2
    assert sum("not connected" in one for one in told) <= 2


def test_a_scanner_that_is_not_there_is_waited_for(tmp_path, handover, spool) -> None:
    with watched(SerialScanner("bench", str(tmp_path / "scanner")), handover):
        until(lambda: handover.problems() != (), "a problem is told")
        line = Line(tmp_path / "scanner")
        until(lambda: connected(handover), "connected")
        os.write(line.ours, b"A\r")
        until(lambda: texts(spool) == ["A"], "the code")
    line.unplug()


@pytest.fixture
def ioctls(monkeypatch):
    """What the devices were told; a pipe knows no such things."""
    told: list[tuple[int, object]] = []
    monkeypatch.setattr(fcntl, "ioctl", lambda _handle, request, argument=0: told.append((request, argument)))
    return told


@contextmanager
def pipe(path):
    os.mkfifo(path)
    handle = os.open(path, os.O_RDWR)
    try:
        yield handle
    finally:
        os.close(handle)


@pytest.mark.parametrize("layout", ["us", "fr"])
def test_r_05_a_keyboard_scanner_is_grabbed_and_read(tmp_path, handover, spool, ioctls, layout) -> None:
    text = LABEL if layout == "us" else LABEL.removeprefix("]d2")
    with pipe(tmp_path / "event7") as device, watched(KeyboardScanner("bench", str(tmp_path / "event7"), layout), handover):
        until(lambda: connected(handover), "connected")
        stream = recorded(typed(text, layout=layout) + typed("PK-1", layout=layout))
        for start in range(0, len(stream), 240):
            os.write(device, stream[start : start + 240])
        until(lambda: len(texts(spool)) == 2, "two codes")
    assert ioctls == [(EVIOCGRAB, 1)]
    assert texts(spool) == [text, "PK-1"]
    assert spool.pending()[0].capture.source == "wedge"


def test_a_keyboard_scanner_that_cannot_be_grabbed_is_not_read(tmp_path, handover, spool) -> None:
    """Its scans would also go into windows, and be taken twice."""
    with pipe(tmp_path / "event7") as device, watched(KeyboardScanner("bench", str(tmp_path / "event7")), handover):
        os.write(device, recorded(typed("PK-1")))
        until(lambda: handover.problems() != (), "a problem is told")
    assert texts(spool) == []


@pytest.mark.parametrize("wake", [False, True])
def test_hid_pos_reports_are_read(tmp_path, handover, spool, ioctls, wake) -> None:
    with pipe(tmp_path / "hidraw0") as device, watched(HidPosScanner("bench", str(tmp_path / "hidraw0"), wake=wake), handover):
        until(lambda: connected(handover), "connected")
        os.write(device, report(b"0109521234543213", more=True) + report(b"10LOT7"))
        until(lambda: texts(spool) != [], "a code")
    assert texts(spool) == ["]d2010952123454321310LOT7"]
    assert ioctls == ([(HID_IOC_SET_FEATURE_2, WAKE_REPORT)] if wake else [])


def test_a_code_that_came_in_part_is_told_and_not_taken(line, handover, spool, monkeypatch) -> None:
    monkeypatch.setattr("hardware.framing.CUT_AFTER_MS", 50)
    with watched(SerialScanner("bench", str(line.path)), handover):
        until(lambda: connected(handover), "connected")
        os.write(line.ours, b"0952123")
        until(lambda: handover.problems() != (), "it is told")
    assert handover.problems() == ("bench: a code came without its end and was not taken; scan it again.",)
    assert texts(spool) == []


def test_a_played_scanner_is_a_scanner(handover, spool) -> None:
    lines = io.StringIO("PK-000123\n\n]d2010952123454321310Ab{GS}21c1\n10A␝21B\n edge \n")
    with watched(SimulatedScanner("played", lines), handover):
        until(lambda: len(texts(spool)) == 4, "four codes")
    assert texts(spool) == ["PK-000123", LABEL, f"10A{GS}21B", " edge "]


def test_a_full_disk_is_told(line, handover, spool, monkeypatch) -> None:
    monkeypatch.setattr("hardware.spool.MOST_CAPTURES", 1)
    with watched(SerialScanner("bench", str(line.path)), handover):
        until(lambda: connected(handover), "connected")
        os.write(line.ours, b"A\rB\r")
        until(lambda: handover.problems() != (), "it is told")
    assert texts(spool) == ["A"]
    assert handover.problems()[0].startswith("bench: the code was not kept")


def test_a_mistake_of_ours_does_not_silence_a_scanner(handover, spool, caplog) -> None:
    class Stumbling:
        name, source, calls = "bench", "serial", 0

        def codes(self, stop, connected, now_ms):
            self.calls += 1
            if self.calls == 1:
                raise ZeroDivisionError
            connected()
            yield Code("A", now_ms())
            stop.wait()

    with watched(Stumbling(), handover):
        until(lambda: texts(spool) == ["A"], "the code of the second try")
    assert "unexpected error" in caplog.text
