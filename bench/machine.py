"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import psutil
import sqlalchemy


def facts(folder: Path) -> list[str]:
    """Lines for the top of a report. `folder`: where the databases lie."""
    busy = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    memory = psutil.virtual_memory().total / 2**30
    return [
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB, load of the last 1, 5, 15 minutes: {busy}",
        f"{platform.system()} {platform.release()}, databases on {_file_system(folder)}",
        f"Python {platform.python_version()}, SQLAlchemy {sqlalchemy.__version__}",
    ]


def crowded() -> bool:
    """Whether other work takes so much of this machine that times on the clock say little."""
    return os.getloadavg()[0] > (os.cpu_count() or 1)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").split("\n"):
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _file_system(folder: Path) -> str:
    mounts = [m for m in psutil.disk_partitions(all=True) if folder.is_relative_to(m.mountpoint)]
    return max(mounts, key=lambda m: len(m.mountpoint)).fstype if mounts else "an unknown file system"
