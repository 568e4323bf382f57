"""Elements or a number become a bar code picture that was read back before anybody prints it (R-25)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from urllib.parse import quote

import barcode
import zxingcpp
from PIL import Image

from shopfloor.scanning.characters import GS, refuse_invisible
from shopfloor.scanning.errors import NUMBER_LIMIT, LabelUnreadable, ScanEmpty, ScanTooLong
from shopfloor.scanning.gs1.decoder import Decoded, decode_pairs
from shopfloor.scanning.gs1.digital_link import decode_digital_link
from shopfloor.scanning.gs1.identifiers import TABLE
from shopfloor.scanning.gs1.profiles import ScannerProfile
from shopfloor.scanning.scan import Element, bracketed

STRICT = ScannerProfile(name="labels", strict=True, gs_verified=True)

QUIET_MATRIX = 4
"""Light modules around a matrix symbol; QR asks for four, Data Matrix for one."""
QUIET_LINEAR = 10
"""Light modules beside a linear symbol."""
READ_BACK_SCALE = 4
"""Picture dots a module for reading back."""


class Symbol(StrEnum):
    """What is drawn."""

    GS1_DATAMATRIX = "gs1_datamatrix"
    GS1_128 = "gs1_128"
    CODE_128 = "code_128"
    DATAMATRIX = "datamatrix"
    QR = "qr"


@dataclass(frozen=True)
class _Kind:
    """How a symbol is drawn and what a reader must call it."""

    format: zxingcpp.BarcodeFormat
    identifiers: frozenset[str]
    module_mm: float
    height_mm: float = 0.0
    """Height of the bars; 0 for a matrix."""


_KINDS: dict[Symbol, _Kind] = {
    Symbol.GS1_DATAMATRIX: _Kind(zxingcpp.BarcodeFormat.DataMatrix, frozenset({"]d2"}), 0.6),
    Symbol.GS1_128: _Kind(zxingcpp.BarcodeFormat.Code128, frozenset({"]C1"}), 0.3, 15.0),
    Symbol.CODE_128: _Kind(zxingcpp.BarcodeFormat.Code128, frozenset({"]C0"}), 0.33, 15.0),
    Symbol.DATAMATRIX: _Kind(zxingcpp.BarcodeFormat.DataMatrix, frozenset({"]d1", "]d4"}), 0.6),
    Symbol.QR: _Kind(zxingcpp.BarcodeFormat.QRCode, frozenset({"]Q1", "]Q2"}), 0.6),
}


@dataclass(frozen=True)
class Picture:
    """A verified symbol: its modules, and the same modules as SVG or PNG."""

    symbol: Symbol
    text: str
    """What a scanner sends, GS between elements, without the symbology identifier."""
    human_readable: str
    """To be printed under the symbol: bracketed elements, or the number."""
    modules: tuple[str, ...]
    """Rows of `1` (dark) and `0` (light) with the quiet zone. A linear symbol has one row."""
    module_mm: float
    height_mm: float

    @property
    def svg(self) -> str:
        """Crisp at any size; millimetres on paper, scales with CSS on a screen."""
        columns, rows = len(self.modules[0]), len(self.modules)
        height = self.height_mm or rows * self.module_mm
        units = self.height_mm / self.module_mm if self.height_mm else rows
        step = units if self.height_mm else 1
        # Bars may be stretched to any height; the cells of a matrix must stay square.
        stretch = ' preserveAspectRatio="none"' if self.height_mm else ""
        path = "".join(_row_path(row, number, step) for number, row in enumerate(self.modules))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{_escaped(self.human_readable)}"'
            f' width="{columns * self.module_mm:.2f}mm" height="{height:.2f}mm" viewBox="0 0 {columns} {units:g}"'
            f'{stretch} shape-rendering="crispEdges"><rect width="100%" height="100%" fill="#fff"/>'
            f'<path d="{path}" fill="#000"/></svg>'
        )

    def image(self, dots_per_module: int = READ_BACK_SCALE) -> Image.Image:
        """The picture itself."""
        columns, rows = len(self.modules[0]), len(self.modules)
        dots = bytes(0 if module == "1" else 255 for row in self.modules for module in row)
        small = Image.frombytes("L", (columns, rows), dots)
        height = round(self.height_mm / self.module_mm) if self.height_mm else rows
        return small.resize((columns * dots_per_module, height * dots_per_module), Image.Resampling.NEAREST)


def gs1_elements(*pairs: tuple[str, str], as_of: date) -> tuple[Element, ...]:
    """Checked elements in printing order: pre-defined lengths first, variable ones last (R-25).

    Raises Gs1Parse, Gs1UnknownIdentifier, Gs1Conflict, ScanEmpty: the pair rules refuse here too.
    """
    decoded: Decoded = decode_pairs(list(pairs), STRICT, as_of)
    return tuple(sorted(decoded.elements, key=lambda element: TABLE[element.ai].separator_required))


def element_string(elements: tuple[Element, ...]) -> str:
    """`01…10…` with GS only where one is needed."""
    parts: list[str] = []
    for number, element in enumerate(elements, start=1):
        parts.append(element.ai + element.value)
        if number < len(elements) and TABLE[element.ai].separator_required:
            parts.append(GS)
    return "".join(parts)


def draw_gs1(*pairs: tuple[str, str], as_of: date, symbol: Symbol = Symbol.GS1_DATAMATRIX) -> Picture:
    """A GS1 label: `draw_gs1(("01", gtin), ("10", lot_no), ("21", serial_no), as_of=today)`.

    Raises what `gs1_elements` raises, and LabelUnreadable if the picture does not read back byte by byte.
    """
    assert symbol in {Symbol.GS1_DATAMATRIX, Symbol.GS1_128}, symbol
    elements = gs1_elements(*pairs, as_of=as_of)
    square = {"force_square": True} if symbol is Symbol.GS1_DATAMATRIX else {}
    written = bracketed(elements)
    modules = _zxing_modules(written, symbol, gs1=True, **square)
    return _verified(symbol, element_string(elements), written, modules)


LINK_PATH = ("22", "10", "21")
"""Qualifiers of a GTIN in the path of a Digital Link, in this order; everything else follows the question mark (R-15)."""


def digital_link(elements: tuple[Element, ...], domain: str) -> str:
    """`https://id.gs1.org/01/…/10/…/21/…?17=…` of checked elements that hold a GTIN."""
    value = {element.ai: element.value for element in elements}
    path = "".join(f"/{ai}/{quote(value[ai], safe='')}" for ai in ("01", *LINK_PATH) if ai in value)
    query = "&".join(f"{element.ai}={quote(element.value, safe='')}" for element in elements if element.ai not in ("01", *LINK_PATH))
    return domain + path + ("?" + query if query else "")


def draw_digital_link(*pairs: tuple[str, str], as_of: date, domain: str) -> Picture:
    """A QR code with a GS1 Digital Link, for codes that a telephone shall open as well. The link is read strictly before it is drawn.

    Raises what `gs1_elements` raises, Gs1Parse for a domain that is none, and LabelUnreadable.
    """
    elements = gs1_elements(*pairs, as_of=as_of)
    link = digital_link(elements, domain)
    read = decode_digital_link(link, STRICT, as_of)
    if set(read.elements) != set(elements):
        raise LabelUnreadable(content=bracketed(elements), found=bracketed(read.elements))
    return _verified(Symbol.QR, link, bracketed(elements), _zxing_modules(link, Symbol.QR))


def draw_plain(text: str, symbol: Symbol = Symbol.CODE_128) -> Picture:
    """A plain number, command or badge. Code 128 takes ASCII only; long or other text needs DATAMATRIX or QR (D34).

    Raises ScanEmpty, ScanTooLong, ScanInvalid, LabelUnreadable.
    """
    if not text:
        raise ScanEmpty
    if symbol is not Symbol.QR and len(text) > NUMBER_LIMIT:
        raise ScanTooLong(length=len(text), limit=NUMBER_LIMIT)
    refuse_invisible(text)
    if symbol is Symbol.CODE_128:
        modules = _code_128_modules(text)
    else:
        assert symbol in {Symbol.DATAMATRIX, Symbol.QR}, symbol
        square = {"force_square": True} if symbol is Symbol.DATAMATRIX else {}
        modules = _zxing_modules(text, symbol, **square)
    return _verified(symbol, text, text, modules)


def _verified(symbol: Symbol, text: str, human_readable: str, modules: tuple[str, ...]) -> Picture:
    kind = _KINDS[symbol]
    picture = Picture(symbol, text, human_readable, modules, kind.module_mm, kind.height_mm)
    verify(picture)
    return picture


def verify(picture: Picture) -> None:
    """Read the picture back: symbology identifier and text must be what was meant (R-25). Raises LabelUnreadable."""
    verify_in(picture.image(), picture)


def verify_in(image: Image.Image, picture: Picture) -> None:
    """The same for a whole label: the picture holds this symbol and no other. Raises LabelUnreadable."""
    # A label is upright and dark on light; looking for anything else takes three times as long.
    found = zxingcpp.read_barcodes(image, text_mode=zxingcpp.TextMode.Plain, try_rotate=False, try_invert=False)
    read = [(result.symbology_identifier, result.text) for result in found if result.valid]
    if len(read) == 1 and read[0][0] in _KINDS[picture.symbol].identifiers and read[0][1] == picture.text:
        return
    seen = " ".join(identifier + text for identifier, text in read) or "nothing"
    raise LabelUnreadable(content=picture.human_readable, found=seen)


def _zxing_modules(text: str, symbol: Symbol, **options: bool) -> tuple[str, ...]:
    """Modules of a symbol that zxing-cpp encodes."""
    kind = _KINDS[symbol]
    try:
        image = Image.fromarray(zxingcpp.create_barcode(text, kind.format, **options).to_image(scale=1, add_quiet_zones=False))
    except (ValueError, RuntimeError) as problem:
        raise LabelUnreadable(content=text, found=str(problem)) from problem
    width, height = image.size
    dots = image.tobytes()
    rows = ["".join("1" if dot < 128 else "0" for dot in dots[row * width : (row + 1) * width]) for row in range(height)]
    return _with_quiet_zone(rows[:1], QUIET_LINEAR, 0) if kind.height_mm else _with_quiet_zone(rows, QUIET_MATRIX, QUIET_MATRIX)


def _code_128_modules(text: str) -> tuple[str, ...]:
    """Modules of a Code 128 symbol, by python-barcode."""
    try:
        row: str = barcode.get("code128", text).build()[0]
    except (barcode.errors.BarcodeError, KeyError, ValueError) as problem:
        raise LabelUnreadable(content=text, found=str(problem)) from problem
    return _with_quiet_zone([row], QUIET_LINEAR, 0)


def _with_quiet_zone(rows: list[str], beside: int, above: int) -> tuple[str, ...]:
    wide = ["0" * beside + row + "0" * beside for row in rows]
    empty = ["0" * len(wide[0])] * above
    return (*empty, *wide, *empty)


def _row_path(row: str, number: int, height: float) -> str:
    """One rectangle for each run of dark modules."""
    parts: list[str] = []
    start = row.find("1")
    while start >= 0:
        stop = row.find("0", start)
        stop = len(row) if stop < 0 else stop
        parts.append(f"M{start} {number}h{stop - start}v{height:g}h-{stop - start}z")
        start = row.find("1", stop)
    return "".join(parts)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
