"""Which version of a bill or routing an order takes, and how a version gets from new to certified to closed. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

NEW, CERTIFIED, CLOSED = ("New", "Certified", "Closed")
"""Captions of models.VersionStatus."""
MOVES: dict[str, tuple[str, tuple[str, ...]]] = {
    "certify": (CERTIFIED, (NEW, CLOSED)),
    "reopen": (NEW, (CERTIFIED, CLOSED)),
    "close": (CLOSED, (NEW, CERTIFIED)),
}
"""Action -> the status it leads to, and the statuses it may begin at. Orders keep the copy they were made with."""


@dataclass(frozen=True)
class Version:
    """One version with its validity."""

    code: str
    status: str
    starting_date: date | None = None
    """The first day; None: from the beginning."""
    ending_date: date | None = None
    """The last day; None: for ever."""

    def holds_on(self, day: date) -> bool:
        """Certified, and the day is within its dates."""
        begun = self.starting_date is None or self.starting_date <= day
        return self.status == CERTIFIED and begun and (self.ending_date is None or day <= self.ending_date)


def version_on(versions: Iterable[Version], day: date) -> Version | None:
    """The certified version that is valid on the day: of several the one that began last. None when there is none."""
    valid = [version for version in versions if version.holds_on(day)]
    return max(valid, key=lambda version: (version.starting_date or date.min, version.code), default=None)


def same_start(version: Version, others: Iterable[Version]) -> Version | None:
    """Another certified version that begins on the same day: which of the two holds could not be told."""
    return next(
        (
            other
            for other in others
            if other.code != version.code and other.status == CERTIFIED and other.starting_date == version.starting_date
        ),
        None,
    )
