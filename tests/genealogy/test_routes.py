"""Operations that post by themselves at a start and a report as finished, and what takes that back (LIF-6, LIF-7, EDG-30)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopfloor.genealogy.inputs import ReportOrder, SelectionInput
from shopfloor.genealogy.journal_inputs import PostProductionJournal
from shopfloor.genealogy.production_journal import post_production_journal
from shopfloor.genealogy.report_dialog import report_order
from shopfloor.genealogy.resetting import reset_order
from shopfloor.genealogy.reversing import reverse_report
from shopfloor.genealogy.starting import start_order
from shopfloor.people.fields import read_input
from shopfloor.people.master_commands import create_record
from shopfloor.people.settings import WAIT_ALWAYS, WAITS
from shopfloor.production import bills, commands
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
from shopfloor.production.operations import entries_of_order, read_progress
from shopfloor.production.resources import RESOURCE
from tests.factories_genealogy import BELL, BIKE, Station, bike_order, bike_plant, bike_stock, problems, report
from tests.factories_items import make_item
from tests.genealogy.test_operations import SIGN, back, feed, refused, setting
from tests.remembered import remembered


@remembered
def signs_and_bikes(run):
    """Signs and bikes in three operations: saw posts by itself at start, weld by hand, paint at the report."""
    bike_plant(run)
    run(create_record, master=RESOURCE, given=NewResource(code="SAW", name="Sawing"))
    make_item(run, SIGN)
    run(bills.create_bom, given=NewBom(item_no=SIGN, lines=(NewBomLine(item_no=BELL, quantity_per="1"),)))
    for item_no in (SIGN, BIKE):
        run(bills.create_routing, given=routing(item_no))
    bike_stock(run)


@pytest.fixture
def plant(run):
    signs_and_bikes(run)


def routing(item_no):
    lines = (
        NewRoutingLine(operation_no=10, description="Saw", resource="SAW", setup_minutes="15", run_minutes="2", flushing="Start"),
        NewRoutingLine(operation_no=20, description="Weld"),
        NewRoutingLine(
            operation_no=30, description="Paint", setup_minutes="10" if item_no == BIKE else "", run_minutes="1.5", flushing="Finish"
        ),
    )
    return NewRouting(item_no=item_no, lines=lines)


def order(run, quantity="10", no="RPO-2"):
    run(commands.create_order, given=NewProductionOrder(no=no, item_no=SIGN, quantity=quantity, location_code="MAIN"))


def start(run, quantity="", **typed):
    return run(start_order, given=read_input(StartOrder, {"order_no": "RPO-2", "quantity": quantity, **typed}))


def done(run, good, error="", **typed):
    cause = "bent" if error else ""
    return run(report_order, order_no="RPO-2", given=read_input(ReportOrder, {"good": good, "error": error, "error_cause": cause, **typed}))


def sums(session, order_no="RPO-2"):
    """Good, scrap, set-up and run minutes of each operation."""
    found = [
        tuple(str(figure.normalize() + 0) for figure in (one.good, one.scrap, one.setup_minutes, one.run_minutes))
        for one in (step.operation for step in read_progress(session, order_no))
    ]
    session.rollback()
    return found


def standing(session, order_no="RPO-2"):
    found = [one for one in reversed(entries_of_order(session, order_no)) if one.stands]
    session.rollback()
    return found


def test_lif_6_a_start_posts_the_operations_that_flush_at_start(run, session, plant):
    order(run)
    start(run, "4")
    assert sums(session) == [("4", "0", "15", "8"), ("0", "0", "0", "0"), ("0", "0", "0", "0")]
    start(run, "6")
    assert sums(session)[0] == ("10", "0", "15", "20")  # set up once
    [first, _second] = standing(session)
    assert (first.new.source, first.new.worker_no, first.new.resource, first.card) == ("Start", "E-ADMIN", "SAW", "Route card")
    assert problems(session) == []


def test_lif_4_a_negative_start_takes_back_what_a_start_posted(run, session, plant):
    order(run)
    start(run, "4")
    feed(run, 10, good="0", run_minutes="1")
    start(run, "-3")
    assert sums(session)[0] == ("1", "0", "15", "3")
    start(run, "-1")
    assert sums(session)[0] == ("0", "0", "0", "1")
    start(run, "2")
    assert sums(session)[0] == ("2", "0", "15", "5")
    assert problems(session) == []


def test_lif_6_the_end_mark_of_a_start_stays_while_something_of_it_stands(run, session, plant):
    order(run)
    start(run, "6", end_route=True)
    start(run, "-2")
    assert read_progress(session, "RPO-2")[0].status == "Completed"
    session.rollback()
    start(run, "-4")
    assert read_progress(session, "RPO-2")[0].status != "Completed"
    session.rollback()
    assert sums(session)[0] == ("0", "0", "0", "0")
    assert problems(session) == []


def test_asc_13_the_last_operation_posted_at_the_start_and_one_piece_is_scrap(run, session, plant):
    """Nobody reported on it, so the job ends with what came out well, without an error to accept."""
    order(run)
    start(run, automatic_route="Always")
    feed(run, 10, good="0", run_minutes="1")
    done(run, "9", "1", end_job=True)
    assert problems(session) == []


def test_lif_7_a_report_posts_what_flushes_at_finish_in_its_own_transaction(run, session, plant):
    order(run)
    start(run)
    answer = done(run, "3", "1")
    assert sums(session) == [("10", "0", "15", "20"), ("0", "0", "0", "0"), ("3", "1", "0", "6")]
    good, scrap = standing(session)[-2:]
    assert (good.new.good_quantity, good.new.scrap_quantity, scrap.new.scrap_quantity, scrap.new.cause) == (3, 0, 1, "bent")
    assert {good.new.register_no, scrap.new.register_no} == {answer.register_no}
    assert (good.new.source, problems(session)) == ("Report as finished", [])
    session.rollback()
    # what stands for a report goes with it, not before
    refused("OPERATION_ENTRY_POSTED", back, run, good.entry_no)


def test_lif_6_always_never_range_and_end_mark(run, session, plant):
    order(run)
    start(run, automatic_route="Never")
    assert sums(session)[0][0] == "0"
    done(run, "2", automatic_route="Never")
    assert standing(session) == []
    done(run, "2", automatic_route="Always", from_operation_no="10", to_operation_no="20")
    assert [one[0] for one in sums(session)] == ["4", "4", "0"]
    done(run, "2", automatic_route="Always", end_route=True)
    assert [one[0] for one in sums(session)] == ["6", "6", "6"]
    done(run, "2", automatic_route="Always")
    assert [one[0] for one in sums(session)] == ["6", "6", "6"]  # ended operations take no more
    assert [step.status for step in read_progress(session, "RPO-2")] == ["Completed"] * 3
    assert problems(session) == []


def test_pst_12_no_combination_counts_twice(run, session, plant):
    """Start, by hand, report and again, with all that each of them could post."""
    order(run)
    start(run, "6", automatic_route="Always", to_operation_no="10")
    feed(run, 20, good="3", run_minutes="7")
    done(run, "2", automatic_route="Always")
    assert [one[0] for one in sums(session)] == ["6", "3", "2"]
    feed(run, 20, good="2")
    start(run, "4", automatic_route="Always", to_operation_no="20")
    assert [one[0] for one in sums(session)] == ["10", "10", "2"]
    done(run, "8", automatic_route="Always", end_job=True)
    assert [one[0] for one in sums(session)] == ["10", "10", "10"]
    assert problems(session) == []


def test_asc_13_what_posts_by_itself_makes_no_order_wait_for_the_others(run, session, plant):
    order(run)
    start(run)
    done(run, "2")
    done(run, "2")  # welding is reported by nobody in this plant
    feed(run, 20, good="5")
    done(run, "1")  # once somebody reports, the others have to be reported: painting is, with this very report
    refused("OPERATIONS_MISSING", done, run, "1")
    setting(run, WAITS, WAIT_ALWAYS)
    feed(run, 20, good="5")
    done(run, "5", end_job=True)
    assert [one[0] for one in sums(session)] == ["10", "10", "10"]


def test_lif_5_a_reset_takes_every_entry_back(run, session, plant):
    order(run)
    start(run)
    done(run, "3")
    run(reset_order, given=ResetOrder(order_no="RPO-2", confirmed=True))
    assert sums(session) == [("0", "0", "0", "0")] * 3
    assert (standing(session), problems(session)) == ([], [])


def test_pr_04_negative_output_takes_back_what_the_report_posted(run, session, plant):
    order(run)
    start(run)
    done(run, "3")
    done(run, "2")
    line = {"entry_type": "Output", "line_no": 10000, "quantity": "-2"}
    given = read_input(PostProductionJournal, {"lines": [line]})
    run(post_production_journal, order_no="RPO-2", given=given)
    assert [one[0] for one in sums(session)] == ["10", "0", "3"]
    assert problems(session) == []


def test_edg_30_the_reversal_of_a_unit_takes_back_its_own_entries(run, session, plant):
    bike_order(run, "3", no="RPO-3")
    station, numbers = Station(session, "RPO-3"), []
    for number, *parts in (("B-1", "F-1"), ("B-2", "F-2"), ("B-3", "F-3")):
        station.build(number, *parts)
        numbers.append(station.product)
    accepted = {"accept_error": True, "reason": "wheels follow"}
    report(run, *numbers[:2], order_no="RPO-3", **accepted)
    report(run, numbers[2], order_no="RPO-3", **accepted)
    assert [one[0] for one in sums(session, "RPO-3")] == ["3", "0", "3"]
    last = standing(session, "RPO-3")[-1]
    assert (last.number, last.new.match_id) == ("B-3", numbers[2])  # a single unit is named
    run(reverse_report, order_no="RPO-3", given=SelectionInput(selected=numbers[:1], reason="scratched"))
    assert [one[0] for one in sums(session, "RPO-3")] == ["3", "0", "2"]
    assert sums(session, "RPO-3")[2][3] == str(Decimal(3))
    run(reverse_report, order_no="RPO-3", given=SelectionInput(selected=numbers[1:], reason="scratched"))
    assert sums(session, "RPO-3")[2] == ("0", "0", "0", "0")
    report(run, *numbers, order_no="RPO-3", **accepted)
    assert [one[0] for one in sums(session, "RPO-3")] == ["3", "0", "3"]
    assert problems(session) == []


def test_edg_30_planned_set_up_goes_with_the_last_report(run, session, plant):
    """Reversed in either order, nothing of two reports is left on an operation."""
    bike_order(run, "2")
    station = Station(session)
    units = [station.build(f"B-{n}", f"F-{n}", f"W-{2 * n - 1}", f"W-{2 * n}", "P-A") for n in (1, 2)]
    for turn in (units, units[::-1]):
        for unit in units:
            report(run, unit)
        for unit in turn:
            run(reverse_report, order_no="RPO-1", given=SelectionInput(selected=[unit], reason="again"))
        assert sums(session, "RPO-1")[2] == ("0", "0", "0", "0")
    assert problems(session) == []


def test_lif_10_feedback_at_the_last_operation_counts_once_and_posts_those_before(run, session, plant):
    order(run, no="RPO-4")
    run(start_order, given=StartOrder(order_no="RPO-4"))
    feed(run, 20, order_no="RPO-4", good="4", end_operation=True)
    feed(run, 30, order_no="RPO-4", good="4", report_as_finished=True)
    assert [one[0] for one in sums(session, "RPO-4")] == ["10", "4", "4"]
    assert problems(session) == []


def test_lif_6_a_start_that_consumes_nothing_keeps_to_the_window_of_posting_dates(run, session, plant):
    order(run)
    refused("POSTING_DATE_NOT_ALLOWED", start, run, "2", posting_date="1999-01-01")
    start(run, "2")
    assert sums(session)[0][0] == "2"
