"""The two engines behind one face: a plane in, readings out.

zxing-cpp reads every symbology and tells identifier, content type and raw bytes. pyzbar is the second engine, for linear
symbols only: it has no matrix symbols worth trusting, and it needs the system library libzbar0, so it may be missing (IMG-10).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import zxingcpp

from shopfloor.scanning.pictures.engines import second_engine
from shopfloor.scanning.pictures.planes import Plane
from shopfloor.scanning.pictures.readings import Engine, Point, Reading, Symbol

_Format = zxingcpp.BarcodeFormat
_FORMATS: Mapping[Symbol, tuple[Any, ...]] = {
    Symbol.CODE_128: (_Format.Code128,),
    Symbol.CODE_39: (_Format.Code39,),
    Symbol.CODE_93: (_Format.Code93,),
    Symbol.CODABAR: (_Format.Codabar,),
    Symbol.ITF: (_Format.ITF,),
    Symbol.EAN_13: (_Format.EAN13, _Format.UPCA),
    Symbol.EAN_8: (_Format.EAN8,),
    Symbol.UPC_E: (_Format.UPCE,),
    Symbol.DATABAR: (_Format.DataBarOmni, _Format.DataBarStk, _Format.DataBarStkOmni, _Format.DataBar),
    Symbol.DATABAR_EXPANDED: (_Format.DataBarExp, _Format.DataBarExpStk),
    Symbol.DATABAR_LIMITED: (_Format.DataBarLtd,),
    Symbol.DATA_MATRIX: (_Format.DataMatrix,),
    Symbol.QR: (_Format.QRCode, _Format.QRCodeModel1, _Format.QRCodeModel2),
    Symbol.MICRO_QR: (_Format.MicroQRCode, _Format.RMQRCode),
    Symbol.PDF417: (_Format.PDF417, _Format.CompactPDF417, _Format.MicroPDF417),
    Symbol.AZTEC: (_Format.Aztec, _Format.AztecCode, _Format.AztecRune),
}
_SYMBOLS = {form: symbol for symbol, forms in _FORMATS.items() for form in forms}
MATRIX = frozenset({Symbol.DATA_MATRIX, Symbol.QR, Symbol.MICRO_QR, Symbol.AZTEC, Symbol.PDF417})
LINEAR = frozenset(Symbol) - MATRIX
EVERY = frozenset(Symbol)
_CONTENT = {
    zxingcpp.ContentType.Text: "text",
    zxingcpp.ContentType.GS1: "gs1",
    zxingcpp.ContentType.ISO15434: "iso15434",
    zxingcpp.ContentType.Binary: "binary",
    zxingcpp.ContentType.Mixed: "mixed",
    zxingcpp.ContentType.UnknownECI: "unknown_eci",
}
_ZBAR: Mapping[str, tuple[Symbol, str]] = {
    "CODE128": (Symbol.CODE_128, ""),
    "CODE39": (Symbol.CODE_39, ""),
    "EAN13": (Symbol.EAN_13, "]E0"),
    "EAN8": (Symbol.EAN_8, "]E4"),
    "I25": (Symbol.ITF, ""),
    "DATABAR": (Symbol.DATABAR, "]e0"),
    "DATABAR_EXP": (Symbol.DATABAR_EXPANDED, "]e0"),
}
"""Name -> symbol, and the identifier where the symbology has only one. A Code 128 may be GS1-128 or not: that stays open.

UPC is left out on purpose: zbar then gives its thirteen digits as an EAN-13, which is what zxing-cpp gives too.
"""


def zxing(plane: Plane, symbols: frozenset[Symbol] = EVERY, stage: str = "", *, scale: float = 1.0) -> list[Reading]:
    """What zxing-cpp reads. `scale`: dots of the picture for one of the plane, or 0 where the plane is turned."""
    found = zxingcpp.read_barcodes(plane, formats=_formats(symbols), text_mode=zxingcpp.TextMode.Plain)
    return readings_of(found, stage, scale)


def readings_of(found: Iterable[Any], stage: str, scale: float) -> list[Reading]:
    """zxing-cpp's results as readings; an invalid one stands for nothing."""
    return [_reading(one, stage, scale) for one in found if one.valid and one.format in _SYMBOLS]


def zbar(plane: Plane, stage: str = "", *, scale: float = 1.0) -> list[Reading]:
    """What pyzbar reads of linear symbols; nothing where its library is missing."""
    library = second_engine()
    if library is None:
        return []
    kinds = [library.ZBarSymbol[name] for name in _ZBAR]
    readings = []
    for one in library.decode(plane, symbols=kinds):
        symbol, identifier = _ZBAR[one.type]
        data: bytes = one.data
        place = tuple((round(point.x * scale), round(point.y * scale)) for point in one.polygon) if scale else ()
        readings.append(Reading(symbol, data.decode("latin-1"), data.hex(), identifier, "", Engine.ZBAR, stage, place=place))
    return readings


def readable_formats() -> Mapping[Symbol, tuple[Any, ...]]:
    """What zxing-cpp calls each symbol."""
    return _FORMATS


def has_second_engine() -> bool:
    """Whether pyzbar and its system library are there (IMG-10)."""
    return second_engine() is not None


def _reading(one: Any, stage: str, scale: float) -> Reading:  # noqa: ANN401  # zxing-cpp ships no types
    extra = one.extra if isinstance(one.extra, dict) else {}
    unused = extra.get("UEC")
    return Reading(
        symbol=_SYMBOLS[one.format],
        text=one.text,
        hex=bytes(one.bytes).hex(),
        identifier=one.symbology_identifier,
        content=_CONTENT.get(one.content_type, ""),
        engine=Engine.ZXING,
        stage=stage,
        unused_error_correction=round(float(unused), 3) if unused is not None else None,
        place=_corners(one.position, scale) if scale else (),
    )


def _corners(position: Any, scale: float) -> tuple[Point, ...]:  # noqa: ANN401
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    return tuple((round(corner.x * scale), round(corner.y * scale)) for corner in corners)


@cache
def _formats(symbols: frozenset[Symbol]) -> Any:  # noqa: ANN401
    return [form for symbol in Symbol if symbol in symbols for form in _FORMATS[symbol]]
