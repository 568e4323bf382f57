"""`python -m shopfloor.scanning.pictures.process`: reads pictures for a server, one after the other, until its input ends.

A process of its own, because a picture comes from outside: what crashes, swells or never ends here takes no scan with it. It
gives way to the server (nice), and may have so much memory and no more.
"""

from __future__ import annotations

import os
import sys
import traceback
from typing import BinaryIO

from shopfloor.scanning.pictures import wire
from shopfloor.scanning.pictures.errors import PictureReaderFailed, PictureRefused
from shopfloor.scanning.pictures.pipeline import Mode, read_picture

MEMORY_BYTES = 1024**3
"""Address space; the largest picture that is allowed needs about 0.65 GB of it."""
NICENESS = 10


def main() -> None:
    """Serve until the input ends."""
    _limit()
    # Libraries print to standard output; the answers have a door of their own.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    answers.write(wire.READY)
    answers.flush()
    serve(sys.stdin.buffer, answers)


def serve(jobs: BinaryIO, answers: BinaryIO) -> None:
    """Answer every job; the one that fails is answered too, and is the last one."""
    while (message := wire.receive(jobs)) is not None:
        job = wire.job_of(*message)
        try:
            found = read_picture(job.content, Mode(job.mode), job.rules, job.before)
        except PictureRefused as refusal:
            wire.send(answers, wire.answer_head(refusal))
        except Exception:  # noqa: BLE001  # cv2.error, MemoryError, whatever a library throws at a strange picture
            wire.send(answers, wire.answer_head(PictureReaderFailed()) | {"trace": traceback.format_exc()[-2000:]})
            return
        else:
            wire.send(answers, wire.answer_head(found))


def _limit() -> None:
    """Where the system knows such limits."""
    try:
        import resource  # noqa: PLC0415  # not on every system
    except ImportError:
        return
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
