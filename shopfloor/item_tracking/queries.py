"""What the pages *Item tracking lines* and *Item tracking summary* show: read once, never polled (UI-2). Constant numbers of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from shopfloor.clock import now
from shopfloor.item_tracking.commands import place_of
from shopfloor.item_tracking.inputs import TrackingSource
from shopfloor.item_tracking.rules import Matrix
from shopfloor.item_tracking.sources import SourceLine, handled_numbers, source_line
from shopfloor.item_tracking.specific import dates_of_held, held_by_number, version_of
from shopfloor.items.tracking import Tracking
from shopfloor.quantity import ZERO
from shopfloor.reservations.availability import NumberAvailability, selection
from shopfloor.reservations.availability_queries import NumbersPage, availability_of, numbers_by_age, numbers_in_stock
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
    handled: tuple[tuple[Tracking, Decimal], ...]
    matrix: Matrix
    read_at: datetime
    version: str
    """Of the numbers; a form that is saved names it."""


def tracking_lines_page(session: Session, given: TrackingSource) -> TrackingLinesPage:
    """The numbers of one document line. Raises NotFound."""
    source = source_line(session, given)
    records = tracking_records(session, [source.line], inbound=source.inbound)
    held = held_by_number(session, source)
    noted = dates_of_held(session, source) if source.inbound and held else {}
    planned = {record.tracking: record for record in records}
    sums = _sums(records)
    trackings = sorted({*planned, *held}, key=lambda one: (one.lot_no, one.serial_no, one.package_no))
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
    handled = tuple(handled_numbers(session, given))
    return TrackingLinesPage(source, numbers, handled, _matrix(source, numbers), now(), version_of(records, held))


def summary_page(session: Session, source: SourceLine, *, after: Tracking | None = None, holding: str = "") -> NumbersPage:
    """The Item tracking summary for a line (TL-16): all numbers of its goods at its location."""
    return numbers_in_stock(session, place_of(source), line=source.line, after=after, holding=holding)


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


def _matrix(source: SourceLine, numbers: tuple[TrackedNumber, ...]) -> Matrix:
    return Matrix(
        source=source.open_quantity,
        source_to_handle=source.open_quantity,
        tracked=sum((number.quantity for number in numbers), ZERO),
        to_handle=sum((number.to_handle for number in numbers), ZERO),
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
