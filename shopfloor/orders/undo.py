"""Undo: a posted receipt or shipment was wrong. It stays; entries that take it back are posted beside it (AP-15, D20)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.errors import NotFound
from shopfloor.ledger.entry_types import DocumentType, EntryType, OrderType, SourceType
from shopfloor.ledger.rules import signed_quantity
from shopfloor.orders.answers import PostingUndone
from shopfloor.orders.carried_numbers import by_number, take_back
from shopfloor.orders.documents import lock_order, set_status, sums_by_line, write_handled
from shopfloor.orders.errors import AlreadyUndone, NotUndoable, UndoneTooEarly
from shopfloor.orders.inputs import UndoPosted
from shopfloor.orders.kinds import MOVEMENTS, TRANSFER_RECEIPT, TRANSFER_SHIPMENT, Movement, Shape
from shopfloor.orders.line_numbers import LineNumber, write_numbers
from shopfloor.orders.models import OrderStatus
from shopfloor.orders.posted import DocumentEntry, PostedEntries, entries_of, posted_document, takes_back
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.posting.journal import ItemJournalLine
from shopfloor.posting.post import post


def undo_posted(session: Session, actor: Actor, *, document_type: DocumentType, given: UndoPosted) -> PostingUndone:
    """AP-15: take back a posted document, or some of its entries; the order waits for the goods again. Holds never stop it (D20).

    Of what an order moved; the number of statements does not depend on the number of entries.
    Raises NotAllowed, NotFound, NotUndoable, UndoneTooEarly, AlreadyUndone, NotReversible when what came in is gone or reserved,
    SerialInStock when a shipped serial is in stock again (AP-01), and MoreThanPosted when shipped goods came back meanwhile.
    """
    actor.require(rights.RECEIVE)
    if document_type not in MOVEMENTS:
        raise NotFound(record="receipt or shipment", number=given.document_no)
    shape, movement = MOVEMENTS[document_type]
    record = movement.record
    if movement is TRANSFER_RECEIPT:
        raise NotUndoable(record=record)
    order_no = posted_document(session, movement, given.document_no).order_no
    header = lock_order(session, shape, order_no, OrderStatus.RELEASED, OrderStatus.COMPLETED, OrderStatus.CLOSED)
    posted_day = posted_document(session, movement, given.document_no, lock=True).posting_date
    chosen = _chosen(entries_of(session, movement, given.document_no), movement, given)
    posting_date = given.posting_date or max(actor.work_date(), posted_day)
    if posting_date < posted_day:
        raise UndoneTooEarly(
            record=record.capitalize(), number=given.document_no, posted_date=posted_day.isoformat(), undo_date=posting_date.isoformat()
        )
    journal = [_correction(entry, movement, header, posting_date, given) for entry in chosen]
    register = post(session, actor, journal, source=f"Undo {movement.record}", reason=given.reason)
    moved = sums_by_line((entry.document_line_no, -abs(entry.quantity)) for entry in chosen)
    write_handled(session, shape, movement, order_no, moved)
    if shape.returns and shape.inbound:
        _restore_numbers(session, actor, shape, order_no, chosen)
    if movement is TRANSFER_SHIPMENT:
        take_back(session, actor, order_no, by_number((one.document_line_no, one.tracking, abs(one.quantity)) for one in chosen))
    status = header.status
    if status == OrderStatus.COMPLETED:
        status = set_status(session, shape, order_no, OrderStatus.RELEASED)
    after = {"status": status, record: given.document_no, "entries": len(chosen), "register": register.register_no}
    audit.record(session, f"undo {record}", order_no, before={"status": header.status}, after=after, reason=given.reason)
    return PostingUndone(
        record=record.capitalize(), document_no=given.document_no, order_no=order_no, order_status=status, line_count=len(chosen),
        register_no=register.register_no,
    )


def _chosen(posted: PostedEntries, movement: Movement, given: UndoPosted) -> Sequence[DocumentEntry]:
    """The entries to take back. Raises NotFound, AlreadyUndone."""
    by_number = {entry.entry_no: entry for entry in posted.originals}
    wanted = sorted(set(given.entry_nos))
    for entry_no in wanted:
        if entry_no not in by_number:
            raise NotFound(record=f"entry of {movement.record} {given.document_no}", number=str(entry_no))
    twice = [entry_no for entry_no in wanted if entry_no in posted.undone]
    if twice or not posted.standing:
        named = ", ".join(f"entry {entry_no}" for entry_no in twice[:5])
        raise AlreadyUndone(record=movement.record.capitalize(), number=given.document_no, entries=f" ({named})" if named else "")
    return [by_number[entry_no] for entry_no in wanted] or posted.standing


def _correction(entry: DocumentEntry, movement: Movement, header: object, posting_date: date, given: UndoPosted) -> ItemJournalLine:
    """The same numbers and dates, the other direction, applied to the original."""
    entry_type = EntryType(entry.entry_type)
    transfer = entry_type == EntryType.TRANSFER
    # In a journal a transfer is positive both ways: it goes back from the in-transit location (AP-09).
    quantity = entry.quantity if transfer else -signed_quantity(entry_type, entry.quantity)
    in_unit = entry.quantity_in_unit if transfer else -signed_quantity(entry_type, entry.quantity_in_unit)
    return ItemJournalLine(
        entry_type=entry_type,
        item_no=entry.item_no,
        quantity=quantity,
        location_code=entry.location_code,
        new_location_code=str(getattr(header, "from_code")) if transfer else None,  # noqa: B009
        posting_date=posting_date,
        variant_code=entry.variant_code,
        tracking=entry.tracking,
        unit_code=entry.unit_code,
        quantity_in_unit=in_unit,
        document_type=DocumentType(movement.document_type),
        document_no=given.document_no,
        document_line_no=entry.document_line_no,
        external_document_no=entry.external_document_no,
        source_type=SourceType(entry.source_type),
        source_no=entry.source_no,
        order_type=OrderType(entry.order_type),
        order_no=entry.order_no,
        order_line_no=entry.order_line_no,
        corrects_entry_no=entry.entry_no,
        expiration_date=entry.expiration_date,
        reason=given.reason,
    )


def _restore_numbers(session: Session, actor: Actor, shape: Shape, order_no: str, chosen: Sequence[DocumentEntry]) -> None:
    """TL-15: numbers that were copied from a shipment stand on the return line again, with the entries that they take back."""
    others = takes_back(session, {entry.entry_no for entry in chosen})
    numbers = [
        LineNumber(
            entry.document_line_no, entry.item_no, entry.variant_code, entry.location_code, entry.tracking, abs(entry.quantity),
            others[entry.entry_no],
        )
        for entry in chosen
        if entry.entry_no in others
    ]
    if numbers:
        write_numbers(session, actor, shape, order_no, numbers)
