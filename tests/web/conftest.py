"""A server on a fresh database of each engine, and people at it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from shopfloor.app import create_app
from shopfloor.people.commands import create_operator, create_station
from shopfloor.people.inputs import FirstSetUp, NewOperator, NewStation
from shopfloor.people.models import Role
from shopfloor.people.set_up import CONSOLE, set_up
from shopfloor.web.extensions import db
from tests.conftest import runner
from tests.databases import ENGINES, fresh_url, settings_for
from tests.factories_items import plant_with_masters
from tests.labels.factories import make_label_formats
from tests.remembered import remembered
from tests.web.plant import work

ORIGIN = "http://localhost"
_keys = itertools.count(1)


@dataclass
class Site:
    """The app with its database."""

    app: object
    engine: Engine

    def client(self, badge: str = "B-ADMIN") -> FlaskClient:
        """A browser; signed in unless the badge is blank."""
        client = self.app.test_client()
        client.environ_base["HTTP_ORIGIN"] = ORIGIN
        if badge:
            answer = client.post("/sign-in", data={"badge": badge, "station": "ST-1", "next": "/"})
            assert answer.status_code == 303, answer.text
        return client

    def statements(self) -> Statements:
        """Counts cursor calls inside its block."""
        return Statements(self.engine)


class Statements:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.texts: list[str] = []

    def _note(self, _connection, _cursor, text, *_rest) -> None:
        self.texts.append(text)

    def __enter__(self):
        event.listen(self.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_error: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._note)

    @property
    def count(self) -> int:
        return len([text for text in self.texts if not text.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA"))])


@pytest.fixture(scope="module", params=ENGINES)
def site(request, tmp_path_factory) -> Iterator[Site]:
    """One plant for all tests of a file: they read it, or make records of their own."""
    with fresh_url(request.param) as url:
        app = create_app(settings_for(url, tmp_path_factory.mktemp("data")))
        with app.app_context():
            engine = db.engine
            with Session(engine) as session:
                furnish(runner(session))
        yield Site(app, engine)
        engine.dispose()


@remembered
def furnish(run) -> None:
    """A small battery plant with orders in several states."""
    run(
        set_up,
        CONSOLE,
        given=FirstSetUp(plant_name="Test plant", administrator_no="E-ADMIN", administrator_name="Ada Admin", badge="B-ADMIN"),
    )
    run(create_station, given=NewStation(code="ST-1", name="Station 1"))
    run(create_operator, given=NewOperator(no="E-WORK", name="Will Worker", badge="B-WORK", role=Role.WORKER))
    run(create_operator, given=NewOperator(no="E-QUAL", name="Quinn Quality", badge="B-QUAL", role=Role.QUALITY))
    plant_with_masters(run)
    make_label_formats(run)
    work(run)


@pytest.fixture
def client(site: Site) -> FlaskClient:
    """The administrator's browser."""
    return site.client()


@pytest.fixture
def key() -> str:
    """A new command key."""
    return f"web-{next(_keys):06}-"  # a test may put something behind it: no two keys are alike then
