"""Activity events of production, one for each posting: what a program outside reads to know what was made of what (OPS-10). Read only.

Everything stands in registers and ledger entries already; the number of the register is the event's id, so an event that is sent twice
is known by its id.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from shopfloor.clock import now
from shopfloor.db import plant, table
from shopfloor.items.models import Item
from shopfloor.items.paging import PAGE_SIZE, Page, entry_place, page_limit
from shopfloor.ledger.entry_types import EntryType, OrderType
from shopfloor.ledger.models import ItemLedgerEntry, ItemRegister
from shopfloor.ledger.register_queries import select_registers, window_of_registers
from shopfloor.people.settings import read_settings
from shopfloor.quantity import ZERO

_entry = table(ItemLedgerEntry)
_register = table(ItemRegister)
_item = table(Item)
PRODUCTION = "Production"
REPORT_FINISHED = "ProductionReportFinished"
PICKING_LIST = "ProductionPickingList"
SETTLED = timedelta(minutes=1)
"""Postings of one moment may become visible in another order than that of their numbers; none stays open this long."""


@dataclass(frozen=True)
class Transaction:
    """One ledger entry of an event."""

    entry_no: int
    order_no: str
    order_line_no: int
    component_line_no: int
    """0: what the order makes."""
    match_id: int
    """The row of tracked components: products and parts with the same one belong together; 0: order level."""
    item_no: str
    description: str
    variant_code: str
    lot_no: str
    """The batch."""
    serial_no: str
    quantity: Decimal
    """Made, or consumed; below 0: taken back."""
    error_quantity: Decimal
    """Made and scrapped at once."""
    unit_code: str
    """The item's base unit."""
    location_code: str
    posting_date: date
    corrects_entry_no: int
    """The entry that this one takes back; 0: none."""


@dataclass(frozen=True)
class Details:
    """How an event came about."""

    source: str
    """The use case that posted."""
    station_code: str
    reason: str


@dataclass(frozen=True)
class ActivityEvent:
    """One posting of production."""

    event_id: int
    """The number of its register."""
    type: str
    code: str
    """ProductionReportFinished, or ProductionPickingList where nothing was made."""
    time: datetime
    operator_no: str
    operator_name: str
    company: str
    details: Details
    consumption: tuple[Transaction, ...]
    products: tuple[Transaction, ...]


@dataclass(frozen=True)
class EventPage(Page[ActivityEvent]):
    """The events among some postings: postings that are not of production are none, so a page may be short, or even empty."""

    next_since: int = 0
    """Where to ask from the next time: later events, and those of the last moments once more, so that none is missed."""


def activity_code(entry_types: Collection[str]) -> str:
    """OPS-10: what is made is a report, with what was consumed for it; consumption alone is a picking list; anything else is no event."""
    if not entry_types:
        return ""
    return REPORT_FINISHED if EntryType.OUTPUT in entry_types else PICKING_LIST


def events_since(session: Session, *, since: int = 0, limit: int = PAGE_SIZE, at: datetime | None = None) -> EventPage:
    """Events behind an id, oldest first. Five statements at most. `at`: the present, if not the clock's."""
    number = _register.c.register_no
    limit = page_limit(limit)
    settled = session.connection().execute(
        select(number).where(plant(session, _register), _register.c.created_at < (at or now()) - SETTLED).order_by(number.desc()).limit(1)
    ).scalar_one_or_none()
    found = session.connection().execute(select_registers(session).where(number > since).order_by(number).limit(limit + 1)).all()
    looked = found[:limit]
    last = looked[-1].register_no if looked else since
    return EventPage(_events(session, looked), str(last) if len(found) > limit else "", next_since=min(settled or 0, last))


def newest_events(session: Session, *, after: str = "", limit: int = PAGE_SIZE) -> Page[ActivityEvent]:
    """The same events, newest first. Four statements at most."""
    before = entry_place(after)
    if before is None:
        return Page(())
    number = _register.c.register_no
    limit = page_limit(limit)
    statement = select_registers(session).order_by(number.desc()).limit(limit + 1)
    found = session.connection().execute(statement.where(number < before) if before else statement).all()
    looked = found[:limit]
    return Page(_events(session, looked[::-1])[::-1], str(looked[-1].register_no) if len(found) > limit else "")


def _events(session: Session, registers: Sequence[Row[Any]]) -> tuple[ActivityEvent, ...]:
    """Of registers in the order of their numbers. Three statements."""
    if not registers:
        return ()
    entries = _entries(session, registers[0].register_no, registers[-1].register_no)
    company = read_settings(session)["company_name"]
    return tuple(_event(register, entries[register.register_no], company) for register in registers if register.register_no in entries)


def _entries(session: Session, first: int, last: int) -> dict[int, list[Row[Any]]]:
    """The entries of production orders by register, in the order of their numbers."""
    rows = session.connection().execute(
        select(_entry, _item.c.description, _item.c.base_unit_code)
        .join(_item, _item.c.no == _entry.c.item_no)
        .where(
            plant(session, _entry), window_of_registers(session, first, last), _entry.c.register_no.between(first, last),
            _entry.c.order_type == OrderType.PRODUCTION,
        )
        .order_by(_entry.c.entry_no)
    )
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.register_no].append(row)
    return found


def _event(register: Row[Any], entries: Sequence[Row[Any]], company: str) -> ActivityEvent:
    made = [row for row in entries if row.entry_type == EntryType.OUTPUT]
    used = [row for row in entries if row.entry_type != EntryType.OUTPUT]
    return ActivityEvent(
        event_id=register.register_no, type=PRODUCTION, code=activity_code({row.entry_type for row in entries}), time=register.created_at,
        operator_no=register.operator_no, operator_name=register.operator_name, company=company,
        details=Details(register.source, register.station_code, register.reason),
        consumption=tuple(_transaction(row, -row.quantity) for row in used),
        products=tuple(_transaction(row, row.quantity) for row in made),
    )


def _transaction(row: Row[Any], quantity: Decimal) -> Transaction:
    """The ledger counts what leaves stock below 0; an event says how much was consumed."""
    return Transaction(
        entry_no=row.entry_no, order_no=row.order_no, order_line_no=row.order_line_no, component_line_no=row.component_line_no,
        match_id=row.match_id, item_no=row.item_no, description=row.description, variant_code=row.variant_code, lot_no=row.lot_no,
        serial_no=row.serial_no, quantity=quantity or ZERO, error_quantity=row.scrap_quantity, unit_code=row.base_unit_code,
        location_code=row.location_code, posting_date=row.posting_date, corrects_entry_no=row.corrects_entry_no,
    )
