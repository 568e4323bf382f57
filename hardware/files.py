"""Device files: opened without waiting, watched in slices so that the program can stop."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator
from contextlib import contextmanager

SLICE_SECONDS = 0.05


@contextmanager
def opened_file(path: str, flags: int) -> Iterator[int]:
    """A descriptor that is closed in any case. Raises OSError."""
    handle = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        yield handle
    finally:
        os.close(handle)


def ready(handle: int) -> bool:
    """Whether there is something to read, now or within a slice. A device that is gone counts as readable: reading it then fails."""
    return bool(select.select([handle], [], [], SLICE_SECONDS)[0])
