"""The reservation page, the list, the allocation worksheet, the panels on order cards, and the API of the same use cases."""

from __future__ import annotations

import re

import pytest
from sqlalchemy.orm import Session

from shopfloor.items.models import Location
from shopfloor.production.bills import create_bom
from shopfloor.production.inputs import NewBom, NewBomLine
from tests.conftest import runner
from tests.factories_documents import make_in_transit, make_transfer_order
from tests.factories_items import make_item, make_location
from tests.factories_orders import make_customer, make_purchase_order, make_sales_order, opening_stock
from tests.factories_production import make_order, schedule
from tests.factories_reservations import auto, put_number_on_line, sales_line
from tests.web.test_forms import send


@pytest.fixture
def sale(site, key):
    """An order line over 10 of an item of its own, with 4 of each of two lots in stock and 5 on a purchase order. Gives (order, item)."""
    item_no, order_no = named("R", key), named("SR", key)
    with Session(site.engine) as session:
        run = runner(session)
        make_item(run, item_no, code="LOT")
        for lot in ("L-1", "L-2"):
            opening_stock(run, item_no, "4", lot_no=lot)
        make_purchase_order(run, {"item_no": item_no, "quantity": "5", "date": "2030-01-31"}, no=named("PR", key))
        make_sales_order(run, {"item_no": item_no, "quantity": "10", "date": "2030-06-30"}, no=order_no)
    return order_no, item_no


def named(letter, key):
    """A hyphen would be kept from breaking by a tag of its own."""
    return f"{letter}{key}".replace("-", "")


def press(client, address, action, key, **fields):
    return client.post(f"{address}/{action}", data={"command_key": f"{action}-{key}-{len(fields)}", **fields}, follow_redirects=True)


def figures(page, title):
    """The value of a fact on the page."""
    found = re.search(rf"<dt>{title}</dt><dd>(.*?)</dd>", page.text, flags=re.DOTALL)
    return re.sub(r"<[^>]+>|\s+", " ", found.group(1)).split()[0]


def test_rs_06_the_page_shows_supply_and_reserves(client, sale, key):
    order_no, item_no = sale
    address = f"/reservations/sales/{order_no}/10000/0"
    page = client.get(address)
    assert page.status_code == 200, page.text[:2000]
    assert (figures(page, "Outstanding"), figures(page, "Not reserved yet"), figures(page, "Available to promise")) == ("10", "10", "3")
    assert page.text.count('action="' + address + '/from-supply"') == 3
    page = press(client, address, "from-supply", key, supply_type="Item Ledger Entry", supply_lot_no="L-2")
    assert "4 PCS of " + item_no in page.text
    page = press(client, address, "auto", key)
    assert (figures(page, "Reserved"), figures(page, "of it from stock"), figures(page, "Not reserved yet")) == ("10", "8", "0")
    card = client.get(f"/sales-orders/{order_no}")
    assert "Partly from stock" in card.text
    assert f'href="{address}"' in card.text


def test_rs_10_rs_11_reduce_and_cancel_from_the_page(client, sale, key):
    order_no, _ = sale
    address = f"/reservations/sales/{order_no}/10000/0"
    page = press(client, address, "from-supply", key, supply_type="Item Ledger Entry", supply_lot_no="L-1")
    entry_no = re.search(r'name="entry_no" value="(\d+)"', page.text).group(1)
    refused = client.post(f"{address}/change", data={"command_key": f"up-{key}", "entry_no": entry_no, "quantity": "9"})
    assert (refused.status_code, "can only become less" in refused.text) == (422, True)
    page = press(client, address, "change", key, entry_no=entry_no, quantity="3")
    assert figures(page, "Reserved") == "3"
    page = press(client, address, "cancel", key, entry_nos=entry_no)
    assert figures(page, "Reserved") == "0"


def test_rs_09_lb_09_the_page_of_a_chosen_number(client, site, sale, key):
    order_no, item_no = sale
    other = named("SX", key)
    with Session(site.engine) as session:
        make_sales_order(runner(session), {"item_no": item_no, "quantity": "3"}, no=other)
        put_number_on_line(session, 2, item_no=item_no, lot_no="L-1", line=sales_line(order_no))
    press(client, f"/reservations/sales/{other}/10000/0", "auto", key)
    address = f"/reservations/sales/{order_no}/10000/0"
    assert "Reserve by number?" in client.get(address).text
    page = client.get(f"{address}?lot_no=L-1")
    assert "Of L-1 others hold 3 PCS without naming it" in page.text
    assert "L-2" not in page.text
    page = press(client, address, "auto", f"{key}-n", lot_no="L-1")
    assert "By number" in page.text


def test_rs_16_er_25_orders_for_a_line_are_asked_about(client, sale, key):
    order_no, _ = sale
    address = f"/reservations/sales/{order_no}/10000/0"
    page = press(client, address, "buy", key, vendor_no="V1")
    assert "Made for it" in page.text
    entry_no = re.search(r'name="entry_nos" value="(\d+)"', page.text).group(1)
    asked = client.post(f"{address}/cancel", data={"command_key": f"ask-{key}", "entry_nos": entry_no})
    assert (asked.status_code, "Yes, take it away" in asked.text) == (409, True)
    page = press(client, address, "cancel", key, entry_nos=entry_no, confirmed="1")
    assert figures(page, "Reserved") == "0"


def test_the_list_links_both_sides(client, sale, key):
    order_no, item_no = sale
    press(client, f"/reservations/sales/{order_no}/10000/0", "auto", key)
    page = client.get(f"/reservations?item_no={item_no}")
    assert page.status_code == 200
    assert page.text.count(f'href="/sales-orders/{order_no}"') == 3
    assert page.text.count('href="/purchase-orders/') == 1
    assert client.get("/reservations?after=x").status_code == 200


def test_rs_18_the_worksheet_allocates(client, sale, key):
    _, item_no = sale
    basic = client.get(f"/allocation?item_no={item_no}")
    assert "not enough for all" in basic.text
    page = client.get(f"/allocation?item_no={item_no}&method=Equally")
    assert "Reserve 8 PCS" in page.text
    fields = {"method": "Equally", "item_no": item_no, "location_code": "MAIN", "command_key": f"all-{key}"}
    done = client.post(f"/allocation?item_no={item_no}&method=Equally", data=fields, follow_redirects=True)
    assert "8 PCS of" in done.text
    refused = client.post("/allocation", data=fields | {"command_key": f"again-{key}"})
    assert refused.status_code == 422


def test_a_page_that_is_not_there(client, sale):
    order_no, _ = sale
    assert client.get(f"/reservations/sales/{order_no}/77/0").status_code == 404
    assert client.get("/reservations/else/SO-A/10000/0").status_code == 404


def test_a30_a_worker_looks_but_does_not_reserve(site, sale, key):
    order_no, _ = sale
    worker = site.client("B-WORK")
    address = f"/reservations/sales/{order_no}/10000/0"
    page = worker.get(address)
    assert page.status_code == 200
    assert "Auto reserve</button>" not in page.text
    assert worker.post(f"{address}/auto", data={"command_key": f"w-{key}"}).status_code == 422


def test_a12_the_api_has_the_same_use_cases(client, sale, key):
    order_no, item_no = sale

    def post(path, body):
        return client.post(f"/api/v1{path}", json=body, headers={"Idempotency-Key": f"{path}-{key}"[:60]})

    line = sales_line(order_no)
    assert post("/reservations", line).json["code"] == "RESERVED"
    shown = client.get(f"/api/v1/reservations/sales/{order_no}/10000/0").json
    assert (shown["line"]["reserved"], len(shown["pairs"]), len(shown["stock"])) == ("10", 3, 2)
    listed = client.get(f"/api/v1/reservations?item_no={item_no}").json["rows"]
    assert [row["quantity"] for row in listed] == ["4", "4", "2"]
    assert post("/reservations/change", {"entry_no": listed[0]["entry_no"], "quantity": "1"}).json["code"] == "RESERVATION_REDUCED"
    assert post("/reservations/cancel", {"entry_nos": [row["entry_no"] for row in listed]}).json["code"] == "RESERVATIONS_CANCELLED"
    assert client.get(f"/api/v1/allocation?item_no={item_no}&method=Equally").json["groups"][0]["available"] == "8"
    body = {"method": "Equally", "item_no": item_no, "location_code": "MAIN"}
    assert post("/allocation", body).json["fields"]["quantity"] == "8"
    assert post("/reservations/from-supply", line | {"supply_type": "Item Ledger Entry"}).json["code"] == "NOTHING_TO_RESERVE"
    assert post("/purchase-orders/for-line", line | {"vendor_no": "V1"}).json["fields"]["quantity"] == "2"
    assert post("/production-orders/for-line", line).json["code"] == "FULLY_RESERVED"
    assert post("/customers/priority", {"customer_no": "C1", "priority": 5}).json["code"] == "RECORD_CHANGED"


def test_d19_the_api_does_not_ask_to_break_reservations_and_the_page_does(client, site, key):
    item_no, first, second = (named(letter, key) for letter in ("B", "SA", "SB"))
    with Session(site.engine) as session:
        run = runner(session)
        make_item(run, item_no)
        opening_stock(run, item_no, "5")
        for order_no in (first, second):
            make_sales_order(run, {"item_no": item_no, "quantity": "5"}, no=order_no)
    press(client, f"/reservations/sales/{first}/10000/0", "auto", key)
    body = {"order_no": second, "lines": [{"line_no": 10000, "quantity": "5"}], "confirmed": True}
    answer = client.post("/api/v1/shipments", json=body, headers={"Idempotency-Key": f"api-{key}"})
    assert (answer.status_code, answer.json["code"]) == (422, "RESERVED_ELSEWHERE")
    form = {"lines.0.line_no": "10000", "lines.0.quantity": "5"}
    asked = client.post(f"/sales-orders/{second}/shipments", data=form | {"command_key": f"s-{key}"})
    assert (asked.status_code, 'name="confirmed"' in asked.text) == (409, True)
    done = client.post(
        f"/sales-orders/{second}/shipments", data=form | {"command_key": f"t-{key}", "confirmed": "1"}, follow_redirects=True
    )
    assert f"reserved for {first} line 10000" in done.text


def test_rs_15_a_transfer_line_has_its_page_and_its_panel(client, site, sale, key):
    _, item_no = sale
    number = named("TR", key)
    with Session(site.engine) as session:
        run = runner(session)
        if session.get(Location, (1, "ROAD")) is None:
            make_in_transit(run, "ROAD")
        make_location(run, named("L", key))
        line = {"item_no": item_no, "quantity": "3", "date": "2030-06-30"}
        make_transfer_order(run, line, no=number, to_code=named("L", key), in_transit_code="ROAD")
    address = f"/reservations/transfer/{number}/10000/0"
    page = press(client, address, "auto", key)
    assert (figures(page, "Reserved"), figures(page, "of it from stock")) == ("3", "3")
    card = client.get(f"/transfer-orders/{number}")
    assert f'href="{address}"' in card.text
    assert "Reserved from stock" in card.text
    assert client.get(f"/api/v1/reservations/transfer/{number}/10000/0").json["line"]["reserved"] == "3"
    assert f'href="/transfer-orders/{number}"' in client.get(f"/reservations?item_no={item_no}").text


def test_rs_13_a_production_order_that_comes_too_late_asks_on_page_and_api(client, site, key):
    item_no, order_no, sold = (named(letter, key) for letter in ("K", "RK", "SK"))
    with Session(site.engine) as session:
        run = runner(session)
        make_item(run, item_no)
        run(create_bom, given=NewBom(item_no=item_no, lines=(NewBomLine(item_no="CELL", quantity_per="1"),)))
        make_order(run, "5", no=order_no, item_no=item_no, due_date="2030-05-01")
        schedule(run, order_no)
        make_sales_order(run, {"item_no": item_no, "quantity": "5", "date": "2030-06-01"}, no=sold)
        auto(run, line=sales_line(sold))
    values = {"quantity": "5", "location_code": "MAIN", "due_date": "2030-07-01"}
    version = client.get(f"/api/v1/production-orders/{order_no}").json["order"]["version"]
    over = client.post(
        f"/api/v1/production-orders/{order_no}/change", json=values | {"version": version}, headers={"Idempotency-Key": f"late-{key}"}
    )
    assert (over.status_code, over.json["code"]) == (409, "DATE_CONFLICT")
    form = values | {"version": str(version), "command_key": f"ask-{key}"}
    asked = client.post(f"/production-orders/{order_no}/change", data=form)
    assert (asked.status_code, "Yes, change it and cancel the reservation" in asked.text) == (409, True)
    form |= {"command_key": f"yes-{key}", "confirmed": "1"}
    assert client.post(f"/production-orders/{order_no}/change", data=form).status_code in (303, 302)
    assert client.get(f"/api/v1/reservations?order_no={order_no}").json["rows"] == []


def test_rs_18_the_priority_of_a_customer_is_edited_on_its_page_and_orders_the_worksheet(client, site, key):
    item_no, first, second, customer = (named(letter, key) for letter in ("P", "PA", "PB", "PC"))
    with Session(site.engine) as session:
        run = runner(session)
        make_customer(run, no=customer)
        make_item(run, item_no)
        opening_stock(run, item_no, "5")
        make_sales_order(run, {"item_no": item_no, "quantity": "4"}, no=first)
        make_sales_order(run, {"item_no": item_no, "quantity": "4"}, no=second, customer_no=customer)
    assert send(client, f"/customers/{customer}/change", f"/customers/{customer}/change", priority="900").status_code == 303
    assert "900" in client.get(f"/customers?q={customer}").text
    group = client.get(f"/api/v1/allocation?item_no={item_no}&method=By customer priority").json["groups"][0]
    assert {line["demand"]["source_id"]: share for line, share in group["lines"]} == {first: "1", second: "4"}
    refused = send(client, f"/customers/{customer}/change", f"/customers/{customer}/change", priority="1001")
    assert refused.status_code == 422


def test_ap_13_the_pages_of_transfers_and_returns_ask(client, site, key):
    item_no, sold, moved = (named(letter, key) for letter in ("T", "TS", "TT"))
    with Session(site.engine) as session:
        run = runner(session)
        make_item(run, item_no)
        opening_stock(run, item_no, "5")
        make_sales_order(run, {"item_no": item_no, "quantity": "5"}, no=sold)
        auto(run, line=sales_line(sold))
        if session.get(Location, (1, "ROAD")) is None:
            make_in_transit(run, "ROAD")
        make_transfer_order(run, {"item_no": item_no, "quantity": "2"}, no=moved, in_transit_code="ROAD")
    form = {"lines.0.line_no": "10000", "lines.0.quantity": "2"}
    page = f"/transfer-orders/{moved}/transfer-shipments"
    asked = client.post(page, data=form | {"command_key": f"ask-{key}"})
    assert (asked.status_code, 'name="confirmed"' in asked.text) == (409, True)
    done = client.post(page, data=form | {"command_key": f"yes-{key}", "confirmed": "1"}, follow_redirects=True)
    assert f"reserved for {sold} line 10000" in done.text
    body = {"order_no": moved, "lines": [{"line_no": 10000, "quantity": "1"}], "confirmed": True}
    over = client.post("/api/v1/transfer-shipments", json=body, headers={"Idempotency-Key": f"api-{key}"})
    assert over.status_code == 422


def test_rs_04_an_announced_number_is_a_row_of_its_own(client, sale, key):
    order_no, _ = sale
    lines = {"source_type": "Purchase Line", "order_no": named("PR", key), "line_no": 10000, "lines": [{"lot_no": "L-7", "quantity": "3"}]}
    answer = client.post("/api/v1/item-tracking-lines", json=lines, headers={"Idempotency-Key": f"lines-{key}"})
    assert answer.status_code == 200, answer.text
    address = f"/reservations/sales/{order_no}/10000/0"
    page = client.get(address)
    assert "No number yet" in page.text
    assert page.text.count('name="supply_id" value="' + named("PR", key) + '"') == 2
    supply = {"supply_type": "Purchase Line", "supply_id": named("PR", key), "supply_line_no": "10000", "supply_lot_no": "L-7"}
    page = press(client, address, "from-supply", key, **supply)
    assert figures(page, "Reserved") == "3"
    shown = client.get(f"/api/v1/reservations/sales/{order_no}/10000/0").json
    assert [(row["tracking"]["lot_no"], row["free"]) for row in shown["orders"]] == [("", "2"), ("L-7", "0")]
