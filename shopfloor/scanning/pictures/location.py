"""Bars that OpenCV points at, warped upright: the best fall-back for turned, small and shaded linear symbols."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import cv2
import numpy as np
import numpy.typing as npt

from shopfloor.scanning.pictures.planes import Picture, Plane
from shopfloor.scanning.pictures.readings import Point

Corners = npt.NDArray[np.integer[Any] | np.floating[Any]]
MOST = 4
"""Places that are looked at in one picture."""
MARGIN = 0.12
"""On each side, as a part of the length: room for quiet zones, whichever way the bars run."""
LARGEST = 3.0
"""Most that a crop is enlarged."""
LONGEST = 1400
"""Most dots of a crop's side."""
LEAST = 8
"""Dots of a side: less is no symbol."""


def upright_crops(picture: Picture) -> list[Plane]:
    """Crops of everything that looks like bars, upright and enlarged, cut from the full picture."""
    scale = picture.longest / max(picture.working.shape)
    found, quadrangles = _detector().detectMulti(picture.working)
    if not found or quadrangles is None:
        return []
    crops = []
    for quadrangle in quadrangles[:MOST]:
        corners = np.asarray(quadrangle, dtype=np.float32) * np.float32(scale)
        if np.isfinite(corners).all() and min(_sides(corners)) >= LEAST * scale:
            crops.append(_warped(picture.full, corners, MARGIN))
    return crops


def crop_around(picture: Picture, place: tuple[Point, ...]) -> Plane | None:
    """The surroundings of a linear symbol that an engine found, upright and enlarged; None where it is too small to say."""
    corners: Corners = np.array(place, dtype=np.float32)
    if corners.shape[0] != 4:
        corners = cv2.boxPoints(cv2.minAreaRect(corners)) if corners.shape[0] > 2 else corners
    if corners.shape != (4, 2):
        return None
    along = (corners[1] + corners[2] - corners[0] - corners[3]) / 2
    across = (corners[3] + corners[2] - corners[0] - corners[1]) / 2
    if np.linalg.norm(across) > np.linalg.norm(along):
        along, across = across, -along
    length = float(np.linalg.norm(along))
    if length < LEAST:
        return None
    # An engine may tell a single line of the bars: the crop takes what is probably above and below it.
    half = np.array([-along[1], along[0]]) / length * max(float(np.linalg.norm(across)), 0.2 * length) / 2
    middle, along = corners.mean(0), along / 2
    box = np.array([middle - along - half, middle + along - half, middle + along + half, middle - along + half], dtype=np.float32)
    return _warped(picture.full, box, MARGIN)


def _warped(plane: Plane, corners: Corners, margin: float) -> Plane:
    first, second, third, fourth = corners
    middle = corners.mean(0)
    grow = 1 + 2 * margin
    wide, high = (second - first + third - fourth) / 2 * grow, (fourth - first + third - second) / 2 * grow
    half, down = wide / 2, high / 2
    source = np.array([middle - half - down, middle + half - down, middle + half + down, middle - half + down], dtype=np.float32)
    length, height = float(np.linalg.norm(wide)), float(np.linalg.norm(high))
    factor = min(LARGEST, LONGEST / max(length, height, 1.0))
    columns, rows = max(16, int(length * factor)), max(16, int(height * factor))
    target = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    warped = cv2.warpPerspective(plane, matrix, (columns, rows), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return cast("Plane", warped)


def _sides(corners: Corners) -> tuple[float, float]:
    return float(np.linalg.norm(corners[1] - corners[0])), float(np.linalg.norm(corners[2] - corners[1]))


@cache
def _detector() -> Any:  # noqa: ANN401  # OpenCV's own class
    return cv2.barcode.BarcodeDetector()
