"""Pictures as a shop floor gives them: a symbol on a label or punched into metal, seen by a camera, in bad light. Seeded."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from bench.symbols import Drawn, draw, word

Gray = npt.NDArray[np.floating]
Bytes = npt.NDArray[np.uint8]
UP = 8
"""Dots a module of the label before the camera sees it."""
CONDITIONS = (
    "clean", "rotated", "tilted", "motion", "defocus", "glare", "low light", "small", "JPEG 30", "curved", "dirty", "shadow",
)  # fmt: skip
DOT_MARKED = "dot-marked"
"""Only for Data Matrix: dots in bare metal."""
PAPER, INK = 244, 14


@dataclass(frozen=True)
class Shot:
    """One picture with what it shows."""

    content: bytes
    """JPEG."""
    symbol: str
    condition: str
    text: str
    """What a reader must give back; blank: there is no whole code in it."""


def shot(symbol: str, condition: str, number: int, seed: int = 1, size: tuple[int, int] = (1280, 720)) -> Shot:
    """The same arguments give the same picture, whatever was drawn before. `size`: width and height in dots."""
    random = np.random.default_rng(list(f"{symbol}|{condition}|{number}|{seed}|{size}".encode()))
    drawn = draw(symbol, random)
    view = _view(drawn, condition, random, size)
    picture = _lit(_framed(drawn, view, random), view, random)
    return Shot(jpeg(picture, 30 if condition == "JPEG 30" else 85), symbol, condition, drawn.text)


def empty_shot(number: int, seed: int = 1, size: tuple[int, int] = (1280, 720)) -> Shot:
    """Machine fronts, cardboard, metal, and a label with text and lines: nothing that may be read."""
    random = np.random.default_rng([number, seed, *size])
    picture = np.clip(_background(size[0], size[1], random), 0, 255).astype(np.uint8)
    for _line in range(8):
        x, y = random.integers(size[0] // 2), random.integers(size[1])
        cv2.putText(picture, word(random, 8, 14), (int(x), int(y)), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 30.0, 2, cv2.LINE_AA)
    for bar in range(int(random.integers(6, 30))):  # a grille: bars that are no code
        cv2.rectangle(picture, (200 + bar * 12, 300), (204 + bar * 12, 420), 20.0, -1)
    return Shot(jpeg(np.clip(picture + random.normal(0, 3, picture.shape), 0, 255).astype(np.uint8)), "none", "no code", "")


def jpeg(picture: Bytes, quality: int = 85) -> bytes:
    """As a camera sends it."""
    done, content = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return content.tobytes()


@dataclass(frozen=True)
class _View:
    """How the camera stands to the label."""

    condition: str
    width: int
    height: int
    module: float
    """Dots of the picture that one module covers."""
    angle: float
    tilt: float
    axis: float
    linear: bool

    @property
    def unit(self) -> float:
        """Dots of a module as it is seen."""
        return self.module * math.sqrt(math.cos(math.radians(self.tilt)))


def _view(drawn: Drawn, condition: str, random: np.random.Generator, size: tuple[int, int]) -> _View:
    small, usual = ((1.05, 1.7), (1.9, 3.4)) if drawn.linear else ((1.5, 2.4), (2.8, 6.0))
    module = random.uniform(*(small if condition == "small" else usual)) * (2 if size[0] >= 3000 else 1)
    high, wide = (side + 20 for side in drawn.modules.shape)
    room = 0.9 * size[1] / math.hypot(wide, high) if condition == "rotated" else 0.94 * min(size[0] / wide, size[1] / high)
    angle = random.uniform(0, 360) if condition == "rotated" else random.uniform(-8, 8)
    tilt = random.uniform(20, 52) if condition == "tilted" else random.uniform(0, 8)
    return _View(condition, size[0], size[1], min(module, room), angle, tilt, random.uniform(0, 180), drawn.linear)


# --- the label and its place in the frame ----------------------------------------------------------------------------------


def _framed(drawn: Drawn, view: _View, random: np.random.Generator) -> Gray:
    """The label before its background. Drawn larger and averaged, so that thin bars are dimmed and not lost."""
    dots = view.condition == DOT_MARKED
    label = _relief(drawn.modules, random) if dots else _label(drawn, random)
    if view.condition == "curved":
        label = _round(label, random)
    if view.condition == "dirty":
        _spoil(label, random)
    matrix = _homography(label.shape, view, random)
    more = 3 if view.width < 3000 else 2
    matrix, frame = np.diag([more, more, 1.0]) @ matrix, (view.width * more, view.height * more)
    seen = _averaged(cv2.warpPerspective(label, matrix, frame, flags=cv2.INTER_AREA), view)
    share = _averaged(cv2.warpPerspective(np.full(label.shape, 255, np.uint8), matrix, frame), view) / 255
    if dots:
        return _metal(view.width, view.height, random, random.uniform(115, 185)) + seen - 128 * share
    return _background(view.width, view.height, random) * (1 - share) + seen


def _averaged(picture: npt.NDArray[np.generic], view: _View) -> Gray:
    return cv2.resize(picture, (view.width, view.height), interpolation=cv2.INTER_AREA).astype(np.float32)


def _label(drawn: Drawn, random: np.random.Generator) -> Bytes:
    """Ink on paper with a quiet zone, a border and some words."""
    modules, quiet = drawn.modules, 10 if drawn.linear else 4
    large = cv2.resize(modules, None, fx=UP, fy=UP, interpolation=cv2.INTER_NEAREST)
    beside, above = quiet * UP, max(quiet * UP, 18 * large.shape[1] // 100 if drawn.linear else 2 * quiet * UP)
    label = np.full((large.shape[0] + 2 * above, large.shape[1] + 2 * beside), PAPER, np.uint8)
    label[above:-above, beside:-beside] = np.where(large > 127, PAPER, INK)
    scale = UP * 0.06 * max(1.0, modules.shape[1] / 90)
    for y in (above - quiet * UP // 2, label.shape[0] - above // 3):
        place = (beside, int(y))
        cv2.putText(label, word(random, 10, 16), place, cv2.FONT_HERSHEY_SIMPLEX, scale, 40.0, max(1, int(scale * 2)), cv2.LINE_AA)
    cv2.rectangle(label, (2, 2), (label.shape[1] - 3, label.shape[0] - 3), 120.0, 3)
    return label


def _relief(modules: Bytes, random: np.random.Generator) -> Bytes:
    """Round dots, not quite in place and not of one size, as a difference to bare metal (128: none)."""
    quiet = 3
    rows, columns = modules.shape
    mask = np.zeros(((rows + 2 * quiet) * UP, (columns + 2 * quiet) * UP), np.float32)
    size, depth = random.uniform(0.55, 0.92), random.uniform(55, 110) * (1 if random.random() < 0.25 else -1)
    for row, column in np.argwhere(modules < 128):
        x, y = ((place + quiet + 0.5 + random.normal(0, 0.04)) * UP for place in (column, row))
        radius = UP * size / 2 * random.uniform(0.9, 1.1)
        cv2.circle(mask, (int(x * 16), int(y * 16)), int(radius * 16), random.uniform(0.75, 1.0), -1, cv2.LINE_AA, 4)
    return np.clip(128 + cv2.GaussianBlur(mask, (0, 0), UP * 0.1) * depth, 0, 255).astype(np.uint8)


def _round(label: Bytes, random: np.random.Generator) -> Bytes:
    """Wrapped around a cylinder that stands upright."""
    height, width = label.shape
    turn = random.uniform(0.5, 1.05)
    across = (np.arange(width) - width / 2) / (width / 2)
    source = (np.arcsin(np.clip(across * math.sin(turn), -1, 1)) / turn + 1) * width / 2
    down = np.tile(np.arange(height, dtype=np.float32)[:, None], (1, width))
    wrapped = cv2.remap(label, np.tile(source.astype(np.float32), (height, 1)), down, cv2.INTER_LINEAR)
    return (wrapped * (np.cos(np.abs(across) * turn) * 0.6 + 0.4)).astype(np.uint8)


def _spoil(label: Bytes, random: np.random.Generator) -> None:
    for _spot in range(int(random.integers(6, 22))):
        x, y = int(random.integers(label.shape[1])), int(random.integers(label.shape[0]))
        if random.random() < 0.5:
            end = (x + int(random.normal(0, 120)), y + int(random.normal(0, 120)))
            cv2.line(label, (x, y), end, float(random.choice([40, 235])), int(random.integers(1, UP // 2 + 2)), cv2.LINE_AA)
        else:
            cv2.circle(label, (x, y), int(random.integers(2, UP * 2)), float(random.choice([60, 110, 240])), -1, cv2.LINE_AA)


def _homography(shape: tuple[int, ...], view: _View, random: np.random.Generator) -> Gray:
    """Label -> frame: scaled, tilted in space, turned, near the middle."""
    height, width = shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    points = (corners - (width / 2, height / 2)) * view.module / UP
    angle, tilt, axis = (math.radians(degrees) for degrees in (view.angle, view.tilt, view.axis))
    focal = 1.2 * view.width
    inclined = points @ _turn(axis)
    depth = inclined[:, 0] * math.sin(tilt)
    inclined[:, 0] *= math.cos(tilt)
    flat = (inclined @ _turn(axis).T) * (focal / (focal + depth))[:, None]
    middle = (np.array([view.width, view.height]) * (0.5 + random.uniform(-0.06, 0.06, 2)))[None, :]
    return cv2.getPerspectiveTransform(corners, (flat @ _turn(-angle) + middle).astype(np.float32))


def _turn(angle: float) -> Gray:
    return np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])


# --- what surrounds it, light and camera -----------------------------------------------------------------------------------


def _background(width: int, height: int, random: np.random.Generator) -> Gray:
    kind = random.integers(3)
    if kind == 0:
        return _metal(width, height, random, random.uniform(70, 170))
    if kind == 1:  # cardboard
        grain = random.uniform(110, 160) + random.normal(0, 6, (height, width))
        return cv2.GaussianBlur(grain.astype(np.float32), (0, 0), 1.2)
    front = np.full((height, width), random.uniform(50, 120), np.float32)
    for _plate in range(14):
        x, y = int(random.integers(width)), int(random.integers(height))
        end = (x + int(random.integers(30, width // 3)), y + int(random.integers(20, height // 3)))
        cv2.rectangle(front, (x, y), end, random.uniform(30, 210), -1)
    return cv2.GaussianBlur(front, (0, 0), 2) + random.normal(0, 2, front.shape)


def _metal(width: int, height: int, random: np.random.Generator, level: float) -> Gray:
    grain = random.normal(0, 1, (height, width)).astype(np.float32)
    coarse = cv2.GaussianBlur(random.normal(0, 1, (height // 8 + 1, width // 8 + 1)).astype(np.float32), (0, 0), 3)
    waves = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC) * 40
    return np.clip(level + cv2.blur(grain, (61, 1)) * 55 + waves + grain * 3, 0, 255)


def _lit(picture: Gray, view: _View, random: np.random.Generator) -> Bytes:
    """Light, lens, sensor."""
    down, across = np.indices(picture.shape, dtype=np.float32)
    slope = 1 + random.uniform(-0.25, 0.25) * (across / view.width - 0.5) + random.uniform(-0.25, 0.25) * (down / view.height - 0.5)
    picture = picture * slope * random.uniform(0.75, 1.0)
    blur, noise = 0.25 * view.unit, random.uniform(1.5, 4)
    if view.condition == "motion":
        way = view.angle + random.normal(0, 40) if view.linear else random.uniform(0, 180)
        picture = _moved(picture, random.uniform(0.5, 1.9) * view.unit, way)
    elif view.condition == "defocus":
        blur = random.uniform(0.35, 0.8) * view.unit
    elif view.condition == "glare":
        for _lamp in range(int(random.integers(1, 3))):
            picture = picture + _lamp_light(across, down, view, random)
    elif view.condition == "low light":
        picture, noise = picture * random.uniform(0.08, 0.25) + random.uniform(4, 14), random.uniform(3, 7)
    elif view.condition == "shadow":
        edge = (across - view.width / 2) * math.cos(2.1) + (down - view.height / 2) * math.sin(2.1) + random.normal(0, 40)
        picture = picture * np.where(edge > 0, 1.0, random.uniform(0.18, 0.4))
    elif view.condition == DOT_MARKED:
        blur, noise = random.uniform(0.1, 0.35) * view.unit, random.uniform(2, 7)
    picture = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), max(0.3, blur)) + random.normal(0, noise, picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8)


def _lamp_light(across: Gray, down: Gray, view: _View, random: np.random.Generator) -> Gray:
    x, y = view.width * (0.5 + random.normal(0, 0.1)), view.height * (0.5 + random.normal(0, 0.1))
    wide, high = random.uniform(0.02, 0.09) * view.width, random.uniform(0.02, 0.12) * view.height
    return random.uniform(120, 330) * np.exp(-(((across - x) / wide) ** 2) / 2 - ((down - y) / high) ** 2 / 2)


def _moved(picture: Gray, length: float, degrees: float) -> Gray:
    """Smeared along a line while the shutter was open. Dots."""
    side = math.ceil(length) * 2 + 1
    kernel, middle = np.zeros((side, side), np.float32), side // 2
    x, y = math.cos(math.radians(degrees)) * length / 2, math.sin(math.radians(degrees)) * length / 2
    ends = [(round((middle + sign * x) * 16), round((middle + sign * y) * 16)) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1, cv2.LINE_AA, 4)
    return cv2.filter2D(picture, -1, kernel / kernel.sum())
