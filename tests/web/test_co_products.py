"""D40: co-products on the pages of bills and orders, in the journals, and over the API."""

from __future__ import annotations

import re

import pytest


@pytest.fixture
def post(client, key):
    def send(path, body, part):
        answer = client.post(f"/api/v1{path}", json=body, headers={"Idempotency-Key": f"{key}{part}"})
        assert answer.status_code == 200, answer.text
        return answer.json

    return send


@pytest.fixture
def item(post, key):
    """A cart, and an offcut that is left over from it."""
    number = f"CP{key}".upper().replace("WEB-", "")[:16]
    post("/items", {"no": number, "description": "Cart", "base_unit_code": "PCS"}, "i")
    post("/items", {"no": f"{number}-OFF", "description": "Offcut", "base_unit_code": "PCS"}, "j")
    return number


@pytest.fixture
def order(post, item):
    lines = [{"item_no": "LABEL", "quantity_per": "1"}, {"item_no": f"{item}-OFF", "quantity_per": "2", "co_product": True}]
    post("/boms", {"item_no": item, "lines": lines}, "b")
    no = f"O-{item}"
    post("/production-orders", {"no": no, "item_no": item, "quantity": "3", "location_code": "MAIN"}, "o")
    post(f"/production-orders/{no}/start", {}, "t")
    stock = {"entry_type": "Positive Adjmt.", "item_no": "LABEL", "location_code": "MAIN", "quantity": "10"}
    post("/item-journals", {"lines": [stock], "reason": "opening"}, "s")
    return no


def test_d40_pages_and_api_show_and_make_co_products(client, order, item, post, key):
    bill = client.get(f"/boms/{item}").text
    assert "Co-product" in bill
    assert [line["co_product"] for line in client.get(f"/api/v1/boms/{item}").json["lines"]] == [False, True]
    card = client.get(f"/api/v1/production-orders/{order}").json
    assert [(one["line_no"], one["item_no"], one["quantity"]) for one in card["co_products"]] == [(20000, f"{item}-OFF", "6")]
    page = client.get(f"/production-orders/{order}/journal?show=output").text
    assert f"{item}-OFF (co-product)" in page
    assert re.findall(r'<option value="20000" selected', page)
    fields = {"lines.0.entry_type": "Output", "lines.0.line_no": "20000", "lines.0.quantity": "5", "command_key": f"{key}p"}
    assert client.post(f"/production-orders/{order}/journal?show=output", data=fields).status_code == 303
    shown = client.get(f"/production-orders/{order}").text
    panel = re.sub(r"<[^>]+>", " ", shown.partition('id="co-products"')[2].partition("</section>")[0])
    assert re.search(r"Offcut\s+6 PCS\s+6 PCS\s+5 PCS\s+0 PCS", panel), panel
    fields = {"lines.0.line_no": "20000", "lines.0.quantity": "1", "command_key": f"{key}q"}
    assert client.post(f"/production-orders/{order}/journals/new/report", data=fields).status_code == 303
    journals = client.get(f"/production-orders/{order}/journals").text
    assert f"{item}-OFF" in journals


def test_d40_the_form_of_a_bill_refuses_what_makes_no_sense(client, item, key):
    fields = {
        "item_no": item, "version_code": "1", "status": "New", "lines.0.item_no": f"{item}-OFF", "lines.0.quantity_per": "1",
        "lines.0.phantom": "1", "lines.0.co_product": "1", "command_key": key,
    }
    answer = client.post("/boms", data=fields)
    assert answer.status_code == 422
    assert "is made, so it cannot be a phantom" in answer.text


def test_asc_5_d40_a_number_of_a_co_product_by_hand_over_the_page_and_the_api(client, post, key):
    """Create names the order line; the list says which units are co-products, and the order's summary counts the product alone."""
    number = f"CQ{key}".upper().replace("WEB-", "")[:16]
    for item_no, description in ((number, "Cart"), (f"{number}-OFF", "Offcut")):
        tracked = {"item_tracking_code": "SN", "tracked_components_policy": "STRICT"}
        post("/items", {"no": item_no, "description": description, "base_unit_code": "PCS", **tracked}, description)
    lines = [{"item_no": "LABEL", "quantity_per": "1"}, {"item_no": f"{number}-OFF", "quantity_per": "2", "co_product": True}]
    post("/boms", {"item_no": number, "lines": lines}, "b")
    no = f"O-{number}"
    post("/production-orders", {"no": no, "item_no": number, "quantity": "3", "location_code": "MAIN"}, "o")
    post(f"/production-orders/{no}/start", {}, "t")
    post(f"/production-orders/{no}/products", {"serial_no": f"{number}-1", "order_line_no": 20000}, "p")
    base = f"/production-orders/{no}/associations"
    panel = client.get(f"{base}?do=create-product&line=20000").text
    assert '<input type="hidden" name="order_line_no" value="20000">' in panel
    fields = {"serial_no": f"{number}-2", "order_line_no": "20000", "command_key": f"{key}z"}
    assert client.post(f"{base}/products", data=fields).status_code == 303
    wrong = client.post(f"{base}/products", data=fields | {"order_line_no": "70000", "command_key": f"{key}y"})
    assert (wrong.status_code, "70000" in wrong.text) == (404, True)
    fields = {"numbers": f"{number}-3", "order_line_no": "20000", "command_key": f"{key}x"}
    assert client.post(f"{base}/products/assign", data=fields).status_code == 303
    shown = client.get(f"/api/v1{base}").json
    assert [(unit["number"], unit["co_product"]) for unit in shown["units"]] == [
        (f"{number}-3", "Offcut"), (f"{number}-2", "Offcut"), (f"{number}-1", "Offcut")]
    assert (shown["summary"]["registered"], shown["matrix"]["rows"]) == ("0", [])
    scan = client.get(f"/production-orders/{no}/tracked-components").text
    assert re.findall(r"<small>Offcut</small>", scan)
