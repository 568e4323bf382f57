"""GS1 Digital Link web addresses (R-15, R-16). They are read, never fetched."""

from __future__ import annotations

import re
from datetime import date

from shopfloor.scanning.characters import pieces
from shopfloor.scanning.errors import Gs1Parse
from shopfloor.scanning.gs1.check_digits import are_digits
from shopfloor.scanning.gs1.decoder import Decoded, decode_pairs
from shopfloor.scanning.gs1.profiles import ScannerProfile
from shopfloor.scanning.scan import ScanWarning

QUALIFIERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "00": (),
    "01": (("22", "10", "21"), ("235",)),
    "253": (),
    "255": (),
    "401": (),
    "402": (),
    "414": (("254",), ("7040",)),
    "415": (("8020",),),
    "417": (("7040",),),
    "8003": (),
    "8004": (("7040",),),
    "8006": (("22", "10", "21"),),
    "8010": (("8011",),),
    "8013": (),
    "8017": (("8019",),),
    "8018": (("8019",),),
}
"""Primary keys of a path and the orders that their qualifiers may stand in."""

NEVER_ATTRIBUTES = frozenset({"8110", "8111", "8112"})
"""Coupons have no place in a query."""

_SCHEMES = ("http://", "https://", "HTTP://", "HTTPS://")
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})?")

Pair = tuple[str, str]


def is_web_address(text: str) -> bool:
    """Whether the text is a web address at all, in lower or upper case as a whole."""
    return text.startswith(_SCHEMES)


def is_digital_link(text: str) -> bool:
    """Whether a web address holds a primary key with a value in its path."""
    if not is_web_address(text):
        return False
    segments = _path_segments(text)
    return any(segment in QUALIFIERS for segment in segments[:-1])


def decode_digital_link(text: str, profile: ScannerProfile, as_of: date) -> Decoded:
    """Elements of the path, then of the query. Raises Gs1Parse, Gs1UnknownIdentifier, Gs1Conflict."""
    key, path = _path_pairs(_path_segments(text))
    used = {ai for ai, _ in path}
    query = _query_pairs(text, key, used)
    warnings: list[ScanWarning] = []
    if key == "01":
        path[0] = ("01", _long_gtin(path[0][1], profile, warnings))
    decoded = decode_pairs(path + query, profile, as_of)
    return Decoded(decoded.elements, (*warnings, *decoded.warnings))


def _path_segments(text: str) -> list[str]:
    """Segments after the host, without query and fragment. Raises Gs1Parse if there is no host."""
    address, _, _ = text.partition("#")
    address, _, _ = address.partition("?")
    _, _, rest = address.partition("//")
    host, *segments = pieces(rest, "/")
    return segments if host else []


def _path_pairs(segments: list[str]) -> tuple[str, list[Pair]]:
    """The last primary key from the right with its qualifiers in their order (R-15)."""
    for start in range(len(segments) - 2, -1, -2):
        key = segments[start]
        if key in QUALIFIERS:
            pairs = [(segments[index], _decoded(segments[index + 1], plus=False)) for index in range(start, len(segments), 2)]
            if not any(_in_order([ai for ai, _ in pairs[1:]], order) for order in (*QUALIFIERS[key], ())):
                raise Gs1Parse(kind="dl_sequence", ai=key)
            return key, pairs
        if not are_digits(key):
            break
    raise Gs1Parse(kind="dl_malformed")


def _in_order(qualifiers: list[str], order: tuple[str, ...]) -> bool:
    remaining = iter(order)
    return all(qualifier in remaining for qualifier in qualifiers)


def _query_pairs(text: str, key: str, used: set[str]) -> list[Pair]:
    """Numeric keys of the query are attributes; all others belong to somebody else."""
    address, _, _ = text.partition("#")
    _, _, query = address.partition("?")
    belongs_in_path = set(QUALIFIERS) | {ai for order in QUALIFIERS[key] for ai in order}
    pairs: list[Pair] = []
    for field in pieces(query.replace(";", "&"), "&"):
        ai, equals, value = field.partition("=")
        if not equals or not are_digits(ai):
            continue
        if ai in belongs_in_path or ai in NEVER_ATTRIBUTES:
            raise Gs1Parse(kind="dl_sequence", ai=ai[:4])
        if ai in used:
            raise Gs1Parse(kind="dl_malformed", ai=ai[:4])
        used.add(ai)
        pairs.append((ai, _decoded(value, plus=True)))
    return pairs


def _decoded(text: str, *, plus: bool) -> str:
    """Percent escapes undone; each stands for one ASCII character, anything else is left for the character check."""
    if plus:
        text = text.replace("+", " ")
    for found in _ESCAPE.finditer(text):
        if found[1] is None:
            raise Gs1Parse(kind="dl_malformed")
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def _long_gtin(value: str, profile: ScannerProfile, warnings: list[ScanWarning]) -> str:
    """R-16: a short GTIN in a path is padded, and that is said; a strict profile leaves it, and it is refused."""
    if profile.strict or len(value) not in {8, 12, 13}:
        return value
    warnings.append(ScanWarning("gtin_zero_padded", "01"))
    return value.rjust(14, "0")
