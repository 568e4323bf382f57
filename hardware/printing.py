"""Label printers by raw socket and by device file. A job is kept on disk before anything is sent, and never printed twice knowingly.

A job that could not be started is tried again, later and later. A job that broke off in the middle may be out already: it is
`failed`, and only a person who looked at the printer has it printed again.
"""

from __future__ import annotations

import logging
import os
import select
import socket
import sqlite3
import threading
import time
from dataclasses import dataclass
from typing import Protocol

from hardware.files import opened_file
from hardware.spool import PrintJob, Spool

log = logging.getLogger("shopfloor.station")

USUAL_RESOLUTION = 203
CONNECT_SECONDS = 5.0
SEND_SECONDS = 30.0
FIRST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 30.0
LOOK_SECONDS = 0.5
"""How often the spool is looked at for jobs that another program added."""
PIECE = 4096
INTERRUPTED = "The program ended while it was printing. Look at the printer: the label may be out. Print it again if it is not."


class PrinterAway(Exception):
    """Nothing was sent."""


class BrokenOff(Exception):
    """Something was sent, perhaps all of it."""


class Printer(Protocol):
    """A printer by its name in the configuration."""

    @property
    def name(self) -> str:
        """The name."""

    @property
    def resolution(self) -> int:
        """Dots an inch (IMG-13): the page offers a printer only for formats that are made for it."""

    def send(self, data: bytes) -> None:
        """Send everything. Raises PrinterAway, BrokenOff."""

    def check(self) -> None:
        """Whether it could be printed on now. Raises PrinterAway."""


@dataclass(frozen=True)
class SocketPrinter:
    """A printer on the network, raw, as a rule on port 9100."""

    name: str
    host: str
    port: int = 9100
    resolution: int = USUAL_RESOLUTION

    def send(self, data: bytes) -> None:
        """See `Printer`."""
        with self._connected() as line:
            try:
                line.settimeout(SEND_SECONDS)
                line.sendall(data)
                line.shutdown(socket.SHUT_WR)
            except TimeoutError as error:
                raise BrokenOff("the printer stopped taking data") from error
            except OSError as error:
                raise BrokenOff(_broke(error)) from error
            _wait_for_end(line)

    def check(self) -> None:
        """See `Printer`."""
        self._connected().close()

    def _connected(self) -> socket.socket:
        """Raises PrinterAway."""
        try:
            return socket.create_connection((self.host, self.port), CONNECT_SECONDS)
        except OSError as error:
            raise PrinterAway(f"{self.host}:{self.port} does not answer ({error.strerror or error})") from error


def _wait_for_end(line: socket.socket) -> None:
    """A printer that refuses in the middle resets the line. One that is done closes it, says nothing, or goes on telling how it is."""
    end = time.monotonic() + LOOK_SECONDS
    try:
        while (left := end - time.monotonic()) > 0:
            line.settimeout(left)
            if not line.recv(PIECE):
                return
    except TimeoutError:
        return
    except OSError as error:
        raise BrokenOff(_broke(error)) from error


def _broke(error: OSError) -> str:
    return f"the connection broke ({error.strerror or error})"


@dataclass(frozen=True)
class FilePrinter:
    """A printer on a USB cable, by its device file, as a rule /dev/usb/lp0."""

    name: str
    device: str
    resolution: int = USUAL_RESOLUTION

    def send(self, data: bytes) -> None:
        """See `Printer`."""
        sent = 0
        try:
            with opened_file(self.device, os.O_WRONLY) as handle:
                while True:
                    if not select.select([], [handle], [], SEND_SECONDS)[1]:
                        reason = "the printer takes no data; is there paper, is it closed"
                        raise BrokenOff(reason) if sent else PrinterAway(reason)
                    if sent == len(data):
                        return  # ready for more. Closed sooner, the driver drops the piece that is still on its way
                    sent += os.write(handle, data[sent : sent + PIECE])
        except OSError as error:
            words = f"{self.device}: {error.strerror or error}"
            raise (BrokenOff(words) if sent else PrinterAway(words)) from error

    def check(self) -> None:
        """See `Printer`."""
        if not os.access(self.device, os.W_OK):
            raise PrinterAway(f"{self.device} is not there, or this user may not write to it")


class PrintRoom:
    """Prints the jobs of each printer in their order."""

    def __init__(self, spool: Spool, printers: tuple[Printer, ...]) -> None:
        self.spool, self.printers = spool, {printer.name: printer for printer in printers}
        self.stopping = threading.Event()
        self.news = {name: threading.Event() for name in self.printers}
        self.threads = [threading.Thread(target=self._work, args=(printer,), name=f"printer {printer.name}") for printer in printers]

    def start(self) -> None:
        """Begin; what was being sent when the program ended last time is failed."""
        if self.spool.interrupted(INTERRUPTED):
            log.warning("A print job was interrupted. %s", INTERRUPTED)
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """End after the job that is being sent."""
        self.stopping.set()
        for event in self.news.values():
            event.set()
        for thread in self.threads:
            thread.join()

    def add(self, key: str, printer: str, text: str) -> None:
        """Take a job. Raises KeyError for an unknown printer, KeyTaken."""
        news = self.news[printer]
        self.spool.add_job(key, printer, text)
        news.set()

    def _work(self, printer: Printer) -> None:
        pause = FIRST_RETRY_SECONDS
        while not self.stopping.is_set():
            self.news[printer.name].clear()
            try:
                job = self.spool.next_job(printer.name)
                printed = job is None or self._printed(printer, job)
            except sqlite3.Error as error:
                # What cannot be written down is not sent; what was sent and could not be written down stays `sending`.
                log.warning("%s: the disk does not take it (%s).", printer.name, error)
                job, printed = None, False
            if printed:
                pause = FIRST_RETRY_SECONDS
                if job is None:
                    self.news[printer.name].wait(LOOK_SECONDS)
            else:
                self.stopping.wait(pause)
                pause = min(2 * pause, LONGEST_RETRY_SECONDS)

    def _printed(self, printer: Printer, job: PrintJob) -> bool:
        """False: the printer is away, and the job waits."""
        begun = time.monotonic()
        # On disk before the first byte: whatever happens now, the job is not sent a second time by itself.
        if not self.spool.begin_job(job.key):
            return True
        try:
            printer.send(job.text.encode())
        except PrinterAway as error:
            self.spool.set_job(job.key, "printer away", str(error))
            if (job.state, job.detail) != ("printer away", str(error)):
                log.warning("%s: away, %s. The label waits.", printer.name, error)
            return False
        except BrokenOff as error:
            self.spool.set_job(job.key, "failed", f"{error}. Look at the printer: the label may be out.")
            log.warning("%s: FAILED, %s. The label may be out; it is not sent again by itself.", printer.name, error)
            return True
        self.spool.set_job(job.key, "sent")
        log.info("%s: printed in %.1f s.", printer.name, time.monotonic() - begun)
        return True
