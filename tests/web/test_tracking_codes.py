"""DM-40, TC-01, TC-04, TC-05: the pages and the API of item tracking codes."""

from __future__ import annotations

import re


def test_dm_40_a_code_is_made_changed_and_deleted_on_its_page(client, key):
    code = f"C{key}"[:20]
    fields = {"code": code, "description": "Both", "lot_specific": "1", "demand.Serial.3": "1", "warranty_formula": "2y"}
    fields["command_key"] = key
    answer = client.post("/tracking-codes", data=fields)
    assert answer.location == f"/tracking-codes/{code}", answer.text
    text = client.get(answer.location).text
    assert 'value="2Y"' in text
    boxes = dict(re.findall(r'name="(demand\.[^"]+|lot_warehouse)" value="1"([^>]*)>', text))
    assert "disabled" in boxes["demand.Lot.0"]  # TC-01: on and locked
    assert "checked" in boxes["lot_warehouse"]
    assert (boxes["demand.Serial.3"], boxes["demand.Serial.4"]) == (" checked ", " ")
    wrong = {"description": "Now", "strict_expiration_posting": "1", "command_key": f"{key}a"}
    changed = client.post(f"/tracking-codes/{code}", data=wrong)
    assert changed.status_code == 422
    assert "expiration rules need" in changed.text  # TC-03
    client.post(f"/tracking-codes/{code}", data={"description": "Now", "demand.Package.10": "1", "command_key": f"{key}b"})
    found = client.get(f"/api/v1/tracking-codes/{code}").json
    assert (found["description"], found["requirements"]) == ("Now", [["Package", "transfer"]])
    assert client.post(f"/tracking-codes/{code}/delete", data={"command_key": f"{key}c"}).location == "/tracking-codes"
    assert client.get(f"/tracking-codes/{code}").status_code == 404


def test_tc_04_the_page_says_why_a_code_stays(client, key):
    answer = client.post("/tracking-codes/LOT", data={"description": "x", "command_key": key})
    assert answer.status_code == 422
    assert "CELL has ledger entries" in answer.text
    answer = client.post("/tracking-codes/LOT/delete", data={"command_key": f"{key}d"})
    assert "is in use by CELL" in answer.text


def test_tc_05_exchange_on_the_page_of_the_item(client, key):
    answer = client.post("/items/CELL/tracking-code", data={"item_tracking_code": "SN", "command_key": key})
    assert answer.status_code == 422
    assert "CELL has ledger entries" in answer.text
    answer = client.post("/items/LABEL/tracking-code", data={"item_tracking_code": "LOT", "command_key": f"{key}e"})
    assert answer.location == "/items/LABEL"
    assert client.get("/items/LABEL/tracking-code").text.count("selected") == 1
    back = {"item_no": "LABEL"}
    answer = client.post("/api/v1/items/tracking-code", json=back, headers={"Idempotency-Key": f"{key}f"})
    assert answer.json["code"] == "RECORD_CHANGED"


def test_dm_40_codes_over_the_api(client, key):
    listed = client.get("/api/v1/tracking-codes").json["rows"]
    assert [row["specific"] for row in listed if row["code"] == "SN"] == [["Serial"]]
    body = {"code": "LOT", "description": "Lot", "lot_specific": True, "warranty_formula": "6M"}
    changed = client.post("/api/v1/tracking-codes/change", json=body, headers={"Idempotency-Key": key})
    assert changed.json["code"] == "RECORD_CHANGED", changed.text
    refused = client.post("/api/v1/tracking-codes/LOT/delete", headers={"Idempotency-Key": f"{key}z"})
    assert (refused.status_code, refused.json["code"]) == (422, "TRACKING_CODE_HAS_ITEMS")
    body["warranty_formula"] = "2 years"
    wrong = client.post("/api/v1/tracking-codes/change", json=body, headers={"Idempotency-Key": f"{key}y"})
    assert "2Y, 6M" in wrong.json["message"]


def test_a30_a_worker_sees_the_code_and_cannot_change_it(site, key):
    worker = site.client("B-WORK")
    text = worker.get("/tracking-codes/LOTEXP").text
    assert "Save" not in text
    assert worker.post("/tracking-codes/LOTEXP", data={"description": "x", "command_key": key}).status_code == 422


def test_a_copy_starts_with_the_settings_of_another_code(client, key):
    fields = {"code": f"C{key}"[:12], "description": "Lots at receipt", "demand.Lot.0": "1", "warranty_formula": "2Y", "command_key": key}
    assert client.post("/tracking-codes", data=fields).status_code == 303
    card = client.get(f"/tracking-codes/{fields['code']}").text
    address = f"/tracking-codes/new?copy={fields['code']}"
    assert address in card
    form = client.get(address).text
    assert 'name="demand.Lot.0" value="1" checked' in " ".join(form.split())
    assert 'value="2Y"' in form
    assert fields["code"] not in form.partition("<form")[2].partition("</form>")[0]
    assert client.get("/tracking-codes/new?copy=NONE").status_code == 404
