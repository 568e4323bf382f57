"""R-25, IMG-13: labels to a printer by network and by device file; a printer that is away; addresses that are refused."""

from __future__ import annotations

import os
import pty
import socket
import threading
import tty
from contextlib import contextmanager
from functools import partial

import pytest
from sqlalchemy import select

from shopfloor.labels import transport
from shopfloor.labels.inputs import SendLabels, printer_address
from shopfloor.labels.masters import PRINTER
from shopfloor.labels.models import LabelSending
from shopfloor.labels.queries import printer_of
from shopfloor.labels.sending import begin_sending, claim_sending, content_of, deliver, end_sending, refusal_of, stored_problem
from shopfloor.people.master_commands import block_record
from tests.factories_genealogy import FRAME
from tests.factories_orders import opening_stock
from tests.labels.factories import card, make, make_format, make_printer, of_number, refused


@contextmanager
def network_printer():
    """A printer on loopback that keeps what it is sent."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = []

        def serve():
            try:
                line, _ = server.accept()
            except OSError:
                return
            with line:
                parts = []
                while part := line.recv(65536):
                    parts.append(part)
                taken.append(b"".join(parts))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}", taken
        thread.join(5)


@pytest.fixture
def job(run, plant):
    opening_stock(run, FRAME, serial_no="F-1")
    return make(run, **of_number("F-1"))


def printer(session, code="P1"):
    found = printer_of(session, code)
    session.rollback()
    return found


def content(session, job_no, code="P1"):
    found = content_of(session, job_no, printer_of(session, code))
    session.rollback()
    return found


def sent(session, entry_no):
    row = session.execute(select(LabelSending.state, LabelSending.problem).where(LabelSending.entry_no == entry_no)).one()
    session.rollback()
    return tuple(row)


def test_a_job_reaches_a_network_printer_once_however_often_it_is_asked_for(run, session, job):
    with network_printer() as (address, taken):
        make_printer(run, address)
        begun = run(begin_sending, key="press", job_no=job, given=SendLabels(printer="P1"))
        assert run(begin_sending, key="press", job_no=job, given=SendLabels(printer="P1")) == begun
        assert run(claim_sending, entry_no=begun.entry_no).mine
        assert not run(claim_sending, entry_no=begun.entry_no).mine
        deliver(printer(session), content(session, job), job)
    assert run(end_sending, entry_no=begun.entry_no).state == "Sent"
    (text,) = taken
    assert text.startswith(b"^XA")
    assert text.count(b"^XZ") == 1
    assert (card(session, job).job.state, card(session, job).job.printed_how) == ("Printed", "Printer P1")
    assert sent(session, begun.entry_no) == ("Sent", "")


def test_a_device_file_gets_the_same_bytes(run, session, job):
    """A pseudo-terminal is a character device like /dev/usb/lp0."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    make_printer(run, os.ttyname(slave), draws_symbols=True)
    text = content(session, job)
    got = []
    thread = threading.Thread(target=lambda: got.extend(read_all(master, len(text))), daemon=True)
    thread.start()
    deliver(printer(session), text, job)
    thread.join(10)
    assert b"".join(got) == text
    assert b"^BXN" in text
    os.close(slave)
    os.close(master)


def read_all(handle, count):
    parts = []
    while count > 0:
        parts.append(os.read(handle, 65536))
        count -= len(parts[-1])
    return parts


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/dev/no-such-printer"])
def test_a_printer_that_is_away_is_told_and_the_job_can_be_sent_again(run, session, job, address):
    make_printer(run, address)
    begun = run(begin_sending, job_no=job, given=SendLabels(printer="P1"))
    run(claim_sending, entry_no=begun.entry_no)
    refusal = refused("PRINTER_AWAY", deliver, printer(session), b"^XA^XZ", job)
    run(end_sending, entry_no=begun.entry_no, problem=refusal.problem)
    assert sent(session, begun.entry_no) == ("Failed", refusal.problem)
    assert card(session, job).job.state == "Made"
    assert run(begin_sending, job_no=job, given=SendLabels(printer="P1")).entry_no > begun.entry_no


def test_a_printer_that_takes_no_more_is_given_up_in_time():
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(transport.Stopped, match="no more paper"):
        transport.send(f"127.0.0.1:{server.getsockname()[1]}", b"x" * 50_000_000, outside_allowed=False, seconds=0.5)


def test_peers_74_after_a_printer_stopped_in_the_middle_nobody_is_told_to_print_all_again(run, session, job, monkeypatch):
    """Some labels are out: sending the whole job again would put two labels of one serial number into the hall."""
    monkeypatch.setattr(transport, "SEND_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        make_printer(run, f"127.0.0.1:{server.getsockname()[1]}")
        refusal = refused("PRINTER_STOPPED", deliver, printer(session), b"x" * 50_000_000, job)
    assert "may be out" in refusal.text()
    assert "again" not in refusal.text().partition("Print again")[0]
    begun = run(begin_sending, key="press", job_no=job, given=SendLabels(printer="P1"))
    run(claim_sending, entry_no=begun.entry_no)
    assert type(refusal_of(run(claim_sending, entry_no=begun.entry_no), session, begun.entry_no)).code == "PRINTER_BUSY"
    run(end_sending, entry_no=begun.entry_no, problem=stored_problem(refusal))
    again = refusal_of(run(claim_sending, entry_no=begun.entry_no), session, begun.entry_no)
    assert again.text() == refusal.text()


def test_a_printer_that_never_stops_talking_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(transport, "END_SECONDS", 0.2)
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def chatter():
            line, _address = server.accept()
            with line:
                while not stop.wait(0.02):
                    line.sendall(b"status\r\n")

        thread = threading.Thread(target=chatter, daemon=True)
        thread.start()
        address = f"127.0.0.1:{server.getsockname()[1]}"
        sender = threading.Thread(target=partial(transport.send, address, b"^XA^XZ", outside_allowed=False), daemon=True)
        sender.start()
        sender.join(3)
        assert not sender.is_alive()
        stop.set()
        thread.join(3)


def test_a_device_is_let_go_only_when_it_has_everything(tmp_path, monkeypatch):
    """The driver of a USB printer drops what it still sends in the background when the file is closed."""
    taken = []

    class Driver:
        """Ready for one piece; then busy with it for good."""

        @staticmethod
        def select(_readers, handles, _others, _seconds):
            return [], [] if taken else handles, []

    monkeypatch.setattr(transport, "select", Driver)
    monkeypatch.setattr(transport.os, "write", lambda _handle, data: taken.append(bytes(data)) or len(data))
    with pytest.raises(transport.Away, match="no more paper"):
        transport.send("/dev/null", b"^XA^XZ", outside_allowed=False)
    assert taken == [b"^XA^XZ"]


def test_only_a_device_is_written_to(tmp_path, monkeypatch):
    """A file that somebody put there is not overwritten."""
    monkeypatch.setattr(transport, "_DEVICE_FOLDER", str(tmp_path))
    file = tmp_path / "lp0"
    file.write_text("precious")
    with pytest.raises(transport.Away, match="no device"):
        transport.send(str(file), b"^XA", outside_allowed=False)
    assert file.read_text() == "precious"


@pytest.mark.parametrize(("address", "inside"), [
    ("10.1.2.3:9100", True), ("172.31.0.1:9100", True), ("192.168.1.40:9100", True), ("[::1]:9100", True), ("[fd00::1]:9100", True),
    ("8.8.8.8:9100", False), ("172.32.0.1:9100", False), ("169.254.169.254:80", False), ("0.0.0.0:9100", False),
    ("[2001:db8::1]:9100", False), ("[::ffff:8.8.8.8]:9100", False), ("[::ffff:10.0.0.1]:9100", True), ("224.0.0.1:9100", False),
])
def test_addresses_outside_the_private_networks_need_the_administrators_word(run, session, job, address, inside):
    assert transport.is_outside_by_name(address) != inside
    if inside:
        make_printer(run, address)
        return
    refused("INVALID_INPUT", make_printer, run, address)
    make_printer(run, address, outside_allowed=True)


def test_a_name_is_judged_by_every_address_behind_it(run, session, job, monkeypatch):
    """One of them outside is enough, and nothing is sent."""
    make_printer(run, "printer.example:9100")
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, 9100)) for host in ("127.0.0.1", "8.8.8.8")]
    monkeypatch.setattr(transport.socket, "getaddrinfo", lambda *_given, **_named: found)
    refused("PRINTER_OUTSIDE", deliver, printer(session), b"^XA", job)


@pytest.mark.parametrize("text", [
    "printer", "printer:0", "printer:70000", "http://printer:9100", "/etc/passwd", "/dev/../etc/passwd", "/dev/", "a b:9100", "-x:9100",
    ":9100",
])
def test_what_is_no_address_is_refused(text):
    with pytest.raises(ValueError, match="write host:port"):
        printer_address(text)


def test_a_printer_of_another_resolution_or_a_blocked_one_is_refused(run, session, job):
    make_printer(run, resolution="300")
    refused("PRINTER_RESOLUTION", run, begin_sending, job_no=job, given=SendLabels(printer="P1"))
    fine = make(run, **of_number("F-1"), label_format=make_format(run, "FINE", resolution="300"))
    run(begin_sending, job_no=fine, given=SendLabels(printer="P1"))
    run(block_record, master=PRINTER, record_key=["P1"], version=1, blocked=True)
    refused("PRINTER_BLOCKED", run, begin_sending, job_no=fine, given=SendLabels(printer="P1"))
    refused("NOT_FOUND", run, begin_sending, job_no=fine, given=SendLabels(printer="P9"))
