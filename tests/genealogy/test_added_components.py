"""D36: a component or a substitute is added to a started order in the night shift, from one unit on."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopfloor.errors import NotAllowed
from shopfloor.genealogy.added_components import add_component
from shopfloor.genealogy.home_queries import waiting_units
from shopfloor.genealogy.inputs import AddComponent, PreallocationInput
from shopfloor.genealogy.matrix_queries import associations_page
from shopfloor.genealogy.page_queries import tracked_components_page
from shopfloor.genealogy.preallocation import preallocate
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.models import Role
from shopfloor.production.components import order_components
from shopfloor.reservations.inputs import Reserve
from shopfloor.reservations.reserving import auto_reserve
from tests.factories_genealogy import BELL, FRAME, PAINT, PAINT_LINE, WHEEL, WHEEL_LINE, problems, report, stock
from tests.factories_items import make_item
from tests.factories_orders import opening_stock
from tests.factories_reservations import component_line
from tests.genealogy.test_associations import refused

SUPERVISOR = Actor("E-SUP", "Sue Super", rights.RIGHTS[Role.SUPERVISOR], station_code="ST-1", time_zone="UTC")
WORKER = Actor("E-1", "Will Worker", rights.RIGHTS[Role.WORKER], station_code="ST-1", time_zone="UTC")
LAMP, TYRE = "LAMP", "TYRE"


@pytest.fixture
def shift(run, station):
    """Two bikes are started; a lamp and another wheel are in stock."""
    make_item(run, LAMP, code="SN", policy="STRICT")
    make_item(run, TYRE, code="SN", policy="STRICT")
    stock(run, LAMP, "L-1", "L-2", "L-3")
    stock(run, TYRE, "T-1", "T-2", "T-3", "T-4")
    return station


@pytest.fixture
def add(run):
    def add(item_no, quantity="1", *, actor=SUPERVISOR, **more):
        given = AddComponent(item_no=item_no, quantity_per=quantity, reason="wheels ran out", **more)
        return run(add_component, actor, order_no="RPO-1", given=given)

    return add


def shown(session, match_id):
    """Item, status and whether it is ended, for each line of the unit."""
    page = tracked_components_page(session, "RPO-1", match_id=match_id)
    session.rollback()
    return {line.item_no: (line.status, line.closed) for line in page.components}


def expected(session, item_no):
    found = next(c.expected for c in order_components(session, "RPO-1") if c.item_no == item_no)
    session.rollback()
    return found


def test_d36_an_added_component_is_asked_of_every_unit_and_scanned_at_once(session, run, shift, add):
    shift.build("BK-1", "F-1", "W-1", "W-2", "P-A")
    first = shift.product
    answer = add(LAMP)
    assert (answer.line_no, answer.quantity) == (50, "2")
    assert shown(session, first)[LAMP] == ("Not started", False)
    refused("COMPONENTS_MISSING", report, run, first)
    assert shift.scan("L-1") == "UNIT_COMPLETED"
    report(run, first)
    assert problems(session) == []


def test_d36_a_substitute_serves_the_units_from_one_on_and_the_old_line_the_ones_before(session, run, shift, add):
    """BK-1 has its wheels; from BK-2 on two tyres stand in their place."""
    shift.build("BK-1", "F-1", "W-1", "W-2", "P-A")
    first = shift.product
    answer = add(TYRE, "2", replaces_line_no=WHEEL_LINE, new_units_only=True)
    assert answer.quantity == "2"
    assert (expected(session, WHEEL), expected(session, TYRE)) == (2, 2)
    assert shown(session, first) == {
        FRAME: ("Completed", False), WHEEL: ("Completed", False), PAINT: ("Completed", False), TYRE: ("Completed", True),
    }
    report(run, first)
    shift.build("BK-2", "F-2", "T-1", "P-A")
    second = shift.product
    assert shown(session, second)[WHEEL] == ("Completed", True)
    assert shift.scan("W-3") == "LINE_FOR_OTHER_UNITS"
    refused("COMPONENTS_MISSING", report, run, second)
    assert shift.scan("T-2") == "UNIT_COMPLETED"
    assert problems(session) == []


def test_d36_from_a_named_unit_on(session, shift, add):
    shift.build("BK-1", "F-1")
    first = shift.product
    shift.build("BK-2", "F-2")
    second = shift.product
    add(LAMP, from_match_id=second)
    assert (shown(session, first)[LAMP], shown(session, second)[LAMP]) == (("Completed", True), ("Not started", False))
    assert expected(session, LAMP) == 1
    missing = {unit.number: unit.missing for unit in waiting_units(session)}
    session.rollback()
    assert LAMP in missing["BK-2"]
    assert LAMP not in missing["BK-1"]


def test_d36_what_the_replaced_line_reserved_too_much_is_free(session, run, shift, add):
    run(auto_reserve, given=Reserve(**component_line("RPO-1", WHEEL_LINE)))
    shift.build("BK-1", "F-1", "W-1", "W-2", "P-A")
    add(TYRE, "2", replaces_line_no=WHEEL_LINE, new_units_only=True)
    assert problems(session) == []
    refused("FULLY_RESERVED", run, auto_reserve, given=Reserve(**component_line("RPO-1", WHEEL_LINE)))


def test_d36_what_cannot_be_added(session, run, shift, add):
    with pytest.raises(NotAllowed):
        add(LAMP, actor=WORKER)
    refused("NOT_FOUND", add, "NOTHING")
    refused("NOT_FOUND", add, LAMP, replaces_line_no=99)
    refused("NOT_FOUND", add, LAMP, from_match_id=99)
    refused("NOT_FOUND", add, LAMP, operation_no=99)
    refused("NO_UNIT_CONVERSION", add, LAMP, unit_code="BOX")
    add(TYRE, "2", replaces_line_no=WHEEL_LINE)
    refused("ALREADY_REPLACED", add, LAMP, replaces_line_no=WHEEL_LINE)
    assert [c.item_no for c in order_components(session, "RPO-1")] == [FRAME, WHEEL, PAINT, BELL, TYRE]
    session.rollback()


def test_d36_edg_5_a_part_that_is_not_on_the_bill_is_scanned_after_it_was_added(session, shift, add):
    shift.build("BK-1")
    assert shift.scan("L-1") == "NOT_A_COMPONENT"
    add(LAMP)
    assert shift.scan("L-1") == "LINE_COMPLETED"


def test_d36_a_number_that_was_assigned_in_advance_is_no_earlier_unit(session, run, shift, add):
    """Its match id is older than its scan: a substitute for new units must not pass it over in silence."""
    run(preallocate, order_no="RPO-1", given=PreallocationInput(serial_nos=["BK-8"]))
    shift.build("BK-1", "F-1")
    refused("INVALID_INPUT", add, TYRE, "2", replaces_line_no=WHEEL_LINE, new_units_only=True)
    refused("INVALID_INPUT", add, TYRE, "2", replaces_line_no=WHEEL_LINE, from_match_id=shift.product)
    shift.send("mode", "Product")
    shift.scan("BK-8")
    add(TYRE, "2", replaces_line_no=WHEEL_LINE, from_match_id=0)
    assert shown(session, shift.product)[TYRE] == ("Not started", False)


def test_d36_the_matrix_says_what_one_unit_needs(session, shift, add):
    """One of two bikes is left out; each of the others needs two tyres all the same."""
    shift.build("BK-1", "F-1")
    add(TYRE, "2", replaces_line_no=WHEEL_LINE, new_units_only=True)
    columns = {column.item_no: column.quantity_per for column in associations_page(session, "RPO-1").matrix.columns}
    session.rollback()
    assert (columns[WHEEL], columns[TYRE]) == (2, 2)


def test_d36_a_weighed_substitute_has_its_share_of_each_unit(session, run, shift, add):
    """0.25 kg of paint for each bike; from the second on 0.1 kg of a lot that goes further."""
    make_item(run, "LACQUER", unit="KG", code="LOT", policy="STRICT", rounding_precision="0.001")
    opening_stock(run, "LACQUER", "5", lot_no="Q-1")
    shift.build("BK-1", "F-1", "W-1", "W-2", "P-A")
    add("LACQUER", "0.1", replaces_line_no=PAINT_LINE, new_units_only=True)
    assert (expected(session, PAINT), expected(session, "LACQUER")) == (Decimal("0.25"), Decimal("0.1"))
    shift.build("BK-2", "F-2", "W-3", "W-4", "Q-1")
    report(run, shift.product)
    assert problems(session) == []
