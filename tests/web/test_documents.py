"""Undo, returns, transfers and changed lines in the browser, without script (AP-15, TL-15, AP-09, RS-12, RS-13, C1)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from shopfloor.items.commands import create_location
from shopfloor.items.inputs import NewLocation
from shopfloor.orders import commands
from shopfloor.orders.inputs import NewPurchaseOrder, NewSalesOrder, PostReceipt, PostShipment
from shopfloor.reservations.commands import reserve
from shopfloor.reservations.queries import lock_free_supply
from shopfloor.reservations.rules import Demand, Take
from tests.conftest import runner
from tests.factories_posting import Posted
from tests.web.test_forms import Forms, form_of, send, words


@pytest.fixture(scope="module", autouse=True)
def in_transit(site):
    with Session(site.engine) as session:
        runner(session)(create_location, given=NewLocation(code="TRANSIT", name="On the road", in_transit=True))


@pytest.fixture
def run(site):
    with Session(site.engine) as session:
        yield runner(session)


def received(run, key, *lots):
    """A purchase order with a receipt of lots; gives the receipt's number."""
    line = {"item_no": "CELL", "quantity": "10", "location_code": "MAIN"}
    run(commands.create_purchase_order, given=NewPurchaseOrder(no=f"P{key}", vendor_no="V1", lines=(line,)))
    run(commands.release_purchase_order, order_no=f"P{key}")
    lines = [{"line_no": 10000, "quantity": "2", "lot_no": lot} for lot in lots]
    return run(commands.post_receipt, given=PostReceipt(order_no=f"P{key}", lines=lines)).receipt_no


def sales_order(run, no, quantity="5", **more):
    line = {"item_no": "CELL", "quantity": quantity, "location_code": "MAIN", **more}
    run(commands.create_sales_order, given=NewSalesOrder(no=no, customer_no="C1", lines=(line, {**line, "item_no": "LABEL"})))
    run(commands.release_sales_order, order_no=no)
    return f"/sales-orders/{no}"


def test_ap_15_a_receipt_is_undone_from_its_place_on_the_order_card(client, run, key):
    receipt_no = received(run, key, f"A-{key}", f"B-{key}")
    card = f"/purchase-orders/P{key}"
    page = f"/documents/purchase-receipts/{receipt_no}"
    assert f'href="{page}#back">Undo or return' in client.get(card).text
    # Without a reason nothing happens, and the chosen entry stays chosen.
    text = client.get(page).text
    entry = text.split('name="entry_nos.0" value="')[1].split('"')[0]
    refused = send(client, page, page + "/undo", **{"entry_nos.0": entry})
    assert (refused.status_code, 'aria-invalid="true"' in refused.text) == (422, True)
    assert f'name="entry_nos.0" value="{entry}" checked' in refused.text
    # One entry, then the rest; a third time is refused.
    assert send(client, page, page + "/undo", reason="wrong lot", **{"entry_nos.0": entry}).status_code == 303
    shown = words(client.get(page))
    assert f"Receipt {receipt_no} is undone: 1 entry. P{key} is Released." in shown
    assert "Undoes entry" in shown
    assert f'href="/ledger-entries/{entry}"' in client.get(page).text.split("Undoes entry")[1].rpartition('href="/ledger-entries/')[0]
    last = form_of(client, page, page + "/undo")
    assert client.post(page + "/undo", data=last | {"reason": "all of it"}).status_code == 303
    again = client.post(page + "/undo", data=last | {"reason": "all of it", "command_key": f"again-{key}"})
    assert (again.status_code, "is undone already" in words(again)) == (422, True)
    assert page + "/undo" not in client.get(page).text


def test_tl_15_a_return_order_is_made_from_a_shipment_and_posted(client, run, key):
    received(run, key, f"L-{key}")
    order = sales_order(run, f"S{key}")
    lines = [{"line_no": 10000, "quantity": "2", "lot_no": f"L-{key}"}]
    shipment_no = run(commands.post_shipment, given=PostShipment(order_no=f"S{key}", lines=lines)).shipment_no
    page = f"/documents/sales-shipments/{shipment_no}"
    assert page in client.get(order).text
    made = client.post(page + "/return", data=form_of(client, page, page + "/undo") | {"reason": ""})
    assert made.status_code == 303, made.text[-2000:]
    assert made.location.startswith("/sales-return-orders/SRO-")
    assert send(client, made.location, made.location + "/release").status_code == 303
    # The number is filled in, so that posting it is one button.
    typed = form_of(client, made.location, made.location + "/return-receipts")
    assert (typed["lines.0.lot_no"], typed["lines.0.quantity"]) == (f"L-{key}", "2")
    assert int(typed["lines.0.applies_from_entry"]) > 0
    posted = send(client, made.location, made.location + "/return-receipts")
    assert posted.status_code == 303, posted.text[-2000:]
    shown = client.get(made.location)
    assert "Completed" in words(shown)
    assert "/documents/return-receipts/RRC-" in shown.text
    assert made.location in client.get("/customers/C1").text
    again = client.post(page + "/return", data={"command_key": f"again-{key}"})
    assert (again.status_code, "Nothing of shipment" in words(again)) == (422, True)


def test_c9_a_purchase_return_by_hand(client, run, key):
    received(run, key, f"L-{key}")
    place = "/purchase-return-orders"
    made = send(
        client, place + "/new", place, vendor_no="V1",
        **{"lines.0.item_no": "CELL", "lines.0.quantity": "1", "lines.0.location_code": "MAIN"},
    )
    assert made.status_code == 303
    send(client, made.location, made.location + "/release")
    went = send(client, made.location, made.location + "/return-shipments", reason="bent", **{
        "lines.0.quantity": "1", "lines.0.lot_no": f"L-{key}"
    })
    assert went.status_code == 303, went.text[-2000:]
    assert "Completed" in words(client.get(made.location))
    assert made.location in client.get(place).text


def test_ap_09_a_transfer_order_leaves_and_arrives(client, run, key):
    received(run, key, f"L-{key}")
    place = "/transfer-orders"
    made = send(client, place + "/new", place, from_code="MAIN", to_code="SIDE", **{"lines.0.item_no": "CELL", "lines.0.quantity": "2"})
    assert made.status_code == 303, made.text[-2000:]
    card = made.location
    send(client, card, card + "/release")
    assert card + "/transfer-receipts" not in client.get(card).text
    short = send(client, card, card + "/transfer-shipments", **{"lines.0.quantity": "2", "lines.0.lot_no": "L-NONE"})
    assert (short.status_code, 'value="L-NONE"' in short.text) == (422, True)
    sent = send(client, card, card + "/transfer-shipments", **{"lines.0.quantity": "2", "lines.0.lot_no": f"L-{key}"})
    assert sent.status_code == 303
    shown = words(client.get(card))
    assert "On the way" in shown
    assert "MAIN → SIDE (by TRANSIT)" in shown
    assert "2 PCS" in words(client.get(f"/stock?number=L-{key}"))
    assert "TRANSIT" in client.get(f"/stock?number=L-{key}").text
    # What is on its way is filled in; a form that was emptied receives nothing.
    empty = {name: "" for name in form_of(client, card, card + "/transfer-receipts") if name.endswith(("quantity", "lot_no"))}
    assert send(client, card, card + "/transfer-receipts", **empty).status_code == 422
    arrived = send(client, card, card + "/transfer-receipts")
    assert arrived.status_code == 303, arrived.text[-2000:]
    shown = client.get(card)
    assert "Completed" in words(shown)
    receipt = shown.text.split('href="/documents/transfer-receipts/')[1].split('"')[0]
    page = f"/documents/transfer-receipts/{receipt}"
    assert page + "/undo" not in client.get(page).text
    # FN-08: the order's number leads to its entries and documents, a document's number to the document.
    order_no, number = card.rpartition("/")[2], page.rpartition("/")[2]
    of_order = client.get(f"/find-entries?by=document&document_no={order_no}").text
    assert f'href="/ledger-entries?order_no={order_no}"' in of_order
    assert f'href="{page}"' in of_order
    assert f'href="{page}"' in client.get(f"/find-entries?by=document&document_no={number}").text
    trace = client.get(f"/tracing?lot_no=L-{key}").text
    assert "/documents/transfer-shipments/TSH-" in trace
    assert page in trace


def test_rs_12_c1_a_line_is_changed_and_a_reserved_one_says_what_to_do(client, run, key):
    received(run, key, f"L-{key}")
    card = sales_order(run, f"S{key}")
    line = card + "/lines/10000"
    reserve_two(run, f"S{key}", f"L-{key}")
    assert f'href="{line}"' in client.get(card).text
    refused = send(client, line, line, location_code="SIDE")
    assert (refused.status_code, "Cancel reservation" in words(refused)) == (422, True)
    assert '<option value="SIDE" selected>' in refused.text
    assert send(client, line, line + "/cancel-reservation").status_code == 303
    assert send(client, line, line, location_code="SIDE", quantity="3").status_code == 303
    shown = words(client.get(card))
    assert f"Line 10000 of S{key} was changed." in shown
    assert "SIDE" in shown


def test_tl_09_a_reserved_line_asks_before_it_is_deleted(client, run, key):
    received(run, key, f"L-{key}")
    card = sales_order(run, f"S{key}")
    line = card + "/lines/10000"
    reserve_two(run, f"S{key}", f"L-{key}")
    asked = send(client, line, line + "/delete")
    assert (asked.status_code, "Yes, delete it" in words(asked)) == (409, True)
    fields = next(form for form in Forms(asked.text).forms if form["action"] == line + "/delete")["fields"]
    assert client.post(line + "/delete", data=fields | {"confirmed": "1"}).status_code == 303
    assert client.get(line).status_code == 404
    assert "10000" not in words(client.get(card))


def test_a_line_is_added_and_the_order_closed(client, run, key):
    card = sales_order(run, f"S{key}")
    added = send(client, card + "/lines/new", card + "/lines", item_no="MODULE", quantity="1")
    assert added.status_code == 303
    assert "MODULE" in client.get(card).text
    wrong = send(client, card + "/lines/new", card + "/lines", item_no="NONE", quantity="1")
    assert (wrong.status_code, 'value="NONE"' in wrong.text) == (404, True)
    assert send(client, card + "/close", card + "/close", reason="").status_code == 422
    assert send(client, card + "/close", card + "/close", reason="customer gave up").status_code == 303
    shown = client.get(card)
    assert "Closed" in words(shown)
    assert card + "/lines/new" not in shown.text
    assert card + "/shipments" not in shown.text


def test_rs_13_a_date_asks_when_it_breaks_a_reservation(client, site, run, key):
    from tests.orders.test_line_changes import pair

    received(run, key, f"L-{key}")
    card = sales_order(run, f"S{key}", date="2030-03-15")
    with Session(site.engine) as session:
        days = {"needed": date(2030, 3, 15), "expected": date(2030, 3, 10)}
        pair(session, ("Sales Line", f"S{key}", 10000), ("Purchase Line", f"P{key}", 10000), 5, **days)
    line = card + "/lines/10000"
    asked = send(client, line, line, date="2030-03-01")
    assert (asked.status_code, "would come too late" in words(asked)) == (409, True)
    fields = next(form for form in Forms(asked.text).forms if form["action"] == line)["fields"]
    assert client.post(line, data=fields | {"confirmed": "1"}).status_code == 303


def reserve_two(run, order_no, lot_no):
    def work(session, actor):
        entry = next(e for e in lock_free_supply(session, "CELL", "", "MAIN") if e.tracking.lot_no == lot_no)
        take = Take(entry.entry_no, entry.remaining)
        reserve(session, actor, Demand("Sales Line", order_no, 10000), [take], {entry.entry_no: entry}, specific=False)
        return Posted()

    run(work)


@pytest.mark.parametrize("place", ["purchase", "sales", "purchase-return", "sales-return", "transfer"])
def test_each_kind_has_its_list_and_its_form(client, place):
    assert client.get(f"/{place}-orders").status_code == 200
    assert client.get(f"/{place}-orders/new").status_code == 200
    assert client.get(f"/{place}-orders/NONE").status_code == 404
    assert client.get(f"/{place}-orders/NONE/close").status_code == 404
    assert client.post(f"/{place}-orders/NONE/jump", data={"command_key": "x"}).status_code == 404


def test_ui_1_posted_documents_and_new_orders_are_found(client, run, key):
    receipt_no = received(run, key, f"L-{key}")
    assert client.get(f"/find?text={receipt_no.lower()}").location == f"/documents/purchase-receipts/{receipt_no}"
    assert "/transfer-orders" in client.get("/find?text=transfer+orders").text + str(client.get("/find?text=transfer+orders").location)


def test_a30_a_worker_sees_but_does_not_undo(site, run, key):
    page = f"/documents/purchase-receipts/{received(run, key, f'L-{key}')}"
    worker = site.client("B-WORK")
    assert f"L-{key}" in worker.get(page).text
    assert page + "/undo" not in worker.get(page).text
    refused = worker.post(page + "/undo", data={"command_key": key, "reason": "x"})
    assert (refused.status_code, "receive and ship" in words(refused)) == (422, True)


def test_pages_take_few_statements(site, client, run, key):
    """A18: however many rows."""
    receipt_no = received(run, key, *(f"{n}-{key}" for n in range(5)))
    order = f"/purchase-orders/P{key}"
    for path, most in ((f"/documents/purchase-receipts/{receipt_no}", 5), (order, 5), (f"{order}/lines/10000", 6)):
        with site.statements() as statements:
            assert client.get(path).status_code == 200
        assert statements.count <= most, (path, statements.texts)


def test_ap_15_an_undone_shipment_names_no_customer_in_the_trace(client, run, key):
    """The recall question: who got it? Not the customer whose shipment was undone, and not twice the one who got it then."""
    received(run, key, f"L-{key}")
    sales_order(run, f"S{key}")
    lines = [{"line_no": 10000, "quantity": "2", "lot_no": f"L-{key}"}]
    shipment = PostShipment(order_no=f"S{key}", lines=lines)
    page = f"/documents/sales-shipments/{run(commands.post_shipment, given=shipment).shipment_no}"
    address = f"/tracing?lot_no=L-{key}&method=Origin+-%3E+Usage&ask=1"
    assert "Boat yard: 2 PCS CELL" in words(client.get(address))
    send(client, page, page + "/undo", reason="wrong customer")
    text = words(client.get(address))
    assert "Boat yard: " not in text
    assert "Takes back" in text
    run(commands.post_shipment, given=shipment)
    assert "Boat yard: 2 PCS CELL" in words(client.get(address))


def test_posted_documents_open_on_the_kind_that_was_posted_last(client, run, key):
    received(run, key, f"L-{key}")
    sales_order(run, f"S{key}")
    shown = client.get("/documents")
    assert ('value="Purchase Receipt" selected' in shown.text, "/documents/purchase-receipts/" in shown.text) == (True, True)
    lines = [{"line_no": 10000, "quantity": "2", "lot_no": f"L-{key}"}]
    run(commands.post_shipment, given=PostShipment(order_no=f"S{key}", lines=lines))
    shown = client.get("/documents")
    assert ('value="Sales Shipment" selected' in shown.text, "/documents/sales-shipments/" in shown.text) == (True, True)
    assert 'value="Purchase Receipt" selected' in client.get("/documents?document_type=Purchase+Receipt").text
