"""EDG-39: the exploded lines of a phantom are listed, the phantom itself is not. Both databases."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import event

from shopfloor.genealogy.starting import start_order
from shopfloor.items.errors import BelowPrecision
from shopfloor.production import bills, commands
from shopfloor.production.components import order_components
from shopfloor.production.errors import BomLoop, BomMissing
from shopfloor.production.inputs import NewBom, NewBomLine, NewProductionOrder, StartOrder
from tests.factories_genealogy import BELL, FRAME, PAINT, WHEEL, Station, bike_plant, bike_stock, problems, report
from tests.factories_items import make_item

RACER, WHEELSET, SIDE = "RACER", "WHEELSET", "SIDE-SET"


@pytest.fixture
def plant(run):
    """A racer: 1 frame, 1 wheel set; the set is 2 sides, a side is 1 wheel and 0.05 kg of paint, 10 % of it scrap."""
    bike_plant(run)
    bike_stock(run)
    for item_no in (WHEELSET, SIDE):
        make_item(run, item_no)
    make_item(run, RACER, code="SN", policy="STRICT")
    bill(run, SIDE, part(WHEEL, "1"), part(PAINT, "0.05", scrap_percent="10"))
    bill(run, WHEELSET, part(SIDE, "2", phantom=True, operation_no=20))
    bill(run, RACER, part(FRAME, "1"), part(WHEELSET, "1", phantom=True, operation_no=30), part(BELL, "1", flushing="Finish"))


def bill(run, item_no, *lines):
    run(bills.create_bom, given=NewBom(item_no=item_no, lines=lines))


def part(item_no, quantity, **more):
    return NewBomLine(item_no=item_no, quantity_per=quantity, **({"flushing": "Manual"} | more))


def order(run, quantity="2", item_no=RACER):
    return run(commands.create_order, given=NewProductionOrder(item_no=item_no, quantity=quantity, location_code="MAIN")).number


def lines(session, order_no):
    found = [(c.line_no, c.item_no, c.quantity_per, c.expected, c.operation_no) for c in order_components(session, order_no)]
    session.rollback()
    return found


def test_edg_39_the_parts_of_phantoms_stand_in_their_place_level_after_level(session, run, plant):
    """Quantities multiply, scrap stays with its part, and the operation is that of the outermost phantom."""
    assert lines(session, order(run)) == [
        (10, FRAME, 1, 2, 0),
        (20, WHEEL, 2, 4, 30),
        (30, PAINT, Decimal("0.1"), Decimal("0.22"), 30),
        (40, BELL, 1, 2, 0),
    ]


def test_edg_39_a_unit_is_built_of_the_exploded_lines(session, run, plant):
    order_no = order(run, "1")
    run(start_order, given=StartOrder(order_no=order_no))
    station = Station(session, order_no)
    station.scan("R-1")
    assert station.scan(WHEELSET) == "SELECT_COMPONENT"
    station.build("R-1", "F-1", "W-1", "W-2", "P-A")
    report(run, station.product, order_no=order_no)
    assert problems(session) == []


def test_edg_39_a_constant_phantom_makes_its_parts_constant_and_scrap_compounds(session, run, plant):
    make_item(run, "KIT", code="SN", policy="STRICT")
    bill(run, "KIT", part(SIDE, "1", phantom=True, constant=True, scrap_percent="10"))
    rows = order_components(session, order(run, "5", "KIT"))
    session.rollback()
    assert [(c.item_no, c.constant, c.expected) for c in rows] == [(WHEEL, True, 2), (PAINT, True, Decimal("0.061"))]


def test_edg_39_a_part_does_not_vanish_because_its_share_is_too_small_to_be_kept(session, run, plant):
    """D31: 0.00001 of a side of 0.05 kg is less than a quantity can say; an order that needs nothing of it would be wrong."""
    make_item(run, "MOTE", code="SN", policy="STRICT")
    bill(run, "MOTE", part(SIDE, "0.00001", phantom=True))
    with pytest.raises(BelowPrecision) as caught:
        order(run, "100000", "MOTE")
    assert (caught.value.item, caught.value.quantity, caught.value.precision) == (PAINT, "0.0000005", "0.00001")
    assert problems(session) == []


def test_edg_39_a_phantom_without_a_valid_bill_is_refused(session, run, plant):
    make_item(run, "EMPTY")
    make_item(run, "HOPE", code="SN", policy="STRICT")
    bill(run, "HOPE", part("EMPTY", "1", phantom=True))
    with pytest.raises(BomMissing) as caught:
        order(run, "1", "HOPE")
    assert caught.value.item_no == "EMPTY"


def test_edg_39_phantoms_make_no_loop(run, plant):
    make_item(run, "RING")
    with pytest.raises(BomLoop):
        bill(run, "RING", part(RACER, "1", phantom=True), part("RING", "1", phantom=True))


def test_edg_39_statements_depend_on_levels_not_on_phantoms(session, run, plant, engine):
    """Two phantoms on one level cost what one costs."""
    make_item(run, "ONE", code="SN", policy="STRICT")
    make_item(run, "TWO", code="SN", policy="STRICT")
    make_item(run, "SIDE-2")
    bill(run, "SIDE-2", part(WHEEL, "1"))
    bill(run, "ONE", part(SIDE, "1", phantom=True))
    bill(run, "TWO", part(SIDE, "1", phantom=True), part("SIDE-2", "3", phantom=True))

    def count(item_no):
        seen = []
        listener = lambda *arguments: seen.append(arguments[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listener)
        order(run, "1", item_no)
        event.remove(engine, "before_cursor_execute", listener)
        return len(seen)

    count("ONE")
    assert count("ONE") == count("TWO")
