"""Receipt, shipment and item journal on both databases."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import event, func, select

from shopfloor.errors import NotAllowed, NotFound
from shopfloor.items import number_information
from shopfloor.items import queries as item_queries
from shopfloor.items.errors import BelowPrecision, CaseTwin, ItemBlocked, NumberPattern, UnitUnknown
from shopfloor.items.inputs import HoldNumber, NumberDetails
from shopfloor.items.models import Item
from shopfloor.ledger.models import ItemLedgerEntry, OpenItemEntry
from shopfloor.orders import commands, queries, search
from shopfloor.orders.errors import DocumentStatus, MoreThanOrdered, SerialUsedBefore
from shopfloor.orders.inputs import NewPurchaseOrder, NewVendor, PostReceipt, PostShipment
from shopfloor.orders.journal_inputs import PostItemJournal
from shopfloor.people.actor import Actor
from shopfloor.people.errors import AlreadyExists
from shopfloor.reservations.errors import NotAvailable, NumberOnHold
from tests.factories_items import CELL, LABEL, MODULE, PACK, PASTE, plant_with_masters
from tests.factories_orders import (
    adjust,
    make_customer,
    make_purchase_order,
    make_sales_order,
    make_vendor,
    opening_stock,
    receive,
    ship,
)


@pytest.fixture(autouse=True)
def masters(run):
    plant_with_masters(run)
    make_vendor(run)
    make_customer(run)


def stock(session, item_no):
    """Open stock by number."""
    rows = session.execute(
        select(OpenItemEntry.serial_no, OpenItemEntry.lot_no, func.sum(OpenItemEntry.remaining))
        .where(OpenItemEntry.item_no == item_no)
        .group_by(OpenItemEntry.serial_no, OpenItemEntry.lot_no)
    )
    found = {serial or lot: Decimal(quantity) for serial, lot, quantity in rows}
    session.rollback()
    return found


def entries(session, document_no):
    found = session.scalars(
        select(ItemLedgerEntry).where(ItemLedgerEntry.document_no == document_no).order_by(ItemLedgerEntry.entry_no)
    ).all()
    session.expunge_all()
    session.rollback()
    return found


def test_c9_receipt_of_lots_in_boxes(session, run):
    make_purchase_order(run, {"item_no": CELL, "quantity": "10", "unit_code": "BOX"})
    answer = receive(
        run, "PO-1", {"quantity": "4", "lot_no": "L-1"}, {"quantity": "12", "unit_code": "PCS", "lot_no": "L-2"}, vendor_shipment_no="DN-9"
    )
    assert (answer.order_status, answer.line_count, answer.receipt_no) == ("Released", 2, "RCP-000001")
    assert stock(session, CELL) == {"L-1": Decimal(48), "L-2": Decimal(12)}
    first = entries(session, answer.receipt_no)[0]
    assert (first.entry_type, first.quantity, first.unit_code, first.quantity_in_unit) == ("Purchase", Decimal(48), "BOX", Decimal(4))
    assert (first.source_type, first.source_no, first.external_document_no, first.document_line_no) == ("Vendor", "V1", "DN-9", 10000)
    assert receive(run, "PO-1", {"quantity": "5", "lot_no": "L-1"}).order_status == "Completed"
    card = queries.purchase_order(session, "PO-1")
    assert (card.order.status, card.lines[0].open_base, [document.no for document in card.posted]) == (
        "Completed",
        0,
        ["RCP-000001", "RCP-000002"],
    )
    assert card.posted[0].external_no == "DN-9"


def test_many_serials_in_one_receipt_take_constant_statements(session, run, engine):
    seen = []
    event.listen(engine, "before_cursor_execute", lambda *arguments: seen.append(arguments[2]))
    counts = []
    for order_no, size in (("PO-1", 2), ("PO-2", 500)):
        make_purchase_order(run, {"item_no": MODULE, "quantity": str(size)}, no=order_no)
        seen.clear()
        answer = receive(run, order_no, *({"serial_no": f"{order_no}-{number:04d}"} for number in range(size)))
        counts.append(len(seen))
        assert (answer.line_count, answer.order_status) == (size, "Completed")
    assert counts[0] == counts[1], counts
    assert len(stock(session, MODULE)) == 502


def test_c13_receipt_fills_number_information(session, run):
    make_purchase_order(run, {"item_no": PASTE, "quantity": "25.5"})
    label = {"lot_no": "D-1", "vendor_lot_no": "X-77", "production_date": "2026-01-02", "best_before_date": "2026-12-01"}
    receive(run, "PO-1", {"quantity": "10.25", "expiration_date": "2027-01-31", **label})
    card = item_queries.number_card(session, item_no=PASTE, kind="Lot", number="D-1")
    assert (card.vendor_no, card.vendor_lot_no, card.production_date) == ("V1", "X-77", date(2026, 1, 2))
    assert (card.best_before_date, card.expiration_date) == (date(2026, 12, 1), date(2027, 1, 31))


def test_ex_03_expiry_by_formula(session, run):
    make_purchase_order(run, {"item_no": PASTE, "quantity": "1"})
    receive(run, "PO-1", {"quantity": "1", "lot_no": "D-1"}, posting_date="2026-03-01")
    assert item_queries.number_card(session, item_no=PASTE, kind="Lot", number="D-1").expiration_date == date(2026, 5, 30)


def test_d35_case_twin_asks_and_yes_helps(session, run):
    make_purchase_order(run, {"item_no": CELL, "quantity": "30"})
    receive(run, "PO-1", {"quantity": "10", "lot_no": "Lot-a"})
    with pytest.raises(CaseTwin) as asked:
        receive(run, "PO-1", {"quantity": "10", "lot_no": "LOT-A"})
    assert (asked.value.number, asked.value.existing, asked.value.asks) == ("LOT-A", "Lot-a", True)
    assert stock(session, CELL) == {"Lot-a": Decimal(10)}
    receive(run, "PO-1", {"quantity": "10", "lot_no": "Lot-a"})
    receive(run, "PO-1", {"quantity": "10", "lot_no": "LOT-A"}, confirmed=True)
    assert stock(session, CELL) == {"Lot-a": Decimal(20), "LOT-A": Decimal(10)}


def test_d35_two_look_alikes_in_one_receipt_ask(run):
    make_purchase_order(run, {"item_no": MODULE, "quantity": "2"})
    with pytest.raises(CaseTwin):
        receive(run, "PO-1", {"serial_no": "m1"}, {"serial_no": "M1"})


def test_d17_number_must_match_the_pattern(session, run):
    make_purchase_order(run, {"item_no": PACK, "quantity": "2"})
    with pytest.raises(NumberPattern):
        receive(run, "PO-1", {"serial_no": "P-0001"}, {"serial_no": "P-2"})
    assert stock(session, PACK) == {}
    receive(run, "PO-1", {"serial_no": "P-0001"}, {"serial_no": "P-0002"})
    assert stock(session, PACK) == {"P-0001": 1, "P-0002": 1}


def test_c14_serial_that_left_asks_when_it_comes_again(session, run):
    make_purchase_order(run, {"item_no": MODULE, "quantity": "3"})
    receive(run, "PO-1", {"serial_no": "M1"})
    adjust(run, {"item_no": MODULE, "entry_type": "Negative Adjmt.", "serial_no": "M1"})
    with pytest.raises(SerialUsedBefore) as asked:
        receive(run, "PO-1", {"serial_no": "M1"})
    assert (asked.value.number, asked.value.how) == ("M1", "Negative Adjmt.")
    receive(run, "PO-1", {"serial_no": "M1"}, confirmed=True)
    assert stock(session, MODULE) == {"M1": 1}


def test_standing_rule_2_a_refused_receipt_changes_nothing(session, run):
    make_purchase_order(run, {"item_no": CELL, "quantity": "10"})
    with pytest.raises(MoreThanOrdered) as refused:
        receive(run, "PO-1", {"quantity": "8", "lot_no": "L-1"}, {"quantity": "3", "lot_no": "L-2"})
    assert (refused.value.quantity, refused.value.open_quantity, refused.value.line_no) == ("11", "10", 10000)
    card = queries.purchase_order(session, "PO-1")
    assert (card.lines[0].handled_base, card.posted, card.order.version) == (0, (), 2)
    session.rollback()
    assert stock(session, CELL) == {}
    assert receive(run, "PO-1", {"quantity": "1", "lot_no": "L-1"}).receipt_no == "RCP-000001"


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        ({"quantity": "1", "lot_no": "L", "line_no": 20000}, NotFound),
        ({"quantity": "1", "lot_no": "L", "unit_code": "KG"}, UnitUnknown),
        ({"quantity": "0.5", "lot_no": "L"}, BelowPrecision),
    ],
)
def test_receipt_lines_that_cannot_be(run, line, refusal):
    make_purchase_order(run, {"item_no": CELL, "quantity": "10"})
    with pytest.raises(refusal):
        receive(run, "PO-1", line)


def test_order_must_be_released_and_there(run):
    make_purchase_order(run, {"item_no": CELL, "quantity": "1"}, release=False)
    with pytest.raises(DocumentStatus):
        receive(run, "PO-1", {"quantity": "1", "lot_no": "L"})
    run(commands.release_purchase_order, order_no="PO-1")
    with pytest.raises(DocumentStatus):
        run(commands.release_purchase_order, order_no="PO-1")
    with pytest.raises(NotFound):
        receive(run, "PO-NONE", {"quantity": "1", "lot_no": "L"})
    receive(run, "PO-1", {"quantity": "1", "lot_no": "L"})
    with pytest.raises(DocumentStatus) as refused:
        receive(run, "PO-1", {"quantity": "1", "lot_no": "L"})
    assert refused.value.status == "Completed"


def test_c9_shipment_of_serials(session, run):
    opening_stock(run, PACK, serial_no="P-0001")
    opening_stock(run, PACK, serial_no="P-0002")
    make_sales_order(run, {"item_no": PACK, "quantity": "2"})
    answer = ship(run, "SO-1", {"serial_no": "P-0001"})
    assert (answer.order_status, answer.shipment_no) == ("Released", "SHP-000001")
    assert stock(session, PACK) == {"P-0002": 1}
    entry = entries(session, answer.shipment_no)[0]
    assert (entry.entry_type, entry.quantity, entry.source_type, entry.source_no) == ("Sale", -1, "Customer", "C1")
    assert ship(run, "SO-1", {"serial_no": "P-0002"}).order_status == "Completed"
    card = queries.sales_order(session, "SO-1")
    assert (card.lines[0].open_base, len(card.posted)) == (0, 2)


def test_edg_11_what_is_not_here_cannot_be_shipped(session, run):
    opening_stock(run, CELL, "5", lot_no="L-1")
    make_sales_order(run, {"item_no": CELL, "quantity": "20"})
    for line in ({"quantity": "6", "lot_no": "L-1"}, {"quantity": "1", "lot_no": "L-9"}):
        with pytest.raises(NotAvailable):
            ship(run, "SO-1", line)
    with pytest.raises(MoreThanOrdered):
        ship(run, "SO-1", {"quantity": "21", "lot_no": "L-1"})
    assert stock(session, CELL) == {"L-1": 5}


def test_d20_a_number_on_hold_is_not_shipped(run):
    opening_stock(run, CELL, "5", lot_no="L-1")
    make_sales_order(run, {"item_no": CELL, "quantity": "5"})
    key = {"item_no": CELL, "kind": "Lot", "number": "L-1"}
    run(number_information.hold_number, given=HoldNumber(**key, reason="bad weld"))
    with pytest.raises(NumberOnHold):
        ship(run, "SO-1", {"quantity": "1", "lot_no": "L-1"})
    run(number_information.release_number, given=HoldNumber(**key, reason="checked"))
    ship(run, "SO-1", {"quantity": "1", "lot_no": "L-1"})


def test_item_journal_adds_and_takes(session, run):
    answer = adjust(run, {"item_no": LABEL, "quantity": "100"}, {"item_no": CELL, "quantity": "2", "unit_code": "BOX", "lot_no": "L-1"})
    assert (answer.document_no, answer.line_count) == ("IJ-000001", 2)
    adjust(run, {"item_no": LABEL, "quantity": "30", "entry_type": "Negative Adjmt."}, reason="counted")
    assert stock(session, LABEL) == {"": 70}
    assert stock(session, CELL) == {"L-1": 24}
    with pytest.raises(NotFound):
        adjust(run, {"item_no": LABEL, "quantity": "1", "location_code": "NOWHERE"})
    with pytest.raises(NotFound):
        adjust(run, {"item_no": "NONE", "quantity": "1"})


def test_a30_rights(run):
    nobody = Actor("E", "Eve", frozenset())
    order = NewPurchaseOrder(vendor_no="V1", lines=[{"item_no": CELL, "quantity": "1", "location_code": "MAIN"}])
    cases = [
        (commands.create_vendor, {"given": NewVendor(no="V9", name="x")}),
        (commands.create_purchase_order, {"given": order}),
        (commands.release_purchase_order, {"order_no": "PO-1"}),
        (commands.release_sales_order, {"order_no": "SO-1"}),
        (commands.post_receipt, {"given": PostReceipt(order_no="PO-1", lines=[{"line_no": 1, "quantity": "1"}])}),
        (commands.post_shipment, {"given": PostShipment(order_no="SO-1", lines=[{"line_no": 1, "quantity": "1"}])}),
        (
            commands.post_item_journal,
            {
                "given": PostItemJournal(
                    reason="x", lines=[{"entry_type": "Positive Adjmt.", "item_no": CELL, "quantity": "1", "location_code": "MAIN"}]
                )
            },
        ),
    ]
    for command, keywords in cases:
        with pytest.raises(NotAllowed):
            run(command, nobody, **keywords)


def test_set_3_numbers_come_from_the_series_and_skip_used_ones(session, run):
    make_purchase_order(run, {"item_no": CELL, "quantity": "1"}, no="PO-00001")
    assert make_purchase_order(run, {"item_no": CELL, "quantity": "1"}, no="") == "PO-00002"
    with pytest.raises(AlreadyExists):
        make_purchase_order(run, {"item_no": CELL, "quantity": "1"}, no="PO-00001")
    with pytest.raises(NotFound):
        make_purchase_order(run, {"item_no": CELL, "quantity": "1"}, vendor_no="V9")
    with pytest.raises(NotFound):
        make_purchase_order(run, {"item_no": CELL, "quantity": "1", "location_code": "NOWHERE"}, no="PO-7")
    session.get(Item, LABEL).blocked = True
    session.commit()
    with pytest.raises(ItemBlocked):
        make_purchase_order(run, {"item_no": LABEL, "quantity": "1"}, no="PO-8")


def test_lists_in_pages_and_search(session, run):
    for number in ("PO-1", "PO-2", "PO-3"):
        make_purchase_order(run, {"item_no": CELL, "quantity": "1"}, no=number, release=number != "PO-2")
    make_sales_order(run, {"item_no": CELL, "quantity": "1"})
    first = queries.list_purchase_orders(session, limit=2)
    assert [row.no for row in first.rows] == ["PO-1", "PO-2"]
    assert [row.no for row in queries.list_purchase_orders(session, after=first.next_after, limit=2).rows] == ["PO-3"]
    assert [row.no for row in queries.list_purchase_orders(session, status="Open").rows] == ["PO-2"]
    assert [(row.no, row.party_name) for row in queries.list_sales_orders(session).rows] == [("SO-1", "Bikes Ltd")]
    assert [row.name for row in queries.list_vendors(session).rows] == ["Cells & Co"]
    assert [row.name for row in queries.list_customers(session).rows] == ["Bikes Ltd"]
    assert [(found.kind, found.path) for found in search.find(session, "po-2")] == [("Purchase order", "/purchase-orders/PO-2")]
    assert [found.kind for found in search.find(session, "C1")] == ["Customer"]
    session.rollback()
    receipt_no = receive(run, "PO-1", {"quantity": "1", "lot_no": "L"}).receipt_no
    assert [found.path for found in search.find(session, receipt_no)] == ["/documents/purchase-receipts/RCP-000001"]
    for nothing in ("", "\x00", "\ud800"):
        assert search.find(session, nothing) == []
        assert nothing == "" or queries.list_purchase_orders(session, after=nothing).rows == ()
    assert queries.purchase_order(session, "\x00") is None
    assert queries.sales_order(session, "NONE") is None


def test_a19_same_receipt_key_posts_once(session, run):
    make_purchase_order(run, {"item_no": CELL, "quantity": "10"})
    given = PostReceipt(order_no="PO-1", lines=[{"line_no": 10000, "quantity": "4", "lot_no": "L-1"}])
    first = run(commands.post_receipt, key="r-1", given=given)
    assert run(commands.post_receipt, key="r-1", given=given) == first
    assert stock(session, CELL) == {"L-1": 4}


def test_c15_known_number_before_its_receipt(session, run):
    run(number_information.set_number_information, given=NumberDetails(item_no=CELL, kind="Lot", number="L-1", vendor_no="V8"))
    make_purchase_order(run, {"item_no": CELL, "quantity": "10"})
    receive(run, "PO-1", {"quantity": "4", "lot_no": "L-1", "vendor_lot_no": "VL"})
    card = item_queries.number_card(session, item_no=CELL, kind="Lot", number="L-1")
    assert (card.vendor_no, card.vendor_lot_no) == ("V8", "VL")
