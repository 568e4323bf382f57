"""Item reclassification journal: goods get another number, another date or another place (C9, EX-05, AP-01, C15, D20)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import plant, table
from shopfloor.errors import in_row
from shopfloor.items import number_series
from shopfloor.items.locations import location_problems
from shopfloor.items.models import NumberAction, NumberInformation
from shopfloor.items.number_history import Change, write_history
from shopfloor.items.number_series import next_number
from shopfloor.items.rules import GoodsNumber
from shopfloor.items.tracking import Tracking
from shopfloor.items.tracking_codes import keep_postings_out
from shopfloor.items.units import Measured
from shopfloor.ledger.entry_types import DocumentType, EntryType
from shopfloor.ledger.queries import open_entries
from shopfloor.orders.answers import ReclassificationPosted
from shopfloor.orders.arrivals import Arrival, check_arrivals
from shopfloor.orders.documents import LINE_STEP, Goods, tracking_of
from shopfloor.orders.inputs import ArrivedLine
from shopfloor.orders.journal_inputs import PostReclassification, ReclassificationLine
from shopfloor.orders.journal_rows import amount_of_row, goods_of_rows
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.posting.checks import same_dated_number
from shopfloor.posting.facts import dated_number
from shopfloor.posting.journal import ItemJournalLine
from shopfloor.posting.post import post
from shopfloor.posting.room import make_room_for
from shopfloor.quantity import ZERO

_information = table(NumberInformation)
Row = tuple[int, ItemJournalLine]
"""Number of the row that was typed, and a line that it became."""


def post_reclassification(session: Session, actor: Actor, *, given: PostReclassification) -> ReclassificationPosted:
    """Post transfers with new numbers, dates and locations, all or none.

    Another date for a number that keeps its name takes the right to hold numbers, and all that is open of the number (EX-05, C15);
    goods on hold take that right, too, and keep their hold (D20). Raises NotAllowed, NotFound for item or location, UnitUnknown,
    BelowPrecision, NumberInvalid, NumberPattern, CaseTwin and SerialUsedBefore unless confirmed, SetupMissing, and whatever the
    posting door refuses; refusals of one line name its row.
    """
    actor.require(rights.ADJUST_STOCK)
    if any(line.new_expiration_date for line in given.lines):
        keep_postings_out(session)
    goods = goods_of_rows(session, given.lines)
    _require_new_locations(session, given.lines)
    check_arrivals(session, _arrivals(given.lines, goods), confirmed=given.confirmed)
    posting_date = given.posting_date or actor.work_date()
    document_no = next_number(session, number_series.JOURNAL)
    rows: list[Row] = []
    for number, line in enumerate(given.lines, 1):
        amount = amount_of_row(goods, number, line.item_no, line)
        made = _journal_line(line, number, amount, given.reason, posting_date, document_no)
        rows += [(number, part) for part in (in_whole_entries(session, made) if made.changes_expiration else [made])]
    changes = date_changes(session, [line for _number, line in rows if line.changes_expiration])
    if changes:
        actor.require(rights.HOLD)
    make_room_for(session, actor, [line for _number, line in rows], goods.masters)
    register = post(
        session, actor, [line for _number, line in rows], source="Item reclassification journal", reason=given.reason,
        rows=[number for number, _line in rows],
    )
    write_history(session, actor, [replace(c, reason=given.reason, register_no=register.register_no) for c in changes])
    after = {"lines": len(given.lines), "register": register.register_no}
    audit.record(session, "post item reclassification journal", document_no, after=after, reason=given.reason)
    return ReclassificationPosted(document_no=document_no, line_count=len(given.lines), register_no=register.register_no)


def in_whole_entries(session: Session, line: ItemJournalLine) -> list[ItemJournalLine]:
    """A line that only changes the date of all goods of its numbers at its location, as one line for each open entry, so that their
    reservations stay with them (AP-13); any other line as it is.
    """
    if not line.stays_as_it_is or line.applies_to_entry:
        return [line]
    entries = [
        entry
        for entry in open_entries(
            session, item_no=line.item_no, variant_code=line.variant_code, location_code=line.location_code, tracking=line.tracking
        )
        if entry.remaining > ZERO
    ]
    if sum((entry.remaining for entry in entries), ZERO) != line.quantity:
        return [line]
    return [
        replace(line, quantity=entry.remaining, quantity_in_unit=None, unit_code="", applies_to_entry=entry.entry_no) for entry in entries
    ]


def date_changes(session: Session, lines: Sequence[ItemJournalLine]) -> list[Change]:
    """The numbers whose date changes, with the old date. One statement."""
    new = {GoodsNumber(*dated_number(line.item_no, line.variant_code, line.tracking)): line.expiration_date for line in lines}
    if not new:
        return []
    c = _information.c
    rows = session.connection().execute(
        select(c.item_no, c.variant_code, c.kind, c.number, c.expiration_date).where(
            plant(session, _information), c.item_no.in_({n.item_no for n in new}), c.number.in_({n.number for n in new})
        )
    )
    old = {GoodsNumber(*row[:4]): row.expiration_date for row in rows}
    return [
        Change(number, NumberAction.EXPIRY, _text(old.get(number)), _text(day)) for number, day in new.items() if old.get(number) != day
    ]


def _journal_line(
    line: ReclassificationLine, row: int, amount: Measured, reason: str, posting_date: date, document_no: str
) -> ItemJournalLine:
    tracking = tracking_of(line)
    made = ItemJournalLine(
        entry_type=EntryType.TRANSFER,
        item_no=line.item_no,
        quantity=amount.base,
        location_code=line.location_code,
        posting_date=posting_date,
        variant_code=line.variant_code,
        tracking=tracking,
        new_location_code=line.new_location_code or None,
        new_tracking=_new_tracking(line, tracking),
        unit_code=amount.unit_code,
        quantity_in_unit=amount.quantity,
        document_type=DocumentType.ITEM_JOURNAL,
        document_no=document_no,
        document_line_no=row * LINE_STEP,
        applies_to_entry=line.applies_to_entry or 0,
        expiration_date=line.new_expiration_date,
        reason=reason,
    )
    return replace(made, changes_expiration=line.new_expiration_date is not None and same_dated_number(made))


def _new_tracking(line: ReclassificationLine, old: Tracking) -> Tracking:
    return Tracking(line.new_serial_no or old.serial_no, line.new_lot_no or old.lot_no, line.new_package_no or old.package_no)


def _arrivals(lines: Sequence[ReclassificationLine], goods: Goods) -> list[Arrival]:
    """Numbers that come into being are judged like those of a receipt: shape, look-alikes, second arrivals (AP-01, C14, D17, D35)."""
    arrivals = []
    for row, line in enumerate(lines, 1):
        new = {
            name: getattr(line, f"new_{name}")
            for name in ("serial_no", "lot_no", "package_no")
            if getattr(line, f"new_{name}") not in ("", getattr(line, name))
        }
        if new:
            named = ArrivedLine(quantity=Decimal(1), **new)
            arrivals.append(Arrival(goods.masters[line.item_no], line.variant_code, named, row=row))
    return arrivals


def _require_new_locations(session: Session, lines: Sequence[ReclassificationLine]) -> None:
    problems = location_problems(session, {line.new_location_code for line in lines} - {""})
    for row, line in enumerate(lines, 1):
        if line.new_location_code in problems:
            with in_row(row, "new_location_code"):
                raise problems[line.new_location_code]


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""
