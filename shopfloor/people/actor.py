"""Who acts, and where: the second argument of every command."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shopfloor.clock import work_date
from shopfloor.errors import NotAllowed


@dataclass(frozen=True)
class Actor:
    """A signed-in person at a station, with the rights of the role."""

    operator_no: str
    name: str
    rights: frozenset[str]
    station_code: str = ""
    time_zone: str = "UTC"
    """IANA zone of the plant."""
    language: str = "en"
    scanner: str = ""
    """What the station knows of its scanner, JSON (R-23)."""
    picture_symbols: str = ""
    """Kinds of codes that the station takes from pictures, with commas between; blank: all (IMG-6)."""
    itf_lengths: str = ""
    """Digits of the ITF codes that it takes, with commas between; blank: the usual (IMG-6)."""
    picture_lookup: bool = False
    """Whether a camera's code must be known there (IMG-6)."""

    def require(self, right: str) -> None:
        """Deny by default (A30). Raises NotAllowed."""
        if right not in self.rights:
            raise NotAllowed(operator=self.name, right=right)

    def may(self, right: str) -> bool:
        """Whether the person has the right; for showing or hiding actions."""
        return right in self.rights

    def work_date(self) -> date:
        """Today in the plant: the date of use of a scan (D8) and the default posting date."""
        return work_date(self.time_zone)
