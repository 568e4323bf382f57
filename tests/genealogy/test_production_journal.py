"""PR-02 to PR-09, AP-10, ER-30, ER-31, D1, D2, D21: journals of a production order by hand, beside tracked components. Both engines."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import event, select

from shopfloor.errors import InvalidInput, NotAllowed, Refusal
from shopfloor.genealogy.journal_inputs import PostProductionJournal
from shopfloor.genealogy.journal_queries import calculate_consumption
from shopfloor.genealogy.production_journal import post_production_journal
from shopfloor.genealogy.starting import start_order
from shopfloor.ledger.models import ItemLedgerEntry, OpenItemEntry
from shopfloor.people.actor import Actor
from shopfloor.people.fields import read_input
from shopfloor.people.rights import RIGHTS, Role
from shopfloor.production import bills
from shopfloor.production import commands as production
from shopfloor.production.components import order_components, order_lines
from shopfloor.production.inputs import NewBom, NewBomLine, NewProductionOrder, OrderKey, StartOrder
from shopfloor.production.models import ProdOrderComponent
from shopfloor.reservations.errors import ReservedElsewhere
from tests.factories_genealogy import (
    BELL,
    FRAME,
    FRAME_LINE,
    PAINT,
    PAINT_LINE,
    WHEEL_LINE,
    Station,
    bike_order,
    bike_plant,
    bike_stock,
    problems,
    report,
)
from tests.factories_items import make_item
from tests.factories_orders import make_customer, make_purchase_order, make_sales_order, make_vendor, opening_stock
from tests.factories_production import hold_for
from tests.factories_reservations import STOCK, auto, component_line, held, take_from
from tests.remembered import remembered

GEL, AXLE, NUT, CART = "GEL", "AXLE", "NUT", "CART"
GEL_LINE, AXLE_LINE, NUT_LINE, BELL_LINE = 10, 20, 30, 40
OUTPUT_LINE = 10000
SUPERVISOR = Actor("E-S", "Sue", RIGHTS[Role.SUPERVISOR])


@remembered
def carts_and_bikes(run):
    """Bikes are tracked unit by unit; carts are not: 3 gel (lot), 1 axle (serial), 2 nuts, all by hand, and a bell by flushing."""
    bike_plant(run)
    make_item(run, GEL, code="LOT")
    make_item(run, AXLE, code="SN")
    make_item(run, NUT)
    make_item(run, CART, code="LOT")
    lines = (
        NewBomLine(item_no=GEL, quantity_per="3", flushing="Manual"),
        NewBomLine(item_no=AXLE, quantity_per="1", flushing="Manual"),
        NewBomLine(item_no=NUT, quantity_per="2", flushing="Manual"),
        NewBomLine(item_no=BELL, quantity_per="1"),
    )
    run(bills.create_bom, given=NewBom(item_no=CART, lines=lines))
    bike_stock(run)
    opening_stock(run, GEL, "50", lot_no="G-1")
    opening_stock(run, GEL, "50", lot_no="G-2")
    for number in (1, 2, 3):
        opening_stock(run, AXLE, serial_no=f"A-{number}")
    opening_stock(run, NUT, "100")
    run(production.create_order, given=NewProductionOrder(no="CO-1", item_no=CART, quantity="4", location_code="MAIN"))
    run(start_order, given=StartOrder(order_no="CO-1"))


@pytest.fixture(autouse=True)
def plant(run, session):
    carts_and_bikes(run)
    yield
    assert problems(session) == []


def journal(run, *lines, order_no="CO-1", actor=None, **more):
    given = read_input(PostProductionJournal, {"lines": lines, **more})
    people = (actor,) if actor else ()
    return run(post_production_journal, *people, order_no=order_no, given=given)


def used(line_no, quantity=None, **more):
    return {"entry_type": "Consumption", "line_no": line_no, **({"quantity": quantity} if quantity else {}), **more}


def made(quantity=None, **more):
    return {"entry_type": "Output", "line_no": OUTPUT_LINE, **({"quantity": quantity} if quantity else {}), **more}


def entries(session, *types, order_no="CO-1"):
    rows = session.scalars(
        select(ItemLedgerEntry)
        .where(ItemLedgerEntry.order_no == order_no, ItemLedgerEntry.entry_type.in_(types))
        .order_by(ItemLedgerEntry.entry_no)
    ).all()
    found = [(row.item_no, row.serial_no or row.lot_no, row.quantity, row.component_line_no, row.match_id) for row in rows]
    session.rollback()
    return found


def entry_nos(session, *types, order_no="CO-1"):
    wanted = ItemLedgerEntry.order_no == order_no, ItemLedgerEntry.entry_type.in_(types)
    found = list(session.scalars(select(ItemLedgerEntry.entry_no).where(*wanted).order_by(ItemLedgerEntry.entry_no)))
    session.rollback()
    return found


def in_stock(session, item_no):
    rows = session.scalars(select(OpenItemEntry).where(OpenItemEntry.item_no == item_no).order_by(OpenItemEntry.entry_no)).all()
    found: dict[str, Decimal] = {}
    for row in rows:
        found[row.serial_no or row.lot_no] = found.get(row.serial_no or row.lot_no, Decimal(0)) + row.remaining
    session.rollback()
    return found


def consumed(session, order_no="CO-1"):
    found = {component.line_no: component.consumed for component in order_components(session, order_no)}
    session.rollback()
    return found


def reported(session, order_no="CO-1"):
    line = order_lines(session, order_no)[0]
    session.rollback()
    return line.good, line.error


def refused(run, *lines, **more):
    with pytest.raises(Refusal) as caught:
        journal(run, *lines, **more)
    return caught.value


# --- consumption and output


def test_pr_02_pr_03_components_and_output_in_one_posting(session, run):
    """PR-01 to PR-03, PR-06, PST-9: bells are flushed for the output, and never under the number of the cart."""
    answer = journal(
        run,
        used(GEL_LINE, "5", lot_no="G-1"),
        used(GEL_LINE, "1", lot_no="G-2"),
        used(AXLE_LINE, serial_no="A-1"),
        used(NUT_LINE, "4"),
        made("2", lot_no="C-1", scrap_quantity="1"),
    )
    assert answer.text() == "Production journal of CO-1 is posted: 6 lines."
    assert entries(session, "Consumption") == [
        (GEL, "G-1", Decimal(-5), 10, 0), (GEL, "G-2", Decimal(-1), 10, 0), (AXLE, "A-1", Decimal(-1), 20, 0),
        (NUT, "", Decimal(-4), 30, 0), (BELL, "", Decimal(-3), 40, 0),
    ]
    assert entries(session, "Output") == [(CART, "C-1", Decimal(2), 0, 0)]
    assert reported(session) == (Decimal(2), Decimal(1))
    assert consumed(session) == {10: 6, 20: 1, 30: 4, 40: 3}


def test_pr_02_the_fixed_number_of_the_order_stands_for_a_blank_one(session, run):
    order = NewProductionOrder(no="CO-2", item_no=CART, quantity="2", location_code="MAIN", fixed_lot_no="C-FIX")
    run(production.create_order, given=order)
    run(start_order, given=StartOrder(order_no="CO-2"))
    journal(run, made("1"), order_no="CO-2")
    assert in_stock(session, CART) == {"C-FIX": Decimal(1)}


def test_pr_09_output_beyond_the_order_is_allowed(session, run):
    journal(run, made("6", lot_no="C-1"))
    assert reported(session) == (Decimal(6), Decimal(0))


def test_ap_07_consumption_names_the_entry_that_it_takes(session, run):
    opening_stock(run, NUT, "100")
    newest = max(entry_no for entry_no in session.scalars(select(OpenItemEntry.entry_no)))
    session.rollback()
    journal(run, used(NUT_LINE, "4", applies_to_entry=newest))
    left = session.get(OpenItemEntry, (1, newest)).remaining
    session.rollback()
    assert left == 96
    assert refused(run, used(NUT_LINE, "4"), used(GEL_LINE, "1", lot_no="G-1", applies_to_entry=newest)).row == 2


def test_ap_10_an_order_does_not_consume_its_own_output(session, run):
    """AP-10: gel is reworked from gel; what the order made itself is out of its reach, another order takes it."""
    make_item(run, "MIX", code="LOT")
    run(bills.create_bom, given=NewBom(item_no="MIX", lines=(NewBomLine(item_no=NUT, quantity_per="1", flushing="Manual"),)))
    for no in ("MO-1", "MO-2"):
        run(production.create_order, given=NewProductionOrder(no=no, item_no="MIX", quantity="4", location_code="MAIN"))
        run(start_order, given=StartOrder(order_no=no))
        component = session.get(ProdOrderComponent, (1, no, OUTPUT_LINE, 10))
        component.item_no = "MIX"
        session.commit()
    journal(run, made("2", lot_no="M-1"), order_no="MO-1")
    refusal = refused(run, used(10, "1", lot_no="M-1"), order_no="MO-1")
    assert (refusal.code, refusal.row) == ("OWN_OUTPUT", 1)
    journal(run, used(10, "1", lot_no="M-1"), order_no="MO-2")


@pytest.mark.parametrize(
    ("line", "code", "row"),
    [
        (used(GEL_LINE, "3"), "NUMBER_REQUIRED", 2),
        (used(GEL_LINE, "999", lot_no="G-1"), "NOT_AVAILABLE", 2),
        (used(AXLE_LINE, "2", serial_no="A-1"), "SERIAL_QUANTITY", 2),
        (used(AXLE_LINE, "0.5", serial_no="A-1"), "BELOW_PRECISION", 2),
        (used(99, "1"), "NOT_FOUND", 2),
        (used(NUT_LINE, "1", match_id=7), "NOT_FOUND", 2),
        (used(NUT_LINE, "-1"), "NOT_POSTED_HERE", 2),
        (made("1"), "NUMBER_REQUIRED", 2),
        ({"entry_type": "Output", "line_no": 5, "quantity": "1"}, "NOT_FOUND", 2),
        (made("-1", lot_no="C-1"), "NOT_POSTED_HERE", 2),
    ],
)
def test_pr_03_ci_01_a_refused_line_names_its_row_and_nothing_is_posted(session, run, line, code, row):
    """TL-04, TL-07, AP-03, AP-11, ER-03, ER-05, ER-10."""
    refusal = refused(run, used(NUT_LINE, "4"), line)
    assert (refusal.code, refusal.row) == (code, row)
    assert entries(session, "Consumption", "Output") == []


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((used(NUT_LINE, "1", scrap_quantity="1"),), "only output has a scrap quantity"),
        ((used(NUT_LINE),), "neither a quantity nor a serial"),
        ((made("1", scrap_quantity="-1"),), "one direction"),
        ((made("1"), made("-1")), "one after the other"),
        ((), "at least one row"),
    ],
)
def test_pr_03_lines_that_make_no_sense_are_not_read(lines, words):
    with pytest.raises(InvalidInput, match=words):
        read_input(PostProductionJournal, {"lines": lines})


# --- taken back


def test_pr_05_consumption_comes_back_under_its_number(session, run):
    journal(run, used(GEL_LINE, "5", lot_no="G-1"))
    journal(run, used(GEL_LINE, "2", lot_no="G-1"))
    journal(run, used(GEL_LINE, "-3", lot_no="G-1"))
    assert in_stock(session, GEL)["G-1"] == 46
    assert consumed(session)[GEL_LINE] == 4
    first = entry_nos(session, "Consumption")[0]
    journal(run, used(GEL_LINE, "-1", lot_no="G-1", applies_to_entry=first))
    refusal = refused(run, used(GEL_LINE, "-4", lot_no="G-1"))
    assert (refusal.code, refusal.left) == ("NOT_POSTED_HERE", "3")
    refusal = refused(run, used(GEL_LINE, "-2", lot_no="G-1"), used(GEL_LINE, "-2", lot_no="G-1"))
    assert (refusal.row, refusal.left) == (2, "1")
    assert refused(run, used(GEL_LINE, "-1", lot_no="G-2")).left == "0"


def test_pr_04_er_31_negative_output_names_output_of_its_order_line_and_number(session, run):
    """PR-04, ER-31: and the flushed bells come back in their share."""
    journal(run, made("3", lot_no="C-1", scrap_quantity="1"))
    entry_no = entry_nos(session, "Output")[0]
    assert consumed(session)[BELL_LINE] == 4
    journal(run, made("-2", lot_no="C-1"))
    journal(run, made(lot_no="C-1", scrap_quantity="-1", applies_to_entry=entry_no))
    assert (reported(session), in_stock(session, CART), consumed(session)[BELL_LINE]) == ((1, 0), {"C-1": 1}, 1)
    other = refused(run, made("-1", lot_no="C-1", applies_to_entry=entry_no + 1000))
    assert other.code == "NOT_POSTED_HERE"
    assert refused(run, made("-2", lot_no="C-1")).left == "1"
    assert refused(run, made("-1", lot_no="C-2")).left == "0"


def test_pr_08_er_30_an_ended_order_takes_nothing(run):
    run(production.end_job, given=OrderKey(order_no="CO-1"))
    assert refused(run, made("1", lot_no="C-1")).code == "ORDER_STATUS"
    journal(run, used(NUT_LINE, "1"))  # PST-22: consumption until it is ended
    run(production.end_order, given=OrderKey(order_no="CO-1"))
    for line in (used(NUT_LINE, "1"), used(NUT_LINE, "-1"), made("1", lot_no="C-1"), made("-1", lot_no="C-1")):
        refusal = refused(run, line)
        assert refusal.code == "ORDER_STATUS"
        assert "CO-1 is Ended" in refusal.text()


def test_a30_each_kind_of_line_takes_its_right(run):
    for line in (used(NUT_LINE, "1"), made("-1", lot_no="C-1")):
        with pytest.raises(NotAllowed):
            journal(run, line, actor=SUPERVISOR)
    journal(run, made("1", lot_no="C-1"), actor=SUPERVISOR)


# --- PR-07


def proposal(session, order_no="CO-1"):
    found = [(line.line_no, line.quantity, line.tracking.label()) for line in calculate_consumption(session, order_no)]
    session.rollback()
    return found


def test_pr_07_calculate_consumption_proposes_expected_less_consumed(session, run):
    """PR-07: flushed lines are left to flushing, a line that needs nothing is not proposed."""
    assert proposal(session) == [(GEL_LINE, 12, ""), (AXLE_LINE, 4, ""), (NUT_LINE, 8, "")]
    journal(run, used(GEL_LINE, "5", lot_no="G-1"), used(NUT_LINE, "8"))
    assert proposal(session) == [(GEL_LINE, 7, ""), (AXLE_LINE, 4, "")]


def test_pr_07_reserved_numbers_are_proposed_first(session, run):
    axle = session.scalar(select(OpenItemEntry.entry_no).where(OpenItemEntry.serial_no == "A-2"))
    session.rollback()
    from shopfloor.items.tracking import Tracking

    hold_for(run, axle, AXLE, Tracking("A-2"), order_no="CO-1", line_no=AXLE_LINE)
    assert proposal(session)[1:3] == [(AXLE_LINE, 1, "A-2"), (AXLE_LINE, 3, "")]
    journal(run, used(AXLE_LINE, serial_no="A-2"))


def test_pr_07_too_much_comes_back_from_net_consumption_by_number(session, run):
    """PR-07: a number fully reversed gets nothing."""
    journal(run, used(GEL_LINE, "9", lot_no="G-1"))
    journal(run, used(GEL_LINE, "6", lot_no="G-2"))
    journal(run, used(GEL_LINE, "4", lot_no="G-1"))
    journal(run, used(GEL_LINE, "-6", lot_no="G-2"))
    assert proposal(session)[0] == (GEL_LINE, -1, "G-1")
    journal(run, used(GEL_LINE, "2", lot_no="G-2"))
    assert proposal(session)[:2] == [(GEL_LINE, -2, "G-2"), (GEL_LINE, -1, "G-1")]
    lines = [used(line.line_no, str(line.quantity), lot_no=line.tracking.lot_no) for line in calculate_consumption(session, "CO-1")[:2]]
    session.rollback()
    journal(run, *lines)
    assert [line for line in proposal(session) if line[0] == GEL_LINE] == []


# --- beside tracked components


@pytest.fixture
def bikes(run, session):
    """Order RPO-1 for two bikes; B-1 is registered with its frame, a wheel and all its paint, B-2 not at all."""
    bike_order(run)
    station = Station(session)
    station.build("B-1", "F-1", "W-1", "P-A")
    return station.product


def test_d2_the_parts_of_a_row_are_consumed_by_their_registrations(session, run, bikes):
    refusal = refused(run, used(PAINT_LINE, "0.1", lot_no="P-B", match_id=bikes), order_no="RPO-1")
    assert (refusal.code, refusal.unit) == ("ROW_CONSUMES_ITSELF", "B-1")
    refusal = refused(run, used(FRAME_LINE, serial_no="F-1"), order_no="RPO-1")
    assert (refusal.code, refusal.unit, refusal.row) == ("PART_REGISTERED", "B-1", 1)
    assert refused(run, used(FRAME_LINE, "-1", serial_no="F-1", match_id=bikes), order_no="RPO-1").code == "ROW_CONSUMES_ITSELF"


def test_d2_what_is_registered_is_not_consumed_a_second_time(session, run, bikes):
    """D2, D29: of two frames one is registered; by hand goes one more and not two."""
    refusal = refused(run, used(FRAME_LINE, serial_no="F-2"), used(FRAME_LINE, serial_no="F-3"), order_no="RPO-1")
    assert (refusal.code, refusal.expected, refusal.registered, refusal.quantity) == ("CONSUMED_TWICE", "2", "1", "2")
    journal(run, used(FRAME_LINE, serial_no="F-2"), order_no="RPO-1")
    assert refused(run, used(FRAME_LINE, serial_no="F-3"), order_no="RPO-1").code == "CONSUMED_TWICE"
    station = Station(session)
    station.build("B-1", "W-2")
    report(run, bikes)
    assert consumed(session, "RPO-1")[FRAME_LINE] == 2
    assert refused(run, used(FRAME_LINE, "-1", serial_no="F-1"), order_no="RPO-1").code == "PART_REGISTERED"
    journal(run, used(FRAME_LINE, "-1", serial_no="F-2"), order_no="RPO-1")


def test_d2_a_part_registered_on_another_order_is_not_consumed_here(session, run, bikes):
    bike_order(run, no="RPO-2")
    refusal = refused(run, used(FRAME_LINE, serial_no="F-1"), order_no="RPO-2")
    assert (refusal.code, refusal.order_no) == ("PART_REGISTERED", "RPO-1")


def test_d2_reserved_lot_quantity_of_registrations_is_out_of_reach(session, run, bikes):
    """0.25 of 0.6 kg are registered for B-1; the rest of the need is 0.25, and the lot gives it."""
    journal(run, used(PAINT_LINE, "0.25", lot_no="P-A"), order_no="RPO-1")
    assert in_stock(session, PAINT)["P-A"] == Decimal("0.35")
    assert refused(run, used(PAINT_LINE, "0.001", lot_no="P-B"), order_no="RPO-1").code == "CONSUMED_TWICE"


def test_pr_04_a_registered_product_is_reported_as_the_unit_that_it_is(session, run, bikes):
    refusal = refused(run, made(serial_no="B-1"), order_no="RPO-1")
    assert (refusal.code, refusal.order_no) == ("NUMBER_IS_ROW", "RPO-1")
    Station(session).build("B-1", "W-2")
    report(run, bikes)
    assert refused(run, made("-1", serial_no="B-1"), order_no="RPO-1").code == "NUMBER_IS_ROW"
    assert refused(run, made("1", serial_no="B-9", match_id=bikes), order_no="RPO-1").code == "NUMBER_IS_ROW"


def test_asc_13_output_by_hand_leaves_room_for_registered_units(session, run, bikes):
    refusal = refused(run, made(serial_no="B-8"), made(serial_no="B-9"), order_no="RPO-1")
    assert (refusal.code, refusal.started, refusal.registered, refusal.row) == ("OUTPUT_OF_ROWS", "2", "1", 2)
    journal(run, made(serial_no="B-9"), order_no="RPO-1")
    assert reported(session, "RPO-1") == (1, 0)


def test_pr_07_tracked_lines_with_rows_are_left_to_their_registrations(session, run, bikes):
    assert proposal(session, "RPO-1") == []
    assert [line[0] for line in proposal(session, bike_order(run, no="RPO-2"))] == [FRAME_LINE, WHEEL_LINE, PAINT_LINE]


def test_d21_an_untracked_part_can_be_consumed_for_one_unit(session, run, bikes):
    """A17: with the row's match id the part is in that unit, exactly."""
    journal(run, used(BELL_LINE, "1", match_id=bikes), order_no="RPO-1")
    assert entries(session, "Consumption", order_no="RPO-1") == [(BELL, "", Decimal(-1), BELL_LINE, bikes)]
    journal(run, used(BELL_LINE, "-1", match_id=bikes), order_no="RPO-1")
    assert in_stock(session, BELL) == {"": Decimal(10)}


def test_a18_a_journal_takes_the_same_statements_for_2_and_30_lines(engine, run):
    seen = []
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, statement, *_rest: seen.append(statement))
    counts = []
    for count in (2, 30):
        seen.clear()
        journal(run, *[used(GEL_LINE, "1", lot_no="G-1")] * count, made("1", lot_no=f"C-{count}"))
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_frames_stay_where_they_are(session):
    assert in_stock(session, FRAME) == {"F-1": 1, "F-2": 1, "F-3": 1}


# --- others' reservations


def test_d19_lb_03_consumption_of_a_lot_moves_promises_without_a_number_and_breaks_none(run, session):
    make_customer(run)
    make_sales_order(run, {"item_no": GEL, "quantity": "98"})
    auto(run)
    journal(run, used(GEL_LINE, "2", lot_no="G-1"))
    assert sorted(held(session)) == [(STOCK, "G-1", 48, False), (STOCK, "G-2", 2, False), (STOCK, "G-2", 48, False)]
    with pytest.raises(ReservedElsewhere) as refused_line:
        journal(run, used(GEL_LINE, "1", lot_no="G-1"), confirmed=True)
    assert (refused_line.value.holder, refused_line.value.row) == ("SO-1 line 10000", 1)
    assert in_stock(session, GEL) == {"G-1": 48, "G-2": 50}


def test_er_08_what_the_line_reserved_of_an_order_does_not_go_out_of_other_stock_by_hand(run, session):
    make_vendor(run)
    make_purchase_order(run, {"item_no": GEL, "quantity": "12", "date": "2020-01-01"}, no="PUR-1")
    take_from(run, "Purchase Line", "PUR-1", 10000, line=component_line("CO-1", GEL_LINE))
    assert refused(run, used(GEL_LINE, "2", lot_no="G-1")).code == "RESERVED_NOT_IN_STOCK"
