"""D32: what scans do to reservations that people or the policy made for the component line. Both databases."""

from __future__ import annotations

import pytest

from shopfloor.items.models import Item
from tests.factories_genealogy import FRAME, PAINT, Station, bike_order, bike_plant, problems, remove, stock
from tests.factories_orders import make_purchase_order, make_vendor
from tests.factories_reservations import STOCK, auto, books, component_line, held


@pytest.fixture
def bikes(run, session):
    bike_plant(run)
    yield
    assert problems(session) == []
    assert books(session) == []


def test_d32_a_scan_replaces_what_the_line_reserved_of_orders(run, session, bikes):
    make_vendor(run)
    make_purchase_order(run, {"item_no": PAINT, "quantity": "5", "date": "2020-01-01"}, no="PUR-1")
    order_no = bike_order(run, quantity="1")
    line = component_line(order_no, line_of(session, order_no, PAINT))
    auto(run, line=line)
    assert [supply for supply, *_ in held(session, line)] == ["PUR-1"]
    stock(run, PAINT, "P-A", quantity="1", expiration_date="2099-01-31")
    station = Station(session, order_no)
    station.scan("BK-1")
    station.scan("P-A")
    assert [(supply, number) for supply, number, *_ in held(session, line)] == [(STOCK, "P-A")]


def test_d32_removal_reserves_an_always_item_again(run, session, bikes):
    session.get(Item, FRAME).reservation_policy = "Always"
    session.commit()
    stock(run, FRAME, "F-1", "F-2")
    order_no = bike_order(run, quantity="1")
    line = component_line(order_no, line_of(session, order_no, FRAME))
    assert held(session, line) == [(STOCK, "F-1", 1, False)]
    station = Station(session, order_no)
    station.scan("BK-1")
    station.scan("F-2")
    assert held(session, line) == [(STOCK, "F-2", 1, True)]
    remove(run, station.answer.association_no, order_no=order_no)
    assert [quantity for _, _, quantity, _ in held(session, line)] == [1]


def line_of(session, order_no, item_no):
    from shopfloor.production.components import order_components

    found = next(component.line_no for component in order_components(session, order_no) if component.item_no == item_no)
    session.rollback()
    return found


