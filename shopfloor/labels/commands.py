"""Make label jobs, print them again, and note that they were printed. Sending is in `sending`, the proof in `verifying`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from sqlalchemy import insert
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.clock import now
from shopfloor.db import current_plant, table, take_numbers
from shopfloor.errors import InvalidInput, NotFound
from shopfloor.labels.answers import LabelsMade, LabelsPrinted
from shopfloor.labels.errors import NothingToLabel, NothingToReprint
from shopfloor.labels.inputs import MOST_LABELS, LabelSource, NewLabelJob, PrintedLabels, ReprintLabels
from shopfloor.labels.models import LabelJob, LabelLine
from shopfloor.labels.queries import chosen_format, draw, format_by_code, job_card, labels_of_texts, text_of
from shopfloor.labels.rules import MADE, MAY_FOLLOW, PRINTED, LabelText, label_of
from shopfloor.labels.sources import label_texts
from shopfloor.people import rights
from shopfloor.people.actor import Actor

_job = table(LabelJob)
_line = table(LabelLine)


def make_labels(session: Session, actor: Actor, *, given: NewLabelJob) -> LabelsMade:
    """A job with one label for each number of the source, in its order. All of them are drawn and read back, or nothing is made (R-25).

    Raises NotAllowed, NotFound, NothingToLabel, and why a label cannot be printed, with its row.
    """
    actor.require(rights.PRINT_LABELS)
    found = label_texts(session, given, first=given.first, limit=MOST_LABELS)
    if not found.texts:
        raise NothingToLabel(source=found.title)
    form = chosen_format(session, given.label_format, found.texts[0].goods.item_no)
    draw(session, labels_of_texts(found, given.first), form)
    values = {
        "source": given.source.value, "source_no": found.title, "source_address": address_of(given), "label_format": form.code,
        "copies": given.copies, "total": found.total,
    }
    return _insert(session, actor, values, list(enumerate(found.texts, start=given.first)))


def reprint_labels(session: Session, actor: Actor, *, job_no: int, given: ReprintLabels) -> LabelsMade:
    """Labels of a job once more, as a job of its own that names the first one and the reason. Without places: those that are open.

    Raises NotAllowed, NotFound, NothingToReprint, and why a label cannot be printed.
    """
    actor.require(rights.PRINT_LABELS)
    card = job_card(session, job_no)
    if card is None:
        raise NotFound(record="label job", number=str(job_no))
    chosen = [line for line in card.lines if line.place in given.places] if given.places else list(card.open_lines)
    if len(chosen) < len(set(given.places)):
        problem = "a label of this number is not in the job"
        raise InvalidInput(summary=f"places: {problem}", problems={"places": problem})
    if not chosen:
        raise NothingToReprint(job_no=job_no)
    form = format_by_code(session, given.label_format or card.job.label_format)
    texts = [(line.place, text_of(line)) for line in chosen]
    draw(session, [label_of(text, place, card.job.total) for place, text in texts], form)
    job = card.job
    values = {
        "source": job.source, "source_no": job.source_no, "source_address": job.source_address, "label_format": form.code,
        "copies": job.copies, "total": job.total, "reprint_of": job_no, "reason": given.reason,
    }
    return _insert(session, actor, values, texts)


def mark_printed(session: Session, actor: Actor, *, job_no: int, given: PrintedLabels) -> LabelsPrinted:
    """A person says that the labels came out of a printer that this program does not see. Raises NotAllowed, NotFound."""
    actor.require(rights.PRINT_LABELS)
    note_printed(session, actor, locked_job(session, job_no), given.how)
    return LabelsPrinted(job_no=job_no)


def note_printed(session: Session, actor: Actor, job: LabelJob, how: str) -> None:
    """Who printed last, when and how. What was scanned back stays proved."""
    before = job.state
    assert PRINTED in MAY_FOLLOW[before], before
    if before == MADE:
        job.state = PRINTED
    job.printed_by, job.printed_how, job.printed_at = actor.operator_no, how[:60], now()
    job.version += 1
    audit.record(session, "print labels", f"label job {job.job_no}", before={"state": before}, after={"state": job.state, "how": how})


def locked_job(session: Session, job_no: int) -> LabelJob:
    """The job, held until the end. Raises NotFound."""
    job = session.get(LabelJob, (current_plant(session), job_no), with_for_update=True, populate_existing=True)
    if job is None:
        raise NotFound(record="label job", number=str(job_no))
    return job


def address_of(source: LabelSource) -> str:
    """The query of the page that shows this source."""
    named = {name: str(getattr(source, name)) for name in LabelSource.model_fields}
    return urlencode({name: value for name, value in named.items() if value})[:300]


def _insert(session: Session, actor: Actor, values: Mapping[str, object], texts: Sequence[tuple[int, LabelText]]) -> LabelsMade:
    """Three statements, however many labels."""
    job_no = take_numbers(session, {"label_job": 1})["label_job"][0]
    common = {"plant_no": current_plant(session), "job_no": job_no}
    made = {"created_by": actor.operator_no, "station_code": actor.station_code, "created_at": now(), "label_count": len(texts)}
    session.connection().execute(insert(_job), common | dict(values) | made)
    rows = [
        common | {
            "line_no": place, "item_no": text.goods.item_no, "variant_code": text.goods.variant_code, "kind": text.goods.kind,
            "number": text.goods.number, "elements": [list(pair) for pair in text.elements], "description": text.description,
            "dates": text.dates,
        }
        for place, text in texts
    ]
    session.connection().execute(insert(_line), rows)
    after = {key: value for key, value in values.items() if key != "source_address"} | {"labels": len(texts)}
    audit.record(session, "make labels", f"label job {job_no}", after=after, reason=str(values.get("reason", "")))
    return LabelsMade(job_no=job_no, label_count=len(texts))
