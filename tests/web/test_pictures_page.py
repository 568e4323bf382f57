"""A picture on the scan page becomes a scan, and the scan keeps how it was read. Both databases."""

from __future__ import annotations

import html
import json

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.genealogy.models import ComponentAssociation, ScanEntry
from tests.databases import ENGINES
from tests.scanning.pictures import FORMAT, LABEL_TEXT, beside, data_matrix, picture, symbol
from tests.web.bikes import bike_site, count, hidden, make_order
from tests.web.pictures import patient_pool, send


@pytest.fixture(scope="module", autouse=True)
def pool():
    with patient_pool() as made:
        yield made


@pytest.fixture(scope="module", params=ENGINES)
def site(request, tmp_path_factory):
    with bike_site(request.param, tmp_path_factory.mktemp("data")) as made:
        yield made


def forms_of(page):
    """The hidden fields of each code's form."""
    parts = page.split("data-reading>")[1:]
    names = ("command_key", "mode", "product", "line", "held", "operator", "text", "source", "reading")
    return [{name: html.unescape(hidden(part, name)) for name in names} for part in parts]


def label_of(number):
    return picture(symbol(number, FORMAT.Code128))


def test_img_10_a_picture_becomes_a_scan_without_script_and_keeps_how_it_was_read(site):
    """Product, then a part, on the plain page: the file field, the button of the code, the answer."""
    order = make_order(site)
    client = site.client()
    assert 'type="file" name="picture"' in client.get(order.page).text
    page = send(client, label_of(order.number("BK1")), path=f"{order.page}/picture", mode="Product", picture_mode="still")
    assert page.status_code == 200
    assert count(site, ScanEntry, order_no=order.no) == 0  # it decodes only
    (form,) = forms_of(page.text)
    answer = client.post(f"{order.page}/scan", data=form)
    assert 'data-mode="component"' in answer.text
    state = {name: hidden(answer.text, name) for name in ("mode", "product", "line", "held", "operator")}
    page = send(client, label_of(order.number("F1")), path=f"{order.page}/picture", **state)
    (form,) = forms_of(page.text)
    assert (form["product"], form["source"]) == (state["product"], "camera")
    assert "Accepted" in client.post(f"{order.page}/scan", data=form).text
    assert count(site, ComponentAssociation, order_no=order.no) == 1
    with Session(site.engine) as session:
        entries = session.scalars(select(ScanEntry).where(ScanEntry.order_no == order.no).order_by(ScanEntry.entry_no)).all()
    assert [entry.source for entry in entries] == ["camera", "camera"]
    assert entries[1].raw_text == "]C0" + order.number("F1")
    kept = entries[1].decoded["reading"]
    assert bytes.fromhex(kept["hex"]).decode() == order.number("F1")
    assert (kept["engine"], kept["stage"], kept["identifier"], kept["content"]) == ("zxing-cpp", "first", "]C0", "text")


def test_img_5_img_15_a_data_matrix_with_two_variable_fields_keeps_bytes_and_quality_in_the_log(site):
    """Writer, picture, parser, database: GS and unused error correction arrive."""
    order = make_order(site)
    client = site.client()
    (code,) = send(client, data_matrix()).json["codes"]
    reading = {name: value for name, value in code["reading"].items() if name not in {"text", "place"}}
    body = {"text": code["text"], "source": "camera", "reading": reading}
    client.post(f"/api/v1/production-orders/{order.no}/scans", json=body, headers={"Idempotency-Key": f"camera-{order.tag}"})
    with Session(site.engine) as session:
        entry = session.scalars(select(ScanEntry).where(ScanEntry.order_no == order.no)).one()
    assert entry.raw_text == "]d2" + LABEL_TEXT
    assert entry.decoded["elements"] == [["01", "09521234543213"], ["10", "Ab"], ["21", "c1"]]
    assert bytes.fromhex(entry.decoded["reading"]["hex"]).decode() == LABEL_TEXT
    assert entry.decoded["reading"]["unused_error_correction"] == 1.0


def test_peers_22_page_api_and_wedge_understand_the_same_raw_text(site):
    """The identifier that the camera puts in front is no part of the number, whoever sends it."""
    order = make_order(site)
    station = order.station()
    station.scan(order.number("BK1"))
    (code,) = send(site.client(), label_of(order.number("W1"))).json["codes"]
    assert code["text"] == "]C0" + order.number("W1")
    assert station.scan(code["text"], source="camera", reading=json.dumps({"engine": "zxing-cpp"})) == "COMPONENT_REGISTERED"
    assert station.scan("]C0" + order.number("W2"), source="wedge") == "LINE_COMPLETED"


def test_d35_a_code_of_the_camera_that_differs_in_case_asks(site):
    order = make_order(site)
    station = order.station()
    station.scan(order.number("BK1"))
    (code,) = send(site.client(), label_of(order.number("w1"))).json["codes"]
    assert station.scan(code["text"], source="camera") == "NUMBER_LOOKS_ALIKE"


NO_READINGS = ("no json", "[1]", '{"hex": "0"}', '{"unused_error_correction": 7}', '{"other": 1}', "9" * 5000, "[" * 5000)


@pytest.mark.parametrize("reading", NO_READINGS)
def test_a_reading_that_is_none_is_refused(site, reading):
    station = make_order(site).station()
    assert station.scan("X", source="camera", reading=reading) == "INVALID_INPUT"


def test_img_6_the_page_says_why_nothing_may_be_used(site):
    order = make_order(site)
    client = site.client()
    page = send(client, picture(np.full((200, 300), 200)), path=f"{order.page}/picture").text
    assert "No code was found in the picture." in page
    assert "Hard mark" in page
    page = send(client, picture(symbol("123456", FORMAT.ITF)), path=f"{order.page}/picture").text
    assert "123456 was read and is not used: an ITF code of this length may be a part of a longer one." in page
    page = send(client, picture(symbol("A1234567B", FORMAT.Codabar)), path=f"{order.page}/picture").text
    assert "Is this the code?" in page
    assert forms_of(page)[0]["text"] == "]F0A1234567B"
    both = beside(*(symbol(text, FORMAT.DataMatrix, scale=6) for text in ("AAAAA", "BBBBB")))
    page = send(client, picture(both), path=f"{order.page}/picture").text
    assert "2 codes were read. Which one?" in page
    assert len(forms_of(page)) == 2


def test_the_page_of_a_picture_keeps_where_the_station_stands_and_refuses_forms_that_are_none(site):
    order = make_order(site)
    client = site.client()
    path = f"{order.page}/picture"
    assert client.get(path).status_code == 303
    assert send(client, data_matrix(), path=path, picture_mode="wild").status_code == 422
    assert client.post(path, data={"mode": "Product"}).status_code == 422
    strange = {"mode": "Component", "product": "9" * 40, "line": "x", "held": "\x00"}
    assert send(client, data_matrix(), path=path, **strange).status_code == 200
    assert send(client, data_matrix(), path="/production-orders/NONE/tracked-components/picture").status_code in {200, 404}
