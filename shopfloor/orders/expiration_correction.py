"""Correcting the expiration date of a number: all its open goods are reclassified at once, the history keeps the old date (C15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import current_plant, plant, table
from shopfloor.errors import InvalidInput, NotFound
from shopfloor.items import number_series
from shopfloor.items.models import NumberAction, NumberInformation
from shopfloor.items.number_history import Change, write_history
from shopfloor.items.number_series import next_number
from shopfloor.items.queries import item_master_of
from shopfloor.items.rules import GoodsNumber
from shopfloor.items.tracking_codes import keep_postings_out
from shopfloor.ledger.entry_types import DocumentType, EntryType
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.ledger.queries import open_stock
from shopfloor.ledger.rules import OpenStock
from shopfloor.orders.answers import ExpirationCorrected
from shopfloor.orders.journal_inputs import ExpirationCorrection
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.posting.facts import dated_number
from shopfloor.posting.journal import ItemJournalLine
from shopfloor.posting.post import post
from shopfloor.quantity import ZERO, shown

_open = table(OpenItemEntry)
_COLUMNS = {"Serial": _open.c.serial_no, "Lot": _open.c.lot_no, "Package": _open.c.package_no}


def change_expiration_date(session: Session, actor: Actor, *, given: ExpirationCorrection) -> ExpirationCorrected:
    """Give a number another expiration date (C15). Postings that are on their way finish first; reservations stay with their goods.

    Needs the right to hold numbers. Raises NotAllowed, NotFound for a number that was never seen, InvalidInput for a date that it
    has already or that belongs to its lot, SetupMissing, TooManyLines.
    """
    actor.require(rights.HOLD)
    keep_postings_out(session)
    number = GoodsNumber(given.item_no, given.variant_code, given.kind.value, given.number)
    row = session.get(NumberInformation, (current_plant(session), *vars(number).values()))
    if row is None:
        raise NotFound(record=f"{given.kind.lower()} number", number=given.number)
    old = row.expiration_date
    if old == given.new_expiration_date:
        raise _wrong("is the date that it has")
    goods = _open_goods(session, number)
    master = item_master_of(session, given.item_no)
    assert master is not None, "number information without an item"
    register_no = 0
    if goods and master.rules.use_expiration_dates:
        register_no = _reclassify(session, actor, given, goods)
    session.expire(row)
    row.expiration_date = given.new_expiration_date
    was = old.isoformat() if old else ""
    new = given.new_expiration_date.isoformat()
    write_history(session, actor, [Change(number, NumberAction.EXPIRY, was, new, given.reason, register_no)])
    before, after = {"expiration_date": was}, {"expiration_date": new, "register": register_no}
    audit.record(session, "change expiration date", f"{given.item_no} {given.number}", before=before, after=after, reason=given.reason)
    quantity = sum((entry.remaining for entry in goods), ZERO)
    return ExpirationCorrected(
        number=given.number, new_date=new, quantity=shown(quantity), unit=master.base_unit_code, register_no=register_no
    )


def _open_goods(session: Session, number: GoodsNumber) -> list[OpenStock]:
    """What is open of a number at every location. Raises InvalidInput when its date is that of a lot (EX-02)."""
    wanted = (_open.c.item_no == number.item_no) & (_open.c.variant_code == number.variant_code) & (_open.c.remaining > ZERO)
    statement = select(_open).where(plant(session, _open), wanted, _COLUMNS[number.kind] == number.number).order_by(_open.c.entry_no)
    goods = [open_stock(row) for row in session.connection().execute(statement)]
    for entry in goods:
        kind, dated = dated_number(entry.item_no, entry.variant_code, entry.tracking)[2:]
        if kind != number.kind:
            raise _wrong(f"is that of {kind.lower()} {dated}; correct it there")
    return goods


def _reclassify(session: Session, actor: Actor, given: ExpirationCorrection, goods: Sequence[OpenStock]) -> int:
    document_no = next_number(session, number_series.JOURNAL)
    first = ItemJournalLine(
        entry_type=EntryType.TRANSFER,
        item_no=given.item_no,
        quantity=goods[0].remaining,
        location_code=goods[0].location_code,
        posting_date=actor.work_date(),
        variant_code=given.variant_code,
        tracking=goods[0].tracking,
        new_tracking=goods[0].tracking,
        document_type=DocumentType.ITEM_JOURNAL,
        document_no=document_no,
        expiration_date=given.new_expiration_date,
        changes_expiration=True,
        reason=given.reason,
    )
    lines = [
        replace(
            first, quantity=entry.remaining, location_code=entry.location_code, tracking=entry.tracking, new_tracking=entry.tracking,
            applies_to_entry=entry.entry_no,
        )
        for entry in goods
    ]
    return post(session, actor, lines, source="Change expiration date", reason=given.reason).register_no


def _wrong(problem: str) -> InvalidInput:
    return InvalidInput(summary=f"new_expiration_date {problem}", problems={"new_expiration_date": problem})
