"""Time and quantity of operations, the last one, scrapped units, and what takes entries back (C16, LIF-9, LIF-10, PST-19, PST-20)."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shopfloor.errors import NotAllowed, NotFound, Refusal
from shopfloor.genealogy.inputs import ReportInput, ReportLineInput, ReportOrder, SelectionInput
from shopfloor.genealogy.models import TrackedProduct
from shopfloor.genealogy.operation_inputs import ReportOperation, TakeBackEntry
from shopfloor.genealogy.operations import report_operation, take_back_entry
from shopfloor.genealogy.report_dialog import report_order
from shopfloor.genealogy.reporting import report_as_finished
from shopfloor.genealogy.resetting import reset_order
from shopfloor.genealogy.reversing import reverse_report
from shopfloor.genealogy.starting import start_order
from shopfloor.items.models import Item
from shopfloor.ledger.models import ItemLedgerEntry, OpenItemEntry
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.commands import set_consumption, set_setting
from shopfloor.people.fields import read_input
from shopfloor.people.inputs import ConsumptionSettings, SettingValue
from shopfloor.people.master_commands import create_record
from shopfloor.people.models import Role
from shopfloor.production import bills, commands, queries
from shopfloor.production.components import order_components, order_lines
from shopfloor.production.inputs import (
    NewBom,
    NewBomLine,
    NewProductionOrder,
    NewResource,
    NewRouting,
    NewRoutingLine,
    ResetOrder,
    StartOrder,
)
from shopfloor.production.models import ProdOrderComponent, ProdOrderOperation
from shopfloor.production.operations import entries_of_operation, read_progress
from shopfloor.production.resources import RESOURCE
from tests.conftest import runner
from tests.factories_genealogy import BELL, BIKE, Station, bike_order, bike_plant, bike_stock, problems, report
from tests.factories_items import make_item
from tests.factories_production import counted
from tests.remembered import remembered

WORKER = Actor("E-WORK", "Will", rights.RIGHTS[Role.WORKER], "ST-1")
SIGN = "SIGN"
"""A product without numbers, made of one bell."""


@remembered
def bikes_and_signs(run):
    """Bikes and signs that are made in two operations; orders RPO-1 of two bikes and RPO-2 of five signs."""
    bike_plant(run)
    run(create_record, master=RESOURCE, given=NewResource(code="WELD", name="Welding"))
    run(bills.create_routing, given=routing(BIKE))
    make_item(run, SIGN)
    run(bills.create_bom, given=NewBom(item_no=SIGN, lines=(NewBomLine(item_no=BELL, quantity_per="1"),)))
    run(bills.create_routing, given=routing(SIGN))
    bike_stock(run)
    bike_order(run)
    sign_order(run)


@pytest.fixture
def bikes(run):
    bikes_and_signs(run)


def routing(item_no):
    lines = (
        NewRoutingLine(operation_no=10, description="Weld", resource="WELD"),
        NewRoutingLine(operation_no=20, description="Fit"),
    )
    return NewRouting(item_no=item_no, lines=lines)


def sign_order(run, no="RPO-2", quantity="5"):
    run(commands.create_order, given=NewProductionOrder(no=no, item_no=SIGN, quantity=quantity, location_code="MAIN"))
    run(start_order, given=StartOrder(order_no=no, quantity=quantity))


def feed(run, operation_no, *, order_no="RPO-2", actor=None, **typed):
    more = {"actor": actor} if actor else {}
    return run(report_operation, **more, order_no=order_no, operation_no=operation_no, given=read_input(ReportOperation, typed))


def back(run, entry_no, *, order_no="RPO-2", actor=None):
    more = {"actor": actor} if actor else {}
    return run(take_back_entry, **more, order_no=order_no, entry_no=entry_no, given=TakeBackEntry(reason="typed wrong"))


def refused(code, work, *arguments, **keywords):
    with pytest.raises(Refusal) as caught:
        work(*arguments, **keywords)
    assert caught.value.code == code, caught.value
    return caught.value


def setting(run, name, value):
    run(set_setting, given=SettingValue(name=name, value=value))


def steps(session, order_no="RPO-2"):
    found = [
        (one.operation.operation_no, one.status, str(one.operation.good), str(one.operation.scrap))
        for one in read_progress(session, order_no)
    ]
    session.rollback()
    return found


def made(session, order_no="RPO-2"):
    line = order_lines(session, order_no)[0]
    session.rollback()
    return int(line.good), int(line.error)


def on_hand(session, item_no=SIGN):
    found = sum(session.scalars(select(OpenItemEntry.remaining).where(OpenItemEntry.item_no == item_no)), Decimal(0))
    session.rollback()
    return int(found)


def stage(session, order_no="RPO-2"):
    row = queries.order_row(session, order_no)
    session.rollback()
    return row.status


# --- entries --------------------------------------------------------------------------------------------------------------


def test_c_16_an_entry_keeps_everything_that_was_reported(run, session, bikes):
    answer = feed(run, 10, good="2", scrap="1", cause="bent", setup_minutes="10", run_minutes="7.5", reason="first batch")
    assert answer.code == "OPERATION_REPORTED"
    assert answer.text() == "Operation 10 of RPO-2: 2 good and 1 scrap reported. 2 PCS to go."
    [line] = entries_of_operation(session, "RPO-2", 10)
    new = line.new
    assert (new.resource, new.worker_no, new.setup_minutes, new.run_minutes) == ("WELD", "E-ADMIN", Decimal(10), Decimal("7.5"))
    assert (new.good_quantity, new.scrap_quantity, new.cause, new.reason, line.card) == (2, 1, "bent", "first batch", "Route card")
    assert steps(session) == [(10, "In progress", "2.00000", "1.00000"), (20, "Not started", "0.00000", "0.00000")]
    assert problems(session) == []


def test_lif_9_a_job_card_is_about_one_job_of_an_operation(run, session, bikes):
    feed(run, 10, job="Setup", setup_minutes="15")
    feed(run, 10, job="Process", good="5", run_minutes="60")
    cards = [(line.card, line.new.job) for line in entries_of_operation(session, "RPO-2", 10)]
    session.rollback()
    assert cards == [("Job card", "Process"), ("Job card", "Setup")]
    assert steps(session)[0][1] == "Completed"
    refused("INVALID_INPUT", feed, run, 10, job="Setup", good="1")
    refused("INVALID_INPUT", feed, run, 10, job="Process", setup_minutes="1")


@pytest.mark.parametrize(
    "typed",
    [
        {}, {"scrap": "1"}, {"good": "-1"}, {"end_operation": True, "accept_error": True}, {"run_minutes": "527041"},
        {"setup_minutes": "999999999999"},
    ],
)
def test_c_16_what_says_nothing_or_half_of_it_is_refused(run, bikes, typed):
    refused("INVALID_INPUT", feed, run, 10, **typed)


def test_c_16_no_more_passes_than_arrives(run, session, bikes):
    feed(run, 10, good="4", scrap="1", cause="bent")
    refused("OPERATION_ABOVE_DUE", feed, run, 10, good="1")
    refused("OPERATION_ABOVE_DUE", feed, run, 20, good="5")
    feed(run, 20, good="4")
    assert [step[1] for step in steps(session)] == ["Completed", "Completed"]


def test_d31_c_16_no_half_pieces(run, session, bikes):
    refused("BELOW_PRECISION", feed, run, 10, good="0.5")
    refused("BELOW_PRECISION", feed, run, 10, good="1", scrap="0.5", cause="bent")
    refused("BELOW_PRECISION", run, start_order, given=StartOrder(order_no="RPO-1", quantity=Decimal("-0.5")))
    assert steps(session)[0][1] == "Not started"


def test_c_16_times_have_the_window_of_posting_dates_too(run, session, bikes):
    setting(run, "allow_posting_to", "2200-12-31")
    for day in ("2001-01-01", "2222-01-01"):
        refused("POSTING_DATE_NOT_ALLOWED", feed, run, 10, run_minutes="5", posting_date=day)
    assert steps(session)[0][1] == "Not started"


def test_c_16_the_accepted_surplus_counts_for_operations_too(run, bikes):
    setting(run, "report_surplus_percent", "20")
    feed(run, 10, good="6")
    refused("OPERATION_ABOVE_DUE", feed, run, 10, good="1")


def test_c_16_an_entry_is_taken_back_by_one_that_names_it(run, session, bikes):
    entry_no = feed(run, 10, good="3", run_minutes="9", end_operation=True).entry_no
    assert steps(session)[0][1] == "Completed"
    answer = back(run, entry_no)
    assert (answer.code, answer.corrected) == ("OPERATION_ENTRY_REVERSED", entry_no)
    first, second = entries_of_operation(session, "RPO-2", 10)
    session.rollback()
    assert (first.new.corrects_entry_no, first.new.good_quantity, first.new.run_minutes) == (entry_no, -3, -9)
    assert (second.entry_no, second.taken_back, second.new.good_quantity) == (entry_no, True, 3)
    assert steps(session)[0][1:] == ("Not started", "0.00000", "0.00000")
    assert refused("OPERATION_ENTRY_TAKEN_BACK", back, run, entry_no).entry_no == entry_no
    refused("OPERATION_ENTRY_TAKEN_BACK", back, run, first.entry_no)
    refused("NOT_FOUND", back, run, entry_no, order_no="RPO-1")
    assert problems(session) == []


def test_c_16_rights_of_workers(run, session, bikes):
    """Workers report their own work and take it back; somebody else's needs the right to report."""
    entry_no = feed(run, 10, good="1", actor=WORKER).entry_no
    with pytest.raises(NotAllowed):
        feed(run, 10, good="1", worker_no="E-SUP", actor=WORKER)
    with pytest.raises(NotAllowed):
        feed(run, 20, good="1", report_as_finished=True, actor=WORKER)
    with pytest.raises(NotAllowed):
        feed(run, 10, good="1", actor=Actor("E-X", "X", frozenset()))
    other = feed(run, 10, good="1", worker_no="E-SUP").entry_no
    with pytest.raises(NotAllowed):
        back(run, other, actor=WORKER)
    back(run, entry_no, actor=WORKER)
    back(run, other)


def test_c_16_what_is_named_must_be_there(run, session, bikes):
    for keywords in ({"resource": "NONE"}, {"worker_no": "NONE"}, {"number": "NONE"}):
        with pytest.raises(NotFound):
            feed(run, 10, good="1", **keywords)
    with pytest.raises(NotFound):
        feed(run, 30, good="1")
    run(reset_order, given=ResetOrder(order_no="RPO-2", confirmed=True))
    refused("ORDER_STATUS", feed, run, 10, good="1")


def test_lif_5_a_reset_takes_registered_time_and_quantities_back(run, session, bikes):
    feed(run, 10, good="3", run_minutes="9")
    taken = feed(run, 10, good="1").entry_no
    back(run, taken)
    feed(run, 20, good="2", end_operation=True)
    question = refused("RESET_TAKES_BACK", run, reset_order, given=ResetOrder(order_no="RPO-2"))
    assert question.operations == 2
    run(reset_order, given=ResetOrder(order_no="RPO-2", reason="wrong order", confirmed=True))
    assert [step[1:] for step in steps(session)] == [("Not started", "0.00000", "0.00000")] * 2
    newest = entries_of_operation(session, "RPO-2", 20)[0]
    session.rollback()
    assert (newest.new.good_quantity, newest.new.reason) == (-2, "wrong order")
    assert problems(session) == []


def test_c_16_check_finds_sums_that_the_entries_do_not_say(run, session, bikes):
    feed(run, 10, good="3")
    session.execute(update(ProdOrderOperation).where(ProdOrderOperation.operation_no == 10).values(good_quantity=Decimal(2)))
    session.commit()
    assert any("RPO-2 operation 10: good_quantity is 2" in problem for problem in problems(session))


def test_c_16_a_report_takes_the_same_statements_for_any_number_of_entries(run, session, bikes):
    feed(run, 10, good="1")

    def measured(function):
        with counted(session) as statements:
            function()
        return len(statements)

    first = measured(lambda: feed(run, 10, good="1"))
    assert first <= 14
    taken = measured(lambda: back(run, feed(run, 10, good="1").entry_no))
    for _ in range(3):
        feed(run, 10, run_minutes="1")
    assert measured(lambda: feed(run, 10, good="1")) == first
    assert measured(lambda: back(run, feed(run, 10, good="1").entry_no)) == taken


# --- the last operation ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("online", "stock", "status"),
    [
        ("No", 0, "Started"), ("Status", 0, "Reported as finished"), ("Quantity", 5, "Started"),
        ("Status + Quantity", 5, "Reported as finished"),
    ],
)
def test_pst_19_feedback_at_the_last_operation_by_setting(run, session, bikes, online, stock, status):
    setting(run, "finished_report_online", online)
    feed(run, 10, good="5", actor=WORKER)
    answer = feed(run, 20, good="5", end_operation=True, actor=WORKER)
    assert (on_hand(session), made(session)[0], stage(session)) == (stock, stock, status)
    assert (answer.code == "OPERATION_REPORTED_FINISHED") is (stock > 0)
    assert problems(session) == []


def test_pst_20_other_operations_never_reach_stock(run, session, bikes):
    setting(run, "finished_report_online", "Status + Quantity")
    feed(run, 10, good="4", scrap="1", cause="bent", end_operation=True)
    assert (on_hand(session), made(session), stage(session)) == (0, (0, 0), "Started")
    refused("INVALID_INPUT", feed, run, 10, run_minutes="1", report_as_finished=True)


def test_lif_10_the_last_operation_can_report_the_product_whatever_is_settled(run, session, bikes):
    feed(run, 10, good="5")
    answer = feed(run, 20, good="3", scrap="1", cause="bent", report_as_finished=True)
    assert (on_hand(session), made(session)) == (3, (3, 1))
    assert answer.register_no > 0
    assert entries_of_operation(session, "RPO-2", 20)[0].new.register_no == answer.register_no
    session.rollback()
    assert refused("OPERATION_ENTRY_POSTED", back, run, answer.entry_no).register_no == answer.register_no
    assert problems(session) == []


def test_pst_16_what_the_report_refuses_leaves_no_entry(run, session, bikes):
    """The last operation is reported before the first one: ASC-13 refuses the product, so nothing is kept."""
    refused("OPERATIONS_MISSING", feed, run, 20, good="3", report_as_finished=True)
    assert steps(session)[1][1] == "Not started"
    assert entries_of_operation(session, "RPO-2", 20) == []
    session.rollback()
    feed(run, 20, good="3", report_as_finished=True, accept_error=True, reason="welded elsewhere")
    assert on_hand(session) == 3


# --- serial products ------------------------------------------------------------------------------------------------------


@pytest.fixture
def unit(session, bikes):
    """BK-1 with all its parts."""
    station = Station(session)
    station.build("BK-1", "F-1", "W-1", "W-2", "P-A")
    return station.product


def row(session, match_id):
    found = session.get(TrackedProduct, (1, match_id))
    figures = (found.state, int(found.good_quantity), int(found.error_quantity), found.error_cause)
    session.rollback()
    return figures


def test_c_16_scrap_of_a_serial_product_asks_which_unit_and_sets_its_row_to_error(run, session, unit):
    question = refused("SCRAP_UNIT_MISSING", feed, run, 10, order_no="RPO-1", scrap="1", cause="cracked", actor=WORKER)
    assert question.numbers == "BK-1"
    answer = feed(run, 10, order_no="RPO-1", scrap="1", cause="cracked", number="BK-1", actor=WORKER)
    assert answer.code == "OPERATION_REPORTED_FINISHED"
    assert row(session, unit) == ("Reported", 0, 1, "cracked")
    assert (on_hand(session, BIKE), made(session, "RPO-1")) == (0, (0, 1))
    assert steps(session, "RPO-1")[0][2:] == ("0.00000", "1.00000")
    assert problems(session) == []


def test_c_16_a_unit_that_lacks_parts_can_be_scrapped(run, session, bikes):
    station = Station(session)
    station.build("BK-1", "F-1")
    feed(run, 10, order_no="RPO-1", scrap="1", cause="dropped", number="BK-1", actor=WORKER)
    assert row(session, station.product)[:3] == ("Reported", 0, 1)
    assert problems(session) == []


def test_c_16_a_unit_passes_each_operation_once(run, session, unit):
    entry_no = feed(run, 10, order_no="RPO-1", good="1", number="BK-1").entry_no
    refused("OPERATION_UNIT_REPORTED", feed, run, 10, order_no="RPO-1", good="1", number="BK-1")
    refused("INVALID_INPUT", feed, run, 10, order_no="RPO-1", scrap="1", cause="bent", number="BK-1")
    refused("INVALID_INPUT", feed, run, 20, order_no="RPO-1", good="2", number="BK-1")
    feed(run, 20, order_no="RPO-1", good="1", number="BK-1")
    back(run, entry_no, order_no="RPO-1")
    feed(run, 10, order_no="RPO-1", good="1", number="BK-1")
    assert problems(session) == []


def test_pst_19_the_last_operation_reports_the_unit_that_it_names(run, session, unit):
    setting(run, "finished_report_online", "Quantity")
    feed(run, 10, order_no="RPO-1", good="1", number="BK-1", actor=WORKER)
    answer = feed(run, 20, order_no="RPO-1", good="1", number="BK-1", actor=WORKER)
    assert row(session, unit)[:2] == ("Reported", 1)
    assert on_hand(session, BIKE) == 1
    refused("OPERATION_ENTRY_POSTED", back, run, answer.entry_no, order_no="RPO-1")
    run(reverse_report, order_no="RPO-1", given=SelectionInput(selected=[unit], reason="wrong"))
    back(run, answer.entry_no, order_no="RPO-1")
    assert steps(session, "RPO-1")[1][1] == "Not started"
    assert problems(session) == []


def test_pst_19_without_a_number_completed_units_are_reported_the_oldest_first(run, session, unit):
    setting(run, "finished_report_online", "Quantity")
    feed(run, 10, order_no="RPO-1", good="2")
    feed(run, 20, order_no="RPO-1", good="1")
    assert row(session, unit)[:2] == ("Reported", 1)
    refused("NOT_ENOUGH_COMPLETED", feed, run, 20, order_no="RPO-1", good="1")
    assert steps(session, "RPO-1")[1][2] == "1.00000"


def test_pst_16_an_incomplete_unit_is_not_reported_by_feedback(run, session, bikes):
    Station(session).build("BK-1", "F-1")
    setting(run, "finished_report_online", "Quantity")
    feed(run, 10, order_no="RPO-1", good="1")
    refused("COMPONENTS_MISSING", feed, run, 20, order_no="RPO-1", good="1", number="BK-1", actor=WORKER)
    assert steps(session, "RPO-1")[1][1] == "Not started"


# --- the checks of a report (ASC-13) --------------------------------------------------------------------------------------


def dialog(run, **typed):
    return run(report_order, order_no="RPO-2", given=ReportOrder(**typed))


def test_asc_13_orders_without_an_entry_are_reported_as_before(run, session, bikes):
    dialog(run, good="5")
    assert made(session) == (5, 0)


def test_asc_13_every_order_waits_where_the_company_says_so(run, session, bikes):
    setting(run, "report_waits_for_operations", "Always")
    assert refused("OPERATIONS_MISSING", dialog, run, good="5").operations == "10"
    setting(run, "report_waits_for_operations", "Never")
    feed(run, 10, good="1")
    dialog(run, good="5")


def test_asc_13_all_operations_reported_and_no_more_than_the_last(run, session, bikes):
    feed(run, 10, good="2")
    refused("OPERATIONS_MISSING", dialog, run, good="3")
    refused("OPERATION_QUANTITY_DIFFERS", dialog, run, good="2")
    feed(run, 20, good="2")
    dialog(run, good="1")
    refused("OPERATIONS_MISSING", dialog, run, good="2")
    dialog(run, good="1")
    assert made(session) == (2, 0)


def test_asc_13_with_the_end_of_the_job_the_quantity_equals_the_last_operation(run, session, bikes):
    feed(run, 10, good="5")
    feed(run, 20, good="5")
    refused("OPERATION_QUANTITY_DIFFERS", dialog, run, good="4", end_job=True)
    dialog(run, good="5", end_job=True)
    assert stage(session) == "Reported as finished"


def test_asc_13_accept_error_skips_the_checks_and_needs_a_right(run, session, bikes):
    feed(run, 10, good="1")
    dialog(run, good="5", accept_error=True, reason="operations are typed later")
    assert made(session) == (5, 0)


def test_asc_13_scrap_waits_for_no_operation(run, session, bikes):
    feed(run, 10, good="1")
    dialog(run, good="0", error="2", error_cause="bent")
    assert made(session) == (0, 2)


def test_asc_13_units_wait_as_well(run, session, unit):
    feed(run, 10, order_no="RPO-1", good="1", number="BK-1")
    line = ReportLineInput(match_id=unit)
    refused("OPERATION_QUANTITY_DIFFERS", run, report_as_finished, order_no="RPO-1", given=ReportInput(lines=[line]))
    run(report_as_finished, order_no="RPO-1", given=ReportInput(lines=[line], accept_error=True, reason="typed later"))


def test_asc_13_a_report_takes_no_more_statements_where_no_operation_was_reported(run, session, bikes):
    """The order has a routing, and nobody reported an operation: nothing is read for it."""
    station = Station(session)
    station.build("BK-1", "F-1", "W-1", "W-2", "P-A")
    with counted(session) as statements:
        report(run, station.product)
    assert not [one for one in statements if one.startswith("SELECT prod_order_operation")]


# --- automatic consumption at operations (LIF-13) -------------------------------------------------------------------------


@pytest.fixture
def placed(session, bikes):
    """The sign's bell belongs to operation 10; it flushes at Finish."""
    session.execute(update(ProdOrderComponent).where(ProdOrderComponent.order_no == "RPO-2").values(operation_no=10))
    session.commit()


def used(session):
    [component] = order_components(session, "RPO-2")
    session.rollback()
    return int(component.consumed)


def automatic(run, start, operations, at_report):
    given = ConsumptionSettings(consumption_at_start=start, consumption_at_operations=operations, consumption_at_report=at_report)
    run(set_consumption, given=given)


def test_lif_13_feedback_consumes_what_belongs_to_its_operation(run, session, placed):
    feed(run, 20, good="1")
    assert used(session) == 0
    feed(run, 10, good="2", scrap="1", cause="bent")
    assert used(session) == 3
    feed(run, 10, good="1")
    assert used(session) == 4
    assert problems(session) == []


def test_pst_12_the_report_consumes_only_what_no_operation_did(run, session, placed):
    feed(run, 10, good="3")
    feed(run, 20, good="3", report_as_finished=True)
    assert (used(session), on_hand(session, BELL)) == (3, 7)
    dialog(run, good="2", accept_error=True, reason="typed later")
    assert used(session) == 5
    feed(run, 10, good="2")
    assert used(session) == 5


def test_lif_13_what_is_taken_back_comes_back(run, session, placed):
    feed(run, 10, good="2")
    entry_no = feed(run, 10, good="3").entry_no
    back(run, entry_no)
    assert (used(session), on_hand(session, BELL)) == (2, 8)
    assert problems(session) == []


def test_lif_13_what_was_reported_with_it_stays(run, session, placed):
    entry_no = feed(run, 10, good="5").entry_no
    dialog(run, good="4", accept_error=True, reason="typed later")
    back(run, entry_no)
    assert used(session) == 4
    assert problems(session) == []


def test_lif_13_never_and_always(run, session, placed):
    automatic(run, "Flushing principle", "Never", "Flushing principle")
    feed(run, 10, good="1")
    assert used(session) == 0
    session.execute(update(ProdOrderComponent).where(ProdOrderComponent.order_no == "RPO-2").values(flushing="Manual"))
    session.commit()
    automatic(run, "Never", "Always", "Never")
    feed(run, 10, good="1")
    assert used(session) == 2
    assert problems(session) == []


def test_lif_5_a_reset_gives_back_what_operations_consumed(run, session, placed):
    feed(run, 10, good="4")
    run(reset_order, given=ResetOrder(order_no="RPO-2", confirmed=True))
    assert (used(session), on_hand(session, BELL)) == (0, 10)
    assert problems(session) == []


def test_pst_16_without_stock_nothing_is_reported(run, session, placed):
    sign_order(run, "RPO-3", "20")
    session.execute(update(ProdOrderComponent).where(ProdOrderComponent.order_no == "RPO-3").values(operation_no=10))
    session.commit()
    with pytest.raises(Refusal):
        feed(run, 10, order_no="RPO-3", good="20")
    assert steps(session, "RPO-3")[0][1] == "Not started"


def test_d25_a_unit_that_reports_itself_waits_for_the_operations(run, session, bikes):
    """ASC-13: the scan is kept; the unit is reported once its operations are."""
    session.execute(update(Item).where(Item.no == BIKE).values(report_when_completed=True))
    session.commit()
    feed(run, 10, order_no="RPO-1", run_minutes="5")
    station = Station(session)
    station.build("BK-1", "F-1", "W-1", "W-2", "P-A")
    assert station.answer.notes[-1]["code"] == "WAITS_FOR_OPERATIONS"
    assert row(session, station.product)[:2] == ("Open", 0)
    feed(run, 10, order_no="RPO-1", good="1")
    feed(run, 20, order_no="RPO-1", good="1")
    report(run, station.product)
    assert problems(session) == []


def test_lif_9_the_posting_date_holds_for_everything_that_is_posted(run, session, unit):
    feed(run, 10, order_no="RPO-1", scrap="1", cause="cracked", number="BK-1", posting_date="2026-01-15")
    days = set(session.scalars(select(ItemLedgerEntry.posting_date).where(ItemLedgerEntry.order_no == "RPO-1")))
    session.rollback()
    assert days == {date(2026, 1, 15)}
    assert entries_of_operation(session, "RPO-1", 10)[0].new.posting_date == date(2026, 1, 15)
    session.rollback()


def test_a23_reports_of_two_people_at_once_never_exceed_what_arrives(session, run, bikes):
    """The order is locked before anything is read: of ten reports of one sign each, five are kept."""
    bind, codes = session.get_bind(), []

    def work():
        with Session(bind) as own:
            try:
                codes.append(feed(runner(own), 10, good="1").code)
            except Refusal as refusal:
                codes.append(refusal.code)

    threads = [threading.Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["OPERATION_ABOVE_DUE"] * 5 + ["OPERATION_REPORTED"] * 5
    assert steps(session)[0] == (10, "Completed", "5.00000", "0.00000")
    assert problems(session) == []
