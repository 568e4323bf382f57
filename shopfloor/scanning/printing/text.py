"""Letters on labels: widths in dots, lines that fit, and characters that the font has.

The font is the one that the PDF library brings along, so that labels look alike on every machine.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from math import ceil

from PIL import ImageFont

from shopfloor.scanning.printing.errors import LabelTextUnprintable

FONT_FILE = str(files("reportlab").joinpath("fonts", "Vera.ttf"))
FONT_NAME = "Vera"
MISSING = "?"
"""Stands for a character that the font lacks, in words. Numbers are refused instead."""
_PROBE = 40
_NOWHERE = "\uffff"


@lru_cache(maxsize=64)
def font(size: int) -> ImageFont.FreeTypeFont:
    """The font at a height in dots."""
    return ImageFont.truetype(FONT_FILE, size, layout_engine=ImageFont.Layout.BASIC)


def width_of(text: str, size: int) -> int:
    """Dots from the first to the last letter, rounded up: with grey as on sheets or without as on thermal heads, whichever is wider."""
    letters = font(size)
    return ceil(max(letters.getlength(text), letters.getlength(text, mode="1")))


@lru_cache(maxsize=4096)
def has_letter(character: str) -> bool:
    """Whether the font draws a character. A missing one is drawn like a code point that nobody uses."""
    if character.isascii():
        return True
    glyph, nothing = font(_PROBE).getmask(character), font(_PROBE).getmask(_NOWHERE)
    return (glyph.size, bytes(glyph)) != (nothing.size, bytes(nothing))


def words(text: str) -> str:
    """A description with what the font lacks replaced."""
    return "".join(character if has_letter(character) else MISSING for character in text)


def refuse_unprintable(number: str) -> None:
    """A number is printed whole or not at all. Raises LabelTextUnprintable."""
    for character in number:
        if not has_letter(character):
            raise LabelTextUnprintable(character=character, number=number)


def shortened(text: str, size: int, room: int) -> str:
    """The beginning of a description that fits into `room` dots, with an ellipsis where something is cut."""
    if width_of(text, size) <= room:
        return text
    for length in range(len(text) - 1, 0, -1):
        cut = text[:length].rstrip(" ") + "…"
        if width_of(cut, size) <= room:
            return cut
    return ""


def wrapped(parts: tuple[str, ...], size: int, room: int) -> list[str]:
    """Parts in as few lines as fit, broken between parts where possible, inside a part where it is wider than the room. Nothing is lost."""
    lines: list[str] = []
    for part in parts:
        if lines and width_of(lines[-1] + part, size) <= room:
            lines[-1] += part
            continue
        lines += _broken(part, size, room)
    return lines


def _broken(part: str, size: int, room: int) -> list[str]:
    lines, line = [], ""
    for character in part:
        if line and width_of(line + character, size) > room:
            lines.append(line)
            line = ""
        line += character
    return [*lines, line]
