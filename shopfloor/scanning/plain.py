"""Plain numbers, badges and command codes: everything that is not GS1."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.scanning.characters import refuse_invisible, trim
from shopfloor.scanning.errors import NUMBER_LIMIT, CommandUnknown, ScanEmpty, ScanTooLong
from shopfloor.scanning.gs1.profiles import WEDGE
from shopfloor.scanning.gs1.symbology import Carrier, take_identifier
from shopfloor.scanning.scan import Command, ScanKind

COMMAND_PREFIX = WEDGE.command_prefix
BADGE_PREFIX = WEDGE.badge_prefix


@dataclass(frozen=True)
class PlainText:
    """What a text without structure means."""

    kind: ScanKind
    text: str
    command: Command | None = None


def read_plain(text: str) -> PlainText:
    """A command, a badge, or a number of 1 to 50 visible characters (D34).

    Blanks (0x20) at the edges go, everything else stays as it is (D35, SCN-1).
    Raises ScanEmpty, ScanTooLong, ScanInvalid, CommandUnknown.
    """
    number = trim(text, " ")
    if not number:
        raise ScanEmpty
    if is_command(number):
        return _command(number)
    kind = ScanKind.PLAIN
    if _starts_with(number, BADGE_PREFIX):
        kind, number = ScanKind.BADGE, trim(number[len(BADGE_PREFIX) :], " ")
        if not number:
            raise ScanEmpty
    if len(number) > NUMBER_LIMIT:
        raise ScanTooLong(length=len(number), limit=NUMBER_LIMIT)
    refuse_invisible(number)
    return PlainText(kind, number)


def is_command(text: str) -> bool:
    """Whether the text opens like a command code, known or not."""
    return _starts_with(text, COMMAND_PREFIX)


def is_badge(text: str) -> bool:
    """Whether the text opens like a badge."""
    return _starts_with(text, BADGE_PREFIX)


def badge_number(text: str) -> str:
    """The number of a badge, printed with its prefix or typed without, as cameras and scanners send it (R-02, D35). Raises ScanRefused."""
    bare = trim(text, " ")
    if bare.startswith("]"):
        found = take_identifier(bare)
        bare = trim(found.text, " ") if found.carrier in {Carrier.PLAIN, Carrier.EAN} else bare
        if not bare:
            raise ScanEmpty
    return read_plain(bare).text if is_badge(bare) else bare


def command_text(command: Command) -> str:
    """What is printed as a bar code for a command."""
    return COMMAND_PREFIX + command.value


def _command(text: str) -> PlainText:
    # Caps lock on a device that only delivers text turns the letters over; commands have none that differ by case only.
    name = text[len(COMMAND_PREFIX) :].upper()
    if name not in Command.__members__:
        raise CommandUnknown(command=name[:NUMBER_LIMIT])
    command = Command[name]
    return PlainText(ScanKind.COMMAND, command.value, command)


def _starts_with(text: str, prefix: str) -> bool:
    return text[: len(prefix)].upper() == prefix
