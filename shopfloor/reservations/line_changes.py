"""What a changed document line does to its numbers and reservations (TL-09, TL-10, RS-11 to RS-13, C1): the rule, then the command.

A line's *records* are its rows in the reservation table. A pair has a counterpart: stock, or a line of another document. A transfer
line has records on both sides: it is demand where the goods leave and supply where they arrive (RS-15).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, insert, select, update
from sqlalchemy.orm import Session

from shopfloor.db import current_plant, plant, table, take_numbers
from shopfloor.errors import NeedsConfirmation, Refusal
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.commands import close_on_posting, release
from shopfloor.reservations.models import ReservationEntry, ReservationSource, ReservationStatus
from shopfloor.reservations.rules import Demand, ReservedPiece, UsedReservation

_record = table(ReservationEntry)
_other = table(ReservationEntry).alias("other")
_open = table(OpenItemEntry)

RELEASE_ORDER = (ReservationStatus.PROSPECT, ReservationStatus.SURPLUS, ReservationStatus.TRACKING, ReservationStatus.RESERVATION)
"""RS-12: which records go first when a quantity is reduced."""
PAIRS = frozenset({ReservationStatus.RESERVATION.value, ReservationStatus.TRACKING.value})


@dataclass(eq=False)
class TrackedQuantity(Refusal):
    """TL-09: numbers are taken off the line by hand, so that nobody guesses which of them."""

    code = "TRACKED_QUANTITY"
    message = (
        "Line {line_no} of {number}: numbers are assigned for {tracked} of {item}, so {quantity} are too few. "
        "Delete the item tracking that is too much first."
    )
    number: str
    line_no: int
    item: str
    tracked: str
    quantity: str


@dataclass(eq=False)
class LineTracked(Refusal):
    """TL-10: assigned numbers belong to the item at the location."""

    code = "LINE_TRACKED"
    message = (
        "Line {line_no} of {number}: numbers are assigned for {tracked} of {item}. "
        "Delete the item tracking before item, variant or location change."
    )
    number: str
    line_no: int
    item: str
    tracked: str


@dataclass(eq=False)
class LineReserved(Refusal):
    """RS-12, C1: what is reserved is that item at that place."""

    code = "LINE_RESERVED"
    message = (
        "Line {line_no} of {number}: {reserved} of {item} are reserved. "
        "Choose “Cancel reservation” on the line first, then change item, variant, location or clear the date."
    )
    number: str
    line_no: int
    item: str
    reserved: str


@dataclass(eq=False)
class LineReservationFixed(Refusal):
    """D1, RS-11: a picked reservation is only given up by the pick."""

    code = "LINE_RESERVATION_FIXED"
    message = "Line {line_no} of {number}: {quantity} of {item} are picked or bound to it. Take that back first."
    number: str
    line_no: int
    item: str
    quantity: str


@dataclass(eq=False)
class DateConflict(NeedsConfirmation):
    """RS-13, ER-19: the supply would come after the demand."""

    code = "DATE_CONFLICT"
    message = (
        "Line {line_no} of {number}: with the date {new_date} the goods {direction} {counterpart} ({counterpart_date}) would come "
        "too late. Change it and cancel that reservation?"
    )
    number: str
    line_no: int
    new_date: str
    counterpart: str
    counterpart_date: str
    direction: str = "for"
    """for: the line brings what the counterpart needs; from: it needs what the counterpart brings."""


@dataclass(eq=False)
class DeleteTrackedLine(NeedsConfirmation):
    """TL-09, RS-12: numbers and reservations go with the line."""

    code = "DELETE_TRACKED_LINE"
    message = (
        "{number}: {tracked} have numbers assigned and {reserved} are reserved. "
        "Delete the line with its item tracking and reservations?"
    )
    number: str
    tracked: str
    reserved: str


@dataclass(frozen=True)
class LineName:
    """How refusals name a line."""

    number: str
    """Of the document."""
    line_no: int
    item: str


@dataclass(frozen=True)
class LineRecord:
    """One record of a line, with the other side of its pair."""

    entry_no: int
    positive: bool
    """Whether the line is the supply of it."""
    status: str
    quantity: Decimal
    """Positive, base units."""
    numbered: bool
    """Whether the line's own side carries a serial, lot or package number."""
    fixed: bool = False
    """Picked, or not to be cancelled."""
    line_no: int = 0
    counterpart: str = ""
    """The other side as people name it; blank: none, or stock."""
    counterpart_date: date | None = None
    """When the other document line needs or brings the goods; None: stock, or no date."""
    counterpart_numbered: bool = False
    open_entry_no: int = 0
    """The stock that is reserved; 0: none."""

    @property
    def brought(self) -> bool:
        """Another document line brings or wants it by number; stock keeps its own."""
        return self.counterpart_numbered and not self.open_entry_no

    @property
    def reserved(self) -> bool:
        return self.status == ReservationStatus.RESERVATION


@dataclass(frozen=True)
class StillOpen:
    """What a line will still move: the two differ for a transfer line whose goods are on their way."""

    demand: Decimal
    """Still to leave, base units."""
    supply: Decimal
    """Still to arrive."""

    def of(self, *, positive: bool) -> Decimal:
        """Of the side that is supply, or of the one that is demand."""
        return self.supply if positive else self.demand


# --- the rule ---------------------------------------------------------------------------------------------------------


def tracked(records: Iterable[LineRecord]) -> Decimal:
    """Quantity that numbers are assigned for: of a transfer line on the side that has more."""
    return _larger_side(record for record in records if record.numbered)


def reserved(records: Iterable[LineRecord]) -> Decimal:
    """Quantity that is reserved."""
    return sum((record.quantity for record in records if record.reserved), ZERO)


def check_goods(records: Sequence[LineRecord], line: LineName) -> None:
    """TL-10, RS-12, C1: item, variant and location stay while numbers or reservations hold them. Raises LineTracked, LineReserved."""
    if reserved(records) > ZERO:
        raise LineReserved(number=line.number, line_no=line.line_no, item=line.item, reserved=shown(reserved(records)))
    if tracked(records) > ZERO:
        raise LineTracked(number=line.number, line_no=line.line_no, item=line.item, tracked=shown(tracked(records)))


def check_quantity(records: Sequence[LineRecord], line: LineName, still_open: StillOpen) -> None:
    """TL-09: numbers are not more than what stays open. Raises TrackedQuantity."""
    for positive in (False, True):
        numbers = tracked(record for record in records if record.positive is positive)
        if numbers > still_open.of(positive=positive):
            raise TrackedQuantity(
                number=line.number, line_no=line.line_no, item=line.item, tracked=shown(numbers),
                quantity=shown(still_open.of(positive=positive)),
            )


def check_not_fixed(records: Iterable[LineRecord], line: LineName) -> None:
    """Raises LineReservationFixed."""
    quantity = sum((record.quantity for record in records if record.fixed and record.status in PAIRS), ZERO)
    if quantity > ZERO:
        raise LineReservationFixed(number=line.number, line_no=line.line_no, item=line.item, quantity=shown(quantity))


def in_conflict(records: Iterable[LineRecord], new_date: date | None) -> list[LineRecord]:
    """RS-13: reservations whose supply would come after their demand. Stock has no date and is never in conflict."""
    if new_date is None:
        return []
    return [
        record
        for record in records
        if record.reserved and record.counterpart_date is not None
        and (new_date > record.counterpart_date if record.positive else new_date < record.counterpart_date)
    ]


def check_date(records: Sequence[LineRecord], line: LineName, new_date: date | None, *, confirmed: bool) -> None:
    """RS-12, RS-13: raises LineReserved when the date is cleared, DateConflict unless it was answered with yes."""
    if new_date is None and reserved(records) > ZERO:
        raise LineReserved(number=line.number, line_no=line.line_no, item=line.item, reserved=shown(reserved(records)))
    conflicts = in_conflict(records, new_date)
    if conflicts and not confirmed:
        first = conflicts[0]
        raise DateConflict(
            number=line.number, line_no=line.line_no, new_date=str(new_date), counterpart=first.counterpart,
            counterpart_date=str(first.counterpart_date), direction="for" if first.positive else "from",
        )


def excess(records: Sequence[LineRecord], still_open: StillOpen) -> dict[int, Decimal]:
    """RS-12: what is released of which record, so that no more is held than stays open. Numbers stay: TL-09 has looked after them."""
    released: dict[int, Decimal] = {}
    for positive in (False, True):
        side = [record for record in records if record.positive is positive]
        too_much = sum((r.quantity for r in side if r.status in PAIRS or not r.numbered), ZERO) - still_open.of(positive=positive)
        for record in sorted((r for r in side if not r.numbered and not r.fixed), key=_release_order):
            part = min(record.quantity, too_much)
            if part > ZERO:
                released[record.entry_no] = part
                too_much -= part
    return released


def _release_order(record: LineRecord) -> tuple[int, bool, int]:
    """By status, then what is not in stock, then the newest."""
    return (RELEASE_ORDER.index(ReservationStatus(record.status)), bool(record.open_entry_no), -record.entry_no)


def _larger_side(records: Iterable[LineRecord]) -> Decimal:
    sums = {True: ZERO, False: ZERO}
    for record in records:
        sums[record.positive] += record.quantity
    return max(sums.values())


# --- the command ------------------------------------------------------------------------------------------------------


def lock_records(session: Session, source: ReservationSource, document_no: str, line_no: int | None = None) -> list[LineRecord]:
    """The records of a locked document's line, or of all its lines, after the stock that they hold is locked in entry order (A23).

    Late binding may move a pair to other stock until the lock is there, so the records are read again. At most four statements.
    """
    records = _read(session, source, document_no, line_no)
    locked: set[int] = set()
    while {record.open_entry_no for record in records if record.open_entry_no} - locked:
        wanted = sorted({record.open_entry_no for record in records if record.open_entry_no} - locked)
        lock = select(_open.c.entry_no).where(plant(session, _open), _open.c.entry_no.in_(wanted)).order_by(_open.c.entry_no)
        session.connection().execute(lock.with_for_update(key_share=True)).all()
        locked |= set(wanted)
        records = _read(session, source, document_no, line_no)
    return records


def cancel(session: Session, records: Sequence[LineRecord]) -> Decimal:
    """RS-11: reservations end; a line that carries a number keeps it as Surplus. Gives the quantity that is free again."""
    pairs = [record for record in records if record.reserved]
    _keep_numbers(session, [r for r in pairs if r.numbered], own=True)
    _keep_numbers(session, [r for r in pairs if r.brought], own=False)
    _end(session, {record.entry_no: record.quantity for record in pairs}, pairs)
    return reserved(pairs)


def reduce_records(session: Session, records: Sequence[LineRecord], still_open: StillOpen) -> Decimal:
    """RS-12: hold no more for the line than stays open. Gives what is not reserved any more."""
    parts = excess(records, still_open)
    by_number = {record.entry_no: record for record in records}
    _keep_numbers(session, [r for r in records if r.entry_no in parts and r.brought], own=False, parts=parts)
    _end(session, parts, records)
    return sum((part for entry_no, part in parts.items() if by_number[entry_no].reserved), ZERO)


def drop_records(session: Session, records: Sequence[LineRecord]) -> None:
    """The line goes: its reservations end, and its numbers with it; another line's number survives."""
    pairs = [record for record in records if record.status in PAIRS]
    _keep_numbers(session, [r for r in pairs if r.brought], own=False)
    _end(session, {record.entry_no: record.quantity for record in records}, records)


def write_date(session: Session, records: Sequence[LineRecord], new_date: date | None) -> None:
    """The line's own side of its records has the line's date. Two statements at most."""
    for positive, name in ((True, "expected_receipt_date"), (False, "shipment_date")):
        entry_nos = sorted(record.entry_no for record in records if record.positive is positive)
        if entry_nos:
            mine = _record.c.entry_no.in_(entry_nos) & _record.c.positive.is_(positive)
            session.connection().execute(update(_record).where(plant(session, _record), mine).values({name: new_date}))


def _end(session: Session, parts: Mapping[int, Decimal], records: Sequence[LineRecord]) -> None:
    """Take quantities off records; what held stock gives it free."""
    known = [record for record in records if parts.get(record.entry_no, ZERO) > ZERO]
    stock = [_piece(record) for record in known if record.open_entry_no and record.reserved]
    release(session, stock, {piece.entry_no: parts[piece.entry_no] for piece in stock})
    held = {piece.entry_no for piece in stock}
    pairs = [r for r in known if r.status in PAIRS and r.entry_no not in held]
    close_on_posting(session, [UsedReservation(record.entry_no, parts[record.entry_no]) for record in pairs])
    _end_single(session, [r for r in known if r.status not in PAIRS], parts)


def _end_single(session: Session, records: Sequence[LineRecord], parts: Mapping[int, Decimal]) -> None:
    """Surplus and Prospect have one side only."""
    gone = [record.entry_no for record in records if parts[record.entry_no] >= record.quantity]
    if gone:
        session.connection().execute(delete(_record).where(plant(session, _record), _record.c.entry_no.in_(gone)))
    for record in records:
        left = record.quantity - parts[record.entry_no]
        if left > ZERO:  # one record at most is cut; all before it went whole
            change = update(_record).where(plant(session, _record), _record.c.entry_no == record.entry_no)
            session.connection().execute(change.values(quantity_base=left if record.positive else -left))


def _keep_numbers(session: Session, records: Sequence[LineRecord], *, own: bool, parts: Mapping[int, Decimal] | None = None) -> None:
    """RS-11: one side of each pair, or of a part of it, stays as Surplus with its number. Two statements."""
    wanted = {record.entry_no: record.positive is own for record in records}
    if not wanted:
        return
    found = session.connection().execute(select(_record).where(plant(session, _record), _record.c.entry_no.in_(sorted(wanted))))
    sides = [dict(row._mapping) for row in found if row.positive is wanted[row.entry_no]]  # noqa: SLF001  # SQLAlchemy's public name
    numbers = take_numbers(session, {"reservation_entry": len(sides)})["reservation_entry"]
    changes = {"reservation_status": ReservationStatus.SURPLUS.value, "picked": False, "binding": ""}
    for side in sides:
        if parts is not None:
            side["quantity_base"] = parts[side["entry_no"]] * (1 if side["positive"] else -1)
    rows = [side | changes | {"entry_no": number} for side, number in zip(sides, numbers, strict=True)]
    session.connection().execute(insert(_record), rows)


def _piece(record: LineRecord) -> ReservedPiece:
    demand = Demand("", "", 0)
    return ReservedPiece(record.entry_no, demand, record.open_entry_no, record.quantity, picked=record.fixed, specific=record.numbered)


def _read(session: Session, source: ReservationSource, document_no: str, line_no: int | None) -> list[LineRecord]:
    c, o = _record.c, _other.c
    own: list[ColumnElement[bool]] = [plant(session, _record), c.source_type == source.value, c.source_id == document_no]
    if line_no is not None:
        own.append(c.source_line_no == line_no)
    same = and_(o.plant_no == current_plant(session), o.entry_no == c.entry_no, o.positive != c.positive)
    columns: tuple[ColumnElement[Any], ...] = (
        *(c.entry_no, c.positive, c.reservation_status, c.quantity_base, c.serial_no, c.lot_no, c.package_no, c.picked),
        *(c.disallow_cancellation, c.source_line_no, o.source_type.label("other_type"), o.source_id.label("other_id")),
        *(o.source_line_no.label("other_line"), o.shipment_date, o.expected_receipt_date),
        *(o.serial_no.label("other_serial"), o.lot_no.label("other_lot"), o.package_no.label("other_package")),
    )
    statement = select(*columns).outerjoin_from(_record, _other, same).where(*own).order_by(c.entry_no, c.positive)
    return [_line_record(row) for row in session.connection().execute(statement)]


def _line_record(row: Row[Any]) -> LineRecord:
    from_stock = row.other_type == ReservationSource.ITEM_LEDGER_ENTRY
    return LineRecord(
        entry_no=row.entry_no,
        positive=row.positive,
        status=row.reservation_status,
        quantity=abs(row.quantity_base),
        numbered=bool(row.serial_no or row.lot_no or row.package_no),
        fixed=row.picked or row.disallow_cancellation,
        line_no=row.source_line_no,
        counterpart="" if from_stock or not row.other_type else f"{row.other_id} line {row.other_line}",
        counterpart_date=None if from_stock else row.shipment_date if row.positive else row.expected_receipt_date,
        counterpart_numbered=bool(row.other_serial or row.other_lot or row.other_package),
        open_entry_no=row.other_line if from_stock else 0,
    )
