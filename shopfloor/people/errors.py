"""Refusals about people, and the two that every kind of master data shares."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import Refusal


@dataclass(eq=False)
class AlreadyExists(Refusal):
    """A record with this key is there already."""

    code = "ALREADY_EXISTS"
    message = "The {record} {number} is there already."
    record: str
    number: str


@dataclass(eq=False)
class RecordBlocked(Refusal):
    """Nothing new names a blocked record."""

    code = "RECORD_BLOCKED"
    message = "The {record} {number} is blocked. Choose another one, or ask whoever maintains it."
    record: str
    number: str


@dataclass(eq=False)
class NumberUnusable(Refusal):
    """Every record has an address; a few words are no address, or one of another page."""

    code = "NUMBER_UNUSABLE"
    message = "“{number}” cannot be the number of a {record}: its page could not be opened. Choose another one."
    record: str
    number: str


@dataclass(eq=False)
class InUse(Refusal):
    """A record that others name stays."""

    code = "IN_USE"
    message = "{record} {number} is still named by: {uses}. Block it instead, or remove those first."
    record: str
    number: str
    uses: str
    """Kinds of records, such as `purchase line, item ledger entry`."""


@dataclass(eq=False)
class FixedByUse(Refusal):
    """What quantities were measured in does not change under them."""

    code = "FIXED_BY_USE"
    message = "{field} of {record} {number} stays {value}: it is named by {uses}. Make a new {record} instead."
    record: str
    number: str
    field: str
    value: str
    uses: str


@dataclass(eq=False)
class NothingToBlock(Refusal):
    """Not every kind of record can be blocked."""

    code = "NOTHING_TO_BLOCK"
    message = "A {record} cannot be blocked. Delete it when nothing needs it any more."
    record: str


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


@dataclass(eq=False)
class SettingsContradict(Refusal):
    """LIF-13: settings that would consume twice, or never."""

    code = "SETTINGS_CONTRADICT"
    message = "These settings of automatic consumption contradict each other: {why}."
    why: str


@dataclass(eq=False)
class ReasonUnknown(Refusal):
    """D18: an override names one of the reason codes in use, so that reasons can be counted."""

    code = "REASON_UNKNOWN"
    message = "{reason} is no reason code in use. Choose one from the list; a manager adds or unblocks codes under Reason codes."
    reason: str
