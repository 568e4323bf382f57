"""Product numbers: serial and batch products, numbers assigned in advance, removed and used ones; parts captured at use."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import event, select

from shopfloor.errors import Refusal
from shopfloor.genealogy.corrections import create_component, create_product, remove_products
from shopfloor.genealogy.inputs import ComponentInput, PreallocationInput, ProductInput, ReportInput, ReportLineInput, SelectionInput
from shopfloor.genealogy.models import ComponentAssociation, TrackedProduct
from shopfloor.genealogy.preallocation import preallocate
from shopfloor.genealogy.reporting import report_as_finished
from shopfloor.genealogy.reversing import reverse_report
from shopfloor.genealogy.starting import start_order
from shopfloor.items import commands
from shopfloor.items.inputs import NewGtin, NewItemUnit
from shopfloor.items.models import Item
from shopfloor.ledger.models import ItemLedgerEntry, ItemRegister
from shopfloor.production import bills
from shopfloor.production import commands as production
from shopfloor.production.inputs import NewBom, NewBomLine, NewProductionOrder, StartOrder
from shopfloor.scanning.gs1.check_digits import with_check_digit
from tests.factories_genealogy import (
    BELL,
    BIKE,
    FRAME,
    PAINT,
    Station,
    bike_order,
    bike_plant,
    bike_stock,
    gs1,
    problems,
    report,
    stock,
)
from tests.factories_items import make_item
from tests.factories_orders import make_customer, make_sales_order, opening_stock, ship

SPRAY, SCREW, TAG = "SPRAY", "SCREW", "TAG"


def remove_row(run, *match_ids, order_no="RPO-1"):
    return run(remove_products, order_no=order_no, given=SelectionInput(selected=list(match_ids), confirmed=True))


def test_scn_6_an_item_of_the_code_must_be_the_orders(station):
    """SCN-6: another item is refused by name, a component offers the switch."""
    assert station.scan(gs1(FRAME, serial="F-1")) == "SWITCH_TO_COMPONENT"
    assert station.scan(f"]d2010{'400638133399'}9") in {"GS1_PARSE", "GTIN_UNKNOWN"}
    assert station.scan("]d2010409999999999321X-1") == "GS1_PARSE"


def test_d10_a_wrong_check_digit_is_refused_unless_the_company_warns(station):
    """D10, GS1-14: with the policy the look-up decides."""
    assert station.scan("]d2010400638133393221BK-1") == "GS1_PARSE"


def test_edg_21_a_product_that_was_sold_is_not_made_again(station, run, session):
    """EDG-21, C14: made and shipped; after its own reversal it may be made again."""
    match_id = station.build("BK-1", "F-1", "W-1", "W-2", "P-A") and station.product
    report(run, match_id)
    make_customer(run)
    make_sales_order(run, {"item_no": BIKE, "quantity": "1"})
    ship(run, "SO-1", {"quantity": "1", "serial_no": "BK-1"})
    with pytest.raises(Refusal) as caught:
        run(reverse_report, order_no="RPO-1", given=SelectionInput(selected=[match_id]))
    assert caught.value.code == "NOT_REVERSIBLE"
    bike_order(run, no="RPO-2")
    other = Station(session, "RPO-2")
    assert other.scan("BK-1") == "PRODUCT_OTHER_ORDER"
    assert problems(session) == []


def test_edg_21_a_bike_that_came_in_by_receipt(station, run):
    stock(run, BIKE, "BK-7")
    assert station.scan("BK-7") == "PRODUCT_EXISTS"


def test_d39_a_removed_number_is_revived_on_its_order_and_asks_elsewhere(station, run, session):
    """D39: voided, never deleted."""
    station.build("BK-1", "F-1")
    first = station.product
    remove_row(run, first)
    station.send("mode", "Product")
    assert station.scan("BK-1") == "PRODUCT_REVIVED"
    assert station.product == first
    remove_row(run, first)
    bike_order(run, no="RPO-2")
    other = Station(session, "RPO-2")
    assert other.scan("BK-1") == "NUMBER_WAS_REMOVED"
    assert other.send("confirm", "", confirms=other.key) == "PRODUCT_REGISTERED"
    assert problems(session) == []


def test_set_8_numbers_assigned_in_advance(run, session):
    """SET-8, EDG-27, TCP-4: only assigned numbers; a removed registration returns to Not started."""
    bike_plant(run, policy_more={"check_preallocation_for_product": True})
    bike_stock(run)
    bike_order(run)
    station = Station(session)
    assert station.scan("BK-1") == "PRODUCT_NOT_PREALLOCATED"
    run(preallocate, order_no="RPO-1", given=PreallocationInput(serial_nos=["BK-1", "BK-2"]))
    assert station.scan("BK-1") == "PRODUCT_REGISTERED"
    remove_row(run, station.product)
    assert session.scalars(select(TrackedProduct.state).order_by(TrackedProduct.match_id)).all() == ["Pre-allocated", "Pre-allocated"]
    session.rollback()
    with pytest.raises(Refusal, match="PRODUCT_OTHER_ORDER"):
        run(preallocate, order_no="RPO-1", given=PreallocationInput(serial_nos=["BK-3", "BK-2"]))
    with pytest.raises(Refusal, match="PRODUCT_OTHER_ORDER"):
        run(preallocate, order_no="RPO-1", given=PreallocationInput(serial_nos=["BK-3", "bk-2"]))


def test_a18_numbers_are_assigned_in_the_same_statements_for_2_and_200(run, session, engine):
    bike_plant(run)
    bike_order(run)
    seen = []
    event.listen(engine, "before_cursor_execute", lambda *of: seen.append(of[2]))
    counts = []
    for many in (2, 200):
        seen.clear()
        run(preallocate, order_no="RPO-1", given=PreallocationInput(serial_nos=[f"BK-{many}-{number}" for number in range(many)]))
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert len(session.scalars(select(TrackedProduct.match_id)).all()) == 202
    session.rollback()
    opening_stock(run, BIKE, serial_no="BK-old")
    with pytest.raises(Refusal, match="PRODUCT_EXISTS"):
        run(preallocate, order_no="RPO-1", given=PreallocationInput(serial_nos=["BK-new", "BK-old"]))


def test_set_9_components_reserved_or_picked_in_advance(run, session):
    """SET-9: without a reservation of the line the number is refused."""
    bike_plant(run, policy_more={"check_preallocation_for_components": True})
    bike_stock(run)
    bike_order(run)
    station = Station(session)
    station.scan("BK-1")
    assert station.scan("F-1") == "COMPONENT_NOT_PREALLOCATED"


@pytest.fixture
def spray(run, session):
    """A batch product of 10 cans: 2.5 kg paint (batch), 1 tag each (serial captured at use), one screw set for the order (constant)."""
    bike_plant(run)
    make_item(run, SPRAY, code="LOT", policy="STRICT")
    make_item(run, TAG, code="SNUSE", policy="STRICT")
    make_item(run, SCREW, code="LOT", policy="STRICT")
    stock(run, PAINT, "P-A", quantity="5", expiration_date="2099-01-31")
    opening_stock(run, TAG, "20")
    opening_stock(run, SCREW, "3", lot_no="S-1")
    opening_stock(run, BELL, "10")
    run(bills.create_bom, given=NewBom(item_no=SPRAY, lines=(
        NewBomLine(item_no=PAINT, quantity_per="0.25", flushing="Manual"),
        NewBomLine(item_no=SCREW, quantity_per="1", constant=True, flushing="Manual"),
    )))
    run(production.create_order, given=NewProductionOrder(no="RPO-S", item_no=SPRAY, quantity="10", location_code="MAIN"))
    run(start_order, given=StartOrder(order_no="RPO-S", quantity="10"))
    return Station(session, "RPO-S")


def report_part(run, match_id, good, error="0", cause=""):
    line = ReportLineInput(match_id=match_id, good=good, error=error, error_cause=cause)
    return run(report_as_finished, order_no="RPO-S", given=ReportInput(lines=[line]))


def test_edg_2_scn_7_asc_12_pst_15_a_batch_product(spray, run, session):
    """EDG-2, SCN-5, SCN-7, ASC-12, PST-15, D41, D21: a batch row takes what remains, is reported in parts, parts follow in proportion."""
    station = spray
    assert station.scan("B-1") == "PRODUCT_REGISTERED"
    assert station.scan("P-A") == "LINE_COMPLETED"
    assert station.answer.quantity == "2.5"
    assert station.scan("S-1") == "UNIT_COMPLETED"
    report_part(run, station.product, "4", "1", "Leaks")
    row = session.scalars(select(TrackedProduct)).one()
    assert (row.state, row.good_quantity, row.error_quantity) == ("Open", Decimal(4), Decimal(1))
    consumed = {a.lot_no: a.consumed_quantity for a in session.scalars(select(ComponentAssociation))}
    session.rollback()
    assert consumed == {"P-A": Decimal("1.25"), "S-1": Decimal(1)}
    assert problems(session) == []
    report_part(run, station.product, "5")
    assert problems(session) == []
    run(reverse_report, order_no="RPO-S", given=SelectionInput(selected=[station.product], reason="recount"))
    assert problems(session) == []
    run(reverse_report, order_no="RPO-S", given=SelectionInput(selected=[station.product], reason="recount"))
    row = session.scalars(select(TrackedProduct)).one()
    assert (row.state, row.good_quantity, row.error_quantity) == ("Open", Decimal(0), Decimal(0))
    session.rollback()
    assert problems(session) == []


def test_qty_8_a_constant_line_belongs_to_the_order(run, session, spray):
    """QTY-8, D21: satisfied under every row by one registration; removing a row leaves it."""
    station = spray
    station.scan("B-1", source="typed")
    first = station.product
    station.scan("S-1")
    shared = session.scalars(select(ComponentAssociation)).one()
    session.rollback()
    assert (shared.match_id, shared.quantity) == (0, Decimal(1))
    remove_row(run, first, order_no="RPO-S")
    assert session.scalars(select(ComponentAssociation.state)).all() == ["Open"]
    session.rollback()
    assert problems(session) == []


def test_d33_and_edg_10_a_serial_captured_only_at_use(run, session):
    """D33, EDG-10: the stock carries no number; the scan creates it, consumption records it; it is in one unit only."""
    bike_plant(run)
    make_item(run, TAG, code="SNUSE", policy="STRICT")
    opening_stock(run, TAG, "5")
    make_item(run, "CART", code="SN", policy="STRICT")
    run(bills.create_bom, given=NewBom(item_no="CART", lines=(NewBomLine(item_no=TAG, quantity_per="1", flushing="Manual"),)))
    run(production.create_order, given=NewProductionOrder(no="RPO-C", item_no="CART", quantity="2", location_code="MAIN"))
    run(start_order, given=StartOrder(order_no="RPO-C", quantity="2"))
    station = Station(session, "RPO-C")
    station.scan("C-1")
    assert station.scan("T-1") == "UNIT_COMPLETED"
    first = station.product
    station.build("C-2")
    assert station.scan("T-1") == "SERIAL_IN_USE"
    assert station.scan("T-2") == "UNIT_COMPLETED"
    report(run, first, station.product, order_no="RPO-C")
    used = session.execute(
        select(ItemLedgerEntry.serial_no, ItemLedgerEntry.match_id).where(ItemLedgerEntry.item_no == TAG, ItemLedgerEntry.match_id != 0)
    ).all()
    session.rollback()
    assert sorted(tuple(row) for row in used) == [("T-1", first), ("T-2", station.product)]
    assert problems(session) == []


def test_d17_mirrored_the_next_unit_in_component_mode_offers_the_switch(station, session):
    """D17: nobody knows the number and it looks like the product's: scanning it again switches and registers it."""
    session.execute(Item.__table__.update().where(Item.no == BIKE).values(serial_pattern="BK-[0-9]+"))
    session.commit()
    station.build("BK-1", "F-1")
    assert station.scan("BK-2") == "SWITCH_TO_PRODUCT"
    assert station.send("confirm", "", confirms=station.key) == "PRODUCT_REGISTERED"
    assert station.answer.product == "BK-2"
    assert station.scan("XX-2") == "SELECT_COMPONENT"


def test_edg_9_without_a_selected_line_too(station, run):
    """EDG-9: the place is named whether a line is selected or not."""
    station.build("BK-1", "F-1", "W-1", "W-2", "P-A")
    report(run, station.product)
    station.build("BK-2")
    assert station.scan("F-1") == "SERIAL_CONSUMED"
    assert "BK-1" in station.answer.where


def test_tcp_15_mode_and_product_belong_to_the_browser_session(station, session):
    """TCP-15, OPS-1: two operators on one order, each with an own unit, at the same time."""
    other = Station(session)
    station.scan("BK-1")
    assert other.mode == "Product"
    other.scan("BK-2")
    assert station.scan("F-1") == "LINE_COMPLETED"
    assert other.scan("F-2") == "LINE_COMPLETED"
    assert (station.answer.product, other.answer.product) == ("BK-1", "BK-2")


def test_edg_23_a_product_and_a_component_may_share_a_text(station, session):
    """EDG-23: identity is item and number; GS1 says which item is meant."""
    assert station.scan(gs1(BIKE, serial="F-1")) == "PRODUCT_REGISTERED"
    assert station.scan(gs1(FRAME, serial="F-1")) == "LINE_COMPLETED"
    assert problems(session) == []


def test_gs1_22_a_carton_gtin_counts_its_own_unit(station, run):
    """GS1-22, GS1-18, D7: (30)2 on a carton of 0.1 kg each is 0.2 kg."""
    run(commands.add_item_unit, given=NewItemUnit(item_no=PAINT, unit_code="BOX", quantity_per_unit="0.1"))
    carton = with_check_digit("1590123412345")
    run(commands.add_gtin, given=NewGtin(gtin=carton, item_no=PAINT, unit_code="BOX"))
    station.scan("BK-1")
    assert station.scan(f"]d201{carton}10P-A\x1d302") == "COMPONENT_REGISTERED"
    assert (station.answer.quantity, station.answer.remaining) == ("0.2", "0.05")


def test_asc_18_and_asc_5_a_number_is_needed(run, bikes):
    """ASC-18: a typed row or part without its number is refused by name of what is missing."""
    del bikes
    with pytest.raises(Refusal, match="PRODUCT_NUMBER_REQUIRED"):
        run(create_product, order_no="RPO-1", given=ProductInput())
    match_id = run(create_product, order_no="RPO-1", given=ProductInput(serial_no="BK-1")).match_id
    with pytest.raises(Refusal, match="GS1_NO_NUMBER"):
        run(create_component, order_no="RPO-1", given=ComponentInput(match_id=match_id, component_line_no=10))


def test_pst_11_pst_17_pst_18_a_report_consumes_manual_lines_and_says_who(station, run, session):
    """PST-11: whatever the flushing principle. PST-17: order, row, line, person, station. PST-18: entries never change (A24)."""
    station.build("BK-1", "F-1", "W-1", "W-2", "P-A")
    answer = report(run, station.product)
    of_frame = select(ItemLedgerEntry).where(ItemLedgerEntry.serial_no == "F-1", ItemLedgerEntry.entry_type == "Consumption")
    entry = session.scalars(of_frame).one()
    register = session.scalars(select(ItemRegister).where(ItemRegister.register_no == answer.register_no)).one()
    assert (entry.order_no, entry.match_id, entry.component_line_no) == ("RPO-1", station.product, 10)
    assert (entry.register_no, register.operator_no, register.station_code) == (answer.register_no, "E-ADMIN", "ST-1")
    session.rollback()


def test_scn_4_a_twin_on_another_order_asks(station, run, session):
    """SCN-4: BK-1 was made on one order; bk-1 on another is most likely the same label."""
    station.build("BK-1", "F-1", "W-1", "W-2", "P-A")
    report(run, station.product)
    bike_order(run, no="RPO-2")
    other = Station(session, "RPO-2")
    assert other.scan("bk-1") == "NUMBER_LOOKS_ALIKE"
    assert other.send("confirm", "", confirms=other.key) == "PRODUCT_OTHER_ORDER"


def test_edg_34_nothing_is_registered_on_an_order_that_is_not_started(run, session):
    """EDG-33, EDG-34."""
    bike_plant(run)
    run(production.create_order, given=NewProductionOrder(no="RPO-1", item_no=BIKE, quantity="2", location_code="MAIN"))
    station = Station(session)
    assert station.scan("BK-1") == "ORDER_STATUS"
    assert station.answer.status == "Created"
    station.order_no = "RPO-NONE"
    assert station.scan("BK-1") == "NOT_FOUND"
