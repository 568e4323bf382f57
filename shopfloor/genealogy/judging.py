"""An action on a selection judges each line by itself (ASC-6, D27)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from shopfloor.errors import NotFound, Refusal

T = TypeVar("T")


def judge(candidates: Sequence[T], check: Callable[[T], None]) -> tuple[list[T], list[dict[str, Any]]]:
    """ASC-6: each line is all-or-nothing; a refused one does not stop the others. A single refused line is the refusal itself."""
    if not candidates:
        raise NotFound(record="selected line", number="any more")
    good: list[T] = []
    refused: list[dict[str, Any]] = []
    for candidate in candidates:
        try:
            check(candidate)
        except Refusal as refusal:
            if len(candidates) == 1:
                raise
            refused.append({"code": refusal.code, "fields": refusal.outcome_fields()})
        else:
            good.append(candidate)
    return good, refused
