"""Kind and size of a picture from its first bytes: nothing is unpacked, so nothing can swell (IMG-11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from shopfloor.scanning.pictures.errors import (
    LARGEST_BYTES,
    MOST_PIXELS,
    PictureAnimated,
    PictureDamaged,
    PictureTooLarge,
    PictureTooManyPixels,
    PictureUnknown,
)


class PictureKind(StrEnum):
    """What can be read. The value is Pillow's name of the format."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"


@dataclass(frozen=True)
class Header:
    """What a picture says about itself."""

    kind: PictureKind
    width: int
    """Dots."""
    height: int


PNG_START = b"\x89PNG\r\n\x1a\n"
JPEG_START = b"\xff\xd8\xff"
JPEG_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
"""Markers of a frame header (ISO/IEC 10918-1, table B.1); C4, C8 and CC are something else."""
JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers without a length."""
JPEG_DATA, JPEG_END = 0xDA, 0xD9
MOST_PARTS = 10_000
"""Segments, fill bytes and chunks before the picture itself: real files have a few dozen, and passing over millions takes seconds."""
WEBP_ANIMATION = 0x02
"""Bit of the VP8X chunk."""


def check_header(content: bytes) -> Header:
    """Kind and size of the picture.

    Raises PictureTooLarge, PictureUnknown, PictureAnimated, PictureDamaged, PictureTooManyPixels, in this order.
    """
    if len(content) > LARGEST_BYTES:
        raise PictureTooLarge
    header = _header(content)
    if header.width < 1 or header.height < 1:
        raise PictureDamaged(problem="it has no size")
    if header.width * header.height > MOST_PIXELS:
        raise PictureTooManyPixels(width=header.width, height=header.height)
    return header


def _header(content: bytes) -> Header:
    if content.startswith(JPEG_START):
        return _jpeg(content)
    if content.startswith(PNG_START):
        return _png(content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _webp(content)
    raise PictureUnknown


def _jpeg(content: bytes) -> Header:
    """The first frame header names the size; other segments are passed over by their length."""
    position = 2
    for _part in range(MOST_PARTS):
        if position + 9 > len(content) or content[position] != 0xFF:
            break
        marker = content[position + 1]
        if marker == 0xFF:  # a fill byte
            position += 1
        elif marker in JPEG_BARE:
            position += 2
        elif marker in JPEG_FRAMES:
            return Header(PictureKind.JPEG, _big(content, position + 7, 2), _big(content, position + 5, 2))
        elif marker in {JPEG_DATA, JPEG_END}:
            break
        else:
            position += 2 + max(2, _big(content, position + 2, 2))
    raise PictureDamaged(problem="it ends before its size")


def _png(content: bytes) -> Header:
    if content[12:16] != b"IHDR" or len(content) < 33:
        raise PictureDamaged(problem="it ends before its size")
    for name in _png_chunks(content):
        if name == b"acTL":
            raise PictureAnimated
        if name == b"IDAT":
            break
    return Header(PictureKind.PNG, _big(content, 16, 4), _big(content, 20, 4))


def _png_chunks(content: bytes) -> Iterator[bytes]:
    """Names of the chunks, in order. Raises PictureDamaged."""
    position = len(PNG_START)
    for _part in range(MOST_PARTS):
        if position + 8 > len(content):
            return
        yield content[position + 4 : position + 8]
        position += 12 + _big(content, position, 4)
    raise PictureDamaged(problem="it has too many parts")


def _webp(content: bytes) -> Header:
    name = content[12:16]
    if len(content) < 30:
        raise PictureDamaged(problem="it ends before its size")
    if name == b"VP8X":
        if content[20] & WEBP_ANIMATION:
            raise PictureAnimated
        return Header(PictureKind.WEBP, 1 + _little(content, 24, 3), 1 + _little(content, 27, 3))
    if name == b"VP8L":
        bits = _little(content, 21, 4)
        return Header(PictureKind.WEBP, 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    if name == b"VP8 ":
        return Header(PictureKind.WEBP, _little(content, 26, 2) & 0x3FFF, _little(content, 28, 2) & 0x3FFF)
    raise PictureDamaged(problem="it does not begin with a picture")


def _big(content: bytes, start: int, length: int) -> int:
    return int.from_bytes(content[start : start + length], "big")


def _little(content: bytes, start: int, length: int) -> int:
    return int.from_bytes(content[start : start + length], "little")
