"""Component mode: a scan names a part that goes into the unit on the bench (SCN-10 to SCN-21, EDG-3 to EDG-13, EDG-17, EDG-22, EDG-35)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from shopfloor.genealogy.answers import (
    DuplicateScan,
    ItemNotTracked,
    LineSelected,
    LookAlikeUsed,
    NumberIgnored,
    PartHeld,
    ScanAnswer,
)
from shopfloor.genealogy.co_product_scans import meant_co_product
from shopfloor.genealogy.component_registration import register, scan_answer
from shopfloor.genealogy.errors import (
    GtinUnknown,
    NoNumber,
    NoProduct,
    NotAComponent,
    NumberLooksAlike,
    NumberUnknown,
    SelectComponent,
    SelfReference,
    SwitchToProduct,
)
from shopfloor.genealogy.facts import PREALLOCATED, REMOVED, REPORTED, Line, NumberStock
from shopfloor.genealogy.maintenance_errors import CoProductHasNoParts, UnitReported
from shopfloor.genealogy.rules import (
    NoScanNeeded,
    choose_by_number,
    choose_line,
)
from shopfloor.genealogy.scan_job import ScanJob
from shopfloor.genealogy.scan_queries import lock_number
from shopfloor.genealogy.why_not import explain_missing, is_a_product, late_capture, look_alike
from shopfloor.items.tracking import Tracking
from shopfloor.scanning.scan import ScanKind, ScanSource


def scan_component(job: ScanJob) -> ScanAnswer:
    """Register a part on the current product, select a line, or say why not."""
    if job.situation.row is None or job.row.state == REMOVED:  # somebody else may have removed the unit from under this station
        raise NoProduct(number=job.number)
    if job.row.co_product:
        raise CoProductHasNoParts(number=job.number, product=job.row.tracking.label(), item=job.situation.product.description)
    if job.row.state == PREALLOCATED:  # assigned in advance and only tapped: its own number has to be scanned first (QTY-6)
        raise NoProduct(number=job.number)
    if job.row.state == REPORTED:
        raise _next_unit(job) or UnitReported(product=job.row.tracking.label())
    try:
        return _coded(job) if _names_an_item(job) else _plain(job)
    except NoScanNeeded as untracked:
        return scan_answer(job, ItemNotTracked, untracked.line, untracked.line.component.item_no)
    except (NotAComponent, NumberUnknown, SelectComponent) as refusal:
        made = meant_co_product(job, refusal)  # SCN-15: what the order makes along is scanned in Product mode, too
        if not made:
            raise
        raise SwitchToProduct(number=job.number, item=made) from None


def _next_unit(job: ScanJob) -> SwitchToProduct | None:
    """D17, mirrored: after a unit was reported, the next scan is most likely the next unit's number, and Component mode says so."""
    product = job.situation.product
    named = job.situation.gtin_item
    coded = _names_an_item(job) and named is not None and named[0] == product.item_no
    if not coded and not is_a_product(job, job.number):
        return None
    return SwitchToProduct(number=job.number, item=product.description)


def _names_an_item(job: ScanJob) -> bool:
    """GS1 in any carrier, or an ISO/IEC 15434 label with an item number."""
    if job.code is None:
        return False
    return job.code.is_gs1 or (job.code.kind is ScanKind.ISO15434 and bool(job.code.item_reference))


def register_part(job: ScanJob, line: Line, number: str, *, quantity: Decimal | None = None) -> ScanAnswer:
    """ASC-5: a number typed for a line by hand: the very same checks as a scan. `quantity`: exact, in base units.

    The answer names the number that was used, which may differ in case from the typed one (D35).
    """
    stock = [
        found for found in lock_number(job.session, [number])
        if found.entry.item_no == line.component.item_no and found.entry.variant_code == line.component.variant_code
    ]
    if stock:
        return register(job, line, _tracking_of(line, stock, number), stock, plain=True, typed=quantity)
    twin = look_alike(job, number)
    if twin is not None and twin != number:  # D35: typed by hand, as in a scan
        return register_part(job, line, twin, quantity=quantity)
    late = late_capture(job, number)
    if late is None:
        raise explain_missing(job, number)
    return register(job, late[0], Tracking(serial_no=number), late[1], plain=True, late=True)


# --- plain numbers --------------------------------------------------------------------------------------------------------


def _plain(job: ScanJob) -> ScanAnswer:
    """SCN-11 to SCN-13: a number of the selected line, else of the only line that fits, else an item code that selects its line."""
    number = job.known_as or (job.code.text if job.is_plain and job.code is not None else job.candidate or job.number)
    own = number in {job.row.tracking.label(), job.row.tracking.serial_no}
    if own and (not (job.scan.choice or job.scan.line) or job.scanned_before()):
        return _own_number(job, number)
    stock = _known_stock(job, [number])
    if own and not _of_selected(job, stock):
        return _own_number(job, number)
    line = _line_of_number(job, number, stock)
    if line is None:
        return _no_stock(job, number)
    stock = [s for s in stock if s.entry.item_no == line.component.item_no and s.entry.variant_code == line.component.variant_code]
    return register(job, line, _tracking_of(line, stock, number), stock, plain=True)


def _of_selected(job: ScanJob, stock: Sequence[NumberStock]) -> bool:
    """EDG-23, SCN-11: the selected component has a number like the product's own, as a frame that gives its number to the bicycle."""
    line = job.situation.line(job.scan.choice or job.scan.line)
    return line is not None and any(found.entry.item_no == line.component.item_no for found in stock)


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
        return register(job, line, Tracking(serial_no=number), stock, plain=True, late=True)
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
        return scan_answer(job, DuplicateScan, job.situation.line(job.scan.line), number)
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
        return scan_answer(job, LineSelected, line, "", line_no=line.line_no)
    return _register_coded(job, line, tracking)


def _without_item(job: ScanJob) -> ScanAnswer:
    """SCN-20: only a number fills the selected line; only a quantity or a date is held for the next number."""
    code = job.readable
    number = job.known_as or code.serial_no or code.lot_no
    if number:
        stock = lock_number(job.session, [number])
        line = _line_of_number(job, number, stock)
        if line is None:
            return _no_stock(job, number)
        tracking = _coded_tracking(job, line) or _tracking_of(line, stock, number)
        return _register_coded(job, line, tracking)
    return scan_answer(job, PartHeld, job.situation.line(job.scan.line), "", held=code.bracketed())


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
        return register(job, late[0], Tracking(serial_no=number), late[1], plain=False, late=True)
    if component.serial:
        tracking = replace(stock[0].entry.tracking, package_no="")
    return register(job, line, tracking, stock, plain=False)


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
        return Tracking(job.known_as or code.serial_no, code.lot_no if component.lot else "")
    if component.lot and not component.serial and code.lot_no:
        return Tracking(lot_no=job.known_as or code.lot_no)
    if code.serial_no or code.lot_no:
        kind = "serial" if component.serial else "batch"
        raise NoNumber(item=component.description, kind=kind, line=line.line_no)
    return None


def _select_line(job: ScanJob, item_no: str, variant_code: str) -> ScanAnswer:
    line = choose_line(
        job.situation, item_no, variant_code, selected=job.scan.choice or job.scan.line, operation_no=job.scan.operation
    )
    return scan_answer(job, LineSelected, line, "", line_no=line.line_no)
