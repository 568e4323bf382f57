"""TL-13: the button *Assign serial numbers* on the item journal and the receipt."""

from __future__ import annotations

import re

import pytest


@pytest.fixture
def tool(client, key):
    """An item with a series of its own."""
    def post(path, body, part):
        answer = client.post(f"/api/v1{path}", json=body, headers={"Idempotency-Key": f"{key}{part}"})
        assert answer.status_code == 200, answer.text

    code = f"T{key}".upper().replace("WEB-", "")
    post("/number-series", {"code": code, "prefix": f"{code}-", "digits": 3}, "s")
    item = {"no": code, "description": "Tool", "base_unit_code": "PCS", "item_tracking_code": "SN", "serial_nos": code}
    post("/items", item, "i")
    return code


def values(text, column):
    return [value for value in re.findall(rf'<input name="lines\.\d+\.{column}" value="([^"]*)"', text) if value]


def test_tl_13_the_item_journal_fills_a_row_for_each_serial(client, tool, key):
    fields = {
        "lines.0.entry_type": "Negative Adjmt.", "lines.0.item_no": "LABEL", "lines.0.location_code": "MAIN", "lines.0.quantity": "1",
        "lines.1.entry_type": "Positive Adjmt.", "lines.1.item_no": tool, "lines.1.location_code": "MAIN", "lines.1.quantity": "3",
        "reason": "found", "command_key": key,
    }
    answer = client.post("/item-journal/numbers", data=fields)
    assert answer.status_code == 200, answer.text
    assert "3 new numbers" in answer.text
    assert values(answer.text, "serial_no") == [f"{tool}-001", f"{tool}-002", f"{tool}-003"]
    assert values(answer.text, "quantity") == ["1", "1", "1", "1"]
    assert 'value="found"' in answer.text
    fields["lines.1.quantity"] = "1.5"
    refused = client.post("/item-journal/numbers", data=fields | {"command_key": f"{key}b"})
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in re.search(r'<input name="lines\.1\.quantity"[^>]*>', refused.text).group(0)
    fields["lines.1.quantity"] = "many"
    refused = client.post("/item-journal/numbers", data=fields | {"command_key": f"{key}c"})
    assert 'aria-invalid="true"' in re.search(r'<input name="lines\.1\.quantity"[^>]*>', refused.text).group(0)
    nothing = client.post("/item-journal/numbers", data={"reason": "x", "command_key": f"{key}d"})
    assert "type an item and a quantity" in nothing.text


def test_tl_13_the_receipt_fills_its_rows(client, tool, key):
    line = {"item_no": tool, "quantity": "2", "location_code": "MAIN"}
    body = {"vendor_no": "V1", "no": f"PO-{tool}", "lines": [line]}
    client.post("/api/v1/purchase-orders", json=body, headers={"Idempotency-Key": f"{key}o"})
    client.post(f"/api/v1/purchase-orders/PO-{tool}/release", headers={"Idempotency-Key": f"{key}r"})
    path = f"/purchase-orders/PO-{tool}"
    assert f'formaction="{path}/receipts/numbers"' in client.get(path).text
    fields = {"lines.0.line_no": "10000", "lines.0.quantity": "2", "command_key": key}
    answer = client.post(f"{path}/receipts/numbers", data=fields)
    assert values(answer.text, "serial_no") == [f"{tool}-001", f"{tool}-002"]
    posted = {
        "lines.0.line_no": "10000", "lines.0.serial_no": f"{tool}-001", "lines.1.line_no": "10000", "lines.1.serial_no": f"{tool}-002",
        "command_key": f"{key}p",
    }
    assert client.post(f"{path}/receipts", data=posted).status_code == 303


def test_tl_13_numbers_over_the_api(client, tool, key):
    body = {"lines": [{"item_no": tool, "quantity": "2"}]}
    answer = client.post("/api/v1/numbers/assign", json=body, headers={"Idempotency-Key": key})
    assert answer.json["fields"]["lines"][0][1]["serial_no"] == f"{tool}-002"
    again = client.post("/api/v1/numbers/assign", json=body, headers={"Idempotency-Key": key})
    assert again.json == answer.json


def test_tl_13_nothing_to_assign_is_said_and_the_typed_rows_stay(client, key):
    """A lot that was typed needs no new number."""
    row = {"item_no": "CELL", "quantity": "5", "lot_no": "L-TYPED"}
    fields = {f"lines.0.{name}": value for name, value in (row | {"entry_type": "Positive Adjmt.", "location_code": "MAIN"}).items()}
    answer = client.post("/item-journal/numbers", data=fields | {"reason": "found", "command_key": key})
    assert answer.status_code == 422, answer.text
    assert "Nothing is missing" in answer.text
    assert values(answer.text, "lot_no") == ["L-TYPED"]
    told = client.post("/api/v1/numbers/assign", json={"lines": [row]}, headers={"Idempotency-Key": f"{key}n"})
    assert (told.status_code, told.json["code"]) == (422, "NOTHING_TO_ASSIGN")
