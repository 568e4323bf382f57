"""CI-03: `shopfloor check` finds each kind of reservation that cannot be."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import delete, update

from shopfloor.cli.check import all_problems
from shopfloor.db import table
from shopfloor.orders.models import PurchaseLine, SalesLine
from shopfloor.reservations.models import ReservationEntry
from tests.factories_items import CELL, plant_with_masters
from tests.factories_orders import make_customer, make_purchase_order, make_sales_order, make_vendor, opening_stock
from tests.factories_reservations import auto, books

_entry = table(ReservationEntry)


@pytest.fixture(autouse=True)
def reserved(run, session):
    """3 of a lot and 7 of a purchase order, reserved."""
    plant_with_masters(run)
    make_vendor(run)
    make_customer(run)
    opening_stock(run, CELL, "3", lot_no="L-1")
    make_purchase_order(run, {"item_no": CELL, "quantity": "7", "date": "2030-01-31"})
    make_sales_order(run, {"item_no": CELL, "quantity": "10", "date": "2030-06-30"})
    auto(run)
    assert books(session) == []


def spoil(session, statement, check=books):
    session.execute(statement)
    session.commit()
    return " ".join(check(session))


def test_ci_03_a_pair_of_different_quantities(session):
    of_order = (_entry.c.plant_no == 1) & _entry.c.positive & (_entry.c.source_type == "Purchase Line")
    assert "do not fit each other" in spoil(session, update(_entry).where(of_order).values(quantity_base=Decimal(5)))


def test_ci_03_a_record_without_its_other_side(session):
    assert "has only one side" in spoil(session, delete(_entry).where(_entry.c.plant_no == 1, ~_entry.c.positive))


def test_ci_03_more_reserved_of_an_order_than_it_brings(session):
    lines = table(PurchaseLine)
    found = spoil(session, update(lines).where(lines.c.plant_no == 1).values(received_base=Decimal(2)))
    assert found == "7 are reserved of PO-1 line 10000, which still brings 5."


def test_ci_03_more_reserved_of_an_order_that_is_complete(session):
    lines = table(PurchaseLine)
    found = spoil(session, update(lines).where(lines.c.plant_no == 1).values(received_base=Decimal(7)))
    assert found == "7 are reserved of PO-1 line 10000, which still brings 0."


def test_ci_03_other_goods_than_the_entry_has(session):
    of_stock = (_entry.c.plant_no == 1) & _entry.c.positive & (_entry.c.source_type == "Item Ledger Entry")
    assert "names other goods" in spoil(session, update(_entry).where(of_stock).values(lot_no="L-9"))


@pytest.mark.parametrize(
    ("spoilt", "told"),
    [
        ({"source_id": "SO-9"}, "10 are reserved for SO-9 line 10000, which still needs 0."),
        ({"source_line_no": 77}, "10 are reserved for SO-1 line 77, which still needs 0."),
        ({"location_code": "ELSEWHERE"}, "10 are reserved for SO-1 line 10000, which still needs 0."),
    ],
)
def test_ci_03_held_for_a_line_that_is_not_there_or_of_other_goods(session, spoilt, told):
    of_demand = (_entry.c.plant_no == 1) & ~_entry.c.positive
    assert told in spoil(session, update(_entry).where(of_demand).values(spoilt), all_problems)


@pytest.mark.parametrize(("shipped", "left"), [(4, "6"), (10, "0")])
def test_ci_03_rs_10_more_held_for_a_line_than_it_still_takes(session, shipped, left):
    lines = table(SalesLine)
    found = spoil(session, update(lines).where(lines.c.plant_no == 1).values(shipped_base=Decimal(shipped)), all_problems)
    assert f"10 are reserved for SO-1 line 10000, which still needs {left}." in found
