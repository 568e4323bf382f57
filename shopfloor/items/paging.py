"""Lists in pages: every page starts behind the last key of the one before, so that a long list costs no more at its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

PAGE_SIZE = 50
LARGEST_PAGE = 500
LONGEST_ENTRY_NO = 18
"""Digits that a 64-bit number surely has room for."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows of a list."""

    rows: tuple[T, ...]
    next_after: str = ""
    """Key to ask the next page with; blank: this is the last one."""


def page_of(rows: Sequence[T], limit: int, key: Callable[[T], str]) -> Page[T]:
    """A page from one row more than it shows: that row tells whether there is a next page."""
    shown = tuple(rows[:limit])
    return Page(shown, key(shown[-1]) if len(rows) > limit else "")


def entry_place(after: str) -> int | None:
    """The number of the last entry that was shown, in lists that begin with the newest: 0 for the first page, None for no number."""
    if not after:
        return 0
    return int(after) if after.isascii() and after.isdigit() and len(after) <= LONGEST_ENTRY_NO else None


def page_limit(wanted: int) -> int:
    """Between 1 and LARGEST_PAGE."""
    return max(1, min(wanted, LARGEST_PAGE))
