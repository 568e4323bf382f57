"""Yes to a question (D18): rescanning confirms what needs no right; an override needs a reason and a badge with the right."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

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
from shopfloor.genealogy.models import ScanEntry
from shopfloor.genealogy.scan_job import ScanJob
from shopfloor.people import rights
from shopfloor.people.models import Operator, Role
from shopfloor.scanning.plain import is_badge, read_plain

_scan = table(ScanEntry)
_command = table(CommandEntry)
_operator = table(Operator)
NEED_RIGHT = {BatchExpired.code, OverQuantity.code, SerialLimit.code}
"""Questions that only somebody with the right may answer."""
WITH_A_FIGURE = {QuantityNeeded.code}
"""Questions that a quantity answers (D7); a second scan does not."""
PLAIN = {SwitchToComponent.code, SwitchToProduct.code, AmbiguousComponent.code, NumberLooksAlike.code, NumberWasRemoved.code}
"""Questions that a second scan or a tap confirms."""


def confirmed_scan(job: ScanJob) -> ScanJob:
    """The scan that asked, with its question answered. Raises NothingToConfirm, ReasonNeeded, NotAllowed."""
    asked = _question(job)
    if asked is None:
        raise NothingToConfirm
    scan_text, mode, product, line, source, question = asked
    scan = job.scan.model_copy(update={"kind": "scan", "text": scan_text, "product": product, "line": line, "source": source, "mode": mode})
    if question.code == SwitchToComponent.code:
        scan = scan.model_copy(update={"mode": COMPONENT, "product": job.scan.product})
    if question.code == SwitchToProduct.code:
        scan = scan.model_copy(update={"mode": PRODUCT})
    known_as = str(getattr(question, "known", ""))
    again = replace(job, scan=scan, confirmed=job.confirmed | {question.code}, known_as=known_as)
    if question.code in NEED_RIGHT:
        again.approved_by, again.reason = approve(job, rights.OVERRIDE), job.scan.reason
    return again


def approve(job: ScanJob, right: str) -> str:
    """D18: who confirms, by badge; the operator stays signed in, and both are recorded. Raises ReasonNeeded, NotAllowed."""
    if not job.scan.reason or not job.scan.badge:
        raise ReasonNeeded
    badge = read_plain(job.scan.badge).text if is_badge(job.scan.badge) else job.scan.badge  # a printed badge carries a prefix
    row = job.session.connection().execute(
        select(_operator.c.no, _operator.c.name, _operator.c.role).where(
            _operator.c.badge == badge, _operator.c.blocked.is_(False)
        )
    ).one_or_none()
    if row is None or right not in rights.RIGHTS[Role(row.role)]:
        raise NotAllowed(operator=row.name if row is not None else "This badge", right=right)
    return str(row.no)


def _question(job: ScanJob) -> tuple[str, str, int, int, str, Refusal] | None:
    """The scan and the question under the key that is confirmed; only of the same session and order. One statement."""
    row = job.session.connection().execute(
        select(
            _scan.c.raw_text, _scan.c.mode, _scan.c.match_id, _scan.c.component_line_no, _scan.c.source, _command.c.outcome_code,
            _command.c.outcome_fields,
        )
        .join(_command, (_command.c.plant_no == _scan.c.plant_no) & (_command.c.command_key == _scan.c.command_key))
        .where(
            plant(job.session, _scan), _scan.c.command_key == job.scan.confirms, _scan.c.order_no == job.order_no,
            _scan.c.session_id == job.rules.session_id, _scan.c.answer == "question",
        )
    ).one_or_none()
    if row is None or row.outcome_code not in PLAIN | NEED_RIGHT | WITH_A_FIGURE:
        return None
    question = Outcome.restore(row.outcome_code, row.outcome_fields)
    assert isinstance(question, Refusal)
    return row.raw_text, row.mode, row.match_id, row.component_line_no, row.source, question
