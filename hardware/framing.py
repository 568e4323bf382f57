"""Bytes of a serial line become codes (R-03)."""

from __future__ import annotations

from dataclasses import dataclass

from hardware.capture import Code, Cut

LONGEST = 8191
"""R-19. What is longer is no code."""
CUT_AFTER_MS = 1500
"""A scanner that ends its codes and then falls silent in the middle of one lost the rest."""
ENDS_AFTER_MS = 100
"""A scanner without an end character has finished after this silence (R-05)."""


@dataclass(frozen=True)
class Frame:
    """What a scanner puts around each code."""

    ends: frozenset[int] = frozenset(b"\r\n")
    """Bytes that end a code; empty: silence does."""
    prefix: bytes = b""
    suffix: bytes = b""


class Framer:
    """Collects bytes until a code is whole. GS and blanks belong to the code."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.bytes = bytearray()
        self.at_ms = 0
        self.too_long = False

    def feed(self, data: bytes, at_ms: int) -> list[Code | Cut]:
        """The codes that end in these bytes."""
        found: list[Code | Cut] = []
        self.at_ms = at_ms
        for byte in data:
            if byte in self.frame.ends:
                found += self._finish()
            elif len(self.bytes) >= LONGEST:
                self.too_long = True
            else:
                self.bytes.append(byte)
        return found

    def idle(self, now_ms: int) -> list[Code | Cut]:
        """Nothing came: the end of a code without an end character, or a code that lost its end."""
        silence = now_ms - self.at_ms
        if not self.bytes or silence < (CUT_AFTER_MS if self.frame.ends else ENDS_AFTER_MS):
            return []
        if not self.frame.ends:
            return self._finish()
        self.bytes.clear()
        self.too_long = False
        return [Cut("a code came without its end")]

    def _finish(self) -> list[Code | Cut]:
        data, too_long = bytes(self.bytes), self.too_long
        self.bytes.clear()
        self.too_long = False
        if too_long:
            return [Cut(f"more than {LONGEST} characters came without an end")]
        text = as_text(data.removeprefix(self.frame.prefix).removesuffix(self.frame.suffix))
        return [Code(text, self.at_ms)] if text else []


def as_text(data: bytes) -> str:
    """UTF-8; a scanner that is set to Latin-1 sends bytes that UTF-8 cannot hold."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
