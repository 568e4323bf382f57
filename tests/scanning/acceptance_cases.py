"""Pictures that server and tablet must judge alike: every symbol with texts at its limits, alone, seconded, in pairs, under some rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from shopfloor.scanning.pictures.acceptance import AcceptanceRules, Sighting, sighting
from shopfloor.scanning.pictures.readings import Engine, Reading, Symbol

TEXTS = (
    "", "A", "AB", "ABC", "A123B", "A1234B", "96385074", "4006381333931", "4006381333932", "09521234543213", "09521234543214", "123456",
    "٠٩٥٢١٢٣٤٥٤٣٢١٣", "01095212345432131", "010952123454321310Ab\x1d21c1",
)  # fmt: skip
STATIONS = (
    AcceptanceRules(),
    AcceptanceRules(symbols=frozenset({Symbol.CODE_128, Symbol.DATA_MATRIX, Symbol.ITF})),
    AcceptanceRules(itf_lengths=frozenset({6})),
    AcceptanceRules(itf_lengths=frozenset({6, 14})),
)
PAIRED = (Symbol.EAN_13, Symbol.EAN_8, Symbol.DATABAR, Symbol.CODE_39, Symbol.DATA_MATRIX)


@dataclass(frozen=True)
class Case:
    """What one picture gave, at one station, after another picture."""

    readings: tuple[Reading, ...]
    rules: AcceptanceRules
    before: frozenset[Sighting] = frozenset()


def cases() -> Iterator[Case]:
    """A few thousand; the same on every run."""
    for symbol, text, rules in product(Symbol, TEXTS, STATIONS):
        one = _reading(symbol, text)
        yield Case((one,), rules)
        yield Case((one, _reading(symbol, text, identifier="]X0")), rules)
        yield Case((one, _reading(symbol, text, Engine.ZBAR)), rules)
        yield Case((one,), rules, frozenset({sighting(one)}))
        yield Case((one,), rules, frozenset({sighting(_reading(symbol, text + "1"))}))
    for first, second, text in product(PAIRED, PAIRED, ("ABCDEF", "4006381333931")):
        pair = (_reading(first, text), _reading(second, "96385074"))
        yield Case(pair, STATIONS[0])
        yield Case((*pair, _reading(first, text, Engine.ZBAR)), STATIONS[0])
        yield Case(pair, STATIONS[0], frozenset({sighting(pair[1])}))
    for content in ("binary", "mixed", "unknown_eci", "gs1", ""):
        yield Case((_reading(Symbol.QR, "ABC", content=content),), STATIONS[0])


def _reading(symbol: Symbol, text: str, engine: Engine = Engine.ZXING, identifier: str = "", content: str = "text") -> Reading:
    return Reading(symbol, text, text.encode().hex(), identifier, content, engine, "test")
