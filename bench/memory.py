"""Memory of the running server before and after it answered for a while: pages, questions, and a receipt of 10,000 serial numbers."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from pathlib import Path

from bench import history, plant
from bench.databases import Database
from bench.server import SHOPFLOOR, server

WARM, ROUNDS = 30, 60
FIRST, MORE = 8, 4
"""Large postings: one for each thread of the server, which keeps room for the next one, and some after that."""
RECEIVED = 10_000
READS = (
    "/api/v1/item-tracking-summary?item_no=CELL&location_code=MAIN",
    "/api/v1/number-availability?item_no=CELL&location_code=MAIN&lot_no=L00042",
    "/ledger-entries?item_no=PART-1",
)


@dataclass(frozen=True)
class Memory:
    """Megabytes of the worker."""

    warm: float
    after_reading: float
    after_posting: float
    after_all: float


def measure(database: Database, folder: Path) -> Memory:
    """Read, post large receipts, post more of them, and read again."""
    with server(SHOPFLOOR, database, folder) as running:
        caller = _Caller(running.port)
        for _ in range(WARM):
            caller.read()
        warm = running.megabytes()
        for _ in range(ROUNDS):
            caller.read()
        read = running.megabytes()
        for turn in range(FIRST):
            caller.receive(f"RSS-{turn}")
        posted = running.megabytes()
        for turn in range(FIRST, FIRST + MORE):
            caller.receive(f"RSS-{turn}")
        for _ in range(ROUNDS):
            caller.read()
        return Memory(warm, read, posted, running.megabytes())


class _Caller:
    """Signed in with a badge; one connection."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.origin = f"http://127.0.0.1:{port}"
        self.cookie = ""
        self._send("POST", "/api/v1/sign-in", {"badge": plant.BADGE, "station_code": "ST-1"})

    def read(self) -> None:
        for path in READS:
            self._send("GET", path)

    def receive(self, order_no: str) -> None:
        line = {"item_no": plant.PARTS[0].item_no, "quantity": str(RECEIVED), "location_code": "MAIN"}
        self._send("POST", "/api/v1/purchase-orders", {"no": order_no, "vendor_no": history.VENDOR, "lines": [line]})
        self._send("POST", f"/api/v1/purchase-orders/{order_no}/release", {})
        numbers = [{"line_no": 10000, "serial_no": f"{order_no}-{number}"} for number in range(RECEIVED)]
        self._send("POST", "/api/v1/receipts", {"order_no": order_no, "lines": numbers})

    def _send(self, method: str, path: str, body: object = None) -> None:
        key = f"{abs(hash((path, json.dumps(body)))):x}"
        headers = {"Cookie": self.cookie, "Origin": self.origin, "Content-Type": "application/json", "Idempotency-Key": key}
        self.connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status < 300, (path, answer.status, text[:500])
        if answer.getheader("Set-Cookie"):
            self.cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
