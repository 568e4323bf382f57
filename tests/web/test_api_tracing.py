"""Item tracing over the API: the same question, the same answer, the same refusals."""

from __future__ import annotations

import csv
import io
from urllib.parse import urlencode

import pytest

from tests.databases import ENGINES
from tests.web.tracing_plant import FORMULA, traced_site

FORWARD = "Origin -> Usage"


@pytest.fixture(scope="module", params=ENGINES)
def site(request, tmp_path_factory):
    with traced_site(request.param, tmp_path_factory.mktemp("data")) as made:
        yield made


@pytest.fixture
def client(site):
    return site.client("B-QUAL")


def ask(client, **question):
    answer = client.get("/api/v1/traces?" + urlencode(question))
    assert answer.status_code == 200, answer.text
    return answer.json


def test_tr_50_a_trace_as_json_has_lines_completeness_and_its_question(client):
    answer = ask(client, serial_no="B-1")
    assert (answer["completeness"], answer["complete"], answer["reasons"], answer["registered_left_out"]) == ("complete", True, [], 0)
    assert answer["criteria"]["serial_no"] == "B-1"
    assert answer["criteria"]["method"] == "Usage -> Origin"
    assert answer["read_at"].endswith("+00:00")
    sale, output = answer["lines"][:2]
    assert (sale["source_name"], sale["parent"], sale["depth"]) == ("Bikes & Söhne <Ltd>", 0, 0)
    assert (sale["quantity"], sale["unit_code"]) == ("-1", "PCS")
    assert (output["parent"], output["entry_type"], output["order_no"]) == (1, "Output", "RPO-1")
    assert {line["source_name"] for line in answer["lines"] if line["entry_type"] == "Purchase"} == {FORMULA}
    assert {line["serial_no"] for line in answer["lines"]} == {"B-1", "F-1", "W-1", "W-2", ""}
    (on_hand,) = answer["on_hand"]
    assert (on_hand["item_no"], on_hand["quantity"]) == ("BIKE", "0")


def test_rule_1_three_bikes_have_disjoint_parts(client):
    traces = [ask(client, serial_no=f"B-{n}")["lines"] for n in (1, 2)]
    parts = [{line["serial_no"] for line in lines if line["entry_type"] == "Consumption"} - {""} for lines in traces]
    assert parts == [{"F-1", "W-1", "W-2"}, {"F-2", "W-3", "W-4"}]


def test_c_11_reversed_lines_are_told(client):
    states = {line["state"] for line in ask(client, serial_no="F-3", method=FORWARD)["lines"]}
    assert {"reversed", "reversal"} <= states


def test_d_37_registered_links(client):
    assert ask(client, serial_no="B-4")["registered_left_out"] == 2
    answer = ask(client, serial_no="B-4", include_registered="true")
    assert answer["registered_left_out"] == 0
    assert {line["state"] for line in answer["lines"]} >= {"registered"}


def test_c_6_reasons_come_with_their_words(client, monkeypatch):
    monkeypatch.setattr("shopfloor.tracing.queries.trace_criteria.__kwdefaults__", {"line_limit": 2, "entry_limit": 100})
    answer = ask(client, item_no="WHEEL")
    assert (answer["completeness"], answer["complete"]) == ("truncated", False)
    assert [reason["code"] for reason in answer["reasons"]] == ["LINE_LIMIT"]
    assert answer["reasons"][0]["message"].startswith("The trace stopped after 2 lines.")


def test_tr_01_no_filter_gives_an_empty_answer(client):
    assert ask(client)["lines"] == []


@pytest.mark.parametrize("question", [
    {"serial_no": "B-2"}, {"lot_no": "P-A", "method": FORWARD, "show_components": "All"}, {"serial_no": "B-1", "view": "Order line"},
])
def test_a_29_the_page_and_the_api_give_the_same_lines(client, question):
    """A29, peers 40: backward, forward, and with the order line's view, through page, file and API."""
    text = client.get("/tracing.csv?" + urlencode(question)).data.decode("utf-8-sig")
    page = [(row["line"], row["entry_no"], row["state"], row["quantity"]) for row in csv.DictReader(io.StringIO(text, newline=""))]
    api = [(str(line["no"]), str(line["entry_no"] or ""), line["state"], line["quantity"]) for line in ask(client, **question)["lines"]]
    assert page == api


@pytest.mark.parametrize(("question", "code"), [
    ({"variant": "V"}, "VARIANT_WITHOUT_ITEM"),
    ({"lot_no": "a\x00b"}, "FILTER_NOT_READABLE"),
    ({"serial_no": "\x1d"}, "FILTER_NOT_READABLE"),
    ({"serial_no": "x" * 501}, "INVALID_INPUT"),
    ({"serial_no": "B-1", "method": "sideways"}, "INVALID_INPUT"),
    ({"serial_no": "B-1", "view": ""}, "INVALID_INPUT"),
    ({"serial_no": "B-1", "include_registered": "perhaps"}, "INVALID_INPUT"),
    ({"serialno": "B-1"}, "INVALID_INPUT"),
])
def test_a_question_that_cannot_be_read_is_a_problem_with_a_code(client, question, code):
    answer = client.get("/api/v1/traces?" + urlencode(question))
    assert (answer.status_code, answer.mimetype, answer.json["code"]) == (422, "application/problem+json", code)


@pytest.mark.parametrize("raw", ["%00", "%ff%fe", "%ED%A0%80", "..", "%27", "%7C%7C", "a..b..c", "%F0%9F%92%A5"])
def test_any_bytes_give_an_answer_or_a_problem(client, raw):
    for name in ("serial_no", "lot_no", "item_no", "variant", "package_no", "vendor_lot_no", "method", "view"):
        answer = client.get(f"/api/v1/traces?item_no=BIKE&{name}={raw}")
        assert answer.status_code in {200, 422}, (name, raw, answer.text)
        assert answer.status_code == 200 or answer.json["code"]


def test_a_18_statements_do_not_grow_with_what_is_traced(site, client):
    counts = []
    for question in ("F-1", "F-1|F-2"):
        with site.statements() as seen:
            ask(client, serial_no=question, method=FORWARD)
        counts.append(seen.count)
    assert counts[0] == counts[1] <= 20, counts


def test_a_30_the_api_asks_who_you_are(site):
    assert site.client(badge="").get("/api/v1/traces?serial_no=B-1").status_code == 401


def test_a_12_the_description_names_the_filters_and_choices(client):
    operation = client.get("/api/v1/openapi.json").json["paths"]["/api/v1/traces"]["get"]
    names = {parameter["name"] for parameter in operation["parameters"]}
    assert names == {"serial_no", "lot_no", "package_no", "item_no", "variant", "vendor_lot_no", "method", "show_components", "view",
                     "include_registered"}


def test_d_37_c_5_a_part_on_the_bench_leads_to_its_product(client):
    """F-4 is registered in B-4 and nothing of it is posted: the recall question must not miss it."""
    assert ask(client, serial_no="F-4", method=FORWARD)["registered_left_out"] == 1
    answer = ask(client, serial_no="F-4", method=FORWARD, include_registered="true")
    registered = [(line["item_no"], line["serial_no"]) for line in answer["lines"] if line["state"] == "registered"]
    assert registered == [("FRAME", "F-4"), ("BIKE", "B-4")]
