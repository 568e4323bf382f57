"""The page Item tracing on both engines: what it shows, what its address does, its file, its drawing, and bad input."""

from __future__ import annotations

import csv
import io
import re
from urllib.parse import parse_qs, quote, urlencode, urlsplit
from xml.etree import ElementTree as ET

import pytest
from markupsafe import escape
from sqlalchemy import event

from shopfloor.exchange.csv_text import FORMULA_STARTS
from tests.databases import ENGINES
from tests.web.tracing_plant import FORMULA, MANY, traced_site

FORWARD = "Origin -> Usage"
XML = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module", params=ENGINES)
def site(request, tmp_path_factory):
    with traced_site(request.param, tmp_path_factory.mktemp("data")) as made:
        yield made


@pytest.fixture
def client(site):
    return site.client("B-QUAL")


def ask(client, path="/tracing", **question):
    answer = client.get(f"{path}?{urlencode(question)}")
    assert answer.status_code == 200, answer.text[:1000]
    return answer.text


def rows(text):
    """Level, what, number, class of each row of the tree."""
    found = []
    for attributes, body in re.findall(r"<tr id=\"line-\d+\"([^>]*)>(.*?)</tr>", text, re.DOTALL):
        level = int(re.search(r'aria-level="(\d+)"', attributes)[1])
        number = re.search(r'<a class="no"[^>]*>([^<]*)</a>', body)[1]
        kind = re.search(r'class="(\w+)"', attributes)
        found.append((level, number, kind[1] if kind else ""))
    return found


def read_csv(client, **question):
    answer = client.get(f"/tracing.csv?{urlencode(question)}")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def drawing(text):
    found = re.search(r"<svg class=\"drawing\".*?</svg>", text, re.DOTALL)
    return ET.fromstring(found[0])


# --- what it shows --------------------------------------------------------------------------------------------------------


def test_tr_01_an_empty_form_says_how_to_begin(client):
    text = ask(client)
    assert "Scan any serial or lot" in text
    assert "data-takes-scan" in text
    assert "<table" not in text


def test_tr_02_usage_to_origin_shows_the_parts_of_one_bike_and_their_vendor(client):
    text = ask(client, serial_no="B-1")
    numbers = [row[1] for row in rows(text)]
    assert numbers[:3] == ["B-1", "B-1", "F-1"]
    assert set(numbers) == {"B-1", "F-1", "W-1", "W-2", "P-A"}
    assert escape(FORMULA) in text
    assert 'Where does <span class="unbroken">B-1</span> come from?' in text
    assert re.search(r"read at <time[^>]*>\d\d:\d\d</time>", text)
    assert "Complete</span>" in text


def test_tr_52_origin_to_usage_names_exactly_the_customers_of_the_lot(client):
    text = ask(client, lot_no="P-A", item_no="PAINT", method=FORWARD)
    found = read_csv(client, lot_no="P-A", item_no="PAINT", method=FORWARD)
    shipped = [line["source_name"] for line in found if line["entry_type"] == "Sale"]
    assert sorted(shipped) == ["Bikes & Söhne <Ltd>", "Velo AB"]
    assert "Bikes &amp; Söhne &lt;Ltd&gt;" in text
    assert "Bikes & Söhne <Ltd>" not in text
    assert {row[1] for row in rows(text) if row[1].startswith("B-")} == {"B-1", "B-2"}


def test_trc_3_on_hand_of_the_numbers_asked_for(client):
    assert re.search(r"PAINT: <span class=\"quantity\">1.5 KG</span>", ask(client, lot_no="P-A"))


def test_d_20_a_held_number_is_marked(client):
    assert ask(client, lot_no="P-A").count("On hold") >= 1
    assert "On hold" not in ask(client, lot_no="P-B", method=FORWARD, show_components="No")


def test_c_11_what_was_taken_back_is_struck(client):
    text = ask(client, serial_no="F-3", method=FORWARD)
    kinds = {kind for _level, number, kind in rows(text) if number == "F-3"}
    assert "struck" in kinds
    assert "Reversed" in text
    assert "Takes back" in text


def test_c_12_tr_44_already_traced_leads_to_the_first_line(client):
    text = ask(client, item_no="PAINT", lot_no="P-A", method="Usage -> Origin")
    links = re.findall(r'<a href="#line-(\d+)" data-goto>', text)
    assert links
    for number in links:
        assert f'id="line-{number}"' in text
    target = re.search(rf'<tr id="line-{links[0]}"[^>]*>', text)[0]
    assert "data-already" not in target


def test_d_21_order_level_lines_are_marked(client):
    text = ask(client, serial_no="B-1", show_components="All")
    assert "Order level" in text
    assert "BELL of the test" in text
    assert "Order level" not in ask(client, serial_no="B-1")


def test_d_37_registered_links_are_counted_and_included_with_one_tap(client):
    left_out = ask(client, serial_no="B-4")
    assert "2 registered links are left out" in left_out
    link = re.search(r'href="(/tracing\?[^"]*include_registered=1[^"]*)"', left_out)[1].replace("&amp;", "&")
    included = client.get(link).text
    assert "registered links are left out" not in included
    assert {number for _level, number, kind in rows(included) if kind == "registered"} >= {"B-4", "F-4", "W-7"}
    assert "Registered, not posted" in included
    forward = ask(client, serial_no="F-4", method=FORWARD, include_registered="1")
    assert re.search(r"On the bench, registered for it</dt><dd>.*?BIKE.*?B-4", forward)


def test_c_4_order_line_view_shows_the_whole_line(client):
    exact = {row[1] for row in rows(ask(client, serial_no="B-1"))}
    by_line = {row[1] for row in rows(ask(client, serial_no="B-1", view="Order line"))}
    assert "W-3" not in exact
    assert {"W-1", "W-3"} <= by_line


def test_c_6_an_answer_that_is_not_whole_says_why(client, monkeypatch):
    monkeypatch.setattr("shopfloor.tracing.queries.trace_criteria.__kwdefaults__", {"line_limit": 3, "entry_limit": 100})
    text = ask(client, item_no="WHEEL")
    assert "This answer is not whole." in text
    assert "The trace stopped after 3 lines." in text
    assert "Truncated</span>" in text


def test_nothing_found_says_what_to_try(client):
    text = ask(client, serial_no="NO-SUCH")
    assert "Nothing is posted for this" in text
    assert "The other way round" in text


def test_screens_a_long_trace_is_paged_and_the_drawing_is_whole(client, monkeypatch):
    for module in ("view", "page"):
        monkeypatch.setattr(f"shopfloor.web.tracing.{module}.ROWS", 25)
    first = ask(client, item_no="FRAME", method=FORWARD)
    total = len(read_csv(client, item_no="FRAME", method=FORWARD))
    assert total > MANY
    assert len(rows(first)) == 25
    assert f"Lines 1 to 25 of {total}" in first
    entries = {line["entry_no"] for line in read_csv(client, item_no="FRAME", method=FORWARD, show_components="No")}
    assert f"{len(entries)} postings" in first
    following = re.search(r'href="([^"]*)" rel="next"', first)[1].replace("&amp;", "&")
    assert "from=26" in following
    assert 'id="line-26"' in client.get(following).text
    assert len(rows(ask(client, item_no="FRAME", method=FORWARD, rows="all"))) == total
    beyond = client.get("/tracing?item_no=FRAME&method=Origin+-%3E+Usage&from=9999999")
    assert beyond.status_code == 200
    assert f'id="line-{total}"' in beyond.text


# --- addresses ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["A|B", "P-A..P-Z", "@lot", "it's", "<b>lot</b>"])
def test_tr_53_line_values_find_the_line_again_whatever_the_number_looks_like(client, number):
    (line,) = read_csv(client, lot_no="'" + number.replace("'", "''") + "'")
    assert line["lot_no"].removeprefix("'") == number
    text = ask(client, lot_no="'" + number.replace("'", "''") + "'")
    again, opposite = (re.search(rf'href="([^"]*)" title="{title}"', text)[1].replace("&amp;", "&").replace("&#39;", "'")
                       for title in ("Set filters with line values", "Trace opposite from line"))
    assert [row[1] for row in rows(client.get(again).text)] == [str(escape(number))]
    asked = parse_qs(urlsplit(opposite).query)
    assert asked["method"] == [FORWARD]
    assert asked["serial_no"] == asked["package_no"] == asked["variant"] == ["''"]
    assert [row[1] for row in rows(client.get(opposite).text)] == [str(escape(number))]


def test_tr_53_opposite_keeps_the_choice_of_components(client):
    text = ask(client, serial_no="F-1", method=FORWARD, show_components="No")
    link = re.search(r'href="([^"]*)" title="Trace opposite from line"', text)[1].replace("&amp;", "&")
    asked = parse_qs(urlsplit(link).query)
    assert "method" not in asked
    assert asked["show_components"] == ["No"]


def test_blanks_around_a_typed_number_do_not_count(client):
    assert next(row[1] for row in rows(ask(client, serial_no="  B-1 "))) == "B-1"


# --- scans ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("scan", "expected"), [
    ("B-1", {"item_no": ["'BIKE'"], "serial_no": ["'B-1'"]}),
    ("p-a", {"item_no": ["'PAINT'"], "lot_no": ["'P-A'"]}),
    ("]d2010400638133393121B-1\x1d", {"item_no": ["'BIKE'"], "serial_no": ["'B-1'"]}),
    ("]d20105901234123457" + "10P-A\x1d", {"item_no": ["'PAINT'"], "lot_no": ["'P-A'"]}),
    ("]d2010590123412345710NEW\x1d", {"item_no": ["'PAINT'"], "lot_no": ["'NEW'"]}),
    ("BIKE", {"item_no": ["'BIKE'"]}),
    ("]E04006381333931", {"item_no": ["'BIKE'"]}),
    ("B-4", {"serial_no": ["'B-4'"], "include_registered": ["1"]}),
    ("A|B", {"item_no": ["'PAINT'"], "lot_no": ["'A|B'"]}),
    ("]C0B-1", {"item_no": ["'BIKE'"], "serial_no": ["'B-1'"]}),  # R-02: scanners and cameras say what carried a plain number
    ("]A0p-a", {"item_no": ["'PAINT'"], "lot_no": ["'P-A'"]}),
    ("]d1A|B", {"item_no": ["'PAINT'"], "lot_no": ["'A|B'"]}),
    ("]Q1B-4", {"serial_no": ["'B-4'"], "include_registered": ["1"]}),
    ("]C0BIKE", {"item_no": ["'BIKE'"]}),
    ("]C04006381333931", {"item_no": ["'BIKE'"]}),
])
def test_ui_1_a_scan_becomes_a_question(client, scan, expected):
    answer = client.get("/tracing?" + urlencode({"scan": scan, "method": FORWARD}))
    assert answer.status_code == 303, answer.text
    assert parse_qs(urlsplit(answer.location).query) == expected | {"method": [FORWARD]}
    assert client.get(answer.location).status_code == 200


@pytest.mark.parametrize(("scan", "code"), [("NO-SUCH", "NOT_FOUND"), ("x" * 5000, ""), ("]d2019", ""), ("CMD:UNDO", ""),
                                            ("]C0NO-SUCH", "NOT_FOUND"), ("]C0CMD:UNDO", ""), ("]C0BADGE:B-ADMIN", "")])
def test_ui_1_a_scan_that_means_nothing_is_refused_on_the_page(client, scan, code):
    answer = client.get("/tracing?" + urlencode({"scan": scan}))
    assert answer.status_code in {404, 422}
    assert 'data-result="refused"' in answer.text
    assert 'id="scan"' in answer.text
    assert code != "NOT_FOUND" or ("NO-SUCH" in answer.text and "]C0" not in answer.text)


# --- the drawing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", [
    {"serial_no": "B-1"}, {"lot_no": "P-A", "method": FORWARD}, {"item_no": "FRAME", "method": FORWARD},
    {"serial_no": "F-3", "method": FORWARD},
    {"serial_no": "B-4", "include_registered": "1"}, {"lot_no": "'<b>lot</b>'"}, {"serial_no": "B-1", "view": "Order line"},
    {"item_no": "FRAME", "method": FORWARD, "groups": "open"},
])
def test_a_13_the_drawing_is_well_formed_and_its_boxes_lead_to_rows(client, question):
    text = ask(client, **question)
    picture = drawing(text)
    boxes = picture.findall(f".//{XML}a")
    assert boxes
    shown = {int(number) for number in re.findall(r'id="line-(\d+)"', text)}
    for box in boxes:
        assert int(box.get("href").removeprefix("#line-")) in shown
        assert {int(number) for number in box.get("data-lines").split(" ")} <= shown
    width, height = int(picture.get("width")), int(picture.get("height"))
    for rectangle in picture.iter(f"{XML}rect"):
        assert int(rectangle.get("x")) + int(rectangle.get("width")) <= width
        assert int(rectangle.get("y")) + int(rectangle.get("height")) <= height
    assert not [element for element in picture.iter() if element.get("style") or element.tag.endswith("style")]


def test_a_13_boxes_do_not_overlap_and_arrows_carry_the_quantity_that_flowed(client):
    picture = drawing(ask(client, lot_no="P-A", item_no="PAINT", method=FORWARD))
    places = [(box.get("x"), box.get("y")) for box in picture.iter(f"{XML}rect")]
    assert len(places) == len(set(places))
    quantities = [element.text for element in picture.iter(f"{XML}text") if element.get("class") == "qty"]
    # 0.25 kg from the lot into each of two bikes, and into the bike that it was used for; then one bike to its customer, twice.
    assert quantities.count("0.25") == 4
    assert quantities.count("1") == 2


def test_screens_many_alike_are_one_box_that_can_be_opened(client):
    text = ask(client, item_no="FRAME", method=FORWARD)
    picture = drawing(text)
    many = [box for box in picture.findall(f".//{XML}a") if "many" in box[0].get("class")]
    assert any(len(box.get("data-lines").split(" ")) >= MANY for box in many)
    assert len(picture.findall(f".//{XML}a")) < 30
    link = re.search(r'href="([^"]*groups=open[^"]*)#drawing"', text)[1].replace("&amp;", "&")
    assert len(drawing(client.get(link).text).findall(f".//{XML}a")) > MANY


# --- the file -------------------------------------------------------------------------------------------------------------


def test_the_file_has_every_line_and_starts_no_formula(client):
    for question in ({"item_no": "FRAME", "method": FORWARD}, {"item_no": "PAINT"}, {"item_no": "WHEEL"}):
        found = read_csv(client, **question)
        assert [int(line["line"]) for line in found] == list(range(1, len(found) + 1))
        for line in found:
            for name, value in line.items():
                numeric = name in {"quantity", "scrap_quantity", "remaining_quantity"}
                assert numeric or not value.startswith(FORMULA_STARTS), (name, value)
                assert not numeric or re.fullmatch(r"-?\d+(\.\d+)?", value)
    assert read_csv(client, serial_no="F-1", method=FORWARD)[0]["source_name"] == "'" + FORMULA
    assert {line["lot_no"] for line in read_csv(client, item_no="PAINT")} >= {"'@lot", "'-lot", "'+lot", "A|B"}


def test_the_file_is_named_after_the_question_and_nothing_of_it_leaves_the_header(client):
    answer = client.get("/tracing.csv?" + urlencode({"lot_no": 'a"\r\nX: y/../é'.replace("\r\n", "")}))
    assert answer.mimetype == "text/csv"
    assert re.fullmatch(r'attachment; filename="trace-[A-Za-z0-9.-]*\.csv"', answer.headers["Content-Disposition"])


# --- bad input and bounds -------------------------------------------------------------------------------------------------

BAD = (
    "\x00", "\x1d", "x" * 501, "x" * 5000, "..", "'..'", "|", "||", "a..b..c", "'", "''|''", "%",
    "\\", "💥", "é", "\u202e", "{{7*7}}", "<script>", "9" * 400,
)


@pytest.mark.parametrize("name", ["serial_no", "lot_no", "item_no", "variant", "package_no", "vendor_lot_no", "method", "show_components",
                                  "view", "include_registered", "from", "rows", "groups", "scan"])
def test_any_text_in_an_address_gives_an_answer_or_a_refusal(client, name):
    for bad in BAD:
        for path in ("/tracing", "/tracing.csv") if name == "lot_no" else ("/tracing",):
            answer = client.get(f"{path}?{urlencode({'item_no': 'BIKE', 'serial_no': 'B-9', name: bad})}")
            assert answer.status_code in {200, 303, 404, 422}, (name, bad, answer.text)
            if answer.status_code == 422:
                assert 'data-result="refused"' in answer.text
            assert "<script>alert" not in answer.text


@pytest.mark.parametrize("raw", ["%00", "%ff%fe", "%ED%A0%80", "%0d%0a", "%22%3E%3Cb%3E"])
def test_any_bytes_in_an_address_give_an_answer_or_a_refusal(client, raw):
    for name in ("serial_no", "item_no", "scan", "method"):
        assert client.get(f"/tracing?{name}={raw}").status_code in {200, 404, 422}


@pytest.mark.parametrize(("question", "field"), [
    ({"variant": "V"}, "Give its item as well"), ({"lot_no": "a\x00b"}, "cannot be printed"), ({"serial_no": "x" * 501}, "too long"),
    ({"method": "sideways", "serial_no": "B-1"}, "method is one of"), ({"serial_no": "B-1", "from": "zero"}, "write a number from 1"),
])
def test_tr_01_a_question_that_cannot_be_read_is_refused_with_what_was_typed(client, question, field):
    answer = client.get("/tracing?" + urlencode(question))
    assert answer.status_code == 422
    assert field in answer.text
    typed_serial = question.get("serial_no", "")
    assert not typed_serial or f'value="{typed_serial}' in answer.text


def test_a_18_statements_do_not_grow_with_what_is_traced(site, client):
    """Traces of the same depth and different width take the same number of statements."""
    for narrow, wide in (("F-1", "F-1|F-2"), ("FM-001", f"FM-001..FM-{MANY:03d}")):
        counts = []
        for question in (narrow, wide):
            with site.statements() as seen:
                ask(client, serial_no=question, method=FORWARD)
            counts.append(seen.count)
        assert counts[0] == counts[1] <= 20, counts


def test_trc_13_all_is_read_from_one_snapshot(site, client):
    """PostgreSQL reads a trace in one read-only transaction of its own, although signing in has read before."""
    levels = []

    def note(connection, cursor, text, *_rest):
        if "item_ledger_entry" in text and site.engine.dialect.name == "postgresql":
            levels.append(connection.get_isolation_level())

    event.listen(site.engine, "before_cursor_execute", note)
    try:
        ask(client, serial_no="B-1")
    finally:
        event.remove(site.engine, "before_cursor_execute", note)
    expected = {"REPEATABLE READ"} if site.engine.dialect.name == "postgresql" else set()
    assert set(levels) == expected


@pytest.mark.parametrize("path", ["/tracing", "/tracing?serial_no=B-1", "/tracing?serial_no=B-3&include_registered=1&show_components=All",
                                  "/tracing?scan=NO-SUCH", "/tracing?variant=V"])
def test_r_se_10_the_page_has_no_inline_style_script_or_foreign_address(client, path):
    text = client.get(path).text
    assert not re.findall(r"\sstyle=|<style|\son\w+=", text)
    assert not re.findall(r"<script(?![^>]*\bsrc=)", text)
    assert not re.findall(r"""(?:src|href|action)=["'](?:https?:)?//""", text)
    assert text.count("<main") == 1
    fragment = client.get(path, headers={"HX-Request": "true"}).text
    assert fragment.lstrip().startswith("<main")


def test_a_30_the_page_asks_who_you_are(site):
    for path in ("/tracing", "/tracing.csv?serial_no=B-1"):
        assert site.client(badge="").get(path).status_code == 303


def test_ui_1_the_search_box_leads_to_the_trace_of_a_number(client):
    answer = client.get("/find?text=" + quote("B-1"))
    assert answer.status_code == 302
    assert answer.location.startswith("/tracing?")
    assert next(row[1] for row in rows(client.get(answer.location).text)) == "B-1"


def test_print_says_what_was_asked_when_and_by_whom(client):
    text = ask(client, lot_no="P-A", method=FORWARD)
    head = re.search(r'<dl class="facts print-only">(.*?)</dl>', text, re.DOTALL)[1]
    for words in ("P-A", "Origin to usage", "Item-tracked only", "Exact", "left out", "UTC", "Quinn Quality"):
        assert words in head
