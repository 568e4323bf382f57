"""The reservations and numbers of a document line that gets new values: all checks in their order, then what has to go (RS-12, RS-13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from shopfloor.reservations.line_changes import (
    LineName,
    StillOpen,
    cancel,
    check_date,
    check_goods,
    check_not_fixed,
    check_quantity,
    in_conflict,
    lock_records,
    reduce_records,
    write_date,
)
from shopfloor.reservations.models import ReservationSource


@dataclass(frozen=True)
class ChangedLine:
    """A line of a locked document as it is to be."""

    name: LineName
    still_open: StillOpen
    old_date: date | None
    new_date: date | None
    other_goods: bool = False
    """It gets another item, variant or location."""


def follow_change(session: Session, source: ReservationSource, line: ChangedLine, *, confirmed: bool) -> Decimal:
    """Let reservations follow a changed line. Gives the base quantity that is not reserved any more.

    Raises LineTracked, LineReserved (C1), TrackedQuantity, LineReservationFixed, and DateConflict unless confirmed.
    """
    records = lock_records(session, source, line.name.number, line.name.line_no)
    if line.other_goods:
        check_goods(records, line.name)
    check_quantity(records, line.name, line.still_open)
    moves = line.new_date != line.old_date
    if moves:
        check_date(records, line.name, line.new_date, confirmed=confirmed)
    late = in_conflict(records, line.new_date) if moves else []
    check_not_fixed(late, line.name)
    released = cancel(session, late)
    if late:
        records = lock_records(session, source, line.name.number, line.name.line_no)
    released += reduce_records(session, records, line.still_open)
    write_date(session, records, line.new_date)
    return released
