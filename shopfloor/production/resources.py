"""The master of machines, people and work centers on which operations are done."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.errors import NotFound
from shopfloor.people.errors import RecordBlocked
from shopfloor.people.masters import Master
from shopfloor.production.inputs import NewResource
from shopfloor.production.models import Resource

RESOURCE = Master("resource", Resource, NewResource, key=("code",), columns=("code", "name", "kind"), named_by=(("resource",),))


def resource_names(session: Session) -> list[tuple[str, str]]:
    """Code and name of every resource that is not blocked. One statement."""
    rows = session.execute(select(Resource.code, Resource.name).where(~Resource.blocked).order_by(Resource.code))
    return [(row.code, f"{row.code} {row.name}") for row in rows]


def require_resources(session: Session, codes: Iterable[str]) -> None:
    """What a routing names is there and not blocked. One statement. Raises NotFound, RecordBlocked."""
    wanted = sorted(set(codes) - {""})
    blocked = {row.code: row.blocked for row in session.execute(select(Resource.code, Resource.blocked).where(Resource.code.in_(wanted)))}
    for code in wanted:
        if code not in blocked:
            raise NotFound(record="resource", number=code)
        if blocked[code]:
            raise RecordBlocked(record="resource", number=code)
