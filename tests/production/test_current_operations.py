"""The list of current operations over all orders, on both databases (LIF-16)."""

from __future__ import annotations

import pytest

from shopfloor.genealogy.operation_inputs import ReportOperation
from shopfloor.genealogy.operations import report_operation
from shopfloor.genealogy.starting import start_order
from shopfloor.people.fields import read_input
from shopfloor.people.master_commands import create_record
from shopfloor.production import bills, commands
from shopfloor.production.current_operations import current_operations
from shopfloor.production.inputs import (
    NewBom,
    NewBomLine,
    NewProductionOrder,
    NewResource,
    NewRouting,
    NewRoutingLine,
    OrderKey,
    StartOrder,
)
from shopfloor.production.resources import RESOURCE
from tests.factories_items import make_item, make_location, make_tracking_codes, make_units
from tests.factories_production import counted


@pytest.fixture
def signs(run):
    """Signs are welded and painted; orders A (due first), B and C, A and B started, C released, D only created."""
    make_units(run)
    make_tracking_codes(run)
    for item_no in ("SIGN", "PLATE"):
        make_item(run, item_no)
    make_location(run)
    run(create_record, master=RESOURCE, given=NewResource(code="WELD", name="Welding"))
    run(bills.create_bom, given=NewBom(item_no="SIGN", lines=(NewBomLine(item_no="PLATE", quantity_per="1", flushing="Manual"),)))
    lines = (NewRoutingLine(operation_no=10, description="Weld", resource="WELD"), NewRoutingLine(operation_no=20, description="Paint"))
    run(bills.create_routing, given=NewRouting(item_no="SIGN", lines=lines))
    for no, due in (("B", None), ("A", "2026-11-30"), ("C", None), ("D", None)):
        run(commands.create_order, given=NewProductionOrder(no=no, item_no="SIGN", quantity="5", location_code="MAIN", due_date=due))
    for no in ("A", "B"):
        run(start_order, given=StartOrder(order_no=no, quantity="5"))
    run(commands.release_order, given=OrderKey(order_no="C"))


def feed(run, order_no, operation_no, **typed):
    run(report_operation, order_no=order_no, operation_no=operation_no, given=read_input(ReportOperation, typed))


def listed(session, **asked):
    found = [(row.order_no, row.operation.operation_no, row.status) for row in current_operations(session, **asked).rows]
    session.rollback()
    return found


def test_lif_16_open_operations_of_running_orders_by_due_date(session, signs):
    assert [one[:2] for one in listed(session)] == [("A", 10), ("A", 20), ("B", 10), ("B", 20), ("C", 10), ("C", 20)]


def test_lif_16_status_quantities_and_filters(run, session, signs):
    feed(run, "A", 10, good="3", scrap="2", cause="bent", run_minutes="30")
    feed(run, "A", 20, good="1")
    feed(run, "B", 10, end_operation=True)
    [row] = current_operations(session, order_no="A").rows
    session.rollback()
    assert (row.operation.operation_no, row.status, row.unit_code) == (20, "In progress", "PCS")
    assert (row.due, row.operation.good, row.remaining) == (3, 1, 2)
    assert listed(session, status="Completed") == [("A", 10, "Completed"), ("B", 10, "Completed")]
    assert listed(session, status="In progress") == [("A", 20, "In progress")]
    assert listed(session, status="Not started") == [("B", 20, "Not started"), ("C", 10, "Not started"), ("C", 20, "Not started")]
    assert listed(session, resource="WELD") == [("C", 10, "Not started")]
    assert len(listed(session, status="")) == 6
    assert listed(session, order_no="D") == listed(session, order_no="\x00") == []


def test_lif_16_pages_follow_each_other(session, signs):
    seen, after = [], ""
    while True:
        page = current_operations(session, after=after, limit=2)
        seen += [(row.order_no, row.operation.operation_no) for row in page.rows]
        after = page.next_after
        if not after:
            break
    session.rollback()
    assert seen == [one[:2] for one in listed(session)]
    assert listed(session, after="nonsense") == listed(session, after="2026-01-01~x~A") == []


def test_lif_16_one_statement_for_any_number_of_operations(session, signs):
    with counted(session) as statements:
        current_operations(session)
        current_operations(session, status="Completed", limit=1)
    session.rollback()
    assert len(statements) == 2
