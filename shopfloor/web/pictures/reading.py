"""Reading an uploaded picture: a place in the queue, the decoders, and the one normaliser for what they found (IMG-14).

It decodes only. A text that is used afterwards comes back as an ordinary scan of source `camera`, with its own command key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from flask import request

from shopfloor.errors import InvalidInput
from shopfloor.genealogy.page_queries import station_rules
from shopfloor.people.actor import Actor
from shopfloor.scanning.errors import ScanRefused
from shopfloor.scanning.gs1.profiles import ScannerProfile
from shopfloor.scanning.gs1.read import read
from shopfloor.scanning.pictures.acceptance import Sighting, acceptance_rules, sighting
from shopfloor.scanning.pictures.errors import LARGEST_BYTES, PictureTooLarge
from shopfloor.scanning.pictures.readings import Judged, PictureReadings, Reading, Verdict
from shopfloor.scanning.pictures.wire import Job
from shopfloor.scanning.scan import ScanSource
from shopfloor.web.extensions import request_session
from shopfloor.web.guards import current_actor, session_id
from shopfloor.web.pictures.decoders import decoders
from shopfloor.web.texts import outcome_text

FIELD = "picture"
FORM_BYTES = 64 * 1024
"""What the other fields of the form and its boundaries may take."""


@dataclass(frozen=True)
class ReadCode:
    """One code of the picture, as a client or a page needs it."""

    verdict: Verdict
    """accepted, held (read once, a second equal reading is needed), refused."""
    reason: str
    """Kind from a closed list, why it is held or refused; blank if accepted."""
    seconded_by: str
    text: str
    """What to send as the scan's text: symbology identifier and content, with GS."""
    shown: str
    """For people: bracketed elements, or the text."""
    kind: str
    """What the text is: gs1, ean, dl, iso15434, plain, command, badge; blank where it was read and not understood."""
    code: str
    """Code of the refusal where it was not understood."""
    message: str
    sighting: str
    """To be sent as `before` with the next frame, where this is held."""
    reading: Reading
    """Raw bytes, identifier, content type, engine, stage; kept with the scan (IMG-5)."""


@dataclass(frozen=True)
class PictureAnswer:
    """What a picture gave."""

    codes: tuple[ReadCode, ...]
    stages: tuple[str, ...]
    width: int
    height: int
    milliseconds: int

    @property
    def usable(self) -> tuple[ReadCode, ...]:
        """What a person may choose from: accepted codes, else the held ones."""
        accepted = tuple(one for one in self.codes if one.verdict is Verdict.ACCEPTED)
        return accepted or tuple(one for one in self.codes if one.verdict is Verdict.HELD)


def admit_picture() -> None:
    """Before anything of the form is read: a picture may be larger than other forms, and no larger than this. Raises PictureTooLarge."""
    request.max_content_length = LARGEST_BYTES + FORM_BYTES
    if (request.content_length or 0) > LARGEST_BYTES + FORM_BYTES:
        raise PictureTooLarge


def sent_picture() -> BinaryIO:
    """The file of the form. Raises InvalidInput."""
    sent = request.files.get(FIELD)
    if sent is None or not sent.filename:
        problem = "choose a picture"
        raise InvalidInput(summary=f"{FIELD}: {problem}", problems={FIELD: problem})
    return sent.stream  # type: ignore[return-value]


def read_upload(picture: BinaryIO, mode: str, before: frozenset[Sighting] = frozenset()) -> PictureAnswer:
    """Read the picture by the rules of the station (IMG-6). Nothing of it is kept. Raises PictureRefused."""
    actor = current_actor()
    station = station_rules(request_session(), actor.station_code, session_id())
    rules = acceptance_rules(actor.picture_symbols, actor.itf_lengths)
    # The picture may take two seconds; nobody waits for this connection meanwhile.
    request_session().close()
    pool = decoders()
    with pool.turn(_turn_of(actor)):
        content = picture.read(LARGEST_BYTES + 1)
        found = pool.read(Job(content, mode, rules, before))
    return answer_to(found, station.rules.profile, actor.work_date())


def answer_to(found: PictureReadings, profile: ScannerProfile, as_of: date) -> PictureAnswer:
    """Every reading through the one normaliser."""
    codes = tuple(_code(one, profile, as_of) for one in found.judged)
    return PictureAnswer(codes, found.stages, found.width, found.height, found.milliseconds)


def sighting_of(told: str) -> Sighting:
    """A `ReadCode.sighting` again."""
    family, _colon, text = told.partition(":")
    return family, text


def _turn_of(actor: Actor) -> str:
    """One picture at a time for each of these (IMG-11)."""
    return session_id() or f"api {actor.operator_no} {actor.station_code}"


def _code(judged: Judged, profile: ScannerProfile, as_of: date) -> ReadCode:
    reading = judged.reading
    kind = code = message = ""
    shown = reading.text
    try:
        scan = read(reading.scan_text, profile, as_of=as_of, source=ScanSource.CAMERA)
        kind, shown = scan.kind.value, scan.bracketed() or scan.text
    except ScanRefused as refusal:
        code, message = refusal.code, outcome_text(refusal)
    return ReadCode(
        judged.verdict, judged.reason, judged.seconded_by, reading.scan_text, _visible(shown), kind, code, message,
        ":".join(sighting(reading)), reading,
    )


def _visible(text: str) -> str:
    """GS and other characters that cannot be seen, as their pictures or a mark."""
    return "".join(chr(0x2400 + ord(one)) if ord(one) < 0x20 else one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)
