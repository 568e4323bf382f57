"""A keyboard-wedge scanner: real key events through Chromium's own input queue, at scanner speed."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import CDPSession, Page

from tests.browser.harness.server import WEDGE

SHIFT, CONTROL, ALT = 8, 2, 1
PROFILE = json.loads(WEDGE.read_text(encoding="utf-8"))
KEYS = {
    character: (code, SHIFT if shifted else 0)
    for code, pair in reversed(PROFILE["layouts"]["us"].items())
    for shifted, character in enumerate(pair)
    if not code.startswith("Numpad")
}
KEYS |= {"\x1d": ("BracketRight", CONTROL), "\n": ("Enter", 0), "\t": ("Tab", 0)}
NAMED = {"Enter": 13, "Tab": 9, "F8": 119, "ArrowDown": 40}


KNOWN = "sessionStorage.setItem('shopfloor.scanner.ends', '1')"
"""For `add_init_script`: the scanner ended a code before, so a machine that is busy while a test types does not cut a code in two."""


class Wedge:
    """Types codes as a scanner does. Each key carries the time at which the scanner sent it, `key_ms` apart."""

    def __init__(self, page: Page, *, key_ms: float = 5.0) -> None:
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.key_ms = key_ms
        self.clock = 0.0

    def scan(self, *codes: str, end: str = "\n", gap_ms: float = 0.0) -> None:
        """Scan codes one after the other; `gap_ms` lies between a terminator and the next code."""
        self.begin()
        for code in codes:
            self.keys([KEYS[character] for character in code + end])
            self.pause(gap_ms)

    def keys(self, keys: Sequence[tuple[str, int]]) -> None:
        """Press and release keys, given as (event.code, modifiers)."""
        for code, modifiers in keys:
            self._press(code, modifiers)
            self.pause(self.key_ms)

    def alt_code(self, digits: str) -> None:
        """Type a character as digits on the number pad with Alt held down."""
        self._send("rawKeyDown", "AltLeft", ALT, key="Alt")
        self.pause(self.key_ms)
        self.keys([(f"Numpad{digit}", ALT) for digit in digits])
        self._send("keyUp", "AltLeft", 0, key="Alt")
        self.pause(self.key_ms)

    def begin(self) -> None:
        """Set the scanner's clock to now. In a burst it goes by itself, so that a slow machine does not stretch the gaps."""
        self.clock = max(self.clock, time.time())

    def pause(self, milliseconds: float) -> None:
        """Let the scanner's time pass; wait only if the machine was quicker than the scanner."""
        self.clock += milliseconds / 1000
        time.sleep(max(0.0, self.clock - time.time()))

    def _press(self, code: str, modifiers: int) -> None:
        key, text = self._key(code, modifiers)
        if modifiers & SHIFT:
            self._send("rawKeyDown", "ShiftLeft", SHIFT, key="Shift")
        self._send("keyDown" if text else "rawKeyDown", code, modifiers, key=key, text=text)
        self._send("keyUp", code, modifiers, key=key)
        if modifiers & SHIFT:
            self._send("keyUp", "ShiftLeft", 0, key="Shift")

    @staticmethod
    def _key(code: str, modifiers: int) -> tuple[str, str]:
        if code in NAMED:
            return code, "\r" if code == "Enter" else ""
        pair = PROFILE["layouts"]["us"][code]
        character = pair[1 if modifiers & SHIFT else 0]
        return character, "" if modifiers & (CONTROL | ALT) else character

    def _send(self, kind: str, code: str, modifiers: int, *, key: str, text: str = "") -> None:
        event: dict[str, Any] = {"type": kind, "code": code, "key": key, "modifiers": modifiers, "timestamp": self.clock}
        if text:
            event["text"] = text
        if code in NAMED:
            event["windowsVirtualKeyCode"] = NAMED[code]
        self.session.send("Input.dispatchKeyEvent", event)
