"""Another quantity for a batch row (EDG-37, EDG-43, ASC-12, EDG-16)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from sqlalchemy import update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import current_plant, table
from shopfloor.errors import StaleRow
from shopfloor.genealogy.answers import AssociationsChanged
from shopfloor.genealogy.corrections import changed, require_own_right, row_in_work
from shopfloor.genealogy.entries import Event, append
from shopfloor.genealogy.facts import PREALLOCATED, REPORTED, Row, Situation
from shopfloor.genealogy.inputs import ProductChange
from shopfloor.genealogy.maintenance_errors import BelowReported, RowLocked
from shopfloor.genealogy.models import AssociationAction, ProductState, TrackedProduct
from shopfloor.genealogy.new_products import NewProduct, check_started
from shopfloor.genealogy.removal import check_own
from shopfloor.genealogy.row_queries import OrderRows
from shopfloor.genealogy.start_queries import accepted_base
from shopfloor.genealogy.unused_parts import free_unused
from shopfloor.people.actor import Actor
from shopfloor.posting.errors import SerialQuantity
from shopfloor.production.counters import count_registered
from shopfloor.quantity import ZERO, shown

_row = table(TrackedProduct)


def change_product(session: Session, actor: Actor, *, order_no: str, match_id: int, given: ProductChange) -> AssociationsChanged:
    """EDG-43: another quantity for a row that is not reported in full, not below what is reported; what its parts need follows (EDG-37).

    A row that comes down to what is reported is Reported, and what is left of its parts is free again. Raises NotAllowed, OrderStatus,
    NotFound, NotYours, RowLocked, StaleRow (ASC-7), SerialQuantity (EDG-1), BelowPrecision, BelowReported, ProductOverStarted (EDG-16).
    """
    require_own_right(actor)
    rows, row = row_in_work(session, order_no, match_id)
    situation = rows.of_line(match_id)
    check_own(actor, row.registered_by, row.tracking.label())
    if row.state in {REPORTED, PREALLOCATED}:
        raise RowLocked(number=row.tracking.label())
    if row.version != given.version:
        raise StaleRow(record=row.tracking.label())
    _check_quantity(session, situation, row, given.quantity)
    _write(session, actor, rows, row, given)
    return changed([row.tracking.label()], "{0} changed.", match_id=match_id)


def _check_quantity(session: Session, situation: Situation, row: Row, quantity: Decimal) -> None:
    product, number = situation.product, row.tracking.label()
    if product.serial:
        raise SerialQuantity(serial_no=number, item=product.item_no, quantity=shown(quantity), unit=product.base_unit_code)
    product.require_multiples(quantity)
    if quantity < row.good + row.error:
        reported = shown(row.good + row.error)
        raise BelowReported(number=number, quantity=shown(quantity), reported=reported, unit=product.base_unit_code)
    if quantity > row.quantity:
        base = replace(product, started=accepted_base(session, product))
        others = replace(situation, product=base, registered=situation.registered - row.quantity)
        check_started(others, NewProduct(row.tracking, quantity))


def _write(session: Session, actor: Actor, rows: OrderRows, row: Row, given: ProductChange) -> None:
    reported = row.good + row.error
    whole = given.quantity == reported and reported > ZERO
    session.connection().execute(
        update(_row)
        .where(_row.c.plant_no == current_plant(session), _row.c.match_id == row.match_id)
        .values(
            quantity=given.quantity, version=_row.c.version + 1,
            state=(ProductState.REPORTED if whole else ProductState.OPEN).value,
        )
    )
    count_registered(session, rows.situation.order_no, row.order_line_no, given.quantity - row.quantity)
    if whole:  # nobody corrects the parts of a reported row, and no report is left to consume them
        free_unused(session, actor, rows.associations(row.match_id), reason=given.reason or "the row was closed")
    product = rows.of_line(row.match_id).product
    event = Event(
        AssociationAction.CHANGED.value, rows.situation.order_no, row.match_id, product.item_no, row.tracking, given.quantity,
        variant_code=product.variant_code, old_tracking=row.tracking, old_quantity=row.quantity, reason=given.reason,
    )
    append(session, actor, [event])
    audit.record(
        session, "changed", f"product {row.tracking.label()}", before={"quantity": shown(row.quantity)},
        after={"quantity": shown(given.quantity)}, reason=given.reason,
    )
