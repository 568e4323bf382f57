"""Posted documents: lists by number, cards from the ledger, whatever their kind (DM-01, DM-05, DM-06)."""

from __future__ import annotations

import pytest

from shopfloor.ledger.entry_types import DocumentType
from shopfloor.orders import document_queries
from shopfloor.orders.document_queries import KINDS, document_card, list_documents
from shopfloor.orders.kinds import MOVEMENTS
from shopfloor.orders.search import find
from tests.factories_documents import (
    arrive,
    copy_posted,
    kind_of,
    make_in_transit,
    make_transfer_order,
    send_back,
    send_off,
    take_back,
    undo,
)
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
NUMBERS = {
    RECEIPT: ["RCP-000002", "RCP-000001"], SHIPMENT: ["SHP-000001"], JOURNAL: ["IJ-000003", "IJ-000002", "IJ-000001"],
    DocumentType.RETURN_SHIPMENT: ["RSH-000001"], DocumentType.RETURN_RECEIPT: ["RRC-000001"],
    DocumentType.TRANSFER_SHIPMENT: ["TSH-000001"], DocumentType.TRANSFER_RECEIPT: ["TRC-000001"],
}
"""What `history` posts."""


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


@pytest.fixture
def history(plant):
    """And all of the shipment returned, one lot of the second receipt sent back, and a transfer that arrived."""
    return_no = copy_posted(plant, "shipment", "SHP-000001")
    take_back(plant, return_no, {"quantity": "10", "lot_no": "L-1"})
    send_back(plant, copy_posted(plant, "receipt", "RCP-000002"), {"quantity": "5", "lot_no": "L-1"})
    make_in_transit(plant)
    make_transfer_order(plant, {"item_no": "CELL", "quantity": "4"})
    send_off(plant, "TO-1", {"quantity": "4", "lot_no": "L-2"})
    arrive(plant, "TO-1")
    return plant


def test_dm_06_a_receipt_shows_its_lines_with_their_numbers(plant, session):
    card = document_card(session, RECEIPT, "RCP-000001")
    head = card.document
    assert (head.document_type, head.no, head.order_no, head.party_no, head.party_name, head.external_no) == (
        "Purchase Receipt", "RCP-000001", "PO-1", "V1", "Cells & Co", "DN-1",
    )
    told = [(line.line_no, line.item_no, line.quantity, [number.tracking.label() for number in line.numbers]) for line in card.lines]
    assert told == [(10000, "CELL", 50, ["L-1", "L-2"]), (20000, "MODULE", 2, ["M-1", "M-2"])]
    assert [(number.quantity, number.remaining) for number in card.lines[0].numbers] == [(30, 20), (20, 20)]
    assert (card.entries, card.postings, card.lines[0].unit_code, card.lines[0].entries) == (4, (), "PCS", 2)
    assert (card.undoable, card.returnable, card.undone, card.gone) == (True, True, False, False)


def test_dm_06_a_shipment_is_negative_and_names_its_customer(plant, session):
    card = document_card(session, SHIPMENT, "SHP-000001")
    assert (card.document.order_no, card.document.party_name, card.lines[0].quantity) == ("SO-1", "Bikes Ltd", -10)


def test_dm_06_journals_and_unknown_numbers(plant, session):
    card = document_card(session, JOURNAL, "IJ-000002")
    assert (card.document.document_type, card.document.party_no, card.lines[0].item_no) == ("Item Journal", "", "LABEL")
    assert (card.undoable, card.returnable) == (False, False)
    for number in ("", "NOBODY", "\x00", "\ud800", "RCP-000001\x1d"):
        for kind in KINDS:
            assert document_card(session, kind, number) is None


def test_a_number_of_another_kind_is_another_document(plant, session):
    """Series may give the same number to a receipt and a shipment: each has its own card."""
    assert document_card(session, SHIPMENT, "RCP-000001") is None
    assert document_card(session, DocumentType.PRODUCTION_JOURNAL, "RCP-000001") is None
    line = made("MODULE", sn="M-9", document_type=JOURNAL, document_no="RCP-000001", document_line_no=7)
    plant(posting, lines=[line], out=[])
    assert [line.item_no for line in document_card(session, RECEIPT, "RCP-000001").lines] == ["CELL", "MODULE"]
    assert [line.line_no for line in document_card(session, JOURNAL, "RCP-000001").lines] == [7]


def test_ap_15_a_document_that_is_undone_piece_by_piece(plant, session):
    entries = [number.entry_no for line in document_card(session, RECEIPT, "RCP-000001").lines for number in line.numbers]
    session.rollback()
    undo(plant, "receipt", "RCP-000001", entries[1], reason="wrong lot")
    card = document_card(session, RECEIPT, "RCP-000001")
    cells = card.lines[0]
    assert (cells.quantity, cells.undone, card.lines[1].undone, card.undone, card.gone) == (50, 20, 0, True, False)
    told = [(n.entry_no, n.quantity, n.remaining, n.undone, n.corrects_entry_no, n.standing) for n in cells.numbers]
    assert told[:2] == [(entries[0], 30, 20, False, 0, True), (entries[1], 20, 0, True, 0, False)]
    assert told[2][1:] == (-20, 0, False, entries[1], False)
    assert [(one.source, one.reason) for one in card.postings] == [("Undo receipt", "wrong lot"), ("Receipt", "")]
    assert (card.undoable, card.returnable, card.document.register_no) == (True, True, card.postings[-1].register_no)
    session.rollback()
    undo(plant, "receipt", "RCP-000002")
    card = document_card(session, RECEIPT, "RCP-000002")
    assert (card.undoable, card.returnable, card.gone, len(card.postings)) == (False, False, True, 2)


@pytest.mark.parametrize("kind", KINDS)
def test_documents_are_listed_by_number_highest_first(history, session, kind):
    assert [row.no for row in list_documents(session, kind).rows] == NUMBERS[kind]
    shown, after = [], ""
    for _ in range(9):
        page = list_documents(session, kind, after=after, limit=1)
        shown += [row.no for row in page.rows]
        after = page.next_after
        if not after:
            break
    assert (shown, after) == (NUMBERS[kind], "")
    assert list_documents(session, kind, after="\x00").rows == ()
    assert {row.document_type for row in list_documents(session, kind).rows} == {kind.value}


@pytest.mark.parametrize("kind", KINDS)
def test_dm_06_every_kind_has_a_card_with_what_it_posted(history, session, kind):
    card = document_card(session, kind, NUMBERS[kind][0])
    assert (card.document.document_type, card.document.no, card.reason) == (kind.value, NUMBERS[kind][0], card.reason)
    assert card.document == list_documents(session, kind).rows[0]
    assert card.entries == sum(len(line.numbers) for line in card.lines) > 0
    arrived = {DocumentType.TRANSFER_RECEIPT, DocumentType.TRANSFER_SHIPMENT}
    assert card.undoable is (kind in MOVEMENTS and kind not in arrived)
    assert card.returnable is (kind in {RECEIPT, SHIPMENT})


def test_ap_15_a_transfer_shipment_is_undone_by_what_it_brought_to_the_road(history, session):
    """DM-12: its entries come in pairs; the half that arrived stands for both."""
    make_transfer_order(history, {"item_no": "CELL", "quantity": "3"}, no="TO-2")
    send_off(history, "TO-2", {"quantity": "3", "lot_no": "L-2"})
    card = document_card(session, kind_of("transfer shipment"), "TSH-000002")
    assert card.undoable
    told = sorted((line.location_code, line.quantity, [number.standing for number in line.numbers]) for line in card.lines)
    assert told == [("MAIN", -3, [False]), ("TRANSIT", 3, [True])]
    session.rollback()
    undo(history, "transfer shipment", "TSH-000002")
    card = document_card(session, kind_of("transfer shipment"), "TSH-000002")
    assert sorted((line.location_code, line.undone) for line in card.lines) == [("MAIN", -3), ("TRANSIT", 3)]
    assert (card.undoable, card.gone) == (False, True)


@pytest.mark.parametrize("kind", KINDS)
def test_ui_1_documents_are_found_by_number(history, session, kind):
    number = NUMBERS[kind][0]
    for text in (number, number.lower()):
        assert [(hit.kind, hit.path) for hit in find(session, text)] == [(kind.value, f"/documents/{kind.address}/{number}")]


def test_ui_1_numbers_that_nobody_has(plant, session):
    assert find(session, "\x00") == find(session, "nobody") == find(session, "") == find(session, "R" * 21) == []


def test_long_documents_are_cut_and_say_so(plant, session, monkeypatch):
    monkeypatch.setattr(document_queries, "MOST_NUMBERS", 1)
    card = document_card(session, RECEIPT, "RCP-000001")
    assert ([len(line.numbers) for line in card.lines], card.entries) == ([1, 0], 4)


def test_a18_statements_do_not_grow_with_the_lines(plant, session, engine):
    many = [{"item_no": "LABEL", "quantity": "1"} for _ in range(40)]
    adjust(plant, *many)
    counts = []
    for number in ("IJ-000001", "IJ-000004"):
        with seen(engine) as statements:
            assert document_card(session, JOURNAL, number) is not None
        counts.append(len([text for text, _ in statements if " FROM " in text.replace("\n", " ")]))
    assert counts == [3, 3]


def test_speed_and_a15_documents_go_by_keys_and_name_the_plant(plant, session, engine):
    undo(plant, "receipt", "RCP-000002")
    with seen(engine) as statements:
        for kind in KINDS:
            list_documents(session, kind, after="ZZZ")
            list_documents(session, kind)
        document_card(session, RECEIPT, "RCP-000001")
        find(session, "rcp-000001")
    asked = [pair for pair in statements if " FROM " in pair[0].replace("\n", " ")]
    assert len(asked) > 8
    tables = [movement.document.__tablename__ for _shape, movement in MOVEMENTS.values()]
    assert whole_reads(session, asked, ("item_ledger_entry", "item_register", "below", "found", *tables)) == []
    assert {text: plantless(text) for text, _ in asked if plantless(text)} == {}
    session.rollback()
    session.info["plant_no"] = 2
    assert [list_documents(session, kind).rows for kind in KINDS] == [()] * len(KINDS)
    assert document_card(session, RECEIPT, "RCP-000001") is None
    assert find(session, "RCP-000001") == []
