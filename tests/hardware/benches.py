"""A serial line without a scanner, and the real program beside it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import tty
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Line:
    """A serial line: our end, and a name that the scanner's end is plugged into."""

    def __init__(self, path) -> None:
        self.path = path
        self.ours = -1
        self.plug()

    def plug(self) -> None:
        self.ours, theirs = os.openpty()
        tty.setraw(theirs)
        self.path.symlink_to(os.ttyname(theirs))
        os.close(theirs)

    def unplug(self) -> None:
        self.path.unlink()
        os.close(self.ours)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Program:
    """`python -m hardware run` with one serial scanner."""

    def __init__(self, folder: Path, server: str, more: str = "") -> None:
        self.port = free_port()
        self.line = Line(folder / "scanner")
        self.file = folder / "station.toml"
        self.log = folder / "log"
        self.spool = folder / "spool.sqlite3"
        self.file.write_text(f"""
server = "{server}"
port = {self.port}
spool = "{self.spool}"
[[scanner]]
name = "bench"
kind = "serial"
device = "{folder / 'scanner'}"
{more}
""", encoding="utf-8")
        self.start()

    def start(self, *options: str) -> None:
        with self.log.open("w", encoding="utf-8") as log:
            command = [sys.executable, "-m", "hardware", "run", "-c", str(self.file), *options]
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        self.told("bench: connected.")

    def scan(self, *texts: str) -> None:
        """Codes as the scanner sends them, one at a time."""
        for text in texts:
            os.write(self.line.ours, text.encode() + b"\r")

    def told(self, words: str, times: int = 1) -> None:
        end = time.monotonic() + 30
        while self.log.read_text(encoding="utf-8").count(words) < times:
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
            assert time.monotonic() < end, self.log.read_text(encoding="utf-8")
            time.sleep(0.02)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
