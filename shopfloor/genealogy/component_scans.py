"""Component mode: a scan names a part that goes into the unit on the bench (SCN-10 to SCN-21, EDG-3 to EDG-13, EDG-17, EDG-22, EDG-35)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from shopfloor.genealogy.answers import (
    AlreadyRegistered,
    ComponentRegistered,
    ComponentShort,
    DuplicateScan,
    ExpiryDiffers,
    LineCompleted,
    LineSelected,
    LookAlikeUsed,
    NumberIgnored,
    PartHeld,
    QuantityCapped,
    ReservationMoved,
    ScanAnswer,
    UnitCompleted,
)
from shopfloor.genealogy.drawing import Part, Registered, associate
from shopfloor.genealogy.errors import (
    GtinUnknown,
    NoNumber,
    NoProduct,
    NumberLooksAlike,
    SelfReference,
    SerialInUse,
    SwitchToProduct,
)
from shopfloor.genealogy.facts import COMPONENT, PRODUCT, Line, NumberStock
from shopfloor.genealogy.maintenance_errors import RowLocked
from shopfloor.genealogy.rules import (
    Wanted,
    check_expiry,
    check_room,
    choose_by_number,
    choose_line,
    complete,
    in_line_unit,
    next_line,
    wanted_quantity,
)
from shopfloor.genealogy.scan_job import ScanJob
from shopfloor.genealogy.scan_queries import lock_number
from shopfloor.genealogy.why_not import explain_missing, late_capture, look_alike
from shopfloor.items.errors import UnitUnknown
from shopfloor.items.tracking import Tracking
from shopfloor.people import rights
from shopfloor.quantity import ONE, ZERO, rounded, shown
from shopfloor.reservations.errors import NumberOnHold
from shopfloor.scanning.scan import ScanKind, ScanSource


def scan_component(job: ScanJob) -> ScanAnswer:
    """Register a part on the current product, select a line, or say why not."""
    if job.situation.row is None:
        raise NoProduct(number=job.number)
    if job.row.state == "Reported":
        raise RowLocked(number=job.row.tracking.label())
    if job.code is not None and job.code.is_gs1:
        return _coded(job)
    if job.code is not None and job.code.kind is ScanKind.ISO15434 and job.code.item_reference:
        return _coded(job)
    return _plain(job)


def register_part(job: ScanJob, line: Line, number: str, *, quantity: Decimal | None = None) -> ScanAnswer:
    """ASC-5: a number typed for a line by hand: the very same checks as a scan. `quantity`: exact, in base units."""
    stock = [
        found for found in lock_number(job.session, [number])
        if found.entry.item_no == line.component.item_no and found.entry.variant_code == line.component.variant_code
    ]
    if stock:
        return _register(job, line, _tracking_of(line, stock, number), stock, plain=True, typed=quantity)
    late = late_capture(job, number)
    if late is None:
        raise explain_missing(job, number)
    return _register(job, late[0], Tracking(serial_no=number), late[1], plain=True, late=True)


# --- plain numbers --------------------------------------------------------------------------------------------------------


def _plain(job: ScanJob) -> ScanAnswer:
    """SCN-11 to SCN-13: a number of the selected line, else of the only line that fits, else an item code that selects its line."""
    number = job.known_as or (job.code.text if job.is_plain and job.code is not None else job.candidate or job.number)
    if number == job.row.tracking.label() or number == job.row.tracking.serial_no:
        return _own_number(job, number)
    stock = _known_stock(job, [number])
    line = _line_of_number(job, number, stock)
    if line is None:
        return _no_stock(job, number)
    stock = [s for s in stock if s.entry.item_no == line.component.item_no and s.entry.variant_code == line.component.variant_code]
    return _register(job, line, _tracking_of(line, stock, number), stock, plain=True)


def _known_stock(job: ScanJob, texts: Sequence[str]) -> list[NumberStock]:
    return lock_number(job.session, texts)


def _line_of_number(job: ScanJob, number: str, stock: list[NumberStock]) -> Line | None:
    selected = job.scan.choice or job.scan.line
    if not selected and not job.rules.guess_component:
        return None
    return choose_by_number(job.situation, number, stock, selected=selected)


def _no_stock(job: ScanJob, number: str) -> ScanAnswer:
    """The number is not in stock for the line: an item code selects its line; else the look-alike, else the reason."""
    if job.situation.gtin_item is not None and job.situation.gtin_item[0]:
        return _select_line(job, job.situation.gtin_item[0], job.situation.gtin_item[1])
    for line in job.situation.lines:
        if line.component.item_no == number:
            return _select_line(job, number, line.component.variant_code)
    if number == job.situation.product.item_no:
        raise SwitchToProduct(number=number, item=job.situation.product.description)
    if job.code is None:
        job.readable  # noqa: B018  # raises why the text could not be read: nobody knows it as a number
    twin = look_alike(job, number)
    if twin is not None:
        return _look_alike(job, number, twin)
    late = late_capture(job, number)
    if late is not None:
        line, stock = late
        return _register(job, line, Tracking(serial_no=number), stock, plain=True, late=True)
    raise explain_missing(job, number)


def _look_alike(job: ScanJob, number: str, known: str) -> ScanAnswer:
    """SCN-4, D35: a typed or wedged number that differs by case only is used with a notice; any other source asks."""
    asks = job.scan.source not in {ScanSource.WEDGE, ScanSource.TYPED}
    if asks and NumberLooksAlike.code not in job.confirmed:
        raise NumberLooksAlike(number=number, known=known)
    job.note(LookAlikeUsed(number=number, known=known))
    job.known_as = known
    return _plain(job)


def _own_number(job: ScanJob, number: str) -> ScanAnswer:
    """OPS-4, EDG-22: the product's own label fired twice, or was scanned as a part of itself."""
    if job.scanned_before():
        return _answer(job, DuplicateScan, job.situation.line(job.scan.line), number)
    raise SelfReference(number=number)


def _tracking_of(line: Line, stock: Sequence[NumberStock], number: str) -> Tracking:
    """The numbers behind a plain text: a serial brings its lot along; a lot is a lot."""
    for found in stock:
        if line.component.serial and found.entry.tracking.serial_no == number:
            return Tracking(number, found.entry.tracking.lot_no if line.component.lot else "")
    if line.component.serial:
        raise NoNumber(item=line.component.description, kind="serial", line=line.line_no)
    return Tracking(lot_no=number)


# --- GS1 and other codes with an item -------------------------------------------------------------------------------------


def _coded(job: ScanJob) -> ScanAnswer:
    """SCN-14 to SCN-20: item from the code, then its number, then its quantity."""
    code = job.readable
    if not code.gtin and not code.item_reference:
        return _without_item(job)
    item_no, variant_code = _item_of(job)
    line = choose_line(
        job.situation, item_no, variant_code, selected=job.scan.choice or job.scan.line, operation_no=job.scan.operation
    )
    tracking = _coded_tracking(job, line)
    if tracking is None:
        return _answer(job, LineSelected, line, "", line_no=line.line_no)
    return _register_coded(job, line, tracking)


def _without_item(job: ScanJob) -> ScanAnswer:
    """SCN-20: only a number fills the selected line; only a quantity or a date is held for the next number."""
    code = job.readable
    number = code.serial_no or code.lot_no
    if number:
        stock = lock_number(job.session, [number])
        line = _line_of_number(job, number, stock)
        if line is None:
            return _no_stock(job, number)
        tracking = _coded_tracking(job, line) or _tracking_of(line, stock, number)
        return _register_coded(job, line, tracking)
    return _answer(job, PartHeld, job.situation.line(job.scan.line), "", held=code.bracketed())


def _register_coded(job: ScanJob, line: Line, tracking: Tracking) -> ScanAnswer:
    component = line.component
    stock = lock_number(
        job.session, (), serial_no=tracking.serial_no if component.serial else "", lot_no=tracking.lot_no, item_no=component.item_no
    )
    stock = [found for found in stock if found.entry.variant_code == component.variant_code]
    if not stock:
        job.scan = job.scan.model_copy(update={"line": line.line_no})
        number = tracking.label()
        twin = look_alike(job, number)
        if twin is not None and NumberLooksAlike.code not in job.confirmed:
            raise NumberLooksAlike(number=number, known=twin)
        late = late_capture(job, number)
        if late is None:
            raise explain_missing(job, number)
        return _register(job, late[0], Tracking(serial_no=number), late[1], plain=False, late=True)
    if component.serial:
        tracking = replace(stock[0].entry.tracking, package_no="")
    return _register(job, line, tracking, stock, plain=False)


def _item_of(job: ScanJob) -> tuple[str, str]:
    code = job.readable
    named = job.situation.gtin_item
    if named is not None:
        return named[0], named[1]
    known = {line.component.item_no for line in job.situation.lines} | {job.situation.product.item_no}
    if not code.gtin and code.item_reference in known:
        return code.item_reference, ""
    raise GtinUnknown(gtin=code.gtin or code.item_reference)


def _coded_tracking(job: ScanJob, line: Line) -> Tracking | None:
    """SCN-18: the numbers that the item needs. None: the code names only the item, so its line is selected (SCN-20)."""
    code, component = job.readable, line.component
    if component.serial and code.serial_no:
        if code.lot_no and not component.lot:
            job.note(NumberIgnored(ai="10", why="the item is followed by serial number only"))
        return Tracking(code.serial_no, code.lot_no if component.lot else "")
    if component.lot and not component.serial and code.lot_no:
        return Tracking(lot_no=code.lot_no)
    if code.serial_no or code.lot_no:
        kind = "serial" if component.serial else "batch"
        raise NoNumber(item=component.description, kind=kind, line=line.line_no)
    return None


def _select_line(job: ScanJob, item_no: str, variant_code: str) -> ScanAnswer:
    line = choose_line(
        job.situation, item_no, variant_code, selected=job.scan.choice or job.scan.line, operation_no=job.scan.operation
    )
    return _answer(job, LineSelected, line, "", line_no=line.line_no)


# --- validate and register ------------------------------------------------------------------------------------------------


def _register(
    job: ScanJob, line: Line, tracking: Tracking, stock: Sequence[NumberStock], *, plain: bool, late: bool = False,
    typed: Decimal | None = None,
) -> ScanAnswer:
    """Checks in fixed order, then the association and its reservation."""
    number = tracking.label()
    answered = _check_use(job, line, tracking, stock)
    if answered is not None:
        return answered
    wanted, label_quantity, label_unit = _wanted(job, line)
    if typed is not None and not line.component.serial:
        wanted = Wanted(typed, exact=True)
    check_room(line, wanted, product_limit=job.situation.product.matching_limit, confirmed=job.confirmed)
    _check_hold(line, number, stock)
    _check_dates(job, line, number, stock)
    part = Part(
        line, tracking, tuple(stock), wanted, label_quantity, label_unit, reason=job.reason, approved_by=job.approved_by, late_serial=late
    )
    done = associate(job.session, job.actor, job.situation, part)
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
    if here and job.scanned_before():
        return _answer(job, DuplicateScan, line, number)
    if not tracking.serial_no:
        return None
    used = next((s.in_use for s in stock if s.in_use is not None), None)
    if used is None:
        return None
    if used.match_id == job.row.match_id and used.component_line_no == line.line_no:
        return _answer(job, AlreadyRegistered, line, number)
    raise SerialInUse(
        number=number, product=used.product, order_no=used.order_no, operator=used.operator, association_no=used.association_no,
        same_order=used.order_no == job.order_no and used.state == "Open" and job.actor.may(rights.MOVE),
    )


def _wanted(job: ScanJob, line: Line) -> tuple[Wanted, Decimal | None, str]:
    """D7, GS1-18 to GS1-22: how much, and what the label said in its own unit."""
    code, component = job.code, line.component
    measure = count = None
    said: tuple[Decimal | None, str] = (None, "")
    if code is not None and code.measure is not None and component.measured:
        measure = _measured(job, line)
        said = (code.measure.quantity, code.measure.unit)
    elif code is not None and code.quantity is not None:
        factor = job.situation.gtin_item[3] if job.situation.gtin_item and code.gtin else ONE
        count, said = code.quantity * factor, (code.quantity, job.situation.gtin_item[2] if job.situation.gtin_item else "")
        if component.serial and count != ONE:
            job.note(NumberIgnored(ai="37" if code.value("37") else "30", why="a serial number is one piece"))
        elif count > line.remaining > ZERO:
            job.note(QuantityCapped(label=f"{shown(code.quantity)} {said[1]}"))
    return wanted_quantity(line, count=count, measure=measure, one_piece=job.rules.one_piece), said[0], said[1]


def _measured(job: ScanJob, line: Line) -> Decimal:
    """GS1-20: a weighed amount in base units, to the item's precision."""
    assert job.code is not None
    assert job.code.measure is not None
    measure, component = job.code.measure, line.component
    if measure.unit == component.gs1_unit:
        return rounded(measure.quantity, component.precision)
    raise UnitUnknown(item=component.description, unit=measure.unit)


def _check_hold(line: Line, number: str, stock: Sequence[NumberStock]) -> None:
    """D20, AP-14."""
    for found in stock:
        if found.hold_reason:
            raise NumberOnHold(item=line.component.description, number=number, reason=found.hold_reason)


def _check_dates(job: ScanJob, line: Line, number: str, stock: Sequence[NumberStock]) -> None:
    """EDG-13, D8, GS1-23: the stored date decides; a different date on the label is told, a past one asks."""
    stored = next((found.expiration_date for found in stock if found.expiration_date is not None), None)
    label = job.code.expiration_date if job.code is not None else None
    check_expiry(line, number, stored, label, job.today, confirmed=job.confirmed)
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
    answer = _answer(job, kind, line, number, line_no=line_no)
    answer = replace(
        answer, association_no=done.association_no, quantity=shown(in_line_unit(line, done.quantity)),
        remaining=shown(in_line_unit(line, rest)),
    )
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


def _answer(
    job: ScanJob, kind: type[ScanAnswer], line: Line | None, number: str, *, line_no: int | None = None, held: str = ""
) -> ScanAnswer:
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



