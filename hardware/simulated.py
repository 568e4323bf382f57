"""A scanner for people without one: each line is a code. `␝` and `{GS}` stand for the group separator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Event
from typing import TextIO

from hardware.capture import Code, Cut, Source

SPELLINGS = ("␝", "{GS}")
GS = "\x1d"


@dataclass(frozen=True)
class SimulatedScanner:
    """Lines of a file, or what somebody types."""

    name: str
    lines: TextIO
    pause: float = 0.0
    """Seconds between two codes."""

    @property
    def source(self) -> Source:
        """Bytes: GS is the only separator."""
        return "serial"

    def codes(self, stop: Event, connected: Callable[[], None], now_ms: Callable[[], int]) -> Iterator[Code | Cut]:
        """The lines in their order; then it waits, as a scanner that nobody uses."""
        connected()
        for line in self.lines:
            text = line.rstrip("\r\n")
            for spelling in SPELLINGS:
                text = text.replace(spelling, GS)
            if text:
                yield Code(text, now_ms())
            if stop.wait(self.pause):
                return
        stop.wait()
