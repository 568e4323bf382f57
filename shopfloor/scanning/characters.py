"""Character work on scan text without the string methods that take the group separator for white space."""

from __future__ import annotations

import re

from shopfloor.scanning.errors import ScanInvalid

GS = "\x1d"
"""Group separator, what FNC1 becomes between elements."""
RS = "\x1e"
EOT = "\x04"

_SURROGATE = re.compile("[\ud800-\udfff]")


def trim(text: str, edge: str) -> str:
    """Drop the given characters, and no others, at both ends."""
    start, end = 0, len(text)
    while start < end and text[start] in edge:
        start += 1
    while end > start and text[end - 1] in edge:
        end -= 1
    return text[start:end]


def pieces(text: str, separator: str) -> list[str]:
    """The text between separators of one character."""
    found: list[str] = []
    start = 0
    while (end := text.find(separator, start)) >= 0:
        found.append(text[start:end])
        start = end + 1
    found.append(text[start:])
    return found


def refuse_invisible(text: str) -> None:
    """SCN-1: only characters that can be seen, and the blank. Raises ScanInvalid."""
    if text.isprintable():
        return
    for index, character in enumerate(text):
        if not character.isprintable():
            raise ScanInvalid(character=f"U+{ord(character):04X}", position=index + 1)


def refuse_surrogates(text: str) -> None:
    """Half a character cannot be stored or sent as UTF-8. Raises ScanInvalid."""
    found = _SURROGATE.search(text)
    if found:
        raise ScanInvalid(character=f"U+{ord(found.group()):04X}", position=found.start() + 1)


def swap_case(text: str) -> str:
    """What caps lock does, turned back: ASCII letters only."""
    return "".join(character.swapcase() if character.isascii() else character for character in text)
