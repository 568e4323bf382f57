"""Stations that scan: a process of its own, so that it takes no time from the server's interpreter.

Reads one JSON plan from standard input and writes one JSON result to standard output:
plan: port, path (`shop` or `bare`), seconds, warm (seconds that are not counted), rate (scans a second of each station; 0: as fast as
answers come), stations [{station, unit, units}]. result: milliseconds of every counted answer, seconds, refused, exhausted, next units.
"""

from __future__ import annotations

import itertools
import json
import random
import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from bench import plant

ACCEPTED = {"PRODUCT_REGISTERED", "COMPONENT_REGISTERED", "LINE_COMPLETED", "UNIT_COMPLETED"}


class Line:
    """One kept-alive connection. Knows as much of HTTP as these servers' answers need."""

    def __init__(self, port: int) -> None:
        self.host = f"127.0.0.1:{port}"
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.cookie = ""

    def post(self, path: str, form: dict[str, object]) -> tuple[int, dict[str, str]]:
        """Status and headers; the body is read and left."""
        body = urlencode(form).encode("ascii")
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self.host}\r\nOrigin: http://{self.host}\r\nHX-Request: true\r\nCookie: {self.cookie}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.socket.sendall(head.encode("ascii") + body)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        top, _, rest = received.partition(b"\r\n\r\n")
        first, *others = top.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in others)}
        missing = int(headers.get("content-length", "0")) - len(rest)
        while missing > 0:
            missing -= len(self._more())
        if "set-cookie" in headers:
            self.cookie = headers["set-cookie"].partition(";")[0]
        return int(first.split(" ")[1]), headers

    def _more(self) -> bytes:
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError("the server hung up")
        return part


@dataclass
class Station:
    """Scans unit after unit: its label, then its ten parts."""

    plan: dict[str, Any]
    number: int
    unit: int
    units: int
    counts_from: float
    ends: float
    times: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    exhausted: bool = False

    def run(self) -> None:
        line = Line(self.plan["port"])
        shop = self.plan["path"] == "shop"
        if shop:
            self._sign_in(line)
        rate = self.plan["rate"]
        moment = time.perf_counter() + (random.uniform(0, 1 / rate) if rate else 0)
        work = self._scans() if shop else itertools.repeat("a scan of forty characters, more or less.")
        state = {"mode": "Product", "product": "", "line": "", "held": ""}
        for clock, text in enumerate(work, start=1):
            if rate:
                moment += 1 / rate
                time.sleep(max(0.0, moment - time.perf_counter()))
            # An open loop counts from when the scan was due: a slow server delays the operator, not the measurement.
            began = moment if rate else time.perf_counter()
            if began >= self.ends:
                break
            if shop:
                self._scan(line, text, state, clock)
            else:
                line.post("/insert", {"text": text})
            done = time.perf_counter()
            if began >= self.counts_from:
                self.times.append(1000 * (done - began))

    def _sign_in(self, line: Line) -> None:
        status, headers = line.post("/sign-in", {"badge": plant.BADGE, "station": f"ST-{self.number}", "next": "/"})
        assert line.cookie, (status, headers)

    def _scan(self, line: Line, text: str, state: dict[str, str], clock: int) -> None:
        key = f"{self.number}-{self.unit}-{clock}-{random.getrandbits(48):x}"
        clocked = {"clock_ms": clock * 5000, "clock_id": f"c{self.number}"}
        form = {"command_key": key, "kind": "scan", "text": text, "source": "wedge", **clocked, **state}
        status, headers = line.post(f"/production-orders/{quote(plant.order_of(self.number))}/tracked-components/scan", form)
        answer = json.loads(headers.get("x-shopfloor-answer", "{}"))
        if answer.get("code") not in ACCEPTED:
            self.refused.append(f"{status} {answer.get('code')}")
        state.update({name: answer.get(name, "") for name in ("mode", "product", "line", "held")})

    def _scans(self):  # noqa: ANN202
        while self.unit < self.units:
            unit = self.unit
            self.unit += 1
            yield plant.product_scan(self.number, unit)
            yield from plant.part_scans(self.number, unit)
        self.exhausted = True


def main() -> None:
    plan = json.load(sys.stdin)
    start = time.perf_counter() + 0.2
    counts_from, ends = start + plan["warm"], start + plan["warm"] + plan["seconds"]
    stations = [Station(plan, s["station"], s["unit"], s["units"], counts_from, ends) for s in plan["stations"]]
    failures: list[str] = []

    def guarded(station: Station) -> None:
        try:
            station.run()
        except (OSError, AssertionError, ValueError) as error:
            failures.append(repr(error))

    threads = [threading.Thread(target=guarded, args=(station,), daemon=True) for station in stations]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(plan["warm"] + plan["seconds"] + 60)
    json.dump(
        {
            "times": [round(t, 3) for station in stations for t in station.times],
            "seconds": plan["seconds"],
            "refused": [code for station in stations for code in station.refused] + failures,
            "exhausted": sum(station.exhausted for station in stations),
            "units": {station.number: station.unit for station in stations},
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
