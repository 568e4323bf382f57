"""Numbers that are assigned to an order before they are scanned (SET-8, DIM-1, TCP-4)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import insert
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import current_plant, table, take_numbers
from shopfloor.genealogy.answers import AssociationsChanged
from shopfloor.genealogy.co_products import read_line
from shopfloor.genealogy.errors import ProductExists, ProductOtherOrder
from shopfloor.genealogy.facts import Situation
from shopfloor.genealogy.inputs import PreallocationInput
from shopfloor.genealogy.maintenance_errors import NothingSelected
from shopfloor.genealogy.models import ProductState, TrackedProduct
from shopfloor.genealogy.new_products import check_new
from shopfloor.genealogy.number_queries import made_before, product_rows
from shopfloor.items.number_series import MATCH_ID, require_series
from shopfloor.items.tracking import Tracking
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.production.locking import lock_order
from shopfloor.quantity import ONE, ZERO

_row = table(TrackedProduct)


def preallocate(session: Session, actor: Actor, *, order_no: str, given: PreallocationInput) -> AssociationsChanged:
    """Assign serial numbers of the product to an order; they are listed as *Not started* and start with their scan.

    All or none, in a constant number of statements. Raises ProductOtherOrder, ProductExists, NUMBER_PATTERN, SETUP_MISSING.
    """
    actor.require(rights.MAINTAIN)
    if not given.serial_nos:
        raise NothingSelected
    order = lock_order(session, order_no)
    situation = read_line(session, order, given.order_line_no)
    product = situation.product
    numbers = list(dict.fromkeys(given.serial_nos))
    trackings = [product.tracking(number) for number in numbers]
    insert_preallocated(session, situation, [(tracking, ONE) for tracking in trackings])
    audit.record(session, "pre-allocated", f"order {order_no}", after={"numbers": numbers})
    return AssociationsChanged(done_text=f"Assigned {len(numbers)} numbers to {order_no}.", done=numbers)


def insert_preallocated(session: Session, situation: Situation, wanted: Sequence[tuple[Tracking, Decimal]]) -> None:
    """Numbers with their base quantity as rows that are not started. Three statements.

    Raises ProductOtherOrder, ProductExists, NumberPattern, SetupMissing.
    """
    product, trackings = situation.product, [tracking for tracking, _ in wanted]
    require_series(session, MATCH_ID)
    _refuse_known(session, situation, trackings)
    match_ids = take_numbers(session, {"match_id": len(wanted)})["match_id"]
    common = {
        "plant_no": current_plant(session), "order_no": situation.order_no, "order_line_no": product.order_line_no,
        "item_no": product.item_no, "variant_code": product.variant_code, "state": ProductState.PREALLOCATED.value, "good_quantity": ZERO,
        "error_quantity": ZERO, "error_cause": "", "preallocated": True, "closed_lines": [], "version": 1, "registered_by": "",
        "reported_by": "",
    }
    rows = [
        common | {"match_id": match_id, "serial_no": tracking.serial_no, "lot_no": tracking.lot_no, "quantity": quantity}
        for match_id, (tracking, quantity) in zip(match_ids, wanted, strict=True)
    ]
    session.connection().execute(insert(_row), rows)


def _refuse_known(session: Session, situation: Situation, trackings: Sequence[Tracking]) -> None:
    product = situation.product
    rows_there = [row for row in product_rows(session, situation, *trackings) if row.state != ProductState.REMOVED]
    taken = {row.tracking: row for row in reversed(rows_there)}
    here = {_folded(row.tracking): row for row in reversed(rows_there) if row.order_no == situation.order_no}
    made = made_before(session, product, *(tracking.serial_no for tracking in trackings if tracking.serial_no))
    for tracking in trackings:
        check_new(situation, tracking, manual=False)
        # A batch may be made by several orders (EDG-2); a serial is made by one.
        there = here.get(_folded(tracking)) or (taken.get(tracking) if tracking.serial_no else None)
        if there is not None:
            raise ProductOtherOrder(number=tracking.label(), order_no=there.order_no, state=there.state)
        if tracking.serial_no in made:
            raise ProductExists(number=tracking.label(), item=product.description, where="it is in the ledger")


def _folded(tracking: Tracking) -> tuple[str, str]:
    """On one order numbers that differ by case only are the same (D35)."""
    return tracking.serial_no.lower(), tracking.lot_no.lower()
