"""Which readings are believed (IMG-3, IMG-6). Pure.

Error correction vouches for matrix symbols, and Code 128 has a strong check character: they are accepted at once. The other
linear symbols were seen to be misread, so they wait for a second, equal reading by the other engine or in another frame.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from shopfloor.scanning.characters import pieces, trim
from shopfloor.scanning.gs1.check_digits import has_check_digit
from shopfloor.scanning.pictures.readings import Judged, Reading, Symbol, Verdict

ACCEPTANCE_FILE = "acceptance.json"
FRAME_BEFORE = "frame before"
REASONS: Mapping[str, str] = {
    "not_allowed": "this station does not read codes of this kind",
    "itf_length": "an ITF code of this length may be a part of a longer one",
    "check_digit": "the check digit is wrong",
    "too_short": "so short a code is too easily misread",
    "contradiction": "two readings of one picture contradict each other",
    "no_text": "it holds no text",
    "second_reading": "it was read once; codes of this kind need a second, equal reading",
}
"""Closed list: why a reading is held or refused, in words."""



@dataclass(frozen=True)
class AcceptanceTables:
    """acceptance.json: what the readers of the server and of the tablet's camera share (R-24)."""

    at_once: frozenset[Symbol]
    """Believed without a second reading."""
    families: Mapping[Symbol, str]
    one_in_a_picture: frozenset[str]
    """Families of which two values in one picture contradict each other."""
    shortest: Mapping[Symbol, int]
    """Characters; chance bars read as shorter ones."""
    itf_lengths: frozenset[int]
    """Digits, where the station says nothing."""
    itf_checked_length: int
    """ITF codes of so many digits must have a right check digit."""
    unread_contents: frozenset[str]
    """Contents that are no text."""


def _load() -> AcceptanceTables:
    document = json.loads(resources.files("shopfloor.scanning.pictures").joinpath(ACCEPTANCE_FILE).read_text(encoding="utf-8"))
    return AcceptanceTables(
        at_once=frozenset(map(Symbol, document["at_once"])),
        families={Symbol(name): family for name, family in document["families"].items()},
        one_in_a_picture=frozenset(document["one_in_a_picture"]),
        shortest={Symbol(name): length for name, length in document["shortest"].items()},
        itf_lengths=frozenset(document["itf_lengths"]),
        itf_checked_length=document["itf_checked_length"],
        unread_contents=frozenset(document["unread_contents"]),
    )


TABLES = _load()

Sighting = tuple[str, str]
"""Family of symbols and text: what two readings must agree in."""


@dataclass(frozen=True)
class AcceptanceRules:
    """What one station believes (IMG-6)."""

    symbols: frozenset[Symbol] = frozenset()
    """Only these are read; empty: all."""
    itf_lengths: frozenset[int] = TABLES.itf_lengths
    """Digits of the ITF codes in use. Fourteen digits must have a right check digit."""


def acceptance_rules(symbols: str, itf_lengths: str) -> AcceptanceRules:
    """The rules from what a station says of itself: names and lengths with commas between; blank: the usual."""
    names = [trim(name, " ") for name in pieces(symbols, ",") if trim(name, " ")]
    lengths = [trim(length, " ") for length in pieces(itf_lengths, ",") if trim(length, " ")]
    return AcceptanceRules(frozenset(map(Symbol, names)), frozenset(map(int, lengths)) or TABLES.itf_lengths)


def family(symbol: Symbol) -> str:
    """EAN-13 in one reading may be EAN-8 in a wrong one: what is taken for each other is one family."""
    return TABLES.families.get(symbol, symbol.value)


def sighting(reading: Reading) -> Sighting:
    """What a second reading must equal."""
    return family(reading.symbol), reading.text


def judge(readings: Iterable[Reading], rules: AcceptanceRules, before: frozenset[Sighting] = frozenset()) -> tuple[Judged, ...]:
    """Judge the readings of one picture together, each code once. `before`: what the frame before held."""
    groups: dict[Sighting, list[Reading]] = {}
    for reading in readings:
        groups.setdefault(sighting(reading), []).append(reading)
    judged = [_judge(found, rules, before) for found in groups.values()]
    return _without_contradictions(judged)


def _judge(equal: Sequence[Reading], rules: AcceptanceRules, before: frozenset[Sighting]) -> Judged:
    reading = next((one for one in equal if one.identifier), equal[0])
    reason = _refused_for(reading, rules)
    if reason:
        return Judged(reading, Verdict.REFUSED, reason)
    other = next((one.engine.value for one in equal if one.engine is not reading.engine), "")
    seconded = other or (FRAME_BEFORE if sighting(reading) in before else "")
    if reading.symbol in TABLES.at_once or seconded:
        return Judged(reading, Verdict.ACCEPTED, seconded_by=seconded)
    return Judged(reading, Verdict.HELD, "second_reading")


def _refused_for(reading: Reading, rules: AcceptanceRules) -> str:
    """Reason that no second reading can heal, or blank."""
    symbol, text = reading.symbol, reading.text
    if rules.symbols and symbol not in rules.symbols:
        return "not_allowed"
    if not text or reading.content in TABLES.unread_contents:
        return "no_text"
    if symbol is Symbol.ITF:
        if len(text) not in rules.itf_lengths:
            return "itf_length"
        if len(text) == TABLES.itf_checked_length and not has_check_digit(text):
            return "check_digit"
    if len(text) < TABLES.shortest.get(symbol, 0):
        return "too_short"
    return ""


def _without_contradictions(judged: Sequence[Judged]) -> tuple[Judged, ...]:
    """Two values of the EAN family in one picture: what nobody seconded is not believed."""
    values = Counter(family(one.reading.symbol) for one in judged if one.verdict is not Verdict.REFUSED)
    crowded = {name for name in TABLES.one_in_a_picture if values[name] > 1}
    return tuple(_doubted(one) if family(one.reading.symbol) in crowded else one for one in judged)


def _doubted(judged: Judged) -> Judged:
    return Judged(judged.reading, Verdict.REFUSED, "contradiction") if judged.verdict is Verdict.HELD else judged
