"""Item journal: stock that is found, lost, or there on the first day."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.items import number_series
from shopfloor.items.number_series import next_number
from shopfloor.items.units import Measured
from shopfloor.ledger.entry_types import DocumentType, EntryType
from shopfloor.orders.answers import JournalPosted, JournalPostedReserved
from shopfloor.orders.arrivals import Arrival, check_arrivals, note_arrivals
from shopfloor.orders.documents import LINE_STEP, check_serials_once, tracking_of
from shopfloor.orders.journal_inputs import JournalLine, PostItemJournal
from shopfloor.orders.journal_rows import amount_of_row, goods_of_rows
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.posting.journal import ItemJournalLine
from shopfloor.posting.post import post
from shopfloor.posting.room import make_room_for


def post_item_journal(session: Session, actor: Actor, *, given: PostItemJournal, may_break: bool = False) -> JournalPosted:
    """Post positive and negative adjustments (C9, AP-07, AP-08). The number of statements does not depend on the number of lines.

    Raises NotAllowed, NumberTwice, NotFound for item or location, UnitUnknown, BelowPrecision, NumberInvalid, NumberPattern, CaseTwin and
    SerialUsedBefore unless confirmed, SetupMissing, and whatever the posting door refuses; refusals of one line name its row.
    `may_break`: a page asks, so goods reserved for others may be written off after a yes (AP-13); raises ReservationsWillBreak.
    """
    actor.require(rights.ADJUST_STOCK)
    goods = goods_of_rows(session, given.lines)
    check_serials_once(((line.entry_type, line.item_no, line.variant_code), line.serial_no) for line in given.lines)
    amounts = [amount_of_row(goods, row, line.item_no, line) for row, line in enumerate(given.lines, 1)]
    arrivals = [
        Arrival(goods.masters[line.item_no], line.variant_code, line, row=row)
        for row, line in enumerate(given.lines, 1)
        if line.entry_type == EntryType.POSITIVE_ADJUSTMENT.value and not line.applies_from_entry
    ]
    check_arrivals(session, arrivals, confirmed=given.confirmed)
    posting_date = given.posting_date or actor.work_date()
    document_no = next_number(session, number_series.JOURNAL)
    journal = [
        _journal_line(line, row * LINE_STEP, amount, given.reason, posting_date, document_no)
        for row, (line, amount) in enumerate(zip(given.lines, amounts, strict=True), 1)
    ]
    broken = make_room_for(session, actor, journal, goods.masters, may_break=may_break, confirmed=given.confirmed)
    register = post(session, actor, journal, source="Item journal", reason=given.reason, rows=range(1, len(journal) + 1))
    note_arrivals(session, arrivals)
    after = {"lines": len(journal), "register": register.register_no}
    audit.record(session, "post item journal", document_no, after=after, reason=given.reason)
    told = JournalPosted(document_no=document_no, line_count=len(journal), register_no=register.register_no)
    return JournalPostedReserved(**vars(told), broken=broken) if broken else told


def _journal_line(
    line: JournalLine, line_no: int, amount: Measured, reason: str, posting_date: date, document_no: str
) -> ItemJournalLine:
    return ItemJournalLine(
        entry_type=EntryType(line.entry_type),
        item_no=line.item_no,
        quantity=amount.base,
        location_code=line.location_code,
        posting_date=posting_date,
        variant_code=line.variant_code,
        tracking=tracking_of(line),
        unit_code=amount.unit_code,
        quantity_in_unit=amount.quantity,
        document_type=DocumentType.ITEM_JOURNAL,
        document_no=document_no,
        document_line_no=line_no,
        applies_to_entry=line.applies_to_entry or 0,
        applies_from_entry=line.applies_from_entry or 0,
        expiration_date=line.expiration_date,
        warranty_date=line.warranty_date,
        reason=reason,
    )
