"""An action on a selection judges each line by itself (ASC-6, D27)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from shopfloor.errors import NotFound, Refusal

T = TypeVar("T")


def judge(candidates: Sequence[T], check: Callable[[T], None], *, whole: bool = False) -> tuple[list[T], list[dict[str, Any]]]:
    """ASC-6: each line is all-or-nothing; a refused one does not stop the others. A single refused line is the refusal itself.

    `whole`: the first refused line stops all of them, and the refusal names its row.
    """
    if not candidates:
        raise NotFound(record="selected line", number="any more")
    good: list[T] = []
    refused: list[dict[str, Any]] = []
    for row, candidate in enumerate(candidates, 1):
        try:
            check(candidate)
        except Refusal as refusal:
            if whole:
                refusal.row = refusal.row or row
            if whole or len(candidates) == 1:
                raise
            refused.append({"code": refusal.code, "fields": refusal.outcome_fields()})
        else:
            good.append(candidate)
    return good, refused
