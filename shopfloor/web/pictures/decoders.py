"""The processes that read pictures: few, restarted when they fail, and with a short queue (IMG-4, IMG-11).

Scans of others are not held up: a reading process has its own interpreter and a lower priority, and at most as many web threads
wait for pictures as the queue has places.
"""

from __future__ import annotations

import atexit
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import BinaryIO, cast

import shopfloor
from shopfloor.scanning.pictures import wire
from shopfloor.scanning.pictures.errors import PictureReaderFailed, PicturesBusy, PictureTooSlow
from shopfloor.scanning.pictures.header import check_header
from shopfloor.scanning.pictures.readings import PictureReadings

SECONDS = 2.0
"""IMG-4: from the moment a process has the picture."""
START_SECONDS = 20.0
"""A process that starts loads OpenCV first; on a busy machine that takes a while."""
PROCESSES = max(1, min(2, (os.cpu_count() or 1) // 2))
WAITING = 4
"""Pictures that may wait; the next one is refused."""
WAIT_SECONDS = 5.0
"""Longest wait for a turn."""
MODULE = "shopfloor.scanning.pictures.process"
log = logging.getLogger(__name__)


class Decoders:
    """A bounded set of reading processes. Safe for many threads."""

    def __init__(self, processes: int = PROCESSES, waiting: int = WAITING, seconds: float = SECONDS, module: str = MODULE) -> None:
        self._most = processes + waiting
        self._seconds = seconds
        self._module = module
        self._free = threading.Semaphore(processes)
        self._lock = threading.Lock()
        self._sessions: set[str] = set()
        self._idle: list[Decoder] = []

    @contextmanager
    def turn(self, session_key: str) -> Iterator[None]:
        """A place in the queue, to be taken before the picture is loaded. Raises PicturesBusy."""
        with self._lock:
            if session_key in self._sessions or len(self._sessions) >= self._most:
                raise PicturesBusy
            self._sessions.add(session_key)
        try:
            yield
        finally:
            with self._lock:
                self._sessions.discard(session_key)

    def read(self, job: wire.Job) -> PictureReadings:
        """Read one picture; within a `turn`.

        Raises PictureRefused: what `check_header` and the pipeline refuse, PicturesBusy, PictureTooSlow, PictureReaderFailed.
        """
        check_header(job.content)
        if not self._free.acquire(timeout=WAIT_SECONDS):
            raise PicturesBusy
        try:
            decoder = self._take()
            try:
                return decoder.ask(job, self._seconds)
            finally:
                self._put(decoder)
        finally:
            self._free.release()

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            idle, self._idle = self._idle, []
        for decoder in idle:
            decoder.close()

    def _take(self) -> Decoder:
        """A process that waits, else a new one. The system may have ended one that waited, when memory was short."""
        while True:
            with self._lock:
                waiting = self._idle.pop() if self._idle else None
            if waiting is None:
                return Decoder(self._module)
            if waiting.alive:
                return waiting
            waiting.close()

    def _put(self, decoder: Decoder) -> None:
        if decoder.usable:
            with self._lock:
                self._idle.append(decoder)
        else:
            decoder.close()


class Decoder:
    """One process. Raises PictureReaderFailed where it does not start."""

    def __init__(self, module: str = MODULE) -> None:
        # The package may run from a folder that only this process knows.
        folders = [str(Path(shopfloor.__file__).parent.parent), os.environ.get("PYTHONPATH", "")]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, folders)), "OPENBLAS_NUM_THREADS": "1"}
        self._process = subprocess.Popen(  # noqa: S603  # our own module
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
        )
        self.usable = True
        with self._killed_after(START_SECONDS):
            ready = self._output.read(len(wire.READY))
        if ready != wire.READY:
            self.close()
            raise PictureReaderFailed

    def ask(self, job: wire.Job, seconds: float) -> PictureReadings:
        """Read one picture. Raises PictureRefused."""
        self.usable = False
        with self._killed_after(seconds) as late:
            try:
                wire.send(self._input, wire.job_head(job), job.content)
                message = wire.receive(self._output)
            except OSError:
                message = None
        if message is None:
            if late.is_set():
                raise PictureTooSlow(seconds=round(seconds))
            log.warning("a process that reads pictures ended with %s in the middle of a picture", self._process.wait())
            raise PictureReaderFailed
        head, _content = message
        if "trace" in head:
            log.warning("a picture could not be read: %s", head["trace"])
        else:
            self.usable = not late.is_set()  # the time was over just as the answer came
        return wire.answer_of(head)

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the process."""
        self.usable = False
        self._process.kill()
        self._process.wait()
        self._output.close()
        try:
            self._input.close()
        except OSError:  # what it did not take any more
            log.debug("the rest of a picture was not taken")

    @contextmanager
    def _killed_after(self, seconds: float) -> Iterator[threading.Event]:
        """Ends the process when the time is over, so that nobody waits for it longer. Sets the event when it did."""
        late = threading.Event()

        def stop() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            yield late
        finally:
            timer.cancel()

    @property
    def _input(self) -> BinaryIO:
        return cast("BinaryIO", self._process.stdin)

    @property
    def _output(self) -> BinaryIO:
        return cast("BinaryIO", self._process.stdout)


@cache
def decoders() -> Decoders:
    """The processes of this server: one set for everything in it, started when the first picture comes."""
    found = Decoders()
    atexit.register(found.close)
    return found
