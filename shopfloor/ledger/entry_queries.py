"""Item ledger entries as pages show them: list, totals, one entry with what corrects it (DM-01 to DM-07). Read only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Join, Row, Select, and_, func, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.items.models import Item
from shopfloor.items.paging import PAGE_SIZE, Page, entry_place, page_limit
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.entry_filter import EntryFilter, conditions, entry_numbers
from shopfloor.ledger.models import ItemLedgerEntry, ItemRegister, OpenItemEntry
from shopfloor.people.models import Operator
from shopfloor.quantity import ZERO

_entry = table(ItemLedgerEntry)
_open = table(OpenItemEntry)
_register = table(ItemRegister)
_item = table(Item)
_operator = table(Operator)
STRETCH = 20_000
"""Entry numbers that one page looks through, newest first, when no index leads to what is wanted."""
MOST_COUNTED = 100_000
"""More entries than this are not added up for a page."""
STREAMED = 5_000
"""Entries that a file reads at a time."""
MOST_CORRECTIONS = 100


@dataclass(frozen=True)
class EntryLine:
    """One item ledger entry."""

    entry_no: int
    register_no: int
    entry_type: str
    document_type: str
    document_no: str
    document_line_no: int
    external_document_no: str
    posting_date: date
    item_no: str
    description: str
    """Of the item."""
    variant_code: str
    location_code: str
    tracking: Tracking
    quantity: Decimal
    """Signed, base units."""
    scrap_quantity: Decimal
    """Made and scrapped at once, base units (C4)."""
    remaining: Decimal
    """0: closed."""
    base_unit_code: str
    unit_code: str
    quantity_in_unit: Decimal
    """As entered, in `unit_code`."""
    expiration_date: date | None
    warranty_date: date | None
    source_type: str
    source_no: str
    order_type: str
    order_no: str
    order_line_no: int
    component_line_no: int
    match_id: int
    corrects_entry_no: int
    reason: str
    operator_no: str
    operator_name: str
    station_code: str
    created_at: datetime

    @property
    def open(self) -> bool:
        """DM-03: something remains."""
        return self.remaining != ZERO

    @property
    def positive(self) -> bool:
        """DM-03: goods came in."""
        return self.quantity > ZERO


@dataclass(frozen=True)
class EntryPage(Page[EntryLine]):
    """Some entries. What no index leads to is looked for in a stretch of the entry numbers, so a page may be short, or even empty."""

    looked_down_to: int = 0
    """The lowest entry number that was looked at when older ones are left; 0: the page is as full as can be."""


@dataclass(frozen=True)
class EntryTotals:
    """The figures of all entries that a filter lets through. Base units."""

    count: int
    complete: bool
    """Whether all of them were added up, and not only the first `MOST_COUNTED`."""
    item_no: str
    """Blank when they are of several items: then quantities cannot be added."""
    unit_code: str
    quantity: Decimal
    remaining: Decimal


@dataclass(frozen=True)
class EntryCard:
    """One entry and what takes it back."""

    entry: EntryLine
    corrected_by: tuple[EntryLine, ...]


def list_entries(session: Session, wanted: EntryFilter, *, after: str = "", limit: int = PAGE_SIZE) -> EntryPage:
    """Entries, newest first. Three statements at most, none of which reads the whole ledger.

    The newest stretch of entry numbers is walked first: for a busy item that fills the page at once. Only what is not found there is
    looked up by its index and sorted, or, without an index, left to the next page.
    """
    before = entry_place(after)
    if before is None or not wanted.readable:
        return EntryPage(())
    return _page(session, wanted, before, page_limit(limit))


def entry_totals(session: Session, wanted: EntryFilter) -> EntryTotals | None:
    """Count and sums of what the filter lets through; None when that would read the whole ledger.

    One statement, and one more to find the place of a posting.
    """
    if not (wanted.readable and wanted.served):
        return None
    columns = (_entry.c.item_no, _entry.c.quantity, _open.c.remaining)
    counted = select(*columns).select_from(_with_open(wanted)).where(*conditions(session, wanted)).limit(MOST_COUNTED + 1).subquery()
    one_item = func.min(counted.c.item_no)
    figures = select(
        func.count().label("entries"), one_item.label("item_no"), (one_item == func.max(counted.c.item_no)).label("same"),
        func.sum(counted.c.quantity).label("quantity"), func.sum(counted.c.remaining).label("remaining"),
    ).subquery()
    statement = select(figures, _item.c.base_unit_code).outerjoin_from(figures, _item, _item.c.no == figures.c.item_no)
    r = session.connection().execute(statement).one()
    complete = r.entries <= MOST_COUNTED
    same = bool(r.same) and complete
    return EntryTotals(
        count=min(r.entries, MOST_COUNTED), complete=complete,
        item_no=r.item_no if same else "", unit_code=r.base_unit_code if same else "",
        quantity=(r.quantity or ZERO) if same else ZERO, remaining=(r.remaining or ZERO) if same else ZERO,
    )


def stream_entries(session: Session, wanted: EntryFilter) -> Iterator[tuple[EntryLine, ...]]:
    """All entries that the filter lets through, newest first, a part at a time, so that a file of any length needs little memory."""
    before: int | None = 0 if wanted.readable else None
    while before is not None:
        page = _page(session, wanted, before, STREAMED)
        yield page.rows
        before = entry_place(page.next_after) if page.next_after else None


def entry_card(session: Session, entry_no: int) -> EntryCard | None:
    """One entry, or None. Two statements."""
    row = session.connection().execute(_select(EntryFilter()).where(plant(session, _entry), _entry.c.entry_no == entry_no)).one_or_none()
    if row is None:
        return None
    entry = _line(row)
    same = (
        _entry.c.corrects_entry_no == entry_no, _entry.c.entry_no > entry_no, _entry.c.item_no == entry.item_no,
        _entry.c.serial_no == entry.tracking.serial_no, _entry.c.lot_no == entry.tracking.lot_no, _entry.c.order_no == entry.order_no,
    )
    statement = _select(EntryFilter()).where(plant(session, _entry), *same).order_by(_entry.c.entry_no + 0).limit(MOST_CORRECTIONS)
    return EntryCard(entry, tuple(_line(found) for found in session.connection().execute(statement)))


def _page(session: Session, wanted: EntryFilter, before: int, limit: int) -> EntryPage:
    if wanted.open_only or wanted.register_no:
        return _by_index(session, wanted, before, limit)
    top = before or _newest(session) + 1
    floor = max(top - STRETCH, 0)
    number = _entry.c.entry_no
    walked = conditions(session, wanted, walked=True)
    rows = _read(session, _select(wanted).where(*walked, number >= floor, number < top).order_by(number.desc()).limit(limit + 1))
    if len(rows) > limit or floor <= 1:
        return _cut(rows, limit)
    if wanted.served:
        return _by_index(session, wanted, before, limit)
    return EntryPage(tuple(rows), str(floor), looked_down_to=floor)


def _by_index(session: Session, wanted: EntryFilter, before: int, limit: int) -> EntryPage:
    number = entry_numbers(wanted)
    statement = _select(wanted).where(*conditions(session, wanted))
    if before:
        statement = statement.where(number < before)
    # Adding 0 keeps both databases from walking the primary key of the whole plant to save the sorting of a few entries.
    order = number if wanted.open_only else number + 0
    return _cut(_read(session, statement.order_by(order.desc()).limit(limit + 1)), limit)


def _cut(rows: list[EntryLine], limit: int) -> EntryPage:
    shown = tuple(rows[:limit])
    return EntryPage(shown, str(shown[-1].entry_no) if len(rows) > limit else "")


def _newest(session: Session) -> int:
    statement = select(_entry.c.entry_no).where(plant(session, _entry)).order_by(_entry.c.entry_no.desc()).limit(1)
    return session.connection().scalar(statement) or 0


def _with_open(wanted: EntryFilter) -> Join:
    """Entries with what remains of them; only open ones when these are wanted."""
    # Adding 0 leaves one direction only: from the open entries to the ledger, never the whole ledger with a look at what is open.
    number = _open.c.entry_no + 0 if wanted.through_open else _open.c.entry_no
    same_entry = and_(_open.c.plant_no == _entry.c.plant_no, number == _entry.c.entry_no)
    return _entry.join(_open, same_entry, isouter=not wanted.open_only)


def _select(wanted: EntryFilter) -> Select[Any]:
    same_register = and_(_register.c.plant_no == _entry.c.plant_no, _register.c.register_no == _entry.c.register_no)
    joined = (
        _with_open(wanted)
        .join(_register, same_register)
        .join(_item, _item.c.no == _entry.c.item_no)
        .outerjoin(_operator, _operator.c.no == _register.c.operator_no)
    )
    return select(
        _entry, _open.c.remaining, _register.c.operator_no, _register.c.station_code, _register.c.created_at,
        func.coalesce(_operator.c.name, "").label("operator_name"), _item.c.description, _item.c.base_unit_code,
    ).select_from(joined)


def _read(session: Session, statement: Select[Any]) -> list[EntryLine]:
    return [_line(row) for row in session.connection().execute(statement)]


COPIED = tuple(name for name in EntryLine.__dataclass_fields__ if name not in {"tracking", "remaining"})


def _line(r: Row[Any]) -> EntryLine:
    copied = {name: getattr(r, name) for name in COPIED}
    return EntryLine(tracking=Tracking(r.serial_no, r.lot_no, r.package_no), remaining=r.remaining or ZERO, **copied)
