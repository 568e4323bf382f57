"""Says what this station has, what it lacks, and what to do about it."""

from __future__ import annotations

import os
import socket
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hardware import event_device, hid_pos
from hardware.config import Configuration
from hardware.event_device import KeyboardScanner
from hardware.printing import Printer, PrinterAway
from hardware.spool import Spool
from hardware.watch import Scanner

ANSWER_SECONDS = 5


@dataclass(frozen=True)
class Finding:
    """One line of the answer."""

    good: bool
    what: str
    remedy: str = ""


def examine(configuration: Configuration) -> list[Finding]:
    """Everything that the configuration names."""
    found = [_server(configuration.server), _spool(configuration.spool), _door(configuration.port)]
    found += [_scanner(scanner) for scanner in configuration.scanners]
    return found + [_printer(printer) for printer in configuration.printers]


def plugged_in() -> Iterator[str]:
    """Devices that this machine has, whether they are configured or not."""
    for path in sorted(Path("/dev/serial/by-id").glob("*")):
        yield f'serial line: kind = "serial", device = "{path}"'
    for device in hid_pos.plugged_in():
        yield f'HID POS scanner: kind = "hid-pos", device = "{device}"'
    for device in event_device.plugged_in():
        yield f'keyboard or keyboard-wedge scanner: kind = "keyboard", device = "{device}"'
    for path in sorted(Path("/dev/usb").glob("lp*")):
        yield f'printer: device = "{path}"'


def _server(address: str) -> Finding:
    try:
        with urllib.request.urlopen(f"{address}/health/live", timeout=ANSWER_SECONDS):  # noqa: S310
            return Finding(True, f"Shopfloor answers at {address}.")
    except (urllib.error.URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        remedy = "Is it running, is the address right, does this machine trust its certificate? Scans are kept meanwhile."
        return Finding(False, f"Shopfloor does not answer at {address} ({reason}).", remedy)


def _spool(path: Path) -> Finding:
    if not path.exists():
        return Finding(True, f"The spool {path} is made when the station agent starts.")
    try:
        spool = Spool(path, make=False)
        waiting = spool.waiting()
        spool.close()
    except (OSError, sqlite3.Error) as error:
        return Finding(False, f"The spool {path} cannot be written ({error}).", "Its folder must belong to the user of this program.")
    return Finding(True, f"The spool {path} can be written; {waiting} captures wait in it.")


def _door(port: int) -> Finding:
    with socket.socket() as line:
        line.settimeout(1)
        running = line.connect_ex(("127.0.0.1", port)) == 0
    if running:
        return Finding(True, f"The station agent is running: http://127.0.0.1:{port}.")
    return Finding(False, f"Nothing listens on port {port}.", "Start it: systemctl start shopfloor-station, or python -m hardware run.")


def _scanner(scanner: Scanner) -> Finding:
    device = str(getattr(scanner, "device", ""))
    name = f"Scanner {scanner.name}: {device}"
    if not Path(device).exists():
        return Finding(False, f"{name} is not there.", "Plug it in; the list below shows what is there.")
    if os.access(device, os.R_OK):
        return Finding(True, f"{name} can be read.")
    rule = udev_rule(device) if isinstance(scanner, KeyboardScanner) else ""
    remedy = f"Add this line to /etc/udev/rules.d/61-shopfloor-scanner.rules: {rule}" if rule else "Is this user in the group of that file?"
    return Finding(False, f"{name} is there, but this user may not read it.", remedy)


def _printer(printer: Printer) -> Finding:
    try:
        printer.check()
    except PrinterAway as error:
        return Finding(False, f"Printer {printer.name}: {error}.", "Is it switched on and connected? Labels wait meanwhile.")
    return Finding(True, f"Printer {printer.name} answers.")


def udev_rule(device: str, system: Path = Path("/sys")) -> str:
    """The line that lets this program, and nobody else, read one keyboard-wedge scanner; blank if the machine does not know its numbers."""
    numbers = []
    for name in ("vendor", "product"):
        try:
            node = Path(device).resolve().name
            numbers.append((system / f"class/input/{node}/device/id/{name}").read_text(encoding="ascii").strip("\n"))
        except OSError:
            return ""
    vendor, product = numbers
    return (
        f'SUBSYSTEM=="input", KERNEL=="event*", ATTRS{{id/vendor}}=="{vendor}", ATTRS{{id/product}}=="{product}", '
        'GROUP="shopfloor-station", MODE="0660"'
    )
