"""Posted documents: lists by number, cards from the ledger, whatever their kind (DM-01, DM-05, DM-06)."""

from __future__ import annotations

import pytest

from shopfloor.ledger.entry_types import DocumentType
from shopfloor.orders import document_queries
from shopfloor.orders.document_queries import KINDS, document_card, find, list_documents
from tests.factories_items import plant_with_masters
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
from tests.factories_posting import made, posting
from tests.ledger.test_entry_queries import seen, whole_reads
from tests.posting.test_statements import plantless

RECEIPT, SHIPMENT, JOURNAL = DocumentType.PURCHASE_RECEIPT, DocumentType.SALES_SHIPMENT, DocumentType.ITEM_JOURNAL


@pytest.fixture
def plant(run):
    """RCP-000001 and 2 of PO-1, SHP-000001 of SO-1, three item journals."""
    plant_with_masters(run)
    make_vendor(run)
    make_customer(run)
    make_purchase_order(run, {"item_no": "CELL", "quantity": "100"}, {"item_no": "MODULE", "quantity": "3"})
    modules = [{"line_no": 20000, "quantity": "1", "serial_no": f"M-{number}"} for number in range(1, 3)]
    receive(run, "PO-1", {"quantity": "30", "lot_no": "L-1"}, {"quantity": "20", "lot_no": "L-2"}, *modules, vendor_shipment_no="DN-1")
    receive(run, "PO-1", {"quantity": "50", "lot_no": "L-1"})
    make_sales_order(run, {"item_no": "CELL", "quantity": "10"})
    ship(run, "SO-1", {"quantity": "10", "lot_no": "L-1"})
    for number in range(1, 4):
        opening_stock(run, "LABEL", str(number))
    return run


def test_dm_06_a_receipt_shows_its_lines_with_their_numbers(plant, session):
    card = document_card(session, "RCP-000001")
    head = card.headers[0]
    assert (head.document_type, head.no, head.order_no, head.party_no, head.party_name, head.external_no) == (
        "Purchase Receipt", "RCP-000001", "PO-1", "V1", "Cells & Co", "DN-1",
    )
    told = [(line.line_no, line.item_no, line.quantity, [number.tracking.label() for number in line.numbers]) for line in card.lines]
    assert told == [(10000, "CELL", 50, ["L-1", "L-2"]), (20000, "MODULE", 2, ["M-1", "M-2"])]
    assert [number.quantity for number in card.lines[0].numbers] == [30, 20]
    assert (card.entries, card.more_postings, card.lines[0].unit_code, card.lines[0].entries) == (4, False, "PCS", 2)


def test_dm_06_a_shipment_is_negative_and_names_its_customer(plant, session):
    card = document_card(session, "SHP-000001")
    assert (card.headers[0].order_no, card.headers[0].party_name, card.lines[0].quantity) == ("SO-1", "Bikes Ltd", -10)


def test_dm_06_journals_and_unknown_numbers(plant, session):
    card = document_card(session, "IJ-000002")
    assert (card.headers[0].document_type, card.headers[0].party_no, card.lines[0].item_no) == ("Item Journal", "", "LABEL")
    for number in ("", "NOBODY", "\x00", "\ud800", "RCP-000001\x1d"):
        assert document_card(session, number) is None


@pytest.mark.parametrize("kind", KINDS)
def test_documents_are_listed_by_number_highest_first(plant, session, kind):
    numbers = {RECEIPT: ["RCP-000002", "RCP-000001"], SHIPMENT: ["SHP-000001"], JOURNAL: ["IJ-000003", "IJ-000002", "IJ-000001"]}[kind]
    assert [row.no for row in list_documents(session, kind).rows] == numbers
    shown, after = [], ""
    for _ in range(9):
        page = list_documents(session, kind, after=after, limit=1)
        shown += [row.no for row in page.rows]
        after = page.next_after
        if not after:
            break
    assert (shown, after) == (numbers, "")
    assert list_documents(session, kind, after="\x00").rows == ()
    assert {row.document_type for row in list_documents(session, kind).rows} == {kind.value}


def test_a_kind_without_header_and_series_has_a_card_and_no_list(plant, session, actor):
    """Returns and transfers need one line in HEADERS to be listed; their card follows from the ledger."""
    line = made("MODULE", sn="M-9", document_type=DocumentType.RETURN_RECEIPT, document_no="RR-1", document_line_no=10000)
    plant(posting, lines=[line], out=[])
    card = document_card(session, "RR-1")
    assert (card.headers[0].document_type, card.headers[0].order_no, card.lines[0].item_no) == ("Return Receipt", "", "MODULE")
    assert list_documents(session, DocumentType.RETURN_RECEIPT).rows == ()


def test_ui_1_documents_are_found_by_number(plant, session):
    """A journal here; what was posted for an order is found with its order."""
    assert [(hit.kind, hit.path) for hit in find(session, "IJ-000001")] == [("Item Journal", "/documents/IJ-000001")]
    assert find(session, "SHP-000001") == []
    assert find(session, "\x00") == find(session, "nobody") == find(session, "") == []


def test_long_documents_are_cut_and_say_so(plant, session, monkeypatch):
    monkeypatch.setattr(document_queries, "MOST_NUMBERS", 1)
    card = document_card(session, "RCP-000001")
    assert ([len(line.numbers) for line in card.lines], card.entries) == ([1, 0], 4)


def test_a18_statements_do_not_grow_with_the_lines(plant, session, engine):
    many = [{"item_no": "LABEL", "quantity": "1"} for _ in range(40)]
    adjust(plant, *many)
    counts = []
    for number in ("IJ-000001", "IJ-000004"):
        with seen(engine) as statements:
            assert document_card(session, number) is not None
            list_documents(session, JOURNAL)
        counts.append(len([text for text, _ in statements if " FROM " in text.replace("\n", " ")]))
    assert counts[0] == counts[1] <= 5


def test_speed_and_a15_documents_go_by_keys_and_name_the_plant(plant, session, engine):
    with seen(engine) as statements:
        for kind in KINDS:
            list_documents(session, kind, after="ZZZ")
            list_documents(session, kind)
        document_card(session, "RCP-000001")
        find(session, "rcp-000001")
    asked = [pair for pair in statements if " FROM " in pair[0].replace("\n", " ")]
    assert len(asked) > 8
    assert whole_reads(session, asked, ("item_ledger_entry", "below", "found", "purchase_receipt", "sales_shipment")) == []
    assert {text: plantless(text) for text, _ in asked if plantless(text)} == {}
    session.rollback()
    session.info["plant_no"] = 2
    assert [list_documents(session, kind).rows for kind in KINDS] == [()] * len(KINDS)
    assert document_card(session, "RCP-000001") is None
    assert find(session, "RCP-000001") == []
