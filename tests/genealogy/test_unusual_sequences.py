"""Legal sequences that nobody plans: taken back and done again, in parts, in another order. The books hold after each. Both engines."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from shopfloor.genealogy.adjusting import change_journal_line, open_journal
from shopfloor.genealogy.corrections import create_product, end_line, remove_products
from shopfloor.genealogy.inputs import (
    JournalLineInput,
    LoadBatch,
    ProductChange,
    ProductInput,
    ReportInput,
    ReportLineInput,
    ReportOrder,
    SelectionInput,
)
from shopfloor.genealogy.loading import load_batch
from shopfloor.genealogy.models import ComponentAssociation, TrackedProduct
from shopfloor.genealogy.order_numbers import create_order
from shopfloor.genealogy.picking import pick, unpick
from shopfloor.genealogy.report_dialog import report_order
from shopfloor.genealogy.reporting import report_as_finished
from shopfloor.genealogy.resetting import reset_order
from shopfloor.genealogy.reversing import reverse_report
from shopfloor.genealogy.row_changes import change_product
from shopfloor.genealogy.starting import start_order
from shopfloor.items import number_series
from shopfloor.items.inputs import NewNumberSeries
from shopfloor.production.bills import create_bom
from shopfloor.production.inputs import NewBom, NewBomLine, NewProductionOrder, ResetOrder, StartOrder
from shopfloor.reservations.models import ReservationEntry
from tests.factories_genealogy import FRAME, PAINT, WHEEL, Station, bike_plant, problems, stock
from tests.factories_items import make_item
from tests.factories_orders import opening_stock
from tests.genealogy.test_associations import no_of, refused, stock_of

ORDER = {"order_no": "RPO-9"}


@pytest.fixture
def plant(run, session):
    """Masters and paint; afterwards all invariants hold."""
    bike_plant(run)
    stock(run, PAINT, "P-A", quantity="10", expiration_date="2099-01-31")
    yield
    assert problems(session) == []


def make(run, item_no, code, *lines, quantity="10", started=None, **more):
    """A started order RPO-9 of a new item."""
    make_item(run, item_no, code=code, policy="STRICT", **more)
    run(create_bom, given=NewBom(item_no=item_no, lines=lines))
    run(create_order, given=NewProductionOrder(no="RPO-9", item_no=item_no, quantity=quantity, location_code="MAIN"))
    run(start_order, given=StartOrder(order_no="RPO-9", quantity=started or quantity))


def line(item_no, per, **more):
    return NewBomLine(item_no=item_no, quantity_per=per, flushing="Manual", **more)


def report(run, *parts):
    """Match ids, in full, or (match id, good)."""
    lines = [ReportLineInput(match_id=p[0], good=p[1]) if isinstance(p, tuple) else ReportLineInput(match_id=p) for p in parts]
    return run(report_as_finished, **ORDER, given=ReportInput(lines=lines))


def reverse(run, match_id):
    return run(reverse_report, **ORDER, given=SelectionInput(selected=[match_id], reason="counted wrong"))


def selected(*numbers):
    return SelectionInput(selected=list(numbers))


def states(session):
    """{number: (state, registered, consumed)}."""
    found = session.scalars(select(ComponentAssociation).where(ComponentAssociation.state != "Removed")).all()
    seen = {a.serial_no or a.lot_no: (a.state, a.quantity, a.consumed_quantity) for a in found}
    session.rollback()
    return seen


def picked(session):
    """{is picked: quantity} of what associations hold."""
    held: dict[bool, Decimal] = {}
    for one in session.scalars(select(ReservationEntry).where(ReservationEntry.positive.is_(True), ReservationEntry.association_no != 0)):
        held[one.picked] = held.get(one.picked, Decimal(0)) + one.quantity_base
    session.rollback()
    return held


def rows(session):
    """{number: (state, quantity)}."""
    seen = {r.serial_no or r.lot_no: (r.state, r.quantity) for r in session.scalars(select(TrackedProduct))}
    session.rollback()
    return seen


# --- batches that are scanned again, and started in parts ---------------------------------------------------------------------


@pytest.fixture
def glue(run, session, plant):
    """A started order of ten, in batches."""
    make(run, "GLUE", "LOT", line(PAINT, "0.1"))
    return Station(session, "RPO-9")


def test_d39_scn_7_a_revived_batch_takes_what_remains_of_the_order(run, session, glue):
    """B-1 had all ten and was taken back; meanwhile B-2 got four: B-1 comes back with six."""
    assert (glue.scan("B-1"), glue.send("undo")) == ("PRODUCT_REGISTERED", "UNDONE")
    run(create_product, **ORDER, given=ProductInput(lot_no="B-2", quantity="4"))
    assert glue.scan("B-1") == "PRODUCT_REVIVED"
    assert rows(session) == {"B-1": ("Open", 6), "B-2": ("Open", 4)}
    assert (glue.scan("P-A"), states(session)["P-A"]) == ("UNIT_COMPLETED", ("Open", Decimal("0.6"), 0))
    glue.send("undo")
    glue.send("undo")
    run(change_product, **ORDER, match_id=2, given=ProductChange(version=1, quantity="10"))
    assert glue.scan("B-1") == "PRODUCT_OVER_STARTED"


def test_d39_scn_7_a_revived_batch_has_what_its_label_says(run, session, glue):
    """SCN-7: AI 30 counts here as in the first scan."""
    assert (glue.scan("B-1"), glue.send("undo")) == ("PRODUCT_REGISTERED", "UNDONE")
    assert glue.scan("]d210B-1\x1d303") == "PRODUCT_REVIVED"
    assert rows(session) == {"B-1": ("Open", 3)}


def test_d39_d26_a_revived_unit_needs_the_lines_that_were_ended_for_it_before(run, session, plant):
    """D26: the end of a line belongs to what was built under the number then."""
    stock(run, FRAME, "F-1")
    make(run, "LAMP", "SN", line(FRAME, "1"), quantity="1")
    station = Station(session, "RPO-9")
    station.scan("L-1")
    run(end_line, **ORDER, match_id=station.product, component_line_no=10, reason="none left")
    run(remove_products, **ORDER, given=SelectionInput(selected=[station.product], confirmed=True))
    station.send("mode", "Product")
    assert station.scan("L-1") == "PRODUCT_REVIVED"
    refused("COMPONENTS_MISSING", report, run, station.product)
    assert station.scan("F-1") == "UNIT_COMPLETED"


@pytest.mark.parametrize("group", ["Fixed", "Predefined"])
def test_dim_2_scn_7_lif_4_a_listed_batch_begins_with_what_is_started(run, session, plant, group):
    """Five of ten are started: the batch of ten begins with five, and the rest follows with the next start."""
    run(number_series.create_series, given=NewNumberSeries(code="SOUP", prefix="S-", digits=3))
    make(run, "SOUP", "LOT", line(PAINT, "0.1"), started="5", product_numbers=group, lot_nos="SOUP")
    station = Station(session, "RPO-9")
    assert station.scan("S-001") == "PRODUCT_REGISTERED"
    assert rows(session) == {"S-001": ("Open", 5)}
    assert (station.scan("P-A"), states(session)["P-A"][1]) == ("UNIT_COMPLETED", Decimal("0.5"))
    run(start_order, given=StartOrder(order_no="RPO-9", quantity="5"))
    if group == "Predefined":  # the next number of the series
        assert rows(session) == {"S-001": ("Open", 5), "S-002": ("Pre-allocated", 5)}
        station.send("mode", "Product")
        assert station.scan("S-002") == "PRODUCT_REGISTERED"
    else:  # there is one number only; whoever builds it raises its quantity
        assert rows(session) == {"S-001": ("Open", 5)}
        run(change_product, **ORDER, match_id=station.product, given=ProductChange(version=2, quantity="10"))
        assert (station.scan("P-A"), states(session)["P-A"][1]) == ("UNIT_COMPLETED", Decimal(1))


def test_dim_1_a_fixed_batch_that_was_taken_back_is_whole_again_with_the_next_start(run, session, plant):
    """An order that is started further keeps its one number, whatever happened to it."""
    run(number_series.create_series, given=NewNumberSeries(code="SOUP", prefix="S-", digits=3))
    make(run, "SOUP", "LOT", line(PAINT, "0.1"), started="5", product_numbers="Fixed", lot_nos="SOUP")
    station = Station(session, "RPO-9")
    assert (station.scan("S-001"), station.send("undo")) == ("PRODUCT_REGISTERED", "UNDONE")
    run(start_order, given=StartOrder(order_no="RPO-9", quantity="5"))
    assert rows(session) == {"S-001": ("Pre-allocated", 10)}
    assert (station.scan("S-001"), rows(session)) == ("PRODUCT_REGISTERED", {"S-001": ("Open", 10)})


def test_d27_lif_4_a_single_row_beyond_what_is_started_is_refused_and_not_only_listed(run, session, glue):
    """A batch of ten, then three are taken back: seven are reported, ten are refused with the reason."""
    glue.build("B-1", "P-A")
    run(start_order, given=StartOrder(order_no="RPO-9", quantity="-3"))
    assert "more than started" in refused("NOT_REPORTABLE", report, run, glue.product).why
    report(run, (glue.product, "7"))
    assert states(session)["P-A"] == ("Open", 1, Decimal("0.7"))


# --- no half pieces -----------------------------------------------------------------------------------------------------------


def test_d31_no_half_piece_is_registered_or_reported(run, session, plant):
    """By hand, from a label, on the associations page and in the report dialog: a product in pieces comes in pieces."""
    make(run, "CAN", "LOT", line(PAINT, "0.1"), rounding_precision="1")
    refused("BELOW_PRECISION", run, create_product, **ORDER, given=ProductInput(lot_no="C-1", quantity="0.5"))
    match_id = run(create_product, **ORDER, given=ProductInput(lot_no="C-1", quantity="2")).match_id
    station = Station(session, "RPO-9")
    station.send("product", str(match_id))
    assert station.scan("P-A") == "UNIT_COMPLETED"
    refused("BELOW_PRECISION", report, run, (match_id, "0.5"))
    refused("BELOW_PRECISION", run, report_order, **ORDER, given=ReportOrder(good="1.5"))
    report(run, (match_id, "1"))
    assert stock_of(session, "CAN")[0] == 1


def test_d31_a_product_without_numbers_is_reported_in_whole_pieces_too(run, session, plant):
    make_item(run, "HOOK", rounding_precision="1")
    run(create_bom, given=NewBom(item_no="HOOK", lines=(NewBomLine(item_no="BELL", quantity_per="0.1"),)))
    opening_stock(run, "BELL", "5")
    run(create_order, given=NewProductionOrder(no="RPO-9", item_no="HOOK", quantity="10", location_code="MAIN"))
    run(start_order, given=StartOrder(order_no="RPO-9", quantity="10"))
    refused("BELOW_PRECISION", run, report_order, **ORDER, given=ReportOrder(good="0.5"))
    refused("BELOW_PRECISION", run, report_order, **ORDER, given=ReportOrder(good="1", error="0.5", error_cause="bent"))
    run(report_order, **ORDER, given=ReportOrder(good="4"))
    assert stock_of(session, "HOOK")[0] == 4


def test_d31_lif_15_rows_share_what_multiples_and_scrap_made_of_the_need(run, session, plant):
    """Seven cans, 1.3 nuts each, 7 % scrap: 9.7, taken by fours: 12. Rows of 2, 2 and 3 take 3, 3 and the rest; all of it is consumed."""
    make_item(run, "NUT", code="LOT", policy="STRICT", rounding_precision="1")
    opening_stock(run, "NUT", "20", lot_no="N-A")
    make(run, "CAN", "LOT", line("NUT", "1.3", scrap_percent="7", round_up_to="4"), quantity="7", rounding_precision="1")
    match_ids, taken = [], []
    for lot, quantity in (("C-1", "2"), ("C-2", "2"), ("C-3", "3")):
        match_ids.append(run(create_product, **ORDER, given=ProductInput(lot_no=lot, quantity=quantity)).match_id)
        station = Station(session, "RPO-9")
        station.send("product", str(match_ids[-1]))
        station.scan("N-A")
        taken.append(station.answer.quantity)
    assert taken == ["3", "3", "6"]
    report(run, (match_ids[0], "1"))
    report(run, *match_ids)
    assert stock_of(session, "NUT") == (8, 0)


# --- what the whole order shares, and reversals in any order --------------------------------------------------------------------


@pytest.fixture
def tricycles(run, session, plant):
    """Two tricycles of one frame each, and three wheels that the two share (D31); their match ids."""
    stock(run, WHEEL, "W-1", "W-2", "W-3")
    stock(run, FRAME, "F-1", "F-2")
    make(run, "TRIKE", "SN", line(FRAME, "1"), line(WHEEL, "1.5"), quantity="2")
    station = Station(session, "RPO-9")
    return station.build("T-1", "F-1", "W-1", "W-2", "W-3"), station.build("T-2", "F-2")


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("first", [0, 1])
def test_d31_edg_30_shared_serials_stay_while_a_unit_that_has_them_is_reported(run, session, tricycles, together, first):
    """Which of the wheels are in which unit nobody knows, so none comes back before the last report is taken back; then all do."""
    if together:
        report(run, *tricycles)
    else:
        for unit in tricycles:
            report(run, unit)
    used, free = ("Consumed", 1, 1), ("Open", 1, 0)
    reverse(run, tricycles[first])
    assert [states(session)[f"W-{n}"] for n in (1, 2, 3)] == [used] * 3
    assert states(session)[f"F-{first + 1}"] == free
    reverse(run, tricycles[1 - first])
    assert set(states(session).values()) == {free}
    report(run, *tricycles)
    assert set(states(session).values()) == {used}


@pytest.mark.parametrize("first", [0, 1])
def test_qty_8_d21_edg_30_a_constant_tracked_line_comes_back_with_the_last_report(run, session, plant, first):
    """Whichever of two separate reports is reversed last: the batch that the first one consumed comes back with it."""
    stock(run, FRAME, "F-1", "F-2")
    make(run, "LAMP", "SN", line(FRAME, "1"), line(PAINT, "1", constant=True), quantity="2")
    station = Station(session, "RPO-9")
    units = station.build("L-1", "F-1", "P-A"), station.build("L-2", "F-2")
    assert station.answer.code == "UNIT_COMPLETED"  # QTY-8: one registration satisfies the line under every unit
    for unit in units:
        report(run, unit)
    reverse(run, units[first])
    assert states(session)["P-A"] == ("Consumed", 1, 1)
    reverse(run, units[1 - first])
    assert states(session)["P-A"] == ("Open", 1, 0)
    report(run, *units)
    assert states(session)["P-A"] == ("Consumed", 1, 1)


def test_d26_asc_23_the_end_of_a_line_is_said_for_a_unit_and_not_for_the_order(run, session, plant):
    """A part of the whole order: the journal line says where its line is ended, before anything is posted."""
    make(run, "LAMP", "SN", line(PAINT, "1", constant=True), quantity="1")
    station = Station(session, "RPO-9")
    station.build("L-1", "P-A")
    part = no_of(session, "P-A")
    run(open_journal, **ORDER, given=selected(part))
    ended = JournalLineInput(quantity="0.5", end_line=True)
    assert "each unit" in refused("NOT_ADJUSTABLE", run, change_journal_line, **ORDER, association_no=part, given=ended).why


# --- picks between parts of a report --------------------------------------------------------------------------------------------


def test_d23_d1_what_was_picked_after_a_part_report_stays_picked(run, session, glue):
    """4 of 10 are reported, the rest is picked, the report is taken back: all of the part is picked, and can be put back."""
    glue.build("B-1", "P-A")
    part = no_of(session, "P-A")
    report(run, (glue.product, "4"))
    run(pick, **ORDER, given=selected(part))
    reverse(run, glue.product)
    assert (states(session)["P-A"], picked(session)) == (("Picked", 1, 0), {True: 1})
    run(unpick, **ORDER, given=selected(part))
    assert (states(session)["P-A"], picked(session)) == (("Open", 1, 0), {False: 1})


def test_d23_d1_what_was_put_back_after_a_part_report_stays_open(run, session, glue):
    """The other way round; a second part is taken back before the first."""
    glue.build("B-1", "P-A")
    part = no_of(session, "P-A")
    run(pick, **ORDER, given=selected(part))
    report(run, (glue.product, "4"))
    run(unpick, **ORDER, given=selected(part))
    report(run, glue.product)
    for consumed in (Decimal("0.4"), 0):
        reverse(run, glue.product)
        assert (states(session)["P-A"], picked(session)) == (("Open", 1, consumed), {False: 1 - consumed})


def test_lif_5_edg_32_a_reset_leaves_nothing_picked_of_a_part_report(run, session, glue):
    glue.build("B-1", "P-A")
    report(run, (glue.product, "4"))
    run(pick, **ORDER, given=selected(no_of(session, "P-A")))
    run(reset_order, given=ResetOrder(order_no="RPO-9", reason="wrong line", confirmed=True))
    assert (states(session)["P-A"], picked(session)) == (("Open", 1, 0), {False: 1})


# --- loaded batches -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("one_scan_is", ["All that remains", "One piece", "Ask"])
def test_d24_a_loaded_batch_is_used_up_to_its_last_piece(run, session, plant, one_scan_is):
    """Six screws for units of four: the second one gets two and asks for the rest, whatever one scan is."""
    make_item(run, "SCREW", code="LOT", policy="STRICT", rounding_precision="1")
    opening_stock(run, "SCREW", "6", lot_no="S-A")
    make(run, "LAMP", "SN", line("SCREW", "4", one_scan_is=one_scan_is, may_be_loaded=True), quantity="3")
    run(load_batch, **ORDER, given=LoadBatch(component_line_no=10, lot_no="S-A"))
    station = Station(session, "RPO-9")
    for unit, notes in (("L-1", ["BATCH_TAKEN"]), ("L-2", ["BATCH_TAKEN", "BATCH_UNLOADED"])):
        station.send("mode", "Product")
        station.scan(unit)
        assert [note["code"] for note in station.answer.notes] == notes
    assert stock_of(session, "SCREW") == (6, 6)
