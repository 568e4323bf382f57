"""The bicycle factory with a vendor."""

from __future__ import annotations

import pytest

from tests.factories_genealogy import bike_plant
from tests.factories_orders import make_vendor


@pytest.fixture
def plant(run):
    bike_plant(run)
    make_vendor(run)
