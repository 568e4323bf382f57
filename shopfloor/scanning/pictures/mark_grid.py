"""The grid of a dot-marked Data Matrix: four corners and a size whose border looks as every Data Matrix's border must.

Two sides of the border are solid and two alternate. That is known without reading anything, so a guess of corners can be
scored, and moved until the score stops rising.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.integer[Any] | np.floating[Any]]
"""Darkness as numbers: large where a module is marked."""
SIZES = (10, 12, 14, 16, 18, 20, 22, 24, 26, 32)
"""Modules a side of the square symbols that parts carry."""
LEAST_GAIN = 0.002
SPREAD_WEIGHT = 0.6
STEPS = (0.6, 0.3, 0.15)
"""Of a module: how far corners are moved at first, and then more finely."""
ROUNDS = 4


def _all_moves() -> tuple[Field, ...]:
    """Each corner, each side and the whole, one step in four directions."""
    corners = (*((corner,) for corner in range(4)), *((corner, (corner + 1) % 4) for corner in range(4)), (0, 1, 2, 3))
    moves = []
    for moved in corners:
        for direction in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            move = np.zeros((4, 2), dtype=np.float32)
            move[list(moved)] = direction
            moves.append(move)
    return tuple(moves)


_MOVES = _all_moves()


@dataclass(frozen=True, eq=False)
class Grid:
    """A guess."""

    corners: Field
    """Middles of the four corner modules, clockwise."""
    size: int
    """Modules a side."""
    score: float
    """-1 to 1: how far the border agrees."""
    turns: int
    """Quarter turns from the upright symbol."""


@cache
def border(size: int) -> Field:
    """What the border must be, upright: 1 marked, -1 bare, 0 inside. The solid sides are left and below."""
    expected = np.zeros((size, size), dtype=np.float32)
    alternating = np.where(np.arange(size) % 2 == 0, 1, -1)
    expected[:, 0] = expected[-1, :] = 1
    expected[0, :] = alternating
    expected[:, -1] = alternating[::-1]
    expected[0, 0] = expected[-1, -1] = 1
    return expected


def sampled(field: Field, corners: Field, size: int) -> Field:
    """The field at the middle of every module."""
    steps = np.linspace(0, 1, size, dtype=np.float32)
    across, down = np.meshgrid(steps, steps)
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(unit, corners)
    points = matrix @ np.stack([across.ravel(), down.ravel(), np.ones(size * size)])
    x, y = ((points[row] / points[2]).reshape(size, size).astype(np.float32) for row in (0, 1))
    return cv2.remap(field, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def judged(field: Field, corners: Field, size: int) -> Grid:
    """The guess with its score, turned whichever way the border agrees best."""
    return _scored(sampled(field, corners, size), corners, size)


def refined(field: Field, grid: Grid) -> Grid:
    """Corners, sides and the whole are moved as long as the border agrees better and the samples sit more on the dots."""
    step = float(np.linalg.norm(grid.corners[1] - grid.corners[0])) / (grid.size - 1)
    spread = float(field.std()) + 1e-6
    best, worth = grid.corners, _worth(field, grid.corners, grid.size, spread)
    for part in STEPS:
        for _round in range(ROUNDS):
            before = worth
            for move in _MOVES:
                corners = best + move * np.float32(step * part)
                tried = _worth(field, corners, grid.size, spread)
                if tried > worth + LEAST_GAIN:
                    best, worth = corners, tried
            if worth <= before:
                break
    return judged(field, best, grid.size)


def _worth(field: Field, corners: Field, size: int, spread: float) -> float:
    values = sampled(field, corners, size)
    distance = float(np.abs(values - np.median(values)).mean())
    return _scored(values, corners, size).score + SPREAD_WEIGHT * distance / spread


def _scored(values: Field, corners: Field, size: int) -> Grid:
    centred = values - np.median(values)
    clipped = np.clip(centred / (np.abs(centred).mean() + 1e-6), -1.5, 1.5)
    expected = border(size)
    weight = float(np.abs(expected).sum())
    scores = [float((clipped * np.rot90(expected, turns)).sum()) / weight for turns in range(4)]
    turns = int(np.argmax(scores))
    return Grid(corners, size, scores[turns], turns)
