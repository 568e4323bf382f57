"""CI-03: what order lines count as received and shipped is proved against the ledger."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import delete, select, update

from shopfloor.cli.check import all_problems
from shopfloor.db import table
from shopfloor.orders.models import PurchaseLine, PurchaseReceipt, SalesLine, TransferHeader, TransferLine, TransferShipment
from tests.factories_documents import arrive, copy_posted, make_in_transit, make_transfer_order, send_back, send_off, take_back, undo
from tests.factories_items import CELL, plant_with_masters
from tests.factories_orders import make_customer, make_purchase_order, make_sales_order, make_vendor, receive, ship

_purchase, _sales, _transfer = table(PurchaseLine), table(SalesLine), table(TransferLine)


@pytest.fixture(autouse=True)
def history(run, session):
    """Every movement, half of them undone: 9 received; 4 shipped; 2 sent back; 1 came back; 3 on the road, 2 of them arrived."""
    plant_with_masters(run)
    make_vendor(run)
    make_customer(run)
    make_in_transit(run)
    make_purchase_order(run, {"item_no": CELL, "quantity": "20"})
    receive(run, "PO-1", {"quantity": "9", "lot_no": "L-1"})
    receive(run, "PO-1", {"quantity": "5", "lot_no": "L-1"})
    undo(run, "receipt", "RCP-000002")
    make_sales_order(run, {"item_no": CELL, "quantity": "10"})
    ship(run, "SO-1", {"quantity": "4", "lot_no": "L-1"})
    ship(run, "SO-1", {"quantity": "1", "lot_no": "L-1"})
    undo(run, "shipment", "SHP-000002")
    goes_back = copy_posted(run, "receipt", "RCP-000001")
    send_back(run, goes_back, {"quantity": "2", "lot_no": "L-1"})
    comes_back = copy_posted(run, "shipment", "SHP-000001")
    take_back(run, comes_back, {"quantity": "1", "lot_no": "L-1"})
    make_transfer_order(run, {"item_no": CELL, "quantity": "3"})
    send_off(run, "TO-1", {"quantity": "3", "lot_no": "L-1"})
    arrive(run, "TO-1", {"quantity": "2", "lot_no": "L-1"})
    assert all_problems(session) == []


def spoil(session, statement):
    session.rollback()
    assert session.execute(statement).rowcount
    session.commit()
    return all_problems(session)


@pytest.mark.parametrize(
    ("line", "order_no", "column", "told"),
    [
        (_purchase, "PO-1", "received_base", "Purchase order PO-1 line 10000: received is 8, its entries say 9."),
        (_sales, "SO-1", "shipped_base", "Sales order SO-1 line 10000: shipped is 8, its entries say 4."),
    ],
)
def test_ci_03_a_counter_that_drifted(session, line, order_no, column, told):
    assert told in spoil(session, update(line).where(line.c.plant_no == 1, line.c.order_no == order_no).values({column: Decimal(8)}))


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("received_base", 1, "Transfer order TO-1 line 10000: received is 1, its entries say 2."),
        ("shipped_base", 2, "Transfer order TO-1 line 10000: shipped is 2, its entries say 3."),
    ],
)
def test_ci_03_a_counter_of_a_transfer_that_drifted(session, column, value, told):
    assert told in spoil(session, update(_transfer).where(_transfer.c.plant_no == 1).values({column: Decimal(value)}))


@pytest.mark.parametrize(
    ("line", "kind", "column"), [(_purchase, "Purchase return order", "received"), (_sales, "Sales return order", "shipped")]
)
def test_ci_03_a_counter_of_a_return_that_drifted(session, line, kind, column):
    returns = (line.c.plant_no == 1) & line.c.order_no.not_in(["PO-1", "SO-1"])
    order_no = session.execute(select(line.c.order_no).where(returns)).scalar_one()
    found = spoil(session, update(line).where(returns).values({f"{column}_base": Decimal("0.5")}))
    assert found == [f"{kind} {order_no} line 10000: {column} is 0.5, its entries say {2 if line is _purchase else 1}."]


def test_ci_03_a_line_that_vanished_and_a_line_of_other_goods(session):
    told = "of receipt RCP-000001 belongs to line 10000, which its order does not have, or with other goods."
    assert any(told in problem for problem in spoil(session, update(_purchase).where(_purchase.c.plant_no == 1).values(variant_code="RED")))
    assert any(told in problem for problem in spoil(session, delete(_purchase).where(_purchase.c.plant_no == 1)))


@pytest.mark.parametrize(("document", "no"), [(PurchaseReceipt, "RCP-000001"), (TransferShipment, "TSH-000001")])
def test_ci_03_a_posted_document_that_vanished(session, document, no):
    gone = table(document)
    found = spoil(session, delete(gone).where(gone.c.plant_no == 1, gone.c.no == no))
    assert any(f"{no} belongs to line 10000, which its order does not have" in problem for problem in found)


def test_ci_03_goods_that_lie_elsewhere_than_the_transfer_says(session):
    header = table(TransferHeader)
    found = spoil(session, update(header).where(header.c.plant_no == 1).values(in_transit_code="SHIP"))
    assert "Transfer order TO-1 line 10000: shipped is 3, its entries say 0." in found
