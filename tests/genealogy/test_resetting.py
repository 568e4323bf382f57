"""Resetting an order by one stage, with everything that is registered and posted on it (LIF-5, EDG-32)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from shopfloor.errors import NotAllowed, Refusal
from shopfloor.genealogy.adjusting import open_journal, post_journal
from shopfloor.genealogy.corrections import remove_products
from shopfloor.genealogy.inputs import ReportInput, ReportLineInput, SelectionInput
from shopfloor.genealogy.journal_inputs import OpenJournalInput
from shopfloor.genealogy.models import AssociationEntry, ComponentAssociation, PickingListLine, TrackedProduct
from shopfloor.genealogy.open_journals import post_open_journal, save_journal
from shopfloor.genealogy.picking import pick
from shopfloor.genealogy.reporting import report_as_finished
from shopfloor.genealogy.resetting import reset_order
from shopfloor.genealogy.starting import start_order
from shopfloor.items.tracking import Tracking
from shopfloor.ledger.models import ItemLedgerEntry, OpenItemEntry
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.production import commands, queries
from shopfloor.production.components import order_components, order_lines
from shopfloor.production.inputs import NewProductionOrder, OrderKey, ResetOrder, StartOrder
from shopfloor.reservations.models import ReservationEntry
from tests.factories_genealogy import BELL, FRAME, PAINT, WHEEL, Station, bike_order, problems, report
from tests.factories_orders import make_customer, make_sales_order, ship
from tests.factories_production import counted, hold_for

ORDER = {"order_no": "RPO-1"}


def reset(run, order_no="RPO-1", *, confirmed=True, actor=None):
    more = {"actor": actor} if actor else {}
    return run(reset_order, **more, given=ResetOrder(order_no=order_no, reason="wrong order", confirmed=confirmed))


def status(session, order_no="RPO-1"):
    row = queries.order_row(session, order_no)
    session.rollback()
    return row.status


def stock(session):
    found = dict(session.execute(select(OpenItemEntry.item_no, func.sum(OpenItemEntry.remaining)).group_by(OpenItemEntry.item_no)).all())
    session.rollback()
    return found


def states(session):
    found = session.execute(select(ComponentAssociation.serial_no + ComponentAssociation.lot_no, ComponentAssociation.state)).all()
    session.rollback()
    return sorted(map(tuple, found))


def reserved(session):
    found = session.execute(
        select(ReservationEntry.item_no, func.sum(ReservationEntry.quantity_base))
        .where(ReservationEntry.association_no != 0, ReservationEntry.positive.is_(False))
        .group_by(ReservationEntry.item_no)
    ).all()
    session.rollback()
    return dict(map(tuple, found))


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


def test_edg_32_a_started_order_goes_back_with_reports_picks_and_consumption(station, session, run, whole):
    """LIF-5, EDG-32: reported and picked quantities are reversed; associations stay Open with reservations."""
    before = stock(session)
    station.build("BK-2", "F-2")
    second = next(no for no in session.scalars(select(ComponentAssociation.association_no).where(ComponentAssociation.serial_no == "F-2")))
    session.rollback()
    run(pick, **ORDER, given=SelectionInput(selected=[second]))
    report(run, whole)
    assert states(session)[0] == ("F-1", "Consumed")
    assert reset(run).status == "Released"
    assert status(session) == "Released"
    line = order_lines(session, "RPO-1")[0]
    assert (line.started, line.good, line.error) == (Decimal(0), Decimal(0), Decimal(0))
    assert {c.consumed for c in order_components(session, "RPO-1")} == {Decimal(0)}
    session.rollback()
    assert stock(session) == before
    assert {state for _, state in states(session)} == {"Open"}
    assert reserved(session) == {FRAME: Decimal(-2), WHEEL: Decimal(-2), PAINT: Decimal("-0.25")}
    assert session.scalars(select(ReservationEntry.picked).where(ReservationEntry.picked.is_(True))).all() == []
    rows = session.scalars(select(TrackedProduct).order_by(TrackedProduct.match_id)).all()
    assert [(row.state, row.good_quantity) for row in rows] == [("Open", Decimal(0)), ("Open", Decimal(0))]
    session.rollback()
    assert problems(session) == []


def test_edg_32_after_a_reset_the_order_starts_and_reports_again(session, run, whole):
    report(run, whole)
    reset(run)
    run(start_order, given=StartOrder(order_no="RPO-1", quantity="1"))
    assert report(run, whole).done == ["BK-1"]
    assert stock(session)[BELL] == Decimal(9)
    assert problems(session) == []


def test_lif_5_the_log_says_what_a_reset_took_back(session, run, whole):
    report(run, whole)
    reset(run)
    actions = session.execute(
        select(AssociationEntry.action, AssociationEntry.reason).where(AssociationEntry.action.in_(("reversed", "unreported")))
    ).all()
    session.rollback()
    assert sorted(actions) == [("reversed", "wrong order")] * 4 + [("unreported", "wrong order")]


def test_edg_32_what_was_consumed_by_hand_comes_back_too(session, run, whole):
    """A picking list line that was posted before the report, and the report of a scrapped unit."""
    wheel = session.scalar(select(ComponentAssociation.association_no).where(ComponentAssociation.serial_no == "W-1"))
    session.rollback()
    before = stock(session)
    run(open_journal, **ORDER, given=SelectionInput(selected=[wheel]))
    run(post_journal, **ORDER, given=SelectionInput(selected=[wheel]))
    lines = [ReportLineInput(match_id=whole, good="0", error="1", error_cause="bent")]
    run(report_as_finished, **ORDER, given=ReportInput(lines=lines))
    reset(run)
    assert stock(session) == before
    assert {state for _, state in states(session)} == {"Open"}
    assert problems(session) == []


def test_edg_32_a_unit_that_left_stock_stops_everything(session, run, whole):
    """NOT_REVERSIBLE names the unit; nothing is half-written."""
    report(run, whole)
    make_customer(run)
    make_sales_order(run, {"item_no": "BIKE", "quantity": "1"})
    ship(run, "SO-1", {"serial_no": "BK-1", "quantity": "1"})
    before, entries = stock(session), session.scalar(select(func.count()).select_from(ItemLedgerEntry))
    session.rollback()
    assert "BK-1" in refused("NOT_REVERSIBLE", reset, run).text()
    assert (stock(session), status(session)) == (before, "Started")
    assert session.scalar(select(func.count()).select_from(ItemLedgerEntry)) == entries
    session.rollback()
    assert {state for _, state in states(session)} == {"Consumed"}
    assert problems(session) == []


def test_lif_5_it_asks_before_anything_is_taken_back(session, run, whole):
    report(run, whole)
    question = refused("RESET_TAKES_BACK", reset, run, confirmed=False)
    assert question.asks
    assert (question.reported, question.consumed, question.stage) == ("1", 5, "Released")
    assert status(session) == "Started"


def test_lif_5_an_open_picking_list_line_waits_for_its_owner(session, run, whole):
    wheel = session.scalar(select(ComponentAssociation.association_no).where(ComponentAssociation.serial_no == "W-1"))
    session.rollback()
    run(open_journal, **ORDER, given=SelectionInput(selected=[wheel]))
    refused("JOURNAL_OPEN", reset, run)
    assert session.scalar(select(func.count()).select_from(PickingListLine)) == 1
    session.rollback()


def test_lif_5_one_stage_at_a_time_down_to_a_simulation(session, run, bikes):
    bike_order(run, no="RPO-2", quantity="1")
    stages = [reset(run, "RPO-2").status for _ in range(4)]
    assert stages == ["Released", "Scheduled", "Estimated", "Created"]
    refused("ORDER_STATUS", reset, run, "RPO-2")
    assert problems(session) == []


def test_lif_5_a_created_order_holds_no_registered_parts(session, run, whole):
    """Estimated -> Created removes reservations; those of parts in units are removed with the parts, by hand."""
    for _ in range(3):
        reset(run)
    assert status(session) == "Estimated"
    refused("ORDER_RESERVED", reset, run)
    assert reserved(session)[WHEEL] == Decimal(-2)
    assert problems(session) == []


def test_edg_34_a_reported_or_ended_order_has_no_way_back(session, run, whole):
    report(run, whole, end_job=True)
    refused("ORDER_STATUS", reset, run)
    run(commands.end_order, given=OrderKey(order_no="RPO-1"))
    refused("ORDER_STATUS", reset, run)


def test_lif_5_taking_back_needs_the_right_to_reverse(session, run, whole):
    planner = Actor("E-9", "Pia Planner", frozenset({rights.ORDERS}), time_zone="UTC")
    worker = Actor("E-1", "Will Worker", frozenset({rights.REGISTER}), time_zone="UTC")
    for actor in (planner, worker):
        with pytest.raises(NotAllowed):
            reset(run, actor=actor)
    assert status(session) == "Started"


def test_lif_5_a_reset_takes_the_same_statements_for_any_number_of_units(session, run, bikes):
    """House rule: sets, not loops."""
    figures = []
    for no, units in (("RPO-5", 1), ("RPO-6", 2)):
        bike_order(run, no=no, quantity=str(units))
        station = Station(session, no)
        for unit in range(units):
            first = 1 + (2 * unit if no == "RPO-6" else 0)
            station.build(f"{no}-{unit}", f"F-{unit + 1}", f"W-{first}", f"W-{first + 1}")
            session.rollback()
        report(run, *session.scalars(select(TrackedProduct.match_id).where(TrackedProduct.order_no == no)), order_no=no, accept_error=True,
               reason="no paint")
        session.rollback()
        with counted(session) as seen:
            reset(run, no)
        figures.append(len(seen))
        assert problems(session) == []
        if units == 1:  # the parts are free again for the second order
            match_ids = list(session.scalars(select(TrackedProduct.match_id).where(TrackedProduct.order_no == no)))
            session.rollback()
            run(remove_products, order_no=no, given=SelectionInput(selected=match_ids, confirmed=True))
    assert figures[0] == figures[1]


def test_lif_5_a_simulation_neither_needs_nor_holds_anything(session, run, bikes):
    """Estimated -> Created removes demand and reservations of the component lines."""
    run(commands.create_order, given=NewProductionOrder(no="RPO-4", item_no="BIKE", quantity="1", location_code="MAIN"))
    run(commands.estimate_order, given=OrderKey(order_no="RPO-4"))
    wheel = session.scalar(select(OpenItemEntry.entry_no).where(OpenItemEntry.serial_no == "W-1"))
    session.rollback()
    hold_for(run, wheel, WHEEL, Tracking("W-1"), order_no="RPO-4", line_no=20)
    assert session.scalar(select(OpenItemEntry.reserved).where(OpenItemEntry.serial_no == "W-1")) == Decimal(1)
    session.rollback()
    assert reset(run, "RPO-4").status == "Created"
    assert session.scalar(select(OpenItemEntry.reserved).where(OpenItemEntry.serial_no == "W-1")) == Decimal(0)
    assert session.scalar(select(func.count()).select_from(ReservationEntry).where(ReservationEntry.source_id == "RPO-4")) == 0
    session.rollback()
    assert problems(session) == []


def test_lif_5_ended_lines_and_open_journals(session, run, bikes):
    """A reset waits for open journals, and nothing is ended any more afterwards (D26)."""
    made = run(save_journal, **ORDER, given=OpenJournalInput(lines=[{"line_no": 40, "quantity": "1", "end_line": True}]))
    assert "journal" in refused("JOURNAL_OPEN", reset, run).text()
    run(post_open_journal, **ORDER, journal_no=made.journal_no)
    assert [c.line_no for c in order_components(session, "RPO-1") if c.ended] == [40]
    session.rollback()
    reset(run)
    assert [c.line_no for c in order_components(session, "RPO-1") if c.ended] == []
    session.rollback()
    assert stock(session)[BELL] == Decimal(10)
