"""Bills of material and routings on both databases."""

from __future__ import annotations

import pytest

from shopfloor.errors import InvalidInput, NotAllowed, NotFound
from shopfloor.items.errors import UnitUnknown
from shopfloor.people.actor import Actor
from shopfloor.people.errors import AlreadyExists
from shopfloor.people.fields import read_input
from shopfloor.people.master_commands import create_record
from shopfloor.production import bills, commands, queries, version_queries
from shopfloor.production.components import order_components
from shopfloor.production.errors import BomLoop
from shopfloor.production.inputs import (
    ComponentFlushing,
    NewBom,
    NewBomLine,
    NewProductionOrder,
    NewResource,
    NewRouting,
    NewRoutingLine,
    StartOrder,
)
from shopfloor.production.resources import RESOURCE
from tests.factories_items import CELL, LABEL, MODULE, PACK, PASTE, make_item, plant_with_masters


@pytest.fixture
def masters(run):
    plant_with_masters(run)


def bom(item_no, *components, **more):
    return NewBom(item_no=item_no, lines=tuple(NewBomLine(item_no=component, quantity_per="1") for component in components), **more)


def test_lif_15_bill_is_kept_as_given(run, session, masters):
    lines = (
        NewBomLine(
            item_no=CELL, unit_code="BOX", quantity_per="2", scrap_percent="1.5", round_up_to="5", flushing="Manual", operation_no=10
        ),
        NewBomLine(item_no=PASTE, quantity_per="0.25", constant=True),
    )
    run(bills.create_bom, given=NewBom(item_no=MODULE, lines=lines))
    card = version_queries.bom_card(session, MODULE)
    assert (card.item_no, card.description) == (MODULE, "MODULE of the test")
    first, second = card.lines
    assert (first.line_no, first.item_no, first.unit_code, str(first.quantity_per), str(first.scrap_percent)) == (
        10,
        CELL,
        "BOX",
        "2.00000",
        "1.50000",
    )
    assert (first.flushing, first.constant, first.operation_no, first.round_up_to) == ("Manual", False, 10, 5)
    assert (second.line_no, second.unit_code, second.flushing, second.constant) == (20, "KG", "Finish", True)
    assert version_queries.bom_card(session, "NONE") is None


def test_lif_15_d31_an_order_needs_whole_multiples_in_the_unit_of_the_bill(run, session, masters):
    """Two boxes a module and 1.5 % scrap: three modules need 6.09 boxes, taken by fives: ten boxes, in base units."""
    lines = (NewBomLine(item_no=CELL, unit_code="BOX", quantity_per="2", scrap_percent="1.5", round_up_to="5", flushing="Manual"),)
    run(bills.create_bom, given=NewBom(item_no=MODULE, lines=lines))
    run(commands.create_order, given=NewProductionOrder(no="RPO-1", item_no=MODULE, quantity="3", location_code="MAIN"))
    component = order_components(session, "RPO-1")[0]
    assert component.expected == 10 * component.quantity_per_unit


@pytest.mark.parametrize("kind", ["phantom", "co_product"])
def test_lif_15_only_components_are_rounded_up(kind):
    with pytest.raises(InvalidInput) as refused:
        read_input(NewBomLine, {"item_no": CELL, "quantity_per": "1", "round_up_to": "5", kind: True})
    assert "only a component is rounded up" in str(refused.value.problems)


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        (bom("NONE", CELL), NotFound),
        (bom(PACK, "NONE"), NotFound),
        (NewBom(item_no=PACK, lines=(NewBomLine(item_no=LABEL, unit_code="BOX", quantity_per="1"),)), UnitUnknown),
        (bom(PACK, PACK), BomLoop),
    ],
)
def test_bills_that_cannot_be(run, session, masters, given, refusal):
    with pytest.raises(refusal):
        run(bills.create_bom, given=given)
    assert queries.list_boms(session).rows == ()


def test_an_item_has_one_bill(run, masters):
    run(bills.create_bom, given=bom(PACK, MODULE, no="B-1"))
    for again in (bom(PACK, LABEL), bom(MODULE, CELL, no="B-1")):
        with pytest.raises(AlreadyExists) as refused:
            run(bills.create_bom, given=again)
        assert refused.value.number == "B-1"


def test_edg_22_loops_are_refused_on_any_level(run, masters):
    run(bills.create_bom, given=bom(PACK, MODULE))
    run(bills.create_bom, given=bom(MODULE, PASTE))
    with pytest.raises(BomLoop) as refused:
        run(bills.create_bom, given=bom(PASTE, CELL, PACK))
    assert (refused.value.item_no, refused.value.component) == (PASTE, PACK)
    run(bills.create_bom, given=bom(PASTE, CELL))


def test_routing(run, session, masters):
    run(create_record, master=RESOURCE, given=NewResource(code="B2", name="Bench 2"))
    steps = (NewRoutingLine(operation_no=10, description="Stack"), NewRoutingLine(operation_no=20, description="Close", resource="B2"))
    run(bills.create_routing, given=NewRouting(item_no=PACK, lines=steps))
    assert [(step.operation_no, step.resource) for step in version_queries.routing_card(session, PACK).lines] == [(10, ""), (20, "B2")]
    with pytest.raises(AlreadyExists):
        run(bills.create_routing, given=NewRouting(item_no=PACK, lines=steps))


def test_a30_masters_need_the_right(run, masters):
    nobody = Actor("N", "Nobody", frozenset())
    for command, given in (
        (bills.create_bom, bom(PACK, MODULE)),
        (bills.create_routing, NewRouting(item_no=PACK, lines=(NewRoutingLine(operation_no=1, description="x"),))),
    ):
        with pytest.raises(NotAllowed):
            run(command, nobody, given=given)


@pytest.mark.parametrize(
    ("model", "values", "field"),
    [
        (NewBom, {"item_no": "A", "lines": []}, "lines"),
        (NewBom, {"item_no": "A", "lines": [{"item_no": "B", "quantity_per": "-1"}]}, "lines.0.quantity_per"),
        (NewBom, {"item_no": "A", "lines": [{"item_no": "B", "quantity_per": 1}]}, "lines.0.quantity_per"),
        (NewBom, {"item_no": "A", "lines": [{"item_no": "B", "quantity_per": "1", "scrap_percent": "1001"}]}, "lines.0.scrap_percent"),
        (NewBom, {"item_no": "A", "lines": [{"item_no": "B", "quantity_per": "1", "flushing": "Later"}]}, "lines.0.flushing"),
        (NewBom, {"item_no": "A\x1d", "lines": [{"item_no": "B", "quantity_per": "1"}]}, "item_no"),
        (NewRouting, {"item_no": "A", "lines": [{"operation_no": 10, "description": "x"}] * 2}, "lines"),
        (StartOrder, {"order_no": "PO-1", "quantity": "many"}, "quantity"),
        (StartOrder, {"order_no": "PO-1", "quantity": 1.5}, "quantity"),
        (StartOrder, {"order_no": "P" * 21}, "order_no"),
    ],
)
def test_a27_a29_input_is_read_strictly(model, values, field):
    with pytest.raises(InvalidInput) as refused:
        read_input(model, values)
    assert field in refused.value.problems


def test_lif_12_flushing_comes_from_the_item_unless_a_line_says_otherwise(run, session, masters):
    """LIF-12: item, line of the bill, line of the order; what was consumed before counts."""
    make_item(run, "SEAL", flushing="Start")
    make_item(run, "CAP", flushing="Start")
    make_item(run, "VALVE")
    lines = (NewBomLine(item_no="SEAL", quantity_per="1"), NewBomLine(item_no="CAP", quantity_per="1", flushing="Manual"))
    run(bills.create_bom, given=NewBom(item_no="VALVE", lines=lines))
    order = NewProductionOrder(no="V-1", item_no="VALVE", quantity="2", location_code="MAIN")
    run(commands.create_order, given=order)
    assert flushing_of(session) == ["Start", "Manual"]
    run(commands.set_component_flushing, given=ComponentFlushing(order_no="V-1", line_no=20, flushing="Finish"))
    assert flushing_of(session) == ["Start", "Finish"]
    with pytest.raises(NotFound):
        run(commands.set_component_flushing, given=ComponentFlushing(order_no="V-1", line_no=30, flushing="Finish"))


def flushing_of(session):
    found = [component.flushing for component in order_components(session, "V-1")]
    session.rollback()
    return found
