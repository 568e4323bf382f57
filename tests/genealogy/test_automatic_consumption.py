"""PST-12: whatever starts, reports and open picking lists are told to consume, no part is deducted twice (LIF-6, LIF-7, LIF-9, LIF-13)."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from shopfloor.errors import InvalidInput, NotAllowed, Refusal
from shopfloor.genealogy.inputs import ReportOrder
from shopfloor.genealogy.journal_inputs import OpenJournalInput, PostProductionJournal
from shopfloor.genealogy.open_journal_queries import open_lines
from shopfloor.genealogy.open_journals import delete_open_journal, post_open_journal, save_journal
from shopfloor.genealogy.production_journal import post_production_journal
from shopfloor.genealogy.report_dialog import report_order
from shopfloor.genealogy.starting import start_order
from shopfloor.items.number_series import create_default_series
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.commands import set_consumption, set_setting
from shopfloor.people.errors import SettingsContradict
from shopfloor.people.inputs import ConsumptionSettings, SettingValue
from shopfloor.people.settings import AUTOMATIC, CONSUMPTION_STAGES, contradiction, read_settings
from shopfloor.production import bills, commands, queries, rules
from shopfloor.production.components import order_components, order_lines
from shopfloor.production.inputs import NewBom, NewBomLine, NewProductionOrder, StartOrder
from tests.factories_genealogy import problems
from tests.factories_items import make_item, make_location, make_tracking_codes, make_units
from tests.factories_orders import opening_stock
from tests.factories_production import counted
from tests.remembered import remembered

CART, FRAME, BOLT, GREASE, MANUAL = "CART", "C-FRAME", "C-BOLT", "C-GREASE", "C-MANUAL"
LINES = {FRAME: 10, BOLT: 20, GREASE: 30, MANUAL: 40}
EXPECTED = {FRAME: Decimal(4), BOLT: Decimal(16), GREASE: Decimal(1), MANUAL: Decimal(4)}
PRINCIPLE = {FRAME: rules.START, BOLT: rules.FINISH, GREASE: rules.FINISH, MANUAL: rules.MANUAL}
ORDER = {"order_no": "CO-1"}
BY_PRINCIPLE, ALWAYS, NEVER = AUTOMATIC


@remembered
def four_carts(run):
    """Four carts: a frame (Start, operation 10), four bolts (Finish, operation 20), one grease for the order, one part by hand."""
    make_units(run)
    make_tracking_codes(run)
    for item_no in (CART, FRAME, BOLT, GREASE, MANUAL):
        make_item(run, item_no)
    make_location(run, "MAIN")
    run(create_default_series)
    run(bills.create_bom, given=NewBom(item_no=CART, lines=(
        NewBomLine(item_no=FRAME, quantity_per="1", flushing="Start", operation_no=10),
        NewBomLine(item_no=BOLT, quantity_per="4", flushing="Finish", operation_no=20),
        NewBomLine(item_no=GREASE, quantity_per="1", flushing="Finish", constant=True),
        NewBomLine(item_no=MANUAL, quantity_per="1", flushing="Manual", operation_no=20),
    )))
    for item_no in EXPECTED:
        opening_stock(run, item_no, "1000")
    make_order(run, "CO-1")


@pytest.fixture
def carts(run):
    four_carts(run)


def make_order(run, no):
    run(commands.create_order, given=NewProductionOrder(no=no, item_no=CART, quantity="4", location_code="MAIN"))


def begin(run, quantity="4", no="CO-1", **more):
    return run(start_order, given=StartOrder(order_no=no, quantity=quantity, **more))


def finish(run, good="4", no="CO-1", **more):
    return run(report_order, order_no=no, given=ReportOrder(good=good, **more))


def ledger(session, no="CO-1"):
    """What the ledger says was consumed on an order, by item."""
    rows = session.execute(
        select(ItemLedgerEntry.item_no, func.sum(ItemLedgerEntry.quantity))
        .where(ItemLedgerEntry.order_no == no, ItemLedgerEntry.entry_type == "Consumption")
        .group_by(ItemLedgerEntry.item_no)
    ).all()
    session.rollback()
    return {item_no: -quantity for item_no, quantity in rows if quantity}


def covered(item_no, *choices):
    """Whether one of (choice, principle of its stage) consumes the item."""
    return any(choice == ALWAYS or (choice == BY_PRINCIPLE and PRINCIPLE[item_no] == stage) for choice, stage in choices)


def refused(code, run, *arguments, **keywords):
    with pytest.raises(Refusal) as caught:
        run(*arguments, **keywords)
    assert caught.value.code == code, caught.value
    return caught.value


PARTS = (("4",), ("1", "3"), ("2", "1", "1"))
OPEN_AT = ("", "start", "report", "both")


@pytest.mark.parametrize(("at_start", "at_report"), list(itertools.product(AUTOMATIC, AUTOMATIC)))
def test_pst_12_no_combination_deducts_twice(run, session, carts, at_start, at_report):
    """Every choice at start and at report, in parts, posted at once or left open and posted in between or at the end."""
    due = {item_no for item_no in EXPECTED if covered(item_no, (at_start, rules.START), (at_report, rules.FINISH))}
    for count, (parts, open_at) in enumerate(itertools.product(PARTS, OPEN_AT), 10):
        no = f"CO-{count}"
        make_order(run, no)
        for part in parts:
            begin(run, part, no, automatic_consumption=at_start, leave_open=open_at in {"start", "both"})
            finish(run, part, no, automatic_consumption=at_report, leave_open=open_at in {"report", "both"})
            if part != parts[0]:
                post_all(run, session, no)
            assert all(quantity <= EXPECTED[item_no] for item_no, quantity in ledger(session, no).items())
        post_all(run, session, no)
        assert ledger(session, no) == {item_no: EXPECTED[item_no] for item_no in due}, (parts, open_at)
    assert problems(session) == []


def post_all(run, session, no):
    journals = sorted({line.journal_no for line in open_lines(session, no)})
    session.rollback()
    for journal_no in journals:
        run(post_open_journal, order_no=no, journal_no=journal_no)


@pytest.mark.parametrize(("at_start", "at_report"), [(ALWAYS, NEVER), (NEVER, ALWAYS), (BY_PRINCIPLE, BY_PRINCIPLE), (NEVER, NEVER)])
def test_lif_13_the_company_settles_what_each_stage_consumes(run, session, carts, at_start, at_report):
    """LIF-13: without a word from the dialog; PST-12: what was consumed by hand before is not consumed again."""
    chosen = {"consumption_at_start": at_start, "consumption_at_operations": NEVER, "consumption_at_report": at_report}
    run(set_consumption, given=ConsumptionSettings(**chosen))
    begin(run, "1")
    lines = [{"entry_type": "Consumption", "line_no": LINES[item_no], "quantity": "1"} for item_no in (BOLT, MANUAL)]
    if at_start != ALWAYS:
        run(post_production_journal, **ORDER, given=PostProductionJournal(lines=lines))
    begin(run, "3")
    finish(run)
    due = {item_no for item_no in EXPECTED if covered(item_no, (at_start, rules.START), (at_report, rules.FINISH))}
    expected = {item_no: EXPECTED[item_no] for item_no in due}
    if at_start != ALWAYS:
        expected = {BOLT: Decimal(1), MANUAL: Decimal(1)} | expected
    assert ledger(session) == expected
    assert problems(session) == []


def test_lif_4_a_negative_start_gives_back_what_starting_consumed(run, session, carts):
    """LIF-4, LIF-6: also of lines that only *Always* consumed; what was consumed by hand stays."""
    begin(run, automatic_consumption=ALWAYS)
    assert ledger(session) == EXPECTED
    begin(run, "-3")
    assert ledger(session) == {FRAME: Decimal(1), BOLT: Decimal(4), GREASE: Decimal(1), MANUAL: Decimal(1)}
    begin(run, "-1")
    assert ledger(session) == {}
    begin(run, "1", automatic_consumption=NEVER)
    run(post_production_journal, **ORDER, given=PostProductionJournal(lines=[
        {"entry_type": "Consumption", "line_no": LINES[MANUAL], "quantity": "2"}]))
    begin(run, "-1")
    assert ledger(session) == {MANUAL: Decimal(2)}
    assert problems(session) == []


def test_lif_6_only_components_of_the_chosen_operations(run, session, carts):
    begin(run, automatic_consumption=ALWAYS, from_operation_no=10, to_operation_no=10)
    assert ledger(session) == {FRAME: Decimal(4), GREASE: Decimal(1)}
    finish(run, automatic_consumption=ALWAYS, from_operation_no=20)
    assert ledger(session) == EXPECTED
    with pytest.raises(InvalidInput):
        run(start_order, given=dict_start(from_operation_no="20", to_operation_no="10"))


def dict_start(**more):
    from shopfloor.people.fields import read_input

    return read_input(StartOrder, {"order_no": "CO-1", "quantity": "1", **more})


def test_d26_an_ended_line_is_proposed_no_more(run, session, carts):
    """D26, EDG-38: at the start of one cart the frame is ended; the other three carts take none."""
    begin(run, "1", end_picking_list=True)
    begin(run, "3")
    assert ledger(session) == {FRAME: Decimal(1)}
    assert [c.line_no for c in order_components(session, "CO-1") if c.ended] == [10]
    session.rollback()
    finish(run, end_picking_list=True)
    assert ledger(session)[FRAME] == Decimal(1)
    assert [c.line_no for c in order_components(session, "CO-1") if c.ended] == [10, 20, 30]
    session.rollback()


def test_lif_9_a_picking_list_stays_open_is_edited_posted_and_deleted(run, session, carts):
    """LIF-9, LIF-11, ASC-22: proposal kept beside what is consumed."""
    answer = begin(run, automatic_consumption=ALWAYS, leave_open=True)
    assert answer.journal_no
    assert (ledger(session), answer.consumed) == ({}, [])
    lines = open_lines(session, "CO-1")
    session.rollback()
    assert [(line.item_no, line.proposal, line.quantity, line.location_code) for line in lines] == [
        (FRAME, Decimal(4), Decimal(4), "MAIN"), (BOLT, Decimal(16), Decimal(16), "MAIN"), (GREASE, Decimal(1), Decimal(1), "MAIN"),
        (MANUAL, Decimal(4), Decimal(4), "MAIN"),
    ]
    changed = OpenJournalInput(lines=[
        {"line_no": 10, "quantity": "3", "end_line": True}, {"line_no": 20, "quantity": "16"}, {"line_no": 40, "quantity": "0"},
    ])
    run(save_journal, **ORDER, given=changed, journal_no=answer.journal_no)
    assert next((line.proposal, line.quantity) for line in open_lines(session, "CO-1")) == (Decimal(4), Decimal(3))
    session.rollback()
    posted = run(post_open_journal, **ORDER, journal_no=answer.journal_no)
    assert (posted.count, ledger(session)) == (2, {FRAME: Decimal(3), BOLT: Decimal(16)})
    assert [c.line_no for c in order_components(session, "CO-1") if c.ended] == [10]
    session.rollback()
    made = run(save_journal, **ORDER, given=OpenJournalInput(lines=[{"line_no": 40, "quantity": "4"}]))
    run(delete_open_journal, **ORDER, journal_no=made.journal_no)
    assert open_lines(session, "CO-1") == []
    session.rollback()
    assert ledger(session) == {FRAME: Decimal(3), BOLT: Decimal(16)}
    assert problems(session) == []


def test_lif_9_a_report_journal_stays_open_until_it_is_posted(run, session, carts):
    """LIF-9: product in; posting it flushes as any output does."""
    begin(run)
    made = run(save_journal, **ORDER, given=OpenJournalInput(
        kind="Report as finished", lines=[{"line_no": 10_000, "quantity": "3", "error_quantity": "1"}]))
    assert order_lines(session, "CO-1")[0].good == 0
    session.rollback()
    run(post_open_journal, **ORDER, journal_no=made.journal_no)
    line = order_lines(session, "CO-1")[0]
    session.rollback()
    assert (line.good, line.error) == (Decimal(3), Decimal(1))
    assert ledger(session) == {FRAME: Decimal(4), BOLT: Decimal(16), GREASE: Decimal(1)}
    assert problems(session) == []


def test_asc_25_a_journal_is_its_makers_own(run, session, carts):
    begin(run)
    made = run(save_journal, **ORDER, given=OpenJournalInput(lines=[{"line_no": 40, "quantity": "4"}]))
    other = Actor("E-77", "Otto Other", frozenset({rights.ADJUST}), time_zone="UTC")
    worker = Actor("E-1", "Will Worker", frozenset({rights.REGISTER}), time_zone="UTC")
    refused("NOT_YOUR_JOURNAL", run, post_open_journal, other, **ORDER, journal_no=made.journal_no)
    with pytest.raises(NotAllowed):
        run(delete_open_journal, worker, **ORDER, journal_no=made.journal_no)
    run(delete_open_journal, other, **ORDER, journal_no=made.journal_no)
    refused("NOT_FOUND", run, post_open_journal, **ORDER, journal_no=made.journal_no)


def test_asc_14_reporting_performs_the_steps_that_are_missing(run, session, carts):
    """ASC-14, LIF-3, LIF-7: a created order is started as far as it is reported."""
    finish(run, "3")
    row = queries.order_row(session, "CO-1")
    session.rollback()
    assert (row.status, row.started, row.good) == ("Started", Decimal(3), Decimal(3))
    refused("REPORT_ABOVE_STARTED", finish, run, "1")
    finish(run, "1", accept_error=True, reason="counted again", end_job=True)
    row = queries.order_row(session, "CO-1")
    session.rollback()
    assert (row.status, row.good) == ("Reported as finished", Decimal(4))
    assert problems(session) == []


def test_lif_7_blank_good_is_all_that_is_left_and_error_needs_a_cause(run, session, carts):
    begin(run)
    with pytest.raises(InvalidInput):
        finish(run, None, error="1")
    finish(run, None, error="1", error_cause="bent")
    line = order_lines(session, "CO-1")[0]
    session.rollback()
    assert (line.good, line.error) == (Decimal(3), Decimal(1))
    with pytest.raises(InvalidInput):
        finish(run, None)


def test_lif_14_quantities_are_validated(run, session, carts):
    """LIF-14: maximum of a report, deviation at start, surplus and shortage at report."""
    for name, value in (
        ("maximum_report_quantity", "3"), ("start_deviation_percent", "25"), ("report_surplus_percent", "20"),
        ("report_shortage_percent", "10"),
    ):
        run(set_setting, given=SettingValue(name=name, value=value))
    refused("STARTED_ABOVE_ORDERED", begin, run, "6")
    begin(run, "5")
    nothing = refused("NOTHING_TO_START", begin, run, "0")
    assert (nothing.started, nothing.ordered, nothing.unit) == ("5", "4", "PCS")
    refused("REPORT_ABOVE_MAXIMUM", finish, run, "4")
    finish(run, "2")
    told = refused("REPORT_SHORT", finish, run, "1", end_job=True)
    assert (told.reported, told.ordered, told.percent) == ("3", "4", "10")
    assert order_lines(session, "CO-1")[0].good == Decimal(2)
    session.rollback()
    finish(run, "3")
    finish(run, "1")  # five started, and one of surplus
    refused("REPORT_ABOVE_STARTED", finish, run, "1")
    assert problems(session) == []


@pytest.mark.parametrize(("start", "operations", "report", "fits"), [
    (BY_PRINCIPLE, BY_PRINCIPLE, BY_PRINCIPLE, True), (BY_PRINCIPLE, NEVER, BY_PRINCIPLE, True), (BY_PRINCIPLE, NEVER, NEVER, False),
    (ALWAYS, NEVER, NEVER, True), (NEVER, ALWAYS, NEVER, True), (NEVER, NEVER, ALWAYS, True), (ALWAYS, NEVER, BY_PRINCIPLE, False),
    (ALWAYS, ALWAYS, NEVER, False), (BY_PRINCIPLE, BY_PRINCIPLE, ALWAYS, False), (NEVER, NEVER, NEVER, True),
    (NEVER, BY_PRINCIPLE, NEVER, True),
])
def test_lif_13_contradictory_settings_are_refused(run, session, start, operations, report, fits):
    chosen = dict(zip(CONSUMPTION_STAGES, (start, operations, report), strict=True))
    assert (contradiction(chosen) == "") is fits
    if fits:
        run(set_consumption, given=ConsumptionSettings(**chosen))
    else:
        with pytest.raises(SettingsContradict):
            run(set_consumption, given=ConsumptionSettings(**chosen))
    found = {name: value for name, value in read_settings(session).items() if name in chosen}
    session.rollback()
    assert (found == chosen) is (fits or set(found.values()) == set(chosen.values()) == {BY_PRINCIPLE})


def test_lif_13_one_setting_alone_is_checked_with_the_others(run):
    with pytest.raises(SettingsContradict):
        run(set_setting, given=SettingValue(name="consumption_at_start", value=ALWAYS))
    for name, value in (("consumption_at_start", NEVER), ("consumption_at_operations", NEVER), ("consumption_at_report", NEVER),
                        ("consumption_at_start", ALWAYS)):
        run(set_setting, given=SettingValue(name=name, value=value))
    with pytest.raises(InvalidInput):
        run(set_setting, given=SettingValue(name="start_deviation_percent", value="-1"))
    with pytest.raises(InvalidInput):
        run(set_setting, given=SettingValue(name="start_deviation_percent", value=""))
    run(set_setting, given=SettingValue(name="maximum_report_quantity", value=""))


def test_starts_reports_and_open_journals_take_the_same_statements_for_any_number_of_lines(run, session, carts):
    """House rule: sets, not loops."""
    run(bills.create_bom, given=NewBom(item_no=MANUAL, lines=(NewBomLine(item_no=BOLT, quantity_per="1"),)))
    figures = []
    for item_no, no in ((MANUAL, "S-1"), (CART, "S-4")):
        run(commands.create_order, given=NewProductionOrder(no=no, item_no=item_no, quantity="2", location_code="MAIN"))
        seen = []
        for step in (
            lambda no=no: begin(run, "1", no, automatic_consumption=ALWAYS),
            lambda no=no: begin(run, "1", no, automatic_consumption=ALWAYS, leave_open=True, end_picking_list=True),
            lambda no=no: post_all(run, session, no),
            lambda no=no: finish(run, "2", no, end_picking_list=True),
        ):
            with counted(session) as statements:
                step()
            seen.append(len(statements))
        figures.append(seen)
    assert figures[0] == figures[1]
