"""A label as SVG for screens and browsers, and as PNG with the printer's own dots. What is drawn is read back (R-25, IMG-13)."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from PIL import Image, ImageDraw

from shopfloor.scanning.labels import verify_in
from shopfloor.scanning.printing.formats import plain
from shopfloor.scanning.printing.layout import Layout
from shopfloor.scanning.printing.text import font

FAMILY = "Verdana, 'Bitstream Vera Sans', 'DejaVu Sans', sans-serif"
"""Letters of the same width as the font of pictures and sheets."""
BASELINE = 95
"""Percent of the letters' height from the top of a line to its base line."""


def dark_runs(layout: Layout) -> Iterator[tuple[int, int, int, int]]:
    """Left, top, width and height of every run of dark modules, in dots of the label."""
    rows = layout.picture.modules
    tall = layout.symbol_height // len(rows)
    for number, row in enumerate(rows):
        start = row.find("1")
        while start >= 0:
            stop = row.find("0", start)
            stop = len(row) if stop < 0 else stop
            yield layout.x + start * layout.module, layout.y + number * tall, (stop - start) * layout.module, tall
            start = row.find("1", stop)


def svg(layout: Layout) -> str:
    """The whole label, in millimetres on paper. Made of digits and escaped text; attributes only, so that it may stand in a page."""
    form = layout.format
    path = "".join(f"M{x} {y}h{width}v{height}h-{width}z" for x, y, width, height in dark_runs(layout))
    lines = "".join(
        f'<text x="{line.x}" y="{line.y + line.size * BASELINE // 100}" font-size="{line.size}">{_escaped(line.text)}</text>'
        for line in layout.lines
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{_escaped(layout.picture.human_readable)}"'
        f' width="{plain(form.width_mm)}mm" height="{plain(form.height_mm)}mm" viewBox="0 0 {form.width} {form.height}">'
        f'<rect width="{form.width}" height="{form.height}" fill="#fff"/>'
        f'<path d="{path}" fill="#000" shape-rendering="crispEdges"/>'
        f'<g font-family="{FAMILY}" fill="#000" xml:space="preserve">{lines}</g></svg>'
    )


def image(layout: Layout) -> Image.Image:
    """The whole label in black and white, one picture dot for each dot of the printer."""
    form = layout.format
    picture = Image.new("1", (form.width, form.height), 1)
    pen = ImageDraw.Draw(picture)
    pen.fontmode = "1"  # a thermal head has no grey
    for x, y, width, height in dark_runs(layout):
        pen.rectangle((x, y, x + width - 1, y + height - 1), fill=0)
    for line in layout.lines:
        pen.text((line.x, line.y), line.text, font=font(line.size), fill=0)
    return picture


def checked_image(layout: Layout) -> Image.Image:
    """The same, read back: it holds the symbol that was meant and no other (R-25). Raises LabelUnreadable."""
    picture = image(layout)
    verify_in(picture.convert("L"), layout.picture)
    return picture


def symbol_image(layout: Layout) -> Image.Image:
    """The symbol alone with its quiet zone, for printers that are sent a picture of it."""
    box = (layout.x, layout.y, layout.x + layout.symbol_width, layout.y + layout.symbol_height)
    return image(layout).crop(box)


def png(layout: Layout) -> bytes:
    """The checked picture as a file that names its resolution. Raises LabelUnreadable."""
    return png_file(checked_image(layout), layout.format.dpi)


def png_file(picture: Image.Image, dpi: int) -> bytes:
    """A picture as PNG."""
    file = BytesIO()
    picture.save(file, "PNG", dpi=(dpi, dpi))
    return file.getvalue()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
