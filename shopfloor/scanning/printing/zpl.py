r"""Labels as ZPL II text for thermal printers.

Two ways to the symbol. As a picture (`^GFA`) the printer gets the very dots that were read back. As a command (`^BX`, `^BC`) the text is
shorter and the printer draws; that is done only for contents whose commands are unambiguous, everything else goes as a picture.
Every field names its escape character (`^FH\`), and only letters, digits and a few signs are sent as they are, so that no description can
hold a command.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Sequence

from PIL import Image, ImageOps

from shopfloor.scanning.characters import GS, pieces
from shopfloor.scanning.labels import Symbol
from shopfloor.scanning.printing.layout import Layout, Line, number_parts
from shopfloor.scanning.printing.pictures import checked_image, symbol_image

_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ()-.,/:+*%#=")
_ESCAPE = "_"
"""Of `^BX`, named in the command because its default differs between firmwares."""
_BARS_TROUBLE = frozenset("()<>^~ ")
"""Characters that `^BC` gives a meaning of its own."""
QUIET_MATRIX, QUIET_LINEAR = 4, 10


def zpl(layouts: Sequence[Layout], *, commands: bool = False, copies: int = 1) -> str:
    """All labels in their order, one `^XA…^XZ` each; copies of a label follow each other. `commands`: the printer draws symbols itself
    where that is safe.

    Raises LabelUnreadable: every label is drawn and read back before its text is made (R-25).
    """
    return "".join(_label(layout, commands=commands, copies=copies) for layout in layouts)


def _label(layout: Layout, *, commands: bool, copies: int) -> str:
    checked_image(layout)
    form = layout.format
    symbol = (_command(layout) if commands else "") or _picture(layout)
    lines = "".join(_text(line) for line in layout.lines)
    return f"^XA\n^CI28\n^LH0,0\n^PW{form.width}\n^LL{form.height}\n{symbol}{lines}^PQ{copies}\n^XZ\n"


def escaped(text: str) -> str:
    r"""Field data for `^FH\`: everything that could be a command, or is not ASCII, as the hexadecimal bytes of UTF-8."""
    return "".join(
        character if character in _PLAIN else "".join(f"\\{byte:02X}" for byte in character.encode()) for character in text
    )


def picture_data(image: Image.Image) -> str:
    """`^GFA` with a compressed picture: black dots are ones, rows are whole bytes, checked by a CRC."""
    dark = ImageOps.invert(image.convert("L")).convert("1", dither=Image.Dither.NONE)
    data = dark.tobytes()
    row = -(-image.width // 8)
    packed = base64.b64encode(zlib.compress(data, 9)).decode("ascii")
    crc = binascii.crc_hqx(packed.encode("ascii"), 0)
    return f"^GFA,{len(data)},{len(data)},{row},:Z64:{packed}:{crc:04X}"


def _text(line: Line) -> str:
    return f"^FO{line.x},{line.y}^A0N,{line.size},{line.size}^FH\\^FD{escaped(line.text)}^FS\n"


def _picture(layout: Layout) -> str:
    return f"^FO{layout.x},{layout.y}{picture_data(symbol_image(layout))}^FS\n"


def _command(layout: Layout) -> str:
    """The symbol as a command of the printer; blank where only a picture is certain."""
    match layout.picture.symbol:
        case Symbol.GS1_DATAMATRIX | Symbol.DATAMATRIX if layout.picture.text.isascii():
            return _data_matrix(layout)
        case Symbol.GS1_128 | Symbol.CODE_128 if _bars_are_plain(layout):
            return _bars(layout)
        case _:
            return ""


def _data_matrix(layout: Layout) -> str:
    """`^BX`: square by default; `_1` is FNC1 and `__` the underscore."""
    place = QUIET_MATRIX * layout.module
    text = layout.picture.text.replace(_ESCAPE, _ESCAPE * 2)
    if layout.picture.symbol is Symbol.GS1_DATAMATRIX:
        text = f"{_ESCAPE}1" + text.replace(GS, f"{_ESCAPE}1")
    data = "".join(part if part in _PLAIN | {_ESCAPE} else escaped(part) for part in text)
    return f"^FO{layout.x + place},{layout.y + place}^BXN,{layout.module},200,,,,{_ESCAPE}^FH\\^FD{data}^FS\n"


def _bars(layout: Layout) -> str:
    """`^BC`: mode D takes bracketed elements and `>8` for the separator, mode A packs plain text as small as it can."""
    gs1 = layout.picture.symbol is Symbol.GS1_128
    mode = "D" if gs1 else "A"
    place = QUIET_LINEAR * layout.module
    data = _gs1_data(layout) if gs1 else escaped(layout.picture.text)
    return (
        f"^FO{layout.x + place},{layout.y}^BY{layout.module}"
        f"^BCN,{layout.symbol_height},N,N,N,{mode}^FH\\^FD{data}^FS\n"
    )


def _gs1_data(layout: Layout) -> str:
    """`(01)…(10)…>8(21)…`: the separator stands where the symbol has one."""
    ends = [len(piece) for piece in pieces(layout.picture.text, GS)]
    data, position, piece = "", 0, 0
    for part in number_parts(layout.picture):
        if position == ends[piece]:
            data, position, piece = data + ">8", 0, piece + 1
        data += escaped(part)
        position += len(part) - 2  # without the brackets
    return data


def _bars_are_plain(layout: Layout) -> bool:
    """Whether no value holds a sign that `^BC` would take for a command or a bracket."""
    return layout.picture.text.isascii() and not _BARS_TROUBLE & set(layout.picture.text)
