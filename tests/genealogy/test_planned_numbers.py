"""Numbers that were assigned to an order's lines, and the journals of the order by hand (PR-02, PR-03, PR-07, PR-08, TL-04, OT-01). Both
engines.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from shopfloor.genealogy.journal_inputs import PostProductionJournal
from shopfloor.genealogy.journal_queries import calculate_consumption
from shopfloor.genealogy.production_journal import post_production_journal
from shopfloor.genealogy.starting import start_order
from shopfloor.item_tracking import queries
from shopfloor.item_tracking.commands import save_tracking_lines
from shopfloor.item_tracking.inputs import SaveTrackingLines, TrackingSource
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.people.fields import read_input
from shopfloor.production import bills
from shopfloor.production import commands as production
from shopfloor.production.inputs import NewBom, NewBomLine, NewProductionOrder, OrderKey, StartOrder
from shopfloor.reservations.availability_queries import Place, availability_of
from shopfloor.reservations.tracking_errors import ExcessTracking, ToHandleDiffers
from tests.factories_documents import books_are_right
from tests.factories_items import make_item, plant_with_masters
from tests.factories_orders import opening_stock
from tests.remembered import remembered

GEL, AXLE, CART = "GEL", "AXLE", "CART"
GEL_LINE, AXLE_LINE, OUTPUT_LINE = 10, 20, 10000


@remembered
def three_carts(run):
    """Carts (serial) are made of 2 gel (lot) and 1 axle (serial), all by hand; an order of three is started."""
    plant_with_masters(run)
    make_item(run, GEL, code="LOT")
    make_item(run, AXLE, code="SN")
    make_item(run, CART, code="SN")
    lines = (NewBomLine(item_no=GEL, quantity_per="2", flushing="Manual"), NewBomLine(item_no=AXLE, quantity_per="1", flushing="Manual"))
    run(bills.create_bom, given=NewBom(item_no=CART, lines=lines))
    for lot_no in ("G-1", "G-2"):
        opening_stock(run, GEL, "20", lot_no=lot_no)
    for number in (1, 2, 3, 4):
        opening_stock(run, AXLE, serial_no=f"A-{number}")
    run(production.create_order, given=NewProductionOrder(no="CO-1", item_no=CART, quantity="3", location_code="MAIN"))
    run(start_order, given=StartOrder(order_no="CO-1"))


@pytest.fixture(autouse=True)
def plant(run, session):
    three_carts(run)
    yield
    books_are_right(session)


def plan(run, component_line_no, *lines):
    kind = "Prod. Order Component" if component_line_no else "Prod. Order Line"
    given = SaveTrackingLines(source_type=kind, order_no="CO-1", line_no=OUTPUT_LINE, component_line_no=component_line_no, lines=lines)
    return run(save_tracking_lines, given=given)


def planned(session, component_line_no):
    """The numbers that stand on a line, and what of the line has none."""
    kind = "Prod. Order Component" if component_line_no else "Prod. Order Line"
    source = TrackingSource(source_type=kind, order_no="CO-1", line_no=OUTPUT_LINE, component_line_no=component_line_no)
    page = queries.tracking_lines_page(session, source)
    session.rollback()
    return {one.tracking.label(): one.quantity for one in page.numbers}, page.matrix.undefined


def journal(run, *lines):
    return run(post_production_journal, order_no="CO-1", given=read_input(PostProductionJournal, {"lines": lines}))


def used(line_no, quantity=None, **more):
    return {"entry_type": "Consumption", "line_no": line_no, **({"quantity": quantity} if quantity else {}), **more}


def made(quantity=None, **more):
    return {"entry_type": "Output", "line_no": OUTPUT_LINE, **({"quantity": quantity} if quantity else {}), **more}


def posted(session):
    rows = session.scalars(select(ItemLedgerEntry).where(ItemLedgerEntry.order_no == "CO-1").order_by(ItemLedgerEntry.entry_no)).all()
    found = [(row.entry_type, row.serial_no or row.lot_no, row.quantity) for row in rows]
    session.rollback()
    return found


CARTS = [{"serial_no": f"C-{number}"} for number in (1, 2, 3)]


def test_ot_01_what_is_made_and_consumed_by_hand_leaves_the_plan(session, run):
    plan(run, 0, *CARTS)
    plan(run, GEL_LINE, {"lot_no": "G-1", "quantity": "6"})
    journal(run, used(GEL_LINE, "2", lot_no="G-1"), made(serial_no="C-1"))
    assert planned(session, 0) == ({"C-2": 1, "C-3": 1}, 0)
    assert planned(session, GEL_LINE) == ({"G-1": 4}, 0)


def test_ot_01_other_numbers_than_the_planned_ones_cut_the_plan_to_what_is_still_open(session, run):
    plan(run, 0, *CARTS)
    plan(run, GEL_LINE, {"lot_no": "G-1", "quantity": "6"})
    journal(run, used(GEL_LINE, "5", lot_no="G-2"), made(serial_no="C-9"))
    assert planned(session, 0) == ({"C-1": 1, "C-2": 1}, 0)
    assert planned(session, GEL_LINE) == ({"G-1": 1}, 0)


def test_tl_01_a_partly_made_line_takes_numbers_for_what_is_still_to_be_made(session, run):
    journal(run, made(serial_no="C-1"))
    assert planned(session, 0) == ({}, 2)
    plan(run, 0, *CARTS[1:])
    assert planned(session, 0) == ({"C-2": 1, "C-3": 1}, 0)
    with pytest.raises(ExcessTracking):
        plan(run, 0, *CARTS[1:], {"serial_no": "C-4"})


def test_pr_02_pr_03_tl_04_a_journal_line_without_a_number_takes_the_planned_ones(session, run):
    plan(run, 0, *CARTS[:2], {"serial_no": "C-3", "to_handle": "0"})
    plan(run, GEL_LINE, {"lot_no": "G-1", "quantity": "3"}, {"lot_no": "G-2", "quantity": "1"})
    with pytest.raises(ToHandleDiffers) as refused:
        journal(run, used(GEL_LINE, "4"), made("3"))
    assert (refused.value.to_handle, refused.value.quantity, refused.value.row) == ("2", "3", 2)
    assert posted(session) == []
    journal(run, used(GEL_LINE, "4"), made("2"))
    assert posted(session) == [
        ("Consumption", "G-1", Decimal(-3)), ("Consumption", "G-2", Decimal(-1)),
        ("Output", "C-1", Decimal(1)), ("Output", "C-2", Decimal(1)),
    ]
    assert (planned(session, 0), planned(session, GEL_LINE)) == (({"C-3": 1}, 0), ({}, 2))


def test_pr_07_planned_numbers_are_proposed(session, run):
    plan(run, GEL_LINE, {"lot_no": "G-2", "quantity": "4"})
    proposal = [(one.line_no, one.tracking.label(), one.quantity) for one in calculate_consumption(session, "CO-1")]
    session.rollback()
    assert proposal == [(GEL_LINE, "G-2", 4), (GEL_LINE, "", 2), (AXLE_LINE, "", 3)]


def test_pr_08_an_ended_order_asks_for_its_numbers_no_longer(session, run):
    plan(run, AXLE_LINE, {"serial_no": "A-4"})
    plan(run, 0, *CARTS)
    run(production.end_job, given=OrderKey(order_no="CO-1"))
    run(production.end_order, given=OrderKey(order_no="CO-1"))
    number = Tracking(serial_no="A-4")
    found = availability_of(session, Place(AXLE, "MAIN"), [number])[number]
    session.rollback()
    assert (found.total, found.requested, found.available) == (1, 0, 1)
    assert (planned(session, AXLE_LINE)[0], planned(session, 0)[0]) == ({}, {})
