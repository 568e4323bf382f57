"""A component number is validated and registered, and the answer says where the station goes next (SCN-19, EDG-3 to EDG-17, TCP-14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from shopfloor.genealogy.answers import (
    AlreadyRegistered,
    ComponentRegistered,
    ComponentShort,
    DuplicateScan,
    ExpiryDiffers,
    LineCompleted,
    NumberIgnored,
    QuantityCapped,
    ReservationMoved,
    ScanAnswer,
    UnitCompleted,
)
from shopfloor.genealogy.drawing import Part, Registered, associate
from shopfloor.genealogy.errors import (
    BatchExpired,
    QuantityNeeded,
    SelfReference,
)
from shopfloor.genealogy.facts import COMPONENT, PRODUCT, Line, NumberStock
from shopfloor.genealogy.inputs import ScanRules
from shopfloor.genealogy.maintenance_errors import LabelDateEarlier, LineEnded, LineForOtherUnits
from shopfloor.genealogy.number_queries import registered_in
from shopfloor.genealogy.reporting_itself import report_itself
from shopfloor.genealogy.rules import (
    Wanted,
    check_expiry,
    check_room,
    complete,
    in_line_unit,
    next_line,
    wanted_quantity,
)
from shopfloor.genealogy.scan_job import ScanJob
from shopfloor.genealogy.why_not import in_use
from shopfloor.items.errors import UnitUnknown
from shopfloor.items.tracking import Tracking
from shopfloor.people.settings import CAP, EXACT, IGNORE
from shopfloor.quantity import ONE, ZERO, NotAQuantity, parse, rounded, shown
from shopfloor.reservations.errors import NotAvailable, ReservedElsewhere, refusal_of_hold

ONE_PIECE, ASK = "One piece", "Ask"
"""Captions of production.models.OneScan (D7)."""


def register(
    job: ScanJob, line: Line, tracking: Tracking, stock: Sequence[NumberStock], *, plain: bool, late: bool = False,
    typed: Decimal | None = None,
) -> ScanAnswer:
    """Checks in fixed order, then the association and its reservation."""
    number = tracking.label()
    answered = _check_use(job, line, tracking, stock)
    if answered is not None:
        return answered
    line = _opened(job, line, number)
    if typed is not None and not line.component.serial:
        wanted, label_quantity, label_unit = Wanted(typed, exact=not job.from_loaded), None, ""
    else:
        wanted, label_quantity, label_unit = _wanted(job, line)
    check_room(line, wanted, product_limit=job.situation.product.matching_limit, confirmed=job.confirmed)
    _check_number(job, line, number, stock)
    part = Part(
        line, tracking, tuple(stock), wanted, label_quantity, label_unit, reason=job.reason, approved_by=job.approved_by, late_serial=late,
        from_loaded=job.from_loaded,
    )
    try:
        done = associate(job.session, job.actor, job.situation, part)
    except (NotAvailable, ReservedElsewhere):
        _refuse_used_meanwhile(job, line, tracking)
        raise
    for move in done.moved:
        quantity = shown(in_line_unit(line, move.quantity))
        job.note(ReservationMoved(quantity=quantity, unit=line.component.unit_code, holder=move.piece.demand.label()))
    return _registered(job, line, number, wanted, done, plain=plain)


def _check_use(job: ScanJob, line: Line, tracking: Tracking, stock: Sequence[NumberStock]) -> ScanAnswer | None:
    """EDG-6 to EDG-8, EDG-22, OPS-4: whether the number is registered somewhere already."""
    number = tracking.label()
    product = job.situation.product
    if line.component.item_no == product.item_no and tracking.label() == job.row.tracking.label():
        raise SelfReference(number=number)
    if any(s.made_by_order == job.order_no for s in stock) and line.component.item_no == product.item_no:
        raise SelfReference(number=number)
    here = any(a.tracking.serial_no == tracking.serial_no and a.tracking.lot_no == tracking.lot_no for a in line.associations)
    if here and not one_piece(job, line) and job.scanned_before():
        return scan_answer(job, DuplicateScan, line, number)
    if not tracking.serial_no:
        return None
    used = next((s.in_use for s in stock if s.in_use is not None), None)
    if used is None:
        return None
    if used.match_id == job.row.match_id and used.component_line_no == line.line_no:
        return scan_answer(job, AlreadyRegistered, line, number)
    raise in_use(job, number, used)


def _opened(job: ScanJob, line: Line, number: str) -> Line:
    """EDG-38: a line that somebody ended for this unit takes more only after a yes of somebody with the right; D36."""
    if not line.closed:
        return line
    if line.component.left_out(job.row.match_id):
        raise LineForOtherUnits(line_no=line.line_no, item=line.component.description, product=job.row.tracking.label())
    if LineEnded.code not in job.confirmed:
        raise LineEnded(item=line.component.description, product=job.row.tracking.label(), number=number)
    return replace(line, closed=False)


def _refuse_used_meanwhile(job: ScanJob, line: Line, tracking: Tracking) -> None:
    """OPS-2: PostgreSQL's read that waited for the lock sees the winner's reservation, but not yet its registration; this look does."""
    used = registered_in(job.session, line.component.item_no, tracking.serial_no) if tracking.serial_no else None
    if used is not None:
        raise in_use(job, tracking.label(), used)


def _wanted(job: ScanJob, line: Line) -> tuple[Wanted, Decimal | None, str]:
    """D7, GS1-18 to GS1-22: how much, and what the label said in its own unit."""
    code, component = job.code, line.component
    measure = count = None
    said: tuple[Decimal | None, str] = (None, "")
    if code is not None and code.measure is not None and component.measured and job.rules.measure_use != IGNORE:
        measure = _measured(job, line)
        said = (code.measure.quantity, code.measure.unit)
        if measure > line.remaining > ZERO and job.rules.measure_use == CAP:
            job.note(QuantityCapped(label=f"{shown(said[0])} {said[1]}"))
    elif code is not None and code.quantity is not None and job.rules.count_use != IGNORE:
        factor = job.situation.gtin_item[3] if job.situation.gtin_item and code.gtin else ONE
        count, said = code.quantity * factor, (code.quantity, job.situation.gtin_item[2] if job.situation.gtin_item else "")
        if component.serial and count != ONE:
            job.note(NumberIgnored(ai="37" if code.value("37") else "30", why="a serial number is one piece"))
        elif count > line.remaining > ZERO and job.rules.count_use == CAP:
            job.note(QuantityCapped(label=f"{shown(code.quantity)} {said[1]}"))
    asks = component.one_scan_is == ASK and measure is None and count is None
    if not component.serial and (asks or job.scan.quantity) and not job.from_loaded:
        return _answered_quantity(job, line), None, ""
    wanted = wanted_quantity(line, count=count, measure=measure, one_piece=one_piece(job, line))
    return by_use(line, wanted, count, measure, job.rules), said[0], said[1]


def by_use(line: Line, wanted: Wanted, count: Decimal | None, measure: Decimal | None, rules: ScanRules) -> Wanted:
    """GS1-21: a count to the letter, or a measure up to what remains, where the company wants it so."""
    if line.component.serial:
        return wanted
    if measure is not None and rules.measure_use == CAP:
        return Wanted(min(measure, line.remaining), exact=False)
    if measure is None and count is not None and rules.count_use == EXACT:
        return Wanted(count, exact=True)
    return wanted


def one_piece(job: ScanJob, line: Line) -> bool:
    """D7: by the line's own setting, or the station's."""
    return job.rules.one_piece or line.component.one_scan_is == ONE_PIECE


def _answered_quantity(job: ScanJob, line: Line) -> Wanted:
    """D7, D30: what the operator answered, or a scale sent along with the number, exactly; without an answer the question."""
    component = line.component
    if not job.scan.quantity:
        raise QuantityNeeded(
            item=component.description, number=job.number, remaining=shown(in_line_unit(line, line.remaining)), unit=component.unit_code
        )
    answered = rounded(parse(job.scan.quantity) * component.quantity_per_unit, component.precision)
    if answered <= ZERO:  # also what rounds to nothing
        raise NotAQuantity(text_given=job.scan.quantity)
    return Wanted(answered, exact=True)


def _measured(job: ScanJob, line: Line) -> Decimal:
    """GS1-20: a weighed amount in base units, to the item's precision."""
    assert job.code is not None
    assert job.code.measure is not None
    measure, component = job.code.measure, line.component
    if measure.unit == component.gs1_unit:
        return rounded(measure.quantity, component.precision)
    raise UnitUnknown(item=component.description, unit=measure.unit)


def check_usable(
    line: Line, number: str, stock: Sequence[NumberStock], *, today: date, label: date | None = None,
    confirmed: frozenset[str] = frozenset(),
) -> date | None:
    """D20, AP-14, EDG-13, D8: no hold, and not expired on the day of use; also asked before a batch is loaded (D24).

    Gives the stored date, which decides. `label`: the date that the code says (GS1-23). Raises refusals of the hold, BatchExpired.
    """
    for found in stock:
        if found.hold is not None:
            raise refusal_of_hold(found.hold, line.component.description, number)
    stored = next((found.expiration_date for found in stock if found.expiration_date is not None), None)
    check_expiry(line, number, stored, label, today, confirmed=confirmed)
    return stored


def _check_number(job: ScanJob, line: Line, number: str, stock: Sequence[NumberStock]) -> None:
    """D8, GS1-23: a date on the label that is not the stored one is told, an earlier one asks."""
    label = job.code.expiration_date if job.code is not None else None
    stored = check_usable(line, number, stock, today=job.today, label=label, confirmed=job.confirmed)
    if stored is not None and label is not None and label < stored and not job.confirmed & {LabelDateEarlier.code, BatchExpired.code}:
        raise LabelDateEarlier(line.component.description, number, label.isoformat(), stored.isoformat())
    if stored is not None and label is not None and stored != label:
        job.note(ExpiryDiffers(label=label.isoformat(), stored=stored.isoformat()))


# --- answers --------------------------------------------------------------------------------------------------------------


def _registered(job: ScanJob, line: Line, number: str, wanted: Wanted, done: Registered, *, plain: bool) -> ScanAnswer:
    """What is shown, and where the station goes next (TCP-14, D6)."""
    rest = _rest_after(line, done.quantity)
    others_complete = complete([other for other in job.situation.lines if other.line_no != line.line_no])
    kind: type[ScanAnswer] = ComponentRegistered
    line_no = job.scan.line
    if rest == ZERO:
        kind = UnitCompleted if others_complete else LineCompleted
        if plain and line_no == line.line_no:
            line_no = _after(job, line)
    elif done.quantity < wanted.quantity:
        kind = ComponentShort
    answer = scan_answer(job, kind, line, number, line_no=line_no)
    answer = replace(
        answer, association_no=done.association_no, quantity=shown(in_line_unit(line, done.quantity)),
        remaining=shown(in_line_unit(line, rest)),
    )
    if kind is UnitCompleted and job.situation.product.report_when_completed:
        report_itself(job, job.row.match_id, job.row.tracking.label())
    if kind is UnitCompleted and job.rules.return_to_product:
        return replace(answer, mode=PRODUCT, match_id=0, component_line_no=0)
    return answer


def _rest_after(line: Line, added: Decimal) -> Decimal:
    """What the line still needs once `added` is registered, tolerance included."""
    rest = line.required - line.registered - added
    under = line.required * line.component.under_tolerance_percent / 100
    return rest if rest > under and rest >= line.component.precision / 2 else ZERO


def _after(job: ScanJob, line: Line) -> int:
    """TCP-14: the next open line; this one is complete now."""
    others = replace(job.situation, lines=tuple(other for other in job.situation.lines if other.line_no != line.line_no))
    return next_line(others, line.line_no)


def scan_answer(
    job: ScanJob, kind: type[ScanAnswer], line: Line | None, number: str, *, line_no: int | None = None, held: str = ""
) -> ScanAnswer:
    """An answer in Component mode: the current product stays; `line_no` is the selected line, unless it stays too."""
    component = line.component if line is not None else None
    return kind(
        order_no=job.order_no,
        mode=COMPONENT,
        match_id=job.row.match_id,
        component_line_no=job.scan.line if line_no is None else line_no,
        held=held,
        product=job.row.tracking.label(),
        item=component.description if component else "",
        number=number,
        unit=component.unit_code if component else "",
        remaining=shown(in_line_unit(line, line.remaining)) if line is not None else "",
        decoded=job.code.bracketed() if job.code is not None else "",
        notes=job.notes,
    )
