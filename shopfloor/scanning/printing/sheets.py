"""Labels as PDF: sheets of A4 or Letter with a grid of labels, or a roll with one label a page."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from io import BytesIO

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from shopfloor.scanning.printing.errors import LabelTooSmall
from shopfloor.scanning.printing.formats import GRIDS, MM_PER_INCH, Grid, LabelFormat, plain
from shopfloor.scanning.printing.layout import Layout
from shopfloor.scanning.printing.pictures import BASELINE, dark_runs
from shopfloor.scanning.printing.text import FONT_FILE, FONT_NAME

POINTS_PER_INCH = 72


def pdf(layouts: Sequence[Layout], *, first_cell: int = 0, title: str = "Labels") -> bytes:
    """The labels in their order. `first_cell`: how many labels of the first sheet are used up already.

    All layouts have one format. Same labels, same bytes. Raises LabelTooSmall for a label that is larger than its place on the sheet.
    """
    assert layouts, "no labels"
    _load_font()
    form = layouts[0].format
    grid = grid_of(form)
    file = BytesIO()
    canvas = Canvas(file, pagesize=(_points(grid.page_width), _points(grid.page_height)), invariant=True, pageCompression=1)
    canvas.setTitle(title)
    for place, layout in enumerate(layouts, start=first_cell % grid.count):
        cell = place % grid.count
        if cell == 0 and place:
            canvas.showPage()
        _draw(canvas, layout, grid, cell)
    canvas.save()
    return file.getvalue()


def pages(count: int, form: LabelFormat, first_cell: int = 0) -> int:
    """How many pages some labels take."""
    grid = grid_of(form)
    return -(-(first_cell % grid.count + count) // grid.count)


def grid_of(form: LabelFormat) -> Grid:
    """The sheet of a format; a roll is a sheet of one label. Raises LabelTooSmall where the label does not fit its place."""
    grid = GRIDS.get(form.sheet)
    if grid is None:
        zero = Decimal(0)
        return Grid(form.width_mm, form.height_mm, 1, 1, form.width_mm, form.height_mm, zero, zero, form.width_mm, form.height_mm)
    if form.width_mm > grid.width or form.height_mm > grid.height:
        needed, has = (f"{plain(width)} × {plain(height)}" for width, height in (
            (form.width_mm, form.height_mm), (grid.width, grid.height)
        ))
        raise LabelTooSmall(content=str(form.sheet), needed=needed, has=has, format=form.code)
    return grid


def _draw(canvas: Canvas, layout: Layout, grid: Grid, cell: int) -> None:
    """One label in the middle of its place. Dots of the printer become exact fractions of an inch."""
    form = layout.format
    left, top = grid.place(cell)
    x = left + (grid.width - form.width_mm) / 2
    y = grid.page_height - top - (grid.height - form.height_mm) / 2
    dot = POINTS_PER_INCH / form.dpi
    canvas.saveState()
    canvas.translate(_points(x), _points(y))
    canvas.scale(dot, -dot)
    path = canvas.beginPath()
    for run in dark_runs(layout):
        path.rect(*run)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.scale(1, -1)
    for line in layout.lines:
        canvas.setFont(FONT_NAME, line.size)
        canvas.drawString(line.x, -(line.y + line.size * BASELINE // 100), line.text)
    canvas.restoreState()


def _points(millimetres: Decimal) -> float:
    return float(millimetres * POINTS_PER_INCH / MM_PER_INCH)


@cache
def _load_font() -> None:
    pdfmetrics.registerFont(TTFont(FONT_NAME, FONT_FILE))
