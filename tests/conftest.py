"""Fixtures that every database test uses: both engines, a session, an actor with all rights, and the unit of work."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from shopfloor.app import import_models
from shopfloor.db import Command, unit_of_work
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.models import CompanySetting, Plant
from tests.databases import ENGINES, fresh_engine

# A run holds some million objects that stay; looking through them again and again took a quarter of its time.
gc.set_threshold(50_000, 20, 50)
import_models()
# A busy machine stops for seconds; that says nothing about the examples.
settings.register_profile("calm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("calm")
_keys = itertools.count(1)



def pytest_collection_finish() -> None:
    """Modules and tests stay for good, so no collection needs to look at them: the benchmarks ask for a whole one before each measure."""
    gc.collect()
    gc.freeze()


ALL_RIGHTS = frozenset(value for name, value in vars(rights).items() if name.isupper() and isinstance(value, str))
ADMINISTRATOR = Actor("E-ADMIN", "Ada Admin", ALL_RIGHTS, station_code="ST-1", time_zone="UTC")

Run = Callable[..., Any]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An engine on a fresh migrated database with plant 1."""
    own = request.node.get_closest_marker("own_database") is not None
    with fresh_engine(request.param, own=own) as made:
        with Session(made) as session:
            session.add(Plant(plant_no=1, name="Test plant", time_zone="UTC"))
            # Stories in the tests have fixed days; they are told for years to come.
            session.add(CompanySetting(name="allow_posting_from", value="2020-01-01"))
            session.add(CompanySetting(name="allow_posting_to", value="9999-12-31"))
            session.commit()
        yield made


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session without Flask, as the console and workers use it."""
    with Session(engine) as made:
        yield made


@pytest.fixture
def actor() -> Actor:
    """Somebody who may do everything."""
    return ADMINISTRATOR


def runner(session: Session) -> Run:
    """`run(use_case, actor, ...)`: the use case in a unit of work, with a key of its own unless one is given."""

    def run(work: Callable[..., Any], actor: Actor = ADMINISTRATOR, *, key: str | None = None, **keywords: Any) -> Any:
        command = Command(
            key=key or f"test-{next(_keys)}", name=work.__name__, operator_no=actor.operator_no, station_code=actor.station_code,
            request={name: str(value) for name, value in keywords.items()},
        )
        return unit_of_work(session, lambda open_session: work(open_session, actor, **keywords), command=command)

    run.session = session  # type: ignore[attr-defined]
    return run


@pytest.fixture
def run(session: Session) -> Run:
    """See `runner`."""
    return runner(session)
