"""Serial and USB-CDC scanners: raw bytes, so GS arrives as GS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event

import serial

from hardware.capture import Code, Cut, Source
from hardware.files import SLICE_SECONDS
from hardware.framing import Frame, Framer


@dataclass(frozen=True)
class SerialScanner:
    """One scanner by its device file, best one under /dev/serial/by-id."""

    name: str
    device: str
    baud_rate: int = 9600
    """Bits a second; USB-CDC scanners ignore it."""
    frame: Frame = field(default_factory=Frame)

    @property
    def source(self) -> Source:
        """Bytes: GS is the only separator."""
        return "serial"

    def codes(self, stop: Event, connected: Callable[[], None], now_ms: Callable[[], int]) -> Iterator[Code | Cut]:
        """Read until the line goes away (OSError) or the program stops. What came before the program did is not a code of now."""
        framer = Framer(self.frame)
        with serial.Serial(self.device, self.baud_rate, timeout=SLICE_SECONDS, exclusive=True) as line:
            line.reset_input_buffer()
            connected()
            while not stop.is_set():
                data = line.read(max(1, line.in_waiting))
                yield from framer.feed(data, now_ms()) if data else framer.idle(now_ms())
