"""Numbers on a document line: what may be saved, and how a series of own numbers goes on (core 3). Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shopfloor.items.tracking import Tracking
from shopfloor.quantity import ONE, ZERO, shown
from shopfloor.reservations.tracking_errors import ExcessTracking, LotDatesDiffer, MoreThanTracked, NumberTwice

_LAST_DIGITS = re.compile(r"^(.*?)([0-9]+)([^0-9]*)$", re.DOTALL)


@dataclass(frozen=True)
class Assigned:
    """One number that a line shall move. Base quantities."""

    tracking: Tracking
    quantity: Decimal
    to_handle: Decimal
    expiration_date: date | None = None


@dataclass(frozen=True)
class Matrix:
    """TL-01: the header of the page, for quantity and for what is to be handled. Base quantities."""

    source: Decimal
    source_to_handle: Decimal
    tracked: Decimal
    to_handle: Decimal

    @property
    def undefined(self) -> Decimal:
        """Quantity that has no number yet."""
        return self.source - self.tracked

    @property
    def undefined_to_handle(self) -> Decimal:
        """The same of what is to be handled."""
        return self.source_to_handle - self.to_handle


def check_rows(rows: Sequence[Assigned]) -> None:
    """TL-01, TL-05, EX-02. Raises NumberTwice, LotDatesDiffer, MoreThanTracked. Rows are counted from 1."""
    seen: dict[tuple[str, ...], int] = {}
    dates: dict[str, tuple[int, date | None]] = {}
    for row_no, row in enumerate(rows, 1):
        number = row.tracking
        key = ("Serial", number.serial_no) if number.serial_no else ("Lot", number.lot_no, number.package_no)
        first = seen.setdefault(key, row_no)
        if first != row_no:
            raise NumberTwice(number=number.label(), first=first, second=row_no)
        if number.lot_no:
            at, day = dates.setdefault(number.lot_no, (row_no, row.expiration_date))
            if day != row.expiration_date:
                raise LotDatesDiffer(
                    lot_no=number.lot_no, first=at, first_date=_words(day), second=row_no, second_date=_words(row.expiration_date)
                )
        if row.to_handle > row.quantity:
            raise MoreThanTracked(number=number.label(), to_handle=shown(row.to_handle), quantity=shown(row.quantity))


def place_on_page(tracking: Tracking) -> tuple[str, str, str]:
    """The order in which pages and files show the numbers of a line."""
    return tracking.lot_no, tracking.serial_no, tracking.package_no


def refuse_twice(serials: Sequence[str]) -> None:
    """TL-05: of numbers that come to a line together. Raises NumberTwice. Rows are counted from 1."""
    seen: dict[str, int] = {}
    for row_no, serial_no in enumerate(serials, 1):
        if serial_no and seen.setdefault(serial_no, row_no) != row_no:
            raise NumberTwice(number=serial_no, first=seen[serial_no], second=row_no)


def check_sum(rows: Sequence[Assigned], open_quantity: Decimal, *, document: str, item: str, unit: str) -> None:
    """TL-02. `open_quantity`: what the line has left for these rows. Raises ExcessTracking."""
    tracked = sum((row.quantity for row in rows), ZERO)
    if tracked > open_quantity:
        raise ExcessTracking(
            document=document, item=item, tracked=shown(tracked), open_quantity=shown(open_quantity),
            excess=shown(tracked - open_quantity), unit=unit,
        )


def next_numbers(first: str, increment: int, count: int) -> list[str] | None:
    """TL-13: `SN-098`, 1, 3 gives `SN-098`, `SN-099`, `SN-100`: the last group of digits counts on, and never gets shorter.

    None where the number has no digits and more than one is asked for.
    """
    parts = _LAST_DIGITS.match(first)
    if parts is None:
        return [first] if count == 1 else None
    before, digits, after = parts.groups()
    return [f"{before}{int(digits) + step * increment:0{len(digits)}d}{after}" for step in range(count)]


def shared_date(rows: Sequence[Assigned], known: dict[str, date]) -> list[Assigned]:
    """EX-01, EX-02: a blank date is filled with the lot's known one, else with that of another row of the lot."""
    dates = {row.tracking.lot_no: row.expiration_date for row in rows if row.tracking.lot_no and row.expiration_date} | known
    return [
        Assigned(row.tracking, row.quantity, row.to_handle, row.expiration_date or dates.get(row.tracking.lot_no)) for row in rows
    ]


def is_whole_serial(row: Assigned) -> bool:
    """TL-07: a serial is one piece, to handle or not."""
    return not row.tracking.serial_no or (row.quantity == ONE and row.to_handle in {ZERO, ONE})


def _words(day: date | None) -> str:
    return day.isoformat() if day else "no date"
