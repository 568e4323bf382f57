"""D20: quality reports a unit with a held part into stock on hold. Both engines."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopfloor.errors import NotAllowed, Refusal
from shopfloor.genealogy.inputs import ReportInput, ReportLineInput, SelectionInput
from shopfloor.genealogy.reporting import report_as_finished
from shopfloor.genealogy.reversing import reverse_report
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
from tests.factories_genealogy import PAINT, problems
from tests.factories_production import counted
from tests.genealogy.test_associations import ORDER, stock_of

QUALITY = Actor("E-Q", "Quinn Quality", rights.RIGHTS[Role.QUALITY], time_zone="UTC")
MANAGER = Actor("E-M", "Mona Manager", rights.RIGHTS[Role.MANAGER], time_zone="UTC")
WHY = "paint is looked into"


@pytest.fixture
def held(station, run):
    """`held()`: BK-1 with everything that it needs, its paint on hold since."""
    station.build("BK-1", "F-1", "W-1", "W-2", "P-A")
    run(hold_number, given=HoldNumber(item_no=PAINT, kind="Lot", number="P-A", reason="smells"))
    return station.product


def report(run, *match_ids, actor=QUALITY, reason=WHY, **values):
    lines = [ReportLineInput(match_id=match_id, **values) for match_id in match_ids]
    return run(report_as_finished, actor, **ORDER, given=ReportInput(lines=lines, on_hold=True, reason=reason))


def information(session, number):
    found = session.query(NumberInformation).filter_by(item_no="BIKE", number=number).one()
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
    lines = [{"entry_type": "Negative Adjmt.", "item_no": "BIKE", "quantity": "1", "location_code": "MAIN", "serial_no": "BK-1"}]
    leave = PostItemJournal.model_validate({"lines": lines, "reason": "taken away"})
    storekeeper = Actor("E-S", "Sam Store", rights.RIGHTS[Role.STOREKEEPER], time_zone="UTC")
    with pytest.raises(Refusal) as caught:
        run(post_item_journal, storekeeper, given=leave)
    assert caught.value.code == "NUMBER_ON_HOLD"
    run(release_number, given=HoldNumber(item_no="BIKE", kind="Serial", number="BK-1", reason="the paint is fine"))
    run(post_item_journal, storekeeper, given=leave)
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
