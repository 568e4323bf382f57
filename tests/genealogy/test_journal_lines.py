"""A journal line that names what is registered is its pick or its report; back from the scan page to a line (ENT-5, ENT-7, PST-12).

Both engines, with races: whatever comes first, a part is consumed once and a unit is reported once.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError

from shopfloor.errors import NotAllowed, NotFound, Refusal
from shopfloor.genealogy.adjusting import open_journal, post_journal
from shopfloor.genealogy.entry_points import track_lines
from shopfloor.genealogy.inputs import ReportInput, ReportLineInput, SelectionInput
from shopfloor.genealogy.journal_inputs import JournalLineReturn, OpenJournalInput
from shopfloor.genealogy.journal_returns import fill_journal_line, line_to_open
from shopfloor.genealogy.models import AssociationEntry, ComponentAssociation, TrackedProduct
from shopfloor.genealogy.open_journal_queries import journal_version, open_lines
from shopfloor.genealogy.open_journals import delete_open_journal, post_open_journal, save_journal
from shopfloor.genealogy.picking import pick, unpick
from shopfloor.genealogy.reporting import report_as_finished
from shopfloor.items.commands import add_item_unit
from shopfloor.items.inputs import HoldNumber, NewItemUnit
from shopfloor.items.number_information import hold_number
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.reservations.models import ReservationEntry
from tests.conftest import ADMINISTRATOR, ALL_RIGHTS, runner
from tests.factories_genealogy import (
    BELL_LINE,
    FRAME,
    FRAME_LINE,
    PAINT,
    PAINT_LINE,
    WHEEL,
    WHEEL_LINE,
    Station,
    bike_order,
    problems,
    remove,
    report,
    stock,
)
from tests.factories_orders import opening_stock
from tests.factories_production import counted
from tests.genealogy.test_races import race

ORDER = {"order_no": "RPO-1"}
REPORT, OUTPUT_LINE = "Report as finished", 10_000
OTTO = Actor("E-77", "Otto Other", ALL_RIGHTS, time_zone="UTC")
PARTS = ("F-1", "W-1", "W-2", "P-A")


@pytest.fixture(autouse=True)
def books(session, bikes):
    """Whatever a test does, every invariant holds afterwards."""
    yield
    assert problems(session) == []


@pytest.fixture
def unit(station):
    """BK-1 with everything that it needs."""
    station.build("BK-1", *PARTS)
    return station.product


def journal(run, *lines, kind="Picking list", actor=ADMINISTRATOR, order_no="RPO-1", version="", **more):
    given = OpenJournalInput(kind=kind, lines=lines, version=version)
    return run(save_journal, actor, order_no=order_no, given=given, **more).journal_no


def picking_list(run, line_no, quantity, **numbers):
    return journal(run, {"line_no": line_no, "quantity": quantity, **numbers})


def report_list(run, serial_no, quantity="1", **more):
    return journal(run, {"line_no": OUTPUT_LINE, "quantity": quantity, "serial_no": serial_no, **more}, kind=REPORT)


def post(run, journal_no, actor=ADMINISTRATOR, **more):
    return run(post_open_journal, actor, order_no="RPO-1", journal_no=journal_no, **more)


def refused(code, run, *arguments, **keywords):
    with pytest.raises(Refusal) as caught:
        run(*arguments, **keywords)
    assert caught.value.code == code, caught.value
    return caught.value


def read(session, statement):
    found = session.execute(statement).all()
    session.rollback()
    return [tuple(row) for row in found]


def states(session):
    a = ComponentAssociation
    found = read(session, select(a.serial_no, a.lot_no, a.state).where(a.state != "Removed").order_by(a.association_no))
    return {serial or lot: state for serial, lot, state in found}


def no_of(session, number):
    a = ComponentAssociation
    return read(session, select(a.association_no).where((a.serial_no == number) | (a.lot_no == number), a.state != "Removed"))[0][0]


def consumed(session, item_no):
    rows = read(session, select(func.sum(ItemLedgerEntry.quantity)).where(
        ItemLedgerEntry.item_no == item_no, ItemLedgerEntry.entry_type == "Consumption"))
    return -(rows[0][0] or Decimal(0))


def journals(session, order_no="RPO-1"):
    lines = open_lines(session, order_no)
    session.rollback()
    return lines


# --- two windows of one owner ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("unit")
def test_asc_7_an_older_window_neither_saves_over_nor_posts_what_the_newer_one_saved(run, session):
    """ASC-7, ASC-25: the owner may have two windows; the second one hears STALE_ROW, and nothing is lost."""
    no = picking_list(run, BELL_LINE, "1")
    read_by_both = journal_version(journals(session))
    journal(run, {"line_no": BELL_LINE, "quantity": "2"}, journal_no=no, version=read_by_both)
    older = OpenJournalInput(lines=[{"line_no": BELL_LINE, "quantity": "3"}], version=read_by_both)
    refused("STALE_ROW", run, save_journal, ADMINISTRATOR, **ORDER, given=older, journal_no=no)
    refused("STALE_ROW", run, post_open_journal, ADMINISTRATOR, **ORDER, journal_no=no, version=read_by_both)
    assert [line.quantity for line in journals(session)] == [2]
    assert consumed(session, "BELL") == 0
    assert post(run, no, version=journal_version(journals(session))).code == "JOURNAL_POSTED"
    assert consumed(session, "BELL") == 2


# --- a picking list line is the pick ----------------------------------------------------------------------------------------


def test_ent_5_pst_3_posting_the_line_does_what_pick_does(run, session, station, unit):
    """The same events, reservations and entries as Pick on another unit's part; nothing in the ledger before the report."""
    station.build("BK-2", "F-2", "W-3", "W-4", "P-A")
    answer = post(run, picking_list(run, FRAME_LINE, "1", serial_no="F-1"))
    assert (answer.code, answer.count, answer.picked, answer.register_no) == ("JOURNAL_PICKED", 1, 1, 0)
    run(pick, **ORDER, given=SelectionInput(selected=[no_of(session, "F-2")]))
    assert (states(session)["F-1"], states(session)["F-2"]) == ("Picked", "Picked")
    assert consumed(session, FRAME) == 0
    e, r = AssociationEntry, ReservationEntry
    for number in ("F-1", "F-2"):
        columns = (e.action, e.quantity, e.old_quantity, e.register_no)
        events = read(session, select(*columns).where(e.serial_no == number).order_by(e.entry_no))
        assert events == [("registered", Decimal(1), Decimal(0), 0), ("picked", Decimal(1), Decimal(1), 0)]
        assert read(session, select(r.picked).where(r.serial_no == number, ~r.positive)) == [(True,)]
    assert journals(session) == []
    report(run, unit, station.product)
    i = ItemLedgerEntry
    for number, match_id in (("F-1", unit), ("F-2", station.product)):
        assert read(session, select(i.entry_type, i.quantity, i.match_id, i.component_line_no).where(
            i.serial_no == number, i.order_no != "")) == [("Consumption", Decimal(-1), match_id, FRAME_LINE)]
        assert [one[0] for one in read(session, select(e.action).where(e.serial_no == number).order_by(e.entry_no))] == [
            "registered", "picked", "consumed"]


def test_pst_12_pick_first_then_the_line(run, session, unit):
    journal_no = picking_list(run, FRAME_LINE, "1", serial_no="F-1")
    run(pick, **ORDER, given=SelectionInput(selected=[no_of(session, "F-1")]))
    told = refused("PART_REGISTERED", post, run, journal_no)
    assert (told.number, told.unit, told.row) == ("F-1", "BK-1", 1)
    assert consumed(session, FRAME) == 0
    run(unpick, **ORDER, given=SelectionInput(selected=[no_of(session, "F-1")]))
    post(run, journal_no)
    assert states(session)["F-1"] == "Picked"


def test_pst_12_the_line_first_then_pick(run, session, unit):
    post(run, picking_list(run, FRAME_LINE, "1", serial_no="F-1"))
    refused("NOT_PICKABLE", run, pick, **ORDER, given=SelectionInput(selected=[no_of(session, "F-1")]))
    refused("PART_REGISTERED", post, run, picking_list(run, FRAME_LINE, "1", serial_no="F-1"))


@pytest.mark.parametrize("before", ["report", "adjust", "pick"])
def test_pst_12_a_batch_that_was_picked_or_consumed_is_not_consumed_a_second_time(run, session, station, unit, before):
    """The order of two bikes still needs paint, so nothing but the registration stands against a second deduction."""
    journal_no = picking_list(run, PAINT_LINE, "0.25", lot_no="P-A")
    paint = SelectionInput(selected=[no_of(session, "P-A")])
    if before == "report":
        report(run, unit)
    elif before == "adjust":
        run(open_journal, **ORDER, given=paint)
        run(post_journal, **ORDER, given=paint)
    else:
        run(pick, **ORDER, given=paint)
    there = consumed(session, PAINT)
    refused("PART_REGISTERED", post, run, journal_no)
    assert consumed(session, PAINT) == there
    assert there == (0 if before == "pick" else Decimal("0.25"))


@pytest.mark.parametrize("quantity", ["0.2", "0.3", "0.5"])
def test_ent_5_another_quantity_than_the_associations_is_refused(run, session, unit, quantity):
    told = refused("PART_REGISTERED", post, run, picking_list(run, PAINT_LINE, quantity, lot_no="P-A"))
    assert (told.number, told.item, told.unit, told.order_no) == ("P-A", PAINT, "BK-1", "RPO-1")
    assert (consumed(session, PAINT), states(session)["P-A"]) == (0, "Open")


def test_ent_5_one_batch_in_two_units_takes_two_lines(run, session, station, unit):
    """Each line picks one association in full, a third line has none left, and two in one line are none of them."""
    station.build("BK-2", "F-2", "W-3", "W-4", "P-A")
    line = {"line_no": PAINT_LINE, "quantity": "0.25", "lot_no": "P-A"}
    refused("PART_REGISTERED", post, run, journal(run, line | {"quantity": "0.5"}))
    three = journal(run, line, line, line)
    assert refused("PART_REGISTERED", post, run, three).row == 3
    assert post(run, journal(run, line, line)).picked == 2
    a = ComponentAssociation
    assert read(session, select(a.state).where(a.lot_no == "P-A")) == [("Picked",), ("Picked",)]
    run(delete_open_journal, **ORDER, journal_no=three)


def test_ent_5_all_lines_or_none_beside_lines_by_hand(run, session, unit):
    """A line without a number is posted as before, in the same transaction; refusals name the line of the journal, zeros or not."""
    lines = [
        {"line_no": WHEEL_LINE, "quantity": "0"}, {"line_no": BELL_LINE, "quantity": "1"},
        {"line_no": FRAME_LINE, "quantity": "1", "serial_no": "F-1"}, {"line_no": WHEEL_LINE, "quantity": "1", "serial_no": "W-9"},
    ]
    journal_no = journal(run, *lines)
    with pytest.raises(Refusal) as caught:
        post(run, journal_no)
    assert caught.value.row == 4
    assert (states(session)["F-1"], consumed(session, "BELL")) == ("Open", 0)
    journal(run, *lines[:3], journal_no=journal_no)
    answer = post(run, journal_no)
    assert (answer.count, answer.picked, bool(answer.register_no)) == (2, 1, True)
    assert (states(session)["F-1"], consumed(session, "BELL"), consumed(session, FRAME)) == ("Picked", 1, 0)


def test_ent_5_numbers_of_other_orders_and_lines_stay_refused(run, session, unit):
    bike_order(run, no="RPO-2")
    Station(session, "RPO-2").build("BK-9", "F-2")
    told = refused("PART_REGISTERED", post, run, picking_list(run, FRAME_LINE, "1", serial_no="F-2"))
    assert (told.unit, told.order_no) == ("BK-9", "RPO-2")
    assert states(session)["F-2"] == "Open"


def test_ent_5_a_line_is_picked_with_every_check_of_pick(run, session, unit):
    """D20, PST-22, and the right to pick beside the right to post the journal."""
    journal_no = picking_list(run, FRAME_LINE, "1", serial_no="F-1")
    run(delete_open_journal, **ORDER, journal_no=journal_no)
    may_adjust = Actor("E-5", "Ann Adjust", frozenset({rights.ADJUST}), time_zone="UTC")
    own = journal(run, {"line_no": FRAME_LINE, "quantity": "1", "serial_no": "F-1"}, actor=may_adjust)
    with pytest.raises(NotAllowed):
        post(run, own, may_adjust)
    held = picking_list(run, FRAME_LINE, "1", serial_no="F-1")
    run(hold_number, given=HoldNumber(item_no=FRAME, kind="Serial", number="F-1", reason="crack"))
    with pytest.raises(Refusal) as caught:
        post(run, held)
    assert "crack" in caught.value.text()
    assert caught.value.row == 1
    assert states(session)["F-1"] == "Open"


# --- a report line is the report of the row ---------------------------------------------------------------------------------


def test_ent_7_pst_6_posting_the_line_does_what_report_as_finished_does(run, session, station, unit):
    """Output under the number, its parts consumed and linked to it, the row Reported; the same as the other unit's own report."""
    station.build("BK-2", "F-2", "W-3", "W-4", "P-A")
    posted = post(run, report_list(run, "BK-1"))
    assert (posted.code, posted.count) == ("JOURNAL_POSTED", 1)
    report(run, station.product)
    e = ItemLedgerEntry
    entries = {}
    for number, match_id in (("BK-1", unit), ("BK-2", station.product)):
        entries[number] = read(session, select(e.entry_type, e.item_no, e.quantity, e.component_line_no).where(
            e.match_id == match_id).order_by(e.entry_no))
    assert entries["BK-1"] == entries["BK-2"]
    assert len(entries["BK-1"]) == 5
    assert posted.register_no == read(session, select(e.register_no).where(e.serial_no == "BK-1"))[0][0]
    assert read(session, select(TrackedProduct.state)) == [("Reported",), ("Reported",)]
    assert set(states(session).values()) == {"Consumed"}
    refused("NOT_REPORTABLE", post, run, report_list(run, "BK-1"))
    run(delete_open_journal, **ORDER, journal_no=journals(session)[0].journal_no)


def test_ent_7_asc_13_a_row_that_is_not_completed_is_refused_as_there(run, session, station):
    station.build("BK-1", "F-1")
    told = refused("COMPONENTS_MISSING", post, run, report_list(run, "BK-1"))
    assert (told.number, told.row) == ("BK-1", 1)
    assert read(session, select(ItemLedgerEntry.entry_no).where(ItemLedgerEntry.item_no == "BIKE")) == []


def test_ent_7_all_rows_of_the_journal_or_none(run, session, station, unit):
    """D27 leaves rows out of a selection; a journal is posted whole."""
    station.build("BK-2", "F-2")
    lines = [{"line_no": OUTPUT_LINE, "quantity": "1", "serial_no": number} for number in ("BK-1", "BK-2")]
    journal_no = journal(run, *lines, kind=REPORT)
    assert refused("COMPONENTS_MISSING", post, run, journal_no).row == 2
    assert read(session, select(TrackedProduct.state)) == [("Open",), ("Open",)]
    twice = journal(run, lines[0], lines[0], kind=REPORT)
    assert refused("NOT_REPORTABLE", post, run, twice).row == 1
    for part in ("W-3", "W-4", "P-A"):
        station.scan(part)
    assert post(run, journal_no).count == 2
    assert read(session, select(TrackedProduct.state)) == [("Reported",), ("Reported",)]


def test_ent_7_an_error_quantity_takes_the_reason_of_the_posting_as_its_cause(run, session, unit):
    journal_no = report_list(run, "BK-1", "0", error_quantity="1")
    refused("NOT_REPORTABLE", post, run, journal_no)
    post(run, journal_no, reason="frame bent")
    assert read(session, select(TrackedProduct.error_quantity, TrackedProduct.error_cause)) == [(Decimal(1), "frame bent")]


def test_ent_7_taking_back_and_numbers_of_other_orders_stay_refused(run, session, unit):
    report(run, unit)
    assert refused("NUMBER_IS_ROW", post, run, report_list(run, "BK-1", "-1")).number == "BK-1"
    bike_order(run, no="RPO-2")
    Station(session, "RPO-2").build("BK-9")
    assert refused("NUMBER_IS_ROW", post, run, report_list(run, "BK-9")).order_no == "RPO-2"


def test_lines_that_name_registrations_take_the_same_statements_for_any_number(run, session, station, unit):
    """House rule: sets, not loops."""
    for number in range(10, 14):
        stock(run, FRAME, f"F-{number}")
        stock(run, WHEEL, f"W-{number}0", f"W-{number}1")
    stock(run, PAINT, "P-C", quantity="5", expiration_date="2099-01-31")
    opening_stock(run, "BELL", "10")
    bike_order(run, "4", "RPO-5")
    other = Station(session, "RPO-5")
    for number in range(10, 14):
        other.build(f"BX-{number}", f"F-{number}", f"W-{number}0", f"W-{number}1", "P-C")
    figures = []
    for wanted in ((10,), (11, 12, 13)):
        frames = [{"line_no": FRAME_LINE, "quantity": "1", "serial_no": f"F-{n}"} for n in wanted]
        units = [{"line_no": OUTPUT_LINE, "quantity": "1", "serial_no": f"BX-{n}"} for n in wanted]
        seen = []
        for kind, lines in (("Picking list", frames), (REPORT, units)):
            journal_no = journal(run, *lines, kind=kind, order_no="RPO-5")
            with counted(session) as statements:
                run(post_open_journal, order_no="RPO-5", journal_no=journal_no)
            seen.append(len(statements))
        figures.append(seen)
    assert figures[0] == figures[1]


# --- back from the scan page ------------------------------------------------------------------------------------------------


def came_back(run, session, journal_no, line_no=1, actor=ADMINISTRATOR, **given):
    line = next(line for line in journals(session) if line.journal_no == journal_no)
    values = {"source_line_no": line.source_line_no, **given}
    return run(fill_journal_line, actor, **ORDER, journal_no=journal_no, line_no=line_no, given=JournalLineReturn(**values))


def opened(session, journal_no, line_no=1):
    found = line_to_open(session, "RPO-1", journal_no, line_no)
    session.rollback()
    return found


def line_of(session, journal_no):
    line = next(line for line in journals(session) if line.journal_no == journal_no)
    return (line.tracking.label(), line.quantity, line.error_quantity, line.unit_code)


def test_ent_5_the_line_gets_number_and_quantity_of_the_one_association(run, session, station):
    station.build("BK-1", "F-1", "P-A")
    station.build("BK-2")
    journal_no = picking_list(run, PAINT_LINE, "0.5")
    since = opened(session, journal_no).since
    left = came_back(run, session, journal_no, since=since)
    assert (left.code, line_of(session, journal_no)) == ("JOURNAL_LINE_LEFT", ("", Decimal("0.5"), 0, ""))
    for part in ("F-2", "P-A"):  # a part of another line does not count
        station.scan(part)
    answer = came_back(run, session, journal_no, since=since)
    assert (answer.code, answer.number, answer.quantity) == ("JOURNAL_LINE_FILLED", "P-A", "0.25")
    assert line_of(session, journal_no) == ("P-A", Decimal("0.25"), 0, "")
    assert journals(session)[0].proposal == 0
    assert post(run, journal_no).picked == 1


def test_lif_11_scrap_keeps_its_quantity_when_the_line_comes_back_in_base_units(run, session, station):
    """Three tins of 0.1 kg are 0.3 kg, whatever unit the line has after the scan page filled it."""
    run(add_item_unit, given=NewItemUnit(item_no=PAINT, unit_code="BOX", quantity_per_unit="0.1"))
    station.build("BK-1", "F-1")
    journal_no = picking_list(run, PAINT_LINE, "1", unit_code="BOX", scrap_quantity="3")
    since = opened(session, journal_no).since
    station.scan("P-A")
    came_back(run, session, journal_no, since=since)
    line = next(line for line in journals(session) if line.journal_no == journal_no)
    assert (line.unit_code, line.scrap_quantity, line.scrap_base) == ("", Decimal("0.3"), Decimal("0.3"))


def test_ent_5_two_associations_or_an_undone_one_leave_the_line(run, session, station):
    station.build("BK-1")
    journal_no = picking_list(run, WHEEL_LINE, "2")
    since = opened(session, journal_no).since
    station.scan("W-1")
    station.scan("W-2")
    assert "2 numbers" in came_back(run, session, journal_no, since=since).why
    remove(run, no_of(session, "W-2"))
    assert came_back(run, session, journal_no, since=since).number == "W-1"
    remove(run, no_of(session, "W-1"))
    assert came_back(run, session, journal_no, since=since).code == "JOURNAL_LINE_LEFT"


def test_ent_5_only_ones_own_registrations_into_ones_own_unposted_line(run, session, station):
    """ASC-25; somebody else's scan at the same time is not what this person brought back."""
    station.build("BK-1")
    journal_no = picking_list(run, FRAME_LINE, "1")
    other = Station(session, actor=OTTO)
    other.mode, other.product = "Component", station.product
    assert other.scan("F-1") in {"LINE_COMPLETED", "COMPONENT_REGISTERED"}
    assert "nothing was registered" in came_back(run, session, journal_no).why
    assert "belongs to" in came_back(run, session, journal_no, actor=OTTO).why
    assert "meanwhile" in came_back(run, session, journal_no, source_line_no=WHEEL_LINE).why
    assert "meanwhile" in came_back(run, session, journal_no, line_no=7).why
    run(delete_open_journal, **ORDER, journal_no=journal_no)
    gone = run(fill_journal_line, **ORDER, journal_no=journal_no, line_no=1, given=JournalLineReturn(source_line_no=FRAME_LINE))
    assert "posted, changed or deleted" in gone.why
    with pytest.raises(NotFound):
        line_to_open(session, "RPO-1", journal_no, 1)
    session.rollback()


def test_ent_7_number_and_quantity_of_the_chosen_row(run, session, station, unit):
    journal_no = report_list(run, "", "2", error_quantity="1")
    assert opened(session, journal_no).match_id == 0
    assert "no product" in came_back(run, session, journal_no).why
    assert came_back(run, session, journal_no, product=unit).code == "JOURNAL_LINE_FILLED"
    assert line_of(session, journal_no) == ("BK-1", Decimal(1), 0, "")
    assert opened(session, journal_no).match_id == unit
    post(run, journal_no)
    again = report_list(run, "")
    assert "BK-1 is Reported" in came_back(run, session, again, product=unit).why


def test_ent_12_a_line_that_nothing_is_scanned_for_says_so(run, session, station):
    journal_no = journal(run, {"line_no": FRAME_LINE, "quantity": "1"}, {"line_no": BELL_LINE, "quantity": "1"})
    commands = track_lines(session, "RPO-1", open_lines(session, "RPO-1"))
    session.rollback()
    assert commands[journal_no, 1].why is None
    assert commands[journal_no, 2].why.code == "LINE_NOT_SCANNED"


# --- races --------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def database_errors(engine):
    seen = []
    event.listen(engine, "handle_error", lambda context: seen.append(context.sqlalchemy_exception))
    yield seen
    assert [error for error in seen if not isinstance(error, IntegrityError)] == []


@pytest.mark.parametrize("what", ["pick", "report"])
def test_pst_12_line_and_button_race_for_the_same_part(engine, run, session, unit, database_errors, what):
    """Four windows post journals with the same line while four others press the button: one of all wins."""
    if what == "pick":
        lists = [picking_list(run, PAINT_LINE, "0.25", lot_no="P-A") for _ in range(4)]
    else:
        lists = [report_list(run, "BK-1") for _ in range(4)]
    paint = no_of(session, "P-A")

    def attempt(own, number):
        if number % 2:
            return runner(own)(post_open_journal, **ORDER, journal_no=lists[number // 2])
        if what == "pick":
            return runner(own)(pick, **ORDER, given=SelectionInput(selected=[paint]))
        return runner(own)(report_as_finished, **ORDER, given=ReportInput(lines=[ReportLineInput(match_id=unit)]))

    answers = race(engine, 8, attempt)
    won = [answer for answer in answers if not isinstance(answer, Refusal)]
    assert len(won) == 1, answers
    assert {answer.code for answer in answers if isinstance(answer, Refusal)} <= {"PART_REGISTERED", "NOT_PICKABLE", "NOT_REPORTABLE"}
    assert consumed(session, PAINT) == (0 if what == "pick" else Decimal("0.25"))
    output = read(session, select(func.sum(ItemLedgerEntry.quantity)).where(ItemLedgerEntry.item_no == "BIKE"))[0][0]
    assert (output or 0) == (0 if what == "pick" else 1)


def test_pst_12_the_line_races_the_report_of_its_unit(engine, run, session, unit, database_errors):
    """The part is consumed once: by the report, picked or not; the line is posted before it, or refused."""
    journal_no = picking_list(run, FRAME_LINE, "1", serial_no="F-1")

    def attempt(own, number):
        if number:
            return report(runner(own), unit)
        return runner(own)(post_open_journal, **ORDER, journal_no=journal_no)

    posted, reported = race(engine, 2, attempt)
    assert reported.done == ["BK-1"]
    assert posted.code in {"JOURNAL_PICKED", "PART_REGISTERED"}
    assert consumed(session, FRAME) == 1
