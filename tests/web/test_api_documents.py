"""Returns, transfers, undo and changed lines over the API: the same use cases, quantities as text, keys, problems (A27, A29)."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from shopfloor.items.commands import create_location
from shopfloor.items.inputs import NewLocation
from shopfloor.orders.document_queries import KINDS
from shopfloor.orders.inputs import NewPurchaseOrder
from tests.conftest import runner
from tests.web.test_api import post


@pytest.fixture(scope="module", autouse=True)
def in_transit(site):
    with Session(site.engine) as session:
        runner(session)(create_location, given=NewLocation(code="TRANSIT", name="On the road", in_transit=True))


def lines(**values):
    return {"lines": [{"item_no": "CELL", "quantity": "4", "location_code": "MAIN", **values}]}


def goods(key, quantity="4", **values):
    return {"lines": [{"line_no": 10000, "quantity": quantity, "lot_no": f"L-{key}", **values}]}


def received(client, key):
    """A purchase order whose lot came in; gives the receipt's number."""
    order_no = f"P{key}"
    assert post(client, "/purchase-orders", {"no": order_no, "vendor_no": "V1", **lines()}, key=f"{key}-1").status_code == 200
    post(client, f"/purchase-orders/{order_no}/release", key=f"{key}-2")
    answer = post(client, "/receipts", {"order_no": order_no, **goods(key)}, key=f"{key}-3")
    return answer.json["fields"]["receipt_no"]


def test_ap_15_undo_and_its_problem(client, key):
    receipt_no = received(client, key)
    page = f"/documents/purchase-receipts/{receipt_no}"
    document = client.get(f"/api/v1{page}").json
    entries = [entry for line in document["lines"] for entry in line["numbers"]]
    assert [(entry["quantity"], entry["tracking"]["lot_no"], entry["standing"]) for entry in entries] == [("4", f"L-{key}", True)]
    assert (document["undoable"], document["returnable"], document["document"]["order_no"]) == (True, True, f"P{key}")
    body = {"reason": "wrong lot", "entry_nos": [entry["entry_no"] for entry in entries]}
    done = post(client, page + "/undo", body, key=f"{key}-u")
    assert (done.status_code, done.json["code"], done.json["fields"]["order_status"]) == (200, "POSTING_UNDONE", "Released")
    assert post(client, page + "/undo", body, key=f"{key}-u").json == done.json
    twice = post(client, page + "/undo", body, key=f"{key}-v")
    assert (twice.status_code, twice.json["code"]) == (422, "ALREADY_UNDONE")
    for wrong, path in (({}, receipt_no), ({"reason": "x", "entry_nos": ["a"]}, receipt_no), ({"reason": "x"}, "R" * 30)):
        refused = post(client, f"/documents/purchase-receipts/{path}/undo", wrong, key=f"{key}-w{len(str(wrong))}")
        assert refused.json["code"] == "INVALID_INPUT"
    assert client.get("/api/v1/documents/purchase-receipts/NONE").status_code == 404
    assert client.get("/api/v1/documents/pallets/NONE").status_code == 404


def test_tl_15_return_to_the_vendor(client, key):
    receipt_no = received(client, key)
    made = post(client, f"/documents/purchase-receipts/{receipt_no}/return", {}, key=f"{key}-r")
    order_no = made.json["fields"]["order_no"]
    place = f"/purchase-return-orders/{order_no}"
    card = client.get(f"/api/v1{place}").json
    assert [(n["tracking"]["lot_no"], n["quantity"]) for n in card["numbers"]] == [(f"L-{key}", "4")]
    post(client, place + "/release", key=f"{key}-l")
    sent = post(client, "/return-shipments", {"order_no": order_no, **goods(key)}, key=f"{key}-s")
    assert (sent.json["code"], sent.json["fields"]["order_status"]) == ("ORDER_POSTED", "Completed")
    assert order_no in [row["no"] for row in client.get("/api/v1/purchase-return-orders").json["rows"]]
    assert order_no not in [row["no"] for row in client.get("/api/v1/purchase-orders").json["rows"]]


def test_c9_a_customer_sends_goods_back(client, key):
    body = {"no": f"SR{key}", "customer_no": "C1", **lines()}
    assert post(client, "/sales-return-orders", body, key=f"{key}-1").status_code == 200
    post(client, f"/sales-return-orders/SR{key}/release", key=f"{key}-2")
    bad = post(client, "/return-receipts", {"order_no": f"SR{key}", **goods(key, applies_from_entry=10**12)}, key=f"{key}-3")
    assert (bad.status_code, bad.json["code"]) == (404, "NOT_FOUND")
    came = post(client, "/return-receipts", {"order_no": f"SR{key}", **goods(key)}, key=f"{key}-4")
    assert came.json["fields"]["document_no"].startswith("RRC-")


def test_ap_09_a_transfer_leaves_and_arrives(client, key):
    received(client, key)
    body = {"no": f"T{key}", "from_code": "MAIN", "to_code": "SIDE", "lines": [{"item_no": "CELL", "quantity": "4"}]}
    assert post(client, "/transfer-orders", body, key=f"{key}-4").status_code == 200
    post(client, f"/transfer-orders/T{key}/release", key=f"{key}-5")
    post(client, "/transfer-shipments", {"order_no": f"T{key}", **goods(key, "3")}, key=f"{key}-6")
    way = client.get(f"/api/v1/transfer-orders/T{key}").json["on_the_way"]
    assert [(part["tracking"]["lot_no"], part["quantity"]) for part in way] == [(f"L-{key}", "3")]
    closing = post(client, f"/transfer-orders/T{key}/close", {"reason": "x"}, key=f"{key}-7")
    assert (closing.status_code, closing.json["code"]) == (422, "STILL_ON_THE_WAY")
    arrived = post(client, "/transfer-receipts", {"order_no": f"T{key}"}, key=f"{key}-8")
    assert arrived.json["fields"]["line_count"] == 1
    assert post(client, f"/transfer-orders/T{key}/close", {"reason": "x"}, key=f"{key}-9").json["code"] == "ORDER_CLOSED"


def test_lines_change_over_the_api(client, key, site):
    with Session(site.engine) as session:
        from shopfloor.orders.commands import create_purchase_order

        given = NewPurchaseOrder(no=f"P{key}", vendor_no="V1", lines=lines()["lines"])
        runner(session)(create_purchase_order, given=given)
    place = f"/purchase-orders/P{key}/lines"
    added = post(client, place, {"item_no": "LABEL", "quantity": "2"}, key=f"{key}-1")
    assert added.json["fields"]["line_no"] == 20000
    headers = {"Idempotency-Key": f"{key}-2"}
    changed = client.put(f"/api/v1{place}/20000", json={"item_no": "LABEL", "quantity": "7", "date": "2030-02-01"}, headers=headers)
    assert (changed.status_code, changed.json["code"]) == (200, "LINE_CHANGED")
    line = client.get(f"/api/v1/purchase-orders/P{key}").json["lines"][1]
    assert (line["quantity"], line["date"], line["location_code"]) == ("7", "2030-02-01", "MAIN")
    number = client.put(f"/api/v1{place}/20000", json={"item_no": "LABEL", "quantity": 7}, headers={"Idempotency-Key": f"{key}-3"})
    assert (number.status_code, number.json["code"]) == (422, "INVALID_INPUT")
    assert post(client, f"{place}/20000/cancel-reservation", key=f"{key}-4").json["fields"]["released"] == "0"
    assert post(client, f"{place}/20000/delete", {}, key=f"{key}-5").status_code == 200
    assert post(client, f"{place}/10000/delete", {}, key=f"{key}-6").json["code"] == "LAST_LINE"
    assert post(client, f"{place}/{2**40}/delete", {}, key=f"{key}-7").json["code"] == "INVALID_INPUT"


def test_a12_every_operation_has_its_own_name(client):
    paths = client.get("/api/v1/openapi.json").json["paths"]
    names = [operation["operationId"] for path in paths.values() for operation in path.values() if "operationId" in operation]
    assert len(names) == len(set(names))
    document = "/api/v1/documents/{kind}/{no}"
    for path in ("/api/v1/transfer-orders/{order_no}/lines/{line_no}", document, document + "/undo", document + "/return"):
        assert path in paths
    kinds = next(part["schema"]["enum"] for part in paths[document]["get"]["parameters"] if part["name"] == "kind")
    assert kinds == [kind.address for kind in KINDS]


def test_ap_15_tl_15_what_cannot_be_taken_back_that_way(client, key):
    for kind, action, code in (
        ("transfer-receipts", "undo", "NOT_UNDOABLE"), ("item-journals", "undo", "NOT_FOUND"), ("item-journals", "return", "NOT_FOUND"),
        ("return-receipts", "return", "NOT_FOUND"), ("production-journals", "undo", "NOT_FOUND"), ("pallets", "return", "NOT_FOUND"),
    ):
        body = {"reason": "x"} if action == "undo" else {}
        assert post(client, f"/documents/{kind}/X-1/{action}", body, key=f"{key}-{kind}-{action}").json["code"] == code
