"""T3, T3b: 50 stations race for the same goods through the unit of work and the posting door. Both engines."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shopfloor.errors import Refusal
from shopfloor.posting.check import run_all
from tests.conftest import runner
from tests.factories_posting import Door, bought, made, make_items, q, sold, used
from tests.stations import patiently

STATIONS = 50
STOCK = 20


def race(engine, attempt):
    """`attempt(door, number)` at once from every station: how often it went well, and the codes of the refusals."""
    start = threading.Barrier(STATIONS)

    def station(number):
        with Session(engine) as session:
            door = Door(runner(session), session)
            start.wait()
            try:
                patiently(lambda: attempt(door, number))
            except Refusal as refusal:
                return refusal.code
            return "won"

    with ThreadPoolExecutor(STATIONS) as pool:
        return Counter(pool.map(station, range(1, STATIONS + 1)))


@pytest.fixture
def door(session, run):
    make_items(session)
    yield Door(run, session)
    assert run_all(session) == []


def test_t3_ci_02_the_last_of_a_lot(engine, door):
    door(bought("CELL", STOCK, lot="L1"))
    assert race(engine, lambda station, number: station(used("CELL", 1, lot="L1", match_id=number))) == {
        "won": STOCK, "NOT_AVAILABLE": STATIONS - STOCK,
    }
    assert door.open() == {}


def test_t3_the_last_of_several_entries_without_numbers(engine, door):
    door(*[bought("SCREW", 4)] * 5)
    assert race(engine, lambda station, number: station(sold("SCREW", "1.25"))) == {"won": 16, "NOT_AVAILABLE": 34}


def test_t3_ci_02_one_serial_is_used_once(engine, door):
    door(bought("CTRL", sn="C1"))
    assert race(engine, lambda station, number: station(used("CTRL", sn="C1", match_id=number))) == {"won": 1, "NOT_AVAILABLE": 49}


def test_t3_ci_02_one_serial_is_received_once(engine, door):
    assert race(engine, lambda station, number: station(bought("CTRL", sn="C1"))) == {"won": 1, "SERIAL_IN_STOCK": 49}


def test_t3_one_serial_is_produced_once(engine, door):
    """Each posting also makes a number of its own, so that they meet in the middle of their work."""
    codes = race(engine, lambda station, number: station(made("PACK", sn=f"P{number}"), made("PACK", sn="SAME", match_id=number)))
    assert codes == {"won": 1, "SERIAL_ALREADY_PRODUCED": 49}


def test_t3_one_new_lot_received_by_all(engine, door):
    """Nobody is refused, nothing is counted twice, the lot has one unit and one information."""
    assert race(engine, lambda station, number: station(bought("CELL", 2, lot="NEW"), made("CELL", 1, lot="NEW"))) == {"won": STATIONS}
    assert sum(door.remaining().values()) == 3 * STATIONS
    assert door.edges() == {("CELL:NEW", "PO-1/10000#0"): q(STATIONS)}


def test_t3_one_consumption_is_returned_once(engine, door):
    door(bought("CELL", 10, lot="L1"))
    entry = door.entry(used("CELL", 10, lot="L1"))
    codes = race(engine, lambda station, number: station(used("CELL", -1, lot="L1", applies_from_entry=entry)))
    assert codes == {"won": 10, "MORE_THAN_POSTED": 40}


@pytest.fixture
def naive_door(session, run):
    """Its books are meant to be wrong."""
    make_items(session)
    return Door(run, session)


def test_t3b_the_naive_way_sells_what_is_not_there(engine, naive_door):
    """Check, then insert, without gate or lock: the same race must oversell, or the tests above prove nothing."""
    naive_door(bought("CELL", STOCK, lot="L1"))
    checked = threading.Barrier(STATIONS)
    sum_up = text("SELECT sum(quantity) FROM item_ledger_entry WHERE plant_no = 1 AND lot_no = 'L1'")

    def naive(station, number):
        in_stock = station.session.execute(sum_up).scalar_one() / 100000
        station.session.rollback()
        checked.wait()
        if in_stock >= 1:
            insert_entry(station.session, 1000 + number)

    race(engine, naive)
    left = naive_door.session.execute(sum_up).scalar_one() / 100000
    assert left == STOCK - STATIONS
    assert run_all(naive_door.session) != []


def insert_entry(session, entry_no):
    columns = [row for row in entry_columns(session) if row not in {"entry_no", "quantity"}]
    statement = text(
        f"INSERT INTO item_ledger_entry (entry_no, quantity, {', '.join(columns)}) "
        f"SELECT {entry_no}, -100000, {', '.join(columns)} FROM item_ledger_entry WHERE plant_no = 1 AND entry_no = 1"
    )
    for _ in range(200):
        try:
            session.execute(statement)
            session.commit()
        except OperationalError:
            session.rollback()
            time.sleep(0.01)
        else:
            return


def entry_columns(session):
    found = session.execute(text("SELECT * FROM item_ledger_entry WHERE plant_no = 0"))
    names = list(found.keys())
    session.rollback()
    return names
