"""Make or renew: one function, safe to repeat."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from shopfloor.certificates import files, making, rules
from shopfloor.certificates.errors import AuthorityEnded, CertificateNotOurs
from shopfloor.certificates.files import Places
from shopfloor.certificates.rules import Certificate, Names


@dataclass(frozen=True)
class Done:
    """What `renew` did, for whoever called it."""

    made_authority: bool
    reason: str
    """Why the server has a new certificate; blank when it kept its own."""
    certificate: Certificate
    authority_name: str
    authority_end: datetime
    fingerprint: str


def renew(
    places: Places, *, found: Names, hosts: Iterable[str] = (), addresses: Iterable[str] = (), new_authority: bool = False, now: datetime,
) -> Done:
    """Make what is missing, renew what ends or has other names, keep the rest. `found` are the machine's own names.

    Raises HostNameUnusable, CertificateUnreadable, CertificateNotOurs, AuthorityKeyMissing, AuthorityEnded, OSError. Nothing is
    changed then.
    """
    given = Names(tuple(map(rules.host_name, hosts)), tuple(map(rules.address, addresses)))
    with files.alone(places):
        added = files.read_added_names(places) | given
        present = files.read_server(places)
        if present is not None and not present.is_ours:
            raise CertificateNotOurs(path=str(places.server), issuer=present.issuer)
        kept = None if new_authority else files.read_authority(places)
        authority, key = (kept, files.read_authority_key(places, kept)) if kept else _new_authority(places, found, now)
        if now >= authority.not_valid_after_utc:
            raise AuthorityEnded(ended_on=f"{authority.not_valid_after_utc:%Y-%m-%d}")
        files.write_added_names(places, added)
        wanted = found | added
        reason = rules.reason_to_renew(files.read_server(places), wanted, now)
        if reason:
            leaf_key = making.new_key()
            leaf = making.make_certificate(leaf_key, wanted, authority=authority, authority_key=key, now=now)
            files.write_server(places, leaf_key, leaf)
        certificate = files.read_server(places)
    assert certificate is not None
    name, end = making.common_name(authority.subject), authority.not_valid_after_utc
    return Done(kept is None, reason, certificate, name, end, making.fingerprint(authority))


def _new_authority(places: Places, found: Names, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = making.new_key()
    authority = making.make_authority(key, next(iter(found.hosts), "this plant"), now)
    files.write_authority(places, key, authority)
    return authority, key
