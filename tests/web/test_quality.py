"""C9, EDG-14, EDG-15, ASC-19: pages and API of inspections, their files, and disposition codes."""

from __future__ import annotations

import base64
import re
from io import BytesIO

import pytest

API = "/api/v1"


@pytest.fixture
def lot(client, key):
    """A lot of paste with a slash in its name, 5 KG in stock."""
    number = f"P/{key}"
    line = {"entry_type": "Positive Adjmt.", "item_no": "PASTE", "location_code": "MAIN", "quantity": "5", "lot_no": number}
    body = {"lines": [line | {"expiration_date": "2031-01-31"}], "reason": "opening"}
    assert client.post(f"{API}/item-journals", json=body, headers={"Idempotency-Key": f"{key}-lot"}).status_code == 200
    return number


@pytest.fixture
def plan(client, key):
    """Two tests of the paste; the second call finds them."""
    for test, unit, lower, upper in (("Viscosity", "Pa s", "10", "20"), ("Water", "%", "", "0.5")):
        body = {"item_no": "PASTE", "test": test, "unit": unit, "lower_limit": lower, "upper_limit": upper}
        client.post(f"{API}/masters/inspection-tests", json=body, headers={"Idempotency-Key": f"{key}-{test}"})


def send(client, place, key, **body):
    return client.post(f"{API}{place}", json=body, headers={"Idempotency-Key": key})


def number_of(lot):
    return {"item_no": "PASTE", "kind": "Lot", "number": lot}


def card(lot, path="card"):
    return f"/numbers/{path}?item_no=PASTE&kind=Lot&number={lot.replace('/', '%2F')}"


# --- inspections


def test_c9_an_inspection_is_opened_from_the_card_of_a_number_measured_and_passes(client, lot, plan, key):
    """Page: the link on the card fills the form; values are typed; both within their limits end the hold."""
    text = client.get(card(lot)).text
    assert "Not inspected so far." in text
    href = re.search(r'href="(/inspections/new[^"]+)"', text).group(1).replace("&amp;", "&")
    form = client.get(href).text
    assert f'value="{lot}"' in form
    made = client.post("/inspections", data=number_of(lot) | {"holds": "1", "note": "first delivery", "command_key": f"{key}1"})
    assert made.status_code == 303, made.text
    text = client.get(made.location).text
    assert "Quality hold" in text
    assert "10 to 20 Pa s" in text
    values = {"lines.0.test": "Viscosity", "lines.0.value": "12.5", "lines.1.test": "Water", "lines.1.value": ""}
    text = client.get(client.post(f"{made.location}/results", data=values | {"command_key": f"{key}2"}).location).text
    assert "12.5 Pa s" in text
    values = {"lines.0.test": "Viscosity", "lines.0.value": "", "lines.1.test": "Water", "lines.1.value": "0.5"}
    text = client.get(client.post(f"{made.location}/results", data=values | {"command_key": f"{key}3"}).location).text
    assert "Passed" in text
    assert "Save the values" not in text
    assert "Quality hold" not in re.search(r"<h1>.*?</div>", text, re.DOTALL).group()
    assert f'{made.location}"' in client.get(card(lot)).text


def test_c9_what_was_typed_comes_back_with_what_is_wrong(client, lot, plan, key):
    number = send(client, "/inspections", f"{key}1", **number_of(lot)).json["fields"]["inspection_no"]
    values = {"lines.0.test": "Viscosity", "lines.0.value": "12", "lines.1.test": "Water", "lines.1.value": "wet"}
    refused = client.post(f"/inspections/{number}/results", data=values | {"command_key": f"{key}2"})
    assert refused.status_code == 422
    assert 'value="wet"' in refused.text
    assert "write a number as text" in refused.text
    nothing = client.post(f"/inspections/{number}/results", data={"lines.0.value": "", "command_key": f"{key}3"})
    assert nothing.status_code == 422
    assert "Enter at least one value." in nothing.text


def test_c9_a_person_fails_with_hold_and_passes_later(client, site, lot, key):
    number = send(client, "/inspections", f"{key}1", **number_of(lot), holds=False).json["fields"]["inspection_no"]
    place = f"/inspections/{number}"
    failed = {"result": "Failed", "holds": "1", "reason": "lumps", "command_key": f"{key}2"}
    text = client.get(client.post(f"{place}/conclude", data=failed).location).text
    assert f"Inspection {number} failed" in text
    assert "Conclude by hand" not in site.client("B-WORK").get(place).text
    passed = {"result": "Passed", "reason": "stirred", "command_key": f"{key}3"}
    assert client.post(f"{place}/conclude", data=passed).status_code == 303
    again = client.post(f"{place}/conclude", data=passed | {"command_key": f"{key}4"})
    assert (again.status_code, "is passed already" in again.text) == (422, True)


def test_c9_a_file_is_added_and_comes_back_as_a_download(client, lot, key):
    number = send(client, "/inspections", f"{key}1", **number_of(lot)).json["fields"]["inspection_no"]
    place = f"/inspections/{number}"
    picture = {"file": (BytesIO(b"<script>"), "crack.html"), "command_key": f"{key}2"}
    text = client.get(client.post(f"{place}/files", data=picture).location).text
    href = re.search(r'href="(/inspections/\d+/files/\d+)">crack.html', text).group(1)
    answer = client.get(href)
    assert (answer.data, answer.mimetype) == (b"<script>", "application/octet-stream")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    none = client.post(f"{place}/files", data={"command_key": f"{key}3"})
    assert (none.status_code, "choose a file" in none.text) == (422, True)
    empty = client.post(f"{place}/files", data={"file": (BytesIO(b""), "empty.txt"), "command_key": f"{key}5"})
    assert (empty.status_code, "the file is empty" in empty.text) == (422, True)
    content = base64.b64encode(b"protocol").decode()
    kept = send(client, f"{place}/files", f"{key}4", file_name="p.txt", content_base64=content)
    assert client.get(f"{API}{place}/files/{kept.json['fields']['entry_no']}").data == b"protocol"
    assert client.get(f"{API}{place}/files/999999").status_code == 404


def test_the_list_shows_open_ones_first_and_filters(client, lot, key):
    first = send(client, "/inspections", f"{key}1", **number_of(lot)).json["fields"]["inspection_no"]
    second = send(client, "/inspections", f"{key}2", **number_of(lot)).json["fields"]["inspection_no"]
    send(client, f"/inspections/{first}/conclude", f"{key}3", result="Passed", reason="fine")
    listed = client.get("/inspections", query_string={"number": lot}).text
    assert f'/inspections/{second}"' in listed
    assert f'/inspections/{first}"' not in listed
    everything = client.get("/inspections", query_string={"number": lot, "state": "All"}).text
    assert f'/inspections/{first}"' in everything
    rows = client.get(f"{API}/inspections", query_string={"number": lot, "state": "Passed"}).json["rows"]
    assert [row["inspection_no"] for row in rows] == [first]
    assert client.get("/inspections/4711").status_code == 404
    assert client.get("/inspections?state=Nonsense").status_code == 200


def test_edg_15_a_program_measures_by_number_over_the_api(client, lot, plan, key):
    """API: one call per unit; the answer says where it stands, the card has every value."""
    lines = [{"test": "Viscosity", "value": "25"}, {"test": "Water", "value": "0.1"}]
    answer = send(client, "/inspections/measure", f"{key}1", **number_of(lot), lines=lines)
    assert answer.status_code == 200, answer.text
    assert (answer.json["code"], answer.json["fields"]["state"]) == ("INSPECTION_SAVED", "Failed")
    assert answer.json["fields"]["outside"] == "Viscosity 25 Pa s (10 to 20 Pa s)"
    shown = client.get(f"{API}/inspections/{answer.json['fields']['inspection_no']}").json
    assert [(v["test"], v["value"], v["good"]) for v in shown["values"]] == [("Water", "0.1", True), ("Viscosity", "25", False)]
    assert shown["stopped_by"] == "Quality hold"
    sold = send(client, "/sales-orders", f"{key}2", customer_no="C1", lines=[
        {"item_no": "PASTE", "quantity": "1", "location_code": "MAIN"},
    ])
    order_no = sold.json["fields"]["number"]
    send(client, f"/sales-orders/{order_no}/release", f"{key}3")
    shipment = send(client, "/shipments", f"{key}4", order_no=order_no, lines=[{"line_no": 10000, "quantity": "1", "lot_no": lot}])
    assert shipment.status_code == 422, shipment.text
    assert shipment.json["code"] == "QUALITY_HOLD"
    unknown = send(client, "/inspections/measure", f"{key}5", **number_of(lot), lines=[{"test": "Colour", "value": "1"}])
    assert unknown.json["code"] == "TEST_UNKNOWN"
    number = send(client, "/inspections/measure", f"{key}6", **number_of(lot), lines=[{"test": "Water", "value": 1}])
    assert number.status_code == 422


def test_rights_over_the_api(site, client, lot, key):
    number = send(client, "/inspections", f"{key}1", **number_of(lot)).json["fields"]["inspection_no"]
    worker = site.client("B-WORK")
    values = [{"test": "Look", "value": "1"}]
    assert send(worker, f"/inspections/{number}/results", f"{key}2", lines=values).status_code in {200, 422}
    refused = send(worker, f"/inspections/{number}/conclude", f"{key}3", result="Passed", reason="fine")
    assert (refused.status_code, refused.json["code"]) == (422, "NOT_ALLOWED")
    assert send(worker, "/numbers/disposition", f"{key}4", **number_of(lot), reason="x").json["code"] == "NOT_ALLOWED"


# --- disposition codes


def test_edg_14_a_code_is_made_given_on_the_card_changed_and_blocked(client, lot, key):
    code = f"WET{key[-6:]}".upper()
    made = client.post("/disposition-codes", data={"code": code, "name": "Wet", "blocks_sales": "1", "command_key": f"{key}1"})
    assert made.status_code == 303, made.text
    assert f"{code} – Wet" in client.get(card(lot)).text
    given = {"disposition_code": code, "reason": "rain", "command_key": f"{key}2"}
    text = client.get(client.post(card(lot, "card/disposition"), data=given).location).text
    assert "Disposition code: Wet: rain" in text
    assert "Disposition code set" in text
    held = client.get("/numbers/held").text
    assert lot in held
    assert "Wet: rain" in held
    body = {"code": code, "name": "Damp", "blocks_sales": False, "blocks_production": False, "blocks_reservation": False,
            "blocks_transfer": False, "version": 1}
    body.pop("code")
    changed = client.post(f"{API}/masters/disposition-codes/{code}/change", json=body, headers={"Idempotency-Key": f"{key}3"})
    assert changed.status_code == 200, changed.text
    assert client.get(f"{API}/numbers", query_string=number_of(lot)).json["stopped_by"] == ""
    blocked = client.post(f"/disposition-codes/{code}/block", data={"version": "2", "blocked": "1", "command_key": f"{key}4"})
    assert blocked.status_code == 303, blocked.text
    refused = send(client, "/numbers/disposition", f"{key}5", **number_of(lot), disposition_code=code, reason="again")
    assert refused.json["code"] == "RECORD_BLOCKED"
    taken = send(client, "/numbers/disposition", f"{key}6", **number_of(lot), disposition_code="", reason="dry")
    assert taken.status_code == 200


def test_edg_14_lists_of_codes_and_tests_are_there_with_their_files(client, plan):
    for place, words in (("/disposition-codes/new", "Blocks production"), ("/inspection-tests", "Viscosity")):
        assert words in client.get(place).text
        assert client.get(f"{place.removesuffix('/new')}.csv").status_code == 200
    more = client.get("/more").text
    assert all(f'href="{place}"' in more for place in ("/inspections", "/disposition-codes", "/inspection-tests"))


def test_c9_a_list_takes_the_same_statements_for_1_and_20_inspections(client, site, lot, key):
    """A18."""
    counts = []
    for wanted in (1, 20):
        for place in range(wanted):
            send(client, "/inspections", f"{key}-{wanted}-{place}", **number_of(lot), holds=False)
        with site.statements() as seen:
            client.get("/inspections", query_string={"number": lot})
        counts.append(seen.count)
    assert counts[0] == counts[1]
