"""Lines with thousands of numbers: pages that stay small, saving only what is shown, and numbers that are pasted (TL-01, TL-11, TL-16)."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy.orm import Session

from tests.conftest import runner
from tests.factories_orders import adjust, make_purchase_order, make_sales_order, receive, ship
from tests.web.test_forms import Forms, form_of, send, words
from tests.web.test_item_tracking import post

LARGEST = 150_000
"""Characters of a page."""


@pytest.fixture
def run(site):
    with Session(site.engine) as session:
        yield runner(session)


@pytest.fixture
def bought(run, client, key):
    """A purchase line for 250 modules that carries 230 numbers."""
    number = make_purchase_order(run, {"item_no": "MODULE", "quantity": "250"}, no=f"MN-{key[4:]}")
    source = {"source_type": "Purchase Line", "order_no": number, "line_no": 10000}
    made = post(client, "/item-tracking-lines/serials", {**source, "first": f"N{key[4:]}-001", "count": 230}, key)
    assert made.json["fields"]["count"] == 230
    return source, f"/item-tracking/purchase/{number}/10000/0", f"N{key[4:]}-"


def numbers_of(client, source):
    return [one["tracking"]["serial_no"] for one in client.get("/api/v1/item-tracking-lines", query_string=source).json["numbers"]]


def pages(client, address):
    """Every page of the numbers by its link *Next*."""
    while address:
        text = client.get(address).text
        yield address, text
        found = re.search(r'href="([^"]+)" rel="next"', text)
        address = found.group(1).replace("&amp;", "&") if found else ""


def test_tl_01_every_number_stands_on_one_page_and_pages_stay_small(client, bought):
    source, address, prefix = bought
    seen = []
    for _address, text in pages(client, address):
        assert len(text) < LARGEST
        form = next(form for form in Forms(text).forms if form["action"].partition("?")[0] == address)["fields"]
        seen += [value for name, value in form.items() if name.endswith(".serial_no") and value]
        assert ">230<" in text.replace("\n", "")
    assert seen == [f"{prefix}{number:03}" for number in range(1, 231)]
    assert numbers_of(client, source) == seen


def test_tl_01_saving_a_page_leaves_the_others_alone(client, bought):
    source, address, prefix = bought
    _first, second, _third = [page for page, _text in pages(client, address)]
    form = form_of(client, second, second)
    rows = [name for name, value in form.items() if name.endswith(".serial_no") and value]
    assert form[rows[0]] == f"{prefix}101"
    old = dict(form)
    form[rows[0]] = f"{prefix}X"
    form[rows[1]] = form[rows[1].replace("serial_no", "quantity")] = form[rows[1].replace("serial_no", "to_handle")] = ""
    saved = client.post(second, data=form)
    assert (saved.status_code, saved.location) == (303, second)
    now = numbers_of(client, source)
    assert (len(now), now[0], now[99], now[100], f"{prefix}X" in now) == (229, f"{prefix}001", f"{prefix}100", f"{prefix}103", True)
    again = client.post(second, data=old | {"command_key": old["command_key"] + "x"})
    assert (again.status_code, "changed by somebody else" in words(again)) == (422, True)
    assert numbers_of(client, source) == now
    # A number of another page is not taken twice, and the row of this page is named.
    form = form_of(client, address, address)
    twice = client.post(address, data=form | {rows[0]: f"{prefix}200"})
    assert (twice.status_code, f"{prefix}200 stands in row 1" in words(twice)) == (422, True)


def test_dm_30_what_was_posted_is_paged_as_well(client, run, bought):
    source, address, prefix = bought
    receive(run, source["order_no"], *({"serial_no": f"{prefix}{number:03}"} for number in range(1, 231)))
    text = client.get(address).text
    assert (len(text) < LARGEST, f"{prefix}100" in text, f"{prefix}101" in text) == (True, True, False)
    behind = re.search(r'href="([^"]+#handled)"', text).group(1).replace("&amp;", "&")
    text = client.get(behind).text
    assert (f"{prefix}100<" in text, f"{prefix}101" in text) == (False, True)
    assert len(client.get("/api/v1/item-tracking-lines", query_string=source).json["handled"]) == 230


def test_tl_11_more_than_a_page_of_proposals_is_taken_with_one_button(client, run, key):
    adjust(run, *({"item_no": "MODULE", "serial_no": f"T{key[4:]}-{number:03}"} for number in range(1, 121)))
    number = make_sales_order(run, {"item_no": "MODULE", "quantity": "110"}, no=f"MS-{key[4:]}", customer_no="C1")
    address = f"/item-tracking/sales/{number}/10000/0"
    page = client.get(address + "?propose=1")
    assert len(page.text) < LARGEST
    assert "110 numbers fit" in words(page)
    form = next(form for form in Forms(page.text).forms if form["action"] == address + "/entries")
    assert client.post(form["action"], data=form["fields"]).status_code == 303
    source = {"source_type": "Sales Line", "order_no": number, "line_no": 10000}
    assert len(numbers_of(client, source)) == 110
    ship(run, number, {"quantity": "110"})


def test_tl_16_serials_are_pasted(client, run, key):
    number = make_purchase_order(run, {"item_no": "MODULE", "quantity": "12"}, no=f"MP-{key[4:]}")
    source = {"source_type": "Purchase Line", "order_no": number, "line_no": 10000}
    address = f"/item-tracking/purchase/{number}/10000/0"
    pasted = [f"P{key[4:]}-{one}" for one in range(10)]
    assert send(client, address, address + "/numbers", numbers="\r\n".join([*pasted, "", " "])).location == address
    assert numbers_of(client, source) == pasted
    twice = send(client, address, address + "/numbers", numbers=f"Q{key}\nR{key}\nQ{key}")
    assert (twice.status_code, "stands in row 1 and again in row 3" in words(twice), f"R{key}" in twice.text) == (422, True, True)
    much = send(client, address, address + "/numbers", numbers="\n".join(f"S{key}-{one}" for one in range(3)))
    assert (much.status_code, "only 12 are open" in words(much)) == (422, True)
    assert send(client, address, address + "/numbers", numbers="\n".join(str(one) for one in range(10_001))).status_code == 422
    assert numbers_of(client, source) == pasted


def test_bad_input_a_pasted_number_that_cannot_be_is_told_by_its_row(client, run, key):
    """The row of what was pasted, whatever the line carries already."""
    number = make_purchase_order(run, {"item_no": "PACK", "quantity": "50"}, no=f"MX-{key[4:]}")
    address = f"/item-tracking/purchase/{number}/10000/0"
    good = [f"P-{one:04d}" for one in range(6000, 6040)]
    assert send(client, address, address + "/numbers", numbers="\n".join(good[:10])).status_code == 303
    refused = send(client, address, address + "/numbers", numbers="\n".join([*good[10:30], "WRONG", *good[30:]]))
    assert (refused.status_code, "Row 21" in words(refused), "WRONG" in refused.text) == (422, True, True)


def test_tl_16_lots_are_pasted_with_their_quantities(client, run, key):
    number = make_purchase_order(run, {"item_no": "CELL", "quantity": "12"}, no=f"ML-{key[4:]}")
    source = {"source_type": "Purchase Line", "order_no": number, "line_no": 10000}
    address = f"/item-tracking/purchase/{number}/10000/0"
    assert send(client, address, address + "/numbers", numbers="LA;5\nLB\t 7").status_code == 303
    found = client.get("/api/v1/item-tracking-lines", query_string=source).json["numbers"]
    assert [(one["tracking"]["lot_no"], one["quantity"]) for one in found] == [("LA", "5"), ("LB", "7")]
    assert send(client, address, address + "/numbers", numbers="LC").status_code == 422


def test_no_name_in_the_page_stands_twice(client, bought):
    """Labels and headings lead to one place each."""
    names = re.findall(r'\sid="([^"]+)"', client.get(bought[1]).text)
    assert sorted(names) == sorted(set(names))


def uploaded(client, address, data, **typed):
    """The file beside the field in which numbers are pasted."""
    fields = form_of(client, address, address + "/numbers") | typed
    file = (io.BytesIO(data if isinstance(data, bytes) else data.encode()), "numbers.csv")
    return client.post(address + "/numbers", data=fields | {"file": file}, content_type="multipart/form-data")


def test_d9_numbers_come_as_a_file_one_in_a_line(client, run, key):
    number = make_purchase_order(run, {"item_no": "MODULE", "quantity": "10"}, no=f"UP-{key[4:]}")
    source = {"source_type": "Purchase Line", "order_no": number, "line_no": 10000}
    address = f"/item-tracking/purchase/{number}/10000/0"
    assert uploaded(client, address, f"\ufeffU{key}-1\r\nU{key}-2\r\n\r\n").status_code == 303
    # What is typed in the field as well comes along.
    assert uploaded(client, address, f"U{key}-3\n", numbers=f"U{key}-4").status_code == 303
    assert numbers_of(client, source) == [f"U{key}-{one}" for one in (1, 2, 3, 4)]


def test_d9_a_csv_file_names_its_columns(client, run, key):
    number = make_purchase_order(run, {"item_no": "PASTE", "quantity": "20"}, no=f"UC-{key[4:]}")
    source = {"source_type": "Purchase Line", "order_no": number, "line_no": 10000}
    address = f"/item-tracking/purchase/{number}/10000/0"
    dated = f"lot_no,quantity,expiration_date\nA{key},5,2030-01-31\nB{key},2.5,2031-01-31\n"
    for text in (dated, f"quantity;lot_no;to_handle\n1;C{key};0\n"):
        answer = uploaded(client, address, text)
        assert answer.status_code == 303, words(answer)
    found = client.get("/api/v1/item-tracking-lines", query_string=source).json["numbers"]
    shown = [(one["tracking"]["lot_no"], one["quantity"], one["to_handle"], one["expiration_date"]) for one in found]
    assert shown == [(f"A{key}", "5", "5", "2030-01-31"), (f"B{key}", "2.5", "2.5", "2031-01-31"), (f"C{key}", "1", "0", "")]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("Nørre".encode("latin-1"), "line 1 holds the byte 0xF8, which is not UTF-8"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "binary"),
        (b"serial_no,colour\nA,red\n", "unknown column colour"),
        (b"serial_no,lot_no\nA\n", "line 2 has 1 fields, the header has 2"),
        (b"serial_no,expiration_date\nA,31.12.2030\n", "Expiration date, row 1: there is no such date"),
        (b"serial_no,quantity\nA,2\n", "stands for exactly 1"),
        (b"UP-1\nUP-1\n", "row 1 and again in row 2"),
        (b"", "needs at least one row"),
    ],
)
def test_d9_bad_input_a_file_of_numbers_is_refused_whole(client, run, key, data, told):
    number = make_purchase_order(run, {"item_no": "MODULE", "quantity": "10"}, no=f"UB-{key[4:]}")
    source = {"source_type": "Purchase Line", "order_no": number, "line_no": 10000}
    address = f"/item-tracking/purchase/{number}/10000/0"
    answer = uploaded(client, address, data)
    assert (answer.status_code, numbers_of(client, source)) == (422, [])
    assert told in words(answer), words(answer)


def test_tl_12_a_file_that_asks_stays_in_the_field_until_it_is_answered(client, run, key):
    number = make_sales_order(run, {"item_no": "CELL", "quantity": "10"}, no=f"UQ-{key[4:]}")
    source = {"source_type": "Sales Line", "order_no": number, "line_no": 10000}
    address = f"/item-tracking/sales/{number}/10000/0"
    asked = uploaded(client, address, f"lot_no,quantity\nNO-{key},3\n")
    assert asked.status_code == 409
    form = next(form for form in Forms(asked.text).forms if form["action"] == address + "/numbers")["fields"]
    text = asked.text.partition('name="numbers"')[2].partition(">")[2].partition("</textarea>")[0]
    assert client.post(address + "/numbers", data=form | {"numbers": text, "confirmed": "1"}).status_code == 303
    found = client.get("/api/v1/item-tracking-lines", query_string=source).json["numbers"]
    assert [(one["tracking"]["lot_no"], one["quantity"]) for one in found] == [(f"NO-{key}", "3")]
