"""Keys of a keyboard-wedge scanner become text through the scanner's own layout (R-05), by the profile file of the browser (R-24).

The device is the scanner's alone, so nothing has to tell a burst from a person; everything else is as in static/capture.js.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from hardware.capture import Code, Cut
from hardware.framing import LONGEST
from shopfloor.scanning.gs1.profiles import WEDGE_FILE, ScannerProfile
from shopfloor.scanning.gs1.transport import join_split_scan

RELEASED, PRESSED = 0, 1
CUT_AFTER_MS = 1500
"""A scanner that was seen to end its codes ends all of them."""
WAIT_MS = 400
"""Beyond the silence of the profile: keys may arrive late on a busy machine."""
JOIN_WAIT_MS = 150
CONTROLS = range(64, 96)
"""Characters that give a control character with Ctrl held."""
_SPLITS = ScannerProfile(fnc1_is_enter=True)


@cache
def wedge_tables() -> dict[str, Any]:
    """The shared profile file."""
    tables: dict[str, Any] = json.loads(resources.files("shopfloor.scanning").joinpath(WEDGE_FILE).read_text(encoding="utf-8"))
    return tables


@dataclass(frozen=True)
class Key:
    """One key that went down or up."""

    name: str
    """As the browser's event.code."""
    value: int
    """0 released, 1 pressed, 2 repeated."""
    at_ms: int


class KeyReader:
    """Collects keys until a code is whole."""

    def __init__(self, layout: str = "", *, fnc1_is_enter: bool = False) -> None:
        tables = wedge_tables()
        self.keys: dict[str, list[str]] = tables["layouts"][layout or tables["default_layout"]]
        self.terminators, self.separator = frozenset(tables["terminators"]), str(tables["group_separator"])
        self.separator_keys = {(key["code"], key["ctrl"], key["alt"], key["shift"]) for key in tables["group_separator_keys"]}
        self.control_keys: dict[str, str] = tables["control_keys"]
        self.separator_digits = frozenset(tables["group_separator_alt_digits"])
        self.modifiers, self.timing = frozenset(tables["modifiers"]), tables["timing"]
        self.fnc1_is_enter = fnc1_is_enter
        self.down: set[str] = set()
        self.text = self.digits = ""
        self.at_ms = 0
        self.terminates = self.joining = False

    def feed(self, key: Key) -> list[Code | Cut]:
        """The code that ends with this key, if one does."""
        if key.value not in {RELEASED, PRESSED}:
            return []
        found = self.idle(key.at_ms)
        self.at_ms = key.at_ms
        if key.name in self.modifiers:
            self._modifier(key)
        elif key.value == PRESSED:
            found += self._pressed(key.name)
        return found

    def idle(self, now_ms: int) -> list[Code | Cut]:
        """No key came: the end of a code from a scanner that sends no Enter, or a code that lost its end."""
        silence = now_ms - self.at_ms
        if not self.text:
            return []
        if self.joining:
            return self._finish() if silence >= self.timing["join_ms"] + JOIN_WAIT_MS else []
        if self.terminates:
            return self.broken("a code came without its end") if silence >= CUT_AFTER_MS else []
        return self._finish() if silence >= self.timing["silence_ms"] + WAIT_MS else []

    def broken(self, reason: str) -> list[Code | Cut]:
        """Forget what came of the code."""
        self.text = self.digits = ""
        self.joining = False
        self.down.clear()
        return [Cut(reason)]

    def _modifier(self, key: Key) -> None:
        (self.down.add if key.value == PRESSED else self.down.discard)(key.name)
        if key.name.startswith("Alt") and key.value == RELEASED and self.digits:
            digits, self.digits = self.digits, ""
            self.text += self.separator if digits in self.separator_digits else chr(int(digits) % 256)

    def _pressed(self, name: str) -> list[Code | Cut]:
        character = self._character(name)
        ends = name in self.terminators or (character != "" and character in "\r\n\t")
        if ends and self.text and not self.joining:
            self.terminates = True
            self.joining = self.fnc1_is_enter and name.endswith("Enter") and join_split_scan(self.text, "", _SPLITS) is not None
            return [] if self.joining else self._finish()
        if ends:
            return self._finish() if self.text else []
        if self.joining and character:
            self.text += self.separator
            self.joining = False
        self.text += character
        return self.broken(f"more than {LONGEST} keys came without an end") if len(self.text) > LONGEST else []

    def _character(self, name: str) -> str:
        ctrl, alt, shift = (any(one.startswith(kind) for one in self.down) for kind in ("Control", "Alt", "Shift"))
        if (name, ctrl, alt, shift) in self.separator_keys:
            return self.separator
        if alt:
            if name.startswith("Numpad") and name[-1].isdecimal():
                self.digits += name[-1]
            return ""
        plain = self.keys.get(name, ["", ""])[1 if shift else 0]
        if not ctrl:
            return plain
        if not shift and name in self.control_keys:
            return self.control_keys[name]
        control = ord(plain.upper()) if len(plain) == 1 else 0
        return chr(control - CONTROLS.start) if control in CONTROLS else ""

    def _finish(self) -> list[Code | Cut]:
        text, self.text = self.text, ""
        self.joining = False
        return [Code(text, self.at_ms)]
