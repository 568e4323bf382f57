"""D20: quality reports a unit with a held part into stock on hold. Both engines."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopfloor.errors import NotAllowed, Refusal
from shopfloor.genealogy.inputs import ReportInput, ReportLineInput, SelectionInput
from shopfloor.genealogy.reporting import report_as_finished
from shopfloor.genealogy.reversing import reverse_report
from shopfloor.genealogy.starting import start_order
from shopfloor.items.inputs import HoldNumber
from shopfloor.items.models import NumberHistory, NumberInformation
from shopfloor.items.number_history import history_of
from shopfloor.items.number_information import hold_number, release_number
from shopfloor.items.rules import GoodsNumber
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.orders.item_journal import post_item_journal
from shopfloor.orders.journal_inputs import PostItemJournal
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.models import Role
from shopfloor.production.bills import create_bom
from shopfloor.production.commands import create_order
from shopfloor.production.inputs import NewBom, NewBomLine, NewProductionOrder, StartOrder
from shopfloor.tracing.criteria import TraceMethod
from shopfloor.tracing.queries import trace
from tests.factories_genealogy import FRAME, PAINT, Station, bike_plant, problems, stock
from tests.factories_items import make_item
from tests.factories_orders import opening_stock
from tests.factories_production import counted
from tests.genealogy.test_associations import ORDER, stock_of

QUALITY = Actor("E-Q", "Quinn Quality", rights.RIGHTS[Role.QUALITY], time_zone="UTC")
STOREKEEPER = Actor("E-S", "Sam Store", rights.RIGHTS[Role.STOREKEEPER], time_zone="UTC")
MANAGER = Actor("E-M", "Mona Manager", rights.RIGHTS[Role.MANAGER], time_zone="UTC")
GLUE = "GLUE"
WHY = "paint is looked into"


@pytest.fixture
def held(station, run):
    """`held()`: BK-1 with everything that it needs, its paint on hold since."""
    station.build("BK-1", "F-1", "W-1", "W-2", "P-A")
    run(hold_number, given=HoldNumber(item_no=PAINT, kind="Lot", number="P-A", reason="smells"))
    return station.product


@pytest.fixture
def carts(session, run):
    """Match ids of two carts with a frame each; one lot of glue serves the whole order (a constant line)."""
    bike_plant(run)
    for item_no, code in (("CART", "SN"), (GLUE, "LOT")):
        make_item(run, item_no, code=code, policy="STRICT")
    opening_stock(run, GLUE, "3", lot_no="G-1")
    stock(run, FRAME, "F-1", "F-2")
    run(create_bom, given=NewBom(item_no="CART", lines=(
        NewBomLine(item_no=FRAME, quantity_per="1", flushing="Manual"),
        NewBomLine(item_no=GLUE, quantity_per="1", constant=True, flushing="Manual"),
    )))
    run(create_order, given=NewProductionOrder(no="RPO-C", item_no="CART", quantity="2", location_code="MAIN"))
    run(start_order, given=StartOrder(order_no="RPO-C", quantity="2"))
    station = Station(session, "RPO-C")
    return station.build("C-1", "F-1", "G-1"), station.build("C-2", "F-2")


def hold_glue(run):
    run(hold_number, given=HoldNumber(item_no=GLUE, kind="Lot", number="G-1", reason="does not stick"))


def leaving(item_no, quantity="0.1", **number):
    line = {"entry_type": "Negative Adjmt.", "item_no": item_no, "quantity": quantity, "location_code": "MAIN", **number}
    return PostItemJournal.model_validate({"lines": [line], "reason": "taken away"})


def report(run, *match_ids, actor=QUALITY, reason=WHY, order_no="RPO-1", **values):
    lines = [ReportLineInput(match_id=match_id, **values) for match_id in match_ids]
    return run(report_as_finished, actor, order_no=order_no, given=ReportInput(lines=lines, on_hold=True, reason=reason))


def information(session, number, item_no="BIKE"):
    found = session.query(NumberInformation).filter_by(item_no=item_no, number=number).one()
    session.rollback()
    return found


def test_d20_quality_reports_a_unit_with_a_held_part_into_stock_on_hold(session, run, held):
    """It is in stock, nothing can be done with it, and who asks why reads it; the part is consumed like any other."""
    answer = report(run, held)
    assert (answer.done, answer.done_text) == (["BK-1"], "Reported 1 as finished, on hold: BK-1.")
    assert stock_of(session, "BIKE")[0] == 1
    assert stock_of(session, PAINT)[0] == Decimal("0.55")
    number = information(session, "BK-1")
    assert (number.blocked, number.hold_reason, number.stopped_by, number.stop_reason) == (True, WHY, "Hold", WHY)
    history = history_of(session, GoodsNumber("BIKE", "", "Serial", "BK-1"))
    session.rollback()
    assert (history[0].action, history[0].new_value, history[0].reason) == ("Held", WHY, WHY)
    assert problems(session) == []


def test_d20_what_went_into_stock_on_hold_is_stopped_until_it_is_released(session, run, held):
    report(run, held)
    leave = leaving("BIKE", quantity="1", serial_no="BK-1")
    with pytest.raises(Refusal) as caught:
        run(post_item_journal, STOREKEEPER, given=leave)
    assert caught.value.code == "NUMBER_ON_HOLD"
    run(release_number, given=HoldNumber(item_no="BIKE", kind="Serial", number="BK-1", reason="the paint is fine"))
    run(post_item_journal, STOREKEEPER, given=leave)
    assert stock_of(session, "BIKE")[0] == 0


def test_d20_reversal_of_such_a_report_works_and_the_hold_stays(session, run, held):
    """A hold never stops a reversal, and taking a report back decides nothing about the unit."""
    report(run, held)
    run(reverse_report, **ORDER, given=SelectionInput(selected=[held], reason="too early"))
    assert stock_of(session, "BIKE")[0] == 0
    assert information(session, "BK-1").blocked
    assert problems(session) == []


def test_d20_without_the_right_or_a_reason_nothing_is_reported(session, run, held):
    with pytest.raises(NotAllowed):
        report(run, held, actor=MANAGER)
    with pytest.raises(Refusal) as caught:
        report(run, held, reason="")
    assert (caught.value.code, caught.value.why) == ("NOT_REPORTABLE", "reporting it into stock on hold needs a reason.")
    with pytest.raises(NotAllowed):  # quality reports into stock on hold, and in no other way
        run(report_as_finished, QUALITY, **ORDER, given=ReportInput(lines=[ReportLineInput(match_id=held)]))
    assert session.query(ItemLedgerEntry).filter_by(item_no="BIKE").count() == 0
    session.rollback()


def test_d20_asc_15_quality_does_not_end_the_job(session, run, held):
    """The right to hold numbers reports into stock on hold; what becomes of the order is decided by those who may report."""
    given = ReportInput(lines=[ReportLineInput(match_id=held)], on_hold=True, end_job=True, reason=WHY)
    with pytest.raises(NotAllowed):
        run(report_as_finished, QUALITY, **ORDER, given=given)
    assert session.query(ItemLedgerEntry).filter_by(item_no="BIKE").count() == 0
    session.rollback()


def test_d20_scrap_is_no_stock_that_could_be_held(session, run, held):
    report(run, held, good="0", error="1", error_cause="smells")
    assert stock_of(session, "BIKE")[0] == 0
    assert session.query(NumberHistory).filter_by(item_no="BIKE", action="held").count() == 0
    session.rollback()
    assert problems(session) == []


def test_d20_c4_a_held_part_ends_with_the_unit_that_is_scrapped(session, run, held):
    """Quality scraps what it holds: the part is consumed, and every trace from it leads to the unit and its end."""
    report(run, held, good="0", error="1", error_cause="smells")
    below = trace(session, item_no=PAINT, lot_no="P-A", method=TraceMethod.FORWARD)
    session.rollback()
    assert "BK-1" in {line.serial_no for line in below.lines}
    assert stock_of(session, PAINT)[0] == Decimal("0.55")
    with pytest.raises(Refusal) as caught:  # the rest of the lot stays on hold
        run(post_item_journal, STOREKEEPER, given=leaving(PAINT, lot_no="P-A"))
    assert caught.value.code == "NUMBER_ON_HOLD"


def test_d20_d21_a_held_part_of_the_order_level_is_in_every_unit(session, run, carts):
    """D21 shows it under each unit: one that is reported later, when it is consumed already, contains it just the same."""
    first, second = carts
    hold_glue(run)
    report(run, first, order_no="RPO-C")
    assert stock_of(session, GLUE)[0] == 2
    with pytest.raises(Refusal) as caught:
        run(report_as_finished, MANAGER, order_no="RPO-C", given=ReportInput(lines=[ReportLineInput(match_id=second)]))
    assert (caught.value.code, caught.value.component) == ("COMPONENT_ON_HOLD", "G-1")
    report(run, second, order_no="RPO-C")
    assert [information(session, number, "CART").blocked for number in ("C-1", "C-2")] == [True, True]
    assert stock_of(session, GLUE)[0] == 2, "it is consumed once"
    assert problems(session) == []


def test_d20_a_part_that_is_held_after_it_was_consumed_keeps_the_rest_back(session, run, carts):
    """Consumed is not forgotten: the lot is on hold after the first unit was reported, and the second one waits for quality."""
    first, second = carts
    run(report_as_finished, MANAGER, order_no="RPO-C", given=ReportInput(lines=[ReportLineInput(match_id=first)]))
    hold_glue(run)
    plain = ReportInput(lines=[ReportLineInput(match_id=second)])
    with pytest.raises(Refusal) as caught:
        run(report_as_finished, MANAGER, order_no="RPO-C", given=plain)
    assert caught.value.code == "COMPONENT_ON_HOLD"
    run(release_number, given=HoldNumber(item_no=GLUE, kind="Lot", number="G-1", reason="the glue is fine"))
    assert run(report_as_finished, MANAGER, order_no="RPO-C", given=plain).done == ["C-2"]
    assert problems(session) == []


def test_d20_a_unit_that_is_itself_on_hold_is_still_refused(run, held):
    """Also by quality: what stopped it is looked at first."""
    report(run, held)
    run(reverse_report, **ORDER, given=SelectionInput(selected=[held], reason="too early"))
    with pytest.raises(Refusal) as caught:
        report(run, held)
    assert caught.value.code == "NUMBER_ON_HOLD"


def test_d20_the_statements_do_not_depend_on_the_number_of_units(session, run, station):
    """Both counts are of units that were reported and taken back before, so that nothing is done for the first time."""
    units = []
    for number in (1, 2):
        station.build(f"BK-{number}", f"F-{number}", f"W-{2 * number - 1}", f"W-{2 * number}", "P-A")
        units.append(station.product)

    def take_back(*match_ids):
        run(reverse_report, **ORDER, given=SelectionInput(selected=list(match_ids), reason="too early"))
        for number in (units.index(match_id) + 1 for match_id in match_ids):
            run(release_number, given=HoldNumber(item_no="BIKE", kind="Serial", number=f"BK-{number}", reason="again"))

    report(run, *units)
    take_back(*units)
    with counted(session) as one:
        report(run, units[0])
    take_back(units[0])
    with counted(session) as both:
        answer = report(run, *units)
    assert answer.done == ["BK-1", "BK-2"]
    assert len(both) == len(one)
    assert problems(session) == []
