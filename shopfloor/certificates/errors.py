"""Why a certificate is not made or not used."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import Refusal


@dataclass(eq=False)
class HostNameUnusable(Refusal):
    """A certificate names hosts and addresses, nothing else."""

    code = "HOST_NAME_UNUSABLE"
    message = "“{given}” is no host name and no address. Write a name such as plant.example, or an address such as 192.168.1.20."
    given: str


@dataclass(eq=False)
class CertificateUnreadable(Refusal):
    """A file of the folder `tls` is damaged."""

    code = "CERTIFICATE_UNREADABLE"
    message = "{path} cannot be used: {problem}. Bring it back from a back-up, or move it away and run “shopfloor tls init”."
    path: str
    problem: str


@dataclass(eq=False)
class CertificateNotOurs(Refusal):
    """Somebody put a certificate of another authority there; it is theirs to renew."""

    code = "CERTIFICATE_NOT_OURS"
    message = "{path} was issued by {issuer}, not by this plant's authority. Renew it there, or move it away and run this again."
    path: str
    issuer: str


@dataclass(eq=False)
class AuthorityKeyMissing(Refusal):
    """Without its key the authority cannot sign."""

    code = "AUTHORITY_KEY_MISSING"
    message = (
        "The authority's key {path} is missing or belongs to another authority. Bring it back from a back-up; or make a new "
        "authority with --new-authority, which every device must then trust anew."
    )
    path: str


@dataclass(eq=False)
class AuthorityEnded(Refusal):
    """Nothing that it signs is believed any more."""

    code = "AUTHORITY_ENDED"
    message = "The authority ended on {ended_on}. Make a new one with --new-authority; every device must then trust it anew."
    ended_on: str
