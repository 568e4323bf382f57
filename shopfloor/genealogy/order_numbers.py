"""Numbers that an order has before anything is made: predefined ones from the item's series, or one fixed number (DIM-1, DIM-2).

They are rows that are *Not started*: listed, printable as labels, and the only numbers that a scan accepts on the order.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

from sqlalchemy import update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import current_plant, table
from shopfloor.genealogy.facts import Product
from shopfloor.genealogy.maintenance_errors import FixedNumberOnce
from shopfloor.genealogy.models import ProductState, TrackedProduct
from shopfloor.genealogy.number_queries import numbered_quantity
from shopfloor.genealogy.preallocation import insert_preallocated
from shopfloor.genealogy.scan_queries import read_situation
from shopfloor.items.masters import ItemMaster
from shopfloor.items.models import Item, ProductNumbers
from shopfloor.items.new_numbers import fresh_numbers
from shopfloor.items.queries import item_masters
from shopfloor.items.tracking import Tracking
from shopfloor.people.actor import Actor
from shopfloor.people.answers import Created
from shopfloor.production import commands as production
from shopfloor.production.inputs import NewProductionOrder
from shopfloor.production.locking import LockedOrder, lock_order
from shopfloor.quantity import ONE, ZERO

_row = table(TrackedProduct)

def create_order(session: Session, actor: Actor, *, given: NewProductionOrder) -> Created:
    """Make an order, and give it the numbers that its product's group asks for (DIM-1).

    Raises what `production.commands.create_order` raises, SeriesMissing, NumberPattern, FixedNumberOnce, ProductOtherOrder, ProductExists.
    """
    made = production.create_order(session, actor, given=given)
    item = session.get(Item, given.item_no)
    if item is not None and item.product_numbers != ProductNumbers.MANUAL:
        add_missing_numbers(session, lock_order(session, made.number))
    return made


def add_missing_numbers(session: Session, order: LockedOrder) -> list[str]:
    """What the ordered quantity still lacks of numbers; also for orders that were raised, or made by another order. None for Manual."""
    situation = read_situation(session, order, 0)
    product = situation.product
    if not product.takes_part or product.number_group == ProductNumbers.MANUAL:
        return []
    missing = product.quantity - numbered_quantity(session, order.no)
    if missing <= ZERO:
        return []
    fixed = product.number_group == ProductNumbers.FIXED
    if fixed and missing < product.quantity:  # it has its one number
        _grow_fixed(session, order, product)
        return []
    rows = _fixed(session, order, product) if fixed else _predefined(session, order, product, missing)
    insert_preallocated(session, situation, rows)
    numbers = [tracking.label() for tracking, _ in rows]
    audit.record(session, "numbers of the order", f"order {order.no}", after={"numbers": numbers})
    return numbers


def _fixed(session: Session, order: LockedOrder, product: Product) -> list[tuple[Tracking, Decimal]]:
    """One number for the whole order: what was typed with it, else the next of the series. A serial names one unit only."""
    if product.serial and product.quantity != ONE:
        raise FixedNumberOnce(item=product.description, order_no=order.no)
    typed = Tracking(order.fixed_serial_no if product.serial else "", order.fixed_lot_no if product.lot else "")
    return [(_completed(session, product, typed), product.quantity)]


def _grow_fixed(session: Session, order: LockedOrder, product: Product) -> None:
    """An order that was raised has its fixed batch in full again; one that is scanned is changed by whoever builds it (EDG-37)."""
    session.connection().execute(
        update(_row)
        .where(
            _row.c.plant_no == current_plant(session), _row.c.order_no == order.no, _row.c.order_line_no == product.order_line_no,
            _row.c.state == ProductState.PREALLOCATED.value,
        )
        .values(quantity=product.quantity, version=_row.c.version + 1)
    )


def _predefined(session: Session, order: LockedOrder, product: Product, missing: Decimal) -> list[tuple[Tracking, Decimal]]:
    """One serial for each unit; batches split by the item's quantity for a number, one for all where it says nothing."""
    if product.serial:
        lot = order.fixed_lot_no if product.lot else ""
        serials = fresh_numbers(session, _master(session, product), "Serial", int(missing))
        return [(Tracking(serial, lot), ONE) for serial in serials]
    per = product.quantity_per_number or missing
    count = int((missing / per).to_integral_value(ROUND_CEILING))
    lots = fresh_numbers(session, _master(session, product), "Lot", count)
    return [(Tracking(lot_no=lot), min(per, missing - per * place)) for place, lot in enumerate(lots)]


def _completed(session: Session, product: Product, typed: Tracking) -> Tracking:
    master = _master(session, product)
    serial = typed.serial_no or (fresh_numbers(session, master, "Serial", 1)[0] if product.serial else "")
    lot = typed.lot_no or (fresh_numbers(session, master, "Lot", 1)[0] if product.lot else "")
    return Tracking(serial, lot)


def _master(session: Session, product: Product) -> ItemMaster:
    return item_masters(session, [product.item_no])[product.item_no]

