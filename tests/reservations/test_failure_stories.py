"""Failures of other systems that must not be ours: promised, picked and registered goods (peers 59 to 61, 77). Both databases."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from shopfloor.db import plant, table
from shopfloor.errors import Refusal
from shopfloor.genealogy.inputs import SelectionInput
from shopfloor.genealogy.models import ComponentAssociation
from shopfloor.genealogy.picking import pick
from shopfloor.ledger.models import ItemLedgerEntry, OpenItemEntry
from shopfloor.reservations.page_queries import reservation_page
from shopfloor.reservations.rules import Demand
from tests.factories_genealogy import BELL, FRAME, PAINT, WHEEL, Station, bike_order, bike_plant, problems, report, stock
from tests.factories_items import CELL, plant_with_masters
from tests.factories_orders import adjust, make_customer, make_sales_order, opening_stock, ship
from tests.factories_reservations import STOCK, auto, books, held, put_number_on_line, reserved_by_number, sales_line


@pytest.fixture
def bikes(run, session):
    """A bike order, and a customer who buys its parts."""
    bike_plant(run)
    make_customer(run)
    yield
    assert problems(session) == []
    assert books(session) == []


@pytest.fixture
def cells(run, session):
    plant_with_masters(run)
    make_customer(run)
    yield
    assert books(session) == []


def code_of(attempt, *arguments, **keywords):
    with pytest.raises(Refusal) as refused:
        attempt(*arguments, **keywords)
    return refused.value.code


def available_to_reserve(session, order_no="SO-1"):
    page = reservation_page(session, Demand("Sales Line", order_no, 10000, 0))
    session.rollback()
    return [int(row.free) for row in page.stock]


def test_peers_59_what_a_lot_holds_for_one_line_is_not_offered_to_a_line_without_a_lot(run, session, cells):
    """10 of one lot, 6 held by its number: 4 are there for whoever does not care for the lot."""
    opening_stock(run, CELL, "10", lot_no="L-1")
    make_sales_order(run, {"item_no": CELL, "quantity": "6"}, no="SO-0")
    put_number_on_line(session, 6, item_no=CELL, lot_no="L-1", line=sales_line("SO-0"))
    auto(run, line=sales_line("SO-0"), lot_no="L-1")
    make_sales_order(run, {"item_no": CELL, "quantity": "10"}, no="SO-1")
    assert available_to_reserve(session) == [4]
    answer = auto(run)
    assert (answer.code, answer.quantity, answer.missing) == ("PARTLY_RESERVED", "4", "6")
    assert reserved_by_number(session, CELL) == {"L-1": 10}


def test_peers_59_what_is_held_without_a_lot_is_not_offered_to_a_line_with_one(run, session, cells):
    """The other way round, with nothing else that the first line could move to."""
    opening_stock(run, CELL, "10", lot_no="L-1")
    make_sales_order(run, {"item_no": CELL, "quantity": "7"}, no="SO-0")
    auto(run, line=sales_line("SO-0"))
    make_sales_order(run, {"item_no": CELL, "quantity": "5"}, no="SO-1")
    put_number_on_line(session, 5, item_no=CELL, lot_no="L-1")
    answer = auto(run, lot_no="L-1")
    assert (answer.code, answer.quantity) == ("PARTLY_RESERVED", "3")
    assert held(session, sales_line("SO-0")) == [(STOCK, "L-1", 7, False)]


def test_peers_60_a_registered_pick_is_never_reshuffled(run, session, bikes):
    """Free paint could serve the unit as well, but its picked lot stays: only promises without a number move."""
    stock(run, PAINT, "P-A", quantity="1", expiration_date="2099-01-31")
    stock(run, PAINT, "P-B", quantity="1", expiration_date="2099-02-28")
    make_sales_order(run, {"item_no": PAINT, "quantity": "0.75"}, no="SO-0")
    auto(run, line=sales_line("SO-0"))
    picked_unit(run, session, "P-A")
    make_sales_order(run, {"item_no": PAINT, "quantity": "1"}, no="SO-1")
    assert code_of(ship, run, "SO-1", {"quantity": "1", "lot_no": "P-A"}) == "RESERVED_ELSEWHERE"
    ship(run, "SO-1", {"quantity": "0.75", "lot_no": "P-A"})
    assert reserved(session, PAINT) == {"P-A": Decimal("0.25"), "P-B": Decimal("0.75")}
    assert left(session, PAINT) == {"P-A": Decimal("0.25"), "P-B": Decimal(1)}
    assert code_of(ship, run, "SO-1", {"quantity": "0.25", "lot_no": "P-A"}) == "RESERVED_ELSEWHERE"


def test_peers_61_parts_at_the_line_are_locked_to_their_order(run, session, bikes):
    """Nobody else gets what is set aside for a unit: no customer, no journal, no other order. It is used up to zero, not below."""
    stock(run, FRAME, "F-1")
    stock(run, WHEEL, "W-1", "W-2")
    stock(run, PAINT, "P-A", quantity="0.25", expiration_date="2099-01-31")
    opening_stock(run, BELL, "1")
    product = picked_unit(run, session, "F-1", "W-1", "W-2", "P-A")
    make_sales_order(run, {"item_no": PAINT, "quantity": "0.25"}, {"item_no": FRAME, "quantity": "1"}, no="SO-1")
    assert code_of(ship, run, "SO-1", {"quantity": "0.25", "lot_no": "P-A"}) == "RESERVED_ELSEWHERE"
    assert code_of(ship, run, "SO-1", {"line_no": 20000, "serial_no": "F-1"}) == "RESERVED_ELSEWHERE"
    lost = {"entry_type": "Negative Adjmt.", "item_no": PAINT, "quantity": "0.25", "lot_no": "P-A"}
    assert code_of(adjust, run, lost, confirmed=True) == "RESERVED_ELSEWHERE"
    assert code_of(auto, run) == "NOTHING_TO_RESERVE"
    other = Station(session, bike_order(run, quantity="1", no="RPO-2"))
    other.scan("BK-9")
    assert (other.scan("P-A"), other.scan("F-1")) == ("RESERVED_ELSEWHERE", "SERIAL_IN_USE")
    report(run, product)
    assert (left(session, PAINT), left(session, FRAME)) == ({}, {})


def test_peers_77_a_report_with_several_tracked_components_posts_each_under_its_own_number(run, session, bikes):
    stock(run, FRAME, "F-1")
    stock(run, WHEEL, "W-1", "W-2")
    stock(run, PAINT, "P-A", quantity="0.25", expiration_date="2099-01-31")
    opening_stock(run, BELL, "1")
    station = Station(session, bike_order(run, quantity="1"))
    report(run, station.build("BK-1", "F-1", "W-1", "W-2", "P-A"))
    entry = table(ItemLedgerEntry)
    consumed = select(entry.c.item_no, entry.c.serial_no, entry.c.lot_no, entry.c.quantity).where(
        plant(session, entry), entry.c.entry_type == "Consumption"
    )
    rows = session.execute(consumed).all()
    session.rollback()
    assert sorted(map(tuple, rows)) == [
        (BELL, "", "", -1), (FRAME, "F-1", "", -1), (PAINT, "", "P-A", Decimal("-0.25")), (WHEEL, "W-1", "", -1), (WHEEL, "W-2", "", -1)
    ]


def picked_unit(run, session, *numbers):
    """One bike of a new order with these parts registered and picked; gives its row."""
    station = Station(session, bike_order(run, quantity="1"))
    station.scan("BK-1")
    for number in numbers:
        station.scan(number)
    found = list(session.scalars(select(ComponentAssociation.association_no)))
    session.rollback()
    answer = run(pick, order_no="RPO-1", given=SelectionInput(selected=found))
    assert sorted(answer.done) == sorted(numbers)
    return station.product


def left(session, item_no):
    """What is in stock of each number."""
    return {number: remaining for number, (remaining, _) in stock_by_number(session, item_no).items()}


def reserved(session, item_no):
    return {number: held for number, (_, held) in stock_by_number(session, item_no).items()}


def stock_by_number(session, item_no):
    open_entry = table(OpenItemEntry)
    rows = session.execute(select(open_entry).where(plant(session, open_entry), open_entry.c.item_no == item_no)).all()
    session.rollback()
    return {row.serial_no or row.lot_no: (row.remaining, row.reserved) for row in rows}
