"""The associations page's actions: create, change, remove, move, pick, adjust consumption, report, reverse (section 6)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from shopfloor.errors import NeedsConfirmation, NotAllowed, Refusal
from shopfloor.genealogy.adjusting import cancel_journal, change_journal_line, open_journal, post_journal
from shopfloor.genealogy.corrections import change_component, create_component, create_product, end_line, move_component, remove_products
from shopfloor.genealogy.inputs import (
    ChangeInput,
    ComponentInput,
    JournalLineInput,
    ProductInput,
    ReportInput,
    ReportLineInput,
    SelectionInput,
)
from shopfloor.genealogy.models import ComponentAssociation, TrackedProduct
from shopfloor.genealogy.picking import pick, unpick
from shopfloor.genealogy.reporting import report_as_finished
from shopfloor.genealogy.reversing import reverse_report
from shopfloor.items.inputs import HoldNumber
from shopfloor.items.number_information import hold_number, release_number
from shopfloor.ledger.models import ItemLedgerEntry, OpenItemEntry
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.models import Role
from shopfloor.production.models import ProdOrderComponent
from tests.factories_genealogy import BELL, BELL_LINE, FRAME_LINE, PAINT, PAINT_LINE, WHEEL_LINE, Station, gs1, problems, remove, report

WORKER = Actor("E-1", "Will Worker", rights.RIGHTS[Role.WORKER], time_zone="UTC")
ORDER = {"order_no": "RPO-1"}


def associations(session, **where):
    found = session.scalars(select(ComponentAssociation).filter_by(**where).order_by(ComponentAssociation.association_no)).all()
    numbers = [(a.association_no, a.serial_no or a.lot_no, a.state, a.quantity, a.consumed_quantity) for a in found]
    session.rollback()
    return numbers


def state_of(session, number):
    return next(state for _, n, state, _, _ in associations(session) if n == number and state != "Removed")


def no_of(session, number):
    return next(no for no, n, state, _, _ in associations(session) if n == number and state != "Removed")


def stock_of(session, item_no):
    found = session.execute(
        select(func.sum(OpenItemEntry.remaining), func.sum(OpenItemEntry.reserved)).where(OpenItemEntry.item_no == item_no)
    ).one()
    session.rollback()
    return (found[0] or Decimal(0), found[1] or Decimal(0))


def refused(code, run, *arguments, **keywords):
    with pytest.raises(Refusal) as caught:
        run(*arguments, **keywords)
    assert caught.value.code == code, caught.value
    return caught.value


@pytest.fixture
def whole(station):
    """BK-1 with everything that it needs."""
    station.build("BK-1", "F-1", "W-1", "W-2", "P-A")
    return station.product


def test_edg_20_an_association_reserves_specifically_and_nothing_is_posted(station, session, whole):
    """EDG-20, PST-1, PST-2, TCP-17, D3."""
    assert stock_of(session, PAINT) == (Decimal("0.8"), Decimal("0.25"))
    assert session.scalar(select(func.count()).select_from(ItemLedgerEntry).where(ItemLedgerEntry.order_no != "")) == 0
    assert problems(session) == []


def test_pst_6_to_pst_9_reporting_makes_stock_and_consumes_everything(session, run, whole):
    """PST-6, PST-8, PST-9, D2: the unit is stock, its parts are consumed, the bell is flushed; one register."""
    answer = report(run, whole)
    assert answer.done == ["BK-1"]
    assert {state for _, _, state, _, _ in associations(session)} == {"Consumed"}
    assert stock_of(session, "BIKE") == (Decimal(1), Decimal(0))
    assert stock_of(session, PAINT) == (Decimal("0.55"), Decimal(0))
    assert stock_of(session, BELL) == (Decimal(9), Decimal(0))
    assert problems(session) == []


def test_d5_an_incomplete_row_is_refused_unless_the_error_is_accepted(station, session, run):
    """ASC-13, D5, OPS-8."""
    station.build("BK-1", "F-1")
    refusal = refused("COMPONENTS_MISSING", report, run, station.product)
    assert "2 PCS" in refusal.missing
    refused("NOT_REPORTABLE", report, run, station.product, accept_error=True)
    report(run, station.product, accept_error=True, reason="show piece")
    assert stock_of(session, "BIKE")[0] == 1
    assert problems(session) == []


def test_pst_7_an_error_unit_uses_its_parts_and_is_no_stock(session, run, whole):
    """PST-7, PST-14, QTY-11, ASC-10, ASC-11."""
    line = ReportLineInput(match_id=whole, good="0", error="1")
    refused("NOT_REPORTABLE", run, report_as_finished, **ORDER, given=ReportInput(lines=[line]))
    line = ReportLineInput(match_id=whole, good="0", error="1", error_cause="Dropped")
    run(report_as_finished, **ORDER, given=ReportInput(lines=[line]))
    assert stock_of(session, "BIKE") == (Decimal(0), Decimal(0))
    assert stock_of(session, BELL)[0] == 9
    assert problems(session) == []


def test_edg_4_more_of_a_picked_batch_is_picked_with_it(station, session, run):
    """EDG-4, D1: one association for batch and unit, and one state of it; what is held for it lies where the rest of it lies."""
    station.scan("BK-1")
    assert station.scan(gs1(PAINT, lot="P-A", more="3103000100")) == "COMPONENT_REGISTERED"
    run(pick, **ORDER, given=SelectionInput(selected=[no_of(session, "P-A")]))
    assert station.scan(gs1(PAINT, lot="P-A", more="3103000150")) == "LINE_COMPLETED"
    assert [(n, state, quantity) for _, n, state, quantity, _ in associations(session)] == [("P-A", "Picked", Decimal("0.25"))]
    assert problems(session) == []
    run(unpick, **ORDER, given=SelectionInput(selected=[no_of(session, "P-A")]))
    assert state_of(session, "P-A") == "Open"
    assert problems(session) == []


def test_d27_rows_that_fail_are_left_out_and_listed(station, session, run, whole):
    """D27, ASC-17."""
    station.build("BK-2", "F-2")
    answer = report(run, whole, station.product)
    assert answer.done == ["BK-1"]
    assert [r["code"] for r in answer.refused] == ["COMPONENTS_MISSING"]
    assert problems(session) == []


def test_edg_30_and_d23_reversal_brings_everything_back_as_it_was(session, run, whole):
    """EDG-30, D23: picked stays picked, open stays open, reservations are back; report again works (peers 53, 55)."""
    run(pick, **ORDER, given=SelectionInput(selected=[no_of(session, "F-1")]))
    before = associations(session)
    report(run, whole)
    run(reverse_report, **ORDER, given=SelectionInput(selected=[whole], reason="wrong unit"))
    assert associations(session) == before
    assert stock_of(session, "BIKE") == (Decimal(0), Decimal(0))
    assert stock_of(session, PAINT) == (Decimal("0.8"), Decimal("0.25"))
    assert stock_of(session, BELL)[0] == 10
    assert problems(session) == []
    report(run, whole)
    assert stock_of(session, "BIKE")[0] == 1
    assert problems(session) == []


def test_d1_pick_sets_aside_and_consumes_nothing(session, run, whole):
    """D1, ASC-20, PST-3: Picked; un-pick puts back; a hold stops the pick, never the un-pick (D20)."""
    frame, paint = no_of(session, "F-1"), no_of(session, "P-A")
    run(hold_number, given=HoldNumber(item_no=PAINT, kind="Lot", number="P-A", reason="smells"))
    answer = run(pick, **ORDER, given=SelectionInput(selected=[frame, paint]))
    assert answer.done == ["F-1"]
    assert answer.refused[0]["code"] == "NUMBER_ON_HOLD"
    assert stock_of(session, "FRAME") == (Decimal(3), Decimal(1))
    run(unpick, **ORDER, given=SelectionInput(selected=[frame]))
    assert state_of(session, "F-1") == "Open"
    assert problems(session) == []


def test_d20_a_row_with_a_held_part_is_not_reported(session, run, whole):
    """D20: nothing enters stock while a part is held; the same report goes through after the release."""
    run(hold_number, given=HoldNumber(item_no=PAINT, kind="Lot", number="P-A", reason="smells"))
    refused("COMPONENT_ON_HOLD", report, run, whole)
    assert stock_of(session, "BIKE")[0] == 0
    run(release_number, given=HoldNumber(item_no=PAINT, kind="Lot", number="P-A", reason="fine after all"))
    report(run, whole)
    assert stock_of(session, "BIKE")[0] == 1
    assert problems(session) == []


def test_edg_27_to_edg_29_removal(station, session, run, whole):
    """EDG-27: open goes at once. EDG-28: picked asks. EDG-29: posted is locked."""
    remove(run, no_of(session, "W-2"))
    assert stock_of(session, "WHEEL") == (Decimal(7), Decimal(1))
    run(pick, **ORDER, given=SelectionInput(selected=[no_of(session, "F-1")]))
    with pytest.raises(NeedsConfirmation, match="HAS_PICKS"):
        remove(run, no_of(session, "F-1"))
    remove(run, no_of(session, "F-1"), confirmed=True)
    assert stock_of(session, "FRAME") == (Decimal(3), Decimal(0))
    with pytest.raises(NeedsConfirmation, match="ROW_HAS_COMPONENTS"):
        run(remove_products, **ORDER, given=SelectionInput(selected=[whole]))
    run(remove_products, **ORDER, given=SelectionInput(selected=[whole], confirmed=True))
    assert problems(session) == []
    station.build("BK-1", "F-1", "W-1", "W-2", "P-A")
    report(run, station.product)
    refused("ROW_LOCKED", remove, run, no_of(session, "F-1"))
    refused("ROW_LOCKED", run, remove_products, **ORDER, given=SelectionInput(selected=[station.product], confirmed=True))


def test_asc_5_create_uses_the_checks_of_a_scan(session, run, bikes):
    """ASC-5, ASC-3."""
    match_id = run(create_product, **ORDER, given=ProductInput(serial_no="BK-1")).match_id
    given = ComponentInput(match_id=match_id, component_line_no=FRAME_LINE, serial_no="F-1")
    run(create_component, **ORDER, given=given)
    refused("NUMBER_WRONG_ITEM", run, create_component, **ORDER,
            given=ComponentInput(match_id=match_id, component_line_no=WHEEL_LINE, serial_no="F-2"))
    paint = ComponentInput(match_id=match_id, component_line_no=PAINT_LINE, lot_no="P-A", quantity="0.1")
    run(create_component, **ORDER, given=paint)
    assert [(n, q) for _, n, _, q, _ in associations(session)] == [("F-1", Decimal(1)), ("P-A", Decimal("0.1"))]
    assert problems(session) == []


def test_d35_a_number_typed_in_other_letters_is_the_known_one(session, run, bikes):
    """ASC-5, SCN-4: as in a typed scan; what is said is the number that was used."""
    match_id = run(create_product, **ORDER, given=ProductInput(serial_no="BK-1")).match_id
    answer = run(create_component, **ORDER, given=ComponentInput(match_id=match_id, component_line_no=FRAME_LINE, serial_no="f-1"))
    assert answer.done == ["F-1"]
    wheels = [ComponentInput(match_id=match_id, component_line_no=WHEEL_LINE, serial_no=number) for number in ("W-1", "W-2")]
    for wheel in wheels:
        run(create_component, **ORDER, given=wheel)
    first = no_of(session, "W-1")
    refused("SERIAL_IN_USE", run, change_component, **ORDER, association_no=first, given=ChangeInput(version=1, serial_no="w-2"))
    assert sorted(n for _, n, state, *_ in associations(session) if state != "Removed") == ["F-1", "W-1", "W-2"]
    assert problems(session) == []


def test_d7_asc_5_a_line_that_asks_takes_the_quantity_that_is_typed(session, run, bikes):
    """The page asks for the quantity itself, so it is not asked again; moving the part keeps its quantity."""
    session.execute(update(ProdOrderComponent).where(ProdOrderComponent.line_no == PAINT_LINE).values(one_scan_is="Ask"))
    session.commit()
    units = [run(create_product, **ORDER, given=ProductInput(serial_no=number)).match_id for number in ("BK-1", "BK-2")]
    paint = {"match_id": units[0], "component_line_no": PAINT_LINE, "lot_no": "P-A"}
    refused("QUANTITY_NEEDED", run, create_component, **ORDER, given=ComponentInput(**paint))
    run(create_component, **ORDER, given=ComponentInput(**paint, quantity="0.1"))
    run(change_component, **ORDER, association_no=no_of(session, "P-A"), given=ChangeInput(version=1, quantity="0.2"))
    run(move_component, **ORDER, association_no=no_of(session, "P-A"), to_match_id=units[1])
    assert stock_of(session, PAINT)[1] == Decimal("0.2")
    assert problems(session) == []


def test_edg_24_and_edg_25_change_swaps_reservation_and_pick(session, run, whole):
    """EDG-24, EDG-25, ASC-7: number and quantity; a stale version is refused."""
    frame = no_of(session, "F-1")
    run(pick, **ORDER, given=SelectionInput(selected=[frame]))
    refused("STALE_ROW", run, change_component, **ORDER, association_no=frame, given=ChangeInput(version=1, serial_no="F-2"))
    refused("SERIAL_QUANTITY", run, change_component, **ORDER, association_no=frame, given=ChangeInput(version=2, quantity="2"))
    run(change_component, **ORDER, association_no=frame, given=ChangeInput(version=2, serial_no="F-2", reason="scratched"))
    assert state_of(session, "F-2") == "Picked"
    paint = no_of(session, "P-A")
    run(change_component, **ORDER, association_no=paint, given=ChangeInput(version=1, quantity="0.2"))
    assert stock_of(session, PAINT) == (Decimal("0.8"), Decimal("0.2"))
    assert problems(session) == []


def test_edg_7_move_takes_a_part_to_another_unit(station, session, run):
    """EDG-7: one step, with the right; workers have it not."""
    station.build("BK-1", "F-1")
    station.build("BK-2")
    frame = no_of(session, "F-1")
    with pytest.raises(NotAllowed):
        run(move_component, WORKER, **ORDER, association_no=frame, to_match_id=station.product)
    run(move_component, **ORDER, association_no=frame, to_match_id=station.product)
    refused("STALE_ROW", run, move_component, **ORDER, association_no=frame, to_match_id=station.product)
    refused("NOT_FOUND", run, move_component, **ORDER, association_no=4711, to_match_id=station.product)
    rows = session.execute(select(ComponentAssociation.match_id).where(ComponentAssociation.state == "Open")).scalars().all()
    session.rollback()
    assert rows == [station.product]
    assert problems(session) == []


def test_edg_7_the_questions_of_a_move_can_be_answered(session, run, bikes):
    """EDG-28, EDG-17, D18: a picked part is open again on its new unit; more of a batch than is needed wants reason and badge."""
    units = [run(create_product, **ORDER, given=ProductInput(serial_no=number)).match_id for number in ("BK-1", "BK-2")]
    run(create_component, **ORDER, given=ComponentInput(match_id=units[0], component_line_no=FRAME_LINE, serial_no="F-1"))
    frame = no_of(session, "F-1")
    run(pick, **ORDER, given=SelectionInput(selected=[frame]))
    refused("HAS_PICKS", run, move_component, **ORDER, association_no=frame, to_match_id=units[1])
    run(move_component, **ORDER, association_no=frame, to_match_id=units[1], confirmed=["HAS_PICKS"])
    assert state_of(session, "F-1") == "Open"
    yes = {"badge": "B-SUP", "reason": "RUSH", "confirmed": ["OVER_QUANTITY"]}
    for unit, more in ((units[0], yes), (units[1], {})):
        quantity = "0.4" if more else "0.1"
        given = {"match_id": unit, "component_line_no": PAINT_LINE, "lot_no": "P-A" if more else "P-B", "quantity": quantity}
        run(create_component, **ORDER, given=ComponentInput(**given, **more))
    paint = no_of(session, "P-A")
    refused("OVER_QUANTITY", run, move_component, **ORDER, association_no=paint, to_match_id=units[1])
    refused("REASON_NEEDED", run, move_component, **ORDER, association_no=paint, to_match_id=units[1], confirmed=["OVER_QUANTITY"])
    run(move_component, **ORDER, association_no=paint, to_match_id=units[1], **yes)
    assert problems(session) == []


def test_d37_workers_maintain_their_own(session, run, bikes):
    own = Station(session, actor=WORKER)
    own.build("BK-1", "F-1")
    number = no_of(session, "F-1")
    with pytest.raises(NotAllowed):
        run(pick, WORKER, **ORDER, given=SelectionInput(selected=[number]))
    run(remove_products, WORKER, **ORDER, given=SelectionInput(selected=[own.product], confirmed=True))
    other = Station(session)
    other.build("BK-2", "F-1")
    refused("NOT_YOURS", run, remove_products, WORKER, **ORDER, given=SelectionInput(selected=[other.product], confirmed=True))


def test_d26_an_ended_line_counts_as_complete_for_its_row(station, run, session):
    station.build("BK-1", "F-1", "W-1", "W-2")
    run(end_line, **ORDER, match_id=station.product, component_line_no=PAINT_LINE, reason="bare metal")
    report(run, station.product)
    assert stock_of(session, "BIKE")[0] == 1
    assert problems(session) == []


def test_edg_38_a_line_that_was_ended_takes_more_only_after_a_supervisors_yes(station, run, session):
    station.build("BK-1", "F-1", "W-1", "W-2")
    run(end_line, **ORDER, match_id=station.product, component_line_no=PAINT_LINE, reason="bare metal")
    assert station.scan("P-A") == "LINE_ENDED"
    assert stock_of(session, PAINT)[1] == 0
    question = station.key
    assert station.send("confirm", confirms=question, reason="painted after all") == "REASON_NEEDED"
    assert station.send("confirm", confirms=question, reason="QUALITY-OK: painted after all", badge="B-SUP") == "UNIT_COMPLETED"
    assert stock_of(session, PAINT)[1] == Decimal("0.25")
    report(run, station.product)
    assert problems(session) == []


def test_asc_21_to_asc_25_adjust_consumption(session, run, whole):
    """ASC-21 to ASC-24, PST-4, PST-5, D29: a journal with the registered quantities; posting consumes what the line says."""
    frame, paint = no_of(session, "F-1"), no_of(session, "P-A")
    opened = run(open_journal, **ORDER, given=SelectionInput(selected=[frame, paint]))
    assert stock_of(session, PAINT) == (Decimal("0.8"), Decimal("0.25"))
    again = run(open_journal, **ORDER, given=SelectionInput(selected=[frame]))
    assert again.journal_no == opened.journal_no
    refused("JOURNAL_OPEN", report, run, whole)
    refused("NOT_ADJUSTABLE", run, change_journal_line, **ORDER, association_no=frame, given=JournalLineInput(quantity="2"))
    run(change_journal_line, **ORDER, association_no=paint, given=JournalLineInput(quantity="0.27"))
    run(post_journal, **ORDER, given=SelectionInput())
    assert stock_of(session, PAINT) == (Decimal("0.53"), Decimal(0))
    assert state_of(session, "P-A") == "Consumed"
    assert problems(session) == []
    report(run, whole)
    assert problems(session) == []


def test_edg_26_a_consumed_part_comes_back_by_a_negative_line(session, run, whole):
    """EDG-26, ASC-23: reversed, held again for its unit, then it can be removed."""
    frame = no_of(session, "F-1")
    run(open_journal, **ORDER, given=SelectionInput(selected=[frame]))
    run(post_journal, **ORDER, given=SelectionInput())
    assert state_of(session, "F-1") == "Consumed"
    run(open_journal, **ORDER, given=SelectionInput(selected=[frame]))
    run(change_journal_line, **ORDER, association_no=frame, given=JournalLineInput(quantity="-1"))
    run(post_journal, **ORDER, given=SelectionInput())
    assert state_of(session, "F-1") == "Open"
    assert problems(session) == []
    remove(run, frame)
    assert problems(session) == []


def test_asc_22_cancelling_a_journal_leaves_everything_as_it_was(session, run, whole):
    before = associations(session)
    frame = no_of(session, "F-1")
    run(open_journal, **ORDER, given=SelectionInput(selected=[frame]))
    run(cancel_journal, **ORDER, given=SelectionInput(selected=[frame]))
    assert associations(session) == before
    report(run, whole)


def test_standing_rule_1_three_units_three_disjoint_sets(session, run, bikes):
    """Standing rule 1, peers 35: every unit's ledger entries carry its own match id."""
    station = Station(session)
    station.build("BK-1", "F-1", "W-1", "W-2", "P-A")
    first = station.product
    station.build("BK-2", "F-2", "W-3", "W-4", "P-A")
    report(run, first, station.product)
    entries = session.execute(
        select(ItemLedgerEntry.match_id, ItemLedgerEntry.serial_no).where(
            ItemLedgerEntry.entry_type == "Consumption", ItemLedgerEntry.serial_no != ""
        )
    ).all()
    session.rollback()
    assert {n for m, n in entries if m == first} == {"F-1", "W-1", "W-2"}
    assert {n for m, n in entries if m == station.product} == {"F-2", "W-3", "W-4"}
    assert problems(session) == []


def test_bell_line_is_never_asked_for(station):
    """SET-7: no policy, no tracking: not listed, flushed."""
    station.scan("BK-1")
    assert station.scan(BELL) == "ITEM_NOT_TRACKED"
    assert station.send("line", str(BELL_LINE)) == "NOT_FOUND"


def test_rows_are_projections_of_the_log(session, run, whole):
    """A22."""
    row = session.scalars(select(TrackedProduct)).one()
    assert (row.serial_no, row.state, row.version) == ("BK-1", "Open", 1)
    session.rollback()
    assert problems(session) == []


def test_asc_15_end_job_closes_the_order(station, run, session, whole):
    """ASC-15, EDG-34: with End job the order is Reported as finished; a reversal is still possible."""
    report(run, whole, end_job=True)
    station.send("mode", "Product")
    assert station.scan("BK-2") == "ORDER_STATUS"
    assert station.answer.status == "Reported as finished"
    run(reverse_report, **ORDER, given=SelectionInput(selected=[whole], reason="not yet"))
    assert problems(session) == []


def test_edg_29_a_part_of_a_reported_unit_stays_even_after_its_consumption_came_back(session, run, whole):
    """EDG-29, EDG-26: the report is reversed first; nothing is taken out of a finished unit behind its back."""
    report(run, whole)
    frame = no_of(session, "F-1")
    run(open_journal, **ORDER, given=SelectionInput(selected=[frame]))
    run(change_journal_line, **ORDER, association_no=frame, given=JournalLineInput(quantity="-1"))
    run(post_journal, **ORDER, given=SelectionInput())
    refused("ROW_LOCKED", remove, run, frame)
    assert problems(session) == []
