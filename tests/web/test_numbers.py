"""DM-41, DM-42, C13, C15, D20, EX-05: list and card of numbers, item journal and reclassification journal, and their API."""

from __future__ import annotations

import re

import pytest

LATER, LATEST = "2031-01-31", "2032-02-28"


@pytest.fixture
def lot(client, key):
    """A lot of paste with a slash in its name, 5 KG in stock."""
    number = f"P/{key}"
    line = {"entry_type": "Positive Adjmt.", "item_no": "PASTE", "location_code": "MAIN", "quantity": "5", "lot_no": number}
    body = {"lines": [line | {"expiration_date": LATER}], "reason": "opening"}
    answer = client.post("/api/v1/item-journals", json=body, headers={"Idempotency-Key": f"{key}-lot"})
    assert answer.status_code == 200, answer.text
    return number


def address(number, path="card"):
    return f"/numbers/{path}?item_no=PASTE&kind=Lot&number={number.replace('/', '%2F')}"


def test_dm_41_the_list_leads_to_the_card_and_the_card_shows_figures_and_entries(client, lot):
    listed = client.get("/numbers", query_string={"number": lot}).text
    href = re.search(r'href="(/numbers/card[^"]+)"', listed).group(1).replace("&amp;", "&")
    text = client.get(href).text
    assert lot in text
    assert "5 KG" in text
    assert "Positive Adjmt." in text
    assert f'/tracing?item_no=PASTE&amp;lot_no={lot.replace("/", "%2F")}' in text


def test_d20_c13_hold_release_and_details_on_the_card(client, lot, key):
    held = client.post(address(lot, "card/hold"), data={"reason": "dented", "command_key": f"{key}1"})
    assert held.status_code == 303, held.text
    text = client.get(held.location).text
    assert "Reason of the hold" in text
    assert "Release the number" in text
    assert client.post(address(lot, "card/release"), data={"reason": "fine", "command_key": f"{key}2"}).status_code == 303
    changed = {"comments": "from the trial", "vendor_lot_no": "V-9", "command_key": f"{key}3"}
    text = client.get(client.post(address(lot, "card/details"), data=changed).location).text
    assert "from the trial" in text
    assert len(set(re.findall(r"<td>(Held|Released|Details changed)</td>", text))) == 3


def test_c15_the_date_is_corrected_on_the_card(client, site, lot, key):
    posted = client.post(address(lot, "card/expiration"), data={"new_expiration_date": LATEST, "reason": "label", "command_key": f"{key}4"})
    text = client.get(posted.location).text
    assert "in stock" in text  # the answer
    assert LATER in text  # the history
    refused = client.post(address(lot, "card/expiration"), data={"new_expiration_date": LATEST, "reason": "x", "command_key": f"{key}5"})
    assert refused.status_code == 422
    assert "is the date that it has" in refused.text
    worker = site.client("B-WORK")
    assert "card/expiration" not in worker.get(address(lot)).text


def test_a_card_that_is_not_there(client):
    for path in ("/numbers/card", address("NIL"), "/numbers/card?item_no=PASTE&kind=Box&number=1"):
        assert client.get(path).status_code in {404, 422}


def test_c13_information_before_the_first_posting(client, key):
    fields = {"item_no": "CELL", "kind": "Lot", "number": f"N{key}", "vendor_no": "V1", "command_key": key}
    answer = client.post("/numbers", data=fields)
    assert answer.status_code == 303, answer.text
    assert "Nothing was posted yet." in client.get(answer.location).text


def test_ex_05_the_reclassification_journal_page(client, lot, key):
    fields = {"lines.0.item_no": "PASTE", "lines.0.location_code": "MAIN", "lines.0.lot_no": lot, "lines.0.quantity": "2"}
    fields["reason"] = "split"
    refused = client.post("/reclassification-journal", data=fields | {"command_key": f"{key}6"})
    assert refused.status_code == 422
    assert "changes nothing" in refused.text
    fields["lines.0.new_lot_no"] = f"{lot}X"
    answer = client.post("/reclassification-journal", data=fields | {"command_key": f"{key}7"})
    assert answer.location == "/reclassification-journal", answer.text
    assert "2 KG" in client.get(address(f"{lot}X")).text


def test_ap_03_a_refused_row_is_marked_where_it_is_wrong(client, key):
    fields = {
        "lines.0.entry_type": "Positive Adjmt.", "lines.0.item_no": "LABEL", "lines.0.location_code": "MAIN", "lines.0.quantity": "1",
        "lines.1.entry_type": "Positive Adjmt.", "lines.1.item_no": "MODULE", "lines.1.location_code": "MAIN", "lines.1.quantity": "2",
        "lines.1.serial_no": f"S{key}", "reason": "count", "command_key": key,
    }
    answer = client.post("/item-journal", data=fields)
    assert answer.status_code == 422
    assert "Row 2" in answer.text
    field = re.search(r'<input name="lines.1.quantity"[^>]*>', answer.text).group(0)
    assert 'aria-invalid="true"' in field
    assert "exactly 1 PCS, not 2" in field


def test_ap_03_a_missing_lot_is_marked_in_its_own_field(client, key):
    fields = {
        "lines.0.entry_type": "Positive Adjmt.", "lines.0.item_no": "PASTE", "lines.0.location_code": "MAIN", "lines.0.quantity": "1",
        "reason": "count", "command_key": key,
    }
    answer = client.post("/item-journal", data=fields)
    assert answer.status_code == 422
    marked = re.findall(r'<input name="(lines[^"]*)"[^>]*aria-invalid="true"', answer.text)
    assert marked == ["lines.0.lot_no"]


def test_ex_02_another_date_of_a_lot_is_told_as_people_write_dates(client, lot, key):
    fields = {
        "lines.0.entry_type": "Positive Adjmt.", "lines.0.item_no": "PASTE", "lines.0.location_code": "MAIN", "lines.0.lot_no": lot,
        "lines.0.quantity": "1", "lines.0.expiration_date": LATEST, "reason": "count", "command_key": key,
    }
    answer = client.post("/item-journal", data=fields)
    assert answer.status_code == 422
    assert "on 31 Jan 2031, not on 28 Feb 2032" in answer.text


def test_dm_42_c15_ex_05_over_the_api(client, lot, key):
    def post(path, body, part):
        return client.post(f"/api/v1{path}", json=body, headers={"Idempotency-Key": f"{key}{part}"})

    found = client.get("/api/v1/numbers/figures", query_string={"item_no": "PASTE", "kind": "Lot", "number": lot}).json
    assert (found["figures"]["inventory"], found["figures"]["expired_inventory"]) == ("5", "0")
    assert client.get("/api/v1/numbers/list", query_string={"text": lot}).json["rows"][0]["inventory"] == "5"
    body = {"item_no": "PASTE", "kind": "Lot", "number": lot, "new_expiration_date": LATEST, "reason": "label"}
    assert post("/numbers/expiration", body, "a").json["fields"]["quantity"] == "5"
    assert post("/numbers/expiration", body | {"new_expiration_date": ""}, "b").status_code == 422
    line = {"item_no": "PASTE", "location_code": "MAIN", "quantity": "9", "lot_no": lot, "new_lot_no": f"{lot}Y"}
    refused = post("/reclassification-journals", {"lines": [line], "reason": "x"}, "c")
    assert (refused.json["code"], refused.json["fields"]["row"]) == ("NOT_AVAILABLE", 1)
    assert post("/reclassification-journals", {"lines": [line | {"quantity": "1"}], "reason": "x"}, "d").status_code == 200
