"""Numbers that are assigned to an order before they are scanned (SET-8, DIM-1, TCP-4)."""

from __future__ import annotations

from sqlalchemy import insert
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import current_plant, table, take_numbers
from shopfloor.genealogy.answers import AssociationsChanged
from shopfloor.genealogy.errors import ProductExists, ProductOtherOrder
from shopfloor.genealogy.inputs import PreallocationInput
from shopfloor.genealogy.maintenance_errors import NothingSelected
from shopfloor.genealogy.models import ProductState, TrackedProduct
from shopfloor.genealogy.number_queries import made_before, product_rows
from shopfloor.genealogy.product_scans import check_new
from shopfloor.genealogy.scan_queries import read_situation
from shopfloor.items.number_series import MATCH_ID, require_series
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.production.locking import lock_order
from shopfloor.quantity import ONE, ZERO

_row = table(TrackedProduct)


def preallocate(session: Session, actor: Actor, *, order_no: str, given: PreallocationInput) -> AssociationsChanged:
    """Assign serial numbers of the product to an order; they are listed as *Not started* and start with their scan.

    All or none. Raises ProductOtherOrder, ProductExists, NUMBER_PATTERN, SETUP_MISSING.
    """
    actor.require(rights.MAINTAIN)
    if not given.serial_nos:
        raise NothingSelected
    order = lock_order(session, order_no)
    situation = read_situation(session, order, 0)
    product = situation.product
    require_series(session, MATCH_ID)
    numbers = list(dict.fromkeys(given.serial_nos))
    for number in numbers:
        tracking = product.tracking(number)
        check_new(situation, tracking, manual=False)
        taken = [row for row in product_rows(session, situation, tracking) if row.state != ProductState.REMOVED]
        if taken:
            raise ProductOtherOrder(number=number, order_no=taken[0].order_no, state=taken[0].state)
        if made_before(session, product, number):
            raise ProductExists(number=number, item=product.description, where="it is in the ledger")
    match_ids = take_numbers(session, {"match_id": len(numbers)})["match_id"]
    common = {
        "plant_no": current_plant(session), "order_no": order_no, "order_line_no": product.order_line_no, "item_no": product.item_no,
        "variant_code": product.variant_code, "state": ProductState.PREALLOCATED.value, "quantity": ONE, "good_quantity": ZERO,
        "error_quantity": ZERO, "error_cause": "", "preallocated": True, "closed_lines": [], "version": 1, "registered_by": "",
        "reported_by": "",
    }
    rows = [
        common | {"match_id": match_id, "serial_no": product.tracking(n).serial_no, "lot_no": product.tracking(n).lot_no}
        for match_id, n in zip(match_ids, numbers, strict=True)
    ]
    session.connection().execute(insert(_row), rows)
    audit.record(session, "pre-allocated", f"order {order_no}", after={"numbers": numbers})
    return AssociationsChanged(done_text=f"Assigned {len(numbers)} numbers to {order_no}.", done=numbers)
