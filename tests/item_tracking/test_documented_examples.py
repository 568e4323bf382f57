"""The worked examples of Business Central's documentation, with their own figures, played through our documents. Both databases.

Their costs and invoices are left out: we keep neither (C7, C9).
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from shopfloor.item_tracking import queries
from shopfloor.item_tracking.commands import save_tracking_lines
from shopfloor.item_tracking.inputs import SaveTrackingLines, TrackingSource
from shopfloor.items import commands
from shopfloor.items.inputs import NewTrackingCode
from shopfloor.ledger.models import ItemApplicationEntry, ItemLedgerEntry
from shopfloor.production import commands as production
from shopfloor.production.bills import create_bom
from shopfloor.production.inputs import ChangeProductionOrder, NewBom, NewBomLine, NewProductionOrder, OrderKey
from shopfloor.production.models import ProductionOrder
from shopfloor.reservations.allocating import allocate_stock
from shopfloor.reservations.allocation import BASIC, EQUALLY
from shopfloor.reservations.errors import NotEnoughForAll
from shopfloor.reservations.inputs import Allocate
from shopfloor.reservations.supplies import projected_available
from tests.factories_documents import (
    arrive,
    make_in_transit,
    make_purchase_return,
    make_sales_return,
    make_transfer_order,
    send_back,
    send_off,
    take_back,
)
from tests.factories_items import CELL, LABEL, make_item, make_location, plant_with_masters
from tests.factories_orders import make_customer, make_purchase_order, make_sales_order, make_vendor, opening_stock, receive, ship
from tests.factories_reservations import COMPONENT, STOCK, auto, books, component_line, held, sales_line

BLUE, RED = "BLUE", "RED"


@pytest.fixture(autouse=True)
def masters(run, session):
    plant_with_masters(run)
    make_vendor(run)
    make_customer(run)
    make_location(run, BLUE)
    make_location(run, RED)
    make_in_transit(run)
    yield
    assert books(session) == []


def entries(session, item_no):
    """(type, location, quantity, applications) of an item's entries, oldest first; an application is (inbound, outbound, quantity).

    Entries are counted from 1, as the documentation does.
    """
    own = session.scalars(select(ItemLedgerEntry).where(ItemLedgerEntry.item_no == item_no).order_by(ItemLedgerEntry.entry_no)).all()
    counted = {entry.entry_no: number for number, entry in enumerate(own, 1)} | {0: 0}
    made = session.scalars(select(ItemApplicationEntry).order_by(ItemApplicationEntry.entry_no)).all()
    applications = {
        entry.entry_no: [
            (counted[a.inbound_item_entry_no], counted[a.outbound_item_entry_no], int(a.quantity))
            for a in made
            if a.item_entry_no == entry.entry_no
        ]
        for entry in own
    }
    found = [(entry.entry_type, entry.location_code, int(entry.quantity), applications[entry.entry_no]) for entry in own]
    numbers = [entry.entry_no for entry in own]
    session.rollback()
    return found, numbers


# --- item application


def buy(run, quantity, no, **more):
    make_purchase_order(run, {"item_no": LABEL, "quantity": quantity, **more}, no=no)
    receive(run, no, {"quantity": quantity})


def test_ap_07_fixed_application_in_a_purchase_return(session, run):
    """Two purchases of 10; the return of 10 names the second, so entry 3 is applied to entry 2."""
    buy(run, "10", "PO-1")
    buy(run, "10", "PO-2")
    second = entries(session, LABEL)[1][1]
    make_purchase_return(run, {"item_no": LABEL, "quantity": "10"})
    send_back(run, "PRO-1", {"quantity": "10", "applies_to_entry": second})
    assert entries(session, LABEL)[0] == [
        ("Purchase", "MAIN", 10, [(1, 0, 10)]), ("Purchase", "MAIN", 10, [(2, 0, 10)]), ("Purchase", "MAIN", -10, [(2, 3, -10)])
    ]


def test_ap_05_without_it_the_return_takes_the_first_purchase(session, run):
    buy(run, "10", "PO-1")
    buy(run, "10", "PO-2")
    make_purchase_return(run, {"item_no": LABEL, "quantity": "10"})
    send_back(run, "PRO-1", {"quantity": "10"})
    assert entries(session, LABEL)[0][2] == ("Purchase", "MAIN", -10, [(1, 3, -10)])


def test_ap_08_fixed_application_in_a_sales_return(session, run):
    """Buy 1, sell 1, take it back: entry 3 names entry 2."""
    buy(run, "1", "PO-1")
    make_sales_order(run, {"item_no": LABEL, "quantity": "1"})
    ship(run, "SO-1", {"quantity": "1"})
    sale = entries(session, LABEL)[1][1]
    make_sales_return(run, {"item_no": LABEL, "quantity": "1"})
    take_back(run, "SRO-1", {"quantity": "1", "applies_from_entry": sale})
    assert entries(session, LABEL)[0] == [
        ("Purchase", "MAIN", 1, [(1, 0, 1)]), ("Sale", "MAIN", -1, [(1, 2, -1)]), ("Sale", "MAIN", 1, [(3, 2, 1)])
    ]


def test_ap_09_transfer_application(session, run):
    """One of two purchases goes from BLUE to RED: the entries of the transfer are applied to each other."""
    for number in ("PO-1", "PO-2"):
        buy(run, "1", number, location_code=BLUE)
    make_transfer_order(run, {"item_no": LABEL, "quantity": "1"}, from_code=BLUE, to_code=RED)
    send_off(run, "TO-1", {"quantity": "1"})
    arrive(run, "TO-1")
    found = entries(session, LABEL)[0]
    assert [(kind, place, quantity) for kind, place, quantity, _ in found] == [
        ("Purchase", BLUE, 1), ("Purchase", BLUE, 1), ("Transfer", BLUE, -1), ("Transfer", "TRANSIT", 1),
        ("Transfer", "TRANSIT", -1), ("Transfer", RED, 1),
    ]
    assert [applications for *_, applications in found[2:]] == [[(1, 3, -1)], [(4, 3, 1)], [(4, 5, -1)], [(6, 5, 1)]]


# --- active and historic item tracking


def test_dm_30_active_and_historic_item_tracking_of_seven_pieces(session, run):
    """Seven ordered with a lot; four, two and one are received."""
    make_purchase_order(run, {"item_no": CELL, "quantity": "7"})
    assign(run, {"lot_no": "L", "quantity": "7"})
    seen = []
    for quantity in ("4", "2", "1"):
        seen.append(active_and_handled(session))
        assign(run, {"lot_no": "L", "quantity": str(seen[-1][0]), "to_handle": quantity})
        receive(run, "PO-1", {"quantity": quantity})
    assert [*seen, active_and_handled(session)] == [(7, 0), (3, 4), (1, 6), (0, 7)]


def assign(run, *lines, kind="Purchase Line", order_no="PO-1", **more):
    given = SaveTrackingLines(source_type=kind, order_no=order_no, line_no=10000, lines=lines, **more)
    return run(save_tracking_lines, given=given)


def active_and_handled(session, kind="Purchase Line", order_no="PO-1"):
    page = queries.tracking_lines_page(session, TrackingSource(source_type=kind, order_no=order_no, line_no=10000))
    session.rollback()
    return int(sum(one.quantity for one in page.numbers)), int(sum(quantity for _, quantity in page.handled))


# --- reservations


def test_rs_09_reserve_one_of_sn1_lot1(session, run):
    """How to reserve item-tracked items: SN1, LOT1, quantity 1, although another line holds just that piece without caring."""
    run(commands.create_tracking_code, given=NewTrackingCode(code="BOTH", description="Both", serial_specific=True, lot_specific=True))
    make_item(run, "X", code="BOTH")
    for serial in ("SN1", "SN2"):
        opening_stock(run, "X", serial_no=serial, lot_no="LOT1")
    make_sales_order(run, {"item_no": "X", "quantity": "1"}, no="SO-0")
    auto(run, line=sales_line("SO-0"))
    make_sales_order(run, {"item_no": "X", "quantity": "1"})
    assign(run, {"serial_no": "SN1", "lot_no": "LOT1", "quantity": "1"}, kind="Sales Line", order_no="SO-1")
    assert auto(run, serial_no="SN1", lot_no="LOT1").code == "RESERVED"
    assert [(quantity, specific) for *_, quantity, specific in held(session)] == [(1, True)]
    assert [number for _, number, *_ in held(session, sales_line("SO-0"))] == ["SN2"]


@pytest.mark.parametrize(
    ("stock", "method", "expected"), [("20", BASIC, (10, 7)), ("20", EQUALLY, (10, 7)), ("12", BASIC, None), ("12", EQUALLY, (6, 6))]
)
def test_rs_18_a_sales_order_of_10_and_another_demand_of_7(session, run, stock, method, expected):
    """Reserve items in bulk: 20 are enough for both; of 12 nobody gets anything (Basic), or both get 6 (Equally)."""
    opening_stock(run, CELL, stock, lot_no="L")
    make_sales_order(run, {"item_no": CELL, "quantity": "10"}, no="SO-1")
    make_sales_order(run, {"item_no": CELL, "quantity": "7"}, no="SO-2")
    given = Allocate(method=method, item_no=CELL, location_code="MAIN")
    if expected is None:
        with pytest.raises(NotEnoughForAll):
            run(allocate_stock, given=given)
    else:
        run(allocate_stock, given=given)
    quantities = tuple(sum(quantity for _, _, quantity, _ in held(session, sales_line(no))) for no in ("SO-1", "SO-2"))
    assert quantities == (expected or (0, 0))


def test_rs_01_rs_17_sales_production_and_transfers_of_lota_and_lotb(session, run):
    """100 components at RED, 30 of LOTA and 70 of LOTB, move to BLUE under a production order for 100 that needs them.

    Tracking and surplus records are not kept (RS-17); the balance of each place tells the same story.
    """
    make_item(run, "COMPONENT", code="LOT")
    make_item(run, "PRODUCED")
    run(create_bom, given=NewBom(item_no="PRODUCED", lines=(NewBomLine(item_no="COMPONENT", quantity_per="1", flushing="Manual"),)))
    opening_stock(run, "COMPONENT", "30", lot_no="LOTA", location_code=RED)
    opening_stock(run, "COMPONENT", "70", lot_no="LOTB", location_code=RED)
    run(production.create_order, given=NewProductionOrder(no="PO-1", item_no="PRODUCED", quantity="100", location_code=RED))
    run(production.release_order, given=OrderKey(order_no="PO-1"))
    assert balance(session) == (0, 0)
    make_transfer_order(run, {"item_no": "COMPONENT", "quantity": "100"}, from_code=RED, to_code=BLUE)
    send_off(run, "TO-1", {"quantity": "30", "lot_no": "LOTA"}, {"quantity": "70", "lot_no": "LOTB"})
    assert balance(session) == (-100, 100)
    arrive(run, "TO-1")
    assert balance(session) == (-100, 100)
    version = session.scalars(select(ProductionOrder.version)).one()
    session.rollback()
    changed = ChangeProductionOrder(order_no="PO-1", version=version, quantity="100", location_code=BLUE)
    run(production.change_order, given=changed)
    assert balance(session) == (0, 0)
    lots = ({"lot_no": "LOTA", "quantity": "30"}, {"lot_no": "LOTB", "quantity": "70"})
    assign(run, *lots, kind=COMPONENT, order_no="PO-1", component_line_no=10)
    for lot in ("LOTA", "LOTB"):
        auto(run, line=component_line(), lot_no=lot)
    assert sorted(held(session, component_line())) == [(STOCK, "LOTA", 30, True), (STOCK, "LOTB", 70, True)]


def balance(session):
    """Inventory + scheduled receipts - gross requirements at RED and BLUE."""
    found = tuple(projected_available(session, ("COMPONENT", "", place)) for place in (RED, BLUE))
    session.rollback()
    return tuple(int(Decimal(quantity)) for quantity in found)
