"""Start, Report as finished and Reset on the order page and over the API, and the doors to Tracked components (LIF-5 to LIF-9, ENT)."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.genealogy.inputs import ReportOrder
from shopfloor.genealogy.models import TrackedProduct
from shopfloor.people.commands import set_setting
from shopfloor.people.inputs import SettingValue
from shopfloor.production import commands
from shopfloor.production.components import order_lines
from shopfloor.production.inputs import NewProductionOrder, OrderKey
from shopfloor.production.models import ProdOrderOperation
from shopfloor.production.queries import order_row
from tests.conftest import runner
from tests.databases import ENGINES
from tests.web.bikes import HttpStation, Order, bike_site, hidden, make_order


@pytest.fixture(scope="module", params=ENGINES)
def site(request, tmp_path_factory):
    with bike_site(request.param, tmp_path_factory.mktemp("data")) as made:
        yield made


@pytest.fixture
def order(site):
    return make_order(site)


def fresh(order, *, release=True, quantity="2"):
    """An order that is not started, with the parts of another one."""
    no = f"N-{order.no}"
    with Session(order.site.engine) as session:
        run = runner(session)
        run(commands.create_order, given=NewProductionOrder(no=no, item_no="BIKE", quantity=quantity, location_code="MAIN"))
        if release:
            run(commands.release_order, given=OrderKey(order_no=no))
    return Order(order.site, no, order.tag)


def row(order):
    with Session(order.site.engine) as session:
        return order_row(session, order.no)


def line(order):
    with Session(order.site.engine) as session:
        return order_lines(session, order.no)[0]


_keys = iter(range(10**6))


def key():
    return {"command_key": f"dialog-{next(_keys)}"}


def header():
    return {"Idempotency-Key": f"dialog-api-{next(_keys)}"}


def address(order):
    return f"/production-orders/{order.no}"


# --- start ----------------------------------------------------------------------------------------------------------------


def test_lif_6_the_start_dialog_offers_its_values_and_starts(order):
    made, client = fresh(order), order.site.client()
    text = client.get(f"{address(made)}/start").text
    for name in ("quantity", "posting_date", "automatic_consumption", "leave_open", "end_picking_list"):
        assert f'name="{name}"' in text
    assert "from_operation_no" not in text  # the bike has no routing
    assert re.search(r"Settled consumption</dt><dd>Flushing principle", text)
    answer = client.post(f"{address(made)}/start", data={"quantity": "1", **key()})
    assert answer.location == address(made)
    assert (row(made).status, row(made).started) == ("Started", 1)


def test_lif_6_a_refused_start_keeps_what_was_typed(order):
    made, client = fresh(order), order.site.client()
    answer = client.post(f"{address(made)}/start", data={"quantity": "9", "posting_date": "2026-11-20", **key()})
    assert answer.status_code == 422
    assert 'value="9"' in answer.text
    assert 'value="2026-11-20"' in answer.text
    assert row(made).status == "Released"


def test_lif_6_api_starts_with_the_values_of_the_dialog(order):
    made, client = fresh(order), order.site.client()
    body = {"quantity": "2", "automatic_consumption": "Always", "leave_open": True}
    answer = client.post(f"/api/v1{address(made)}/start", json=body, headers=header())
    assert answer.status_code == 200, answer.text
    journal_no = answer.json["fields"]["journal_no"]
    rows = client.get(f"/api/v1{address(made)}/open-journals").json["rows"]
    assert [(one["journal_no"], one["item_no"], one["proposal"]) for one in rows] == [(journal_no, "BELL", "2")]


def test_lif_6_lif_7_dialogs_offer_the_operations_and_post_them(order):
    """Page and API: what posts by itself, from where to where, and the end mark."""
    made, client = fresh(order), order.site.client()
    with Session(order.site.engine) as session:
        session.add(ProdOrderOperation(plant_no=1, order_no=made.no, operation_no=10, description="Fit", flushing="Start"))
        session.commit()
    for place in ("start", "report-as-finished"):
        text = client.get(f"{address(made)}/{place}").text
        for name in ("from_operation_no", "to_operation_no", "automatic_route", "end_route"):
            assert f'name="{name}"' in text
    answer = client.post(f"{address(made)}/start", data={"quantity": "1", "automatic_route": "Flushing principle", **key()})
    assert answer.status_code == 303, answer.text
    assert "by itself, Start" in client.get(f"{address(made)}/operations/10").text
    body = {"quantity": "1", "automatic_route": "Always", "end_route": True}
    assert client.post(f"/api/v1{address(made)}/start", json=body, headers=header()).status_code == 200
    read = client.get(f"/api/v1{address(made)}/operations/10").json
    assert (read["operation"]["good"], read["operation"]["status"]) == ("2", "Completed")
    assert [one["new"]["source"] for one in read["entries"]] == ["Start", "Start"]


# --- the doors ------------------------------------------------------------------------------------------------------------


def test_ent_8_registering_over_the_open_start_dialog(order):
    """ENT-8, ENT-11, ENT-13, D9, D42, QTY-1, PST-22: rows are kept and wait, also where the dialog is left; OK lifts the mark."""
    made, client = fresh(order), order.site.client()
    text = client.get(f"{address(made)}/start?quantity=1").text
    assert f'formaction="{address(made)}/start/track"' in text
    opened = client.get(f"{address(made)}/start/track?quantity=1&posting_date=2026-11-20&command_key=x")
    page = client.get(opened.location).text
    assert "0 of 1" in page
    dialog, starting = hidden(page, "dialog"), hidden(page, "starting")
    assert starting == "1"
    station = HttpStation(client, made)
    assert station.scan(made.number("BK1"), starting=starting, dialog=dialog.replace("&amp;", "&")) == "PRODUCT_REGISTERED", station.answer
    assert "Awaiting start" in station.html
    assert 'name="starting" value="1"' in station.html  # goes with the next scan as well
    station.send("mode", "Product")
    assert station.scan(made.number("BK2"), starting=starting) == "PRODUCT_OVER_STARTED"
    back = re.search(r'<a id="back" class="order" href="([^"]*/start\?[^"]*)"', page)[1].replace("&amp;", "&")
    assert parse_qs(urlsplit(back).query) == {"quantity": ["1"], "posting_date": ["2026-11-20"]}
    kept = client.get(back).text
    assert 'value="1"' in kept
    assert 'value="2026-11-20"' in kept
    lines = [{"match_id": _match(made)}]
    refused = client.post(f"/api/v1{address(made)}/report", json={"lines": lines}, headers=header())
    assert refused.json["code"] == "ORDER_STATUS"
    assert client.get(address(made)).status_code == 200  # Cancel
    assert "Awaiting start" in client.get(made.page).text
    client.post(f"{address(made)}/start", data={"quantity": "1", **key()})
    assert "Awaiting start" not in client.get(made.page).text


def _match(order):
    with Session(order.site.engine) as session:
        return session.scalar(select(TrackedProduct.match_id).where(TrackedProduct.order_no == order.no))


def test_ent_8_a_worker_cannot_lend_himself_a_started_quantity(order):
    made = fresh(order)
    station = HttpStation(order.site.client("B-WORK"), made)
    assert station.scan(made.number("BK1"), starting="1") == "NOT_ALLOWED"
    assert station.scan(made.number("BK1")) == "ORDER_STATUS"


def test_d42_before_release_the_dialog_offers_it_first(order):
    made, client = fresh(order, release=False), order.site.client()
    text = client.get(f"{address(made)}/start?quantity=1").text
    assert 'aria-disabled="true"' in text
    assert "This needs an order that is Released or Started" in text
    answer = client.post(f"{address(made)}/start/release", data={"quantity": "1", **key()})
    assert answer.location == f"{address(made)}/start?quantity=1"
    assert row(made).status == "Released"
    assert f'formaction="{address(made)}/start/track"' in client.get(answer.location).text


def test_ent_4_and_ent_12_the_command_on_card_and_list(order):
    """ENT-1, ENT-2, ENT-3, ENT-12: one order is chosen; disabled with its reason; the list keeps its place."""
    made, client = fresh(order), order.site.client()
    assert f'href="{order.page}"' in client.get(address(order)).text
    card = client.get(address(made)).text
    assert re.search(r'aria-disabled="true"[^>]*title="Production order [^"]* is Released', card)
    text = client.get(f"/production-orders?text={order.no}").text
    assert re.search(rf'<input type="radio" form="choose" name="no" value="{order.no}" required aria-label="[^"]*">', text)
    assert re.search(rf'name="no" value="{made.no}"[^>]* disabled title="Production order', text)
    chosen = client.get(f"/production-orders/track?no={order.no}&text={order.no}")
    page = client.get(chosen.location).text
    assert f'href="/production-orders?text={order.no}"' in page
    refused = client.get(f"/production-orders/track?no={made.no}")
    assert refused.location == "/production-orders"
    assert "This needs an order that is Started" in client.get(refused.location).text


def test_ent_12_hidden_where_the_company_does_not_use_it(order):
    client = order.site.client()
    with Session(order.site.engine) as session:
        runner(session)(set_setting, given=SettingValue(name="tracked_components", value="off"))
    try:
        assert "Track components" not in client.get(address(order)).text
        assert 'name="no"' not in client.get("/production-orders").text
    finally:
        with Session(order.site.engine) as session:
            runner(session)(set_setting, given=SettingValue(name="tracked_components", value="on"))


# --- report ---------------------------------------------------------------------------------------------------------------


def test_ent_9_good_is_what_is_completed_and_each_unit_has_its_line(order):
    order.built()
    order.built(product="BK2", parts=("F2",))
    client = order.site.client()
    text = client.get(f"{address(order)}/report-as-finished").text
    assert re.search(r'name="good"[^>]*value="1"|value="1"[^>]*name="good"', text), text
    assert f"Completed and not reported: {order.number('BK1')}" in text
    opened = client.get(f"{address(order)}/report-as-finished/track?good=1&error_cause=")
    assert "Back to Report as finished" in client.get(opened.location).text
    answer = client.post(f"{address(order)}/report-as-finished", data={"good": "1", **key()})
    assert answer.location == address(order)
    assert (line(order).good, line(order).error) == (1, 0)
    again = client.post(f"{address(order)}/report-as-finished", data={"good": "1", **key()})
    assert again.status_code == 422
    assert "Register or complete the others first" in again.text


def test_ent_9_good_that_nobody_touched_is_proposed_anew_on_the_way_back(order):
    """The browser sends the proposal like any value: the door keeps it only if somebody wrote something else."""
    order.built()
    client = order.site.client()
    page = f"{address(order)}/report-as-finished"
    assert 'name="proposed" value="1"' in client.get(page).text

    def good_on_return(given):
        scan = client.get(client.get(f"{page}/track?{given}").location).text
        back = html.unescape(re.search(r'href="([^"]*/report-as-finished[^"]*)"', scan)[1])
        field = re.search(r'<input[^>]*name="good"[^>]*>', client.get(back).text)[0]
        return re.search(r'value="([^"]*)"', field)[1]

    order.built(product="BK2", parts=("F2", "W3", "W4", "P"))
    assert good_on_return("good=1&proposed=1") == "2"
    assert good_on_return("good=3&proposed=1") == "3"


def test_lif_7_api_reports_and_ends_the_job(order):
    order.built()
    client = order.site.client()
    answer = client.post(f"/api/v1{address(order)}/report-as-finished", json={"end_job": True}, headers=header())
    assert answer.status_code == 200, answer.text
    assert answer.json["fields"]["done"] == [order.number("BK1")]
    assert row(order).status == "Reported as finished"


def test_lif_7_error_needs_a_cause_and_says_so_at_the_field(order):
    order.built()
    answer = order.site.client().post(f"{address(order)}/report-as-finished", data={"good": "0", "error": "1", **key()})
    assert answer.status_code == 422
    assert "an error quantity needs a cause" in answer.text


# --- reset ----------------------------------------------------------------------------------------------------------------


def test_lif_5_reset_asks_and_then_takes_back(order):
    order.built()
    client = order.site.client()
    client.post(f"{address(order)}/report-as-finished", data={"good": "1", **key()})
    assert f'href="{address(order)}/reset"' in client.get(address(order)).text
    assert "Registrations stay" in client.get(f"{address(order)}/reset").text
    asked = client.post(f"{address(order)}/reset", data={"reason": "wrong order", **key()})
    assert asked.status_code == 409
    assert "Yes, take it back" in asked.text
    done = client.post(f"{address(order)}/reset", data={"reason": "wrong order", "confirmed": "1", **key()})
    assert done.location == address(order)
    assert (row(order).status, line(order).good, line(order).started) == ("Released", 0, 0)
    for page in (order.page, order.associations):
        assert "1 registered, none started" in client.get(page).text


def test_lif_5_api_resets_and_a_worker_may_not(order):
    made = fresh(order)
    assert order.site.client("B-WORK").post(f"/api/v1{address(made)}/reset", json={}, headers=header()).json["code"] == "NOT_ALLOWED"
    answer = order.site.client().post(f"/api/v1{address(made)}/reset", json={"reason": "too early"}, headers=header())
    assert answer.json["fields"]["status"] == "Scheduled"
    assert order.site.client().get("/api/v1/production-stages").json["back"]["Released"] == "Scheduled"


# --- journals and settings ------------------------------------------------------------------------------------------------


def test_lif_9_journals_on_their_page(order):
    """Made by hand, changed, posted; and another one deleted."""
    client, base = order.site.client(), f"{address(order)}/journals"
    assert f'href="{base}"' in client.get(address(order)).text
    assert "No journal is open" in client.get(base).text
    assert 'name="lines.0.line_no"' in client.get(f"{base}/new/picking-list").text
    fields = {"lines.0.line_no": "40", "lines.0.quantity": "2"}
    assert client.post(f"{base}/new/picking-list", data={**fields, **key()}).location == base
    text = client.get(base).text
    journal_no = re.search(rf'href="{base}/(\d+)"', text)[1]
    assert 'value="2"' in client.get(f"{base}/{journal_no}").text
    assert 'name="lines.0.scrap_quantity"' in client.get(f"{base}/{journal_no}").text
    fields |= {"lines.0.quantity": "1", "lines.0.scrap_quantity": "1", "lines.0.end_line": "1", "posting_date": "2026-11-20"}
    assert client.post(f"{base}/{journal_no}", data={**fields, **key()}).location == base
    assert client.post(f"{base}/{journal_no}/post", data=key()).location == base
    text = client.get(base).text
    assert "is posted: 1 line" in text
    assert "No journal is open" in text
    assert "Ended" in client.get(address(order)).text
    client.post(f"{base}/new/report", data={"lines.0.line_no": "10000", "lines.0.quantity": "1", **key()})
    journal_no = re.search(rf'href="{base}/(\d+)"', client.get(base).text)[1]
    asked = client.get(f"{base}?delete={journal_no}").text
    assert "with 1 lines goes" not in asked
    assert f"Report as finished {journal_no} of Ada Admin with 1 line goes." in asked
    assert client.post(f"{base}/{journal_no}/delete", data=key()).location == base
    assert "is deleted" in client.get(base).text
    gone = client.post(f"{base}/{journal_no}/post", data=key(), headers={"HX-Request": "true"})
    assert (gone.status_code, f"There is no open journal {journal_no}" in gone.text) == (422, True)  # htmx shows no 404
    assert client.get(f"{base}/{journal_no}").status_code == 404


def test_asc_7_of_two_windows_the_older_one_is_refused_and_shows_the_newer_lines(order):
    """ASC-7: on both pages of the journal, and over the API."""
    client, base = order.site.client(), f"{address(order)}/journals"
    client.post(f"{base}/new/picking-list", data={"lines.0.line_no": "40", "lines.0.quantity": "2", **key()})
    journal_no = re.search(rf'href="{base}/(\d+)"', client.get(base).text)[1]
    place = f"{base}/{journal_no}"
    version = re.search(r'name="version" value="(\w+)"', client.get(place).text)[1]
    assert f'name="version" value="{version}"' in client.get(base).text
    assert client.get(f"/api/v1{address(order)}/open-journals").json["versions"] == {journal_no: version}
    fields = {"lines.0.line_no": "40", "lines.0.quantity": "5", "version": version}
    assert client.post(place, data={**fields, **key()}).location == base
    late = client.post(place, data={**fields, "lines.0.quantity": "7", **key()})
    assert late.status_code == 422
    assert "was changed by somebody else" in late.text
    assert 'value="5"' in late.text
    assert 'value="7"' not in late.text
    assert f'value="{version}"' not in late.text
    assert client.post(f"{place}/post", data={"version": version, **key()}).status_code == 422
    told = client.post(f"/api/v1{place.replace('/journals/', '/open-journals/')}/post", json={"version": version}, headers=header())
    assert told.json["code"] == "STALE_ROW"


def test_lif_9_journals_over_the_api(order):
    client, base = order.site.client(), f"/api/v1{address(order)}/open-journals"
    made = client.post(base, json={"lines": [{"line_no": 40, "quantity": "3"}]}, headers=header()).json["fields"]["journal_no"]
    changed = client.post(f"{base}/{made}", json={"lines": [{"line_no": 40, "quantity": "1"}]}, headers=header())
    assert changed.json["code"] == "JOURNAL_SAVED"
    posted = client.post(f"{base}/{made}/post", json={"reason": "by hand"}, headers=header())
    assert (posted.json["code"], posted.json["fields"]["count"]) == ("JOURNAL_POSTED", 1)
    made = client.post(base, json={"lines": [{"line_no": 40, "quantity": "3"}]}, headers=header()).json["fields"]["journal_no"]
    assert client.post(f"{base}/{made}/delete", headers=header()).json["code"] == "JOURNAL_DELETED"


def test_lif_13_settings_are_set_together(site):
    client = site.client()
    assert "Automatic consumption" in client.get("/settings").text
    wrong = {"consumption_at_start": "Always", "consumption_at_operations": "Never", "consumption_at_report": "Always"}
    answer = client.post("/settings/automatic-consumption", data={**wrong, **key()})
    assert answer.status_code == 422
    assert "contradict each other" in answer.text
    assert client.post("/api/v1/settings/automatic-consumption", json=wrong, headers=header()).json["code"] == "SETTINGS_CONTRADICT"
    right = dict.fromkeys(wrong, "Flushing principle")
    assert client.post("/settings/automatic-consumption", data={**right, **key()}).location == "/settings"


def test_lif_12_flushing_of_one_line_changes_on_its_own_form(order):
    client, path = order.site.client(), f"{address(order)}/components/40/flushing"
    assert f'href="{path}"' in client.get(address(order)).text
    assert "It holds for what is consumed from now on." in client.get(path).text
    assert client.post(path, data={"flushing": "Manual", **key()}).location == address(order)
    assert client.get(f"/api/v1{address(order)}").json["components"][3]["flushing"] == "Manual"
    answer = client.post(f"/api/v1{path}", json={"flushing": "Finish"}, headers=header())
    assert answer.json["code"] == "RECORD_CHANGED"
    assert client.post(f"/api/v1{address(order)}/components/99/flushing", json={"flushing": "Finish"}, headers=header()).status_code == 404


def test_lif_8_the_end_of_a_job_that_leaves_something_asks_first(order):
    """One tap on the order page ends nothing: what is left is named, and the page asks. A job that left nothing ends at once."""
    client = order.site.client()
    assert f'href="{address(order)}/end-job"' in client.get(address(order)).text
    asked = client.get(f"{address(order)}/end-job").text
    assert "3 of 3 PCS are not reported" in asked
    assert row(order).status == "Started"
    assert client.post(f"{address(order)}/end-job", data=key()).status_code == 303
    assert row(order).status == "Reported as finished"
    assert "End job" not in client.get(address(order)).text


def test_d5_ent_9_the_report_dialog_names_units_in_progress_and_takes_them_with_accept_error(order):
    client = order.site.client()
    order.built(product="BK1", parts=("F1",))
    order.built(product="BK2", parts=("F2",))
    address = f"/production-orders/{order.no}/report-as-finished"
    page = client.get(address).text
    assert f"In progress, reported only with Accept error: {order.number('BK1')}, {order.number('BK2')}." in page
    form = {"command_key": f"dialog-{order.tag}", "good": "2"}
    refused = client.post(address, data=form)
    assert (refused.status_code, "or accept the error" in refused.text) == (422, True)
    done = client.post(address, data=form | {"command_key": f"dialog-{order.tag}-2", "accept_error": "1", "reason": "parts follow"})
    assert done.status_code == 303
    assert row(order).good == 2


def test_set_3_the_match_id_series_says_where_match_ids_are_counted(order):
    order.built(parts=("F1",))
    page = order.site.client().get("/number-series/MATCH-ID").text
    assert "one count for all plants" in page
    assert order.number("BK1") in page
    assert "one count" not in order.site.client().get("/number-series/SALES").text


def test_lif_6_a_route_is_not_ended_where_no_operation_posts(order):
    """LIF-6, LIF-7: *Never* together with *End the route* would be passed over in silence; nothing single is marked."""
    typed = {"automatic_route": "Never", "end_route": "1"}
    with pytest.raises(ValidationError, match="no route to end"):
        ReportOrder.model_validate(typed)
    refused = order.station().client.post(f"{address(order)}/start", data=typed | key())
    assert refused.status_code == 422
    assert "Please correct this." in refused.text
    assert "no route to end" in refused.text
    assert "what is marked" not in refused.text


def test_lif_6_boxes_of_a_dialog_say_what_they_do(order):
    page = order.station().client.get(f"{address(order)}/start").text
    assert '<small id="leave_open-hint">Otherwise it is posted at once.</small>' in page
    assert 'aria-describedby="leave_open-hint"' in page
