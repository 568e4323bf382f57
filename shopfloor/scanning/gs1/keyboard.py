"""A text that makes sense only through another keyboard layout: the hint to look at the scanner instead of the label (peers 18).

A scanner types keys, not characters. If it believes in another layout than the place that turns its keys into text, `0109521…`
becomes `à&àç(é&…` or `)!)(%@!…`: a number that nobody knows, or worse, a new one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from shopfloor.scanning.errors import Gs1Parse, ScanRefused
from shopfloor.scanning.gs1.identifiers import KEYS
from shopfloor.scanning.gs1.profiles import WEDGE, ScannerProfile
from shopfloor.scanning.gs1.read import read
from shopfloor.scanning.scan import ScanKind


@dataclass(frozen=True)
class LayoutHint:
    """Which layout explains a text."""

    layout: str
    """gb, de or fr."""
    meant: str
    """What the label says, read through that layout."""
    certain: bool
    """Through it the text is a whole GS1 code, a command or a badge. Else only its characters come from that keyboard."""


def layout_hint(text: str, profile: ScannerProfile, as_of: date) -> LayoutHint | None:
    """The layout that explains a text which means nothing as it is; None: no layout does."""
    others = [layout for layout in WEDGE.layouts if layout != WEDGE.default_layout]
    plain = replace(profile, layout="", gs1_recognition="key_first", gs1_prefixes=())
    if _makes_sense(text, plain, as_of):
        return None
    for layout in others:
        for table in _tables(layout):
            meant = text.translate(table)
            if meant != text and _makes_sense(meant, plain, as_of):
                return LayoutHint(layout, meant, certain=True)
    if text.isascii():
        return None
    for layout in others:
        typed = _tables(layout)[0]
        if all(ord(character) in typed for character in text):
            return LayoutHint(layout, text.translate(typed), certain=False)
    return None


def _makes_sense(text: str, profile: ScannerProfile, as_of: date) -> bool:
    """Whether a text says clearly what it is. Plain numbers do not: every text is one."""
    try:
        scan = read(text, profile, as_of=as_of)
    except ScanRefused as refusal:
        return isinstance(refusal, Gs1Parse) and refusal.kind == "ambiguous_separator"
    if scan.kind is ScanKind.GS1:
        return bool(scan.symbology) or scan.elements[0].ai in KEYS
    return scan.kind not in {ScanKind.PLAIN, ScanKind.ISO15434}


@cache
def _tables(layout: str) -> tuple[dict[int, str], dict[int, str]]:
    """Character that arrived -> character that was meant: where the host has this layout, and where the scanner has it."""
    default = WEDGE.layouts[WEDGE.default_layout]
    host: dict[int, str] = {}
    scanner: dict[int, str] = {}
    for key, typed in WEDGE.layouts[layout].items():
        for shift in (0, 1):
            if typed[shift] and default[key][shift]:
                host.setdefault(ord(typed[shift]), default[key][shift])
                scanner.setdefault(ord(default[key][shift]), typed[shift])
    return host, scanner
