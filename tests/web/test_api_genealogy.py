"""Tracked components over the API: the same use cases, as JSON (A12, A29)."""

from __future__ import annotations

import itertools

import pytest

from tests.databases import ENGINES
from tests.factories_genealogy import PAINT_LINE, WHEEL_LINE
from tests.web.bikes import bike_site, make_order

_keys = itertools.count(1)


@pytest.fixture(scope="module", params=ENGINES)
def site(request, tmp_path_factory):
    with bike_site(request.param, tmp_path_factory.mktemp("data")) as made:
        yield made


class Api:
    """A client of one order."""

    def __init__(self, order, badge="B-ADMIN"):
        self.order, self.client = order, order.site.client(badge)
        self.base = f"/api/v1/production-orders/{order.no}"

    def get(self, path, **query):
        answer = self.client.get(self.base + path, query_string=query)
        return answer.status_code, answer.get_json()

    def send(self, path, body, *, method="POST", key=""):
        headers = {"Idempotency-Key": key or f"api-{next(_keys)}"}
        answer = self.client.open(self.base + path, method=method, json=body, headers=headers)
        return answer.status_code, answer.get_json()

    def scan(self, text, **more):
        return self.send("/scans", {"text": text, "source": "wedge", **more})

    def unit(self):
        """A unit with a frame, a wheel and paint; gives its match id and its associations by number."""
        status, answer = self.scan(self.order.number("BK1"))
        assert status == 200, answer
        match_id = answer["fields"]["match_id"]
        for name in ("F1", "W1", "P"):
            status, answer = self.scan(self.order.number(name), mode="Component", product=match_id)
            assert status == 200, answer
        return match_id, self.associations(match_id)

    def associations(self, match_id):
        _, page = self.get("/associations", match_id=match_id)
        found = {}
        for row in page["rows"]:
            tracking = row["association"]["tracking"]
            found[(tracking["serial_no"] or tracking["lot_no"]).removesuffix(f"-{self.order.tag}")] = row["association"]
        return found


@pytest.fixture
def api(site):
    return Api(make_order(site))


def test_scan_answers_where_the_station_stands(api):
    status, answer = api.scan(api.order.number("BK1"))
    assert (status, answer["code"]) == (200, "PRODUCT_REGISTERED")
    fields = answer["fields"]
    assert (fields["mode"], fields["component_line_no"], fields["held"]) == ("Component", 0, "")
    assert answer["message"] == f"{api.order.number('BK1')} registered. Now scan its parts."


def test_refusal_and_question_are_problems_with_code_and_fields(api):
    match_id, _ = api.unit()
    status, problem = api.scan("NOPE", mode="Component", product=match_id, line=WHEEL_LINE)
    assert (status, problem["code"], problem["asks"]) == (422, "NUMBER_UNKNOWN", False)
    assert problem["fields"] == {"number": "NOPE", "item": "WHEEL of the test"}
    status, problem = api.scan(api.order.number("W2"))
    assert (status, problem["code"], problem["asks"]) == (409, "SWITCH_TO_COMPONENT", True)


def test_a19_same_key_same_answer_other_body_key_reused(api):
    body = {"text": api.order.number("BK1")}
    first = api.send("/scans", body, key=f"same-{api.order.tag}")
    assert api.send("/scans", body, key=f"same-{api.order.tag}") == first
    status, problem = api.send("/scans", {"text": "other"}, key=f"same-{api.order.tag}")
    assert (status, problem["code"]) == (422, "KEY_REUSED")


def test_page_facts_as_json_with_quantities_as_text(api):
    match_id, _ = api.unit()
    status, page = api.get("/tracked-components", match_id=match_id)
    assert status == 200
    figures = {"ordered": "3", "started": "3", "registered": "1", "good": "0", "error": "0", "status": "In progress", "unit_code": "PCS"}
    assert page["summary"] == figures
    wheel = next(line for line in page["components"] if line["line_no"] == WHEEL_LINE)
    assert (wheel["started"], wheel["consumption"], wheel["remaining"], wheel["status"]) == ("2", "1", "1", "In progress")
    assert [unit["number"] for unit in page["units"]] == [api.order.number("BK1")]


def test_create_change_move_and_remove(api):
    status, answer = api.send("/products", {"serial_no": api.order.number("BK1")})
    assert status == 200
    match_id = answer["fields"]["match_id"]
    body = {"match_id": match_id, "component_line_no": PAINT_LINE, "lot_no": api.order.number("P"), "quantity": "0.25"}
    assert api.send("/components", body)[0] == 200
    paint = api.associations(match_id)["P"]
    changed = {"version": paint["version"], "quantity": "0.2"}
    assert api.send(f"/associations/{paint['association_no']}", changed, method="PATCH")[0] == 200
    assert api.associations(match_id)["P"]["quantity"] == "0.2"
    status, problem = api.send(f"/associations/{paint['association_no']}", changed, method="PATCH")
    assert (status, problem["code"]) == (422, "STALE_ROW")
    _, answer = api.send("/products", {"serial_no": api.order.number("BK2")})
    other = answer["fields"]["match_id"]
    assert api.send(f"/associations/{paint['association_no']}/move", {"to_match_id": other, "reason": "swapped"})[0] == 200
    assert (set(api.associations(match_id)), set(api.associations(other))) == (set(), {"P"})
    moved = api.associations(other)["P"]["association_no"]
    assert api.send("/associations/remove", {"selected": [moved]})[0] == 200
    assert api.send("/products/remove", {"selected": [match_id, other], "confirmed": True})[0] == 200
    assert api.get("/tracked-components")[1]["units"] == []


def test_d18_typed_yes_is_no_override(api):
    """OPS-8: a client cannot confirm expiry or over-quantity without reason and badge."""
    _, answer = api.send("/products", {"serial_no": api.order.number("BK1")})
    body = {"match_id": answer["fields"]["match_id"], "component_line_no": PAINT_LINE, "lot_no": api.order.number("P"), "quantity": "0.9"}
    assert api.send("/components", body)[1]["code"] == "OVER_QUANTITY"
    assert api.send("/components", body | {"confirmed": ["OVER_QUANTITY"]})[1]["code"] == "REASON_NEEDED"
    yes = body | {"confirmed": ["OVER_QUANTITY"], "reason": "TRIAL: x", "badge": "B-SUP"}
    assert api.send("/components", yes | {"badge": "B-WORK"})[1]["code"] == "NOT_ALLOWED"
    assert api.send("/components", yes | {"reason": "x"})[1]["code"] == "REASON_UNKNOWN"
    assert api.send("/components", yes)[0] == 200


def test_pick_journal_report_and_reverse(api):
    match_id, parts = api.unit()
    frame, paint = parts["F1"]["association_no"], parts["P"]["association_no"]
    assert api.send("/associations/pick", {"selected": [frame]})[0] == 200
    assert api.associations(match_id)["F1"]["state"] == "Picked"
    assert api.send("/associations/unpick", {"selected": [frame]})[0] == 200
    assert api.send("/journal", {"selected": [paint, frame]})[0] == 200
    assert api.send(f"/journal/{paint}", {"quantity": "0.24"}, method="PATCH")[0] == 200
    assert api.send("/journal/cancel", {"selected": [frame]})[0] == 200
    assert api.send("/journal/post", {"selected": [paint]})[0] == 200
    assert api.associations(match_id)["P"]["consumed"] == "0.24"
    status, problem = api.send("/report", {"lines": [{"match_id": match_id}]})
    assert (status, problem["code"]) == (422, "COMPONENTS_MISSING")
    ended = {"match_id": match_id, "reason": "enough"}
    for line_no in (WHEEL_LINE, PAINT_LINE):
        assert api.send(f"/component-lines/{line_no}/end", ended)[0] == 200
    status, answer = api.send("/report", {"lines": [{"match_id": match_id, "good": "1", "error": "0"}]})
    assert (status, answer["fields"]["refused"]) == (200, [])
    assert api.get("/tracked-components")[1]["summary"]["good"] == "1"
    assert api.send("/reverse", {"selected": [match_id], "reason": "wrong label"})[0] == 200
    assert api.get("/tracked-components")[1]["summary"]["good"] == "0"


def test_a30_rights_are_asked_per_action(api):
    match_id, parts = api.unit()
    worker = Api(api.order, "B-WORK")
    selected = {"selected": [parts["F1"]["association_no"]]}
    reported = {"lines": [{"match_id": match_id}]}
    for path, body in (("/associations/pick", selected), ("/journal", selected), ("/report", reported), ("/reverse", selected)):
        status, problem = worker.send(path, body)
        assert (status, problem["code"]) == (422, "NOT_ALLOWED"), path
    assert worker.send("/associations/remove", selected)[1]["code"] == "NOT_YOURS"  # D37


@pytest.mark.parametrize(("path", "body"), [
    ("/scans", {"text": 7}), ("/scans", {"text": "X", "surprise": 1}), ("/scans", {"kind": "bogus"}),
    ("/report", {"lines": [{"match_id": 1, "good": 1.5}]}), ("/report", {"lines": [{"match_id": "x"}]}), ("/components", {}),
    ("/associations/pick", {"selected": ["x"]}), ("/products", {"serial_no": "x" * 60}), ("/products/assign", {"serial_nos": "A"}),
    ("/associations/pick", {"selected": [1] * 3000}),
])
def test_a29_bad_input_is_422_with_the_place(any_api, path, body):
    status, problem = any_api.send(path, body)
    assert (status, problem["code"]) == (422, "INVALID_INPUT")
    assert problem["fields"]["problems"]


@pytest.fixture(scope="module")
def any_api(site):
    return Api(make_order(site))


def test_missing_key_and_unknown_order(any_api):
    answer = any_api.client.post(f"{any_api.base}/scans", json={"text": "X"})
    assert answer.status_code == 422
    answer = any_api.client.get("/api/v1/production-orders/NOPE/tracked-components")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "NOT_FOUND")


def test_every_operation_is_described(any_api):
    """A12: OpenAPI names all that the pages can do."""
    paths = any_api.client.get("/api/v1/openapi.json").get_json()["paths"]
    start = "/api/v1/production-orders/{order_no}"
    wanted = {
        "/scans", "/products", "/products/remove", "/products/assign", "/components", "/associations", "/associations/{association_no}",
        "/associations/remove", "/associations/pick", "/associations/unpick", "/journal", "/journal/{association_no}", "/journal/post",
        "/journal/cancel", "/report", "/reverse", "/tracked-components", "/associations/{association_no}/move",
        "/component-lines/{line_no}/end",
    }
    assert {start + path for path in wanted} <= set(paths)


def test_d22_a22_replace_a_part_and_read_what_the_unit_was_made_of(api):
    """As built, as corrected, with the reason, and a part that is not built in is refused."""
    match_id, parts = api.unit()
    new = api.order.number("W2")
    body = {"version": str(parts["W1"]["version"]), "serial_no": new, "old_part": "Stock", "reason": "bent rim"}
    path = f"/associations/{parts['W1']['association_no']}/replace"
    assert api.send(path, body)[1]["code"] == "NOT_REPLACEABLE"
    lines = [{"match_id": match_id, "good": "1", "error": "0"}]
    status, answer = api.send("/report", {"lines": lines, "accept_error": True, "reason": "short of a wheel"})
    assert (status, answer["fields"]["done"]) == (200, [api.order.number("BK1")])
    body["version"] = str(api.associations(match_id)["W1"]["version"])
    assert api.send(path, body | {"reason": ""})[1]["code"] == "INVALID_INPUT"
    status, answer = api.send(path, body)
    assert (status, answer["fields"]["done"]) == (200, [new])

    def numbers(**query):
        status, unit = api.get(f"/products/{match_id}", **query)
        assert status == 200, unit
        return {part["tracking"]["serial_no"] for part in unit["parts"]} - {""}

    frame, old = api.order.number("F1"), api.order.number("W1")
    assert (numbers(), numbers(built="true")) == ({frame, new}, {frame, old})
    assert numbers(as_of="2020-01-01") == set()
    _, unit = api.get(f"/products/{match_id}")
    assert [(part["tracking"]["serial_no"], part["reason"]) for part in unit["removed"]] == [(old, "bent rim")]


def test_d36_add_a_component_line_and_take_it_off(api):
    """Only what was added goes; a second time there is no such line."""
    body = {"item_no": "BELL", "quantity_per": "100000000", "reason": "typed wrong"}
    status, answer = api.send("/component-lines", body)
    assert status == 200, answer
    line_no = answer["fields"]["line_no"]
    path = f"/component-lines/{line_no}/take-off"
    assert api.send(path, {"reason": ""})[1]["code"] == "INVALID_INPUT"
    assert api.send(f"/component-lines/{PAINT_LINE}/take-off", {"reason": "no"})[1]["code"] == "LINE_NOT_REMOVABLE"
    assert api.send(path, {"reason": "typed wrong"})[1]["code"] == "COMPONENT_TAKEN_OFF"
    assert api.send(path, {"reason": "again"})[0] == 404


def test_d24_load_and_unload(api):
    """A line that does not allow it is refused with its reason."""
    body = {"component_line_no": str(PAINT_LINE), "lot_no": api.order.number("P")}
    assert api.send("/load", body)[1]["code"] == "NOT_LOADABLE"
    assert api.send("/unload", {"component_line_no": str(PAINT_LINE)})[0] == 404
