"""Jobs and answers between the server and the processes that read pictures: a JSON head and the picture's bytes behind it."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO

from shopfloor.errors import Refusal
from shopfloor.scanning.pictures.acceptance import AcceptanceRules, Sighting
from shopfloor.scanning.pictures.readings import Engine, Judged, PictureReadings, Reading, Symbol, Verdict

READY = b"+"
"""What a process sends when its libraries are loaded."""
_LENGTHS = struct.Struct(">II")


@dataclass(frozen=True)
class Job:
    """One picture to be read."""

    content: bytes
    mode: str
    """A value of `pipeline.Mode`: this file is read without OpenCV."""
    rules: AcceptanceRules = field(default_factory=AcceptanceRules)
    before: frozenset[Sighting] = frozenset()
    """What the frame before held."""


def send(stream: BinaryIO, head: Mapping[str, Any], content: bytes = b"") -> None:
    """One message. Raises OSError where nobody listens any more."""
    text = json.dumps(head).encode()
    stream.write(_LENGTHS.pack(len(text), len(content)))
    stream.write(text)
    stream.write(content)
    stream.flush()


def receive(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """The next message, or None when the other side is gone."""
    lengths = stream.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    head, content = _LENGTHS.unpack(lengths)
    text, rest = stream.read(head), stream.read(content)
    if len(text) < head or len(rest) < content:
        return None
    return json.loads(text), rest


def job_head(job: Job) -> dict[str, Any]:
    """Everything of a job but the picture."""
    return {
        "mode": job.mode,
        "symbols": sorted(symbol.value for symbol in job.rules.symbols),
        "itf_lengths": sorted(job.rules.itf_lengths),
        "before": sorted(job.before),
    }


def job_of(head: Mapping[str, Any], content: bytes) -> Job:
    """The job again."""
    symbols = frozenset(Symbol(name) for name in head["symbols"])
    rules = AcceptanceRules(symbols, frozenset(head["itf_lengths"]))
    return Job(content, head["mode"], rules, frozenset((family, text) for family, text in head["before"]))


def answer_head(answer: PictureReadings | Refusal) -> dict[str, Any]:
    """Readings or a refusal as JSON keeps them."""
    if isinstance(answer, Refusal):
        return {"code": answer.code, "fields": answer.outcome_fields()}
    return {"readings": asdict(answer)}


def answer_of(head: Mapping[str, Any]) -> PictureReadings:
    """The readings again. Raises the refusal that the other side met."""
    if "code" in head:
        raise Refusal.restore(head["code"], head["fields"])
    found = dict(head["readings"])
    judged = tuple(_judged(one) for one in found.pop("judged"))
    return PictureReadings(judged=judged, stages=tuple(found.pop("stages")), **found)


def _judged(values: Mapping[str, Any]) -> Judged:
    reading = dict(values["reading"])
    place = tuple((x, y) for x, y in reading.pop("place"))
    symbol, engine = Symbol(reading.pop("symbol")), Engine(reading.pop("engine"))
    return Judged(
        Reading(symbol=symbol, engine=engine, place=place, **reading), Verdict(values["verdict"]), values["reason"], values["seconded_by"]
    )
