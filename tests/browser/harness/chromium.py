"""The browser of the tests: the one that `./dev test` found and names in SHOPFLOOR_CHROMIUM, else the system's."""

from __future__ import annotations

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
WITHOUT_WINDOWS = ("chromium-headless-shell",)


def chromium_path() -> str:
    """Path of the program, under any of the names that the set-up accepts."""
    return os.environ.get("SHOPFLOOR_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "/usr/bin/chromium")


def light_path() -> str:
    """The same engine without the windows around it, where the system has it: a new profile opens in a quarter of the time.

    It knows neither the rules of an administrator nor the switches that trust an address.
    """
    return next(filter(None, map(shutil.which, WITHOUT_WINDOWS)), None) or chromium_path()
