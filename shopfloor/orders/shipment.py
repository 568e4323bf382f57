"""Shipment: goods of a sales order go out, however many numbers, in one posting."""

from __future__ import annotations

from datetime import date

from sqlalchemy import insert
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.clock import now
from shopfloor.db import current_plant
from shopfloor.items import number_series
from shopfloor.items.number_series import next_number
from shopfloor.ledger.entry_types import DocumentType, EntryType, SourceType
from shopfloor.orders.answers import Shipped
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
from shopfloor.orders.inputs import PostShipment, ShipmentLine
from shopfloor.orders.models import OrderStatus, SalesHeader, SalesLine, SalesShipment
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.posting.journal import ItemJournalLine
from shopfloor.posting.post import post
from shopfloor.reservations.models import ReservationSource
from shopfloor.reservations.rules import Demand


def post_shipment(session: Session, actor: Actor, *, given: PostShipment) -> Shipped:
    """Ship goods of a released sales order (C9). The number of statements does not depend on the number of lines.

    Raises NotAllowed, NotFound for order or line, DocumentStatus, UnitUnknown, BelowPrecision, MoreThanOrdered, SetupMissing,
    and whatever the posting door refuses: NotAvailable, NumberOnHold, ReservedElsewhere and others.
    """
    actor.require(rights.RECEIVE)
    header = lock_order(session, SalesHeader, "sales order", given.order_no, OrderStatus.RELEASED)
    lines = order_lines(session, SalesLine, given.order_no)
    require_lines(lines, (line.line_no for line in given.lines), given.order_no)
    goods = goods_of(session, {lines[line.line_no].item_no for line in given.lines})
    posting_date = given.posting_date or actor.work_date()
    shipment_no = next_number(session, number_series.SHIPMENT)
    journal = [
        _journal_line(line, lines[line.line_no], goods, given.order_no, posting_date, shipment_no, header.customer_no)
        for line in given.lines
    ]
    moved = sums_by_line((line.document_line_no, line.quantity) for line in journal)
    check_open(given.order_no, lines, moved, goods)
    register = post(session, actor, journal, source="Shipment")
    write_handled(session, SalesLine, given.order_no, moved)
    status = close_when_done(session, SalesHeader, given.order_no, lines, moved)
    _insert_shipment(session, given.order_no, header.customer_no, shipment_no, posting_date, register.register_no)
    after = {"shipment": shipment_no, "lines": len(journal), "register": register.register_no}
    audit.record(session, "post shipment", given.order_no, before={"status": header.status}, after={"status": status, **after})
    return Shipped(
        shipment_no=shipment_no,
        order_no=given.order_no,
        order_status=status,
        line_count=len(journal),
        register_no=register.register_no,
    )


def _journal_line(
    line: ShipmentLine, ordered: OrderLine, goods: Goods, order_no: str, posting_date: date, shipment_no: str, customer_no: str
) -> ItemJournalLine:
    amount = goods.amount(ordered.item_no, line, ordered.unit_code)
    return ItemJournalLine(
        entry_type=EntryType.SALE,
        item_no=ordered.item_no,
        quantity=amount.base,
        location_code=ordered.location_code,
        posting_date=posting_date,
        variant_code=ordered.variant_code,
        tracking=tracking_of(line),
        warranty_date=line.warranty_date,
        unit_code=amount.unit_code,
        quantity_in_unit=amount.quantity,
        document_type=DocumentType.SALES_SHIPMENT,
        document_no=shipment_no,
        document_line_no=ordered.line_no,
        external_document_no=order_no,
        source_type=SourceType.CUSTOMER,
        source_no=customer_no,
        demand=Demand(ReservationSource.SALES_LINE.value, order_no, ordered.line_no),
    )


def _insert_shipment(session: Session, order_no: str, customer_no: str, shipment_no: str, posting_date: date, register_no: int) -> None:
    row = {
        "plant_no": current_plant(session),
        "no": shipment_no,
        "order_no": order_no,
        "customer_no": customer_no,
        "posting_date": posting_date,
        "register_no": register_no,
        "posted_at": now(),
    }
    session.connection().execute(insert(SalesShipment), row)
