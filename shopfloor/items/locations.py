"""Where goods may be kept, and where they may only be on their way (AP-09)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.errors import NotFound, Refusal
from shopfloor.items.errors import LocationInTransit, LocationKeepsGoods
from shopfloor.items.models import Location
from shopfloor.people.errors import RecordBlocked


def require_locations(session: Session, codes: Iterable[str]) -> None:
    """Locations where goods may be kept. Raises the first of `location_problems`."""
    for problem in location_problems(session, codes).values():
        raise problem


def location_problems(session: Session, codes: Iterable[str]) -> dict[str, Refusal]:
    """Why goods may not be kept at some of the locations: NotFound, RecordBlocked, LocationInTransit (AP-09). One statement."""
    found = {code: _problem(code, row) or _transit_problem(code, row) for code, row in _locations(session, codes).items()}
    return {code: problem for code, problem in found.items() if problem is not None}


def require_in_transit(session: Session, code: str) -> None:
    """Raises NotFound, LocationKeepsGoods (AP-09)."""
    row = _locations(session, [code])[code]
    problem = _problem(code, row)
    if problem is not None:
        raise problem
    if row is not None and not row.in_transit:
        raise LocationKeepsGoods(location=code)


def _locations(session: Session, codes: Iterable[str]) -> dict[str, Row[Any] | None]:
    wanted = sorted(set(codes))
    locations = table(Location)
    columns = (locations.c.code, locations.c.in_transit, locations.c.blocked)
    statement: Select[*tuple[Any, ...]] = select(*columns).where(plant(session, locations), locations.c.code.in_(wanted))
    known = {row.code: row for row in session.connection().execute(statement)}
    return {code: known.get(code) for code in wanted}


def _problem(code: str, row: Row[Any] | None) -> Refusal | None:
    if row is None:
        return NotFound(record="location", number=code)
    return RecordBlocked(record="location", number=code) if row.blocked else None


def _transit_problem(code: str, row: Row[Any] | None) -> Refusal | None:
    return LocationInTransit(location=code) if row is not None and row.in_transit else None
