"""The search and the scan log over the API (UI-1, SCN-22)."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from shopfloor.production import bills
from shopfloor.production.inputs import NewBom, NewBomLine, NewRouting, NewRoutingLine
from tests.conftest import runner
from tests.databases import ENGINES
from tests.factories_genealogy import BELL, BIKE, WHEEL
from tests.web.bikes import bike_site, make_order


@pytest.fixture(scope="module", params=ENGINES)
def site(request, tmp_path_factory):
    with bike_site(request.param, tmp_path_factory.mktemp("data")) as made:
        yield made


def search(client, text):
    return client.get("/api/v1/search", query_string={"text": text})


def test_ui_1_the_search_gives_what_the_page_would_open(site):
    make_order(site)
    order = make_order(site)
    client = site.client()
    answer = search(client, order.no)
    assert answer.status_code == 200, answer.text
    assert answer.json["chosen"]["path"] == f"/production-orders/{order.no}"
    assert client.get("/find", query_string={"text": order.no}).headers["Location"] == answer.json["chosen"]["path"]
    several = search(client, order.no[:3].lower()).json
    assert (several["chosen"], len(several["hits"]) > 1) == (None, True)
    assert search(client, "nothing-like-it").json == {"hits": [], "chosen": None, "command": ""}
    assert search(client, "CMD:PRODUCT").json["command"] == "PRODUCT"


def test_ui_1_bills_routings_and_tracking_codes_are_found_by_their_number(site):
    """UI-1: a code that only they have opens them, in any case and by a part; where an item has the same number, the item is meant."""
    with Session(site.engine) as session:
        run = runner(session)
        run(bills.create_bom, given=NewBom(no="BOM-77", item_no=WHEEL, lines=(NewBomLine(item_no=BELL, quantity_per="1"),)))
        line = NewRoutingLine(operation_no=10, description="Build in")
        run(bills.create_routing, given=NewRouting(no="RT-77", item_no=WHEEL, lines=(line,)))
    client = site.client()
    for text, path in {
        "BOM-77": "/boms/BOM-77", "bom-77": "/boms/BOM-77", "OM-77": "/boms/BOM-77", "RT-77": "/routings/RT-77",
        "LOTEXP": "/tracking-codes/LOTEXP", "lotexp": "/tracking-codes/LOTEXP", BIKE: f"/items/{BIKE}", BIKE.lower(): f"/items/{BIKE}",
    }.items():
        found = search(client, text).json
        assert found["chosen"] is not None, (text, found)
        assert found["chosen"]["path"] == path, text
        assert client.get(path).status_code == 200
    assert {hit["kind"] for hit in search(client, BIKE).json["hits"]} >= {"Item", "Bill of material"}


@pytest.mark.parametrize("text", ["]d2010952123454321", "(01)09521234543214", "x" * 4097])
def test_ui_1_what_is_no_code_and_no_number_is_refused_or_found_nothing(site, text):
    answer = search(site.client(), text)
    assert answer.status_code == 422
    assert answer.json["code"]


def test_scn_22_the_scan_log_has_every_scan_with_its_answer(site):
    order = make_order(site)
    station = order.station()
    station.scan(order.number("BK1"))
    station.scan(order.number("F1"))
    rows = site.client().get("/api/v1/scans", query_string={"order_no": order.no}).json["rows"]
    assert [row["raw_text"] for row in rows] == [order.number("F1"), order.number("BK1")]
    assert {row["order_no"] for row in rows} == {order.no}
    assert rows[-1]["code"] == "PRODUCT_REGISTERED"
    first = site.client().get("/api/v1/scans", query_string={"order_no": order.no, "limit": 1}).json
    rest = site.client().get("/api/v1/scans", query_string={"order_no": order.no, "after": first["next_after"]}).json
    assert [row["entry_no"] for row in (*first["rows"], *rest["rows"])] == [row["entry_no"] for row in rows]
    assert site.client("").get("/api/v1/scans").status_code == 401
