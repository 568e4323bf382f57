"""What the use cases about people, stations and settings are given (A29)."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, StringConstraints

from shopfloor.people.fields import Code50, Day, InputModel, Name, Text100, Text200, Text500, written_as
from shopfloor.people.models import Role

HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("is not the name of a time zone, such as Europe/Berlin") from None
    return name


def _is_hash(text: str) -> str:
    if not HASH.fullmatch(text):
        raise ValueError("is not a SHA-256 fingerprint")
    return text


Badge = Annotated[Text100, StringConstraints(min_length=1, max_length=60)]
Language = Annotated[str, StringConstraints(pattern=r"^(en|de|da|zh)$")]
TokenHash = Annotated[str, AfterValidator(_is_hash)]


class NewOperator(InputModel):
    """A person who will act."""

    no: Code50
    name: Name
    badge: Badge
    role: Role
    language: Language = "en"


PICTURE_SYMBOLS = (
    "Code 128", "Code 39", "Code 93", "Codabar", "ITF", "EAN-13", "EAN-8", "UPC-E", "DataBar", "DataBar Expanded", "DataBar Limited",
    "Data Matrix", "QR Code", "Micro QR Code", "PDF417", "Aztec",
)
"""What a picture may hold; the readers' own list stands above this package, and a test holds the two equal."""


def _known_symbols(text: str) -> str:
    """Names are written as people know them; another spelling would silently close the station."""
    for name in text.split(",") if text else ():
        if name.strip() not in PICTURE_SYMBOLS:
            message = f"may hold {', '.join(PICTURE_SYMBOLS)}, with commas between"
            raise ValueError(message)
    return text


class NewStation(InputModel):
    """A place where people scan."""

    code: Code50
    name: Name
    gs1_recognition: Annotated[str, StringConstraints(pattern=r"^(key_first|prefix)?$")] = ""
    picture_symbols: Annotated[Text500, StringConstraints(max_length=300), AfterValidator(_known_symbols)] = ""
    """IMG-6: kinds of codes that are taken from pictures, with commas between; blank: all."""
    itf_lengths: Annotated[str, StringConstraints(max_length=40, pattern=r"^([0-9]{1,2}( *, *[0-9]{1,2})*)?$")] = ""
    """IMG-6: digits of the ITF codes in use, with commas between; blank: 14."""
    picture_lookup: bool = False
    """IMG-6: what a camera or picture says counts only if it is a known GTIN, reference or number."""


class NewReasonCode(InputModel):
    """A reason for an override (D18). No colon: a remark may follow the code behind one."""

    code: Annotated[
        Text100, StringConstraints(max_length=20), *written_as(r"[A-Z0-9][A-Z0-9._-]*", "is written with A to Z, 0 to 9 and . _ - alone")
    ]
    """Capital letters, digits, and . _ - between them."""
    description: Name


class SettingValue(InputModel):
    """One company setting."""

    name: Text100
    value: Text200


class DayValue(InputModel):
    """The value of a setting that is a date."""

    value: Day = None


class NewToken(InputModel):
    """An access token of the API. The token itself stays with the one who asked for it; only its fingerprint comes here."""

    operator_no: Code50
    description: Name
    token_hash: TokenHash


class FirstSetUp(InputModel):
    """The plant and its first administrator."""

    plant_name: Name
    time_zone: Annotated[Text100, StringConstraints(max_length=60), AfterValidator(_known_zone)] = "UTC"
    administrator_no: Code50 = "ADMIN"
    administrator_name: Name = "Administrator"
    badge: Badge
    language: Language = "en"


Automatic = Literal["Flushing principle", "Always", "Never"]
"""What a stage of production consumes by itself (LIF-13)."""


class ConsumptionSettings(InputModel):
    """Automatic consumption at the three stages, set together so that they never contradict each other."""

    consumption_at_start: Automatic
    consumption_at_operations: Automatic
    consumption_at_report: Automatic
