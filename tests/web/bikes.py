"""The bicycle plant of `factories_genealogy` behind the real app, with stations that speak the queue's protocol."""

from __future__ import annotations

import itertools
import json
import re
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopfloor.app import create_app
from shopfloor.people.commands import create_operator, create_station
from shopfloor.people.inputs import FirstSetUp, NewOperator, NewStation
from shopfloor.people.models import Role
from shopfloor.people.set_up import CONSOLE, set_up
from shopfloor.web.extensions import db
from tests.conftest import runner
from tests.databases import fresh_url, settings_for
from tests.factories_genealogy import FRAME, PAINT, WHEEL, bike_order, bike_plant, stock
from tests.factories_orders import opening_stock
from tests.remembered import remembered
from tests.web.conftest import Site

_numbers = itertools.count(1)
FRAGMENT = {"HX-Request": "true"}


@contextmanager
def bike_site(kind, folder):
    """The app on a fresh database of one engine, with masters and people and no order."""
    with fresh_url(kind) as url:
        app = create_app(settings_for(url, folder))
        with app.app_context():
            engine = db.engine
            with Session(engine) as session:
                _furnish(runner(session))
        yield Site(app, engine)
        engine.dispose()


@remembered
def _furnish(run):
    given = FirstSetUp(plant_name="Bikes", administrator_no="E-ADMIN", administrator_name="Ada Admin", badge="B-ADMIN")
    run(set_up, CONSOLE, given=given)
    run(create_station, given=NewStation(code="ST-1", name="Station 1"))
    run(create_operator, given=NewOperator(no="E-WORK", name="Will Worker", badge="B-WORK", role=Role.WORKER))
    run(create_operator, given=NewOperator(no="E-WENDY", name="Wendy Worker", badge="B-WENDY", role=Role.WORKER))
    bike_plant(run)
    opening_stock(run, "BELL", "1000")


@dataclass
class Order:
    """An order of its own for one test, with parts of its own."""

    site: Site
    no: str
    tag: str
    """Ends every number of this order's parts."""

    def number(self, name: str) -> str:
        return f"{name}-{self.tag}"

    @property
    def page(self) -> str:
        return f"/production-orders/{self.no}/tracked-components"

    @property
    def associations(self) -> str:
        return f"/production-orders/{self.no}/associations"

    def station(self, badge: str = "B-ADMIN") -> HttpStation:
        """A browser at a bench."""
        return HttpStation(self.site.client(badge), self)

    def built(self, *, parts=("F1", "W1", "W2", "P"), badge: str = "B-ADMIN", product: str = "BK1") -> HttpStation:
        """A station that registered a bike with some parts."""
        station = self.station(badge)
        station.scan(self.number(product))
        assert station.mode == "Component", station.answer
        for name in parts:
            station.scan(self.number(name))
        return station


def make_order(site: Site, *, quantity: str = "3") -> Order:
    """A started order of bikes; frames F1…, wheels W1…, a paint lot P."""
    tag = f"{next(_numbers):04}"
    with Session(site.engine) as session:
        run = runner(session)
        no = bike_order(run, quantity, f"RPO-{tag}")
        stock(run, FRAME, *(f"F{n}-{tag}" for n in range(1, 4)))
        stock(run, WHEEL, *(f"W{n}-{tag}" for n in range(1, 7)))
        stock(run, PAINT, f"P-{tag}", quantity="2", expiration_date="2099-01-31")
    return Order(site, no, tag)


@dataclass
class HttpStation:
    """Sends entries as static/queue.js does, and follows the header of the answers."""

    client: FlaskClient
    order: Order
    state: dict[str, str] = field(default_factory=lambda: {"mode": "Product", "product": "", "line": "", "held": ""})
    answer: dict[str, object] = field(default_factory=dict)
    status: int = 0
    html: str = ""
    key: str = ""

    def send(self, kind: str = "scan", text: str = "", *, headers=FRAGMENT, key: str = "", **more: str) -> str:
        """One entry; gives the answer's code."""
        self.key = key or f"{next(_numbers):032x}"
        form = {
            "command_key": self.key, "kind": kind, "text": text, "source": "wedge", **self.state, "captured_at": "2026-11-20T10:00:00.000Z",
            "clock_ms": str(next(_numbers) * 5000), "clock_id": "c" * 32, "after_key": "", "confirms": "", "holds": "", "operator": "",
        }
        if kind in {"mode", "product", "line"}:
            form[kind] = text
        response = self.client.post(f"{self.order.page}/scan", data=form | more, headers=headers)
        self.status, self.html = response.status_code, response.text
        self.answer = json.loads(response.headers["X-Shopfloor-Answer"])
        self.state = {name: self.answer[name] for name in self.state}
        return str(self.answer["code"])

    def scan(self, text: str, **more: str) -> str:
        return self.send("scan", text, **more)

    @property
    def mode(self) -> str:
        return self.state["mode"]


def hidden(html: str, name: str, start: str = "") -> str:
    """The value of the first hidden field with this name behind some text of the page."""
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', html[html.index(start) :])
    assert found is not None, name
    return found[1]


def count(site: Site, model, **fits) -> int:
    """How many rows of a table fit."""
    with Session(site.engine) as session:
        return session.scalar(select(func.count()).select_from(model).filter_by(**fits))
