"""Failures of other systems that must not be ours: reports, numbers and counts (peers 62 to 76). Both databases."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from shopfloor.genealogy.corrections import create_component, create_product
from shopfloor.genealogy.inputs import ComponentInput, ProductInput, ReportInput, ReportLineInput, SelectionInput
from shopfloor.genealogy.models import TrackedProduct
from shopfloor.genealogy.picking import pick, unpick
from shopfloor.genealogy.reporting import report_as_finished
from shopfloor.genealogy.starting import start_order
from shopfloor.items.commands import add_gtin
from shopfloor.items.errors import CaseTwin
from shopfloor.items.inputs import NewGtin
from shopfloor.items.models import NumberInformation
from shopfloor.ledger.models import ItemLedgerEntry, OpenItemEntry
from shopfloor.production import bills
from shopfloor.production import commands as production
from shopfloor.production.inputs import NewBom, NewBomLine, NewProductionOrder, OrderKey, StartOrder
from tests.conftest import runner
from tests.factories_genealogy import (
    BELL,
    BIKE,
    FRAME,
    PAINT,
    WHEEL,
    WHEEL_LINE,
    Station,
    bike_order,
    bike_plant,
    bike_stock,
    problems,
    remove,
    report,
    stock,
)
from tests.factories_items import make_item
from tests.factories_orders import adjust, make_purchase_order, make_vendor, opening_stock, receive
from tests.genealogy.test_associations import no_of, refused, stock_of
from tests.genealogy.test_races import codes, race

ORDER = {"order_no": "RPO-1"}
GLUE = {"order_no": "RPO-9"}


@pytest.fixture
def glue(session, run):
    """A started order of 100 kg in batches of 60 and 40, each with its paint; {lot: match id}."""
    bike_plant(run)
    stock(run, PAINT, "P-A", quantity="10", expiration_date="2099-01-31")
    make_item(run, "GLUE", unit="KG", code="LOT", policy="STRICT", rounding_precision="0.001")
    run(bills.create_bom, given=NewBom(item_no="GLUE", lines=(NewBomLine(item_no=PAINT, quantity_per="0.1", flushing="Manual"),)))
    run(production.create_order, given=NewProductionOrder(no="RPO-9", item_no="GLUE", quantity="100", location_code="MAIN"))
    run(start_order, given=StartOrder(order_no="RPO-9", quantity="100"))
    rows = {}
    for lot, quantity in (("G-1", "60"), ("G-2", "40")):
        rows[lot] = run(create_product, **GLUE, given=ProductInput(lot_no=lot, quantity=quantity)).match_id
        run(create_component, **GLUE, given=ComponentInput(match_id=rows[lot], component_line_no=10, lot_no="P-A"))
    yield rows
    assert problems(session) == []


def report_part(run, match_id, good, error="0"):
    cause = "Lumps" if error != "0" else ""
    line = ReportLineInput(match_id=match_id, good=good, error=error, error_cause=cause)
    return run(report_as_finished, **GLUE, given=ReportInput(lines=[line]))


def made(session):
    """{lot: (good, scrap)} of all output."""
    found = session.execute(
        select(ItemLedgerEntry.lot_no, func.sum(ItemLedgerEntry.quantity), func.sum(ItemLedgerEntry.scrap_quantity))
        .where(ItemLedgerEntry.entry_type == "Output").group_by(ItemLedgerEntry.lot_no)
    ).all()
    session.rollback()
    return {lot: (good, scrap) for lot, good, scrap in found}


def test_peers_62_good_and_error_are_what_was_reported_and_only_good_is_stock(session, run, glue):
    """Peers 62: 48 good and 12 bad of 60: a batch of 48, and never one of 60."""
    report_part(run, glue["G-1"], "48", "12")
    assert made(session) == {"G-1": (48, 12)}
    assert stock_of(session, "GLUE")[0] == 48
    row = session.get(TrackedProduct, (1, glue["G-1"]))
    assert (row.state, row.good_quantity, row.error_quantity) == ("Reported", 48, 12)
    session.rollback()
    refused("NOT_REPORTABLE", report_part, run, glue["G-1"], "1")


def test_peers_63_a_second_part_finish_never_fills_a_full_batch_again(session, run, glue):
    """Peers 63: what is reported in parts goes to the batch that was named, up to its own quantity and not beyond."""
    report_part(run, glue["G-1"], "60")
    refused("NOT_REPORTABLE", report_part, run, glue["G-1"], "10")
    report_part(run, glue["G-2"], "10")
    report_part(run, glue["G-2"], "15")
    refused("NOT_REPORTABLE", report_part, run, glue["G-2"], "16")
    assert made(session) == {"G-1": (60, 0), "G-2": (25, 0)}
    report_part(run, glue["G-2"], "15")
    assert made(session) == {"G-1": (60, 0), "G-2": (40, 0)}


def test_peers_65_two_scraps_at_once_do_not_make_two_replacements_of_one(engine, session, run):
    """Peers 65, EDG-16: two units are scrapped at the same moment, one more is started: ten stations get one new unit between them."""
    bike_plant(run)
    bike_stock(run)
    bike_order(run, quantity="4", started="2")
    station = Station(session)
    scrapped = []
    for unit in ("BK-1", "BK-2"):
        station.build(unit)
        scrapped.append(station.product)

    def scrap(own, number):
        line = ReportLineInput(match_id=scrapped[number], good="0", error="1", error_cause="Dropped")
        given = ReportInput(lines=[line], accept_error=True, reason="dropped")
        return runner(own)(report_as_finished, **ORDER, given=given)

    def replacement(own, number):
        bench = Station(own)
        bench.scan(f"BK-1{number}")
        return bench.answer

    assert codes(race(engine, 2, scrap)) == {"ASSOCIATIONS_CHANGED": 2}
    assert codes(race(engine, 3, replacement)) == {"PRODUCT_OVER_STARTED": 3}
    run(start_order, given=StartOrder(order_no="RPO-1", quantity="1"))
    assert codes(race(engine, 10, replacement)) == {"PRODUCT_REGISTERED": 1, "PRODUCT_OVER_STARTED": 9}
    assert problems(session) == []


def test_peers_67_an_order_with_picked_parts_is_not_ended_until_they_are_back(session, run, station):
    """Peers 67: refused with the parts' names; after the full return it ends, and everything is free stock again."""
    station.build("BK-1", "F-1", "W-1")
    run(pick, **ORDER, given=SelectionInput(selected=[no_of(session, "F-1")]))
    run(production.end_job, given=OrderKey(order_no="RPO-1"))
    refusal = refused("ORDER_RESERVED", run, production.end_order, given=OrderKey(order_no="RPO-1"))
    assert FRAME in refusal.components
    run(unpick, **ORDER, given=SelectionInput(selected=[no_of(session, "F-1")]))
    refused("ORDER_RESERVED", run, production.end_order, given=OrderKey(order_no="RPO-1"))
    remove(run, no_of(session, "F-1"), no_of(session, "W-1"))
    assert run(production.end_order, given=OrderKey(order_no="RPO-1")).status == "Ended"
    assert (stock_of(session, FRAME), stock_of(session, WHEEL)) == ((Decimal(3), Decimal(0)), (Decimal(7), Decimal(0)))
    assert problems(session) == []


def test_peers_68_nothing_is_finished_without_its_parts(session, run, station):
    """Peers 68: not without a tracked part, and not without an untracked one either; after both are there it is."""
    station.build("BK-1", "F-1", "W-1", "W-2")
    assert "PAINT" in refused("COMPONENTS_MISSING", report, run, station.product).missing
    assert station.scan("P-A") == "UNIT_COMPLETED"
    adjust(run, {"entry_type": "Negative Adjmt.", "item_no": BELL, "quantity": "10"})
    assert refused("NOT_AVAILABLE", report, run, station.product).item.startswith("BELL")
    assert stock_of(session, BIKE)[0] == 0
    opening_stock(run, BELL, "1")
    report(run, station.product)
    assert (stock_of(session, BIKE)[0], stock_of(session, BELL)[0]) == (1, 0)
    assert problems(session) == []


def test_peers_71_capitals_ask_and_blanks_at_the_ends_make_no_second_lot(session, run, bikes):
    """Peers 71, D35: `p-a` asks whether it is really another one; `P-A ` is P-A, typed or scanned."""
    line = {"item_no": PAINT, "quantity": "1", "expiration_date": "2099-01-31"}
    with pytest.raises(CaseTwin) as asked:
        adjust(run, line | {"lot_no": "p-a"})
    assert asked.value.existing == "P-A"
    for text in ("P-A ", " P-A"):
        adjust(run, line | {"lot_no": text})
    station = Station(session)
    station.scan("BK-1")
    assert station.scan(" P-A ") == "LINE_COMPLETED"
    assert station.answer.number == "P-A"
    known = session.scalars(select(NumberInformation.number).where(NumberInformation.item_no == PAINT).order_by(NumberInformation.number))
    assert known.all() == ["P-A", "P-B"]
    assert stock_of(session, PAINT)[0] == Decimal("2.8")
    assert problems(session) == []


def test_peers_72_leading_zeros_are_part_of_a_number_and_no_part_of_a_gtin(session, run, station):
    """Peers 72: 007 and 7 are two frames; a GTIN of 8, 12, 13 or 14 digits is the same item."""
    stock(run, FRAME, "007", "7")
    run(add_gtin, given=NewGtin(gtin="95012346", item_no=PAINT))
    station.scan("BK-1")
    station.send("line", "10")
    assert (station.scan("007"), station.answer.number) == ("LINE_COMPLETED", "007")
    for text in ("012345678905", "0012345678905", "00012345678905"):
        assert (station.scan(text), station.line) == ("LINE_SELECTED", WHEEL_LINE), text
    for text in ("95012346", "0000095012346", "00000095012346", "]E495012346"):
        assert (station.scan(text), station.line) == ("LINE_SELECTED", 30), text
    station.build("BK-2", "7")
    held = session.execute(select(OpenItemEntry.serial_no).where(OpenItemEntry.item_no == FRAME, OpenItemEntry.reserved == Decimal(1)))
    assert sorted(held.scalars()) == ["007", "7"]
    session.rollback()
    assert problems(session) == []


def test_peers_76_an_item_without_numbers_takes_none_from_its_neighbour(session, run, station):
    """Peers 76: bells beside paint and frames, received in one posting and consumed by one report: no bell has a number."""
    make_vendor(run)
    lines = ({"item_no": PAINT, "quantity": "1"}, {"item_no": BELL, "quantity": "5"}, {"item_no": FRAME, "quantity": "1"})
    make_purchase_order(run, *lines)
    receive(
        run, "PO-1", {"lot_no": "P-NEW", "quantity": "1", "expiration_date": "2099-01-31"}, {"line_no": 20000, "quantity": "5"},
        {"line_no": 30000, "serial_no": "F-NEW", "quantity": "1"},
    )
    station.build("BK-1", "F-NEW", "W-1", "W-2", "P-NEW")
    report(run, station.product)
    bells = session.execute(
        select(ItemLedgerEntry.entry_type, ItemLedgerEntry.serial_no, ItemLedgerEntry.lot_no, ItemLedgerEntry.quantity)
        .where(ItemLedgerEntry.item_no == BELL).order_by(ItemLedgerEntry.entry_no)
    ).all()
    assert [tuple(entry) for entry in bells] == [
        ("Positive Adjmt.", "", "", 10), ("Purchase", "", "", 5), ("Consumption", "", "", -1),
    ]
    assert session.scalar(select(func.count()).select_from(NumberInformation).where(NumberInformation.item_no == BELL)) == 0
    session.rollback()
    assert problems(session) == []
