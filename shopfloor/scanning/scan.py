"""What a scan says. Frozen values; which item is meant is decided elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class ScanKind(StrEnum):
    """How the text is to be understood (R-01)."""

    GS1 = "gs1"
    EAN = "ean"
    DIGITAL_LINK = "dl"
    ISO15434 = "iso15434"
    PLAIN = "plain"
    COMMAND = "command"
    BADGE = "badge"


class ScanSource(StrEnum):
    """How the text came in. Decides which spellings of the separator are believed (R-04)."""

    WEDGE = "wedge"
    TYPED = "typed"
    SERIAL = "serial"
    CAMERA = "camera"


class Command(StrEnum):
    """Command bar codes; the printed text is `CMD:` and the value."""

    PRODUCT = "PRODUCT"
    COMPONENT = "COMPONENT"
    UNDO = "UNDO"
    NEXT = "NEXT"
    REPORT = "REPORT"
    SIGNOUT = "SIGNOUT"
    CONTINUE = "CONTINUE"
    DISCARD = "DISCARD"


@dataclass(frozen=True)
class Element:
    """One pair of application identifier (or MH10.8.2 data identifier) and value, as scanned."""

    ai: str
    value: str


@dataclass(frozen=True)
class ScanWarning:
    """Something that did not stop the reading and should be seen."""

    kind: str
    """From the closed list of gs1.md section 5, or `check_digit` (D10) or `unknown_ai` (D11) where a policy let it pass."""
    ai: str = ""
    """Application identifier that is concerned, blank if none is."""


@dataclass(frozen=True)
class Measure:
    """A weighed or measured amount (31nn to 36nn of the trade item, R-21)."""

    quantity: Decimal
    unit: str
    """kg, m, m2, l, m3, lb and others; see `gs1.numbers.UNITS`."""
    ai: str


@dataclass(frozen=True)
class Scan:
    """A text that was read. Blank text means: not in the code."""

    kind: ScanKind
    raw: str
    """Exactly what arrived, nothing dropped, nothing changed."""
    source: ScanSource = ScanSource.WEDGE
    symbology: str = ""
    """AIM identifier such as `]d2`, blank if the scanner sends none."""
    text: str = ""
    """Plain: the number. Badge: the badge number. Command: its name. Else the text without frame and symbology identifier."""
    elements: tuple[Element, ...] = ()
    """In the order of the code; an identifier occurs once."""
    warnings: tuple[ScanWarning, ...] = ()
    command: Command | None = None
    gtin: str = ""
    """(01), else (02), as 14 digits (R-22)."""
    sscc: str = ""
    """(00), 18 digits."""
    item_reference: str = ""
    """(240), else (241); in an ISO/IEC 15434 envelope P, else 1P."""
    serial_no: str = ""
    """(21), or S. Exact text."""
    lot_no: str = ""
    """(10), or 1T, else T. Exact text."""
    quantity: Decimal | None = None
    """A count: (37), else (30), or Q. Whole trade items of the GTIN's unit (GS1-18)."""
    measures: tuple[Measure, ...] = ()
    expiration_date: date | None = None
    """(17)"""
    best_before: date | None = None
    """(15)"""
    production_date: date | None = None
    """(11)"""

    @property
    def measure(self) -> Measure | None:
        """The first measure of the code."""
        return self.measures[0] if self.measures else None

    @property
    def is_gs1(self) -> bool:
        """Whether the elements are GS1 elements, whatever carried them."""
        return self.kind in {ScanKind.GS1, ScanKind.EAN, ScanKind.DIGITAL_LINK}

    def value(self, ai: str) -> str | None:
        """Value of one identifier, or None."""
        return next((element.value for element in self.elements if element.ai == ai), None)

    def has_warning(self, kind: str) -> bool:
        """Whether it was read with this warning."""
        return any(warning.kind == kind for warning in self.warnings)

    def bracketed(self) -> str:
        """For people: `(01)09521234543213(10)LOT7`. Blank for a code without GS1 elements."""
        return bracketed(self.elements) if self.is_gs1 else ""


def bracketed(elements: tuple[Element, ...]) -> str:
    """Bracketed text of elements, readable again: an opening bracket that is data is escaped (R-14)."""
    return "".join(f"({element.ai}){element.value.replace('(', chr(92) + '(')}" for element in elements)
