"""Labels: a real socket and a real file as printers; away, broken off, interrupted, and never twice knowingly."""

from __future__ import annotations

import os
import socket
import sqlite3
import struct
import threading
import time

import pytest

from hardware import printing
from hardware.printing import INTERRUPTED, FilePrinter, PrintRoom, SocketPrinter
from hardware.spool import KeyTaken, Spool

ZPL = "^XA^FO50,50^BXN,6,200,,,,_^FD_1010952123454321310LOT7^FS^XZ"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    for name in ("FIRST_RETRY_SECONDS", "LONGEST_RETRY_SECONDS", "LOOK_SECONDS"):
        monkeypatch.setattr(printing, name, 0.05)


@pytest.fixture
def spool(tmp_path):
    made = Spool(tmp_path / "spool.sqlite3")
    yield made
    made.close()


@pytest.fixture
def room(spool):
    rooms = []

    def make(*printers):
        rooms.append(PrintRoom(spool, printers))
        rooms[-1].start()
        return rooms[-1]

    yield make
    for one in rooms:
        one.stop()


class NetworkPrinter:
    """Listens as a label printer does, and keeps what it got."""

    def __init__(self, port: int = 0, *, breaks_after: int | None = None) -> None:
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        self.labels: list[bytes] = []
        self.breaks_after = breaks_after
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                line, _address = self.listener.accept()
            except OSError:
                return
            data = b""
            while piece := line.recv(65536):
                data += piece
                if self.breaks_after is not None and len(data) >= self.breaks_after:
                    # Power off in the middle of a label: the line is reset.
                    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    break
            self.labels.append(data)
            line.close()

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Remembers:
    """A printer that keeps what it is given."""

    name, resolution = "labels", 203

    def __init__(self, sent: list[bytes]) -> None:
        self.sent = sent

    def send(self, data: bytes) -> None:
        self.sent.append(data)

    def check(self) -> None:
        """It is there."""


def until_state(spool, key: str, state: str) -> str:
    end = time.monotonic() + 5
    while (job := spool.job(key)).state != state:
        assert time.monotonic() < end, f"{key} is {job.state} ({job.detail}), not {state}"
        time.sleep(0.01)
    return job.detail


def test_labels_are_printed_in_order_and_each_once(spool, room) -> None:
    printer = NetworkPrinter()
    work = room(SocketPrinter("labels", "127.0.0.1", printer.port))
    for number in range(5):
        work.add(f"k{number}", "labels", f"{ZPL}{number}")
        work.add(f"k{number}", "labels", f"{ZPL}{number}")
    until_state(spool, "k4", "sent")
    assert printer.labels == [f"{ZPL}{number}".encode() for number in range(5)]
    with pytest.raises(KeyTaken):
        work.add("k0", "labels", "another label")
    with pytest.raises(KeyError):
        work.add("k9", "no such printer", ZPL)
    printer.close()


def test_a_printer_that_is_away_gets_its_labels_when_it_is_back(spool, room) -> None:
    printer = NetworkPrinter()
    printer.close()
    work = room(SocketPrinter("labels", "127.0.0.1", printer.port))
    work.add("k1", "labels", ZPL)
    work.add("k2", "labels", "second")
    assert "does not answer" in until_state(spool, "k1", "printer away")
    back = NetworkPrinter(printer.port)
    until_state(spool, "k2", "sent")
    assert back.labels == [ZPL.encode(), b"second"]
    back.close()


def test_a_job_that_waits_is_taken_back_and_one_that_was_begun_is_not(spool, room) -> None:
    printer = NetworkPrinter()
    printer.close()
    work = room(SocketPrinter("labels", "127.0.0.1", printer.port))
    work.add("k1", "labels", ZPL)
    work.add("k2", "labels", "second")
    until_state(spool, "k1", "printer away")
    assert spool.cancel_job("k2")
    assert spool.job("k2") is None
    assert not spool.cancel_job("k2")
    back = NetworkPrinter(printer.port)
    until_state(spool, "k1", "sent")
    assert not spool.cancel_job("k1")
    work.add("k3", "labels", "third")
    until_state(spool, "k3", "sent")
    assert back.labels == [ZPL.encode(), b"third"]
    back.close()


def test_a_job_that_is_taken_back_while_it_is_looked_at_is_not_printed(spool, room) -> None:
    """Between reading the next job and beginning it somebody took it back: begin finds nothing."""
    spool.add_job("k1", "labels", ZPL)
    job = spool.next_job("labels")
    assert spool.cancel_job("k1")
    sent: list[bytes] = []
    assert room(Remembers(sent))._printed(Remembers(sent), job)
    assert sent == []


def test_a_label_that_broke_off_is_not_sent_again(spool, room) -> None:
    printer = NetworkPrinter(breaks_after=1)
    work = room(SocketPrinter("labels", "127.0.0.1", printer.port))
    work.add("k1", "labels", ZPL * 50_000)
    assert "may be out" in until_state(spool, "k1", "failed")
    printer.breaks_after = None
    work.add("k2", "labels", "second")
    until_state(spool, "k2", "sent")
    assert len(printer.labels) == 2
    assert printer.labels[1] == b"second"
    printer.close()


def test_a_printer_on_a_cable(spool, room, tmp_path) -> None:
    device = tmp_path / "lp0"
    work = room(FilePrinter("labels", str(device)))
    work.add("k1", "labels", ZPL)
    assert "lp0" in until_state(spool, "k1", "printer away")
    device.touch()
    until_state(spool, "k1", "sent")
    assert device.read_bytes() == ZPL.encode()


def test_a_printer_without_paper_takes_nothing_and_the_label_waits(spool, room, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(printing, "SEND_SECONDS", 0.05)
    os.mkfifo(tmp_path / "lp0")
    reader = os.open(tmp_path / "lp0", os.O_RDWR | os.O_NONBLOCK)
    while True:
        try:
            os.write(reader, b"x" * 4096)
        except BlockingIOError:
            break
    work = room(FilePrinter("labels", str(tmp_path / "lp0")))
    work.add("k1", "labels", "Z" * 10_000)
    assert "paper" in until_state(spool, "k1", "printer away")
    filled = 0
    while filled < 65536:
        filled += len(os.read(reader, 65536))
    end = time.monotonic() + 5
    got = b""
    while len(got) < 10_000 and time.monotonic() < end:
        try:
            got += os.read(reader, 65536)
        except BlockingIOError:
            time.sleep(0.01)
    until_state(spool, "k1", "sent")
    assert got == b"Z" * 10_000
    os.close(reader)


def test_a_printer_that_stops_in_the_middle_fails_the_label(spool, room, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(printing, "SEND_SECONDS", 0.05)
    os.mkfifo(tmp_path / "lp0")
    reader = os.open(tmp_path / "lp0", os.O_RDWR | os.O_NONBLOCK)
    work = room(FilePrinter("labels", str(tmp_path / "lp0")))
    work.add("k1", "labels", "Z" * 200_000)
    assert "may be out" in until_state(spool, "k1", "failed")
    os.close(reader)


def test_what_was_being_sent_when_the_program_was_killed_is_not_sent_again(spool, room) -> None:
    printer = NetworkPrinter()
    spool.add_job("k1", "labels", ZPL)
    spool.set_job("k1", "sending")
    spool.add_job("k2", "labels", "second")
    room(SocketPrinter("labels", "127.0.0.1", printer.port))
    until_state(spool, "k2", "sent")
    assert until_state(spool, "k1", "failed") == INTERRUPTED
    assert printer.labels == [b"second"]
    printer.close()


def test_an_interrupted_job_is_told_at_the_next_start_alone(spool) -> None:
    spool.add_job("k1", "labels", ZPL)
    spool.set_job("k1", "sending")
    assert spool.interrupted(INTERRUPTED) == 1
    assert spool.interrupted(INTERRUPTED) == 0


def test_a_cable_is_let_go_only_when_the_printer_has_everything(tmp_path, monkeypatch) -> None:
    """The driver of a USB printer takes a piece, sends it in the background, and drops it when the file is closed before the end."""
    monkeypatch.setattr(printing, "SEND_SECONDS", 0.05)
    taken = []

    class Driver:
        """Ready for one piece; then busy with it for good."""

        @staticmethod
        def select(_readers, handles, _others, _seconds):
            return [], [] if taken else handles, []

    monkeypatch.setattr(printing, "select", Driver)
    monkeypatch.setattr(printing.os, "write", lambda _handle, data: taken.append(data) or len(data))
    device = tmp_path / "lp0"
    device.touch()
    with pytest.raises(printing.BrokenOff, match="takes no data"):
        FilePrinter("labels", str(device)).send(ZPL.encode())
    assert taken == [ZPL.encode()]


def test_a_printer_that_never_stops_talking_does_not_hold_up_the_next_label(monkeypatch) -> None:
    monkeypatch.setattr(printing, "LOOK_SECONDS", 0.2)
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def chatter() -> None:
            line, _address = server.accept()
            with line:
                while not stop.wait(0.02):
                    line.sendall(b"status\r\n")

        thread = threading.Thread(target=chatter, daemon=True)
        thread.start()
        sender = threading.Thread(target=SocketPrinter("labels", "127.0.0.1", server.getsockname()[1]).send, args=(b"^XA^XZ",), daemon=True)
        sender.start()
        sender.join(3)
        assert not sender.is_alive()
        stop.set()
        thread.join(3)


def test_a_job_that_another_program_adds_is_printed(spool, room, tmp_path) -> None:
    printer = NetworkPrinter()
    room(SocketPrinter("labels", "127.0.0.1", printer.port))
    other = Spool(tmp_path / "spool.sqlite3")
    other.add_job("k1", "labels", "Größe")
    other.close()
    until_state(spool, "k1", "sent")
    assert printer.labels == ["Größe".encode()]
    printer.close()


def test_a_disk_that_is_full_for_a_while_stops_no_printer(spool, room, monkeypatch) -> None:
    printer = NetworkPrinter()
    spool.add_job("k1", "labels", ZPL)
    real, failures = spool.begin_job, [sqlite3.OperationalError("database or disk is full")] * 2

    def begin_job(*arguments):
        if failures:
            raise failures.pop()
        return real(*arguments)

    monkeypatch.setattr(spool, "begin_job", begin_job)
    room(SocketPrinter("labels", "127.0.0.1", printer.port))
    until_state(spool, "k1", "sent")
    assert printer.labels == [ZPL.encode()]
    printer.close()
