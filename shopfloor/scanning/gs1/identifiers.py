"""The table of application identifiers: biip's table at run time beside our small file of check columns (A9)."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from biip.gs1_application_identifiers import _GS1_APPLICATION_IDENTIFIERS as BIIP_TABLE
from biip.gs1_application_identifiers import GS1ApplicationIdentifier

CHECKS_FILE = "checks.csv"

_PART = re.compile(r"(\[)?\+?(\[)?([NXYZ])(\.\.)?([0-9]+)")
"""One part of a format in biip's notation, such as `N13` and `[+X..17]`."""


@dataclass(frozen=True)
class Part:
    """A run of characters of one set."""

    characters: str
    """N digits, X set 82, Y set 39, Z file-safe base 64."""
    minimum: int
    maximum: int


@dataclass(frozen=True)
class Identifier:
    """One application identifier and everything that its value must be."""

    ai: str
    title: str
    description: str
    separator_required: bool
    """False: the length is pre-defined and FNC1 need not follow."""
    parts: tuple[Part, ...]
    checks: tuple[str, ...]
    """Names of functions in `value_checks`."""
    exclusive: frozenset[str]
    """Identifiers that must not stand beside it (R-13)."""
    requires: tuple[frozenset[str], ...]
    """Of each group one must stand beside it (R-13)."""

    @property
    def minimum(self) -> int:
        return sum(part.minimum for part in self.parts)

    @property
    def maximum(self) -> int:
        return sum(part.maximum for part in self.parts)


@dataclass(frozen=True)
class _Row:
    format: str
    checks: tuple[str, ...]
    exclusive: str
    requires: str


def _parts(format_text: str) -> tuple[Part, ...]:
    parts: list[Part] = []
    for outer, inner, characters, variable, length in _PART.findall(format_text):
        maximum = int(length)
        if outer or inner:
            minimum = 0
        else:
            minimum = 1 if variable else maximum
        parts.append(Part(characters, minimum, maximum))
    return tuple(parts)


@cache
def _expand(pattern: str) -> tuple[str, ...]:
    """The identifiers that a pattern such as `310n` or `31nn` stands for; rows repeat patterns, and every start reads all of them."""
    matcher = re.compile(pattern.replace("n", "[0-9]"))
    return tuple(ai for ai in BIIP_TABLE if matcher.fullmatch(ai))


def _words(cell: str) -> list[str]:
    return [word for word in cell.split(" ") if word]


def _rows() -> dict[str, _Row]:
    """Check columns by identifier. A later row of the file wins, so an exception may follow its family."""
    found: dict[str, _Row] = {}
    with resources.files(__package__).joinpath(CHECKS_FILE).open(encoding="ascii") as file:
        for line in csv.DictReader(file):
            row = _Row(line["format"], tuple(_words(line["checks"])), line["exclusive"], line["requires"])
            matched = _expand(line["ai"])
            assert matched, f"{CHECKS_FILE}: no application identifier {line['ai']}"
            found.update(dict.fromkeys(matched, row))
    return found


def _identifier(source: GS1ApplicationIdentifier, row: _Row) -> Identifier:
    ai = source.ai
    _, _, value_format = source.format.partition("+")
    exclusive = {other for pattern in _words(row.exclusive) for other in _expand(pattern)}
    checks = row.checks
    if "one_of_family" in checks:
        exclusive |= {other for other in _expand(ai[:3] + "n") if other != ai}
        checks = tuple(check for check in checks if check != "one_of_family")
    requires = tuple(
        frozenset(other for pattern in group.split("|") for other in _expand(pattern)) for group in _words(row.requires)
    )
    return Identifier(
        ai=ai,
        title=source.data_title,
        description=source.description,
        separator_required=source.separator_required,
        parts=_parts(row.format or value_format),
        checks=checks,
        exclusive=frozenset(exclusive),
        requires=requires,
    )


def _load() -> dict[str, Identifier]:
    rows, empty = _rows(), _Row("", (), "", "")
    return {ai: _identifier(source, rows.get(ai, empty)) for ai, source in BIIP_TABLE.items()}


TABLE: Mapping[str, Identifier] = MappingProxyType(_load())
"""Every application identifier, read-only (D11)."""

AI_LENGTHS: Mapping[str, int] = MappingProxyType({ai[:2]: len(ai) for ai in TABLE})
"""First two digits -> length of the identifier (R-08)."""

KEYS = frozenset(
    {"00", "01", "02", "03", "253", "255", "401", "402", "414", "415", "417"}
    | {"8003", "8004", "8006", "8010", "8013", "8017", "8018", "8026"}
)
"""Identifiers that may open a GS1 text without symbology identifier (R-11)."""

OPENING_LENGTHS: Mapping[str, int] = MappingProxyType({"00": 20, "01": 16, "02": 16, "03": 16})
"""A text that opens with one of these, complete, is GS1 or an error, never a local number (R-11)."""
