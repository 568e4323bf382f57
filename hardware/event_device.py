"""Keyboard-wedge scanners, grabbed: their keys reach this program and no window.

Read directly, because the usual library needs a compiler where it is installed: a device file gives `struct input_event` one
after the other, and the ioctl EVIOCGRAB keeps them from everybody else until the file is closed. That is all there is to it.
"""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from hardware.capture import Code, Cut, Source
from hardware.files import opened_file, ready
from hardware.hid_pos import read_some
from hardware.key_codes import NAMES
from hardware.keyboard import Key, KeyReader

INPUT_EVENT = struct.Struct("llHHi")
"""Seconds, microseconds, type, code, value; native sizes, as the kernel writes it."""
EV_SYN, EV_KEY = 0, 1
SYN_DROPPED = 3
EVIOCGRAB = 0x40044590
EVENTS_AT_ONCE = 64


def keys_of(data: bytes, at_ms: int) -> Iterator[Key | None]:
    """The keys among these events; None where the kernel says that it dropped some."""
    whole = len(data) - len(data) % INPUT_EVENT.size
    for _seconds, _microseconds, kind, code, value in INPUT_EVENT.iter_unpack(data[:whole]):
        if kind == EV_KEY:
            yield Key(NAMES.get(code, ""), value, at_ms)
        elif kind == EV_SYN and code == SYN_DROPPED:
            yield None


@dataclass(frozen=True)
class KeyboardScanner:
    """One scanner by its device file, best one under /dev/input/by-id."""

    name: str
    device: str
    layout: str = ""
    """The scanner's own layout, a name of wedge.json. The host's layout and its caps lock do not matter."""
    fnc1_is_enter: bool = False

    @property
    def source(self) -> Source:
        """Keys: the separator has many spellings."""
        return "wedge"

    def codes(self, stop: Event, connected: Callable[[], None], now_ms: Callable[[], int]) -> Iterator[Code | Cut]:
        """Read until the device goes away (OSError) or the program stops."""
        reader = KeyReader(self.layout, fnc1_is_enter=self.fnc1_is_enter)
        with opened_file(self.device, os.O_RDONLY) as handle:
            fcntl.ioctl(handle, EVIOCGRAB, 1)
            connected()
            while not stop.is_set():
                if ready(handle):
                    for key in keys_of(read_some(handle, EVENTS_AT_ONCE * INPUT_EVENT.size), now_ms()):
                        yield from reader.feed(key) if key else reader.broken("this machine was too busy and lost keys")
                yield from reader.idle(now_ms())


def plugged_in(devices: Path = Path("/dev")) -> list[str]:
    """Device files of everything that types."""
    return sorted(str(path) for path in (devices / "input/by-id").glob("*-event-kbd"))
