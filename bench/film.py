"""Films for Chromium's fake camera: labels in a hand that sways, on a grey bench, JPEG frames simply joined (scanning.md 5)."""

from __future__ import annotations

import io
import math
from pathlib import Path

from PIL import Image, ImageFilter

from shopfloor.scanning.labels import Picture

WIDTH, HEIGHT, FRAMES_A_SECOND = 1280, 720, 30
BENCH = 110


def film(path: Path, *scenes: tuple[Picture | None, float]) -> Path:
    """Write scenes of (label or an empty bench, seconds); Chromium repeats the film when it is over."""
    empty = _jpeg(Image.new("L", (WIDTH, HEIGHT), BENCH))
    with path.open("wb") as out:
        for label, seconds in scenes:
            for number in range(round(seconds * FRAMES_A_SECOND)):
                out.write(empty if label is None else _jpeg(_frame(label, number / FRAMES_A_SECOND)))
    return path


def _frame(label: Picture, second: float) -> Image.Image:
    """The label tilts and wanders; the lens is a little soft."""
    bench = Image.new("L", (WIDTH, HEIGHT), BENCH)
    symbol = label.image(6 if len(label.modules) > 1 else 2)
    paper = Image.new("L", (symbol.width + 40, symbol.height + 40), 245)
    paper.paste(symbol, (20, 20))
    turned = paper.rotate(6 * math.sin(1.7 * second), Image.Resampling.BICUBIC, expand=True, fillcolor=BENCH)
    left = (WIDTH - turned.width) // 2 + round(40 * math.sin(1.3 * second))
    top = (HEIGHT - turned.height) // 2 + round(25 * math.cos(1.1 * second))
    bench.paste(turned, (left, top))
    return bench.filter(ImageFilter.GaussianBlur(0.7))


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=85)
    return out.getvalue()
