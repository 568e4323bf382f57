"""The folder `tls` of the data folder: who may read what, and nothing half written.

`authority.crt` is for everybody. `authority.key` is for `shopfloor tls init` alone. `server.pem` holds the server's key and certificate
together, so that a renewal is one rename and the server never sees a key without its certificate. `names.json` keeps what people added.
"""

from __future__ import annotations

import fcntl
import json
import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from shopfloor.certificates import making
from shopfloor.certificates.errors import AuthorityKeyMissing, CertificateUnreadable
from shopfloor.certificates.rules import Certificate, Names

SECRET, PUBLIC, FOLDER, OTHERS = 0o600, 0o644, 0o700, 0o077


@dataclass(frozen=True)
class Places:
    """Where everything lies."""

    folder: Path

    @classmethod
    def of(cls, data_folder: Path) -> Places:
        """The places of one installation."""
        return cls(data_folder / "tls")

    @property
    def authority(self) -> Path:
        return self.folder / "authority.crt"

    @property
    def authority_key(self) -> Path:
        return self.folder / "authority.key"

    @property
    def server(self) -> Path:
        return self.folder / "server.pem"

    @property
    def names(self) -> Path:
        return self.folder / "names.json"


@contextmanager
def alone(places: Places) -> Iterator[None]:
    """Two consoles at once must not mix two authorities."""
    places.folder.mkdir(mode=FOLDER, parents=True, exist_ok=True)
    handle = os.open(places.folder / ".lock", os.O_RDWR | os.O_CREAT, SECRET)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def read_authority(places: Places) -> x509.Certificate | None:
    """None when none was made. Raises CertificateUnreadable."""
    return _certificate(places.authority)


def read_authority_key(places: Places, authority: x509.Certificate) -> ec.EllipticCurvePrivateKey:
    """Raises AuthorityKeyMissing, also when it is the key of another authority."""
    try:
        key = serialization.load_pem_private_key(places.authority_key.read_bytes(), password=None)
    except (OSError, ValueError, TypeError):
        raise AuthorityKeyMissing(path=str(places.authority_key)) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != authority.public_key():
        raise AuthorityKeyMissing(path=str(places.authority_key))
    return key


def read_server(places: Places) -> Certificate | None:
    """What the server shows to browsers; None when there is nothing. Raises CertificateUnreadable."""
    found = _certificate(places.server)
    if found is None:
        return None
    _check_key(places.server)
    try:
        authority = read_authority(places)
    except CertificateUnreadable:
        authority = None  # the server's own certificate serves without it; whoever renews is told
    return Certificate(
        names=_names_of(found),
        not_before=found.not_valid_before_utc,
        not_after=found.not_valid_after_utc,
        issuer=making.common_name(found.issuer),
        signed_by_authority=authority is not None and _is_signed(found, authority),
    )


def read_added_names(places: Places) -> Names:
    """Names that people gave and that the machine does not know of itself. Raises CertificateUnreadable."""
    try:
        kept = json.loads(places.names.read_text(encoding="utf-8"))
        return Names(tuple(map(str, kept["hosts"])), tuple(map(str, kept["addresses"])))
    except FileNotFoundError:
        return Names()
    except (ValueError, KeyError, TypeError) as error:
        raise CertificateUnreadable(path=str(places.names), problem="it is no list of names") from error


def write_authority(places: Places, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
    """The key first: a certificate that anybody may have trusted always has its key."""
    _write(places.authority_key, making.pem_of_key(key), SECRET)
    _write(places.authority, making.pem(certificate), PUBLIC)


def write_server(places: Places, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
    """Key and certificate in one file, changed at one moment."""
    _write(places.server, making.pem_of_key(key) + making.pem(certificate), SECRET)


def write_added_names(places: Places, names: Names) -> None:
    """See `read_added_names`."""
    _write(places.names, json.dumps({"hosts": names.hosts, "addresses": names.addresses}).encode(), PUBLIC)


def _write(path: Path, content: bytes, mode: int) -> None:
    """Whole or not at all, and never readable by others for a moment: the mode is there before the content."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, SECRET)
    with os.fdopen(handle, "wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _certificate(path: Path) -> x509.Certificate | None:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())[0]
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CertificateUnreadable(path=str(path), problem=error.strerror or "it cannot be read") from error
    except ValueError as error:
        raise CertificateUnreadable(path=str(path), problem="it holds no certificate") from error


def _check_key(path: Path) -> None:
    """The very step that a connection would fail at: read certificate and key as the server does. Raises CertificateUnreadable."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(path, password=lambda: "")
    except ssl.SSLError as error:
        other = error.reason == "KEY_VALUES_MISMATCH"
        problem = "its key belongs to another certificate" if other else "it holds no private key that can be read without a passphrase"
        raise CertificateUnreadable(path=str(path), problem=problem) from error


def readable_by_others(places: Places) -> list[Path]:
    """Files with a private key whose mode lets others read them."""
    return [path for path in (places.server, places.authority_key) if path.exists() and path.stat().st_mode & OTHERS]


def _names_of(certificate: x509.Certificate) -> Names:
    try:
        kept = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return Names()
    hosts = kept.get_values_for_type(x509.DNSName)
    return Names(tuple(hosts), tuple(str(one) for one in kept.get_values_for_type(x509.IPAddress)))


def _is_signed(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
