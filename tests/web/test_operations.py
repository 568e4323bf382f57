"""Operations on pages and over the API, and the doors from there to Tracked components (C16, LIF-16, ENT-6, ENT-10)."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from shopfloor.people.commands import set_setting
from shopfloor.people.inputs import SettingValue
from shopfloor.people.master_commands import create_record
from shopfloor.production import bills
from shopfloor.production.inputs import NewResource, NewRouting, NewRoutingLine
from shopfloor.production.models import ProdOrderComponent
from shopfloor.production.operations import read_progress
from shopfloor.production.resources import RESOURCE
from tests.conftest import runner
from tests.databases import ENGINES
from tests.web.bikes import HttpStation, bike_site, hidden, make_order

_keys = iter(range(10**6))


@pytest.fixture(scope="module", params=ENGINES)
def site(request, tmp_path_factory):
    with bike_site(request.param, tmp_path_factory.mktemp("data")) as made:
        with Session(made.engine) as session:
            run = runner(session)
            run(create_record, master=RESOURCE, given=NewResource(code="WELD", name="Welding"))
            lines = (
                NewRoutingLine(operation_no=10, description="Weld", resource="WELD"),
                NewRoutingLine(operation_no=20, description="Fit"),
            )
            run(bills.create_routing, given=NewRouting(item_no="BIKE", lines=lines))
        yield made


@pytest.fixture
def order(site):
    return make_order(site)


def key():
    return {"command_key": f"operation-{next(_keys)}"}


def header():
    return {"Idempotency-Key": f"operation-api-{next(_keys)}"}


def address(order, operation_no=10):
    return f"/production-orders/{order.no}/operations/{operation_no}"


def step(order, operation_no=10):
    with Session(order.site.engine) as session:
        return next(one for one in read_progress(session, order.no) if one.operation.operation_no == operation_no)


def test_c_16_report_and_take_back_on_the_page(order):
    client = order.site.client()
    card = client.get(f"/production-orders/{order.no}").text
    assert f'href="{address(order)}">10 Weld</a>' in card
    page = client.get(address(order)).text
    for name in ("job", "good", "scrap", "cause", "setup_minutes", "run_minutes", "resource", "worker_no", "end_operation"):
        assert f'name="{name}"' in page, name
    assert 'name="report_as_finished"' not in page  # not the last one
    answer = client.post(address(order), data={"good": "2", "run_minutes": "12.5", **key()})
    assert answer.location == address(order)
    text = client.get(address(order)).text
    assert "2 good and 0 scrap reported. 1 PCS to go." in text
    assert (step(order).status, step(order).operation.good) == ("In progress", 2)
    back = re.search(rf'action="({address(order)}/entries/\d+/take-back)"', text)[1]
    assert client.post(back, data=key()).location == address(order)
    text = client.get(address(order)).text
    assert "is taken back by entry" in text
    assert "takes back" in text
    assert step(order).status == "Not started"
    again = client.post(back, data=key())
    assert again.status_code == 422
    assert "was taken back already" in again.text


def test_c_16_a_refused_report_keeps_what_was_typed(order):
    answer = order.site.client().post(address(order), data={"good": "9", "run_minutes": "7", **key()})
    assert answer.status_code == 422
    assert "3 PCS arrive at operation 10" in answer.text
    assert 'value="9"' in answer.text


def test_c_16_the_page_offers_the_units_that_can_be_scrapped(order):
    order.built(parts=("F1",))
    client = order.site.client("B-WORK")
    page = client.get(address(order)).text
    assert f'<option value="{order.number("BK1")}"' in page
    assert 'name="worker_no"' not in page
    asked = client.post(address(order), data={"scrap": "1", "cause": "cracked", **key()})
    assert asked.status_code == 422
    assert "Open are:" in asked.text
    done = client.post(address(order), data={"scrap": "1", "cause": "cracked", "number": order.number("BK1"), **key()})
    assert done.status_code == 303
    assert "Error" in client.get(f"/production-orders/{order.no}").text
    assert step(order).operation.scrap == 1


def test_pst_19_the_last_operation_says_what_is_settled(order):
    with Session(order.site.engine) as session:
        runner(session)(set_setting, given=SettingValue(name="finished_report_online", value="Quantity"))
    try:
        page = order.site.client().get(address(order, 20)).text
        assert "Update finished report on-line: Quantity." in page
        assert 'name="report_as_finished"' in page
        assert 'name="report_as_finished"' not in order.site.client("B-WORK").get(address(order, 20)).text
    finally:
        with Session(order.site.engine) as session:
            runner(session)(set_setting, given=SettingValue(name="finished_report_online", value="No"))


def test_c_16_no_such_operation(order):
    client = order.site.client()
    assert client.get(address(order, 99)).status_code == 404
    assert client.post(address(order, 99), data={"good": "1", **key()}).status_code == 404
    assert client.get(f"/api/v1{address(order, 99)}").status_code == 404


def test_c_16_api(order):
    client = order.site.client()
    answer = client.post(f"/api/v1{address(order)}", json={"good": "1", "run_minutes": "5"}, headers=header())
    assert (answer.status_code, answer.json["code"]) == (200, "OPERATION_REPORTED")
    read = client.get(f"/api/v1{address(order)}").json
    assert (read["operation"]["status"], read["operation"]["good"], read["operation"]["run_minutes"]) == ("In progress", "1", "5")
    entry = read["entries"][0]
    assert (entry["card"], entry["new"]["good_quantity"], entry["taken_back"]) == ("Route card", "1", False)
    url = f"/api/v1/production-orders/{order.no}/operation-entries/{entry['entry_no']}/take-back"
    assert client.post(url, json={"reason": "typed wrong"}, headers=header()).json["code"] == "OPERATION_ENTRY_REVERSED"
    refused = client.post(url, json={}, headers=header())
    assert (refused.status_code, refused.json["code"]) == (422, "OPERATION_ENTRY_TAKEN_BACK")
    listed = client.get(f"/api/v1/operations?order_no={order.no}").json["rows"]
    assert [(one["operation"]["operation_no"], one["status"]) for one in listed] == [(10, "Not started"), (20, "Not started")]


# --- current operations and the doors -------------------------------------------------------------------------------------


def test_lif_16_the_list_and_its_filters(order):
    client = order.site.client()
    client.post(address(order), data={"good": "3", **key()})
    text = client.get(f"/operations?order_no={order.no}").text
    assert "20 Fit" in text
    assert "10 Weld" not in text
    assert "10 Weld" in client.get(f"/operations?order_no={order.no}&status=Completed").text
    assert "No operation fits" in client.get(f"/operations?order_no={order.no}&resource=WELD").text
    assert "Current operations" in client.get("/more").text


def test_ent_10_from_current_operations_with_the_operation_and_back(order):
    client = order.site.client()
    text = client.get(f"/operations?order_no={order.no}").text
    assert f'name="no" value="20 {order.no}" required' in text
    opened = client.get(f"/operations/track?no=20 {order.no}&order_no={order.no}")
    page = client.get(opened.location).text
    assert hidden(page, "operation") == "20"
    assert f'href="/operations?order_no={order.no}"' in page
    assert client.get("/operations/track?no=nonsense").status_code == 404
    assert client.get("/operations/track?no=20 NONE").status_code == 404


def test_ent_6_scn_17_components_of_the_operation_come_first(site):
    """Wheels are fitted at operation 20, everything else at 10: from the card of operation 20 the wheels are on top."""
    with Session(site.engine) as session:
        order = make_order(site)
        for line_no, operation_no in ((10, 10), (20, 20), (30, 10)):
            mine = (ProdOrderComponent.order_no == order.no, ProdOrderComponent.line_no == line_no)
            session.execute(update(ProdOrderComponent).where(*mine).values(operation_no=operation_no))
        session.commit()
    client = site.client()
    assert f'href="{address(order, 20)}/track"' in client.get(address(order, 20)).text
    page = client.get(client.get(f"{address(order, 20)}/track").location).text
    assert f'href="{address(order, 20)}"' in page
    station = HttpStation(client, order)
    dialog = hidden(page, "dialog").replace("&amp;", "&")
    assert station.scan(order.number("BK1"), operation=hidden(page, "operation"), dialog=dialog) == "PRODUCT_REGISTERED"
    lines = re.findall(r"line (\d+)", station.html)
    assert lines == ["20", "10", "30"]
    assert hidden(station.html, "operation") == "20"  # goes with the next scan as well


def test_ent_12_no_door_where_the_order_cannot_be_registered(order):
    client = order.site.client()
    client.post(f"/production-orders/{order.no}/end-job", data=key())
    refused = client.get(f"{address(order)}/track")
    assert refused.location == address(order)
    assert "This needs an order that is Started" in client.get(refused.location).text


def test_c_16_first_pass_yield_on_card_page_and_api(order):
    station = order.built()
    client = order.site.client()
    assert "First-pass yield" not in client.get(f"/production-orders/{order.no}").text
    lines = [{"match_id": int(station.state["product"])}]
    client.post(f"/api/v1/production-orders/{order.no}/report", json={"lines": lines}, headers=header())
    card = client.get(f"/production-orders/{order.no}").text
    assert '<a href="/first-pass-yield?item_no=BIKE">100 %</a>' in card
    page = client.get("/first-pass-yield?item_no=BIKE").text
    assert order.no in page
    assert "100 %" in page
    read = client.get("/api/v1/first-pass-yield?item_no=BIKE").json
    assert [one["percent"] for one in read["orders"] if one["order_no"] == order.no] == ["100"]
