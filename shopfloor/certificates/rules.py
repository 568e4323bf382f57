"""What a certificate must say, and when a new one is due. Pure."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shopfloor.certificates.errors import HostNameUnusable

LEAF_DAYS = 397
"""The longest life that browsers take from authorities that they know themselves; ours keeps to it as well."""
AUTHORITY_DAYS = 3650
"""Ten years: a new authority means a walk to every tablet."""
EARLY_DAYS = 60
"""So many days before the end people are told, and from then on `tls init` renews: whoever follows the hint gets what it promised."""
LATE_CLOCK = timedelta(days=1)
"""A certificate is valid from yesterday on, for tablets whose clock is behind."""
LONGEST_NAME = 253
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
AUTHORITY = "Shopfloor authority"
"""Begins the name of every authority that we made; what another one issued is not ours to renew."""
LOCAL_HOSTS = ("localhost",)
LOCAL_ADDRESSES = ("127.0.0.1", "::1")
"""The machine's own browser opens the https address, too."""


@dataclass(frozen=True)
class Names:
    """What a server is called: each in its shortest usual spelling, in order of preference, none twice."""

    hosts: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()

    def __or__(self, other: Names) -> Names:
        return Names(tuple(dict.fromkeys(self.hosts + other.hosts)), tuple(dict.fromkeys(self.addresses + other.addresses)))

    def covers(self, other: Names) -> bool:
        """Whether every name of the other is here."""
        return set(other.hosts) <= set(self.hosts) and set(other.addresses) <= set(self.addresses)

    @property
    def of_network(self) -> tuple[str, ...]:
        """What other machines may open: first what a person can type and a tablet reaches without anybody's name service."""
        addresses = tuple(one for one in self.addresses if one not in LOCAL_ADDRESSES)
        hosts = tuple(one for one in self.hosts if one not in LOCAL_HOSTS)
        short = tuple(one for one in addresses if ":" not in one)
        return short + hosts + tuple(one for one in addresses if ":" in one)

    def __str__(self) -> str:
        return ", ".join(self.hosts + self.addresses)


@dataclass(frozen=True)
class Certificate:
    """What matters of the server's certificate."""

    names: Names
    not_before: datetime
    not_after: datetime
    issuer: str
    signed_by_authority: bool
    """By the one that is kept beside it now."""

    @property
    def is_ours(self) -> bool:
        """Issued by an authority of this program, of today or an earlier one."""
        return self.issuer.startswith(AUTHORITY)

    @property
    def remedy(self) -> str:
        """How it is renewed; the running server takes it by itself."""
        return "run shopfloor tls init" if self.is_ours else f"renew it at {self.issuer}"

    def days_left(self, now: datetime) -> int:
        """Whole days; negative when it has ended."""
        return (self.not_after - now).days


class State(StrEnum):
    """How a certificate stands, as health page and doctor tell it."""

    NONE = "none"
    GOOD = "good"
    ENDS_SOON = "ends soon"
    ENDED = "ended"


def state_of(certificate: Certificate | None, now: datetime) -> State:
    """None, good, ends within EARLY_DAYS, or ended."""
    if certificate is None:
        return State.NONE
    if now >= certificate.not_after:
        return State.ENDED
    return State.ENDS_SOON if certificate.days_left(now) < EARLY_DAYS else State.GOOD


def reason_to_renew(certificate: Certificate | None, wanted: Names, now: datetime) -> str:
    """Why a new certificate is due, in words; blank when the present one serves."""
    if certificate is None:
        return "there was none"
    if not certificate.signed_by_authority:
        return "it was signed by an older authority"
    state = state_of(certificate, now)
    if state is State.ENDED:
        return "it had ended"
    if state is State.ENDS_SOON:
        return f"it had {certificate.days_left(now)} days left"
    if now < certificate.not_before:
        return "it was not valid yet: this machine's clock was ahead when it was made"
    if set(certificate.names.hosts) != set(wanted.hosts) or set(certificate.names.addresses) != set(wanted.addresses):
        return "names or addresses changed"
    return ""


def end_of_leaf(start: datetime, authority_end: datetime) -> datetime:
    """A certificate never outlives its authority."""
    return min(start + timedelta(days=LEAF_DAYS), authority_end)


def host_name(text: str) -> str:
    """A name as a certificate holds it: lower case, without the dot at the end, other letters as IDNA. Raises HostNameUnusable."""
    given = text.removesuffix(".")
    try:
        name = given.lower() if given.isascii() else given.encode("idna").decode("ascii")
    except UnicodeError:
        raise HostNameUnusable(given=_shown(text)) from None
    labels = name.split(".")
    # A last label of digits would be read as an address.
    if not 0 < len(name) <= LONGEST_NAME or labels[-1].isdigit() or not all(LABEL.fullmatch(label) for label in labels):
        raise HostNameUnusable(given=_shown(text))
    return name


def address(text: str) -> str:
    """An address as a certificate holds it. Raises HostNameUnusable, also for “every address” and those that end at one cable."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        raise HostNameUnusable(given=_shown(text)) from None
    if found.is_unspecified or found.is_multicast or getattr(found, "scope_id", None):
        raise HostNameUnusable(given=_shown(text))
    return str(found)


def _shown(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text)[:100]
