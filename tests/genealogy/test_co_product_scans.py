"""D40, SCN-6: co-products are scanned in Product mode, need no parts, and are reported by their own line. Both engines."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from shopfloor.errors import Refusal
from shopfloor.genealogy.corrections import create_product, remove_products
from shopfloor.genealogy.inputs import (
    PreallocationInput,
    ProductInput,
    ReportInput,
    ReportLineInput,
    ScanRules,
    SelectionInput,
)
from shopfloor.genealogy.journal_inputs import OpenJournalInput, PostProductionJournal
from shopfloor.genealogy.matrix_queries import associations_page
from shopfloor.genealogy.models import AssociationEntry, ScanEntry, TrackedProduct
from shopfloor.genealogy.open_journals import post_open_journal, save_journal
from shopfloor.genealogy.page_queries import tracked_components_page
from shopfloor.genealogy.preallocation import preallocate
from shopfloor.genealogy.production_journal import post_production_journal
from shopfloor.genealogy.reporting import report_as_finished
from shopfloor.genealogy.resetting import reset_order
from shopfloor.genealogy.reversing import reverse_report
from shopfloor.genealogy.starting import start_order
from shopfloor.items import commands as items
from shopfloor.items.inputs import NewGtin, NewReference
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.people.fields import read_input
from shopfloor.production import bills, commands
from shopfloor.production.components import order_lines
from shopfloor.production.inputs import NewBom, NewBomLine, NewProductionOrder, ResetOrder, StartOrder
from shopfloor.tracing.lines import Completeness, State
from shopfloor.tracing.queries import trace
from tests.factories_genealogy import BELL, FRAME, GTINS, PAINT, VERIFIED, WHEEL, Station, bike_plant, bike_stock, problems
from tests.factories_items import make_item
from tests.factories_production import counted
from tests.genealogy.test_journal_lines import read
from tests.remembered import remembered

TWIN, OFFCUT, DUST, CHIP = "TWIN", "OFFCUT", "DUST", "CHIP"
MAIN, OFFCUT_LINE, DUST_LINE, CHIP_LINE = 10_000, 20_000, 30_000, 40_000
OFFCUT_GTIN, DUST_GTIN = "04012345678901", "04012345123456"
ORDER = {"order_no": "CO-1"}


@remembered
def twins(run):
    """A twin bike is scanned: a frame, two wheels, paint. Each leaves 2 offcuts (serial), 0.5 kg dust (batch), and chips."""
    bike_plant(run)
    bike_stock(run)
    make_item(run, TWIN, code="SN", policy="STRICT")
    make_item(run, OFFCUT, code="SN", policy="STRICT")
    make_item(run, DUST, unit="KG", code="LOT", policy="STRICT", rounding_precision="0.001")
    make_item(run, CHIP, unit="KG", rounding_precision="0.001")
    run(items.add_gtin, given=NewGtin(gtin=OFFCUT_GTIN, item_no=OFFCUT))
    run(items.add_gtin, given=NewGtin(gtin=DUST_GTIN, item_no=DUST))
    run(bills.create_bom, given=NewBom(item_no=TWIN, lines=(
        NewBomLine(item_no=FRAME, quantity_per="1", flushing="Manual"),
        NewBomLine(item_no=WHEEL, quantity_per="2", flushing="Manual"),
        NewBomLine(item_no=PAINT, quantity_per="0.25", flushing="Manual"),
        NewBomLine(item_no=BELL, quantity_per="1"),
        NewBomLine(item_no=OFFCUT, quantity_per="2", co_product=True),
        NewBomLine(item_no=DUST, quantity_per="0.5", co_product=True),
        NewBomLine(item_no=CHIP, quantity_per="0.1", co_product=True),
    )))
    run(commands.create_order, given=NewProductionOrder(no="CO-1", item_no=TWIN, quantity="2", location_code="MAIN"))


@pytest.fixture(autouse=True)
def plant(run, session):
    twins(run)
    yield
    assert problems(session) == []


@pytest.fixture
def station(run, session):
    run(start_order, given=StartOrder(order_no="CO-1"))
    return Station(session, "CO-1")


def offcut(number):
    return f"]C101{OFFCUT_GTIN}21{number}"


def dust(number, kilograms=""):
    return f"]C101{DUST_GTIN}{kilograms}10{number}"


def rows(session):
    c = TrackedProduct.__table__.c
    return read(session, select(c.order_line_no, c.item_no, c.serial_no, c.lot_no, c.quantity, c.state).order_by(c.match_id))


def match_of(session, number):
    c = TrackedProduct.__table__.c
    return read(session, select(c.match_id).where((c.serial_no == number) | (c.lot_no == number)))[0][0]


def reported(session):
    found = [(one.line_no, one.started, one.good, one.error) for one in order_lines(session, "CO-1")]
    session.rollback()
    return found


def report(run, *lines, **more):
    given = [ReportLineInput(match_id=line) if isinstance(line, int) else ReportLineInput(**line) for line in lines]
    return run(report_as_finished, **ORDER, given=ReportInput(lines=given, **more))


def refused(code, run, *arguments, **keywords):
    with pytest.raises(Refusal) as caught:
        run(*arguments, **keywords)
    assert caught.value.code == code, caught.value
    return caught.value


def build_both(station):
    first = station.build("TW-1", "F-1", "W-1", "W-2", "P-A")
    return first, station.build("TW-2", "F-2", "W-3", "W-4", "P-A")


# --- scanning ---------------------------------------------------------------------------------------------------------------


def test_scn_6_d40_a_label_of_a_co_product_is_a_row_of_its_own_line(session, station):
    """GS1 with AI 01: Completed at once, the mode stays Product and nothing is current, so that no part can land on it."""
    assert station.scan(offcut("OC-1")) == "CO_PRODUCT_REGISTERED"
    assert (station.mode, station.product, station.answer.quantity, station.answer.unit) == ("Product", 0, "1", "PCS")
    assert rows(session) == [(OFFCUT_LINE, OFFCUT, "OC-1", "", 1, "Open")]
    unit = tracked_components_page(session, "CO-1").units[0]
    session.rollback()
    assert (unit.number, unit.status, unit.asked, unit.co_product) == ("OC-1", "Completed", 0, f"{OFFCUT} of the test")
    log, scans = AssociationEntry.__table__.c, ScanEntry.__table__.c
    match_id = match_of(session, "OC-1")
    assert read(session, select(log.action, log.item_no, log.match_id, log.serial_no)) == [("registered", OFFCUT, match_id, "OC-1")]
    assert read(session, select(scans.code, scans.match_id, scans.answer)) == [("CO_PRODUCT_REGISTERED", match_id, "accepted")]


def test_scn_6_d40_company_item_numbers_and_references_name_co_products(run, session, station):
    run(items.add_reference, given=NewReference(reference_no="OLD-77", item_no=OFFCUT))
    assert station.scan("]C1240OLD-77\x1d21OC-1") == "CO_PRODUCT_REGISTERED"
    assert station.scan(f"]C1240{OFFCUT}\x1d21OC-2") == "CO_PRODUCT_REGISTERED"
    assert [row[:3] for row in rows(session)] == [(OFFCUT_LINE, OFFCUT, "OC-1"), (OFFCUT_LINE, OFFCUT, "OC-2")]


def test_scn_6_what_the_order_does_not_make_is_refused_and_a_component_offers_the_other_mode(run, session, station):
    make_item(run, "STRANGE", code="SN", policy="STRICT")
    run(items.add_gtin, given=NewGtin(gtin="04012345999990", item_no="STRANGE"))
    assert station.scan("]C1010401234599999021X-1") == "WRONG_PRODUCT"
    assert station.scan(f"]C101{GTINS[FRAME]}21F-1") == "SWITCH_TO_COMPONENT"
    assert rows(session) == []


def test_scn_5_scn_9_a_plain_number_is_the_products_unless_a_co_product_has_it(session, station):
    """Plain codes name the product; a number that is known as a co-product's selects that one and creates nothing."""
    station.scan(offcut("OC-1"))
    assert station.scan("OC-1") == "CO_PRODUCT_KNOWN"
    assert (station.mode, station.product) == ("Product", 0)
    assert station.scan("OC-2") == "PRODUCT_REGISTERED"
    assert [row[:3] for row in rows(session)] == [(OFFCUT_LINE, OFFCUT, "OC-1"), (MAIN, TWIN, "OC-2")]


def test_ops_4_the_same_label_twice_within_two_seconds_changes_nothing(session, station):
    station.scan(offcut("OC-1"))
    assert station.scan(offcut("OC-1"), gap_ms=500) == "DUPLICATE_SCAN"
    assert station.mode == "Product"
    assert station.scan(offcut("OC-1")) == "CO_PRODUCT_KNOWN"
    assert len(rows(session)) == 1


def test_d40_a_batch_takes_what_the_label_says_or_all_that_remains_of_its_line(session, station):
    assert station.scan(dust("D-1", "3103000300")) == "CO_PRODUCT_REGISTERED"
    assert station.answer.quantity == "0.3"
    station.scan(dust("D-2"))
    assert [row[3:5] for row in rows(session)] == [("D-1", Decimal("0.3")), ("D-2", Decimal("0.7"))]


def test_set_7_a_co_product_without_numbers_has_nothing_to_register(run, session, station):
    run(items.add_gtin, given=NewGtin(gtin="04012345777772", item_no=CHIP))
    assert station.scan("]C1010401234577777221X-1") == "PRODUCT_NOT_TRACKED"
    assert rows(session) == []


@pytest.mark.parametrize("part", ["F-1", f"]C101{GTINS[FRAME]}21F-1"])
def test_d40_a_part_never_lands_on_a_co_product(session, station, part):
    """In Product mode it asks for the other mode; under a co-product that somebody tapped it is refused in words."""
    station.scan(offcut("OC-1"))
    assert station.scan(part) == "SWITCH_TO_COMPONENT"
    assert station.send("product", str(match_of(session, "OC-1"))) == "CO_PRODUCT_SELECTED"
    assert station.mode == "Component"
    assert station.scan(part) == "CO_PRODUCT_HAS_NO_PARTS"
    assert (station.answer.product, station.answer.item) == ("OC-1", f"{OFFCUT} of the test")
    page = tracked_components_page(session, "CO-1", match_id=station.product)
    session.rollback()
    assert (page.product, page.components, page.description, page.summary.registered) == ("OC-1", (), f"{TWIN} of the test", 0)


def test_scn_15_a_co_product_in_component_mode_offers_product_mode(session, station):
    station.scan("TW-1")
    assert station.scan(offcut("OC-1")) == "SWITCH_TO_PRODUCT"
    assert station.send("confirm", confirms=station.key) == "CO_PRODUCT_REGISTERED"
    assert station.mode == "Product"


def test_scn_15_a_plain_number_of_a_co_product_in_component_mode_offers_product_mode_too(session, station):
    """An item code alone is no number, so nothing is offered for it."""
    station.scan(offcut("OC-1"))
    station.scan("TW-1")
    assert station.scan("OC-1") == "SWITCH_TO_PRODUCT"
    assert station.scan(OFFCUT_GTIN) == "NOT_A_COMPONENT"
    assert station.scan("OC-9") in {"SELECT_COMPONENT", "NUMBER_UNKNOWN"}


def test_edg_16_d40_each_line_has_its_own_limit(run, session):
    """Started is 1 of 2: two offcuts and half the dust; the product's own place is not touched by them."""
    run(start_order, given=StartOrder(order_no="CO-1", quantity="1"))
    assert [line[:2] for line in reported(session)] == [
        (MAIN, 1), (OFFCUT_LINE, 2), (DUST_LINE, Decimal("0.5")), (CHIP_LINE, Decimal("0.1")),
    ]
    station = Station(session, "CO-1")
    for number in ("OC-1", "OC-2"):
        assert station.scan(offcut(number)) == "CO_PRODUCT_REGISTERED"
    assert station.scan(offcut("OC-3")) == "PRODUCT_OVER_STARTED"
    assert "OFFCUT of the test: 2 of 2 PCS" in str(station.answer)
    assert (station.answer.registered, station.answer.started) == ("2", "2")
    assert station.scan("TW-1") == "PRODUCT_REGISTERED"
    assert station.send("mode", "Product") == "MODE_CHANGED"
    assert station.scan("TW-2") == "PRODUCT_OVER_STARTED"


def test_edg_31_co_products_above_what_is_started_await_their_start(run, session, station):
    for number in ("OC-1", "OC-2", "OC-3"):
        station.scan(offcut(number))
    run(start_order, given=StartOrder(order_no="CO-1", quantity="-1"))
    page = tracked_components_page(session, "CO-1")
    session.rollback()
    assert [(unit.number, unit.shown_state) for unit in page.units] == [
        ("OC-3", "Awaiting start"), ("OC-2", "Completed"), ("OC-1", "Completed"),
    ]
    refused("ORDER_STATUS", report, run, match_of(session, "OC-3"))


def test_edg_19_edg_21_a_serial_is_unique_as_a_products_is(run, session, station):
    """On one order only, and made once."""
    station.scan(offcut("OC-1"))
    run(commands.create_order, given=NewProductionOrder(no="CO-2", item_no=TWIN, quantity="2", location_code="MAIN"))
    run(start_order, given=StartOrder(order_no="CO-2"))
    other = Station(session, "CO-2")
    assert other.scan(offcut("OC-1")) == "PRODUCT_OTHER_ORDER"
    assert other.scan("OC-1") == "PRODUCT_OTHER_ORDER"


def test_d39_tcp_16_undo_and_scan_again(session, station):
    """A removed number of the same order is taken up again; undo leaves the mode at Product."""
    station.scan(offcut("OC-1"))
    assert station.send("undo") == "UNDONE"
    assert (rows(session)[0][5], station.mode) == ("Removed", "Product")
    assert station.scan(offcut("OC-1")) == "CO_PRODUCT_REGISTERED"
    assert [row[2:] for row in rows(session)] == [("OC-1", "", 1, "Open")]


def test_d25_a_co_product_that_reports_when_completed_is_stock_at_once(run, session):
    make_item(run, "SHEET", code="SN", policy="STRICT", report_when_completed=True)
    run(items.add_gtin, given=NewGtin(gtin="04012345888881", item_no="SHEET"))
    make_item(run, "PRESS", code="SN", policy="STRICT")
    run(bills.create_bom, given=NewBom(item_no="PRESS", lines=(
        NewBomLine(item_no=BELL, quantity_per="1"), NewBomLine(item_no="SHEET", quantity_per="1", co_product=True))))
    run(commands.create_order, given=NewProductionOrder(no="CO-3", item_no="PRESS", quantity="1", location_code="MAIN"))
    run(start_order, given=StartOrder(order_no="CO-3"))
    station = Station(session, "CO-3")
    assert station.scan("]C1010401234588888121SH-1") == "CO_PRODUCT_REGISTERED"
    assert [note["code"] for note in station.answer.notes] == ["REPORTED_BY_ITSELF"]
    assert rows(session)[0][5] == "Reported"


# --- reporting --------------------------------------------------------------------------------------------------------------


def test_d40_main_and_co_products_are_reported_in_one_journal_each_on_its_line(run, session, station):
    """D27, ASC-16: good and error count on the row's own line; parts are consumed for the product alone."""
    first, second = build_both(station)
    for number in ("OC-1", "OC-2"):
        station.send("mode", "Product")
        station.scan(offcut(number))
    one, two = match_of(session, "OC-1"), match_of(session, "OC-2")
    answer = report(run, first, one, {"match_id": two, "good": "0", "error": "1", "error_cause": "cracked"}, second)
    assert len(answer.done) == 4
    assert reported(session)[:2] == [(MAIN, 2, 2, 0), (OFFCUT_LINE, 4, 1, 1)]
    c = ItemLedgerEntry.__table__.c
    found = read(session, select(c.serial_no, c.order_line_no, c.match_id).where(c.entry_type == "Output", c.order_no == "CO-1").order_by(
        c.match_id))
    assert found == [("TW-1", MAIN, first), ("TW-2", MAIN, second), ("OC-1", OFFCUT_LINE, one), ("OC-2", OFFCUT_LINE, two)]
    log = AssociationEntry.__table__.c
    assert read(session, select(log.item_no, log.error_quantity).where(log.action == "reported", log.match_id == two)) == [(OFFCUT, 1)]


def test_d40_a_co_product_is_reported_while_the_product_lacks_its_parts(run, session, station):
    """ASC-13: nothing is asked for it; the unit beside it is left out and listed."""
    twin = station.build("TW-1", "F-1")
    station.send("mode", "Product")
    station.scan(dust("D-1"))
    row = match_of(session, "D-1")
    answer = report(run, twin, {"match_id": row, "good": "0.4"})
    assert (answer.done, [one["code"] for one in answer.refused]) == (["D-1"], ["COMPONENTS_MISSING"])
    assert reported(session)[2] == (DUST_LINE, 1, Decimal("0.4"), 0)
    report(run, row)
    assert [row[3:] for row in rows(session)[1:]] == [("D-1", 1, "Reported")]


def test_edg_30_d40_a_report_is_taken_back_by_its_own_row(run, session, station):
    first, _ = build_both(station)
    station.send("mode", "Product")
    station.scan(offcut("OC-1"))
    row = match_of(session, "OC-1")
    report(run, first, row)
    run(reverse_report, **ORDER, given=SelectionInput(selected=[row], reason="wrong"))
    assert reported(session)[:2] == [(MAIN, 2, 1, 0), (OFFCUT_LINE, 4, 0, 0)]
    report(run, row)
    run(reverse_report, **ORDER, given=SelectionInput(selected=[first], reason="wrong"))
    assert reported(session)[:2] == [(MAIN, 2, 0, 0), (OFFCUT_LINE, 4, 1, 0)]
    log = AssociationEntry.__table__.c
    assert read(session, select(log.item_no).where(log.action == "unreported").order_by(log.entry_no)) == [(OFFCUT,), (TWIN,)]


def test_lif_5_a_reset_opens_rows_of_co_products_again(run, session, station):
    station.scan(offcut("OC-1"))
    report(run, match_of(session, "OC-1"))
    run(reset_order, given=ResetOrder(order_no="CO-1", reason="wrong saw", confirmed=True))
    assert reported(session)[1] == (OFFCUT_LINE, 0, 0, 0)
    assert rows(session)[0][5] == "Open"


def test_edg_27_edg_29_remove_by_hand_and_not_after_the_report(run, session, station):
    for number in ("OC-1", "OC-2"):
        station.scan(offcut(number))
    report(run, match_of(session, "OC-2"))
    answer = run(remove_products, **ORDER, given=SelectionInput(selected=[match_of(session, "OC-1"), match_of(session, "OC-2")]))
    assert (answer.done, [one["code"] for one in answer.refused]) == (["OC-1"], ["ROW_LOCKED"])
    log = AssociationEntry.__table__.c
    assert read(session, select(log.item_no).where(log.action == "removed")) == [(OFFCUT,)]


def test_asc_5_set_8_by_hand_and_assigned_in_advance(run, session, station):
    """Create and Assign numbers say which line is meant; a scan of the assigned plain number starts it."""
    run(create_product, **ORDER, given=ProductInput(lot_no="D-1", order_line_no=DUST_LINE, quantity="0.4"))
    run(preallocate, **ORDER, given=PreallocationInput(serial_nos=["OC-9"], order_line_no=OFFCUT_LINE))
    assert [row[:5] for row in rows(session)] == [(DUST_LINE, DUST, "", "D-1", Decimal("0.4")), (OFFCUT_LINE, OFFCUT, "OC-9", "", 1)]
    assert station.scan("OC-9") == "CO_PRODUCT_REGISTERED"
    assert rows(session)[1][5] == "Open"
    refused("NOT_FOUND", run, create_product, **ORDER, given=ProductInput(serial_no="X", order_line_no=70_000))
    refused("PRODUCT_NOT_TRACKED", run, create_product, **ORDER, given=ProductInput(serial_no="X", order_line_no=CHIP_LINE))


# --- pages and traces -------------------------------------------------------------------------------------------------------


def test_d31_rows_of_co_products_take_no_share_of_the_parts(session, station):
    """The unit that completes the order is the second twin bike, whatever stands between."""
    station.scan(offcut("OC-1"))
    station.scan(offcut("OC-2"))
    build_both(station)
    page = tracked_components_page(session, "CO-1", match_id=station.product)
    session.rollback()
    assert (page.summary.registered, page.summary.status, page.product_status) == (2, "Completed", "Completed")
    assert [(unit.number, unit.done, unit.asked) for unit in page.units] == [
        ("TW-2", 3, 3), ("TW-1", 3, 3), ("OC-2", 0, 0), ("OC-1", 0, 0),
    ]


def test_d40_the_matrix_lists_the_product_alone(session, station):
    station.build("TW-1", "F-1")
    station.send("mode", "Product")
    station.scan(offcut("OC-1"))
    page = associations_page(session, "CO-1", match_id=match_of(session, "OC-1"))
    session.rollback()
    assert [unit.number for unit in page.units] == ["OC-1", "TW-1"]
    assert [row.unit.number for row in page.matrix.rows] == ["TW-1"]
    assert [column.item_no for column in page.matrix.columns] == [FRAME, WHEEL, PAINT]
    assert (page.product, page.co_product, page.components, page.rows) == ("OC-1", f"{OFFCUT} of the test", (), ())


def test_d40_a_scanned_co_product_is_traced_at_order_level(run, session, station):
    """Below it everything that the order consumed, possible and never certain; forward it is found from each part."""
    first, second = build_both(station)
    station.send("mode", "Product")
    station.scan(offcut("OC-1"))
    report(run, first, second, match_of(session, "OC-1"))
    answer = trace(session, serial_no="OC-1")
    consumed = [line for line in answer.lines if line.entry_type == "Consumption"]
    assert {line.number for line in consumed} == {"F-1", "F-2", "W-1", "W-2", "W-3", "W-4", "P-A"}
    assert {line.order_level for line in consumed} == {True}
    assert answer.completeness is Completeness.COMPLETE
    forward = trace(session, serial_no="F-1", method="Origin -> Usage", show_components="No")
    assert {line.number: line.certain for line in forward.lines if line.entry_type == "Output"} == {"TW-1": True, "OC-1": False}


def test_lif_4_d40_started_quantity_is_not_taken_back_below_what_came_out_along(run, session, station):
    """Three offcuts came out of two begun bikes: one bike makes two, so both stay started."""
    for number in ("OC-1", "OC-2", "OC-3"):
        station.scan(offcut(number))
    report(run, *(match_of(session, number) for number in ("OC-1", "OC-2", "OC-3")))
    refusal = refused("STARTED_BELOW_CO_PRODUCT", run, start_order, given=StartOrder(order_no="CO-1", quantity="-1"))
    assert (refusal.item, refusal.reported, refusal.least) == (OFFCUT, "3", "2")
    assert reported(session)[:2] == [(MAIN, 2, 0, 0), (OFFCUT_LINE, 4, 3, 0)]
    run(reverse_report, **ORDER, given=SelectionInput(selected=[match_of(session, "OC-3")], reason="counted wrongly"))
    run(remove_products, **ORDER, given=SelectionInput(selected=[match_of(session, "OC-3")], confirmed=True))
    run(start_order, given=StartOrder(order_no="CO-1", quantity="-1"))
    assert reported(session)[:2] == [(MAIN, 1, 0, 0), (OFFCUT_LINE, 2, 2, 0)]


def test_d40_what_a_product_scan_costs_does_not_depend_on_co_products(run, session, station):
    """The same statements on an order with co-products and rows of them as on one without."""
    station.scan(offcut("OC-1"))
    with counted(session) as with_rows:
        station.scan("TW-1")
    run(commands.create_order, given=NewProductionOrder(no="RPO-9", item_no="BIKE", quantity="2", location_code="MAIN"))
    run(start_order, given=StartOrder(order_no="RPO-9"))
    plain = Station(session, "RPO-9", rules=ScanRules(profile=VERIFIED, session_id="plain"))
    with counted(session) as without:
        plain.scan("BK-1")
    assert len(with_rows) == len(without)


def test_ent_7_an_open_report_journal_reports_the_row_that_it_names(run, session, station):
    """A line with the number of a registered co-product is its report; another number stands beside the rows."""
    station.scan(offcut("OC-1"))
    given = OpenJournalInput(kind="Report as finished", lines=[
        {"line_no": OFFCUT_LINE, "quantity": "1", "serial_no": "OC-1"}, {"line_no": OFFCUT_LINE, "quantity": "1", "serial_no": "OC-2"}])
    no = run(save_journal, **ORDER, given=given).journal_no
    run(post_open_journal, **ORDER, journal_no=no)
    assert [row[2:] for row in rows(session)] == [("OC-1", "", 1, "Reported")]
    assert reported(session)[1] == (OFFCUT_LINE, 4, 2, 0)


def test_d40_by_hand_goes_nothing_that_is_registered(run, session, station):
    station.scan(offcut("OC-1"))
    lines = [{"entry_type": "Output", "line_no": OFFCUT_LINE, "serial_no": "OC-1"}]
    refused("NUMBER_IS_ROW", run, post_production_journal, **ORDER, given=read_input(PostProductionJournal, {"lines": lines}))


def test_trc_9_d40_a_co_product_on_the_bench_shows_what_its_order_consumed(run, session, station):
    """Registered and not reported: possible, never certain; left out with the registered links where they are not wanted."""
    first, _ = build_both(station)
    station.send("mode", "Product")
    station.scan(offcut("OC-1"))
    report(run, first)
    answer = trace(session, serial_no="OC-1", include_registered=True)
    consumed = [line for line in answer.lines if line.entry_type == "Consumption"]
    assert {line.number for line in consumed} == {"F-1", "W-1", "W-2", "P-A"}
    assert not any(line.certain for line in consumed)
    assert not [line for line in trace(session, serial_no="OC-1", include_registered=False).lines if line.entry_type == "Consumption"]


FORWARD = {"method": "Origin -> Usage", "show_components": "No"}


def test_trc_9_d40_forward_from_a_consumed_part_a_co_product_on_the_bench_is_found(run, session, station):
    """A recall while the order runs: the offcut lies registered beside the line, and may hold what the reported bike holds."""
    first, _ = build_both(station)
    station.send("mode", "Product")
    station.scan(offcut("OC-1"))
    report(run, first)
    answer = trace(session, serial_no="F-1", include_registered=True, **FORWARD)
    bench = {line.number: (line.certain, line.order_level, line.state) for line in answer.lines if line.match_id and not line.entry_no}
    assert bench == {"OC-1": (False, True, State.REGISTERED)}
    posted_only = trace(session, serial_no="F-1", **FORWARD)
    assert "OC-1" not in {line.number for line in posted_only.lines}
    assert posted_only.registered_left_out == 1


@pytest.mark.parametrize("reported", [False, True])
def test_trc_9_d40_forward_from_a_registered_part_co_products_are_found(run, session, station, reported):
    """The part is in the work of the order, so it may be in an offcut, whether that was reported or not."""
    build_both(station)
    station.send("mode", "Product")
    station.scan(offcut("OC-1"))
    if reported:
        report(run, match_of(session, "OC-1"))
    answer = trace(session, serial_no="F-2", include_registered=True, **FORWARD)
    found = {line.number: line.order_level for line in answer.lines if line.item_no == OFFCUT or line.number == "TW-2"}
    assert found == {"TW-2": False, "OC-1": True}
    assert not any(line.certain for line in answer.lines if line.number == "OC-1")


@pytest.mark.parametrize("reported", [False, True])
def test_trc_9_d40_a_co_product_leads_back_to_what_is_registered_in_its_order(run, session, station, reported):
    build_both(station)
    station.send("mode", "Product")
    station.scan(offcut("OC-1"))
    if reported:
        report(run, match_of(session, "OC-1"))
    answer = trace(session, serial_no="OC-1", include_registered=True)
    registered = [line for line in answer.lines if line.association_no]
    assert {line.number for line in registered} >= {"F-1", "F-2", "W-1", "W-4"}
    assert {(line.order_level, line.certain) for line in registered} == {(True, False)}
