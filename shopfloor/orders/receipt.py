"""Receipt: goods of a purchase order come in, however many numbers, in one posting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, insert
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.clock import now
from shopfloor.db import current_plant
from shopfloor.items import number_series
from shopfloor.items.number_series import next_number
from shopfloor.ledger.entry_types import DocumentType, EntryType, SourceType
from shopfloor.orders.answers import Received
from shopfloor.orders.arrivals import Arrival, check_arrivals, note_arrivals
from shopfloor.orders.documents import (
    Goods,
    OrderLine,
    check_open,
    close_when_done,
    goods_of,
    lock_order,
    order_lines,
    require_lines,
    sums_by_line,
    tracking_of,
    write_handled,
)
from shopfloor.orders.inputs import PostReceipt, ReceiptLine
from shopfloor.orders.models import OrderStatus, PurchaseHeader, PurchaseLine, PurchaseReceipt
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.posting.journal import ItemJournalLine, PostedRegister
from shopfloor.posting.post import post
from shopfloor.reservations.models import ReservationSource
from shopfloor.reservations.repointing import Arrived, repoint


def post_receipt(session: Session, actor: Actor, *, given: PostReceipt) -> Received:
    """Receive goods of a released purchase order (C9, C13, D35). The number of statements does not depend on the number of lines.

    Raises NotAllowed, NotFound for order or line, DocumentStatus, UnitUnknown, BelowPrecision, MoreThanOrdered, NumberInvalid,
    NumberPattern, CaseTwin and SerialUsedBefore unless confirmed, SetupMissing, and whatever the posting door refuses.
    """
    actor.require(rights.RECEIVE)
    header = lock_order(session, PurchaseHeader, "purchase order", given.order_no, OrderStatus.RELEASED)
    lines = order_lines(session, PurchaseLine, given.order_no)
    require_lines(lines, (line.line_no for line in given.lines), given.order_no)
    goods = goods_of(session, {lines[line.line_no].item_no for line in given.lines})
    arrivals = [_arrival(line, lines[line.line_no], goods, header.vendor_no) for line in given.lines]
    check_arrivals(session, arrivals, confirmed=given.confirmed)
    posting_date = given.posting_date or actor.work_date()
    receipt_no = next_number(session, number_series.RECEIPT)
    journal = [_journal_line(line, lines[line.line_no], goods, given, posting_date, receipt_no, header) for line in given.lines]
    moved = sums_by_line((line.document_line_no, line.quantity) for line in journal)
    check_open(given.order_no, lines, moved, goods)
    register = post(session, actor, journal, source="Receipt")
    note_arrivals(session, arrivals)
    write_handled(session, PurchaseLine, given.order_no, moved)
    status = close_when_done(session, PurchaseHeader, given.order_no, lines, moved)
    _follow_goods(session, actor, given.order_no, journal, register)
    _insert_receipt(session, given, header, receipt_no, posting_date, register.register_no)
    after = {"receipt": receipt_no, "lines": len(journal), "register": register.register_no}
    audit.record(session, "post receipt", given.order_no, before={"status": header.status}, after={"status": status, **after})
    return Received(
        receipt_no=receipt_no,
        order_no=given.order_no,
        order_status=status,
        line_count=len(journal),
        register_no=register.register_no,
    )


def _arrival(line: ReceiptLine, ordered: OrderLine, goods: Goods, vendor_no: str) -> Arrival:
    return Arrival(goods.masters[ordered.item_no], ordered.variant_code, line, vendor_no)


def _journal_line(
    line: ReceiptLine, ordered: OrderLine, goods: Goods, given: PostReceipt, posting_date: date, receipt_no: str, header: Row[Any]
) -> ItemJournalLine:
    amount = goods.amount(ordered.item_no, line, ordered.unit_code)
    return ItemJournalLine(
        entry_type=EntryType.PURCHASE,
        item_no=ordered.item_no,
        quantity=amount.base,
        location_code=ordered.location_code,
        posting_date=posting_date,
        variant_code=ordered.variant_code,
        tracking=tracking_of(line),
        unit_code=amount.unit_code,
        quantity_in_unit=amount.quantity,
        document_type=DocumentType.PURCHASE_RECEIPT,
        document_no=receipt_no,
        document_line_no=ordered.line_no,
        external_document_no=given.vendor_shipment_no,
        source_type=SourceType.VENDOR,
        source_no=header.vendor_no,
        expiration_date=line.expiration_date,
    )


def _follow_goods(session: Session, actor: Actor, order_no: str, journal: Sequence[ItemJournalLine], register: PostedRegister) -> None:
    """AP-16: reservations against the order's lines now stand on what came in."""
    arrived = [
        Arrived(line.document_line_no, posted.entry_nos[0], line.tracking) for line, posted in zip(journal, register.lines, strict=True)
    ]
    repoint(session, actor, source_type=ReservationSource.PURCHASE_LINE.value, source_id=order_no, arrived=arrived)


def _insert_receipt(session: Session, given: PostReceipt, header: Row[Any], receipt_no: str, posting_date: date, register_no: int) -> None:
    row = {
        "plant_no": current_plant(session),
        "no": receipt_no,
        "order_no": given.order_no,
        "vendor_no": header.vendor_no,
        "vendor_shipment_no": given.vendor_shipment_no,
        "posting_date": posting_date,
        "register_no": register_no,
        "posted_at": now(),
    }
    session.connection().execute(insert(PurchaseReceipt), row)
