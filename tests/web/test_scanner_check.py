"""R-23: the page and the API of the scanner check, and what the browser is told of it."""

from __future__ import annotations

import json

import pytest

from tests.scanning.test_station_check import ELEMENTS, ENTER, typed
from tests.web.test_forms import words

PAGE = "/stations/ST-1/scanner"


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
