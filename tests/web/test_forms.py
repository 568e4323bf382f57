"""Forms work without script, keep what was typed, and do a thing once."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from sqlalchemy.orm import Session

from shopfloor.web.inventory import reservations
from shopfloor.web.warehouse import orders
from tests.conftest import runner
from tests.factories_orders import make_customer, make_sales_order, make_vendor


class Forms(HTMLParser):
    """The forms of a page with their fields, as a browser without script would send them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[dict] = []
        self.select = ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if tag == "form":
            self.forms.append({"action": found["action"], "method": found.get("method", "get"), "fields": {}})
        elif tag == "option" and self.forms:
            # A select sends its first option unless another one is chosen.
            if "selected" in found or self.select not in self.forms[-1]["fields"]:
                self.forms[-1]["fields"][self.select] = found.get("value") or ""
        elif tag == "select":
            self.select = found["name"]
        elif self.forms and found.get("name") and tag in {"input", "textarea"} and found.get("type") not in {"checkbox", "radio"}:
            self.forms[-1]["fields"].setdefault(found["name"], found.get("value") or "")


def words(answer):
    """The text of a page without its tags."""
    return " ".join(re.sub(r"<[^>]+>", "", answer.text).split())


def form_of(client, page, action):
    text = client.get(page).text
    return next(form for form in Forms(text).forms if form["action"] == action)["fields"]


def send(client, page, action, **typed):
    return client.post(action, data=form_of(client, page, action) | typed)


def test_every_form_of_every_page_has_action_method_and_key(client):
    """Architecture 2.6: works without JavaScript; the server supplies the command key."""
    for page in (
        "/items/new",
        "/items/CELL",
        "/production-orders/RPO-A",
        "/purchase-orders/PO-A",
        "/item-journal",
        "/boms/new",
        "/settings",
    ):
        posting = [form for form in Forms(client.get(page).text).forms if form["method"] == "post" and form["action"] != "/sign-out"]
        assert posting
        for form in posting:
            assert form["action"].startswith("/")
            assert len(form["fields"]["command_key"]) >= 22


def test_a_new_item_is_made_and_shown(client, key):
    answer = send(client, "/items/new", "/items", no=f"I-{key}", description="Bracket", base_unit_code="PCS")
    assert answer.status_code == 303
    shown = words(client.get(answer.location))
    assert f"Item I-{key} was created." in shown
    assert "Bracket" in shown


def test_a_refused_form_keeps_what_was_typed_and_marks_the_field(client):
    answer = send(client, "/items/new", "/items", no="", description="Kept <b>words</b>", base_unit_code="PCS", rounding_precision="lots")
    assert answer.status_code == 422
    assert 'value="Kept &lt;b&gt;words&lt;/b&gt;"' in answer.text
    assert 'id="rounding_precision-error"' in answer.text
    assert 'id="no-error"' in answer.text
    assert "is not a quantity" in answer.text


def test_a19_double_submit_with_the_same_key_does_it_once(client, key):
    fields = form_of(client, "/production-orders/new", "/production-orders") | {
        "item_no": "PACK",
        "quantity": "3",
        "location_code": "MAIN",
        "due_date": "",
    }
    first, second = (client.post("/production-orders", data=fields) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    other = client.post("/production-orders", data=fields | {"quantity": "4"})
    assert other.status_code == 422
    assert "was already used for something else" in other.text


def test_a_form_without_a_key_is_refused(client):
    answer = client.post("/items", data={"no": "NOKEY", "description": "x", "base_unit_code": "PCS"})
    assert answer.status_code == 422
    assert client.get("/items/NOKEY").status_code == 404


def test_order_moves_by_buttons(client, key):
    """LIF-2, LIF-3: release performs the missing steps; a move that the stage forbids is refused on the same card."""
    number = f"R{key[4:]}-MOVES"
    send(client, "/production-orders/new", "/production-orders", no=number, item_no="PACK", quantity="2", location_code="MAIN", due_date="")
    card = f"/production-orders/{number}"
    answer = client.post(
        card + "/release", data=form_of(client, card, card + "/release"), headers={"HX-Request": "true"}, follow_redirects=True
    )
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<main id="main"')
    assert f"Production order {number} is Released." in words(answer)
    refused = client.post(card + "/estimate", data={"command_key": key})
    assert refused.status_code == 422
    assert 'data-result="refused"' in refused.text
    started = send(client, card + "/start", card + "/start", quantity="1")
    assert started.status_code == 303
    assert "1 PCS" in client.get(card).text


def test_receipt_with_lots_and_shipment(client, key):
    """C9, C13: a purchase order from its making to its receipt, then a sale of the lot."""
    made = send(
        client,
        "/purchase-orders/new",
        "/purchase-orders",
        vendor_no="V1",
        **{"lines.0.item_no": "CELL", "lines.0.quantity": "30", "lines.0.location_code": "MAIN"},
    )
    assert made.status_code == 303, made.text[-3000:]
    card = made.location
    assert send(client, card, card + "/release").status_code == 303
    received = send(
        client,
        card,
        card + "/receipts",
        vendor_shipment_no="DN-1",
        **{"lines.0.quantity": "20", "lines.0.lot_no": f"L-{key}", "lines.1.quantity": "10", "lines.1.lot_no": f"M-{key}"},
    )
    assert received.status_code == 303, received.text[-3000:]
    assert "DN-1" in client.get(card).text
    assert "20 PCS" in client.get(f"/stock?number=L-{key}").text
    sale = send(
        client,
        "/sales-orders/new",
        "/sales-orders",
        customer_no="C1",
        **{"lines.0.item_no": "CELL", "lines.0.quantity": "5", "lines.0.location_code": "MAIN"},
    ).location
    send(client, sale, sale + "/release")
    short = send(client, sale, sale + "/shipments", **{"lines.0.quantity": "5", "lines.0.lot_no": "L-UNKNOWN"})
    assert short.status_code == 422
    assert 'value="L-UNKNOWN"' in short.text
    shipped = send(client, sale, sale + "/shipments", **{"lines.0.quantity": "5", "lines.0.lot_no": f"L-{key}"})
    assert shipped.status_code == 303
    assert "15 PCS" in client.get(f"/stock?number=L-{key}").text


def test_d35_a_question_offers_yes_and_is_posted_with_it(client, key):
    """CASE_TWIN asks with 409; the button *Yes* carries `confirmed`."""
    row = {"lines.0.entry_type": "Positive Adjmt.", "lines.0.item_no": "CELL", "lines.0.location_code": "MAIN", "lines.0.quantity": "1"}
    assert send(client, "/item-journal", "/item-journal", reason="count", **row, **{"lines.0.lot_no": f"abc-{key}"}).status_code == 303
    asked = send(client, "/item-journal", "/item-journal", reason="count", **row, **{"lines.0.lot_no": f"ABC-{key}"})
    assert asked.status_code == 409
    assert 'name="confirmed" value="1"' in asked.text
    fields = next(form for form in Forms(asked.text).forms if form["action"] == "/item-journal")["fields"]
    assert client.post("/item-journal", data=fields | {"confirmed": "1"}).status_code == 303


def test_d20_hold_and_release_a_number(client, site):
    quality = site.client("B-QUAL")
    held = send(quality, "/numbers/held", "/numbers/hold", item_no="CELL", kind="Lot", number="CL-1", reason="dented")
    assert held.status_code == 303
    assert "dented" in quality.get("/numbers/held").text
    assert "CL-1" in client.get("/").text
    released = send(quality, "/numbers/held", "/numbers/release", reason="checked")
    assert released.status_code == 303
    assert "dented" not in quality.get("/numbers/held").text


def test_a30_a_worker_is_refused_what_the_role_may_not_do(site, key):
    answer = site.client("B-WORK").post("/items", data={"no": "W", "description": "x", "base_unit_code": "PCS", "command_key": key})
    assert answer.status_code == 422
    assert "maintain masters" in answer.text


def test_setting_is_changed_and_a_wrong_value_refused(client, key):
    assert client.post("/settings/lot_word", data={"value": "Lot", "command_key": key}).status_code == 303
    assert client.post("/settings/lot_word", data={"value": "Heap", "command_key": key + "x"}).status_code == 422
    assert client.post("/settings/lot_word", data={"value": "Batch", "command_key": key + "y"}).status_code == 303


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/", 8),
        ("/production-orders", 3),
        ("/items", 2),
        ("/items/CELL", 8),
        ("/stock", 3),
        ("/purchase-orders", 2),
        ("/sales-orders", 2),
        ("/scans", 2),
        ("/numbers/held", 2),
        ("/waiting-units", 2),
        ("/production-orders/RPO-A", 6),
        ("/purchase-orders/PO-A", 5),
    ],
)
def test_lists_need_a_constant_number_of_statements(site, client, path, most, key):
    """A18: however many rows; the bound leaves no room for a statement per row."""
    with site.statements() as statements:
        assert client.get(path).status_code == 200
    assert statements.count <= most, "\n".join(statements.texts)


def test_paging_follows_the_last_row(client, key):
    """Keyset paging: every order is on exactly one page."""
    for number in range(55):
        client.post("/vendors", data={"no": f"P{key[4:]}-{number:03}", "name": "Many", "command_key": f"{key}-{number}"})
    seen: list[str] = []
    address = "/vendors"
    while address:
        text = client.get(address).text
        seen += re.findall(r'href="/vendors/(P[^"]+)"', text)
        found = re.search(r'href="([^"]+)" rel="next"', text)
        address = found.group(1).replace("&amp;", "&") if found else ""
    assert len(seen) == len(set(seen)) >= 55


def test_c9_where_there_are_more_vendors_or_customers_than_a_list_shows_their_number_is_typed(client, site, key, monkeypatch):
    with Session(site.engine) as session:
        make_vendor(runner(session), no=f"ZV{key}"[:20])
        make_customer(runner(session), no=f"ZC{key}"[:20])
        make_sales_order(runner(session), {"item_no": "LABEL", "quantity": "3", "date": "2030-06-30"}, no=f"S{key}")
    for module in (orders, reservations):
        monkeypatch.setattr(module, "LARGEST_PAGE", 1)
    for place, party in (("/purchase-orders", "vendor_no"), ("/sales-orders", "customer_no")):
        assert re.search(rf'<input id="{party}" name="{party}" type="text"[^>]* required', client.get(f"{place}/new").text)
    line = {"lines.0.item_no": "LABEL", "lines.0.quantity": "1", "lines.0.location_code": "MAIN"}
    made = send(client, "/sales-orders/new", "/sales-orders", **line, customer_no=f"ZC{key}"[:20])
    assert made.headers.get("Location", "").startswith("/sales-orders/")
    page = f"/reservations/sales/S{key}/10000/0"
    bought = send(client, page, f"{page}/buy", vendor_no=f"ZV{key}"[:20])
    assert bought.headers.get("Location", "").startswith(page)
