"""Reservations for tests, made by the real commands on the plant of `factories_items`."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import insert, select

from shopfloor.clock import now
from shopfloor.db import plant, table, take_numbers
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.posting.check import run_all
from shopfloor.reservations import cancelling, pairs, reserving
from shopfloor.reservations.inputs import CancelReservations, ChangeReservation, Reserve, ReserveFromSupply
from shopfloor.reservations.models import ReservationEntry
from shopfloor.reservations.rules import Demand
from tests.conftest import ADMINISTRATOR

SALES, COMPONENT = "Sales Line", "Prod. Order Component"
PURCHASE, PRODUCTION, STOCK = "Purchase Line", "Prod. Order Line", "Item Ledger Entry"


def sales_line(order_no="SO-1", line_no=10000):
    return {"source_type": SALES, "source_id": order_no, "source_line_no": line_no}


def component_line(order_no="PO-1", line_no=10):
    return {"source_type": COMPONENT, "source_id": order_no, "source_line_no": 10000, "source_sub_line_no": line_no}


def auto(run, actor=ADMINISTRATOR, *, line=None, **number):
    return run(reserving.auto_reserve, actor, given=Reserve(**(line or sales_line()), **number))


def take_from(run, supply_type=STOCK, supply_id="", supply_line_no=0, *, line=None, **numbers):
    given = ReserveFromSupply(
        **(line or sales_line()), supply_type=supply_type, supply_id=supply_id, supply_line_no=supply_line_no, **numbers
    )
    return run(reserving.reserve_from_supply, given=given)


def cancel(run, *entry_nos, confirmed=False):
    return run(cancelling.cancel_reservations, given=CancelReservations(entry_nos=entry_nos, confirmed=confirmed))


def change(run, entry_no, quantity):
    return run(cancelling.change_reservation, given=ChangeReservation(entry_no=entry_no, quantity=quantity))


def held(session, line=None):
    """(supply, number, quantity, specific) of everything that a line holds, oldest pair first."""
    found = pairs.pairs_of_demand(session, _demand(line))
    session.rollback()
    return [
        (pair.source_type if pair.from_stock else pair.source_id, pair.supply_tracking.label(), int(pair.quantity), pair.specific)
        for pair in found
    ]


def pair_nos(session, line=None):
    found = [pair.entry_no for pair in pairs.pairs_of_demand(session, _demand(line))]
    session.rollback()
    return found


def put_number_on_line(session, quantity, *, line=None, **numbers):
    """A number on a line that is tied to nothing yet: what the item tracking lines write (DM-23)."""
    fields = line or sales_line()
    entry_no = take_numbers(session, {"reservation_entry": 1})["reservation_entry"][0]
    item_no = numbers.pop("item_no")
    row = {
        "plant_no": 1, "entry_no": entry_no, "positive": False, "reservation_status": "Surplus", "item_no": item_no,
        "location_code": "MAIN", "quantity_base": -Decimal(quantity), **fields, **numbers, "created_at": now(), "created_by": "T",
    }
    session.execute(insert(table(ReservationEntry)), row)
    session.commit()


def loose_numbers(session, line=None):
    found = pairs.numbers_of_line(session, _demand(line))
    session.rollback()
    return {tracking.label(): int(quantity) for tracking, quantity in found.items()}


def reserved_by_number(session, item_no):
    """What of each number in stock is reserved."""
    open_entry = table(OpenItemEntry)
    rows = session.execute(select(open_entry).where(plant(session, open_entry), open_entry.c.item_no == item_no)).all()
    session.rollback()
    found = {}
    for row in rows:
        number = row.serial_no or row.lot_no
        found[number] = found.get(number, 0) + int(row.reserved)
    return found


def books(session):
    """What `shopfloor check` finds."""
    problems = [problem.text for problem in run_all(session)]
    session.rollback()
    return problems


def _demand(line):
    fields = line or sales_line()
    return Demand(fields["source_type"], fields["source_id"], fields["source_line_no"], fields.get("source_sub_line_no", 0))
