"""Failures of other systems that must not be ours: what a scan does, and what it never does (peers 1 to 20). Both databases."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from shopfloor.genealogy.inputs import ReportInput, ReportLineInput
from shopfloor.genealogy.models import ComponentAssociation, ScanEntry, TrackedProduct
from shopfloor.genealogy.reporting import report_as_finished
from shopfloor.genealogy.starting import start_order
from shopfloor.items.models import Item, NumberInformation
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.production import bills
from shopfloor.production import commands as production
from shopfloor.production.inputs import NewBom, NewBomLine, NewProductionOrder, StartOrder
from shopfloor.production.models import ProdOrderComponent
from shopfloor.reservations.models import ReservationEntry
from tests.factories_genealogy import (
    BIKE,
    FRAME_LINE,
    GTINS,
    PAINT,
    PAINT_LINE,
    WHEEL,
    WHEEL_LINE,
    Station,
    bike_plant,
    gs1,
    problems,
    report,
    stock,
)
from tests.factories_items import make_item


def registered(session):
    """(line, number, quantity) of everything that is in a unit."""
    found = session.execute(
        select(ComponentAssociation.component_line_no, ComponentAssociation.serial_no, ComponentAssociation.lot_no,
               ComponentAssociation.quantity)
        .where(ComponentAssociation.state != "Removed").order_by(ComponentAssociation.association_no)
    ).all()
    session.rollback()
    return [(line, serial or lot, quantity) for line, serial, lot, quantity in found]


def figures(session):
    """Everything that a registration changes, but for the logs."""
    found = (
        registered(session),
        session.execute(
            select(OpenItemEntry.entry_no, OpenItemEntry.remaining, OpenItemEntry.reserved).order_by(OpenItemEntry.entry_no)
        ).all(),
        session.execute(
            select(ReservationEntry.source_id, ReservationEntry.serial_no, ReservationEntry.lot_no, ReservationEntry.quantity_base)
            .order_by(ReservationEntry.entry_no)
        ).all(),
        session.execute(select(TrackedProduct.match_id, TrackedProduct.state).order_by(TrackedProduct.match_id)).all(),
        session.scalar(select(func.count()).select_from(NumberInformation)),
    )
    session.rollback()
    return found


def test_peers_1_a_lot_of_another_component_never_lands_on_the_selected_line(station, session):
    """Peers 1: plain, it is refused with both names; with its item in the code, it goes to its own line. Nothing is created."""
    station.scan("BK-1")
    station.send("line", str(WHEEL_LINE))
    before = figures(session)
    assert station.scan("P-A") == "NUMBER_WRONG_ITEM"
    assert (station.answer.item, station.answer.selected) == ("PAINT of the test", "WHEEL of the test")
    assert station.scan("P-NEW") == "NUMBER_UNKNOWN"
    assert figures(session) == before
    assert station.scan(gs1(PAINT, lot="P-A")) == "LINE_COMPLETED"
    assert registered(session) == [(PAINT_LINE, "P-A", Decimal("0.25"))]
    assert station.scan(gs1(WHEEL, serial="NEW-1")) == "NUMBER_UNKNOWN"
    assert figures(session)[4] == before[4]


def test_peers_3_the_item_in_the_code_counts_and_not_the_number_alone(station, session):
    """Peers 3: the frame's number under the wheel's GTIN is no frame, whatever line is selected; the refusal names both."""
    station.scan("BK-1")
    station.send("line", str(FRAME_LINE))
    assert station.scan(gs1(WHEEL, serial="F-1")) == "NUMBER_WRONG_ITEM"
    assert (station.answer.number, station.answer.item, station.answer.selected) == ("F-1", "FRAME of the test", "WHEEL of the test")
    assert station.scan(gs1(PAINT, lot="F-1")) == "NUMBER_WRONG_ITEM"
    assert registered(session) == []


def test_peers_4_an_unknown_item_code_is_not_called_a_wrong_part(station, run):
    """Peers 4: three reasons, three codes: nobody knows the GTIN; it is no part of this order; it is no product of this order."""
    stock(run, WHEEL, "W-X")
    make_item(run, "SADDLE", code="SN", policy="STRICT")
    assert station.scan("]d2010401234567890121BK-1") == "GTIN_UNKNOWN"
    assert station.answer.gtin == "04012345678901"
    assert station.scan(gs1(WHEEL, serial="W-X")) == "SWITCH_TO_COMPONENT"
    station.scan("BK-1")
    assert station.scan("]d2010401234567890121F-1") == "GTIN_UNKNOWN"
    assert station.scan(f"]d201{GTINS['BIKE']}21BK-2") == "SWITCH_TO_PRODUCT"


def test_peers_11_a_second_piece_of_the_same_batch_counts(station, session, run):
    """Peers 11: where one scan is one piece, the same code again is the second piece, however soon it comes."""
    stock(run, PAINT, "P-C", quantity="9", expiration_date="2099-01-31")
    paint = ProdOrderComponent.__table__
    session.execute(update(paint).where(paint.c.item_no == PAINT).values(one_scan_is="One piece", expected_quantity=Decimal(8)))
    session.commit()
    station.scan("BK-1")
    assert station.scan("P-C") == "COMPONENT_REGISTERED"
    assert station.scan("P-C", gap_ms=150) == "COMPONENT_REGISTERED"
    assert registered(session) == [(PAINT_LINE, "P-C", Decimal(2))]
    assert problems(session) == []


@pytest.mark.parametrize(("text", "code"), [("W-1", "COMPONENT_REGISTERED"), ("P-A", "LINE_COMPLETED"),
                                            (gs1(PAINT, lot="P-A", more="3103000100"), "COMPONENT_REGISTERED")])
def test_peers_12_peers_13_undo_takes_everything_back_and_the_code_is_accepted_again(station, session, text, code):
    """Peers 12, 13: quantities, statuses and reservations are as before, and the memory for double fires has forgotten the scan."""
    station.scan("BK-1")
    before = figures(session)
    assert station.scan(text) == code
    assert figures(session) != before
    assert station.send("undo", gap_ms=200) == "UNDONE"
    assert figures(session) == before
    assert station.scan(text, gap_ms=200) == code
    assert problems(session) == []


def test_peers_12_undo_of_a_top_up_leaves_what_was_there_before(station, session):
    """Peers 12: the second scan of a lot is taken back, the first one stays."""
    weighed = gs1(PAINT, lot="P-A", more="3103000100")
    station.scan("BK-1")
    station.scan(weighed)
    before = figures(session)
    assert station.scan(weighed) == "COMPONENT_REGISTERED"
    assert station.send("undo", gap_ms=200) == "UNDONE"
    assert figures(session) == before
    assert station.scan(weighed, gap_ms=200) == "COMPONENT_REGISTERED"
    assert registered(session) == [(PAINT_LINE, "P-A", Decimal("0.2"))]
    assert problems(session) == []


def test_peers_13_a_unit_that_was_undone_is_scanned_again(station, session):
    """Peers 13: the product's own number as well."""
    station.scan("BK-1")
    assert station.send("undo", gap_ms=200) == "UNDONE"
    assert station.scan("BK-1", gap_ms=200) == "PRODUCT_REVIVED"
    assert station.scan("F-1") == "LINE_COMPLETED"
    assert problems(session) == []


@pytest.mark.parametrize("change", ["reported", "removed", "filled"])
def test_peers_15_scans_that_come_late_do_not_overwrite_what_a_colleague_did(station, session, run, change):
    """Peers 15: scans waited for the network. What changed meanwhile stays; each is refused with the reason and stays on record."""
    station.build("BK-1", "F-1", "W-1", "W-2")
    colleague = Station(session)
    colleague.build("BK-1")
    if change == "removed":
        for _ in range(4):
            assert station.send("undo") == "UNDONE"
    else:
        assert colleague.scan("P-A") == "UNIT_COMPLETED"
    if change == "reported":
        report(run, colleague.product)
    before = figures(session)
    expected = {"reported": "UNIT_REPORTED", "removed": "NO_PRODUCT", "filled": "COMPONENT_COMPLETE"}[change]
    late = Station(session)
    late.mode, late.product = "Component", colleague.product
    first = late.scan("P-B", captured_at="2026-11-20T10:00:00+00:00")
    assert first == expected
    refused = late.key
    assert late.scan("F-2", after_key=refused, captured_at="2026-11-20T10:00:01+00:00") == "HELD_AFTER_REFUSAL"
    assert figures(session) == before
    logged = session.execute(select(ScanEntry.raw_text, ScanEntry.code).order_by(ScanEntry.entry_no.desc()).limit(2)).all()
    assert [text for text, _ in logged] == ["F-2", "P-B"]
    session.rollback()
    assert problems(session) == []


GARBLED = [
    "à&àç(é&é\"'(\"'(é&\"éàF_&",  # a US scanner on a French host
    "ß1ß9521234543213",
    '!"§$%&/()=?`',
    "F'1",
    "f)&",
]


@pytest.mark.parametrize("text", GARBLED)
def test_peers_18_what_another_keyboard_layout_made_of_a_code_creates_nothing(station, session, text):
    """Peers 18, D17: in both modes the garbled text is refused, nobody gets a unit or a part of that name."""
    session.execute(update(Item).where(Item.no == BIKE).values(serial_pattern="BK-[0-9]+"))
    session.commit()
    assert station.scan(text) in {"NUMBER_PATTERN", "KEYBOARD_LAYOUT"}
    assert station.scan("BK-1") == "PRODUCT_REGISTERED"
    before = figures(session)
    assert station.scan(text) in {"SELECT_COMPONENT", "KEYBOARD_LAYOUT"}
    assert figures(session) == before


def test_peers_20_one_bad_serial_in_a_hundred_keeps_nobody_back(session, run):
    """Peers 20, D27: 99 are reported, one is listed with its number and the reason."""
    bike_plant(run)
    make_item(run, "SPRING", code="SN", policy="STRICT")
    stock(run, PAINT, "P-A", quantity="20", expiration_date="2099-01-31")
    run(bills.create_bom, given=NewBom(item_no="SPRING", lines=(NewBomLine(item_no=PAINT, quantity_per="0.1", flushing="Manual"),)))
    run(production.create_order, given=NewProductionOrder(no="RPO-5", item_no="SPRING", quantity="100", location_code="MAIN"))
    run(start_order, given=StartOrder(order_no="RPO-5", quantity="100"))
    station = Station(session, "RPO-5")
    rows = []
    for number in range(1, 101):
        station.build(f"S-{number:03}", *(["P-A"] if number != 57 else []))
        rows.append(station.product)
    answer = run(report_as_finished, order_no="RPO-5", given=ReportInput(lines=[ReportLineInput(match_id=row) for row in rows]))
    assert answer.done == [f"S-{number:03}" for number in range(1, 101) if number != 57]
    assert [one["code"] for one in answer.refused] == ["COMPONENTS_MISSING"]
    assert "S-057" in str(answer.refused)
    assert session.scalar(select(func.sum(OpenItemEntry.remaining)).where(OpenItemEntry.item_no == "SPRING")) == 99
    session.rollback()
    assert problems(session) == []

