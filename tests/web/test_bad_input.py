"""Bad input: any bytes in forms, addresses and bodies give a refusal with a code, never a 500 (issue of the plant, R-SC-6, A35)."""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.test_forms import words

BAD_TEXTS = (
    "\x00",
    "\x1d",
    "\ud800".encode("utf-8", "surrogatepass"),
    b"\xff\xfe\xfa",
    "x" * 5000,
    "’; DROP TABLE item; --",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "%s%n",
    "../../etc/passwd",
    "1e999999",
    "-0",
    "NaN",
    "٣",
    "\u202e",
    "9" * 5000,
    "[" * 3000,
    "💥" * 50,
)
BAD_PATHS = ("%00", "%1D", "%ff%fe", "%ED%A0%80", "x" * 3000, "%22%3E", "..%2f..%2f", "%0d%0a", "%F0%9F%92%A5", "'%20OR%201=1")
CALM = {200, 204, 302, 303, 308, 400, 401, 404, 405, 409, 413, 415, 422}


def rules(site, method):
    for rule in site.app.url_map.iter_rules():
        if method in rule.methods and rule.endpoint != "static":
            yield rule


def address(rule, value):
    """The address of a rule with the value in every part; one of the choices, or a number, where a rule takes nothing else."""

    def part(found):
        kind = found.group(1) or ""
        if kind.startswith("any("):
            return kind[4:].partition(",")[0].strip("')")
        return "1" if kind.startswith("int") and value == "X" else value

    return re.sub(r"<(?:([^:>]+):)?[^>]+>", part, rule.rule)


def send(client, path, fields):
    """The bytes exactly as they are, as no browser would send them."""
    return client.post(path, data=urlencode(fields), content_type="application/x-www-form-urlencoded")


@pytest.mark.parametrize("bad", BAD_PATHS)
def test_any_bytes_in_an_address_are_calm(site, client, bad):
    for rule in rules(site, "GET"):
        path = address(rule, bad)
        answer = client.get(path, buffered=True)
        assert answer.status_code in CALM, (path, answer.text)
        answer = client.get(
            path.replace(bad, "X") + f"?text={bad}&after={bad}&status={bad}&item_no={bad}&number={bad}&limit={bad}&days={bad}"
            f"&location_code={bad}&code={bad}&answer={bad}&order_no={bad}&seen={bad}&next={bad}&kind={bad}",
            buffered=True,
        )
        assert answer.status_code in CALM, (path, answer.text)


@pytest.mark.parametrize("bad", BAD_TEXTS, ids=range(len(BAD_TEXTS)))
def test_any_bytes_in_a_form_are_calm(site, client, bad, key):
    """Every field name that any input model has, all set to the same bytes, to every address that takes a form."""
    names = [
        "command_key",
        "no",
        "name",
        "code",
        "item_no",
        "quantity",
        "description",
        "badge",
        "station",
        "next",
        "reason",
        "kind",
        "number",
        "value",
        "vendor_no",
        "customer_no",
        "location_code",
        "due_date",
        "gtin",
        "unit_code",
        "text",
        "mode",
        "lines",
        "lines.0.item_no",
        "lines.0.quantity",
        "lines.0.lot_no",
        "lines.0.line_no",
        "lines.0.date",
        "lines.x.y",
        "confirmed",
        "language",
        "role",
        "posting_date",
    ]
    for number, rule in enumerate(rules(site, "POST")):
        if rule.rule.startswith("/api/") or rule.endpoint == "sign_in.leave":
            continue
        answer = send(client, address(rule, "X"), dict.fromkeys(names, bad) | {"command_key": f"{key}-{number}"})
        assert answer.status_code in CALM, (rule, answer.text)
        if answer.status_code == 422:
            assert "refused" in answer.text or "question" in answer.text


@pytest.mark.parametrize("bad", BAD_TEXTS, ids=range(len(BAD_TEXTS)))
def test_any_bytes_as_command_key_are_refused(client, bad):
    answer = send(client, "/vendors", {"no": "V9", "name": "Nine", "command_key": bad})
    assert answer.status_code in {303, 422}
    # Broken bytes reach us as visible escapes, so they may make a key; anything else is judged as it is.
    assert answer.status_code == 422 or isinstance(bad, bytes) or (bad.isascii() and bad.isprintable() and len(bad) <= 64)


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)  # reading a body is the same on both; what is read is tried on both above
@pytest.mark.parametrize(
    "content_type",
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data", "text/plain", "application/json", ""],
)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"%ff=%00&=&&&==",
        b'--x\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n\xff\r\n--x--',
        b"--x\r\n\r\n",
        b"{",
        b"\x00" * 100,
    ],
)
def test_any_body_is_calm(site, client, content_type, body):
    for rule in rules(site, "POST"):
        if rule.endpoint != "sign_in.leave":
            answer = client.post(address(rule, "X"), data=body, content_type=content_type)
            assert answer.status_code in CALM, (rule, answer.text)


@pytest.mark.parametrize(
    "bad",
    [
        None,
        1,
        0.1,
        True,
        [],
        {},
        "\x00",
        "\ud800",
        "x" * 5000,
        10**400,
        -1,
        "NaN",
        [[[[]]]],
        {"a": {"b": {}}},
        "9" * 4000,
    ],
    ids=range(15),
)
def test_any_json_value_is_calm(site, client, bad, key):
    """A JSON number is never taken for a quantity (A27)."""
    spec = client.get("/api/v1/openapi.json").json
    for number, rule in enumerate(rule for rule in rules(site, "POST") if rule.rule.startswith("/api/")):
        names = fields_of(spec, rule)
        body = json.dumps(dict.fromkeys(names, bad))
        answer = client.post(address(rule, "X"), data=body, content_type="application/json", headers={"Idempotency-Key": f"{key}-{number}"})
        assert answer.status_code in CALM, (rule, answer.text)
        if answer.status_code >= 400:
            assert answer.mimetype == "application/problem+json"
            assert answer.json["code"].isupper()


def fields_of(spec, rule):
    """Names of the fields that an operation of the API takes."""
    operation = spec["paths"][re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.rule)]["post"]
    reference = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
    return spec["components"]["schemas"].get(reference.rpartition("/")[2], {}).get("properties", {})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=80))
def test_any_search_text_is_calm(client, text):
    answer = client.get("/find", query_string={"text": text.encode("utf-8", "surrogatepass")})
    assert answer.status_code in {200, 302, 422}


def test_a35_scan_text_over_the_limit_is_refused(client):
    answer = client.get("/find", query_string={"text": "x" * 4097})
    assert answer.status_code == 422
    assert "4097" in answer.text or "4,097" in answer.text


def test_a29_bad_rows_are_told_in_words_by_api_and_page_alike(client, key):
    """One problem for one row, under the field's name for programs and under its label for people."""
    line = {"source_type": "Sales Line", "order_no": "SO-A", "line_no": 10000}
    body = {**line, "lines": [{"serial_no": "x" * 51}]}
    refused = client.post("/api/v1/item-tracking-lines/add", json=body, headers={"Idempotency-Key": key}).json
    assert refused["fields"]["problems"] == {"lines.0.serial_no": "has more than 50 characters"}
    assert refused["message"] == "Please correct: Serial number, row 1: has more than 50 characters"
    page = "/item-tracking/sales/SO-A/10000/0"
    shown = words(send(client, page, {"command_key": key, "lines.0.lot_no": "x" * 51, "lines.0.quantity": "1"}))
    assert "Lot number, row 1: has more than 50 characters" in shown
    assert "lines.0" not in shown
