"""The bicycle factory with stock, one started order of two bikes, and a customer."""

from __future__ import annotations

import pytest

from shopfloor.items.dispositions import create_default_codes
from shopfloor.people.answers import Created
from tests.factories_genealogy import Station, bike_order, bike_plant, bike_stock
from tests.factories_orders import make_customer
from tests.quality.factories import books


def _codes(session, actor):

    create_default_codes(session, actor)
    return Created(record="Codes", number="")


@pytest.fixture
def plant(run, session):
    """After every test all invariants hold."""
    bike_plant(run)
    bike_stock(run)
    bike_order(run)
    make_customer(run)
    run(_codes)
    yield
    assert books(session) == []


@pytest.fixture
def station(session, plant):
    del plant
    return Station(session)


@pytest.fixture
def whole(station):
    """BK-1 with everything that it needs."""
    station.build("BK-1", "F-1", "W-1", "W-2", "P-A")
    return station.product
