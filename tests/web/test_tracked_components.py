"""The Tracked components page over HTTP: the queue's protocol, what is shown, and the plain form without script."""

from __future__ import annotations

import html
import itertools
import json
import re

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shopfloor.genealogy.models import AssociationEntry, ComponentAssociation, ScanEntry, TrackedProduct
from shopfloor.people.commands import create_operator, set_setting
from shopfloor.people.inputs import NewOperator, SettingValue
from shopfloor.production.models import ProdOrderComponent
from tests.conftest import runner
from tests.databases import ENGINES
from tests.factories_genealogy import FRAME_LINE, GS, GTINS, PAINT, PAINT_LINE, WHEEL, WHEEL_LINE, stock
from tests.web.bikes import FRAGMENT, bike_site, count, make_order

_keys = itertools.count(1)


@pytest.fixture(scope="module", params=ENGINES)
def site(request, tmp_path_factory):
    with bike_site(request.param, tmp_path_factory.mktemp("data")) as made:
        yield made


@pytest.fixture(scope="module")
def any_order(site):
    """A browser and an order that nothing is registered on."""
    return site.client(), make_order(site)


@pytest.fixture
def order(site):
    return make_order(site)


# --- the page -------------------------------------------------------------------------------------------------------------


def test_tcp_1_opening_the_page_is_product_mode_with_the_cursor_in_the_field(order):
    text = order.site.client().get(order.page).text
    assert 'data-mode="product"' in text
    assert re.search(r'<input id="text" name="text" form="scan"[^>]* autofocus', text)
    station = json.loads(re.search(r'data-station="([^"]*)"', text)[1].replace("&#34;", '"'))
    assert station == {"order_no": order.no, "mode": "Product", "product": "", "line": "", "held": ""}
    assert "Scan a product first" in text  # TCP-5


def test_tcp_3_page_shows_order_figures_and_who_scans(order):
    text = order.site.client("B-WORK").get(order.page).text
    for shown in (order.no, "BIKE of the test", "Not started, 0 of 3", "0 of 3 reported", 'data-operator="E-WORK"', "Will Worker"):
        assert shown in text


def test_tcp_11_address_restores_product_and_line(order):
    station = order.built(parts=("F1",))
    product = station.state["product"]
    text = station.client.get(f"{order.page}?product={product}&line={WHEEL_LINE}").text
    assert 'data-mode="component"' in text
    assert order.number("BK1") in text
    assert f'/associations?product={product}&amp;line={WHEEL_LINE}"' in text


@pytest.mark.parametrize("query", ["?product=999999999", "?product=abc", "?product=-1", "?line=7", "?before=x", "?product=" + "9" * 20])
def test_page_survives_addresses_that_name_nothing(order, query):
    answer = order.site.client().get(order.page + query)
    assert answer.status_code == 200
    assert 'data-mode="product"' in answer.text


def test_unknown_order_is_not_found(site):
    assert site.client().get("/production-orders/NOPE/tracked-components").status_code == 404


def test_a4_ops_1_poll_says_204_until_the_order_changes(order):
    station = order.built(parts=("F1",))
    poll = re.search(r'hx-get="([^"]*)"', station.html)[1].replace("&amp;", "&")
    other = order.site.client()
    with order.site.statements() as asked:
        assert other.get(poll, headers=FRAGMENT).status_code == 204
    assert asked.count <= 2
    station.scan(order.number("W1"))
    changed = other.get(poll, headers=FRAGMENT)
    assert changed.status_code == 200
    assert order.number("W1") in changed.text
    assert 'id="work"' in changed.text


def test_tcp_4_tcp_5_grids_show_rows_and_lines_with_numbers(order):
    station = order.built(parts=("F1", "W1"))
    text = station.html
    assert re.search(rf'aria-current="true"><th scope="row"><button[^>]*>{order.number("BK1")}', text)
    assert "1/3" in text  # one of three listed lines is complete; the bell is not listed (SET-7)
    assert "BELL" not in text
    for number in (order.number("F1"), order.number("W1")):
        assert number in text
    assert "In progress, 1 of 3" in text


def test_lot_word_of_the_company_is_shown(order):
    with Session(order.site.engine) as session:
        run = runner(session)
        run(set_setting, given=SettingValue(name="lot_word", value="Lot"))
        try:
            assert "Lot · line 30" in order.built(parts=()).html
        finally:
            run(set_setting, given=SettingValue(name="lot_word", value="Batch"))
    assert "Batch · line 30" in order.built(parts=(), product="BK2").html


# --- the protocol ---------------------------------------------------------------------------------------------------------


def test_tcp_7_product_then_components_with_header_block_and_state(order):
    station = order.station()
    assert station.scan(order.number("BK1")) == "PRODUCT_REGISTERED"
    assert (station.status, station.mode) == (200, "Component")
    assert station.answer["answer"] == "accepted"
    assert station.answer["sound"] == "accepted"
    assert station.html.lstrip().startswith('<main id="main" data-station="')
    assert station.scan(order.number("F1")) == "LINE_COMPLETED"
    assert station.scan(order.number("W1")) == "COMPONENT_REGISTERED"
    assert "1 / 2" in station.html
    assert station.scan(order.number("W2")) == "LINE_COMPLETED"
    assert station.scan(order.number("P")) == "UNIT_COMPLETED"
    assert station.mode == "Component"  # TCP-8
    assert count(order.site, ComponentAssociation, order_no=order.no) == 4


def test_header_is_ascii_whatever_was_scanned(order):
    station = order.station()
    station.scan("Größe-1")
    form = {"command_key": f"ascii-{order.tag}", "text": "Grö\u0416", "kind": "scan"}
    response = station.client.post(f"{order.page}/scan", data=form, headers=FRAGMENT)
    assert response.headers["X-Shopfloor-Answer"].isascii()


def test_a19_retry_of_the_same_entry_is_answered_from_the_store(order):
    client = order.site.client()
    form = {"command_key": f"retry-{order.tag}", "kind": "scan", "text": order.number("BK1"), "mode": "Product"}
    first, second = (client.post(f"{order.page}/scan", data=form, headers=FRAGMENT) for _ in range(2))
    assert first.status_code == second.status_code == 200
    assert first.headers["X-Shopfloor-Answer"] == second.headers["X-Shopfloor-Answer"]
    assert count(order.site, ScanEntry, order_no=order.no) == 1


def test_d16_refused_product_scan_leaves_no_product(order):
    station = order.built(parts=())
    station.send("mode", "Product")
    assert station.state["product"] == ""
    assert station.scan(order.number("BK1") + "\x07") == "SCAN_INVALID"
    assert (station.status, station.state["product"], station.mode) == (422, "", "Product")


def test_d16_refused_component_keeps_the_state(order):
    station = order.built(parts=("F1",))
    product = station.state["product"]
    station.send("line", str(WHEEL_LINE))
    assert station.scan("NOPE-1") == "NUMBER_UNKNOWN"
    assert station.status == 422
    assert station.state == {"mode": "Component", "product": product, "line": str(WHEEL_LINE), "held": ""}


def test_d16_what_follows_a_refusal_unseen_is_held(order):
    station = order.built(parts=())
    station.scan("NOPE-1")
    assert station.scan(order.number("F1"), after_key=station.key) == "HELD_AFTER_REFUSAL"
    held = station.key
    assert station.scan(order.number("F1"), holds=held) == "LINE_COMPLETED"
    assert station.send("discard", "NOPE-1", holds=held) == "HELD_DISCARDED"


def test_tcp_13_taps_select_product_and_line_and_register_nothing(order):
    station = order.built(parts=("F1",))
    product = station.state["product"]
    station.send("mode", "Product")
    assert station.send("product", product) == "PRODUCT_SELECTED"
    assert station.state["product"] == product
    assert station.send("line", str(PAINT_LINE)) == "LINE_SELECTED"
    assert station.state["line"] == str(PAINT_LINE)
    assert count(order.site, ComponentAssociation, order_no=order.no) == 1


def test_tapped_product_that_is_not_there_leaves_none(order):
    station = order.built(parts=())
    assert station.send("product", "999999") == "NOT_FOUND"
    assert (station.status, station.mode, station.state["product"]) == (422, "Product", "")


def test_tcp_16_undo_takes_the_last_registration_back_and_is_offered_by_number(order):
    station = order.built(parts=("F1", "W1"))
    assert f"Undo {order.number('W1')}" in station.html
    assert station.send("undo") == "UNDONE"
    assert f"Undo {order.number('F1')}" in station.html
    station.send("undo")
    assert f"Undo {order.number('BK1')}" in station.html
    station.send("undo")
    assert 'data-command="undo"' not in station.html
    assert station.send("undo") == "NOTHING_TO_UNDO"


def test_d18_switch_is_asked_with_409_and_confirmed_by_its_key(order):
    station = order.built(parts=("F1",))
    product = order.number("BK2")
    with_row = order.station()
    with_row.scan(product)
    assert station.scan(product) == "SWITCH_TO_PRODUCT"
    assert (station.status, station.answer["confirmable"], station.mode) == (409, True, "Component")
    assert f'data-value="{station.key}"' in station.html
    asked = station.key
    assert station.send("confirm", confirms=asked) == "PRODUCT_SELECTED"
    assert (station.status, station.mode) == (200, "Component")


def test_d7_a_line_that_asks_shows_a_field_for_the_quantity(order):
    """D7: the answer area has the field; a second scan is no answer; the typed quantity registers."""
    table = ProdOrderComponent.__table__
    with Session(order.site.engine) as session:
        session.execute(table.update().where(table.c.order_no == order.no, table.c.item_no == PAINT).values(one_scan_is="Ask"))
        session.commit()
    station = order.built()
    assert station.scan(order.number("P")) == "QUANTITY_NEEDED"
    assert (station.status, station.answer["confirmable"]) == (409, False)
    assert 'name="quantity"' in station.html
    assert station.send("confirm", confirms=station.key, quantity="0.1") == "COMPONENT_REGISTERED"


def test_d18_override_needs_reason_and_badge_and_is_not_confirmable_by_a_second_scan(order):
    old = f"OLD-{order.tag}"
    with Session(order.site.engine) as session:
        run = runner(session)
        stock(run, PAINT, old, quantity="1")
    station = order.built(parts=("P",), badge="B-WORK")
    text = f"01{GTINS[PAINT]}3103000500{GS}10{old}"
    assert station.scan("]C1" + text) == "OVER_QUANTITY"
    assert (station.status, station.answer["confirmable"]) == (409, False)
    assert "data-override" in station.html
    assert '<option value="REWORK">Rework (REWORK)</option>' in station.html
    asked = station.key
    assert station.send("confirm", confirms=asked) == "REASON_NEEDED"
    assert station.send("confirm", confirms=asked, reason_code="REWORK", reason='a "thick" coat', badge="B-WORK") == "NOT_ALLOWED"
    assert f'data-command="confirm" data-value="{asked}"' in station.html, "the question stays for another badge"
    assert '<option value="REWORK" selected>' in station.html
    assert 'name="reason" value="a &#34;thick&#34; coat"' in station.html
    assert "B-WORK" not in station.html.partition("data-override")[2]
    assert station.send("confirm", confirms=asked, reason="thick coat", badge="B-SUP") == "REASON_UNKNOWN"
    code = station.send("confirm", confirms=asked, reason_code="REWORK", reason="thick coat", badge="B-SUP")
    assert station.status == 200, code
    with Session(order.site.engine) as session:
        logged = select(AssociationEntry.reason_code, AssociationEntry.reason).where(AssociationEntry.reason_code != "")
        assert session.execute(logged.where(AssociationEntry.order_no == order.no)).all() == [("REWORK", "REWORK: thick coat")]
    assert order.number("BK1") in station.html


def test_d18_whoever_may_not_scan_at_all_is_asked_for_no_badge(order):
    with Session(order.site.engine) as session:
        keeper = NewOperator(no=f"E-{order.tag}", name="Stig Store", badge=f"B-{order.tag}", role="Storekeeper")
        runner(session)(create_operator, given=keeper)
    station = order.station(f"B-{order.tag}")
    assert station.send("confirm", confirms="0" * 32) == "NOT_ALLOWED"
    assert "data-override" not in station.html


def test_scn_17_candidates_are_buttons_with_their_line(order):
    station = order.built(parts=())
    shared = f"X-{order.tag}"
    with Session(order.site.engine) as session:
        run = runner(session)
        stock(run, WHEEL, shared)
        stock(run, "FRAME", shared)
    assert station.scan(shared) == "AMBIGUOUS_COMPONENT"
    assert f'data-choice="{FRAME_LINE}"' in station.html
    assert f'data-choice="{WHEEL_LINE}"' in station.html
    assert station.send("confirm", confirms=station.key, choice=str(WHEEL_LINE)) == "COMPONENT_REGISTERED"


def test_scn_20_part_is_held_shown_echoed_and_dropped(order):
    station = order.built(parts=())
    assert station.scan("]C13712") == "PART_HELD"
    assert station.state["held"] == "(37)12"
    assert "data-parts" in station.html
    station.send("line", str(PAINT_LINE))
    assert station.state["held"] == "(37)12"  # another line keeps it
    station.send("mode", "Component")  # the button Clear
    assert station.state["held"] == ""
    assert "data-parts" not in station.html


def test_ops_7_scan_kept_through_a_sign_out_is_nobody_elses(order):
    worker = order.built(parts=(), badge="B-WORK")
    other = order.station("B-WENDY")
    other.state = dict(worker.state)
    assert other.scan(order.number("F1"), operator="E-WORK") == "OTHER_OPERATOR"
    assert other.status == 422
    assert "Will Worker" in other.html
    assert other.send("discard", order.number("F1"), operator="E-WORK") == "OTHER_OPERATOR"
    supervisor = order.station("B-SUP")
    supervisor.state = dict(worker.state)
    assert supervisor.send("discard", order.number("F1"), operator="E-WORK") == "HELD_DISCARDED"
    assert worker.scan(order.number("F1"), operator="E-WORK") == "LINE_COMPLETED"


BAD_COMMANDS = (
    {"command_key": ""}, {"command_key": "a b"}, {"command_key": "k" * 65}, {"kind": "bogus"}, {"mode": "Sideways"}, {"product": "-1"},
    {"product": "x"}, {"line": "9" * 30}, {"captured_at": "yesterday"}, {"clock_ms": "-5"}, {"surprise": "1"}, {"source": "telepathy"},
    {"after_key": "k" * 65}, {"text": "x" * 5000}, {"text": "\x00"},
    {"kind": "confirm", "confirms": "nothing"}, {"held": "(((", "mode": "Component"}, {"kind": "line", "text": "\n"},
    {"kind": "product", "text": "\u0663"}, {"badge": "x" * 100}, {"operator": "\x00"}, {"operator": "E-NOBODY"},
    {"kind": "product", "text": "\x00"}, {"kind": "line", "text": "\x00"}, {"text": "CMD:\x00"}, {"text": "]d2\x00"},
    {"kind": "confirm", "confirms": "nothing", "quantity": "\x00"}, {"line": "4294967296"}, {"choice": "4294967296"},
    {"captured_at": "0001-01-01T00:00:00+14:00"}, {"after_key": "a\x00"}, {"held": "(37)\x00"},
)


@pytest.mark.parametrize("form", BAD_COMMANDS, ids=str)
def test_bad_commands_get_422_with_the_header(any_order, form):
    """Bad input: never 400, 404 or 500 on this route, and nothing is registered."""
    client, order = any_order
    sent = {"command_key": f"bad-{next(_keys)}", "kind": "scan", "text": "X"} | form
    response = client.post(f"{order.page}/scan", data=sent, headers=FRAGMENT)
    assert response.status_code == 422
    answer = json.loads(response.headers["X-Shopfloor-Answer"])
    assert answer["order_no"] == order.no
    assert set(answer) == {"answer", "code", "sound", "mode", "product", "line", "held", "order_no", "confirmable"}
    assert "<main" in response.text
    assert count(order.site, TrackedProduct, order_no=order.no) == 0


@pytest.mark.parametrize("text", [b"%ED%A0%80", b"\xff\xfe", b"%FF", b"AB%C3"])
def test_bytes_that_are_no_text_are_refused(any_order, text):
    client, order = any_order
    body = f"command_key=bytes-{next(_keys)}&kind=scan&text=".encode() + text
    response = client.post(f"{order.page}/scan", data=body, content_type="application/x-www-form-urlencoded", headers=FRAGMENT)
    assert response.status_code == 422
    assert json.loads(response.headers["X-Shopfloor-Answer"])["code"] == "REQUEST_INVALID"
    assert count(order.site, TrackedProduct, order_no=order.no) == 0


def test_unknown_order_is_refused_with_the_header_too(site):
    form = {"command_key": "no-order", "text": "X"}
    response = site.client().post("/production-orders/NOPE/tracked-components/scan", data=form, headers=FRAGMENT)
    assert response.status_code == 422
    assert json.loads(response.headers["X-Shopfloor-Answer"])["code"] == "NOT_FOUND"


def test_signed_out_station_gets_401(order):
    client = order.site.client(badge="")
    assert client.post(f"{order.page}/scan", data={"command_key": "x", "text": "X"}, headers=FRAGMENT).status_code == 401


def test_a30_only_those_with_the_right_register(order):
    station = order.station("B-ADMIN")
    with Session(order.site.engine) as session:
        no = f"E-Q{order.tag}"
        runner(session)(create_operator, given=NewOperator(no=no, name="Quinn", badge=f"B-Q{order.tag}", role="Quality engineer"))
    station.client = order.site.client(f"B-Q{order.tag}")
    assert station.scan(order.number("BK1")) == "NOT_ALLOWED"


def test_d24_a_batch_is_kept_loaded_for_the_next_units_from_the_page(order):
    """The operator scans the batch once, keeps it, and the next unit has it already; unloading ends that."""
    with Session(order.site.engine) as session:
        mine = ProdOrderComponent.order_no == order.no
        session.execute(update(ProdOrderComponent).where(mine, ProdOrderComponent.line_no == PAINT_LINE).values(may_be_loaded=True))
        session.commit()
    station = order.station()
    client, address = station.client, f"/production-orders/{order.no}/tracked-components"
    station.scan(order.number("BK1"))
    station.scan(order.number("P"))
    page = client.get(f"{address}?product={station.state['product']}").text
    assert f"Keep {order.number('P')} for the next units" in page
    form = {"component_line_no": PAINT_LINE, "lot_no": order.number("P"), "product": station.state["product"]}
    assert client.post(f"{address}/load", data={"command_key": f"load-{order.tag}"} | form).status_code == 303
    station.send("mode", "Product")
    station.scan(order.number("BK2"))
    words = " ".join(html.unescape(re.sub(r"<[^>]+>", "", station.html)).split())
    assert f"{order.number('P')}: 0.25 KG from the loaded batch" in words
    assert "Unload" in station.html
    answer = client.post(f"{address}/unload", data={"command_key": f"unload-{order.tag}", "component_line_no": PAINT_LINE})
    assert answer.status_code == 303
    assert "Unload" not in client.get(address).text
    answer = client.post(f"{address}/unload", data={"command_key": f"again-{order.tag}", "component_line_no": PAINT_LINE})
    assert answer.status_code == 404
