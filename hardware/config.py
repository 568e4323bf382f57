"""The one configuration file of a station, in TOML. What it does not know it refuses, in words."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hardware.event_device import KeyboardScanner
from hardware.framing import Frame
from hardware.hid_pos import HidPosScanner
from hardware.keyboard import wedge_tables
from hardware.printing import USUAL_RESOLUTION, FilePrinter, Printer, SocketPrinter
from hardware.serial_line import SerialScanner
from hardware.watch import Scanner
from shopfloor.scanning.printing.formats import RESOLUTIONS

PLACES = (Path("station.toml"), Path("/etc/shopfloor/station.toml"))
PORT = 8711
"""The server's SHOPFLOOR_AGENT_PORT says the same number to the page."""
LARGEST_PORT = 65_535
RAW_PORT = 9100
USUAL_SPEED = 9600
SPOOL = "/var/lib/shopfloor-station/spool.sqlite3"
NAMED_BYTES = {"CR": b"\r", "LF": b"\n", "TAB": b"\t", "STX": b"\x02", "ETX": b"\x03", "EOT": b"\x04"}
KINDS = ("serial", "hid-pos", "keyboard")


class ConfigurationWrong(Exception):
    """The file is not there or says something that cannot be."""


@dataclass(frozen=True)
class Configuration:
    """What the station has."""

    server: str
    """Origin of Shopfloor: scheme, host, port."""
    port: int
    """Of the door on this machine."""
    spool: Path
    scanners: tuple[Scanner, ...]
    printers: tuple[Printer, ...]


class Table:
    """A table of the file that notices what nobody asked for."""

    def __init__(self, where: str, values: Mapping[str, Any]) -> None:
        self.where, self.values = where, dict(values)

    def take(self, name: str, kind: type, default: Any = None) -> Any:  # noqa: ANN401 - whatever the file says
        """One value. Raises ConfigurationWrong if it is missing without a default, or of another kind."""
        if name not in self.values and default is not None:
            return default
        if name not in self.values:
            raise ConfigurationWrong(f"{self.where}: {name} is missing")
        value = self.values.pop(name)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise ConfigurationWrong(f"{self.where}: {name} = {value!r} should be {_WORDS[kind]}")
        return value

    def end(self) -> None:
        """Raises ConfigurationWrong if something is left."""
        if self.values:
            raise ConfigurationWrong(f"{self.where}: {', '.join(sorted(self.values))} is not known here")


_WORDS = {str: "a text in quotation marks", int: "a whole number", bool: "true or false", list: "a list"}


def find(path: Path | None) -> Path:
    """The file that was named, else the first of the usual places. Raises ConfigurationWrong."""
    for place in (path,) if path else PLACES:
        if place.is_file():
            return place
    raise ConfigurationWrong(f"There is no {path or ' and no '.join(map(str, PLACES))}. hardware/linux/station.toml shows what it says.")


def read(path: Path) -> Configuration:
    """Raises ConfigurationWrong."""
    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except OSError as error:
        raise ConfigurationWrong(f"{path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise ConfigurationWrong(f"{path} is no TOML: {error}") from error
    return parse(values)


def parse(values: Mapping[str, Any]) -> Configuration:
    """Raises ConfigurationWrong."""
    table = Table("the file", values)
    server, port = origin(table.take("server", str)), port_of(table.take("port", int, PORT), "port")
    spool = Path(table.take("spool", str, SPOOL))
    scanners = tuple(_scanner(number, one) for number, one in enumerate(table.take("scanner", list, []), start=1))
    printers = tuple(_printer(number, one) for number, one in enumerate(table.take("printer", list, []), start=1))
    table.end()
    names = [scanner.name for scanner in scanners] + [printer.name for printer in printers]
    if len(set(names)) < len(names):
        raise ConfigurationWrong("two devices have the same name")
    return Configuration(server, port, spool, scanners, printers)


def origin(address: str) -> str:
    """`https://host:port` as a browser says it. Raises ConfigurationWrong."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if parts.scheme not in {"http", "https"} or not host or parts.path not in {"", "/"} or parts.query or parts.fragment or parts.username:
        raise ConfigurationWrong(f"server = {address!r} should be an address such as https://shopfloor.example:8443")
    usual = {"http": 80, "https": 443}[parts.scheme]
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in {None, usual} else "")


def port_of(number: int, where: str) -> int:
    """A TCP port. Raises ConfigurationWrong."""
    if not 1 <= number <= LARGEST_PORT:
        raise ConfigurationWrong(f"{where} = {number} should be from 1 to {LARGEST_PORT}")
    return number


def _scanner(number: int, values: object) -> Scanner:
    table = _table(f"scanner {number}", values)
    name, kind, device = _name(table), *(str(table.take(key, str)) for key in ("kind", "device"))
    scanner: Scanner
    if kind == "serial":
        scanner = SerialScanner(name, device, _speed(table), _frame(table))
    elif kind == "hid-pos":
        scanner = HidPosScanner(name, device, wake=table.take("wake", bool, False))
    elif kind == "keyboard":
        layouts = wedge_tables()["layouts"]
        layout = str(table.take("layout", str, wedge_tables()["default_layout"]))
        if layout not in layouts:
            raise ConfigurationWrong(f"{table.where}: layout = {layout!r} should be one of {', '.join(layouts)}")
        scanner = KeyboardScanner(name, device, layout, fnc1_is_enter=table.take("fnc1_is_enter", bool, False))
    else:
        raise ConfigurationWrong(f"{table.where}: kind = {kind!r} should be one of {', '.join(KINDS)}")
    table.end()
    return scanner


def _name(table: Table) -> str:
    name = str(table.take("name", str))
    if not name.strip():
        raise ConfigurationWrong(f"{table.where}: name is blank")
    return name


def _speed(table: Table) -> int:
    speed = int(table.take("baud_rate", int, USUAL_SPEED))
    if speed <= 0:
        raise ConfigurationWrong(f"{table.where}: baud_rate = {speed} should be a speed in bits a second, such as {USUAL_SPEED}")
    return speed


def _frame(table: Table) -> Frame:
    ends = b"".join(_named(table, "ends_with", one) for one in table.take("ends_with", list, ["CR", "LF"]))
    return Frame(frozenset(ends), *(_named(table, key, table.take(key, str, "")) for key in ("prefix", "suffix")))


def _named(table: Table, key: str, value: object) -> bytes:
    """A name such as CR, or the characters themselves."""
    if not isinstance(value, str):
        raise ConfigurationWrong(f"{table.where}: {key} should name characters: {', '.join(NAMED_BYTES)}, or the characters themselves")
    return NAMED_BYTES.get(value, value.encode())


def _printer(number: int, values: object) -> Printer:
    table = _table(f"printer {number}", values)
    name = _name(table)
    printer: Printer
    if "device" in table.values:
        printer = FilePrinter(name, table.take("device", str), _resolution(table))
    else:
        host, _, port = str(table.take("address", str)).partition(":")
        if not host or not (port or "0").isdecimal():
            raise ConfigurationWrong(f"{table.where}: address should be host or host:port")
        printer = SocketPrinter(name, host, port_of(int(port or RAW_PORT), f"{table.where}: port"), _resolution(table))
    table.end()
    return printer


def _resolution(table: Table) -> int:
    found = int(table.take("resolution", int, USUAL_RESOLUTION))
    if found not in RESOLUTIONS:
        raise ConfigurationWrong(f"{table.where}: resolution = {found} should be one of {', '.join(map(str, RESOLUTIONS))}")
    return found


def _table(where: str, values: object) -> Table:
    if not isinstance(values, dict):
        raise ConfigurationWrong(f"{where} should be a table: [[{where.partition(' ')[0]}]]")
    return Table(where, values)
