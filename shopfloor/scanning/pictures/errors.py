"""Why a picture is not read."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import Refusal

MEGABYTE = 1024 * 1024
LARGEST_BYTES = 8 * MEGABYTE
"""IMG-11, A35: as for every other form."""
MOST_PIXELS = 12 * MEGABYTE
"""IMG-11, A35: looked up in the header, before anything is decoded. Cameras of twelve megapixels give up to 12.5 million dots."""


@dataclass(eq=False)
class PictureRefused(Refusal):
    """Base of everything that keeps a picture from being read."""


@dataclass(eq=False)
class PictureUnknown(PictureRefused):
    """IMG-11: judged by the content; what the sender calls it does not count."""

    code = "PICTURE_UNKNOWN"
    message = "This is no picture that can be read here. JPEG, PNG and WebP can."


@dataclass(eq=False)
class PictureDamaged(PictureRefused):
    """IMG-11: cut off, or not what its header says."""

    code = "PICTURE_DAMAGED"
    message = "The picture is damaged or was not sent whole ({problem}). Take it again."
    problem: str


@dataclass(eq=False)
class PictureAnimated(PictureRefused):
    """IMG-11: a film of pictures; which of them is meant?"""

    code = "PICTURE_ANIMATED"
    message = "The picture moves. Take a still picture of the code."


@dataclass(eq=False)
class PictureTooLarge(PictureRefused):
    """IMG-11."""

    code = "PICTURE_TOO_LARGE"
    message = "The picture has more than {largest} MB. Choose a smaller picture size in the camera."
    largest: int = LARGEST_BYTES // MEGABYTE


@dataclass(eq=False)
class PictureTooManyPixels(PictureRefused):
    """IMG-11: a small file may claim a huge picture."""

    code = "PICTURE_TOO_MANY_PIXELS"
    message = "The picture has {width} × {height} dots. At most {most} million are read; choose a smaller picture size in the camera."
    width: int
    height: int
    most: int = MOST_PIXELS // MEGABYTE


@dataclass(eq=False)
class PictureTooSlow(PictureRefused):
    """IMG-4: the limit of one request."""

    code = "PICTURE_TOO_SLOW"
    message = "Reading the picture took longer than {seconds} seconds and was stopped. Take it nearer, with the code alone in it."
    seconds: int


@dataclass(eq=False)
class PictureReaderFailed(PictureRefused):
    """The process that reads pictures ended in the middle of this one; a new one takes the next picture."""

    code = "PICTURE_READER_FAILED"
    message = "This picture could not be read: the reader stopped at it. Take another picture."


@dataclass(eq=False)
class PicturesBusy(PictureRefused):
    """IMG-11: one picture at a time for a session, and a short queue for all."""

    code = "PICTURES_BUSY"
    message = "Other pictures are being read just now. Try again in a moment."
    sound = "attention"
