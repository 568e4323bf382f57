"""What a label format is: paper, printer resolution, symbol, and which lines of text are wanted (R-25, IMG-13).

Everything is placed on whole dots of the printer. A module of fractional dots prints bars of uneven width, which readers refuse.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

MM_PER_INCH = Decimal("25.4")
MATRIX_DOTS = {203: 4, 300: 6, 600: 12}
"""Dots a module of a matrix symbol by resolution: about half a millimetre, which a tablet reads at arm's length (scanning.md 6)."""
LINEAR_DOTS = {203: 2, 300: 3, 600: 6}
"""The same for bars: a quarter of a millimetre."""
RESOLUTIONS = tuple(MATRIX_DOTS)


class LabelSymbol(StrEnum):
    """What a format asks for. A number that GS1 cannot carry falls back to a plain symbol (D34)."""

    GS1_DATAMATRIX = "GS1 DataMatrix"
    GS1_128 = "GS1-128"
    DIGITAL_LINK = "QR with GS1 Digital Link"
    CODE_128 = "Code 128, the plain number"

    @property
    def linear(self) -> bool:
        """Bars, not a matrix."""
        return self in {LabelSymbol.GS1_128, LabelSymbol.CODE_128}


class Sheet(StrEnum):
    """What the labels are printed on. The captions name columns and rows of a sheet."""

    ROLL = "Roll, one label a page"
    A4_3X8 = "A4, 3 × 8 of 70 × 37 mm"
    A4_3X7 = "A4, 3 × 7 of 63.5 × 38.1 mm"
    A4_2X7 = "A4, 2 × 7 of 99.1 × 38.1 mm"
    A4_4X10 = "A4, 4 × 10 of 48.5 × 25.4 mm"
    A4_5X13 = "A4, 5 × 13 of 38.1 × 21.2 mm"
    LETTER_3X10 = "Letter, 3 × 10 of 66.7 × 25.4 mm"


def plain(millimetres: Decimal) -> str:
    """`63.5`, without an exponent and without zeros at the end."""
    return f"{millimetres.normalize():f}"


@dataclass(frozen=True)
class Grid:
    """Where the labels of a sheet are, in millimetres."""

    page_width: Decimal
    page_height: Decimal
    columns: int
    rows: int
    width: Decimal
    height: Decimal
    left: Decimal
    top: Decimal
    step_x: Decimal
    step_y: Decimal

    @property
    def count(self) -> int:
        return self.columns * self.rows

    def place(self, cell: int) -> tuple[Decimal, Decimal]:
        """Left and top of one label of the sheet, counted from 0 in reading order."""
        row, column = divmod(cell, self.columns)
        return self.left + column * self.step_x, self.top + row * self.step_y


def _grid(page: str, columns: int, rows: int, size: str, corner: str, step: str = "") -> Grid:
    """Sizes as the makers of the sheets print them: `width height`."""
    page_width, page_height, width, height, left, top = (Decimal(part) for part in f"{page} {size} {corner}".split(" "))
    step_x, step_y = (Decimal(part) for part in (step or size).split(" "))
    return Grid(page_width, page_height, columns, rows, width, height, left, top, step_x, step_y)


GRIDS: dict[Sheet, Grid] = {
    Sheet.A4_3X8: _grid("210 297", 3, 8, "70 37", "0 0.5"),
    Sheet.A4_3X7: _grid("210 297", 3, 7, "63.5 38.1", "7.2 15.1", "66 38.1"),
    Sheet.A4_2X7: _grid("210 297", 2, 7, "99.1 38.1", "4.65 15.1", "101.6 38.1"),
    Sheet.A4_4X10: _grid("210 297", 4, 10, "48.5 25.4", "8 21.5"),
    Sheet.A4_5X13: _grid("210 297", 5, 13, "38.1 21.2", "4.75 10.7", "40.6 21.2"),
    Sheet.LETTER_3X10: _grid("215.9 279.4", 3, 10, "66.7 25.4", "4.8 12.7", "69.85 25.4"),
}


@dataclass(frozen=True)
class LabelFormat:
    """How labels look. Millimetres are exact decimals."""

    code: str = ""
    """Blank: the built-in format."""
    width_mm: Decimal = Decimal(50)
    height_mm: Decimal = Decimal(25)
    dpi: int = 203
    symbol: LabelSymbol = LabelSymbol.GS1_DATAMATRIX
    module_dots: int = 0
    """Printer dots a module; 0: the usual ones of the resolution."""
    text_mm: Decimal = Decimal("2.4")
    """Height of the letters; smaller where the label is too small, never below 1.4 mm."""
    sheet: Sheet = Sheet.ROLL
    show_description: bool = True
    show_item: bool = True
    show_dates: bool = True
    show_sequence: bool = True
    """*3 of 12*, so that a blank or missing label is seen (failure story 74)."""

    @property
    def width(self) -> int:
        """Dots."""
        return self.dots(self.width_mm)

    @property
    def height(self) -> int:
        """Dots."""
        return self.dots(self.height_mm)

    def dots(self, millimetres: Decimal) -> int:
        """Whole dots of a length, at least one."""
        exact = millimetres * self.dpi / MM_PER_INCH
        return max(1, int(exact.to_integral_value(ROUND_HALF_UP)))

    def millimetres(self, dots: int) -> Decimal:
        """The length of some dots."""
        return Decimal(dots) * MM_PER_INCH / self.dpi

    def dots_per_module(self, *, linear: bool) -> int:
        """What the format says, else what the resolution suggests."""
        return self.module_dots or (LINEAR_DOTS if linear else MATRIX_DOTS)[self.dpi]


BUILT_IN = LabelFormat()
"""50 × 25 mm at 203 dpi with a GS1 DataMatrix of 4 dots: where nobody chose anything."""
