"""What a scanner's keys say about the scanner: the station check of R-23. Pure: key presses in, findings and settings out.

Three test symbols are scanned whose content is known, so that everything that is added, lost or changed on the way can be named.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from statistics import median

from shopfloor.scanning.characters import GS, swap_case
from shopfloor.scanning.gs1.profiles import WEDGE
from shopfloor.scanning.labels import Picture, Symbol, draw_gs1, draw_plain
from shopfloor.scanning.scanner_settings import ScannerSettings

GTIN, LOT, SERIAL = "09521234543213", "Ab", "c1"
ELEMENTS = (("01", GTIN), ("10", LOT), ("21", SERIAL))
LINK = f"https://example.com/01/{GTIN}/10/{LOT}/21/{SERIAL}"
"""A Digital Link that is never fetched."""
TERMINATORS = {"Enter": "Enter", "NumpadEnter": "Enter", "Tab": "Tab"}
END = "\ue000"
"""Stands for a terminator key while a text is compared; no scanner types it."""
LINEAR = "]C1"
"""AIM identifier of GS1-128."""
MOST_PRESSES = 600
LONGEST_SPELLING = 8


class Level(StrEnum):
    """How much a finding matters."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


class FindingKind(StrEnum):
    """Closed list of what can be found; the words for people stand in the web layer."""

    NOT_A_TEST_SYMBOL = "not_a_test_symbol"
    IDENTIFIER = "identifier"
    NO_IDENTIFIER = "no_identifier"
    SEPARATOR = "separator"
    NO_SEPARATOR = "no_separator"
    SEPARATOR_IS_TEXT = "separator_is_text"
    SEPARATOR_IS_ENTER = "separator_is_enter"
    LAYOUT = "layout"
    OTHER_LAYOUT = "other_layout"
    CAPS = "caps"
    CASE_TURNED = "case_turned"
    CASE_LOST = "case_lost"
    END = "end"
    NO_END = "no_end"
    FRAME = "frame"
    SPEED = "speed"
    SLOW = "slow"


_LEVELS = {
    FindingKind.NOT_A_TEST_SYMBOL: Level.BAD,
    FindingKind.NO_IDENTIFIER: Level.NOTE,
    FindingKind.NO_SEPARATOR: Level.BAD,
    FindingKind.SEPARATOR_IS_TEXT: Level.NOTE,
    FindingKind.SEPARATOR_IS_ENTER: Level.BAD,
    FindingKind.OTHER_LAYOUT: Level.NOTE,
    FindingKind.CAPS: Level.NOTE,
    FindingKind.CASE_TURNED: Level.BAD,
    FindingKind.CASE_LOST: Level.BAD,
    FindingKind.NO_END: Level.NOTE,
    FindingKind.FRAME: Level.NOTE,
    FindingKind.SLOW: Level.BAD,
}


@dataclass(frozen=True)
class KeyPress:
    """One keydown event of the browser."""

    code: str
    """Place of the key, such as `KeyA`; blank from screen keyboards."""
    key: str = ""
    """What the host makes of it."""
    shift: bool = False
    ctrl: bool = False
    alt: bool = False
    at: float = 0.0
    """Milliseconds."""


@dataclass(frozen=True)
class Finding:
    """One thing that was found, with what it is about, such as the name of the layout."""

    kind: FindingKind
    detail: str = ""

    @property
    def level(self) -> Level:
        """How much it matters."""
        return _LEVELS.get(self.kind, Level.GOOD)


@dataclass(frozen=True)
class Examined:
    """One scan of a test symbol."""

    carries_elements: bool
    """A GS1 symbol with a separator inside; the Digital Link has none."""
    findings: tuple[Finding, ...]
    layout: str = ""
    """Keyboard layout that the scanner types."""
    spelling: str = ""
    """What came for the separator, as text; GS if it came as one of the keys for it."""
    split: bool = False
    """An Enter came for the separator."""
    prefix: str = ""
    suffix: str = ""
    identifier: str = ""
    """AIM identifier, as far as one came."""

    @property
    def known(self) -> bool:
        """Whether it was one of the test symbols."""
        return all(finding.kind is not FindingKind.NOT_A_TEST_SYMBOL for finding in self.findings)


def test_symbols(as_of: date) -> tuple[Picture, ...]:
    """GS1 DataMatrix, GS1-128 with the same elements, QR with a Digital Link."""
    matrix, linear = (draw_gs1(*ELEMENTS, as_of=as_of, symbol=symbol) for symbol in (Symbol.GS1_DATAMATRIX, Symbol.GS1_128))
    return matrix, linear, draw_plain(LINK, Symbol.QR)


def examine(presses: Sequence[KeyPress]) -> Examined:
    """What one burst of keys shows. At most MOST_PRESSES are looked at."""
    presses = _last_code(presses[:MOST_PRESSES])
    layouts = sorted(WEDGE.layouts, key=lambda name: name != WEDGE.default_layout)
    typed = {layout: _typed(presses, layout) for layout in layouts}
    for case, elements_pattern, link_pattern in _PATTERNS:
        for layout, (text, keys) in typed.items():
            candidate = swap_case(text) if case is FindingKind.CASE_TURNED else text
            for elements, pattern in ((True, elements_pattern), (False, link_pattern)):
                found = pattern.fullmatch(candidate)
                if found:
                    return _examined(found, presses, layout, keys, elements=elements, case=case)
    return Examined(carries_elements=False, findings=(Finding(FindingKind.NOT_A_TEST_SYMBOL),))


def conclude(examined: Iterable[Examined]) -> ScannerSettings:
    """The settings that all scans of test symbols together show."""
    known = [one for one in examined if one.known]
    if not known:
        return ScannerSettings()
    with_elements = [one for one in known if one.carries_elements]
    layout = known[0].layout
    spellings = {one.spelling for one in with_elements} - {"", GS, *WEDGE.default_separators}
    return ScannerSettings(
        layout="" if layout == WEDGE.default_layout else layout,
        fnc1_is_enter=any(one.split for one in with_elements),
        separators=tuple(sorted(spellings)),
        prefix=known[0].prefix if len({one.prefix for one in known}) == 1 else "",
        suffix=known[0].suffix if len({one.suffix for one in known}) == 1 else "",
        gs_verified=_is_proved(with_elements),
    )


def frames_differ(examined: Iterable[Examined]) -> bool:
    """Whether other characters stand around each kind of symbol, such as the code identifiers of the maker. Nobody can drop those."""
    known = [one for one in examined if one.known]
    return len({one.prefix for one in known}) > 1 or len({one.suffix for one in known}) > 1


def _is_proved(with_elements: Sequence[Examined]) -> bool:
    """R-23: every separator came, and GS1-128 was among the symbols, where many scanners drop it although they send it for matrix codes.

    Without identifiers nobody knows which symbol it was; then two scans are asked for.
    """
    unnamed = sum(not one.identifier for one in with_elements)
    linear = any(one.identifier == LINEAR for one in with_elements)
    return all(one.spelling for one in with_elements) and (linear or unnamed > 1)


# --- what was typed -------------------------------------------------------------------------------------------------------

_IDENTIFIER = r"(?P<identifier>\][A-Za-z][0-9])?"
_GAP = f"(?P<gap>.{{0,{LONGEST_SPELLING}}}?)"
_ELEMENTS = f"(?P<prefix>[^{END}]*?){_IDENTIFIER}01{GTIN}10{LOT}{_GAP}21{SERIAL}(?P<suffix>[^{END}]*?)(?P<end>{END}*)"
_LINK = f"(?P<prefix>[^{END}]*?){_IDENTIFIER}{re.escape(LINK)}(?P<suffix>[^{END}]*?)(?P<end>{END}*)"
_EXACT = re.compile(_ELEMENTS, re.DOTALL), re.compile(_LINK, re.DOTALL)
_ANY_CASE = re.compile(_ELEMENTS, re.DOTALL | re.IGNORECASE), re.compile(_LINK, re.DOTALL | re.IGNORECASE)
_PATTERNS = ((None, *_EXACT), (FindingKind.CASE_TURNED, *_EXACT), (FindingKind.CASE_LOST, *_ANY_CASE))
"""What is wrong with capitals and small letters, and how the symbols look then; tried in this order."""


def _last_code(presses: Sequence[KeyPress]) -> Sequence[KeyPress]:
    """Two scans close together are recorded as one: the last of them."""
    for place in range(len(presses) - 2, -1, -1):
        if presses[place].code in TERMINATORS and presses[place + 1].at - presses[place].at > WEDGE.silence_ms:
            return presses[place + 1 :]
    return presses


def _typed(presses: Sequence[KeyPress], layout: str) -> tuple[str, list[str]]:
    """The text by this layout, with GS and END in it, and how each separator was typed."""
    table, text, digits = WEDGE.layouts[layout], "", ""
    separators: list[str] = []
    for press in presses:
        if press.alt and press.code.startswith("Numpad") and press.code[-1:] in "0123456789":
            digits += press.code[-1]
            continue
        if digits:
            character, digits = _of_digits(digits, separators), ""
            text += character
        if press.code in WEDGE.modifiers:
            continue
        if _is_separator(press):
            separators.append(_name_of(press))
            text += GS
        elif press.code in TERMINATORS:
            text += END
        elif not (press.ctrl or press.alt):
            text += table.get(press.code, ["", ""])[press.shift] if press.code else press.key[:1]
    return text + (_of_digits(digits, separators) if digits else ""), separators


def _of_digits(digits: str, separators: list[str]) -> str:
    if digits in WEDGE.separator_alt_digits:
        separators.append(f"Alt+{digits}")
        return GS
    return chr(int(digits[-4:]) % 256)


def _is_separator(press: KeyPress) -> bool:
    return (press.code, press.ctrl, press.alt, press.shift) in WEDGE.separator_keys


def _name_of(press: KeyPress) -> str:
    return {"BracketRight": "Ctrl+]"}.get(press.code, press.code)


# --- what it means --------------------------------------------------------------------------------------------------------


def _examined(
    found: re.Match[str], presses: Sequence[KeyPress], layout: str, keys: Sequence[str], *, elements: bool, case: FindingKind | None
) -> Examined:
    gap = found["gap"] if elements else ""
    split = END in gap
    findings = [_identifier(found)]
    if elements:
        findings.append(_separator(gap, keys, split=split))
    findings.append(
        Finding(FindingKind.LAYOUT, layout) if layout == WEDGE.default_layout else Finding(FindingKind.OTHER_LAYOUT, layout)
    )
    if case:
        findings.append(Finding(case))
    elif _caps(presses):
        findings.append(Finding(FindingKind.CAPS))
    findings.append(_end(presses, found["end"]))
    prefix, suffix = found["prefix"].replace(END, ""), found["suffix"]
    if prefix or suffix:
        findings.append(Finding(FindingKind.FRAME, f"{prefix}…{suffix}"))
    findings.append(_speed(presses))
    return Examined(elements, tuple(findings), layout, gap.replace(END, ""), split, prefix, suffix, found["identifier"] or "")


def _identifier(found: re.Match[str]) -> Finding:
    identifier = found["identifier"]
    return Finding(FindingKind.IDENTIFIER, identifier) if identifier else Finding(FindingKind.NO_IDENTIFIER)


def _separator(gap: str, keys: Sequence[str], *, split: bool) -> Finding:
    if split:
        return Finding(FindingKind.SEPARATOR_IS_ENTER)
    if not gap:
        return Finding(FindingKind.NO_SEPARATOR)
    if gap == GS:
        return Finding(FindingKind.SEPARATOR, keys[-1] if keys else "")
    return Finding(FindingKind.SEPARATOR_IS_TEXT, gap)


def _caps(presses: Sequence[KeyPress]) -> bool:
    """Letters that the host shows against their shift key. The text itself comes from the keys, so it is right all the same."""
    letters = [press for press in presses if press.code.startswith("Key") and len(press.key) == 1 and not (press.ctrl or press.alt)]
    turned = [press for press in letters if press.key.isupper() is not press.shift]
    return len(turned) > len(letters) / 2


def _end(presses: Sequence[KeyPress], end: str) -> Finding:
    if not end:
        return Finding(FindingKind.NO_END)
    return Finding(FindingKind.END, TERMINATORS[next(press.code for press in reversed(presses) if press.code in TERMINATORS)])


def _speed(presses: Sequence[KeyPress]) -> Finding:
    """R-05: the first keys must come quickly, or a person types; later ones must leave no silence, or the code is over."""
    gaps = [later.at - earlier.at for earlier, later in itertools.pairwise(presses)]
    places = [place for place, press in enumerate(presses) if press.code not in WEDGE.modifiers]
    known = places[WEDGE.least_keys - 1] if len(places) >= WEDGE.least_keys else len(presses)
    pauses = [gap for place, gap in enumerate(gaps, start=1) if gap > (WEDGE.key_gap_ms if place <= known else WEDGE.silence_ms)]
    if pauses:
        return Finding(FindingKind.SLOW, f"{max(pauses):.0f}")
    return Finding(FindingKind.SPEED, f"{median(gaps) if gaps else 0:.0f}")
