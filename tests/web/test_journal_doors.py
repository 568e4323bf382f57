"""ENT-5, ENT-7, ENT-12: the Tracked components page opened from a journal line, and back to it. Both engines."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy.orm import Session

from shopfloor.people.commands import set_setting
from shopfloor.people.inputs import SettingValue
from tests.conftest import runner
from tests.databases import ENGINES
from tests.web.bikes import HttpStation, bike_site, hidden, make_order

_keys = iter(range(10**6))
FRAME_LINE, WHEEL_LINE, BELL_LINE, OUTPUT_LINE = "10", "20", "40", "10000"


@pytest.fixture(scope="module", params=ENGINES)
def site(request, tmp_path_factory):
    with bike_site(request.param, tmp_path_factory.mktemp("data")) as made:
        yield made


@pytest.fixture
def order(site):
    return make_order(site)


def key():
    return {"command_key": f"door-{next(_keys)}"}


def journals(order):
    return f"/production-orders/{order.no}/journals"


def make(client, order, kind, *lines):
    fields = {f"lines.{place}.{name}": value for place, line in enumerate(lines) for name, value in line.items()}
    assert client.post(f"{journals(order)}/new/{kind}", data=fields | key()).status_code == 303
    return max(map(int, re.findall(rf'action="{journals(order)}/(\d+)/post"', client.get(journals(order)).text)))


def opened(client, order, journal_no, line_no=1):
    """What the browser shows after the command of the line."""
    address = f"{journals(order)}/{journal_no}/lines/{line_no}/track"
    assert f'href="{address}"' in client.get(journals(order)).text
    answer = client.get(address)
    assert answer.location.startswith(order.page), answer.location
    return client.get(answer.location).text


def go_back(client, page):
    """Press the way back: its form with what stands in the page."""
    action = re.search(r'<form id="back" class="order" action="([^"]+)"', page)[1]
    names = ("source_line_no", "since", "command_key", "product")
    fields = {}
    for name in names:
        found = re.findall(rf'<input type="hidden"(?: form="back")? name="{name}" value="([^"]*)"', page)
        fields[name] = found[-1]
    answer = client.post(action, data=fields)
    assert answer.status_code == 303, answer.text
    return re.sub(r"</?span[^>]*>", "", client.get(answer.location).text)


def at(client, order, page):
    """A station that stands where the page was opened; scans carry the door along."""
    station = HttpStation(client, order)
    told = {"dialog": unescape(hidden(page, "dialog"))}
    state = unescape(re.search(r'data-station="([^"]+)"', page)[1])
    station.state = {name: re.search(rf'"{name}": ?"([^"]*)"', state)[1] for name in station.state}
    return station, told


def back_form(page, station):
    """The header with the form comes from the first page, what stands in `main` from the last answer."""
    return page[: page.index('<main id="main"')] + station.html


def test_ent_5_the_line_is_preselected_and_filtered_and_comes_back_filled(order):
    client = order.site.client()
    journal_no = make(client, order, "picking-list", {"line_no": WHEEL_LINE, "quantity": "2"})
    page = opened(client, order, journal_no)
    assert "Back to the picking list" in page
    station, told = at(client, order, page)
    assert (station.mode, station.state["line"]) == ("Product", "")
    assert station.scan(order.number("BK1"), **told) == "PRODUCT_REGISTERED"
    assert (station.mode, station.state["line"]) == ("Component", WHEEL_LINE)
    assert re.findall(r"line (\d+)", station.html) == [WHEEL_LINE]
    assert station.scan(order.number("W1"), **told) == "COMPONENT_REGISTERED"
    text = go_back(client, back_form(page, station))
    assert f"{order.number('W1')}, 1 PCS" in text
    assert "Nothing is posted yet" in text
    card = client.get(f"{journals(order)}/{journal_no}").text
    assert f'value="{order.number("W1")}"' in card
    posted = client.post(f"{journals(order)}/{journal_no}/post", data=key())
    assert "1 of them picks of registered parts" in client.get(posted.location).text
    assert "Picked" in client.get(f"{order.associations}?product={station.state['product']}").text


def test_ent_5_the_filter_can_be_taken_off_and_put_on_again(order):
    client = order.site.client()
    order.built(parts=("F1",))
    journal_no = make(client, order, "picking-list", {"line_no": WHEEL_LINE, "quantity": "2"})
    station, told = at(client, order, opened(client, order, journal_no))
    station.scan(order.number("BK1"), **told)
    every = unescape(re.search(r'href="([^"]+)">All components', station.html)[1])
    page = client.get(every).text
    assert len(set(re.findall(r"line (\d+)", page.partition('class="parts"')[2]))) == 3
    assert "Only line 20" in page
    again = client.get(unescape(re.search(r'href="([^"]+)">Only line 20', page)[1])).text
    assert set(re.findall(r"line (\d+)", again.partition('class="parts"')[2])) == {WHEEL_LINE}
    assert '<tr aria-current="true">' in again.partition('class="parts"')[2]


def test_ent_5_a_completed_line_is_not_preselected_and_another_choice_stays(order):
    client = order.site.client()
    order.built(parts=("F1",))
    journal_no = make(client, order, "picking-list", {"line_no": FRAME_LINE, "quantity": "1"})
    station, told = at(client, order, opened(client, order, journal_no))
    station.scan(order.number("BK1"), **told)
    assert station.state["line"] == ""
    assert station.send("line", WHEEL_LINE, **told) == "LINE_SELECTED"
    assert station.state["line"] == WHEEL_LINE
    assert len(set(re.findall(r"line (\d+)", station.html))) == 3


def test_ent_5_nothing_or_too_much_registered_leaves_the_line_as_it_is(order):
    client = order.site.client()
    journal_no = make(client, order, "picking-list", {"line_no": WHEEL_LINE, "quantity": "2"})
    page = opened(client, order, journal_no)
    assert "nothing was registered for it" in go_back(client, page)
    station, told = at(client, order, page)
    for name in ("BK1", "W1", "W2"):
        station.scan(order.number(name), **told)
    assert "2 numbers were registered for it; it takes one." in go_back(client, back_form(page, station))
    client.post(f"{journals(order)}/{journal_no}/delete", data=key())
    assert "posted, changed or deleted meanwhile" in go_back(client, opened_again(page))


def opened_again(page):
    """The page as a browser kept it, with a key that was not used yet."""
    return re.sub(r'(form="back" name="command_key" value=")[^"]+', rf"\g<1>door-{next(_keys)}", page)


def test_ent_7_blank_opens_in_product_mode_and_takes_the_chosen_row(order):
    client = order.site.client()
    order.built()
    journal_no = make(client, order, "report", {"line_no": OUTPUT_LINE, "quantity": "2"})
    page = opened(client, order, journal_no)
    station, told = at(client, order, page)
    assert station.mode == "Product"
    station.scan(order.number("BK1"), **told)
    assert station.mode == "Component"
    text = go_back(client, back_form(page, station))
    assert f"{order.number('BK1')}, 1 PCS" in text
    page = opened(client, order, journal_no)
    station, told = at(client, order, page)
    assert (station.mode, bool(station.state["product"])) == ("Component", True)
    assert order.number("BK1") in page.partition('class="band"')[2].partition("</section>")[0]
    client.post(f"{journals(order)}/{journal_no}/post", data=key())
    assert "Reported" in client.get(order.associations).text


def test_ent_12_disabled_with_its_reason_or_hidden(order):
    client = order.site.client()
    journal_no = make(client, order, "picking-list", {"line_no": BELL_LINE, "quantity": "1"}, {"line_no": FRAME_LINE, "quantity": "1"})
    text = client.get(journals(order)).text
    assert 'title="Line 40, BELL of the test, is not scanned. Enter its number in the journal if it has one."' in text
    assert f'href="{journals(order)}/{journal_no}/lines/1/track"' not in text
    refused = client.get(f"{journals(order)}/{journal_no}/lines/1/track")
    assert refused.location == journals(order)
    assert client.get(f"{journals(order)}/{journal_no}/lines/9/track").status_code == 404
    with Session(order.site.engine) as session:
        run = runner(session)
        try:
            run(set_setting, given=SettingValue(name="tracked_components", value="off"))
            assert "/track" not in client.get(journals(order)).text
        finally:
            run(set_setting, given=SettingValue(name="tracked_components", value="on"))
    client.post(f"/production-orders/{order.no}/end-job", data=key())
    assert "This needs an order that is Started" in client.get(journals(order)).text


def test_ent_5_ent_7_over_the_api(order):
    client = order.site.client()
    station = order.built()
    journal_no = make(client, order, "picking-list", {"line_no": FRAME_LINE, "quantity": "1"})
    base = f"/api/v1/production-orders/{order.no}/open-journals/{journal_no}"

    def send(address, body):
        return client.post(address, json=body, headers={"Idempotency-Key": f"door-api-{next(_keys)}"})

    filled = send(f"{base}/lines/1/return", {"source_line_no": 10})
    assert (filled.status_code, filled.json["code"], filled.json["fields"]["number"]) == (200, "JOURNAL_LINE_FILLED", order.number("F1"))
    assert send(f"{base}/lines/1/return", {"since": 0}).status_code == 422
    posted = send(f"{base}/post", {"reason": "api"})
    assert (posted.json["code"], posted.json["fields"]["picked"]) == ("JOURNAL_PICKED", 1)
    report = make(client, order, "report", {"line_no": OUTPUT_LINE, "quantity": "1"})
    address = f"/api/v1/production-orders/{order.no}/open-journals/{report}/lines/1/return"
    filled = send(address, {"source_line_no": 10000, "product": int(station.state["product"])})
    assert filled.json["fields"]["number"] == order.number("BK1")
