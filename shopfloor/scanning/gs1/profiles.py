"""What is known about a scanner, and the tables that the browser shares (R-23, R-24)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from typing import Literal

WEDGE_FILE = "wedge.json"

CheckDigitPolicy = Literal["refuse", "warn"]
UnknownIdentifierPolicy = Literal["refuse", "skip"]
Recognition = Literal["key_first", "prefix", "always", "never"]

SHOP_IDENTIFIERS = (
    *("00", "01", "02", "10", "11", "13", "15", "17", "21", "30", "37", "240", "241", "8004", "8006"),
    *(f"310{decimals}" for decimals in range(6)),
)
"""Identifiers that factory labels use; only these are tried when a scanner drops separators (R-17)."""


@dataclass(frozen=True)
class WedgeTables:
    """The parts of wedge.json that Python needs; the browser reads the rest."""

    default_separators: tuple[str, ...]
    optional_separators: tuple[str, ...]
    caps_identifiers: tuple[str, ...]
    layouts: dict[str, dict[str, list[str]]]
    default_layout: str
    command_prefix: str
    badge_prefix: str
    commands: tuple[str, ...]
    separator_keys: frozenset[tuple[str, bool, bool, bool]]
    """Keys that stand for the separator: code, Ctrl, Alt, Shift."""
    separator_alt_digits: frozenset[str]
    modifiers: frozenset[str]
    key_gap_ms: int
    """The first keys of a scan follow each other at most so far apart."""
    silence_ms: int
    """So long without a key ends a scan."""
    least_keys: int
    """So many keys at a scanner's speed make a scan."""


@dataclass(frozen=True)
class ScannerProfile:
    """How one scanner, or every scanner of a company, behaves and how strictly its codes are read."""

    name: str = "default"
    """The station that it belongs to; else it is the company's."""
    version: int = 1
    """Of the station. Name and version are kept with every scan (R-22)."""
    separators: tuple[str, ...] = ()
    """Spellings of the group separator; blank means the default ones of wedge.json (R-04)."""
    prefix: str = ""
    suffix: str = ""
    """Characters that the scanner puts around every code (R-03)."""
    gs1_recognition: Recognition = "key_first"
    """How GS1 is recognised in text without a symbology identifier (R-11, D11)."""
    gs1_prefixes: tuple[str, ...] = ()
    """Texts that announce GS1 (SCN-2); they are not part of the code. Symbology identifiers need not be listed."""
    caps: bool = False
    """Caps lock is on at a device that only delivers text (R-06)."""
    layout: str = ""
    """Keyboard layout that damages the text of a device that only delivers text: gb, de or fr (R-06)."""
    gs_verified: bool = False
    """It was proved that this scanner sends separators (R-17, R-23)."""
    fnc1_is_enter: bool = False
    """The scanner turns FNC1 into Enter, so one label arrives as two scans (R-05)."""
    check_digit: CheckDigitPolicy = "refuse"
    """D10: what a wrong check digit of a GTIN does."""
    unknown_ai: UnknownIdentifierPolicy = "refuse"
    """D11, GS1-8: what an unknown identifier does."""
    own_identifiers: tuple[tuple[str, str], ...] = ()
    """D11: what the company means by 90 to 99, as pairs of identifier and field (gs1.mapping)."""
    strict: bool = False
    """R-13, R-16: pair rules and short GTINs refuse instead of warning. For labels we print."""
    shop_identifiers: tuple[str, ...] = SHOP_IDENTIFIERS

    def spellings(self) -> tuple[str, ...]:
        """The separator's spellings that are in force."""
        return self.separators or WEDGE.default_separators


def _load() -> WedgeTables:
    document = json.loads(resources.files("shopfloor.scanning").joinpath(WEDGE_FILE).read_text(encoding="utf-8"))
    return WedgeTables(
        default_separators=tuple(document["separators"]["default"]),
        optional_separators=tuple(document["separators"]["optional"]),
        caps_identifiers=tuple(document["caps_identifiers"]),
        layouts=document["layouts"],
        default_layout=document["default_layout"],
        command_prefix=document["command_prefix"],
        badge_prefix=document["badge_prefix"],
        commands=tuple(document["commands"]),
        separator_keys=frozenset((key["code"], key["ctrl"], key["alt"], key["shift"]) for key in document["group_separator_keys"]),
        separator_alt_digits=frozenset(document["group_separator_alt_digits"]),
        modifiers=frozenset(document["modifiers"]),
        key_gap_ms=document["timing"]["key_gap_ms"],
        silence_ms=document["timing"]["silence_ms"],
        least_keys=document["timing"]["least_keys"],
    )


WEDGE = _load()
DEFAULT = ScannerProfile()
