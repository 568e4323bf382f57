"""Find entries: counts of every table that holds a number, and the records behind each count (FN-01 to FN-08)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import insert

from shopfloor.clock import now
from shopfloor.db import table
from shopfloor.items.tracking import Tracking
from shopfloor.reservations.models import ReservationEntry
from shopfloor.tracing.find_entries import Asked, FoundTable, find_document, find_entries
from shopfloor.tracing.found_records import ELSEWHERE, list_records
from tests.factories_genealogy import FRAME, WHEEL, Station, bike_order, bike_plant, bike_stock, report
from tests.factories_orders import make_customer, make_purchase_order, make_sales_order, make_vendor, receive, ship
from tests.factories_posting import bought
from tests.ledger.test_entry_queries import seen, whole_reads
from tests.posting.test_statements import plantless

GROWING = ("item_ledger_entry", "component_association", "tracked_product", "number_information")


@pytest.fixture
def books(run, session):
    """F-9 bought and built into B-1, which is reported and shipped; B-2 on the bench with F-2 and paint P-A."""
    bike_plant(run)
    bike_stock(run)
    make_vendor(run)
    make_purchase_order(run, {"item_no": FRAME, "quantity": "2"})
    receive(run, "PO-1", {"quantity": "1", "serial_no": "F-9"}, {"quantity": "1", "serial_no": "F-10"})
    bike_order(run)
    station = Station(session)
    station.build("B-1", "F-9", "W-1", "W-2", "P-A")
    report(run, station.product)
    station.build("B-2", "F-2", "P-A")
    make_customer(run)
    make_sales_order(run, {"item_no": "BIKE", "quantity": "1"})
    ship(run, "SO-1", {"quantity": "1", "serial_no": "B-1"})
    return run


def counted(session, **asked):
    return {line.table.value: line.records for line in find_entries(session, Asked(**asked))}


def test_fn_02_a_part_that_was_bought_and_used(books, session):
    assert counted(session, serial_no="F-9") == {
        "Item Ledger Entry": 2,  # receipt, consumption
        "Serial No. Information": 1,
        "Component Association": 1,
        "Purchase Receipt": 1,
        "Production Order": 1,
    }


def test_fn_04_a_product_that_was_made_and_shipped(books, session):
    assert counted(session, serial_no="B-1") == {
        "Item Ledger Entry": 2, "Serial No. Information": 1, "Tracked Product": 1, "Sales Shipment": 1, "Production Order": 1,
    }


def test_fn_05_open_records_of_a_part_on_the_bench(books, session):
    """Posted and open records: opening stock in the ledger, the association, and its reservation on the component line."""
    assert counted(session, serial_no="F-2") == {
        "Item Ledger Entry": 1, "Reservation Entry": 1, "Serial No. Information": 1, "Component Association": 1, "Prod. Order Component": 1,
    }


def test_fn_06_each_record_once_for_each_number(books, session):
    """P-A came with one journal, was used for B-1 and waits in B-2: one production order, whatever the number of entries."""
    found = counted(session, lot_no="P-A")
    assert found["Item Ledger Entry"] == 2
    assert found["Production Order"] == 1
    assert found["Component Association"] == 2
    assert found["Lot No. Information"] == 1


def test_fn_07_a_number_on_an_open_line_only(books, session):
    """A number that was typed on a purchase line and never posted: reservation entry and line, no ledger, no information."""
    row = {
        "plant_no": 1, "entry_no": 900, "positive": True, "reservation_status": "Surplus", "item_no": FRAME, "quantity_base": Decimal(1),
        "source_type": "Purchase Line", "source_id": "PO-1", "source_line_no": 10000, "serial_no": "F-NEW", "created_at": now(),
        "created_by": "E-ADMIN",
    }
    session.execute(insert(table(ReservationEntry)), row)
    session.commit()
    assert counted(session, serial_no="F-NEW") == {"Reservation Entry": 1, "Purchase Line": 1}
    line = list_records(session, Asked(serial_no="F-NEW"), FoundTable.PURCHASE_LINES).rows[0]
    assert (line.no, line.line_no, line.item_no, line.quantity, line.state) == ("PO-1", 10000, FRAME, 1, "Surplus")


@pytest.mark.parametrize(
    "asked", [{}, {"item_no": FRAME}, {"serial_no": "nobody"}, {"serial_no": "F-9\x00"}, {"lot_no": "\ud800"}, {"package_no": "F-9"}]
)
def test_fn_01_fn_07_nothing_asked_or_nothing_known(books, session, asked):
    assert counted(session, **asked) == {}


def test_fn_01_item_and_variant_narrow_and_all_must_fit(books, session):
    assert counted(session, serial_no="F-9", item_no=FRAME)["Item Ledger Entry"] == 2
    assert counted(session, serial_no="F-9", item_no=WHEEL) == {}
    assert counted(session, serial_no="F-9", item_no=FRAME, variant_code="RED") == {}
    assert counted(session, serial_no="F-9", lot_no="P-A") == {"Serial No. Information": 1, "Lot No. Information": 1}


def test_fn_03_a_package(door, session):
    door(replace(bought("FREE", 5), tracking=Tracking("", "", "BOX-1")))
    assert counted(session, package_no="BOX-1") == {"Item Ledger Entry": 1, "Package No. Information": 1}


def test_fn_08_find_by_document(books, session):
    told = lambda number: {line.table.value: line.records for line in find_document(session, number)}  # noqa: E731
    assert told("SHP-000001") == {"Item Ledger Entry": 1, "Sales Shipment": 1}
    assert told("RPO-1") == {"Item Ledger Entry": 6, "Production Order": 1}  # one bike, its frame, two wheels, paint and bell
    assert told("") == told("\x00") == told("none") == {}


@pytest.mark.parametrize("number", [{"serial_no": "F-9"}, {"serial_no": "B-1"}, {"serial_no": "F-2"}, {"lot_no": "P-A"}])
def test_fn_02_every_count_has_as_many_records(books, session, number):
    for line in find_entries(session, Asked(**number)):
        if line.table in ELSEWHERE:
            continue
        rows = list_records(session, Asked(**number), line.table).rows
        assert len(rows) == line.records, line
        paged, after = [], ""
        for _ in range(line.records):
            page = list_records(session, Asked(**number), line.table, after=after, limit=1)
            paged += page.rows
            after = page.next_after
        assert (tuple(paged), after) == (rows, "")


def test_fn_02_what_a_record_says(books, session):
    shipment = list_records(session, Asked(serial_no="B-1"), FoundTable.SALES_SHIPMENTS).rows[0]
    assert (shipment.no, shipment.quantity, shipment.party_no, shipment.item_no) == ("SHP-000001", -1, "C1", "BIKE")
    assert shipment.day is not None
    card = list_records(session, Asked(lot_no="P-A"), FoundTable.LOT_INFORMATION).rows[0]
    assert (card.no, card.tracking.lot_no, card.day.isoformat(), card.state, card.quantity) == ("P-A", "P-A", "2099-01-31", "", None)
    part = list_records(session, Asked(serial_no="F-2"), FoundTable.ASSOCIATIONS).rows[0]
    assert (part.no, part.state, part.item_no, part.sub_line_no) == ("RPO-1", "Open", FRAME, 10)


@pytest.mark.parametrize(
    "after", ["x", "[]", "{}", "[1]", '["a"]', '["a","b","c","d","e"]', '["\\ud800","","",""]', "[" * 3000, "[true]", "[1e400]"]
)
def test_a_wrong_place_in_the_list_is_an_empty_page(books, session, after):
    assert list_records(session, Asked(serial_no="B-1"), FoundTable.SALES_SHIPMENTS, after=after).rows == ()
    if after != "[1]":
        assert list_records(session, Asked(serial_no="B-1"), FoundTable.PRODUCTS, after=after).rows == ()


def test_a18_three_statements_whatever_there_is_and_none_reads_a_table_whole(books, session, engine):
    counts = []
    for asked in ({"serial_no": "nobody"}, {"lot_no": "P-A"}, {"serial_no": "F-9", "item_no": FRAME}, {"package_no": "BOX"}):
        with seen(engine) as statements:
            find_entries(session, Asked(**asked))
        asked_for = [pair for pair in statements if " FROM " in pair[0].replace("\n", " ")]
        counts.append(len(asked_for))
        assert whole_reads(session, asked_for, GROWING) == []
    assert counts == [3, 3, 3, 3]


def test_a15_another_plant_finds_its_own_records_only(books, session, engine):
    with seen(engine) as statements:
        for asked in (Asked(lot_no="P-A"), Asked(package_no="BOX"), Asked(serial_no="F-2", item_no=FRAME)):
            for kind in FoundTable:
                list_records(session, asked, kind)
            find_entries(session, asked)
        find_document(session, "SHP-000001")
    assert {text: plantless(text) for text, _ in statements if " FROM " in text and plantless(text)} == {}
    session.rollback()
    session.info["plant_no"] = 2
    assert counted(session, lot_no="P-A") == {}
    assert find_document(session, "SHP-000001") == ()
    assert all(list_records(session, Asked(lot_no="P-A"), kind).rows == () for kind in FoundTable)
