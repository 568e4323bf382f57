"""Runs the stations against a server and puts their answers together."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

from bench.databases import Database
from bench.server import ROOT, Server


@dataclass(frozen=True)
class LoadFigures:
    """Of one phase."""

    stations: int
    rate: float
    """Scans a second of all stations that were asked for; 0: as many as possible."""
    per_second: float
    p50: float
    p95: float
    p99: float
    largest: float
    """Milliseconds."""
    cpu: float
    """Milliseconds of CPU for each request: server and database."""
    refused: tuple[str, ...]
    exhausted: int


class Stock:
    """How many units' parts lie ready for each station, and which is next."""

    def __init__(self, units: dict[int, int]) -> None:
        self.units = units
        self.next = dict.fromkeys(units, 0)


def drive(
    server: Server, database: Database, stock: Stock | None, *, stations: int, seconds: float, warm: float, rate: float = 0.0
) -> LoadFigures:
    """One phase. Without stock the bare handler is driven. `rate`: of each station."""
    numbers = range(1, stations + 1)
    plan = {
        "port": server.port, "path": "shop" if stock else "bare", "seconds": seconds, "warm": warm, "rate": rate,
        "stations": [
            {"station": n, "unit": stock.next[n] if stock else 0, "units": stock.units[n] if stock else 0} for n in numbers
        ],
    }
    before = server.cpu_seconds() + database.cpu_seconds()
    done = subprocess.run(
        [sys.executable, "-m", "bench.driver"], input=json.dumps(plan), capture_output=True, text=True, cwd=ROOT, check=True,
        timeout=seconds + warm + 120,
    )
    cpu = server.cpu_seconds() + database.cpu_seconds() - before
    result = json.loads(done.stdout)
    if stock:
        stock.next.update({int(station): unit for station, unit in result["units"].items()})
    times = sorted(result["times"]) or [float("nan")]
    # CPU was spent on warming up and signing in, too; it is spread over all of it.
    requests = len(times) * (seconds + warm) / seconds
    parts = (_part(times, share) for share in (0.5, 0.95, 0.99))
    return LoadFigures(
        stations, rate * stations, len(times) / seconds, *parts, times[-1], 1000 * cpu / requests,
        tuple(result["refused"]), result["exhausted"],
    )


def _part(times: list[float], share: float) -> float:
    return times[min(int(len(times) * share), len(times) - 1)]
