"""GS1-24: the test bench; GS1-1, GS1-4, GS1-9, GS1-10: options on a page; peers 24, 30: raw text by every door. Both databases."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy.orm import Session

from shopfloor.exchange.errors import RowsWrong
from shopfloor.exchange.imports import ImportFile, import_file
from shopfloor.genealogy.models import ComponentAssociation, ScanEntry, TrackedProduct
from shopfloor.people.models import CompanySetting
from shopfloor.scanning.gs1.identifiers import TABLE
from shopfloor.web.admin.gs1 import decimals_of
from tests.conftest import runner
from tests.databases import ENGINES
from tests.factories_genealogy import FRAME, GS, GTINS, PAINT, WHEEL, gs1
from tests.web.bikes import bike_site, count, make_order
from tests.web.test_forms import words

_keys = itertools.count(1)
BENCH = "/gs1-test"


@pytest.fixture(scope="module", params=ENGINES)
def site(request, tmp_path_factory):
    with bike_site(request.param, tmp_path_factory.mktemp("data")) as made:
        yield made


@pytest.fixture
def client(site):
    return site.client()


@pytest.fixture
def order(site):
    return make_order(site)


def post(client, path, body):
    answer = client.post(f"/api/v1{path}", json=body, headers={"Idempotency-Key": f"gs1-{next(_keys)}"})
    return answer.status_code, answer.get_json()


def decoded(client, text, **more):
    status, found = post(client, "/gs1/test", {"text": text, **more})
    assert status == 200, found
    return found


def rows(site):
    return [count(site, model) for model in (ComponentAssociation, TrackedProduct, ScanEntry, CompanySetting)]


# --- test bench -----------------------------------------------------------------------------------------------------------


def test_gs1_24_the_bench_shows_elements_and_fields_and_registers_nothing(site, client, order):
    """GS1-24, GS1-10: every field with its identifier, the item, and its line on the order."""
    before = rows(site)
    text = gs1(PAINT, lot="P-A", more="3103001250" + "17261231" + "15261130" + "11260102" + "00123456789012345675" + "3012")
    found = decoded(client, text, order_no=order.no)
    assert (found["kind"], found["symbology"], found["error"]) == ("gs1", "]d2", None)
    assert {name: (one["value"], one["ai"]) for name, one in found["fields"].items()} == {
        "Item": (GTINS[PAINT], "01"), "BatchNumber": ("P-A", "10"), "Quantity": ("12", "30"), "Measure": ("1.25 kg", "3103"),
        "ExpiryDate": ("2026-12-31", "17"), "BestBefore": ("2026-11-30", "15"), "ProductionDate": ("2026-01-02", "11"),
        "LicensePlate": ("123456789012345675", "00"),
    }
    assert [(one["ai"], one["field"]) for one in found["elements"]][:2] == [("01", "Item"), ("10", "BatchNumber")]
    assert found["elements"][0]["title"] == "GTIN"
    assert found["item"]["item_no"] == PAINT
    assert [line["line_no"] for line in found["lines"]] == [30]
    page = words(client.post(BENCH, data={"text": text, "order_no": order.no}))
    for told in ("1.25 kg", "2026-12-31", "Line 30", "BATCH/LOT", "GS1 element string", "Nothing is registered here."):
        assert told in page, told
    assert rows(site) == before


def test_gs1_24_an_error_has_kind_and_place(client):
    text = f"]d201{GTINS[PAINT]}~17261331"
    found = decoded(client, text)
    assert (found["error"]["code"], found["error"]["fields"]["kind"], found["error"]["fields"]["ai"]) == ("GS1_PARSE", "invalid_date", "17")
    html = client.post(BENCH, data={"text": text}).text
    assert f"01{GTINS[PAINT]}{{GS}}17<mark>2</mark>61331" in html
    assert "invalid_date" in html


def test_gs1_24_warnings_layout_and_source(client):
    assert [one["kind"] for one in decoded(client, f"]C1{GS}01{GTINS[PAINT]}")["warnings"]] == ["leading_separator"]
    assert "A separator stands at the beginning" in words(client.post(BENCH, data={"text": f"]C1{GS}01{GTINS[PAINT]}"}))
    garbled = ")!)(%@!@#$%$#@!#"
    assert decoded(client, garbled)["layout"]["layout"] == "fr"
    assert "Through a French keyboard it would be 0109521234543213" in words(client.post(BENCH, data={"text": garbled}))
    assert decoded(client, "]d210A~21B", source="camera")["error"]["code"] == "GS1_PARSE"
    assert decoded(client, "]d210A~21B", source="wedge")["fields"]["SerialNumber"]["value"] == "B"


def test_gs1_24_plain_numbers_are_looked_up(client, order):
    number = order.number("F1")
    found = decoded(client, number)
    assert (found["kind"], found["candidate"]) == ("plain", number)
    assert found["known"] == [f"Serial {number}"]
    assert order.number("F1") in words(client.post(BENCH, data={"text": number}))
    for sent in (f"]C0{number}", f"]d1{number}", f"]A0{number}", f"]Q1 {number} "):  # as cameras and scanners with identifiers send it
        assert decoded(client, sent, source="camera")["known"] == [f"Serial {number}"], sent


@pytest.mark.parametrize("text", ["", GS, "\x00", "]", "\ud7ff", "(" * 4000, "x" * 5000, "01" + "٣" * 14, "<b>x</b>"])
def test_gs1_24_whatever_is_typed_the_page_stands(client, text):
    answer = client.post(BENCH, data={"text": text})
    assert answer.status_code == 200
    assert "<b>x</b>" not in answer.text
    assert decoded(client, text)["text"] == text


def test_gs1_24_unknown_order_and_station_are_told(client):
    for wrong in ({"order_no": "NONE"}, {"station_code": "NONE"}):
        assert post(client, "/gs1/test", {"text": "x", **wrong})[0] == 404
        assert client.post(BENCH, data={"text": "x", **wrong}).status_code == 404
    assert post(client, "/gs1/test", {"text": "x", "source": "ear"})[0] == 422


def test_gs1_24_the_bench_is_linked_from_the_order_and_open_to_workers(site, order):
    worker = site.client("B-WORK")
    assert worker.get(f"{BENCH}?order_no={order.no}").status_code == 200
    assert f'value="{order.no}"' in worker.get(f"{BENCH}?order_no={order.no}").text
    assert "/gs1-test" in worker.get("/more").text
    assert f'href="{BENCH}?order_no={order.no}"' in worker.get(f"/production-orders/{order.no}").text


# --- options --------------------------------------------------------------------------------------------------------------


def test_gs1_1_gs1_9_options_by_page_and_api(site, client, order):
    """GS1-1, GS1-9, GS1-16, GS1-21, D11: kept, shown, warned of, in force at the next scan; then back to the defaults."""
    try:
        data = {
            "command_key": f"gs1-{next(_keys)}", "gs1_recognition": "key_first", "gs1_check_digit": "warn", "unknown_ai": "skip",
            "gs1_prefix_fnc1": "!!", "gs1_separator": "/",
        }
        answer = client.post("/gs1/options", data=data, follow_redirects=True)
        assert "Kept, but / may stand in batch and serial numbers" in words(answer)
        assert "such numbers are cut there" in words(client.get("/gs1"))
        status, kept = post(client, "/gs1/mapping", {"identifier_91": "BatchNumber", "gs1_count_use": "exact"})
        assert (status, kept["code"]) == (200, "GS1_OPTIONS_KEPT")
        options = client.get("/api/v1/gs1/options").get_json()
        assert (options["gs1_separator"], options["own_identifiers"], options["gs1_count_use"]) == ("/", {"91": "BatchNumber"}, "exact")
        found = decoded(client, f"!!01{GTINS[PAINT]}/91P-7/17261231")
        assert found["fields"]["BatchNumber"] == {"field": "BatchNumber", "value": "P-7", "ai": "91"}
        station = order.station()
        station.scan(order.number("BK1"))
        lot = order.number("P")
        assert station.scan(f"!!01{GTINS[PAINT]}91{lot}/30999") == "OVER_QUANTITY"
        assert client.get("/find", query_string={"text": f"!!91{lot}"}).status_code in {200, 302}
        # Peers 24: a field of a form takes the scan as the scan page does.
        assert client.get("/scanned", query_string={"text": f"!!01{GTINS[PAINT]}91{lot}"}).json["lot_no"] == lot
    finally:
        assert post(client, "/gs1/options", {})[0] == 200
        assert post(client, "/gs1/mapping", {})[0] == 200


@pytest.mark.parametrize("body", [
    {"gs1_separator": "A"}, {"gs1_separator": "x y"}, {"gs1_prefix_qr": "0"}, {"unknown_ai": "delete"}, {"gs1_recognition": "never"},
])
def test_gs1_1_what_cannot_be_is_refused(client, body):
    assert post(client, "/gs1/options", body)[0] == 422
    answer = client.post("/gs1/options", data={"command_key": f"gs1-{next(_keys)}", **body})
    assert answer.status_code == 422
    assert "How a code is recognised and read" in answer.text


def test_gs1_10_standard_identifiers_cannot_be_mapped_away(client):
    """GS1-10, D11: only 90 to 99 are the company's."""
    assert post(client, "/gs1/mapping", {"identifier_01": "SerialNumber"})[0] == 422
    assert post(client, "/gs1/mapping", {"identifier_91": "LicensePlate"})[0] == 422
    assert client.get("/api/v1/gs1/options").get_json()["standard"]["Item"] == ["01", "02", "240", "241"]


def test_gs1_1_workers_see_and_do_not_change(site):
    worker = site.client("B-WORK")
    assert 'action="/gs1/options"' not in worker.get("/gs1").text
    assert post(worker, "/gs1/options", {})[0] == 422
    assert post(worker, "/gs1/mapping", {})[1]["code"] == "NOT_ALLOWED"


@pytest.mark.parametrize(("ai", "decimals"), [("3103", 3), ("3922", 2), ("3941", 1), ("3955", 5), ("10", None), ("8005", None)])
def test_gs1_12_r_21_the_table_says_the_decimals(ai, decimals):
    assert decimals_of(TABLE[ai]) == decimals


def test_gs1_4_the_table_is_a_list_and_nothing_else(client):
    """GS1-4, D11: title, length, type and decimals of every identifier; no row can be changed or deleted."""
    page = client.get("/gs1/identifiers")
    listed = client.get("/api/v1/gs1/identifiers").get_json()["rows"]
    assert len(listed) > 500
    assert {"ai": "10", "title": "BATCH/LOT", "minimum": 1, "maximum": 20, "fixed_length": False}.items() <= next(
        one for one in listed if one["ai"] == "10"
    ).items()
    assert "PROD DATE" in page.text
    few = words(client.get("/gs1/identifiers?text=3103"))
    assert "3103" in few
    assert "PROD DATE" not in few
    assert client.post("/gs1/identifiers").status_code == 405
    assert client.get("/gs1/identifiers?text=zzz").status_code == 200


# --- failure stories ------------------------------------------------------------------------------------------------------


SPELLED = [GS, "~", "{GS}", "␝", "^]", "|"]


@pytest.mark.parametrize("separator", SPELLED)
def test_peers_24_peers_30_page_and_api_read_the_raw_text_alike(site, order, separator):
    """Peers 24, 30: what the browser does not replace, the server reads: a form, JSON, and the bench give one and the same."""
    text = f"{separator}01{GTINS[WHEEL]}{separator}21{order.number('W1')}{separator}" if separator == GS else (
        f"]d201{GTINS[WHEEL]}21{order.number('W1')}{separator}91x"
    )
    other = text.replace(order.number("W1"), order.number("W2"))
    station = order.station()
    assert station.scan(order.number("BK1")) == "PRODUCT_REGISTERED"
    assert station.scan(text) == "COMPONENT_REGISTERED"
    by_page = station.answer
    client = site.client()
    body = {"text": other, "source": "wedge", "mode": "Component", "product": int(station.state["product"])}
    status, by_api = post(client, f"/production-orders/{order.no}/scans", body)
    assert (status, by_api["code"]) == (200, "LINE_COMPLETED"), by_api
    assert by_api["fields"]["number"] == order.number("W2")
    assert by_page["code"] == "COMPONENT_REGISTERED"
    assert decoded(client, text)["fields"]["SerialNumber"]["value"] == order.number("W1")
    with Session(site.engine) as session:
        kept = [row.raw_text for row in session.query(ScanEntry).filter_by(order_no=order.no).order_by(ScanEntry.entry_no)]
    shown = [one.replace("\\x1d", GS) for one in kept[1:]]
    assert shown == [text, other]


@pytest.mark.parametrize("number", [f"A{GS}B", f"{GS}A", f"A{GS}", "A\x0bB", "A\x1c"])
def test_peers_30_a_file_never_loses_or_splits_at_a_separator(site, number):
    """Peers 30: `splitlines` and `strip` would make two rows or another number of it; the row is refused and named instead."""
    text = f"item_no;location_code;quantity;serial_no\n{FRAME};MAIN;1;{number}\n"
    with Session(site.engine) as session:
        with pytest.raises(RowsWrong) as caught:
            runner(session)(import_file, given=ImportFile(kind="opening-stock", text=text))
        session.rollback()
    assert [(one["line"], one["column"]) for one in caught.value.outcome_fields()["problems"]] == [(2, "serial_no")]


@pytest.mark.parametrize("end", ["", "\r", "\n", "\r\n", "\t"])
def test_peers_30_line_ends_go_and_nothing_else(site, order, end):
    station = order.station()
    station.scan(order.number("BK1") + end)
    assert station.answer["code"] == "PRODUCT_REGISTERED"
    assert station.scan(f"]d201{GTINS[WHEEL]}21{order.number('W1')}{GS}{end}") == "COMPONENT_REGISTERED"
    assert count(site, ComponentAssociation, serial_no=order.number("W1")) == 1
