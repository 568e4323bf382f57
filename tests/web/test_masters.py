"""Pages and API of master data: one list, card and form for every kind."""

from __future__ import annotations

import re

import pytest

from shopfloor.web.masters.table import PAGES
from tests.people.test_masters import EXAMPLES
from tests.web.test_forms import form_of, send, words

ADDRESSES = {kind: (page, EXAMPLES[page.master.record]) for kind, page in PAGES.items() if "new" not in page.own}
by_kind = pytest.mark.parametrize("kind", ADDRESSES)
SUFFIXED = {"code": 10, "no": 20, "reference_no": 50}


def example(kind, key):
    """The example record under a key of its own, and its address."""
    page, (values, other) = ADDRESSES[kind]
    name = page.master.key[0]
    given = {**values, "base_unit_code": "PCS"} if kind == "items" else dict(values)
    if name in SUFFIXED:
        given[name] = f"{given[name]}{key[4:]}"[: SUFFIXED[name]]
    elif kind == "gtins":
        digits = "".join(character for character in key if character.isdigit())
        body = f"{int(digits):07d}"
        total = sum((3 if place % 2 == 0 else 1) * int(digit) for place, digit in enumerate(reversed(body)))
        given[name] = body + str(-total % 10)
    elif kind in {"item-units", "item-labels"}:
        given["item_no"] = "MODULE"
    found = dict(given)
    if kind == "gtins":
        found[name] = given[name].rjust(14, "0")
    return page, given, other, page.address([found[part] for part in page.master.key])


def remove_if_there(client, address, key):
    """The unit of an item has no room for a key of its own."""
    if client.get(address).status_code == 200:
        fields = form_of(client, with_action(address, "delete"), with_action(address, "delete"))
        client.post(with_action(address, "delete"), data=fields)


def with_action(address, action):
    path, mark, rest = address.partition("?")
    return f"{path}/{action}{mark}{rest}"


@by_kind
def test_a_record_is_created_shown_changed_blocked_and_deleted_by_its_buttons(client, key, kind):
    page, given, other, address = example(kind, key)
    remove_if_there(client, address, key)
    made = send(client, f"{page.place}/new", page.place, **given)
    assert made.status_code == 303, words(made)
    assert made.location == address
    shown = client.get(address)
    assert "was created." in words(shown)
    change = with_action(address, "change")
    typed = {name: "1" if value is True else value for name, value in other.items()}
    saved = send(client, change, change, **typed)
    assert saved.status_code == 303, words(saved)
    assert "was changed." in words(client.get(address))
    if page.master.blockable:
        block = with_action(address, "block")
        assert send(client, address, block).status_code == 303
        assert "Blocked" in words(client.get(address))
        assert send(client, address, block).status_code == 303
        assert "Unblock" not in words(client.get(address))
    delete = with_action(address, "delete")
    assert "It goes for good" in words(client.get(delete))
    gone = send(client, delete, delete)
    assert gone.status_code == 303, words(gone)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("kind", PAGES)
def test_every_list_shows_its_records_and_leads_to_a_form(client, kind):
    page = PAGES[kind]
    shown = client.get(page.place)
    assert shown.status_code == 200
    assert f'href="{page.place}/new"' in shown.text
    assert client.get(f"{page.place}/new").status_code == 200
    assert client.get(f"{page.place}/no-such-record").status_code == 404


def test_a_change_that_came_too_late_shows_the_new_values(client, key):
    number = f"L{key[4:]}"
    send(client, "/vendors/new", "/vendors", no=number, name="First")
    change = f"/vendors/{number}/change"
    early = form_of(client, change, change) | {"name": "Second"}
    late = form_of(client, change, change) | {"name": "Third"}
    assert client.post(change, data=early).status_code == 303
    refused = client.post(change, data=late)
    assert refused.status_code == 422
    assert "was changed by somebody else meanwhile" in words(refused)
    assert "Second" in words(refused)


def test_a_refused_change_keeps_what_was_typed_and_its_version(client, key):
    number = f"K{key[4:]}"
    send(client, "/vendors/new", "/vendors", no=number, name="First")
    change = f"/vendors/{number}/change"
    refused = send(client, change, change, name="Kept words", country="Denmark")
    assert refused.status_code == 422
    assert 'value="Kept words"' in refused.text
    assert 'id="country-error"' in refused.text
    assert form_of(client, change, change)["version"] == "1"


def test_what_names_a_record_is_told_on_the_page(client):
    refused = send(client, "/vendors/V1/delete", "/vendors/V1/delete")
    assert refused.status_code == 422
    assert "still named by: item reference, purchase header" in words(refused)


def test_an_item_is_copied(client, key):
    answer = send(client, "/items/CELL/copy", "/items/CELL/copy", new_no=f"CELL{key[4:]}")
    assert answer.status_code == 303
    assert "BOX" in words(client.get(answer.location))


@pytest.mark.parametrize("kind", [kind for kind, (page, _) in ADDRESSES.items() if page.copies])
def test_every_record_with_a_number_is_copied_by_its_button(client, key, kind):
    """A copy has the same values under another number; on a number that is taken the form comes back with what was typed."""
    page, given, _, address = example(kind, key)
    remove_if_there(client, address, key)
    send(client, f"{page.place}/new", page.place, **given)
    copy = f"{address}/copy"
    assert f'href="{copy}"' in client.get(address).text
    new_no = {"gtins": example(kind, f"{key}3")[1].get("gtin"), "item-labels": "PACK"}.get(kind, f"Y{key[4:]}"[:10])
    if kind == "item-labels":
        remove_if_there(client, f"{page.place}/{new_no}", key)
    made = send(client, copy, copy, new_no=new_no)
    assert made.status_code == 303, words(made)
    shown = words(client.get(made.location))
    assert "was created." in shown
    same = [value for name, value in given.items() if name not in page.master.key and isinstance(value, str)]
    assert [value for value in same if value not in shown] == []
    again = send(client, copy, copy, new_no=new_no)
    assert again.status_code == 422
    assert f'value="{new_no}"' in again.text


@pytest.mark.parametrize("kind", ["number-series", "item-units", "boms"])
def test_what_has_nothing_to_copy_offers_no_copy(client, kind):
    place = next(iter(re.findall(rf'href="(/{kind}/[^"]+)"', client.get(f"/{kind}").text.replace(f'href="/{kind}/new"', ""))))
    path, mark, rest = place.partition("?")
    assert f"{path}/copy" not in client.get(place).text
    assert client.get(f"{path}/copy{mark}{rest}").status_code in {404, 405}


def test_a_worker_sees_no_buttons_and_may_not_press_them(site, key):
    worker = site.client("B-WORK")
    shown = worker.get("/vendors/V1")
    assert "/vendors/V1/change" not in shown.text
    refused = worker.post("/vendors/V1/delete", data={"command_key": key, "version": "1"})
    assert refused.status_code == 422
    assert "maintain masters" in words(refused)


def test_vendor_and_customer_show_their_orders(client):
    assert "PO-A" in words(client.get("/vendors/V1"))
    assert "SO-A" in words(client.get("/customers/C1"))
    assert "/stock?location_code=MAIN" in client.get("/locations/MAIN").text


# --- bills, routings, orders ---


def test_a_bill_gets_a_second_version_by_its_buttons(client, key):
    item = f"B{key[4:]}"
    send(client, "/items/new", "/items", no=item, description="Box", base_unit_code="PCS")
    lines = {"lines.0.item_no": "CELL", "lines.0.quantity_per": "3"}
    made = send(client, "/boms/new", "/boms", item_no=item, **lines)
    assert made.status_code == 303, words(made)
    card = f"/boms/{item}"
    new = f"{card}/version/new?version_code=1"
    answer = send(client, new, new, version_code="2", starting_date="2031-01-01", **{"lines.0.quantity_per": "4"})
    assert answer.status_code == 303, words(answer)
    second = f"{card}?version_code=2"
    assert answer.location == second
    assert "New" in words(client.get(second))
    change = f"{card}/version/change?version_code=2"
    assert send(client, change, change, **{"lines.0.quantity_per": "5"}).status_code == 303
    assert "5 PCS" in words(client.get(second))
    certify = f"{card}/version/certify?version_code=2"
    assert send(client, second, certify).status_code == 303
    assert send(client, second, f"{card}/version/close?version_code=2").status_code == 303
    reopen = f"{card}/version/reopen?version_code=2"
    assert send(client, second, reopen).status_code == 303
    other = f"C{key[4:]}"
    send(client, "/items/new", "/items", no=other, description="Other box", base_unit_code="PCS")
    copied = send(client, f"{card}/version/copy?version_code=2", f"{card}/version/copy?version_code=2", item_no=other)
    assert copied.location == f"/boms/{other}"
    assert send(client, second, f"{card}/version/delete?version_code=2").location == card
    assert client.get(second).status_code == 404


def test_a_routing_is_made_and_shown(client, key):
    item = f"R{key[4:]}"
    send(client, "/items/new", "/items", no=item, description="Box", base_unit_code="PCS")
    send(client, "/resources/new", "/resources", code=f"BENCH-{key}", name="Bench")
    lines = {"lines.0.operation_no": "10", "lines.0.description": "Fold", "lines.0.resource": f"BENCH-{key}"}
    made = send(client, "/routings/new", "/routings", item_no=item, **lines)
    assert made.status_code == 303, words(made)
    assert "Fold" in words(client.get(made.location))
    refused = send(client, "/routings/new", "/routings", item_no=item, **{**lines, "lines.0.resource": "NO-BENCH"})
    assert refused.status_code == 422


def test_the_components_of_an_order_show_before_it_is_made(client):
    shown = client.get("/production-orders/new?item_no=PACK&quantity=2&location_code=MAIN")
    assert shown.status_code == 200
    text = words(shown)
    assert "Bill of material version 1" in text
    assert "8 PCS" in text
    assert 'value="PACK"' in shown.text
    assert 'formmethod="get"' in shown.text
    short = words(client.get("/production-orders/new?item_no=PACK&quantity=500&location_code=MAIN"))
    assert "2 short" in short
    refused = client.get("/production-orders/new?item_no=CELL&quantity=2&location_code=MAIN")
    assert refused.status_code == 422
    assert "has no bill of material" in words(refused)
    wrong = client.get("/production-orders/new?item_no=PACK&quantity=many&location_code=MAIN")
    assert wrong.status_code == 422
    assert 'value="many"' in wrong.text


def test_a_new_order_without_a_location_is_refused_beside_the_field(client, key):
    number = f"NL{key[4:]}"
    asked = {"no": number, "item_no": "PACK", "quantity": "2", "location_code": "", "due_date": ""}
    made = send(client, "/production-orders/new", "/production-orders", **asked)
    shown = client.get("/production-orders/new", query_string=asked)
    for refused, problem in ((made, "must not be blank"), (shown, "must be given")):  # *Create order* and *Show components*
        assert refused.status_code == 422
        assert f"Location: {problem}" in words(refused)
        assert 'id="location_code-error"' in refused.text
        assert re.search(r'<select id="location_code"[^>]*aria-invalid="true"', refused.text)
        assert f'value="{number}"' in refused.text
    assert client.get(f"/production-orders/{number}").status_code == 404


def test_an_order_that_has_not_started_is_changed_on_its_page(client, key):
    number = f"CH{key[4:]}"
    send(client, "/production-orders/new", "/production-orders", no=number, item_no="PACK", quantity="2", location_code="MAIN", due_date="")
    change = f"/production-orders/{number}/change"
    stale = form_of(client, change, change)
    assert send(client, change, change, quantity="7").status_code == 303
    assert "28 PCS" in words(client.get(f"/production-orders/{number}"))
    assert "changed by somebody else" in words(client.post(change, data=stale))
    late = {"command_key": key, "quantity": "1", "version": "1", "location_code": "MAIN"}
    started = client.post("/production-orders/RPO-C/change", data=late)
    assert started.status_code == 422


# --- API ---


def call(client, key, address, body=None, **query):
    return client.post(f"/api/v1{address}", json=body or {}, headers={"Idempotency-Key": key}, query_string=query)


def test_the_api_knows_every_kind_with_its_fields(client):
    rows = client.get("/api/v1/masters").get_json()["rows"]
    assert {row["kind"] for row in rows} == set(PAGES)
    vendor = next(row for row in rows if row["kind"] == "vendors")
    assert set(vendor["change"]["properties"]) == {"version", "name", "city", "country"}
    assert client.get("/api/v1/masters/planets").status_code == 404


@by_kind
def test_the_api_creates_changes_copies_blocks_and_deletes(client, key, kind):
    page, given, other, address = example(kind, f"{key}7")
    remove_if_there(client, address, key)
    start = f"/masters/{kind}"
    assert call(client, key, start, given).status_code == 200
    name = given[page.master.key[0]] if kind != "gtins" else given["gtin"].rjust(14, "0")
    rest = {part: given[part] for part in page.master.key[1:]}
    one = f"{start}/{name}"
    shown = client.get(f"/api/v1{one}", query_string=rest).get_json()
    body = {field: shown[field] for field in page.master.change.model_fields} | other
    answer = call(client, f"{key}-c", f"{one}/change", body, **rest)
    assert answer.status_code == 200, answer.text
    assert call(client, f"{key}-s", f"{one}/change", body, **rest).get_json()["code"] == "STALE_ROW"
    blocked = call(client, f"{key}-b", f"{one}/block", {"version": 2, "blocked": True, "reason": "x"}, **rest).get_json()["code"]
    assert blocked == ("RECORD_CHANGED" if page.master.blockable else "NOTHING_TO_BLOCK")
    if page.copies:
        copied = {"gtins": example(kind, f"{key}9")[1].get("gtin"), "item-labels": "LABEL"}.get(kind, f"Z{key[4:]}"[:10])
        answer = call(client, f"{key}-y", f"{one}/copy", {"no": copied}).get_json()
        assert answer["code"] in {"RECORD_CREATED", "ALREADY_EXISTS"}, answer
    version = client.get(f"/api/v1{one}", query_string=rest).get_json()["version"]
    assert call(client, f"{key}-d", f"{one}/delete", {"version": version}, **rest).get_json()["code"] == "RECORD_DELETED"


def test_the_api_keeps_versions_and_changes_orders(client, key):
    item, other = f"AP{key[4:]}", f"AQ{key[4:]}"
    for no in (item, other):
        call(client, f"{key}-{no}", "/items", {"no": no, "description": "x", "base_unit_code": "PCS"})
    lines = [{"item_no": "LABEL", "quantity_per": "2"}]
    assert call(client, f"{key}-1", "/masters/boms", {"item_no": item, "lines": lines}).status_code == 200
    versions = f"/masters/boms/{item}/versions"
    body = {"version": 1, "version_code": "2", "lines": lines, "starting_date": "2031-01-01"}
    assert call(client, f"{key}-2", versions, body).status_code == 200
    del body["version_code"]
    assert call(client, f"{key}-3", f"{versions}/2/change", body | {"version": 2}).status_code == 200
    assert call(client, f"{key}-4", f"{versions}/2/move", {"version": 3, "action": "certify"}).status_code == 200
    assert call(client, f"{key}-5", f"{versions}/2/copy", {"item_no": other}).status_code == 200
    refused = call(client, f"{key}-6", f"{versions}/2/delete", {"version": 4})
    assert refused.get_json()["code"] == "VERSION_IN_USE"
    assert call(client, f"{key}-7", "/masters/units/PCS/versions", body).status_code == 404
    order = {"no": f"O{key[4:]}", "item_no": item, "quantity": "1", "location_code": "MAIN"}
    assert call(client, f"{key}-8", "/production-orders", order).status_code == 200
    change = {"version": 1, "quantity": "3", "location_code": "MAIN", "due_date": "2031-02-01"}
    assert call(client, f"{key}-9", f"/production-orders/O{key[4:]}/change", change).status_code == 200
    needs = client.get("/api/v1/production-needs", query_string={"item_no": item, "quantity": "3", "location_code": "MAIN"}).get_json()
    assert (needs["bom_version"], needs["rows"][0]["expected"]) == ("1", "6")


@pytest.mark.parametrize("version", ["9" * 48, str(2**31), "0", "-1", "1.5", ""])
def test_bad_input_a_version_that_no_record_can_have_is_refused(client, key, version):
    assert send(client, "/items/CELL", "/items/CELL/block", version=version, blocked="1").status_code in {400, 422}
    headers = {"Idempotency-Key": key}
    told = client.post("/api/v1/masters/items/CELL/block", json={"version": version and 10**40, "blocked": True}, headers=headers)
    assert told.status_code in {400, 422}


def test_set_3_the_item_form_offers_series_for_goods_only(client, key):
    code = f"S{key[4:]}"
    assert send(client, "/number-series/new", "/number-series", code=code, prefix="SN-").status_code == 303
    offered = client.get("/items/new").text.split('name="serial_nos"')[1].split("</select>")[0]
    assert f'value="{code}"' in offered
    assert 'value="PURCHASE"' not in offered
    refused = send(client, "/items/new", "/items", no=f"I{key[4:]}", description="x", base_unit_code="PCS", serial_nos="JOURNAL")
    assert (refused.status_code, "JOURNAL is for documents" in words(refused)) == (422, True)
    assert "/number-series" in client.get("/more").text
