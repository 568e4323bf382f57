"""HID POS scanners: reports of usage page 0x8C, read from /dev/hidraw*. No layout, no focus, and the AIM identifier comes for free.

The layout rests on two makers' manuals and one library (gs1.md 2.3); a variant carries everything but the length one byte later.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from hardware.capture import Code, Cut, Source
from hardware.files import opened_file, ready
from hardware.framing import LONGEST, as_text

REPORT = 2
REPORT_BYTES = 64
"""The report number and 63 bytes."""
LARGEST_DATA = 56
DATA = 4
MORE = 62
"""1: the code goes on in the next report."""
BRACKET = ord("]")
CUT_AFTER_MS = 1500
WAKE_REPORT = bytes((254, 1))
"""Feature report that some makers' scanners want before they send anything."""
HID_IOC_SET_FEATURE_2 = 0xC0024806
"""HIDIOCSFEATURE(2) of linux/hidraw.h."""
DESCRIPTOR_START = bytes((0x05, 0x8C, 0x09, 0x02))
"""Usage page bar code scanner, usage bar code scanner: how a report descriptor of such a device begins."""


class Reports:
    """Puts the reports of one code together."""

    def __init__(self) -> None:
        self.identifier = b""
        self.data = b""
        self.at_ms = 0

    def feed(self, report: bytes, at_ms: int) -> list[Code | Cut]:
        """A report as hidraw gives it: its number first."""
        if len(report) < REPORT_BYTES or report[0] != REPORT:
            return []
        body = report[1:]
        shift = _shift(body)
        if shift is None or body[0] > LARGEST_DATA:
            self.data = self.identifier = b""
            return [Cut("a report of unknown shape came; is the scanner set to HID POS?")]
        if not self.data:
            self.identifier = body[1 + shift : DATA + shift].strip(b"\0")
        self.data += body[DATA + shift : DATA + shift + body[0]]
        self.at_ms = at_ms
        return [] if body[MORE] else self._finish()

    def idle(self, now_ms: int) -> list[Code | Cut]:
        """The reports that were announced did not come."""
        if not self.data or now_ms - self.at_ms < CUT_AFTER_MS:
            return []
        self.data = self.identifier = b""
        return [Cut("a code came without its end")]

    def _finish(self) -> list[Code | Cut]:
        identifier, data = self.identifier, self.data
        self.data = self.identifier = b""
        if len(data) > LONGEST:
            return [Cut(f"more than {LONGEST} characters came")]
        # A scanner that is also set to send Enter puts it into the data.
        text = as_text(data.rstrip(b"\r\n"))
        return [Code(as_text(identifier) + text, self.at_ms)] if text else []


def _shift(body: bytes) -> int | None:
    """0, or 1 for the variant; None if the report is neither. No identifier at all is three zero bytes."""
    if body[1] == BRACKET or not any(body[1:DATA]):
        return 0
    return 1 if body[2] == BRACKET else None


@dataclass(frozen=True)
class HidPosScanner:
    """One scanner by its device file."""

    name: str
    device: str
    wake: bool = False
    """Send the feature report first."""

    @property
    def source(self) -> Source:
        """Bytes: GS is the only separator."""
        return "serial"

    def codes(self, stop: Event, connected: Callable[[], None], now_ms: Callable[[], int]) -> Iterator[Code | Cut]:
        """Read until the device goes away (OSError) or the program stops."""
        reports = Reports()
        with opened_file(self.device, os.O_RDWR if self.wake else os.O_RDONLY) as handle:
            if self.wake:
                fcntl.ioctl(handle, HID_IOC_SET_FEATURE_2, WAKE_REPORT)
            connected()
            while not stop.is_set():
                if ready(handle):
                    yield from reports.feed(read_some(handle, REPORT_BYTES), now_ms())
                yield from reports.idle(now_ms())


def read_some(handle: int, most: int) -> bytes:
    """Raises OSError when nothing can come any more."""
    data = os.read(handle, most)
    if not data:
        raise OSError("the device was closed")
    return data


def is_hid_pos(descriptor: bytes) -> bool:
    """Whether a device says of itself that it is a bar code scanner."""
    return descriptor.startswith(DESCRIPTOR_START)


def plugged_in(system: Path = Path("/sys")) -> list[str]:
    """Device files of the HID POS scanners that this machine has."""
    found = []
    for folder in sorted((system / "class/hidraw").glob("hidraw*")):
        try:
            descriptor = (folder / "device/report_descriptor").read_bytes()
        except OSError:
            continue
        if is_hid_pos(descriptor):
            found.append(f"/dev/{folder.name}")
    return found
