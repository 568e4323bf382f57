"""Plays the keys of a keyboard-wedge scanner as Linux reports them, and reports of HID POS scanners."""

from __future__ import annotations

import itertools

from hardware.event_device import EV_KEY, EV_SYN, INPUT_EVENT
from hardware.key_codes import NAMES
from hardware.keyboard import wedge_tables

GS = "\x1d"
CODES = {name: code for code, name in NAMES.items()}
DOWN, UP, REPEAT = 1, 0, 2


def key_for(character: str, layout: str) -> tuple[str, bool]:
    """Which key gives a character on a layout, and whether with shift."""
    for name, pair in wedge_tables()["layouts"][layout].items():
        if character in pair and not name.startswith("Numpad") and name in CODES:
            return name, pair.index(character) == 1
    raise AssertionError(f"{character!r} is on no key of {layout}")


def tap(name: str) -> list[tuple[str, int]]:
    return [(name, DOWN), (name, UP)]


def chord(modifier: str, *names: str) -> list[tuple[str, int]]:
    return [(modifier, DOWN), *itertools.chain.from_iterable(tap(name) for name in names), (modifier, UP)]


SEPARATORS = {
    "Ctrl+]": chord("ControlLeft", "BracketRight"),
    "Ctrl+] on the right": chord("ControlRight", "BracketRight"),
    "F8": tap("F8"),
    "Alt+029": chord("AltLeft", "Numpad0", "Numpad2", "Numpad9"),
    "Alt+0029": chord("AltLeft", "Numpad0", "Numpad0", "Numpad2", "Numpad9"),
}


def typed(text: str, *, layout: str = "us", separator: str = "Ctrl+]", end: str | None = "Enter") -> list[tuple[str, int]]:
    """The keys of a code."""
    keys: list[tuple[str, int]] = []
    for character in text:
        if character == GS:
            keys += SEPARATORS[separator]
            continue
        name, shifted = key_for(character, layout)
        keys += chord("ShiftLeft", name) if shifted else tap(name)
    return keys + (tap(end) if end else [])


def recorded(keys: list[tuple[str, int]]) -> bytes:
    """The same as a stream of struct input_event: scan code and synchronisation events between the keys, as real ones have."""
    stream = b""
    for number, (name, value) in enumerate(keys):
        seconds, microseconds = divmod(number * 3000, 1_000_000)
        stream += INPUT_EVENT.pack(1700000000 + seconds, microseconds, 4, 4, 0x70004)
        stream += INPUT_EVENT.pack(1700000000 + seconds, microseconds, EV_KEY, CODES[name], value)
        stream += INPUT_EVENT.pack(1700000000 + seconds, microseconds, EV_SYN, 0, 0)
    return stream


def report(data: bytes, *, identifier: bytes = b"]d2", more: bool = False, later: int = 0) -> bytes:
    """One HID POS report; `later` 1 is the variant one byte later."""
    body = bytearray(63)
    body[0] = len(data)
    body[1 + later : 4 + later] = identifier
    body[4 + later : 4 + later + len(data)] = data
    body[60], body[62] = 0x77, int(more)
    return bytes((2, *body))
