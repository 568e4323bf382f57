"""The ladders: prepare, read, judge; the first stage with something acceptable ends the work (IMG-1 to IMG-4).

The order of the stages was chosen by measurement on one half of a set of pictures and checked on the other half. P-live is for
a frame of a film, which the next frame follows; P-still goes on; a hard mark is first tried as dots punched into metal.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shopfloor.scanning.pictures import marks
from shopfloor.scanning.pictures.acceptance import AcceptanceRules, Sighting, judge
from shopfloor.scanning.pictures.location import crop_around, upright_crops
from shopfloor.scanning.pictures.planes import (
    WORKING,
    Picture,
    enlarged,
    equalised,
    fit,
    levelled,
    sharpened,
    softened,
    thresholded,
    turned,
)
from shopfloor.scanning.pictures.readers import EVERY, LINEAR, MATRIX, zbar, zxing
from shopfloor.scanning.pictures.readings import Engine, Judged, PictureReadings, Reading, Verdict

SOFT_LIMIT_SECONDS = 1.3
"""No stage is begun after this; the process is stopped at 2 s (IMG-4)."""
LARGE = 1400
"""Longest side from which a picture is worth reading at full size too."""


class Mode(StrEnum):
    """How much work a picture is worth."""

    LIVE = "live"
    STILL = "still"
    HARD_MARK = "hard_mark"


@dataclass(frozen=True)
class Stage:
    """One preparation with its reader."""

    name: str
    read: Callable[[Picture, str], list[Reading]]


def _first(picture: Picture, stage: str) -> list[Reading]:
    return zxing(picture.working, EVERY, stage, scale=_scale(picture))


def _located(picture: Picture, stage: str) -> list[Reading]:
    for crop in upright_crops(picture):
        found = zxing(levelled(crop), LINEAR, stage, scale=0)
        if not found or judge(found, _ANY)[0].verdict is not Verdict.ACCEPTED:
            found += zbar(crop, stage, scale=0)
        if found:
            return found
    return []


def _second_engine(picture: Picture, stage: str) -> list[Reading]:
    return zbar(picture.fitted(960), stage, scale=picture.longest / max(picture.fitted(960).shape))


def _full_size(picture: Picture, stage: str) -> list[Reading]:
    if picture.longest <= LARGE:
        return []
    return zxing(picture.full, EVERY, stage) or zbar(fit(picture.full, 2600), stage, scale=0)


def _soft(longest: int, sigma: float) -> Callable[[Picture, str], list[Reading]]:
    """Matrix symbols in a softened plane: dots must melt into lines."""

    def read(picture: Picture, stage: str) -> list[Reading]:
        plane = picture.fitted(longest)
        return zxing(softened(plane, sigma), MATRIX, stage, scale=picture.longest / max(plane.shape))

    return read


_ANY = AcceptanceRules()
FIRST = Stage("first", _first)
LOCATED = Stage("located", _located)
SECOND_ENGINE = Stage("second engine", _second_engine)
SOFT_960 = Stage("soft 960", _soft(960, 0.8))
HARD_MARK = Stage("hard mark", marks.read)
LIVE = (FIRST, LOCATED, SECOND_ENGINE, SOFT_960)
STILL = (
    FIRST,
    LOCATED,
    Stage("levelled", lambda picture, stage: zxing(levelled(picture.working), EVERY, stage, scale=_scale(picture))),
    SECOND_ENGINE,
    SOFT_960,
    Stage("sharpened", lambda picture, stage: zxing(sharpened(picture.working), EVERY, stage, scale=_scale(picture))),
    Stage("enlarged", lambda picture, stage: zxing(enlarged(picture.working, 1.5), EVERY, stage, scale=_scale(picture) / 1.5)),
    Stage("full size", _full_size),
    Stage("soft 640", _soft(640, 1.5)),
    Stage("soft 1280", _soft(1280, 0.8)),
    Stage("thresholded", lambda picture, stage: zxing(thresholded(picture.working), LINEAR, stage, scale=_scale(picture))),
    Stage("turned", lambda picture, stage: zxing(turned(picture.working, 30), LINEAR, stage, scale=0)),
    Stage("equalised", lambda picture, stage: zxing(equalised(picture.working), EVERY, stage, scale=_scale(picture))),
    Stage("soft 960 more", _soft(960, 2.2)),
)
LADDERS = {Mode.LIVE: LIVE, Mode.STILL: STILL, Mode.HARD_MARK: (FIRST, HARD_MARK, *STILL[1:])}


def read_picture(
    content: bytes, mode: Mode = Mode.STILL, rules: AcceptanceRules = _ANY, before: frozenset[Sighting] = frozenset()
) -> PictureReadings:
    """Everything that one picture gives. `before`: what the frame before held.

    Raises PictureRefused: PictureTooLarge, PictureUnknown, PictureAnimated, PictureTooManyPixels, PictureDamaged.
    """
    began, clock = time.process_time(), time.monotonic()
    picture = Picture(content)
    judged: tuple[Judged, ...] = ()
    run: list[str] = []
    for stage in LADDERS[mode]:
        if run and time.monotonic() - clock > SOFT_LIMIT_SECONDS:
            break
        run.append(stage.name)
        found = stage.read(picture, stage.name)
        if not found:
            continue
        judged = _more_telling(judged, judge(found, rules, before))
        if any(one.verdict is Verdict.HELD for one in judged):
            judged = judge([*found, *_other_opinions(picture, judged, found)], rules, before)
        if any(one.verdict is not Verdict.REFUSED for one in judged):
            break
    return PictureReadings(judged, tuple(run), picture.width, picture.height, round(1000 * (time.process_time() - began)))


def _more_telling(kept: tuple[Judged, ...], new: tuple[Judged, ...]) -> tuple[Judged, ...]:
    """What was refused in an earlier stage is told only if nothing better comes."""
    return new or kept


def _other_opinions(picture: Picture, judged: Iterable[Judged], found: Sequence[Reading]) -> list[Reading]:
    """IMG-3: what the other engine makes of the symbols that are held: around each, else in the whole frame."""
    opinions: list[Reading] = []
    for one in judged:
        if one.verdict is not Verdict.HELD:
            continue
        reading = one.reading
        crop = crop_around(picture, reading.place) if reading.place else None
        stage = f"{reading.stage}, second reading"
        if crop is not None:
            opinions += zbar(crop, stage, scale=0) if reading.engine is Engine.ZXING else zxing(levelled(crop), LINEAR, stage, scale=0)
    engines = {one.engine for one in (*found, *opinions)}
    if engines == {Engine.ZXING}:
        opinions += zbar(picture.fitted(WORKING), "second reading", scale=0) or zbar(picture.fitted(960), "second reading", scale=0)
    elif engines == {Engine.ZBAR}:
        opinions += zxing(levelled(picture.working), LINEAR, "second reading", scale=0)
    return opinions


def _scale(picture: Picture) -> float:
    """Dots of the picture for one dot of the working plane."""
    return float(picture.longest / max(picture.working.shape))
