"""The API: the same use cases with the same inputs, quantities as text, keys, problems (A12, A19, A27, A28, A29)."""

from __future__ import annotations

import re

import pytest

from shopfloor.web.api.base import as_json


def post(client, path, body=None, *, key):
    return client.post(f"/api/v1{path}", json=body, headers={"Idempotency-Key": key})


@pytest.fixture
def token(client, key):
    """A token of the administrator, made over the API."""
    answer = post(client, "/tokens", {"operator_no": "E-ADMIN", "description": "test"}, key=f"token-{key}")
    assert answer.status_code == 200, answer.text
    return answer.json["token"]


@pytest.fixture
def program(site, token):
    """A program without a browser: no Origin, no cookie, a bearer token."""
    client = site.app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def test_a28_a_program_shows_its_token_instead_of_an_origin(program, site):
    assert program.get("/api/v1/me").json["operator_no"] == "E-ADMIN"
    nobody = site.app.test_client()
    assert nobody.get("/api/v1/me").status_code == 401
    wrong = nobody.get("/api/v1/me", headers={"Authorization": "Bearer wrong"})
    assert (wrong.status_code, wrong.json["code"], wrong.mimetype) == (401, "TOKEN_UNKNOWN", "application/problem+json")
    assert program.get("/items").status_code == 303  # a token opens the API only


def test_a_revoked_token_is_nobody(client, program, token, key):
    listed = client.get("/api/v1/tokens").json["rows"]
    newest = next(row for row in listed if not row["revoked"])
    assert token not in str(listed)
    assert post(client, "/tokens/revoke", {"token_hash": newest["token_hash"]}, key=key).status_code == 200
    assert program.get("/api/v1/me").status_code == 401


def test_a19_the_same_key_gives_the_same_token_and_another_request_is_refused(client, key):
    body = {"operator_no": "E-WORK", "description": "scanner"}
    first, second = (post(client, "/tokens", body, key=key) for _ in range(2))
    assert first.json == second.json
    assert post(client, "/tokens", body | {"description": "other"}, key=key).json["code"] == "KEY_REUSED"


def test_a_worker_gets_no_token(site, key):
    answer = post(site.client("B-WORK"), "/tokens", {"operator_no": "E-WORK", "description": "mine"}, key=key)
    assert (answer.status_code, answer.json["code"]) == (422, "NOT_ALLOWED")
    assert site.client("B-WORK").get("/api/v1/tokens").status_code == 422


def test_a27_quantities_are_text(program, key):
    body = {"item_no": "PACK", "quantity": 5, "location_code": "MAIN", "no": f"Q-{key}"}
    answer = post(program, "/production-orders", body, key=key)
    assert (answer.status_code, answer.json["code"]) == (422, "INVALID_INPUT")
    assert "write the quantity as text" in answer.json["fields"]["problems"]["quantity"]
    assert post(program, "/production-orders", body | {"quantity": "5"}, key=key + "t").status_code == 200
    shown = program.get(f"/api/v1/production-orders/Q-{key}").json
    assert shown["order"]["quantity"] == "5"
    assert shown["components"][0]["expected"] == "10"


def test_a_key_is_required(program):
    answer = program.post("/api/v1/vendors", json={"no": "V8", "name": "Eight"})
    assert (answer.status_code, answer.json["code"]) == (422, "INVALID_INPUT")
    assert "Idempotency-Key" in answer.json["fields"]["problems"]


def test_unknown_fields_are_refused(program, key):
    answer = post(program, "/vendors", {"no": "V8", "name": "Eight", "phone": "1"}, key=key)
    assert "phone" in answer.json["fields"]["problems"]


def test_a_question_is_409(program, key):
    line = {"entry_type": "Positive Adjmt.", "item_no": "CELL", "location_code": "MAIN", "quantity": "1"}
    body = {"reason": "count", "lines": [line | {"lot_no": f"twin-{key}"}]}
    assert post(program, "/item-journals", body, key=key + "a").status_code == 200
    body = {"reason": "count", "lines": [line | {"lot_no": f"TWIN-{key}"}]}
    asked = post(program, "/item-journals", body, key=key + "b")
    assert (asked.status_code, asked.json["code"], asked.json["asks"]) == (409, "CASE_TWIN", True)
    assert post(program, "/item-journals", body | {"confirmed": True}, key=key + "c").status_code == 200


def test_the_whole_way_of_an_order(program, key):
    """Item, bill, order, stages: every step by its endpoint."""
    no = f"A{key[4:]}"
    for path, body in (
        ("/items", {"no": f"{no}-PART", "description": "Part", "base_unit_code": "PCS"}),
        ("/items", {"no": no, "description": "Thing", "base_unit_code": "PCS"}),
        ("/item-units", {"item_no": no, "unit_code": "BOX", "quantity_per_unit": "6"}),
        ("/boms", {"item_no": no, "lines": [{"item_no": f"{no}-PART", "quantity_per": "2"}]}),
        ("/routings", {"item_no": no, "lines": [{"operation_no": 10, "description": "Assemble"}]}),
        ("/production-orders", {"item_no": no, "quantity": "3", "location_code": "MAIN", "no": no}),
        (f"/production-orders/{no}/estimate", None),
        (f"/production-orders/{no}/schedule", None),
        (f"/production-orders/{no}/release", None),
        (f"/production-orders/{no}/start", {"quantity": "2"}),
    ):
        answer = post(program, path, body, key=f"{key}-{path}"[-40:] + str(len(str(body))))
        assert answer.status_code == 200, answer.text
    shown = program.get(f"/api/v1/production-orders/{no}").json
    assert (shown["order"]["status"], shown["order"]["started"]) == ("Started", "2")
    assert program.get(f"/api/v1/items/{no}").json["units"] == [{"quantity_per_unit": "6", "unit_code": "BOX"}]


def test_lists_come_in_pages(program):
    first = program.get("/api/v1/items?limit=2").json
    second = program.get("/api/v1/items", query_string={"limit": 2, "after": first["next_after"]}).json
    assert len(first["rows"]) == 2
    assert first["rows"][1]["item_no"] < second["rows"][0]["item_no"]
    assert program.get("/api/v1/items?limit=0").status_code == 422
    stock = program.get("/api/v1/stock?limit=1").json
    more = program.get("/api/v1/stock", query_string={"limit": 1, "after": stock["next_after"]}).json
    assert stock["rows"] != more["rows"]
    assert len(more["rows"]) == 1


def test_openapi_describes_every_route(client, site):
    """A12: OpenAPI 3.1; a write names its key and its problems. Reading a picture is posted and writes nothing."""
    spec = client.get("/api/v1/openapi.json").json
    assert spec["openapi"].startswith("3.1")
    for rule in site.app.url_map.iter_rules():
        if not rule.rule.startswith("/api/v1/") or rule.endpoint.startswith("api_docs."):
            continue
        path = re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.rule)
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            operation = spec["paths"][path][method.lower()]
            assert operation["summary"]
            assert "application/problem+json" in operation["responses"]["422"]["content"]
            if method == "POST" and rule.endpoint not in {"api_people.sign_in", "api_pictures.read", "api_gs1.test_code"}:
                assert "Idempotency-Key" in [parameter["name"] for parameter in operation["parameters"]]
                assert "409" in operation["responses"]


def test_the_docs_page_loads_only_from_here(client):
    text = client.get("/api/v1/docs").text
    for address in re.findall(r'(?:src|href)="([^"]+)"', text):
        assert client.get(address, buffered=True).status_code == 200
    assert "http" not in re.sub(r"<!doctype.*?>", "", text)


def test_sign_in_over_the_api_needs_an_origin(site):
    client = site.client(badge="")
    assert client.post("/api/v1/sign-in", json={"badge": "B-WORK", "station_code": "ST-1"}).json["operator_no"] == "E-WORK"
    assert "register scans" in client.get("/api/v1/me").json["rights"]
    assert site.app.test_client().post("/api/v1/sign-in", json={"badge": "B-WORK"}).status_code == 403


def test_values_as_json():
    assert as_json({"a": (1, "x", None, frozenset({"b", "a"}))}) == {"a": [1, "x", None, ["a", "b"]]}


def test_a12_the_description_says_what_the_fields_of_a_scan_mean(client):
    """A12: an integrator reads the description, not the code."""
    schemas = client.get("/api/v1/openapi.json").json["components"]["schemas"]
    for name, said in schemas["ScanInput"]["properties"].items():
        assert said.get("description"), name
    assert "match id" in schemas["ScanInput"]["properties"]["product"]["description"]
