"""Every record can be opened whatever its number is, and the address of a button leads to the page that the button is on."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.web.test_forms import send, words

LINES = {"lines.0.item_no": "CELL", "lines.0.quantity": "3", "lines.0.location_code": "MAIN"}
ODD = ("a/b?x", "a%2Fb", "#1", "x/new", "1 & 2", "a//b")


def odd(key, number):
    return f"{number}{key[4:]}"


@pytest.mark.parametrize("number", ODD)
def test_a_document_with_any_number_is_opened_changed_and_listed(client, key, number):
    number = odd(key, number)
    made = send(client, "/sales-orders/new", "/sales-orders", no=number, customer_no="C1", **LINES)
    address = f"/sales-orders/{quote(number, safe='')}"
    assert (made.status_code, made.location) == (303, address)
    assert f'href="{address}"' in client.get(f"/sales-orders?after={quote(number[:-1])}").text.replace("&amp;", "&")
    assert number in words(client.get(address)).replace("&amp;", "&")
    assert send(client, address, f"{address}/release").status_code == 303
    line = f"/item-tracking/sales/{quote(number, safe='')}/10000/0"
    assert line in client.get(address).text
    assert client.get(line).status_code == 200
    assert send(client, f"{address}/lines/10000", f"{address}/lines/10000", quantity="2").location == address
    assert client.get(f"/api/v1{address}").json["order"]["no"] == number


@pytest.mark.parametrize("number", ODD)
def test_a_master_with_any_number_is_opened_changed_and_deleted(client, key, number):
    number = odd(key, number)
    assert send(client, "/items/new", "/items", no=number, description="Odd", base_unit_code="PCS").status_code == 303
    address = f"/items/{quote(number, safe='')}"
    assert f'href="{address}"' in client.get(f"/items?text={quote(number)}").text
    for action in ("change", "delete"):
        assert client.get(address).status_code == 200
        assert send(client, f"{address}/{action}", f"{address}/{action}").status_code == 303
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("number", [".", "..", "new"])
@pytest.mark.parametrize(
    ("place", "values"),
    [
        ("/sales-orders", {"customer_no": "C1", **LINES}),
        ("/production-orders", {"item_no": "PACK", "quantity": "1", "location_code": "MAIN"}),
        ("/vendors", {"name": "Dots"}),
        ("/items", {"description": "Dots", "base_unit_code": "PCS"}),
    ],
)
def test_a_number_whose_page_could_not_be_opened_is_refused(client, place, values, number):
    refused = send(client, f"{place}/new", place, no=number, **values)
    assert (refused.status_code, "its page could not be opened" in words(refused)) == (422, True)


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/sales-orders/SO-A/shipments", "/sales-orders/SO-A"),
        ("/sales-orders/SO-A/lines/10000/delete", "/sales-orders/SO-A/lines/10000"),
        ("/sales-orders/a%2Fb/release", "/sales-orders/a%2Fb"),
        ("/item-tracking/purchase/PO-A/10000/0/serials", "/item-tracking/purchase/PO-A/10000/0"),
        ("/vendors/V1/block", "/vendors/V1"),
        ("/item-units/CELL/block?unit_code=BOX", "/item-units/CELL?unit_code=BOX"),
        ("/numbers/hold", "/numbers"),
        ("/sign-out", "/"),
        ("/settings/lot_word", "/settings"),
        ("/production-orders/RPO-A/release", "/production-orders/RPO-A"),
    ],
)
def test_the_address_of_a_button_leads_to_its_page(client, address, page):
    led = client.get(address)
    assert (led.status_code, led.location) == (303, page)


def test_every_address_that_takes_forms_leads_to_a_page(site, client):
    """No route of the pages answers a GET with “Method Not Allowed”."""
    rules = [rule for rule in site.app.url_map.iter_rules() if "GET" not in rule.methods and not rule.rule.startswith("/api/")]
    assert len(rules) > 40
    for rule in rules:
        if "any(" not in rule.rule:
            parts = ["1" if "int:" in part else "some" if part.startswith("<") else part for part in rule.rule.split("/")]
            assert client.get("/".join(parts)).status_code in {200, 303, 404}, rule
