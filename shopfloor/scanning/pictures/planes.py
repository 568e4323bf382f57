"""A picture as planes of grey: unpacked once, shrunk once for each size, prepared for a reader. CPU bound, one thread."""

from __future__ import annotations

import io
from functools import cached_property
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from shopfloor.scanning.pictures.errors import MOST_PIXELS, PictureDamaged
from shopfloor.scanning.pictures.header import Header, PictureKind, check_header

Plane = npt.NDArray[np.uint8]
"""Rows of grey dots, 0 black to 255 white."""
WORKING = 1280
"""Longest side that most stages work on."""
PALE = 255

cv2.setNumThreads(1)
# The header was checked before; Pillow's own limit stands behind it.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


class Picture:
    """One picture with the planes that were asked of it."""

    def __init__(self, content: bytes, header: Header | None = None) -> None:
        self._content = content
        self._header = header or check_header(content)
        self._fitted: dict[int, Plane] = {}
        self._full: Plane | None = None

    @property
    def width(self) -> int:
        return self._header.width

    @property
    def height(self) -> int:
        return self._header.height

    @property
    def longest(self) -> int:
        """Longest side in dots."""
        return max(self.width, self.height)

    @property
    def full(self) -> Plane:
        """Every dot. Raises PictureDamaged."""
        if self._full is None:
            self._full = self._unpack(0)
        return self._full

    @cached_property
    def working(self) -> Plane:
        """At most WORKING dots long. A large JPEG is unpacked at a half or a quarter at once, which takes a fraction of the time."""
        if self.longest <= WORKING:
            return self.full
        return fit(self._unpack(WORKING), WORKING)

    def fitted(self, longest: int) -> Plane:
        """Shrunk so that no side is longer; never enlarged."""
        if self.longest <= longest:
            return self.full
        if longest not in self._fitted:
            self._fitted[longest] = fit(self.working if longest <= WORKING else self.full, longest)
        return self._fitted[longest]

    def _unpack(self, least: int) -> Plane:
        """The picture as grey; with `least` possibly smaller, but never shorter than that. Raises PictureDamaged."""
        try:
            with Image.open(io.BytesIO(self._content), formats=(self._header.kind.value,)) as opened:
                if opened.size != (self.width, self.height):
                    raise PictureDamaged(problem="its size is not what its header says")
                if self._header.kind is PictureKind.JPEG:
                    scale = least / self.longest if least else 1
                    opened.draft("L", (max(1, int(self.width * scale)), max(1, int(self.height * scale))))
                return _grey(opened)
        except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise PictureDamaged(problem=str(error)[:80]) from error


def _grey(opened: Image.Image) -> Plane:
    if opened.mode.startswith("I"):  # sixteen bits
        return (np.asarray(opened, dtype=np.uint32) >> 8).astype(np.uint8)
    if opened.has_transparency_data:
        over = opened.convert("RGBA")
        paper = Image.new("RGBA", over.size, (PALE, PALE, PALE, PALE))
        opened = Image.alpha_composite(paper, over)
    return np.array(opened.convert("L"))


def fit(plane: Plane, longest: int) -> Plane:
    """Shrunk so that the longest side has so many dots; never enlarged. Dots are averaged, not picked."""
    scale = longest / max(plane.shape)
    if scale >= 1:
        return plane
    size = (max(1, round(plane.shape[1] * scale)), max(1, round(plane.shape[0] * scale)))
    return cast("Plane", cv2.resize(plane, size, interpolation=cv2.INTER_AREA))


def enlarged(plane: Plane, factor: float) -> Plane:
    """Thin bars get dots of their own."""
    return cast("Plane", cv2.resize(plane, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC))


def softened(plane: Plane, sigma: float) -> Plane:
    """Neighbouring dots of a mark melt into lines, and noise goes."""
    return cast("Plane", cv2.GaussianBlur(plane, (0, 0), sigma))


def sharpened(plane: Plane, sigma: float = 3.0, amount: float = 2.0) -> Plane:
    """Against defocus."""
    return cast("Plane", cv2.addWeighted(plane, 1 + amount, cv2.GaussianBlur(plane, (0, 0), sigma), -amount, 0))


def levelled(plane: Plane) -> Plane:
    """Divided by a wide blur of itself: shadow, glare and the shading of round things go."""
    height, width = plane.shape
    small = cv2.resize(plane, (max(1, width // 8), max(1, height // 8)), interpolation=cv2.INTER_AREA)
    light = cv2.GaussianBlur(small, (0, 0), max(3.0, max(small.shape) / 24))
    light = cv2.max(cv2.resize(light, (width, height), interpolation=cv2.INTER_LINEAR), np.full_like(plane, 8))
    return cast("Plane", cv2.divide(plane, light, scale=160))


def thresholded(plane: Plane) -> Plane:
    """Black or white by the mean around each dot."""
    return cast("Plane", cv2.adaptiveThreshold(plane, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 51, 7))


def equalised(plane: Plane) -> Plane:
    """Contrast stretched in tiles (CLAHE)."""
    return cast("Plane", cv2.createCLAHE(3.0, (8, 8)).apply(plane))


def turned(plane: Plane, degrees: float) -> Plane:
    """Turned about the middle, with room for the corners."""
    height, width = plane.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    cosine, sine = abs(matrix[0, 0]), abs(matrix[0, 1])
    wide, high = int(height * sine + width * cosine), int(height * cosine + width * sine)
    matrix[0, 2] += wide / 2 - width / 2
    matrix[1, 2] += high / 2 - height / 2
    return cast("Plane", cv2.warpAffine(plane, matrix, (wide, high), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
