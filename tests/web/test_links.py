"""Links of pages: what a reservation entry points at, and posted documents, are one click away (DM-25, DM-26, DM-06)."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from sqlalchemy.orm import Session

from shopfloor.clock import now
from shopfloor.item_tracking.commands import save_tracking_lines
from shopfloor.item_tracking.inputs import SaveTrackingLines
from shopfloor.ledger.entry_types import DocumentType
from shopfloor.orders.document_queries import KINDS
from shopfloor.reservations.models import ReservationEntry, ReservationSource, ReservationStatus
from shopfloor.tracing.find_entries import FoundTable
from shopfloor.web.links import document_link, source_link
from shopfloor.web.tracing.find_entries import SLUG_OF
from tests.conftest import runner
from tests.factories_documents import (
    arrive,
    copy_posted,
    make_in_transit,
    make_purchase_return,
    make_sales_return,
    make_transfer_order,
    send_off,
)
from tests.factories_orders import receive, ship

NEVER = {
    (ReservationSource.PROD_ORDER_COMPONENT, True), (ReservationSource.PROD_ORDER_LINE, False),
    (ReservationSource.ITEM_LEDGER_ENTRY, False), (ReservationSource.ITEM_JOURNAL_LINE, False), (ReservationSource.ITEM_JOURNAL_LINE, True),
}
"""A production order needs its components and brings its products, stock needs nothing, and a journal is posted at once."""
SIDES = [side for side in itertools.product(ReservationSource, (False, True)) if side not in NEVER]
LOTS = [{"lot_no": "LINK-1", "quantity": "2"}]


@pytest.fixture(scope="module")
def numbered(site):
    """Lines of every kind that carry the lot LINK-1, by source type and side."""
    with Session(site.engine) as session:
        run = runner(session)
        make_in_transit(run)
        receive(run, "PO-A", {"quantity": "20", "lot_no": "LINK-1"})
        ship(run, "SO-A", {"quantity": "2", "lot_no": "LINK-1"})
        make_transfer_order(run, {"item_no": "CELL", "quantity": "3"})
        send_off(run, "TO-1", {"quantity": "3", "lot_no": "LINK-1"})
        arrive(run, "TO-1")
        lines = {
            (ReservationSource.SALES_LINE, False): "SO-A", (ReservationSource.PURCHASE_LINE, True): "PO-A",
            (ReservationSource.SALES_LINE, True): make_sales_return(run, {"item_no": "CELL", "quantity": "2"}),
            (ReservationSource.PURCHASE_LINE, False): make_purchase_return(run, {"item_no": "CELL", "quantity": "2"}),
        }
        for (source, _supply), order_no in lines.items():
            given = {"source_type": source.value, "order_no": order_no, "line_no": 10000, "confirmed": True, "lines": LOTS}
            run(save_tracking_lines, given=SaveTrackingLines.model_validate(given))
        for number, (side, document_no) in enumerate(others().items(), 10_000):
            session.add(record(number, *side, document_no))
            lines[side] = document_no
        session.commit()
    return lines


def others():
    """Sides that their own pages fill: written as these write them."""
    return {
        (ReservationSource.PROD_ORDER_COMPONENT, False): "RPO-B", (ReservationSource.PROD_ORDER_LINE, True): "RPO-B",
        (ReservationSource.TRANSFER_LINE, False): "TO-1", (ReservationSource.TRANSFER_LINE, True): "TO-1",
        (ReservationSource.ITEM_LEDGER_ENTRY, True): "1",
    }


def record(entry_no, source, supply, source_id):
    return ReservationEntry(
        plant_no=1, entry_no=entry_no, positive=supply, reservation_status=ReservationStatus.SURPLUS.value, item_no="CELL",
        location_code="MAIN", quantity_base=Decimal(1 if supply else -1), source_type=source.value, source_id=source_id,
        source_line_no=10000, lot_no="LINK-1", shipment_date=date(2030, 1, 1), created_at=now(), created_by="E",
    )


@pytest.mark.parametrize(("source", "supply"), SIDES)
def test_dm_25_every_source_of_a_reservation_entry_leads_to_its_page(client, numbered, source, supply):
    """A sales line that brings goods, and a purchase line that takes some, belong to return orders."""
    number = numbered[source, supply]
    address = source_link(source.value, number, supply=supply)
    assert client.get(address).status_code == 200, address
    listed = unescape(client.get(f"/reservation-entries?number=LINK-1&source_type={source.value}&source_id={number}").text)
    assert f'href="{address}"' in listed
    if source is not ReservationSource.ITEM_LEDGER_ENTRY:
        found = client.get(f"/find-entries/{SLUG_OF[FoundTable(source.value)]}?lot_no=LINK-1")
        assert f'href="{address}"' in unescape(found.text)


def test_dm_25_return_lines_lead_to_return_orders():
    assert source_link("Sales Line", "SRO-1", supply=True) == "/sales-return-orders/SRO-1"
    assert source_link("Purchase Line", "PRO/1", supply=False) == "/purchase-return-orders/PRO%2F1"
    assert source_link("Sales Line", "SO-1", supply=False) == "/sales-orders/SO-1"
    assert source_link("Purchase Line", "PO-1", supply=True) == "/purchase-orders/PO-1"
    assert source_link("Item Journal Line", "IJ-1", supply=False) == ""


@pytest.mark.parametrize("kind", DocumentType)
def test_dm_06_every_kind_of_document_leads_somewhere(client, numbered, kind):
    expected = {DocumentType.PRODUCTION_JOURNAL: "/production-orders/X", DocumentType.NONE: "/ledger-entries?document_no=X"}
    assert document_link(kind, "X") == expected.get(kind, f"/documents/{kind.address}/X")
    assert document_link(kind, "") == ""
    if kind in KINDS:
        assert client.get(document_link(kind, "X")).status_code == 404


def test_tl_15_a_return_order_is_found_from_its_numbers(client, site, numbered):
    """Numbers that were copied from a shipment stand on the return order's line."""
    with Session(site.engine) as session:
        order_no = copy_posted(runner(session), "shipment", "SHP-000001")
    listed = client.get(f"/reservation-entries?source_id={order_no}").text
    assert f'href="/sales-return-orders/{order_no}"' in listed
    assert client.get(f"/sales-return-orders/{order_no}").status_code == 200


def test_fn_08_several_documents_of_an_order_lead_to_the_order(client, site, numbered):
    with Session(site.engine) as session:
        run = runner(session)
        make_transfer_order(run, {"item_no": "CELL", "quantity": "2"}, no="TO-2")
        for _ in range(2):
            send_off(run, "TO-2", {"quantity": "1", "lot_no": "LINK-1"})
    text = client.get("/find-entries?by=document&document_no=TO-2").text
    assert text.count('href="/transfer-orders/TO-2"') == 2  # the name and the count
    assert 'href="/ledger-entries?order_no=TO-2"' in text
