"""T3, T3b: 50 stations fight for the same reservation. Both engines, real threads, real transactions.

Never more is promised than there is, every loser gets a typed refusal, and the database reports neither a deadlock nor a time-out.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.db.engine import transaction_options
from shopfloor.errors import Refusal
from shopfloor.orders.inputs import PostReceipt, PostShipment
from shopfloor.orders.receipt import post_receipt
from shopfloor.orders.shipment import post_shipment
from shopfloor.reservations.cancelling import cancel_reservations
from shopfloor.reservations.inputs import CancelReservations, Reserve, ReserveFromSupply
from shopfloor.reservations.matching import Match, Matcher
from shopfloor.reservations.models import ReservationEntry
from shopfloor.reservations.pairs import write_matches
from shopfloor.reservations.reserving import auto_reserve, reserve_from_supply
from shopfloor.reservations.supplies import demand_lines, stock_supplies
from tests.conftest import ADMINISTRATOR, runner
from tests.factories_items import CELL, MODULE, plant_with_masters
from tests.factories_orders import make_customer, make_purchase_order, make_sales_order, make_vendor, opening_stock
from tests.factories_reservations import PURCHASE, STOCK, auto, books, pair_nos, put_number_on_line, sales_line
from tests.stations import patiently

STATIONS = 50
_entry = table(ReservationEntry)


@pytest.fixture
def database_errors(engine):
    """Every error that the database reported to anybody, retried or not."""
    seen = []
    event.listen(engine, "handle_error", lambda context: seen.append(context.sqlalchemy_exception))
    return seen


@pytest.fixture
def market(run, session):
    """Masters, and 50 sales orders over 2 cells and one module each."""
    plant_with_masters(run)
    make_vendor(run)
    make_customer(run)
    for number in range(1, STATIONS + 1):
        lines = ({"item_no": CELL, "quantity": "2", "date": "2030-06-30"}, {"item_no": MODULE, "quantity": "1", "date": "2030-06-30"})
        make_sales_order(run, *lines, no=f"SO-{number}")


@pytest.fixture
def proved(session, market, database_errors):
    """Afterwards the books are right, and nobody met a deadlock or a time-out."""
    yield
    assert books(session) == []
    assert [error for error in database_errors if not isinstance(error, IntegrityError)] == []


def race(engine, attempt):
    """`attempt(run, number)` at once from every station: how often each code came."""
    start = threading.Barrier(STATIONS)

    def station(number):
        with Session(engine) as session:
            start.wait()
            try:
                return patiently(lambda: attempt(runner(session), number)).code
            except Refusal as refusal:
                return refusal.code

    with ThreadPoolExecutor(STATIONS) as pool:
        return Counter(pool.map(station, range(1, STATIONS + 1)))


def held_of(session, source_type=STOCK):
    found = session.execute(
        select(func.sum(_entry.c.quantity_base)).where(plant(session, _entry), _entry.c.positive, _entry.c.source_type == source_type)
    ).scalar_one()
    session.rollback()
    return found or Decimal(0)


def reserve_alone(run, number):
    return run(auto_reserve, given=Reserve(**sales_line(f"SO-{number}")))


def test_t3_the_last_of_a_lot_is_reserved_once(engine, session, run, proved):
    """Peers 56: 21 for 50 times 2: ten get all, one gets half, the others are told."""
    opening_stock(run, CELL, "21", lot_no="L-1")
    assert race(engine, reserve_alone) == {"RESERVED": 10, "PARTLY_RESERVED": 1, "NOTHING_TO_RESERVE": 39}
    assert held_of(session) == 21


def test_t3_the_last_of_an_order_line_is_reserved_once(engine, session, run, proved):
    make_purchase_order(run, {"item_no": CELL, "quantity": "20", "date": "2030-01-31"})
    given = {"supply_type": PURCHASE, "supply_id": "PO-1", "supply_line_no": 10000}
    codes = race(
        engine, lambda run, number: run(reserve_from_supply, given=ReserveFromSupply(**sales_line(f"SO-{number}"), **given))
    )
    assert codes == {"RESERVED": 10, "NOTHING_TO_RESERVE": 40}
    assert held_of(session, PURCHASE) == 20


def test_t3_one_serial_is_reserved_by_name_once(engine, session, run, proved):
    """Peers 57: a row that somebody else has locked is waited for, never passed over."""
    opening_stock(run, MODULE, serial_no="SN1")
    for number in range(1, STATIONS + 1):
        put_number_on_line(session, 1, item_no=MODULE, serial_no="SN1", line=sales_line(f"SO-{number}", 20000))
    codes = race(
        engine, lambda run, number: run(auto_reserve, given=Reserve(**sales_line(f"SO-{number}", 20000), serial_no="SN1"))
    )
    assert codes == {"RESERVED": 1, "RESERVED_ELSEWHERE": 49}


def test_t3_fifty_people_reserve_for_one_line(engine, session, run, proved):
    """The line never gets more than it needs."""
    opening_stock(run, CELL, "99", lot_no="L-1")
    assert race(engine, lambda run, _: reserve_alone(run, 1)) == {"RESERVED": 1, "FULLY_RESERVED": 49}
    assert held_of(session) == 2


def test_t3_fifty_people_cancel_one_reservation(engine, session, run, proved):
    opening_stock(run, CELL, "9", lot_no="L-1")
    auto(run)
    given = CancelReservations(entry_nos=tuple(pair_nos(session)))
    codes = race(engine, lambda run, _: run(cancel_reservations, given=given))
    assert codes["RESERVATIONS_CANCELLED"] == 1
    assert set(codes) <= {"RESERVATIONS_CANCELLED", "NOT_FOUND", "STALE_ROW"}
    assert held_of(session) == 0


def test_t3_ap_16_receipts_shipments_and_reservations_at_once(engine, session, run, proved):
    """Goods of ten orders come in while people reserve them, cancel them and ship them."""
    for number in range(1, 11):
        make_purchase_order(run, {"item_no": CELL, "quantity": "6", "date": "2030-01-31"}, no=f"PO-{number}")
    for number in range(1, 11):
        auto(run, line=sales_line(f"SO-{number}"))
    cancelled = {number: tuple(pair_nos(session, sales_line(f"SO-{number}"))) for number in range(6, 11)}

    def attempt(run, number):
        if number in cancelled:
            return run(cancel_reservations, given=CancelReservations(entry_nos=cancelled[number]))
        if number > 40:
            line = {"line_no": 10000, "quantity": "3", "lot_no": f"L-{number - 40}"}
            return run(post_receipt, given=PostReceipt(order_no=f"PO-{number - 40}", lines=[line]))
        if number > 30:
            line = {"line_no": 10000, "quantity": "1", "lot_no": f"L-{number - 30}"}
            return run(post_shipment, given=PostShipment(order_no=f"SO-{number - 30}", lines=[line]))
        return reserve_alone(run, number)

    codes = race(engine, attempt)
    assert codes["RECEIPT_POSTED"] == 10
    known = {
        "RECEIPT_POSTED", "SHIPMENT_POSTED", "RESERVED", "PARTLY_RESERVED", "NOTHING_TO_RESERVE", "FULLY_RESERVED", "NOT_AVAILABLE",
        "RESERVED_NOT_IN_STOCK", "RESERVED_ELSEWHERE", "RESERVATIONS_CANCELLED", "STALE_ROW", "NOT_FOUND",
    }
    assert set(codes) <= known


def test_a23_a_shipment_of_other_stock_than_it_holds_never_waits_crosswise(engine, session, run, proved):
    """SO-1 holds the first lot without a number and ships the second. It stops at its first lock, while SO-3 reserves from both."""
    opening_stock(run, CELL, "2", lot_no="L-1")
    auto(run)
    opening_stock(run, CELL, "2", lot_no="L-2")
    locked = threading.Event()

    def stop_at_the_first_lock(_connection, _cursor, statement, *_):
        if "FROM open_item_entry" in statement and "FOR NO KEY UPDATE" in statement and not locked.is_set():
            locked.set()
            time.sleep(0.5)

    event.listen(engine, "after_cursor_execute", stop_at_the_first_lock)

    def ship():
        with Session(engine) as own:
            given = PostShipment(order_no="SO-1", lines=[{"line_no": 10000, "quantity": "2", "lot_no": "L-2"}])
            return runner(own)(post_shipment, given=given).code

    def reserve():
        locked.wait(timeout=0.5)  # SQLite's gate lets one in at a time and shows no lock
        with Session(engine) as own:
            return reserve_alone(runner(own), 3).code

    with ThreadPoolExecutor(2) as pool:
        shipped, reserved = pool.submit(ship), pool.submit(reserve)
        assert {shipped.result(), reserved.result()} <= {"SHIPMENT_POSTED", "RESERVED"}


def test_t3b_the_naive_way_promises_what_is_not_there(engine, session, run, market):
    """Look, then reserve, without gate or lock: the same race must over-promise, or the tests above prove nothing."""
    make_purchase_order(run, {"item_no": CELL, "quantity": "20", "date": "2030-01-31"})
    from shopfloor.reservations.supplies import all_supplies

    looked = threading.Barrier(STATIONS)

    def naive(number):
        with Session(engine) as own:
            line = next(iter(demand_lines(own, [Reserve(**sales_line(f"SO-{number}")).demand()]).values()))
            matches = Matcher(all_supplies(own, [line.goods])).give(line, line.needed)
            own.rollback()
            looked.wait()
            write_alone(own, matches)

    with ThreadPoolExecutor(STATIONS) as pool:
        list(pool.map(naive, range(1, STATIONS + 1)))
    assert held_of(session, PURCHASE) == 2 * STATIONS
    assert books(session) == [f"{2 * STATIONS} are reserved of PO-1 line 10000, which still brings 20."]


def test_t3b_the_naive_way_is_stopped_by_the_database_for_stock(engine, session, run, market):
    """The guarded UPDATE is the belt: without a lock somebody crashes instead of promising stock twice."""
    opening_stock(run, CELL, "20", lot_no="L-1")
    line = next(iter(demand_lines(session, [Reserve(**sales_line()).demand()]).values()))
    supply = stock_supplies(session, [line.goods])[0]
    session.rollback()
    write_alone(session, [Match(line, supply, Decimal(15))])
    with pytest.raises(AssertionError, match="could not take a reservation"):
        write_alone(session, [Match(line, supply, Decimal(15))])
    session.rollback()


def write_alone(session, matches):
    """The insert of the naive way; only its own transaction is kept in one piece."""
    session.connection(execution_options=transaction_options(session.get_bind().engine))
    write_matches(session, ADMINISTRATOR, matches)
    session.commit()
