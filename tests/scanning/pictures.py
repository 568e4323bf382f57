"""Pictures for tests: drawn symbols, and containers that are broken in one place."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import zxingcpp
from PIL import Image

GTIN = "09521234543213"
LABEL = f"(01){GTIN}(10)Ab(21)c1"
LABEL_TEXT = f"01{GTIN}10Ab\x1d21c1"
FORMAT = zxingcpp.BarcodeFormat


def symbol(content, form, *, scale=4, margin=40, **options):
    """Rows of grey dots."""
    image = np.asarray(zxingcpp.create_barcode(content, form, **options).to_image(scale=scale))
    return np.pad(image, margin, constant_values=255)


def picture(dots, kind="png", **options):
    """The bytes of a file."""
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(dots, dtype=np.uint8)).save(buffer, kind, **options)
    return buffer.getvalue()


def data_matrix(kind="png", **options):
    return picture(symbol(LABEL, FORMAT.DataMatrix, gs1=True, force_square=True, scale=8), kind, **options)


def gs1_128(kind="png", **options):
    return picture(symbol(LABEL, FORMAT.Code128, gs1=True), kind, **options)


def beside(*symbols):
    """Several symbols in one frame."""
    wide = max(one.shape[1] for one in symbols)
    return np.vstack([np.pad(one, ((0, 0), (0, wide - one.shape[1])), constant_values=255) for one in symbols])


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_claiming(width, height, *more, rows=1):
    """A small PNG whose header claims any size."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(bytes((width + 1) * rows) if width < 2**20 else b"\0"))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + data + chunk(b"IEND", b"")


def jpeg_claiming(width, height):
    """A whole small JPEG whose frame header claims any size."""
    content = bytearray(picture(np.full((16, 16), 200), "jpeg"))
    frame = content.index(b"\xff\xc0")
    content[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def webp_claiming(width, height, flags=0):
    """The first chunk of an extended WebP."""
    body = bytes([flags, 0, 0, 0]) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X" + struct.pack("<I", 10) + body


def film(kind):
    """Two frames."""
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("white", "black")]
    buffer = io.BytesIO()
    frames[0].save(buffer, kind, save_all=True, append_images=frames[1:], duration=100)
    return buffer.getvalue()
