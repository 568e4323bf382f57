"""A small server that speaks the station's protocol as the application does, with faults that a test can set.

It keeps every request it saw and every command it decided on. Decisions are those of decisions D16 and OPS-4: the same
key brings the same answer, a command whose predecessor was refused is held, a product scan leads to Component mode.
"""

from __future__ import annotations

import html
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).parents[3]
STATIC = ROOT / "shopfloor" / "static"
WEDGE = ROOT / "shopfloor" / "scanning" / "wedge.json"
ACCEPTANCE = ROOT / "shopfloor" / "scanning" / "pictures" / "acceptance.json"
SHARED = {f"/static/{path.name}": path for path in (WEDGE, ACCEPTANCE)}
"""What the browser and Python both read (R-24)."""
PAGE = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")
DESK = (Path(__file__).parent / "desk.html").read_text(encoding="utf-8")
POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
TYPES = {".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".svg": "image/svg+xml"}
SOUNDS = {"accepted": "accepted", "information": "information", "question": "attention", "refused": "refused"}
STATUS = {"accepted": 200, "information": 200, "question": 409, "refused": 422}


@dataclass
class Reply:
    """One stored answer: status, header and block."""

    status: int
    answer: dict[str, Any]
    block: str


@dataclass
class Faults:
    """What goes wrong; a test changes these while the page runs."""

    delay: float = 0.0
    silent: bool = False  # nothing is answered until set back
    refuse: set[str] = field(default_factory=set)
    ask: set[str] = field(default_factory=set)
    hold: set[str] = field(default_factory=set)  # held by the server itself, unless sent again
    confirmable: bool = True
    busy: int = 0  # so many requests are answered 503
    broken: bool = False  # 500 until set back
    signed_out: bool = False  # 401 until set back
    unplugged: bool = False  # the connection is cut before anything is done
    cut_answers: int = 0  # so many commands are done, and then the connection is cut


class Plant:
    """The commands of one test, in the order in which they were decided."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.faults = Faults()
        self.requests: list[dict[str, str]] = []
        self.decided: list[dict[str, str]] = []
        self.replies: dict[str, Reply] = {}
        self.running = 0
        self.most_running = 0
        self.found: list[str] = []

    def decide(self, form: dict[str, str]) -> Reply:
        """Answer a command; a known key gets its first answer again."""
        with self.lock:
            known = self.replies.get(form["command_key"])
            if known is None:
                known = self._decide(form)
                self.replies[form["command_key"]] = known
                self.decided.append({**form, "answer": known.answer["answer"], "code": known.answer["code"]})
            return known

    def _decide(self, form: dict[str, str]) -> Reply:
        faults, text, kind = self.faults, form["text"], form["kind"]
        station = {"mode": form["mode"], "product": form["product"], "line": form["line"]}
        before = self.replies.get(form["after_key"])
        product_mode = kind == "mode" and text == "Product"
        if text in faults.hold and not form["holds"]:
            return self._reply(form, "refused", "HELD_AFTER_REFUSAL", station)
        if before is not None and before.status in {409, 422} and not product_mode and kind != "discard":
            return self._reply(form, "refused", "HELD_AFTER_REFUSAL", station)
        if kind == "scan" and text in faults.refuse:
            if station["mode"] == "Product":
                station["product"] = ""
            return self._reply(form, "refused", "NUMBER_UNKNOWN", station)
        if kind == "scan" and text in faults.ask:
            return self._reply(form, "question", "SWITCH_MODE", station)
        return self._reply(form, "information" if kind == "discard" else "accepted", "", self._moved(form, station))

    @staticmethod
    def _moved(form: dict[str, str], station: dict[str, str]) -> dict[str, str]:
        kind, text = form["kind"], form["text"]
        if kind == "mode" and text == "Product":
            return {"mode": "Product", "product": "", "line": ""}
        if kind == "mode":
            return station | {"mode": text}
        if kind == "line":
            return station | {"line": text, "mode": "Component"}
        if kind == "product" or (kind in {"scan", "confirm"} and station["mode"] == "Product"):
            return {"mode": "Component", "product": text, "line": ""}
        return station

    def _reply(self, form: dict[str, str], answer: str, code: str, station: dict[str, str]) -> Reply:
        header: dict[str, Any] = {"answer": answer, "code": code, "sound": SOUNDS[answer], **station, "order_no": form["order_no"]}
        if answer == "question":
            header["confirmable"] = self.faults.confirmable
        words = f"{answer.upper()} {form['text']}"
        return Reply(STATUS[answer], header, main_block(form["order_no"], station, words, question=form["command_key"]))

    def of(self, answer: str) -> list[str]:
        """Texts of the scans with this answer, in the order of the decisions."""
        return [one["text"] for one in self.decided if one["answer"] == answer and one["kind"] == "scan"]


def main_block(order_no: str, station: dict[str, str], words: str = "", question: str = "") -> str:
    """The swapped block as the application writes it."""
    shown = html.escape(json.dumps({"order_no": order_no, **station}), quote=True)
    return (
        f'<main id="main" data-station="{shown}"><h1 data-mode>{station["mode"]}</h1>'
        f'<output data-answer-text>{html.escape(words)}</output>'
        '<button data-command="mode" data-value="Product">Product mode</button>'
        '<button data-command="product" data-value="P-77">Product P-77</button>'
        '<button data-command="line" data-value="20">Line 20</button>'
        '<button data-command="undo">Undo last scan</button>'
        f'<button data-command="confirm" data-value="{question}">Confirm</button></main>'
    )


class Handler(BaseHTTPRequestHandler):
    """One request; the plant hangs on the server."""

    protocol_version = "HTTP/1.1"
    server: HarnessServer

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Pages and static files."""
        path = urlsplit(self.path)
        order_no = path.path.split("/")[2] if path.path.startswith("/production-orders/") else ""
        if order_no:
            block = main_block(order_no, {"mode": "Product", "product": "", "line": ""})
            self._send(200, PAGE.replace("{{order_no}}", order_no).replace("{{main}}", block), "text/html")
        elif path.path == "/desk":
            self._send(200, DESK, "text/html")
        elif path.path == "/find":
            self.server.plant.found.append(parse_qs(path.query, keep_blank_values=True)["text"][0])
            self._send(200, DESK, "text/html")
        elif path.path in SHARED:
            self._send(200, SHARED[path.path].read_text(encoding="utf-8"), "application/json")
        elif (file := STATIC / Path(path.path).name).is_file():
            self._send(200, file.read_text(encoding="utf-8"), TYPES[file.suffix])
        else:
            self._send(404, "", "text/plain")

    def do_POST(self) -> None:
        """One command of the queue."""
        plant, faults = self.server.plant, self.server.plant.faults
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
        form["order_no"] = urlsplit(self.path).path.split("/")[2]
        form["hx"] = self.headers.get("HX-Request", "")
        with plant.lock:
            plant.running += 1
            plant.most_running = max(plant.most_running, plant.running)
            plant.requests.append(form)
        try:
            self._command(plant, faults, form)
        finally:
            with plant.lock:
                plant.running -= 1

    def _command(self, plant: Plant, faults: Faults, form: dict[str, str]) -> None:
        if faults.unplugged:
            self._cut()
            return
        time.sleep(faults.delay)
        while faults.silent:
            time.sleep(0.02)
        if faults.signed_out or faults.broken:
            self._send(401 if faults.signed_out else 500, "", "text/html")
            return
        with plant.lock:
            busy, faults.busy = faults.busy, max(0, faults.busy - 1)
        if busy:
            self._send(503, "", "text/html")
            return
        reply = plant.decide(form)
        with plant.lock:
            cut, faults.cut_answers = faults.cut_answers, max(0, faults.cut_answers - 1)
        if cut:
            self._cut()
            return
        self._send(reply.status, reply.block, "text/html", {"X-Shopfloor-Answer": json.dumps(reply.answer)})

    def _cut(self) -> None:
        """Close without a word, as a dead network does."""
        self.close_connection = True

    def _send(self, status: int, text: str, kind: str, extra: dict[str, str] | None = None) -> None:
        data = text.encode()
        try:
            self.send_response(status)
            headers = {"Content-Type": f"{kind}; charset=utf-8", "Content-Length": str(len(data)), "Content-Security-Policy": POLICY}
            for name, value in (headers | {"Cache-Control": "no-store"} | (extra or {})).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True


class HarnessServer(ThreadingHTTPServer):
    """The server of one test session; `plant` is replaced for every test."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.plant = Plant()
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_arguments: object) -> None:
        """A browser that goes away in mid-request is no error here."""


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    """Wait for something that happens at the server."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)
