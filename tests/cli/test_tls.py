"""`shopfloor tls` at the console, and what doctor says of the certificate (R-OP-3, IMG-9)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shopfloor.certificates.commands import renew
from shopfloor.certificates.files import Places, read_server
from shopfloor.certificates.machine import names_of_this_machine
from shopfloor.cli import doctor
from shopfloor.clock import now
from shopfloor.config import read_settings
from tests.cli.test_console import console, done, refused

__all__ = ["console"]
NO_DATABASE = "sqlite:////nowhere/at/all/plant.sqlite3"


@pytest.fixture
def data(tmp_path):
    """The data folder of `console`."""
    return tmp_path / "data"


def fingerprint_of(told):
    return next(word for line in told.splitlines() for word in line.split() if word.count(":") == 31)


def test_img_9_init_says_what_it_did_until_when_and_what_comes_next(console, data):
    told = done(console(NO_DATABASE, "tls", "init", "--name", "line-4.example", "--address", "10.1.2.3"))
    found = read_server(Places.of(data))
    assert "Made the authority" in told
    assert str(data / "tls" / "authority.key") in told
    assert f"until {found.not_after:%Y-%m-%d}" in told
    assert "line-4.example" in told
    assert "10.1.2.3" in told
    assert "/trust" in told
    again = done(console(NO_DATABASE, "tls", "init"))
    assert "Kept the authority" in again
    assert "Kept the certificate" in again
    assert fingerprint_of(again) == fingerprint_of(told)
    assert read_server(Places.of(data)) == found


def test_img_9_init_renews_when_names_changed_and_says_that_devices_need_nothing(console):
    first = done(console(NO_DATABASE, "tls", "init"))
    told = done(console(NO_DATABASE, "tls", "init", "--name", "line-5"))
    assert "because names or addresses changed" in told
    assert "Devices that trust it need nothing new" in told
    assert fingerprint_of(told) == fingerprint_of(first)
    new = done(console(NO_DATABASE, "tls", "init", "--new-authority"))
    assert "Made the authority" in new
    assert fingerprint_of(new) != fingerprint_of(first)


def test_img_9_show(console):
    assert "shopfloor tls init" in refused(console(NO_DATABASE, "tls", "show"))
    told = done(console(NO_DATABASE, "tls", "init"))
    shown = done(console(NO_DATABASE, "tls", "show"))
    assert fingerprint_of(shown) == fingerprint_of(told)
    assert "(395 days)" in shown


@pytest.mark.parametrize("arguments", [("--name", "a b"), ("--name", "*.example"), ("--address", "line-4"), ("--address", "0.0.0.0")])
def test_img_9_bad_names_give_one_sentence(console, data, arguments):
    assert arguments[1] in refused(console(NO_DATABASE, "tls", "init", *arguments))
    assert not (data / "tls").exists()


def test_img_9_damaged_files_give_one_sentence(console, data):
    done(console(NO_DATABASE, "tls", "init"))
    (data / "tls" / "server.pem").write_text("nothing")
    for verb in ("init", "show"):
        assert "server.pem" in refused(console(NO_DATABASE, "tls", verb))


@pytest.mark.parametrize(("days_ago", "environment", "state", "says"), [
    (0, {}, "good", "395 days"),
    (335, {}, "good", "60 days"),
    (340, {}, "note", "ends in 55 days"),
    (396, {}, "note", "ended on"),
    (397, {"SHOPFLOOR_HOST": "0.0.0.0"}, "stop", "ended on"),
    (397, {"SHOPFLOOR_HTTPS": "on"}, "stop", "ended on"),
    (397, {"SHOPFLOOR_HOST": "0.0.0.0", "SHOPFLOOR_HTTPS": "off"}, "note", "ended on"),
])
def test_img_9_doctor_tells_the_days_and_warns_early(tmp_path, days_ago, environment, state, says):
    renew(Places.of(tmp_path), found=names_of_this_machine(), now=now() - timedelta(days=days_ago))
    found = doctor.https(read_settings({"SHOPFLOOR_DATA": str(tmp_path)} | environment))
    assert (found.state, says in found.text) == (state, True), found.text


def test_img_9_doctor_without_a_certificate_and_with_a_damaged_one(tmp_path):
    settings = read_settings({"SHOPFLOOR_DATA": str(tmp_path)})
    assert "shopfloor tls init" in doctor.https(settings).text
    renew(Places.of(tmp_path), found=names_of_this_machine(), now=now())
    Places.of(tmp_path).server.write_bytes(b"")
    found = doctor.https(settings)
    assert found.state == "note"
    assert "server.pem" in found.text


def test_img_9_doctor_stops_where_the_server_would_not_start(tmp_path):
    renew(Places.of(tmp_path), found=names_of_this_machine(), now=now())
    Places.of(tmp_path).server.write_bytes(b"")
    assert doctor.https(read_settings({"SHOPFLOOR_DATA": str(tmp_path), "SHOPFLOOR_HOST": "0.0.0.0"})).state == "stop"


@pytest.mark.parametrize("name", ["server.pem", "authority.key"])
def test_img_9_doctor_tells_of_a_key_that_others_can_read(tmp_path, name):
    """A company's certificate is put there by hand."""
    places = Places.of(tmp_path)
    renew(places, found=names_of_this_machine(), now=now())
    (places.folder / name).chmod(0o640)
    found = doctor.https(read_settings({"SHOPFLOOR_DATA": str(tmp_path)}))
    assert found.state == "note"
    assert f"chmod 600 {places.folder / name}" in found.text


def test_img_9_doctor_knows_a_machine_that_moved(tmp_path):
    others = names_of_this_machine()
    renew(Places.of(tmp_path), found=type(others)(others.hosts[:1], ("127.0.0.1",)), now=now())
    found = doctor.https(read_settings({"SHOPFLOOR_DATA": str(tmp_path)}))
    assert found.state == "note"
    assert "::1" in found.text
