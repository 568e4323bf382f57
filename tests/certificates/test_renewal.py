"""Making and renewing on a real folder (IMG-9): what is in the certificates, who may read the files, what stays."""

from __future__ import annotations

import os
import stat
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from shopfloor.certificates import files, making
from shopfloor.certificates.commands import renew
from shopfloor.certificates.errors import AuthorityEnded, AuthorityKeyMissing, CertificateNotOurs, CertificateUnreadable, HostNameUnusable
from shopfloor.certificates.files import Places
from shopfloor.certificates.rules import Names
from tests.certificates.test_rules import NOW, PLANT


@pytest.fixture
def places(tmp_path):
    return Places.of(tmp_path)


def leaf(places):
    return x509.load_pem_x509_certificates(places.server.read_bytes())[0]


def authority(places):
    return x509.load_pem_x509_certificate(places.authority.read_bytes())


def everything(places):
    return {path.name: path.read_bytes() for path in places.folder.iterdir()} if places.folder.exists() else {}


def test_img_9_the_authority_signs_servers_and_nothing_further(places):
    done = renew(places, found=PLANT, now=NOW)
    made = authority(places)
    assert done.made_authority
    assert isinstance(made.public_key().curve, ec.SECP256R1)
    limits = made.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (limits.critical, limits.value.ca, limits.value.path_length) == (True, True, 0)
    usage = made.extensions.get_extension_for_class(x509.KeyUsage)
    assert (usage.critical, usage.value.key_cert_sign, usage.value.digital_signature) == (True, True, False)
    assert made.not_valid_after_utc - made.not_valid_before_utc == timedelta(days=3650)
    made.verify_directly_issued_by(made)


def test_img_9_the_certificate_names_the_machine_and_is_a_server_only(places):
    renew(places, found=PLANT, hosts=["Line-4.Example"], addresses=["FD00::5"], now=NOW)
    made = leaf(places)
    made.verify_directly_issued_by(authority(places))
    named = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert named.get_values_for_type(x509.DNSName) == ["plant", "plant.local", "line-4.example"]
    assert [str(one) for one in named.get_values_for_type(x509.IPAddress)] == ["192.168.1.20", "fd00::5"]
    assert made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    assert list(made.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert made.not_valid_after_utc - made.not_valid_before_utc == timedelta(days=397)
    assert made.not_valid_before_utc == NOW - timedelta(days=1)


def test_img_9_only_the_owner_reads_the_keys_whatever_the_umask(places):
    before = os.umask(0)
    try:
        renew(places, found=PLANT, now=NOW)
        renew(places, found=PLANT, hosts=["other"], now=NOW)
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in places.folder.iterdir()}
    assert modes == {".lock": 0o600, "authority.key": 0o600, "server.pem": 0o600, "authority.crt": 0o644, "names.json": 0o644}
    assert stat.S_IMODE(places.folder.stat().st_mode) == 0o700


def test_img_9_the_authority_key_is_in_no_other_file(places):
    renew(places, found=PLANT, now=NOW)
    inside = b"".join(places.authority_key.read_bytes().splitlines()[1:-1])
    for name, content in everything(places).items():
        assert name == "authority.key" or inside not in b"".join(content.splitlines())


def test_img_9_again_changes_nothing(places):
    renew(places, found=PLANT, now=NOW)
    kept = everything(places)
    done = renew(places, found=PLANT, now=NOW + timedelta(days=300))
    assert (done.made_authority, done.reason) == (False, "")
    assert everything(places) == kept


@pytest.mark.parametrize(("days", "found", "hosts", "reason"), [
    (340, PLANT, (), "it had 56 days left"),
    (500, PLANT, (), "it had ended"),
    (1, PLANT | Names((), ("10.0.0.9",)), (), "names or addresses changed"),
    (1, PLANT, ("line-4",), "names or addresses changed"),
])
def test_img_9_a_renewal_keeps_the_authority(places, days, found, hosts, reason):
    first = renew(places, found=PLANT, now=NOW)
    old = leaf(places)
    kept = {name: content for name, content in everything(places).items() if name.startswith("authority")}
    done = renew(places, found=found, hosts=hosts, now=NOW + timedelta(days=days))
    assert (done.made_authority, done.reason) == (False, reason)
    assert done.fingerprint == first.fingerprint
    assert leaf(places).serial_number != old.serial_number
    assert leaf(places).public_key() != old.public_key()
    assert {name: content for name, content in everything(places).items() if name.startswith("authority")} == kept
    leaf(places).verify_directly_issued_by(authority(places))


def test_img_9_added_names_are_kept_for_the_next_renewal(places):
    renew(places, found=PLANT, hosts=["line-4"], now=NOW)
    done = renew(places, found=PLANT, now=NOW + timedelta(days=390))
    assert done.reason
    assert "line-4" in done.certificate.names.hosts


def test_img_9_a_new_authority_when_asked_for(places):
    first = renew(places, found=PLANT, now=NOW)
    done = renew(places, found=PLANT, new_authority=True, now=NOW)
    assert (done.made_authority, done.reason) == (True, "it was signed by an older authority")
    assert done.fingerprint != first.fingerprint
    leaf(places).verify_directly_issued_by(authority(places))


def test_img_9_a_load_that_stopped_between_authority_and_certificate_goes_on(places):
    renew(places, found=PLANT, now=NOW)
    with files.alone(places):
        key = making.new_key()
        files.write_authority(places, key, making.make_authority(key, "plant", NOW))
    assert renew(places, found=PLANT, now=NOW).reason == "it was signed by an older authority"


def refused(places, error, **keywords):
    kept = everything(places)
    with pytest.raises(error) as found:
        renew(places, **({"found": PLANT, "now": NOW} | keywords))
    assert everything(places) == kept, "a refusal changes nothing"
    return found.value.text()


def test_img_9_a_certificate_of_the_companys_authority_is_left_alone(places):
    renew(places, found=PLANT, now=NOW)
    key = making.new_key()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Big Company CA")])
    foreign = x509.CertificateBuilder(name, name, key.public_key(), 7, NOW, NOW + timedelta(days=90)).sign(key, making.hashes.SHA256())
    files.write_server(places, key, foreign)
    assert "Big Company CA" in refused(places, CertificateNotOurs, now=NOW + timedelta(days=80))
    refused(places, CertificateNotOurs, new_authority=True)
    assert files.read_server(places).names == Names()


@pytest.mark.parametrize("content", [
    b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", making.pem_of_key(making.new_key()),
])
def test_img_9_an_authority_whose_key_is_gone_signs_nothing(places, content):
    renew(places, found=PLANT, now=NOW)
    places.authority_key.write_bytes(content)
    assert "--new-authority" in refused(places, AuthorityKeyMissing)
    places.authority_key.unlink()
    refused(places, AuthorityKeyMissing)


def test_img_9_an_authority_that_ended_signs_nothing(places):
    renew(places, found=PLANT, now=NOW)
    assert "2037-02-25" in refused(places, AuthorityEnded, now=NOW + timedelta(days=3650))


@pytest.mark.parametrize("name", ["authority.crt", "server.pem", "names.json"])
@pytest.mark.parametrize("content", [b"", b"\xff\x00\xfe", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"[]", b"{}"])
def test_img_9_a_damaged_file_is_named_and_left_as_it_is(places, name, content):
    renew(places, found=PLANT, now=NOW)
    (places.folder / name).write_bytes(content)
    assert name in refused(places, CertificateUnreadable)


@pytest.mark.parametrize(("key", "says"), [
    (b"", "no private key"), (making.pem_of_key(making.new_key()), "key belongs to another certificate"),
    (making.new_key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"secret")
    ), "no private key"),
])
def test_img_9_a_certificate_that_the_server_cannot_use_is_told_before_it_starts(places, key, says):
    """Without its key every connection would be reset, while start and doctor call everything good."""
    renew(places, found=PLANT, now=NOW)
    places.server.write_bytes(key + making.pem(leaf(places)))
    assert says in refused(places, CertificateUnreadable)


@pytest.mark.parametrize("keywords", [{"hosts": ["a b"]}, {"hosts": ["*"]}, {"addresses": ["plant"]}, {"addresses": ["0.0.0.0"]}])
def test_img_9_bad_names_make_nothing(places, keywords):
    refused(places, HostNameUnusable, **keywords)
    assert not places.folder.exists()


def test_img_9_a_link_in_the_way_is_not_followed(places, tmp_path):
    """Somebody who may write the folder must not aim our key at another file."""
    renew(places, found=PLANT, now=NOW)
    other = tmp_path / "other"
    other.write_text("precious")
    (places.folder / "server.pem.new").symlink_to(other)
    renew(places, found=PLANT, hosts=["line-4"], now=NOW)
    assert other.read_text() == "precious"


def test_img_9_two_consoles_at_once_do_not_mix_two_authorities(places):
    failures = []

    def one(number):
        try:
            renew(places, found=PLANT, hosts=[f"line-{number}"], new_authority=True, now=NOW)
        except Exception as error:  # noqa: BLE001  # told below
            failures.append(error)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert failures == []
    found = files.read_server(places)
    assert found.signed_by_authority
    files.read_authority_key(places, authority(places))
    assert {f"line-{number}" for number in range(8)} <= set(found.names.hosts)


def test_img_9_names_that_are_too_long_for_a_title_are_still_names(places):
    long = "a" * 60 + ".example"
    renew(places, found=replace(PLANT, hosts=(long,)), now=NOW)
    assert files.read_server(places).names.hosts == (long,)


def test_the_places_lie_in_the_data_folder():
    assert Places.of(Path("/data")).server == Path("/data/tls/server.pem")
