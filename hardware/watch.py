"""One thread for each scanner: opens it, reads it, and opens it again when it was unplugged."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Protocol

from hardware.capture import Code, Cut, Source
from hardware.handover import Handover

log = logging.getLogger("shopfloor.station")

RETRY_SECONDS = 1.0


class Scanner(Protocol):
    """Whatever gives codes."""

    @property
    def name(self) -> str:
        """Name in the configuration."""

    @property
    def source(self) -> Source:
        """What the server calls it."""

    def codes(self, stop: threading.Event, connected: Callable[[], None], now_ms: Callable[[], int]) -> Iterator[Code | Cut]:
        """Open, call `connected`, give codes until `stop` is set. Raises OSError when the device is away."""


class Watch(threading.Thread):
    """Keeps one scanner connected."""

    def __init__(self, scanner: Scanner, handover: Handover, stopping: threading.Event) -> None:
        super().__init__(name=f"scanner {scanner.name}")
        self.scanner, self.handover, self.stopping = scanner, handover, stopping
        self.told = ""

    def run(self) -> None:
        """Until the program stops."""
        while not self.stopping.is_set():
            try:
                self._read()
            except OSError as error:
                self._away(error.strerror or str(error))
            except Exception as error:  # a mistake of ours must not silence a scanner for the rest of the day
                if repr(error) != self.told:  # once, not every second of the day
                    log.exception("%s: unexpected error.", self.scanner.name)
                self._away(repr(error))
            self.stopping.wait(RETRY_SECONDS)

    def _read(self) -> None:
        for code in self.scanner.codes(self.stopping, self._connected, self.handover.clock.now_ms):
            if isinstance(code, Cut):
                self.handover.notice(self.scanner.name, f"{code.reason} and was not taken; scan it again")
            else:
                self.handover.captured(code, source=self.scanner.source, device=self.scanner.name)

    def _connected(self) -> None:
        log.info("%s: connected.", self.scanner.name)
        self.told = ""
        self.handover.state(self.scanner.name, "")

    def _away(self, reason: str) -> None:
        if reason != self.told:
            log.warning("%s: not connected (%s). Waiting for it.", self.scanner.name, reason)
        self.told = reason
        self.handover.state(self.scanner.name, "the scanner is not connected")
