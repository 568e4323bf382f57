"""Item tracking lines on the pages and over the API: typed, chosen from the summary, asked, refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from shopfloor.items.models import Location
from tests.conftest import runner
from tests.factories_documents import make_in_transit, make_transfer_order
from tests.factories_items import make_item, make_location
from tests.factories_orders import opening_stock
from tests.web.test_forms import Forms, form_of, send, words

LINE = "/item-tracking/sales/SO-A/10000/0"
INBOUND = "/item-tracking/purchase/PO-A/10000/0"
SALES = {"source_type": "Sales Line", "order_no": "SO-A", "line_no": 10000}


def post(client, path, body, key):
    return client.post(f"/api/v1{path}", json=body, headers={"Idempotency-Key": key})


@pytest.fixture(autouse=True)
def no_numbers(client, key):
    """Every test begins with a line without numbers."""
    for line in (SALES, {"source_type": "Purchase Line", "order_no": "PO-A", "line_no": 10000}):
        assert post(client, "/item-tracking-lines", {**line, "lines": []}, key + line["order_no"]).status_code == 200


def take(client, page, quantity):
    """The second form of the summary, as a browser without script sends it."""
    form = [form for form in Forms(client.get(page).text).forms if form["action"] == page][-1]
    return client.post(page, data=form["fields"] | {"lines.0.quantity": quantity})


def cell(text, name):
    return re.search(rf'data-matrix="{name}"[^>]*>([^<]*)<', text).group(1)


def test_tl_01_the_page_shows_the_matrix_and_saves_what_is_typed(client):
    assert cell(client.get(LINE).text, "undefined") == "7"
    answer = send(client, LINE, LINE, **{"lines.0.lot_no": "CL-1", "lines.0.quantity": "5", "lines.0.to_handle": "2"})
    assert (answer.status_code, answer.headers["Location"]) == (303, LINE)
    text = client.get(LINE).text
    assert [cell(text, name) for name in ("source", "sum", "undefined", "sum-to-handle")] == ["7", "5", "2", "2"]
    assert form_of(client, LINE, LINE)["lines.0.to_handle"] == "2"


def test_tl_12_er_33_the_question_stands_on_the_page_and_yes_saves(client):
    typed = {"lines.0.lot_no": "CL-404", "lines.0.quantity": "3"}
    asked = send(client, LINE, LINE, **typed)
    assert (asked.status_code, "Save them all the same?" in words(asked), 'name="confirmed"' in asked.text) == (409, True, True)
    assert "CL-404" in asked.text
    assert send(client, LINE, LINE, **typed, confirmed="1").status_code == 303
    assert "Not available" in words(client.get(LINE))


def test_tl_02_a_refusal_keeps_what_was_typed(client):
    refused = send(client, LINE, LINE, **{"lines.0.lot_no": "CL-1", "lines.0.quantity": "8"})
    assert (refused.status_code, 'value="8"' in refused.text) == (422, True)
    assert "only 7 are open" in words(refused)


def test_tl_11_select_entries_fills_the_page(client):
    assert form_of(client, LINE + "?propose=1", LINE)["lines.0.lot_no"] == "CL-1"
    assert form_of(client, LINE, LINE)["lines.0.lot_no"] == ""


@pytest.mark.parametrize("page", [LINE, LINE + "/summary", INBOUND])
def test_ui_2_av_10_figures_are_read_at_opening_and_on_refresh_and_never_polled(client, page):
    """They say when they were read; the button reads again; nothing on the page asks the server by itself."""
    text = client.get(page).text
    for polls in ("hx-trigger", "http-equiv", "setInterval", "EventSource"):
        assert polls not in text
    assert re.search(r"<small>read\s+<time", text)
    assert re.search(rf'<a class="button" href="{page}">.*?Refresh availability</a>', text)
    scripts = re.findall(r'src="/static/([a-z]+\.js)"', text)
    static = Path(__file__).parents[2] / "shopfloor" / "static"
    assert not [name for name in scripts if "setInterval" in (static / name).read_text(encoding="utf-8")]


def test_tl_16_the_summary_lists_every_number_and_takes_the_chosen(client):
    page = LINE + "/summary"
    assert "CL-1" in client.get(page).text
    assert "CL-1" not in client.get(page + "?holding=nothing").text
    assert take(client, page, "").status_code == 422
    assert take(client, page, "4").headers["Location"] == LINE
    assert take(client, page, "2").status_code == 303
    assert cell(client.get(LINE).text, "sum") == "6"


def test_tl_16_two_packages_of_one_lot_are_told_apart(client, key):
    """The summary and the saved numbers name the package, and the field to take from a number stands beside it."""
    code = {"code": f"P{key[-8:]}", "description": "Lots in packages", "lot_specific": True, "package_specific": True}
    code["use_expiration_dates"] = True
    assert post(client, "/tracking-codes", code, f"{key}1").status_code == 200
    item_no = f"BOX-{key[-8:]}"
    item = {"no": item_no, "description": "Boxed", "base_unit_code": "PCS", "item_tracking_code": code["code"]}
    assert post(client, "/items", item, f"{key}2").status_code == 200
    line = {"entry_type": "Positive Adjmt.", "item_no": item_no, "location_code": "MAIN", "lot_no": "L-1", "quantity": "5"}
    line["expiration_date"] = "2031-01-31"
    stock = {"lines": [line | {"package_no": "BOX-A"}, line | {"package_no": "BOX-B"}], "reason": "opening"}
    assert post(client, "/item-journals", stock, f"{key}3").status_code == 200
    order = {"customer_no": "C1", "lines": [{"item_no": item_no, "quantity": "6", "location_code": "MAIN"}]}
    order_no = post(client, "/sales-orders", order, f"{key}4").get_json()["fields"]["number"]
    page = f"/item-tracking/sales/{order_no}/10000/0"
    text = client.get(page + "/summary").text
    heads = re.findall(r'<th scope="col"[^>]*>([^<]*)<', text)
    assert heads[:4] == ["Lot", "Package", "Take", "Total"]
    assert ["BOX-A" in row for row in re.findall(r"<tr>(.*?)</tr>", text, re.DOTALL)[1:3]] == [True, False]
    assert take(client, page + "/summary", "4").status_code == 303
    saved = re.search(r"Saved numbers.*?</table>", client.get(page).text, re.DOTALL).group(0)
    assert ("BOX-A" in saved, "31 Jan 2031" in saved, "2031-01-31" in saved) == (True, True, False)


def test_tl_13_new_numbers_from_the_series_of_the_item(client, key):
    series, item_no = f"S{key[-8:]}", f"JAR-{key[-8:]}"
    assert post(client, "/number-series", {"code": series, "prefix": f"{series}-"}, f"{key}1").status_code == 200
    item = {"no": item_no, "description": "Jar", "base_unit_code": "PCS", "item_tracking_code": "LOT", "lot_nos": series}
    assert post(client, "/items", item, f"{key}2").status_code == 200
    order = {"vendor_no": "V1", "lines": [{"item_no": item_no, "quantity": "6", "location_code": "MAIN"}]}
    order_no = post(client, "/purchase-orders", order, f"{key}3").get_json()["fields"]["number"]
    page = f"/item-tracking/purchase/{order_no}/10000/0"
    assert send(client, page, page + "/assign", quantity="2").status_code == 303
    line = {"source_type": "Purchase Line", "order_no": order_no, "line_no": 10000}
    assert post(client, "/item-tracking-lines/assign", line, f"{key}4").get_json()["fields"]["tracked"] == "6"
    text = client.get(page).text
    assert f"{series}-00002" in text
    assert page + "/assign" not in text


def test_tl_13_inbound_lines_offer_no_stock_but_take_any_number(client):
    text = client.get(INBOUND).text
    assert INBOUND + "/summary" not in text
    assert send(client, INBOUND, INBOUND, **{"lines.0.lot_no": "NEW-1", "lines.0.quantity": "100"}).status_code == 303
    assert cell(client.get(INBOUND).text, "undefined") == "0"


def test_order_cards_lead_to_the_numbers_of_each_line(client):
    assert LINE in client.get("/sales-orders/SO-A").text
    assert INBOUND in client.get("/purchase-orders/PO-A").text
    assert "/item-tracking/component/RPO-C/10000/10" in client.get("/production-orders/RPO-C").text
    assert client.get("/item-tracking/component/RPO-C/10000/10").status_code == 200
    assert client.get("/item-tracking/output/RPO-C/10000/0").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/item-tracking/sales/SO-404/10000/0", "/item-tracking/sales/SO-A/99/0", "/item-tracking/nothing/SO-A/10000/0",
        "/item-tracking/sales/SO-A/10000/5", "/item-tracking/component/RPO-C/10000/0", "/item-tracking/sales/SO-A/99999999999/0",
        f"/item-tracking/sales/{'X' * 50}/10000/0", "/item-tracking/sales/%1D/10000/0",
    ],
)
def test_bad_addresses_say_not_found(client, path):
    assert client.get(path).status_code == 404


def test_a30_a_worker_reads_and_does_not_save(site):
    worker = site.client("B-WORK")
    text = worker.get(LINE).text
    assert 'class="sheet"' not in text
    assert worker.post(LINE, data={"command_key": "x-1"}).status_code == 422


def test_a12_the_same_over_the_api(client, key):
    saved = post(client, "/item-tracking-lines", {**SALES, "lines": [{"lot_no": "CL-1", "quantity": "5"}]}, key)
    assert (saved.json["code"], saved.json["fields"]["tracked"]) == ("TRACKING_LINES_SAVED", "5")
    assert post(client, "/item-tracking-lines/add", {**SALES, "lines": [{"lot_no": "CL-1", "quantity": "1"}]}, key + "+").status_code == 200
    page = client.get("/api/v1/item-tracking-lines", query_string=SALES).json
    assert (page["matrix"]["undefined"], page["numbers"][0]["quantity"], page["numbers"][0]["available"]) == ("1", "6", True)
    place = {"item_no": "CELL", "location_code": "MAIN"}
    number = client.get("/api/v1/number-availability", query_string={**place, "lot_no": "CL-1"}).json
    assert (number["total"], number["requested"], number["available"]) == ("50", "6", "44")
    summary = client.get("/api/v1/item-tracking-summary", query_string=place).json
    assert [one["available"] for one in summary["numbers"]] == ["44"]
    lots = client.get("/api/v1/lot-availability", query_string=place).json["lots"]
    assert [(lot["lot_no"], lot["inventory"], lot["available"]) for lot in lots] == [("CL-1", "50", "44")]
    refused = post(client, "/item-tracking-lines", {**SALES, "lines": [{"lot_no": "CL-1", "quantity": "9"}]}, key + "-")
    assert (refused.status_code, refused.json["code"]) == (422, "EXCESS_TRACKING")


def test_tl_13_serials_over_the_api(client, key):
    order = {"vendor_no": "V1", "no": f"PO-{key}"[:20], "lines": [{"item_no": "MODULE", "quantity": "3", "location_code": "MAIN"}]}
    assert post(client, "/purchase-orders", order, key).status_code == 200
    source = {"source_type": "Purchase Line", "order_no": order["no"], "line_no": 10000}
    made = post(client, "/item-tracking-lines/serials", {**source, "first": "M-08", "count": 3}, key + "s")
    assert made.json["fields"]["count"] == 3
    path = f"/item-tracking/purchase/{order['no']}/10000/0"
    assert "M-10" in client.get(path).text
    assert send(client, path, path + "/serials", first="ABC", count="2").status_code == 422


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ({"lot_no": "CL-1"}, "lines.0"), ({"quantity": "1"}, "lines.0"), ({"lot_no": "CL-1", "quantity": "-1"}, "lines.0.quantity"),
        ({"lot_no": "CL-1", "quantity": 1}, "lines.0.quantity"),
        ({"lot_no": "CL-1", "quantity": "1", "to_handle": "-1"}, "lines.0.to_handle"),
        ({"lot_no": "CL-1", "quantity": "1", "expiration_date": "tomorrow"}, "lines.0.expiration_date"),
        ({"lot_no": "a\x1db", "quantity": "1"}, "lines.0.lot_no"),
    ],
)
def test_tl_03_bad_rows_are_refused_with_row_and_column(client, key, row, place):
    refused = post(client, "/item-tracking-lines", {**SALES, "lines": [row]}, key)
    assert (refused.status_code, refused.json["code"], list(refused.json["fields"]["problems"])) == (422, "INVALID_INPUT", [place])


def test_a_return_line_leads_back_to_its_return_order(client, key):
    order = {"customer_no": "C1", "no": f"R-{key}"[:20], "lines": [{"item_no": "CELL", "quantity": "2", "location_code": "MAIN"}]}
    assert post(client, "/sales-return-orders", order, key).status_code == 200
    card = f"/sales-return-orders/{order['no']}"
    line = f"/item-tracking/sales/{order['no']}/10000/0"
    assert line in client.get(card).text
    assert f'href="{card}"' in client.get(line).text


def test_tl_14_a_transfer_line_has_its_page_and_the_api_the_same(client, site, key):
    number, place = f"TRK{key[4:]}", f"TL{key[4:]}"
    with Session(site.engine) as session:
        run = runner(session)
        if session.get(Location, (1, "ROAD")) is None:
            make_in_transit(run, "ROAD")
        make_location(run, place)
        make_item(run, f"TI{key[4:]}", code="LOT")
        opening_stock(run, f"TI{key[4:]}", "5", lot_no="TL-1")
        make_transfer_order(run, {"item_no": f"TI{key[4:]}", "quantity": "3"}, no=number, to_code=place, in_transit_code="ROAD")
    page = f"/item-tracking/transfer/{number}/10000/0"
    assert f'href="{page}"' in client.get(f"/transfer-orders/{number}").text
    assert send(client, page, page, **{"lines.0.lot_no": "TL-1", "lines.0.quantity": "2"}).status_code == 303
    assert f'href="/transfer-orders/{number}"' in client.get(page).text
    line = {"source_type": "Transfer Line", "order_no": number, "line_no": 10000}
    assert client.get("/api/v1/item-tracking-lines", query_string=line).json["matrix"]["undefined"] == "1"
    assert post(client, "/item-tracking-lines/add", line | {"lines": [{"lot_no": "TL-1", "quantity": "1"}]}, key).status_code == 200
    body = {"order_no": number, "lines": [{"line_no": 10000, "quantity": "3"}]}
    assert post(client, "/transfer-shipments", body, f"{key}-s").status_code == 200
    assert "TL-1" in client.get(f"/transfer-orders/{number}").text


def test_tl_12_the_yes_of_the_question_says_what_it_does(client):
    asked = send(client, LINE, LINE, **{"lines.0.lot_no": "CL-404", "lines.0.quantity": "3"})
    assert "Yes, save them all the same" in words(asked)
    assert "Yes, post it" not in words(asked)


def figures(text, number):
    """Total, requested, pending and available of a number in the summary."""
    row = re.search(rf'<tr><th scope="row">(?:(?!</tr>).)*{number}<.*?</tr>', text, re.DOTALL).group(0)
    return re.findall(r'<td class="num[^>]*>([^<]*)</td>', row)[:4]


def test_av_01_av_04_the_summary_shows_what_is_pending_and_what_is_left(client, key):
    page = LINE + "/summary"
    assert post(client, "/item-tracking-lines", {**SALES, "lines": [{"lot_no": "CL-1", "quantity": "2"}]}, key).status_code == 200
    assert figures(client.get(page).text, "CL-1") == ["50", "2", "0", "48"]
    # Seven are open: six more are refused; what was typed stays and counts.
    refused = take(client, page, "6")
    assert (refused.status_code, figures(refused.text, "CL-1")) == (422, ["50", "2", "6", "42"])
    assert 'value="6"' in refused.text
    place = {"item_no": "CELL", "location_code": "MAIN", "lot_no": "CL-1", "pending": "6"}
    number = client.get("/api/v1/number-availability", query_string=place).json
    assert [number[name] for name in ("total", "requested", "pending", "available")] == ["50", "2", "6", "42"]


def test_order_cards_say_how_much_of_a_line_has_its_numbers(client, key):
    def link(card, page):
        return re.search(rf'href="{page}"[^>]*>([^<]*)<', client.get(card).text).group(1).strip()

    assert (link("/sales-orders/SO-A", LINE), link("/purchase-orders/PO-A", INBOUND)) == ("Numbers", "Numbers")
    assert post(client, "/item-tracking-lines", {**SALES, "lines": [{"lot_no": "CL-1", "quantity": "2"}]}, key).status_code == 200
    inbound = {"source_type": "Purchase Line", "order_no": "PO-A", "line_no": 10000, "lines": [{"lot_no": "N-1", "quantity": "60"}]}
    assert post(client, "/item-tracking-lines", inbound, key + "i").status_code == 200
    assert (link("/sales-orders/SO-A", LINE), link("/purchase-orders/PO-A", INBOUND)) == ("2 of 7", "60 of 100")
    assert client.get("/api/v1/sales-orders/SO-A").json["lines"][0]["numbered_base"] == "2"
