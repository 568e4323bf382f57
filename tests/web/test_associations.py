"""The associations page over HTTP: both tables, the matrix, every action, and what is refused (ASC, PST)."""

from __future__ import annotations

import csv
import html
import itertools
import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.genealogy.matrix_queries import associations_page
from shopfloor.genealogy.models import ComponentAssociation, PickingListLine, TrackedProduct
from shopfloor.genealogy.starting import start_order
from shopfloor.items.inputs import HoldNumber
from shopfloor.items.number_information import hold_number
from shopfloor.production.bills import create_bom
from shopfloor.production.commands import create_order
from shopfloor.production.inputs import NewBom, NewBomLine, NewProductionOrder, StartOrder
from tests.conftest import runner
from tests.databases import ENGINES
from tests.factories_genealogy import PAINT, PAINT_LINE, WHEEL_LINE, problems
from tests.factories_items import make_item
from tests.web.bikes import Order, bike_site, hidden, make_order

_keys = itertools.count(1)


@pytest.fixture(scope="module", params=ENGINES)
def site(request, tmp_path_factory):
    with bike_site(request.param, tmp_path_factory.mktemp("data")) as made:
        yield made


@pytest.fixture
def order(site):
    return make_order(site)


def associations(order):
    """State and number of every association of the order."""
    with Session(order.site.engine) as session:
        mine = select(ComponentAssociation).where(ComponentAssociation.order_no == order.no)
        rows = session.scalars(mine.order_by(ComponentAssociation.association_no))
        return {(row.serial_no or row.lot_no).removesuffix(f"-{order.tag}"): row for row in rows if row.state != "Removed"}


def units(order):
    with Session(order.site.engine) as session:
        return {row.serial_no.removesuffix(f"-{order.tag}"): row for row in session.scalars(select(TrackedProduct).where(
            TrackedProduct.order_no == order.no, TrackedProduct.state != "Removed"))}


def post(client, order, action, *, query="", **form):
    """One form of the page; follows the redirect of a success. Gives status and the page as text."""
    fields = {name.replace("__", "."): str(value) for name, value in form.items()}
    answer = client.post(f"{order.associations}/{action}{query}", data={"command_key": f"post-{next(_keys)}"} | fields)
    if answer.status_code == 303:
        return 303, readable(client.get(answer.headers["Location"]).text)
    return answer.status_code, readable(answer.text)


def readable(page):
    """The page with its marks, and once more as it is read."""
    return html.unescape(page + re.sub(r"<[^>]+>", "", page))


def selected(*rows):
    numbers = [getattr(row, "association_no", None) or row.match_id for row in rows]
    return {f"selected__{place}": number for place, number in enumerate(numbers)}


# --- what is shown --------------------------------------------------------------------------------------------------------


def test_asc_1_asc_4_tables_are_linked_and_show_every_figure(order):
    station = order.built(parts=("F1", "W1", "P"))
    text = station.client.get(f"{order.associations}?product={station.state['product']}").text
    numbers = [order.number(name) for name in ("BK1", "F1", "W1", "P")]
    for shown in (*numbers, "0.25 KG", "MAIN", "31 Jan 2099", "Ada Admin"):
        assert shown in text, shown
    assert re.search(rf'<a class="no" href="[^"]*product={station.state["product"]}[^"]*">{order.number("BK1")}', text)
    paint = text[text.index(order.number("P")) :]
    assert re.search(r'<span class="quantity">1\.75</span>', paint)  # available: 2 in stock, 0.25 spoken for
    assert "Missing" in text  # the second wheel


def test_matrix_shows_holes_of_units_that_work_has_moved_on_from(order):
    station = order.built(parts=("F1", "W1"))
    page = station.client.get(order.associations).text
    assert 'class="hole"' not in page  # the newest unit is still being built
    station.send("mode", "Product")
    station.scan(order.number("BK2"))
    page = station.client.get(order.associations).text
    assert page.count('class="hole"') == 2  # a wheel and the paint of the first
    assert "1 unit has holes" in page
    assert page.count('class="ok"') == 1
    incomplete = station.client.get(f"{order.associations}?holes=1").text
    assert order.number("BK1") in incomplete


def test_filters_and_urls_reproduce_the_view(order):
    station = order.built(parts=())
    station.send("mode", "Product")
    station.scan(order.number("BK2"))
    page = station.client.get(f"{order.associations}?text=BK2&state=Open").text
    assert order.number("BK2") in page
    assert order.number("BK1") not in page
    assert "No unit fits" in station.client.get(f"{order.associations}?state=Reported").text
    assert "No unit fits" in station.client.get(f"{order.associations}?text=%25").text  # a percent sign is no joker


def test_asc_8_workers_without_the_rights_see_no_such_buttons(order):
    station = order.built(parts=("F1",))
    page = order.site.client("B-WORK").get(f"{order.associations}?product={station.state['product']}").text
    assert "Report as finished" not in page
    assert "components/pick" not in page
    assert 'value="remove-components"' in page  # D37: what they registered themselves


def test_csv_is_what_is_shown_and_holds_no_formula(order):
    station = order.built(parts=("F1",))
    station.send("mode", "Product")
    station.scan(f"=1+{order.tag}")
    station.scan(order.number("W1"))
    answer = station.client.get(f"{order.associations}.csv")
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert [(row["product"], row["serial_no"], row["quantity"], row["state"]) for row in rows] == [
        (f"'=1+{order.tag}", order.number("W1"), "1", "Open"), (order.number("BK1"), order.number("F1"), "1", "Open"),
    ]
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert len(list(csv.DictReader(station.client.get(f"{order.associations}.csv?text=BK1").text.splitlines()))) == 1


@pytest.mark.parametrize("query", ["?do=nonsense", "?do=report&selected.0=99999999", "?edit=5", "?product=0&do=create-component",
                                   "?before=1", "?product=x&line=y", "?do=end-line", "?state=Removed",
                                   "?do=create-component&product=1&line=999"])
def test_page_survives_any_address(order, query):
    assert order.site.client().get(order.associations + query).status_code == 200


def test_number_of_statements_does_not_depend_on_the_number_of_rows(order):
    """OPS-9."""
    station = order.built(parts=("F1",))
    product = int(station.state["product"])

    def asked():
        with Session(order.site.engine) as session, order.site.statements() as seen:
            associations_page(session, order.no, match_id=product)
        return seen.count

    few = asked()
    for name in ("W1", "W2", "P"):
        station.scan(order.number(name))
    station.send("mode", "Product")
    station.scan(order.number("BK2"))
    assert asked() == few <= 9


def test_d20_a_unit_that_is_itself_on_hold_says_so(order):
    """D20: beside its status, with the reason, also once its report is taken back; other units of the order are as they were."""
    station = order.built()
    first = units(order)["BK1"]
    good = {"lines__0__match_id": first.match_id, "lines__0__good": "1", "lines__0__error": "0"}
    assert post(station.client, order, "report", **good)[0] == 303
    station.send("mode", "Product")
    station.scan(order.number("BK2"))
    with Session(order.site.engine) as session:
        held = HoldNumber(item_no="BIKE", kind="Serial", number=order.number("BK1"), reason="scratched frame")
        runner(session)(hold_number, given=held)
    assert post(station.client, order, "reverse", reason="wrong label", **selected(first))[0] == 303
    rows = re.findall(r"<tr.*?</tr>", station.client.get(order.associations).text, re.DOTALL)
    told = {name: next(row for row in rows if order.number(name) in row and 'name="selected' in row) for name in ("BK1", "BK2")}
    assert "scratched frame" in told["BK1"]
    assert "Completed" in told["BK1"]
    assert "scratched frame" not in told["BK2"]
    page = station.client.get(f"/api/v1/production-orders/{order.no}/associations").json
    assert [*page["held"]] == [str(first.match_id)]


# --- Create, change, Remove -----------------------------------------------------------------------------------------------


def test_asc_5_create_registers_with_the_checks_of_a_scan(order):
    client = order.site.client()
    assert post(client, order, "products", serial_no=order.number("BK1"))[0] == 303
    unit = units(order)["BK1"]
    page = client.get(f"{order.associations}?product={unit.match_id}&do=create-component&line={WHEEL_LINE}").text
    assert page.count('<option value="W') > 0
    fields = {"match_id": unit.match_id, "component_line_no": WHEEL_LINE, "serial_no": order.number("W1")}
    status, text = post(client, order, "components", **fields)
    assert (status, order.number("W1") in text) == (303, True)
    status, text = post(client, order, "components", query=f"?product={unit.match_id}", **fields | {"serial_no": "NOPE"})
    assert status == 422
    assert "NOPE of WHEEL of the test is not in stock" in text
    assert 'value="NOPE"' in text  # what was typed is kept
    status, text = post(client, order, "products", serial_no=order.number("BK1"))
    assert status in {303, 422}
    assert len(units(order)) == 1


def test_asc_5_more_than_remains_needs_reason_and_badge(order):
    """D18, EDG-17: a typed yes is no override."""
    station = order.built(parts=())
    product = station.state["product"]
    fields = {"match_id": product, "component_line_no": PAINT_LINE, "lot_no": order.number("P"), "quantity": "0.5"}
    status, text = post(station.client, order, "components", query=f"?product={product}", **fields)
    assert status == 409
    assert 'name="confirmed.0" value="OVER_QUANTITY"' in text
    assert post(station.client, order, "components", **fields, confirmed__0="OVER_QUANTITY")[0] == 422
    wrong = {"confirmed__0": "OVER_QUANTITY", "reason_code": "REWORK", "reason": "spilt", "badge": "B-WORK"}
    status, text = post(station.client, order, "components", query=f"?product={product}", **fields, **wrong)
    assert status == 422
    for kept in ('name="confirmed.0" value="OVER_QUANTITY"', '<option value="REWORK" selected>', 'value="spilt"', 'name="badge"'):
        assert kept in text
    assert "B-WORK" not in text
    assert associations(order) == {}
    assert post(station.client, order, "components", **fields, confirmed__0="OVER_QUANTITY", reason_code="REWORK", badge="B-SUP")[0] == 303
    assert str(associations(order)["P"].quantity) == "0.50000"
    history = station.client.get(f"/production-orders/{order.no}/products/{product}").text
    assert "approved by" in history
    assert "approved by E-SUP" not in history  # a name, as of everybody else


def test_d18_without_a_reason_code_in_use_the_question_says_who_can_help(order, monkeypatch):
    for module in ("associations", "answers"):
        monkeypatch.setattr(f"shopfloor.web.production.{module}.reason_choices", list)
    station = order.built(parts=())
    fields = {"match_id": station.state["product"], "component_line_no": PAINT_LINE, "lot_no": order.number("P"), "quantity": "0.5"}
    assert "No reason code is in use." in post(station.client, order, "components", query=f"?product={fields['match_id']}", **fields)[1]
    station.send("scan", order.number("P"), quantity="0.5")
    assert "No reason code is in use." in station.html


def test_asc_3_edit_in_place_and_asc_7_stale_row(order):
    station = order.built(parts=("W1", "P"))
    client, product = station.client, station.state["product"]
    wheel = associations(order)["W1"]
    page = client.get(f"{order.associations}?product={product}&edit={wheel.association_no}").text
    assert hidden(page, "version", 'id="edit"') == str(wheel.version)
    assert f'name="serial_no" type="text" value="{order.number("W1")}"' in page
    changed = {"version": wheel.version, "serial_no": order.number("W2")}
    assert post(client, order, f"components/{wheel.association_no}", **changed)[0] == 303
    assert set(associations(order)) == {"W2", "P"}
    paint = associations(order)["P"]
    assert post(client, order, f"components/{paint.association_no}", version=paint.version, quantity="0.1")[0] == 303
    status, text = post(client, order, f"components/{paint.association_no}", version=paint.version, quantity="0.2")
    assert status == 422
    assert "was changed by somebody else" in text


def test_edg_24_d18_a_correction_asks_and_keeps_what_was_typed(order):
    """EDG-17, EDG-24, EDG-38: the line was ended, and it is more than remains: each question in turn, all answered by the last yes."""
    station = order.built(parts=("P",))
    client, product = station.client, station.state["product"]
    paint = associations(order)["P"]
    assert post(client, order, f"lines/{PAINT_LINE}/end", match_id=product, reason="bare metal")[0] == 303
    where, query = f"components/{paint.association_no}", f"?product={product}"
    typed = {"version": paint.version, "lot_no": order.number("P"), "quantity": "0.5"}
    status, text = post(client, order, where, query=query, **typed)
    assert status == 409
    assert 'name="quantity" type="text" value="0.5"' in text
    assert 'name="badge"' in text
    yes = {"reason_code": "REWORK", "badge": "B-SUP", "confirmed__0": "LINE_ENDED"}
    status, text = post(client, order, where, query=query, **typed | yes)
    assert status == 409
    for code in ('name="confirmed.0" value="LINE_ENDED"', 'name="confirmed.1" value="OVER_QUANTITY"'):
        assert code in text
    status, text = post(client, order, where, query=query, **typed | yes | {"confirmed__1": "OVER_QUANTITY", "badge": "B-WORK"})
    assert status == 422
    for kept in ('name="confirmed.1" value="OVER_QUANTITY"', '<option value="REWORK" selected>', 'name="badge"'):
        assert kept in text
    assert post(client, order, where, query=query, **typed | yes | {"confirmed__1": "OVER_QUANTITY"})[0] == 303
    assert str(associations(order)["P"].quantity) == "0.50000"


def test_edg_43_another_quantity_for_a_batch_on_the_page_and_over_the_api(site):
    """EDG-43, ASC-7: the quantity is a link for batches alone; the panel keeps what was typed."""
    order = make_order(site)
    with Session(site.engine) as session:
        run = runner(session)
        make_item(run, f"C{order.tag}", code="LOT", policy="STRICT")
        run(create_bom, given=NewBom(item_no=f"C{order.tag}", lines=(NewBomLine(item_no=PAINT, quantity_per="0.25"),)))
        run(create_order, given=NewProductionOrder(no=f"C-{order.no}", item_no=f"C{order.tag}", quantity="10", location_code="MAIN"))
        run(start_order, given=StartOrder(order_no=f"C-{order.no}", quantity="10"))
    made = Order(site, f"C-{order.no}", order.tag)
    client = made.site.client()
    assert post(client, made, "products", lot_no="CAN-1")[0] == 303
    with Session(site.engine) as session:
        unit = session.scalars(select(TrackedProduct).filter_by(order_no=made.no)).one()
    page = client.get(f"{made.associations}?product={unit.match_id}&do=change-product").text
    assert hidden(page, "version", 'id="panel"') == str(unit.version)
    assert "do=change-product" in client.get(made.associations).text
    status, text = post(client, made, f"products/{unit.match_id}", query=f"?product={unit.match_id}", version=unit.version, quantity="11")
    assert status == 422
    assert "would be too many" in text
    assert 'value="11"' in text
    assert post(client, made, f"products/{unit.match_id}", version=unit.version, quantity="6")[0] == 303
    where = f"/api/v1/production-orders/{made.no}/products/{unit.match_id}"
    stale = client.patch(where, json={"version": unit.version, "quantity": "7"}, headers={"Idempotency-Key": f"change-{made.no}-1"})
    assert (stale.status_code, stale.json["code"]) == (422, "STALE_ROW")
    done = client.patch(where, json={"version": unit.version + 1, "quantity": "7"}, headers={"Idempotency-Key": f"change-{made.no}-2"})
    assert done.status_code == 200
    order.built(parts=())
    assert "do=change-product" not in client.get(order.associations).text  # EDG-1


def test_asc_6_remove_asks_once_and_takes_picked_ones_along(order):
    station = order.built(parts=("F1", "W1", "W2"))
    client, product = station.client, station.state["product"]
    parts = associations(order)
    post(client, order, "components/pick", **selected(parts["W1"]))
    query = f"?product={product}&do=remove-components&selected.0={parts['W1'].association_no}&selected.1={parts['W2'].association_no}"
    page = client.get(order.associations + query).text
    assert "Remove 2" in page
    assert "1 of them were picked" in page
    status, text = post(client, order, "components/remove", query=f"?product={product}", confirmed=1, **selected(parts["W1"], parts["W2"]))
    assert (status, "Removed" in text) == (303, True)
    assert set(associations(order)) == {"F1"}


def test_edg_27_remove_a_product_with_its_components(order):
    station = order.built(parts=("F1", "W1"))
    unit = units(order)["BK1"]
    page = station.client.get(f"{order.associations}?do=remove-products&selected.0={unit.match_id}").text
    assert "together with their components" in page
    assert post(station.client, order, "products/remove", **selected(unit))[0] == 409  # not confirmed
    assert post(station.client, order, "products/remove", confirmed=1, **selected(unit))[0] == 303
    assert (units(order), associations(order)) == ({}, {})


def test_set_8_numbers_are_assigned_in_advance_and_listed_as_not_started(order):
    client = order.site.client()
    assert "Assign numbers to this order" in client.get(f"{order.associations}?do=assign").text
    numbers = "\r\n".join(order.number(name) for name in ("BK1", "BK2"))
    status, text = post(client, order, "products/assign", numbers=numbers)
    assert (status, "Assigned 2 numbers" in text) == (303, True)
    assert {row.state for row in units(order).values()} == {"Pre-allocated"}
    assert client.get(order.page).text.count("Not started</span></td>") == 2  # TCP-4
    status, text = post(client, order, "products/assign", numbers=order.number("BK1"))
    assert status == 422
    assert f">{order.number('BK1')}</textarea>" in text.replace("\n", "")
    assert post(client, order, "products/assign", numbers="\r\n")[0] == 422
    station = order.station()
    station.send("product", str(units(order)["BK1"].match_id))
    assert station.scan(order.number("F1")) == "NO_PRODUCT"  # tapped is not registered (TCP-13)
    station.send("mode", "Product")
    assert station.scan(order.number("BK2")) == "PRODUCT_REGISTERED"
    assert station.scan(order.number("F1")) == "LINE_COMPLETED"


def test_asc_15_end_job_with_the_report_closes_the_order(order):
    station = order.built()
    unit = units(order)["BK1"]
    assert post(station.client, order, "report", lines__0__match_id=unit.match_id, end_job=1)[0] == 303
    station.send("mode", "Product")
    assert station.scan(order.number("BK2")) == "ORDER_STATUS"
    page = station.client.get(order.page)
    assert "is Reported as finished" in readable(page.text)  # the page says why before anybody scans
    assert "Report 1 as finished" not in station.client.get(f"{order.associations}?do=report&selected.0={unit.match_id}").text


def test_nothing_selected_is_refused_with_words(order):
    client = order.site.client()
    selections = ("products/remove", "components/remove", "components/pick", "components/unpick", "components/journal")
    for action in (*selections, "reverse", "report"):
        status, text = post(client, order, action)
        assert status == 422, action
        assert "Nothing is selected" in text


def test_d26_end_a_line_and_open_it_again(order):
    station = order.built(parts=("F1", "W1", "P"))
    product = station.state["product"]
    page = station.client.get(f"{order.associations}?product={product}&do=end-line&line={WHEEL_LINE}").text
    assert "Nothing more of this component is asked for" in page
    assert post(station.client, order, f"lines/{WHEEL_LINE}/end", match_id=product)[0] != 303  # no reason
    assert post(station.client, order, f"lines/{WHEEL_LINE}/end", match_id=product, reason="One wheel only")[0] == 303
    page = station.client.get(f"{order.associations}?product={product}").text
    assert "Open line" in page
    assert "3/3" in page
    assert post(station.client, order, f"lines/{WHEEL_LINE}/open", match_id=product, reason="Two after all")[0] == 303
    assert "2/3" in station.client.get(f"{order.associations}?product={product}").text


def test_edg_7_move_from_the_scan_page_comes_back_to_it(order):
    station = order.built(parts=("W1",))
    station.send("mode", "Product")
    station.scan(order.number("BK2"))
    assert station.scan(order.number("W1")) == "SERIAL_IN_USE"
    wheel = associations(order)["W1"]
    action = f"/associations/components/{wheel.association_no}/move"
    assert action in station.html
    form = {name: hidden(station.html, name, action) for name in ("command_key", "to_match_id", "next")}
    answer = station.client.post(f"/production-orders/{order.no}{action}", data=form)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{order.page}?product={station.state['product']}"
    assert str(associations(order)["W1"].match_id) == station.state["product"]
    assert "moved" in station.client.get(answer.headers["Location"]).text


# --- Pick, Adjust consumption, Report, Reverse ----------------------------------------------------------------------------


def test_asc_20_pick_and_put_back_list_what_was_refused(order):
    station = order.built(parts=("F1", "W1"))
    parts = associations(order)
    assert post(station.client, order, "components/pick", **selected(parts["F1"]))[0] == 303
    status, text = post(station.client, order, "components/pick", **selected(parts["F1"], parts["W1"]))
    assert status == 303
    assert "Picked 1." in text
    assert f"{order.number('F1')} is Picked" in text
    assert {name: part.state for name, part in associations(order).items()} == {"F1": "Picked", "W1": "Picked"}
    assert post(station.client, order, "components/unpick", **selected(parts["F1"]))[0] == 303
    assert associations(order)["F1"].state == "Open"


def test_asc_21_to_23_adjust_consumption_is_open_until_posted(order):
    station = order.built(parts=("F1", "P"))
    client, product = station.client, station.state["product"]
    parts = associations(order)
    query = f"?product={product}"
    assert post(client, order, "components/journal", query=query, **selected(parts["P"], parts["F1"]))[0] == 303
    page = client.get(order.associations + query).text
    assert f'id="journal-{parts["P"].association_no}"' in page
    assert associations(order)["P"].state == "Open"  # nothing is posted by the button
    assert post(client, order, "journal/cancel", query=query, **selected(parts["F1"]))[0] == 303
    status, text = post(client, order, f"journal/{parts['P'].association_no}", query=query, quantity="0.2")
    assert (status, "Posted 1 line." in text) == (303, True)
    paint = associations(order)["P"]
    assert (paint.state, str(paint.quantity), str(paint.consumed_quantity)) == ("Consumed", "0.20000", "0.20000")
    with Session(order.site.engine) as session:
        assert session.scalars(select(PickingListLine).where(PickingListLine.order_no == order.no)).all() == []
    status, text = post(client, order, f"journal/{parts['F1'].association_no}", quantity="1")
    assert (status, "There is no open picking list line" in text) == (404, True)


def test_asc_25_only_the_owner_sees_the_fields_of_a_journal(order):
    station = order.built(parts=("P",))
    part = associations(order)["P"]
    post(station.client, order, "components/journal", **selected(part))
    page = order.site.client("B-SUP").get(f"{order.associations}?product={station.state['product']}").text
    assert "open, Ada Admin" in page
    assert f'id="journal-{part.association_no}"' not in page


def test_asc_9_report_and_d23_reverse_one_unit(order):
    station = order.built()
    client, unit = station.client, units(order)["BK1"]
    page = client.get(f"{order.associations}?do=report&selected.0={unit.match_id}").text
    assert "Report 1 as finished" in page
    assert f'name="lines.0.match_id" value="{unit.match_id}"' in page
    status, text = post(client, order, "report", lines__0__match_id=unit.match_id, lines__0__good="1", lines__0__error="0")
    assert (status, "Reported 1 as finished" in text) == (303, True)
    assert units(order)["BK1"].state == "Reported"
    assert {part.state for part in associations(order).values()} == {"Consumed"}
    assert post(client, order, "reverse", reason="wrong label", **selected(unit))[0] == 303
    assert units(order)["BK1"].state == "Open"
    assert {part.state for part in associations(order).values()} == {"Open"}
    with Session(order.site.engine) as session:
        assert problems(session) == []


def test_asc_10_error_needs_a_cause_and_keeps_what_was_typed(order):
    station = order.built()
    unit = units(order)["BK1"]
    fields = {"lines__0__match_id": unit.match_id, "lines__0__good": "0", "lines__0__error": "1"}
    status, text = post(station.client, order, "report", **fields)
    assert status == 422
    assert re.search(r'name="lines\.0\.error" value="1"', text)
    assert post(station.client, order, "report", **fields, lines__0__error_cause="Bent")[0] == 303
    assert (units(order)["BK1"].error_quantity, units(order)["BK1"].error_cause) == (1, "Bent")


def test_d5_accept_error_needs_a_reason_and_d27_refused_rows_are_left_out(order):
    station = order.built(parts=("F1", "W1", "W2", "P"))
    station.send("mode", "Product")
    station.scan(order.number("BK2"))
    rows = units(order)
    both = {f"lines__{place}__match_id": row.match_id for place, row in enumerate(rows.values())}
    status, text = post(station.client, order, "report", **both)
    assert status == 303
    assert f"{order.number('BK2')} still needs" in text
    assert (units(order)["BK1"].state, units(order)["BK2"].state) == ("Reported", "Open")
    one = {"lines__0__match_id": rows["BK2"].match_id, "accept_error": 1}
    assert post(station.client, order, "report", **one)[0] == 422
    assert post(station.client, order, "report", **one, reason="Sample for the fair")[0] == 303
    assert units(order)["BK2"].state == "Reported"


def test_d20_quality_reports_into_stock_on_hold_from_the_panel(order):
    """The choice is there for whoever may hold numbers; the answer says that the unit is on hold."""
    station = order.built()
    unit = units(order)["BK1"]
    fields = {"lines__0__match_id": unit.match_id, "on_hold": 1}
    panel = station.client.get(f"{order.associations}?do=report&selected.0={unit.match_id}").text
    assert 'name="on_hold"' in panel
    supervisor = order.site.client("B-SUP")
    other = supervisor.get(f"{order.associations}?do=report&selected.0={unit.match_id}").text
    assert ('name="on_hold"' in other, "to report on hold" in other, 'name="end_job"' in other) == (False, False, True)
    assert post(supervisor, order, "report", **fields, reason="looked into")[0] == 422
    assert units(order)["BK1"].state == "Open"
    assert post(station.client, order, "report", **fields)[0] == 422
    status, text = post(station.client, order, "report", **fields, reason="Paint is looked into")
    assert (status, units(order)["BK1"].state) == (303, "Reported")
    assert f"on hold: {order.number('BK1')}" in text


def test_same_key_posts_once(order):
    """A19: a double click."""
    station = order.built()
    unit = units(order)["BK1"]
    form = {"command_key": f"twice-{order.tag}", "lines.0.match_id": str(unit.match_id)}
    first, second = (station.client.post(f"{order.associations}/report", data=form) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert units(order)["BK1"].good_quantity == 1


def test_d22_a_built_in_part_is_replaced_from_its_row(order):
    """The panel names the part, suggests what may take its place, keeps what was typed, and ends on the page with a sentence."""
    station = order.built()
    client, unit = station.client, units(order)["BK1"]
    post(client, order, "report", lines__0__match_id=unit.match_id, lines__0__good="1", lines__0__error="0")
    old = associations(order)["W1"]
    query = f"?product={unit.match_id}"
    page = readable(client.get(f"{order.associations}{query}&do=replace&association={old.association_no}").text)
    assert order.number("W1") in page
    assert '<option value="W' in page
    form = {"association": old.association_no, "version": old.version, "serial_no": order.number("W3"), "old_part": "Scrap"}
    status, text = post(client, order, f"components/{old.association_no}/replace", query=query, **form)
    assert status == 422
    assert 'value="' + order.number("W3") in text
    status, text = post(client, order, f"components/{old.association_no}/replace", query=query, **form, reason="bent rim")
    assert (status, f"{order.number('W1')} replaced by {order.number('W3')}." in text) == (303, True)
    with Session(order.site.engine) as session:
        assert problems(session) == []
    worker = order.site.client("B-SUP").get(f"{order.associations}{query}").text
    assert "do=replace" not in worker


def test_a22_the_page_of_a_unit_shows_it_now_as_built_and_on_a_day(order):
    """D22, D37: both states stay visible, with who, when and why."""
    station = order.built()
    client, unit = station.client, units(order)["BK1"]
    post(client, order, "report", lines__0__match_id=unit.match_id, lines__0__good="1", lines__0__error="0")
    old = associations(order)["W1"]
    form = {"version": old.version, "serial_no": order.number("W3"), "old_part": "Stock", "reason": "bent rim"}
    post(client, order, f"components/{old.association_no}/replace", **form)
    address = f"/production-orders/{order.no}/products/{unit.match_id}"

    def first_table(query):
        page = client.get(address + query)
        assert page.status_code == 200
        return page.text.partition("</table>")[0]

    assert order.number("W3") in first_table("")
    assert order.number("W1") not in first_table("")
    assert order.number("W1") in first_table("?view=built")
    assert order.number("W3") not in first_table("?view=built")
    assert order.number("W3") in first_table("?as_of=2099-01-01")
    assert order.number("F1") not in client.get(f"{address}?as_of=2020-01-01").text.partition("History")[0]
    assert "bent rim" in client.get(address).text
    assert client.get(f"{address}?as_of=yesterday").status_code == 422
    assert client.get(f"/production-orders/{order.no}/products/999999").status_code == 404


def test_d36_a_supervisor_adds_a_component_from_the_page(order):
    """The new line is listed at once, marked on the scan page; a worker is not offered it."""
    station = order.built()
    supervisor, unit = order.site.client("B-SUP"), units(order)["BK1"]
    query = f"?product={unit.match_id}"
    page = supervisor.get(f"{order.associations}{query}&do=add-component").text
    assert f"{order.number('BK1')} and all after it" in page
    form = {"item_no": "BELL", "quantity_per": "0", "reason": "gift"}
    status, text = post(supervisor, order, "components/add", query=query, **form)
    assert (status, 'value="BELL"' in text) == (422, True)
    status, text = post(supervisor, order, "components/add", query=query, **form | {"quantity_per": "1", "from_match_id": unit.match_id})
    assert (status, "BELL of the test was added to" in text) == (303, True)
    assert "do=add-component" not in order.site.client("B-WORK").get(f"{order.associations}{query}").text
    assert station.client.get(f"{order.page}{query}").status_code == 200


def test_d36_a_supervisor_takes_an_added_component_off_again(order):
    """The panel lists what was added; a refusal keeps the panel; the order page leads there."""
    order.built()
    supervisor = order.site.client("B-SUP")
    assert post(supervisor, order, "components/add", item_no="BELL", quantity_per="100000000", reason="gift")[0] == 303
    panel = supervisor.get(f"{order.associations}?do=add-component").text
    line_no = re.search(r"do=take-off&amp;line=(\d+)|line=(\d+)&amp;do=take-off", panel)
    line_no = line_no[1] or line_no[2]
    assert f"do=take-off&amp;line={line_no}" in supervisor.get(f"/production-orders/{order.no}").text
    assert "100,000,000" in supervisor.get(f"{order.associations}?do=take-off&line={line_no}").text
    status, text = post(supervisor, order, f"added/{line_no}/take-off", line=line_no, reason="")
    assert (status, "BELL of the test, 100,000,000" in text) == (422, True)
    assert post(order.site.client("B-WORK"), order, f"added/{line_no}/take-off", line=line_no, reason="no")[0] == 422
    status, text = post(supervisor, order, f"added/{line_no}/take-off", line=line_no, reason="typed wrong")
    assert (status, f"Line {line_no} (BELL of the test) was taken off" in text) == (303, True)
    assert post(supervisor, order, "added/10/take-off", line="10", reason="no")[0] == 422
    assert "take-off" not in supervisor.get(f"{order.associations}?do=take-off&line=10").text


def test_a4_the_page_hears_of_changes_and_keeps_what_is_ticked(order):
    """OPS-1: another operator scans; the page offers the newer values with the same view, and asks nothing else meanwhile."""
    station = order.built()
    unit = units(order)["BK1"]
    manager = order.site.client()
    page = manager.get(f"{order.associations}?product={unit.match_id}").text
    seen = re.search(r'hx-vals=\'{"seen": "(\d+)"}\'', page)[1]
    newer = f"{order.associations}/newer?seen={seen}&product={unit.match_id}"
    assert manager.get(newer, headers={"HX-Request": "true"}).status_code == 204
    station.send("mode", "Product")
    station.scan(order.number("BK2"))
    answer = manager.get(newer, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert f'href="{order.associations}?product={unit.match_id}"' in answer.text
    assert "<html" not in answer.text
