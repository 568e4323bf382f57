"""Symbols for pictures: content, the bare modules by zxing-cpp's writer, and what a reader must give back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import zxingcpp

from shopfloor.scanning.characters import GS
from shopfloor.scanning.gs1.check_digits import with_check_digit

Modules = npt.NDArray[np.uint8]
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
_Format = zxingcpp.BarcodeFormat


@dataclass(frozen=True)
class Drawn:
    """A symbol to be put into a picture."""

    modules: Modules
    """One dot a module, 0 dark, 255 light, without quiet zone; linear symbols have many equal rows."""
    text: str
    """What a reader must give back, without symbology identifier."""
    linear: bool


def gtin(random: np.random.Generator) -> str:
    """Fourteen digits."""
    return with_check_digit("0" + "".join(str(random.integers(10)) for _digit in range(12)))


def word(random: np.random.Generator, least: int, most: int) -> str:
    """Capital letters and digits."""
    return "".join(LETTERS[random.integers(len(LETTERS))] for _place in range(random.integers(least, most + 1)))


def _gs1_128(random: np.random.Generator) -> tuple[str, str]:
    """With FNC1 in the middle: the lot is of variable length and something follows it."""
    number, lot, day = gtin(random), word(random, 4, 8), f"26{random.integers(1, 13):02d}{random.integers(1, 29):02d}"
    return f"(01){number}(10){lot}(17){day}", f"01{number}10{lot}{GS}17{day}"


def _gs1_matrix(random: np.random.Generator) -> tuple[str, str]:
    number, lot, serial = gtin(random), word(random, 4, 8), word(random, 5, 10)
    return f"(01){number}(17)261231(10){lot}(21){serial}", f"01{number}1726123110{lot}{GS}21{serial}"


def _databar_expanded(random: np.random.Generator) -> tuple[str, str]:
    number, lot = gtin(random), word(random, 3, 5)
    return f"(01){number}(10){lot}", f"01{number}10{lot}"


def _databar(random: np.random.Generator) -> tuple[str, str]:
    number = gtin(random)
    return f"(01){number}", f"01{number}"


def _link(random: np.random.Generator) -> tuple[str, str]:
    address = f"https://id.example.com/01/{gtin(random)}/10/{word(random, 4, 8)}/21/{word(random, 5, 10)}"
    return address, address


def _plain(prefix: str) -> Callable[[np.random.Generator], tuple[str, str]]:
    def content(random: np.random.Generator) -> tuple[str, str]:
        text = prefix + word(random, 5, 8)
        return text, text

    return content


def _ean(random: np.random.Generator) -> tuple[str, str]:
    number = with_check_digit("4" + "".join(str(random.integers(10)) for _digit in range(11)))
    return number, number


def _itf(random: np.random.Generator) -> tuple[str, str]:
    number = gtin(random)
    return number, number


@dataclass(frozen=True)
class _Kind:
    format: zxingcpp.BarcodeFormat
    content: Callable[[np.random.Generator], tuple[str, str]]
    """What the writer is given, and what a reader must give back."""
    linear: bool = True
    gs1: bool = False
    square: bool = False


_KINDS = {
    "GS1-128": _Kind(_Format.Code128, _gs1_128, gs1=True),
    "Code 128": _Kind(_Format.Code128, _plain("WO-")),
    "Code 39": _Kind(_Format.Code39, _plain("OP")),
    "EAN-13": _Kind(_Format.EAN13, _ean),
    "ITF-14": _Kind(_Format.ITF, _itf),
    "DataBar": _Kind(_Format.DataBarOmni, _databar),
    "DataBar Expanded": _Kind(_Format.DataBarExp, _databar_expanded),
    "DataBar Stacked": _Kind(_Format.DataBarExpStk, _databar_expanded, linear=False),
    "GS1 DataMatrix": _Kind(_Format.DataMatrix, _gs1_matrix, linear=False, gs1=True, square=True),
    "QR link": _Kind(_Format.QRCode, _link, linear=False),
}
SYMBOLS = tuple(_KINDS)
"""What shop floors print."""


def draw(symbol: str, random: np.random.Generator) -> Drawn:
    """One symbol with content of its own."""
    kind = _KINDS[symbol]
    written, text = kind.content(random)
    options = {"gs1": True} if kind.gs1 else {}
    options |= {"force_square": True} if kind.square else {}
    image = np.asarray(zxingcpp.create_barcode(written, kind.format, **options).to_image(scale=1, add_hrt=False, add_quiet_zones=False))
    modules = (image[:, :, 0] if image.ndim == 3 else image).astype(np.uint8)
    if kind.linear:
        modules = np.repeat(modules[modules.shape[0] // 2][None, :], max(18, modules.shape[1] * 22 // 100), axis=0)
    return Drawn(modules, text, kind.linear)
