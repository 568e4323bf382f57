"""First-pass yield per order and item, on both databases (C16)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopfloor.genealogy.inputs import ReplaceInput, ReportInput, ReportLineInput, SelectionInput
from shopfloor.genealogy.models import ComponentAssociation
from shopfloor.genealogy.replacing import replace_component
from shopfloor.genealogy.reporting import report_as_finished
from shopfloor.genealogy.reversing import reverse_report
from shopfloor.genealogy.yield_queries import item_yield, order_yield, percent
from tests.factories_genealogy import BIKE, bike_order, report
from tests.factories_production import counted
from tests.quality.factories import enter, inspect, make_test, say


def figures(session, order_no="RPO-1"):
    found = order_yield(session, order_no)
    session.rollback()
    return (int(found.reported), int(found.first_pass), found.percent)


@pytest.fixture
def unit(station, run):
    """BK-1, reported good with everything that it needs."""
    station.build("BK-1", "F-1", "W-1", "W-2", "P-A")
    report(run, station.product)
    return station.product


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        ("0", "0", None), ("1", "3", Decimal("33.3")), ("2", "3", Decimal("66.7")), ("3", "3", Decimal(100)), ("1", "8", Decimal("12.5")),
        ("1", "2000", Decimal("0.1")), ("9999", "10000", Decimal("99.9")),
    ],
)
def test_c_16_percent_is_rounded_half_up_but_only_all_are_100(part, whole, expected):
    assert percent(Decimal(part), Decimal(whole)) == expected


def test_c_16_a_unit_reported_good_counts(session, unit):
    assert figures(session) == (1, 1, 100)
    assert order_yield(session, "NONE") is None


def test_c_16_an_error_is_reported_and_not_good(session, run, unit, station):
    station.build("BK-2", "F-2", "W-3", "W-4", "P-A")
    lines = [ReportLineInput(match_id=station.product, good="0", error="1", error_cause="cracked")]
    run(report_as_finished, order_no="RPO-1", given=ReportInput(lines=lines))
    assert figures(session) == (2, 1, 50)


def test_c_16_a_replaced_part_takes_the_unit_out(session, run, unit):
    number, version = session.query(ComponentAssociation.association_no, ComponentAssociation.version).filter_by(serial_no="W-1").one()
    session.rollback()
    given = ReplaceInput(version=version, reason="rim is bent", old_part="Scrap", serial_no="W-5")
    run(replace_component, order_no="RPO-1", association_no=number, given=given)
    assert figures(session) == (1, 0, 0)


def test_c_16_a_reversed_report_takes_the_unit_out_also_when_it_is_good_later(session, run, unit):
    run(reverse_report, order_no="RPO-1", given=SelectionInput(selected=[unit], reason="wrong label"))
    assert order_yield(session, "RPO-1") is None
    session.rollback()
    report(run, unit)
    assert figures(session) == (1, 0, 0)


def test_c_16_a_failed_inspection_takes_the_unit_out_also_when_it_passed_later(session, run, unit):
    make_test(run)
    inspection_no = inspect(run)
    assert figures(session) == (1, 1, 100)
    enter(run, inspection_no, Torque="3")
    assert figures(session) == (1, 0, 0)
    enter(run, inspection_no, Torque="5")
    assert figures(session) == (1, 0, 0)


def test_c_16_a_person_who_says_failed(session, run, unit):
    say(run, inspect(run), "Failed")
    assert figures(session) == (1, 0, 0)


def test_c_16_an_item_has_the_sum_of_its_newest_orders(session, run, unit, station):
    bike_order(run, "1", no="RPO-2")
    station.order_no = "RPO-2"
    station.build("BK-9", "F-3", "W-5", "W-6", "P-A")
    lines = [ReportLineInput(match_id=station.product, good="0", error="1", error_cause="cracked")]
    run(report_as_finished, order_no="RPO-2", given=ReportInput(lines=lines))
    with counted(session) as statements:
        found = item_yield(session, BIKE)
    session.rollback()
    assert len(statements) == 1
    assert [(one.order_no, one.percent) for one in found.orders] == [("RPO-2", 0), ("RPO-1", 100)]
    assert (found.reported, found.first_pass, found.percent) == (2, 1, 50)
    assert item_yield(session, "NONE").percent is None
    session.rollback()
