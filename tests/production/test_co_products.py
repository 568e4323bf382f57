"""D40, TRC-14: what an order makes beside its product: planned by the bill, made by journals, traced at order level. Both engines."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError

from shopfloor.errors import Refusal
from shopfloor.genealogy.journal_inputs import OpenJournalInput, PostProductionJournal
from shopfloor.genealogy.open_journals import post_open_journal, save_journal
from shopfloor.genealogy.production_journal import post_production_journal
from shopfloor.genealogy.resetting import reset_order
from shopfloor.genealogy.starting import start_order
from shopfloor.ledger.models import OpenItemEntry
from shopfloor.people.fields import read_input
from shopfloor.production import bills, commands, queries
from shopfloor.production.components import order_lines
from shopfloor.production.inputs import ChangeProductionOrder, NewBom, NewBomLine, NewProductionOrder, OrderKey, ResetOrder, StartOrder
from shopfloor.tracing.lines import Completeness, State
from shopfloor.tracing.queries import trace
from tests.factories_genealogy import BELL, FRAME, PAINT, PAINT_LINE, WHEEL, Station, bike_plant, bike_stock, problems, report
from tests.factories_items import make_item
from tests.factories_orders import make_customer, make_sales_order
from tests.factories_reservations import PRODUCTION, held, take_from
from tests.genealogy.test_journal_lines import read

TWIN, OFFCUT, DUST = "TWIN", "OFFCUT", "DUST"
MAIN, OFFCUT_LINE, DUST_LINE = 10_000, 20_000, 30_000
ORDER = {"order_no": "CO-1"}
FORWARD = "Origin -> Usage"


@pytest.fixture(autouse=True)
def plant(run, session):
    """A twin bike is scanned: a frame, two wheels, paint. Its saw leaves 2 offcuts for each bike (serial), and 1 kg dust for the order."""
    bike_plant(run)
    bike_stock(run)
    make_item(run, TWIN, code="SN", policy="STRICT")
    make_item(run, OFFCUT, code="SN", policy="STRICT")
    make_item(run, DUST, unit="KG", code="LOT", rounding_precision="0.001")
    run(bills.create_bom, given=NewBom(item_no=TWIN, lines=(
        NewBomLine(item_no=FRAME, quantity_per="1", flushing="Manual"),
        NewBomLine(item_no=WHEEL, quantity_per="2", flushing="Manual"),
        NewBomLine(item_no=PAINT, quantity_per="0.25", flushing="Manual"),
        NewBomLine(item_no=BELL, quantity_per="1"),
        NewBomLine(item_no=OFFCUT, quantity_per="2", co_product=True),
        NewBomLine(item_no=DUST, quantity_per="1", constant=True, co_product=True),
    )))
    run(commands.create_order, given=NewProductionOrder(no="CO-1", item_no=TWIN, quantity="2", location_code="MAIN"))
    yield
    assert problems(session) == []


@pytest.fixture
def started(run, session):
    run(start_order, given=StartOrder(order_no="CO-1"))
    return Station(session, "CO-1")


def made(session):
    found = [(one.line_no, one.item_no, one.quantity, one.good, one.error) for one in order_lines(session, "CO-1")]
    session.rollback()
    return found


def journal(run, *lines, **more):
    given = read_input(PostProductionJournal, {"lines": [{"entry_type": "Output", **line} for line in lines], **more})
    return run(post_production_journal, **ORDER, given=given)


def offcut(number, **more):
    return {"line_no": OFFCUT_LINE, "serial_no": number, **more}


def refused(code, run, *arguments, **keywords):
    with pytest.raises(Refusal) as caught:
        run(*arguments, **keywords)
    assert caught.value.code == code, caught.value
    return caught.value


# --- planning ---------------------------------------------------------------------------------------------------------------


def test_d40_an_order_has_a_further_line_for_each_co_product(session):
    """In proportion to the order, or once; they are no components."""
    assert made(session) == [(MAIN, TWIN, 2, 0, 0), (OFFCUT_LINE, OFFCUT, 4, 0, 0), (DUST_LINE, DUST, 1, 0, 0)]
    card = queries.order_card(session, "CO-1")
    session.rollback()
    assert [one.item_no for one in card.components] == [FRAME, WHEEL, PAINT, BELL]
    assert [(one.line_no, one.item_no, one.quantity, one.unit_code) for one in card.co_products] == [
        (OFFCUT_LINE, OFFCUT, 4, "PCS"), (DUST_LINE, DUST, 1, "KG")]
    assert (card.order.quantity, card.order.item_no) == (2, TWIN)


def test_d40_a_changed_order_plans_its_co_products_anew(run, session):
    version = queries.order_version(session, "CO-1")
    session.rollback()
    run(commands.change_order, given=ChangeProductionOrder(order_no="CO-1", quantity="5", location_code="MAIN", version=version))
    assert made(session)[1:] == [(OFFCUT_LINE, OFFCUT, 10, 0, 0), (DUST_LINE, DUST, 1, 0, 0)]


def test_d40_what_a_bill_may_say(run, session):
    """A co-product is made, so it is no phantom, is some quantity, and is not the product; bills of it and of the product make no loop."""
    for wrong in ({"phantom": True}, {"quantity_per": "0"}, {"scrap_percent": "5"}):
        with pytest.raises(ValidationError):
            NewBomLine(**{"item_no": OFFCUT, "quantity_per": "1", "co_product": True} | wrong)
    lines = (NewBomLine(item_no=BELL, quantity_per="1"), NewBomLine(item_no=DUST, quantity_per="1", co_product=True))
    refused("BOM_LOOP", run, bills.create_bom, given=NewBom(item_no=DUST, lines=lines))
    run(bills.create_bom, given=NewBom(item_no=OFFCUT, lines=(NewBomLine(item_no=TWIN, quantity_per="1"),)))


def test_d40_edg_39_the_co_product_of_a_phantom_is_one_of_the_order(run, session):
    """Quantities multiply; what the phantom scraps makes no more of it."""
    for item_no in ("CUT-SET", "BENCH"):
        make_item(run, item_no)
    run(bills.create_bom, given=NewBom(item_no="CUT-SET", lines=(
        NewBomLine(item_no=BELL, quantity_per="1"), NewBomLine(item_no=DUST, quantity_per="0.5", co_product=True))))
    run(bills.create_bom, given=NewBom(item_no="BENCH", lines=(
        NewBomLine(item_no="CUT-SET", quantity_per="2", phantom=True, scrap_percent="10"),)))
    run(commands.create_order, given=NewProductionOrder(no="CO-2", item_no="BENCH", quantity="3", location_code="MAIN"))
    found = [(one.line_no, one.item_no, one.quantity) for one in order_lines(session, "CO-2")]
    session.rollback()
    assert found == [(MAIN, "BENCH", 3), (OFFCUT_LINE, DUST, 3)]


# --- making -----------------------------------------------------------------------------------------------------------------


def test_d40_output_under_its_own_number_and_back(run, session, started):
    """PR-02, PR-04: co-products come into stock by journal, with serial or lot, error is scrap, and negative output takes them back."""
    dust = {"line_no": DUST_LINE, "quantity": "0.8", "lot_no": "D-1"}
    journal(run, offcut("OC-1"), offcut("OC-2"), dust, offcut("OC-3", scrap_quantity="1"))
    assert made(session) == [(MAIN, TWIN, 2, 0, 0), (OFFCUT_LINE, OFFCUT, 4, 2, 1), (DUST_LINE, DUST, 1, Decimal("0.8"), 0)]
    stock = read(session, OpenItemEntry.__table__.select().with_only_columns(OpenItemEntry.item_no, OpenItemEntry.remaining).where(
        OpenItemEntry.item_no.in_([OFFCUT, DUST])).order_by(OpenItemEntry.entry_no))
    assert stock == [(OFFCUT, 1), (OFFCUT, 1), (DUST, Decimal("0.8"))]
    journal(run, offcut("OC-2", quantity="-1"))
    assert made(session)[1] == (OFFCUT_LINE, OFFCUT, 4, 1, 1)
    refused("NOT_POSTED_HERE", journal, run, offcut("OC-2", quantity="-1"))
    refused("NOT_POSTED_HERE", journal, run, {"line_no": MAIN, "serial_no": "OC-1", "quantity": "-1"})


def test_d40_registered_units_and_their_numbers_do_not_stand_in_the_way(run, session, started):
    """Units wait for their report; co-products take no place of theirs, and a number of one item is free for another."""
    started.build("TW-1", "F-1", "W-1", "W-2", "P-A")
    started.build("TW-2", "F-2", "W-3", "W-4", "P-A")
    journal(run, offcut("TW-1"))
    refused("OUTPUT_OF_ROWS", journal, run, {"line_no": MAIN, "serial_no": "TW-9"})
    report(run, started.product, order_no="CO-1")
    assert made(session)[:2] == [(MAIN, TWIN, 2, 1, 0), (OFFCUT_LINE, OFFCUT, 4, 1, 0)]


@pytest.mark.parametrize("line_no", [MAIN, OFFCUT_LINE])
def test_d40_ap_16_what_a_customer_was_promised_follows_the_output(run, session, started, line_no):
    """RS-01: each line of the order is supply of its own; output by hand takes the promise along to the goods."""
    make_customer(run)
    make_sales_order(run, {"item_no": TWIN if line_no == MAIN else OFFCUT, "quantity": "1"})
    take_from(run, PRODUCTION, "CO-1", line_no)
    assert held(session) == [("CO-1", "", 1, False)]
    journal(run, {"line_no": line_no, "serial_no": "N-1"})
    assert [(supply, quantity) for supply, _number, quantity, _specific in held(session)] == [("Item Ledger Entry", 1)]


def test_d40_what_is_promised_of_a_co_product_is_cut_with_the_order(run, session):
    make_customer(run)
    make_sales_order(run, {"item_no": OFFCUT, "quantity": "4"})
    run(commands.release_order, given=OrderKey(order_no="CO-1"))
    take_from(run, PRODUCTION, "CO-1", OFFCUT_LINE)
    assert held(session) == [("CO-1", "", 4, False)]
    version = queries.order_version(session, "CO-1")
    session.rollback()
    run(commands.change_order, given=ChangeProductionOrder(order_no="CO-1", quantity="1", location_code="MAIN", version=version))
    assert held(session) == [("CO-1", "", 2, False)]


def test_d40_an_open_report_journal_takes_co_products(run, session, started):
    started.build("TW-1", "F-1", "W-1", "W-2", "P-A")
    given = OpenJournalInput(kind="Report as finished", lines=[
        {"line_no": OFFCUT_LINE, "quantity": "1", "serial_no": "TW-1"}, {"line_no": MAIN, "quantity": "1", "serial_no": "TW-1"}])
    no = run(save_journal, **ORDER, given=given).journal_no
    run(post_open_journal, **ORDER, journal_no=no)
    assert made(session)[:2] == [(MAIN, TWIN, 2, 1, 0), (OFFCUT_LINE, OFFCUT, 4, 1, 0)]


def test_d40_a_co_product_is_not_scanned_as_the_product(session, started):
    """Its item number is no product number; how its labels are scanned is told in tests/genealogy/test_co_product_scans.py."""
    assert started.scan("OFFCUT") == "NOT_A_PRODUCT_NUMBER"


def test_lif_5_a_reset_takes_co_products_back(run, session, started):
    journal(run, offcut("OC-1"), {"line_no": DUST_LINE, "quantity": "0.8", "lot_no": "D-1"})
    run(reset_order, given=ResetOrder(order_no="CO-1", reason="wrong saw", confirmed=True))
    assert [line[3] for line in made(session)] == [0, 0, 0]


# --- tracing ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def history(run, started):
    """Two bikes with parts of their own, reported; an offcut and dust came along."""
    started.build("TW-1", "F-1", "W-1", "W-2", "P-A")
    first = started.product
    started.build("TW-2", "F-2", "W-3", "W-4", "P-A")
    report(run, first, started.product, order_no="CO-1")
    journal(run, offcut("OC-1"), {"line_no": DUST_LINE, "quantity": "0.8", "lot_no": "D-1"})


@pytest.mark.parametrize("number", [{"serial_no": "OC-1"}, {"lot_no": "D-1"}])
@pytest.mark.parametrize("view", [{}, {"view": "Order line"}])
def test_d40_backward_everything_that_the_order_consumed_may_be_in_it(run, session, history, number, view):
    """Order-level: possible, never certain, and not incomplete."""
    answer = trace(session, **number, **view)
    below = {line.number for line in answer.lines if line.entry_type == "Consumption"}
    assert below == {"F-1", "F-2", "W-1", "W-2", "W-3", "W-4", "P-A"}
    if not view:
        assert {line.order_level for line in answer.lines if line.entry_type == "Consumption"} == {True}
        assert not any(line.certain for line in answer.lines if line.entry_type == "Consumption")
        assert answer.completeness is Completeness.COMPLETE


def test_d40_forward_a_part_of_one_unit_leads_to_its_unit_and_to_the_co_products(session, history):
    answer = trace(session, serial_no="F-1", method=FORWARD, show_components="No")
    found = {line.number: line.certain for line in answer.lines if line.entry_type == "Output"}
    assert found == {"TW-1": True, "OC-1": False, "D-1": False}
    order_line = trace(session, serial_no="F-1", method=FORWARD, show_components="No", view="Order line")
    assert {line.number for line in order_line.lines if line.entry_type == "Output"} == {"TW-1", "TW-2", "OC-1", "D-1"}
    unit = trace(session, serial_no="TW-1")
    assert {line.number for line in unit.lines if line.entry_type == "Consumption"} == {"F-1", "W-1", "W-2", "P-A"}


def test_d40_a_co_product_that_was_taken_back_is_struck(run, session, history):
    journal(run, offcut("OC-1", quantity="-1"))
    answer = trace(session, serial_no="F-1", method=FORWARD, show_components="No")
    assert [line.state for line in answer.lines if line.number == "OC-1"] == [State.REVERSED, State.REVERSAL]
    back = trace(session, serial_no="OC-1")
    assert not any(line.certain for line in back.lines if line.entry_type == "Consumption")


def test_d40_before_any_part_is_consumed_there_is_nothing_below(run, session, started):
    journal(run, offcut("OC-1"))
    answer = trace(session, serial_no="OC-1")
    assert [line.entry_type for line in answer.lines] == ["Output"]


def test_d40_consumption_by_hand_leads_to_product_and_co_product(run, session, started):
    run(post_production_journal, **ORDER, given=PostProductionJournal(lines=[
        {"entry_type": "Consumption", "line_no": PAINT_LINE, "quantity": "0.1", "lot_no": "P-B"}]))
    journal(run, offcut("OC-1"))
    answer = trace(session, lot_no="P-B", method=FORWARD, show_components="No")
    assert [line.number for line in answer.lines if line.entry_type == "Output"] == ["OC-1"]
