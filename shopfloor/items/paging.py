"""Lists in pages: every page starts behind the last key of the one before, so that a long list costs no more at its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

PAGE_SIZE = 50
LARGEST_PAGE = 500


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


def page_limit(wanted: int) -> int:
    """Between 1 and LARGEST_PAGE."""
    return max(1, min(wanted, LARGEST_PAGE))
