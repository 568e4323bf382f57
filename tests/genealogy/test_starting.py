"""Starting less than is registered, and rows that await their start (EDG-31, D9, PST-22, EDG-16)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from shopfloor.errors import Refusal
from shopfloor.genealogy.adjusting import open_journal
from shopfloor.genealogy.corrections import remove_products
from shopfloor.genealogy.inputs import ReportOrder, ScanRules, SelectionInput
from shopfloor.genealogy.models import ComponentAssociation, TrackedProduct
from shopfloor.genealogy.page_queries import tracked_components_page
from shopfloor.genealogy.picking import pick
from shopfloor.genealogy.report_dialog import report_order
from shopfloor.genealogy.start_rules import OpenRow, start_of_rows
from shopfloor.genealogy.starting import start_order
from shopfloor.items.models import Item
from shopfloor.people.commands import set_setting
from shopfloor.people.inputs import SettingValue
from shopfloor.production.commands import change_order, create_order, release_order
from shopfloor.production.components import order_lines
from shopfloor.production.errors import OrderReserved
from shopfloor.production.inputs import ChangeProductionOrder, NewProductionOrder, OrderKey, StartOrder
from shopfloor.production.models import ProductionOrder
from tests.factories_genealogy import VERIFIED, Station, bike_order, problems, report

ORDER = {"order_no": "RPO-1"}


def row(match_id, quantity="1", reported="0", *, in_work=False):
    return OpenRow(match_id, Decimal(quantity), Decimal(reported), in_work)


@pytest.mark.parametrize(("rows", "base", "reported", "awaiting", "least"), [
    ([], "0", "0", set(), "0"),
    ([row(1), row(2)], "2", "0", set(), "0"),
    ([row(1), row(2)], "1", "0", {2}, "0"),
    ([row(1), row(2)], "0", "0", {1, 2}, "0"),
    ([row(1), row(2, in_work=True)], "1", "0", {1}, "1"),  # what is picked keeps its place
    ([row(2), row(3)], "2", "1", {3}, "1"),  # row 1 is reported
    ([row(1, "10"), row(2, "5")], "6", "0", {2}, "0"),  # a batch row that begins within the base
    ([row(1, "10", "4"), row(2, "5")], "4", "4", {1, 2}, "4"),  # the rest of row 1 waits as well
    ([row(1, "10", "4", in_work=True)], "10", "4", set(), "10"),
])
def test_edg_31_which_rows_await_their_start(rows, base, reported, awaiting, least):
    found = start_of_rows(rows, base=Decimal(base), reported=Decimal(reported))
    assert (found.awaiting, found.least) == (awaiting, Decimal(least))


def take_back(run, quantity="-1"):
    return run(start_order, given=StartOrder(order_no="RPO-1", quantity=quantity))


def refused(code, run, *arguments, **keywords):
    with pytest.raises(Refusal) as caught:
        run(*arguments, **keywords)
    assert caught.value.code == code, caught.value
    return caught.value


def no_of(session, number):
    found = session.scalar(select(ComponentAssociation.association_no).where(ComponentAssociation.serial_no == number))
    session.rollback()
    return found


def shown_states(session):
    page = tracked_components_page(session, "RPO-1")
    session.rollback()
    return {unit.number: unit.shown_state for unit in page.units}


@pytest.fixture
def two(station):
    """Two whole bikes."""
    station.build("BK-1", "F-1", "W-1", "W-2", "P-A")
    station.build("BK-2", "F-2", "W-3", "W-4", "P-A")
    return station


def test_edg_31_rows_above_the_started_quantity_are_neither_picked_nor_reported(session, run, two):
    """EDG-31, PST-22."""
    assert take_back(run).started == "1"
    assert shown_states(session) == {"BK-1": "Completed", "BK-2": "Awaiting start"}
    told = refused("ORDER_STATUS", run, pick, **ORDER, given=SelectionInput(selected=[no_of(session, "F-2")]))
    assert "BK-2" in told.text()
    refused("ORDER_STATUS", run, open_journal, **ORDER, given=SelectionInput(selected=[no_of(session, "F-2")]))
    second = session.scalar(select(TrackedProduct.match_id).where(TrackedProduct.serial_no == "BK-2"))
    session.rollback()
    assert "BK-2" in refused("ORDER_STATUS", report, run, second).text()
    run(pick, **ORDER, given=SelectionInput(selected=[no_of(session, "F-1")]))
    assert problems(session) == []


def test_d9_starting_it_lifts_the_mark(session, run, two):
    take_back(run)
    run(start_order, given=StartOrder(order_no="RPO-1", quantity="1"))
    assert shown_states(session) == {"BK-1": "Completed", "BK-2": "Completed"}
    assert report(run, two.product).done == ["BK-2"]
    assert problems(session) == []


def test_edg_31_no_less_than_is_picked_or_reported(session, run, two):
    run(pick, **ORDER, given=SelectionInput(selected=[no_of(session, "F-2")]))
    assert take_back(run).started == "1"
    assert shown_states(session) == {"BK-1": "Awaiting start", "BK-2": "Completed"}
    told = refused("STARTED_BELOW_PICKED", take_back, run)
    assert (told.started, told.least) == ("1", "1")
    assert order_lines(session, "RPO-1")[0].started == Decimal(1)
    session.rollback()
    run(start_order, given=StartOrder(order_no="RPO-1", quantity="1"))
    report(run, two.product)
    refused("STARTED_BELOW_REPORTED", take_back, run, "-2")
    assert take_back(run).started == "1"
    assert problems(session) == []


def test_qty_7_removing_the_first_row_lets_the_second_one_in(session, run, two):
    """The mark is derived, never stored: it follows what is registered."""


    take_back(run)
    first = session.scalar(select(TrackedProduct.match_id).where(TrackedProduct.serial_no == "BK-1"))
    session.rollback()
    run(remove_products, **ORDER, given=SelectionInput(selected=[first], confirmed=True))
    assert shown_states(session) == {"BK-2": "Completed"}
    assert report(run, two.product).done == ["BK-2"]


def test_edg_16_an_accepted_surplus_lets_more_be_registered_and_reported(session, run, bikes):
    """EDG-16: up to the accepted percentage, and no unit more; whole units only."""
    bike_order(run, no="RPO-2", quantity="2")
    run(set_setting, given=SettingValue(name="report_surplus_percent", value="60"))



    station = Station(session, "RPO-2", rules=ScanRules(profile=VERIFIED, session_id="surplus", surplus_percent=Decimal(60)))
    numbers = []
    for number in ("S-1", "S-2", "S-3"):
        station.send("mode", "Product")
        assert station.scan(number) == "PRODUCT_REGISTERED", station.answer
        numbers.append(station.product)
    station.send("mode", "Product")
    assert station.scan("S-4") == "PRODUCT_OVER_STARTED"
    answer = report(run, *numbers, order_no="RPO-2", accept_error=True, reason="frames follow")
    assert answer.done == ["S-1", "S-2", "S-3"]
    line = order_lines(session, "RPO-2")[0]
    assert (line.started, line.good) == (Decimal(2), Decimal(3))


def over_the_dialog(session, run, *builds, starting="2"):
    """Bikes that are scanned while the Start dialog of a released order is open (ENT-8)."""
    run(create_order, given=NewProductionOrder(no="RPO-3", item_no="BIKE", quantity="2", location_code="MAIN"))
    run(release_order, given=OrderKey(order_no="RPO-3"))
    station = Station(session, "RPO-3")
    for number, *parts in builds:
        station.send("mode", "Product")
        assert station.scan(number, starting=starting) == "PRODUCT_REGISTERED", station.answer
        for part in parts:
            assert station.scan(part, starting=starting) in {"LINE_COMPLETED", "COMPONENT_REGISTERED", "UNIT_COMPLETED"}, station.answer
    return station


def test_asc_14_a_report_starts_what_was_scanned_over_the_start_dialog(session, run, bikes):
    """ENT-8, ASC-14: the first bike lacks parts and keeps its place; the second one is complete and is reported."""
    over_the_dialog(session, run, ("B-1", "F-1"), ("B-2", "F-2", "W-1", "W-2", "P-A"))
    answer = run(report_order, order_no="RPO-3", given=ReportOrder())
    assert answer.done == ["B-2"]
    line = order_lines(session, "RPO-3")[0]
    session.rollback()
    assert (line.started, line.good) == (Decimal(2), Decimal(1))
    assert problems(session) == []


def test_d25_a_unit_that_awaits_its_start_does_not_report_itself(session, run, bikes):
    session.execute(Item.__table__.update().where(Item.no == "BIKE").values(report_when_completed=True))
    session.commit()
    station = over_the_dialog(session, run, ("B-1", "F-1", "W-1", "W-2", "P-A"), starting="1")
    assert station.answer.code == "UNIT_COMPLETED"
    assert station.answer.notes == []
    run(start_order, given=StartOrder(order_no="RPO-3", quantity="1"))
    assert report(run, station.product, order_no="RPO-3").done == ["B-1"]
    assert problems(session) == []


def test_ent_8_never_more_than_the_order(session, run, bikes):
    station = over_the_dialog(session, run, ("B-1",), ("B-2",), starting="9")
    station.send("mode", "Product")
    assert station.scan("B-3", starting="9") == "PRODUCT_OVER_STARTED"


def test_edg_36_components_are_not_made_anew_while_units_use_them(session, run, bikes):
    """A released order with parts in a unit keeps its lines; once the parts are out it is exploded anew. Nothing is lost in between."""
    station = over_the_dialog(session, run, ("B-1", "F-1"))
    version = session.scalar(select(ProductionOrder.version).where(ProductionOrder.no == "RPO-3"))
    session.rollback()
    changed = ChangeProductionOrder(order_no="RPO-3", quantity="3", location_code="MAIN", version=version)
    with pytest.raises(OrderReserved) as refused:
        run(change_order, given=changed)
    assert refused.value.components == "FRAME"
    assert problems(session) == []
    run(remove_products, order_no="RPO-3", given=SelectionInput(selected=[station.product], confirmed=True))
    version = session.scalar(select(ProductionOrder.version).where(ProductionOrder.no == "RPO-3"))
    session.rollback()
    run(change_order, given=changed.model_copy(update={"version": version}))
    assert order_lines(session, "RPO-3")[0].quantity == 3
    assert problems(session) == []
