"""Who is acting, and lists of people and stations."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from sqlalchemy import Row, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from shopfloor.db import current_plant
from shopfloor.errors import NotFound
from shopfloor.people.actor import Actor
from shopfloor.people.errors import BadgeBlocked, BadgeUnknown, RecordBlocked, TokenUnknown
from shopfloor.people.models import AccessToken, Operator, Plant, Role, Station
from shopfloor.people.rights import RIGHTS

# Joins the plant of the session and the station, where there is one that is not blocked. Built once: every request asks one of these.
_ACTOR = (
    select(
        Operator.no, Operator.name, Operator.role, Operator.language, Operator.blocked, Plant.time_zone, Station.code.label("station_code"),
        Station.scanner, Station.picture_symbols, Station.itf_lengths, Station.picture_lookup,
    )
    .select_from(Operator)
    .join(Plant, Plant.plant_no == bindparam("at_plant"))
    .outerjoin(Station, and_(Station.plant_no == bindparam("at_plant"), Station.code == bindparam("at_station"), ~Station.blocked))
)
_BY_NUMBER = _ACTOR.where(Operator.no == bindparam("number"))
_BY_BADGE = _ACTOR.where(Operator.badge == bindparam("badge"))
_BY_TOKEN = _ACTOR.join(
    AccessToken,
    and_(AccessToken.operator_no == Operator.no, AccessToken.token_hash == bindparam("token_hash"), ~AccessToken.revoked),
)


@dataclass(frozen=True)
class Found:
    """One thing that a scan or search leads to (UI-1)."""

    kind: str
    """Such as `Item`, `Serial`, `Lot`, `Location`, `Operator`."""
    number: str
    label: str
    """What it is, in a few words."""
    path: str
    """Address of its page, with its parts quoted."""


@dataclass(frozen=True)
class OperatorRow:
    """One person in a list."""

    no: str
    name: str
    badge: str
    role: str
    language: str
    blocked: bool


@dataclass(frozen=True)
class StationRow:
    """One station in a list."""

    code: str
    name: str
    gs1_recognition: str
    blocked: bool
    separators_missing_since: str = ""
    """UTC, ISO 8601: since when its scanner leaves out separators although it passed its check (R-23); blank: it does not."""


@dataclass(frozen=True)
class TokenRow:
    """One access token in a list."""

    token_hash: str
    operator_no: str
    description: str
    created_at: str
    """ISO 8601, UTC."""
    revoked: bool


def actor_of(session: Session, operator_no: str, station_code: str = "") -> Actor:
    """The signed-in person at a station, in one statement. A station that is not there any more is left blank.

    Raises NotFound when there is no such person, BadgeBlocked when the person may not act any more (A30).
    """
    row = _one(session, _BY_NUMBER, number=operator_no, at_station=station_code)
    if row is None:
        raise NotFound(record="operator", number=operator_no)
    return _actor(row)


def sign_in(session: Session, *, badge: str, station_code: str = "") -> Actor:
    """Who holds this badge, and where. Reads only. Raises BadgeUnknown, BadgeBlocked, NotFound for the station (A30)."""
    row = _one(session, _BY_BADGE, badge=badge, at_station=station_code)
    if row is None:
        raise BadgeUnknown(badge=badge[:60])
    if station_code and row.station_code is None:
        raise NotFound(record="station", number=station_code)
    return _actor(row)


def actor_of_token(session: Session, token: str, station_code: str = "") -> Actor:
    """Whose bearer token this is, in one statement. Raises TokenUnknown, BadgeBlocked (A28, A30)."""
    row = _one(session, _BY_TOKEN, token_hash=token_fingerprint(token), at_station=station_code)
    if row is None:
        raise TokenUnknown
    return _actor(row)


def token_fingerprint(token: str) -> str:
    """What is kept of a token. Half characters of a broken header count as themselves."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def plant_name(session: Session) -> str | None:
    """What the plant is called; None while the database is empty. One statement."""
    name: str | None = session.connection().scalar(select(Plant.name).where(Plant.plant_no == current_plant(session)))
    return name


def list_operators(session: Session) -> list[OperatorRow]:
    """Everybody, by number."""
    columns = (Operator.no, Operator.name, Operator.badge, Operator.role, Operator.language, Operator.blocked)
    return [OperatorRow(*row) for row in session.execute(select(*columns).order_by(Operator.no))]


def require_operator(session: Session, operator_no: str) -> None:
    """Somebody who is there and not blocked. One statement. Raises NotFound, RecordBlocked."""
    blocked = session.scalar(select(Operator.blocked).where(Operator.no == operator_no))
    if blocked is None:
        raise NotFound(record="operator", number=operator_no)
    if blocked:
        raise RecordBlocked(record="operator", number=operator_no)


def list_stations(session: Session) -> list[StationRow]:
    """The stations of the plant, by code."""
    columns = (Station.code, Station.name, Station.gs1_recognition, Station.blocked, Station.scanner)
    return [
        StationRow(row.code, row.name, row.gs1_recognition, row.blocked, json.loads(row.scanner or "{}").get("gs_missing_since", ""))
        for row in session.execute(select(*columns).order_by(Station.code))
    ]


def list_tokens(session: Session) -> list[TokenRow]:
    """All access tokens, newest first."""
    rows = session.scalars(select(AccessToken).order_by(AccessToken.created_at.desc(), AccessToken.token_hash))
    return [TokenRow(row.token_hash, row.operator_no, row.description, row.created_at.isoformat(), row.revoked) for row in rows]


def find(session: Session, text: str, *, limit: int = 5) -> list[Found]:
    """UI-1: people by badge or number, stations by code."""
    if not text.isprintable():
        return []
    mine = or_(Operator.badge == text, func.lower(Operator.no) == text.lower())
    people = select(Operator.no, Operator.name).where(mine).order_by(Operator.no)
    stations = select(Station.code, Station.name).where(func.lower(Station.code) == text.lower()).order_by(Station.code)
    persons, places = session.execute(people.limit(limit)), session.execute(stations.limit(limit))
    found = [Found("Operator", no, name, f"/people/{quote(no, safe='')}") for no, name in persons]
    found += [Found("Station", code, name, f"/stations/{quote(code, safe='')}") for code, name in places]
    return found[:limit]


def find_part(session: Session, text: str, *, limit: int = 5) -> list[Found]:
    """UI-1: people with this in their name. One statement."""
    if not text.isprintable():
        return []
    named = select(Operator.no, Operator.name).where(func.lower(Operator.name).contains(text.lower(), autoescape=True))
    persons = session.execute(named.order_by(Operator.no).limit(limit))
    return [Found("Operator", no, name, f"/people/{quote(no, safe='')}") for no, name in persons]


def _one(session: Session, statement: Select[*tuple[Any, ...]], **texts: str) -> Row[Any] | None:
    """Nothing stored holds a character that cannot be seen, and a database may choke on one; so it is not asked."""
    if not all(text.isprintable() for text in texts.values()):
        return None
    return session.connection().execute(statement, {"at_plant": current_plant(session), **texts}).one_or_none()


def _actor(row: Row[Any]) -> Actor:
    if row.blocked:
        raise BadgeBlocked(operator=row.name)
    return Actor(
        operator_no=row.no,
        name=row.name,
        rights=RIGHTS[Role(row.role)],
        station_code=row.station_code or "",
        time_zone=row.time_zone,
        language=row.language,
        scanner=row.scanner or "",
        picture_symbols=row.picture_symbols or "",
        itf_lengths=row.itf_lengths or "",
        picture_lookup=bool(row.picture_lookup),
    )
