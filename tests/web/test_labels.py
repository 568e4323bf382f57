"""R-25, IMG-13, failure stories 73 and 74: pages and API of labels; command cards and badges."""

from __future__ import annotations

import re
import socket
import threading
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

API = "/api/v1"


def send(client, place, key, **body):
    return client.post(f"{API}{place}", json=body, headers={"Idempotency-Key": key})


@pytest.fixture
def lot(client, key):
    """A lot of paste, and the document that brought it."""
    number = f"L/{key}"
    line = {"entry_type": "Positive Adjmt.", "item_no": "PASTE", "location_code": "MAIN", "quantity": "5", "lot_no": number}
    answer = send(client, "/item-journals", f"{key}-lot", lines=[line | {"expiration_date": "2031-01-31"}], reason="opening")
    assert answer.status_code == 200, answer.text
    return number, answer.json["fields"]["document_no"]


@pytest.fixture
def job(client, lot, key):
    _number, document = lot
    answer = send(client, "/label-jobs", f"{key}-job", source="Document", no=document, document_type="Item Journal")
    assert answer.status_code == 200, answer.text
    return answer.json["fields"]["job_no"]


def followed(client, response):
    assert response.status_code == 303, response.text
    return client.get(response.location).text


def test_peers_73_from_the_posted_document_to_the_job(client, lot, key):
    """Page: the card of the document leads to its labels; they are seen, made, and listed in order."""
    number, document = lot
    card = client.get(f"/documents/item-journals/{document}").text
    href = re.search(r'href="(/labels\?[^"]+)"', card)[1].replace("&amp;", "&")
    page = client.get(href).text
    assert "<svg" in page
    assert "(10)" + number in page or number in page
    form = {"source": "Document", "no": document, "document_type": "Item Journal", "copies": "2", "command_key": f"{key}1"}
    action = re.search(r'<form class="sheet" action="([^"]+)"', page)[1].replace("&amp;", "&")
    text = followed(client, client.post(action, data=form))
    assert "1 label" in text
    assert number in text
    assert "Scan the labels back" in text
    assert re.search(r'href="/label-jobs/\d+"', client.get(href).text)


@pytest.mark.parametrize("place", ["/numbers/card?item_no=PASTE&kind=Lot&number={}"])
def test_a_number_has_its_label_one_link_away(client, lot, place):
    number, _document = lot
    text = client.get(place.format(number.replace("/", "%2F"))).text
    href = re.search(r'href="(/labels\?[^"]+)"', text)[1].replace("&amp;", "&")
    assert number in client.get(href).text


def test_an_order_has_its_labels_one_link_away(client):
    orders = client.get(f"{API}/production-orders").json["rows"]
    for order in orders[:3]:
        card = client.get(f"/production-orders/{order['no']}").text
        assert f"/labels?source=Production%20order&amp;no={order['no']}" in card
        assert client.get(f"/labels?source=Production%20order&no={order['no']}").status_code == 200
    assert client.get("/labels?source=Production%20order&no=NONE").status_code == 404
    assert client.get("/labels?source=Nonsense").status_code == 422
    assert client.get("/labels").headers["Location"].endswith("/label-jobs")


def test_img_13_every_way_out_reads_back(client, job, lot):
    number, _document = lot
    image = Image.open(BytesIO(client.get(f"/label-jobs/{job}/labels/1.png").data))
    (found,) = zxingcpp.read_barcodes(image.convert("L"), text_mode=zxingcpp.TextMode.Plain)
    assert number in found.text
    svg = client.get(f"/label-jobs/{job}/labels/1.svg")
    assert (svg.mimetype, svg.text.startswith("<svg")) == ("image/svg+xml", True)
    assert "attachment" in svg.headers["Content-Disposition"]
    assert client.get(f"/label-jobs/{job}/labels.pdf").data.startswith(b"%PDF-")
    assert client.get(f"/label-jobs/{job}/labels.zpl").text.startswith("^XA")
    assert "^BXN" in client.get(f"{API}/label-jobs/{job}/labels.zpl?symbols=commands").text
    assert client.get(f"{API}/label-jobs/{job}/labels.pdf?first_cell=3").data.startswith(b"%PDF-")
    assert client.get(f"{API}/label-jobs/{job}/labels/1.png").mimetype == "image/png"
    assert client.get(f"{API}/label-jobs/{job}/labels/1.svg").mimetype == "image/svg+xml"
    assert client.get(f"/label-jobs/{job}/labels/9.png").status_code == 404
    assert client.get("/label-jobs/4711/labels.pdf").status_code == 404


def test_the_browser_prints_pages_of_the_papers_size(client, job, key):
    page = client.get(f"/label-jobs/{job}/print").text
    assert page.count('class="paper"') == 1
    assert "style=" not in page
    assert "@page { size: 50mm 25mm; margin: 0; }" in client.get(f"/label-jobs/{job}/print.css").text
    sheet = {"code": f"S{key[-4:]}", "sheet": "A4, 3 × 8 of 70 × 37 mm"}
    assert send(client, "/masters/label-formats", f"{key}1", **sheet).status_code == 200
    other = send(client, f"/label-jobs/{job}/reprint", f"{key}2", reason="other paper", label_format=sheet["code"])
    again = other.json["fields"]["job_no"]
    assert client.get(f"/label-jobs/{again}/print?first_cell=5").text.count('class="cell"') == 5
    css = client.get(f"/label-jobs/{again}/print.css").text
    assert "@page { size: 210mm 297mm; margin: 0; }" in css
    assert ".paper > :nth-child(1) { left: 10mm; top: 6.5mm; }" in css
    assert "First free label of the sheet" in client.get(f"/label-jobs/{again}").text


def test_r_25_from_the_purchase_order_to_labels_of_what_shall_come(client, key):
    """The card of the order leads to the labels of the numbers that its lines were given, and they lead back."""
    assert 'href="/labels?source=Purchase%20order&amp;no=PO-A"' in client.get("/purchase-orders/PO-A").text
    numbers = {"source_type": "Purchase Line", "order_no": "PO-A", "line_no": 10000, "lines": [{"lot_no": f"N/{key}", "quantity": "1"}]}
    answer = send(client, "/item-tracking-lines", f"{key}-lines", **numbers)
    assert answer.status_code == 200, answer.text
    page = client.get("/labels?source=Purchase%20order&no=PO-A").text
    assert f"N/{key}" in page
    assert 'href="/purchase-orders/PO-A"' in page
    answer = send(client, "/label-jobs", f"{key}-job", source="Purchase order", no="PO-A")
    assert answer.status_code == 200, answer.text


def test_peers_74_labels_are_scanned_back_on_their_page(client, job, lot, key):
    """Page: foreign, right, and once too often, each in words; the count goes down."""
    number, _document = lot
    place = f"/label-jobs/{job}/verify"
    assert "0 of 1 are proved" in client.get(place).text
    foreign = client.post(place, data={"text": "X-1", "command_key": f"{key}1"})
    assert (foreign.status_code, "is not among the labels of job" in foreign.text) == (422, True)
    code = client.get(f"{API}/label-jobs/{job}").json["lines"][0]["elements"]
    text = "]d2" + "".join(ai + value for ai, value in code) if code else "]d1" + number
    right = client.post(place, data={"text": text, "command_key": f"{key}2"}, headers={"HX-Request": "true"})
    assert right.status_code == 200, right.text
    assert "1 of 1 are proved" in right.text
    assert "<html" not in right.text
    assert 'data-sound="accepted"' in right.text
    twice = client.post(place, data={"text": text, "command_key": f"{key}3"})
    assert (twice.status_code, "was scanned back already" in twice.text) == (422, True)
    assert "Verified" in client.get(f"/label-jobs/{job}").text


def test_what_is_ticked_is_printed_again_with_a_reason(client, job, key):
    refused = client.post(f"/label-jobs/{job}/reprint", data={"place": "1", "reason": "", "command_key": f"{key}1"})
    assert refused.status_code == 422
    text = followed(client, client.post(f"/label-jobs/{job}/reprint", data={"place": "1", "reason": "torn", "command_key": f"{key}2"}))
    assert f"Job {job}</a>: torn" in text
    text = followed(client, client.post(f"/label-jobs/{job}/printed", data={"how": "PDF", "command_key": f"{key}3"}))
    assert "Printed" in text
    assert "They came out" not in text
    assert send(client, f"/label-jobs/{job}/printed", f"{key}4", how="ZPL file").status_code == 200


def test_the_list_of_jobs(client, job, lot):
    _number, document = lot
    text = client.get("/label-jobs", query_string={"source_no": document}).text
    assert f'/label-jobs/{job}"' in text
    rows = client.get(f"{API}/label-jobs", query_string={"source_no": document}).json["rows"]
    assert [row["job_no"] for row in rows] == [job]
    texts = client.get(f"{API}/labels", query_string={"source": "Document", "no": document, "document_type": "Item Journal"}).json
    assert texts["total"] == 1
    assert client.get("/label-jobs/4711").status_code == 404
    assert "No label job" in client.get("/label-jobs?source_no=nothing").text


# --- printers


def test_a_printer_gets_the_labels_once_for_each_key(client, job, key):
    code = f"Z{key[-4:]}"
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)
        taken = []

        def serve():
            line, _ = server.accept()
            with line:
                taken.append(b"".join(iter(lambda: line.recv(65536), b"")))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        made = send(client, "/masters/printers", f"{key}1", code=code, name="Zebra", address=f"127.0.0.1:{server.getsockname()[1]}")
        assert made.status_code == 200, made.text
        first = send(client, f"/label-jobs/{job}/send", f"{key}2", printer=code)
        assert first.json["code"] == "LABELS_SENT", first.text
        assert send(client, f"/label-jobs/{job}/send", f"{key}2", printer=code).json == first.json
        thread.join(10)
    assert len(taken) == 1
    assert taken[0].startswith(b"^XA")
    text = client.get(f"/label-jobs/{job}").text
    assert f"Printer {code}" in text
    away = client.post(f"/label-jobs/{job}/send", data={"printer": code, "command_key": f"{key}3"})
    assert away.status_code == 422
    assert "Nothing is lost" in away.text
    again = client.post(f"/label-jobs/{job}/send", data={"printer": code, "command_key": f"{key}3"})
    assert (again.status_code, "Nothing is lost" in again.text) == (422, True)
    sendings = client.get(f"{API}/label-jobs/{job}").json["sendings"]
    assert [line["state"] for line in sendings] == ["Failed", "Sent"]


def test_what_goes_wrong_on_the_way_ends_the_try(client, job, key, monkeypatch):
    """A name that leads outside: nothing is sent, the try is noted as failed, and does not stay Sending."""
    from shopfloor.labels import transport

    code = f"N{key[-4:]}"
    assert send(client, "/masters/printers", f"{key}1", code=code, name="Far", address="printer.example:9100").status_code == 200
    away = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 9100))]
    monkeypatch.setattr(transport.socket, "getaddrinfo", lambda *_given, **_named: away)
    refused = send(client, f"/label-jobs/{job}/send", f"{key}2", printer=code)
    assert refused.json["code"] == "PRINTER_OUTSIDE"
    (line,) = client.get(f"{API}/label-jobs/{job}").json["sendings"]
    assert (line["state"], "outside the private networks" in line["problem"]) == ("Failed", True)


def test_only_an_administrator_sets_printers_up(site, key):
    worker = site.client("B-WORK")
    refused = send(worker, "/masters/printers", key, code="W1", name="Mine", address="127.0.0.1:9100")
    assert refused.json["code"] == "NOT_ALLOWED"
    outside = send(site.client(), "/masters/printers", f"{key}2", code="O1", name="Elsewhere", address="8.8.8.8:9100")
    assert outside.json["code"] == "INVALID_INPUT"


def test_a_worker_makes_and_proves_labels(site, lot, key):
    _number, document = lot
    worker = site.client("B-WORK")
    made = send(worker, "/label-jobs", key, source="Document", no=document, document_type="Item Journal")
    assert made.status_code == 200, made.text
    assert worker.get(f"/label-jobs/{made.json['fields']['job_no']}/verify").status_code == 200


# --- cards and badges


def test_the_command_card_has_every_command_of_the_scan_code(client):
    from shopfloor.scanning.scan import Command

    text = client.get("/command-card?station=ST-1").text
    for command in Command:
        assert f"CMD:{command.value}" in text
    assert text.count("<svg xmlns") == len(Command)
    assert client.get("/command-card?station=NONE").status_code == 404
    assert client.get("/command-card").status_code == 200
    assert "/command-card?station=ST-1" in client.get("/stations/ST-1").text


def test_badges_need_the_right_and_are_not_spelt_out(site, client):
    page = client.get("/badges")
    assert "Will Worker" in page.text
    assert "B-WORK" not in page.text
    assert site.client("B-WORK").get("/badges").status_code == 422
    one = client.get("/badges?no=E-WORK").text
    assert "Will Worker" in one
    assert "Quinn Quality" not in one
    assert client.get("/badges?no=NONE").status_code == 404
    assert 'href="/badges"' in client.get("/people").text
    assert "/badges" not in site.client("B-WORK").get("/people").text


def test_r_25_a_badge_that_is_printed_signs_its_person_in(client):
    """Every drawing is read back before it is shown; here the page's own drawing is painted and read once more."""
    page = client.get("/badges?no=E-WORK").text
    drawing = re.search(r'viewBox="0 0 (\d+) ([\d.]+)"[^>]*>.*?<path d="([^"]+)"', page)
    width = int(drawing[1])
    row = Image.new("L", (width * 3, 90), 255)
    for x, _y, wide in re.findall(r"M(\d+) (\d+)h(\d+)", drawing[3]):
        row.paste(0, (int(x) * 3, 0, (int(x) + int(wide)) * 3, 90))
    (found,) = zxingcpp.read_barcodes(row, text_mode=zxingcpp.TextMode.Plain)
    assert found.text == "BADGE:B-WORK"
