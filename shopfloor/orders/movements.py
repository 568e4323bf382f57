"""Posts goods of any order, however many numbers, in one posting: receipt, shipment, their returns, and both ends of a transfer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.items.number_series import next_number
from shopfloor.ledger.entry_types import EntryType, OrderType
from shopfloor.orders.answers import OrderPosted, OrderPostedReserved
from shopfloor.orders.applies import Part, split_by_applies
from shopfloor.orders.arrivals import Arrival, check_arrivals, note_arrivals
from shopfloor.orders.carried_numbers import ByNumber, bring_in, carry, held_by_number
from shopfloor.orders.documents import (
    Goods,
    OrderLine,
    check_open,
    check_serials_once,
    close_when_done,
    goods_of,
    insert_posted,
    lock_order,
    order_lines,
    require_lines,
    sums_by_line,
    tracking_of,
    write_handled,
)
from shopfloor.orders.inputs import PostReceipt, PostReturnReceipt, PostReturnShipment, PostShipment, PostTransfer
from shopfloor.orders.kinds import RECEIPT, RETURN_SHIPMENT, SHIPMENT, TRANSFER_RECEIPT, TRANSFER_SHIPMENT, Movement, Shape
from shopfloor.orders.line_numbers import LineNumber, read_numbers, use_numbers
from shopfloor.orders.models import OrderStatus
from shopfloor.orders.posted import lock_sources
from shopfloor.orders.tracked import TrackedOrder
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.posting.journal import ItemJournalLine, PostedRegister
from shopfloor.posting.post import post
from shopfloor.posting.room import make_room_for
from shopfloor.reservations.repointing import Arrived, repoint
from shopfloor.reservations.rules import Demand

TAKING = (SHIPMENT, RETURN_SHIPMENT, TRANSFER_SHIPMENT)
"""Movements that take from stock, where others may have reserved it (AP-13)."""
DELIVERING = (RECEIPT, TRANSFER_RECEIPT)
"""Movements whose order lines may be reserved before the goods are here (AP-16)."""
Given = PostReceipt | PostShipment | PostReturnReceipt | PostReturnShipment | PostTransfer


@dataclass(frozen=True)
class Moved:
    """What became of a posting."""

    document_no: str
    order_status: str
    line_count: int
    register_no: int
    broken: str = ""
    """Whose reservations the goods were taken from (AP-13)."""


@dataclass(frozen=True)
class _Order:
    """A locked order, with all that its journal lines say alike."""

    shape: Shape
    movement: Movement
    header: Row[Any]
    lines: Mapping[int, OrderLine]
    goods: Goods
    posting_date: date
    document_no: str = ""
    external_document_no: str = ""


def post_movement(
    session: Session, actor: Actor, shape: Shape, movement: Movement, given: Given, *, reason: str = "",
    values: Mapping[str, str] | None = None, may_break: bool = False,
) -> Moved:
    """Post goods of a released order. The number of statements does not depend on the number of lines. `values` go to the posted document.

    A line without a number takes those that were assigned to it (TL-04). Raises NumberTwice, ToHandleDiffers, TrackingDoesNotMatch,
    NotAllowed, NotFound for order or line, DocumentStatus, UnitUnknown, BelowPrecision, MoreThanOrdered, SetupMissing, for what
    comes in the refusals and questions of `check_arrivals`, and whatever the posting door refuses.
    """
    actor.require(rights.RECEIVE)
    header = lock_order(session, shape, given.order_no, OrderStatus.RELEASED)
    lines = order_lines(session, shape, given.order_no)
    require_lines(lines, (line.line_no for line in given.lines), given.order_no)
    goods = _goods_that_move(session, shape, lines, given)
    tracked = _tracked(session, shape, movement, given.order_no, lines, goods)
    given = tracked.with_numbers(given) if tracked else given
    order = _Order(shape, movement, header, lines, goods, given.posting_date or actor.work_date())
    arrivals = _arrivals(order, given)
    check_arrivals(session, arrivals, confirmed=getattr(given, "confirmed", False), returned=shape.returns)
    numbers = read_numbers(session, shape, given.order_no) if shape.returns else []
    parts = _parts(order, given, numbers)
    if shape.returns and shape.inbound:
        lock_sources(session, {part.applies_entry for part in parts})
    order = replace(order, document_no=next_number(session, movement.series), external_document_no=_external_document_no(given, shape))
    journal = [_journal_line(order, part) for part in parts]
    moved = sums_by_line((part.line_no, part.quantity) for part in parts)
    check_open(given.order_no, lines, moved, goods, _left(order))
    if tracked:
        tracked.check(journal)
    held = held_by_number(session, given.order_no) if movement is TRANSFER_RECEIPT else {}
    broken = ""
    if movement in TAKING:
        confirmed = getattr(given, "confirmed", False)
        broken = make_room_for(session, actor, journal, goods.masters, may_break=may_break, confirmed=confirmed)
    register = post(session, actor, journal, source=movement.record.capitalize(), reason=reason)
    if tracked and not shape.returns:
        tracked.close(session, journal)
    note_arrivals(session, arrivals)
    use_numbers(session, numbers, _used(parts))
    write_handled(session, shape, movement, given.order_no, moved)
    last = movement is shape.movements[-1]
    status = close_when_done(session, shape, given.order_no, lines, moved if last else {})
    _follow_goods(session, actor, order, journal, register, held)
    more = _party(order) | dict(values or {})
    insert_posted(session, movement, order.document_no, given.order_no, order.posting_date, register.register_no, more)
    after = {movement.record: order.document_no, "lines": len(journal), "register": register.register_no, "status": status}
    audit.record(session, f"post {movement.record}", given.order_no, before={"status": header.status}, after=after, reason=reason)
    return Moved(order.document_no, status, len(journal), register.register_no, broken)


def _goods_that_move(session: Session, shape: Shape, lines: Mapping[int, OrderLine], given: Given) -> Goods:
    """What the rows move. One serial may come back twice with one return, to the entries of two shipments. Raises NumberTwice."""
    moved = [lines[line.line_no] for line in given.lines]
    if not shape.returns:
        goods = ((line.item_no, line.variant_code) for line in moved)
        check_serials_once(zip(goods, (line.serial_no for line in given.lines), strict=True))
    return goods_of(session, {line.item_no for line in moved})


def order_posted(movement: Movement, order_no: str, moved: Moved) -> OrderPosted:
    """What people are told of a return or transfer that was posted."""
    told = OrderPosted(
        record=movement.record.capitalize(), document_no=moved.document_no, order_no=order_no, order_status=moved.order_status,
        line_count=moved.line_count, register_no=moved.register_no,
    )
    return OrderPostedReserved(**vars(told), broken=moved.broken) if moved.broken else told


def _follow_goods(
    session: Session, actor: Actor, order: _Order, journal: Sequence[ItemJournalLine], register: PostedRegister, held: ByNumber
) -> None:
    """Numbers go with a transfer (TL-14), and reservations against the order's lines now stand on what came in (AP-16)."""
    if order.movement is TRANSFER_SHIPMENT:
        carry(session, actor, order.header.no, order.header.to_code, {no: line.date for no, line in order.lines.items()}, journal)
    if order.movement in DELIVERING:
        _repoint(session, actor, order, journal, register)
    if order.movement is TRANSFER_RECEIPT:
        bring_in(session, order.header.no, journal, held)


def _repoint(session: Session, actor: Actor, order: _Order, journal: Sequence[ItemJournalLine], register: PostedRegister) -> None:
    """A transfer has one entry for each source (DM-12)."""
    received = slice(1, None) if order.movement is TRANSFER_RECEIPT else slice(0, 1)
    arrived = [
        Arrived(line.document_line_no, entry_no, line.tracking)
        for line, posted in zip(journal, register.lines, strict=True)
        for entry_no in posted.entry_nos[received]
    ]
    repoint(session, actor, source_type=order.shape.source.value, source_id=order.header.no, arrived=arrived)


def _tracked(
    session: Session, shape: Shape, movement: Movement, order_no: str, lines: Mapping[int, OrderLine], goods: Goods
) -> TrackedOrder | None:
    """Item tracking lines of the order; those of returns close with the entry that goes back. What arrives has the numbers that left."""
    if movement is not shape.movement:
        return None
    return TrackedOrder.read(session, shape.source.value, order_no, lines, goods, inbound=shape.inbound)


def _left(order: _Order) -> dict[int, Decimal]:
    """What each line still waits for: of a transfer receipt, what was shipped and has not arrived."""
    if order.movement is TRANSFER_RECEIPT:
        return {line_no: line.handled - line.completed for line_no, line in order.lines.items()}
    return {line_no: line.left for line_no, line in order.lines.items()}


def _arrivals(order: _Order, given: Given) -> list[Arrival]:
    """C13: what comes from a vendor is his; what comes back keeps the vendor it had."""
    if not isinstance(given, (PostReceipt, PostReturnReceipt)):
        return []
    vendor_no = order.header.vendor_no if not order.shape.returns else ""
    return [
        Arrival(order.goods.masters[order.lines[line.line_no].item_no], order.lines[line.line_no].variant_code, line, vendor_no)
        for line in given.lines
    ]


def _parts(order: _Order, given: Given, numbers: Sequence[LineNumber]) -> list[Part]:
    """One part for each line, or more when its number goes back to several entries."""
    wanted = []
    for line in given.lines:
        ordered = order.lines[line.line_no]
        amount = order.goods.amount(ordered.item_no, line, ordered.unit_code)
        applies = getattr(line, "applies_from_entry", None) or getattr(line, "applies_to_entry", None) or 0
        expires, warranty = getattr(line, "expiration_date", None), getattr(line, "warranty_date", None)
        wanted.append(Part(line.line_no, tracking_of(line), amount.base, amount.unit_code, amount.quantity, applies, expires, warranty))
    return split_by_applies(wanted, numbers) if order.shape.returns else wanted


def _used(parts: Sequence[Part]) -> dict[int, Decimal]:
    used: dict[int, Decimal] = {}
    for part in parts:
        if part.record_no:
            used[part.record_no] = used.get(part.record_no, Decimal(0)) + part.quantity
    return used


def _journal_line(order: _Order, part: Part) -> ItemJournalLine:
    shape, header, line = order.shape, order.header, order.lines[part.line_no]
    # A return is a purchase or sale in the other direction (DM-04).
    sign = -1 if shape.returns else 1
    outbound = not shape.inbound and order.movement is not TRANSFER_RECEIPT
    common = ItemJournalLine(
        entry_type=shape.entry_type,
        item_no=line.item_no,
        quantity=sign * part.quantity,
        location_code=line.location_code,
        new_location_code="" if shape.entry_type == EntryType.TRANSFER else None,
        posting_date=order.posting_date,
        variant_code=line.variant_code,
        tracking=part.tracking,
        unit_code=part.unit_code,
        quantity_in_unit=None if part.quantity_in_unit is None else sign * part.quantity_in_unit,
        document_type=order.movement.document_type,
        document_no=order.document_no,
        document_line_no=part.line_no,
        external_document_no=order.external_document_no,
        source_type=shape.source_type,
        source_no=getattr(header, shape.party) if shape.party else "",
        demand=Demand(shape.source.value, header.no, part.line_no) if outbound else None,
        applies_from_entry=part.applies_entry if shape.inbound else 0,
        applies_to_entry=0 if shape.inbound else part.applies_entry,
        expiration_date=part.expiration_date,
        warranty_date=part.warranty_date,
    )
    return _on_the_way(common, order, part.line_no) if shape.entry_type == EntryType.TRANSFER else common


def _on_the_way(line: ItemJournalLine, order: _Order, line_no: int) -> ItemJournalLine:
    """AP-09: from the first location to the in-transit one, and from there to the last. What has left may always arrive (D20)."""
    header, arrives = order.header, order.movement is TRANSFER_RECEIPT
    start, end = (header.in_transit_code, header.to_code) if arrives else (header.from_code, header.in_transit_code)
    return replace(
        line, location_code=start, new_location_code=end, order_type=OrderType.TRANSFER, order_no=header.no, order_line_no=line_no,
        passes_holds=arrives,
    )


def _party(order: _Order) -> dict[str, str]:
    party = order.shape.party
    return {party: getattr(order.header, party)} if party else {}


def _external_document_no(given: Given, shape: Shape) -> str:
    """The vendor's delivery note; what leaves names our order."""
    return given.vendor_shipment_no if isinstance(given, PostReceipt) else "" if shape.inbound else given.order_no
