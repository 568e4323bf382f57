"""A product number is judged and written as a row: new ones by scan or by hand (PST-1, ASC-5, EDG-16, EDG-21, SET-8, D17)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import insert
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.clock import now
from shopfloor.db import current_plant, table
from shopfloor.genealogy.entries import Event, Numbers, append
from shopfloor.genealogy.errors import ProductExists, ProductNotPreallocated, ProductOtherOrder, ProductOverStarted
from shopfloor.genealogy.facts import Situation
from shopfloor.genealogy.models import AssociationAction, ProductState, TrackedProduct
from shopfloor.genealogy.number_queries import made_before, product_rows
from shopfloor.items.errors import NumberInvalid, NumberPattern
from shopfloor.items.number_series import MATCH_ID, require_series
from shopfloor.items.tracking import Tracking
from shopfloor.people.actor import Actor
from shopfloor.production.counters import count_registered
from shopfloor.quantity import ZERO, shown

_row = table(TrackedProduct)
NUMBER_LENGTH = 50


@dataclass(frozen=True)
class NewProduct:
    """A product number that is to be registered."""

    tracking: Tracking
    quantity: Decimal
    expiration_date: date | None = None
    reason: str = ""


def create_row(session: Session, actor: Actor, situation: Situation, product: NewProduct) -> int:
    """ASC-5: a missing finished product, typed by hand; the very same checks as a scan. Gives the match id."""
    rows = product_rows(session, situation, product.tracking)
    for row in rows:
        if row.state != ProductState.REMOVED:
            where = "this order" if row.order_no == situation.order_no else row.order_no
            raise ProductOtherOrder(number=product.tracking.label(), order_no=where, state=row.state)
    check_new(situation, product.tracking, manual=True)
    return register_product(session, actor, situation, product)


def register_product(session: Session, actor: Actor, situation: Situation, product: NewProduct) -> int:
    """Write a row (PST-1): a number record and its log entry; nothing is posted. Raises ProductExists, ProductOverStarted, SetupMissing."""
    refuse_made(session, situation, product.tracking)
    check_started(situation, product)
    situation.product.require_multiples(product.quantity)
    require_series(session, MATCH_ID)
    numbers = Numbers.take(session, {"match_id": 1, "association_entry": 1, "scan_entry": 1})
    match_id = numbers.next("match_id")
    session.connection().execute(insert(_row), _columns(session, actor, situation, product, match_id))
    count_registered(session, situation.order_no, situation.product.order_line_no, product.quantity)
    _log(session, actor, situation, product, match_id, numbers)
    session.info["scan_entry_no"] = numbers.next("scan_entry")
    return match_id


def refuse_made(session: Session, situation: Situation, tracking: Tracking) -> None:
    """EDG-21, C14: a serial comes into the world once, unless that was taken back. Raises ProductExists."""
    if tracking.serial_no and made_before(session, situation.product, tracking.serial_no):
        raise ProductExists(number=tracking.label(), item=situation.product.description, where="it is in the ledger")


def check_started(situation: Situation, product: NewProduct) -> None:
    """EDG-16, SCN-7: never more rows than started."""
    made = situation.product
    if situation.registered + product.quantity > made.started or product.quantity <= ZERO:
        raise ProductOverStarted(
            order_no=situation.order_no, number=product.tracking.label(), registered=shown(situation.registered),
            started=shown(made.started), unit=made.base_unit_code, item=made.description,
        )


def check_new(situation: Situation, tracking: Tracking, *, manual: bool) -> None:
    """SET-8, D17: pre-allocation, and the item's pattern for manual numbers."""
    product = situation.product
    if product.check_preallocation and manual:
        raise ProductNotPreallocated(number=tracking.label(), order_no=situation.order_no)
    patterns = (("Serial", product.serial_pattern, tracking.serial_no), ("Lot", product.lot_pattern, tracking.lot_no))
    for kind, pattern, number in patterns:
        if number and (len(number) > NUMBER_LENGTH or not number.isprintable()):
            raise NumberInvalid(item=product.item_no, kind=kind, length=len(number), limit=NUMBER_LENGTH)
        if pattern and number and not re.fullmatch(pattern, number, re.ASCII):
            raise NumberPattern(item=product.item_no, kind=kind, number=number, pattern=pattern)


def _columns(session: Session, actor: Actor, situation: Situation, product: NewProduct, match_id: int) -> dict[str, object]:
    return {
        "plant_no": current_plant(session),
        "match_id": match_id,
        "order_no": situation.order_no,
        "order_line_no": situation.product.order_line_no,
        "item_no": situation.product.item_no,
        "variant_code": situation.product.variant_code,
        "serial_no": product.tracking.serial_no,
        "lot_no": product.tracking.lot_no,
        "state": ProductState.OPEN.value,
        "quantity": product.quantity,
        "good_quantity": ZERO,
        "error_quantity": ZERO,
        "error_cause": "",
        "expiration_date": product.expiration_date,
        "preallocated": False,
        "closed_lines": [],
        "version": 1,
        "registered_at": now(),
        "registered_by": actor.operator_no,
        "reported_by": "",
    }


def _log(session: Session, actor: Actor, situation: Situation, product: NewProduct, match_id: int, numbers: Numbers) -> None:
    event = Event(
        AssociationAction.REGISTERED.value, situation.order_no, match_id, situation.product.item_no, product.tracking, product.quantity,
        variant_code=situation.product.variant_code, reason=product.reason,
    )
    append(session, actor, [event], numbers.taken["association_entry"])
    audit.record(session, "registered", f"product {product.tracking.label()}", after={"order": situation.order_no, "match_id": match_id})
