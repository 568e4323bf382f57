"""`./dev bench pictures --server`: what a scan takes while others have pictures of twelve megapixels read.

Beside what it takes alone, and beside what it takes while as many readers read the same picture for nobody, without the server: so
much the reading itself costs on the cores and the memory that both share; the rest is the server's.
"""

from __future__ import annotations

import http.client
import json
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from bench import databases, load, machine, plant, shop_floor
from bench.server import SHOPFLOOR, Server, server
from shopfloor.app import import_models
from shopfloor.db import make_engine
from shopfloor.scanning.pictures.wire import Job
from shopfloor.web.pictures.decoders import PROCESSES, Decoders

STATIONS, RATE = 8, 2.0
"""Stations, and scans a second of each."""
SENDERS = 2
SIZE = 4000, 3000
SECONDS, WARM, ROUNDS = 8.0, 2.0, 5
BOUNDARY = "picture-of-the-bench"


@dataclass
class Sender:
    """A tablet that sends one large still after the other."""

    server: Server
    station: str
    content: bytes
    stop: threading.Event
    codes: list[str] = field(default_factory=list)
    """What was answered: `read`, or the code of a refusal."""

    def run(self) -> None:
        line = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        origin = f"http://127.0.0.1:{self.server.port}"
        form = urlencode({"badge": plant.BADGE, "station": self.station, "next": "/"})
        line.request("POST", "/sign-in", form, {"Origin": origin, "Content-Type": "application/x-www-form-urlencoded"})
        answer = line.getresponse()
        answer.read()
        cookie = "; ".join(one.partition(";")[0] for one in answer.headers.get_all("Set-Cookie", []))
        headers = {"Origin": origin, "Cookie": cookie, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        while not self.stop.is_set():
            line.request("POST", "/api/v1/pictures/read", body(self.content), headers)
            told = json.loads(line.getresponse().read())
            self.codes.append(told.get("code", "read"))
        line.close()


def body(content: bytes) -> bytes:
    """A form with the picture."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="picture"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    return head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def main(seconds: float = SECONDS, size: tuple[int, int] = SIZE) -> int:
    """Rounds of three phases on SQLite; prints percentiles and their ratios."""
    import_models()
    units = int(3 * ROUNDS * RATE * (seconds + WARM) / (plant.PARTS_OF_A_UNIT + 1)) + 5
    stock = load.Stock(dict.fromkeys(range(1, STATIONS + 1), units))
    # The worst that a plant may send: a picture in which every stage is tried.
    worst = shop_floor.empty_shot(1, size=size).content
    with databases.folder() as folder, databases.database("sqlite", folder) as made:
        print("\n".join(machine.facts(folder)))
        engine = make_engine(made.url)
        plant.furnish(engine, stock.units)
        engine.dispose()
        with server(SHOPFLOOR, made, folder) as running:
            rounds = [_round(running, made, stock, seconds, worst) for _number in range(ROUNDS)]
    for number, found in enumerate(rounds, start=1):
        _show(number, found)
    for name, ratios in (
        ("beside pictures to p95 alone", [found.beside.p95 / found.alone.p95 for found in rounds]),
        ("beside the reading alone to p95 alone", [found.reading.p95 / found.alone.p95 for found in rounds]),
        ("beside pictures to p95 beside the reading alone", [found.beside.p95 / found.reading.p95 for found in rounds]),
    ):
        print(f"p95 {name}, median of {ROUNDS} rounds: {statistics.median(ratios):.2f}")
    return 0


@dataclass(frozen=True)
class Round:
    """The phases, one right after the other: a shared machine is as busy in one as in the other."""

    alone: load.LoadFigures
    reading: load.LoadFigures
    beside: load.LoadFigures
    codes: tuple[str, ...]
    """What the senders of pictures were answered."""


def _round(running: Server, made: databases.Database, stock: load.Stock, seconds: float, content: bytes) -> Round:
    def phase() -> load.LoadFigures:
        return load.drive(running, made, stock, stations=STATIONS, seconds=seconds, warm=WARM, rate=RATE)

    alone = phase()
    with _reading(content):
        reading = phase()
    with _sending(running, content) as senders:
        beside = phase()
    return Round(alone, reading, beside, tuple(code for sender in senders for code in sender.codes))


@contextmanager
def _reading(content: bytes) -> Iterator[None]:
    """The reading alone: the readers of a server that has nothing else to do, which get the picture again and again."""
    stop, readers = threading.Event(), Decoders(seconds=60)

    def read() -> None:
        while not stop.is_set():
            readers.read(Job(content, "still"))

    reading = [threading.Thread(target=read) for _number in range(PROCESSES)]
    for one in reading:
        one.start()
    try:
        yield
    finally:
        stop.set()
        for one in reading:
            one.join()
        readers.close()


@contextmanager
def _sending(running: Server, content: bytes) -> Iterator[list[Sender]]:
    """Tablets that send pictures; each ends with the answer to its last one."""
    stop = threading.Event()
    senders = [Sender(running, f"ST-{number}", content, stop) for number in range(1, SENDERS + 1)]
    threads = [threading.Thread(target=sender.run) for sender in senders]
    for thread in threads:
        thread.start()
    time.sleep(1)
    try:
        yield senders
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _show(number: int, found: Round) -> None:
    counts = ", ".join(f"{found.codes.count(code)} {code}" for code in sorted(set(found.codes)))
    print(f"\nround {number}: {STATIONS} stations, {RATE:g} scans a second each; beside {SENDERS} senders of pictures: {counts}")
    print(f"{'milliseconds':24}{'median':>8}{'p95':>8}{'p99':>8}{'largest':>9}")
    for name, figures in (("scans alone", found.alone), ("beside the reading", found.reading), ("beside pictures", found.beside)):
        print(f"{name:24}{figures.p50:8.1f}{figures.p95:8.1f}{figures.p99:8.1f}{figures.largest:9.1f}")
        if figures.refused:
            print(f"refused: {sorted(set(figures.refused))}")
