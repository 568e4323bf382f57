"""Which readings are believed (IMG-3, IMG-6). Pure.

Error correction vouches for matrix symbols, and Code 128 has a strong check character: they are accepted at once. The other
linear symbols were seen to be misread, so they wait for a second, equal reading by the other engine or in another frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shopfloor.scanning.gs1.check_digits import has_check_digit
from shopfloor.scanning.pictures.readings import Judged, Reading, Symbol, Verdict

FRAME_BEFORE = "frame before"
REASONS: Mapping[str, str] = {
    "not_allowed": "this station does not read codes of this kind",
    "itf_length": "an ITF code of this length may be a part of a longer one",
    "check_digit": "the check digit is wrong",
    "too_short": "so short a code is too easily misread",
    "contradiction": "two readings of one picture contradict each other",
    "second_reading": "it was read once; codes of this kind need a second, equal reading",
}
"""Closed list: why a reading is held or refused, in words."""

AT_ONCE = frozenset({Symbol.CODE_128, Symbol.DATA_MATRIX, Symbol.QR, Symbol.MICRO_QR, Symbol.PDF417, Symbol.AZTEC})
_FAMILIES: Mapping[Symbol, str] = {
    Symbol.EAN_13: "EAN", Symbol.EAN_8: "EAN", Symbol.UPC_E: "EAN",
    Symbol.DATABAR: "DataBar", Symbol.DATABAR_EXPANDED: "DataBar", Symbol.DATABAR_LIMITED: "DataBar",
}  # fmt: skip
SHORTEST: Mapping[Symbol, int] = {Symbol.CODE_39: 3, Symbol.CODABAR: 6}
"""Characters; chance bars read as shorter ones."""
ITF_GTIN = 14

Sighting = tuple[str, str]
"""Family of symbols and text: what two readings must agree in."""


@dataclass(frozen=True)
class AcceptanceRules:
    """What one station believes (IMG-6)."""

    symbols: frozenset[Symbol] = frozenset()
    """Only these are read; empty: all."""
    itf_lengths: frozenset[int] = field(default_factory=lambda: frozenset({ITF_GTIN}))
    """Digits of the ITF codes in use. Fourteen digits must have a right check digit."""


def family(symbol: Symbol) -> str:
    """EAN-13 in one reading may be EAN-8 in a wrong one: what is taken for each other is one family."""
    return _FAMILIES.get(symbol, symbol.value)


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
    if reading.symbol in AT_ONCE or seconded:
        return Judged(reading, Verdict.ACCEPTED, seconded_by=seconded)
    return Judged(reading, Verdict.HELD, "second_reading")


def _refused_for(reading: Reading, rules: AcceptanceRules) -> str:
    """Reason that no second reading can heal, or blank."""
    symbol, text = reading.symbol, reading.text
    if rules.symbols and symbol not in rules.symbols:
        return "not_allowed"
    if symbol is Symbol.ITF:
        if len(text) not in rules.itf_lengths:
            return "itf_length"
        if len(text) == ITF_GTIN and not has_check_digit(text):
            return "check_digit"
    if len(text) < SHORTEST.get(symbol, 0):
        return "too_short"
    return ""


def _without_contradictions(judged: Sequence[Judged]) -> tuple[Judged, ...]:
    """Two values of the EAN family in one picture: what nobody seconded is not believed."""
    values = [one for one in judged if one.verdict is not Verdict.REFUSED and family(one.reading.symbol) == "EAN"]
    doubtful = [one for one in values if one.verdict is Verdict.HELD] if len(values) > 1 else []
    return tuple(Judged(one.reading, Verdict.REFUSED, "contradiction") if one in doubtful else one for one in judged)
