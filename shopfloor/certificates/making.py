"""Makes keys and certificates. ECDSA P-256: small, quick, and known to every browser."""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from shopfloor.certificates import rules
from shopfloor.certificates.rules import Names

LONGEST_COMMON_NAME = 64


def new_key() -> ec.EllipticCurvePrivateKey:
    """A fresh private key."""
    return ec.generate_private_key(ec.SECP256R1())


def make_authority(key: ec.EllipticCurvePrivateKey, host: str, now: datetime) -> x509.Certificate:
    """Self-signed; may sign servers but no further authority (path length 0). The name tells plants and generations apart."""
    name = _named(f"{rules.AUTHORITY} of {host[:24]}, {now:%Y-%m-%d %H:%M}")
    start = now - rules.LATE_CLOCK
    builder = _begun(name, name, key.public_key(), start, start + timedelta(days=rules.AUTHORITY_DAYS))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    return builder.sign(key, hashes.SHA256())


def make_certificate(
    key: ec.EllipticCurvePrivateKey, names: Names, *, authority: x509.Certificate, authority_key: ec.EllipticCurvePrivateKey, now: datetime,
) -> x509.Certificate:
    """For one server, under all of its names and addresses, and for nothing but being a server."""
    start = now - rules.LATE_CLOCK
    subject = _named(next((name for name in names.hosts if len(name) <= LONGEST_COMMON_NAME), "Shopfloor"))
    end = rules.end_of_leaf(start, authority.not_valid_after_utc)
    builder = _begun(subject, authority.subject, key.public_key(), start, end)
    alternatives = [x509.DNSName(name) for name in names.hosts]
    addresses = [x509.IPAddress(ipaddress.ip_address(text)) for text in names.addresses]
    builder = builder.add_extension(x509.SubjectAlternativeName([*alternatives, *addresses]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    return builder.add_extension(signer, critical=False).sign(authority_key, hashes.SHA256())


def pem(certificate: x509.Certificate) -> bytes:
    """The certificate as text; nothing of it is secret."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def pem_of_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The private key as text, without a passphrase: the server starts without anybody at its keyboard. The file's mode protects it."""
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 as devices show it: pairs of capital digits with colons."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def common_name(name: x509.Name) -> str:
    """The name that people see; the whole one where there is no common name."""
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string()


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number(), start, end)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:LONGEST_COMMON_NAME])])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=signs_certificates, crl_sign=signs_certificates, encipher_only=False, decipher_only=False,
    )
