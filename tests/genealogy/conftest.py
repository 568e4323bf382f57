"""A bicycle factory with stock and one started order of two bikes, and the ground on which stations race."""

from __future__ import annotations

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from tests.factories_genealogy import BELL, FRAME, PAINT, WHEEL, Station, bike_order, bike_plant, bike_stock, problems, stock
from tests.factories_orders import opening_stock


@pytest.fixture
def bikes(run):
    bike_plant(run)
    bike_stock(run)
    bike_order(run)


@pytest.fixture
def station(session, bikes):
    del bikes
    return Station(session)


@pytest.fixture
def database_errors(engine):
    """Every error that the database reported to anybody, retried or not."""
    seen = []
    event.listen(engine, "handle_error", lambda context: seen.append(context.sqlalchemy_exception))
    return seen


@pytest.fixture
def plant(run, session, database_errors):
    """Masters, and afterwards the whole books: all invariants hold, and nobody met a deadlock or a time-out."""
    bike_plant(run)
    yield
    assert problems(session) == []
    assert [error for error in database_errors if not isinstance(error, IntegrityError)] == []


@pytest.fixture
def whole(run, session, plant):
    """One complete unit; its match id."""
    stock(run, FRAME, "F-1")
    stock(run, WHEEL, "W-1", "W-2")
    stock(run, PAINT, "P-A", quantity="1", expiration_date="2099-01-31")
    opening_stock(run, BELL, "10")
    bike_order(run)
    station = Station(session)
    station.build("BK-1", "F-1", "W-1", "W-2", "P-A")
    return station.product
