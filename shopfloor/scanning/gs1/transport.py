"""What keyboards, frames and key tables do to a text on its way, undone (R-03 to R-06)."""

from __future__ import annotations

import re
from functools import cache

from shopfloor.scanning.characters import GS, swap_case, trim
from shopfloor.scanning.errors import Gs1Parse
from shopfloor.scanning.gs1.decoder import identifier_at
from shopfloor.scanning.gs1.identifiers import TABLE
from shopfloor.scanning.gs1.profiles import WEDGE, ScannerProfile
from shopfloor.scanning.gs1.symbology import Carrier, take_identifier
from shopfloor.scanning.scan import ScanSource

KEYBOARD_SOURCES = frozenset({ScanSource.WEDGE, ScanSource.TYPED})


def without_frame(text: str, profile: ScannerProfile) -> str:
    """R-03: line ends and tabs at both ends, then the profile's prefix and suffix. Neither blanks nor GS."""
    text = trim(text, "\r\n\t")
    if profile.prefix and text.startswith(profile.prefix):
        text = text[len(profile.prefix) :]
    if profile.suffix and text.endswith(profile.suffix):
        text = text[: len(text) - len(profile.suffix)]
    return text


def without_key_damage(text: str, profile: ScannerProfile, source: ScanSource) -> tuple[str, bool]:
    """R-06: the text as the scanner meant it, and whether caps lock was seen to have turned its letters over."""
    if source is ScanSource.WEDGE and profile.layout:
        text = text.translate(_layout_table(profile.layout))
    if text.startswith(WEDGE.caps_identifiers):
        return swap_case(text), True
    if profile.caps and source in KEYBOARD_SOURCES:
        return swap_case(text), False
    return text, False


def with_separators(text: str, profile: ScannerProfile, source: ScanSource) -> str:
    """R-04: every spelling of the separator becomes GS. Devices that deliver bytes are believed only a real GS."""
    if source not in KEYBOARD_SOURCES:
        return text
    return _spelling_pattern(profile.spellings()).sub(GS, text)


def join_split_scan(first: str, second: str, profile: ScannerProfile) -> str | None:
    """R-05: one label that arrived as two scans, because the scanner sends Enter for FNC1, as one text.

    None unless the profile says so and the first half ends in a field of variable length.
    """
    if not profile.fnc1_is_enter:
        return None
    try:
        head = take_identifier(without_frame(first, profile))
    except Gs1Parse:
        return None
    if head.carrier not in {Carrier.GS1, Carrier.UNKNOWN}:
        return None
    if not _ends_in_variable_field(with_separators(head.text, profile, ScanSource.WEDGE)):
        return None
    return trim(first, "\r\n\t") + GS + trim(second, "\r\n\t")


def _ends_in_variable_field(text: str) -> bool:
    position = 0
    while ai := identifier_at(text, position):
        identifier = TABLE[ai]
        start = position + len(ai)
        separator = text.find(GS, start)
        if identifier.separator_required:
            if separator < 0:
                return start < len(text) <= start + identifier.maximum
            position = separator + 1
        else:
            position = start + identifier.maximum
            if text[position : position + 1] == GS:
                position += 1
    return False


@cache
def _layout_table(layout: str) -> dict[int, str]:
    """Character that a host with this layout makes of a key -> character that the scanner meant. First key wins."""
    meant = WEDGE.layouts[WEDGE.default_layout]
    table: dict[int, str] = {}
    for key, typed in WEDGE.layouts[layout].items():
        for shift in (0, 1):
            if typed[shift]:
                table.setdefault(ord(typed[shift]), meant[key][shift])
    return table


@cache
def _spelling_pattern(spellings: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(spelling) for spelling in sorted(spellings, key=len, reverse=True)))
