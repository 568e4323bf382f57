"""R-23: the page and the API of the scanner check, and what the browser is told of it."""

from __future__ import annotations

import json

import pytest

from tests.scanning.test_station_check import ELEMENTS, ENTER, typed
from tests.web.test_forms import words

PAGE = "/stations/ST-1/scanner"
ELSE_WRONG = "This scanner sends separators, and something else is wrong."
STATES = {"Accepted": "done", "Refused": "bad"}


def scans_of(*scans):
    return [[vars(press) for press in scan] for scan in scans]


def examine(client, *scans, text=None):
    return client.post(f"{PAGE}/examine", data={"scans": json.dumps(scans_of(*scans)) if text is None else text})


def test_r_23_the_page_has_three_symbols(client):
    answer = client.get(PAGE)
    assert answer.status_code == 200
    assert answer.text.count("<svg xmlns") == 3
    assert "Nothing scanned yet" in answer.text


@pytest.mark.parametrize(
    ("scan", "told"),
    [
        (typed("]d2" + ELEMENTS), "The separator between fields arrives, as Ctrl+]"),
        (typed("]d2" + ELEMENTS, separator=[]), "The scanner drops the separator between fields"),
        (typed(ELEMENTS, layout="fr"), "The scanner types French"),
        (typed("]d2" + ELEMENTS, caps=True), "Caps lock is on"),
        (typed("4006381333931"), "This is not one of the test symbols"),
        (typed("]d2" + ELEMENTS), "It is not proved yet that this scanner sends separators"),
        (typed("]d2" + ELEMENTS, separator=[]), "See what is wrong in the scans"),
        (typed(("]d2" + ELEMENTS).swapcase()), "The scanner exchanges capitals and small letters"),
        (typed(("]d2" + ELEMENTS).upper()), "The scanner sends capitals only"),
        (typed("]d2" + ELEMENTS, gap=80), "Too slow: up to 80 ms"),
    ],
)
def test_r_23_findings_in_words(client, scan, told):
    assert told in words(examine(client, scan))


def test_r_23_identifiers_of_the_maker_are_named_as_what_they_are(client):
    """What stands around the code is dropped if it is always the same; a scanner's own code identifiers are not, and that is said."""
    same, other = words(examine(client, typed("w" + ELEMENTS))), words(examine(client, typed("w" + ELEMENTS), typed("I" + ELEMENTS)))
    assert "They are dropped once the result is kept" in same
    assert "the code identifiers of its maker" in other
    assert "They are dropped" not in other


@pytest.mark.parametrize(
    ("scans", "level", "told"),
    [
        ((typed("]d2" + ELEMENTS), typed("]C1" + ELEMENTS)), "Accepted", "This scanner sends separators."),
        ((typed("4006381333931"), typed("]C1" + ELEMENTS)), "Accepted", "This scanner sends separators."),
        ((typed("]d2" + ELEMENTS, gap=80), typed("]C1" + ELEMENTS)), "Refused", ELSE_WRONG),
        ((typed(("]d2" + ELEMENTS).upper()), typed("]C1" + ELEMENTS)), "Refused", ELSE_WRONG),
        ((typed("w" + ELEMENTS), typed("I" + ELEMENTS)), "Refused", ELSE_WRONG),
    ],
)
def test_r_23_the_headline_is_no_better_than_what_stands_below_it(client, scans, level, told):
    headline = examine(client, *scans).text.partition('id="arrived"')[2].partition("</header>")[0]
    assert told in headline
    assert f'data-state="{STATES[level]}"' in headline


def test_r_23_kept_by_page_and_shown(client, key):
    data = {"command_key": key, "scans": json.dumps(scans_of(typed("]d2" + ELEMENTS, layout="us"), typed("]C1" + ELEMENTS)))}
    answer = client.post(PAGE, data=data, follow_redirects=True)
    assert "Station ST-1 knows its scanner now. It is proved that it sends separators." in words(answer)
    assert "What this station knows of its scanner" in answer.text


def test_r_23_the_browser_is_told_layout_and_enter(site, client, key):
    body = {"scans": scans_of(typed(ELEMENTS, layout="fr", separator=ENTER))}
    answer = client.post("/api/v1/stations/ST-1/scanner", json=body, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json["code"]) == (200, "SCANNER_KEPT_UNPROVED")
    told = "{&#34;layout&#34;: &#34;fr&#34;, &#34;fnc1_is_enter&#34;: true}"
    assert f'data-scanner="{told}"' in client.get("/").text
    assert "data-scanner" not in site.client("").get("/sign-in").text
    shown = client.get("/api/v1/stations/ST-1/scanner").json
    assert (shown["settings"]["layout"], shown["checked_by"]) == ("fr", "E-ADMIN")


def test_r_3_the_browser_is_told_the_frame_that_commands_come_in(client, key):
    body = {"scans": scans_of(typed("*" + ELEMENTS + "$"))}
    assert client.post("/api/v1/stations/ST-1/scanner", json=body, headers={"Idempotency-Key": key}).status_code == 200
    told = "&#34;prefix&#34;: &#34;*&#34;, &#34;suffix&#34;: &#34;$&#34;}"
    assert told in client.get("/").text


@pytest.mark.parametrize("door", ["page", "api"])
def test_r_3_r_23_a_badge_is_read_through_the_stations_frame(site, client, key, door):
    """R-3: what the scanner of the station puts around every code keeps nobody out; a badge that is known as it stands is that badge."""
    body = {"scans": scans_of(typed("*" + ELEMENTS + "$"))}
    assert client.post("/api/v1/stations/ST-1/scanner", json=body, headers={"Idempotency-Key": key}).status_code == 200
    for text, known in (("*B-WORK$", True), ("*BADGE:B-WORK$", True), ("*]C0BADGE:B-WORK$", True), ("B-WORK", True), ("**B-WORK$", False)):
        somebody = site.client("")
        if door == "page":
            answer = somebody.post("/sign-in", data={"badge": text, "station": "ST-1"})
        else:
            answer = somebody.post("/api/v1/sign-in", json={"badge": text, "station_code": "ST-1"})
        assert (answer.status_code < 400) is known, (text, answer.text)


def test_r_23_the_sign_in_page_knows_the_scanner_of_its_station(site, client, key):
    """R-23, R-6: a badge is the first thing that is scanned at a station, so the layout counts there too."""
    body = {"scans": scans_of(typed(ELEMENTS, layout="fr"))}
    assert client.post("/api/v1/stations/ST-1/scanner", json=body, headers={"Idempotency-Key": key}).status_code == 200
    terminal = site.client("")
    assert "data-scanner" not in terminal.get("/sign-in").text, "nobody was here before: which station it is, is not known"
    terminal.set_cookie("shopfloor_station", "ST-1")
    assert "&#34;layout&#34;: &#34;fr&#34;" in terminal.get("/sign-in").text
    terminal.set_cookie("shopfloor_station", "NOWHERE")
    assert "data-scanner" not in terminal.get("/sign-in").text


BROKEN = ["", "{", "[]", "[[]", '[[{"code": 1}]]', '[[{"colour": "red"}]]', "[" * 5000, json.dumps([[{}] * 601]), "[[{}]]" * 2]


@pytest.mark.parametrize("text", BROKEN)
def test_r_23_broken_scans_are_refused(client, text):
    answer = examine(client, text=text)
    assert answer.status_code == 422, answer.text
    assert "Traceback" not in answer.text


def test_r_23_workers_see_and_do_not_keep(site, key):
    worker = site.client("B-WORK")
    assert examine(worker, typed("]d2" + ELEMENTS)).status_code == 200
    assert "Only those who may change settings" in examine(worker, typed("]d2" + ELEMENTS)).text
    refused = worker.post(PAGE, data={"command_key": key, "scans": json.dumps(scans_of(typed("]d2" + ELEMENTS)))})
    assert refused.status_code in {403, 422}
    assert "may not" in refused.text or "not allowed" in refused.text.lower()


def test_r_23_unknown_station(client):
    assert client.get("/stations/NOWHERE/scanner").status_code == 404


def test_r_23_a_proved_scanner_that_drops_a_separator_is_shown_to_the_technician(site, client, key):
    """Card, check and list say since when; a GTIN gets its label order by the API, and the answer names it."""
    def post(path, body, tag, who=client):
        return who.post(f"/api/v1{path}", json=body, headers={"Idempotency-Key": f"{key}{tag}"})

    assert post("/stations", {"code": "ST-LOST", "name": "Bench"}, "a").status_code == 200
    gtin = {"gtin": "09521234543213", "item_no": "CELL", "label_order": "01,10,17"}
    assert post("/gtins", gtin | {"label_order": "10,17"}, "b").status_code == 422
    assert post("/gtins", gtin, "c").status_code == 200
    card, page = "/stations/ST-LOST", "/stations/ST-LOST/scanner"
    assert "The scanner was never checked" in words(client.get(card))
    assert post(page, {"scans": scans_of(typed("]d2" + ELEMENTS), typed("]C1" + ELEMENTS))}, "d").json["code"] == "SCANNER_KEPT"
    assert "Separators are missing since" not in words(client.get(page))

    bench = site.client("")
    assert bench.post("/sign-in", data={"badge": "B-ADMIN", "station": "ST-LOST", "next": "/"}).status_code == 303
    unit = post("/production-orders/RPO-C/scans", {"text": "P-7001", "source": "wedge"}, "u", bench).json
    assert unit["code"] == "PRODUCT_REGISTERED", unit
    product = unit["fields"]["match_id"]
    scan = {"text": "010952123454321310LOT717271231", "source": "wedge", "mode": "Component", "product": product}
    refused = post("/production-orders/RPO-C/scans", scan, "e", bench)
    assert refused.json["code"] == "SEPARATOR_LOST", refused.json
    assert refused.json["fields"]["order"] == "01,10,17"
    assert "Separators are missing since" in words(client.get(page))
    assert "proved, and missing since" in words(client.get(page))
    assert "The scanner was never checked" not in words(client.get(card))
    rows = client.get("/api/v1/stations").json["rows"]
    since = {row["code"]: row["separators_missing_since"] for row in rows}
    assert since["ST-LOST"] == client.get(f"/api/v1{page}").json["settings"]["gs_missing_since"] != ""
    assert since["ST-1"] == ""
    assert post(page, {"scans": scans_of(typed("]d2" + ELEMENTS), typed("]C1" + ELEMENTS))}, "f").json["code"] == "SCANNER_KEPT"
    assert "Separators are missing since" not in words(client.get(page))


def test_img_6_a_station_that_takes_known_codes_only_from_its_camera(site, client, key):
    body = {"code": "ST-KNOWN", "name": "Tablet", "picture_lookup": True}
    assert client.post("/api/v1/stations", json=body, headers={"Idempotency-Key": f"{key}s"}).status_code == 200
    assert "Pictures: known codes only" in words(client.get("/stations/ST-KNOWN"))
    tablet = site.client("")
    assert tablet.post("/sign-in", data={"badge": "B-ADMIN", "station": "ST-KNOWN", "next": "/"}).status_code == 303
    for source, code in (("camera", "PICTURE_CODE_UNKNOWN"), ("wedge", "PRODUCT_REGISTERED"), ("camera", "PRODUCT_SELECTED")):
        scan = {"text": "P-7002", "source": source}
        answer = tablet.post("/api/v1/production-orders/RPO-C/scans", json=scan, headers={"Idempotency-Key": f"{key}{code[-9:]}"})
        assert answer.json["code"] == code, answer.json
