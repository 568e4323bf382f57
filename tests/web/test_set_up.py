"""The page of an empty database: whole, once, and never again."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.app import create_app
from shopfloor.config import set_up_code
from shopfloor.items.models import Location, NumberSeries, UnitOfMeasure
from shopfloor.items.number_series import DEFAULT_SERIES
from shopfloor.people.models import CompanySetting, Operator, Plant
from shopfloor.web.admin.set_up import zones
from shopfloor.web.extensions import db
from tests.databases import ENGINES, fresh_url, settings_for
from tests.web.test_forms import Forms, words

HERE = "http://localhost"


@pytest.fixture(params=ENGINES)
def app(request, tmp_path):
    """A server on an empty database."""
    with fresh_url(request.param) as url:
        made = create_app(settings_for(url, tmp_path))
        yield made
        with made.app_context():
            db.engine.dispose()


def browser(app, origin=HERE, **environ):
    client = app.test_client()
    client.environ_base.update(HTTP_ORIGIN=origin, **environ)
    return client


def fields(client, **typed):
    page = client.get("/set-up")
    form = next(form for form in Forms(page.text).forms if form["action"] == "/set-up")["fields"]
    first = {"company_name": "Nord AS", "plant_name": "Works 1", "time_zone": "Europe/Oslo", "badge": "9001"}
    return form | first | {"administrator_name": "Ada", "lines.2.measured": "1"} | typed


def rows(app, statement):
    with app.app_context(), Session(db.engine) as session:
        return session.scalars(statement).all()


def test_an_empty_database_leads_every_page_to_the_set_up(app):
    client = browser(app)
    for path in ("/", "/sign-in", "/items", "/barcode-sheet", "/help", "/no-such-page"):
        answer = client.get(path)
        assert (answer.status_code, answer.location) == (303, "/set-up"), path
    api = client.get("/api/v1/items")
    assert (api.status_code, api.get_json()["code"]) == (503, "NOT_SET_UP")
    assert client.get("/static/base.css", buffered=True).status_code == 200
    assert client.get("/health/live").status_code == 200
    assert client.get("/set-up").status_code == 200


def test_the_set_up_makes_everything_and_leads_to_the_sign_in(app):
    client = browser(app)
    answer = client.post("/set-up", data=fields(client, **{"lines.4.code": "", "lines.4.description": "", "lines.4.gs1_unit": ""}))
    assert (answer.status_code, answer.location) == (303, "/sign-in"), words(answer)
    assert "Plant Works 1 was created." in words(client.get("/sign-in"))
    assert rows(app, select(Plant.time_zone)) == ["Europe/Oslo"]
    assert sorted(rows(app, select(UnitOfMeasure.code))) == ["BOX", "KG", "M", "PCS"]
    assert rows(app, select(UnitOfMeasure.measured).where(UnitOfMeasure.code == "KG")) == [True]
    assert rows(app, select(Location.code)) == ["MAIN"]
    assert rows(app, select(Operator.role)) == ["Administrator"]
    assert len(rows(app, select(NumberSeries.code))) == len(DEFAULT_SERIES)
    assert rows(app, select(CompanySetting.value).where(CompanySetting.name == "company_name")) == ["Nord AS"]
    assert client.post("/sign-in", data={"badge": "9001"}).status_code == 303
    assert client.get("/items").status_code == 200


def test_the_set_up_is_gone_afterwards(app):
    client, late = browser(app), browser(app)
    typed = fields(late, command_key="late", plant_name="Mine now", badge="6666")
    client.post("/set-up", data=fields(client))
    assert client.get("/set-up").location == "/"
    refused = late.post("/set-up", data=typed)
    assert refused.status_code == 422
    assert "The plant Works 1 is set up already." in words(refused)
    assert rows(app, select(Operator.badge)) == ["9001"]


def test_two_browsers_at_once_make_one_plant(app):
    clients = [browser(app) for _ in range(4)]
    typed = [fields(client, command_key=f"race-{n}", plant_name=f"Works {n}", badge=f"B{n}") for n, client in enumerate(clients)]
    start = threading.Barrier(4)
    answers = []

    def send(client, data):
        start.wait()
        answers.append(client.post("/set-up", data=data).status_code)

    threads = [threading.Thread(target=send, args=pair) for pair in zip(clients, typed, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 422, 422, 422]
    assert len(rows(app, select(Plant.name))) == len(rows(app, select(Operator.no))) == len(rows(app, select(Location.code))) == 1


def test_a_wrong_form_makes_nothing_and_keeps_what_was_typed(app):
    client = browser(app)
    refused = client.post("/set-up", data=fields(client, plant_name="Kept", badge=""))
    assert refused.status_code == 422
    assert 'value="Kept"' in refused.text
    assert 'id="badge-error"' in refused.text
    assert rows(app, select(Plant.name)) == []


OTHERS = [
    {"REMOTE_ADDR": "10.0.0.7"},
    {"HTTP_X_FORWARDED_FOR": "10.0.0.7"},
    {"HTTP_X_FORWARDED_PROTO": "https"},
]


@pytest.mark.parametrize("environ", OTHERS, ids=lambda environ: next(iter(environ)))
def test_another_machine_needs_the_code_of_the_console(app, environ):
    client = browser(app, **environ)
    code = set_up_code(app.config["SHOPFLOOR_SETTINGS"].secret_key)
    for typed in ("", "AAAAA-AAAAA", "ÆØÅ"):
        refused = client.post("/set-up", data=fields(client, command_key=f"wrong-{len(typed)}", code=typed))
        assert refused.status_code == 422
        assert "The set-up code is not right." in words(refused)
    assert rows(app, select(Plant.name)) == []
    assert code not in client.get("/set-up").text
    assert client.post("/set-up", data=fields(client, code=code.lower())).status_code == 303


def test_an_address_that_is_not_this_machine_needs_the_code(app):
    """A proxy on the same machine hands on the name that the browser asked for."""
    client = browser(app, origin="http://factory.example")
    typed = fields(client) | {"code": ""}
    refused = client.post("/set-up", data=typed, base_url="http://factory.example")
    assert refused.status_code == 422
    assert "The set-up code is not right." in words(refused)


def test_a_server_that_is_open_to_the_network_needs_the_code_from_everybody(tmp_path):
    from shopfloor.config import read_settings

    with fresh_url("sqlite") as url:
        open_settings = read_settings({"SHOPFLOOR_DATABASE_URL": url, "SHOPFLOOR_DATA": str(tmp_path), "SHOPFLOOR_HOST": "0.0.0.0"})
        app = create_app(open_settings)
        client = browser(app)
        assert 'name="code"' in client.get("/set-up").text
        assert client.post("/set-up", data=fields(client)).status_code == 422
        with app.app_context():
            db.engine.dispose()


def test_only_zones_of_places_are_offered():
    offered = zones()
    assert {"UTC", "Europe/Oslo", "America/New_York", "Asia/Tokyo"} <= set(offered)
    assert not {"Factory", "localtime", "CET", "Zulu"} & set(offered)
