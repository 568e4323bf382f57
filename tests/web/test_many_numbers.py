"""Lines with thousands of numbers: pages that stay small, saving only what is shown, and numbers that are pasted (TL-01, TL-11, TL-16)."""

from __future__ import annotations

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
