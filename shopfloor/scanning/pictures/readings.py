"""What a reader saw in a picture. Plain values, so that they can travel between processes and be kept with a scan (IMG-5)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Engine(StrEnum):
    """Who read."""

    ZXING = "zxing-cpp"
    ZBAR = "zbar"


class Symbol(StrEnum):
    """Symbologies that are read. The value is what people call them."""

    CODE_128 = "Code 128"
    CODE_39 = "Code 39"
    CODE_93 = "Code 93"
    CODABAR = "Codabar"
    ITF = "ITF"
    EAN_13 = "EAN-13"
    EAN_8 = "EAN-8"
    UPC_E = "UPC-E"
    DATABAR = "DataBar"
    DATABAR_EXPANDED = "DataBar Expanded"
    DATABAR_LIMITED = "DataBar Limited"
    DATA_MATRIX = "Data Matrix"
    QR = "QR Code"
    MICRO_QR = "Micro QR Code"
    PDF417 = "PDF417"
    AZTEC = "Aztec"


Point = tuple[int, int]


@dataclass(frozen=True)
class Reading:
    """One code, as one engine read it in one stage."""

    symbol: Symbol
    text: str
    """The content with GS (0x1D) kept, without symbology identifier."""
    hex: str
    """The raw bytes behind the text."""
    identifier: str
    """AIM symbology identifier such as `]d2`; blank where the engine does not tell and the symbology leaves it open."""
    content: str
    """text, gs1, iso15434, binary, mixed, unknown_eci; blank where the engine does not tell."""
    engine: Engine
    stage: str
    """Which preparation of the picture it was read in."""
    unused_error_correction: float | None = None
    """0 to 1, matrix symbols only: how much damage would still have been bridged (IMG-15)."""
    place: tuple[Point, ...] = ()
    """Corners in dots of the picture; empty where the stage does not know."""

    @property
    def scan_text(self) -> str:
        """What a scanner that sends symbology identifiers would send: the text for the one normaliser (IMG-14)."""
        return self.identifier + self.text


class Verdict(StrEnum):
    """What may become of a reading."""

    ACCEPTED = "accepted"
    HELD = "held"
    """Right most of the time, and not often enough: a second equal reading or a person decides."""
    REFUSED = "refused"


@dataclass(frozen=True)
class Judged:
    """A reading with its verdict."""

    reading: Reading
    verdict: Verdict
    reason: str = ""
    """One of `acceptance.REASONS`; blank for an accepted one."""
    seconded_by: str = ""
    """Who read the same: the other engine, or `frame before`. Blank where nobody had to."""


@dataclass(frozen=True)
class PictureReadings:
    """Everything that a picture gave."""

    judged: tuple[Judged, ...]
    stages: tuple[str, ...]
    """Stages that were run, in order."""
    width: int
    height: int
    milliseconds: int
    """CPU time of reading, decoding of the picture included."""

    @property
    def accepted(self) -> tuple[Reading, ...]:
        """What may be used without asking."""
        return tuple(one.reading for one in self.judged if one.verdict is Verdict.ACCEPTED)
