"""Which engines this machine has. Light: nothing here loads OpenCV (IMG-10)."""

from __future__ import annotations

import importlib
import importlib.util
from functools import cache
from types import ModuleType

from shopfloor.scanning.pictures.readings import Engine


@cache
def second_engine() -> ModuleType | None:
    """pyzbar; None where it, or the system library libzbar0 that it calls, is missing."""
    try:
        return importlib.import_module("pyzbar.pyzbar")
    except (ImportError, OSError):
        return None


def picture_engines() -> dict[str, bool]:
    """Engine -> whether it is there. Without the first no picture is read; without the second single readings stay unconfirmed."""
    first = all(importlib.util.find_spec(name) is not None for name in ("zxingcpp", "cv2"))
    return {Engine.ZXING.value: first, Engine.ZBAR.value: second_engine() is not None}
