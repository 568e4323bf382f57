"""A scanner that sends no separators: list the possible readings instead of guessing (R-17)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from shopfloor.scanning.errors import Gs1Parse
from shopfloor.scanning.gs1.dates import six_digit_date
from shopfloor.scanning.gs1.decoder import GTIN_IDENTIFIERS, identifier_at, value_problem
from shopfloor.scanning.gs1.identifiers import TABLE, Identifier
from shopfloor.scanning.gs1.profiles import ScannerProfile
from shopfloor.scanning.scan import Element, bracketed

OPENING_IDENTIFIERS = frozenset({"00", "01", "02", "8004", "8006"})
DATE_IDENTIFIERS = frozenset({"11", "12", "13", "15", "16", "17"})
YEARS_BACK = 6
YEARS_AHEAD = 10
CANDIDATE_LIMIT = 8
"""More readings than an operator can choose from are not listed."""
STEP_LIMIT = 3000
"""Bounds the work for text that is made to have many dead ends."""
TEXT_LIMIT = 400
"""No label has more; identifiers occur once, so longer text has no reading anyway."""

Reading = tuple[Element, ...]


def inferred_reading(text: str, profile: ScannerProfile, as_of: date, template: tuple[str, ...] | None) -> Reading | None:
    """The one reading of a text without separators, or None if there is none.

    `template` is the item's order of identifiers. Raises Gs1Parse (ambiguous_separator) with the candidates.
    """
    if len(text) > TEXT_LIMIT or identifier_at(text, 0) not in OPENING_IDENTIFIERS:
        return None
    for order in (template, None) if template else (None,):
        search = _Search(text, profile, as_of, order)
        found = list(search.readings())
        # A search that was cut short knows nothing about readings that it did not reach.
        if len(found) > 1 or search.steps > STEP_LIMIT:
            raise _ambiguous(found)
        if found and (order or not _cut_at_the_limit(found[0])):
            return found[0]
    return None


def runs_together(text: str, profile: ScannerProfile, as_of: date) -> bool:
    """Whether some reading has a value of variable length before its end, so that a separator may have been lost behind it."""
    return any(has_open_end(reading) for reading in _readings(text, profile, as_of, None))


def fits_order(text: str, profile: ScannerProfile, as_of: date, order: tuple[str, ...]) -> bool:
    """Whether the text can be a label of this order that lost a separator."""
    return any(has_open_end(reading) for reading in _readings(text, profile, as_of, order))


def _readings(text: str, profile: ScannerProfile, as_of: date, order: tuple[str, ...] | None) -> Iterator[Reading]:
    if len(text) <= TEXT_LIMIT and identifier_at(text, 0) in OPENING_IDENTIFIERS:
        yield from _Search(text, profile, as_of, order).readings()


def has_open_end(reading: Reading) -> bool:
    """Whether a value of variable length stands before the end of the reading: a separator belongs behind it."""
    return any(TABLE[element.ai].separator_required for element in reading[:-1])


def _cut_at_the_limit(reading: Reading) -> bool:
    """R-08: a value that ends just where it must, with more text behind, is more likely too long than complete.

    Without a template nothing says otherwise, so the text goes to the normal parse, which refuses it.
    """
    variable = (element for element in reading[:-1] if TABLE[element.ai].separator_required)
    return any(len(element.value) == TABLE[element.ai].maximum for element in variable)


def _ambiguous(readings: list[Reading]) -> Gs1Parse:
    return Gs1Parse(kind="ambiguous_separator", candidates=[bracketed(reading) for reading in readings])


@dataclass
class _Search:
    text: str
    profile: ScannerProfile
    as_of: date
    template: tuple[str, ...] | None
    steps: int = 0
    """Values tried so far."""

    def readings(self) -> Iterator[Reading]:
        """At most CANDIDATE_LIMIT readings."""
        for count, reading in enumerate(self._from(0, ()), start=1):
            yield reading
            if count == CANDIDATE_LIMIT:
                return

    def _from(self, position: int, before: Reading) -> Iterator[Reading]:
        if position == len(self.text):
            if self.template is None or len(before) == len(self.template):
                yield before
            return
        ai = self._allowed(position, before)
        if not ai:
            return
        identifier = TABLE[ai]
        start = position + len(ai)
        for stop in self._stops(identifier, start):
            self.steps += 1
            if self.steps > STEP_LIMIT:
                return
            if not self._can_go_on(stop):
                continue
            value = self.text[start:stop]
            if self._is_sensible(identifier, value):
                yield from self._from(stop, (*before, Element(ai, value)))

    def _allowed(self, position: int, before: Reading) -> str:
        """The identifier here, if it is a shop identifier, not used yet, and in its place in the template."""
        ai = identifier_at(self.text, position)
        if self.template is not None:
            return ai if len(before) < len(self.template) and _fits(ai, self.template[len(before)]) else ""
        if ai not in self.profile.shop_identifiers or any(element.ai == ai for element in before):
            return ""
        return ai

    def _stops(self, identifier: Identifier, start: int) -> range:
        longest = min(len(self.text), start + identifier.maximum)
        if identifier.separator_required:
            return range(longest, start, -1)
        stop = start + identifier.maximum
        return range(stop, stop + 1) if stop <= len(self.text) else range(0)

    def _can_go_on(self, position: int) -> bool:
        return position == len(self.text) or bool(identifier_at(self.text, position))

    def _is_sensible(self, identifier: Identifier, value: str) -> bool:
        problem = value_problem(identifier, value, self.as_of)
        if problem:
            return problem.kind == "check_digit" and identifier.ai in GTIN_IDENTIFIERS and self.profile.check_digit == "warn"
        if identifier.ai not in DATE_IDENTIFIERS:
            return True
        found = six_digit_date(value, self.as_of, month_only=False)
        return found is not None and -YEARS_BACK <= found.year - self.as_of.year <= YEARS_AHEAD


def _fits(ai: str, pattern: str) -> bool:
    """Whether an identifier is the template's, where `n` stands for any digit: 3103 fits 310n."""
    return len(ai) == len(pattern) and all(wanted in (digit, "n") for digit, wanted in zip(ai, pattern, strict=True))
