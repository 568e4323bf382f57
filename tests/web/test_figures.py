"""The figures of home and stock page, worked by hand on the bicycle factory."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from shopfloor.clock import now
from shopfloor.genealogy import home_queries
from shopfloor.genealogy.stock_queries import stock_by_number
from shopfloor.items.inputs import HoldNumber
from shopfloor.items.number_information import hold_number
from tests.factories_genealogy import FRAME, PAINT, WHEEL, Station, bike_order, bike_plant, bike_stock


@pytest.fixture
def station(run, session):
    """Two bikes on order; the first gets its frame and one wheel, the second everything."""
    bike_plant(run)
    bike_stock(run)
    bike_order(run)
    made = Station(session)
    made.build("B-1", "F-1", "W-1")
    made.build("B-2", "F-2", "W-2", "W-3", "P-A")
    return made


def stock_of(session, **filters):
    return {(row.item_no, row.lot_no or row.serial_no): row for row in stock_by_number(session, **filters).rows}


def test_d1_in_units_and_free(session, station):
    """D1: on hand from the ledger; in units = Open associations; free on the shelf = on hand - both."""
    rows = stock_of(session)
    assert station.answer.code
    wheel, paint = rows[WHEEL, "W-1"], rows[PAINT, "P-A"]
    assert (wheel.on_hand, wheel.in_units, wheel.picked, wheel.free, wheel.reserved) == (1, 1, 0, 0, 1)
    assert (paint.on_hand, paint.in_units, paint.free) == (Decimal("0.6"), Decimal("0.25"), Decimal("0.35"))
    assert (rows[FRAME, "F-3"].in_units, rows[FRAME, "F-3"].available) == (0, 1)
    assert paint.expiration_date == date(2099, 1, 31)


def test_stock_filters_and_pages(session, station):
    assert station.name
    assert set(stock_of(session, number="P-A")) == {(PAINT, "P-A")}
    assert set(stock_of(session, item_no=FRAME, location_code="MAIN")) == {(FRAME, "F-1"), (FRAME, "F-2"), (FRAME, "F-3")}
    assert not stock_of(session, location_code="SIDE")
    seen, after = [], ""
    while True:
        page = stock_by_number(session, after=after, limit=4)
        seen += [(row.item_no, row.lot_no, row.serial_no) for row in page.rows]
        after = page.next_after
        if not after:
            break
    everything = stock_by_number(session, limit=500).rows
    assert seen == [(row.item_no, row.lot_no, row.serial_no) for row in everything]
    assert len(set(seen)) == 3 + 7 + 2 + 1


@pytest.mark.parametrize("after", ["x", "[]", "[1,2,3,4,5]", '["a"]', "{}", '["\\ud800","","","",""]', "[" * 5000])
def test_a_wrong_place_in_the_list_is_an_empty_page(session, after):
    assert stock_by_number(session, after=after).rows == ()


def test_units_waiting_for_parts(session, station):
    """The first bike lacks a wheel and paint; the second one nothing."""
    waiting = home_queries.waiting_units(session)
    assert [(unit.number, unit.order_no, unit.missing) for unit in waiting] == [("B-1", "RPO-1", f"{WHEEL}, {PAINT}")]
    station.build("B-1", "W-4", "P-A")
    assert home_queries.waiting_units(session) == []


def test_refused_scans_of_the_last_hour_by_reason(session, station):
    station.send("mode", "Product")
    station.scan("B-1")
    refused = [station.scan("W-99"), station.scan("W-99"), station.scan("F-9")]
    answers = home_queries.answers_since(session, now() - timedelta(hours=1))
    assert answers.refused_count == len([code for code in refused if code])
    assert answers.refused[0][1] >= answers.refused[-1][1]
    assert home_queries.answers_since(session, now() + timedelta(hours=1)).scans == 0
    log = home_queries.list_scans(session, answer="refused")
    assert log.rows[0].raw_text == "F-9"
    older = home_queries.list_scans(session, limit=2)
    assert home_queries.list_scans(session, after=older.next_after).rows[0].entry_no < older.rows[-1].entry_no


def test_expiring_numbers_with_stock(session, station):
    assert station.name
    rows = home_queries.expiring_numbers(session, date(2099, 2, 1))
    assert [(row.number, row.on_hand, row.expiration_date) for row in rows] == [("P-A", Decimal("0.6"), date(2099, 1, 31))]
    assert home_queries.expiring_numbers(session, date(2099, 1, 30)) == []


def test_a4_the_state_of_the_plant_changes_with_everything_that_is_shown(session, run, station):
    states = [home_queries.state_of_plant(session)]
    assert home_queries.state_of_plant(session) == states[0]
    station.scan("P-B")
    states.append(home_queries.state_of_plant(session))
    run(hold_number, given=HoldNumber(item_no=PAINT, kind="Lot", number="P-B", reason="thin"))
    states.append(home_queries.state_of_plant(session))
    bike_order(run, no="RPO-2")
    states.append(home_queries.state_of_plant(session))
    assert len(set(states)) == 4


def test_ui_1_registered_units_are_found(session, station):
    assert station.name
    found = home_queries.find(session, "B-1")
    assert [(hit.kind, hit.number, hit.path) for hit in found] == [("Unit", "B-1", "/production-orders/RPO-1/associations?text=B-1")]
    assert [hit.number for hit in home_queries.find(session, "b-1")] == ["B-1"]
    assert home_queries.find(session, "b-none") == []
    assert home_queries.find(session, "\x00") == []
