"""A30: other machines come in only with https and a real sign-in, or when somebody said so. The whole table."""

from __future__ import annotations

import itertools

import pytest

from shopfloor.cli.listening import IN_THE_CLEAR, OPEN_BADGES, decide
from shopfloor.config import is_loopback, read_settings

ALL = {"can_encrypt": True, "sign_in": True, "unprotected": False}
HERE, NETWORK = True, False


@pytest.mark.parametrize(("loopback", "mode", "certificate", "https"), [
    (HERE, "auto", False, False),
    (HERE, "auto", True, False),
    (HERE, "off", True, False),
    (HERE, "on", True, True),
    (NETWORK, "auto", True, True),
    (NETWORK, "on", True, True),
])
def test_a30_who_is_served_how(loopback, mode, certificate, https):
    found = decide(loopback=loopback, mode=mode, certificate=certificate, **ALL)
    assert (found.https, found.missing, found.refused) == (https, (), "")


@pytest.mark.parametrize(("loopback", "mode", "certificate", "changes", "says"), [
    (NETWORK, "auto", False, {}, ["no https", "no camera", "shopfloor tls init", "--unprotected"]),
    (NETWORK, "off", True, {}, ["no https", "eave out --https off", "--unprotected"]),
    (NETWORK, "auto", True, {"can_encrypt": False}, ["no https", "nstall gunicorn", "--unprotected"]),
    (NETWORK, "auto", True, {"sign_in": False}, ["badges to everybody", "SHOPFLOOR_DATA", "--unprotected"]),
    (NETWORK, "auto", False, {"sign_in": False}, ["no https", "badges to everybody", "shopfloor tls init", "SHOPFLOOR_DATA"]),
    (NETWORK, "on", False, {"unprotected": True}, ["shopfloor tls init"]),
    (HERE, "on", False, {}, ["shopfloor tls init"]),
    (HERE, "on", True, {"can_encrypt": False}, ["gunicorn"]),
])
def test_a30_who_is_refused_and_what_helps(loopback, mode, certificate, changes, says):
    found = decide(loopback=loopback, mode=mode, certificate=certificate, **ALL | changes)
    assert [words for words in says if words not in found.refused] == []
    assert (found.https, found.missing) == (False, ())


@pytest.mark.parametrize(("certificate", "sign_in", "https", "missing"), [
    (True, False, True, (OPEN_BADGES,)),
    (False, True, False, (IN_THE_CLEAR,)),
    (False, False, False, (IN_THE_CLEAR, OPEN_BADGES)),
    (True, True, True, ()),
])
def test_a30_told_explicitly_it_serves_and_says_what_is_missing(certificate, sign_in, https, missing):
    told = ALL | {"sign_in": sign_in, "unprotected": True}
    found = decide(loopback=NETWORK, mode="auto", certificate=certificate, **told)
    assert (found.https, found.missing, found.refused) == (https, missing, "")


def test_a30_nobody_from_outside_comes_in_unprotected_by_accident():
    """Every cell of the table: on the network it is https with a sign-in, or a refusal, or an explicit word with a warning."""
    flags = [False, True]
    for mode, certificate, can, sign_in, said in itertools.product(("auto", "on", "off"), flags, flags, flags, flags):
        found = decide(loopback=NETWORK, mode=mode, certificate=certificate, can_encrypt=can, sign_in=sign_in, unprotected=said)
        safe = found.https and sign_in
        assert found.refused or safe or (said and found.missing), (mode, certificate, can, sign_in, said)


@pytest.mark.parametrize(("host", "local"), [
    ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True),
    ("127.example.com", False), ("127.0.0.1.example.com", False), ("0.0.0.0", False), ("::", False), ("192.168.1.20", False), ("", False),
    ("localhost.example.com", False), ("fe80::1", False), ("2130706433", False), ("x" * 300, False),
])
def test_a30_only_this_machine_is_this_machine(host, local):
    """A name of somebody else's that begins like a local address may lead a browser anywhere."""
    assert is_loopback(host) is local


@pytest.mark.parametrize(("environment", "field", "value"), [
    ({}, "https", "auto"), ({}, "trust_port", 0), ({}, "unprotected", False),
    ({"SHOPFLOOR_HTTPS": "on"}, "https", "on"), ({"SHOPFLOOR_TRUST_PORT": "8080"}, "trust_port", 8080),
    ({"SHOPFLOOR_UNPROTECTED": "yes"}, "unprotected", True), ({"SHOPFLOOR_UNPROTECTED": "no"}, "unprotected", False),
])
def test_settings_of_https(environment, field, value, tmp_path):
    assert getattr(read_settings({"SHOPFLOOR_DATA": str(tmp_path)} | environment), field) == value


@pytest.mark.parametrize("environment", [
    {"SHOPFLOOR_HTTPS": "yes"}, {"SHOPFLOOR_HTTPS": ""}, {"SHOPFLOOR_TRUST_PORT": "0"}, {"SHOPFLOOR_TRUST_PORT": "http"},
    {"SHOPFLOOR_UNPROTECTED": "1"}, {"SHOPFLOOR_UNPROTECTED": ""},
])
def test_settings_of_https_that_make_no_sense_are_refused(environment, tmp_path):
    """A word that is not understood must not open the door."""
    with pytest.raises(ValueError, match=r"is n|invalid"):
        read_settings({"SHOPFLOOR_DATA": str(tmp_path)} | environment)
