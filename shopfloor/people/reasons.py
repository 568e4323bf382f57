"""Reason codes (D18): the master, and the code in what an override gives as its reason."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.people.actor import Actor
from shopfloor.people.answers import Created
from shopfloor.people.errors import ReasonUnknown
from shopfloor.people.inputs import NewReasonCode
from shopfloor.people.master_commands import create_record
from shopfloor.people.masters import Master, known_values
from shopfloor.people.models import ReasonCode

_reason = table(ReasonCode)
REASON_CODE = Master(
    "reason code",
    ReasonCode,
    NewReasonCode,
    key=("code",),
    columns=("code", "description"),
    named_by=(("reason_code",),),
)
DEFAULT_REASONS = (
    NewReasonCode(code="MISLABELLED", description="The label is wrong or damaged"),
    NewReasonCode(code="QUALITY-OK", description="Approved by quality"),
    NewReasonCode(code="REWORK", description="Rework"),
    NewReasonCode(code="RUSH", description="Rush order"),
    NewReasonCode(code="SUBSTITUTE-OK", description="Substitute is approved"),
    NewReasonCode(code="SUPPLIER-AGREED", description="Agreed with the supplier"),
    NewReasonCode(code="TRIAL", description="Trial run"),
)
"""What a plant begins with."""


def create_default_reasons(session: Session, actor: Actor) -> Created:
    """Those of the default codes that are not there yet. Raises NotAllowed."""
    known = known_values(session, ReasonCode, ("code",), [(given.code,) for given in DEFAULT_REASONS])
    for given in DEFAULT_REASONS:
        if (given.code,) not in known:
            create_record(session, actor, master=REASON_CODE, given=given)
    return Created(record="Reason codes", number=", ".join(given.code for given in DEFAULT_REASONS))


def reason_parts(text: str) -> tuple[str, str]:
    """Code and remark of `CODE` or `CODE: remark`. Pure."""
    code, _colon, remark = text.partition(":")
    return code.strip(), remark.strip()


def reason_text(code: str, remark: str) -> str:
    """What `reason_parts` reads; without a code the remark alone. Pure."""
    return ": ".join(part for part in (code, remark) if part)


def open_reasons(session: Session) -> tuple[tuple[str, str], ...]:
    """Codes that may be chosen, with what they mean, by code. One statement."""
    c = _reason.c
    rows = session.connection().execute(
        select(c.code, c.description).where(plant(session, _reason), c.blocked.is_(False)).order_by(c.code)
    )
    return tuple((row.code, row.description) for row in rows)


def require_reason(session: Session, text: str) -> None:
    """D18: the text begins with a code in use. One statement. Raises ReasonUnknown."""
    code, _remark = reason_parts(text)
    found = select(_reason.c.code).where(plant(session, _reason), _reason.c.code == code, _reason.c.blocked.is_(False))
    if session.connection().execute(found).one_or_none() is None:
        raise ReasonUnknown(reason=code or text)
