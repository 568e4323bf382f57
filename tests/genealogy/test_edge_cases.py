"""Edge cases that two people, a changed mind or a journal bring about (EDG, ASC-21 to ASC-23, D29). Both engines."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from shopfloor.errors import Refusal
from shopfloor.genealogy.adjusting import change_journal_line, open_journal, post_journal
from shopfloor.genealogy.corrections import change_component, create_component
from shopfloor.genealogy.inputs import ChangeInput, ComponentInput, JournalLineInput, SelectionInput
from shopfloor.genealogy.models import ComponentAssociation
from shopfloor.genealogy.starting import start_order
from shopfloor.items.inputs import HoldNumber
from shopfloor.items.number_information import hold_number, release_number
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.models import Role
from shopfloor.production.bills import create_bom
from shopfloor.production.commands import create_order
from shopfloor.production.inputs import NewBom, NewBomLine, NewProductionOrder, StartOrder
from shopfloor.quality.holding import hold_number as hold_bench_number
from tests.factories_genealogy import BIKE, FRAME, FRAME_LINE, PAINT, WHEEL_LINE, Station, gs1, problems, report, stock
from tests.factories_items import make_item
from tests.factories_orders import opening_stock
from tests.genealogy.test_associations import no_of, state_of, stock_of

ORDER = {"order_no": "RPO-1"}
WORKER = Actor("E-W", "Will Worker", rights.RIGHTS[Role.WORKER], time_zone="UTC")
MANAGER = Actor("E-M", "Mona Manager", rights.RIGHTS[Role.MANAGER], time_zone="UTC")


def refused(code, run, *arguments, **keywords):
    with pytest.raises(Refusal) as caught:
        run(*arguments, **keywords)
    assert caught.value.code == code, caught.value
    return caught.value


def version_of(session, association_no):
    found = session.scalar(select(ComponentAssociation.version).filter_by(association_no=association_no))
    session.rollback()
    return found


def journal(run, *association_nos):
    run(open_journal, **ORDER, given=SelectionInput(selected=list(association_nos)))


def test_edg_17_d38_by_hand_no_badge_goes_past_a_limit_that_is_on(run, session, whole):
    """EDG-17, SET-10: the block of a scan is the block of a line that is typed (ASC-5); nobody may confirm it."""
    stock(run, FRAME, "F-2")
    typed = {"match_id": whole, "component_line_no": FRAME_LINE, "serial_no": "F-2"}
    yes = {"badge": "B-SUP", "reason": "RUSH: one more", "confirmed": ["SERIAL_LIMIT"]}
    for given in (typed, typed | yes):
        assert not refused("SERIAL_LIMIT", run, create_component, **ORDER, given=ComponentInput(**given)).asks
    assert stock_of(session, FRAME) == (Decimal(2), Decimal(1))


def test_edg_7_the_loser_hears_who_took_the_serial_where_and_when(session, bikes):
    """EDG-7, OPS-2: product, order, operator and time."""
    del bikes
    first, second = Station(session), Station(session)
    first.build("BK-1", "F-1")
    second.build("BK-2")
    assert second.scan("F-1") == "SERIAL_IN_USE"
    at = session.scalar(select(ComponentAssociation.registered_at).filter_by(serial_no="F-1"))
    assert f"is already in BK-1 (order RPO-1, E-ADMIN, {at:%Y-%m-%d %H:%M})" in str(second.answer)


def test_edg_11_what_is_there_is_registered_then_nothing_is_available(session, bikes):
    """EDG-11, SCN-19: 0.2 kg of P-B are there, 0.25 are needed; then P-B has nothing left for anybody."""
    del bikes
    station = Station(session)
    station.build("BK-1")
    assert station.scan("P-B") == "COMPONENT_SHORT"
    assert (station.answer.quantity, station.answer.remaining) == ("0.2", "0.05")
    station.build("BK-2")
    assert station.scan("P-B") in {"NOT_AVAILABLE", "RESERVED_ELSEWHERE"}
    assert problems(session) == []


def test_d29_asc_7_a_part_in_an_open_journal_is_not_changed_behind_its_back(run, session, whole):
    """The journal was filled in with 0.25; it would post that although somebody corrected the part to 0.1 meanwhile."""
    paint = no_of(session, "P-A")
    journal(run, paint)
    given = ChangeInput(version=version_of(session, paint), quantity="0.1")
    assert refused("JOURNAL_OPEN", run, change_component, MANAGER, **ORDER, association_no=paint, given=given).owner == "E-ADMIN"
    run(post_journal, **ORDER, given=SelectionInput())
    assert stock_of(session, PAINT) == (Decimal("0.75"), Decimal(0))


def test_d20_a_journal_with_a_part_that_was_held_meanwhile_posts_nothing(run, session, whole):
    """D20, PST-16: all lines or none, and the refusal names the part; the others go once it is cancelled."""
    frame, paint = no_of(session, "F-1"), no_of(session, "P-A")
    journal(run, frame, paint)
    run(hold_number, given=HoldNumber(item_no=PAINT, kind="Lot", number="P-A", reason="smells"))
    assert "P-A" in str(refused("NUMBER_ON_HOLD", run, post_journal, **ORDER, given=SelectionInput()))
    assert (state_of(session, "F-1"), state_of(session, "P-A")) == ("Open", "Open")
    run(post_journal, **ORDER, given=SelectionInput(selected=[frame]))
    assert (state_of(session, "F-1"), state_of(session, "P-A")) == ("Consumed", "Open")
    assert problems(session) == []


def test_d20_a_unit_on_the_bench_is_held_by_hand_and_not_reported(run, session, whole):
    """D20: nobody posted BK-1 yet; what is no number at all is still a slip of the pen. It is released and reported as ever."""
    unit = {"item_no": BIKE, "kind": "Serial", "number": "BK-1", "reason": "scratch"}
    refused("NOT_FOUND", run, hold_bench_number, given=HoldNumber(**unit | {"number": "BK-9"}))
    refused("NOT_ALLOWED", run, hold_bench_number, WORKER, given=HoldNumber(**unit))
    run(hold_bench_number, given=HoldNumber(**unit))
    assert "BK-1" in str(refused("NUMBER_ON_HOLD", report, run, whole))
    run(release_number, given=HoldNumber(**unit))
    report(run, whole)
    assert stock_of(session, BIKE) == (Decimal(1), Decimal(0))
    assert problems(session) == []


def test_edg_23_scn_11_a_part_with_the_products_own_number_goes_in_once_its_line_is_selected(session, bikes):
    """EDG-22, EDG-23: the bicycle bears the number of its frame; the plain number is the product's until the frame's line is selected."""
    del bikes
    station = Station(session)
    station.scan(gs1(BIKE, serial="F-1"))
    assert station.scan("F-1") == "SELF_REFERENCE"
    station.send("line", str(WHEEL_LINE))
    assert station.scan("F-1") == "SELF_REFERENCE"
    station.send("line", str(FRAME_LINE))
    assert station.scan("F-1") == "LINE_COMPLETED"
    assert state_of(session, "F-1") == "Open"
    assert problems(session) == []


def test_asc_23_a_line_ended_at_zero_takes_its_part_out_of_the_unit(run, session, whole):
    """ASC-22, ASC-23, D26: nothing of the paint was used, so the report consumes none of it; it is free again."""
    paint = no_of(session, "P-A")
    journal(run, paint)
    run(change_journal_line, **ORDER, association_no=paint, given=JournalLineInput(quantity="0", end_line=True))
    run(post_journal, **ORDER, given=SelectionInput(reason="bare metal"))
    assert stock_of(session, PAINT) == (Decimal(1), Decimal(0))
    report(run, whole)
    assert stock_of(session, PAINT) == (Decimal(1), Decimal(0))
    assert problems(session) == []


def test_asc_22_a_line_at_zero_that_is_not_ended_changes_nothing(run, session, whole):
    paint = no_of(session, "P-A")
    journal(run, paint)
    run(change_journal_line, **ORDER, association_no=paint, given=JournalLineInput(quantity="0"))
    run(post_journal, **ORDER, given=SelectionInput())
    assert state_of(session, "P-A") == "Open"
    report(run, whole)
    assert stock_of(session, PAINT) == (Decimal("0.75"), Decimal(0))


def test_d31_qty_10_a_batch_part_smaller_than_its_precision_goes_into_the_last_unit(session, run, bikes):
    """D31: one label for three carts: two are complete without, the third takes it, and the line is whole."""
    del bikes
    make_item(run, "CART", code="SN", policy="STRICT")
    make_item(run, "LABEL", code="LOT", policy="STRICT")
    opening_stock(run, "LABEL", "2", lot_no="L-1")
    lines = (NewBomLine(item_no=FRAME, quantity_per="1", flushing="Manual"), NewBomLine(item_no="LABEL", quantity_per="0.33"))
    run(create_bom, given=NewBom(item_no="CART", lines=lines))
    run(create_order, given=NewProductionOrder(no="RPO-C", item_no="CART", quantity="3", location_code="MAIN"))
    run(start_order, given=StartOrder(order_no="RPO-C", quantity="3"))
    station = Station(session, "RPO-C")
    for product, frame in (("C-1", "F-1"), ("C-2", "F-2"), ("C-3", "F-3")):
        last = product == "C-3"
        station.send("mode", "Product")
        station.scan(product)
        assert station.scan(frame) == ("LINE_COMPLETED" if last else "UNIT_COMPLETED")
        assert station.scan("L-1") == ("UNIT_COMPLETED" if last else "COMPONENT_COMPLETE")
    assert stock_of(session, "LABEL") == (Decimal(2), Decimal(1))
    assert problems(session) == []


def test_edg_24_a_refused_correction_leaves_the_old_part_in_place(run, session, whole):
    """EDG-24: all or nothing: the old number is not let go when the new one cannot be taken."""
    wheel = no_of(session, "W-1")
    given = ChangeInput(version=version_of(session, wheel), serial_no="W-99")
    refused("NUMBER_UNKNOWN", run, change_component, **ORDER, association_no=wheel, given=given)
    assert state_of(session, "W-1") == "Open"
    typed = ComponentInput(match_id=whole, component_line_no=WHEEL_LINE, serial_no="W-2")
    run(create_component, **ORDER, given=typed)  # EDG-6: there already, nothing changes
    assert problems(session) == []
