"""Pages, files and API of entries, applications, registers, reservations, documents and Find entries, on a plant with history."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from urllib.parse import urlencode

import pytest

from shopfloor.ledger import entry_queries
from tests.databases import ENGINES
from tests.web.tracing_plant import MANY, traced_site

RECEIPT, SHIPMENT = "/documents/purchase-receipts/RCP-000001", "/documents/sales-shipments/SHP-000001"
NO_DOCUMENTS = ("/documents/purchase-receipts/NONE", "/documents/sales-shipments/RCP-000001", "/documents/pallets/NONE", "/documents/NONE")
LISTS = (
    "/ledger-entries", "/item-applications", "/item-registers", "/activity-events", "/reservation-entries", "/documents", "/find-entries",
)


@pytest.fixture(scope="module", params=ENGINES)
def site(request, tmp_path_factory):
    with traced_site(request.param, tmp_path_factory.mktemp("data")) as made:
        yield made


@pytest.fixture
def client(site):
    return site.client("B-QUAL")


def text_of(client, path, **arguments):
    answer = client.get(path + ("?" + urlencode(arguments) if arguments else ""))
    assert answer.status_code == 200, answer.text[:1500]
    return answer.text


def links(text):
    return [unescape(href) for href in re.findall(r'href="([^"]+)"', text)]


def rows(text):
    """The cells of each row of the first table, as words."""
    body = re.search(r"<tbody>(.*?)</tbody>", text, re.DOTALL)[1]
    return [[unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
            for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)]


def entry_of(client, **filters):
    """Number of the newest entry that fits."""
    return int(rows(text_of(client, "/ledger-entries", **filters))[0][0])


def api(client, path, **arguments):
    answer = client.get(f"/api/v1{path}", query_string=arguments)
    assert answer.status_code == 200, answer.text
    return answer.json


# --- entries --------------------------------------------------------------------------------------------------------------


def test_dm_01_the_list_shows_entries_with_totals_and_every_number_leads_on(client):
    text = text_of(client, "/ledger-entries", number="F-1")
    told = rows(text)
    expected = [("Consumption", "RPO-1", "F-1", "-1 PCS"), ("Purchase", "RCP-000001", "F-1", "1 PCS")]
    assert [(row[2], row[9], row[5], row[6]) for row in told] == expected
    assert re.search(r"<tfoot>.*2 entries.*0 PCS", text, re.DOTALL)
    wanted = {RECEIPT, "/production-orders/RPO-1", "/items/FRAME", "/find-entries?serial_no=F-1&item_no=FRAME"}
    assert wanted <= set(links(text))
    assert any(href.startswith("/ledger-entries/") for href in links(text))


def test_dm_01_filters_stay_in_their_fields_and_in_the_address_of_the_file(client):
    given = {"item_no": "WHEEL", "location_code": "MAIN", "entry_type": "Consumption", "open_only": "1", "lot_no": "L", "register_no": "3"}
    text = text_of(client, "/ledger-entries", **given)
    assert 'value="WHEEL"' in text
    assert '<option value="Consumption" selected>' in text
    assert 'name="open_only" value="1" checked' in text
    assert 'name="lot_no"' in text  # seldom filters have a field when they are set
    assert 'name="register_no"' in text
    file = next(href for href in links(text) if ".csv" in href)
    assert "item_no=WHEEL" in file
    assert "register_no=3" in file
    assert 'name="package_no"' not in text


def test_pages_of_the_list_follow_each_other(client):
    seen, path = [], "/ledger-entries?item_no=FRAME"
    while path:
        text = text_of(client, path)
        seen += [int(row[0]) for row in rows(text)]
        path = next((href for href in links(text) if "after=" in href and href.startswith("/ledger-entries?")), "")
    assert len(seen) == len(set(seen)) >= 4 + MANY + 3
    assert seen == sorted(seen, reverse=True)


def test_a_filter_without_an_index_says_how_far_it_looked(client, monkeypatch):
    monkeypatch.setattr(entry_queries, "STRETCH", 3)
    text = text_of(client, "/ledger-entries", entry_type="Purchase")
    assert "looked through down to entry" in text
    assert 'rel="next"' in text


@pytest.mark.parametrize(
    "arguments",
    [{"from_date": "yesterday"}, {"register_no": "x"}, {"register_no": "9" * 20}, {"item_no": "a\x00"}, {"after": "y" * 300}],
)
def test_bad_input_is_refused_and_never_a_crash(client, arguments):
    assert client.get("/ledger-entries", query_string=arguments).status_code == 422


def test_dm_10_a_card_leads_from_order_to_counterpart(client):
    """Order -> entries -> application -> counterpart."""
    order = text_of(client, "/production-orders/RPO-1")
    assert "/ledger-entries?order_no=RPO-1" in links(order)
    used = entry_of(client, number="F-1", order_no="RPO-1")
    card = text_of(client, f"/ledger-entries/{used}")
    bought = entry_of(client, number="F-1", document_no="RCP-000001")
    assert f"/ledger-entries/{bought}" in links(card)
    applications = [href for href in links(card) if href.startswith("/item-applications/")]
    application = text_of(client, applications[0])
    assert {f"/ledger-entries/{used}", f"/ledger-entries/{bought}"} <= set(links(application))
    assert "The outbound entry was taken from the inbound one." in application
    traces = [href for href in links(card) if href.startswith("/tracing?")]
    assert len(traces) == 2
    assert all(client.get(href).status_code == 200 for href in links(card) if href.startswith("/") and "static" not in href)


def test_a_card_names_what_corrects_it(client):
    """B-3 was reported and taken back."""
    out = rows(text_of(client, "/ledger-entries", number="B-3", entry_type="Output"))
    back, made = int(out[0][0]), int(out[-1][0])
    assert f"/ledger-entries/{back}" in links(text_of(client, f"/ledger-entries/{made}"))
    text = text_of(client, f"/ledger-entries/{back}")
    assert "Corrects entry" in text
    assert f"/ledger-entries/{made}" in links(text)


def test_a_card_names_who_reserved_it(client):
    """B-4 is on the bench with F-4."""
    entry = entry_of(client, number="F-4")
    text = text_of(client, f"/ledger-entries/{entry}")
    assert "Reserved for" in text
    assert "RPO-1" in text


def test_pst_17_a_posting_with_its_entries(client):
    entry = entry_of(client, document_no="RCP-000001")
    register = next(href for href in links(text_of(client, f"/ledger-entries/{entry}")) if href.startswith("/item-registers/"))
    text = text_of(client, register)
    assert "Receipt" in text
    assert "Ada" in text or "E-ADMIN" in text
    assert f"/ledger-entries/{entry}" in links(text)
    number = register.rpartition("/")[2]
    assert len(api(client, "/ledger-entries", register_no=number, limit=500)["rows"]) == 4 + MANY


@pytest.mark.parametrize("path", ["/ledger-entries/999999", "/item-applications/999999", "/item-registers/999999", "/item-registers/0",
                                  *NO_DOCUMENTS, "/ledger-entries/" + "9" * 30, "/find-entries/nothing", "/ledger-entries/x"])
def test_unknown_records_are_not_found(client, path):
    assert client.get(path).status_code == 404


# --- file -----------------------------------------------------------------------------------------------------------------


def test_the_file_has_every_entry_and_no_formula(client):
    answer = client.get("/ledger-entries.csv?item_no=WHEEL")
    assert answer.mimetype == "text/csv"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    told = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    assert len(told) == int(api(client, "/ledger-entries", item_no="WHEEL")["totals"]["count"])
    bent = next(row for row in told if row["serial_no"] == "W-10" and row["entry_type"] == "Negative Adjmt.")
    assert (bent["quantity"], bent["reason"]) == ("-1", "'=bent")


def test_the_file_is_written_in_parts(client, monkeypatch):
    monkeypatch.setattr(entry_queries, "STREAMED", 7)
    everything = client.get("/ledger-entries.csv")
    parts = list(everything.iter_encoded())
    told = list(csv.DictReader(io.StringIO(b"".join(parts).decode("utf-8-sig"), newline="")))
    numbers = [int(row["entry_no"]) for row in told]
    assert len(parts) > 10
    assert numbers == sorted(set(numbers), reverse=True)
    assert len(numbers) > 4 + MANY


# --- reservations and stock -----------------------------------------------------------------------------------------------


def test_dm_03_open_means_that_something_remains(client):
    """DM-03: `open` is `remaining ≠ 0`, `positive` is `quantity > 0`; the list of open entries is exactly these."""
    everything = api(client, "/ledger-entries", limit=500)["rows"]
    assert {row["entry_no"] for row in everything if row["remaining"] != "0"} == {
        row["entry_no"] for row in api(client, "/ledger-entries", limit=500, open_only="1")["rows"]
    }


def test_dm_02_every_entry_type_can_be_asked_for(client):
    """DM-02: the closed list of nine, in the words of Business Central."""
    text = text_of(client, "/ledger-entries")
    types = re.search(r'name="entry_type".*?</select>', text, re.DOTALL)[0]
    assert re.findall(r'<option value="([^"]+)"', types) == [
        "Purchase", "Sale", "Positive Adjmt.", "Negative Adjmt.", "Transfer", "Consumption", "Output", "Assembly Consumption",
        "Assembly Output",
    ]


def test_dm_26_stock_is_named_by_its_entry(client):
    """DM-26: a ledger entry is referenced by its number, and its reserved quantity follows from the records."""
    pair = api(client, "/reservation-entries", number="F-4")["rows"][0]
    entry = pair["supply"]["source_id"]
    assert api(client, f"/ledger-entries/{entry}")["entry"]["tracking"]["serial_no"] == "F-4"
    of_entry = api(client, "/reservation-entries", source_type="Item Ledger Entry", source_id=entry)["rows"]
    stock = api(client, "/stock", number="F-4")["rows"][0]
    assert stock["reserved"] == of_entry[0]["quantity"] == "1"


def test_dm_21_reservations_of_a_unit_on_the_bench(client):
    text = text_of(client, "/reservation-entries", number="F-4")
    told = [(row[1], row[3], row[5] != "", row[7], row[8], row[9]) for row in rows(text)]
    assert told == [("FRAME", "RPO-1", True, "F-4", "1 PCS", "Specific")]
    assert {"/production-orders/RPO-1", "/production-orders/RPO-1/associations"} <= set(links(text))
    assert "No reservation entry fits" in text_of(client, "/reservation-entries", number="nobody")
    of_order = {"reservation_status": "Reservation", "source_type": "Prod. Order Component", "source_id": "RPO-1"}
    assert rows(text_of(client, "/reservation-entries", **of_order))
    assert "No reservation entry fits" in text_of(client, "/reservation-entries", picked="1")


def test_every_figure_of_the_stock_leads_to_its_entries(client):
    text = text_of(client, "/stock", number="F-4")
    found = links(text)
    on_hand = next(href for href in found if href.startswith("/ledger-entries?"))
    reserved = next(href for href in found if href.startswith("/reservation-entries?"))
    in_units = next(href for href in found if href.startswith("/find-entries/associations?"))
    assert len(rows(text_of(client, on_hand))) == len(rows(text_of(client, reserved))) == len(rows(text_of(client, in_units))) == 1


def test_cards_lead_to_entries(client):
    item = links(text_of(client, "/items/FRAME"))
    assert {"/ledger-entries?item_no=FRAME", "/reservation-entries?item_no=FRAME"} <= set(item)
    assert RECEIPT in links(text_of(client, "/purchase-orders/PO-1"))
    assert SHIPMENT in links(text_of(client, "/sales-orders/SO-1"))
    assert {href for href, _label in [(one, "") for one in LISTS]} <= set(links(text_of(client, "/more")))


# --- documents ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "number"), [("Purchase Receipt", "RCP-000001"), ("Sales Shipment", "SHP-000002"), ("Item Journal", "IJ-000001")]
)
def test_dm_06_documents_by_kind(client, kind, number):
    text = text_of(client, "/documents", document_type=kind)
    page = next(href for href in links(text) if href.endswith("/" + number))
    assert page.startswith("/documents/")
    assert number in text_of(client, page)


def test_dm_06_a_document_leads_to_order_party_and_entries(client):
    found = links(text_of(client, SHIPMENT))
    assert {"/sales-orders/SO-1", "/customers/C1", "/ledger-entries?document_no=SHP-000001&document_type=Sales+Shipment"} <= set(found)
    assert "/find-entries?serial_no=B-1&item_no=BIKE" in found
    assert all(client.get(href).status_code == 200 for href in found if href.startswith("/") and "static" not in href)


def test_dm_06_the_document_of_a_production_journal_is_its_order(client):
    made = links(text_of(client, "/ledger-entries", number="B-1", entry_type="Output"))
    assert "/production-orders/RPO-1" in made
    assert not [href for href in made if href.startswith("/documents/")]


@pytest.mark.parametrize(
    ("text", "leads_to"),
    [("SHP-000001", SHIPMENT), ("RCP-000001", RECEIPT), ("IJ-000001", "/documents/item-journals/IJ-000001")],
)
def test_ui_1_the_box_opens_a_document(client, text, leads_to):
    answer = client.get("/find", query_string={"text": text})
    assert (answer.status_code, answer.location) == (302, leads_to)


def test_ui_1_the_box_finds_an_entry_and_a_posting(client):
    text = text_of(client, "/find", text="2")
    assert {"/ledger-entries/2", "/item-registers/2"} <= set(links(text))
    newest = api(client, "/ledger-entries", limit=1)["rows"][0]["entry_no"]
    assert client.get("/find", query_string={"text": str(newest)}).location == f"/ledger-entries/{newest}"


# --- find entries ---------------------------------------------------------------------------------------------------------


def test_fn_02_counts_lead_to_as_many_records(client):
    for number in ({"serial_no": "B-1"}, {"serial_no": "F-4"}, {"lot_no": "P-A"}):
        text = text_of(client, "/find-entries", **number)
        told = rows(text)
        assert told
        places = re.findall(r'<th scope="row"><a href="([^"]+)"', text)
        for (name, count, _kind), place in zip(told, places, strict=True):
            assert len(rows(text_of(client, unescape(place)))) == int(count), name


def test_fn_01_fn_07_empty_answers_say_so(client):
    assert "Which number?" in text_of(client, "/find-entries")
    assert "Which number?" in text_of(client, "/find-entries", item_no="FRAME")
    assert "Nothing holds nobody" in text_of(client, "/find-entries", serial_no="nobody")


def test_fn_08_item_reference_takes_another_code_of_the_item(client):
    """*Find by* has Item reference and Document; a GTIN or a vendor's code means its item."""
    text = text_of(client, "/find-entries", serial_no="F-1", item_no="09521234543213")
    assert "This code means item FRAME." in text
    assert rows(text)[0][:2] == ["Item ledger entries", "2"]
    assert {"/find-entries?by=item-reference", "/find-entries?by=document"} <= set(links(text))
    document = text_of(client, "/find-entries", by="document", document_no="SHP-000001")
    assert [row[:2] for row in rows(document)] == [["Item ledger entries", "1"], ["Sales shipments", "1"]]
    assert SHIPMENT in links(document)
    assert "Which document?" in text_of(client, "/find-entries", by="document")
    assert client.get("/find-entries?by=colour").status_code == 422


@pytest.mark.parametrize(
    ("scan", "leads_to"),
    [
        ("F-1", "/find-entries?serial_no=F-1&item_no=FRAME"),
        ("P-A", "/find-entries?lot_no=P-A&item_no=PAINT"),
        ("]d20109521234543213" + "21F-1", "/find-entries?serial_no=F-1&item_no=FRAME"),
        ("B-4", "/find-entries?serial_no=B-4"),
        ("]C0F-1", "/find-entries?serial_no=F-1&item_no=FRAME"),  # what carried the plain number is no part of it
        ("]d1P-A", "/find-entries?lot_no=P-A&item_no=PAINT"),
        ("]Q1B-4", "/find-entries?serial_no=B-4"),
    ],
)
def test_fn_01_a_scan_becomes_a_question(client, scan, leads_to):
    answer = client.get("/find-entries", query_string={"scan": scan})
    assert (answer.status_code, answer.location) == (303, leads_to)
    assert rows(text_of(client, leads_to))


def test_fn_01_a_scan_that_means_nothing_is_refused_on_the_page(client):
    for scan in ("nobody", "\x1d\x1d", "]d201"):
        answer = client.get("/find-entries", query_string={"scan": scan})
        assert answer.status_code in {404, 422}
        assert 'role="alert"' in answer.text
        assert "Find by" in answer.text


def test_tr_55_item_tracing_leads_to_find_entries_and_documents(client):
    text = text_of(client, "/tracing", serial_no="B-1")
    assert "/find-entries?serial_no=B-1&item_no=BIKE" in links(text)
    assert SHIPMENT in links(text)
    assert RECEIPT in links(text)


def test_a18_pages_take_the_same_statements_for_few_and_many_rows(site, client):
    counts = []
    for arguments in ({"number": "F-1"}, {"item_no": "FRAME"}):
        with site.statements() as statements:
            text_of(client, "/ledger-entries", **arguments)
        counts.append(statements.count)
    assert counts[1] <= counts[0] + 1  # the look-up by index is left out when the newest entries fill the page
    for path in ("/find-entries?serial_no=nobody", "/find-entries?lot_no=P-A"):
        with site.statements() as statements:
            text_of(client, path)
        counts.append(statements.count)
    assert counts[2] == counts[3] <= 6
    assert counts[0] <= 8


# --- API ------------------------------------------------------------------------------------------------------------------


def test_a29_the_api_gives_the_same_answers(client):
    entries = api(client, "/ledger-entries", number="F-1")
    assert [(row["entry_type"], row["quantity"]) for row in entries["rows"]] == [("Consumption", "-1"), ("Purchase", "1")]
    assert (entries["totals"]["quantity"], entries["looked_down_to"]) == ("0", 0)
    number = entries["rows"][0]["entry_no"]
    assert api(client, f"/ledger-entries/{number}")["entry"]["item_no"] == "FRAME"
    applied = api(client, "/item-applications", entry_no=number)["rows"]
    assert applied[0]["outbound"]["entry_no"] == number
    assert api(client, f"/item-applications/{applied[0]['entry_no']}")["quantity"] == "-1"
    register = entries["rows"][0]["register_no"]
    assert api(client, f"/item-registers/{register}")["register_no"] == register
    assert api(client, "/item-registers", limit=2)["next_after"]
    assert api(client, "/reservation-entries", number="F-4")["rows"][0]["demand"]["source_id"] == "RPO-1"
    assert [row["no"] for row in api(client, "/documents", document_type="Sales Shipment")["rows"]] == ["SHP-000002", "SHP-000001"]
    assert api(client, SHIPMENT)["lines"][0]["quantity"] == "-1"
    counted = api(client, "/found-entries", serial_no="B-1")["rows"]
    assert {"table": "Sales Shipment", "records": 1, "no": ""} in counted
    of_document = api(client, "/found-entries", document_no="SHP-000001")["rows"]
    assert of_document[0] == {"table": "Item Ledger Entry", "records": 1, "no": "SHP-000001"}
    assert api(client, "/found-records", serial_no="B-1", table="Sales Shipment")["rows"][0]["no"] == "SHP-000001"


def test_ops_10_programs_and_people_read_the_same_events(client):
    """OPS-10: one event for each posting of production, by its number; reading on with `since`; the page links posting and order."""
    first = api(client, "/activity-events", limit=500)
    reports = [event for event in first["rows"] if event["code"] == "ProductionReportFinished"]
    made = {one["serial_no"]: event for event in reports for one in event["products"]}
    assert {one["item_no"] for one in made["B-1"]["consumption"]} >= {"FRAME"}
    assert made["B-1"]["products"][0] | {"quantity": "1", "unit_code": "PCS", "lot_no": ""} == made["B-1"]["products"][0]
    ids = [event["event_id"] for event in first["rows"]]
    assert ids == sorted(set(ids))
    assert [event["event_id"] for event in api(client, "/activity-events", since=ids[0])["rows"]] == ids[1:]
    text = text_of(client, "/activity-events")
    assert f"/item-registers/{made['B-1']['event_id']}" in links(text)
    assert "1 PCS B-1" in text


@pytest.mark.parametrize(
    "path", ["/activity-events?since=x", "/activity-events?since=-1", "/activity-events?limit=0",
             "/ledger-entries?from_date=x", "/ledger-entries?item_no=%00", "/found-records?serial_no=B-1", "/documents?document_type=x",
             "/ledger-entries?limit=0", "/ledger-entries?register_no=-1"]
)
def test_a29_bad_input_is_a_problem(client, path):
    answer = client.get("/api/v1" + path)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


@pytest.mark.parametrize("path", ["/ledger-entries/999999", "/item-registers/999999", "/item-applications/999999", *NO_DOCUMENTS])
def test_a29_unknown_records_are_404(client, path):
    assert client.get("/api/v1" + path).status_code == 404
