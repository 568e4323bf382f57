"""The configuration file, the doctor, the set-up sheet, and the files for Linux."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from hardware import doctor
from hardware.cli import main
from hardware.config import ConfigurationWrong, origin, parse, read
from hardware.event_device import KeyboardScanner
from hardware.framing import Frame
from hardware.hid_pos import HidPosScanner, plugged_in
from hardware.printing import FilePrinter, SocketPrinter
from hardware.serial_line import SerialScanner
from hardware.sheet import FAMILIES, set_up_sheet
from hardware.spool import Spool

LINUX = Path(__file__).parents[2] / "hardware" / "linux"
SERVER = {"server": "https://shopfloor.example:8443"}


def test_the_example_is_a_configuration() -> None:
    """Its commented devices too: the file is read once as it is and once with every comment taken away."""
    text = (LINUX / "station.toml").read_text(encoding="utf-8")
    assert read(LINUX / "station.toml").scanners == ()
    whole = parse(tomllib.loads(re.sub(r"^#(?! )", "", text, flags=re.MULTILINE)))
    assert [type(one) for one in whole.scanners] == [SerialScanner, HidPosScanner, KeyboardScanner]
    assert [type(one) for one in whole.printers] == [SocketPrinter, FilePrinter]


def test_devices_are_what_the_file_says() -> None:
    made = parse(SERVER | {
        "port": 9000,
        "scanner": [
            {"name": "a", "kind": "serial", "device": "/dev/tty", "ends_with": ["ETX"], "prefix": "STX", "suffix": "*", "baud_rate": 19200},
            {"name": "b", "kind": "hid-pos", "device": "/dev/hidraw0", "wake": True},
            {"name": "c", "kind": "keyboard", "device": "/dev/input/event3", "layout": "de", "fnc1_is_enter": True},
        ],
        "printer": [{"name": "d", "address": "10.0.0.7"}, {"name": "e", "address": "labels:6101"}, {"name": "f", "device": "/dev/usb/lp0"}],
    })
    assert made.scanners == (
        SerialScanner("a", "/dev/tty", 19200, Frame(frozenset(b"\x03"), b"\x02", b"*")),
        HidPosScanner("b", "/dev/hidraw0", wake=True),
        KeyboardScanner("c", "/dev/input/event3", "de", fnc1_is_enter=True),
    )
    assert made.printers == (SocketPrinter("d", "10.0.0.7", 9100), SocketPrinter("e", "labels", 6101), FilePrinter("f", "/dev/usb/lp0"))
    assert (made.server, made.port) == ("https://shopfloor.example:8443", 9000)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "server is missing"),
        ({"server": "shopfloor.example"}, "should be an address"),
        ({"server": "https://shopfloor.example/page"}, "should be an address"),
        ({"server": "https://shopfloor.example:port"}, "should be an address"),
        (SERVER | {"port": "8711"}, "should be a whole number"),
        (SERVER | {"port": True}, "should be a whole number"),
        (SERVER | {"port": 70000}, "from 1 to 65535"),
        (SERVER | {"scaner": []}, "scaner is not known here"),
        (SERVER | {"scanner": ["a"]}, "should be a table"),
        (SERVER | {"scanner": [{"name": "a", "kind": "usb", "device": "x"}]}, "should be one of serial, hid-pos, keyboard"),
        (SERVER | {"scanner": [{"name": "a", "kind": "serial", "device": "x", "layout": "us"}]}, "layout is not known here"),
        (SERVER | {"scanner": [{"name": "a", "kind": "keyboard", "device": "x", "layout": "xx"}]}, "should be one of us"),
        (SERVER | {"scanner": [{"name": "a", "kind": "serial", "device": "x"}] * 2}, "same name"),
        (SERVER | {"scanner": [{"name": "a", "kind": "serial", "device": "x", "baud_rate": 0}]}, "should be a speed in bits a second"),
        (SERVER | {"scanner": [{"name": " ", "kind": "serial", "device": "x"}]}, "name is blank"),
        (SERVER | {"printer": [{"name": "a"}]}, "address is missing"),
        (SERVER | {"printer": [{"name": "a", "device": "x", "resolution": 200}]}, "resolution = 200 should be one of 203, 300, 600"),
        (SERVER | {"printer": [{"name": "a", "address": "x:y"}]}, "host or host:port"),
    ],
)
def test_what_is_wrong_is_said_in_words(values, words) -> None:
    with pytest.raises(ConfigurationWrong, match=re.escape(words)):
        parse(values)


def test_the_origin_is_as_a_browser_says_it() -> None:
    assert origin("https://Shopfloor.Example:443/") == "https://shopfloor.example"
    assert origin("http://127.0.0.1:8000") == "http://127.0.0.1:8000"
    assert origin("http://[::1]:8000") == "http://[::1]:8000"


# --- doctor ---


def test_the_doctor_says_what_is_there_and_what_is_not(tmp_path) -> None:
    device = tmp_path / "ttyACM0"
    device.touch()
    Spool(tmp_path / "spool.sqlite3").close()
    file = tmp_path / "station.toml"
    file.write_text(f"""
server = "http://127.0.0.1:9"
port = 9
spool = "{tmp_path / 'spool.sqlite3'}"
[[scanner]]
name = "here"
kind = "serial"
device = "{device}"
[[scanner]]
name = "gone"
kind = "hid-pos"
device = "{tmp_path / 'hidraw9'}"
[[printer]]
name = "labels"
address = "127.0.0.1:9"
""", encoding="utf-8")
    answer = CliRunner().invoke(main, ["doctor", "-c", str(file)])
    assert answer.exit_code == 1
    good = [line for line in answer.output.splitlines() if line.startswith("ok ")]
    bad = [line for line in answer.output.splitlines() if line.startswith("LACKS")]
    assert len(good) == 2
    assert "Scanner here" in good[1]
    assert [name in line for name, line in zip(("Shopfloor does not", "port 9", "gone", "labels"), bad, strict=True)] == [True] * 4


@pytest.mark.parametrize(("text", "words"), [(None, "There is no"), ("server = ", "is no TOML"), ("", "server is missing")])
def test_a_wrong_file_is_told_by_every_command(tmp_path, text, words) -> None:
    file = tmp_path / "station.toml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    for command in (["doctor"], ["run"], ["jobs"], ["again", "k"]):
        answer = CliRunner().invoke(main, [*command, "-c", str(file)])
        assert answer.exit_code == 1
        assert words in answer.output


def test_hid_pos_scanners_are_known_by_their_descriptor(tmp_path) -> None:
    for name, descriptor in (("hidraw0", "05010906a101"), ("hidraw1", "058c0902a101")):
        folder = tmp_path / "class/hidraw" / name / "device"
        folder.mkdir(parents=True)
        (folder / "report_descriptor").write_bytes(bytes.fromhex(descriptor))
    (tmp_path / "class/hidraw/hidraw2").mkdir()
    assert plugged_in(tmp_path) == ["/dev/hidraw1"]


def test_the_doctor_writes_the_udev_line_of_a_keyboard_scanner(tmp_path) -> None:
    device = tmp_path / "event5"
    device.touch()
    folder = tmp_path / "class/input/event5/device/id"
    folder.mkdir(parents=True)
    (folder / "vendor").write_text("1234\n", encoding="ascii")
    (folder / "product").write_text("00ab\n", encoding="ascii")
    assert 'ATTRS{id/vendor}=="1234", ATTRS{id/product}=="00ab"' in doctor.udev_rule(str(device), tmp_path)
    assert doctor.udev_rule(str(tmp_path / "event6"), tmp_path) == ""


# --- print jobs by hand ---


def test_a_label_is_handed_over_and_printed_again_by_hand(tmp_path) -> None:
    file, label = tmp_path / "station.toml", tmp_path / "label.zpl"
    spool = tmp_path / "spool.sqlite3"
    file.write_text(f'server = "http://localhost:8000"\nspool = "{spool}"\n[[printer]]\nname = "p"\naddress = "h"\n', encoding="utf-8")
    label.write_text("^XA^XZ", encoding="utf-8")
    run = CliRunner().invoke
    assert "has not run yet" in run(main, ["print", "-c", str(file), "p", str(label)]).output
    Spool(spool)
    assert "waits for p" in run(main, ["print", "-c", str(file), "p", str(label)]).output
    assert "No printer" in run(main, ["print", "-c", str(file), "q", str(label)]).output
    listed = run(main, ["jobs", "-c", str(file)]).output
    key = listed.split(" ", 1)[0]
    assert "waiting" in listed
    assert "no such job that ended" in run(main, ["again", "-c", str(file), key]).output
    Spool(spool).set_job(key, "failed", "paper")
    assert "waits for p" in run(main, ["again", "-c", str(file), key]).output
    states = [line.split()[4] for line in run(main, ["jobs", "-c", str(file)]).output.splitlines()]
    assert states == ["failed", "waiting"]


# --- sheet ---


def test_the_sheet_names_settings_and_draws_three_symbols_that_read_back() -> None:
    """R-23: drawing reads each symbol back. No maker's programming code is drawn: they are not ours to guess."""
    text = set_up_sheet()
    assert text.count("<svg") == 3
    for name, _points in FAMILIES:
        assert name in text
    for word in ("AIM", "Ctrl+]", "Enter", "]d2", "]C1", "]Q1"):
        assert word in text
    assert "http" not in re.sub(r'xmlns="[^"]*"|https://example\.com/01/\S*', "", text)


def test_the_sheet_is_written(tmp_path) -> None:
    answer = CliRunner().invoke(main, ["sheet", str(tmp_path / "sheet.html")])
    assert answer.exit_code == 0
    assert (tmp_path / "sheet.html").read_text(encoding="utf-8").startswith("<!doctype html>")


# --- files for Linux ---


def test_scripts_are_plain_shell() -> None:
    for script in LINUX.glob("*.sh"):
        assert subprocess.run(["sh", "-n", script], check=False).returncode == 0
        assert script.stat().st_mode & 0o100


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
@pytest.mark.parametrize("name", ["shopfloor-station.service", "shopfloor-kiosk.service"])
def test_units_are_understood_by_systemd(name, tmp_path) -> None:
    """Programs and users that this machine lacks are replaced; every key and value is checked."""
    text = (LINUX / name).read_text(encoding="utf-8")
    text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE)
    text = re.sub(r"^User=.*$", "User=root", text, flags=re.MULTILINE)
    (tmp_path / name).write_text(text, encoding="utf-8")
    answer = subprocess.run(["systemd-analyze", "verify", "--man=no", tmp_path / name], capture_output=True, text=True, check=False)
    ours = [line for line in answer.stderr.splitlines() if name in line]
    assert ours == []


def test_rules_are_whole() -> None:
    """Each line gives a group or a name; nothing lets everybody read what is scanned."""
    lines = [line for line in (LINUX / "60-shopfloor-station.rules").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    assert len(lines) >= 3
    for line in lines:
        assert re.fullmatch(r'(?:[A-Z]+(?:\{[A-Za-z/_]+\})?(?:==|=|\+=)"[^"]*"(?:, )?)+', line), line
        assert 'MODE="0660"' in line
        assert "GROUP=" in line
