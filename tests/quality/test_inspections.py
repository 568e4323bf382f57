"""Inspections on both databases: measured values, results, quality holds, and reports that wait (C9, EDG-15, ASC-19, D20)."""

from __future__ import annotations

import base64
from decimal import Decimal
from threading import Thread

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from shopfloor.db import table
from shopfloor.errors import InvalidInput
from shopfloor.genealogy.inputs import ReportInput, ReportLineInput, SelectionInput
from shopfloor.genealogy.journal_inputs import PostProductionJournal, ProductionJournalLine
from shopfloor.genealogy.production_journal import post_production_journal
from shopfloor.genealogy.reporting import report_as_finished
from shopfloor.genealogy.reversing import reverse_report
from shopfloor.inspections.models import InspectionValue
from shopfloor.items.models import Item, NumberInformation
from shopfloor.items.rules import GoodsNumber
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.fields import read_input
from shopfloor.people.master_commands import create_record
from shopfloor.people.models import Role
from shopfloor.quality import check as quality_check
from shopfloor.quality.commands import LARGEST_FILE, attach_file
from shopfloor.quality.inputs import AttachFile, NewInspectionTest
from shopfloor.quality.plans import INSPECTION_TEST
from shopfloor.quality.queries import attached_file, inspection_card, inspections_of, list_inspections
from tests.conftest import runner
from tests.factories_genealogy import BELL, BIKE, FRAME, PAINT, Station, bike_order, report, stock
from tests.factories_orders import make_sales_order, opening_stock, ship
from tests.genealogy.test_associations import stock_of
from tests.genealogy.test_scan_rules import counted
from tests.quality.factories import (
    LOT,
    UNIT,
    books,
    enter,
    history,
    hold,
    information,
    inspect,
    inspections,
    make_test,
    measure,
    refused,
    release,
    say,
    stopped_by,
)

WORKER = Actor("E-1", "Will Worker", rights.RIGHTS[Role.WORKER], station_code="ST-4", time_zone="UTC")
STORE = Actor("E-S", "Stig", rights.RIGHTS[Role.STOREKEEPER], time_zone="UTC")
ORDER = {"order_no": "RPO-1"}
PAINT_LOT = GoodsNumber(PAINT, "", "Lot", "P-A")


# --- results and holds


def test_edg_15_an_open_inspection_holds_the_number_until_it_has_passed(run, session, station):
    """EDG-15, C9: refused at the scan with the number of the inspection; the hold goes with the result."""
    number = inspect(run, WORKER, **LOT)
    station.scan("BK-1")
    assert station.scan("P-A") == "QUALITY_HOLD"
    assert station.answer.reason == f"Inspection {number} is open"
    assert say(run, number, "Passed").state == "Passed"
    assert station.scan("P-A") == "LINE_COMPLETED"
    assert history(session) == [
        ("Quality hold set", "", f"Inspection {number} is open"),
        ("Inspection concluded", "Open", f"Inspection {number}: passed"),
        ("Quality hold lifted", f"Inspection {number} is open", ""),
    ]


def test_edg_15_a_quality_hold_stops_the_shipment(run, plant):
    make_sales_order(run, {"item_no": PAINT, "quantity": "0.1"})
    inspect(run, **LOT)
    refused("QUALITY_HOLD", ship, run, "SO-1", {"quantity": "0.1", "lot_no": "P-A"})


def test_c9_an_inspection_without_hold_stops_nothing_until_it_fails_with_one(run, session, plant):
    number = inspect(run, **LOT, holds=False)
    assert stopped_by(session) == ""
    say(run, number, "Failed")
    assert information(session)[1:] == ("Quality hold", f"Inspection {number} failed")
    say(run, number, "Passed")
    assert stopped_by(session) == ""


def test_c9_failing_without_hold_lets_the_number_go(run, session, plant):
    number = inspect(run, **LOT)
    say(run, number, "Failed", holds=False)
    assert (stopped_by(session), inspections(session)) == ("", [("P-A", "Failed", False)])


def test_c9_passing_lifts_only_the_hold_that_it_set(run, session, plant):
    """Neither another inspection's nor the one that somebody set by hand."""
    first, second = inspect(run, **LOT), inspect(run, **LOT)
    hold(run)
    say(run, first, "Passed")
    assert stopped_by(session) == "Hold"
    release(run)
    assert information(session)[1:] == ("Quality hold", f"Inspection {second} is open")
    say(run, second, "Passed")
    assert stopped_by(session) == ""


def test_d20_release_by_hand_does_not_end_a_quality_hold(run, session, plant):
    inspect(run, **LOT)
    release(run)
    assert stopped_by(session) == "Quality hold"


def test_what_has_passed_is_not_changed_any_more(run, plant):
    make_test(run, "Density", item_no=PAINT, unit="kg/l")
    number = inspect(run, **LOT)
    say(run, number, "Passed")
    refused("INSPECTION_CONCLUDED", say, run, number, "Failed")
    refused("INSPECTION_CONCLUDED", enter, run, number, Density="5")


def test_rights_and_numbers_that_nobody_knows(run, plant):
    refused("NOT_ALLOWED", inspect, run, STORE, **LOT)
    number = inspect(run, WORKER, **LOT)
    refused("NOT_ALLOWED", say, run, number, "Passed", actor=WORKER)
    refused("NOT_ALLOWED", enter, run, number, STORE, Look="1")
    refused("NOT_FOUND", inspect, run, item_no=PAINT, kind="Lot", number="P-Z")
    refused("NOT_FOUND", inspect, run, number="BK-99")
    refused("NOT_FOUND", say, run, 4711, "Passed")


# --- measured values


@pytest.fixture
def plan(run, plant):
    """A bike is measured for torque and weight."""
    make_test(run, "Torque", lower_limit="4", upper_limit="6")
    make_test(run, "Weight", unit="kg", lower_limit=None, upper_limit="14.5")


def test_c9_values_within_their_limits_pass_by_themselves(run, session, plan, station):
    """Values, units, limits, who, where and when are kept; a unit that is still being built can be measured."""
    station.scan("BK-1")
    number = inspect(run, WORKER)
    assert enter(run, number, WORKER, Torque="5").state == "Open"
    assert stopped_by(session, **UNIT) == "Quality hold"
    assert enter(run, number, WORKER, Weight="14.5").state == "Passed"
    assert stopped_by(session, **UNIT) == ""
    card = inspection_card(session, number)
    assert [(v.test, v.value, v.unit, v.limits, v.good, v.operator, v.station_code) for v in card.values] == [
        ("Weight", Decimal("14.5"), "kg", "at most 14.5 kg", True, "E-1", "ST-4"),
        ("Torque", Decimal(5), "Nm", "4 to 6 Nm", True, "E-1", "ST-4"),
    ]
    assert (card.inspection.state, card.inspection.inspector) == ("Passed", "E-1")
    session.rollback()


def test_c9_a_value_outside_fails_and_measuring_again_after_rework_passes(run, session, plan, station):
    station.scan("BK-1")
    number = inspect(run)
    answer = enter(run, number, Torque="3.9", Weight="14")
    assert (answer.state, answer.outside) == ("Failed", "Torque 3.9 Nm (4 to 6 Nm)")
    assert information(session, **UNIT)[2] == f"Inspection {number} failed: Torque 3.9 Nm (4 to 6 Nm)"
    assert enter(run, number, Torque="4").state == "Passed"
    assert stopped_by(session, **UNIT) == ""
    card = inspection_card(session, number)
    assert [(v.test, v.value, v.counts) for v in card.values] == [
        ("Torque", 4, True), ("Weight", 14, True), ("Torque", Decimal("3.9"), False),
    ]
    session.rollback()


def test_c9_good_values_do_not_undo_what_a_person_said(run, session, plan, station):
    """A person saw what no value says; only somebody with the right to release numbers takes that back."""
    station.scan("BK-1")
    number = inspect(run)
    say(run, number, "Failed")
    assert measure(run, WORKER, Torque="5", Weight="14").state == "Failed"
    assert enter(run, number, WORKER, Torque="9").state == "Failed"
    assert enter(run, number, WORKER, Torque="4.5").state == "Failed"
    assert stopped_by(session, **UNIT) == "Quality hold"
    assert [value.value for value in inspection_card(session, number).values] == [Decimal("4.5"), 9, 14, 5]
    session.rollback()
    assert say(run, number, "Passed").state == "Passed"
    assert stopped_by(session, **UNIT) == ""


def test_c9_a_second_failure_gives_the_newer_reason(run, session, plan, station):
    station.scan("BK-1")
    number = inspect(run)
    enter(run, number, Torque="3")
    assert enter(run, number, Torque="7").state == "Failed"
    assert information(session, **UNIT)[2] == f"Inspection {number} failed: Torque 7 Nm (4 to 6 Nm)"


def test_a_test_that_the_plan_does_not_know_is_refused_and_nothing_is_kept(run, session, plan, station):
    station.scan("BK-1")
    number = inspect(run)
    refusal = refused("TEST_UNKNOWN", enter, run, number, Torque="5", Colour="1")
    assert (refusal.test, refusal.known) == ("Colour", "Torque, Weight")
    assert session.scalars(select(InspectionValue.entry_no)).all() == []
    session.rollback()


def test_an_item_without_plan_takes_any_test_and_a_person_concludes(run, plant):
    number = inspect(run, **LOT)
    assert enter(run, number, Viscosity="-0.5").state == "Open"
    assert say(run, number, "Passed").state == "Passed"


def test_a_station_posts_values_by_number(run, session, plan, station):
    """The first post opens the inspection, the next ones find it; after it has passed another one begins."""
    station.scan("BK-1")
    first = measure(run, WORKER, Torque="5")
    second = measure(run, WORKER, Weight="13")
    assert (first.state, second.state) == ("Open", "Passed")
    assert first.inspection_no == second.inspection_no
    third = measure(run, WORKER, Torque="9")
    assert (third.inspection_no > second.inspection_no, third.state) == (True, "Failed")
    assert measure(run, WORKER, Torque="5", Weight="13").state == "Passed"
    assert [state for _, state, _ in inspections(session)] == ["Passed", "Passed"]


def test_the_same_post_again_measures_nothing_twice(run, session, plan, station):
    """A19, for a station that got no answer."""
    station.scan("BK-1")
    for _ in range(2):
        measure(lambda *a, **k: run(*a, **k, key="post-1"), WORKER, Torque="5")
    assert len(session.scalars(select(InspectionValue.entry_no)).all()) == 1
    session.rollback()


@pytest.mark.parametrize("value", ["", "abc", "1.000001", "1e3", "٣", 5])
def test_values_that_are_no_numbers(value):
    with pytest.raises(InvalidInput):
        read_input(NewInspectionTest, {"item_no": "X", "test": "Torque", "lower_limit": value or "x"})


def test_limits_in_the_wrong_order(run, plant):
    given = NewInspectionTest(item_no=BIKE, test="Torque", lower_limit="6", upper_limit="4")
    refused("INVALID_INPUT", run, create_record, master=INSPECTION_TEST, given=given)


# --- at report as finished


def reported(run, match_id, **more):
    line = ReportLineInput(match_id=match_id, **more)
    return run(report_as_finished, **ORDER, given=ReportInput(lines=[line], reason="dropped"))


def test_asc_19_the_report_waits_for_the_result(run, session, station, whole):
    """ASC-19: with execution before, nothing is reported without a result; a failed one does not count, a pass does."""
    make_test(run, at_report="Before")
    refusal = refused("INSPECTION_REQUIRED", report, run, whole)
    assert "BK-1" in str(refusal)
    assert "was not inspected yet" in str(refusal)
    measure(run, Torque="3")
    assert "failed" in str(refused("INSPECTION_REQUIRED", report, run, whole))
    assert stock_of(session, BIKE)[0] == 0
    measure(run, Torque="5")
    report(run, whole)
    assert stock_of(session, BIKE)[0] == 1
    assert inspections(session) == [("BK-1", "Passed", True)]


def test_asc_19_an_open_inspection_is_named_in_the_refusal(run, station, whole):
    make_test(run, at_report="Before")
    number = inspect(run, at_report=True)
    assert f"inspection {number} is open" in str(refused("INSPECTION_REQUIRED", report, run, whole))


def test_asc_19_an_inspection_for_another_purpose_does_not_count(run, station, whole):
    make_test(run, at_report="Before")
    say(run, inspect(run), "Passed")
    refused("INSPECTION_REQUIRED", report, run, whole)


def test_asc_19_what_is_scrapped_waits_for_nothing(run, session, station, whole):
    make_test(run, at_report="Before")
    reported(run, whole, good="0", error="1", error_cause="Dropped")
    assert inspections(session) == []


def test_asc_19_d27_of_several_rows_those_that_passed_are_reported(run, session, station, whole):
    """ASC-19, D27: the others are listed with their reason."""
    make_test(run, at_report="Before")
    station.build("BK-2", "F-2", "W-3", "W-4")
    station.line = 0
    assert station.scan("P-A") == "UNIT_COMPLETED"
    measure(run, Torque="5", number=UNIT | {"number": "BK-2"})
    answer = report(run, whole, station.product)
    assert answer.done == ["BK-2"]
    assert [one["code"] for one in answer.refused] == ["INSPECTION_REQUIRED"]


def test_d20_d27_a_unit_on_quality_hold_is_left_out_and_keeps_nobody_back(run, session, station, whole):
    """D20, D27: listed with its reason; the other one is reported. Scrapping it is possible."""
    make_test(run)
    measure(run, Torque="3")
    station.build("BK-2", "F-2", "W-3", "W-4")
    station.line = 0
    assert station.scan("P-A") == "UNIT_COMPLETED"
    answer = report(run, whole, station.product)
    assert (answer.done, [one["code"] for one in answer.refused]) == (["BK-2"], ["QUALITY_HOLD"])
    refused("QUALITY_HOLD", report, run, whole)
    hold(run, **UNIT)
    refused("NUMBER_ON_HOLD", reported, run, whole, good="0", error="1", error_cause="Torque")
    release(run, **UNIT)
    reported(run, whole, good="0", error="1", error_cause="Torque")
    assert stock_of(session, BIKE)[0] == 1


def test_asc_19_otherwise_the_report_opens_an_inspection_per_number(run, session, station, whole):
    """ASC-19: the unit is in stock and on quality hold until it has passed."""
    make_test(run, at_report="After")
    report(run, whole)
    assert stock_of(session, BIKE)[0] == 1
    assert inspections(session) == [("BK-1", "Open", True)]
    make_sales_order(run, {"item_no": BIKE, "quantity": "1"})
    refused("QUALITY_HOLD", ship, run, "SO-1", {"quantity": "1", "serial_no": "BK-1"})
    measure(run, Torque="5")
    ship(run, "SO-1", {"quantity": "1", "serial_no": "BK-1"})


def test_asc_19_without_hold_the_unit_is_free_meanwhile(run, session, station, whole):
    make_test(run, at_report="After", holds=False)
    report(run, whole)
    assert (inspections(session), stopped_by(session, **UNIT)) == ([("BK-1", "Open", False)], "")


def test_asc_19_what_was_measured_before_the_report_is_not_asked_for_again(run, session, station, whole):
    make_test(run, at_report="After")
    measure(run, Torque="5")
    report(run, whole)
    assert inspections(session) == [("BK-1", "Passed", True)]


def test_asc_19_d20_a_reversal_is_never_stopped(run, session, station, whole):
    make_test(run, at_report="After")
    report(run, whole)
    run(reverse_report, **ORDER, given=SelectionInput(selected=[whole], reason="wrong unit"))
    assert stock_of(session, BIKE)[0] == 0
    assert stopped_by(session, **UNIT) == "Quality hold"


def test_asc_19_the_production_journal_waits_as_well(run, session, plant):
    """No way round the result: output by hand is asked for the same."""
    def post(number):
        line = ProductionJournalLine(entry_type="Output", line_no=10000, serial_no=number, quantity="1")
        return run(post_production_journal, **ORDER, given=PostProductionJournal(lines=[line], reason="by hand"))

    make_test(run, at_report="Before")
    refused("INSPECTION_REQUIRED", post, "BK-7")


def test_asc_19_d25_a_unit_that_reports_itself_waits_and_the_scan_is_accepted(run, session, plant, station):
    """ASC-19, D25: the part is registered; only the report waits."""
    session.execute(update(table(Item)).where(Item.no == BIKE).values(report_when_completed=True))
    session.commit()
    make_test(run, at_report="Before")
    station.build("BK-1", "F-1", "W-1", "W-2")
    assert station.scan("P-A") == "UNIT_COMPLETED"
    assert [note["code"] for note in station.answer.notes] == ["WAITS_FOR_INSPECTION"]
    assert stock_of(session, BIKE)[0] == 0
    measure(run, Torque="5")
    report(run, station.product)


def test_a18_a_report_takes_the_same_statements_for_1_and_20_inspected_units(run, session, station, whole):
    """A18: the plan is read with the rows; the rest does not grow with the rows."""
    make_test(run, at_report="After")
    stock(run, FRAME, *(f"F-{n}" for n in range(10, 60)))
    stock(run, "WHEEL", *(f"W-{n}" for n in range(10, 120)))
    stock(run, PAINT, "P-C", quantity="30", expiration_date="2099-01-31")
    opening_stock(run, BELL, "40")
    bike_order(run, quantity="40", no="RPO-2")
    line = Station(session, "RPO-2")
    built = []
    for n in range(21):
        line.build(f"BX-{n}", f"F-{10 + n}", f"W-{10 + 2 * n}", f"W-{11 + 2 * n}", "P-C")
        built.append(line.product)
    counts = []
    for part in (built[:1], built[1:]):
        with counted(session) as seen:
            report(run, *part, order_no="RPO-2")
        counts.append(len(seen))
    assert counts[0] == counts[1], counts
    assert len(inspections(session)) == 21


# --- lists, files, invariants


def test_lists_and_filters(run, session, plant):
    numbers = [inspect(run, **LOT), inspect(run, **LOT, holds=False), inspect(run, **LOT | {"number": "P-B"})]
    say(run, numbers[0], "Passed")
    assert [row.inspection_no for row in list_inspections(session).rows] == numbers[::-1]
    assert [row.number for row in list_inspections(session, state="Open").rows] == ["P-B", "P-A"]
    assert [row.state for row in list_inspections(session, number="P-A").rows] == ["Open", "Passed"]
    page = list_inspections(session, limit=2)
    assert [row.inspection_no for row in list_inspections(session, after=page.next_after).rows] == numbers[:1]
    assert [row.held for row in inspections_of(session, PAINT_LOT)] == [False, False]
    assert list_inspections(session, number="P\x00").rows == ()
    session.rollback()


def test_c9_a_file_is_kept_with_the_inspection(run, session, plant):
    number = inspect(run, **LOT)
    given = AttachFile(file_name="wet.png", content_base64=base64.b64encode(b"\x89PNG\x00\xff").decode())
    entry_no = run(attach_file, WORKER, inspection_no=number, given=given).entry_no
    assert attached_file(session, number, entry_no) == ("wet.png", b"\x89PNG\x00\xff")
    assert attached_file(session, number + 1, entry_no) is None
    assert [(f.file_name, f.size) for f in inspection_card(session, number).files] == [("wet.png", 6)]
    session.rollback()
    refused("INVALID_INPUT", run, attach_file, inspection_no=number, given=AttachFile(file_name="x", content_base64="%%%"))
    large = base64.b64encode(b"x" * (LARGEST_FILE + 1)).decode()
    refused("FILE_TOO_LARGE", run, attach_file, inspection_no=number, given=AttachFile(file_name="x", content_base64=large))


@pytest.mark.parametrize("wanted", [True, False])
def test_check_finds_a_hold_that_does_not_follow_the_inspections(run, session, plant, wanted):
    if not wanted:
        inspect(run, **LOT)
    find = table(NumberInformation)
    session.execute(update(find).where(find.c.number == "P-A").values(quality_hold=wanted))
    found = [problem.text for problem in quality_check.holds_follow_inspections(session)]
    session.rollback()
    assert len(found) == 1
    assert "P-A" in found[0]
    say(run, inspect(run, **LOT), "Passed")
    if not wanted:
        say(run, 1, "Passed")


def test_two_results_at_once_see_each_other(engine, run, session, plant):
    """C9, D20: both inspections of a number pass at the same moment; whoever is second lifts the hold."""
    for _ in range(5):
        numbers = [inspect(run, **LOT), inspect(run, **LOT)]

        def passes(number):
            with Session(engine) as own:
                say(runner(own), number, "Passed")

        threads = [Thread(target=passes, args=(number,)) for number in numbers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert stopped_by(session) == ""


def test_a24_values_are_only_added(run, session, plan, station):
    station.scan("BK-1")
    measure(run, Torque="5")
    with pytest.raises(Exception, match="append-only"):
        session.execute(text("UPDATE inspection_value SET value = 0"))
    session.rollback()
    assert books(session) == []
