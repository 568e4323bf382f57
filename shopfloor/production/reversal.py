"""What a reversal takes back: the entries of a row's latest report, and how much of each is still out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.entry_types import EntryType, OrderType
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.production import rules
from shopfloor.production.errors import NothingToReverse
from shopfloor.quantity import ZERO

_entry = table(ItemLedgerEntry)


@dataclass(frozen=True)
class Entry:
    """One posted output or consumption of an order."""

    entry_no: int
    register_no: int
    entry_type: str
    item_no: str
    variant_code: str
    location_code: str
    tracking: Tracking
    quantity: Decimal
    """As the journal had it: consumption positive, its return negative."""
    scrap_quantity: Decimal
    expiration_date: date | None
    order_line_no: int
    component_line_no: int
    match_id: int
    corrects_entry_no: int

    @property
    def reported(self) -> Decimal:
        """Good and error of an output."""
        return self.quantity + self.scrap_quantity


@dataclass(frozen=True)
class Return:
    """A consumption and how much of it comes back."""

    entry: Entry
    quantity: Decimal


@dataclass(frozen=True)
class Report:
    """One posting that reported a row, and what was taken back of it since."""

    match_id: int
    entries: tuple[Entry, ...]
    """All entries of the posting on this order line, and their corrections."""
    register_no: int

    @property
    def outputs(self) -> tuple[Entry, ...]:
        """Outputs of the row that still stand."""
        return tuple(entry for entry in self._standing() if entry.match_id == self.match_id)

    @property
    def order_line_no(self) -> int:
        return self.outputs[0].order_line_no

    @property
    def good(self) -> Decimal:
        """Base units of the product that were received."""
        return sum((output.quantity for output in self.outputs), ZERO)

    @property
    def error(self) -> Decimal:
        """Base units of the product that were scrapped."""
        return sum((output.scrap_quantity for output in self.outputs), ZERO)

    def returns(
        self, components: Mapping[int, rules.Component], order_quantity: Decimal, *, nothing_else_reported: bool
    ) -> tuple[Return, ...]:
        """EDG-30: the row's consumption in full, and its share of what the posting consumed at order level; what is needed once for
        the whole order stays while anything of it is reported (D21, D31).
        """
        standing = sum((output.reported for output in self._standing()), ZERO)
        returns = []
        for entry, returned in outstanding(self.entries):
            quantity = entry.quantity - returned
            if entry.match_id == 0:
                component = components[entry.component_line_no]
                quantity = rules.share_of_flushed(
                    flushed=entry.quantity,
                    returned=returned,
                    row=self.good + self.error,
                    standing=standing,
                    precision=component.precision,
                    once=rules.order_level(component, order_quantity),
                    last=nothing_else_reported,
                )
            elif entry.match_id != self.match_id:
                continue
            if quantity > ZERO:
                returns.append(Return(entry, quantity))
        return tuple(returns)

    def _standing(self) -> list[Entry]:
        corrected = {entry.corrects_entry_no for entry in self.entries}
        return [
            entry
            for entry in self.entries
            if entry.entry_type == EntryType.OUTPUT and entry.register_no == self.register_no and entry.entry_no not in corrected
        ]


def latest_report(session: Session, order_no: str, match_id: int) -> Report:
    """The latest report of a row that still stands. Two statements. Raises NothingToReverse."""
    of_row = read_entries(session, _entry.c.order_no == order_no, _entry.c.match_id == match_id, _entry.c.entry_type == EntryType.OUTPUT)
    corrected = {entry.corrects_entry_no for entry in of_row}
    standing = [entry for entry in of_row if not entry.corrects_entry_no and entry.entry_no not in corrected]
    if not standing:
        raise NothingToReverse(order_no=order_no, match_id=match_id)
    latest = max(standing, key=lambda entry: entry.entry_no)
    of_line = (_entry.c.order_no == order_no) & (_entry.c.order_line_no == latest.order_line_no)
    in_register = select(_entry.c.entry_no).where(plant(session, _entry), of_line, _entry.c.register_no == latest.register_no)
    entries = read_entries(session, of_line, or_(_entry.c.register_no == latest.register_no, _entry.c.corrects_entry_no.in_(in_register)))
    return Report(match_id, tuple(entries), latest.register_no)


def outstanding(entries: Sequence[Entry]) -> list[tuple[Entry, Decimal]]:
    """Consumption entries with what was returned of each so far; returns themselves are left out."""
    returned: dict[int, Decimal] = {}
    for entry in entries:
        returned[entry.corrects_entry_no] = returned.get(entry.corrects_entry_no, ZERO) - entry.quantity
    return [
        (entry, returned.get(entry.entry_no, ZERO))
        for entry in entries
        if entry.entry_type == EntryType.CONSUMPTION and entry.quantity > ZERO
    ]


def stranded(
    session: Session, report: Report, order_no: str, components: Iterable[rules.Component], order_quantity: Decimal,
    returns: Sequence[Return],
) -> list[Return]:
    """Lines of the whole order that an earlier report consumed and that stayed for the sake of rows reported since: once nothing of the
    order is reported any more, they come back too (D21). What was consumed by hand stays. One statement, or none without such lines.
    """
    taken: dict[int, Decimal] = {}
    for returned in returns:
        line_no = returned.entry.component_line_no
        taken[line_no] = taken.get(line_no, ZERO) + returned.quantity
    wanted = [
        rules.FlushLine(component, component.consumed - taken.get(component.line_no, ZERO))
        for component in components
        if rules.order_level(component, order_quantity) and (component.flushing == rules.FINISH or component.takes_part)
        and component.consumed > taken.get(component.line_no, ZERO)
    ]
    of_order = (_entry.c.order_no == order_no) & (_entry.c.entry_type == EntryType.OUTPUT)
    reporting = select(_entry.c.register_no).where(plant(session, _entry), of_order)
    earlier = (_entry.c.register_no != report.register_no) & _entry.c.register_no.in_(reporting)
    return order_level_returns(session, order_no, report.order_line_no, wanted, earlier)


def order_level_returns(
    session: Session, order_no: str, order_line_no: int, wanted: Sequence[rules.FlushLine], *of: ColumnElement[bool]
) -> list[Return]:
    """Order-level consumption of the wanted lines that can come back, the newest first (LIF-4). One statement.

    `of` narrows which consumption; returns of it are looked at wherever they were posted.
    """
    if not wanted:
        return []
    entries = read_entries(
        session,
        _entry.c.order_no == order_no,
        _entry.c.order_line_no == order_line_no,
        _entry.c.match_id == 0,
        _entry.c.entry_type == EntryType.CONSUMPTION,
        _entry.c.component_line_no.in_([line.component.line_no for line in wanted]),
        or_(_entry.c.corrects_entry_no != 0, and_(true(), *of)),
    )
    left = {line.component.line_no: line.quantity for line in wanted}
    returns = []
    for entry, returned in reversed(outstanding(entries)):
        quantity = min(entry.quantity - returned, left[entry.component_line_no])
        if quantity > ZERO:
            left[entry.component_line_no] -= quantity
            returns.append(Return(entry, quantity))
    return returns


def read_entries(session: Session, *conditions: ColumnElement[bool]) -> list[Entry]:
    """Output and consumption entries of production that fit, oldest first. One statement."""
    rows = session.connection().execute(_entries().where(plant(session, _entry), *conditions).order_by(_entry.c.entry_no))
    return [
        Entry(
            entry_no=row.entry_no,
            register_no=row.register_no,
            entry_type=row.entry_type,
            item_no=row.item_no,
            variant_code=row.variant_code,
            location_code=row.location_code,
            tracking=Tracking(row.serial_no, row.lot_no, row.package_no),
            quantity=row.quantity if row.entry_type == EntryType.OUTPUT else -row.quantity,
            scrap_quantity=row.scrap_quantity,
            expiration_date=row.expiration_date,
            order_line_no=row.order_line_no,
            component_line_no=row.component_line_no,
            match_id=row.match_id,
            corrects_entry_no=row.corrects_entry_no,
        )
        for row in rows
    ]


def _entries() -> Select[Any]:
    return select(_entry).where(
        _entry.c.order_type == OrderType.PRODUCTION, _entry.c.entry_type.in_([EntryType.OUTPUT, EntryType.CONSUMPTION])
    )
