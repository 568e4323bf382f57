"""Refusals about people, and the two that every kind of master data shares."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import Refusal


@dataclass(eq=False)
class AlreadyExists(Refusal):
    """A record with this key is there already."""

    code = "ALREADY_EXISTS"
    message = "There already is a {record} {number}."
    record: str
    number: str


@dataclass(eq=False)
class BadgeUnknown(Refusal):
    """Nobody has this badge."""

    code = "BADGE_UNKNOWN"
    message = "Nobody has the badge {badge}. Scan your own badge, or ask an administrator for one."
    badge: str


@dataclass(eq=False)
class BadgeBlocked(Refusal):
    """The person may not work here any more."""

    code = "BADGE_BLOCKED"
    message = "The badge of {operator} is blocked. Ask an administrator."
    operator: str


@dataclass(eq=False)
class TokenUnknown(Refusal):
    """The bearer token is not known, or was revoked."""

    code = "TOKEN_UNKNOWN"
    message = "The access token is not known or was revoked. Ask an administrator for a new one."


@dataclass(eq=False)
class AlreadySetUp(Refusal):
    """The first set-up is done once."""

    code = "ALREADY_SET_UP"
    message = "The plant {plant} is set up already."
    plant: str
