"""Data Matrix symbols of dots, punched or lasered into a part, behind *hard mark* (IMG-1).

zxing-cpp looks for unbroken lines, which dots are not; but its error correction needs nothing more than a clean picture of the
modules. So the symbol is found as a patch of texture, its grid is fitted on the border that every Data Matrix has, the modules
are sampled and redrawn, and zxing-cpp reads the drawing. A chance patch does not pass border and error correction.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

from shopfloor.scanning.pictures.mark_grid import SIZES, Field, Grid, judged, refined, sampled
from shopfloor.scanning.pictures.mark_modules import read_modules
from shopfloor.scanning.pictures.planes import Picture, Plane
from shopfloor.scanning.pictures.readings import Reading

SEARCHED = 960
"""Longest side of the plane that is searched for patches."""
SIDE = 320
"""Dots of the square that a patch is cut to."""
PAD = 1.2
"""How much larger than the patch the cut is."""
MOST_PATCHES = 3
MOST_GRIDS = 6
"""Of one patch: the best guesses that are refined."""
HOPELESS, GOOD = 0.25, 0.6
"""Scores: below the first a guess is not refined, from the second on it is read."""
SECONDS = 1.0
"""No patch is begun after this (IMG-4)."""
SMALLEST = 28
"""Dots of a patch's side."""
RELIEF = 22
"""A dot's contrast counts up to this: an edge of the part must not outshine the texture of the mark."""


@dataclass(frozen=True)
class Patch:
    """A square of even texture."""

    worth: float
    x: float
    y: float
    side: float
    degrees: float


@dataclass(frozen=True, eq=False)
class Cut:
    """A patch, upright: once with its contrast made even, once as it is."""

    even: Field
    plain: Field


def read(picture: Picture, stage: str) -> list[Reading]:
    """The marks that could be read: none, or the first one."""
    began = time.monotonic()
    searched, cut_from = picture.fitted(SEARCHED), picture.working
    scale = max(cut_from.shape) / max(searched.shape)
    for patch in patches(searched)[:MOST_PATCHES]:
        if time.monotonic() - began > SECONDS:
            break
        scaled = replace(patch, x=patch.x * scale, y=patch.y * scale, side=patch.side * scale)
        found = _read_patch(_cut(cut_from, scaled), stage)
        if found:
            return found
    return []


def patches(plane: Plane) -> list[Patch]:
    """Where the texture of a mark may be, the likeliest first."""
    fine = plane.astype(np.float32)
    relief = np.minimum(np.abs(cv2.GaussianBlur(fine, (0, 0), 1.3) - cv2.GaussianBlur(fine, (0, 0), 5)), RELIEF)
    found = sorted(_squares(relief), key=lambda patch: -patch.worth)
    kept: list[Patch] = []
    for patch in found:
        if not any(_are_one(patch, other) for other in kept):
            kept.append(patch)
    return kept


def _squares(relief: Field) -> Iterator[Patch]:
    """Roughly square areas that are rougher than the rest, at two grains and three thresholds."""
    for grain in (5, 9):
        roughness = cv2.GaussianBlur(relief, (0, 0), grain)
        scaled = _to_bytes(roughness)
        middle, _binary = cv2.threshold(scaled, 0, 255, cv2.THRESH_OTSU)
        for factor in (0.8, 1.0, 1.35):
            rough = cv2.morphologyEx((scaled > middle * factor).astype(np.uint8), cv2.MORPH_OPEN, np.ones((13, 13), dtype=np.uint8))
            outlines, _tree = cv2.findContours(rough, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
            for outline in outlines:
                (x, y), (width, height), degrees = cv2.minAreaRect(outline)
                short, long = min(width, height), max(width, height)
                if short < SMALLEST or long > 1.6 * short or long > 0.85 * min(relief.shape):
                    continue
                filled = cv2.contourArea(outline) / (width * height)
                if filled >= 0.6:
                    yield Patch(filled * _mean_around(relief, x, y, short / 4), x, y, long, degrees)


def _to_bytes(field: Field) -> Plane:
    """Spread over 0 to 255."""
    low, high = float(field.min()), float(field.max())
    return ((field - low) * (255 / max(high - low, 1e-6))).astype(np.uint8)


def _mean_around(relief: Field, x: float, y: float, reach: float) -> float:
    rows, columns = slice(max(0, int(y - reach)), int(y + reach) + 1), slice(max(0, int(x - reach)), int(x + reach) + 1)
    return float(relief[rows, columns].mean())


def _are_one(patch: Patch, other: Patch) -> bool:
    near = np.hypot(patch.x - other.x, patch.y - other.y) <= 0.25 * other.side
    return bool(near and abs(patch.side - other.side) <= 0.3 * other.side)


def _cut(plane: Plane, patch: Patch) -> Cut:
    factor = SIDE / (patch.side * PAD)
    source = cv2.GaussianBlur(plane, (0, 0), 0.45 / factor) if factor < 0.8 else plane
    matrix = cv2.getRotationMatrix2D((patch.x, patch.y), patch.degrees, factor)
    matrix[0, 2] += SIDE / 2 - patch.x
    matrix[1, 2] += SIDE / 2 - patch.y
    plain = cv2.warpAffine(source, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    raised = plain - cv2.GaussianBlur(plain, (0, 0), 22)
    contrast = np.sqrt(cv2.GaussianBlur(raised * raised, (0, 0), 22)) + 2
    return Cut(raised / contrast, plain)


def _read_patch(cut: Cut, stage: str) -> list[Reading]:
    for sign, field, guess in sorted(_guesses(cut), key=lambda tried: -tried[2].score)[:MOST_GRIDS]:
        if guess.score < HOPELESS:
            break
        grid = refined(field, guess)
        if grid.score < GOOD:
            continue
        for sigma in (2.0, 3.0, 1.2):  # from the plain cut: the even one thins out where dots stand close
            values = sampled(cv2.GaussianBlur(cut.plain * sign, (0, 0), sigma), grid.corners, grid.size)
            found = read_modules(values, grid, stage)
            if found:
                return found
    return []


def _guesses(cut: Cut) -> Iterator[tuple[int, Field, Grid]]:
    """Dark and light dots, two grains, every likely set of corners, every size."""
    for sign in (-1, 1):
        for sigma in (2.0, 3.5):
            field = cv2.GaussianBlur(cut.even * sign, (0, 0), sigma)
            for corners in _corner_guesses(cut.even * sign):
                for size in SIZES:
                    yield sign, field, judged(field, corners, size)


def _corner_guesses(marked: Field) -> list[Field]:
    """Four corners around the dots: the smallest rectangle, and the hull where it has four corners itself."""
    dots = _dots(marked)
    if len(dots) < 20:
        return []
    hull = cv2.convexHull(dots)
    found = [cv2.boxPoints(cv2.minAreaRect(hull))]
    for part in (0.02, 0.04, 0.06, 0.09):
        outline = cv2.approxPolyDP(hull, part * cv2.arcLength(hull, closed=True), closed=True)
        if len(outline) == 4:
            found.append(outline[:, 0])
            break
    return [_clockwise(corners.astype(np.float32)) for corners in found]


def _dots(marked: Field) -> Field:
    """Peaks of darkness that have neighbours; a lone one is dirt."""
    soft = cv2.GaussianBlur(marked, (0, 0), 3.0)
    peaks = (soft == cv2.dilate(soft, np.ones((7, 7), dtype=np.uint8))) & (soft > 0.45 * np.percentile(soft, 97))
    points = np.argwhere(peaks)[:, ::-1].astype(np.float32)
    if len(points) < 20:
        return points
    distances = np.sort(np.linalg.norm(points[:, None] - points[None], axis=2), axis=1)
    return points[distances[:, 4] < 40]


def _clockwise(corners: Field) -> Field:
    offsets = corners - corners.mean(axis=0)
    return corners[np.argsort(np.arctan2(offsets[:, 1], offsets[:, 0]))]
