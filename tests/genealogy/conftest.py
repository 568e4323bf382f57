"""A bicycle factory with stock and one started order of two bikes."""

from __future__ import annotations

import pytest

from tests.factories_genealogy import Station, bike_order, bike_plant, bike_stock


@pytest.fixture
def bikes(run):
    bike_plant(run)
    bike_stock(run)
    bike_order(run)


@pytest.fixture
def station(session, bikes):
    del bikes
    return Station(session)
