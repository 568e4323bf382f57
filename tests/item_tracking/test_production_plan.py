"""Numbers planned for component lines and products of a production order, and what becomes of the plan (PR-02, OT-01)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopfloor.item_tracking import queries
from shopfloor.item_tracking.commands import save_tracking_lines
from shopfloor.item_tracking.errors import DocumentClosed, NumbersAreRegistered
from shopfloor.item_tracking.inputs import SaveTrackingLines, TrackingSource
from shopfloor.production import commands, journals
from shopfloor.production.inputs import OrderKey
from shopfloor.reservations.tracking_errors import ExcessTracking, NumbersNotAvailable
from tests.factories_items import CELL, MODULE
from tests.factories_production import CELL_LINE, LINE, MODULE_LINE, finish_packs, on_order, receive, started_packs, use

COMPONENT = "Prod. Order Component"


def plan(run, line_no, *lines, confirmed=False):
    given = SaveTrackingLines(
        source_type=COMPONENT, order_no="PO-1", line_no=LINE, component_line_no=line_no, lines=lines, confirmed=confirmed
    )
    return run(save_tracking_lines, given=given)


def planned(session, line_no):
    source = TrackingSource(source_type=COMPONENT, order_no="PO-1", line_no=LINE, component_line_no=line_no)
    page = queries.tracking_lines_page(session, source)
    session.rollback()
    return {number.tracking.label(): number.quantity for number in page.numbers}, dict(page.handled)


def test_pr_02_ot_01_consumed_numbers_leave_the_plan(run, session):
    started_packs(run)
    plan(run, MODULE_LINE, *({"serial_no": f"M-{number}"} for number in (1, 2, 3, 4)))
    plan(run, CELL_LINE, {"lot_no": "C-1", "quantity": "6"})
    finish_packs(run, 1)
    modules, handled = planned(session, MODULE_LINE)
    assert modules == {"M-3": 1, "M-4": 1}
    assert {tracking.serial_no: quantity for tracking, quantity in handled.items()} == {"M-1": 1, "M-2": 1}
    assert planned(session, CELL_LINE)[0] == {"C-1": 3}
    finish_packs(run, 2)
    assert (planned(session, MODULE_LINE)[0], planned(session, CELL_LINE)[0]) == ({}, {})


def test_ot_01_other_parts_than_planned_cut_the_plan_to_what_is_still_needed(run, session):
    """A part that was scanned into a unit is in it, whatever was planned."""
    started_packs(run)
    receive(run, MODULE, "1", serial_no="M-8")
    receive(run, MODULE, "1", serial_no="M-9")
    plan(run, MODULE_LINE, *({"serial_no": f"M-{number}"} for number in (3, 4, 8, 9)))
    finish_packs(run, 1)
    assert planned(session, MODULE_LINE)[0] == {"M-3": 1, "M-4": 1}


def test_ot_01_consumption_by_hand_takes_its_own_number_off(run, session):
    started_packs(run)
    receive(run, CELL, "5", lot_no="C-2")
    plan(run, CELL_LINE, {"lot_no": "C-1", "quantity": "2"}, {"lot_no": "C-2", "quantity": "4"})
    on_order(run, journals.consume, uses=[use(CELL_LINE, CELL, "3", lot_no="C-2")])
    assert planned(session, CELL_LINE)[0] == {"C-1": 2, "C-2": 1}


def test_tl_02_a_component_line_takes_what_is_still_expected(run):
    started_packs(run)
    with pytest.raises(ExcessTracking):
        plan(run, CELL_LINE, {"lot_no": "C-1", "quantity": "7"})


def test_tl_12_a_part_that_is_not_here_may_be_planned(run, session):
    started_packs(run)
    with pytest.raises(NumbersNotAvailable):
        plan(run, MODULE_LINE, {"serial_no": "M-77"})
    plan(run, MODULE_LINE, {"serial_no": "M-77"}, confirmed=True)
    assert planned(session, MODULE_LINE)[0] == {"M-77": Decimal(1)}


def test_pr_08_an_ended_order_keeps_its_numbers(run):
    started_packs(run)
    finish_packs(run, 1)
    finish_packs(run, 2)
    run(commands.end_job, given=OrderKey(order_no="PO-1"))
    with pytest.raises(DocumentClosed):
        plan(run, CELL_LINE, {"lot_no": "C-1", "quantity": "1"})


def test_tk_01_products_that_are_scanned_get_their_numbers_there(run):
    started_packs(run)
    given = SaveTrackingLines(source_type="Prod. Order Line", order_no="PO-1", line_no=LINE, lines=[{"serial_no": "P-0001"}])
    with pytest.raises(NumbersAreRegistered):
        run(save_tracking_lines, given=given)
