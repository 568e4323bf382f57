"""Failures of other systems that must not be ours: what units are made of (peers 36 to 55). Both databases."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from shopfloor.genealogy.adjusting import change_journal_line, open_journal, post_journal
from shopfloor.genealogy.inputs import JournalLineInput, ReplaceInput, SelectionInput
from shopfloor.genealogy.models import ComponentAssociation
from shopfloor.genealogy.replacing import replace_component
from shopfloor.genealogy.reversing import reverse_report
from shopfloor.genealogy.starting import start_order
from shopfloor.items.commands import add_gtin
from shopfloor.items.inputs import NewGtin
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.orders.journal_inputs import PostReclassification
from shopfloor.orders.reclassification import post_reclassification
from shopfloor.production import bills, versions
from shopfloor.production import commands as production
from shopfloor.production.inputs import BomVersionInput, NewBom, NewBomLine, NewProductionOrder, OrderKey, StartOrder, VersionKey
from shopfloor.production.versions import BOM_VERSIONS
from shopfloor.tracing.queries import trace
from tests.factories_genealogy import (
    BELL,
    BIKE,
    FRAME,
    FRAME_LINE,
    PAINT,
    WHEEL,
    WHEEL_LINE,
    Station,
    bike_order,
    bike_plant,
    bike_stock,
    problems,
    remove,
    report,
)
from tests.factories_items import make_item
from tests.factories_orders import opening_stock
from tests.genealogy.test_associations import associations, no_of, refused, state_of, stock_of

ORDER = {"order_no": "RPO-1"}


@pytest.fixture
def whole(station):
    """BK-1 with everything that it needs."""
    station.build("BK-1", "F-1", "W-1", "W-2", "P-A")
    return station.product


def order_of(run, item_no, lines, quantity="2", no="RPO-9"):
    """A started order of an item with a bill of its own."""
    run(bills.create_bom, given=NewBom(item_no=item_no, lines=lines))
    run(production.create_order, given=NewProductionOrder(no=no, item_no=item_no, quantity=quantity, location_code="MAIN"))
    run(start_order, given=StartOrder(order_no=no, quantity=quantity))
    return no


def below(session, number, **view):
    """Numbers of the parts that a backward trace of a serial shows."""
    lines = trace(session, serial_no=number, **view).lines
    session.rollback()
    return {line.number for line in lines if line.item_no != BIKE and line.number and line.current}


def consumption(session, **fits):
    """{(order, item, number): quantity used up}, returns taken off."""
    found = session.execute(
        select(ItemLedgerEntry.order_no, ItemLedgerEntry.item_no, ItemLedgerEntry.serial_no, ItemLedgerEntry.lot_no,
               func.sum(-ItemLedgerEntry.quantity))
        .where(ItemLedgerEntry.entry_type == "Consumption", *(getattr(ItemLedgerEntry, name) == value for name, value in fits.items()))
        .group_by(ItemLedgerEntry.order_no, ItemLedgerEntry.item_no, ItemLedgerEntry.serial_no, ItemLedgerEntry.lot_no)
    ).all()
    session.rollback()
    return {(order, item, serial or lot): quantity for order, item, serial, lot, quantity in found if quantity}


# --- what a unit is made of -------------------------------------------------------------------------------------------------


def test_peers_36_a_product_that_gets_another_number_keeps_its_parts(session, run, whole):
    """Peers 36: relabelled after its parts were consumed; both ways the trace goes through the new number."""
    report(run, whole)
    line = {"item_no": BIKE, "serial_no": "BK-1", "new_serial_no": "BK-77", "location_code": "MAIN", "quantity": "1"}
    run(post_reclassification, given=PostReclassification(lines=[line], reason="label torn"))
    assert below(session, "BK-77") == {"F-1", "W-1", "W-2", "P-A"}
    forward = {line.number for line in trace(session, serial_no="F-1", method="Origin -> Usage").lines}
    assert {"BK-1", "BK-77"} <= forward
    session.rollback()
    assert problems(session) == []


def test_peers_37_parts_consumed_for_a_unit_that_is_never_reported_are_not_forgotten(session, run, whole):
    """Peers 37: consumed by a picking list, the unit never finished: the order does not end quietly, and the trace finds the bench."""
    run(open_journal, **ORDER, given=SelectionInput(selected=[no_of(session, "F-1")]))
    run(post_journal, **ORDER, given=SelectionInput())
    assert state_of(session, "F-1") == "Consumed"
    run(production.end_job, given=OrderKey(order_no="RPO-1"))
    refused("ORDER_RESERVED", run, production.end_order, given=OrderKey(order_no="RPO-1"))
    found = trace(session, serial_no="F-1", method="Origin -> Usage", include_registered=True)
    assert "BK-1" in {line.number for line in found.lines}
    session.rollback()
    assert problems(session) == []


def test_peers_46_crossed_finishing_of_two_orders_keeps_their_parts_apart(session, run, bikes):
    """Peers 46: one lot and serials for two orders, the second one reported first: each consumption names its own order."""
    bike_order(run, no="RPO-2")
    first, second = Station(session), Station(session, "RPO-2")
    first.build("BK-1", "F-1", "W-1")
    second.build("BK-2", "F-2", "W-3")
    for text in ("W-2", "P-A"):
        first.scan(text)
    for text in ("W-4", "P-A"):
        second.scan(text)
    report(run, second.product, order_no="RPO-2")
    report(run, first.product)
    quarter = Decimal("0.25")
    assert consumption(session, order_no="RPO-1") == {
        ("RPO-1", FRAME, "F-1"): 1, ("RPO-1", WHEEL, "W-1"): 1, ("RPO-1", WHEEL, "W-2"): 1, ("RPO-1", PAINT, "P-A"): quarter,
        ("RPO-1", BELL, ""): 1,
    }
    assert consumption(session, order_no="RPO-2") == {
        ("RPO-2", FRAME, "F-2"): 1, ("RPO-2", WHEEL, "W-3"): 1, ("RPO-2", WHEEL, "W-4"): 1, ("RPO-2", PAINT, "P-A"): quarter,
        ("RPO-2", BELL, ""): 1,
    }
    assert (below(session, "BK-1"), below(session, "BK-2")) == ({"F-1", "W-1", "W-2", "P-A"}, {"F-2", "W-3", "W-4", "P-A"})
    assert problems(session) == []


@pytest.mark.parametrize("code", ["SN", "LOT"])
def test_peers_48_every_report_leaves_consumption_whatever_the_product_is(session, run, code):
    """Peers 48: a product by serial or by batch: its tracked and untracked material is issued with the report."""
    bike_plant(run)
    bike_stock(run)
    make_item(run, "LAMP", code=code, policy="STRICT")
    lines = (NewBomLine(item_no=PAINT, quantity_per="0.1", flushing="Manual"), NewBomLine(item_no=BELL, quantity_per="1"))
    order_of(run, "LAMP", lines, "1")
    station = Station(session, "RPO-9")
    station.build("L-1", "P-A")
    report(run, station.product, order_no="RPO-9")
    assert consumption(session) == {("RPO-9", PAINT, "P-A"): Decimal("0.1"), ("RPO-9", BELL, ""): 1}
    assert problems(session) == []


def test_peers_49_each_step_asks_for_the_numbers_of_its_own_components(session, run):
    """Peers 49: serial, batch and nothing, at the first step and at the second: no step asks as the one before it did."""
    bike_plant(run)
    lines = []
    for step in (10, 20):
        for name, code in (("SER", "SN"), ("BAT", "LOT"), ("PLAIN", "")):
            item_no = make_item(run, f"{name}{step}", code=code, policy="STRICT" if code else "")
            lines.append(NewBomLine(item_no=item_no, quantity_per="1", flushing="Manual" if code else "Finish", operation_no=step))
            number = {"SN": {"serial_no": f"S-{step}"}, "LOT": {"lot_no": f"B-{step}"}}.get(code, {})
            opening_stock(run, item_no, "5" if code != "SN" else "1", **number)
    make_item(run, "LAMP", code="SN", policy="STRICT")
    for number, item in enumerate(("SER10", "BAT10", "PLAIN10", "SER20", "BAT20", "PLAIN20")):
        run(add_gtin, given=NewGtin(gtin=check_digit(f"040123456789{number}"), item_no=item))
    order_of(run, "LAMP", lines, "1")
    station = Station(session, "RPO-9")
    station.scan("L-1")

    def label(number, rest):
        return f"]d201{check_digit(f'040123456789{number}')}{rest}"

    for first, step in ((0, 10), (3, 20)):
        assert (station.scan(label(first, "10X-1")), station.answer.kind) == ("GS1_NO_NUMBER", "serial")
        assert (station.scan(label(first + 1, "21X-1")), station.answer.kind) == ("GS1_NO_NUMBER", "batch")
        assert station.scan(f"PLAIN{step}") == "ITEM_NOT_TRACKED"
        assert station.scan(label(first, f"21S-{step}")) == "LINE_COMPLETED"
        assert station.scan(label(first + 1, f"10B-{step}")) in {"LINE_COMPLETED", "UNIT_COMPLETED"}
    report(run, station.product, order_no="RPO-9")
    assert consumption(session) == {
        ("RPO-9", item, number): 1 for item, number in (
            ("SER10", "S-10"), ("BAT10", "B-10"), ("PLAIN10", ""), ("SER20", "S-20"), ("BAT20", "B-20"), ("PLAIN20", ""))
    }
    assert problems(session) == []


def check_digit(thirteen):
    """The GTIN of fourteen digits."""
    weights = [3, 1] * 7
    return thirteen + str(-sum(int(digit) * weight for digit, weight in zip(thirteen, weights, strict=False)) % 10)


def test_peers_50_a_part_that_was_taken_out_is_free_again_and_gone_from_the_trace(session, run, whole, station):
    """Peers 50: stock, reservation and trace know it at once, and another unit takes it."""
    assert "F-1" in below(session, "BK-1", include_registered=True)
    assert stock_of(session, FRAME) == (Decimal(3), Decimal(1))
    remove(run, no_of(session, "F-1"))
    assert stock_of(session, FRAME) == (Decimal(3), Decimal(0))
    assert below(session, "BK-1", include_registered=True) == {"W-1", "W-2", "P-A"}
    station.build("BK-2", "F-1")
    assert "F-1" in below(session, "BK-2", include_registered=True)
    assert problems(session) == []


def test_peers_51_a_bill_that_loses_a_line_in_mid_order_does_not_unhook_registered_parts(session, run, station):
    """Peers 51: the order keeps the lines that it was made with; later orders get the new bill."""
    station.build("BK-1", "F-1", "W-1")
    lines = ({"item_no": WHEEL, "quantity_per": "2", "flushing": "Manual"},)
    run(versions.create_version, kind=BOM_VERSIONS, given=BomVersionInput(no=BIKE, version=1, version_code="2", lines=lines))
    run(versions.move_version, kind=BOM_VERSIONS, given=VersionKey(no=BIKE, version_code="1", version=2), action="close")
    run(versions.move_version, kind=BOM_VERSIONS, given=VersionKey(no=BIKE, version_code="2", version=3), action="certify")
    lines_of = select(ComponentAssociation.component_line_no).order_by(ComponentAssociation.association_no)
    assert session.scalars(lines_of).all() == [FRAME_LINE, WHEEL_LINE]
    session.rollback()
    assert station.scan("W-2") == "LINE_COMPLETED"
    assert station.scan("P-A") == "UNIT_COMPLETED"
    report(run, station.product)
    assert below(session, "BK-1") == {"F-1", "W-1", "W-2", "P-A"}
    bike_order(run, no="RPO-2", quantity="1")
    later = Station(session, "RPO-2")
    later.scan("BK-2")
    assert later.scan("F-2") == "NUMBER_WRONG_ITEM"
    assert later.answer.selected == "WHEEL of the test"
    assert problems(session) == []


def test_peers_54_what_comes_apart_is_the_unit_as_it_is_now(session, run, whole):
    """Peers 54: a wheel was replaced; taken apart, the unit gives back the new one, and the old one stays where it went."""
    report(run, whole)
    old = no_of(session, "W-1")
    version = session.get(ComponentAssociation, (1, old)).version
    session.rollback()
    given = ReplaceInput(version=version, reason="rim is bent", old_part="Scrap", serial_no="W-3")
    run(replace_component, **ORDER, association_no=old, given=given)
    run(reverse_report, **ORDER, given=SelectionInput(selected=[whole], reason="take it apart"))
    parts = {number: state for _, number, state, _, _ in associations(session) if state != "Removed"}
    assert parts == {"F-1": "Open", "W-2": "Open", "P-A": "Open", "W-3": "Consumed"}
    new = no_of(session, "W-3")
    run(open_journal, **ORDER, given=SelectionInput(selected=[new]))
    run(change_journal_line, **ORDER, association_no=new, given=JournalLineInput(quantity="-1"))
    run(post_journal, **ORDER, given=SelectionInput())
    remove(run, new)
    station = Station(session)
    station.build("BK-2", "W-3")
    station.send("line", str(WHEEL_LINE))
    assert station.scan("W-1") == "SERIAL_CONSUMED"
    assert problems(session) == []


@pytest.mark.parametrize("again", [False, True])
def test_peers_55_taking_back_and_doing_it_again_loses_no_number(session, run, whole, again):
    """Peers 55: after reversal and second report, every part has its number, quantity and unit as before, and so has the trace."""
    report(run, whole)
    parts, used = below(session, "BK-1"), consumption(session)
    for _ in range(1 + again):
        run(reverse_report, **ORDER, given=SelectionInput(selected=[whole], reason="wrong date"))
        assert consumption(session) == {}
        report(run, whole)
    assert (below(session, "BK-1"), consumption(session)) == (parts, used)
    assert problems(session) == []
