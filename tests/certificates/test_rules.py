"""What a certificate names and when a new one is due (IMG-9); rules alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shopfloor.certificates import rules
from shopfloor.certificates.errors import HostNameUnusable
from shopfloor.certificates.machine import ipv4_addresses, ipv6_addresses, names_of_this_machine
from shopfloor.certificates.rules import Certificate, Names, State

NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
PLANT = Names(("plant", "plant.local"), ("192.168.1.20",))


def certificate(days=200.0, *, names=PLANT, signed=True, starts=-100.0, issuer="Shopfloor authority of plant, 2027-01-01 08:00"):
    return Certificate(names, NOW + timedelta(days=starts), NOW + timedelta(days=days), issuer, signed)


@pytest.mark.parametrize(("days", "state", "left"), [
    (397, State.GOOD, 397), (60, State.GOOD, 60),
    (59.99, State.ENDS_SOON, 59), (0.01, State.ENDS_SOON, 0), (0, State.ENDED, 0), (-3, State.ENDED, -3),
])
def test_img_9_how_a_certificate_stands(days, state, left):
    assert rules.state_of(certificate(days), NOW) is state
    assert certificate(days).days_left(NOW) == left


def test_img_9_without_a_certificate():
    assert rules.state_of(None, NOW) is State.NONE


@pytest.mark.parametrize(("present", "wanted", "reason"), [
    (None, PLANT, "there was none"),
    (certificate(), PLANT, ""),
    (certificate(60), PLANT, ""),
    (certificate(59), PLANT, "it had 59 days left"),
    (certificate(-1), PLANT, "it had ended"),
    (certificate(signed=False), PLANT, "it was signed by an older authority"),
    (certificate(starts=1), PLANT, "it was not valid yet: this machine's clock was ahead when it was made"),
    (certificate(), Names(("plant.local", "plant"), ("192.168.1.20",)), ""),
    (certificate(), PLANT | Names(("line-4",)), "names or addresses changed"),
    (certificate(), Names(PLANT.hosts, ("192.168.1.21",)), "names or addresses changed"),
    (certificate(), Names(PLANT.hosts), "names or addresses changed"),
])
def test_img_9_when_a_new_certificate_is_due(present, wanted, reason):
    assert rules.reason_to_renew(present, wanted, NOW) == reason


def test_img_9_a_certificate_never_outlives_its_authority():
    assert rules.end_of_leaf(NOW, NOW + timedelta(days=4000)) == NOW + timedelta(days=397)
    assert rules.end_of_leaf(NOW, NOW + timedelta(days=100)) == NOW + timedelta(days=100)


def test_img_9_what_another_authority_issued_is_renewed_there():
    assert certificate().remedy == "run shopfloor tls init"
    foreign = certificate(issuer="Big Company CA 3")
    assert (foreign.is_ours, foreign.remedy) == (False, "renew it at Big Company CA 3")


@pytest.mark.parametrize(("given", "kept"), [
    ("plant", "plant"), ("Plant.Example.", "plant.example"), ("plant_4.local", "plant_4.local"),
    ("höhe.example", "xn--hhe-sna.example"), ("a" * 63, "a" * 63),
])
def test_img_9_host_names(given, kept):
    assert rules.host_name(given) == kept


@pytest.mark.parametrize("given", [
    "", ".", "a b", "a..b", "-a", "a-", "*.plant", "a" * 64,
    ".".join(["a" * 60] * 5), "192.168.1.20", "plant:8000", "http://plant", "a\nb", "a\x00b",
    "plant/..", "\ud800", "a,DNS:b", "[::1]",
])
def test_img_9_what_is_no_host_name(given):
    with pytest.raises(HostNameUnusable) as refused:
        rules.host_name(given)
    assert refused.value.given.isprintable()


@pytest.mark.parametrize(("given", "kept"), [("192.168.1.20", "192.168.1.20"), ("FD00:0::5", "fd00::5"), ("127.0.0.1", "127.0.0.1")])
def test_img_9_addresses(given, kept):
    assert rules.address(given) == kept


@pytest.mark.parametrize("given", ["", "plant", "192.168.1", "192.168.1.300", "0.0.0.0", "::",
    "224.0.0.1", "fe80::1%eth0", "1", "10.0.0.1/8", "\x00"])
def test_img_9_what_is_no_address(given):
    with pytest.raises(HostNameUnusable):
        rules.address(given)


def test_img_9_other_machines_get_what_they_can_reach_and_what_can_be_typed_first():
    names = Names(("plant", "localhost"), ("fd00::2", "192.168.1.20", "127.0.0.1", "::1"))
    assert names.of_network == ("192.168.1.20", "plant", "fd00::2")


TRIE = """Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 10.1.0.0/16 2 0 2
        |-- 10.1.0.0
           /16 link UNICAST
        |-- 10.1.2.3
           /32 host LOCAL
        |-- 10.1.255.255
           /32 link BROADCAST
Local:
        |-- 127.0.0.1
           /32 host LOCAL
        |-- 10.1.2.3
           /32 host LOCAL
"""


def test_img_9_the_kernels_list_of_ipv4_addresses():
    assert ipv4_addresses(TRIE) == ["10.1.2.3", "127.0.0.1"]
    assert ipv4_addresses("") == []


def test_img_9_the_kernels_list_of_ipv6_addresses_without_those_that_change_every_day():
    table = (
        "fd000000000000000000000000000002 04 40 00 82     eth0\n"
        "fd00000000000000aaaabbbbccccdddd 04 40 00 01     eth0\n"
        "00000000000000000000000000000001 01 80 10 80       lo\n"
    )
    assert ipv6_addresses(table) == ["fd00::2", "::1"]


def test_img_9_this_machine_has_names_and_no_address_that_only_it_reaches_but_the_local_ones():
    names = names_of_this_machine()
    assert {"127.0.0.1", "::1"} <= set(names.addresses)
    assert "localhost" in names.hosts
    others = [one for one in names.addresses if one not in rules.LOCAL_ADDRESSES]
    assert [one for one in others if one.startswith(("127.", "fe80", "169.254", "0."))] == []
    assert [rules.address(one) for one in names.addresses] == list(names.addresses)
    assert [rules.host_name(one) for one in names.hosts] == list(names.hosts)
