"""Failures of other systems that must not be ours, over HTTP: pages that stay usable however much is on them (peers 17). Both databases."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from shopfloor.genealogy.models import ComponentAssociation
from shopfloor.genealogy.starting import start_order
from shopfloor.production import bills
from shopfloor.production import commands as production
from shopfloor.production.inputs import NewBom, NewBomLine, NewProductionOrder, StartOrder
from tests.conftest import runner
from tests.databases import ENGINES
from tests.factories_genealogy import FRAME, GTINS, PAINT, WHEEL, Station, problems, stock
from tests.factories_items import make_item
from tests.factories_orders import adjust
from tests.web.bikes import FRAGMENT, Order, bike_site, count, hidden, make_order

PARTS = 500


@pytest.fixture(scope="module", params=ENGINES)
def site(request, tmp_path_factory):
    with bike_site(request.param, tmp_path_factory.mktemp("data")) as made:
        yield made


def test_peers_17_a_unit_with_500_parts_is_scanned_on_as_the_first_one_was(site):
    """Peers 17: 500 registered parts on one page: the page opens, the next scan is taken and shown, the one after completes the unit."""
    with Session(site.engine) as session:
        run = runner(session)
        make_item(run, "RACK", code="SN", policy="STRICT")
        wheels = NewBomLine(item_no=WHEEL, quantity_per=str(PARTS + 1), flushing="Manual")
        lines = (wheels, NewBomLine(item_no=FRAME, quantity_per="1", flushing="Manual"))
        run(bills.create_bom, given=NewBom(item_no="RACK", lines=lines))
        run(production.create_order, given=NewProductionOrder(no="RPO-RACK", item_no="RACK", quantity="1", location_code="MAIN"))
        run(start_order, given=StartOrder(order_no="RPO-RACK", quantity="1"))
        stock(run, FRAME, "F-RACK")
        adjust(run, *({"item_no": WHEEL, "quantity": "1", "serial_no": f"WR-{number:03}"} for number in range(PARTS + 1)))
        bench = Station(session, "RPO-RACK")
        bench.build("RACK-1", *(f"WR-{number:03}" for number in range(PARTS)))
    order = Order(site, "RPO-RACK", "")
    assert count(site, ComponentAssociation, order_no="RPO-RACK") == PARTS
    station = order.station()
    assert station.scan("RACK-1") == "PRODUCT_SELECTED"
    page = station.client.get(f"{order.page}?product={station.state['product']}")
    assert page.status_code == 200
    assert station.scan(f"WR-{PARTS}") == "LINE_COMPLETED"
    assert f"WR-{PARTS}" in station.html
    assert station.scan("F-RACK") == "UNIT_COMPLETED"
    listed = station.client.get(f"{order.associations}?product={station.state['product']}").text
    assert "F-RACK" in listed
    assert f"WR-{PARTS}" in listed
    with Session(site.engine) as session:
        assert problems(session) == []


def test_r_17_peers_28_the_operator_chooses_what_a_label_without_separators_says(site):
    """R-17, peers 28: each reading is a button of the answer that scans it; it works without script, and nothing is registered before."""
    order = make_order(site)
    station = order.built(parts=())
    lot = order.number("P")
    assert station.scan(f"]d201{GTINS[PAINT]}10{lot}11260101") == "GS1_PARSE"
    assert count(site, ComponentAssociation, order_no=order.no) == 0
    readings = [f"(01){GTINS[PAINT]}(10){lot}(11)260101", f"(01){GTINS[PAINT]}(10){lot}11260101"]
    for reading in readings:
        assert f'name="command" value="scan:{reading}" data-command="scan" data-value="{reading}"' in station.html
    page = station.client.get(f"{order.page}?product={station.state['product']}").text
    state = {"command_key": hidden(page, "command_key"), "mode": "Component", "product": station.state["product"]}
    form = state | {"command": f"scan:{readings[0]}"}
    answer = station.client.post(f"{order.page}/scan", data=form, headers=FRAGMENT)
    assert answer.status_code == 200, answer.text
    assert lot in answer.text
    assert count(site, ComponentAssociation, order_no=order.no, lot_no=lot) == 1


def test_r_17_too_many_readings_are_no_choice(site):
    """Where the search was given up there is nothing to choose from, and the answer says what to do instead."""
    order = make_order(site)
    station = order.built(parts=())
    assert station.scan(f"01{GTINS[PAINT]}10A#") == "GS1_PARSE"
    assert 'data-command="scan"' not in station.html
