"""The strict decoder: element strings, bracketed text and ready-made pairs become checked elements (R-07 to R-14)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from shopfloor.scanning.characters import GS, trim
from shopfloor.scanning.errors import Gs1Conflict, Gs1Parse, Gs1UnknownIdentifier, ScanEmpty
from shopfloor.scanning.gs1.check_digits import are_digits
from shopfloor.scanning.gs1.identifiers import AI_LENGTHS, TABLE, Identifier
from shopfloor.scanning.gs1.pairs import pair_problems
from shopfloor.scanning.gs1.profiles import ScannerProfile
from shopfloor.scanning.gs1.value_checks import CHECKS, Problem
from shopfloor.scanning.scan import Element, ScanWarning

ELEMENT_LIMIT = 64
"""R-19."""

GTIN_IDENTIFIERS = frozenset({"01", "02", "03"})
"""Where the check digit policy applies (D10): these are looked up in master data, which holds right ones only."""

_WRONG = {
    "N": re.compile("[^0-9]"),
    "X": re.compile(r"[^!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]"),
    "Y": re.compile(r"[^#\-/0-9A-Z]"),
    "Z": re.compile(r"[^\-0-9A-Z_a-z]"),
}
"""First character that is not of the set; written out in ASCII, because classes such as \\d take other scripts (R-10)."""

_OPENING = re.compile(r"\(([0-9]+)\)")


@dataclass(frozen=True)
class Decoded:
    """Elements in their order, each identifier once, and what should be seen."""

    elements: tuple[Element, ...]
    warnings: tuple[ScanWarning, ...]


@dataclass
class Collector:
    """Takes elements one by one, checks each, and refuses contradictions."""

    profile: ScannerProfile
    as_of: date
    values: dict[str, str] = field(default_factory=dict)
    warnings: list[ScanWarning] = field(default_factory=list)
    count: int = 0

    def add(self, ai: str, value: str, position: int) -> None:
        """Check and keep one element. `position` is where its value starts. Raises Gs1Parse, Gs1Conflict."""
        self.count += 1
        if self.count > ELEMENT_LIMIT:
            raise Gs1Parse(kind="too_many_ais", ai=ai, position=position)
        problem = value_problem(TABLE[ai], value, self.as_of)
        if problem:
            if problem.kind != "check_digit" or ai not in GTIN_IDENTIFIERS or self.profile.check_digit != "warn":
                raise Gs1Parse(kind=problem.kind, ai=ai, position=position + problem.offset)
            self.warn("check_digit", ai)
        known = self.values.setdefault(ai, value)
        if known != value:
            raise Gs1Conflict(ai=ai, first_value=known, second_value=value, position=position)

    def warn(self, kind: str, ai: str = "") -> None:
        """Remember a warning, once."""
        warning = ScanWarning(kind, ai)
        if warning not in self.warnings:
            self.warnings.append(warning)

    def finish(self) -> Decoded:
        """Pair rules last (R-13): they warn, and refuse under a strict profile. Raises ScanEmpty, Gs1Parse."""
        if not self.values:
            raise ScanEmpty
        for kind, ai in pair_problems(self.values):
            if self.profile.strict:
                raise Gs1Parse(kind=kind, ai=ai)
            self.warn(kind, ai)
        return Decoded(tuple(Element(ai, value) for ai, value in self.values.items()), tuple(self.warnings))


def decode(text: str, profile: ScannerProfile, as_of: date, *, skip_unknown: bool = False) -> Decoded:
    """An element string with real group separators. Raises Gs1Parse, Gs1UnknownIdentifier, Gs1Conflict, ScanEmpty."""
    found = Collector(profile, as_of)
    end, position = len(text), 0
    while position < end and text[position] == GS:
        found.warn("leading_separator")
        position += 1
    while position < end:
        ai = identifier_at(text, position)
        separator = text.find(GS, position)
        separator = end if separator < 0 else separator
        if ai:
            position = _value(text, ai, position + len(ai), separator, found)
        elif skip_unknown and _may_be_skipped(text, position, separator):
            found.warn("unknown_ai", text[position : position + 4])
            position = separator
        else:
            raise _unknown(text, position)
        position = _after_separators(text, position, found)
    return found.finish()


def identifier_at(text: str, position: int) -> str:
    """The application identifier that starts here, or blank. The first two digits give its length (R-08)."""
    length = AI_LENGTHS.get(text[position : position + 2])
    ai = text[position : position + length] if length else ""
    return ai if ai in TABLE else ""


def value_problem(identifier: Identifier, value: str, as_of: date) -> Problem | None:
    """What is wrong with a value, or None: length, characters, then the checks of the table."""
    if not value:
        return Problem("ai_value_empty")
    if len(value) > identifier.maximum:
        return Problem("ai_value_too_long", identifier.maximum)
    position = 0
    for part in identifier.parts:
        wrong = _WRONG[part.characters].search(value, position, position + part.maximum)
        if wrong:
            return Problem("invalid_character", wrong.start())
        position += part.maximum
    if len(value) < identifier.minimum:
        return Problem("ai_value_too_short", len(value))
    for name in identifier.checks:
        problem = CHECKS[name](value, as_of)
        if problem:
            return problem
    return None


def is_bracketed(text: str) -> bool:
    """Whether a text opens like bracketed GS1: blanks, then digits in brackets (R-14)."""
    return bool(_OPENING.match(text, _first_non_blank(text, 0)))


def decode_bracketed(text: str, profile: ScannerProfile, as_of: date) -> Decoded:
    """`(01)…(10)…` as people write it (R-14). Raises as `decode` does."""
    found = Collector(profile, as_of)
    opening = _OPENING.match(text, _first_non_blank(text, 0))
    if not opening:
        raise Gs1Parse(kind="malformed_brackets")
    while opening:
        ai = opening[1]
        if ai not in TABLE:
            raise Gs1UnknownIdentifier(ai=ai[:8], position=opening.start())
        value, following = _bracketed_value(text, opening.end())
        found.add(ai, value, _first_non_blank(text, opening.end()))
        opening = following
    return found.finish()


def decode_pairs(pairs: list[tuple[str, str]], profile: ScannerProfile, as_of: date) -> Decoded:
    """Ready-made pairs, for labels and Digital Links. Raises as `decode` does."""
    found = Collector(profile, as_of)
    for ai, value in pairs:
        if ai not in TABLE:
            raise Gs1UnknownIdentifier(ai=ai[:8])
        found.add(ai, value, 0)
    return found.finish()


def _value(text: str, ai: str, start: int, separator: int, found: Collector) -> int:
    """Take the value that runs to the separator, or to its pre-defined length. Gives the place behind it."""
    identifier = TABLE[ai]
    stop = separator if identifier.separator_required else min(separator, start + identifier.maximum)
    found.add(ai, text[start:stop], start)
    return stop


def _after_separators(text: str, position: int, found: Collector) -> int:
    """R-07: one separator may stand after any element; more count as one."""
    start = position
    while position < len(text) and text[position] == GS:
        position += 1
    if position - start > 1:
        found.warn("redundant_separator")
    return position


def _may_be_skipped(text: str, start: int, separator: int) -> bool:
    """Only what could be an element of a later GS1 table is skipped (D11), never noise."""
    return are_digits(text[start : start + 2]) and not _WRONG["X"].search(text, start, separator)


def _unknown(text: str, position: int) -> Gs1UnknownIdentifier:
    length = AI_LENGTHS.get(text[position : position + 2], 2)
    return Gs1UnknownIdentifier(ai=text[position : position + length], position=position)


def _first_non_blank(text: str, position: int) -> int:
    while position < len(text) and text[position] == " ":
        position += 1
    return position


def _bracketed_value(text: str, start: int) -> tuple[str, re.Match[str] | None]:
    """The value from here to the next bracketed identifier, its escapes undone, and that identifier."""
    parts: list[str] = []
    position = begin = start
    following = None
    while position < len(text):
        character = text[position]
        if character == "\\" and text[position + 1 : position + 2] == "(":
            parts.append(text[begin:position])
            begin = position + 1
            position += 2
            continue
        if character == "(":
            following = _OPENING.match(text, position)
            if following:
                break
        position += 1
    parts.append(text[begin:position])
    return trim("".join(parts), " "), following
