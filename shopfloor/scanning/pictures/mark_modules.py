"""Sampled modules of a marked symbol become a clean picture; zxing-cpp's error correction says whether it is one."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt
import zxingcpp

from shopfloor.scanning.pictures.mark_grid import Field, Grid, border
from shopfloor.scanning.pictures.readers import readings_of
from shopfloor.scanning.pictures.readings import Reading

DOTS = 4
"""Dots a module of the redrawn symbol."""
QUIET = 2
"""Modules around it."""


def read_modules(values: Field, grid: Grid, stage: str) -> list[Reading]:
    """The symbol whose modules were sampled, under the first threshold that error correction agrees with."""
    upright = np.ascontiguousarray(np.rot90(values, -grid.turns), dtype=np.float32)
    expected = border(grid.size)
    for level in _levels(upright, expected):
        marked = np.where(expected == 0, upright > level, expected > 0)  # the border is known, whatever was sampled
        found = zxingcpp.read_barcodes(
            _drawn(marked), formats=zxingcpp.barcode_formats_from_str("DataMatrix"), is_pure=True, text_mode=zxingcpp.TextMode.Plain
        )
        readings = readings_of(found, stage, 0)
        if readings:
            return readings
    return []


def _drawn(marked: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    modules = np.where(np.pad(marked, QUIET), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(np.kron(modules, np.ones((DOTS, DOTS), dtype=np.uint8)))


def _levels(values: Field, expected: Field) -> Iterator[Field]:
    """What divides marked from bare, from the plainest idea to the more daring: lights differ, and dots differ."""
    low, high = np.percentile(values, (5, 95))
    even = np.full_like(values, low)
    yield even + 0.48 * (high - low)
    window = np.ones((7, 7), dtype=np.uint8)
    yield cv2.GaussianBlur((cv2.dilate(values, window) + cv2.erode(values, window)) / 2, (0, 0), 2)
    yield cv2.GaussianBlur(values, (0, 0), 3)
    yield _plane_through_border(values, expected)
    yield even + 0.4 * (high - low)
    yield even + 0.6 * (high - low)


def _plane_through_border(values: Field, expected: Field) -> Field:
    """A sloping level: midway between the planes through the marked and the bare modules of the border."""
    down, across = np.indices(values.shape, dtype=np.float32)
    places = np.stack([across.ravel(), down.ravel(), np.ones(values.size, dtype=np.float32)], axis=1)
    slopes = [np.linalg.lstsq(places[(expected == side).ravel()], values[expected == side], rcond=None)[0] for side in (1, -1)]
    level: Field = (places @ ((slopes[0] + slopes[1]) / 2)).reshape(values.shape)
    return level
