"""Product mode: a scan names the unit on the bench (SCN-5 to SCN-9, EDG-1, EDG-2, EDG-16, EDG-19, EDG-21, D13, D17, D39)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import update

from shopfloor.clock import now
from shopfloor.db import current_plant, table
from shopfloor.genealogy.answers import (
    CoProductKnown,
    CoProductRegistered,
    DuplicateScan,
    ProductRegistered,
    ProductReported,
    ProductRevived,
    ProductSelected,
    ScanAnswer,
)
from shopfloor.genealogy.co_product_scans import co_product_answer, co_product_of, co_products_with, turn_to
from shopfloor.genealogy.entries import Event, append
from shopfloor.genealogy.errors import (
    GtinUnknown,
    NotAProductNumber,
    NumberLooksAlike,
    NumberRequired,
    NumberWasRemoved,
    ProductOtherOrder,
    SwitchToComponent,
    WrongProduct,
)
from shopfloor.genealogy.facts import COMPONENT, PREALLOCATED, PRODUCT, Situation
from shopfloor.genealogy.models import AssociationAction, ProductState, TrackedProduct
from shopfloor.genealogy.new_products import NewProduct, check_new, check_started, refuse_made, register_product
from shopfloor.genealogy.number_queries import KnownRow, items_with_number, product_rows, what_is
from shopfloor.genealogy.reporting_itself import report_itself
from shopfloor.genealogy.scan_job import ScanJob
from shopfloor.items.errors import UnitUnknown
from shopfloor.items.models import UnitOfMeasure
from shopfloor.items.tracking import Tracking
from shopfloor.production.counters import count_registered
from shopfloor.quantity import ONE, ZERO, rounded
from shopfloor.scanning.scan import Measure, Scan, ScanKind

_row = table(TrackedProduct)


def scan_product(job: ScanJob) -> ScanAnswer:
    """Select the row of a known number, or register a new one."""
    _turn_to_coded_item(job)
    return _scan(job)


def _scan(job: ScanJob) -> ScanAnswer:
    tracking = _tracking(job)
    rows = product_rows(job.session, job.situation, tracking)
    here = _row_here(job, rows, tracking)
    if here is not None:
        if here.state == ProductState.REMOVED:
            _refuse_other_order(job, rows, here.tracking)
        return _known_row(job, here)
    _refuse_foreign(job, rows, tracking)
    _refuse_twin(job, tracking)
    if not job.situation.product.co_product and (job.code is None or job.code.kind in {ScanKind.PLAIN, ScanKind.BADGE}):
        made = _known_as_something_else(job, tracking)
        if made is not None:
            turn_to(job, made)
            return _scan(job)
    check_new(job.situation, tracking, manual=True)
    product = NewProduct(tracking, _quantity(job), _expiration(job), job.reason)
    match_id = register_product(job.session, job.actor, job.situation, product)
    return _registered(job, ProductRegistered, match_id, tracking.label(), product.quantity)


# --- which number ---------------------------------------------------------------------------------------------------------


def _tracking(job: ScanJob) -> Tracking:
    """SCN-5, SCN-6: the numbers of the product that the code names."""
    product = job.situation.product
    if job.code is None:
        return product.tracking(job.candidate)
    code = job.readable
    if code.kind in {ScanKind.PLAIN, ScanKind.BADGE}:
        number = job.known_as or code.text
        lot = job.situation.fixed_lot_no if product.serial and product.lot else ""
        return _complete(job, Tracking(number, lot) if product.serial else Tracking(lot_no=number))
    # The answer to a look-alike question names the number that is registered already: no twin is made (SCN-4).
    return _complete(job, Tracking((job.known_as or code.serial_no) if product.serial else "", _lot(job, code)))


def _lot(job: ScanJob, code: Scan) -> str:
    product = job.situation.product
    if not product.lot:
        return ""
    return code.lot_no or job.situation.fixed_lot_no if product.serial else job.known_as or code.lot_no


def _complete(job: ScanJob, tracking: Tracking) -> Tracking:
    product = job.situation.product
    for kind, demanded, number in (("serial", product.serial, tracking.serial_no), ("batch", product.lot, tracking.lot_no)):
        if demanded and not number:
            raise NumberRequired(item=product.description, kind=kind)
    return tracking


def _turn_to_coded_item(job: ScanJob) -> None:
    """SCN-6: the item of the code is the order's product or one of its co-products, else WRONG_PRODUCT, or the offer to switch."""
    situation, code = job.situation, job.code
    if code is None or not (code.gtin or code.item_reference):
        return
    named = situation.gtin_item
    item_no, variant_code = named[:2] if named is not None else (code.item_reference, None)
    if item_no == situation.product.item_no:
        return
    made = co_product_of(job, item_no, variant_code) if item_no else None
    if made is not None:
        turn_to(job, made)
        return
    if named is None:
        raise GtinUnknown(gtin=code.gtin or code.item_reference)
    for line in situation.listed:
        if line.component.item_no == item_no:
            raise SwitchToComponent(number=job.number, item=line.component.description)
    raise WrongProduct(item=item_no, order_no=situation.order_no, product=situation.product.description)


# --- a known number -------------------------------------------------------------------------------------------------------


def _row_here(job: ScanJob, rows: list[KnownRow], tracking: Tracking) -> KnownRow | None:
    """The row of this order, exactly; else by case, with a question or a note (SCN-4, D35)."""
    here = [row for row in rows if row.order_no == job.order_no]
    for row in here:
        if row.tracking.label() == tracking.label():
            return row
    for row in here:
        if row.state != ProductState.REMOVED and NumberLooksAlike.code not in job.confirmed:
            raise NumberLooksAlike(number=tracking.label(), known=row.tracking.label())
    return None


def _known_row(job: ScanJob, row: KnownRow) -> ScanAnswer:
    """SCN-9: whoever registered it; a removed number is revived (D39), a pre-assigned one starts."""
    number = row.tracking.label()
    if row.state == ProductState.REMOVED:
        return _registered(job, ProductRevived, row.match_id, number, _revive(job, row))
    if row.state == PREALLOCATED:
        return _registered(job, ProductRegistered, row.match_id, number, _start_preallocated(job, row))
    if job.scanned_before():
        return _answer(job, DuplicateScan, row.match_id, number)
    if job.situation.product.co_product:
        return co_product_answer(job, CoProductKnown, row.match_id, number, row.quantity)
    return _answer(job, ProductReported if row.state == ProductState.REPORTED else ProductSelected, row.match_id, number)


def _revive(job: ScanJob, row: KnownRow) -> Decimal:
    """A batch has what its label says, else what it had before, as far as that remains (SCN-7). Gives the quantity."""
    said = _labelled(job)
    quantity = _as_far_as_started(job, row) if said is None else said
    check_new(job.situation, row.tracking, manual=False)
    refuse_made(job.session, job.situation, row.tracking)
    check_started(job.situation, NewProduct(row.tracking, quantity, None, job.reason))
    job.situation.product.require_multiples(quantity)
    _open_again(job, row, quantity, "revived")
    return quantity


def _start_preallocated(job: ScanJob, row: KnownRow) -> Decimal:
    """A listed batch begins with what is started of it (SCN-7, LIF-4). Gives the quantity."""
    quantity = _as_far_as_started(job, row)
    check_started(job.situation, NewProduct(row.tracking, quantity))
    _open_again(job, row, quantity, "")
    return quantity


def _as_far_as_started(job: ScanJob, row: KnownRow) -> Decimal:
    left = job.situation.product.started - job.situation.registered
    return min(row.quantity, left) if left > ZERO else row.quantity  # where nothing is left, the refusal says so


def _open_again(job: ScanJob, row: KnownRow, quantity: Decimal, reason: str) -> None:
    job.session.connection().execute(
        update(_row)
        .where(_row.c.plant_no == current_plant(job.session), _row.c.match_id == row.match_id)
        .values(
            state=ProductState.OPEN.value, quantity=quantity, version=_row.c.version + 1, registered_at=now(),
            registered_by=job.actor.operator_no,
        )
    )
    count_registered(job.session, job.order_no, job.situation.product.order_line_no, quantity)
    event = Event(
        AssociationAction.REGISTERED.value, job.order_no, row.match_id, job.situation.product.item_no, row.tracking, quantity,
        variant_code=job.situation.product.variant_code, reason=reason,
    )
    append(job.session, job.actor, [event])


# --- a new number ---------------------------------------------------------------------------------------------------------


def _refuse_foreign(job: ScanJob, rows: list[KnownRow], tracking: Tracking) -> None:
    """EDG-19, D13: a serial is registered on one order only; a removed one asks before it is used elsewhere (D39)."""
    if not tracking.serial_no:
        return
    _refuse_other_order(job, rows, tracking)
    for row in rows:
        if row.order_no != job.order_no and row.tracking.serial_no == tracking.serial_no and NumberWasRemoved.code not in job.confirmed:
            raise NumberWasRemoved(number=tracking.label(), order_no=row.order_no)


def _refuse_twin(job: ScanJob, tracking: Tracking) -> None:
    """SCN-4: never a number that differs from one of the same item by case only, wherever that one is."""
    if NumberLooksAlike.code in job.confirmed:
        return
    for item_no, _, _, known in items_with_number(job.session, tracking.label()):
        if item_no == job.situation.product.item_no and known != tracking.label():
            raise NumberLooksAlike(number=tracking.label(), known=known)


def _refuse_other_order(job: ScanJob, rows: list[KnownRow], tracking: Tracking) -> None:
    """D13: before a number is registered, and before a removed one is revived."""
    for row in rows:
        elsewhere = row.order_no != job.order_no and row.state != ProductState.REMOVED
        if elsewhere and tracking.serial_no and row.tracking.serial_no == tracking.serial_no:
            raise ProductOtherOrder(number=tracking.label(), order_no=row.order_no, state=row.state)


def _known_as_something_else(job: ScanJob, tracking: Tracking) -> Situation | None:
    """D17: plain text that is an item, GTIN, order, badge, location, or a number of another item is no product number.

    A number of exactly one co-product of the order means that one, as D11 says of the product's; None: nobody knows the text.
    """
    code = job.code
    if code is not None and code.kind is ScanKind.BADGE:
        raise NotAProductNumber(number=code.text, known_as="a badge")
    known = what_is(job.session, tracking.label(), job.situation)
    if known is None:
        if job.code is None:
            job.readable  # noqa: B018  # raises why the text could not be read
        return None
    if known.component_item:
        raise SwitchToComponent(number=tracking.label(), item=known.component_item)
    made = co_products_with(job, known.items)
    if len(made) == 1:
        return made[0]
    raise NotAProductNumber(number=tracking.label(), known_as=known.label)


def _quantity(job: ScanJob) -> Decimal:
    """SCN-7, D7: a serial is one; a batch is what the label says, else all that remains of the started base."""
    said = _labelled(job)
    return said if said is not None else job.situation.product.started - job.situation.registered


def _labelled(job: ScanJob) -> Decimal | None:
    """What the code says of the quantity: a serial is one; None: a batch whose label does not tell."""
    situation, code = job.situation, job.code
    if situation.product.serial:
        return ONE
    if code is not None and code.quantity is not None:
        return code.quantity * (situation.gtin_item[3] if situation.gtin_item else ONE)
    return _measured(job, code.measure) if code is not None and code.measure is not None else None


def _measured(job: ScanJob, measure: Measure) -> Decimal | None:
    """GS1-20: a weighed amount in base units; None for a counted product, whose weight says nothing. Raises UnitUnknown."""
    product = job.situation.product
    unit = job.session.get(UnitOfMeasure, product.base_unit_code)
    if unit is None or not unit.measured:
        return None
    if unit.gs1_unit != measure.unit:
        raise UnitUnknown(item=product.description, unit=measure.unit)
    return rounded(measure.quantity, product.precision)


def _expiration(job: ScanJob) -> date | None:
    """SCN-8: AI 17 sets the expiry of a new product batch."""
    return job.code.expiration_date if job.code is not None else None


def _registered(job: ScanJob, kind: type[ScanAnswer], match_id: int, number: str, quantity: Decimal) -> ScanAnswer:
    """A co-product is Completed at once (D40), so it may report itself (D25)."""
    if not job.situation.product.co_product:
        return _answer(job, kind, match_id, number)
    if job.situation.product.report_when_completed:
        report_itself(job, match_id, number)
    return co_product_answer(job, CoProductRegistered, match_id, number, quantity)


def _answer(job: ScanJob, kind: type[ScanAnswer], match_id: int, number: str) -> ScanAnswer:
    if job.situation.product.co_product:
        return kind(order_no=job.order_no, mode=PRODUCT, number=number, item=job.situation.product.description, notes=job.notes)
    return kind(
        order_no=job.order_no,
        mode=COMPONENT,
        match_id=match_id,
        product=number,
        number=number,
        item=job.situation.product.description,
        decoded=job.code.bracketed() if job.code is not None else "",
        notes=job.notes,
    )

