"""What is put back from memory is what was built, and the books go on from there."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopfloor.items.models import Item
from shopfloor.people.models import CompanySetting, Plant
from tests import remembered as memory
from tests.conftest import runner
from tests.databases import ENGINES, fresh_engine
from tests.factories_genealogy import FRAME, bike_order, bike_plant, bike_stock, problems, stock
from tests.factories_items import make_item


@pytest.fixture
def nothing_remembered(monkeypatch):
    monkeypatch.setattr(memory, "_memories", {})


def in_order(rows):
    """PostgreSQL gives rows as they lie, and new ones lie where old ones were."""
    return sorted(rows.splitlines()) if isinstance(rows, bytes) else rows


def begun(engine):
    with Session(engine) as session:
        session.add(Plant(plant_no=1, name="Test plant", time_zone="UTC"))
        session.commit()
    return engine


@pytest.mark.parametrize("kind", ENGINES)
def test_the_second_database_is_the_first_row_by_row_and_goes_on_from_there(kind, nothing_remembered):
    found = []
    for _ in range(2):
        with fresh_engine(kind) as engine, Session(begun(engine)) as session:
            run = runner(session)
            bike_plant(run)
            bike_stock(run)
            assert bike_order(run, "3") == "RPO-1"
            found.append({name: in_order(rows) for name, rows in memory._contents(engine).items()})
            stock(run, FRAME, "F-9")
            assert problems(session) == []
    assert found[0] == found[1]
    assert len(memory._memories) == 3


@pytest.mark.parametrize("kind", ENGINES)
def test_what_somebody_wrote_before_stays(kind, nothing_remembered):
    """Settings that a test made, and what it built by itself: nothing is put over them."""
    for own in ("OWN-1", "OWN-2"):
        with fresh_engine(kind) as engine, Session(begun(engine)) as session:
            session.add(CompanySetting(name="own", value=own))
            session.commit()
            run = runner(session)
            bike_plant(run)
            assert session.scalar(select(CompanySetting.value).where(CompanySetting.name == "own")) == own
            make_item(run, own)
            bike_stock(run)
            assert session.scalar(select(func.count()).where(Item.no == own)) == 1
    assert len(memory._memories) == 1
