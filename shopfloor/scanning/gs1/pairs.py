"""Which elements belong together (R-13). The rules are meant for all symbols of an item together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from shopfloor.scanning.gs1.identifiers import TABLE
from shopfloor.scanning.scan import Element, ScanWarning

_KINDS = frozenset({"ai_mutex", "ai_requisite", "digsig_serial"})

_SERIAL_PART: dict[str, tuple[str, ...]] = {"01": ("21", "235"), "8006": ("21",), "8010": ("8011",)}
_SERIAL_FROM: dict[str, int] = {"253": 13, "255": 13, "8003": 14}


def pair_problems(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """Kind (ai_mutex, ai_requisite, digsig_serial) and identifier of every broken pair rule.

    After several scans of one item, call it again with the union of their elements.
    """
    problems: list[tuple[str, str]] = []
    for ai in values:
        identifier = TABLE[ai]
        if not identifier.exclusive.isdisjoint(values):
            problems.append(("ai_mutex", ai))
        if any(group.isdisjoint(values) for group in identifier.requires):
            problems.append(("ai_requisite", ai))
    if "8030" in values and not _has_serial_key(values):
        problems.append(("digsig_serial", "8030"))
    return problems


def warnings_together(warnings: Iterable[ScanWarning], elements: Iterable[Element]) -> tuple[ScanWarning, ...]:
    """Warnings of one code, its pair rules judged again over the elements of all codes of the item."""
    others = [warning for warning in warnings if warning.kind not in _KINDS]
    problems = pair_problems({element.ai: element.value for element in elements})
    return (*others, *(ScanWarning(kind, ai) for kind, ai in problems))


def _has_serial_key(values: Mapping[str, str]) -> bool:
    if any(_any_of(parts, values) for key, parts in _SERIAL_PART.items() if key in values):
        return True
    if any(len(values[key]) > length for key, length in _SERIAL_FROM.items() if key in values):
        return True
    return _any_of(("00", "402", "8004", "8017", "8018"), values)


def _any_of(wanted: tuple[str, ...], values: Collection[str]) -> bool:
    return any(ai in values for ai in wanted)
