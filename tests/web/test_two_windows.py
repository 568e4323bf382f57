"""Two people open one form: the slower one is told what changed, and nothing of the quicker one is lost (STALE_ROW)."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.conftest import runner
from tests.factories_orders import make_sales_order
from tests.web.test_forms import Forms, form_of, send, words
from tests.web.test_item_tracking import post


@pytest.fixture
def order_no(site, client, key):
    """An order for three modules and five cells; afterwards it asks for no number any more."""
    number = f"TW-{key[4:]}"
    with Session(site.engine) as session:
        lines = [{"item_no": "MODULE", "quantity": "3"}, {"item_no": "CELL", "quantity": "5"}]
        make_sales_order(runner(session), *lines, no=number)
    yield number
    line = {"source_type": "Sales Line", "order_no": number, "line_no": 10000}
    assert post(client, "/item-tracking-lines", {**line, "lines": []}, key + "-end").status_code == 200


def numbers_of(client, order_no):
    line = {"source_type": "Sales Line", "order_no": order_no, "line_no": 10000}
    return client.get("/api/v1/item-tracking-lines", query_string=line).json


def test_tl_01_a_form_opened_before_the_numbers_changed_does_not_overwrite_them(client, order_no):
    page = f"/item-tracking/sales/{order_no}/10000/0"
    old = form_of(client, page, page)
    assert send(client, page, page, **{"lines.0.serial_no": "MD-1", "lines.1.serial_no": "MD-2"}).status_code == 303
    slower = client.post(page, data=old | {"lines.0.serial_no": "MD-3"})
    assert slower.status_code == 422
    assert "was changed by somebody else" in words(slower)
    assert [number["tracking"]["serial_no"] for number in numbers_of(client, order_no)["numbers"]] == ["MD-1", "MD-2"]
    # The page that says so shows the newer numbers and may be saved at once.
    assert 'value="MD-1"' in slower.text
    assert 'value="MD-3"' not in slower.text
    assert send(client, page, page, **{"lines.2.serial_no": "MD-3"}).status_code == 303
    assert len(numbers_of(client, order_no)["numbers"]) == 3


def test_tl_01_a_form_whose_first_save_was_refused_keeps_its_version(client, order_no):
    page = f"/item-tracking/sales/{order_no}/10000/0"
    old = form_of(client, page, page)
    asked = client.post(page, data=old | {"lines.0.serial_no": "MD-404"})
    assert asked.status_code == 409
    assert old["version"] in asked.text
    assert send(client, page, page, **{"lines.0.serial_no": "MD-1"}).status_code == 303
    yes = client.post(page, data=old | {"lines.0.serial_no": "MD-404", "confirmed": "1", "command_key": old["command_key"] + "y"})
    assert (yes.status_code, "was changed by somebody else" in words(yes)) == (422, True)


def test_tl_01_the_api_takes_the_version_that_was_read(client, order_no, key):
    line = {"source_type": "Sales Line", "order_no": order_no, "line_no": 10000}
    read = numbers_of(client, order_no)["version"]
    body = {**line, "lines": [{"serial_no": "MD-1"}], "version": read}
    assert post(client, "/item-tracking-lines", body, key).status_code == 200
    again = post(client, "/item-tracking-lines", {**body, "lines": [{"serial_no": "MD-2"}]}, key + "2")
    assert (again.status_code, again.json["code"]) == (422, "STALE_ROW")
    assert post(client, "/item-tracking-lines", {**body, "version": numbers_of(client, order_no)["version"]}, key + "3").status_code == 200
    # Whoever knows of no version replaces what is there: a machine that keeps the numbers itself.
    assert post(client, "/item-tracking-lines", {**line, "lines": []}, key + "4").status_code == 200


def test_c1_a_line_form_opened_before_the_line_changed_does_not_overwrite_it(client, order_no):
    page = f"/sales-orders/{order_no}/lines/20000"
    old = form_of(client, page, page)
    assert send(client, page, page, quantity="9").status_code == 303
    slower = client.post(page, data=old | {"date": "2030-05-01"})
    assert (slower.status_code, "was changed by somebody else" in words(slower)) == (422, True)
    assert next(form for form in Forms(slower.text).forms if form["action"] == page)["fields"]["quantity"] == "9"
    assert form_of(client, page, page)["quantity"] == "9"
    deleted = client.post(page + "/delete", data={"command_key": old["command_key"] + "d", "version": old["version"]})
    assert (deleted.status_code, "was changed by somebody else" in words(deleted)) == (422, True)
    assert send(client, page, page, date="2030-05-01").status_code == 303
    # Another line of the order is not in the way.
    assert send(client, f"/sales-orders/{order_no}/lines/10000", f"/sales-orders/{order_no}/lines/10000", quantity="2").status_code == 303


def test_c1_the_api_takes_the_version_of_the_line(client, order_no, key):
    line = client.get(f"/api/v1/sales-orders/{order_no}").json["lines"][1]

    def change(key, **values):
        body = {"item_no": "CELL", "quantity": "9", "location_code": "MAIN", **values}
        return client.put(f"/api/v1/sales-orders/{order_no}/lines/20000", json=body, headers={"Idempotency-Key": key})

    assert change(key, version=line["version"]).status_code == 200
    assert change(key + "2", version=line["version"], quantity="4").json["code"] == "STALE_ROW"
    assert change(key + "3", quantity="4").status_code == 200
