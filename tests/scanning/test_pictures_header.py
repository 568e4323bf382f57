"""IMG-11: what comes as a picture is judged by its content, before anything of it is unpacked."""

import time
import tracemalloc

import numpy as np
import pytest

from shopfloor.scanning.pictures.errors import LARGEST_BYTES
from shopfloor.scanning.pictures.header import Header, PictureKind, check_header
from shopfloor.scanning.pictures.pipeline import read_picture
from shopfloor.scanning.pictures.planes import Picture
from tests.scanning.pictures import chunk, data_matrix, film, jpeg_claiming, picture, png_claiming, webp_claiming


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("png", {}), ("jpeg", {}), ("jpeg", {"progressive": True}), ("jpeg", {"exif": b"Exif\0\0" + bytes(3000)}), ("webp", {}),
        ("webp", {"lossless": True}), ("webp", {"exif": b"Exif\0\0" + bytes(30)}),
    ],
)
def test_img_11_kind_and_size_come_from_the_content(kind, options):
    content = picture(np.full((48, 70), 200), kind, **options)
    assert check_header(content) == Header(PictureKind(kind.upper()), 70, 48)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "PICTURE_UNKNOWN"),
        (b"hello, this is text", "PICTURE_UNKNOWN"),
        (b"GIF89a" + bytes(40), "PICTURE_UNKNOWN"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "PICTURE_UNKNOWN"),
        (b"II*\0" + bytes(40), "PICTURE_UNKNOWN"),
        (b"BM" + bytes(60), "PICTURE_UNKNOWN"),
        (b"%PDF-1.7", "PICTURE_UNKNOWN"),
        (b"\0\0\0\x18ftypheic" + bytes(30), "PICTURE_UNKNOWN"),
        (b"\x89PNG\r\n\x1a\n", "PICTURE_DAMAGED"),
        (b"\xff\xd8\xff", "PICTURE_DAMAGED"),
        (b"\xff\xd8\xff\xda" + bytes(50), "PICTURE_DAMAGED"),
        (b"\xff\xd8\xff" + b"\xff" * 200, "PICTURE_DAMAGED"),
        (b"\xff\xd8" + b"\xff\xe0\0\0" * 50, "PICTURE_DAMAGED"),
        (b"RIFF\0\0\0\0WEBP", "PICTURE_DAMAGED"),
        (b"RIFF\0\0\0\0WEBPXXXX" + bytes(30), "PICTURE_DAMAGED"),
        (png_claiming(0, 5), "PICTURE_DAMAGED"),
        (png_claiming(50_000, 50_000), "PICTURE_TOO_MANY_PIXELS"),
        (png_claiming(10_000, 10_000), "PICTURE_TOO_MANY_PIXELS"),
        (png_claiming(2**31 - 1, 2**31 - 1), "PICTURE_TOO_MANY_PIXELS"),
        (jpeg_claiming(65_000, 65_000), "PICTURE_TOO_MANY_PIXELS"),
        (webp_claiming(16_000, 16_000), "PICTURE_TOO_MANY_PIXELS"),
        (png_claiming(4096, 3073), "PICTURE_TOO_MANY_PIXELS"),
        (bytes(LARGEST_BYTES + 1), "PICTURE_TOO_LARGE"),
        (film("webp"), "PICTURE_ANIMATED"),
        (film("png"), "PICTURE_ANIMATED"),
        (webp_claiming(40, 40, flags=0x02), "PICTURE_ANIMATED"),
        (png_claiming(8, 8, chunk(b"acTL", bytes(8))), "PICTURE_ANIMATED"),
    ],
)
def test_img_11_what_may_not_be_read_is_refused_by_code(content, code):
    with pytest.raises(Exception, match=f"^{code}:") as refused:
        check_header(content)
    assert refused.value.code == code


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
def test_img_11_a_picture_that_was_cut_off_is_refused(kind, part):
    content = data_matrix(kind)
    with pytest.raises(Exception, match=r"^PICTURE_DAMAGED:"):
        read_picture(content[: int(len(content) * part)])


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_img_11_bytes_that_were_changed_are_read_or_refused_and_nothing_else(kind):
    """The same on every run: the changes are counted, not drawn by lot."""
    content = data_matrix(kind)
    for number in range(60):
        broken = bytearray(content)
        for place in range(number * 7 % 29 + 1, len(broken), 211):
            broken[place] ^= 1 + number
        try:
            read_picture(bytes(broken))
        except Exception as refusal:  # noqa: BLE001  # the point is which one
            assert refusal.code in {"PICTURE_DAMAGED", "PICTURE_UNKNOWN", "PICTURE_TOO_MANY_PIXELS", "PICTURE_ANIMATED"}  # type: ignore[attr-defined]  # noqa: PT017


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff" + b"\xff" * 8_000_000,
        b"\xff\xd8" + b"\xff\xe1\0\2" * 2_000_000,
        b"\xff\xd8" + b"\xff\x01" * 4_000_000,
        data_matrix()[:33] + b"\0\0\0\0abCD\0\0\0\0" * 690_000,
    ],
    ids=["fill bytes", "segments", "bare markers", "chunks"],
)
def test_img_11_millions_of_parts_do_not_keep_the_server(content):
    """The header is judged in the web process, which others need."""
    began = time.process_time()
    with pytest.raises(Exception, match=r"^PICTURE_DAMAGED:"):
        check_header(content)
    assert time.process_time() - began < 0.2


@pytest.mark.parametrize(("width", "height"), [(4000, 3000), (4032, 3024), (4080, 3072)])
def test_img_11_a35_what_cameras_call_twelve_megapixels_is_read(width, height):
    assert check_header(png_claiming(width, height)).width == width


def test_img_11_a_bomb_is_refused_before_it_swells():
    """A hundred megapixels of nothing in a hundred kilobytes: refused by its header, with hardly any memory."""
    bomb = png_claiming(10_000, 10_000, rows=10_000)
    assert len(bomb) < 200_000
    tracemalloc.start()
    with pytest.raises(Exception, match=r"10000 × 10000 dots\. At most 12 million"):
        read_picture(bomb)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_img_11_a_header_that_lies_is_found_out():
    """The size that was checked is the size that is unpacked."""
    with pytest.raises(Exception, match="its size is not what its header says"):
        _ = Picture(data_matrix(), Header(PictureKind.PNG, 20, 20)).full
