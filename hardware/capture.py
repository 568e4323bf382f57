"""What every scanner gives, whatever it is plugged into: one capture (IMG-14)."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

Source = Literal["wedge", "serial"]
"""As the server knows it: keys, whose separators have many spellings, or bytes, whose separator is GS alone (R-04)."""

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
MILLISECONDS = 1000


@dataclass(frozen=True)
class Code:
    """A code as it came out of a scanner."""

    text: str
    """Nothing dropped but the frame that the configuration names; GS kept."""
    at_ms: int
    """The station's monotonic clock at its last character."""


@dataclass(frozen=True)
class Cut:
    """A code that came in part. It is never taken: half a number is another number."""

    reason: str


@dataclass(frozen=True)
class Capture:
    """A code with everything that the server asks of a scan."""

    key: str
    """The command key: 128 random bits, made once, here. Same key, same answer."""
    text: str
    source: Source
    device: str
    """Name of the scanner in the configuration."""
    captured_at: str
    """Wall clock, ISO 8601 in UTC."""
    clock_ms: int
    """Monotonic clock; goes on while the machine sleeps (D14)."""
    clock_id: str
    """Figures of `clock_ms` with the same id may be compared; a reboot makes a new one."""


class Clock:
    """The monotonic clock of this machine and the name of this boot."""

    def __init__(self) -> None:
        try:
            self.id = BOOT_ID.read_text(encoding="ascii").strip().replace("-", "")
        except OSError:
            self.id = new_key()

    def now_ms(self) -> int:
        """Milliseconds since the machine started."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000

    def age_ms(self, capture: Capture) -> int:
        """How long ago a capture was made; after a reboot the wall clock must do."""
        if capture.clock_id == self.id:
            return self.now_ms() - capture.clock_ms
        return int((datetime.now(UTC) - datetime.fromisoformat(capture.captured_at)) / timedelta(milliseconds=1))

    def capture(self, code: Code, *, source: Source, device: str) -> Capture:
        """Give a code its key and its time."""
        made = datetime.now(UTC) - timedelta(milliseconds=self.now_ms() - code.at_ms)
        captured_at = made.isoformat(timespec="milliseconds")
        return Capture(new_key(), code.text, source, device, captured_at, code.at_ms, self.id)


def new_key() -> str:
    """128 random bits, as the browser's queue makes them."""
    return secrets.token_hex(16)
