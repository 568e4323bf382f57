"""The browser of the tests: the one that `./dev test` found and names in SHOPFLOOR_CHROMIUM, else the system's."""

from __future__ import annotations

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium_path() -> str:
    """Path of the program, under any of the names that the set-up accepts."""
    return os.environ.get("SHOPFLOOR_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "/usr/bin/chromium")
