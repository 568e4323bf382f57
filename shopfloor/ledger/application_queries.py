"""Item application entries: which inbound entry an outbound quantity was taken from (DM-10 to DM-12). Read only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, and_, func, select, union
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.items.models import Item
from shopfloor.items.paging import PAGE_SIZE, Page, entry_place, page_limit, page_of
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.models import ItemApplicationEntry, ItemLedgerEntry

_application = table(ItemApplicationEntry)
_inbound = table(ItemLedgerEntry).alias("inbound")
_outbound = table(ItemLedgerEntry).alias("outbound")
_item = table(Item)


class ApplicationKind(StrEnum):
    """The four cases of DM-11."""

    INCREASE = "Increase"
    DECREASE = "Decrease"
    TRANSFER = "Transfer"
    RETURN = "Return"


@dataclass(frozen=True)
class AppliedEntry:
    """One end of an application."""

    entry_no: int
    entry_type: str
    document_type: str
    document_no: str
    order_no: str


@dataclass(frozen=True)
class ApplicationLine:
    """One item application entry."""

    entry_no: int
    item_entry_no: int
    """The entry whose posting made it."""
    posting_date: date
    item_no: str
    description: str
    location_code: str
    """Of the inbound entry."""
    tracking: Tracking
    quantity: Decimal
    """Signed as its entry; base units."""
    unit_code: str
    inbound: AppliedEntry
    outbound: AppliedEntry | None
    transferred_from_entry_no: int
    cost_application: bool

    @property
    def kind(self) -> ApplicationKind:
        """Which of the four cases it is."""
        if self.outbound is None:
            return ApplicationKind.INCREASE
        if self.cost_application:
            return ApplicationKind.RETURN
        if self.transferred_from_entry_no and self.item_entry_no == self.inbound.entry_no:
            return ApplicationKind.TRANSFER
        return ApplicationKind.DECREASE

    def other_end(self, entry_no: int) -> AppliedEntry | None:
        """The counterpart of an entry."""
        return self.outbound if self.inbound.entry_no == entry_no else self.inbound


def list_applications(session: Session, *, entry_no: int = 0, after: str = "", limit: int = PAGE_SIZE) -> Page[ApplicationLine]:
    """Applications, newest first; of one entry, whichever end it is. One statement."""
    before = entry_place(after)
    if before is None:
        return Page(())
    limit = page_limit(limit)
    number = _application.c.entry_no
    statement = _select(session)
    if entry_no:
        found = _application.alias("found")
        ends = (select(found.c.entry_no).where(plant(session, found), column == entry_no) for column in _ends(found))
        statement = statement.where(number.in_(union(*ends)))
    if before:
        statement = statement.where(number < before)
    # The numbers of one entry's applications are few: they are sorted, and no key of the whole plant is walked.
    order = (number + 0 if entry_no else number).desc()
    rows = [_line(row) for row in session.connection().execute(statement.order_by(order).limit(limit + 1))]
    return page_of(rows, limit, lambda row: str(row.entry_no))


def application_line(session: Session, application_no: int) -> ApplicationLine | None:
    """One application, or None. One statement."""
    row = session.connection().execute(_select(session).where(_application.c.entry_no == application_no)).one_or_none()
    return None if row is None else _line(row)


def _ends(of: FromClause) -> tuple[ColumnElement[int], ColumnElement[int]]:
    return of.c.inbound_item_entry_no, of.c.outbound_item_entry_no


def _select(session: Session) -> Select[Any]:
    inbound = and_(_inbound.c.plant_no == _application.c.plant_no, _inbound.c.entry_no == _application.c.inbound_item_entry_no)
    outbound = and_(_outbound.c.plant_no == _application.c.plant_no, _outbound.c.entry_no == _application.c.outbound_item_entry_no)
    ends = [
        column.label(f"{end.name}_{column.name}")
        for end in (_inbound, _outbound)
        for column in (end.c.entry_type, end.c.document_type, end.c.document_no, end.c.order_no)
    ]
    goods = (_inbound.c.item_no, _inbound.c.location_code, _inbound.c.serial_no, _inbound.c.lot_no, _inbound.c.package_no)
    return (
        select(_application, *ends, *goods, func.coalesce(_item.c.description, "").label("description"), _item.c.base_unit_code)
        .join_from(_application, _inbound, inbound)
        .outerjoin(_outbound, outbound)
        .join(_item, _item.c.no == _inbound.c.item_no)
        .where(plant(session, _application))
    )


def _line(r: Row[Any]) -> ApplicationLine:
    return ApplicationLine(
        entry_no=r.entry_no, item_entry_no=r.item_entry_no, posting_date=r.posting_date, item_no=r.item_no, description=r.description,
        location_code=r.location_code, tracking=Tracking(r.serial_no, r.lot_no, r.package_no), quantity=r.quantity,
        unit_code=r.base_unit_code, transferred_from_entry_no=r.transferred_from_entry_no, cost_application=r.cost_application,
        inbound=AppliedEntry(
            r.inbound_item_entry_no, r.inbound_entry_type, r.inbound_document_type, r.inbound_document_no, r.inbound_order_no
        ),
        outbound=AppliedEntry(
            r.outbound_item_entry_no, r.outbound_entry_type, r.outbound_document_type, r.outbound_document_no, r.outbound_order_no
        ) if r.outbound_item_entry_no else None,
    )
