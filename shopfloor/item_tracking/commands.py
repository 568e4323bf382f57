"""Saving the numbers of a document line (core 3, LB-10)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.errors import Refusal, in_row
from shopfloor.item_tracking.answers import TrackingLinesSaved
from shopfloor.item_tracking.errors import DocumentClosed, NoDigits, NumbersAreRegistered
from shopfloor.item_tracking.inputs import AddTrackingLines, AssignToLine, CreateSerials, SaveTrackingLines, SaveTrackingPart, TrackingLine
from shopfloor.item_tracking.linking import relink
from shopfloor.item_tracking.rules import (
    Assigned,
    check_rows,
    check_sum,
    is_whole_serial,
    next_numbers,
    place_on_page,
    refuse_twice,
    shared_date,
)
from shopfloor.item_tracking.sources import SourceLine, locked_line
from shopfloor.item_tracking.specific import dates_of_held, held_by_number, refuse_known, reserve_by_number, version_of
from shopfloor.items.errors import NothingToAssign
from shopfloor.items.fingerprint import check_unchanged
from shopfloor.items.inputs import AssignNumbers
from shopfloor.items.new_numbers import assign_new_numbers
from shopfloor.items.number_information import known_dates
from shopfloor.items.rules import check_number, numbers_of
from shopfloor.items.tracking import Tracking
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.fields import read_input
from shopfloor.posting.errors import ExpirationDiffers, SerialQuantity
from shopfloor.quantity import ONE, ZERO, parse, shown
from shopfloor.reservations.availability_queries import Place, availability_of
from shopfloor.reservations.tracking_errors import NoTrackingCode, NumberFixed, NumbersNotAvailable
from shopfloor.reservations.tracking_records import LineOfGoods, NewRecord, TrackingRecord, replace_records, tracking_records

RIGHTS = {
    "Sales Line": rights.RECEIVE,
    "Purchase Line": rights.RECEIVE,
    "Transfer Line": rights.RECEIVE,
    "Prod. Order Component": rights.ORDERS,
    "Prod. Order Line": rights.ORDERS,
}


def save_tracking_lines(session: Session, actor: Actor, *, given: SaveTrackingLines) -> TrackingLinesSaved:
    """Let a line carry exactly these numbers (TL-01 to TL-12). Nothing is promised by it; posting looks again (AV-10).

    A reservation that the line holds without a number becomes one for the number that is entered (LB-03, LB-10); reservations of what
    the line brings split per number, and those for a number that it does not bring any more end (OT-03). The number of
    statements does not depend on the number of rows. Raises NotAllowed, NotFound, DocumentClosed, NoTrackingCode, NumbersAreRegistered,
    StaleRow, SerialQuantity, NumberTwice, LotDatesDiffer, MoreThanTracked, ExcessTracking, NumberFixed, ExpirationDiffers, NumberInvalid,
    NumberPattern, and the question NumbersNotAvailable.
    """
    actor.require(RIGHTS[given.source_type])
    source = locked_line(session, given)
    before = tracking_records(session, [source.line], inbound=source.inbound)
    check_unchanged(given.version, version_of(before, held_by_number(session, source)) if given.version else "", source.document)
    _check_source(source)
    rows = _rows(session, source, given.lines)
    check_rows(rows)
    check_sum(
        rows, source.open_quantity, document=source.document, item=source.master.item_no, unit=source.master.base_unit_code
    )
    _check_fixed(before, rows)
    if not (source.inbound or given.confirmed):
        _ask_for_unavailable(session, source, before, rows)
    reserved = ZERO if source.inbound else reserve_by_number(session, actor, source, rows)
    held = relink(session, actor, source, rows) if source.inbound else held_by_number(session, source)
    replace_records(session, actor, _goods(source), before, _new_records(rows, held))
    numbers = [f"{row.tracking.label()} {shown(row.quantity)}" for row in rows]
    audit.record(
        session, "save item tracking lines", source.document,
        before={"numbers": [f"{r.tracking.label()} {shown(r.quantity)}" for r in before]}, after={"numbers": numbers},
    )
    return TrackingLinesSaved(
        document=source.document,
        count=len(rows),
        tracked=shown(sum((row.quantity for row in rows), ZERO)),
        open_quantity=shown(source.open_quantity),
        unit=source.master.base_unit_code,
        reserved=shown(reserved),
    )


def save_tracking_part(session: Session, actor: Actor, *, given: SaveTrackingPart) -> TrackingLinesSaved:
    """Save one page of a line's numbers; those of other pages stay, with the date that the page gives their lot (EX-02).

    Raises what `save_tracking_lines` raises; rows are those of the page.
    """
    actor.require(RIGHTS[given.source_type])
    carried = _carried(session, locked_line(session, given))
    ordered = [carried[one] for one in sorted(carried, key=place_on_page)]
    dates = {line.lot_no: line.expiration_date for line in given.lines if line.lot_no}
    others = (
        line.model_copy(update={"expiration_date": dates.get(line.lot_no, line.expiration_date)})
        for line in ordered[: given.start] + ordered[given.start + given.shown :]
    )
    return _save(session, actor, given, [*given.lines, *others], version=given.version)


def add_tracking_lines(session: Session, actor: Actor, *, given: AddTrackingLines) -> TrackingLinesSaved:
    """Let a line carry more numbers (TL-11, TL-16); one that it carries already gets more.

    Raises NumberTwice and what `save_tracking_lines` raises.
    """
    actor.require(RIGHTS[given.source_type])
    refuse_twice([line.serial_no for line in given.lines])
    lines = _carried(session, locked_line(session, given))
    for line in given.lines:
        tracking = Tracking(line.serial_no, line.lot_no, line.package_no)
        before = lines.get(tracking)
        if before is not None and not line.serial_no and before.quantity is not None and line.quantity is not None:
            to_handle = line.quantity if line.to_handle is None else line.to_handle
            more = {"quantity": before.quantity + line.quantity, "to_handle": (before.to_handle or ZERO) + to_handle}
            lines[tracking] = before.model_copy(update=more)
        else:
            lines[tracking] = line
    whole = list(lines.values())
    try:
        return _save(session, actor, given, whole)
    except Refusal as refusal:
        # Counted through all numbers of the line; whoever adds some counts those.
        added = {id(line): row for row, line in enumerate(given.lines, 1)}
        refusal.row = added.get(id(whole[refusal.row - 1]), 0) if refusal.row else 0
        raise


def assign_to_line(session: Session, actor: Actor, *, given: AssignToLine) -> TrackingLinesSaved:
    """TL-13: add new numbers from the series of the item to what the line carries; blank: for all that has none.

    Raises NothingToAssign, and what `assign_new_numbers` and `save_tracking_lines` raise.
    """
    actor.require(RIGHTS[given.source_type])
    source = locked_line(session, given)
    _check_source(source)
    carried = _carried(session, source)
    quantity = given.quantity or source.open_quantity - sum((line.quantity or ONE for line in carried.values()), ZERO)
    if quantity <= ZERO:
        raise NothingToAssign
    lines: list[dict[str, str]] = []
    there = {line.serial_no or line.lot_no for line in carried.values()}
    while quantity > ZERO:  # a number that somebody typed here is known nowhere else yet, and is not given again
        lot_no = lines[0]["lot_no"] if lines else given.lot_no
        asked = {"item_no": source.master.item_no, "quantity": quantity, "lot_no": lot_no}
        drawn = assign_new_numbers(session, actor, given=read_input(AssignNumbers, {"lines": [asked]})).lines[0]
        fresh = [line for line in drawn if (line["serial_no"] or line["lot_no"]) not in there]
        lines += fresh
        quantity -= sum((parse(line["quantity"]) for line in fresh), ZERO)
    place = given.model_dump(include={"source_type", "order_no", "line_no", "component_line_no"})
    return add_tracking_lines(session, actor, given=read_input(AddTrackingLines, {**place, "lines": tuple(lines)}))


def create_serials(session: Session, actor: Actor, *, given: CreateSerials) -> TrackingLinesSaved:
    """TL-13: add a series of own serial numbers to what the line carries.

    Raises NoDigits, NumbersOnLine and what `save_tracking_lines` raises.
    """
    numbers = next_numbers(given.first, given.increment, given.count)
    if numbers is None:
        raise NoDigits(number=given.first, count=given.count)
    source = given.model_dump(include={"source_type", "order_no", "line_no", "component_line_no"})
    refuse_known(session, locked_line(session, given), numbers)
    common = {"lot_no": given.lot_no, "quantity": ONE, "expiration_date": given.expiration_date}
    lines = tuple(common | {"serial_no": number} for number in numbers)  # the last of them may be longer than a number can be (D34)
    return add_tracking_lines(session, actor, given=read_input(AddTrackingLines, source | {"lines": lines}))


def _save(
    session: Session, actor: Actor, given: SaveTrackingPart | AddTrackingLines, lines: list[TrackingLine], version: str = ""
) -> TrackingLinesSaved:
    """All numbers of the line together. Raises InvalidInput for more than a line may carry."""
    source = given.model_dump(include={"source_type", "order_no", "line_no", "component_line_no", "confirmed"})
    whole = read_input(SaveTrackingLines, {**source, "lines": tuple(lines), "version": version})
    return save_tracking_lines(session, actor, given=whole)


def _carried(session: Session, source: SourceLine) -> dict[Tracking, TrackingLine]:
    """What the line carries, planned or held by name, as it would be typed."""
    held = held_by_number(session, source)
    records = tracking_records(session, [source.line], inbound=source.inbound)
    dates = dates_of_held(session, source) | {record.tracking: record.expiration_date for record in records}
    quantity, to_handle = defaultdict(Decimal, held), defaultdict(Decimal, held)
    for record in records:
        quantity[record.tracking] += record.quantity
        to_handle[record.tracking] += record.to_handle
    return {
        tracking: TrackingLine(
            lot_no=tracking.lot_no, serial_no=tracking.serial_no, package_no=tracking.package_no, quantity=quantity[tracking],
            to_handle=to_handle[tracking], expiration_date=dates.get(tracking),
        )
        for tracking in dict.fromkeys([*(record.tracking for record in records), *held])
    }


def _check_source(source: SourceLine) -> None:
    if not source.may_change:
        raise DocumentClosed(document=source.document, status=source.status)
    if not (source.master.rules.specific or source.master.rules.requirements):
        raise NoTrackingCode(item=source.master.item_no)
    if source.inbound and source.line.source_type == "Prod. Order Line" and source.master.takes_part:
        raise NumbersAreRegistered(item=source.master.item_no, document=source.document)


def _rows(session: Session, source: SourceLine, lines: Sequence[TrackingLine]) -> list[Assigned]:
    """TL-07, D34, EX-01: what was typed, with the known dates."""
    rows = []
    for place, line in enumerate(lines, 1):
        tracking = Tracking(line.serial_no, line.lot_no, line.package_no)
        quantity = line.quantity if line.quantity is not None else ONE
        rows.append(Assigned(tracking, quantity, quantity if line.to_handle is None else line.to_handle, line.expiration_date))
        if not is_whole_serial(rows[-1]):
            shown_quantity = shown(quantity if quantity != ONE else rows[-1].to_handle)
            raise SerialQuantity(
                serial_no=line.serial_no, item=source.master.item_no, quantity=shown_quantity, unit=source.master.base_unit_code
            )
        for kind, number in numbers_of(tracking):
            if source.inbound:
                with in_row(place, f"{kind.lower()}_no"):
                    check_number(source.master, kind, number)
    known = known_dates(session, source.master.item_no, source.variant_code, {row.tracking.lot_no for row in rows} - {""})
    _check_dates(source, rows, known)
    return shared_date(rows, known)


def _check_dates(source: SourceLine, rows: Sequence[Assigned], known: Mapping[str, date]) -> None:
    """EX-01: the date of a lot that is known is not altered here."""
    for row in rows:
        day = known.get(row.tracking.lot_no)
        if day is not None and row.expiration_date not in (None, day):
            raise ExpirationDiffers(
                item=source.master.item_no, number=row.tracking.lot_no, known=day.isoformat(), given=str(row.expiration_date)
            )


def _check_fixed(before: Sequence[TrackingRecord], rows: Sequence[Assigned]) -> None:
    """TL-08: numbers that give back posted entries stay as they were copied; the line may only lose all of them."""
    for record in before:
        entry_no = record.applies_from_entry or record.applies_to_entry
        if entry_no and rows:
            raise NumberFixed(number=record.tracking.label(), entry_no=entry_no)


def _ask_for_unavailable(session: Session, source: SourceLine, before: Sequence[TrackingRecord], rows: Sequence[Assigned]) -> None:
    """TL-12, AV-04, AV-06: with what is typed instead of what was saved."""
    saved = {record.tracking: record.quantity if record.to_handle else ZERO for record in before}
    for tracking, quantity in held_by_number(session, source).items():
        saved[tracking] = saved.get(tracking, ZERO) + quantity
    found = availability_of(session, place_of(source), [row.tracking for row in rows], line=source.line)
    short = [
        row.tracking.label()
        for row in rows
        if not found[row.tracking].typed(saved.get(row.tracking, ZERO), row.quantity).serves(specific=_specific(source, row.tracking))
    ]
    if short:
        raise NumbersNotAvailable(numbers=", ".join(short[:10]) + (f" and {len(short) - 10} more" if len(short) > 10 else ""))  # noqa: PLR2004


def _specific(source: SourceLine, tracking: Tracking) -> bool:
    """AV-07."""
    return bool(source.master.rules.specific_part(tracking))


def place_of(source: SourceLine) -> Place:
    """Where the goods of a line are or will be."""
    return Place(source.master.item_no, source.location_code, source.variant_code)


def _goods(source: SourceLine) -> LineOfGoods:
    return LineOfGoods(
        source.line, source.master.item_no, source.variant_code, source.location_code, inbound=source.inbound, day=source.day
    )


def _new_records(rows: Sequence[Assigned], held: Mapping[Tracking, Decimal]) -> list[NewRecord]:
    """What the line's own reservations do not carry already."""
    left = [(row, row.quantity - held.get(row.tracking, ZERO)) for row in rows]
    return [NewRecord(row.tracking, more, min(row.to_handle, more), row.expiration_date) for row, more in left if more > ZERO]
