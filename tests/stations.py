"""What every station does that sends a command."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from shopfloor.errors import DatabaseBusy

SENT_AGAIN = 5
T = TypeVar("T")


def patiently(attempt: Callable[[], T]) -> T:
    """The answer; what the database was too busy for was not written, and is sent again (operations 4.2). A slow machine is no defect."""
    for _ in range(SENT_AGAIN):
        try:
            return attempt()
        except DatabaseBusy:
            continue
    return attempt()
