"""Transfer orders with goods on their way, on both databases (C9, AP-09, AP-11, DM-12, TR-26, TL-14, D20)."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from shopfloor.errors import InvalidInput, NotFound
from shopfloor.items import number_information
from shopfloor.items.commands import create_location
from shopfloor.items.errors import LocationInTransit, LocationKeepsGoods, SetupMissing
from shopfloor.items.inputs import HoldNumber, NewLocation
from shopfloor.items.models import Location
from shopfloor.ledger.entry_types import OrderType
from shopfloor.ledger.errors import InTransit, NotReversible
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.orders import queries
from shopfloor.orders.errors import (
    AlreadyUndone,
    MoreThanOrdered,
    NotUndoable,
    SameLocation,
    StillOnTheWay,
)
from shopfloor.orders.inputs import CloseOrder
from shopfloor.orders.kinds import OrderKind
from shopfloor.orders.line_commands import close_order
from shopfloor.posting.rebuild import rebuild_projections
from shopfloor.reservations.errors import NotAvailable, NumberOnHold, ReservedElsewhere
from shopfloor.reservations.rules import Demand
from shopfloor.tracing.queries import trace
from tests.factories_documents import arrive, books_are_right, entries_of, make_in_transit, make_transfer_order, send_off, stock_at, undo
from tests.factories_items import CELL, LABEL, MODULE, PASTE, plant_with_masters
from tests.factories_orders import adjust, make_customer, make_purchase_order, make_sales_order, make_vendor, opening_stock, receive, ship
from tests.factories_posting import Door, found, lost, sold


@pytest.fixture(autouse=True)
def masters(run):
    plant_with_masters(run)
    make_vendor(run)
    make_customer(run)
    make_in_transit(run)


def test_c9_ap_09_goods_leave_travel_and_arrive(session, run):
    # 1. Two lots, 10 pieces; a transfer order over 8 from MAIN to SIDE.
    opening_stock(run, CELL, "6", lot_no="L-1")
    opening_stock(run, CELL, "4", lot_no="L-2")
    assert make_transfer_order(run, {"item_no": CELL, "quantity": "8"}) == "TO-1"
    # 2. Shipped in two parts, several numbers at once.
    first = send_off(run, "TO-1", {"quantity": "3", "lot_no": "L-1"}, {"quantity": "2", "lot_no": "L-2"})
    assert (first.record, first.document_no, first.order_status) == ("Transfer shipment", "TSH-000001", "Released")
    assert stock_at(session, CELL) == {
        ("MAIN", "L-1"): 3, ("MAIN", "L-2"): 2, ("TRANSIT", "L-1"): 3, ("TRANSIT", "L-2"): 2
    }
    send_off(run, "TO-1", {"quantity": "3", "lot_no": "L-1"})
    with pytest.raises(MoreThanOrdered):
        send_off(run, "TO-1", {"quantity": "1", "lot_no": "L-2"})
    # 3. Received in parts; the numbers that left are known (TL-14).
    card = queries.order_card(session, OrderKind.TRANSFER, "TO-1")
    assert [(p.tracking.lot_no, p.quantity, p.base_unit_code) for p in card.on_the_way] == [("L-1", 6, "PCS"), ("L-2", 2, "PCS")]
    assert (card.order.party_no, card.order.party_name, card.in_transit_code) == ("MAIN", "SIDE", "TRANSIT")
    session.rollback()
    assert arrive(run, "TO-1", {"quantity": "1", "lot_no": "L-1"}).order_status == "Released"
    done = arrive(run, "TO-1")
    assert (done.record, done.document_no, done.order_status, done.line_count) == ("Transfer receipt", "TRC-000002", "Completed", 2)
    assert stock_at(session, CELL) == {("MAIN", "L-2"): 2, ("SIDE", "L-1"): 6, ("SIDE", "L-2"): 2}
    card = queries.order_card(session, OrderKind.TRANSFER, "TO-1")
    assert (card.lines[0].handled_base, card.lines[0].completed_base, card.on_the_way) == (8, 8, ())
    assert [document.no for document in card.posted] == ["TSH-000001", "TSH-000002", "TRC-000001", "TRC-000002"]
    session.rollback()
    # 4. Entries name the transfer order and its line.
    entry = entries_of(session, "TSH-000001")[0]
    assert (entry.entry_type, entry.order_type, entry.order_no, entry.order_line_no) == ("Transfer", "Transfer", "TO-1", 10000)
    books_are_right(session)


def test_dm_12_one_receiving_entry_for_each_source(session, run):
    for _ in range(2):
        opening_stock(run, CELL, "5", lot_no="L-1")
    make_transfer_order(run, {"item_no": CELL, "quantity": "8"})
    shipment = entries_of(session, send_off(run, "TO-1", {"quantity": "8", "lot_no": "L-1"}).document_no)
    assert [(entry.location_code, entry.quantity) for entry in shipment] == [("MAIN", -8), ("TRANSIT", 5), ("TRANSIT", 3)]
    received = entries_of(session, arrive(run, "TO-1").document_no)
    assert [(entry.location_code, entry.quantity) for entry in received] == [("TRANSIT", -8), ("SIDE", 5), ("SIDE", 3)]
    books_are_right(session)


def test_ap_09_goods_on_their_way_leave_only_with_their_own_order(session, run):
    opening_stock(run, CELL, "10", lot_no="L-1")
    make_transfer_order(run, {"item_no": CELL, "quantity": "4"}, no="TO-1")
    make_transfer_order(run, {"item_no": CELL, "quantity": "4"}, no="TO-2")
    send_off(run, "TO-1", {"quantity": "3", "lot_no": "L-1"})
    send_off(run, "TO-2", {"quantity": "1", "lot_no": "L-1"})
    door = Door(run, session)
    # Neither a sale nor a write-off takes them.
    for line in (sold(CELL, 1, lot="L-1", location_code="TRANSIT"), lost(CELL, 1, lot="L-1", location_code="TRANSIT")):
        with pytest.raises(InTransit) as refused:
            door(line)
        assert (refused.value.order_no, refused.value.location, refused.value.number) == ("TO-1", "TRANSIT", "L-1")
    # The other order's goods are not received in place of the own ones.
    with pytest.raises(MoreThanOrdered):
        arrive(run, "TO-2", {"quantity": "2", "lot_no": "L-1"})
    with pytest.raises(NotAvailable):
        arrive(run, "TO-2", {"quantity": "1", "lot_no": "L-9"})
    arrive(run, "TO-2")
    assert stock_at(session, CELL) == {("MAIN", "L-1"): 6, ("TRANSIT", "L-1"): 3, ("SIDE", "L-1"): 1}
    books_are_right(session)


def test_ap_09_stock_that_lies_at_the_in_transit_location_is_not_received(session, run):
    """A location that became one for goods on their way may still hold old stock: that leaves as before, and no order receives it."""
    door = Door(run, session)
    opening_stock(run, LABEL, "4")
    make_transfer_order(run, {"item_no": LABEL, "quantity": "2"})
    send_off(run, "TO-1", {"quantity": "2"})
    door(found(LABEL, 7, location_code="TRANSIT"))
    door(lost(LABEL, 3, location_code="TRANSIT"))
    with pytest.raises(InTransit):
        door(lost(LABEL, 5, location_code="TRANSIT"))
    arrive(run, "TO-1", {"quantity": "2"})
    assert stock_at(session, LABEL) == {("MAIN", ""): 2, ("TRANSIT", ""): 4, ("SIDE", ""): 2}
    books_are_right(session)


def test_ap_09_orders_and_journals_do_not_use_in_transit_locations(run):
    with pytest.raises(LocationInTransit):
        make_purchase_order(run, {"item_no": CELL, "quantity": "1", "location_code": "TRANSIT"})
    with pytest.raises(LocationInTransit):
        adjust(run, {"item_no": CELL, "quantity": "1", "lot_no": "L-1", "location_code": "TRANSIT"})
    line = {"item_no": CELL, "quantity": "1"}
    with pytest.raises(LocationInTransit):
        make_transfer_order(run, line, to_code="TRANSIT")
    with pytest.raises(LocationKeepsGoods):
        make_transfer_order(run, line, in_transit_code="SIDE")
    with pytest.raises(SameLocation):
        make_transfer_order(run, line, to_code="MAIN")
    with pytest.raises(NotFound):
        make_transfer_order(run, line, to_code="NOWHERE")


def test_the_in_transit_location_is_found_when_there_is_one(session, run):
    run(create_location, given=NewLocation(code="SHIP", name="At sea", in_transit=True))
    with pytest.raises(InvalidInput) as refused:
        make_transfer_order(run, {"item_no": CELL, "quantity": "1"})
    assert refused.value.problems == {"in_transit_code": "choose one of SHIP, TRANSIT"}
    make_transfer_order(run, {"item_no": CELL, "quantity": "1"}, in_transit_code="SHIP")
    assert queries.order_card(session, OrderKind.TRANSFER, "TO-1").in_transit_code == "SHIP"


def test_set_3_a_plant_without_in_transit_location_is_told(session, run):
    session.get(Location, (1, "TRANSIT")).in_transit = False
    session.commit()
    with pytest.raises(SetupMissing) as refused:
        make_transfer_order(run, {"item_no": CELL, "quantity": "1"})
    assert refused.value.text() == "The in-transit location of the plant is not set up. Ask an administrator to create it."


def test_ap_11_a_transfer_never_leaves_a_remainder(session, run):
    opening_stock(run, LABEL, "3")
    make_transfer_order(run, {"item_no": LABEL, "quantity": "5"})
    with pytest.raises(NotAvailable) as refused:
        send_off(run, "TO-1", {"quantity": "5"})
    assert (refused.value.available, refused.value.needed) == ("3", "5")
    assert stock_at(session, LABEL) == {("MAIN", ""): 3}


def test_dm_25_the_line_uses_its_own_reservation_and_nobody_elses(session, run, actor):
    receipt_no = receive(run, make_purchase_order(run, {"item_no": CELL, "quantity": "5"}), {"quantity": "5", "lot_no": "L-1"}).receipt_no
    entry_no = entries_of(session, receipt_no)[0].entry_no
    make_transfer_order(run, {"item_no": CELL, "quantity": "5"})
    door = Door(run, session)
    door.reserve(actor, Demand("Sales Line", "SO-9", 10000), entry_no, 2)
    door.reserve(actor, Demand("Transfer Line", "TO-1", 10000), entry_no, 3)
    with pytest.raises(ReservedElsewhere) as refused:
        send_off(run, "TO-1", {"quantity": "4", "lot_no": "L-1"})
    assert "SO-9" in refused.value.holder
    send_off(run, "TO-1", {"quantity": "3", "lot_no": "L-1"})
    assert door.open()[entry_no] == (2, 2)
    books_are_right(session)


def test_tr_26_the_trace_shows_every_step_of_a_transfer(session, run):
    make_purchase_order(run, {"item_no": MODULE, "quantity": "1"})
    receive(run, "PO-1", {"serial_no": "M1"})
    make_transfer_order(run, {"item_no": MODULE, "quantity": "1"})
    send_off(run, "TO-1", {"serial_no": "M1"})
    # Shipped and not received: the trace ends at the in-transit entry.
    lines = trace(session, serial_no="M1", method="Origin -> Usage").lines
    assert [(line.description, line.location_code, line.quantity) for line in lines] == [
        ("Purchase Receipt RCP-000001", "MAIN", 1),
        ("Transfer Shipment TSH-000001", "MAIN", -1),
        ("Transfer Shipment TSH-000001", "TRANSIT", 1),
    ]
    session.rollback()
    arrive(run, "TO-1")
    make_sales_order(run, {"item_no": MODULE, "quantity": "1", "location_code": "SIDE"})
    ship(run, "SO-1", {"serial_no": "M1"})
    steps = [
        ("Purchase Receipt RCP-000001", "MAIN", 1),
        ("Transfer Shipment TSH-000001", "MAIN", -1),
        ("Transfer Shipment TSH-000001", "TRANSIT", 1),
        ("Transfer Receipt TRC-000001", "TRANSIT", -1),
        ("Transfer Receipt TRC-000001", "SIDE", 1),
        ("Sales Shipment SHP-000001", "SIDE", -1),
    ]
    forward = trace(session, serial_no="M1", method="Origin -> Usage")
    assert [(line.description, line.location_code, line.quantity) for line in forward.lines] == steps
    assert [line.depth for line in forward.lines] == [0, 1, 2, 3, 4, 5]
    backward = trace(session, serial_no="M1")
    assert [(line.description, line.location_code, line.quantity) for line in backward.lines] == steps[::-1]
    assert all(line.order_no == "" for line in backward.lines)
    session.rollback()


def test_ap_15_a_transfer_shipment_that_nobody_received_is_undone(session, run):
    opening_stock(run, CELL, "5", lot_no="L-1")
    opening_stock(run, CELL, "5", lot_no="L-2")
    make_transfer_order(run, {"item_no": CELL, "quantity": "10"})
    shipment_no = send_off(run, "TO-1", {"quantity": "5", "lot_no": "L-1"}, {"quantity": "5", "lot_no": "L-2"}).document_no
    arrive(run, "TO-1", {"quantity": "1", "lot_no": "L-2"})
    # What was received in part stays; the rest comes back.
    with pytest.raises(NotReversible):
        undo(run, "transfer shipment", shipment_no)
    on_the_way = [entry.entry_no for entry in entries_of(session, shipment_no) if entry.quantity > 0]
    answer = undo(run, "transfer shipment", shipment_no, on_the_way[0])
    assert (answer.line_count, answer.order_status) == (1, "Released")
    assert stock_at(session, CELL) == {("MAIN", "L-1"): 5, ("TRANSIT", "L-2"): 4, ("SIDE", "L-2"): 1}
    line = queries.order_card(session, OrderKind.TRANSFER, "TO-1").lines[0]
    assert (line.handled_base, line.completed_base) == (5, 1)
    session.rollback()
    with pytest.raises(AlreadyUndone):
        undo(run, "transfer shipment", shipment_no, on_the_way[0])
    # What came back is ordinary stock again.
    make_sales_order(run, {"item_no": CELL, "quantity": "5"})
    ship(run, "SO-1", {"quantity": "5", "lot_no": "L-1"})
    books_are_right(session)


def test_ap_15_a_transfer_receipt_is_not_undone(run):
    opening_stock(run, CELL, "5", lot_no="L-1")
    make_transfer_order(run, {"item_no": CELL, "quantity": "5"})
    send_off(run, "TO-1", {"quantity": "5", "lot_no": "L-1"})
    with pytest.raises(NotUndoable):
        undo(run, "transfer receipt", arrive(run, "TO-1").document_no)
    with pytest.raises(NotFound):
        arrive(run, "TO-404")


def test_nothing_arrives_that_did_not_leave(run):
    opening_stock(run, CELL, "5", lot_no="L-1")
    make_transfer_order(run, {"item_no": CELL, "quantity": "5"})
    with pytest.raises(NotFound):
        arrive(run, "TO-1")
    with pytest.raises(MoreThanOrdered):
        arrive(run, "TO-1", {"quantity": "1", "lot_no": "L-1"})


def test_d20_a_hold_stops_leaving_but_not_arriving(session, run):
    opening_stock(run, PASTE, "5", lot_no="D-1", expiration_date="2020-01-31")
    make_transfer_order(run, {"item_no": PASTE, "quantity": "4"})
    send_off(run, "TO-1", {"quantity": "2", "lot_no": "D-1"})
    run(number_information.hold_number, given=HoldNumber(item_no=PASTE, kind="Lot", number="D-1", reason="bad smell"))
    with pytest.raises(NumberOnHold):
        send_off(run, "TO-1", {"quantity": "1", "lot_no": "D-1"})
    arrive(run, "TO-1")
    assert stock_at(session, PASTE) == {("MAIN", "D-1"): 3, ("SIDE", "D-1"): 2}


def test_ap_09_an_order_is_not_closed_while_its_goods_are_on_their_way(run):
    opening_stock(run, CELL, "5", lot_no="L-1")
    make_transfer_order(run, {"item_no": CELL, "quantity": "5"})
    send_off(run, "TO-1", {"quantity": "2", "lot_no": "L-1"})
    with pytest.raises(StillOnTheWay) as refused:
        run(close_order, kind=OrderKind.TRANSFER, given=CloseOrder(order_no="TO-1", reason="not needed"))
    assert (refused.value.quantity, refused.value.item) == ("2", CELL)
    arrive(run, "TO-1")
    run(close_order, kind=OrderKind.TRANSFER, given=CloseOrder(order_no="TO-1", reason="not needed"))


def test_a_20_rebuilt_projections_know_what_is_on_its_way(session, run):
    opening_stock(run, CELL, "5", lot_no="L-1")
    make_transfer_order(run, {"item_no": CELL, "quantity": "5"})
    send_off(run, "TO-1", {"quantity": "2", "lot_no": "L-1"})
    before = Door(run, session).rows(OpenItemEntry)
    run(rebuild_projections)
    after = Door(run, session).rows(OpenItemEntry)
    assert before == after
    assert [row["order_type"] for row in after if row["order_no"] == "TO-1"] == [OrderType.TRANSFER.value]
    books_are_right(session)


def test_transfers_take_the_same_number_of_statements_for_2_and_300_serials(session, run, engine):
    seen, counts = [], []
    event.listen(engine, "before_cursor_execute", lambda *arguments: seen.append(arguments[2]))
    for order_no, size in (("TO-1", 2), ("TO-2", 300)):
        serials = [{"serial_no": f"{order_no}-{number:04d}"} for number in range(size)]
        adjust(run, *({"item_no": MODULE, **line} for line in serials))
        make_transfer_order(run, {"item_no": MODULE, "quantity": str(size)}, no=order_no)
        seen.clear()
        shipment_no = send_off(run, order_no, *serials).document_no
        undo(run, "transfer shipment", shipment_no)
        send_off(run, order_no, *serials)
        arrive(run, order_no)
        counts.append(len(seen))
    assert counts[0] == counts[1], counts
    assert {place for place, _ in stock_at(session, MODULE)} == {"SIDE"}
