"""Files on pages and in the API: every list as CSV, and an import with a dry run before it."""

from __future__ import annotations

import io

import pytest

from shopfloor.exchange.exports import EXPORTED
from tests.web.test_forms import Forms, words


def upload(client, text, **fields):
    page = client.get("/import?kind=" + fields["kind"]).text
    data = next(form for form in Forms(page).forms if form["action"] == "/import" and form["method"] == "post")["fields"]
    data |= fields | {"file": (io.BytesIO(text if isinstance(text, bytes) else text.encode()), "list.csv")}
    return client.post("/import", data=data, content_type="multipart/form-data")


def confirmed(client, answer, **headers):
    fields = next(form for form in Forms(answer.text).forms if form["action"] == "/import/run")["fields"]
    text = answer.text.partition('<textarea name="text" hidden>\n')[2].partition("</textarea>")[0]
    return client.post("/import/run", data=fields | {"text": text}, content_type="multipart/form-data", headers=headers)


@pytest.mark.parametrize("kind", EXPORTED)
def test_every_list_is_a_file(client, kind):
    answer = client.get(f"/{kind}.csv")
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={kind}.csv"
    header, *rows = answer.text.split("\r\n")
    assert "," in header
    assert rows[-1] == ""
    assert client.get(f"/api/v1/exports/{kind}").text == answer.text


def test_a_file_is_checked_first_and_then_written(client, key):
    number = f"F{key[4:]}"
    checked = upload(client, f"no;description;base_unit_code\n{number};Bolt;PCS\n", kind="items")
    assert checked.status_code == 200, words(checked)
    assert "1 row of items checked: nothing is wrong." in words(checked)
    assert client.get(f"/items/{number}").status_code == 404
    answer = confirmed(client, checked)
    assert answer.status_code == 303, words(answer)
    assert "1 row of items imported." in words(client.get(answer.location))
    assert client.get(f"/items/{number}").status_code == 200


def test_while_a_file_is_written_the_page_says_so_and_then_leads_to_the_list(client, key):
    """With script: the bar needs htmx, and the browser has to show the address of the list."""
    number = f"F{key[4:]}"
    checked = upload(client, f"no;description;base_unit_code\n{number};Bolt;PCS\n", kind="items")
    assert 'hx-indicator="#writing"' in checked.text
    assert "Writing all rows. If one cannot be written, none is." in words(checked)
    answer = confirmed(client, checked, **{"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"], answer.text) == (204, "/items", "")
    assert "1 row of items imported." in words(client.get("/items"))


def test_bad_input_a_wrong_file_shows_every_line_and_column(client, key):
    answer = upload(client, "no;description;base_unit_code\nOK;Fine;PCS\nX;No unit;YARD\n;No number;PCS\n", kind="items")
    assert answer.status_code == 422
    text = words(answer)
    assert "There is no unit of measure YARD." in text
    assert "base_unit_code" in text
    assert "All rows are written, or none." in text
    assert client.get("/items/OK").status_code == 404


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("no;description;base_unit_code\nA;Mørk;PCS".encode("latin-1"), "not UTF-8"),
        (b"", "it is empty"),
        (b"a|b\n1|2", "names no field"),
        ("no;description;base_unit_code\nA;M\ufffdrk;PCS", "line 2 holds “\ufffd” where a letter was lost"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "binary"),
    ],
)
def test_bad_input_another_format_is_refused_with_a_sentence(client, data, told):
    answer = upload(client, data, kind="items")
    assert answer.status_code == 422
    assert told in words(answer)


def test_a35_a_file_has_a_limit(client):
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    answer = client.post("/import", data=head + b"x" * (8 * 1024 * 1024) + b"\r\n--x--\r\n", content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert "at most 8 MB" in words(answer)


def test_opening_stock_comes_by_file(client, key):
    lot = f"L-{key}"
    checked = upload(client, f"item_no,location_code,quantity,lot_no\nCELL,SIDE,7,{lot}\n", kind="opening-stock", reason="Count")
    answer = confirmed(client, checked)
    assert answer.location == "/stock"
    assert lot in client.get("/stock?item_no=CELL&location_code=SIDE").text


def test_a_text_that_means_markup_stays_text_on_its_way_through_the_page(client, key):
    number = f"M{key[4:]}"
    checked = upload(client, f'no;description;base_unit_code\n{number};</textarea><b>"x";PCS\n', kind="items")
    assert "</textarea><b>" not in checked.text


def test_a30_kinds_that_a_person_may_not_import_are_not_offered_and_refused(site):
    worker = site.client("B-WORK")
    assert "opening-stock" not in worker.get("/import").text
    answer = worker.post("/import/run", data={"command_key": "w-1", "kind": "items", "text": "no;description;base_unit_code\nA;A;PCS"})
    assert answer.status_code == 422
    assert "maintain masters" in words(answer)


def test_the_api_takes_a_file(client, key):
    text = f"no;name\nAPI{key[4:]};Vendor\n"
    headers = {"Idempotency-Key": key}
    checked = client.post("/api/v1/imports", json={"kind": "vendors", "text": text, "dry_run": True}, headers=headers)
    assert checked.get_json()["code"] == "FILE_CHECKED"
    headers = {"Idempotency-Key": key + "-2"}
    assert client.post("/api/v1/imports", json={"kind": "vendors", "text": text}, headers=headers).get_json()["code"] == "FILE_IMPORTED"
    headers = {"Idempotency-Key": key + "-3"}
    refused = client.post("/api/v1/imports", json={"kind": "vendors", "text": text}, headers=headers)
    assert refused.status_code == 422
    assert refused.get_json()["fields"]["problems"] == [{"line": 2, "column": "no", "words": f"The vendor API{key[4:]} is there already."}]
