"""Product mode: a code or number that means a co-product of the order, and not its product (SCN-6, SCN-9, D11, D40).

Asked only where the scan would be refused otherwise, so that it costs nothing in the scan of an ordinary product or part.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import or_, select

from shopfloor.db import plant, table
from shopfloor.errors import Refusal
from shopfloor.genealogy.answers import CoProductKnown, CoProductRegistered, ScanAnswer
from shopfloor.genealogy.co_products import read_co_products
from shopfloor.genealogy.errors import ProductNotTracked
from shopfloor.genealogy.facts import PRODUCT, REMOVED, Situation
from shopfloor.genealogy.models import TrackedProduct
from shopfloor.genealogy.scan_job import ScanJob
from shopfloor.items.models import Item
from shopfloor.production.parameters import above
from shopfloor.production.rules import MAIN_LINE, co_product_started
from shopfloor.quantity import shown

_row, _item = table(TrackedProduct), table(Item)


def co_product_of(job: ScanJob, item_no: str, variant_code: str | None = None) -> Situation | None:
    """The co-product of the order with this item; None: it makes no such thing. One statement.

    `variant_code`: what the code names; None: it names none, and the only or the first line of the item is meant (SCN-16).
    """
    assert job.order is not None
    for made in read_co_products(job.session, job.order).values():
        if made.product.item_no == item_no and variant_code in {None, made.product.variant_code}:
            return made
    return None


def co_products_with(job: ScanJob, item_nos: Collection[str]) -> list[Situation]:
    """Those co-products of the order whose items are among these. One statement, none without items."""
    assert job.order is not None
    made = read_co_products(job.session, job.order).values() if item_nos else ()
    return [one for one in made if one.product.item_no in item_nos]


def meant_co_product(job: ScanJob, refusal: Refusal) -> str:
    """SCN-15: description of the co-product whose number was scanned in Component mode; blank: it was none. One statement.

    An item code alone is no number: in Product mode it would be refused, too.
    """
    code, item_no = job.code, getattr(refusal, "item_no", "")
    coded = code is not None and bool(code.gtin or code.item_reference)
    if item_no:
        numbered = bool(code and (code.serial_no or code.lot_no)) if coded else not job.situation.gtin_item and job.number != item_no
        made = co_product_of(job, item_no) if numbered else None
        return made.product.description if made is not None else ""
    c = _row.c
    found = job.session.connection().scalar(
        select(_item.c.description)
        .join(_row, c.item_no == _item.c.no)
        .where(
            plant(job.session, _row), c.order_no == job.order_no, c.order_line_no != MAIN_LINE, c.state != REMOVED,
            or_(c.serial_no == job.number, c.lot_no == job.number),
        )
        .limit(1)
    )
    return found or ""


def turn_to(job: ScanJob, made: Situation) -> None:
    """The scan is about this co-product from now on: its order line, its own started base and limits (QTY-1, EDG-16).

    Raises ProductNotTracked where its item is registered without numbers (SET-7).
    """
    product, main = made.product, job.situation.product
    if not product.takes_part:
        raise ProductNotTracked(item=product.description)
    begun = co_product_started(product.quantity, job.begun, main.quantity, product.precision)
    started = above(begun, job.rules.surplus_percent, product.precision)
    job.opened = replace(made, product=replace(product, started=started), gtin_item=job.situation.gtin_item)


def co_product_answer(
    job: ScanJob, kind: type[CoProductRegistered | CoProductKnown], match_id: int, number: str, quantity: Decimal
) -> ScanAnswer:
    """D16: the mode stays Product and nothing is current, so that no part can land on it."""
    product = job.situation.product
    return kind(
        order_no=job.order_no, mode=PRODUCT, number=number, item=product.description, quantity=shown(quantity), unit=product.base_unit_code,
        decoded=job.code.bracketed() if job.code is not None else "", notes=job.notes, row_match_id=match_id,
    )
