"""Print and verify: each printed label is scanned back, and only then is it proved (failure story 74)."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.clock import now
from shopfloor.db import plant, table
from shopfloor.genealogy.page_queries import station_rules
from shopfloor.labels.answers import LabelsVerified, LabelVerified
from shopfloor.labels.commands import locked_job, note_printed
from shopfloor.labels.errors import LabelDiffers, LabelForeign, LabelTwice
from shopfloor.labels.inputs import VerifyLabel
from shopfloor.labels.models import LabelJob, LabelLine
from shopfloor.labels.queries import format_by_code, lines_of, text_of
from shopfloor.labels.rules import MADE, VERIFIED, PrintedLabel, is_right, label_of, same_number
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.scanning.gs1.read import plain_candidate, read
from shopfloor.scanning.printing.formats import LabelFormat
from shopfloor.scanning.printing.layout import carries_gs1
from shopfloor.scanning.scan import Element, Scan, ScanKind, bracketed

_line = table(LabelLine)


def verify_label(session: Session, actor: Actor, *, job_no: int, given: VerifyLabel) -> LabelVerified | LabelsVerified:
    """One label, scanned back. Raises NotAllowed, NotFound, ScanRefused, LabelForeign, LabelDiffers, LabelTwice."""
    actor.require(rights.PRINT_LABELS)
    job = locked_job(session, job_no)
    form = format_by_code(session, job.label_format)
    labels = _labels(session, job, form)
    scan = _read(session, actor, given, [label for label, _plain in labels])
    found = _found(job, scan, labels)
    left = sum(label.open for label, _plain in labels) - 1
    _count(session, actor, job, found)
    if job.state == MADE:
        note_printed(session, actor, job, "scanned back")
    if left:
        return LabelVerified(place=found.place, total=job.total, number=found.number, open_count=left)
    job.state, job.verified_at = VERIFIED, now()
    job.version += 1
    audit.record(session, "verify labels", f"label job {job_no}", after={"state": VERIFIED})
    return LabelsVerified(place=found.place, total=job.total, number=found.number, job_no=job_no)


def _labels(session: Session, job: LabelJob, form: LabelFormat) -> list[tuple[PrintedLabel, bool]]:
    """Labels of the job, each with whether its symbol carries the plain number (D34)."""
    return [
        (
            PrintedLabel(line.place, line.number, line.elements, job.copies, line.verified),
            not carries_gs1(label_of(text_of(line), line.place, job.total), form),
        )
        for line in lines_of(session, job.job_no)
    ]


def _read(session: Session, actor: Actor, given: VerifyLabel, labels: list[PrintedLabel]) -> Scan:
    """The scan as this station reads it. A text that is exactly a number of the job is that number, whatever it looks like (D11)."""
    profile = station_rules(session, actor.station_code, "").rules.profile
    known = plain_candidate(given.text, profile, source=given.source)
    if known in {label.number for label in labels}:
        return Scan(ScanKind.PLAIN, given.text, given.source, text=known)
    template = next((tuple(ai for ai, _value in label.elements) for label in labels if label.elements), None)
    return read(given.text, profile, as_of=actor.work_date(), template=template, source=given.source)


def _found(job: LabelJob, scan: Scan, labels: list[tuple[PrintedLabel, bool]]) -> PrintedLabel:
    """The label that the scan proves: of several alike the first that is open."""
    about = [(label, plain) for label, plain in labels if same_number(scan, label)]
    if not about:
        raise LabelForeign(scanned=_shown(scan), label_count=job.label_count, job_no=job.job_no)
    right = [label for label, plain in about if is_right(scan, label, plain=plain)]
    if not right:
        label, plain = about[0]
        expected = label.number if plain else _brackets(label)
        raise LabelDiffers(number=label.number, found=_shown(scan), expected=expected)
    still = next((label for label in right if label.open), None)
    if still is None:
        raise LabelTwice(number=right[0].number, place=right[0].place, total=job.total)
    return still


def _count(session: Session, actor: Actor, job: LabelJob, label: PrintedLabel) -> None:
    """Guarded, although the job is locked: one scan counts once."""
    c = _line.c
    statement = (
        update(_line)
        .where(plant(session, _line), c.job_no == job.job_no, c.line_no == label.place, c.verified == label.verified)
        .values(verified=label.verified + 1, verified_by=actor.operator_no, verified_at=now())
    )
    assert session.connection().execute(statement).rowcount == 1, "the job is locked"


def _brackets(label: PrintedLabel) -> str:
    return bracketed(tuple(Element(ai, value) for ai, value in label.elements))


def _shown(scan: Scan) -> str:
    """What was scanned, for people: a badge is a key and is not repeated."""
    if scan.kind in {ScanKind.BADGE, ScanKind.COMMAND}:
        return scan.kind.value
    text = scan.bracketed() or scan.text
    return "".join(character if character.isprintable() else "␣" for character in text)[:100]
