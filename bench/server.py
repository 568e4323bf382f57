"""Starts a server in a process of its own and reads its CPU."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.databases import Database

SHOPFLOOR = ("-c", "from shopfloor.app import main; main()")
BARE = ("-m", "bench.bare")
ROOT = Path(__file__).parent.parent
PATIENCE = 30.0


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    process: subprocess.Popen[bytes]

    def cpu_seconds(self) -> float:
        """User and system time of the server and its worker."""
        total = 0.0
        root = psutil.Process(self.process.pid)
        for process in [root, *root.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                total += times.user + times.system
        return total

    def megabytes(self) -> float:
        """Memory of the worker."""
        return max(p.memory_info().rss for p in psutil.Process(self.process.pid).children(recursive=True)) / 1e6


@contextmanager
def server(program: tuple[str, ...], database: Database, folder: Path) -> Iterator[Server]:
    """Start on a free port of this machine; ends with the block, whatever happens in it."""
    port = _free_port()
    environment = {
        **os.environ, "SHOPFLOOR_DATABASE_URL": database.url, "SHOPFLOOR_DATA": str(folder / "data"), "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, *program, *(("run",) if program is SHOPFLOOR else ()), "--host", "127.0.0.1", "--port", str(port)]
    log = folder / f"server-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=output, stderr=output)
    try:
        _wait(process, port, log)
        yield Server(port, process)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as probe:
            probe.sendall(b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            if probe.recv(20).startswith(b"HTTP/1.1 "):
                return
        time.sleep(0.1)
    raise RuntimeError(f"The server did not start:\n{log.read_text(errors='replace')[-2000:]}")
