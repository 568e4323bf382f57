"""The Tracked components page without script, and with a thousand products."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from shopfloor.clock import now
from shopfloor.db import take_numbers
from shopfloor.genealogy.models import ComponentAssociation, ScanEntry, TrackedProduct
from shopfloor.genealogy.page_queries import station_rules, tracked_components_page
from shopfloor.production.counters import count_registered
from tests.databases import ENGINES
from tests.web.bikes import bike_site, count, hidden, make_order


@pytest.fixture(scope="module", params=ENGINES)
def site(request, tmp_path_factory):
    with bike_site(request.param, tmp_path_factory.mktemp("data")) as made:
        yield made


@pytest.fixture
def order(site):
    return make_order(site)


# --- without script (TCP-18) ----------------------------------------------------------------------------------------------


def test_tcp_18_plain_form_scans_and_shows_the_whole_page(order):
    client = order.site.client()
    page = client.get(order.page).text
    form = {name: hidden(page, name) for name in ("command_key", "mode", "product", "line", "held", "operator")}
    answer = client.post(f"{order.page}/scan", data=form | {"text": order.number("BK1")})
    assert answer.status_code == 200
    assert answer.text.startswith("<!doctype html>")
    assert 'data-mode="component"' in answer.text
    form = {name: hidden(answer.text, name) for name in form}
    assert form["product"] != ""
    answer = client.post(f"{order.page}/scan", data=form | {"text": order.number("F1")})
    assert "Accepted" in answer.text
    assert count(order.site, ComponentAssociation, order_no=order.no) == 1


def test_tcp_18_buttons_of_the_plain_form_are_commands(order):
    station = order.built(parts=("F1",))
    for value, mode in ((f"product:{station.state['product']}", "Component"), ("mode:Product", "Product"), ("undo", "Component")):
        form = {"command_key": f"{value}-{order.tag}", "text": "", "command": value, "mode": "Product"}
        answer = station.client.post(f"{order.page}/scan", data=form)
        assert answer.status_code == 200, answer.text
        assert f'data-mode="{mode.lower()}"' in answer.text


def test_tcp_6_empty_submit_does_nothing(order):
    client = order.site.client()
    answer = client.post(f"{order.page}/scan", data={"command_key": f"empty-{order.tag}", "text": "", "mode": "Product"})
    assert answer.status_code == 200
    assert count(order.site, ScanEntry, order_no=order.no) == 0


def test_reloading_the_answer_of_the_plain_form_leads_to_the_page(order):
    answer = order.site.client().get(f"{order.page}/scan")
    assert (answer.status_code, answer.headers["Location"]) == (303, order.page)


# --- size and statements --------------------------------------------------------------------------------------------------


def test_ops_9_page_of_1000_products_is_small_and_windowed(site):
    """OPS-9, screens: under 150 kB, newest 20, older ones by keyset; the number of statements does not depend on the number of rows."""
    order = make_order(site, quantity="1000")
    with Session(site.engine) as session:
        few = statements_of_page(site, session, order.no)
        add_rows(session, order.no, 1000)
        many = statements_of_page(site, session, order.no)
    assert few <= 6
    assert many <= 8  # everything is registered: whether all is complete is looked up as well
    answer = site.client().get(order.page)
    assert len(answer.data) < 150_000
    assert answer.text.count('data-command="product"') == 20
    assert "In progress, 1,000 of 1,000" in answer.text
    older = re.search(r'href="([^"]*before=[^"]*)"', answer.text)[1].replace("&amp;", "&")
    assert "BULK-0970" in site.client().get(older).text


def statements_of_page(site, session, order_no):
    with site.statements() as asked:
        tracked_components_page(session, order_no, session_id="somebody")
    session.rollback()
    return asked.count


def add_rows(session, order_no, number):
    """Rows written directly: a thousand scans would take a minute."""
    match_ids = take_numbers(session, {"match_id": number})["match_id"]
    session.add_all(
        TrackedProduct(
            plant_no=1, match_id=match_ids[n], order_no=order_no, order_line_no=10_000, item_no="BIKE", serial_no=f"BULK-{n:04}",
            state="Open", quantity=Decimal(1), registered_at=now(), registered_by="E-ADMIN",
        )
        for n in range(number)
    )
    count_registered(session, order_no, 10_000, Decimal(number))
    session.commit()


def test_station_rules_are_one_statement(site):
    with Session(site.engine) as session:
        with site.statements() as asked:
            found = station_rules(session, "ST-1", "s")
        assert asked.count == 1
        assert (found.lot_word, found.rules.feature_on, found.rules.session_id) == ("Batch", True, "s")
