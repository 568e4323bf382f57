"""What the pages *Item tracking lines* and *Item tracking summary* show: read once, never polled (UI-2). Constant numbers of statements."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from shopfloor.clock import now
from shopfloor.item_tracking.commands import place_of
from shopfloor.item_tracking.inputs import TrackingSource
from shopfloor.item_tracking.rules import Matrix, place_on_page
from shopfloor.item_tracking.sources import SourceLine, handled_numbers, source_line
from shopfloor.item_tracking.specific import dates_of_held, held_by_number, version_of
from shopfloor.items.tracking import Tracking
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.availability import NumberAvailability, selection
from shopfloor.reservations.availability_queries import PAGE_SIZE, NumbersPage, availability_of, numbers_by_age, numbers_in_stock
from shopfloor.reservations.tracking_records import TrackingRecord, tracking_records

MOST_SELECTED = 10_000


@dataclass(frozen=True)
class TrackedNumber:
    """One row of the page. Base quantities."""

    tracking: Tracking
    quantity: Decimal
    to_handle: Decimal
    expiration_date: str
    availability: NumberAvailability | None
    """None: the line brings goods, or the number is not followed exactly (AV-07)."""
    reserved: Decimal = ZERO
    """Held by name for this very line."""
    fixed: bool = False
    """TL-08: it gives back a posted entry."""

    @property
    def available(self) -> bool:
        """AV-06. `requested` holds what is saved on this line already."""
        return self.availability is None or self.availability.serves(specific=True)


@dataclass(frozen=True)
class TrackingLinesPage:
    """TL-01, DM-30: what is still to be handled, and what was."""

    source: SourceLine
    numbers: tuple[TrackedNumber, ...]
    """All of them, or those of one page: by lot, serial and package."""
    handled: tuple[tuple[Tracking, Decimal], ...]
    matrix: Matrix
    read_at: datetime
    version: str
    """Of all numbers of the line; a form that is saved names it."""
    total: int = 0
    """Numbers that the line carries."""
    start: int = 0
    """So many of them stand on the pages before this one."""
    next: Tracking | None = None
    """The next page begins behind this one; None: there is none."""
    previous: Tracking | None = None
    """The page before begins behind this one; None: at the beginning."""
    handled_next: Tracking | None = None
    """The same of what was posted."""

    @property
    def elsewhere(self) -> tuple[str, str]:
        """Quantity and to handle of the numbers on other pages."""
        here = (sum((one.quantity for one in self.numbers), ZERO), sum((one.to_handle for one in self.numbers), ZERO))
        return shown(self.matrix.tracked - here[0]), shown(self.matrix.to_handle - here[1])


def tracking_lines_page(
    session: Session, given: TrackingSource, *, limit: int = 0, after: Tracking | None = None, handled_after: Tracking | None = None
) -> TrackingLinesPage:
    """The numbers of one document line, or `limit` of them behind one of them. Raises NotFound."""
    source = source_line(session, given)
    records = tracking_records(session, [source.line], inbound=source.inbound)
    held = held_by_number(session, source)
    noted = dates_of_held(session, source) if source.inbound and held else {}
    planned = {record.tracking: record for record in records}
    sums = _sums(records)
    every = sorted({*planned, *held}, key=place_on_page)
    start = bisect_right(every, place_on_page(after), key=place_on_page) if after else 0
    trackings = every[start : start + limit] if limit else every
    specific = source.master.rules
    judged = {} if source.inbound else availability_of(
        session, place_of(source), [one for one in trackings if specific.specific_part(one)], line=source.line
    )
    numbers = tuple(
        TrackedNumber(
            tracking=one,
            quantity=held.get(one, ZERO) + sums.get(one, (ZERO, ZERO))[0],
            to_handle=held.get(one, ZERO) + sums.get(one, (ZERO, ZERO))[1],
            expiration_date=_day(planned.get(one), judged.get(one), noted.get(one)),
            availability=judged.get(one),
            reserved=held.get(one, ZERO),
            fixed=one in planned and bool(planned[one].applies_from_entry or planned[one].applies_to_entry),
        )
        for one in trackings
    )
    handled = handled_numbers(session, given, after=handled_after, limit=limit)
    more = bool(limit) and start + limit < len(every)
    return TrackingLinesPage(
        source, numbers, tuple(handled[: limit or None]), _matrix(source, records, held), now(), version_of(records, held),
        total=len(every), start=start, next=trackings[-1] if more else None,
        previous=every[start - limit - 1] if limit and start > limit else None,
        handled_next=handled[limit - 1][0] if limit and len(handled) > limit else None,
    )


def summary_page(
    session: Session, source: SourceLine, *, after: Tracking | None = None, holding: str = "", limit: int = PAGE_SIZE
) -> NumbersPage:
    """The Item tracking summary for a line (TL-16): all numbers of its goods at its location."""
    return numbers_in_stock(session, place_of(source), line=source.line, after=after, holding=holding, limit=limit)


def select_entries(session: Session, page: TrackingLinesPage) -> list[tuple[Tracking, Decimal]]:
    """TL-11: numbers for what has none yet, in the order of the ledger; a number that stands there already is left alone.

    Stock is read in parts until there is enough: four statements for each ten thousand numbers.
    """
    there = {number.tracking for number in page.numbers}
    chosen: list[tuple[Tracking, Decimal]] = []
    wanted, after = page.matrix.undefined, 0
    while wanted > ZERO:
        found = numbers_by_age(session, place_of(page.source), line=page.source.line, after_entry_no=after, limit=MOST_SELECTED)
        more = selection([number for number in found if number.tracking not in there], wanted)
        chosen += more
        if len(found) < MOST_SELECTED:
            break
        wanted -= sum((quantity for _tracking, quantity in more), ZERO)
        after = found[-1].first_entry_no
    return chosen


def _matrix(source: SourceLine, records: Sequence[TrackingRecord], held: Mapping[Tracking, Decimal]) -> Matrix:
    named = sum(held.values(), ZERO)
    return Matrix(
        source=source.open_quantity,
        source_to_handle=source.open_quantity,
        tracked=named + sum((record.quantity for record in records), ZERO),
        to_handle=named + sum((record.to_handle for record in records), ZERO),
    )


def _day(record: TrackingRecord | None, availability: NumberAvailability | None, noted: date | None) -> str:
    planned = record.expiration_date if record is not None else None
    day = planned or noted or (availability and availability.expiration_date)
    return day.isoformat() if day else ""


def _sums(records: Sequence[TrackingRecord]) -> dict[Tracking, tuple[Decimal, Decimal]]:
    """Quantity and what is to be handled by number: one number may give back several entries (TL-15)."""
    sums: dict[Tracking, tuple[Decimal, Decimal]] = {}
    for record in records:
        quantity, to_handle = sums.get(record.tracking, (ZERO, ZERO))
        sums[record.tracking] = (quantity + record.quantity, to_handle + record.to_handle)
    return sums
