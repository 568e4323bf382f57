"""ENT-9, LIF-7, D5: the Report as finished dialog of products with units follows the rules of the associations page."""

from __future__ import annotations

import pytest

from shopfloor.genealogy.inputs import ReportOrder, SelectionInput
from shopfloor.genealogy.report_dialog import report_order
from shopfloor.genealogy.reversing import reverse_report
from shopfloor.production.components import order_lines
from tests.factories_genealogy import Station, bike_order, problems, report
from tests.genealogy.test_associations import refused

ACCEPTED = {"accept_error": True, "reason": "wheels follow"}


def dialog(run, **typed):
    return run(report_order, order_no="RPO-2", given=ReportOrder(**typed))


@pytest.fixture
def three(session, run, bikes):
    """Three started bikes; the second one is complete, the others are in progress."""
    del bikes
    bike_order(run, "3", no="RPO-2")
    station, numbers = Station(session, "RPO-2"), []
    for number, *parts in (("B-1", "F-1"), ("B-2", "F-2", "W-1", "W-2", "P-A"), ("B-3", "F-3", "W-3")):
        station.build(number, *parts)
        numbers.append(station.product)
    return numbers


def test_d5_lif_7_accept_error_reports_units_in_progress_as_the_associations_page_does(session, run, three):
    refused("NOT_ENOUGH_COMPLETED", dialog, run, good="3")
    answer = dialog(run, good="3", **ACCEPTED)
    assert answer.done == ["B-2", "B-1", "B-3"]  # what is complete goes first
    assert (order_lines(session, "RPO-2")[0].good, problems(session)) == (3, [])
    session.rollback()
    run(reverse_report, order_no="RPO-2", given=SelectionInput(selected=three, reason="the other way"))
    assert report(run, *three, order_no="RPO-2", **ACCEPTED).done == ["B-1", "B-2", "B-3"]
    assert problems(session) == []


def test_ent_9_untouched_good_is_what_is_completed_also_with_accept_error(run, three):
    assert dialog(run, **ACCEPTED).done == ["B-2"]


def test_ent_9_only_as_many_units_in_progress_as_are_asked_for_the_oldest_first(run, three):
    assert dialog(run, good="2", **ACCEPTED).done == ["B-2", "B-1"]
    refusal = refused("NOT_ENOUGH_REGISTERED", dialog, run, good="2", **ACCEPTED)
    assert (refusal.quantity, refusal.registered) == ("2", "1")


def test_asc_10_an_error_quantity_needs_one_unit_that_it_can_mean(run, three):
    """One unit is completed, so it is the one; once it is gone, two in progress are none that could be meant, and one is."""
    scrap = {"error": "1", "error_cause": "fell down", **ACCEPTED}
    assert dialog(run, **scrap).done == ["B-2"]
    refused("INVALID_INPUT", dialog, run, good="0", **scrap)
    assert dialog(run, good="1", **ACCEPTED).done == ["B-1"]
    assert dialog(run, good="0", **scrap).done == ["B-3"]
