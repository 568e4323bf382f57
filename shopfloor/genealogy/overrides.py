"""Yes to a question (D18): rescanning confirms what needs no right; an override needs a reason code and a badge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, exists, select

from shopfloor.db import plant, table
from shopfloor.db.unit_of_work import CommandEntry
from shopfloor.errors import NotAllowed, Outcome, Refusal
from shopfloor.genealogy.errors import (
    AmbiguousComponent,
    BatchExpired,
    NothingToConfirm,
    NumberLooksAlike,
    NumberWasRemoved,
    OverQuantity,
    QuantityNeeded,
    ReasonNeeded,
    SerialLimit,
    SwitchToComponent,
    SwitchToProduct,
)
from shopfloor.genealogy.facts import COMPONENT, PRODUCT
from shopfloor.genealogy.maintenance_errors import LabelDateEarlier, LineEnded
from shopfloor.genealogy.models import ScanEntry
from shopfloor.genealogy.scan_job import ScanJob
from shopfloor.people import rights
from shopfloor.people.errors import ReasonUnknown
from shopfloor.people.models import Operator, Role
from shopfloor.people.reasons import require_reason
from shopfloor.scanning.gs1.transport import without_frame
from shopfloor.scanning.plain import badge_number

_scan = table(ScanEntry)
_command = table(CommandEntry)
_operator = table(Operator)
NEED_RIGHT = {BatchExpired.code, LineEnded.code, OverQuantity.code, SerialLimit.code}
"""Questions that only somebody with the right may answer."""
NOT_CONFIRMED = {NotAllowed.code, ReasonNeeded.code, ReasonUnknown.code}
"""An override that failed: the question stays, with what was typed, for another badge or code."""
WITH_A_FIGURE = {QuantityNeeded.code}
"""Questions that a quantity answers (D7); a second scan does not."""
PLAIN = {
    SwitchToComponent.code, SwitchToProduct.code, AmbiguousComponent.code, NumberLooksAlike.code, NumberWasRemoved.code,
    LabelDateEarlier.code,
}
"""Questions that a second scan or a tap confirms."""
MOST_QUESTIONS = 5
"""One scan asks fewer."""


@dataclass(frozen=True)
class _Asked:
    """A scan that asked, or a yes that asked the next question."""

    key: str
    kind: str
    answers: str
    """Key of the question that a yes answered."""
    text: str
    mode: str
    product: int
    line: int
    source: str
    quantity: str
    """What came along with the scan (D30)."""
    question: Refusal


def confirmed_scan(job: ScanJob) -> ScanJob:
    """The scan that asked, with its questions answered: a yes may lead to the next question, and keeps what was answered before.

    Raises NothingToConfirm, ReasonNeeded, ReasonUnknown, NotAllowed.
    """
    asked = _questions(job)
    last, first = asked[0], asked[-1]
    codes = frozenset(one.question.code for one in asked)
    scan = job.scan.model_copy(
        update={"kind": "scan", "text": first.text, "source": first.source, "mode": first.mode, "product": last.product, "line": last.line}
    )
    if SwitchToComponent.code in codes:
        product = job.scan.product if last.question.code == SwitchToComponent.code else last.product
        scan = scan.model_copy(update={"mode": COMPONENT, "product": product})
    if SwitchToProduct.code in codes:
        scan = scan.model_copy(update={"mode": PRODUCT})
    if first.quantity:
        scan = scan.model_copy(update={"quantity": first.quantity})
    elif QuantityNeeded.code in codes:  # a figure that led to the next question is kept with the yes that gave it
        figure = job.scan.quantity or next((one.text for one in asked if one.kind == "confirm" and one.text), "")
        scan = scan.model_copy(update={"quantity": figure})
    known_as = next((known for one in asked if (known := str(getattr(one.question, "known", "")))), "")
    again = replace(job, scan=scan, confirmed=job.confirmed | codes, known_as=known_as)
    if codes & NEED_RIGHT:
        again.approved_by, again.reason = approve(job, rights.OVERRIDE), job.scan.reason
    return again


def approve(job: ScanJob, right: str) -> str:
    """D18: who confirms, by badge; the operator stays signed in, and both are recorded. The reason begins with a code in use.

    Raises ReasonNeeded, ReasonUnknown, NotAllowed.
    """
    if not job.scan.reason or not job.scan.badge:
        raise ReasonNeeded
    require_reason(job.session, job.scan.reason)
    row = _holder(job, job.scan.badge)
    bare = without_frame(job.scan.badge, job.rules.profile)
    if row is None and bare != job.scan.badge:  # the scanner's frame, unless the badge is known with it
        row = _holder(job, bare)
    if row is None or right not in rights.RIGHTS[Role(row.role)]:
        raise NotAllowed(operator=row.name if row is not None else "This badge", right=right)
    return str(row.no)


def _holder(job: ScanJob, text: str) -> Row[Any, Any, Any] | None:
    return job.session.connection().execute(
        select(_operator.c.no, _operator.c.name, _operator.c.role).where(
            _operator.c.badge == badge_number(text), _operator.c.blocked.is_(False)
        )
    ).one_or_none()


def _questions(job: ScanJob) -> list[_Asked]:
    """The question that is confirmed, and those before it that led there, newest first. One statement each. Raises NothingToConfirm."""
    found: list[_Asked] = []
    key = job.scan.confirms
    while len(found) < MOST_QUESTIONS:
        asked = _question(job, key)
        if asked is None:
            raise NothingToConfirm
        found.append(asked)
        if asked.kind != "confirm":
            return found
        key = asked.answers
    raise NothingToConfirm


def _question(job: ScanJob, key: str) -> _Asked | None:
    """The question under a key: of the same session and order, and not answered with success before: a yes counts once."""
    done = _scan.alias("done")
    answered = exists().where(
        done.c.plant_no == _scan.c.plant_no, done.c.session_id == _scan.c.session_id, done.c.entry_no > _scan.c.entry_no,
        done.c.holds_key == _scan.c.command_key, done.c.kind == "confirm", done.c.answer.in_(("accepted", "information")),
    )
    row = job.session.connection().execute(
        select(
            _scan.c.kind, _scan.c.holds_key, _scan.c.raw_text, _scan.c.mode, _scan.c.match_id, _scan.c.component_line_no, _scan.c.source,
            _scan.c.decoded, _command.c.outcome_code, _command.c.outcome_fields,
        )
        .join(_command, (_command.c.plant_no == _scan.c.plant_no) & (_command.c.command_key == _scan.c.command_key))
        .where(
            plant(job.session, _scan), _scan.c.command_key == key, _scan.c.order_no == job.order_no,
            _scan.c.session_id == job.rules.session_id, _scan.c.answer == "question", ~answered,
        )
    ).one_or_none()
    if row is None or row.outcome_code not in PLAIN | NEED_RIGHT | WITH_A_FIGURE:
        return None
    question = Outcome.restore(row.outcome_code, row.outcome_fields)
    assert isinstance(question, Refusal)
    return _Asked(
        key, row.kind, row.holds_key, row.raw_text, row.mode, row.match_id, row.component_line_no, row.source,
        str(row.decoded.get("quantity", "")), question,
    )
