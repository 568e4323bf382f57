"""PR-02 to PR-07: the journals of a production order on their page and over the API."""

from __future__ import annotations

import re

import pytest


@pytest.fixture
def order(client, key):
    """A started order for three carts of one LABEL each, counted out by hand."""
    def post(path, body, part):
        answer = client.post(f"/api/v1{path}", json=body, headers={"Idempotency-Key": f"{key}{part}"})
        assert answer.status_code == 200, answer.text

    item = f"CART{key}".upper().replace("WEB-", "")
    post("/number-series", {"code": item, "prefix": f"{item}-", "digits": 2}, "s")
    body = {"no": item, "description": "Cart", "base_unit_code": "PCS", "item_tracking_code": "SN", "serial_nos": item}
    post("/items", body, "i")
    post("/boms", {"item_no": item, "lines": [{"item_no": "LABEL", "quantity_per": "1", "flushing": "Manual"}]}, "b")
    no = f"JO-{item}"
    post("/production-orders", {"no": no, "item_no": item, "quantity": "3", "location_code": "MAIN"}, "o")
    post(f"/production-orders/{no}/start", {}, "t")
    stock = {"entry_type": "Positive Adjmt.", "item_no": "LABEL", "location_code": "MAIN", "quantity": "10"}
    post("/item-journals", {"lines": [stock], "reason": "opening"}, "j")
    return no


def rows(text, column):
    return re.findall(rf'<input name="lines\.\d+\.{column}" value="([^"]+)"', text)


def test_pr_07_calculate_assign_and_post_on_one_page(client, order, key):
    path = f"/production-orders/{order}/journal"
    assert f'href="{path}"' in client.get(f"/production-orders/{order}").text
    calculated = client.get(f"{path}?calculate=1").text
    assert rows(calculated, "quantity") == ["3"]
    fields = {
        "lines.0.entry_type": "Consumption", "lines.0.line_no": "10", "lines.0.quantity": "2",
        "lines.1.entry_type": "Output", "lines.1.line_no": "10000", "lines.1.quantity": "2",
        "command_key": f"{key}1",
    }
    numbered = client.post(f"{path}/numbers", data=fields)
    serials = rows(numbered.text, "serial_no")
    assert len(serials) == 2
    assert rows(numbered.text, "quantity") == ["2", "1", "1"]
    fields = {"lines.0.entry_type": "Consumption", "lines.0.line_no": "10", "lines.0.quantity": "2", "command_key": f"{key}2"}
    for place, serial in enumerate(serials, 1):
        fields |= {f"lines.{place}.entry_type": "Output", f"lines.{place}.line_no": "10000", f"lines.{place}.serial_no": serial}
    posted = client.post(path, data=fields)
    assert posted.location == path, posted.text
    text = client.get(path).text
    assert "is posted: 3 lines" in text
    assert rows(client.get(f"{path}?calculate=1").text, "quantity") == ["1"]


def test_pr_05_a_refused_row_keeps_what_was_typed(client, order, key):
    path = f"/production-orders/{order}/journal?show=consumption"
    fields = {"lines.0.entry_type": "Consumption", "lines.0.line_no": "10", "lines.0.quantity": "-2", "command_key": key}
    answer = client.post(path, data=fields)
    assert answer.status_code == 422
    assert "Row 1" in answer.text
    field = re.search(r'<input name="lines\.0\.quantity"[^>]*>', answer.text).group(0)
    assert 'value="-2"' in field
    assert 'aria-invalid="true"' in field


def test_pr_02_consumption_and_output_journals_are_views_of_the_page(client, order):
    consumption = client.get(f"/production-orders/{order}/journal?show=consumption").text
    output = client.get(f"/production-orders/{order}/journal?show=output").text
    assert ("<h1>Consumption journal</h1>" in consumption, "<h1>Output journal</h1>" in output) == (True, True)
    assert '<option value="Output"' not in consumption
    assert '<option value="Consumption"' not in output
    assert client.get("/production-orders/NIL/journal").status_code == 404


def test_a30_a_worker_reads_and_does_not_post(site, order, key):
    worker = site.client("B-WORK")
    path = f"/production-orders/{order}/journal"
    assert "needs the right" in worker.get(path).text
    assert worker.post(path, data={"lines.0.entry_type": "Output", "lines.0.line_no": "10000", "lines.0.serial_no": "X",
                                   "command_key": key}).status_code == 422


def test_pr_07_er_30_over_the_api(client, order, key):
    def post(lines, part):
        path = f"/api/v1/production-orders/{order}/production-journal"
        return client.post(path, json={"lines": lines}, headers={"Idempotency-Key": f"{key}{part}"})

    proposed = client.get(f"/api/v1/production-orders/{order}/production-journal/proposal").json["rows"]
    assert [(row["item_no"], row["quantity"]) for row in proposed] == [("LABEL", "3")]
    line = {"entry_type": "Consumption", "line_no": 10, "quantity": "3"}
    assert post([line], "pa").json["code"] == "PRODUCTION_JOURNAL_POSTED"
    refused = post([line, {"entry_type": "Consumption", "line_no": 10, "quantity": "-9"}], "pb")
    assert (refused.json["code"], refused.json["fields"]["row"], refused.json["fields"]["row_column"]) == ("NOT_POSTED_HERE", 2, "quantity")
    for move in ("end-job", "end"):
        client.post(f"/api/v1/production-orders/{order}/{move}", headers={"Idempotency-Key": f"{key}{move}"})
    assert post([line], "pc").json["code"] == "ORDER_STATUS"
    assert client.get("/api/v1/production-orders/NIL/production-journal/proposal").status_code == 404
