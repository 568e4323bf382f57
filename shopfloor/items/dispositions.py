"""Batch disposition codes: the master, and giving one to a number with a reason (EDG-14, S19)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.items.hold_projection import follow_code, locked_number, project
from shopfloor.items.inputs import NewDispositionCode, SetDisposition
from shopfloor.items.models import DispositionCode, NumberAction
from shopfloor.items.number_history import Change, write_history
from shopfloor.items.rules import GoodsNumber
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.answers import Changed
from shopfloor.people.master_commands import create_record
from shopfloor.people.masters import Master, require_unblocked

DISPOSITION_CODE = Master(
    "disposition code",
    DispositionCode,
    NewDispositionCode,
    key=("code",),
    right=rights.HOLD,
    columns=("code", "name", "blocks_reservation", "blocks_production", "blocks_sales", "blocks_transfer"),
    named_by=(("disposition_code",),),
    follow=follow_code,
)
DEFAULT_CODES = (
    NewDispositionCode(code="AVAILABLE", name="Available"),
    NewDispositionCode(code="INSPECT", name="Under inspection", blocks_production=True, blocks_sales=True),
    NewDispositionCode(
        code="UNAVAILABLE", name="Unavailable", blocks_reservation=True, blocks_production=True, blocks_sales=True, blocks_transfer=True
    ),
)
"""What a new plant begins with."""


def create_default_codes(session: Session, actor: Actor) -> None:
    """The codes of a new plant. Raises NotAllowed, AlreadyExists."""
    for given in DEFAULT_CODES:
        create_record(session, actor, master=DISPOSITION_CODE, given=given)


def set_disposition(session: Session, actor: Actor, *, given: SetDisposition) -> Changed:
    """EDG-14: the number carries another code from now on; what it blocks is felt at the next scan, and its reservations stay (D20).

    Raises NotAllowed, NotFound for number and code, RecordBlocked for a code that nobody gives any more.
    """
    actor.require(rights.HOLD)
    if given.disposition_code:
        require_unblocked(session, DispositionCode, DISPOSITION_CODE.record, given.disposition_code, "code")
    number = GoodsNumber(given.item_no, given.variant_code, given.kind.value, given.number)
    row = locked_number(session, number)
    before = {"disposition_code": row.disposition_code, "reason": row.disposition_reason}
    row.disposition_code = given.disposition_code
    row.disposition_reason = given.reason if given.disposition_code else ""
    project(session, row)
    change = Change(number, NumberAction.DISPOSITION, before["disposition_code"], given.disposition_code, given.reason)
    write_history(session, actor, [change])
    after = {"disposition_code": given.disposition_code}
    audit.record(session, "set disposition code", f"{given.item_no} {given.number}", before=before, after=after, reason=given.reason)
    return Changed(record=given.kind, number=given.number)
