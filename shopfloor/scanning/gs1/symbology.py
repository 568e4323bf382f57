"""AIM symbology identifiers of ISO/IEC 15424: what carried the text (R-02)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from shopfloor.scanning.errors import Gs1Parse


class Carrier(StrEnum):
    """What a symbology identifier says about the text after it."""

    UNKNOWN = "unknown"
    """There is no identifier."""
    GS1 = "gs1"
    EAN = "ean"
    PLAIN = "plain"


GS1_IDENTIFIERS = frozenset({"]C1", "]e0", "]e1", "]e2", "]d2", "]Q3", "]J1"})
UNUSUAL_GS1_IDENTIFIERS = frozenset({"]d5", "]d8", "]Q4", "]z1", "]z4"})
"""FNC1 in first position, but not in the list of GS1."""
EAN_DIGITS: dict[str, int] = {"]E0": 13, "]E3": 13, "]E4": 8, "]I1": 14}
EAN_ADD_ONS: dict[str, tuple[int, ...]] = {"]E3": (2, 5)}
COMPOSITE = "|]e0"
"""Between an EAN and the composite component printed above it."""

_IDENTIFIER = re.compile(r"\][A-Zcdehopsz][0-9A-Fa-f]")


@dataclass(frozen=True)
class Symbology:
    """The identifier, what it means, and the text without it."""

    identifier: str
    carrier: Carrier
    text: str


def take_identifier(text: str) -> Symbology:
    """Split the identifier off. Raises Gs1Parse (unknown_symbology_identifier)."""
    if not text.startswith("]"):
        return Symbology("", Carrier.UNKNOWN, text)
    if not _IDENTIFIER.match(text):
        raise Gs1Parse(kind="unknown_symbology_identifier")
    identifier, rest = text[:3], text[3:]
    if identifier in GS1_IDENTIFIERS or identifier in UNUSUAL_GS1_IDENTIFIERS:
        return Symbology(identifier, Carrier.GS1, rest)
    return Symbology(identifier, Carrier.EAN if identifier in EAN_DIGITS else Carrier.PLAIN, rest)
