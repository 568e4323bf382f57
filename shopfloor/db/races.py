"""What to raise when another transaction was faster than the look on which something was decided."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError


class LostRace(Exception):
    """Somebody else was faster; the state is the one that makes the unit of work run the use case again."""

    sqlstate = "40001"


def lost_race(what: str) -> DBAPIError:
    """The error to raise when another transaction changed what was decided on: nothing is kept, the work runs again (operations 4.2)."""
    return DBAPIError(what, None, LostRace(what))
