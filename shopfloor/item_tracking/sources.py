"""The document lines that carry numbers, as item tracking lines see them: one shape for sales, purchase, transfer and production.

`locked_line` takes the document's own lock first, so that a line is not posted while its numbers change (A23).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal, or_, select, tuple_, type_coerce, update
from sqlalchemy.orm import Session

from shopfloor.db import QuantityType, current_plant, plant, table
from shopfloor.errors import NotFound
from shopfloor.item_tracking.inputs import TrackingSource
from shopfloor.items.masters import ItemMaster
from shopfloor.items.queries import item_masters
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.entry_types import DocumentType
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.orders.models import (
    OrderDocument,
    PurchaseHeader,
    PurchaseLine,
    PurchaseReceipt,
    ReturnReceipt,
    ReturnShipment,
    SalesHeader,
    SalesLine,
    SalesShipment,
    TransferHeader,
    TransferLine,
    TransferShipment,
)
from shopfloor.production.models import ProdOrderComponent, ProdOrderLine, ProductionOrder
from shopfloor.quantity import ZERO
from shopfloor.reservations.models import ReservationEntry
from shopfloor.reservations.rules import Demand

_entry = table(ItemLedgerEntry)
_reservation = table(ReservationEntry)
CLOSED = frozenset({"Completed", "Closed", "Reported as finished", "Ended"})


@dataclass(frozen=True)
class SourceLine:
    """One document line with its goods. Base quantities."""

    line: Demand
    document: str
    """As people name it: `Sales order SO-1, line 10000`."""
    returns: bool
    """A line of a return order: goods go back to where they came from."""
    status: str
    master: ItemMaster
    variant_code: str
    location_code: str
    inbound: bool
    ordered: Decimal
    handled: Decimal
    """Posted already."""
    registered: Decimal = ZERO
    """Component lines: held by associations, which carry numbers of their own (D15)."""
    day: date | None = None
    """Expected receipt, shipment or due date."""

    @property
    def open_quantity(self) -> Decimal:
        """What numbers may still be given to, never below zero."""
        return max(self.ordered - self.handled - self.registered, ZERO)

    @property
    def may_change(self) -> bool:
        """A finished document keeps its numbers (PR-08)."""
        return self.status not in CLOSED


Posted = Callable[[Session, TrackingSource], ColumnElement[bool]]


@dataclass(frozen=True)
class _Kind:
    """How one kind of line is read."""

    record: str
    inbound: bool
    header: Any
    read: Callable[[Session, TrackingSource], Row[Any] | None]
    posted: Posted


def source_line(session: Session, source: TrackingSource) -> SourceLine:
    """The line as it is now, for a page. Four statements at most. Raises NotFound."""
    kind = KINDS[source.source_type]
    row = kind.read(session, source)
    if row is None:
        raise NotFound(record=f"{kind.record} line", number=_label(source))
    master = item_masters(session, [row.item_no])[row.item_no]
    line = Demand(source.source_type, source.order_no, source.line_no, source.component_line_no)
    returns = row.document_type == OrderDocument.RETURN_ORDER.value
    record = kind.record.replace(" order", " return order") if returns else kind.record
    return SourceLine(
        line=line,
        document=f"{record.capitalize()} {_label(source)}",
        returns=returns,
        status=row.status,
        master=master,
        variant_code=row.variant_code,
        location_code=row.location_code,
        inbound=kind.inbound != returns,
        ordered=row.ordered,
        handled=row.handled,
        registered=_registered(session, line) if source.component_line_no else ZERO,
        day=row.day,
    )


def locked_line(session: Session, source: TrackingSource) -> SourceLine:
    """The same under the lock of its document, whose version rises. Raises NotFound."""
    header = KINDS[source.source_type].header
    lock = update(header).where(header.plant_no == current_plant(session), header.no == source.order_no)
    session.connection().execute(lock.values(version=header.version + 1))
    return source_line(session, source)


def handled_numbers(
    session: Session, source: TrackingSource, *, after: Tracking | None = None, limit: int = 0
) -> list[tuple[Tracking, Decimal]]:
    """DM-30: what was posted of the line, by number, net of what was taken back. One statement.

    `limit`: so many behind `after`, and one more that tells whether there are others.
    """
    c = _entry.c
    columns = (c.lot_no, c.serial_no, c.package_no)
    statement = (
        select(*columns, func.sum(c.quantity).label("quantity"))
        .where(plant(session, _entry), KINDS[source.source_type].posted(session, source))
        .group_by(*columns)
        .having(func.sum(c.quantity) != ZERO)
        .order_by(*columns)
    )
    if limit:
        statement = statement.limit(limit + 1)
    if after is not None:
        statement = statement.where(tuple_(*columns) > tuple_(after.lot_no, after.serial_no, after.package_no))
    rows = session.connection().execute(statement)
    return [(Tracking(row.serial_no, row.lot_no, row.package_no), abs(row.quantity)) for row in rows]


def _registered(session: Session, line: Demand) -> Decimal:
    c = _reservation.c
    statement = select(func.coalesce(func.sum(-c.quantity_base), ZERO)).where(
        plant(session, _reservation), c.source_type == line.source_type, c.source_id == line.source_id,
        c.source_line_no == line.source_line_no, c.source_sub_line_no == line.source_sub_line_no, c.association_no != 0,
        c.positive.is_(False),
    )
    found = session.connection().execute(statement).scalar_one()
    return found if isinstance(found, Decimal) else ZERO


def _label(source: TrackingSource) -> str:
    return f"{source.order_no}, line {source.component_line_no or source.line_no}"


# --- how each kind is read ------------------------------------------------------------------------------------------------


def _order_line(
    header: type[PurchaseHeader | SalesHeader], line: type[PurchaseLine | SalesLine], handled: str, day: str
) -> Callable[[Session, TrackingSource], Row[Any] | None]:
    def read(session: Session, source: TrackingSource) -> Row[Any] | None:
        heads, lines = table(header), table(line)
        statement: Select[Any] = (
            select(
                heads.c.status, heads.c.document_type, lines.c.item_no, lines.c.variant_code, lines.c.location_code,
                lines.c.quantity_base.label("ordered"), lines.c[handled].label("handled"), lines.c[day].label("day"),
            )
            .join_from(lines, heads, and_(heads.c.plant_no == lines.c.plant_no, heads.c.no == lines.c.order_no))
            .where(plant(session, lines, heads), lines.c.order_no == source.order_no, lines.c.line_no == source.line_no)
        )
        return session.connection().execute(statement).one_or_none()

    return read


def _transfer_line(session: Session, source: TrackingSource) -> Row[Any] | None:
    """As it leaves: what arrives has the numbers that left (TL-14)."""
    heads, lines = table(TransferHeader), table(TransferLine)
    statement: Select[Any] = (
        select(
            heads.c.status, literal("").label("document_type"), lines.c.item_no, lines.c.variant_code,
            heads.c.from_code.label("location_code"), lines.c.quantity_base.label("ordered"), lines.c.shipped_base.label("handled"),
            lines.c.shipment_date.label("day"),
        )
        .join_from(lines, heads, and_(heads.c.plant_no == lines.c.plant_no, heads.c.no == lines.c.order_no))
        .where(plant(session, lines, heads), lines.c.order_no == source.order_no, lines.c.line_no == source.line_no)
    )
    return session.connection().execute(statement).one_or_none()


def _production_line(session: Session, source: TrackingSource) -> Row[Any] | None:
    heads, lines = table(ProductionOrder), table(ProdOrderLine)
    statement: Select[Any] = (
        select(
            heads.c.status, literal("").label("document_type"), lines.c.item_no, lines.c.variant_code,
            heads.c.location_code, lines.c.quantity.label("ordered"),
            type_coerce(lines.c.good_quantity + lines.c.error_quantity, QuantityType).label("handled"), heads.c.due_date.label("day"),
        )
        .join_from(lines, heads, and_(heads.c.plant_no == lines.c.plant_no, heads.c.no == lines.c.order_no))
        .where(plant(session, lines, heads), lines.c.order_no == source.order_no, lines.c.line_no == source.line_no)
    )
    return session.connection().execute(statement).one_or_none()


def _component_line(session: Session, source: TrackingSource) -> Row[Any] | None:
    heads, lines = table(ProductionOrder), table(ProdOrderComponent)
    statement: Select[Any] = (
        select(
            heads.c.status, literal("").label("document_type"), lines.c.item_no, lines.c.variant_code,
            lines.c.location_code, lines.c.expected_quantity.label("ordered"),
            lines.c.consumed_quantity.label("handled"), heads.c.due_date.label("day"),
        )
        .join_from(lines, heads, and_(heads.c.plant_no == lines.c.plant_no, heads.c.no == lines.c.order_no))
        .where(
            plant(session, lines, heads), lines.c.order_no == source.order_no, lines.c.order_line_no == source.line_no,
            lines.c.line_no == source.component_line_no,
        )
    )
    return session.connection().execute(statement).one_or_none()


PostedDocument = type[PurchaseReceipt | SalesShipment | ReturnShipment | ReturnReceipt | TransferShipment]


def _posted_with(*documents: tuple[PostedDocument, DocumentType]) -> Posted:
    """Entries of the posted documents of an order; the document number leads an index."""

    def posted(session: Session, source: TrackingSource) -> ColumnElement[bool]:
        parts = []
        for document, kind in documents:
            of_kind = table(document)
            numbers = select(of_kind.c.no).where(plant(session, of_kind), of_kind.c.order_no == source.order_no)
            parts.append(and_(_entry.c.document_type == kind.value, _entry.c.document_no.in_(numbers)))
        return and_(or_(*parts), _entry.c.document_line_no == source.line_no)

    return posted


def _left_with_transfer(session: Session, source: TrackingSource) -> ColumnElement[bool]:
    """The leaving halves of the shipments, and what an undo brought back there."""
    heads = table(TransferHeader)
    start = select(heads.c.from_code).where(plant(session, heads), heads.c.no == source.order_no).scalar_subquery()
    shipped = _posted_with((TransferShipment, DocumentType.TRANSFER_SHIPMENT))
    return and_(shipped(session, source), _entry.c.location_code == start)


def _posted_for_order(_session: Session, source: TrackingSource) -> ColumnElement[bool]:
    c = _entry.c
    return and_(c.order_no == source.order_no, c.order_line_no == source.line_no, c.component_line_no == source.component_line_no)


KINDS = {
    "Sales Line": _Kind(
        "sales order", False, SalesHeader, _order_line(SalesHeader, SalesLine, "shipped_base", "shipment_date"),
        _posted_with((SalesShipment, DocumentType.SALES_SHIPMENT), (ReturnReceipt, DocumentType.RETURN_RECEIPT)),
    ),
    "Purchase Line": _Kind(
        "purchase order", True, PurchaseHeader, _order_line(PurchaseHeader, PurchaseLine, "received_base", "expected_receipt_date"),
        _posted_with((PurchaseReceipt, DocumentType.PURCHASE_RECEIPT), (ReturnShipment, DocumentType.RETURN_SHIPMENT)),
    ),
    "Transfer Line": _Kind("transfer order", False, TransferHeader, _transfer_line, _left_with_transfer),
    "Prod. Order Component": _Kind("production order", False, ProductionOrder, _component_line, _posted_for_order),
    "Prod. Order Line": _Kind("production order", True, ProductionOrder, _production_line, _posted_for_order),
}
